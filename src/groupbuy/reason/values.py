"""Sets of values that one variable can have: spans of numbers, or words; unknown and none beside.

They are closed under and, or and not, so that a condition on one variable is a set and nothing
else, and a contradiction is an empty one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

INFINITY = math.inf
TIDY_DIGITS = 6
"""Digits behind the point of a number that a person would write."""

Word = str | bool


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers from `low` to `high`; each end is in it or not."""

    low: float
    low_in: bool
    high: float
    high_in: bool

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        return self.low > self.high or (
            self.low == self.high and not (self.low_in and self.high_in)
        )

    def whole(self) -> Span:
        """The same whole numbers between closed ends."""
        low, high = self.low, self.high
        if not math.isinf(low):
            up = math.ceil(low)
            low = float(up + 1 if up == low and not self.low_in else up)
        if not math.isinf(high):
            down = math.floor(high)
            high = float(down - 1 if down == high and not self.high_in else down)
        return Span(low, not math.isinf(low), high, not math.isinf(high))


ALL = Span(-INFINITY, False, INFINITY, False)


@dataclass(frozen=True, slots=True)
class Values:
    """A set of values.

    Numbers and dates lie in `spans`, which rise and do not touch. Words and flags are those of
    `words`, or with `rest` all but those. `unknown` and `none` say whether having no value is in
    the set.
    """

    spans: tuple[Span, ...] = ()
    words: frozenset[Word] = frozenset()
    rest: bool = False
    unknown: bool = False
    none: bool = False

    def __and__(self, other: Values) -> Values:
        """What is in both."""
        words, rest = _common(self.words, self.rest, other.words, other.rest)
        return Values(
            _crossed(self.spans, other.spans),
            words,
            rest,
            self.unknown and other.unknown,
            self.none and other.none,
        )

    def __or__(self, other: Values) -> Values:
        """What is in either."""
        return ~(~self & ~other)

    def __invert__(self) -> Values:
        """What is not in it."""
        return Values(
            _between(self.spans), self.words, not self.rest, not self.unknown, not self.none
        )

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not (self.spans or self.words or self.rest or self.unknown or self.none)

    @property
    def known(self) -> Values:
        """Those that are values."""
        return Values(self.spans, self.words, self.rest)

    def whole(self) -> Values:
        """Its whole numbers alone."""
        spans = tuple(span for span in (s.whole() for s in self.spans) if not span.empty)
        return Values(spans, self.words, self.rest, self.unknown, self.none)

    def against(self, other: Values) -> bool | None:
        """True where all of it is in `other`, false where nothing is; what is empty is in none.

        The same as asking `&` and `~`, which a search does millions of times.
        """
        inside = outside = False
        for flag, there in ((self.unknown, other.unknown), (self.none, other.none)):
            inside, outside = inside or (flag and there), outside or (flag and not there)
        if self.words or self.rest:
            common, rest = _common(self.words, self.rest, other.words, other.rest)
            inside = inside or bool(common) or rest
            common, rest = _common(self.words, self.rest, other.words, not other.rest)
            outside = outside or bool(common) or rest
        for span in self.spans:
            held = [each for each in other.spans if _touch(span, each)]
            inside = inside or bool(held)
            outside = outside or not any(_holds(each, span) for each in held)
        return None if inside and outside else inside


def _common(
    a: frozenset[Word], a_rest: bool, b: frozenset[Word], b_rest: bool
) -> tuple[frozenset[Word], bool]:
    if a_rest and b_rest:
        return a | b, True
    if a_rest or b_rest:
        return (b - a, False) if a_rest else (a - b, False)
    return a & b, False


