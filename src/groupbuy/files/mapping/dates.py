"""Dates as exports write them: `DD-MM-YY`, `M/D/YYYY`, `DD MMM YYYY hh:mm`, day numbers of Excel.

A format has a day, a month and a year once each; other letters and signs stand for themselves.
`YY` is 1970 to 2069. A time of day is read and dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from groupbuy.model.names import quote
from groupbuy.model.numbers import WIDE
from groupbuy.model.problem import ValueProblem

DateReader = Callable[[str], str | None]
"""A cell → the day as `2026-01-31`; none for a blank. Raises `ValueProblem`."""

EXCEL = "excel"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short>[0-9]{2})",
    "MMM": r"(?P<word>[a-z]{3,9})\.?",
    "MM": r"(?P<month>[0-9]{1,2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
    "hh": "[0-9]{1,2}",
    "HH": "[0-9]{1,2}",
    "mm": "[0-9]{2}",
    "ss": r"[0-9]{2}(?:\.[0-9]+)?",
    "AM": "(?:am|pm)",
    " ": r"\s+",
}
_TOKEN = re.compile("YYYY|YY|MMM|MM|M|DD|D|hh|HH|mm|ss|AM|.", re.DOTALL)
_LOOKS_AMBIGUOUS = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}(?:[0-9]{2})?(?:[ T].*)?")
_LONGEST = 40


def date_reader(format: str) -> DateReader:
    """The function that reads dates of a format; raises `ValueProblem` if it is none."""
    if format.strip().lower() == EXCEL:
        return _excel
    found = re.compile(_pattern(format), re.IGNORECASE)

    def read(cell: str) -> str | None:
        text = cell.translate(WIDE).strip()
        if not text:
            return None
        match = found.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            raise ValueProblem("value-date", f"{quote(text)} is not a date written {format}")
        return _day(match.groupdict(), text)

    return read


def _pattern(format: str) -> str:
    tokens = _TOKEN.findall(format.strip()) if len(format) <= _LONGEST else []
    kinds = [token[0] for token in tokens if token in _PARTS and token[0] in "YMD"]
    if sorted(kinds) != ["D", "M", "Y"]:
        message = f"{quote(format)} is not a format of dates"
        hint = "it has a day, a month and a year: DD-MM-YY, M/D/YYYY, DD MMM YYYY, or excel"
        raise ValueProblem("mapping-format", message, hint)
    return "".join(_PARTS.get(token, re.escape(token)) for token in tokens)


def _day(parts: dict[str, str | None], text: str) -> str:
    year = parts.get("year")
    if year is None:
        short = int(parts["short"] or 0)
        year = str(short + (1900 if short >= 70 else 2000))
    word = parts.get("word")
    month = int(parts.get("month") or 0)
    if word is not None:
        month = next((n for n, name in enumerate(_MONTHS, 1) if word.lower()[:3] == name), 0)
    try:
        return date(int(year), month, int(parts["day"] or 0)).isoformat()
    except ValueError:
        message = f"there is no day {quote(text)} in the calendar"
        raise ValueProblem("value-date", message, "is the format right?") from None


def _excel(cell: str) -> str | None:
    text = cell.strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or not 1 <= float(text) < 402_000:
        raise ValueProblem("value-date", f"{quote(text)} is not a day number of a spreadsheet")
    return (date(1899, 12, 30) + timedelta(days=int(float(text)))).isoformat()


def ambiguous(cell: str) -> bool:
    """Whether a cell looks like a date of which nobody can say what is the day."""
    return _LOOKS_AMBIGUOUS.fullmatch(cell.strip()) is not None


def fitting(cells: Iterable[str]) -> list[str]:
    """The usual formats in which every one of the cells is a date."""
    texts = [text for cell in cells if (text := cell.strip())]
    if not texts:
        return []
    found = re.search(r"[-/.]", texts[0])
    sign = found[0] if found else "-"
    time = next((" hh:mm:ss"[: 6 if t.count(":") == 1 else 9] for t in texts if ":" in t), "")
    orders = ("DD-MM-YY", "MM-DD-YY", "YY-MM-DD", "DD-MM-YYYY", "MM-DD-YYYY", "DD-MMM-YYYY")
    more = ("DD-MMM-YY", "DD MMM YYYY", "MMM DD, YYYY")
    formats = [order.replace("-", sign) + time for order in orders] + list(more)
    return [format for format in formats if _all_fit(date_reader(format), texts)]


def _all_fit(read: DateReader, texts: list[str]) -> bool:
    try:
        for text in texts:
            read(text)
    except ValueProblem:
        return False
    return True
