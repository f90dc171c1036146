"""A sheet of a workbook as a header and rows, like those of a CSV text.

The header is the first row that names things, within the first ten: above it stand titles and
remarks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import ClassVar

from groupbuy.errors import Location, Problem, Problems, Source
from groupbuy.model.lead import Column, Columns
from groupbuy.model.names import quote
from groupbuy.sheets.sheet import HEADER_WITHIN, Fault, Sheet, SheetRow, check_header
from groupbuy.sheets.xlsx_cells import CellRow, Cells, Merge, cell_place, letters_of
from groupbuy.tree.types import Kind, Type

_MOST_MERGED_CELLS = 200_000

Knows = Callable[[str], bool]


@dataclass(eq=False)
class XlsxSheet(Sheet):
    """A sheet of which only the columns that are read are kept; `columns` are their numbers.

    `left_out` are the numbers of those whose header begins with `#`.
    """

    noun: ClassVar[str] = "sheet"
    file: str = ""
    title: str = ""
    columns: list[int] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)

    def place(self, line: int, position: int | None = None) -> Location:
        """The place of the cell at `position` of the row `line`, or of the row's first cell."""
        column = self.columns[position or 0] if self.columns else 1
        return cell_place(self.file, self.title, line, column)

    def ragged(self, row: SheetRow) -> Problem | None:
        """Never: cells have columns of their own."""
        return None


def find_header(
    cells: Cells, columns: Columns, is_key: Knows, problems: Problems, notes: list[str]
) -> tuple[XlsxSheet, Iterator[CellRow]] | None:
    """The sheet with its header and, not yet taken, the rows below it.

    The header is the first row that has the key (the lead's id) or two names that mean something.
    Without such a row, one that has one name; without that, a problem.
    """
    name, title = cells.book.name, cells.sheet.title
    rows = cells.rows()
    first = list(islice(rows, HEADER_WITHIN))
    found = _header_among(first, columns, is_key)
    where = f"{name}:{title}"
    if found is None:
        if not first:
            message, hint = "this sheet is empty", "its first row names the columns"
            problems.add("xlsx-header", message, Location(where), hint)
        else:
            message = f"none of the first {HEADER_WITHIN} rows of this sheet names the columns"
            hint = f"write {quote(_first_words(columns))} and the other names above the columns"
            at = cell_place(name, title, first[0].number, first[0].cells[0][0])
            problems.add("xlsx-header", message, at, hint)
        return None
    if found:
        lines = [row.number for row in first[:found]]
        notes.append(f"{where}: {_row_words(lines)} above the header, not read")
    header = first[found]
    sheet = XlsxSheet(Source(where, ""), "", header.number, file=name, title=title)
    for column, shown in sorted(header.cells, key=lambda cell: cell[0]):
        if isinstance(shown, Fault):
            at = cell_place(name, title, header.number, column)
            problems.add(shown.code, shown.message, at, shown.hint)
        elif shown.strip().startswith("#"):
            sheet.left_out.add(column)
        elif shown.strip():
            sheet.columns.append(column)
            sheet.header.append(shown.strip())
    return sheet, chain(first[found + 1 :], rows)


def _header_among(rows: list[CellRow], columns: Columns, is_key: Knows) -> int | None:
    best = None
    for number, row in enumerate(rows):
        words = [shown.strip() for _, shown in row.cells if isinstance(shown, str)]
        known = sum(columns.find(word) is not None for word in words if len(word) < 100)
        if known > 1 or any(map(is_key, words)):
            return number
        if known and best is None:
            best = number
    return best


def _first_words(columns: Columns) -> str:
    return next(iter(columns.owner.names), "id")


def _row_words(lines: list[int]) -> str:
    return f"row {lines[0]} stands" if len(lines) == 1 else f"rows {lines[0]}–{lines[-1]} stand"


def read_rows(
    sheet: XlsxSheet,
    rows: Iterator[CellRow],
    cells: Cells,
    meanings: Mapping[int, Column],
    problems: Problems,
    notes: list[str],
) -> None:
    """Take the rows below the header into the sheet, with what is wrong with their cells."""
    positions = {column: position for position, column in enumerate(sheet.columns)}
    texts = {i for i, column in meanings.items() if _is_text(column)}
    blank = [""] * len(sheet.columns)
    strays: dict[int, int] = {}
    hidden = 0
    for row in rows:
        values = blank.copy()
        taken = SheetRow(row.number, values)
        something = False
        for column, shown in row.cells:
            position = positions.get(column)
            if isinstance(shown, Fault):
                something = True
                if position is not None:
                    # A fault in place of a required text is one fault, not two.
                    values[position] = shown.shown if position in texts else ""
                    taken.fault(position, shown)
            elif shown.isspace():
                continue
            elif position is not None:
                values[position] = shown
            if position is None and column not in sheet.left_out:
                strays.setdefault(column, row.number)
            something = True
        if something:
            sheet.rows.append(taken)
            hidden += row.hidden
    for column, line in sorted(strays.items()):
        at = cell_place(sheet.file, sheet.title, line, column)
        message = f"there is a cell in column {letters_of(column)}, which has no header"
        hint = "name the column, or begin its name with # to leave it out"
        problems.add("xlsx-header", message, at, hint)
    if hidden:
        notes.append(f"{sheet.source.name}: {hidden:,} of the rows that were read are hidden")
    _mark_merged(sheet, cells.merges, meanings, cells)


def _is_text(column: Column) -> bool:
    type_ = column.entry.type
    return isinstance(type_, Type) and type_.kind is Kind.TEXT


def _mark_merged(
    sheet: XlsxSheet, merges: list[Merge], meanings: Mapping[int, Column], cells: Cells
) -> None:
    """Cells that a merge has left blank are faults: whether its value was meant is not known."""
    lines = [row.line for row in sheet.rows]
    texts = {i for i, column in meanings.items() if _is_text(column)}
    visited = 0
    for merge in merges:
        rows = range(bisect_left(lines, merge.top), bisect_right(lines, merge.bottom))
        left, right = (
            bisect_left(sheet.columns, merge.left),
            bisect_right(sheet.columns, merge.right),
        )
        visited += len(rows) * (right - left)
        if visited > _MOST_MERGED_CELLS:
            cells.book.package.too_large(f"more than {_MOST_MERGED_CELLS:,} cells in it are merged")
        first = f"{letters_of(merge.left)}{merge.top}"
        for number in rows:
            row = sheet.rows[number]
            for position in range(left, right):
                if (row.line, sheet.columns[position]) == (merge.top, merge.left):
                    continue
                hint = "unmerge the cells, and write into each what it holds"
                row.fault(position, Fault("xlsx-merged", f"this cell is merged with {first}", hint))
                if position in texts and not row.cells[position]:
                    row.cells[position] = f"({first})"


def checked(
    sheet: XlsxSheet, columns: Columns, problems: Problems, *, table: str = "", besides: int = -1
) -> dict[int, Column] | None:
    """What the columns mean; none where the header is at fault, for then no row counts."""
    before = len(problems.found)
    meanings = check_header(sheet, columns, problems, table=table, besides=besides)
    return meanings if len(problems.found) == before else None
