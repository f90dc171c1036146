"""One value, read as a person would read it: a CSV cell, the text of a YAML scalar, a JSON value.

`reader(type, …)` returns the function that reads a field's values. What it returns is what the
back ends compute with: numbers are floats (of whole numbers too), dates are day numbers
(`date.toordinal()`), flags are bools, a choice is its canonical word, a many-valued choice the
tuple of its canonical words in declared order, a text is itself. A blank is unknown: `None`.
What can't be read raises `ValueProblem`, to which the caller adds the place.

Readers run once for every cell of a file. Each tries the form nearly all values have first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from groupbuy.errors import did_you_mean
from groupbuy.model.names import Names, listed, quote
from groupbuy.model.numbers import WIDE, number_reader
from groupbuy.model.problem import NOT_KNOWN, ValueProblem
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.tree.types import Kind, Type

Value = float | bool | int | str | tuple[str, ...]
Reader = Callable[[object], Value | None]

LONGEST_TEXT = 32_767
"""Characters in a text: what a spreadsheet's cell holds."""

NOTHING = frozenset({"无", "-"})
"""What people write in a cell for "there are none": an empty list or table."""

_YES = frozenset({"true", "yes", "y", "是", "有", "1", "√", "✓", "✔"})
_NO = frozenset({"false", "no", "n", "否", "无", "没有", "不是", "0", "×", "✗", "✘"})
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:"
    r"-(?P<m1>[0-9]{1,2})-(?P<d1>[0-9]{1,2})|/(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})"
    r"|\.(?P<m3>[0-9]{1,2})\.(?P<d3>[0-9]{1,2})"
    r"|\s*年\s*(?P<m4>[0-9]{1,2})\s*月\s*(?P<d4>[0-9]{1,2})\s*[日号]"
    r"|(?P<m5>[0-9]{2})(?P<d5>[0-9]{2}))"
    r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?"  # a time of day is dropped
)
_LONGEST_DATE = 40
"""Characters; longer texts, which are no dates, are not kept."""
_YEARS = range(1900, 3000)
_ISO_HINT = "write it as 2026-01-20"
_SEPARATORS = re.compile(r"[、,;|\n]")
# A line break or a tab belongs into a text; other controls, half characters and the marks that
# turn the direction of writing never do.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]"
)


def reader(
    type_: Type, *, words: Mapping[str, str] | None = None, units: tuple[str, ...] = ()
) -> Reader:
    """The function that reads values of `type_`.

    `words` says what else a choice's words are called (word → canonical word), `units` which
    words may stand behind a number (`120人`).
    """
    if type_.kind is Kind.NUMBER:
        return number_reader(type_, units)
    if type_.kind is Kind.CHOICE:
        return _choice_reader(type_, words or {})
    if type_.kind is Kind.CHOICES:
        return _choices_reader(type_, words or {})
    return {Kind.FLAG: read_flag, Kind.DATE: read_date, Kind.TEXT: read_text}[type_.kind]


def raw(node: Node) -> object:
    """What a YAML or JSON node holds, as readers take it: scalars as they were written."""
    if type(node) is Scalar:
        value = node.value
        return value if value is None or type(value) is str else node.text
    if type(node) is MappingNode:
        return {key: raw(item) for key, item in node.items.items()}
    if type(node) is Sequence:
        return [raw(item) for item in node.items]
    return node.data()


# --- text ---------------------------------------------------------------------------------------


def read_text(value: object) -> str | None:
    """The text as written (`007` stays `007`), in Unicode's composed form, without outer spaces."""
    if value is None:
        return None
    text = (value if type(value) is str else _written(value, "a text")).strip()
    if len(text) > LONGEST_TEXT:
        raise ValueProblem(
            "value-too-long", f"this text has {len(text):,} characters", f"at most {LONGEST_TEXT:,}"
        )
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if bad := _CONTROL.search(text):
            raise ValueProblem(
                "value-control-character",
                f"there is a character U+{ord(bad[0]):04X} in this text that can't be shown",
                "delete it and type the text again",
            )
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text or None


