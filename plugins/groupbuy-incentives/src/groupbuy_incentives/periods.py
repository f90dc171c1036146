"""Periods by which rewards are worked out, and their names: `2026-11`, `2026Q4`, `2026`, `all`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Per = Literal["month", "quarter", "year", "ever"]
PERIODS: tuple[Per, ...] = ("month", "quarter", "year", "ever")
EVER = "all"


def period_of(day: date, per: str) -> str:
    """The name of the period in which a day lies."""
    if per == "month":
        return f"{day.year}-{day.month:02d}"
    if per == "quarter":
        return f"{day.year}Q{(day.month + 2) // 3}"
    return str(day.year) if per == "year" else EVER


def last_day(today: date, per: str) -> date | None:
    """The last day of the period that `today` lies in; none where it never ends."""
    if per == "ever":
        return None
    month = {"month": today.month, "quarter": (today.month + 2) // 3 * 3, "year": 12}[per]
    after = date(today.year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)
