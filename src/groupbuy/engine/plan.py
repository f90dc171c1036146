"""What is to be worked out for the leads of one stack, in stages.

A value over the population needs everybody's values first, so it begins a new stage. Within a
stage everything is one compiled function from a lead's values to more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from groupbuy.compile.python import Program, compile_value
from groupbuy.engine.private import Private
from groupbuy.engine.programs import Facts, Programs, Share, World
from groupbuy.model.model import LeadModel
from groupbuy.reason.questions import Edges, edges_of
from groupbuy.rules.stack import Stack
from groupbuy.texts import Text
from groupbuy.tree import naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.derived import NOT_APPLICABLE
from groupbuy.tree.nodes import Col, Expr, Lit, Op, Over, Periods, Ref, walk
from groupbuy.tree.types import Kind, TableType

Env = dict[str, Any]
"""The values of one lead by name: `None` unknown, `NONE` does not apply."""


Evaluator = Callable[[Mapping[str, Any]], Any]
"""One tree, ready to be worked out from a lead's values."""


@dataclass(frozen=True)
class Population:
    """A value over the population whose parts have names of their own."""

    name: str
    over: Over
    value: str
    among: str | None
    within: str | None
    costs: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """Programs for each lead, one after the other, then values over the population."""

    programs: tuple[Program, ...]
    populations: tuple[Population, ...]


@dataclass
class Compiled:
    """What was compiled, for all the plans of a run."""

    programs: Programs = field(default_factory=Programs)
    values: dict[Expr, Evaluator] = field(default_factory=dict)


def inputs_of(model: LeadModel) -> dict[str, bool]:
    """The names that every lead has, each with whether it can be unknown."""
    known = {
        name: not (field.required or field.default is not None)
        for name, field in model.fields.items()
    }
    return {**known, **dict.fromkeys(model.tables, True)}


