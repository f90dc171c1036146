"""Leads in CSV: one row each; their tables stand in files of their own.

The tables of `leads.csv` are in `leads.orders.csv` beside it (or in an `orders.csv` that is
named too), with a column that holds the lead's id.
"""

from __future__ import annotations

from groupbuy.errors import Problems, Source
from groupbuy.files.record import Record
from groupbuy.files.sheet_records import records_of_rows
from groupbuy.model.lead import Columns
from groupbuy.model.model import LeadModel
from groupbuy.sheets.sheet import check_header, mark_faults, read_sheet


def read(source: Source, model: LeadModel, problems: Problems) -> list[Record]:
    """The records of a CSV text; faults of the header are problems of the file."""
    sheet = read_sheet(source, problems)
    if sheet is None:
        return []
    columns = Columns(model)
    mark_faults(sheet, check_header(sheet, columns, problems))
    return records_of_rows(sheet, columns)
