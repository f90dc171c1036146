"""Pieces of a column program: expressions, and values that may be unknown or not apply.

This is the only module that knows how the dataframe library spells an expression. A `Piece` knows
from which stage on it can be worked out (its `level`) and how large it is, so that what is used
twice becomes a column of its own instead of being worked out twice.

A value (`Held`) is a pair: a column with the value (null where there is none) and, where it may
not apply, a column that says so. Conditions are Kleene's in every engine: `true`, `false`, null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import narwhals as nw

from groupbuy.compile.pieces import READ_MAGNITUDE
from groupbuy.tree.nodes import NONE, UNKNOWN, Lit
from groupbuy.tree.types import Kind, Type

Keep = Callable[["Piece"], "Piece"]
"""Makes a piece a column of its own, so that it can be used several times."""
FLAT = 16
"""How many arms a chain of `when` may have: engines read chains by recursion."""
SEPARATOR = "\x1f"
"""Stands around each word of a many-valued choice, which is one text in columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """An expression, the stage from which on its columns are there, and its size."""

    expr: nw.Expr
    level: int = 0
    size: int = 1
    name: str | None = None
    """The column that this is, where it is one."""
    reads: frozenset[str] = frozenset()
    """The columns that it is worked out from."""
    nothing: bool = False
    """Whether it is null for every lead. Polars needs all leads at once to fill such a constant."""

    def _with(self, other: Piece | float | bool | str, make: Callable[[Any, Any], Any]) -> Piece:
        if isinstance(other, Piece):
            return _combined((self, other), make(self.expr, other.expr))
        return self.then(lambda a: make(a, nw.lit(other)))

    def then(self, change: Callable[[nw.Expr], nw.Expr]) -> Piece:
        """A function of this piece alone."""
        return Piece(change(self.expr), self.level, self.size + 1, None, self.reads)

    def __add__(self, other: Piece | float) -> Piece:
        """Sum."""
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Piece | float) -> Piece:
        """Difference."""
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Piece | float) -> Piece:
        """Product."""
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: Piece | float) -> Piece:
        """Quotient; the divisor must not be zero."""
        return self._with(other, lambda a, b: a / b)

    def __and__(self, other: Piece) -> Piece:
        """Both, in Kleene's logic."""
        if self is FALSE or other is TRUE:
            return self
        if other is FALSE or self is TRUE:
            return other
        return self._with(other, lambda a, b: a & b)

    def __or__(self, other: Piece) -> Piece:
        """One of them, in Kleene's logic."""
        if self is TRUE or other is FALSE:
            return self
        if other is TRUE or self is FALSE:
            return other
        return self._with(other, lambda a, b: a | b)

    def __invert__(self) -> Piece:
        """Not."""
        if self is TRUE or self is FALSE:
            return FALSE if self is TRUE else TRUE
        return self if self.nothing else self.then(lambda a: ~a)

    def __lt__(self, other: Piece | float) -> Piece:
        """Less."""
        return self._with(other, lambda a, b: a < b)

    def __le__(self, other: Piece | float) -> Piece:
        """Less or equal."""
        return self._with(other, lambda a, b: a <= b)

    def __gt__(self, other: Piece | float) -> Piece:
        """Greater."""
        return self._with(other, lambda a, b: a > b)

    def __ge__(self, other: Piece | float) -> Piece:
        """Greater or equal."""
        return self._with(other, lambda a, b: a >= b)

    def same(self, other: Piece | float | bool | str) -> Piece:
        """Equal."""
        return self._with(other, lambda a, b: a == b)

    def floor(self) -> Piece:
        """The whole number at or below."""
        return self.then(lambda a: a.floor())

    def abs(self) -> Piece:
        """The size of a number."""
        return self.then(lambda a: a.abs())

    def null(self) -> Piece:
        """Whether there is no value."""
        if self is TRUE or self is FALSE:
            return FALSE
        return TRUE if self.nothing else self.then(lambda a: a.is_null())

    def or_else(self, value: float | bool | str) -> Piece:
        """The value, or this constant where there is none."""
        if self is TRUE or self is FALSE:
            return self
        return lit(value) if self.nothing else self.then(lambda a: a.fill_null(value))

    def among(self, values: Sequence[Any]) -> Piece:
        """Whether the value is one of several constants; null where there is no value."""
        if not values:
            # An engine's empty list is false for null, too.
            return when([(self.null(), lit(None, nw.Boolean))], FALSE)
        if len(values) == 1:
            return self.same(values[0])
        found = self.then(lambda a: a.is_in(list(values)))
        return when([(self.null(), lit(None, nw.Boolean))], found)


