"""Whether a customer is late by its own rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from groupbuy.api import NONE, Example, Row, Scorer, Value, scorer
from groupbuy_history.orders import INPUTS, buying_days, gaps, order

LEAST = {"least": Value("integer", low=1, high=100, default=3)}
"""How many gaps between buying days it takes to speak of a rhythm."""
LAST_DAY = date(9999, 12, 31)

DAY = date(2026, 11, 22)
MONTHLY = [order(day, 100.0) for day in ("2026-06-01", "2026-07-01", "2026-08-05", "2026-09-01")]
"""Gaps of 30, 35 and 27 days; 82 days of silence."""


def _rhythm(orders: Sequence[Row], today: date, least: float) -> tuple[list[int], date] | None:
    """The gaps and the last buying day; none where there are too few gaps."""
    days = buying_days(orders, today)
    between = gaps(days)
    return (between, days[-1]) if len(between) >= least else None


@scorer(
    Value("number", low=1),
    INPUTS,
    LEAST,
    title={"en": "Usual days between purchases", "zh": "通常采购间隔（天）"},
    source="median of the customer's own gaps",
    examples=[
        Example({"orders": MONTHLY, "today": DAY}, 30),
        Example({"orders": MONTHLY[:3], "today": DAY}, NONE),
        Example({"orders": [], "today": DAY}, NONE),
    ],
)
def typical_gap(orders: Sequence[Row], today: date, least: float) -> object:
    """The median of the days between one buying day and the next."""
    found = _rhythm(orders, today, least)
    return NONE if found is None else median(found[0])


@scorer(
    Value("number", low=0),
    INPUTS,
    LEAST,
    title={"en": "Silence against the usual gap", "zh": "沉默期与通常间隔之比"},
    source="days since the last purchase over the median gap",
    examples=[
        Example({"orders": MONTHLY, "today": DAY}, 82 / 30),
        Example({"orders": MONTHLY[:3], "today": DAY}, NONE),
    ],
)
def overdue(orders: Sequence[Row], today: date, least: float) -> object:
    """Days since the last purchase over the usual gap: above 1 the customer is late."""
    found = _rhythm(orders, today, least)
    return NONE if found is None else (today - found[1]).days / median(found[0])


@scorer(
    Value("percent", low=0, high=1),
    INPUTS,
    LEAST,
    title={"en": "Churn risk", "zh": "流失风险"},
    source="1 less the conformal p-value: Vovk, Gammerman, Shafer 2005",
    examples=[
        Example({"orders": MONTHLY, "today": DAY}, 0.75),
        Example({"orders": MONTHLY, "today": date(2026, 10, 2)}, 0.5),
        Example({"orders": MONTHLY, "today": date(2026, 9, 5)}, 0),
        Example({"orders": MONTHLY[:3], "today": DAY}, NONE),
    ],
)
def churn_risk(orders: Sequence[Row], today: date, least: float) -> object:
    """K / (n + 1), where k of the customer's n gaps were shorter than the silence now.

    If the customer buys on as before (its gaps exchangeable), a silence that reaches a risk of p
    comes with a probability of at most 1 - p + 1/(n + 1). With n gaps it never goes above
    n / (n + 1): three gaps cannot prove that somebody is lost. It does not say how late; see
    `overdue`.
    """
    found = _rhythm(orders, today, least)
    if found is None:
        return NONE
    between, last = found
    silence = (today - last).days
    return sum(gap < silence for gap in between) / (len(between) + 1)


@scorer(
    Value("date"),
    INPUTS,
    LEAST,
    title={"en": "Next purchase expected", "zh": "预计下次采购"},
    source="last buying day and the median gap",
    examples=[
        Example({"orders": MONTHLY, "today": DAY}, date(2026, 10, 1)),
        Example({"orders": MONTHLY[:3], "today": DAY}, NONE),
    ],
)
def next_purchase(orders: Sequence[Row], today: date, least: float) -> object:
    """The last buying day and the usual gap after it, halves of a day up; it may be past."""
    found = _rhythm(orders, today, least)
    if found is None:
        return NONE
    between, last = found
    ahead = int(median(between) + 0.5)
    return last + timedelta(ahead) if ahead <= (LAST_DAY - last).days else NONE


SCORERS: tuple[Scorer, ...] = (typical_gap, overdue, churn_risk, next_purchase)
