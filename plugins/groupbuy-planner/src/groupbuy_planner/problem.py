"""What is to be decided, as numbers: which contact in which slot (a person's day), if any.

    maximise   Σ value of the chosen (contact, slot)  −  rate · Σ minutes on the road
    subject to each contact at most once;
               in each slot: minutes of contacts and ways ≤ capacity, visits ≤ most, calls ≤ most;
               for each budget (a person's hours for a class of customers): minutes ≤ its limit.

Ways form a tree (region – city – district). A slot in which a visit is made pays, once, for each
place on the way that is not on the person's own doorstep. On a tree that is what the shortest round
trip costs, so no order of visits has to be found.

All numbers are whole (minutes; values in 1/60 fen, so that a rate per hour divides). Every choice
between equals is made by position: the same input gives the same plan on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOWHERE = -1
"""In place of the slot of a contact that is not made."""
SCALE = 6000
"""Units of value in a yuan."""
UNLIMITED = 10**9


@dataclass(frozen=True, slots=True)
class Slot:
    """A person's day."""

    person: int
    minutes: int
    visits: int
    calls: int


@dataclass(frozen=True, slots=True)
class Task:
    """A contact to be made. `options` has the value for each slot in which it may be made."""

    minutes: int
    is_visit: bool
    path: tuple[int, ...]
    """The places to be entered, outermost first; none for a call."""
    group: int
    """The class of customers whose hours it takes."""
    options: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Problem:
    """All of it. `budgets[person][group]` is a limit in minutes."""

    slots: Sequence[Slot]
    tasks: Sequence[Task]
    places: Sequence[int]
    """Minutes to enter each place and come back."""
    doorsteps: Sequence[frozenset[int]]
    """For each person, the places that cost nothing."""
    budgets: Sequence[Sequence[int]]
    rate: int
    """What a minute on the road costs."""


Assignment = Sequence[int]
"""The slot of each task, or `NOWHERE`."""


def road(problem: Problem, slot: int, tasks: Sequence[int]) -> int:
    """Minutes on the road of a slot in which these tasks are done."""
    free = problem.doorsteps[problem.slots[slot].person]
    entered = {place for task in tasks for place in problem.tasks[task].path}
    return sum(problem.places[place] for place in entered - free)


def by_slot(problem: Problem, chosen: Assignment) -> list[list[int]]:
    """The tasks of each slot."""
    found: list[list[int]] = [[] for _ in problem.slots]
    for task, slot in enumerate(chosen):
        if slot != NOWHERE:
            found[slot].append(task)
    return found


def worth(problem: Problem, chosen: Assignment) -> int:
    """The objective, worked out from nothing but the problem and the choice."""
    total = sum(
        dict(problem.tasks[task].options)[slot]
        for task, slot in enumerate(chosen)
        if slot != NOWHERE
    )
    ways = sum(road(problem, slot, done) for slot, done in enumerate(by_slot(problem, chosen)))
    return total - problem.rate * ways


def violations(problem: Problem, chosen: Assignment) -> list[str]:
    """What a choice does that it may not."""
    found = []
    spent = [[0] * len(row) for row in problem.budgets]
    for number, done in enumerate(by_slot(problem, chosen)):
        slot = problem.slots[number]
        tasks = [problem.tasks[task] for task in done]
        used = sum(task.minutes for task in tasks) + road(problem, number, done)
        if used > slot.minutes:
            found.append(f"slot {number}: {used} of {slot.minutes} minutes")
        visits = sum(task.is_visit for task in tasks)
        if visits > slot.visits or len(tasks) - visits > slot.calls:
            found.append(f"slot {number}: {visits} visits, {len(tasks) - visits} calls")
        for task, of in zip(tasks, done, strict=True):
            spent[slot.person][task.group] += task.minutes
            if number not in dict(task.options):
                found.append(f"task {of} may not be in slot {number}")
    for person, row in enumerate(spent):
        for group, minutes in enumerate(row):
            if minutes > problem.budgets[person][group]:
                limit = problem.budgets[person][group]
                found.append(f"person {person}, class {group}: {minutes} of {limit} minutes")
    return found
