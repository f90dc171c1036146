"""A CSV text as a sheet: a header and rows, with a place for every cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from groupbuy.errors import Location, Problem, Problems, Source
from groupbuy.model.lead import Column, Columns, bare, unknown_name
from groupbuy.model.names import fold, quote

_DELIMITERS = ",;\t"
_EXCEL_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_LONGEST_CELL = 131_072
"""Characters; Python's own limit for a cell. What is longer is a quotation mark left open."""


@dataclass(slots=True, eq=False)
class SheetRow:
    """The cells of one row, and the line on which it begins."""

    line: int
    cells: list[str]


@dataclass(eq=False)
class Sheet:
    """A header and its rows; `used` are the positions of the columns that mean something."""

    source: Source
    delimiter: str
    line: int = 1
    header: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    used: dict[int, str] = field(default_factory=dict)
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
    lines = source.lines
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        hint = "the first line names the columns: id,name,…"
        problems.add("csv-empty", "this file is empty", Location(source.name), hint)
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
    while sheet.header and not sheet.header[-1] and not _has_cells(sheet, len(sheet.header) - 1):
        sheet.header.pop()
    return sheet


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
    return found


def join_position(sheet: Sheet, names: list[str], columns: Columns) -> int | None:
    """The position of the column with the lead's id in a table's own file."""
    wanted = {fold(name) for name in (*names, "lead", "lead_id", "客户编号")}
    free = [i for i, header in enumerate(sheet.header) if columns.find(header) is None]
    return next((i for i in free if fold(sheet.header[i]) in wanted), None)
