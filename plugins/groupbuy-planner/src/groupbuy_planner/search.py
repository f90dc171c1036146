"""A good choice, in seconds, and the same in every run.

1. Greedy: the contact that brings most for its time (ways it adds included) goes first, each into
   the slot that is best for it. Done twice, the second time by value alone; the better one counts.
2. Ruin and recreate (Schrimpf et al. 2000), person by person: take out a day, a place or some
   contacts at random (seeded), fill the gaps greedily with a little noise, keep what is no worse.
3. Single moves: put in, move to another slot, put in the place of another, until none helps.

How near the best it comes is measured in tests (against an exact solver) and in benchmarks/.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Sequence, Set

from groupbuy_planner.problem import NOWHERE, Assignment, Problem, worth

SEED = 20261122
ROUNDS = 6000
"""Rounds of ruin and recreate over the whole team."""
LEAST_ROUNDS, MOST_ROUNDS = 60, 600
"""Rounds for one person."""
NOISE = 0.3
"""How far a contact's worth for its time may be taken for more or less, when gaps are filled."""
TOLERANCE = 0.03
"""How much worse than the best a week may become on the way to a better one, at first."""
PASSES = 4
"""How often single moves are tried over all contacts at most."""

Measure = Callable[[int, int], float]
"""What a gain (units of value) for so many minutes counts."""


def density(gain: int, minutes: int) -> float:
    """Gain for the time it takes."""
    return gain / minutes if minutes else float(gain)


def alone(gain: int, minutes: int) -> float:
    """Gain, whatever the time."""
    return float(gain)


