"""What callers from Python give as the command line does: the day of a run."""

from __future__ import annotations

from datetime import date

from groupbuy.errors import GroupbuyError, Problem


def day_given(as_of: date | str | None) -> date:
    """The day that is named, else today. Raises `GroupbuyError` for a text that is no date."""
    if isinstance(as_of, date):
        return as_of
    try:
        return date.today() if as_of is None else date.fromisoformat(as_of)
    except ValueError:
        problem = Problem("bad-date", f'as_of: "{as_of}" is not a date', None, "2026-01-31")
        raise GroupbuyError(problem) from None
