"""The hours of a day: contacts in order, the ways between them, and the break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from groupbuy_planner.areas import Area, entered
from groupbuy_planner.team import Hours
from groupbuy_planner.wishes import Wish


@dataclass(frozen=True)
class Timed:
    """A contact from when to when, in minutes since midnight."""

    wish: Wish
    start: int
    end: int


def timetable(
    wishes: Iterable[Wish], hours: Hours, travel: Mapping[str, int], doorstep: frozenset[Path]
) -> list[Timed]:
    """The day of a person: visits place by place, the largest first, then calls.

    A way is half there and half back. The break begins after what is going on when its time comes.
    """
    found = []
    now, had_break = hours.start, hours.break_minutes == 0
    here: tuple[Path, ...] = ()
    for wish in in_order(wishes):
        there = _places(wish.client.area, doorstep) if wish.kind == "visit" else ()
        now += _way(here, there, travel)
        here = there
        if not had_break and now >= hours.break_from:
            now += hours.break_minutes
            had_break = True
        found.append(Timed(wish, now, now + wish.minutes))
        now += wish.minutes
    return found


Path = tuple[str, ...]


def in_order(wishes: Iterable[Wish]) -> list[Wish]:
    """Visits with those of one place together, then calls; the most valuable first."""
    stated = list(wishes)
    best: dict[Path, float] = {}
    for wish in stated:
        for place in wish.client.area.path:
            best[place] = max(best.get(place, 0.0), wish.worth)

    def key(wish: Wish) -> tuple[object, ...]:
        places = wish.client.area.path if wish.kind == "visit" else ()
        way = tuple((-best[place], place) for place in places)
        return (wish.kind != "visit", way, -wish.worth, wish.client.id)

    return sorted(stated, key=key)


def _places(area: Area, doorstep: frozenset[Path]) -> tuple[Path, ...]:
    return tuple(place for place in area.path if place not in doorstep)


def _way(here: Sequence[Path], there: Sequence[Path], travel: Mapping[str, int]) -> int:
    """Minutes from one place to another: out of what is left, into what is new."""
    out = sum(travel[entered(place)] // 2 for place in here if place not in there)
    into = sum(-(-travel[entered(place)] // 2) for place in there if place not in here)
    return out + into
