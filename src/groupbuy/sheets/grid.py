"""A sheet as nothing but cells: what each shows, where it stands, and what is wrong with it.

For tables whose columns mean what their readers say, and not the fields of a lead: CSV files in any
encoding and dialect, and the sheets of a workbook.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source, did_you_mean
from groupbuy.model.names import fold, listed, quote
from groupbuy.sheets.sheet import Fault, SheetRow, read_sheet, two_readings
from groupbuy.sheets.text import read_bytes, read_text
from groupbuy.source.limits import current

if TYPE_CHECKING:
    from groupbuy.sheets.xlsx_book import Book, SheetInfo
    from groupbuy.sheets.xlsx_cells import Cells

CSV = (".csv", ".tsv")
XLSX = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class CellPlace(Location):
    """The place of a workbook's cell: `rates.xlsx:Sheet1!C12`; `shown` is what the cell shows."""

    shown: str = field(default="", compare=False)

    @property
    def excerpt(self) -> str | None:
        """What the cell shows: a workbook has no lines."""
        return self.shown or None


@dataclass(frozen=True, eq=False)
class CellSource(Source):
    """A sheet as the source of values: a line is a row, a column is a column of cells (from 1)."""

    place: Callable[[int, int], Location]

    def at(self, line: int, column: int | None = None) -> Location:
        """The place of a cell."""
        return self.place(line, column or 1)


@dataclass(frozen=True, eq=False)
class PiecesSource(Source):
    """A text of one line that was put together from several cells; its places are those cells.

    `pieces` says from which character on (from 0) the text comes from which cell.
    """

    pieces: Sequence[tuple[int, Location]]

    def at(self, line: int, column: int | None = None) -> Location:
        """The place of the cell that a character came from."""
        offset = (column or 1) - 1
        behind = bisect_right([start for start, _ in self.pieces], offset)
        return self.pieces[max(behind - 1, 0)][1]


@dataclass(frozen=True)
class GridRow:
    """The cells of one row that show something, by column (from 1).

    `number` is the row in a workbook and the line in a CSV text, on which it begins; `last` the
    one on which it ends.
    """

    number: int
    last: int
    cells: dict[int, str | Fault]

    @property
    def is_remark(self) -> bool:
        """Whether it says something to people alone: its first cell begins with `#`."""
        first = self.cells[min(self.cells)]
        return isinstance(first, str) and first.lstrip().startswith(("#", "＃"))


@dataclass(frozen=True, eq=False)
class Grid:
    """The rows of one sheet that show something, downwards."""

    source: CellSource
    rows: Sequence[GridRow]
    title: str = ""
    """What the sheet is called; nothing where the file is the sheet."""

    def place(self, row: int, column: int = 1) -> Location:
        """The place of a cell."""
        return self.source.at(row, column)

    @property
    def content(self) -> str:
        """All that it shows: the same where only colours and widths differ."""
        return repr([(row.number, sorted(row.cells.items(), key=_column)) for row in self.rows])


def _column(cell: tuple[int, object]) -> int:
    return cell[0]


def read_grid(path: Path, name: str, sheet: str | None = None, likely: Iterable[str] = ()) -> Grid:
    """The cells of a CSV file or of one sheet of a workbook, that is shown as `name`.

    `sheet` names the sheet; without it, it is the only one that people see, or one called like one
    of `likely`. Raises `GroupbuyError` with what is wrong with the file; what is wrong with a cell
    stands in the cell.
    """
    if path.suffix.lower() in XLSX:
        # Most rules keep no table in a workbook, and every command starts by reading rules.
        from groupbuy.sheets.xlsx_book import Book

        book = Book(name, read_bytes(path, "table_file", name=name))
        return _xlsx(book, _chosen(book, sheet, likely))
    if sheet is not None:
        hint = "leave out the colon and what stands behind it"
        raise GroupbuyError(
            Problem("table-sheet", "a CSV file has no sheets", Location(name), hint)
        )
    return _csv(read_text(path, [], name=name, bound="table_file"))


# --- CSV ----------------------------------------------------------------------------------------


def _csv(text: Source) -> Grid:
    problems = Problems()
    sheet = read_sheet(text, problems)
    if sheet is not None:
        wide = len(sheet.header)
        problems.extend(ragged for row in sheet.rows if (ragged := sheet.ragged(row)))
    problems.raise_any()
    assert sheet is not None
    header = SheetRow(sheet.line, sheet.header)

    def place(line: int, column: int) -> Location:
        return sheet.place(line, column - 1)

    rows = []
    for row in (header, *sheet.rows):
        cells: dict[int, str | Fault] = {}
        for column, shown in enumerate(row.cells[:wide], 1):
            fault = two_readings(shown) if sheet.delimiter == ";" else None
            if shown.strip():
                cells[column] = fault or _one_end(shown.strip())
        last = row.line + sum(len(re.findall("\r\n|\r|\n", cell)) for cell in row.cells)
        rows.append(GridRow(row.line, last, cells))
    return _bounded(Grid(CellSource(text.name, "", place), rows))