def lit(value: Any, dtype: Any = None) -> Piece:
    """A constant."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return Piece(nw.lit(value, dtype), 0, 0, nothing=value is None)


def col(name: str, level: int = 0) -> Piece:
    """A column of the frame."""
    return Piece(nw.col(name), level, 0, name, frozenset((name,)))


TRUE, FALSE = (Piece(nw.lit(value), 0, 0) for value in (True, False))


def _combined(parts: Sequence[Piece], expr: nw.Expr) -> Piece:
    level = max(part.level for part in parts)
    size = sum(part.size for part in parts) + len(parts) - 1
    return Piece(expr, level, size, None, frozenset().union(*(part.reads for part in parts)))


def when(arms: Sequence[tuple[Piece, Piece]], default: Piece) -> Piece:
    """The value of the first arm whose test is true (not null), else `default`."""
    possible = [arm for arm in arms if arm[0] is not FALSE]
    sure = next((number for number, (test, _) in enumerate(possible) if test is TRUE), None)
    if sure is not None:
        default = possible[sure][1]
    arms = possible[:sure]
    if not arms:
        return default
    parts = [part for arm in arms for part in arm] + [default]
    (test, value), *rest = arms
    chain: Any = nw.when(test.expr).then(value.expr)
    for test, value in rest:
        chain = chain.when(test.expr).then(value.expr)
    return _combined(parts, chain.otherwise(default.expr))


def only(test: Piece, value: Piece) -> Piece:
    """The value where the test is true, else null."""
    if test is TRUE:
        return value
    return _combined((test, value), nw.when(test.expr).then(value.expr))


def coalesce(parts: Sequence[Piece]) -> Piece:
    """The first value that is there."""
    if len(parts) == 1 or parts[0] is TRUE or parts[0] is FALSE:
        return parts[0]
    return _combined(parts, nw.coalesce(*(part.expr for part in parts)))


def joined(parts: Sequence[Piece], separator: str) -> Piece:
    """One text made of those that are there."""
    exprs = [part.expr for part in parts]
    return _combined(parts, nw.concat_str(exprs, separator=separator, ignore_nulls=True))


TOGETHER = 3
"""How many tests decide together on one text: 2 to the power of that many texts are prepared."""


def listed(items: Sequence[tuple[Piece, str]], separator: str, keep: Keep) -> Piece:
    """The words whose tests are true as one text; null where there is none.

    Joining a column a word takes most of the time of a large rule set, so a few tests decide on
    one text. (To look a text up by a number, Polars takes all leads at once into memory.)
    """
    null = lit(None, nw.String)
    groups = (items[start : start + TOGETHER] for start in range(0, len(items), TOGETHER))
    # Of the engines' `concat_str`, some want two or more.
    return joined(
        [*(keep(_text_of(group, (), separator)) for group in groups), null, null], separator
    )


def _text_of(items: Sequence[tuple[Piece, str]], chosen: tuple[str, ...], separator: str) -> Piece:
    """The chosen words and those of `items` whose tests are true."""
    if not items:
        return lit(separator.join(chosen) or None, nw.String)
    (test, word), *others = items
    with_it = _text_of(others, (*chosen, word), separator)
    return when([(test, with_it)], _text_of(others, chosen, separator))


def balanced(parts: Sequence[Piece], join: Callable[[Piece, Piece], Piece]) -> Piece:
    """Parts joined two by two: chains of thousands break every engine's planner."""
    found = list(parts)
    while len(found) > 1:
        pairs = [join(a, b) for a, b in zip(found[::2], found[1::2], strict=False)]
        found = pairs + ([found[-1]] if len(found) % 2 else [])
    return found[0]


