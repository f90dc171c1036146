"""Whether a customer buys in the same months every year, and whether such months are near.

By calendar month. Festivals of the lunar calendar move between two months (Spring Festival between
January and February, Mid-Autumn between September and October), which blurs a season that hangs on
them: look two months ahead, as `season_index` does by default.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from groupbuy.api import NONE, UNKNOWN, Example, Row, Scorer, Value, scorer
from groupbuy_history.orders import INPUTS, order
from groupbuy_history.periods import number, totals

YEARS = {
    "years": Value("integer", low=2, high=10, default=3),
    "least": Value("integer", low=2, high=10, default=2),
}
MIN_MEAN = 1e-9

DAY = date(2026, 11, 22)
JANUARIES = [order(f"{year}-01-15", 1200.0) for year in (2024, 2025, 2026)]
EVEN = [
    order(f"{year}-{month:02}-15", 100.0)
    for year in (2023, 2024, 2025, 2026)
    for month in range(1, 13)
]


def _by_month(
    orders: Sequence[Row], today: date, years: float, least: float
) -> list[list[float]] | object:
    """Amounts of the last complete months, by month of the year (0 is January), whole years only.

    None with fewer whole years since the first purchase than `least`; unknown with a blank amount.
    """
    found = totals(orders, today, "month", int(years) * 12)
    whole = len(found.amounts) // 12
    if whole < least:
        return NONE
    amounts = found.amounts[-12 * whole :]
    if any(amount is None for amount in amounts):
        return UNKNOWN
    start = number(today, "month") - len(amounts)
    months: list[list[float]] = [[] for _ in range(12)]
    for index, amount in enumerate(amounts):
        assert amount is not None
        months[(start + index) % 12].append(amount)
    return months


@scorer(
    Value("percent", low=0, high=1),
    INPUTS,
    YEARS,
    title={"en": "Strength of the season", "zh": "季节性强度"},
    source="adjusted share of variance between groups (epsilon squared): Kelley 1935",
    examples=[
        Example({"orders": JANUARIES, "today": DAY}, 1.0),
        Example({"orders": EVEN, "today": DAY}, 0.0),
        Example({"orders": JANUARIES[:1], "today": DAY}, NONE),
        Example({"orders": JANUARIES[2:3], "today": DAY}, NONE),
    ],
)
def seasonality(orders: Sequence[Row], today: date, years: float, least: float) -> object:
    """How much of the ups and downs of months the month of the year explains, beyond chance.

    (SSB - 11·MSW) / SST over whole years, cut at 0: 1 where every year repeats the same months,
    about 0 where months are bought in at random, 0 where every month is alike. None where nothing
    was bought.
    """
    months = _by_month(orders, today, years, least)
    if not isinstance(months, list):
        return months
    flat = [amount for month in months for amount in month]
    largest = max(abs(amount) for amount in flat)
    if largest == 0:
        return NONE
    scaled = [[amount / largest for amount in month] for month in months]
    count = len(flat)
    mean = math.fsum(amount for month in scaled for amount in month) / count
    means = [math.fsum(month) / len(month) for month in scaled]
    inside = math.fsum(
        (amount - each) ** 2 for month, each in zip(scaled, means, strict=True) for amount in month
    )
    between = math.fsum((each - mean) ** 2 for each in means) * (count / 12)
    if inside + between <= MIN_MEAN:
        return 0.0
    adjusted = (between - 11 * inside / (count - 12)) / (inside + between)
    return min(max(adjusted, 0.0), 1.0)


@scorer(
    Value("number", low=0, high=12),
    INPUTS,
    {**YEARS, "ahead": Value("integer", low=1, high=12, default=2)},
    title={"en": "Season ahead", "zh": "近期旺季指数"},
    source="ratio to the average month: Persons 1919",
    examples=[
        Example({"orders": EVEN, "today": DAY}, 1.0),
        Example({"orders": EVEN, "today": DAY, "ahead": 12}, 1.0),
        Example({"orders": JANUARIES[:1], "today": date(2025, 6, 1)}, NONE),
        Example({"orders": JANUARIES[:2], "today": date(2026, 1, 5)}, 6.0),
    ],
)
def season_index(
    orders: Sequence[Row], today: date, years: float, least: float, ahead: float
) -> object:
    """What this month and those after it, `ahead` in all, usually bring, against an average month.

    2 is twice the average. Months of the year in which more was sent back than bought count as 0;
    none where nothing was bought.
    """
    months = _by_month(orders, today, years, least)
    if not isinstance(months, list):
        return months
    means = _means(months)
    total = math.fsum(means)
    if total <= 0:
        return NONE
    coming = [(today.month - 1 + step) % 12 for step in range(int(ahead))]
    return min(math.fsum(means[month] for month in coming) / total * 12 / int(ahead), 12.0)


@scorer(
    Value("integer", low=1, high=12),
    INPUTS,
    YEARS,
    title={"en": "Best month of the year", "zh": "旺季月份"},
    source="the month of the year with the highest mean",
    examples=[
        Example({"orders": JANUARIES, "today": DAY}, 1),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)
def peak_month(orders: Sequence[Row], today: date, years: float, least: float) -> object:
    """The month of the year that brought most on average, 1 to 12; the earlier of two alike."""
    months = _by_month(orders, today, years, least)
    if not isinstance(months, list):
        return months
    means = _means(months)
    best = max(means)
    return means.index(best) + 1 if best > 0 else NONE


def _means(months: list[list[float]]) -> list[float]:
    """The mean of each month of the year, at least 0."""
    return [max(math.fsum(month) / len(month), 0.0) for month in months]


SCORERS: tuple[Scorer, ...] = (seasonality, season_index, peak_month)
