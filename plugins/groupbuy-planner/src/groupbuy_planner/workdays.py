"""Which days are worked in China: holidays, make-up weekends, and years not yet published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from groupbuy.api import GroupbuyError, Problem
from groupbuy.api.commands import read_source, read_yaml

SHIPPED = Path(__file__).parent / "data" / "calendar.yaml"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_WEEK = frozenset(WEEKDAYS[:5])
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)


@dataclass(frozen=True)
class Year:
    """What was published for a year: days off, weekend days worked instead, and where it stands."""

    off: frozenset[date]
    work: frozenset[date]
    source: str = ""


@dataclass(frozen=True)
class WorkCalendar:
    """The years that are known. With none of them asked for, only weekends are off."""

    years: Mapping[int, Year] = field(default_factory=dict)
    national: bool = True

    def is_published(self, day: date) -> bool:
        """Whether the holidays of the day's year are known, or don't matter."""
        return not self.national or day.year in self.years

    def is_worked(self, day: date, weekdays: frozenset[str] = WORKING_WEEK) -> bool:
        """Whether people who work on `weekdays` work on a day.

        Nobody does on a public holiday, everybody on a make-up day.
        """
        # The holiday of a New Year may begin in December.
        near = (day.year, day.year + 1) if self.national else ()
        years = [self.years[number] for number in near if number in self.years]
        if any(day in year.off for year in years):
            return False
        if any(day in year.work for year in years):
            return True
        return WEEKDAYS[day.weekday()] in weekdays

    def next_worked(self, day: date) -> date:
        """The first working day after a day."""
        following = day + timedelta(1)
        while not self.is_worked(following):
            following += timedelta(1)
        return following


@cache
def shipped_years() -> Mapping[int, Year]:
    """The years that come with this package."""
    data: Any = read_yaml(read_source(SHIPPED)).data()
    return {
        int(year): Year(
            frozenset(days_of(each["off"])), frozenset(days_of(each["work"])), each["source"]
        )
        for year, each in data.items()
    }


def days_of(stated: Iterable[str | Mapping[str, str]]) -> Iterable[date]:
    """Days from dates and spans (`{from, until}`, both included). Raises `ValueError`."""
    for each in stated:
        if isinstance(each, str):
            yield date.fromisoformat(each)
            continue
        first, last = date.fromisoformat(each["from"]), date.fromisoformat(each["until"])
        if last < first:
            raise ValueError(f"{last} is before {first}")
        yield from (first + timedelta(n) for n in range((last - first).days + 1))


@dataclass(frozen=True)
class Week:
    """An ISO week."""

    year: int
    number: int

    def __str__(self) -> str:
        """As people write it: 2026-W48."""
        return f"{self.year}-W{self.number:02}"

    @property
    def days(self) -> tuple[date, ...]:
        """Monday to Sunday."""
        return tuple(date.fromisocalendar(self.year, self.number, day) for day in range(1, 8))

    @staticmethod
    def of(day: date) -> Week:
        """The week of a day."""
        year, number, _ = day.isocalendar()
        return Week(year, number)


def read_week(text: str) -> Week:
    """The week that is meant by `2026-W48`, or by a day in it. Raises `GroupbuyError`."""
    match = _WEEK.fullmatch(text.strip())
    try:
        if match is None:
            return Week.of(date.fromisoformat(text.strip()))
        week = Week(int(match[1]), int(match[2]))
        assert week.days
        return week
    except ValueError:
        if match is not None and date.min.year < int(match[1]) < date.max.year:
            last = date(int(match[1]), 12, 28).isocalendar().week
            hint = f"{match[1]} has the weeks {match[1]}-W01 to {match[1]}-W{last}"
        else:
            hint = "write it as 2026-W48, or name a day of it: 2026-11-23"
        message = f'--week: "{text}" is not a week'
        raise GroupbuyError(Problem("bad-option", message, None, hint)) from None
