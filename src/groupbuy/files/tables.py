"""Tables in files of their own: which they are, and how their rows reach their leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from groupbuy.errors import Location, Problem, Problems, Source, did_you_mean
from groupbuy.files.record import Record
from groupbuy.files.sheet_records import faults_of
from groupbuy.model.lead import Columns, Places, bare
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import NOTHING, read_text
from groupbuy.sheets.grid import CSV, XLSX
from groupbuy.sheets.sheet import (
    Sheet,
    SheetRow,
    check_header,
    join_position,
    mark_faults,
    read_sheet,
)


def table_of(path: Path, model: LeadModel) -> str | None:
    """The table that a file holds by its name: `orders.csv`, `leads.orders.csv`, `订单.csv`."""
    if path.suffix.lower() not in (*CSV, *XLSX):
        return None
    name = model.resolve(path.stem.rpartition(".")[2])
    return name if name in model.tables else None


def siblings(path: Path, model: LeadModel, notes: list[str]) -> list[tuple[Path, str]]:
    """The files beside a CSV of leads that hold its tables, and the tables that they hold."""
    if path.suffix.lower() not in CSV:
        return []
    found = []
    start = f"{path.stem}."
    try:
        others = sorted(path.parent.iterdir())
    except OSError:
        return []  # a folder that can't be listed: the file alone
    for other in others:
        if not other.name.startswith(start) or other.suffix.lower() not in CSV or other == path:
            continue
        if other.name.removesuffix(other.suffix) == path.stem:
            continue
        table = table_of(other, model)
        if table is not None:
            found.append((other, table))
            continue
        word = other.stem.removeprefix(start)
        hint = did_you_mean(word, [w for t in model.tables.values() for w in t.words])
        notes.append(
            f"{other} is not read: {quote(word)} is no table" + (f", {hint}" if hint else "")
        )
    return found


def join(
    source: Source,
    table: str,
    records: Iterable[Record],
    model: LeadModel,
    problems: Problems,
) -> None:
    """Give each record the rows of a CSV text that name it."""
    sheet = read_sheet(source, problems)
    if sheet is None:
        return
    columns = Columns(model.tables[table])
    position = lead_column(sheet, table, columns, model, problems)
    if position is None:
        return
    mark_faults(sheet, check_header(sheet, columns, problems, table=table, besides=position))
    join_rows(sheet, position, table, records, model, problems)


def lead_column(
    sheet: Sheet, table: str, columns: Columns, model: LeadModel, problems: Problems
) -> int | None:
    """The position of the column that says which lead a row belongs to; a problem without it."""
    names = model.fields[ID].words
    position = join_position(sheet, names, columns)
    if position is None:
        message = f"no column of this {sheet.noun} says which lead a row of {table} belongs to"
        hint = f"add a column {quote(names[0])} with the lead's id"
        problems.add("csv-join", message, sheet.place(sheet.line), hint)
    return position


def join_rows(
    sheet: Sheet,
    position: int,
    table: str,
    records: Iterable[Record],
    model: LeadModel,
    problems: Problems,
) -> None:
    """Give each record the rows of `table` whose cell at `position` names it.

    A lead without rows has an empty table. The header has been checked.
    """
    columns = Columns(model.tables[table])
    rows = _by_lead(sheet, position, problems)
    for record in records:
        lead = record_id(record, model)
        mine = rows.pop(lead, []) if lead is not None else []
        _attach(record, table, sheet, columns, mine, model, problems)
    for lead, strays in rows.items():
        for row in strays:
            message = f"there is no lead {quote(lead)}"
            hint = f"correct the id, or remove the row of {table}"
            problems.add("csv-join", message, bare(sheet.place(row.line, position)), hint)


def record_id(record: Record, model: LeadModel) -> str | None:
    """The id of a raw record."""
    for header, value in record.items.items():
        if model.resolve(header) == ID:
            try:
                return read_text(value)
            except ValueProblem:
                return None
    return None


def _by_lead(sheet: Sheet, position: int, problems: Problems) -> dict[str, list[SheetRow]]:
    rows: dict[str, list[SheetRow]] = {}
    for row in sheet.rows:
        ragged = sheet.ragged(row)
        if ragged is not None:
            problems.extend([replace(ragged, at=bare(ragged.at))])
            continue
        fault = (row.faults or {}).get(position)
        if fault is not None:
            at = bare(sheet.place(row.line, position))
            problems.add(fault.code, fault.message, at, fault.hint)
            continue
        try:
            lead = read_text(row.cells[position])
        except ValueProblem as problem:
            at = bare(sheet.place(row.line, position))
            problems.add(problem.code, problem.message, at, problem.hint)
            continue
        if lead is None:
            at = bare(sheet.place(row.line, position))
            problems.add("csv-join", "this row names no lead", at, "write the lead's id")
            continue
        rows.setdefault(lead, []).append(row)
    return rows


def _attach(
    record: Record,
    table: str,
    sheet: Sheet,
    columns: Columns,
    rows: list[SheetRow],
    model: LeadModel,
    problems: Problems,
) -> None:
    """Put the rows into the record, whose own cell for the table has to be blank."""
    for header in [h for h in record.items if model.resolve(h) == table]:
        value = record.items[header]
        if not _is_blank(value) and (rows or not _is_nothing(value)):
            message = f"{table} is given here and in {sheet.source.name}"
            problems.add("csv-join", message, bare(record.places(header)), "keep one of the two")
        del record.items[header]
    for row in rows:
        record.problems += faults_of(sheet, row, table)
    record.items[table] = [_cells(sheet, row) for row in rows]
    record.places = partial(_place, record.places, model, table, sheet, columns, rows)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_nothing(value: object) -> bool:
    return value == [] or (isinstance(value, str) and value.strip() in NOTHING)


def _cells(sheet: Sheet, row: SheetRow) -> dict[str, object]:
    return {header: row.cells[position] for position, header in sheet.used.items()}


def _place(
    places: Places,
    model: LeadModel,
    table: str,
    sheet: Sheet,
    columns: Columns,
    rows: Sequence[SheetRow],
    field: str | None = None,
    row: int | None = None,
    column: str | None = None,
    /,
) -> Location:
    """A place in the table's file, or in that of the lead."""
    if row is None or row >= len(rows) or field is None or model.resolve(field) != table:
        return places(field, row, column)
    position = None if column is None else sheet.position(column, columns)
    return sheet.place(rows[row].line, position)


def stray_tables(tables: Iterable[tuple[Path, str]]) -> list[Problem]:
    """The problems that files of tables came without a file of leads."""
    return [
        Problem("file-no-leads", f"this file holds {table} and no leads", Location(str(path)))
        for path, table in tables
    ]
