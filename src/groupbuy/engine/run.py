"""Leads through the rules: which packs apply, stage by stage, and in which order to call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from groupbuy.compile.python import Program
from groupbuy.engine.failing import Failing, take_failures
from groupbuy.engine.plan import Compiled, Env, Plan, Population, compile_plans
from groupbuy.engine.population import Candidate, grouped, over_population
from groupbuy.engine.standing import Standings, placed, standings_of
from groupbuy.errors import Problem
from groupbuy.model.lead import Lead
from groupbuy.rules.pack import Pack
from groupbuy.rules.ruleset import RuleSet
from groupbuy.rules.stack import Stack, StackKey
from groupbuy.tree.definitions import Definition
from groupbuy.watch import Watch, unwatched

Packs = tuple[Pack, ...]


@dataclass(eq=False)
class Case:
    """One lead on its way: its values, the packs that apply, and those that might."""

    lead: Lead
    env: Env
    packs: Packs = ()
    open_packs: tuple[Pack, ...] = ()
    plan: Plan | None = None
    rank: int | None = None
    failures: dict[str, str] = field(default_factory=dict)
    """What plugins failed at for this lead: their functions' full names, and what happened."""
    touched: frozenset[str] = frozenset()
    """The names that depend on that."""


@dataclass
class Run:
    """All leads evaluated; those set aside with the problems of their stacks."""

    cases: list[Case] = field(default_factory=list)
    set_aside: list[tuple[Case, list[Problem]]] = field(default_factory=list)
    unranked: dict[str, int] = field(default_factory=dict)
    standings: dict[str, Standings] = field(default_factory=dict)
    """The populations that were ranked, where they are to be kept."""


