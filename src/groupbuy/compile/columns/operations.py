"""Strict operations and comparisons over columns, each as `tree.operations` defines it.

What engines do differently is forced here: division by zero, rounding, remainders of negative
numbers, comparisons of computed numbers, overflow.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import narwhals as nw

from groupbuy.compile.columns.pieces import (
    FALSE,
    SEPARATOR,
    Held,
    Keep,
    Piece,
    balanced,
    larger,
    lit,
    no_value_applies,
    smaller,
    when,
)
from groupbuy.tree.nodes import Lit, Op
from groupbuy.tree.operations import ABSOLUTE, LARGEST, LAST_DAY, RELATIVE, SMALLEST, tolerance
from groupbuy.tree.types import Kind


class Unsupported(Exception):  # noqa: N818 - becomes a problem with a place where that is known
    """Something that has no expression over columns."""


NULL = lit(None, nw.Float64)
MOST_DIGITS = 15


def finite(value: Piece) -> Piece:
    """The number, or unknown where it has left every sensible magnitude."""
    return when([(value.abs() < LARGEST, value)], NULL)


def close(a: Piece, b: Piece) -> Piece:
    """Whether two computed numbers are equal."""
    return (a - b).abs() <= slack(a, b)


def slack(a: Piece, b: Piece) -> Piece:
    """How far apart two computed numbers may be and still be equal."""
    relative = larger(a.abs(), b.abs()) * RELATIVE
    return larger(relative, lit(ABSOLUTE))


def floor(value: Piece, keep: Keep) -> Piece:
    """The whole number at or below; what is whole but for rounding noise counts as whole."""
    value = keep(value)
    nearest = keep((value + 0.5).floor())
    return when([(close(value, nearest), nearest)], value.floor())


def rounded(value: Piece, digits: int, keep: Keep) -> Piece:
    """Rounded to decimals, halves away from zero."""
    value = keep(value)
    scale = 10.0 ** abs(digits)
    scaled = value.abs() * scale if digits >= 0 else value.abs() / scale
    up = floor(scaled + 0.5, keep)
    size = keep(up / scale if digits >= 0 else up * scale)
    return when([(value < 0.0, size * -1.0)], size) + 0.0


def whole(value: Piece) -> Piece:
    """Whether a number has no fraction."""
    return value.floor().same(value)


def floor_divide(a: Piece, b: Piece, keep: Keep) -> tuple[Piece, Piece]:
    """`a // b`, and where it does not apply."""
    a, b = keep(a), keep(b)
    # 1.0 in the place of what does not divide, so that no engine sees a division by zero.
    near = keep(b.abs() <= ABSOLUTE)
    divisor = keep(when([(near, lit(1.0))], b))
    quotient = keep(a / divisor)
    both = keep(whole(a) & whole(b) & ~near)
    value = when([(both, quotient.floor())], floor(quotient, keep))
    return when([(~near, value + 0.0)], NULL), near


def modulo(a: Piece, b: Piece, keep: Keep) -> tuple[Piece, Piece]:
    """`a % b` with the sign of `b`, and where it does not apply."""
    a, b = keep(a), keep(b)
    times, near = floor_divide(a, b, keep)
    return a - b * times, near


def divide(a: Piece, b: Piece, limit: float, keep: Keep, *, strict: bool) -> tuple[Piece, Piece]:
    """`a / b`, and where `b` is too near to zero to divide."""
    b = keep(b)
    near = keep(b.abs() < limit if strict else b.abs() <= limit)
    return when([(~near, a / when([(near, lit(1.0))], b))], NULL), near


# ── dates: day numbers as floats, which are exact ──────────────────────────────────────────────


def civil(day: Piece, keep: Keep) -> tuple[Piece, Piece, Piece]:
    """Year, month and day of a day number (the days_from_civil algorithm, inverted)."""
    shifted = keep(day + 305.0)  # days since 0000-03-01
    era = keep((shifted / 146097.0).floor())
    of_era = keep(shifted - era * 146097.0)
    leap = (of_era / 1460.0).floor() - (of_era / 36524.0).floor() + (of_era / 146096.0).floor()
    year_of_era = keep(((of_era - leap) / 365.0).floor())
    start = year_of_era * 365.0 + (year_of_era / 4.0).floor() - (year_of_era / 100.0).floor()
    of_year = keep(of_era - start)
    march = keep(((of_year * 5.0 + 2.0) / 153.0).floor())
    date = of_year - ((march * 153.0 + 2.0) / 5.0).floor() + 1.0
    month = keep(when([(march < 10.0, march + 3.0)], march - 9.0))
    year = year_of_era + era * 400.0 + when([(month <= 2.0, lit(1.0))], lit(0.0))
    return keep(year), month, keep(date)


def ordinal(year: Piece, month: Piece, date: Piece, keep: Keep) -> Piece:
    """The day number of a calendar date."""
    early = month <= 2.0
    year = keep(when([(early, year - 1.0)], year))
    era = keep((year / 400.0).floor())
    of_era = keep(year - era * 400.0)
    march = when([(early, month + 9.0)], month - 3.0)
    of_year = ((march * 153.0 + 2.0) / 5.0).floor() + date - 1.0
    days = of_era * 365.0 + (of_era / 4.0).floor() - (of_era / 100.0).floor() + of_year
    return era * 146097.0 + days - 305.0


def month_length(year: Piece, month: Piece, keep: Keep) -> Piece:
    """How many days a month has."""
    by_four, by_hundred, by_all = (whole(year / n) for n in (4.0, 100.0, 400.0))
    leap = by_four & (~by_hundred | by_all)
    short = month.among([4.0, 6.0, 9.0, 11.0])
    february = when([(leap, lit(29.0))], lit(28.0))
    return when([(month.same(2.0), february), (short, lit(30.0))], lit(31.0))


def shift_days(day: Piece, days: Piece, keep: Keep) -> tuple[Piece, Piece]:
    """The date so many days later, and where it lies beyond the calendar."""
    shifted = keep(day + floor(days, keep))
    beyond = keep((shifted < 1.0) | (shifted > float(LAST_DAY)))
    return when([(~beyond, shifted)], NULL), beyond


def shift_months(day: Piece, months: Piece, keep: Keep) -> tuple[Piece, Piece]:
    """The same day of another month, or that month's last day; and where it lies beyond."""
    year, month, date = civil(day, keep)
    months = keep(months)
    steps = floor(months.abs(), keep)
    steps = when([(months < 0.0, steps * -1.0)], steps)
    count = keep(year * 12.0 + month - 1.0 + steps)
    new_year = keep((count / 12.0).floor())
    new_month = keep(count - new_year * 12.0 + 1.0)
    beyond = keep((new_year < 1.0) | (new_year > 9999.0))
    last = month_length(new_year, new_month, keep)
    shifted = ordinal(new_year, new_month, smaller(date, keep(last)), keep)
    return when([(~beyond, shifted)], NULL), beyond


