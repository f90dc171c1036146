"""From a team and the week's wishes to a plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from groupbuy.api import did_you_mean
from groupbuy_planner.allotment import Share, budget, limits
from groupbuy_planner.areas import entered
from groupbuy_planner.clock import timetable
from groupbuy_planner.escalation import Escalation, rationed, responsible
from groupbuy_planner.homes import Note, doorsteps
from groupbuy_planner.plans import Contact, PersonWeek, Plan
from groupbuy_planner.problem import (
    NOWHERE,
    SCALE,
    UNLIMITED,
    Problem,
    Slot,
    Task,
    by_slot,
    road,
    worth,
)
from groupbuy_planner.search import Search, State, density, solved
from groupbuy_planner.team import ROLES, Person, Team, working_days
from groupbuy_planner.wishes import Client, Demand, Left, Reason, Wish
from groupbuy_planner.workdays import Week


def planned(team: Team, demand: Demand, week: Week, since: date) -> Plan:
    """The plan of a week, from a day of it on."""
    return _Planner(team, demand, week, since).plan()


@dataclass(frozen=True)
class _Candidate:
    """A wish, and who may fulfil it."""

    wish: Wish
    people: tuple[Person, ...]
    escalated: bool = False


class _Planner:
    """Puts it all together."""

    def __init__(self, team: Team, demand: Demand, week: Week, since: date) -> None:
        self.team, self.demand, self.week, self.since = team, demand, week, since
        self.left: list[Left] = list(demand.left)
        self.days = {
            name: working_days(team, person, week.days, since)
            for name, person in team.people.items()
        }
        self.workdays = [day for day in week.days if day >= since and team.calendar.is_worked(day)]
        self.names = list(team.people)
        self.slots = [(name, day) for name in self.names for day in self.days[name]]
        self.doorsteps, notes = doorsteps(team, demand.clients)
        self.notes: list[Note] = [*notes]

    def plan(self) -> Plan:
        """All of it."""
        self.check_names()
        escalations, candidates = self.candidates()
        groups = sorted({each.wish.client.group for each in candidates})
        shares = self.shares(candidates, self.roads(candidates, groups))
        problem = self.problem(candidates, shares, groups)
        chosen = solved(problem)
        self.explain(problem, chosen, candidates, shares)
        weeks = self.weeks(chosen, candidates, shares)
        ahead = [day for day in self.week.days if day >= self.since]
        missing = {day.year for day in ahead if not self.team.calendar.is_published(day)}
        for year in sorted(missing):
            self.notes.append(("unpublished", {"year": year}))
        if not self.slots:
            self.notes.append(("no_days", {"week": self.week, "day": self.since}))
        return Plan(
            self.week,
            self.since,
            self.team,
            weeks,
            sorted(self.left, key=lambda left: left.client.id),
            escalations,
            self.demand.groups,
            worth(problem, chosen) / SCALE,
            sorted(missing),
            self.notes,
        )

    def check_names(self) -> None:
        """Say which names of the team file and of the leads don't find each other."""
        areas = {client.area for client in self.demand.clients}
        called = {part for area in areas for part in (area.region, area.city, area.district)}
        for name, person in self.team.people.items():
            for territory in person.territories:
                if not any(territory.covers(area) for area in areas):
                    hint = did_you_mean(str(territory), sorted(called - {""}))
                    facts = {"territory": territory, "person": name, "hint": hint or ""}
                    self.notes.append(("territory", facts))
        owners = Counter(client.owner for client in self.demand.clients if client.owner)
        for owner, count in sorted(owners.items()):
            if self.team.named(owner) is None:
                hint = did_you_mean(owner, self.names)
                facts = {"owner": owner, "count": count, "hint": hint or ""}
                self.notes.append(("owner", facts))

    # ── who may fulfil what ──

    def candidates(self) -> tuple[list[Escalation], list[_Candidate]]:
        """Escalations with who acts, and the wishes that somebody may fulfil."""
        asked = [wish for wish in self.demand.wishes if not self.is_foreign(wish.client)]
        escalations = rationed(asked, self.team, lambda wish, p: bool(self.free_days(wish, p)))
        taken = {each.wish.client.id: each for each in escalations if each.person is not None}
        found = []
        for wish in self.demand.wishes:
            escalation = taken.get(wish.client.id)
            if escalation is not None and escalation.person is not None:
                person = self.team.people[escalation.person]
                found.append(_Candidate(wish, (person,), True))
                continue
            people = self.sellers(wish)
            if isinstance(people, Reason):
                self.left.append(Left(wish.client, people, wish))
            else:
                found.append(_Candidate(wish, tuple(people)))
        return escalations, found

    def is_foreign(self, client: Client) -> bool:
        """Whether a lead belongs to somebody outside the team."""
        return bool(client.owner) and self.team.named(client.owner) is None

    def sellers(self, wish: Wish) -> list[Person] | Reason:
        """Who may make a contact that is not escalated; else why nobody may."""
        client, is_visit = wish.client, wish.kind == "visit"
        owner = self.team.named(client.owner) if client.owner else None
        if client.owner and owner is None:
            return Reason("other_team", {"owner": client.owner})
        area = str(client.area)
        if owner is not None:
            if is_visit and owner.territories and not client.area.known:
                return Reason("area_unknown")
            if is_visit and not owner.covers(client.area):
                return Reason("outside", {"area": area, "owner": owner.name})
            able = [owner]
        else:
            able = [p for p in self.team.of_role(ROLES[0]) if p.covers(client.area)]
            if not able:
                return Reason("nobody", {"area": area}) if area else Reason("area_unknown")
        free = [person for person in able if self.free_days(wish, person)]
        if not free:
            return Reason("away", {"owner": _names(able)})
        return free

    def free_days(self, wish: Wish, person: Person) -> list[date]:
        """The days on which a person may make a contact."""
        earliest = wish.earliest or date.min
        return [
            day
            for day in self.days[person.name]
            if day >= earliest and wish.minutes <= person.hours.minutes
        ]

    # ── hours by class ──

    def capacity(self, person: Person) -> int:
        """A person's minutes in the week."""
        return person.hours.minutes * len(self.days[person.name])

    def roads(self, candidates: Sequence[_Candidate], groups: Sequence[str]) -> dict[str, int]:
        """About how many minutes each will be on the road: as many as in a first, rough plan."""
        rough = self.problem(candidates, self.shares(candidates, {}), groups)
        found: Counter[str] = Counter()
        for slot, tasks in enumerate(by_slot(rough, Search(rough).greedy(density).at)):
            found[self.slots[slot][0]] += road(rough, slot, tasks)
        return found

    def shares(
        self, candidates: Sequence[_Candidate], roads: Mapping[str, int]
    ) -> dict[str, dict[str, Share]]:
        """Each salesperson's hours by class. A lead that several may take counts in parts."""
        leads: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        wanted: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        longest: dict[str, dict[str, int]] = defaultdict(dict)
        for client in self.demand.clients:
            able = self.keepers(client)
            for person in able:
                leads[person.name][client.group] += 1 / len(able)
                weights[person.name][client.group] += client.weight / len(able)
        for each in candidates:
            if each.escalated:
                continue
            group, minutes = each.wish.client.group, each.wish.minutes
            for person in each.people:
                wanted[person.name][group] += minutes / len(each.people)
                longest[person.name][group] = max(longest[person.name].get(group, 0), minutes)
        return {
            name: limits(
                self.capacity(person),
                roads.get(name, 0),
                leads[name],
                weights[name],
                {group: -int(-minutes // 1) for group, minutes in wanted[name].items()},
                longest[name],
            )
            for name, person in self.team.people.items()
            if weights[name]
        }

    def keepers(self, client: Client) -> list[Person]:
        """Whose lead it is, or may become."""
        owner = self.team.named(client.owner) if client.owner else None
        if owner is not None:
            return [owner]
        if client.owner:
            return []
        return [p for p in self.team.of_role(ROLES[0]) if p.covers(client.area)]

    # ── numbers, and back ──

    def problem(
        self,
        candidates: Sequence[_Candidate],
        shares: Mapping[str, Mapping[str, Share]],
        groups: Sequence[str],
    ) -> Problem:
        """The wishes as numbers. Escalated contacts take no hours of a class."""
        escalated = len(groups)
        places = {
            place: None
            for each in candidates
            if each.wish.kind == "visit"
            for place in each.wish.client.area.path
        }
        ids = {place: number for number, place in enumerate(places)}
        numbers = {slot: number for number, slot in enumerate(self.slots)}
        tasks = []
        for each in candidates:
            wish = each.wish
            is_visit = wish.kind == "visit"
            options = []
            for person in each.people:
                for day in self.free_days(wish, person):
                    value = round(self.worth_on(wish, day) * SCALE)
                    options.append((numbers[person.name, day], value))
            path = tuple(ids[place] for place in wish.client.area.path) if is_visit else ()
            group = escalated if each.escalated else groups.index(wish.client.group)
            tasks.append(Task(wish.minutes, is_visit, path, group, tuple(options)))
        return Problem(
            [self.slot(name) for name, _ in self.slots],
            tasks,
            [self.team.travel[entered(place)] for place in places],
            [
                frozenset(ids[place] for place in self.doorsteps[name] if place in ids)
                for name in self.names
            ],
            [
                [*(budget(shares.get(name, {}).get(group)) for group in groups), UNLIMITED]
                for name in self.names
            ],
            round(self.team.costs.travel_hour * SCALE / 60),
        )

    def slot(self, name: str) -> Slot:
        """A day of a person."""
        hours = self.team.people[name].hours
        usual = self.demand.per_day
        visits = hours.visits if hours.visits is not None else usual.get("visit", UNLIMITED)
        calls = hours.calls if hours.calls is not None else usual.get("call", UNLIMITED)
        return Slot(self.names.index(name), hours.minutes, visits, calls)

    def worth_on(self, wish: Wish, day: date) -> float:
        """What a contact is worth on a day: waiting takes a part, being late a larger one."""
        costs = self.team.costs
        waits = sum(1 for each in self.workdays if each < day)
        late = max(0, (day - max(wish.due, self.since)).days)
        part = 1 - costs.wait_per_day * waits - costs.late_per_day * late
        return wish.worth * max(part, 0.01)

    def explain(
        self,
        problem: Problem,
        chosen: Sequence[int],
        candidates: Sequence[_Candidate],
        shares: Mapping[str, Mapping[str, Share]],
    ) -> None:
        """Why the wishes that found no slot did not."""
        state = State(problem, chosen)
        for task, slot in enumerate(chosen):
            if slot == NOWHERE:
                each = candidates[task]
                reason = self.reason(state, task, each, shares)
                self.left.append(Left(each.wish.client, reason, each.wish))

    def reason(
        self,
        state: State,
        task: int,
        each: _Candidate,
        shares: Mapping[str, Mapping[str, Share]],
    ) -> Reason:
        """What stands in the way of a contact in every slot; the first that all have."""
        client, owner = each.wish.client, _names(each.people)
        found = {state.obstacle(task, slot) for slot, _ in state.problem.tasks[task].options}
        if "far" in found:
            return Reason("far", {"area": str(client.area)})
        if found == {"class_full"}:
            limit = sum(shares[p.name][client.group].limit or 0 for p in each.people)
            title = self.demand.groups[client.group]
            code = "class_full" if limit else "class_none"
            return Reason(code, {"owner": owner, "class": title, "minutes": limit})
        if found <= {"class_full", "day_full"}:
            return Reason("day_full", {"owner": owner, "kind": each.wish.kind})
        return Reason("no_time", {"owner": owner})

    def weeks(
        self,
        chosen: Sequence[int],
        candidates: Sequence[_Candidate],
        shares: Mapping[str, Mapping[str, Share]],
    ) -> list[PersonWeek]:
        """Everybody's week, with times."""
        done: dict[tuple[str, date], list[_Candidate]] = defaultdict(list)
        for task, slot in enumerate(chosen):
            if slot != NOWHERE:
                done[self.slots[slot]].append(candidates[task])
        found = []
        for name, person in self.team.people.items():
            contacts: list[Contact] = []
            minutes: Counter[str] = Counter()
            ways = 0
            for day in self.days[name]:
                here = done[name, day]
                contacts += self.contacts(person, day, here)
                ways += self.road(person, here)
                for each in here:
                    if not each.escalated:
                        minutes[each.wish.client.group] += each.wish.minutes
            found.append(
                PersonWeek(
                    person,
                    self.days[name],
                    self.capacity(person),
                    contacts,
                    sum(contact.wish.minutes for contact in contacts),
                    ways,
                    shares.get(name, {}),
                    minutes,
                )
            )
        return found

    def contacts(self, person: Person, day: date, done: Sequence[_Candidate]) -> list[Contact]:
        """A day with times."""
        doorstep = self.doorsteps[person.name]
        wishes = [each.wish for each in done]
        midnight = datetime.combine(day, time())
        return [
            Contact(
                timed.wish,
                person.name,
                midnight + timedelta(minutes=timed.start),
                midnight + timedelta(minutes=timed.end),
                self.worth_on(timed.wish, day),
                self.answers(timed.wish),
            )
            for timed in timetable(wishes, person.hours, self.team.travel, doorstep)
        ]

    def road(self, person: Person, done: Iterable[_Candidate]) -> int:
        """Minutes on the road of a day."""
        places = {
            place
            for each in done
            if each.wish.kind == "visit"
            for place in each.wish.client.area.path
        }
        free = self.doorsteps[person.name]
        return sum(self.team.travel[entered(place)] for place in places - free)

    def answers(self, wish: Wish) -> str:
        """Who answers for the step of the development that a lead is in (system S30)."""
        role = self.team.steps.get(wish.client.step)
        if role is None:
            return ""
        if role == ROLES[0] and wish.client.owner:
            return wish.client.owner
        able = responsible(wish, role, self.team)
        return able[0].name if able else ""


def _names(people: Sequence[Person]) -> str:
    """The first three, in any language."""
    more = f" … ({len(people)})" if len(people) > 3 else ""
    return " / ".join(person.name for person in people[:3]) + more
