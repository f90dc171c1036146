"""A run that keeps little: leads are evaluated a chunk at a time, and looked at one by one.

`Engine.run` keeps every value of every lead, which is some 15 kB for each. Here a chunk's values
are let go when they have been looked at. Ranks and cuts need all leads at once: what they rank is
kept, and each stage behind one goes through the leads again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from groupbuy.engine.plan import Population, compile_plans
from groupbuy.engine.population import Candidate, over_population
from groupbuy.engine.run import Case, Engine
from groupbuy.errors import Problem
from groupbuy.model.lead import Lead

CHUNK = 1000


def run_in_chunks(
    engine: Engine, leads: Sequence[Lead], look: Callable[[Case], None]
) -> list[tuple[str, list[Problem]]]:
    """Evaluate `leads` together and let `look` see each in their order, evaluated in full.

    Returns the ids of those set aside, with the problems of their stacks.
    """
    aside: dict[str, list[Problem]] = {}
    made = [engine.plan_for(case) for case in _cases(engine, leads, aside)]
    plans = list({id(plan): plan for plan in made}.values())
    compile_plans(plans)
    rounds = max((len(plan.stages) for plan in plans), default=0)
    ranked: dict[str, list[object]] = {}
    for number in range(rounds):
        last = number == rounds - 1
        found: list[tuple[Population, list[Candidate]]] = [
            (population, []) for population in engine.populations(plans, number)
        ]
        for index, case in enumerate(_cases(engine, leads, aside)):
            plan = engine.plan_for(case)
            case.env.update((name, values[index]) for name, values in ranked.items())
            for stage in plan.stages[: number + 1]:
                for program in stage.programs:
                    program(case.env)
            if last:
                engine.note_failures(case)
                look(case)
                continue
            for population, candidates in found:
                candidates.append(engine.candidate(population, case))
        for population, candidates in found:
            ranked[population.name] = over_population(population.over, candidates).values
    return list(aside.items())


def _cases(
    engine: Engine, leads: Sequence[Lead], aside: dict[str, list[Problem]]
) -> Iterator[Case]:
    """The leads that are not set aside, with their packs, a chunk in memory at a time."""
    passing = iter(engine.watch(leads, "evaluate"))
    while chunk := list(islice(passing, CHUNK)):
        cases = [Case(lead, dict(lead.values)) for lead in chunk]
        engine.choose_packs(cases)
        for case in cases:
            stack = engine.rules.stack(case.packs, case.open_packs)
            if stack.conflicts:
                aside[case.lead.id] = stack.conflicts
            else:
                yield case
