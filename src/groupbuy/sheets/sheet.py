"""A sheet: a header and rows, with a place for every cell. Here, one of a CSV text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from groupbuy.errors import Location, Problem, Problems, Source
from groupbuy.model.entries import Field
from groupbuy.model.lead import Column, Columns, bare, unknown_name
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import fold, quote
from groupbuy.tree.types import Kind, Type

HEADER_WITHIN = 10
"""Rows with something in them among which the header of a workbook's sheet is looked for."""

_DELIMITERS = ",;\t"
_EXCEL_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_TEXT_CELL = re.compile(r'="([^"]*)"')
"""What systems write so that a spreadsheet leaves `007` as it is."""
_ROUNDED = re.compile(r"[1-9](\.[0-9]+)?E\+[0-9]{2,3}")
"""A long number as a spreadsheet shows and saves it: `1.23457E+17`."""
_TWO_READINGS = re.compile(r"[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell before anybody knows its field; `shown` is what stands there."""

    code: str
    message: str
    hint: str | None = None
    shown: str = ""


@dataclass(slots=True, eq=False)
class SheetRow:
    """The cells of one row, the line on which it begins, and its faulty cells by position."""

    line: int
    cells: list[str]
    faults: dict[int, Fault] | None = None

    def fault(self, position: int, fault: Fault) -> None:
        """Note a faulty cell; the first fault of a cell is the one that is told."""
        if self.faults is None:
            self.faults = {}
        self.faults.setdefault(position, fault)


@dataclass(eq=False)
class Sheet:
    """A header and its rows; `used` are the positions of the columns that mean something."""

    source: Source
    delimiter: str
    line: int = 1
    header: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    used: dict[int, str] = field(default_factory=dict)
    noun: ClassVar[str] = "file"
    _walked: tuple[int, list[tuple[int, int]]] = (0, [])

    def place(self, line: int, position: int | None = None) -> Location:
        """The place of the cell at `position` of the row that begins on `line`."""
        if position is None:
            return self.source.at(line)
        if self._walked[0] != line:
            # A faulty row seldom has one fault only, and a header may have thousands.
            self._walked = (line, list(self._starts(line)))
        starts = self._walked[1]
        return self.source.at(*starts[min(position, len(starts) - 1)])

    def _starts(self, line: int) -> Iterator[tuple[int, int]]:
        """Line and column of each cell of a row: delimiters within quotation marks don't count."""
        lines = self.source.lines
        quoted = False
        yield line, 1
        while line <= len(lines):
            for column, character in enumerate(lines[line - 1], 2):
                if character == '"':
                    quoted = not quoted
                elif character == self.delimiter and not quoted:
                    yield line, column
            if not quoted:
                return
            line += 1

    def position(self, name: str, columns: Columns) -> int | None:
        """The position of a header, or of the header that means the entry `name`."""
        for position, header in self.used.items():
            if header == name:
                return position
        for position, header in self.used.items():
            column = columns.find(header)
            if column is not None and column.entry.name == name:
                return position
        return None

    def ragged(self, row: SheetRow) -> Problem | None:
        """The problem that a row has more or fewer cells than the header."""
        have, want = len(row.cells), len(self.header)
        if have == want or (have > want and not any(row.cells[want:])):
            return None
        at = self.place(row.line, want if have > want else None)
        message = f"this row has {have} cells, the header {want}"
        hint = 'put a text with a comma into quotation marks: "…"'
        if have < want:
            hint = "a comma or a line break is missing or one too many"
        return Problem("csv-row-length", message, at, hint)


def read_sheet(source: Source, problems: Problems) -> Sheet | None:
    """The sheet of a CSV text; none if it is empty or can't be taken apart (a problem then)."""
    if source.text.startswith("\ufeff"):
        # A second byte-order mark, of a program that added one to a text that had one.
        source = Source(source.name, source.text.lstrip("\ufeff"))
    lines = source.lines
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        hint = "the first line names the columns: id,name,…"
        problems.add("csv-empty", "this file is empty", Location(source.name), hint)
        return None
    if lines[first].lstrip().startswith(("<!DOCTYPE", "<!doctype", "<html", "<table", "<?xml")):
        message, hint = "this is a web page or XML, not CSV", "open it in Excel, save it as CSV"
        problems.add("file-format", message, Location(source.name), hint)
        return None
    told = _EXCEL_HINT.fullmatch(lines[first])
    sheet = Sheet(source, told[1] if told else _delimiter(lines[first]))
    for row in _rows(sheet, problems):
        if told and row.line == first + 1:
            continue
        if not sheet.header:
            sheet.line, sheet.header = row.line, [cell.strip() for cell in row.cells]
        else:
            sheet.rows.append(row)
    if '="' in source.text:
        for row in sheet.rows:
            row.cells = [_unwrapped(cell) for cell in row.cells]
    while sheet.header and not sheet.header[-1] and not _has_cells(sheet, len(sheet.header) - 1):
        sheet.header.pop()
    return sheet


def _unwrapped(cell: str) -> str:
    found = _TEXT_CELL.fullmatch(cell.strip()) if cell.lstrip().startswith("=") else None
    return found[1] if found else cell


def _delimiter(header: str) -> str:
    """The character that parts the header's cells, outside quotation marks."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


def _rows(sheet: Sheet, problems: Problems) -> Iterator[SheetRow]:
    """The rows with something in them."""
    stream = io.StringIO(sheet.source.text, newline="")
    reader = csv.reader(stream, delimiter=sheet.delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield SheetRow(before + 1, cells)
            before = reader.line_num
    except csv.Error as error:
        at = bare(sheet.source.at(before + 1))
        long = "field larger" in str(error)
        if long and '"' not in sheet.source.lines[before]:
            message = f"a cell of this row has more than {csv.field_size_limit():,} characters"
            problems.add("csv-cell-too-long", message, at, "shorten it")
        else:
            problems.add("csv-quote", _quote_message(str(error)), at, _QUOTE_HINT)


_QUOTE_HINT = 'close it; a quotation mark within a text is written twice: ""'


def _quote_message(reason: str) -> str:
    if "expected after" in reason:
        return "something follows a closing quotation mark in this row"
    return "a quotation mark is opened in this row and never closed"


def _has_cells(sheet: Sheet, position: int) -> bool:
    return any(len(row.cells) > position and row.cells[position].strip() for row in sheet.rows)


def check_header(
    sheet: Sheet, columns: Columns, problems: Problems, *, table: str = "", besides: int = -1
) -> dict[int, Column]:
    """What each column means; those that mean nothing, or the same, are problems of the file.

    A column whose header begins with `#`, and one without header and cells, is left out, and so
    is the column at the position `besides`.
    """
    found: dict[int, Column] = {}
    firsts: dict[str, str] = {}
    for position, header in enumerate(sheet.header):
        if header.startswith("#") or position == besides:
            continue
        at = sheet.place(sheet.line, position)
        if not header:
            if _has_cells(sheet, position):
                hint = "name it, or begin its name with # to leave it out"
                problems.add("csv-header", "a column with cells has no header", at, hint)
            continue
        column = columns.find(header)
        if column is None:
            problem = unknown_name(header, columns, at, table)
            if problem.hint and problem.hint.endswith("leave it out"):
                problem = replace(problem, hint=f"{problem.hint}: begin its header with #")
            if "，" in header or "|" in header:
                hint = "columns are parted by commas: , ; or a tab"
                problem = Problem(problem.code, problem.message, at, hint)
            problems.extend([problem])
        elif column.entry.name in firsts:
            name = column.entry.name
            message = f"{quote(firsts[name])} and {quote(header)} both mean {name}"
            hint = "leave one of them out, or begin its header with #"
            problems.add("csv-header", message, at, hint)
        else:
            firsts[column.entry.name] = header
            found[position] = column
    sheet.used = {position: sheet.header[position] for position in found}
    parted = not any("，" in header or "|" in header for header in sheet.header)
    if isinstance(columns.owner, LeadModel) and parted:
        _require_columns(sheet, columns.owner, firsts, problems)
    return found


def _require_columns(
    sheet: Sheet, model: LeadModel, found: Mapping[str, str], problems: Problems
) -> None:
    """A required field without a column is missing in every row: told once, with the header."""
    for name, entry in model.fields.items():
        if not entry.required or name in found:
            continue
        title = entry.title.get("zh" if not "".join(sheet.header).isascii() else "en") or name
        message = f"no column of this {sheet.noun} holds {name}"
        what = "another value in every row" if name == ID else "a value in every row"
        hint = f"add a column {quote(title)} with {what}"
        problems.add("lead-required", message, sheet.place(sheet.line), hint)


def mark_faults(sheet: Sheet, columns: Mapping[int, Column]) -> None:
    """Note the cells of a CSV text that don't say what was meant.

    These are long numbers of which a spreadsheet has left a few digits, and, where semicolons
    part the cells because commas are decimal ones, numbers such as `1,234` and `1.234`.
    """
    if _ROUNDED.search(sheet.source.text):
        hint = "format the column as text in the spreadsheet, enter it again, and save again"
        fault = Fault("csv-digits", "a spreadsheet has left only some digits of this number", hint)
        for row, i in _matching(sheet, _of_kind(Kind.TEXT, columns), _ROUNDED):
            row.fault(i, replace(fault, shown=row.cells[i].strip()))
    if sheet.delimiter == ";":
        for row, i in _matching(sheet, _of_kind(Kind.NUMBER, columns), _TWO_READINGS):
            found = two_readings(row.cells[i])
            assert found is not None
            row.fault(i, replace(found, hint=None) if _is_private(columns[i]) else found)


def two_readings(cell: str) -> Fault | None:
    """What is wrong with `1,234` and `1.234` where semicolons part the cells."""
    shown = cell.strip()
    if _TWO_READINGS.fullmatch(shown) is None:
        return None
    whole, rest = re.split("[.,]", shown)
    message = "beside semicolons, this number could mean two"
    return Fault("csv-decimal", message, f"write {whole}{rest}, or {whole}.{rest}0")


def _of_kind(kind: Kind, columns: Mapping[int, Column]) -> list[int]:
    types = ((i, column.entry.type) for i, column in columns.items())
    return [i for i, type_ in types if isinstance(type_, Type) and type_.kind is kind]


def _is_private(column: Column) -> bool:
    return isinstance(column.entry, Field) and column.entry.pii


def _matching(
    sheet: Sheet, positions: list[int], pattern: re.Pattern[str]
) -> Iterator[tuple[SheetRow, int]]:
    for row in sheet.rows:
        for i in positions:
            if i < len(row.cells) and pattern.fullmatch(row.cells[i].strip()):
                yield row, i


def join_position(sheet: Sheet, names: list[str], columns: Columns) -> int | None:
    """The position of the column with the lead's id in a table's own file."""
    found = (i for i, header in enumerate(sheet.header) if names_lead(header, names, columns))
    return next(found, None)


def names_lead(header: str, names: list[str], columns: Columns) -> bool:
    """Whether a column of a table says which lead a row belongs to; `names` are those of the id."""
    if columns.find(header) is not None:
        return False
    return fold(header) in {fold(name) for name in (*names, "lead", "lead_id", "客户编号")}
