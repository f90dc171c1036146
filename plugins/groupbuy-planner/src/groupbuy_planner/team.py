"""team.yaml: who there is, when and where they work, and what ways and waiting cost.

    team = read_team(Path("team.yaml"))     # GroupbuyError with every mistake of the file

What a team leaves out is taken from `data/team_defaults.yaml`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from groupbuy.api import (
    GroupbuyError,
    Location,
    Node,
    Problem,
    Problems,
    Scalar,
    Sequence,
    Source,
    check_shape,
    did_you_mean,
)
from groupbuy.api import Mapping as MappingNode
from groupbuy.api.commands import read_source, read_yaml
from groupbuy_planner.areas import LEVELS, Territory
from groupbuy_planner.workdays import WORKING_WEEK, WorkCalendar, Year, days_of, shipped_years

DATA = Path(__file__).parent / "data"
ROLES = ("salesperson", "manager", "boss")
"""Lowest first."""
MOST = 16 * 60
"""Minutes that a day of work can have; more is told by the schema."""
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[%％]")


@dataclass(frozen=True)
class Hours:
    """A working day in minutes: when it begins, how much of it is for customers, and the break."""

    start: int
    minutes: int
    break_from: int
    break_minutes: int
    visits: int | None = None
    calls: int | None = None


@dataclass(frozen=True)
class Person:
    """One of the team."""

    name: str
    role: str
    hours: Hours
    aliases: tuple[str, ...] = ()
    reports_to: str | None = None
    base: Territory | None = None
    territories: tuple[Territory, ...] = ()
    weekdays: frozenset[str] = WORKING_WEEK
    away: frozenset[date] = frozenset()
    slots: int = 0

    def covers(self, area: Any) -> bool:
        """Whether a place is in one of their territories; none stated means everywhere."""
        return not self.territories or any(each.covers(area) for each in self.territories)


@dataclass(frozen=True)
class Costs:
    """What an hour on the road costs (yuan), and the parts of its worth that waiting takes."""

    travel_hour: float
    wait_per_day: float
    late_per_day: float


@dataclass(frozen=True)
class Team:
    """People by name, in the order of the file."""

    people: Mapping[str, Person]
    calendar: WorkCalendar
    travel: Mapping[str, int]
    """Minutes to get into a place of each level, and back."""
    costs: Costs
    steps: Mapping[str, str]
    places: Mapping[str, Location]
    """Where each person stands in the file."""

    def named(self, text: str) -> Person | None:
        """The person who is called so, by name or alias."""
        wanted = text.strip()
        found = self.people.get(wanted)
        if found is not None:
            return found
        return next((each for each in self.people.values() if wanted in each.aliases), None)

    def superior(self, person: Person, role: str) -> Person | None:
        """The first of a role up the line that a person reports to; themselves, if they are."""
        seen: Person | None = person
        while seen is not None and seen.role != role:
            seen = self.people.get(seen.reports_to) if seen.reports_to else None
        return seen

    def of_role(self, role: str) -> list[Person]:
        """Everybody of a role, in the order of the file."""
        return [person for person in self.people.values() if person.role == role]


@cache
def team_schema() -> Mapping[str, Any]:
    """The JSON Schema of team files."""
    schema: Mapping[str, Any] = json.loads((DATA / "team.schema.json").read_text(encoding="utf-8"))
    return schema


def read_team(path: Path) -> Team:
    """The team of a file. Raises `GroupbuyError` with all that is wrong with it."""
    return team_of(_source(path))


def team_of(source: Source) -> Team:
    """The team of a text. Raises `GroupbuyError` with all that is wrong with it."""
    root = read_yaml(source)
    problems = check_shape(root, team_schema())
    if not isinstance(root, MappingNode):
        raise GroupbuyError(*problems)
    reader = _Reader(root, problems)
    team = reader.team()
    if team is None or reader.problems.found:
        raise GroupbuyError(*_in_order(reader.problems.found))
    return team


def _source(path: Path) -> Source:
    try:
        return read_source(path)
    except GroupbuyError as error:
        problem = error.problems[0]
        if problem.code != "file-missing" or problem.hint is not None:
            raise
        hint = f"groupbuy plan LEADS --write-team {path} writes one to start from"
        raise GroupbuyError(replace(problem, hint=hint)) from None


def _in_order(problems: list[Problem]) -> list[Problem]:
    def place(problem: Problem) -> tuple[int, int]:
        at = problem.at
        return (at.line or 0, at.column or 0) if at else (0, 0)

    return sorted(dict.fromkeys(problems), key=place)


class _Reader:
    """Reads what has the right shape; what has not is a problem already, and is passed over."""

    def __init__(self, root: MappingNode, problems: list[Problem]) -> None:
        self.root = root
        self.problems = Problems()
        self.problems.extend(problems)
        defaults = read_yaml(read_source(DATA / "team_defaults.yaml"))
        assert isinstance(defaults, MappingNode)
        self.defaults = defaults

    def wrong(self, node: Node, message: str, hint: str | None = None) -> None:
        """Record a problem at a value."""
        length = len(node.text) if isinstance(node, Scalar) else 1
        self.problems.add("team-value", message, node.at, hint, max(1, length))

    def find(self, *keys: str) -> Node | None:
        """What stands under keys: in the file, else among the defaults."""
        for root in (self.root, self.defaults):
            node: Node | None = root
            for key in keys:
                node = node.get(key) if isinstance(node, MappingNode) else None
            if node is not None:
                return node
        return None

    def team(self) -> Team | None:
        """All of it."""
        people = self.root.get("people")
        if not isinstance(people, MappingNode):
            return None
        day = self.hours()
        found: dict[str, Person] = {}
        for name, node in people.items.items():
            person = self.person(name.strip(), node, day) if isinstance(node, MappingNode) else None
            if person is not None:
                found[person.name] = person
        self.check_lines(found, people)
        self.check_names(found, people)
        places = {name: people.key_at(name) for name in people.items}
        return Team(found, self.calendar(), self.travel(), self.costs(), self.steps(), places)

    # ── days ──

    def hours(self) -> Hours:
        """The day that all have. What can't be read counts as nothing: it is a problem already."""
        pause = self.find("day", "break")
        begin, long = (
            pause.get(key) if isinstance(pause, MappingNode) else None
            for key in ("from", "minutes")
        )
        visits, calls = (self.number(self.find("day", key)) for key in ("visits", "calls"))
        node = self.find("day", "hours")
        day = Hours(
            self.clock(self.find("day", "start")) or 0,
            self.minutes(node) or 0,
            self.clock(begin) or 0,
            int(self.number(long) or 0),
            _int(visits),
            _int(calls),
        )
        self.check_length(day, node or self.root)
        return day

    def check_length(self, day: Hours, node: Node) -> None:
        """A day ends on the day on which it begins."""
        if day.minutes <= MOST and day.start + day.minutes + day.break_minutes > 24 * 60:
            clock = f"{day.start // 60:02}:{day.start % 60:02}"
            self.wrong(node, f"a day that starts at {clock} has no {day.minutes / 60:g} hours left")

    def clock(self, node: Node | None) -> int | None:
        """Minutes since midnight."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return None
        match = _CLOCK.fullmatch(node.value.strip())
        if match is None:
            self.wrong(node, f'"{node.text}" is not a time', "write it as 09:00")
            return None
        return int(match[1]) * 60 + int(match[2])

    def number(self, node: Node | None) -> float | None:
        """A number that the schema has checked."""
        value = node.value if isinstance(node, Scalar) else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def minutes(self, node: Node | None) -> int | None:
        """Hours as minutes."""
        hours = self.number(node)
        return None if hours is None else round(hours * 60)

    def dates(self, node: Node | None) -> frozenset[date]:
        """Days and spans of days."""
        found: set[date] = set()
        for item in node if isinstance(node, Sequence) else ():
            data: Any = item.data()
            try:
                found.update(days_of([data]))
            except ValueError:
                what = "a date" if isinstance(data, str) else "a span of dates"
                shown = data if isinstance(data, str) else " – ".join(map(str, data.values()))
                self.wrong(item, f'"{shown}" is not {what}', "write it as 2026-11-23")
            except (TypeError, KeyError, OverflowError):
                continue  # the schema has told
        return frozenset(found)

    def calendar(self) -> WorkCalendar:
        """The published years, and those that the team brings."""
        kind = self.find("calendar")
        years = dict(shipped_years())
        stated = self.root.get("holidays")
        for key, node in stated.items.items() if isinstance(stated, MappingNode) else ():
            assert isinstance(stated, MappingNode)
            if not (key.isdecimal() and len(key) == 4):
                message, at = f'"{key}" is not a year', stated.key_at(key)
                self.problems.add("team-value", message, at, "2027:", len(key))
                continue
            if isinstance(node, MappingNode):
                years[int(key)] = self.year(int(key), node)
        is_china = not isinstance(kind, Scalar) or kind.value != "weekdays"
        return WorkCalendar(years, is_china)

    def year(self, number: int, node: MappingNode) -> Year:
        """A year that the team brings."""
        off, work = self.dates(node.get("off")), self.dates(node.get("work"))
        for day in sorted(off | work):
            if day.year != number and abs((day - date(number, 1, 1)).days) > 366:
                self.wrong(node, f"{day} is not a day of {number}")
        for day in sorted(off & work):
            self.wrong(node, f"{day} is off and worked at once")
        for day in sorted(work):
            if day.weekday() < 5:
                self.wrong(
                    node.get("work") or node, f"{day} is no weekend day: it is worked anyway"
                )
        source = node.get("source")
        return Year(off, work, source.text if isinstance(source, Scalar) else "")

    # ── numbers ──

    def travel(self) -> dict[str, int]:
        """Minutes by level."""
        return {level: int(self.number(self.find("travel", level)) or 0) for level in LEVELS}

    def costs(self) -> Costs:
        """Money and parts."""
        hour = self.number(self.find("costs", "travel_hour")) or 0.0
        return Costs(hour, *(self.share(key) for key in ("wait_per_day", "late_per_day")))

    def share(self, key: str) -> float:
        """A part, written as 5% or 0.05."""
        node = self.find("costs", key)
        if not isinstance(node, Scalar):
            return 0.0
        if isinstance(node.value, str):
            match = _PERCENT.fullmatch(node.value.strip())
            value = float(match[1]) / 100 if match else -1.0
        else:
            value = float(node.value or 0)
        if not 0 <= value <= 1:
            self.wrong(node, f'"{node.text}" is not a part of 100%', "write it as 5%")
            return 0.0
        return value

    def steps(self) -> dict[str, str]:
        """Who answers for which step."""
        found: dict[str, str] = {}
        for root in (self.defaults, self.root):
            steps = root.get("steps")
            for step, role in steps.items.items() if isinstance(steps, MappingNode) else ():
                if isinstance(role, Scalar) and isinstance(role.value, str):
                    found[step] = role.value
        return found

    # ── people ──

    def person(self, name: str, node: MappingNode, day: Hours) -> Person | None:
        """One of them."""
        role = node.get("role")
        if not isinstance(role, Scalar) or role.value not in ROLES:
            return None
        hours = self.minutes(node.get("hours"))
        if hours is not None:
            day = replace(day, minutes=hours)
            self.check_length(day, node.get("hours") or node)
        own = {key: _int(self.number(node.get(key))) for key in ("visits", "calls")}
        day = replace(day, **{key: count for key, count in own.items() if count is not None})
        slots = self.number(node.get("slots"))
        if slots is None:
            slots = self.number(self.find("slots", str(role.value)))
        base = node.get("base")
        weekdays, boss = node.get("days"), node.get("reports_to")
        return Person(
            name,
            str(role.value),
            day,
            _texts(node.get("aliases")),
            boss.text.strip() if isinstance(boss, Scalar) else None,
            None if base is None else _territory(base),
            tuple(_territory(each) for each in _items(node.get("territories"))),
            WORKING_WEEK if weekdays is None else frozenset(_texts(weekdays)),
            self.dates(node.get("away")),
            int(slots or 0),
        )

    def check_lines(self, people: Mapping[str, Person], nodes: MappingNode) -> None:
        """People report to somebody of a higher role; so no line goes in a circle."""
        for name, person in people.items():
            node = nodes.get(name)
            boss = node.get("reports_to") if isinstance(node, MappingNode) else None
            if boss is None or person.reports_to is None:
                continue
            above = people.get(person.reports_to)
            if above is None:
                if person.reports_to not in nodes.items:  # else what is wrong there is told there
                    known = ", ".join(list(people)[:10])
                    hint = did_you_mean(person.reports_to, people) or f"people: {known}"
                    self.wrong(boss, f'nobody is called "{person.reports_to}"', hint)
            elif ROLES.index(above.role) <= ROLES.index(person.role):
                message = f"{name} ({person.role}) can't report to {above.name} ({above.role})"
                self.wrong(boss, message, "salespersons report to managers or the boss")

    def check_names(self, people: Mapping[str, Person], nodes: MappingNode) -> None:
        """No two people answer to one name."""
        taken: dict[str, str] = {}
        for name, person in people.items():
            for called in (name, *person.aliases):
                if taken.setdefault(called, name) != name:
                    message = f'{taken[called]} and {name} are both called "{called}"'
                    self.problems.add("team-value", message, nodes.key_at(name), None, len(name))


def _int(number: float | None) -> int | None:
    return None if number is None else int(number)


def _items(node: Node | None) -> list[Node]:
    return list(node) if isinstance(node, Sequence) else []


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(str(item.value).strip() for item in _items(node) if isinstance(item, Scalar))


def _territory(node: Node) -> Territory:
    if isinstance(node, MappingNode):
        levels = ((level, node.get(level)) for level in LEVELS)
        return Territory(
            levels=tuple(
                (level, name.text.strip()) for level, name in levels if isinstance(name, Scalar)
            )
        )
    return Territory(node.text.strip() if isinstance(node, Scalar) else "")


def working_days(team: Team, person: Person, days: tuple[date, ...], since: date) -> list[date]:
    """The days of a week on which a person works, from a day on."""
    return [
        day
        for day in days
        if day >= since
        and day not in person.away
        and person.hours.minutes > 0
        and team.calendar.is_worked(day, person.weekdays)
    ]
