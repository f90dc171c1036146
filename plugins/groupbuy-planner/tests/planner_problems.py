"""Random weeks, and their best plans by an exact solver."""

from __future__ import annotations

import random

import highspy

from groupbuy_planner.problem import NOWHERE, SCALE, Problem, Slot, Task, violations, worth


def random_week(
    seed: int,
    *,
    people: int = 2,
    contacts: int = 14,
    days: int = 3,
    groups: int = 3,
    tight: bool = True,
    shared: float = 0.3,
) -> Problem:
    """A week like those of sales teams: few large customers, many small ones, some far away.

    `shared` is the part of contacts that several people may make.
    """
    chance = random.Random(seed)
    cities = max(2, people)
    places: list[int] = []
    leaves: list[tuple[int, ...]] = []
    homes: list[list[int]] = []
    for _ in range(cities):
        city = len(places)
        places.append(chance.choice([60, 90, 120]))
        homes.append([city])
        for _ in range(chance.randint(2, 4)):
            leaves.append((city, len(places)))
            places.append(chance.choice([10, 20, 30]))
    slots = [
        Slot(person, chance.choice([300, 360, 420]), chance.choice([3, 4]), 20)
        for person in range(people)
        for _ in range(days)
    ]
    tasks = []
    for _ in range(contacts):
        is_visit = chance.random() < 0.7
        yuan = chance.lognormvariate(6, 1.3) * (1 if is_visit else 0.25)
        able = [chance.randrange(people)]
        if chance.random() < shared:
            able = list(range(people))
        first, due = chance.choice([0, 0, 0, 1]), chance.randrange(days + 2)
        options = []
        for person in able:
            for day in range(first, days):
                part = 1 - 0.01 * day - 0.1 * max(0, day - due)
                options.append((person * days + day, int(yuan * part * SCALE)))
        path = chance.choice(leaves) if is_visit else ()
        minutes = 90 if is_visit else 15
        tasks.append(Task(minutes, is_visit, path, chance.randrange(groups), tuple(options)))
    most = sum(task.minutes for task in tasks)
    budgets = [
        [chance.randint(most // 8, most // 2) if tight else most for _ in range(groups)]
        for _ in range(people)
    ]
    doorsteps = [frozenset(homes[person % cities]) for person in range(people)]
    return Problem(slots, tasks, places, doorsteps, budgets, rate=100 * 100)


def best(problem: Problem) -> list[int]:
    """The best plan there is, proved by branch and bound (HiGHS)."""
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.5)
    chosen = {
        (task, slot): model.addBinary()
        for task, stated in enumerate(problem.tasks)
        for slot, _ in stated.options
    }
    entered = {}
    for (task, slot), take in chosen.items():
        free = problem.doorsteps[problem.slots[slot].person]
        for place in problem.tasks[task].path:
            if place not in free:
                if (slot, place) not in entered:
                    entered[slot, place] = model.addVariable(0, 1)
                model.addConstr(take <= entered[slot, place])
    for task, stated in enumerate(problem.tasks):
        if stated.options:
            model.addConstr(sum(chosen[task, slot] for slot, _ in stated.options) <= 1)
    for number, slot in enumerate(problem.slots):
        here = [(problem.tasks[t], take) for (t, s), take in chosen.items() if s == number]
        ways = [problem.places[p] * enter for (s, p), enter in entered.items() if s == number]
        if not here:
            continue
        model.addConstr(sum([t.minutes * take for t, take in here] + ways) <= slot.minutes)
        for is_visit, most in ((True, slot.visits), (False, slot.calls)):
            same = [take for t, take in here if t.is_visit == is_visit]
            if same:
                model.addConstr(sum(same) <= most)
    for person, row in enumerate(problem.budgets):
        for group, limit in enumerate(row):
            of = [
                problem.tasks[t].minutes * take
                for (t, s), take in chosen.items()
                if problem.slots[s].person == person and problem.tasks[t].group == group
            ]
            if of:
                model.addConstr(sum(of) <= limit)
    values = [dict(problem.tasks[t].options)[s] / SCALE * take for (t, s), take in chosen.items()]
    costs = [
        -(problem.rate * problem.places[p] / SCALE) * enter for (_, p), enter in entered.items()
    ]
    model.maximize(sum(values + costs))
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    found = [NOWHERE] * len(problem.tasks)
    for (task, slot), take in chosen.items():
        if model.val(take) > 0.5:
            found[task] = slot
    assert not violations(problem, found)
    assert worth(problem, found) >= 0
    return found