def _written(value: object, wanted: str) -> str:
    """A value that is not a text, as people write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple | set | bytes) or value is None:
        noun = "a mapping" if isinstance(value, dict) else "a list"
        raise ValueProblem("value-shape", f"{noun} stands where {wanted} is expected")
    return str(value)


# --- flag ---------------------------------------------------------------------------------------


def read_flag(value: object) -> bool | None:
    """Yes or no, in the words people tick boxes with."""
    if value is None or type(value) is bool:
        return value
    text = _written(value, "yes or no").strip()
    word = text.translate(WIDE).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if not word:
        return None
    hint = "write 是 or 否, true or false; leave it empty when it is not known"
    raise ValueProblem("value-flag", f"{quote(text)} is neither yes nor no", hint)


# --- date ---------------------------------------------------------------------------------------


def read_date(value: object) -> int | None:
    """A day, as its number: `2026-01-20`, `2026/1/20`, `2026.1.20`, `2026年1月20日`, `20260120`."""
    if value is None:
        return None
    if isinstance(value, date):
        return value.toordinal()
    text = value if type(value) is str else _written(value, "a date")
    return _day(text) if len(text) <= _LONGEST_DATE else _day.__wrapped__(text)


@lru_cache(maxsize=20_000)
def _day(written: str) -> int | None:
    """The day number of a text; days repeat, so what was read is kept."""
    text = written.strip().translate(WIDE)
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueProblem("value-date", f"{quote(text)} is not a date", _date_hint(text))
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        number = date(year, month, day).toordinal()
    except ValueError:
        raise ValueProblem(
            "value-date", f"there is no day {quote(text)} in the calendar", _ISO_HINT
        ) from None
    if year not in _YEARS:
        hint = "leave it empty when it is not known"
        raise ValueProblem("value-date", f"the year of {quote(text)} can't be meant", hint)
    return number


def _date_hint(text: str) -> str:
    """What to write instead of a date that could mean several days, or none."""
    if text.casefold() in NOT_KNOWN:
        return "leave it empty when it is not known"
    if re.fullmatch(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{1,4}", text):
        return f"which part is the year, the month, the day? {_ISO_HINT}"
    if re.fullmatch(r"[0-9]{4}(-|/|\.|年)[0-9]{1,2}月?", text):
        return f"the day is missing: {_ISO_HINT}"
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return "this is a spreadsheet's day number: format the column as a date"
    if re.search(r"[0-9](Z|[+-][0-9:]{4,5})$", text):
        return f"leave out the time and its zone: {_ISO_HINT}"
    return _ISO_HINT


# --- choice and choices -------------------------------------------------------------------------


class _Words:
    """The words of a choice, found by name, title or alias."""

    def __init__(self, type_: Type, words: Mapping[str, str]) -> None:
        self.values = type_.values
        self.spelled = {**words, **{value: value for value in type_.values}}
        self.names = Names()
        for word, value in self.spelled.items():
            self.names.add(word, value)

    def find(self, text: str) -> str | None:
        return self.names.resolve(text)

    def problem(self, text: str) -> ValueProblem:
        message = f"{quote(text)} is not one of the choices"
        return ValueProblem("value-choice", message, lambda: self.hint(text))

    def hint(self, text: str) -> str:
        near = did_you_mean(text[:100], self.spelled)
        if near is None and text.casefold() in NOT_KNOWN:
            near = "leave it empty when it is not known"
        return near or f"one of {listed(self.values)}"


def _choice_reader(type_: Type, words: Mapping[str, str]) -> Reader:
    known = _Words(type_, words)
    spelled = known.spelled

    def read_choice(value: object) -> str | None:
        if type(value) is str and value in spelled:
            return spelled[value]
        if value is None:
            return None
        text = _written(value, "one word").strip()
        if not text:
            return None
        found = known.find(text)
        if found is None:
            raise known.problem(text)
        return found

    return read_choice


def _choices_reader(type_: Type, words: Mapping[str, str]) -> Reader:
    known = _Words(type_, words)
    position = {value: i for i, value in enumerate(type_.values)}

    def one(text: str) -> str:
        found = known.find(text.strip())
        if found is None:
            raise known.problem(text.strip())
        return found

    def read_choices(value: object) -> tuple[str, ...] | None:
        if value is None:
            return None
        if isinstance(value, list | tuple):
            parts = [_written(item, "one word") for item in value]
        else:
            text = _written(value, "a list of words").strip()
            if not text:
                return None
            if known.find(text) is None and text in NOTHING:
                return ()
            parts = [text] if known.find(text) else _parts(text)
        found = {one(part) for part in parts}
        return tuple(sorted(found, key=position.__getitem__))

    return read_choices


def _parts(text: str) -> list[str]:
    """The words of a cell such as `员工、客户` or `own_use; staff`."""
    parts = [part for part in _SEPARATORS.split(text.translate(WIDE)) if part.strip()]
    return parts or [text]
