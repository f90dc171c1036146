"""Leads that were read one by one as frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from groupbuy.compile.columns.leads import FIELD, GIVEN, KEY, ROW
from groupbuy.files.columns.typed import dtype_of, kept
from groupbuy.model.entries import Field
from groupbuy.model.lead import Lead
from groupbuy.model.model import LeadModel


def frames_of(
    leads: Sequence[Lead], model: LeadModel
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """The frame of leads, and one for each table."""

    def column(values: Sequence[Any], field: Field) -> pl.Series:
        cells = [None if value is None else kept(value) for value in values]
        return pl.Series(cells, dtype=dtype_of(field))

    data: dict[str, Any] = {KEY: pl.Series([lead.id for lead in leads], dtype=pl.String)}
    for name, field in model.fields.items():
        data[f"{FIELD}{name}"] = column([lead.values[name] for lead in leads], field)
    tables = {}
    for name, table in model.tables.items():
        given = [lead.values[name] is not None for lead in leads]
        data[f"{GIVEN}{name}"] = pl.Series(given, dtype=pl.Boolean)
        rows: list[tuple[str, Any]] = []
        for lead in leads:
            found = lead.values[name]
            rows += [(lead.id, row) for row in found] if isinstance(found, list) else []
        columns: dict[str, Any] = {
            KEY: pl.Series([id for id, _ in rows], dtype=pl.String),
            ROW: pl.Series(range(len(rows)), dtype=pl.Int64),
        }
        for cell, field in table.fields.items():
            columns[f"{FIELD}{cell}"] = column([row[cell] for _, row in rows], field)
        tables[name] = pl.DataFrame(columns)
    return pl.DataFrame(data), tables