def months_between(earlier: Piece, later: Piece, keep: Keep) -> Piece:
    """Complete months from one date to another; negative where `later` comes first."""
    earlier, later = keep(earlier), keep(later)
    backwards = keep(earlier > later)
    first = keep(when([(backwards, later)], earlier))
    last = keep(when([(backwards, earlier)], later))
    (y1, m1, d1), (y2, m2, d2) = civil(first, keep), civil(last, keep)
    ends = d2.same(month_length(y2, m2, keep))
    short = when([((d2 < d1) & ~ends, lit(1.0))], lit(0.0))
    months = keep((y2 - y1) * 12.0 + (m2 - m1) - short)
    return when([(backwards, months * -1.0)], months)


# ── all strict operations ──────────────────────────────────────────────────────────────────────


def strict(expr: Op, args: list[Held], keep: Keep) -> Held:
    """An operation whose result is none where an argument is, else unknown where one is."""
    values = [arg.value for arg in args]
    value, beyond = _computed(expr, values, keep)
    none = no_value_applies(args)
    if beyond is not None:
        # Where an argument is unknown, so is the result, whatever the divisor.
        there = [~v.null() for arg, v in zip(args, values, strict=True) if arg.unknown]
        own = beyond.or_else(False)
        for test in there:
            own = own & test
        none = own if none is None else none | own
    return Held(value, none, any(arg.unknown for arg in args))


def _computed(expr: Op, values: list[Piece], keep: Keep) -> tuple[Piece, Piece | None]:
    """The value where every argument has one, and where it does not apply even so."""
    op, a, b = expr.op, values[0], values[-1]
    if op in _ARITHMETIC:
        return _ARITHMETIC[op](a, b), None
    if op in _PARTIAL:
        return _PARTIAL[op](a, b, keep)
    if op in ("total", "min", "max"):
        join = {"total": lambda a, b: a + b, "min": smaller, "max": larger}[op]
        parts = values if op == "total" else [keep(value) for value in values]
        return balanced(parts, lambda a, b: _kept(join(a, b), keep, op)), None
    if op == "round":
        return rounded(a, _digits(expr), keep), None
    if op in ("floor", "ceil"):
        return (floor(a, keep) if op == "floor" else floor(a * -1.0, keep) * -1.0), None
    if op in ("year", "month"):
        return civil(a, keep)[0 if op == "year" else 1], None
    if op == "months_between":
        return months_between(a, b, keep), None
    if op == "next":
        return _next(expr, b)
    if op == "lower":
        return a.then(lambda e: e.str.to_lowercase()), None
    if op == "len":
        return a.then(_words if expr.args[0].type.kind is Kind.CHOICES else _characters), None
    raise Unsupported(f"{op}(…)")


def _kept(piece: Piece, keep: Keep, op: str) -> Piece:
    """Extremes use each side twice, so what is large is kept."""
    return keep(piece) if op != "total" else piece