class State:
    """A choice, and what it uses of everything; changed in place."""

    def __init__(self, problem: Problem, chosen: Assignment = ()) -> None:
        """Start with what is chosen."""
        self.problem = problem
        self.at: list[int] = [NOWHERE] * len(problem.tasks)
        self.total = 0
        self.used = [0] * len(problem.slots)
        self.inside: list[dict[int, int]] = [{} for _ in problem.slots]
        self.spent = [[0] * len(row) for row in problem.budgets]
        self.members: list[dict[int, None]] = [{} for _ in problem.slots]
        # Visits and calls, counted apart: [calls, visits] of each slot, and the most of them.
        self.counts = [[0, 0] for _ in problem.slots]
        self.most = [(slot.calls, slot.visits) for slot in problem.slots]
        # The same as in the problem, where the inner loop finds it at once.
        self.minutes = [task.minutes for task in problem.tasks]
        self.kind = [int(task.is_visit) for task in problem.tasks]
        self.path = [task.path for task in problem.tasks]
        self.group = [task.group for task in problem.tasks]
        self.values = [dict(task.options) for task in problem.tasks]
        self.room = [slot.minutes for slot in problem.slots]
        self.person = [slot.person for slot in problem.slots]
        self.free = [problem.doorsteps[slot.person] for slot in problem.slots]
        for task, slot in enumerate(chosen):
            if slot != NOWHERE:
                self.put(task, slot)

    def ways(self, task: int, slot: int) -> int:
        """Minutes on the road that a task adds to a slot."""
        inside, free, places = self.inside[slot], self.free[slot], self.problem.places
        extra = 0
        for place in self.path[task]:
            if place not in inside and place not in free:
                extra += places[place]
        return extra

    def saved(self, task: int, slot: int) -> int:
        """Minutes on the road that are saved when a task leaves its slot."""
        inside, free, places = self.inside[slot], self.free[slot], self.problem.places
        extra = 0
        for place in self.path[task]:
            if inside[place] == 1 and place not in free:
                extra += places[place]
        return extra

    def added(self, task: int, slot: int) -> int | None:
        """Minutes on the road that a task adds to a slot; none where there is no room for it."""
        minutes, kind, group = self.minutes[task], self.kind[task], self.group[task]
        left = self.room[slot] - self.used[slot] - minutes
        if left < 0 or self.counts[slot][kind] >= self.most[slot][kind]:
            return None
        person = self.person[slot]
        if self.spent[person][group] + minutes > self.problem.budgets[person][group]:
            return None
        extra = self.ways(task, slot) if kind else 0
        return extra if extra <= left else None

    def obstacle(self, task: int, slot: int) -> str:
        """What keeps a task out of a slot: `class_full`, `day_full`, `no_time`, else `far`."""
        person, minutes = self.person[slot], self.minutes[task]
        group, kind = self.group[task], self.kind[task]
        if self.spent[person][group] + minutes > self.problem.budgets[person][group]:
            return "class_full"
        if self.counts[slot][kind] >= self.most[slot][kind]:
            return "day_full"
        return "no_time" if self.added(task, slot) is None else "far"

    def put(self, task: int, slot: int) -> list[int]:
        """Put a task that is nowhere into a slot; the places that are entered for it."""
        inside, free, places = self.inside[slot], self.free[slot], self.problem.places
        extra, entered = 0, []
        for place in self.path[task]:
            count = inside.get(place, 0)
            inside[place] = count + 1
            if not count and place not in free:
                extra += places[place]
                entered.append(place)
        minutes = self.minutes[task]
        self.used[slot] += minutes + extra
        self.counts[slot][self.kind[task]] += 1
        self.spent[self.person[slot]][self.group[task]] += minutes
        self.at[task] = slot
        self.members[slot][task] = None
        self.total += self.values[task][slot] - self.problem.rate * extra
        return entered

    def take(self, task: int) -> int:
        """Take a task out of its slot; the slot."""
        slot = self.at[task]
        inside = self.inside[slot]
        saved = self.saved(task, slot)
        for place in self.path[task]:
            if inside[place] == 1:
                del inside[place]
            else:
                inside[place] -= 1
        minutes = self.minutes[task]
        self.used[slot] -= minutes + saved
        self.counts[slot][self.kind[task]] -= 1
        self.spent[self.person[slot]][self.group[task]] -= minutes
        self.at[task] = NOWHERE
        del self.members[slot][task]
        self.total -= self.values[task][slot] - self.problem.rate * saved
        return slot

    def enter(self, slot: int, path: Iterable[int]) -> None:
        """Go to places before anything is to be done there."""
        inside, free, places = self.inside[slot], self.free[slot], self.problem.places
        for place in path:
            count = inside.get(place, 0)
            inside[place] = count + 1
            if not count and place not in free:
                self.used[slot] += places[place]
                self.total -= self.problem.rate * places[place]

    def leave(self, slot: int, path: Iterable[int]) -> None:
        """Take back `enter`: the way is saved where nothing is done there in the end."""
        inside, free, places = self.inside[slot], self.free[slot], self.problem.places
        for place in path:
            if inside[place] > 1:
                inside[place] -= 1
                continue
            del inside[place]
            if place not in free:
                self.used[slot] -= places[place]
                self.total += self.problem.rate * places[place]