# --- workbooks ----------------------------------------------------------------------------------


def _chosen(book: Book, sheet: str | None, likely: Iterable[str]) -> SheetInfo:
    """The sheet that is meant."""
    if sheet is not None:
        for info in book.sheets:
            if fold(info.title) == fold(sheet):
                return info
        titles = [info.title for info in book.sheets]
        hint = did_you_mean(sheet, titles) or f"it has: {listed(titles)}"
        message = f"this workbook has no sheet {quote(sheet)}"
        raise GroupbuyError(Problem("table-sheet", message, Location(book.name), hint))
    seen = [info for info in book.sheets if info.visible and not info.title.startswith("#")]
    if len(seen) == 1:
        return seen[0]
    wanted = [fold(word) for word in likely]
    named = [info for info in seen if fold(info.title) in wanted]
    if len(named) == 1:
        return named[0]
    titles = [info.title for info in seen]
    message = "this workbook has several sheets" if titles else "this workbook shows no sheet"
    hint = f"say which: {Path(book.name).name}:{titles[0]}" if titles else "unhide it"
    more = f" ({listed(titles)})" if titles else ""
    raise GroupbuyError(Problem("table-sheet", message + more, Location(book.name), hint))


def _xlsx(book: Book, info: SheetInfo) -> Grid:
    from groupbuy.sheets.xlsx_cells import Cells, cell_place

    found = Cells(book, info)
    limits = current()
    rows: list[GridRow] = []
    filled = 0
    for row in found.rows():
        cells = {column: _one_end(shown) for column, shown in row.cells if _shows(shown)}
        if cells:
            rows.append(GridRow(row.number, row.number, cells))
        filled += len(cells)
        if len(rows) > limits.table_rows + 1 or filled > limits.table_cells:
            break  # it is refused below
    rows = _with_merged(rows, found)
    texts = {(row.number, c): _text(shown) for row in rows for c, shown in row.cells.items()}

    def place(row: int, column: int) -> Location:
        at = cell_place(book.name, info.title, row, column)
        return CellPlace(at.file, shown=texts.get((row, column), ""))

    source = CellSource(f"{book.name}:{info.title}", "", place)
    return _bounded(Grid(source, rows, info.title))


def _one_end(shown: str | Fault) -> str | Fault:
    """What a cell shows, with the same end of its lines whichever system wrote it."""
    if isinstance(shown, str) and "\r" in shown:
        return shown.replace("\r\n", "\n").replace("\r", "\n")
    return shown


def _shows(shown: str | Fault) -> bool:
    return isinstance(shown, Fault) or bool(shown.strip())


def _text(shown: str | Fault) -> str:
    return shown.shown if isinstance(shown, Fault) else shown


def _with_merged(rows: list[GridRow], found: Cells) -> list[GridRow]:
    """The rows with what a merge has left blank as faults: whose value was meant is not known.

    Columns beyond the last that shows something are left alone, and so are remarks.
    """
    from groupbuy.sheets.xlsx_cells import letters_of

    widest = max((max(row.cells) for row in rows), default=0)
    numbers = [row.number for row in rows]
    covered: dict[int, dict[int, str | Fault]] = {}
    most, visited = current().table_cells, 0
    for merge in found.merges:
        first = f"{letters_of(merge.left)}{merge.top}"
        hint = "unmerge the cells, and write into each what it holds"
        fault = Fault("xlsx-merged", f"this cell is merged with {first}", hint)
        within = rows[bisect_left(numbers, merge.top) : bisect_right(numbers, merge.bottom)]
        columns = range(merge.left, min(merge.right, widest) + 1)
        visited += len(within) * len(columns)
        if visited > most:
            reason = f"more than {most:,} cells in it are merged"
            found.book.package.too_large(reason, "table_cells")
        for row in within:
            for column in columns:
                if not row.is_remark and (row.number, column) != (merge.top, merge.left):
                    covered.setdefault(row.number, {})[column] = fault
    return [
        GridRow(row.number, row.last, {**row.cells, **covered.get(row.number, {})}) for row in rows
    ]


def _bounded(grid: Grid) -> Grid:
    limits, at = current(), Location(grid.source.name)
    # Without the row that names the columns. The rest of a workbook was not even looked at.
    have = {
        "table_rows": len(grid.rows) - 1,
        "table_cells": sum(len(row.cells) for row in grid.rows),
    }
    for name, what in (("table_rows", "rows"), ("table_cells", "cells")):
        most: int = getattr(limits, name)
        if have[name] > most:
            message = f"this table has more than {most:,} {what}"
            hint = limits.hint(name, "cut it into several tables")
            raise GroupbuyError(Problem("file-too-large", message, at, hint))
    if not grid.rows:
        hint = "its first row names the columns"
        raise GroupbuyError(Problem("table-header", "this sheet is empty", at, hint))
    return grid
