"""Number formats of a workbook: what a person sees in a cell that holds 0.95, 46042 or 12.5.

A cell holds a number and says how it is shown. What is read is what is shown: `95%`, a date,
`12.5万` where the format adds the 万 (and the cell holds 12.5), `$5` where it adds the $.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from groupbuy.sheets.sheet import Fault

Show = Callable[[float], "str | Fault"]
"""What a cell of a format shows."""

MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number."""

# Formats without a code in the file. 27–36 and 50–58 are dates and times in Chinese locales.
_DATES = {14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}
_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
_PERCENTS = {9, 10}

_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[([^\]]*)\]|(.)', re.DOTALL)
_HALVES = re.compile(r"am/pm|a/p|上午/下午", re.IGNORECASE)
_SCALE = re.compile(r"\s*(%|[百千]?[万亿]|[百千])")
_FOREIGN = re.compile(r"[$€£₩₽]|usd|eur|gbp|hkd|jpy|美元|欧元|港元|日元", re.IGNORECASE)
_LAST_DAY = 2_958_465
_LOST = "format the column as text and enter it again, or take it from where it came from as CSV"


def shower(number: int, code: str | None, *, from_1904: bool) -> Show:
    """What cells show whose format has this number and, if it is not built in, this code."""
    if code is None or number in _DATES | _TIMES | _PERCENTS:
        kind = "date" if number in _DATES else "time" if number in _TIMES else ""
        kind = "percent" if number in _PERCENTS else kind
        return _shower(kind, "", "", from_1904)
    return _shower(*_meaning(code), from_1904)


def _shower(kind: str, before: str, behind: str, from_1904: bool) -> Show:
    if kind == "date":
        return lambda value: _day(value, from_1904)
    if kind == "time":
        return _time
    if kind == "percent":
        return lambda value: f"{value * 100:.{MOST_DIGITS}g}%"
    if before or behind:
        return lambda value: _with(before, plain(value), behind)
    return plain


def plain(value: float) -> str | Fault:
    """A number with the 15 digits that are shown; more have been lost already."""
    if abs(value) >= 10**MOST_DIGITS:
        message = f"of a number as long as this, only {MOST_DIGITS} digits are kept"
        return Fault("xlsx-digits", message, _LOST, f"{value:.{MOST_DIGITS}g}")
    return str(int(value)) if value.is_integer() else f"{value:.{MOST_DIGITS}g}"


def _with(before: str, number: str | Fault, behind: str) -> str | Fault:
    return number if isinstance(number, Fault) else before + number + behind


def _day(value: float, from_1904: bool) -> str | Fault:
    """A day number as `2026-01-20`, with the time if there is one."""
    days, seconds = divmod(round(value * 86_400), 86_400)
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    if not from_1904 and 0 < days < 60:
        days += 1  # before the 29th of February 1900, which only spreadsheets know
    elif not 0 < days <= _LAST_DAY or (days == 60 and not from_1904):
        hint = "write it as 2026-01-20, or format the column as the number that it is"
        return Fault("xlsx-date", "this cell is formatted as a date and holds none", hint)
    day = (first + timedelta(days=days)).isoformat()
    return f"{day} {_clock(seconds)}" if seconds else day


def _time(value: float) -> str | Fault:
    return _clock(round(value * 86_400)) if 0 <= value < 10_000 else plain(value)


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def _meaning(code: str) -> tuple[str, str, str]:
    """`date`, `time`, `percent` or nothing, and what stands before and behind the digits."""
    letters, literals, digits, percent, elapsed = "", ["", ""], False, False, False
    scaled = shifted = False
    for quoted, escaped, bracket, bare in _TOKEN.findall(_HALVES.sub("h", _section(code[:300]))):
        if escaped == "." and digits:
            shifted = True  # `0!.0000` shows 125000 as 12.5000
        elif quoted or escaped:
            literals[digits] += quoted or escaped
        elif bracket:
            elapsed = elapsed or bracket.casefold() in ("h", "hh", "m", "mm", "s", "ss")
            literals[digits] += _currency(bracket)
        elif bare in "0#?":
            digits, scaled = True, False
        elif bare == "," and digits:
            scaled = True
        elif bare == "%":
            percent = True
        elif bare.isascii() and bare.isalpha():
            letters += bare.casefold()
        elif bare != ".":
            literals[digits] += bare
    if elapsed:
        return "time", "", ""
    if digits:
        letters = letters.replace("e", "")  # of 1.5E+03; in a date, the e is a year
    if letters and set(letters) <= set("ymdhsaeb"):
        clock = set(letters) <= set("hms") and set(letters) & set("hs")
        return ("time" if clock else "date"), "", ""
    if percent:
        return "percent", "", ""
    foreign = _FOREIGN.search(literals[0] + " " + literals[1])
    unit = None if scaled or shifted else _SCALE.match(literals[1])
    return "", (foreign[0] if foreign else ""), (literals[1].strip() if unit else "")


def _section(code: str) -> str:
    """The part of a format that is for positive numbers."""
    for token in _TOKEN.finditer(code):
        if token[0] == ";":
            return code[: token.start()]
    return code


def _currency(bracket: str) -> str:
    """`[$€-2]` → `€`; a yen is no yuan."""
    if not bracket.startswith("$"):
        return ""
    sign, _, locale = bracket[1:].partition("-")
    return "JPY" if sign in "¥￥" and sign and locale.lstrip("0") == "411" else sign
