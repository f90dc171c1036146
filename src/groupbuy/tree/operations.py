"""What each operation means on known values. The one place where arithmetic is decided.

The constructors fold constants with these functions and the row back end calls or inlines them,
so a constant and a lead's value are computed alike. Every function takes known values and is
total: it returns a value, `NONE` where the result does not apply (division by zero), and never
raises. Unknown and none among the arguments are the back ends' business: all operations here
are strict (any argument none → none, else any unknown → unknown).

Numbers are floats. Computed numbers carry rounding noise, so they are compared with a tolerance:
equal within 1e-9 or within 1e-12 of the larger, whichever is more.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from groupbuy.tree.nodes import NONE, Absent

ABSOLUTE: Final = 1e-9
RELATIVE: Final = 1e-12
LAST_DAY: Final = date.max.toordinal()
LARGEST: Final = 1e300
SMALLEST: Final = 1e-200


def tolerance(a: float, b: float = 0.0) -> float:
    """How far apart two computed numbers may be and still be equal."""
    return max(ABSOLUTE, RELATIVE * max(abs(a), abs(b)))


def close(a: float, b: float) -> bool:
    """`a == b` for computed numbers."""
    return abs(a - b) <= tolerance(a, b)


def below(a: float, b: float) -> bool:
    """`a < b` for computed numbers: less, and not equal."""
    return b - a > tolerance(a, b)


def not_above(a: float, b: float) -> bool:
    """`a <= b` for computed numbers: less, or equal."""
    return a - b <= tolerance(a, b)


def finite(number: float) -> float | None:
    """The number, or unknown (`None`) where it has left every sensible magnitude."""
    return number if -LARGEST < number < LARGEST else None


def total(*numbers: float) -> float:
    """The exactly rounded sum, so that the order of what is added does not matter."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return math.inf  # on the way; what is beyond all magnitudes becomes unknown later


def divide(a: float, b: float) -> float | Absent:
    """`a / b`; by zero (or what is zero but for rounding noise) it does not apply."""
    return NONE if -ABSOLUTE <= b <= ABSOLUTE else a / b


def divide_exact(a: float, b: float) -> float | Absent:
    """`a / b` where `b` was read: only zero does not divide (and what no one would write)."""
    return NONE if -SMALLEST < b < SMALLEST else a / b


def floor(number: float) -> float:
    """The whole number at or below; what is whole but for rounding noise counts as whole."""
    if not -LARGEST < number < LARGEST:
        return number
    nearest = math.floor(number + 0.5)
    return float(nearest if close(number, nearest) else math.floor(number))


def ceil(number: float) -> float:
    """The whole number at or above; what is whole but for rounding noise counts as whole."""
    return -floor(-number)


def rounded(number: float, digits: float = 0) -> float:
    """Rounded to `digits` decimals, halves away from zero, as on paper (2.675 → 2.68)."""
    scale = 10.0 ** abs(int(digits))
    scaled = abs(number) * scale if digits >= 0 else abs(number) / scale
    # Noise below a half must not turn 2.675 (stored as 2.67499…) into 2.67.
    half_up = floor(scaled + 0.5)
    return math.copysign(half_up / scale if digits >= 0 else half_up * scale, number) + 0.0


def floor_divide(a: float, b: float) -> float | Absent:
    """`a // b`: how many whole times `b` goes into `a`."""
    if a.is_integer() and b.is_integer() and b:
        return a // b + 0.0  # whole numbers carry no noise
    quotient = divide(a, b)
    return NONE if isinstance(quotient, Absent) else floor(quotient)


def modulo(a: float, b: float) -> float | Absent:
    """`a % b`: what is left of `a`, with the sign of `b`."""
    if a.is_integer() and b.is_integer() and b:
        return a % b + 0.0
    times = floor_divide(a, b)
    return NONE if isinstance(times, Absent) else a - b * times