def _crossed(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    found = []
    for a in one:
        for b in other:
            low, low_in = max((a.low, not a.low_in), (b.low, not b.low_in))
            high, high_in = min((a.high, a.high_in), (b.high, b.high_in))
            span = Span(low, not low_in, high, high_in)
            if not span.empty:
                found.append(span)
    return tuple(found)


def _touch(a: Span, b: Span) -> bool:
    """Whether two spans have a number in common."""
    before = a.high < b.low or (a.high == b.low and not (a.high_in and b.low_in))
    behind = b.high < a.low or (b.high == a.low and not (b.high_in and a.low_in))
    return not (before or behind)


def _holds(outer: Span, inner: Span) -> bool:
    """Whether one span lies in another."""
    low = outer.low < inner.low or (outer.low == inner.low and outer.low_in >= inner.low_in)
    return low and (
        outer.high > inner.high or (outer.high == inner.high and outer.high_in >= inner.high_in)
    )


def _between(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The numbers that lie in none of `spans`."""
    gaps, low, low_in = [], -INFINITY, False
    for span in spans:
        gaps.append(Span(low, low_in, span.low, not span.low_in))
        low, low_in = span.high, not span.high_in
    gaps.append(Span(low, low_in, INFINITY, False))
    return tuple(gap for gap in gaps if not gap.empty and gap.low < INFINITY)


# ── making them ────────────────────────────────────────────────────────────────────────────────

NOTHING = Values()
UNKNOWN = Values(unknown=True)
NONE = Values(none=True)
ANY_NUMBER = Values(spans=(ALL,))
ANY_WORD = Values(rest=True)
TRUE = Values(words=frozenset((True,)))
FALSE = Values(words=frozenset((False,)))
FLAGS = Values(words=frozenset((True, False)))


def among(words: Iterable[Word]) -> Values:
    """These words."""
    return Values(words=frozenset(words))


def exactly(number: float) -> Values:
    """One number."""
    return Values(spans=(Span(number, True, number, True),))


def below(number: float, *, inclusive: bool = False) -> Values:
    """The numbers less than `number`."""
    return Values(spans=(Span(-INFINITY, False, number, inclusive),))


def above(number: float, *, inclusive: bool = False) -> Values:
    """The numbers greater than `number`."""
    return Values(spans=(Span(number, inclusive, INFINITY, False),))


def bounded(low: float | None, high: float | None) -> Values:
    """The numbers from `low` to `high`, where there are such ends."""
    start = ANY_NUMBER if low is None else above(low, inclusive=True)
    return start if high is None else start & below(high, inclusive=True)


# ── an example of one ──────────────────────────────────────────────────────────────────────────


def example(
    values: Values, *, whole: bool = False, near: float | None = None
) -> float | Word | None:
    """A value that a person would write; none where the set has no such value.

    Of days it is the nearest to the day `near`, of numbers a short one.
    """
    if values.spans and near is not None:
        return min((_nearest(span, near) for span in values.spans), key=lambda n: abs(n - near))
    if values.spans:
        found = [_tidy(span, whole=whole) for span in values.spans]
        tidy = [number for number in found if number is not None]
        if tidy:
            return min(tidy, key=lambda number: (len(f"{number:.12g}"), number < 0, abs(number)))
    if values.words and not values.rest:
        return min(values.words, key=str) if True not in values.words else True
    if values.rest:
        return next(word for word in _TEXTS if word not in values.words)
    return None


def _nearest(span: Span, day: float) -> float:
    closed = span.whole()
    return min(max(day, closed.low), closed.high)


_TEXTS = ("…", *(f"… {number}" for number in range(2, 2000)))


def _tidy(span: Span, *, whole: bool) -> float | None:
    """A short number in a span: an end that belongs to it, else one with few digits."""

    def inside(number: float) -> bool:
        after = number > span.low or (number == span.low and span.low_in)
        return after and (number < span.high or (number == span.high and span.high_in))

    for end in (span.low, span.high):
        if inside(end) and round(end, 0 if whole else TIDY_DIGITS) == end:
            return end
    if inside(0.0):
        return 0.0
    finite = [end for end in (span.low, span.high) if not math.isinf(end)]
    if not finite:
        return 0.0
    if len(finite) == 1:
        step = 1.0 if finite[0] == span.low else -1.0
        near = round(finite[0] + step)
        return float(near) if inside(float(near)) else finite[0] + step
    middle = (span.low + span.high) / 2
    digits = range(-15, 1 if whole else TIDY_DIGITS + 1)
    return next((n for n in (round(middle, d) for d in digits) if inside(n)), None)
