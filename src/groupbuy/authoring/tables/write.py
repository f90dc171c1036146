"""A sheet of a table as a file: CSV, or a workbook with lists to choose from and notes."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from groupbuy.authoring.tables.layout import SheetColumn, TableSheet
from groupbuy.extras import TEXTS_STAY, xlsxwriter
from groupbuy.files.blank_xlsx import LONGEST_TITLE, NOT_IN_TITLES
from groupbuy.files.from_xlsx import LISTS_SHEET
from groupbuy.render.width import width
from groupbuy.sheets.xlsx_cells import letters_of

_MADE = datetime(2026, 1, 1)
"""Of every such workbook, so that the same rules make the same bytes."""
_TEXT, _GENERAL = 49, 0
"""Formats that are built into Excel."""
_SPARE_ROWS = 500
"""Rows below the table that are prepared for more."""
_WIDEST = 44


def csv_of(sheet: TableSheet) -> bytes:
    """The bytes of a CSV file, as Excel opens it: UTF-8 with a mark; the second row is remarks."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.explained.plain for column in sheet.columns])
    notes = [column.explained.note.replace("\n", " ") for column in sheet.columns]
    writer.writerow([f"# {notes[0]}", *notes[1:]])
    for row in sheet.rows:
        writer.writerow([_written(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _written(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:.15g}"


def xlsx_of(sheet: TableSheet) -> bytes:
    """The bytes of a workbook. Raises `GroupbuyError` without the extra `xlsx`."""
    content = io.BytesIO()
    book = xlsxwriter().Workbook(content, {"in_memory": True, **TEXTS_STAY})
    book.set_properties({"created": _MADE, "author": "groupbuy"})
    _Writer(book, sheet).write()
    book.close()
    return content.getvalue()


class _Writer:
    """Writes the one sheet of a workbook, and the hidden one with the lists."""

    def __init__(self, book: Any, sheet: TableSheet) -> None:
        self.book, self.sheet = book, sheet
        title = NOT_IN_TITLES.sub("", sheet.title).strip()[:LONGEST_TITLE]
        taken = title.casefold() in ("", "history", LISTS_SHEET)  # Excel has a History of its own
        self.page = book.add_worksheet(f"table_{title}"[:LONGEST_TITLE] if taken else title)
        self.lists = book.add_worksheet(LISTS_SHEET)
        self.lists.hide()
        self.last = max(len(column.cells) for column in sheet.columns) + _SPARE_ROWS

    def write(self) -> None:
        """The head with its notes, and the cells."""
        self.page.freeze_panes(1, 1)
        self.page.set_row(0, 32)
        head = self.book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "num_format": _TEXT,
             "bg_color": "#DDEBF7"}
        )  # fmt: skip
        text = self.book.add_format({"num_format": _TEXT, "valign": "top"})
        number = self.book.add_format({"num_format": _GENERAL, "valign": "top"})
        for position, column in enumerate(self.sheet.columns):
            explained = column.explained
            # What is typed into a cell of texts stays as it was typed: >= 100 is no formula.
            form = text if explained.words else number
            self.page.set_column(position, position, _width(column), form)
            lines = dict.fromkeys((explained.title, explained.said))
            self.page.write_string(0, position, "\n".join(lines), head)
            note = {"x_scale": 2, "y_scale": 1.5, "author": "groupbuy"}
            self.page.write_comment(0, position, explained.note, note)
            if explained.choices:
                self.choose(position, explained.choices)
            for row, cell in enumerate(column.cells, 1):
                if isinstance(cell, str):
                    self.page.write_string(row, position, cell, text) if cell else None
                else:
                    self.page.write_number(row, position, cell, number)

    def choose(self, position: int, choices: tuple[str, ...]) -> None:
        """A list to choose from; what is not in it can be typed all the same."""
        for row, word in enumerate(choices):
            self.lists.write_string(row, position, word)
        letters = letters_of(position + 1)
        source = f"={LISTS_SHEET}!${letters}$1:${letters}${len(choices)}"
        check = {"validate": "list", "source": source, "show_error": False}
        self.page.data_validation(1, position, self.last, position, check)


def _width(column: SheetColumn) -> float:
    """The width of a column: that of its longest cell, Chinese characters counted twice."""
    texts = [column.explained.title, column.explained.said, *map(_written, column.cells)]
    return min(max(8, 2 + max(map(width, texts))), _WIDEST)