def shift_days(day: int, days: float) -> int | Absent:
    """The date `days` later (whole days); beyond the calendar (years 1 to 9999) there is none."""
    shifted = day + floor(days)
    return int(shifted) if 1 <= shifted <= LAST_DAY else NONE


def shift_months(day: int, months: float) -> int | Absent:
    """The same day of the month `months` later, or that month's last day if it is shorter."""
    start = date.fromordinal(day)
    whole = int(math.copysign(floor(abs(months)), months))
    count = start.year * 12 + start.month - 1 + whole
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        return NONE
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def months_between(earlier: int, later: int) -> float:
    """Complete months from one date to another; negative where `later` comes first."""
    if earlier > later:
        return -months_between(later, earlier)
    a, b = date.fromordinal(earlier), date.fromordinal(later)
    months = (b.year - a.year) * 12 + b.month - a.month
    end_of_month = b.day == monthrange(b.year, b.month)[1]
    return float(months - (b.day < a.day and not end_of_month))


def year(day: int) -> float:
    """The calendar year."""
    return float(date.fromordinal(day).year)


def month(day: int) -> float:
    """The month of the year, 1 to 12."""
    return float(date.fromordinal(day).month)


def next_date(dates: tuple[int, ...], today: int) -> int | Absent:
    """The first of `dates` that is not before `today`; none where all have passed."""
    return min((day for day in dates if day >= today), default=NONE)


def decay(age: float, half_life: float) -> float | Absent:
    """How much of 1 is left after `age`, halved every `half_life`; what lies ahead counts full."""
    return NONE if half_life <= 0 else 0.5 ** min(max(age, 0.0) / half_life, 1000.0)


def deviation(*numbers: float) -> float:
    """The population's standard deviation (divided by n), independent of the order."""
    mean = total(*numbers) / len(numbers)
    return math.sqrt(total(*((n - mean) * (n - mean) for n in numbers)) / len(numbers))


def smallest(*values: Any) -> Any:
    """The least of several values."""
    return min(values)


def largest(*values: Any) -> Any:
    """The greatest of several values."""
    return max(values)


STRICT: Final[dict[str, Callable[..., Any]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": divide,
    "exact/": divide_exact,
    "//": floor_divide,
    "%": modulo,
    "negate": lambda a: -a,
    "total": total,
    "abs": abs,
    "round": rounded,
    "floor": floor,
    "ceil": ceil,
    "min": smallest,
    "max": largest,
    "shift_days": shift_days,
    "shift_months": shift_months,
    "days_between": lambda earlier, later: float(later - earlier),
    "months_between": months_between,
    "year": year,
    "month": month,
    "next": next_date,
    "decay": decay,
    "lower": str.lower,
    "len": lambda value: float(len(value)),
}
"""Operations with a value. Strict in every argument."""

PARTIAL: Final = frozenset(
    ("/", "exact/", "//", "%", "shift_days", "shift_months", "next", "decay")
)
"""Those that do not apply to some values that are there; every other one always has a result."""

BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "month": (1.0, 12.0),
    "len": (0.0, math.inf),
    "abs": (0.0, math.inf),
}
"""Those whose results lie between the same two numbers for all arguments."""

COMPARE: Final[dict[str, Callable[..., bool]]] = {
    "==": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "~==": close,
    "~<": below,
    "~<=": not_above,
    "in": lambda value, words: value in words,
    "has": lambda words, word: word in words,
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
"""Conditions on values. Unknown where an argument is unknown; false where one does not apply.

`~` marks those for computed numbers. `has` asks a many-valued choice for a word.
"""

CONNECT: Final = ("and", "or", "not")
"""Kleene's connectives over conditions; what does not apply counts as false."""

LENIENT: Final = ("known", "missing", "coalesce")
"""Look at absence itself: `known` has a value, `missing` is unknown, `coalesce` the first value.

`known(x)` and `missing(x)` are both false exactly where x does not apply.
"""
