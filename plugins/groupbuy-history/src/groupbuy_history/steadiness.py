"""How steadily a customer buys, and which way it goes (S07): by quarter or by month.

Young customers: fewer complete periods since the first purchase than `least` say nothing about
steadiness, and the result is none (does not apply yet), not a number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from statistics import median

from groupbuy.api import NONE, UNKNOWN, Example, Row, Scorer, Value, scorer
from groupbuy_history.orders import INPUTS, order
from groupbuy_history.periods import PER, totals

Answer = object
"""A number, UNKNOWN or NONE."""
SCOPE = {
    "per": PER,
    "last": Value("integer", low=2, high=60, default=4),
    "least": Value("integer", low=2, high=60, default=3),
}
TREND_SCOPE = {**SCOPE, "last": Value("integer", low=3, high=60, default=8)}
TREND_SCOPE["least"] = Value("integer", low=3, high=60, default=4)

DAY = date(2026, 11, 22)
STEADY = [
    order("2025-10-10", 100.0),
    order("2026-01-10", 100.0),
    order("2026-04-10", 200.0),
]
"""Of the four complete quarters before the fourth of 2026, three with a purchase."""
RISING = [order(f"2025-{month:02}-15", 100.0 * month / 3) for month in (3, 6, 9, 12)] + [
    order(f"2026-{month:02}-15", 400.0 + 100.0 * month / 3) for month in (3, 6, 9)
]


def _amounts(
    orders: Sequence[Row], today: date, per: str, last: float, least: float
) -> list[float] | object:
    """The amounts of the periods; none where there are too few, unknown where one is."""
    found = totals(orders, today, per, int(last))
    if len(found.amounts) < least:
        return NONE
    known = found.known
    return UNKNOWN if known is None else known


@scorer(
    Value("percent", low=0, high=1),
    INPUTS,
    SCOPE,
    title={"en": "Share of active periods", "zh": "有采购的时段占比"},
    source="S07",
    examples=[
        Example({"orders": STEADY, "today": DAY}, 0.75),
        Example({"orders": STEADY[-1:], "today": DAY}, NONE),
        Example({"orders": [], "today": DAY}, NONE),
        Example({"orders": [*STEADY, order("2026-08-01", None)], "today": DAY}, UNKNOWN),
    ],
)
def active_share(orders: Sequence[Row], today: date, per: str, last: float, least: float) -> Answer:
    """The periods in which more was bought than sent back, over all complete periods.

    Of the last `last` complete quarters (months, years) since the first purchase.
    """
    amounts = _amounts(orders, today, per, last, least)
    if not isinstance(amounts, list):
        return amounts
    return sum(amount > 0 for amount in amounts) / len(amounts)


@scorer(
    Value("number", low=0),
    INPUTS,
    SCOPE,
    title={"en": "Variation from period to period", "zh": "时段波动系数"},
    source="S07; coefficient of variation, Pearson 1896",
    examples=[
        Example({"orders": STEADY, "today": DAY}, 50**0.5 / 10),
        Example(
            {"orders": [order("2025-10-10", 5.0), order("2026-01-10", -5.0)], "today": DAY}, NONE
        ),
    ],
)
def variation(orders: Sequence[Row], today: date, per: str, last: float, least: float) -> Answer:
    """The population's standard deviation of the periods' amounts over their mean.

    Money returned lowers its own period. None where the mean is not positive.
    """
    amounts = _amounts(orders, today, per, last, least)
    if not isinstance(amounts, list):
        return amounts
    mean = _positive_mean(amounts)
    if mean is None:
        return NONE
    return math.sqrt(math.fsum((a - mean) ** 2 for a in amounts) / len(amounts)) / mean


@scorer(
    Value("percent", low=0, high=1),
    INPUTS,
    SCOPE,
    title={"en": "Evenness over the periods", "zh": "时段均匀度"},
    source="S07; effective number, Kish 1965 (the inverse of Herfindahl's index) over the periods",
    examples=[
        Example({"orders": STEADY, "today": DAY}, 2 / 3),
        Example({"orders": [order("2025-10-10", 7.0)], "today": DAY}, 0.25),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)
def evenness(orders: Sequence[Row], today: date, per: str, last: float, least: float) -> Answer:
    """(Σx)² / (n·Σx²): 1 where each of the n periods brought the same, 1/n where one brought all.

    It is 1 / (1 + variation²) where no period is negative, and bounded, so it can be weighed. A
    period in which more was sent back than bought counts as 0; none where nothing was bought.
    """
    amounts = _amounts(orders, today, per, last, least)
    if not isinstance(amounts, list):
        return amounts
    return _evenness([max(amount, 0.0) for amount in amounts])


def _positive_mean(amounts: Sequence[float]) -> float | None:
    """The mean; none where it is not positive, or nothing but the noise of decimals."""
    mean = math.fsum(amounts) / len(amounts)
    return mean if mean > 1e-9 * max(abs(amount) for amount in amounts) else None


def _evenness(amounts: Sequence[float]) -> Answer:
    largest = max(amounts)
    if largest <= 0:
        return NONE
    parts = [amount / largest for amount in amounts]
    share = math.fsum(parts) ** 2 / (len(parts) * math.fsum(part * part for part in parts))
    return min(share, 1.0)


@scorer(
    Value("money"),
    INPUTS,
    SCOPE,
    title={"en": "Mean amount of a period", "zh": "时段均额"},
    source="S07: contribution by quarter and by month",
    examples=[
        Example({"orders": STEADY, "today": DAY}, 100.0),
        Example({"orders": STEADY, "today": DAY, "per": "month", "last": 12}, 25.0),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)
def mean_period(orders: Sequence[Row], today: date, per: str, last: float, least: float) -> Answer:
    """What a complete period brought on average, less returns, in the currency."""
    amounts = _amounts(orders, today, per, last, least)
    if not isinstance(amounts, list):
        return amounts
    return math.fsum(amounts) / len(amounts)


@scorer(
    Value("number"),
    INPUTS,
    TREND_SCOPE,
    title={"en": "Trend per period", "zh": "每时段趋势"},
    source="median of pairwise slopes: Theil 1950, Sen 1968",
    examples=[
        Example({"orders": RISING, "today": DAY}, 0.25),
        Example({"orders": STEADY[-1:], "today": DAY}, NONE),
    ],
)
def trend(orders: Sequence[Row], today: date, per: str, last: float, least: float) -> Answer:
    """The median slope between any two periods, as a part of the mean period: 0.05 is 5 % each.

    One large order does not tilt it, as it would a least-squares line. None where the mean is not
    positive. In a window that is no whole year a season looks like a trend: 8 quarters, not 6.
    """
    amounts = _amounts(orders, today, per, last, least)
    if not isinstance(amounts, list):
        return amounts
    mean = _positive_mean(amounts)
    if mean is None:
        return NONE
    pairs = combinations(enumerate(amounts), 2)
    return median((b - a) / (j - i) for (i, a), (j, b) in pairs) / mean


@scorer(
    Value("number", low=-1, high=1),
    INPUTS,
    TREND_SCOPE,
    title={"en": "Agreement of the trend", "zh": "趋势一致性"},
    source="Kendall's tau against time: Mann 1945, Kendall 1938",
    examples=[
        Example({"orders": RISING, "today": DAY}, 1.0),
        Example({"orders": STEADY, "today": DAY}, -1 / 6),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)
def trend_agreement(
    orders: Sequence[Row], today: date, per: str, last: float, least: float
) -> Answer:
    """Pairs of periods that rise less pairs that fall, over all pairs: 1 rises always, -1 falls."""
    amounts = _amounts(orders, today, per, last, least)
    if not isinstance(amounts, list):
        return amounts
    pairs = list(combinations(amounts, 2))
    return (sum(b > a for a, b in pairs) - sum(b < a for a, b in pairs)) / len(pairs)


SCORERS: tuple[Scorer, ...] = (
    active_share,
    variation,
    evenness,
    mean_period,
    trend,
    trend_agreement,
)
