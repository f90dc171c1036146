"""A file of an export as sheets: a CSV text is one, a workbook has several."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source, did_you_mean
from groupbuy.model.names import fold, listed, quote
from groupbuy.sheets.grid import XLSX
from groupbuy.sheets.sheet import Sheet, read_sheet
from groupbuy.sheets.text import read_bytes, read_stdin, read_text

_TEXTS = (".csv", ".tsv", ".txt", "")
_HEADER_WITHIN = 10


def open_sheet(
    path: Path,
    title: str | None,
    at: Location,
    problems: Problems,
    notes: list[str],
    stdin: TextIO | None = None,
) -> Sheet | None:
    """A file, or its sheet called `title`; none, with a problem, where it can't be read.

    `at` is where the mapping names it. Raises `GroupbuyError`.
    """
    if path == Path("-"):
        return _named(read_sheet(read_stdin(stdin, notes), problems), problems)
    suffix = path.suffix.lower()
    if suffix in XLSX:
        return _named(_from_workbook(path, title, at, problems, notes), problems)
    if suffix not in _TEXTS:
        hint = "save it as .xlsx or as CSV (UTF-8)"
        message = f"{path.suffix} files can't be read here"
        raise GroupbuyError(Problem("file-format", message, Location(str(path)), hint))
    if title is not None:
        message = f"{path.name} is no workbook: it has no sheet {quote(title)}"
        problems.add("mapping-sheet", message, at, "leave `sheet:` out")
        return None
    return _named(read_sheet(read_text(path, notes), problems), problems)


def titles_of(path: Path) -> list[str | None]:
    """The sheets of a file that people see; none of a CSV text, which is one itself."""
    if path.suffix.lower() not in XLSX:
        return [None]
    from groupbuy.sheets.xlsx_book import Book

    return [
        each.title for each in Book(str(path), read_bytes(path, "workbook")).sheets if each.visible
    ]


def _from_workbook(
    path: Path, title: str | None, at: Location, problems: Problems, notes: list[str]
) -> Sheet | None:
    """One sheet of a workbook; the only one that people see where none is named."""
    from groupbuy.sheets.xlsx_book import Book  # zip and expat take their time
    from groupbuy.sheets.xlsx_cells import Cells
    from groupbuy.sheets.xlsx_sheet import XlsxSheet, read_rows

    book = Book(str(path), read_bytes(path, "workbook"))
    visible = [each for each in book.sheets if each.visible]
    wanted = [each for each in book.sheets if title and fold(each.title) == fold(title)]
    if title is None and len(visible) == 1:
        wanted = visible
    if not wanted:
        known = [each.title for each in visible]
        message = f"{path.name} has no sheet {quote(title)}"
        hint = did_you_mean(title or "", known) or f"it has: {listed(known)}"
        if title is None:
            message = f"{path.name} has several sheets: {listed(known)}"
            hint = f"say which: sheet: {known[0] if known else '…'}"
        problems.add("mapping-sheet", message, at, hint)
        return None
    cells = Cells(book, wanted[0])
    rows = cells.rows()
    # Above the header stands at most a title, which is one cell.
    first = list(islice(rows, _HEADER_WITHIN))
    start = next((i for i, row in enumerate(first) if len(row.cells) > 1), 0)
    where = f"{path}:{wanted[0].title}"
    if not first:
        hint = "its first row names the columns"
        problems.add("xlsx-header", "this sheet is empty", Location(where), hint)
        return None
    header = first[start]
    sheet = XlsxSheet(Source(where, ""), "", header.number, file=str(path), title=wanted[0].title)
    for column, shown in sorted(header.cells, key=lambda cell: cell[0]):
        if isinstance(shown, str) and shown.strip():
            sheet.columns.append(column)
            sheet.header.append(shown.strip())
    # Cells in columns without a header can't be meant by a mapping, which names its columns.
    read_rows(sheet, chain(first[start + 1 :], rows), cells, {}, Problems(), notes)
    return sheet


def _named(sheet: Sheet | None, problems: Problems) -> Sheet | None:
    """The sheet, once each of its columns has a name of its own."""
    firsts: dict[str, int] = {}
    for position, header in enumerate(sheet.header if sheet else ()):
        assert sheet is not None
        if header and firsts.setdefault(header, position) != position:
            message = f"two columns are called {quote(header)}"
            at = sheet.place(sheet.line, position)
            problems.add("csv-header", message, at, "rename one of them")
    return sheet
