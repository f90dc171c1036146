"""The rows of a sheet → raw records: one lead a row, whatever program the sheet came from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Protocol

from groupbuy.errors import Location, Problem
from groupbuy.files.record import Record
from groupbuy.model.lead import Columns, bare
from groupbuy.sheets.sheet import Sheet, SheetRow


def records_of_rows(sheet: Sheet, columns: Columns) -> list[Record]:
    """The records of a sheet whose `used` columns are known.

    A row with a cell too few or too many is set aside: which of its values are in the right
    columns can't be known. So is one with a cell that can't be read.
    """
    place = partial(_place, sheet, columns)
    headers, positions = list(sheet.used.values()), list(sheet.used)
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
    elif row.faults:
        record.problems += faults_of(sheet, row)
    return record


def faults_of(sheet: Sheet, row: SheetRow, table: str = "") -> Iterator[Problem]:
    """The problems of a row's faulty cells, as far as their columns mean something."""
    for position, fault in (row.faults or {}).items():
        if position in sheet.used:
            name = f"{table}.{sheet.used[position]}" if table else sheet.used[position]
            at = bare(sheet.place(row.line, position))
            yield Problem(fault.code, f"{name}: {fault.message}", at, fault.hint)


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