_ARITHMETIC: dict[str, Callable[[Piece, Piece], Piece]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "negate": lambda a, _: a * -1.0,
    "abs": lambda a, _: a.abs(),
    "days_between": lambda earlier, later: later - earlier,
}


def _decay(age: Piece, half_life: Piece, keep: Keep) -> tuple[Piece, Piece]:
    half_life = keep(half_life)
    nothing = keep(half_life <= 0.0)
    lives = larger(age, lit(0.0)) / when([(nothing, lit(1.0))], half_life)
    lives = smaller(keep(lives), lit(1000.0))
    left = lives.then(lambda e: (e * -math.log(2.0)).exp())
    return when([(~nothing, left)], NULL), nothing


_PARTIAL: dict[str, Callable[[Piece, Piece, Keep], tuple[Piece, Piece]]] = {
    "/": lambda a, b, keep: divide(a, b, ABSOLUTE, keep, strict=False),
    "exact/": lambda a, b, keep: divide(a, b, SMALLEST, keep, strict=True),
    "//": floor_divide,
    "%": modulo,
    "shift_days": shift_days,
    "shift_months": shift_months,
    "decay": _decay,
}


def _digits(expr: Op) -> int:
    if len(expr.args) == 1:
        return 0
    digits = expr.args[1]
    if isinstance(digits, Lit) and isinstance(digits.value, float):
        return int(digits.value)
    raise Unsupported("rounding to a number of digits that is computed")


def _characters(text: nw.Expr) -> nw.Expr:
    return text.str.len_chars().cast(nw.Float64)


def _words(choices: nw.Expr) -> nw.Expr:
    """How many words a many-valued choice has: one fewer than separators."""
    without = choices.str.replace_all(SEPARATOR, "", literal=True)
    return _characters(choices) - _characters(without) - 1.0


def _next(expr: Op, today: Piece) -> tuple[Piece, Piece]:
    """The first of some constant dates that is not before a date."""
    dates = expr.args[0]
    if not (isinstance(dates, Lit) and isinstance(dates.value, tuple)):
        raise Unsupported("next(…) of dates that are no setting")
    days = sorted(float(day) for day in dates.value)
    passed = today > days[-1] if days else when([(today.null(), lit(None, nw.Boolean))], lit(True))
    return when([(today <= day, lit(day)) for day in days], NULL), passed


# ── conditions ─────────────────────────────────────────────────────────────────────────────────


def comparison(expr: Op, args: list[Held], keep: Keep) -> Held:
    """A comparison: false where a side does not apply, else unknown where one is unknown."""
    test = _compared(expr, [arg.value for arg in args], keep)
    none = no_value_applies(args)
    if none is not None:
        test = test & ~none
    return Held(test, unknown=any(arg.unknown for arg in args))


def _compared(expr: Op, values: list[Piece], keep: Keep) -> Piece:
    op, (a, b) = expr.op, values
    left, right = expr.args
    if op.startswith("~"):
        return _tolerant(op, a, b, (_number(left), _number(right)), keep)
    if op == "==":
        return a.same(b)
    if op in ("<", "<="):
        return a < b if op == "<" else a <= b
    if op == "in":
        assert isinstance(right, Lit)
        assert isinstance(right.value, tuple)
        return a.among([str(word) for word in right.value])
    if op == "has":
        return contains(a, f"{SEPARATOR}{_text(right)}{SEPARATOR}")
    if op == "contains":
        return contains(a, _text(right))
    if op == "startswith":
        return a.then(lambda e: e.str.starts_with(_text(right)))
    if op == "endswith":
        return a.then(lambda e: e.str.ends_with(_text(right)))
    raise Unsupported(f"{op}(…)")


def contains(text: Piece, part: str) -> Piece:
    """Whether a text has a part."""
    return text.then(lambda e: e.str.contains(part, literal=True))


def _text(expr: object) -> str:
    if isinstance(expr, Lit) and isinstance(expr.value, str):
        return expr.value
    raise Unsupported("asking for a part of a text that is itself no constant")


def _number(expr: object) -> float | None:
    return expr.value if isinstance(expr, Lit) and isinstance(expr.value, float) else None


def _tolerant(
    op: str, a: Piece, b: Piece, numbers: tuple[float | None, float | None], keep: Keep
) -> Piece:
    """Computed numbers: beside a constant the tolerance is worked out beforehand.

    The edges are those of the row back end, so that both turn at the same number.
    """
    left, right = numbers
    if right is not None:
        margin = tolerance(right)
        if op == "~==":
            a = keep(a)
            return (a >= right - margin) & (a <= right + margin)
        return a < right - margin if op == "~<" else a <= right + margin
    if left is not None and op != "~==":
        margin = tolerance(left)
        return b > left + margin if op == "~<" else b >= left - margin
    a, b = keep(a), keep(b)
    if op == "~==":
        return close(a, b)
    return b - a > slack(a, b) if op == "~<" else a - b <= slack(a, b)


__all__ = ["FALSE", "Unsupported", "comparison", "contains", "finite", "strict"]
