"""Working days by the Chinese calendar, compared with a library that knows them too."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from groupbuy.api import GroupbuyError
from groupbuy_planner.workdays import Week, WorkCalendar, Year, days_of, read_week, shipped_years

CHINA = WorkCalendar(shipped_years())


@pytest.mark.parametrize("year", sorted(shipped_years()))
def test_every_day_is_as_the_chinesecalendar_package_has_it(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        assert CHINA.is_worked(day) == chinese_calendar.is_workday(day), day
        day += timedelta(1)


@pytest.mark.parametrize("year", sorted(shipped_years()))
def test_each_year_names_its_source(year: int) -> None:
    assert f"{year}年" in shipped_years()[year].source


def test_make_up_days_are_worked_by_everybody_and_holidays_by_nobody() -> None:
    six_days = frozenset(("mon", "tue", "wed", "thu", "fri", "sat"))
    assert CHINA.is_worked(date(2026, 2, 14))  # a Saturday before Spring Festival
    assert CHINA.is_worked(date(2026, 9, 20))  # a Sunday
    assert not CHINA.is_worked(date(2026, 10, 1), six_days)
    assert CHINA.is_worked(date(2026, 11, 28), six_days)
    assert not CHINA.is_worked(date(2026, 11, 28))


def test_a_new_year_that_begins_in_december_is_off_there() -> None:
    brought = Year(frozenset(days_of([{"from": "2030-12-31", "until": "2031-01-01"}])), frozenset())
    assert not WorkCalendar({2031: brought}).is_worked(date(2030, 12, 31))


def test_with_weekdays_only_nothing_is_published_or_missing() -> None:
    plain = WorkCalendar(shipped_years(), national=False)
    assert plain.is_worked(date(2026, 10, 1))
    assert not plain.is_worked(date(2026, 2, 14))
    assert plain.is_published(date(2031, 1, 1))


def test_a_year_that_is_not_there_is_not_published() -> None:
    assert CHINA.is_published(date(2026, 12, 31))
    assert not CHINA.is_published(date(2031, 1, 1))
    assert CHINA.is_worked(date(2031, 1, 1))  # a Wednesday, for want of better knowledge


def test_the_next_working_day_passes_over_holidays() -> None:
    assert CHINA.next_worked(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CHINA.next_worked(date(2026, 2, 13)) == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("2026-W48", Week(2026, 48)),
        ("2026w48", Week(2026, 48)),
        (" 2026-W1 ", Week(2026, 1)),
        ("2026-11-29", Week(2026, 48)),
        ("2027-01-01", Week(2026, 53)),
    ],
)
def test_a_week_is_named_by_its_number_or_a_day(text: str, week: Week) -> None:
    assert read_week(text) == week


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2026-W54", "2026 has the weeks 2026-W01 to 2026-W53"),
        ("2025-W53", "2025 has the weeks 2025-W01 to 2025-W52"),
        ("2026-W00", "2026-W01 to 2026-W53"),
        ("next", "write it as 2026-W48"),
        ("2026-02-30", "write it as 2026-W48"),
        ("0000-W01", "write it as 2026-W48"),
        ("9999-W60", "write it as 2026-W48"),
        ("", "write it as 2026-W48"),
    ],
)
def test_what_is_no_week_is_refused(text: str, hint: str) -> None:
    with pytest.raises(GroupbuyError) as caught:
        read_week(text)
    assert hint in str(caught.value.problems[0].hint)


def test_spans_hold_both_ends() -> None:
    assert len(list(days_of(["2026-01-01", {"from": "2026-02-01", "until": "2026-02-03"}]))) == 4
    with pytest.raises(ValueError, match="is before"):
        list(days_of([{"from": "2026-02-03", "until": "2026-02-01"}]))
