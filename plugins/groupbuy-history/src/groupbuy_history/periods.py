"""Calendar months, quarters and years, and what was bought in each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from groupbuy.api import Row, Value
from groupbuy_history.orders import buying_days, money, past

MONTHS = {"month": 1, "quarter": 3, "year": 12}
PER = Value("choice", of=tuple(MONTHS), default="quarter")


@dataclass(frozen=True)
class Totals:
    """Money by complete period, oldest first; a period with a blank amount is None."""

    first: int
    """The number of the first period."""
    amounts: tuple[float | None, ...]

    @property
    def known(self) -> list[float] | None:
        """The amounts; none where one is unknown."""
        known = [amount for amount in self.amounts if amount is not None]
        return known if len(known) == len(self.amounts) else None


def number(day: date, per: str) -> int:
    """The number of the calendar period that a day lies in."""
    return (day.year * 12 + day.month - 1) // MONTHS[per]


def totals(orders: Sequence[Row], today: date, per: str, last: int) -> Totals:
    """Money in the last complete periods, at most `last`, empty ones too.

    The running period is left out, and so is the time before the first purchase: a new customer is
    not unsteady for not having bought before. The period of the first purchase counts.
    """
    days = buying_days(orders, today)
    end = number(today, per)
    if not days:
        return Totals(end, ())
    start = max(number(days[0], per), end - last)
    parts: list[list[float]] = [[] for _ in range(start, end)]
    blank = [False] * len(parts)
    for row in past(orders, today):
        index = number(row["date"], per) - start
        if 0 <= index < len(parts):
            amount = money(row)
            if amount is None:
                blank[index] = True
            else:
                parts[index].append(amount)
    return Totals(
        start,
        tuple(
            None if unknown else math.fsum(part) for part, unknown in zip(parts, blank, strict=True)
        ),
    )
