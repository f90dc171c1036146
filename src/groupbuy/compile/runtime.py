"""What generated code calls. A value at run time is itself, `None` (unknown) or `NA` (none)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Literal

from groupbuy.tree.nodes import NONE
from groupbuy.tree.operations import LAST_DAY

NA: Final = NONE


def agree(values: Sequence[Any]) -> Any:
    """The value that all the possible ones agree on, else unknown."""
    first = values[0]
    for value in values:
        if value is None or (value is NA) is not (first is NA) or value != first:
            return None
    return first


def first(rows: list[tuple[Any, Any]]) -> Any:
    """From the row with the lowest order; the earlier in the table, where two are equal."""
    return _from_row(rows, min)


def last(rows: list[tuple[Any, Any]]) -> Any:
    """From the row with the highest order; the later in the table, where two are equal."""
    return _from_row(rows[::-1], max)


def _from_row(rows: list[tuple[Any, Any]], pick: Any) -> Any:
    if not rows:
        return NA
    if any(order is None or order is NA for order, _ in rows):
        return None
    return pick(rows, key=itemgetter(0))[1]


Per = Literal["month", "quarter", "year"]
_MONTHS: Final[dict[Per, int]] = {"month": 1, "quarter": 3, "year": 12}


@lru_cache(maxsize=64)
def period_starts(today: int, per: Per, last: int) -> list[int]:
    """The first days of the `last` complete periods before `today`, and of the current one."""
    length = _MONTHS[per]
    now = date.fromordinal(today)
    current = (now.year * 12 + now.month - 1) // length * length
    starts = []
    for back in range(last, -1, -1):
        year, month = divmod(current - back * length, 12)
        starts.append(date(year, month + 1, 1).toordinal() if year >= 1 else 1)
    return starts


def split(
    rows: Sequence[dict[str, Any]], column: str, today: int, per: Per, last: int
) -> list[list[dict[str, Any]]] | None:
    """The rows of each of the last complete periods; unknown where a row has no date."""
    starts = period_starts(today, per, last)
    periods: list[list[dict[str, Any]]] = [[] for _ in range(last)]
    for row in rows:
        day = row[column]
        if day is None or not 1 <= day <= LAST_DAY:
            return None
        if starts[0] <= day < starts[-1]:
            # Few periods, so counting the starts that lie before is as quick as searching.
            periods[sum(start <= day for start in starts) - 1].append(row)
    return periods
