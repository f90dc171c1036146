"""What of deals and of a lead's orders a ladder measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from groupbuy.api import Deal, Rows, Value
from groupbuy_incentives.ladder import Ladder
from groupbuy_incentives.periods import period_of

ORDERS = Rows(
    {
        "date": Value("date", pass_unknown=True),
        "amount": Value("money", pass_unknown=True),
        "quantity": Value("number", pass_unknown=True),
        "cost": Value("money", pass_unknown=True),
        "status": Value("choice", pass_unknown=True),
    },
    pass_unknown=True,
)
"""The input `orders` of kinds that say how far it is to the next tier."""


def exact(number: float) -> Fraction:
    """A number of a lead as it was written: the shortest decimal that reads as this float."""
    return Fraction(Decimal(repr(float(number))))


def measured(deals: Sequence[Deal], measure: str) -> Fraction:
    """The volume of deals: what counts of them, summed up."""
    if measure == "count":
        return Fraction(sum(1 for deal in deals if deal.counted > 0))
    if measure == "margin":
        return sum((Fraction(deal.margin or 0) for deal in deals), Fraction(0))
    if measure == "quantity":
        return sum((Fraction(deal.quantity) for deal in deals), Fraction(0))
    return sum((Fraction(deal.counted) for deal in deals), Fraction(0))


def earned(ladder: Ladder, deals: Sequence[Deal]) -> Fraction:
    """What deals earn together; a rate is of the margin where that is measured."""
    volume = measured(deals, ladder.measure)
    money = volume if ladder.measure == "margin" else measured(deals, "amount")
    return ladder.earned(volume, money)


def ordered(
    orders: Iterable[Mapping[str, Any]] | None, measure: str, per: str, today: date
) -> Fraction | None:
    """The volume of a lead's own orders in the period of `today`; none where it is not known."""
    if orders is None:
        return None
    total = Fraction(0)
    period = period_of(today, per)
    for order in orders:
        day = order["date"]
        if day is None and per != "ever":
            return None
        if order["status"] == "refunded" or (per != "ever" and period_of(day, per) != period):
            continue
        if measure == "count":
            total += 1
            continue
        value = order["quantity" if measure == "quantity" else "amount"]
        if value is None or (measure == "margin" and order["cost"] is None):
            return None
        total += exact(value)
        if measure == "margin":
            total -= exact(order["cost"])
    return total
