"""Sheets of a workbook: frozen heads, filters, colours, cells that are no formulas.

Rows go to disk as they are written, so that a hundred thousand leads need no more memory than ten.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from groupbuy.extras import TEXTS_STAY, xlsxwriter
from groupbuy.render import csv
from groupbuy.render.cells import number
from groupbuy.render.inert import inert
from groupbuy.render.width import width

LONGEST = 32_767
"""Units of UTF-16 that Excel lets a cell hold."""
LAST_ROW = 1_048_575
FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts a day that never was."""
_NARROWEST, _WIDEST = 6, 48
_LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))

VERDICTS = {"go": ("#DDF2E3", "#14633B"), "terms": ("#FFF3CC", "#6B4B00"),
            "hold": ("#FFE3D1", "#8F3600"), "stop": ("#F8D7DE", "#8A1C31")}  # fmt: skip
"""The verdicts' fill and ink."""

Colours = Mapping[str, tuple[str, str]]
"""Fill and ink of cells by what stands in them."""


@dataclass(frozen=True)
class Kept:
    """A value and what it is: `money`, `percent`, `date` …"""

    value: csv.Value
    kind: str = ""


Value = csv.Value | date | Kept | None


def workbook(fill: Callable[[Book], None], made: date, comments: str) -> bytes:
    """The bytes of an .xlsx file whose sheets `fill` writes.

    The same results make the same bytes: they are dated `made`, not by the clock. Raises
    `GroupbuyError` where XlsxWriter is missing.
    """
    library = xlsxwriter()
    content = BytesIO()
    with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, **TEXTS_STAY}
        book = library.Workbook(content, options)
        try:
            properties = {"author": "groupbuy", "comments": inert(comments)}
            created = datetime.combine(made, datetime.min.time())
            book.set_properties({"created": created, **properties})
            fill(Book(book))
        finally:
            book.close()
    return content.getvalue()


@dataclass
class Sheet:
    """A sheet that is being filled; where Excel's last row is reached, another goes on."""

    title: str
    heads: Sequence[str]
    page: Any
    number: int = 1
    row: int = 0
    widths: list[int] = field(default_factory=list)


class Book:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any) -> None:
        """Into a workbook of XlsxWriter."""
        self.book = book
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def fill(
        self,
        title: str,
        heads: Sequence[str],
        rows: Iterable[Iterable[Value]],
        colours: tuple[int, Colours] | None = None,
        bars: int | None = None,
        frozen: int = 3,
    ) -> None:
        """A sheet with all the rows, the first `frozen` columns staying in sight.

        `colours` are of one column, by what stands in its cells; `bars` is the number of a column
        whose numbers are drawn as bars.
        """
        sheet = self.sheet(title, heads, 1, frozen)
        for row in rows:
            if sheet.row == LAST_ROW:
                self.finish(sheet, colours, bars)
                sheet = self.sheet(title, heads, sheet.number + 1, frozen)
            sheet.row += 1
            for column, value in enumerate(row):
                self.cell(sheet, column, value)
        self.finish(sheet, colours, bars)

    def sheet(self, title: str, heads: Sequence[str], number: int, frozen: int) -> Sheet:
        """A new page with its heads."""
        page = self.book.add_worksheet(self.name_of(title, "" if number == 1 else f" {number}"))
        sheet = Sheet(title, heads, page, number, widths=[0] * len(heads))
        form = self.format(bold=True, bg_color="#DDEBF7", valign="vcenter", border=1)
        for column, head in enumerate(heads):
            text = _cut(inert(head))
            page.write_string(0, column, text, form)
            sheet.widths[column] = width(text) + 3  # and the filter's button
        page.freeze_panes(1, frozen if len(heads) > frozen else 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        return sheet

    def name_of(self, title: str, more: str) -> str:
        """A name that workbooks allow, and that no other sheet has."""
        used = {page.name.casefold() for page in self.book.worksheets()}
        base = " ".join(inert(title).translate(_NOT_IN_TITLES).split()).strip("'") or "1"
        name, again = f"{base[: _LONGEST_TITLE - len(more)]}{more}", 1
        while name.casefold() in used or name.casefold() == "history":
            again += 1
            rest = f"{more} ({again})"
            name = f"{base[: _LONGEST_TITLE - len(rest)]}{rest}"
        return name

    def finish(self, sheet: Sheet, colours: tuple[int, Colours] | None, bars: int | None) -> None:
        """What is known only when all the rows are written."""
        sheet.page.autofilter(0, 0, sheet.row, len(sheet.heads) - 1)
        for column, cells in enumerate(sheet.widths):
            sheet.page.set_column(column, column, min(max(cells + 1, _NARROWEST), _WIDEST))
        if not sheet.row:
            return
        for word, (fill, ink) in (colours[1] if colours else {}).items():
            text = word.replace('"', '""')
            rule = {"type": "cell", "criteria": "==", "value": f'"{text}"',
                    "format": self.format(bg_color=fill, font_color=ink)}  # fmt: skip
            assert colours is not None
            sheet.page.conditional_format(1, colours[0], sheet.row, colours[0], rule)
        if bars is not None:
            rule = {"type": "data_bar", "bar_color": "#9DC3E6", "bar_solid": True}
            sheet.page.conditional_format(1, bars, sheet.row, bars, rule)

    def cell(self, sheet: Sheet, column: int, value: Value) -> None:
        """A number, a day or a text; a blank is no cell."""
        kind = ""
        if isinstance(value, Kept):
            kind, value = value.kind, value.value
        if kind == "date" and isinstance(value, str):
            value = day_of(value) or value
        if value is None or value == "":
            return
        place = sheet.row, column
        if isinstance(value, date):
            sheet.page.write_datetime(*place, value, self.format(valign="top", num_format=_DATE))
            taken = len(_DATE)
        elif isinstance(value, int | float) and math.isfinite(value):
            sheet.page.write_number(*place, value, self.number_format(value, kind))
            taken = len(number(value, 2)) + (4 if kind == "money" else 0)
        else:
            raw = str(value)
            text = _cut(inert(raw))
            # Excel computes a text that looks like a formula once somebody edits its cell.
            quoted = csv.computed(raw) or csv.computed(text)
            more: dict[str, object] = {"quote_prefix": True} if quoted else {}
            form = self.format(valign="top", text_wrap=True, **more)
            sheet.page.write_string(*place, text, form)
            taken = min(width(text[:_WIDEST]), _WIDEST)
        sheet.widths[column] = max(sheet.widths[column], taken)

    def number_format(self, value: float, kind: str) -> Any:
        codes = {"money": "#,##0.00", "percent": "0.00%"}
        code = codes.get(kind, "0" if float(value).is_integer() else "0.00")
        return self.format(valign="top", num_format=code)

    def format(self, **properties: object) -> Any:
        """A format of cells; each is made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]


_DATE = "yyyy-mm-dd"


def day_of(text: str) -> date | None:
    """The day that a text is, if Excel has it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found >= FIRST_DAY else None


def _cut(text: str) -> str:
    """As much of a text as a cell can hold, with a sign for what is left out."""
    if len(text) * 2 <= LONGEST:
        return text
    units = text.encode("utf-16-le")
    if len(units) // 2 <= LONGEST:
        return text
    return units[: (LONGEST - 1) * 2].decode("utf-16-le", "ignore") + "…"
