"""How much hangs on one category, or on one month."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from groupbuy.api import NONE, UNKNOWN, Example, Row, Rows, Scorer, Value, scorer
from groupbuy_history.orders import INPUTS, ORDERS, TODAY, money, order, past
from groupbuy_history.periods import number, totals

MONTHS = {"months": Value("integer", low=1, high=120, default=12)}
HHI = "Herfindahl 1950, Hirschman 1945"
LINES: dict[str, Value | Rows] = {
    "orders": Rows({**ORDERS.columns, "category": Value("text", pass_unknown=True)}),
    "today": TODAY,
}

DAY = date(2026, 11, 22)
TWO_LINES = [
    order("2026-01-10", 300.0, category="paper"),
    order("2026-02-10", 100.0, category="tea"),
    order("2025-01-10", 900.0, category="tea"),
]
TWO_MONTHS = [order("2026-01-10", 300.0), order("2026-02-10", 100.0)]


def _index(amounts: Iterable[float]) -> object:
    """The sum of squared shares of what is positive; none where nothing is."""
    positive = [amount for amount in amounts if amount > 0]
    if not positive:
        return NONE
    largest = max(positive)
    parts = [amount / largest for amount in positive]
    return min(math.fsum(part * part for part in parts) / math.fsum(parts) ** 2, 1.0)


@scorer(
    Value("percent", low=0, high=1),
    LINES,
    MONTHS,
    title={"en": "Concentration over categories", "zh": "品类集中度"},
    source=HHI,
    examples=[
        Example({"orders": TWO_LINES, "today": DAY}, 0.625),
        Example({"orders": TWO_LINES, "today": DAY, "months": 24}, 109 / 169),
        Example({"orders": [], "today": DAY}, NONE),
        Example({"orders": [order("2026-01-10", 5.0, category=None)], "today": DAY}, UNKNOWN),
    ],
)
def category_concentration(orders: Sequence[Row], today: date, months: float) -> object:
    """The sum of squared shares of the categories: 1 with one only, 1/n with n alike.

    1 over it is the number of categories that count. Of the `months` before the day of the run, to
    the day; categories with more sent back than bought are left out.
    """
    start = _months_before(today, int(months))
    sums: defaultdict[str, list[float]] = defaultdict(list)
    for row in past(orders, today):
        if row["date"] <= start:
            continue
        amount = money(row)
        if amount == 0:
            continue
        if amount is None or row["category"] is None:
            return UNKNOWN
        sums[row["category"]].append(amount)
    return _index(math.fsum(amounts) for amounts in sums.values())


@scorer(
    Value("percent", low=0, high=1),
    INPUTS,
    MONTHS,
    title={"en": "Concentration over months", "zh": "月份集中度"},
    source=HHI,
    examples=[
        Example({"orders": TWO_MONTHS, "today": DAY}, 0.625),
        Example({"orders": TWO_MONTHS[:1], "today": DAY}, 1.0),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)
def month_concentration(orders: Sequence[Row], today: date, months: float) -> object:
    """The sum of squared shares of the last complete months: 1 where one month brought all."""
    found = totals(orders, today, "month", int(months)).known
    return UNKNOWN if found is None else _index(found)


def _months_before(today: date, months: int) -> date:
    """The day so many months earlier; the last of its month where that is shorter."""
    year, month = divmod(number(today, "month") - months, 12)
    if year < 1:
        return date.min
    for day in (today.day, 30, 29, 28):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


SCORERS: tuple[Scorer, ...] = (category_concentration, month_concentration)
