"""The cells of a sheet, row by row, as people see them; nothing is kept of blank ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from groupbuy.errors import Location
from groupbuy.sheets.sheet import Fault
from groupbuy.sheets.xlsx_book import Book, Pieces, SheetInfo, unescaped
from groupbuy.sheets.xlsx_formats import plain
from groupbuy.sheets.xlsx_package import local
from groupbuy.source.limits import current

Cell = tuple[int, "str | Fault"]
"""A column (from 1) and what its cell shows."""

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_BLANKS = 2_000_000
"""Blank rows and cells that are passed over, whatever else there is."""
_BLANKS_EACH = 20
"""And how many more for each cell with something in it."""
_MOST_MERGED = 20_000

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(rf"{_REFERENCE.pattern}(?::{_REFERENCE.pattern})?")
_FORMULA_HINT = "open the workbook in Excel and save it, or write the value itself"
_ERRORS = {
    "#N/A": "nothing was found",
    "#REF!": "it refers to cells that are gone",
    "#DIV/0!": "it divides by zero",
    "#VALUE!": "it computes with something that is no number",
    "#NAME?": "it names something that does not exist",
    "#NUM!": "there is no such number",
}


@dataclass(frozen=True, slots=True)
class CellRow:
    """The cells of one row that show something, in any order."""

    number: int
    cells: list[Cell]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells made one: the first and last row and column."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(eq=False)
class Cells:
    """The cells of one sheet; `merges` are known once all its rows have been taken."""

    book: Book
    sheet: SheetInfo
    merges: list[Merge] = field(default_factory=list)

    def rows(self) -> Iterator[CellRow]:
        """The rows with something in them, downwards; blank rows are left out."""
        reading = _Reading(self)
        pieces = self.book.package.parse(
            self.sheet.part, reading.start, reading.end, reading.characters
        )
        for _ in pieces:
            yield from reading.done
            reading.done.clear()


class _Reading:
    """The handlers of one sheet's XML. They run for every cell: the frequent cases come first."""

    def __init__(self, cells: Cells) -> None:
        self.cells, self.book = cells, cells.book
        self.texts, self.formats = self.book.texts, self.book.formats
        self.done: list[CellRow] = []
        self.row: list[Cell] = []
        self.number = self.column = 0
        self.hidden = False
        self.kind = "n"
        self.style = ""
        self.formula = self.keep = False
        self.written = ""
        self.pieces = Pieces()
        self.filled = self.blank = self.length = 0
        limits = current()
        self.most_cells, self.most_characters = limits.workbook_cells, limits.workbook_characters

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if ":" in tag:
            tag = local(tag)
        if tag == "c":
            get = attributes.get
            self._place(get("r"))
            self.kind, self.style = get("t", "n"), get("s", "")
            self.formula, self.written = False, ""
        elif tag == "v":
            self.keep = True
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "f":
            self.formula = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag in ("t", "rPh"):
            self.pieces.start(tag)

    def characters(self, text: str) -> None:
        """Characters of a value or of a text."""
        if self.keep:
            if len(self.written) < 40_000:
                self.written += text
        else:
            self.pieces.add(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if ":" in tag:
            tag = local(tag)
        if tag == "v":
            self.keep = False
        elif tag == "c":
            shown = self._shown()
            if shown is None or shown == "":
                self._passed_over()
            else:
                self.row.append((self.column, shown))
                self._count(shown)
        elif tag == "row":
            if self.row:
                self.done.append(CellRow(self.number, self.row, self.hidden))
                self.row = []
            else:
                self._passed_over()
        elif tag in ("t", "rPh"):
            self.pieces.end(tag)

    # --- where a cell is ------------------------------------------------------------------------

    def _begin_row(self, attributes: dict[str, str]) -> None:
        written = attributes.get("r", "")
        number = int(written) if written.isdecimal() and len(written) < 8 else self.number + 1
        if not self.number < number <= MOST_ROWS:
            self.book.package.damaged(f"{self.cells.sheet.part}: row {number}")
        self.number, self.column = number, 0
        self.hidden = attributes.get("hidden", "0") in ("1", "true")

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
        else:
            self.column = column_of(reference.rstrip("0123456789"))
        if not 0 < self.column <= MOST_COLUMNS:
            shown = (reference or "")[:20]
            self.book.package.damaged(f"{self.cells.sheet.part}: cell {shown}")

    def _merge(self, reference: str) -> None:
        found = _RANGE.fullmatch(reference)
        if found is None:
            return
        left, top = column_of(found[1]), int(found[2])
        right, bottom = (column_of(found[3]), int(found[4])) if found[3] else (left, top)
        self.cells.merges.append(Merge(top, left, bottom, right))
        if len(self.cells.merges) > _MOST_MERGED:
            self.book.package.too_large(f"more than {_MOST_MERGED:,} cells in it are merged")

    # --- what it shows --------------------------------------------------------------------------

    def _shown(self) -> str | Fault | None:
        kind, written = self.kind, self.written
        if kind == "s":
            return self._shared(written) if written else None
        if kind == "n":
            if written:
                return self._number(written)
            return _uncomputed() if self.formula else None
        if kind == "inlineStr":
            return self.pieces.take()
        if kind == "str":
            return unescaped(written)  # of a formula; it may be an empty text
        if kind == "b":
            return {"1": "true", "0": "false"}.get(written, written) or None
        if kind == "e":
            return _error(written)
        return written or None  # `d`: a date as it is written

    def _shared(self, written: str) -> str:
        number = int(written) if written.isdecimal() and len(written) < 9 else -1
        if not 0 <= number < len(self.texts):
            self.book.package.damaged(f"{self.cells.sheet.part}: there is no text {written[:20]}")
        return self.texts[number]

    def _number(self, written: str) -> str | Fault:
        try:
            value = float(written)
        except ValueError:
            value = float("nan")
        if not abs(value) < float("inf"):
            self.book.package.damaged(f"{self.cells.sheet.part}: the number {written[:20]}")
        if self.formula and self.book.uncomputed and value == 0:
            return _uncomputed()
        style = int(self.style) if self.style.isdecimal() and len(self.style) < 7 else 0
        show = self.formats[style] if style < len(self.formats) else plain
        return show(value)

    # --- how much there is ----------------------------------------------------------------------

    def _count(self, shown: str | Fault) -> None:
        self.filled += 1
        if type(shown) is str:
            self.length += len(shown)
        # Characters count for each cell: a text that is stored once can stand in a million.
        if self.filled > self.most_cells:
            reason = f"it has more than {self.most_cells:,} cells"
            self.book.package.too_large(reason, "workbook_cells")
        if self.length > self.most_characters:
            reason = f"it has more than {self.most_characters:,} characters"
            self.book.package.too_large(reason, "workbook_characters")

    def _passed_over(self) -> None:
        self.blank += 1
        if self.blank > _BLANKS and self.blank > _BLANKS + _BLANKS_EACH * self.filled:
            self.book.package.too_large(f"it has more than {_BLANKS:,} blank rows and cells")


def _uncomputed() -> Fault:
    return Fault("xlsx-formula", "this formula has never been computed", _FORMULA_HINT)


def _error(written: str) -> Fault:
    known = _ERRORS.get(written)
    shown = written if known else "an error"
    message = f"the cell shows {shown}" + (f": {known}" if known else "")
    return Fault("xlsx-error", message, "mend the formula, or leave it empty", shown)


# --- references ---------------------------------------------------------------------------------


@lru_cache(maxsize=MOST_COLUMNS)
def column_of(letters: str) -> int:
    """`A` → 1, `AA` → 27; 0 if these are no letters of a column."""
    number = 0
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(column: int) -> str:
    """1 → `A`, 27 → `AA`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_place(file: str, sheet: str, row: int, column: int) -> Location:
    """`leads.xlsx:客户!C12`: the part behind the colon is what Excel's name box understands.

    It is all in the name of the file: a cell is no line and column of a text.
    """
    return Location(f"{file}:{sheet}!{letters_of(column)}{row}")
