"""One cell → the value that YAML would hold: an expression, a word, a text, a list.

What people see in the cell counts. A number is its shortest decimal (`0.1`, never the binary
fraction a workbook holds), `85%` is 0.85 and `12.5万` is 125000, as in lead files; everything else
is what it would be in a rule file.
"""

from __future__ import annotations

import re
from datetime import date

from groupbuy.model.numbers import WIDE, number_reader
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import read_date
from groupbuy.sheets.grid import CellSource
from groupbuy.source.nodes import Node, Plain, Scalar, Sequence
from groupbuy.source.scalars import core_value, fits_plain
from groupbuy.tree.types import number

_PLAIN = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")
_LIKE_NUMBER = re.compile(r"[-+]?\s*(¥|rmb|cny|人民币)?\s*[-+]?[0-9.]", re.IGNORECASE)
_LIKE_DATE = re.compile(r"[0-9]{4}\s*([-/.年])\s*[0-9]{1,2}\s*([-/.月])\s*[0-9]{1,2}.*")
_SEPARATORS = re.compile(r"[、,，;；|\n]")

_READ_PERCENT = number_reader(number("percent"), ())
_READ_MONEY = number_reader(number("money"), ())


def day_of(cell: str) -> str | None:
    """A cell that is a date, as rules write it; none where it is none."""
    if not _LIKE_DATE.fullmatch(cell.translate(WIDE)):
        return None
    try:
        day = read_date(cell)
    except ValueProblem:
        return None
    return None if day is None else date.fromordinal(day).isoformat()


def number_of(cell: str) -> str | None:
    """A cell that is a number, as rules write it; none where it is none.

    Raises `ValueProblem` for what was meant as a number and can't be read.
    """
    text = cell.translate(WIDE).strip()
    if _PLAIN.fullmatch(text):
        return text
    if not _LIKE_NUMBER.match(text):
        return None
    if text.endswith("%"):
        return shortest(_READ_PERCENT(text) or 0.0)
    try:
        read = _READ_MONEY(text)
    except ValueProblem:
        if re.fullmatch(r"[-+]?[0-9.,¥]+", text):
            raise
        return None
    return shortest(read or 0.0)


def shortest(value: float) -> str:
    """The shortest decimal that is this number."""
    if value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"
    return text if float(text) == value and "e" not in text else f"{value:.17f}".rstrip("0")


def expression(cell: str, source: CellSource, row: int, column: int) -> Scalar:
    """A cell that holds an expression: a number, a date, or what a rule file would say.

    Raises `ValueProblem`.
    """
    day = day_of(cell)
    if day is not None:
        return Scalar(source, row, column, day, day)
    found = number_of(cell)
    if found is not None:
        return Scalar(source, row, column, core_value(found), found)
    value = core_value(cell.strip())
    if isinstance(value, bool):
        return Scalar(source, row, column, value, cell.strip())
    return text(cell.strip(), source, row, column)


def text(cell: str, source: CellSource, row: int, column: int) -> Scalar:
    """A cell that holds a text or a word, with the quotes that it needs in a rule file."""
    return Scalar(source, row, column, cell, cell, style_of(cell))


def style_of(text: str) -> str:
    """The quotes that a text needs in YAML to be read as this text."""
    value: Plain = core_value(text) if text else None
    return "" if isinstance(value, str) and "\n" not in text and fits_plain(text) else '"'


def words(cell: str, source: CellSource, row: int, column: int) -> Node:
    """A cell that lists words: `talk、urgent`."""
    items: list[Node] = [text(part, source, row, column) for part in parts_of(cell)]
    return Sequence(source, row, column, items)


def parts_of(cell: str) -> list[str]:
    """The words of a cell that lists some."""
    return [part.strip() for part in _SEPARATORS.split(cell) if part.strip()]