class Plan:
    """A stack compiled: stages for all of its values, and more on demand."""

    stack: Stack
    order: list[str]
    definitions: dict[str, Definition]

    def __init__(
        self,
        stack: Stack,
        model: LeadModel,
        wanted: Iterable[str] | None = None,
        shared: Compiled | None = None,
        fixed: Plan | None = None,
    ) -> None:
        """Plan `wanted` and all that it reads; without it, everything the stack defines.

        `shared` keeps what was compiled, for all the plans of a run. `fixed` is a plan of what no
        pack with `for` touches: it is run as it is, not compiled again.
        """
        self.fixed = fixed
        if fixed is not None:
            stack.adopt(fixed.stack, fixed.order)
        self.stack, self.model = stack, model
        self.private = Private(stack, model)
        self.inputs = inputs_of(model)
        self.field_order = {field: number for number, field in enumerate(model.entries)}
        self.tables = self.table_types()
        self.populations: dict[str, Population] = {}
        if fixed is not None:
            self.populations.update(fixed.populations)
        names = list(stack.defined if wanted is None else wanted)
        names = [name for name in names if name not in stack.constants]
        self.definitions = {} if fixed is None else {**fixed.definitions}
        self.order = stack.ordered(names)
        self.definitions.update(self.split(self.order))
        self.stage_of: dict[str, int] = {}
        self.computed = set(self.definitions) | set(self.populations)
        self.shared = Compiled() if shared is None else shared
        self.facts: Facts = {}
        self._values: dict[Expr, Evaluator] = {}
        self._word_titles: dict[str, Mapping[str, Text]] = {}
        self._extra: dict[str, tuple[Program, set[str]]] = {}
        self._solvers: dict[tuple[str, ...], Program] = {}

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, compiled when the first lead comes."""
        compile_plans([self])
        stages: tuple[Stage, ...] = self.__dict__["stages"]
        return stages

    @property
    def is_compiled(self) -> bool:
        """Whether the stages are there."""
        return "stages" in self.__dict__

    @property
    def world(self) -> World:
        """What the plan's definitions are compiled with."""
        return World(self.definitions, self.inputs, self.tables)

    @cached_property
    def edges(self) -> Edges:
        """The constants that names are compared with."""
        return edges_of(self.definitions.values())

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        """The names of the lines of each score."""
        found: dict[str, list[str]] = {}
        for name in self.stack.defined:
            score = naming.score_of(name)
            if score:
                found.setdefault(score, []).append(name)
        return found

    def word_titles(self, name: str) -> Mapping[str, Text]:
        """What the words of a grade are called, by word."""
        found = self._word_titles.get(name)
        if found is None:
            lowered = self.stack.lowered.get("grades", {}).get(name)
            arms = getattr(lowered.view, "arms", ()) if lowered is not None else ()
            found = {arm.word: arm.title.text() for arm in arms if arm.title is not None}
            self._word_titles[name] = found
        return found

    def table_types(self) -> dict[str, TableType]:
        """The tables that aggregates can read."""
        tables = {name: table.type for name, table in self.model.tables.items()}
        for name, definition in self.stack.defined.items():
            if isinstance(definition.expression, Periods):
                columns = tuple((n, tree.type) for n, tree in definition.expression.columns)
                tables[name] = TableType(columns)
        return tables

    def split(self, names: Iterable[str]) -> Iterable[tuple[str, Definition]]:
        """The definitions, with a name for each part of a value over the population."""
        for name in names:
            definition = self.stack.definitions[name]
            over = definition.expression
            if name in self.populations:
                continue
            if not isinstance(over, Over):
                yield name, definition
                continue
            parts: dict[str, Expr | None] = {
                "of": over.value,
                "among": over.among,
                "within": over.within,
            }
            parts.update(
                (f"cost{number}", cut.cost)
                for number, cut in enumerate(over.cuts)
                if cut.cost is not None
            )
            named = {
                part: naming.part(name, part) for part, tree in parts.items() if tree is not None
            }
            for part, full in named.items():
                tree = parts[part]
                assert tree is not None
                yield full, Definition(full, tree, definition.at, definition.owner)
            self.populations[name] = Population(
                name,
                over,
                named["of"],
                named.get("among"),
                named.get("within"),
                tuple(full for part, full in named.items() if part.startswith("cost")),
            )

    def share(self) -> Share:
        """What is to be compiled for the stages, beyond those of the fixed plan."""
        before: Facts = {}
        if self.fixed is not None:
            if not self.fixed.is_compiled:
                compile_plans([self.fixed])
            self.stage_of.update(self.fixed.stage_of)
            before = self.fixed.facts
        return Share(self.world, self.by_stage(), before)

    def compiled(self, share: Share) -> tuple[Stage, ...]:
        """The stages of programs: each definition in the first one in which all that it reads is
        known.
        """
        fixed = self.fixed.stages if self.fixed is not None else ()
        self.facts = share.found
        stages = []
        for number in range(max(len(share.programs), len(fixed))):
            programs = list(fixed[number].programs) if number < len(fixed) else []
            programs += share.programs[number] if number < len(share.programs) else []
            done = tuple(
                population
                for name, population in self.populations.items()
                if self.stage_of[name] == number + 1
            )
            stages.append(Stage(tuple(programs), done))
        return tuple(stages)

    def by_stage(self) -> list[list[str]]:
        """The names that are not in the fixed plan, by the stage they belong to."""
        stage_of = self.stage_of
        parts: dict[str, list[str]] = {}
        for name in self.definitions:
            owner = naming.whole(name)
            if owner in self.populations:
                parts.setdefault(owner, []).append(name)
        stages: list[list[str]] = [[]]
        for name in self.stack.ordered([*self.populations, *self.definitions]):
            for member in [*parts.get(name, []), name]:
                if member in stage_of:
                    continue
                if member in self.populations:
                    stage_of[member] = 1 + max(stage_of[part] for part in parts[member])
                elif member in self.definitions:
                    reads = self.definitions[member].reads
                    stage = max((stage_of.get(read, 0) for read in reads), default=0)
                    stage_of[member] = stage
                    stages.extend([] for _ in range(stage + 1 - len(stages)))
                    stages[stage].append(member)
        return stages

    # ── on demand ──

    def value(self, tree: Expr) -> Evaluator:
        """A function that works out one tree from a lead's values."""
        found = self._values.get(tree)
        if found is None:
            runnable = self.stack.runnable(tree)
            # With the constants put in, most trees mean the same in every stack.
            plain = not any(isinstance(n, Col) for n in walk(runnable))
            shared = self.shared.values if plain else {}
            found = shared.get(runnable)
            if found is None:
                found = compile_value(runnable, self.tables, self.definitions)
                shared[runnable] = found
            self._values[tree] = found
        return found

    def status(self, test: Expr, env: Env) -> bool | None:
        """Whether a condition holds for a lead, in Kleene's logic.

        Connectives are followed here and only what they join is compiled, so that the many
        conditions of a rule set share what little they ask.
        """
        if isinstance(test, Lit):
            return test.value if isinstance(test.value, bool) else None
        if isinstance(test, Op) and test.op in ("and", "or"):
            decisive = test.op == "or"
            found: bool | None = not decisive
            for part in test.args:
                holds = self.status(part, env)
                if holds is decisive:
                    return decisive
                found = None if holds is None else found
            return found
        if isinstance(test, Op) and test.op == "not":
            holds = self.status(test.args[0], env)
            return None if holds is None else not holds
        value = (
            env[test.name]
            if isinstance(test, Ref) and test.name in env
            else (self.value(test)(env))
        )
        return None if value is None else value is True

    def extend(self, env: Env, name: str) -> None:
        """Work out what no stage did: what an open grade could still be, an end of a number.

        All that follows from one name is worked out together.
        """
        base = naming.base(name)
        if self.fixed is not None and base in self.fixed.definitions:
            self.fixed.extend(env, name)
            return
        definition = self.stack.lookup(base)
        family = [name]
        if definition is not None and definition.type.kind is Kind.CHOICE and base != name:
            words = (*definition.type.values, NOT_APPLICABLE)
            family = [naming.likely(base), *(naming.within(base, (word,)) for word in words)]
            family += [] if name in family else [name]
        key = family[0]
        if key not in self._extra or name not in self._extra[key][1]:
            outputs = {member for member in family if self.stack.lookup(member) is not None}
            order = [n for n in self.stack.ordered(sorted(outputs)) if n not in self.computed]
            world = World(self.stack.definitions, self.inputs, self.tables)
            program = self.shared.programs.one(world, order, outputs)
            self._extra[key] = (program, {*family, name})
        program, members = self._extra[key]
        for member in members:
            env.setdefault(member, None)
        program(env)

    def solver(self, targets: Sequence[str], *, tables: bool) -> Program:
        """A program for a few names after some blanks were filled.

        It works out only what could change: what hangs on `tables` only where they were filled,
        and nothing that is over the population.
        """
        key = (*targets, str(tables))
        found = self._solvers.get(key)
        if found is None:
            order = [name for name in self.stack.ordered(targets) if name in self.definitions]
            changing: set[str] = {
                name for name in self.inputs if tables or name not in self.model.tables
            }
            moved = []
            for name in order:
                if changing & self.definitions[name].reads.keys():
                    changing.add(name)
                    moved.append(name)
            found = self._solvers[key] = self.shared.programs.one(self.world, moved, targets)
        return found

    def selector(self, names: Sequence[str]) -> Program:
        """A program for conditions that are over no population."""
        return self.shared.programs.one(self.world, list(self.definitions), names)


def compile_plans(plans: Iterable[Plan]) -> None:
    """Compile the stages of plans that share what was compiled, as far as they are not there."""
    new = [plan for plan in plans if not plan.is_compiled]
    if not new:
        return
    shares = [plan.share() for plan in new]
    new[0].shared.programs.together(shares)
    for plan, share in zip(new, shares, strict=True):
        plan.__dict__["stages"] = plan.compiled(share)