class Search:
    """Looks for a good choice."""

    def __init__(self, problem: Problem, seed: int = SEED) -> None:
        """`seed` decides what is tried in which order."""
        self.problem = problem
        self.random = random.Random(seed)
        self.slots_of: list[list[int]] = [[] for _ in problem.budgets]
        for number, slot in enumerate(problem.slots):
            self.slots_of[slot.person].append(number)
        self.able: list[list[int]] = [[] for _ in problem.slots]
        """What can be done in each slot."""
        beside: list[dict[int, None]] = [{} for _ in problem.budgets]
        for number, task in enumerate(problem.tasks):
            able = dict.fromkeys(problem.slots[slot].person for slot, _ in task.options)
            for person in able:
                beside[person].update(able)
            for where, _ in task.options:
                self.able[where].append(number)
        self.beside = [
            [other for other in others if other != person] for person, others in enumerate(beside)
        ]
        """People who may make some of a person's contacts instead."""

    def best(self) -> list[int]:
        """The slot of each task."""
        state = max((self.greedy(density), self.greedy(alone)), key=lambda each: each.total)
        people = [
            p for p, slots in enumerate(self.slots_of) if any(map(self.able.__getitem__, slots))
        ]
        rounds = ROUNDS // max(1, len(people))
        rounds = min(MOST_ROUNDS, max(LEAST_ROUNDS, rounds))
        self.single_moves(state)
        for person in people:
            state = self.ruin_and_recreate(state, person, rounds, state.total // len(people))
        self.single_moves(state)
        for task in range(len(self.problem.tasks)):
            if state.at[task] == NOWHERE:
                self.put_in(state, task)
        assert state.total == worth(self.problem, state.at)
        return state.at

    def greedy(self, measure: Measure) -> State:
        """Fill an empty plan."""
        state = State(self.problem)
        turns = [
            (task, slot)
            for task, stated in enumerate(self.problem.tasks)
            for slot, _ in stated.options
        ]
        self.fill(state, turns, measure)
        return state

    def fill(
        self,
        state: State,
        turns: Iterable[tuple[int, int]],
        measure: Measure,
        noise: float = 0.0,
    ) -> list[int]:
        """Put tasks that are nowhere into slots that are named, as long as each brings something.

        The best goes first. Its worth is worked out when its turn comes: the slot may have got
        fuller, which makes a place dearer or closes it. Where a place is entered for the first
        time, tasks beyond it get cheaper, and another turn. Returns the tasks that were put.
        """
        values, minutes, rate = state.values, state.minutes, self.problem.rate
        beyond: dict[tuple[int, int], list[int]] = {}
        factor: dict[int, float] = {}
        heap: list[tuple[float, int, int]] = []
        done: list[int] = []

        def rated(task: int, slot: int) -> float | None:
            extra = state.added(task, slot)
            if extra is None:
                return None
            gain = values[task][slot] - rate * extra
            return -measure(gain, minutes[task] + extra) * factor[task] if gain > 0 else None

        for task, slot in turns:
            if task not in factor:
                factor[task] = 1 + noise * (self.random.random() * 2 - 1) if noise else 1.0
            for place in state.path[task]:
                beyond.setdefault((slot, place), []).append(task)
            mark = rated(task, slot)
            if mark is not None:
                heap.append((mark, task, slot))
        heapq.heapify(heap)
        while heap:
            mark, task, slot = heapq.heappop(heap)
            if state.at[task] != NOWHERE:
                continue
            now = rated(task, slot)
            if now is None:
                continue
            if now > mark:
                heapq.heappush(heap, (now, task, slot))
                continue
            done.append(task)
            for place in state.put(task, slot):
                for other in beyond[slot, place]:
                    if state.at[other] == NOWHERE:
                        again = rated(other, slot)
                        if again is not None:
                            heapq.heappush(heap, (again, other, slot))
        return done

    def ruin_and_recreate(self, state: State, person: int, rounds: int, value: int) -> State:
        """Take out and fill again; what is a little worse is kept for a while.

        `value` is what a person's week is worth, about. How much worse may be goes down to nothing
        (record-to-record travel, Dueck 1993). Returns the best that was seen.
        """
        record, best = state.total, state.at.copy()
        for turn in range(rounds):
            team = [person]
            if self.beside[person] and self.random.random() < 0.5:
                team.append(self.random.choice(self.beside[person]))
            slots = [slot for each in team for slot in self.slots_of[each]]
            taken = [(task, state.take(task)) for task in self.ruined(state, slots)]
            made = {slot for _, slot in taken} or {self.random.choice(slots)}
            measure = density if self.random.random() < 0.8 else alone
            turns = self.turns(state, team, taken, made)
            there = self.destination(state, turns)
            state.enter(*there)
            put = self.fill(state, turns, measure, NOISE)
            state.leave(*there)
            if state.total > record:
                record, best = state.total, state.at.copy()
            elif state.total < record - value * TOLERANCE * (rounds - turn) / rounds:
                for task in put:
                    state.take(task)
                for task, slot in taken:
                    state.put(task, slot)
        return state if state.total == record else State(self.problem, best)

    def turns(
        self,
        state: State,
        team: Sequence[int],
        taken: Sequence[tuple[int, int]],
        made: Set[int],
    ) -> list[tuple[int, int]]:
        """Where to try what: everything where room was made, what was taken out also elsewhere."""
        people = set(team)
        found = [
            (task, slot)
            for slot in sorted(made)
            for task in self.able[slot]
            if state.at[task] == NOWHERE
        ]
        found += [
            (task, slot)
            for task, _ in taken
            for slot in state.values[task]
            if slot not in made and state.person[slot] in people
        ]
        return found

    def destination(
        self, state: State, turns: Sequence[tuple[int, int]]
    ) -> tuple[int, tuple[int, ...]]:
        """Where to go first, now and then: a way that no visit is worth alone several may be."""
        if turns and self.random.random() < 0.5:
            task, slot = self.random.choice(turns)
            if state.added(task, slot) is not None:
                return slot, state.path[task]
        return 0, ()

    def ruined(self, state: State, slots: Sequence[int]) -> list[int]:
        """What to take out of some people's weeks."""
        filled = [slot for slot in slots if state.members[slot]]
        if not filled:
            return []
        way = self.random.randrange(5)
        some = dict.fromkeys(self.random.choice(filled) for _ in range(1 if way == 0 else 2))
        done = [task for slot in some for task in state.members[slot]]
        if way < 2:  # one day or two
            return done
        visits = [task for task in done if state.path[task]]
        if way == 2 and visits:  # a place, wherever they go there
            place = self.random.choice(state.path[self.random.choice(visits)])
            everything = [task for slot in filled for task in state.members[slot]]
            return [task for task in everything if place in state.path[task]]
        if way == 3:  # a class of customers
            group = state.group[self.random.choice(done)]
            everything = [task for slot in filled for task in state.members[slot]]
            return [task for task in everything if state.group[task] == group]
        return [task for task in done if self.random.random() < 0.4]

    # ── single moves ──

    def single_moves(self, state: State) -> None:
        """Whatever makes the plan better by one contact put in, moved or exchanged."""
        for _ in range(PASSES):
            before = state.total
            for task in range(len(self.problem.tasks)):
                if state.at[task] == NOWHERE:
                    if not self.put_in(state, task):
                        self.exchange(state, task)
                else:
                    self.move(state, task)
            if state.total == before:
                return

    def put_in(self, state: State, task: int) -> bool:
        """Put a task into the slot where it brings most, if there is one."""
        best, where = 0, NOWHERE
        for slot, value in self.problem.tasks[task].options:
            extra = state.added(task, slot)
            if extra is not None and value - self.problem.rate * extra > best:
                best, where = value - self.problem.rate * extra, slot
        if where != NOWHERE:
            state.put(task, where)
        return where != NOWHERE

    def move(self, state: State, task: int) -> None:
        """Move a task to a better slot, if there is one."""
        before = state.total
        slot = state.take(task)
        if not self.put_in(state, task) or state.total < before:
            if state.at[task] != NOWHERE:
                state.take(task)
            state.put(task, slot)

    def exchange(self, state: State, task: int) -> None:
        """Put a task in the place of another, which goes elsewhere or nowhere."""
        rate = self.problem.rate
        for slot, value in self.problem.tasks[task].options:
            for other in list(state.members[slot]):
                if state.values[other][slot] - rate * state.saved(other, slot) >= value:
                    continue
                before = state.total
                state.take(other)
                if state.added(task, slot) is not None:
                    state.put(task, slot)
                    self.put_in(state, other)
                    if state.total > before:
                        return
                    if state.at[other] != NOWHERE:
                        state.take(other)
                    state.take(task)
                state.put(other, slot)


def solved(problem: Problem, seed: int = SEED) -> list[int]:
    """A good choice: the slot of each task."""
    return Search(problem, seed).best() if problem.tasks else []


def plainly(problem: Problem) -> Assignment:
    """What people do without a plan: the most valuable first, each on the first day with room.

    This is what `solved` is compared with.
    """
    state = State(problem)
    best = [max(values.values(), default=0) for values in state.values]
    for task in sorted(range(len(best)), key=lambda each: (-best[each], each)):
        for slot, value in problem.tasks[task].options:
            extra = state.added(task, slot)
            if extra is not None and value > problem.rate * extra:
                state.put(task, slot)
                break
    return state.at
