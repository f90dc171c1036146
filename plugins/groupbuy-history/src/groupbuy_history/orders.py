"""What counts as a purchase, and when: one meaning for every scorer.

- Orders after the day of the run are not history yet.
- A refunded order is no purchase and brings nothing.
- A negative amount is a return: it lowers the money of its own day, and is no purchase.
- An amount of 0 (a sample, a replacement) is no purchase.
- A blank amount is an order whose value nobody wrote down: its day counts, its money is unknown.
- Several orders of one day are one buying day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from groupbuy.api import UNKNOWN, Row, Rows, Value

ORDERS = Rows(
    {
        "date": Value("date"),
        "amount": Value("money", pass_unknown=True),
        "status": Value("text", pass_unknown=True),
    }
)
"""The table as the scorers read it. A blank date makes everything unknown."""
TODAY = Value("date")
INPUTS: dict[str, Value | Rows] = {"orders": ORDERS, "today": TODAY}


def order(day: str, amount: float | None, status: str | None = None, **more: Any) -> dict[str, Any]:
    """A row for a documented example; None is a blank."""
    row = {"date": date.fromisoformat(day), "amount": amount, "status": status, **more}
    return {name: UNKNOWN if cell is None else cell for name, cell in row.items()}


def money(row: Row) -> float | None:
    """What a row brought, in the currency: 0 where refunded, negative for a return."""
    amount: float | None = row["amount"]
    if row["status"] == "refunded" and amount is not None and amount > 0:
        return 0.0
    return amount


def is_purchase(row: Row) -> bool:
    """Whether a row is a purchase that stands."""
    amount = row["amount"]
    return row["status"] != "refunded" and (amount is None or amount > 0)


def past(orders: Iterable[Row], today: date) -> list[Row]:
    """The rows up to and with today."""
    return [row for row in orders if row["date"] <= today]


def buying_days(orders: Iterable[Row], today: date) -> list[date]:
    """The days with a purchase, each once, the earliest first."""
    return sorted({row["date"] for row in past(orders, today) if is_purchase(row)})


def gaps(days: Sequence[date]) -> list[int]:
    """The days between one buying day and the next; each at least 1."""
    return [(b - a).days for a, b in pairwise(days)]