def every(parts: Iterable[Piece]) -> Piece:
    """All of them, in Kleene's logic."""
    found = list(parts)
    return balanced(found, lambda a, b: a & b) if found else TRUE


def some(parts: Iterable[Piece]) -> Piece:
    """One or more of them, in Kleene's logic."""
    found = list(parts)
    return balanced(found, lambda a, b: a | b) if found else FALSE


def larger(a: Piece, b: Piece) -> Piece:
    """The greater of two numbers; null where one of them is (engines skip it)."""
    return when([(a < b, b), (b <= a, a)], lit(None, nw.Float64))


def smaller(a: Piece, b: Piece) -> Piece:
    """The lesser of two numbers; null where one of them is (engines skip it)."""
    return when([(b < a, b), (a <= b, a)], lit(None, nw.Float64))


# ── values ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A value: null where there is none; `none` says where it does not apply.

    `none` is never null, and missing where the value applies to every lead. `unknown` says
    whether the value can be unknown at all. `magnitude` is how many digits a number can have.
    """

    value: Piece
    none: Piece | None = None
    unknown: bool = True
    magnitude: float = READ_MAGNITUDE

    @property
    def parts(self) -> tuple[Piece, ...]:
        """Value, and where it does not apply."""
        return (self.value,) if self.none is None else (self.value, self.none)

    @property
    def level(self) -> int:
        """The stage from which on the value can be worked out."""
        return max(part.level for part in self.parts)

    @property
    def known(self) -> Piece:
        """Whether there is a value."""
        return ~self.value.null() if self.unknown or self.none is not None else TRUE

    @property
    def missing(self) -> Piece:
        """Whether nobody knows the value."""
        if not self.unknown:
            return FALSE
        return self.value.null() if self.none is None else self.value.null() & ~self.none

    @property
    def condition(self) -> Piece:
        """The value as a condition: what does not apply is false."""
        return self.value if self.none is None else self.value & ~self.none

    def sized(self, magnitude: float) -> Held:
        """The same value with so many digits."""
        return replace(self, magnitude=magnitude)


def no_value_applies(parts: Iterable[Held]) -> Piece | None:
    """Where one of several values does not apply; missing if all always do."""
    nones = [part.none for part in parts if part.none is not None]
    return reduce(lambda a, b: a | b, nones) if nones else None


def dtype(type: Type) -> Any:
    """How values of a type are kept: numbers and day numbers as floats, words as texts."""
    if type.kind is Kind.FLAG:
        return nw.Boolean
    return nw.Float64 if type.kind in (Kind.NUMBER, Kind.DATE) else nw.String


def words(values: Iterable[str]) -> str:
    """A many-valued choice as one text."""
    return SEPARATOR + "".join(f"{value}{SEPARATOR}" for value in values)


def constant(expr: Lit) -> Held:
    """A literal, unknown and none among them."""
    if expr.value is UNKNOWN:
        return Held(lit(None, dtype(expr.type)), magnitude=0.0)
    if expr.value is NONE:
        return Held(lit(None, dtype(expr.type)), TRUE, unknown=False, magnitude=0.0)
    return Held(lit(plain(expr)), unknown=False)


def plain(expr: Lit) -> Any:
    """A literal as it is kept in columns."""
    if expr.type.kind in (Kind.NUMBER, Kind.DATE):
        return float(expr.value)  # type: ignore[arg-type]
    if isinstance(expr.value, tuple):
        return words(str(value) for value in expr.value)
    return expr.value
