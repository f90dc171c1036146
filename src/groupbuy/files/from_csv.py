"""Leads in CSV: one row each; their tables stand in files of their own.

The tables of `leads.csv` are in `leads.orders.csv` beside it (or in an `orders.csv` that is
named too), with a column that holds the lead's id.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

from groupbuy.errors import Location, Problems, Source
from groupbuy.files.record import Record
from groupbuy.files.sheet import Sheet, SheetRow, check_header, read_sheet
from groupbuy.model.lead import Columns
from groupbuy.model.model import LeadModel


def read(source: Source, model: LeadModel, problems: Problems) -> list[Record]:
    """The records of a CSV text; faults of the header are problems of the file.

    A row with a cell too few or too many is set aside: which of its values are in the right
    columns can't be known.
    """
    sheet = read_sheet(source, problems)
    if sheet is None:
        return []
    columns = Columns(model)
    used = check_header(sheet, columns, problems)
    place = partial(_place, sheet, columns)
    headers = [sheet.header[position] for position in used]
    positions = list(used)
    if positions == list(range(len(sheet.header))):
        return [_record(sheet, row, row.cells, headers, place) for row in sheet.rows]
    return [
        _record(sheet, row, _picked(row.cells, positions), headers, place) for row in sheet.rows
    ]


def _picked(cells: list[str], positions: list[int]) -> list[str]:
    return [cells[i] for i in positions if i < len(cells)]


def _record(
    sheet: Sheet, row: SheetRow, cells: list[str], headers: list[str], place: _Place
) -> Record:
    record = Record(dict(zip(headers, cells, strict=False)), partial(place, row))
    problem = sheet.ragged(row) if len(row.cells) != len(sheet.header) else None
    if problem is not None:
        record.problems.append(problem)
    return record


class _Place(Protocol):
    def __call__(
        self,
        row: SheetRow,
        name: str | None = None,
        number: int | None = None,
        column: str | None = None,
        /,
    ) -> Location: ...


def _place(
    sheet: Sheet,
    columns: Columns,
    row: SheetRow,
    name: str | None = None,
    number: int | None = None,
    column: str | None = None,
    /,
) -> Location:
    """The place of a cell; that of the row where there is no such column."""
    position = None if name is None else sheet.position(name, columns)
    return sheet.place(row.line, position)