class Engine:
    """Runs leads through a rule set. Plans are compiled when first met and kept."""

    def __init__(
        self,
        rules: RuleSet,
        cuts: Mapping[str, Standings] | None = None,
        *,
        keep_standings: bool = False,
        watch: Watch = unwatched,
    ) -> None:
        """Nothing is compiled before there is a lead. `watch` sees them pass.

        `cuts` are the populations of an earlier run, in which leads are placed instead of being
        ranked among each other.
        """
        self.rules, self.cuts, self.keep_standings = rules, cuts, keep_standings
        self.watch = watch
        self.model = rules.project.model
        self._plans: dict[StackKey, Plan] = {}
        self._compiled = Compiled()
        self._selectors: dict[tuple[str, ...], Program] = {}
        self._failing: dict[StackKey, Failing] = {}

    def run(self, leads: Iterable[Lead]) -> Run:
        """Evaluate leads together: ranks and shares are over all that are not set aside."""
        run = Run()
        cases = [Case(lead, dict(lead.values)) for lead in leads]
        self.choose_packs(cases)
        for case in self.watch(cases, "evaluate"):
            stack = self.rules.stack(case.packs, case.open_packs)
            if stack.conflicts:
                run.set_aside.append((case, stack.conflicts))
            else:
                self.plan_for(case)
                run.cases.append(case)
        self.run_stages(run)
        return run

    # ── packs ──

    def choose_packs(self, cases: Sequence[Case]) -> None:
        """Layer by layer: a pack's `for` reads fields and what lower layers define."""
        for layer in self.rules.project.layers:
            conditional = [pack for pack in layer if self.rules.condition(pack) is not None]
            if not conditional:
                for case in cases:
                    case.packs = (*case.packs, *layer)
                continue
            for case in cases:
                program = self.selector(case.packs, conditional)
                program(case.env)
                chosen = []
                for pack in layer:
                    holds = case.env.pop(f"for:{pack.name}", True)
                    if holds is True:
                        chosen.append(pack)
                    elif holds is None:
                        case.open_packs = (*case.open_packs, pack)
                case.packs = (*case.packs, *chosen)

    def selector(self, below: Packs, conditional: Sequence[Pack]) -> Program:
        """A program that says which of a layer's packs apply on top of the packs `below`."""
        key = (*(pack.name for pack in below), "<", *(pack.name for pack in conditional))
        found = self._selectors.get(key)
        if found is None:
            stack = self.rules.stack(below)
            names = [self.define_condition(stack, pack) for pack in conditional]
            found = Plan(stack, self.model, names, shared=self._compiled).selector(names)
            self._selectors[key] = found
        return found

    def define_condition(self, stack: Stack, pack: Pack) -> str:
        """The name under which a stack knows the `for` of a pack."""
        name = f"for:{pack.name}"
        tree = self.rules.condition(pack)
        if tree is not None and name not in stack.definitions:
            stack.add(Definition(name, tree, pack.at, pack.name))
        return name

    def plan(self, stack: Stack) -> Plan:
        """The plan of a stack."""
        found = self._plans.get(stack.key)
        if found is None:
            found = Plan(stack, self.model, shared=self._compiled, fixed=self.fixed)
            self._plans[stack.key] = found
        return found

    def plan_for(self, case: Case) -> Plan:
        """The plan of a lead whose packs were chosen."""
        if case.plan is None:
            stack = self.rules.stack(case.packs, case.open_packs)
            case.plan = self.plan(stack)
            for pack in case.open_packs:
                self.define_condition(stack, pack)
        return case.plan

    def failing(self, plan: Plan) -> Failing:
        """What of a plan depends on plugins."""
        return self._failing.setdefault(plan.stack.key, Failing(plan))

    @cached_property
    def fixed(self) -> Plan:
        """What no pack with `for` touches: the same for all leads, so compiled once."""
        packs = self.rules.project.packs
        conditional = [pack for pack in packs if self.rules.condition(pack) is not None]
        stack = self.rules.stack(tuple(pack for pack in packs if pack not in conditional))
        touched = stack.touched_by(conditional)
        names = [name for name in stack.defined if name not in touched]
        return Plan(stack, self.model, names, shared=self._compiled)

    # ── stages ──

    def populations(self, plans: Iterable[Plan], number: int) -> list[Population]:
        """The values over the population that stand behind a stage of any of the plans."""
        found: dict[str, Population] = {}
        for plan in plans:
            if number < len(plan.stages):
                for population in plan.stages[number].populations:
                    found.setdefault(population.name, population)
        return list(found.values())

    def run_stages(self, run: Run) -> None:
        """Every stage for every lead; between two stages, what is over the population."""
        plans = {id(case.plan): case.plan for case in run.cases if case.plan is not None}.values()
        compile_plans(plans)
        for number in range(max((len(plan.stages) for plan in plans), default=0)):
            for case in self.watch(run.cases, "evaluate"):
                assert case.plan is not None
                if number < len(case.plan.stages):
                    for program in case.plan.stages[number].programs:
                        program(case.env)
            for population in self.populations(plans, number):
                run.unranked[population.name] = self.rank_all(population, run)
        for case in run.cases:
            self.note_failures(case)

    def note_failures(self, case: Case) -> None:
        """Take what plugins failed at from the values of an evaluated lead."""
        if not self.rules.calls_plugins:
            return
        assert case.plan is not None
        case.failures = take_failures(case.env, self.failing(case.plan))
        if case.failures:
            case.touched = self.failing(case.plan).touched(frozenset(case.failures))

    def candidate(self, population: Population, case: Case) -> Candidate:
        """A lead as a ranking sees it."""
        return Candidate(
            case.lead.id,
            True if population.among is None else case.env.get(population.among),
            case.env.get(population.value),
            "" if population.within is None else case.env.get(population.within),
            tuple(case.env.get(cost) for cost in population.costs),
        )

    def rank_all(self, population: Population, run: Run) -> int:
        """Work out one value over the population; returns how many could not be ranked."""
        cases = run.cases
        candidates = [self.candidate(population, case) for case in cases]
        if self.cuts is not None:
            stored = self.cuts.get(population.name, {})
            for case, candidate in zip(cases, candidates, strict=True):
                case.env[population.name] = placed(population.over, stored, candidate)
            return grouped(population.over, candidates)[2]
        if self.keep_standings:
            run.standings[population.name] = standings_of(population.over, candidates)
        ranked = over_population(population.over, candidates)
        for case, value in zip(cases, ranked.values, strict=True):
            case.env[population.name] = value
        return ranked.unranked
