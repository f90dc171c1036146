"""The types in which plugins declare what they take and give, and the values they see.

A plugin's author writes `Value("money")` or `Rows({"date": Value("date")})`. Inside, numbers are
floats and dates are day numbers; a plugin gets and gives what Python people expect: `float`,
`bool`, `str`, `datetime.date`, tuples of words, and read-only rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

from groupbuy.tree import types
from groupbuy.tree.nodes import NONE as _NONE
from groupbuy.tree.nodes import UNKNOWN as _UNKNOWN
from groupbuy.tree.nodes import Absent, Lit

UNKNOWN: Final[Absent] = _UNKNOWN
"""What a plugin gives where the facts do not say. Nothing else stands for it."""
NONE: Final[Absent] = _NONE
"""What a plugin gives where there is no such thing for this lead: it does not apply."""

ValueKind = Literal[
    "text", "integer", "number", "percent", "money", "flag", "date", "choice", "choices"
]
NUMBERS = ("integer", "number", "percent", "money")


@dataclass(frozen=True)
class Value:
    """A plain value: its type in the words of the lead model, and what is allowed.

    `low` and `high` are inclusive bounds of a number, `of` the words of a choice, lowest first
    where `ordered`. `default` is what a parameter is unless a rule says otherwise. An input that is
    unknown makes the result unknown; with `pass_unknown` the plugin is asked all the same, and
    gets `None` in its place.
    """

    type: ValueKind
    low: float | None = None
    high: float | None = None
    of: tuple[str, ...] = ()
    ordered: bool = False
    default: float | bool | str | None = None
    pass_unknown: bool = False


@dataclass(frozen=True)
class Rows:
    """A table: the columns that the plugin reads, and no others are handed to it.

    A blank in one of them makes the result unknown, unless the column says `pass_unknown`: then
    its cell is `None`. `order` names the column by which the lead model orders the table, where
    an expression asks for `first` or `last`.
    """

    columns: Mapping[str, Value] = field(default_factory=dict)
    order: str | None = None
    pass_unknown: bool = False


Row = Mapping[str, Any]
"""One row as a plugin sees it: read-only, with the declared columns."""


def type_of(value: Value) -> types.Type:
    """The type of the language that a declared value has."""
    if value.type in NUMBERS:
        form: Any = value.type
        return types.number(form, value.low, value.high)
    if value.type == "choice":
        return types.choice(value.of, ordered=value.ordered)
    if value.type == "choices":
        return types.choices(value.of)
    return {"text": types.TEXT, "flag": types.FLAG, "date": types.DATE}[value.type]


def table_type_of(rows: Rows) -> types.TableType:
    """The type of the language that declared rows have."""
    columns = tuple((name, type_of(value)) for name, value in rows.columns.items())
    return types.TableType(columns, rows.order)


def default_of(value: Value) -> Lit:
    """The constant that a parameter is by default."""
    default = value.default
    number = isinstance(default, (int, float)) and not isinstance(default, bool)
    plain: Any = float(default) if number and default is not None else default
    return Lit(plain, type_of(value))


def faults_of(value: object, *, parameter: bool = False) -> list[str]:
    """What is wrong with a declared value, in words that follow its name."""
    if not isinstance(value, Value):
        return [f"is {_named(value)}; write Value(…)"]
    faults = []
    known = (*NUMBERS, "text", "flag", "date", "choice", "choices")
    if value.type not in known:
        return [f"has the type {value.type!r}; types are: {', '.join(known)}"]
    if value.type in ("choice", "choices") and parameter and not value.of:
        faults.append("is a choice without words: of=(…)")
    if value.type not in NUMBERS and (value.low is not None or value.high is not None):
        faults.append(f"is {value.type} and has bounds")
    if value.low is not None and value.high is not None and value.low > value.high:
        faults.append("has low above high")
    if parameter and value.default is None:
        faults.append("is a parameter without a default")
    return faults


# ── what a plugin sees ──


def seen_by_plugin(value: Value) -> Callable[[Any], Any]:
    """The function from a value as it is kept to what the plugin gets."""
    if value.type == "date":
        return date.fromordinal
    if value.type == "integer":
        return int
    return lambda kept: kept


class RowsSeen:
    """Turns the rows of a table into what a plugin gets, or says that a blank stands in the way."""

    def __init__(self, rows: Rows) -> None:
        """`rows` says which columns."""
        self.columns = [
            (name, seen_by_plugin(value), value.pass_unknown)
            for name, value in rows.columns.items()
        ]

    def __call__(self, table: Sequence[Mapping[str, Any]]) -> tuple[Row, ...] | None:
        """The rows; none where one has a blank that must not be there."""
        seen = []
        for row in table:
            cells: dict[str, Any] = {}
            for name, convert, pass_unknown in self.columns:
                cell = row.get(name)
                if cell is None or cell is _NONE:
                    if not pass_unknown:
                        return None
                    cells[name] = None
                else:
                    cells[name] = convert(cell)
            seen.append(MappingProxyType(cells))
        return tuple(seen)


def inputs_seen(
    inputs: Mapping[str, Value | Rows], value_of: Callable[[str], Any]
) -> dict[str, Any] | None:
    """A lead's values as a plugin sees them, by the names of its inputs.

    `value_of` gives them as they are kept. What is unknown or does not apply is `None` where the
    input says `pass_unknown`; elsewhere the plugin can't be asked, and all of it is none.
    """
    seen: dict[str, Any] = {}
    for name, declared in inputs.items():
        found = value_of(name)
        if found is None or found is _NONE:
            made = None
        elif isinstance(declared, Rows):
            made = RowsSeen(declared)(found)
        else:
            made = seen_by_plugin(declared)(found)
        if made is None and not declared.pass_unknown:
            return None
        seen[name] = made
    return seen


# ── what a plugin gives ──


class NonsenseError(Exception):
    """A plugin gave something that is not what it declared."""


def kept(value: Value, given: object) -> Any:
    """What a plugin gave, as it is kept; raises `NonsenseError` where it is not as declared."""
    if given is UNKNOWN:
        return None
    if given is NONE:
        return _NONE
    if given is None:
        raise NonsenseError("gave None; give UNKNOWN or NONE where there is no value")
    read = _KEPT[value.type](given)
    if read is None:
        raise NonsenseError(f"gave {_named(given)}, and declares {value.type}")
    _check_bounds(value, read)
    return read


def _check_bounds(value: Value, read: Any) -> None:
    if value.low is not None and read < value.low:
        raise NonsenseError(f"gave {read:g}, below its declared low of {value.low:g}")
    if value.high is not None and read > value.high:
        raise NonsenseError(f"gave {read:g}, above its declared high of {value.high:g}")
    if value.type == "choice" and read not in value.of:
        raise NonsenseError(
            f"gave {read[:40]!r}, which is none of its words: {', '.join(value.of)}"
        )
    if value.type == "choices":
        strange = [word for word in read if word not in value.of]
        if strange:
            raise NonsenseError(f"gave {strange[0][:40]!r}, which is none of its words")


def _number(given: object) -> float | None:
    if isinstance(given, bool):
        return None
    try:
        number = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(given, str) or not math.isfinite(number):
        return None
    return number


def _integer(given: object) -> float | None:
    number = _number(given)
    return number if number is not None and number.is_integer() else None


def _text(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _flag(given: object) -> bool | None:
    return given if isinstance(given, bool) else None


def _date(given: object) -> int | None:
    return given.toordinal() if isinstance(given, date) else None


def _words(given: object) -> tuple[str, ...] | None:
    if isinstance(given, str) or not isinstance(given, (list, tuple, set, frozenset)):
        return None
    return tuple(sorted(given)) if all(isinstance(word, str) for word in given) else None


_KEPT: Mapping[str, Callable[[object], Any]] = {
    "number": _number,
    "percent": _number,
    "money": _number,
    "integer": _integer,
    "text": _text,
    "choice": _text,
    "flag": _flag,
    "date": _date,
    "choices": _words,
}


def _named(given: object) -> str:
    """A value in a message: its type, and the start of what it looks like."""
    try:
        text = repr(given)
    except Exception:  # what a plugin gives may not even be printable
        text = ""
    shown = text if len(text) <= 40 else text[:40] + "…"
    kind = type(given).__name__
    return f"{kind} {shown}" if text.isprintable() and text else kind
