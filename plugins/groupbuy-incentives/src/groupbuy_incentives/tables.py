"""Tables of this plugin's commands: on the screen, as CSV and as workbooks, all of them inert."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from groupbuy.api import GroupbuyError, Problem
from groupbuy.api.commands import TEXTS_STAY, csv_table, deliver, inert, xlsxwriter

Cell = str | int | Decimal
SCREENFUL = 100
MOST_ROWS = 1_048_576
"""What a sheet of a workbook holds, its headings included."""


@dataclass(frozen=True)
class Table:
    """A heading and rows. Amounts are `Decimal`."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def as_text(table: Table, limit: int | None = None) -> str:
    """Aligned columns; the first `limit` rows."""
    from tabulate import tabulate

    kept: list[Sequence[Cell]] = []
    more = 0
    for row in table.rows:
        if limit is not None and len(kept) == limit:
            more += 1
        else:
            kept.append(row)
    if not kept:
        return ""
    numbers = [all(isinstance(cell, int | Decimal) for cell in c) for c in zip(*kept, strict=True)]
    align = ["right" if each else "left" for each in numbers]
    shown = [[_shown(cell) for cell in row] for row in kept]
    text = tabulate(shown, list(table.heads), "simple", disable_numparse=True, colalign=align)
    head = f"{table.title}\n" if table.title else ""
    return f"{head}{text}\n" + (f"… {more:,} more: -o FILE writes all\n" if more else "")


def _shown(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else inert(cell)


def deliver_csv(table: Table, target: Path | None) -> None:
    """One table, for a spreadsheet: amounts as plain numbers."""
    rows = ([_plain(cell) for cell in row] for row in table.rows)
    deliver("".join(csv_table(table.heads, rows)), target)


def _plain(cell: Cell) -> str | int:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def workbook(tables: Sequence[Table]) -> bytes:
    """A sheet for each table. Texts stay texts, whatever they begin with."""
    content = BytesIO()
    # Rows go to disk as they are written; without a folder of their own they stay there on Ctrl-C.
    with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, **TEXTS_STAY}
        with xlsxwriter().Workbook(content, options) as book:
            bold = book.add_format({"bold": True})
            amount = book.add_format({"num_format": "#,##0.00"})
            for table in tables:
                _write_sheet(book.add_worksheet(table.title[:31]), table, bold, amount)
    return content.getvalue()


def _write_sheet(sheet: Any, table: Table, bold: Any, amount: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(table.heads) - 1), 18)
    for column, head in enumerate(table.heads):
        sheet.write_string(0, column, head, bold)
    for number, row in enumerate(table.rows, 1):
        if number == MOST_ROWS:
            message = f"a sheet of a workbook holds {MOST_ROWS:,} rows, and there are more"
            raise GroupbuyError(Problem("too-many-rows", message, None, "--format csv"))
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, inert(cell))
            else:
                sheet.write_number(number, column, float(cell), amount)
