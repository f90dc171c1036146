"""Rows that were set aside, as a CSV file to correct and read again: their cells, and why.

The columns `#reason`, `#file` and `#line` begin with `#`, so that they are left out on reading.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

BOM = "\ufeff"
OWN = ("#reason", "#file", "#line")

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Reject:
    """A row that was set aside: the header of its file, its cells as they were, and why."""

    header: tuple[str, ...]
    cells: tuple[str, ...]
    reason: str
    file: str
    line: int


def rejects_csv(rejects: Iterable[Reject]) -> str:
    """The file's text: a heading with the columns of all files, and a row for each reject.

    Cells without a column (of a row that is too long) are the last ones before the reason.
    """
    rows = list(rejects)
    header = list(dict.fromkeys(name for row in rows for name in row.header))
    extra = max((len(row.cells) - len(row.header) for row in rows), default=0)
    more = [f"#{number}" for number in range(1, extra + 1)]
    out = io.StringIO()
    write = csv.writer(out).writerow
    write([harmless(name) for name in (*header, *more, *OWN)])
    for row in rows:
        named = dict(zip(row.header, row.cells, strict=False))
        cells = [named.get(name, "") for name in header]
        beyond = row.cells[len(row.header) :]
        cells += [*beyond, *[""] * (extra - len(beyond))]
        write([harmless(cell) for cell in (*cells, row.reason, row.file)] + [str(row.line)])
    return BOM + out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet computes; a leading apostrophe says that it is a text."""
    plain = _CONTROL.sub("\ufffd", cell)
    if _NUMBER.fullmatch(plain) or not _FORMULA.match(plain):
        return plain
    return f"'{plain}"
