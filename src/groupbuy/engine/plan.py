"""What is to be worked out for the leads of one stack, in stages.

A value over the population needs everybody's values first, so it begins a new stage. Within a
stage everything is one compiled function from a lead's values to more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from groupbuy.compile.python import Program, compile_program, compile_value
from groupbuy.model.model import LeadModel
from groupbuy.rules.stack import Stack
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr, Lit, Over, Periods
from groupbuy.tree.types import TableType

Env = dict[str, Any]
"""The values of one lead by name: `None` unknown, `NONE` does not apply."""


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
    """A program for each lead, then values over the population."""

    program: Program
    populations: tuple[Population, ...]


def inputs_of(model: LeadModel) -> dict[str, bool]:
    """The names that every lead has, each with whether it can be unknown."""
    known = {
        name: not (field.required or field.default is not None)
        for name, field in model.fields.items()
    }
    return {**known, **dict.fromkeys(model.tables, True)}


class Plan:
    """A stack compiled: stages for all of its values, and more on demand."""

    def __init__(self, stack: Stack, model: LeadModel, wanted: Iterable[str] | None = None) -> None:
        """Compile `wanted` and all that it reads; without it, everything the stack defines."""
        self.stack, self.model = stack, model
        self.inputs = inputs_of(model)
        self.tables = self.table_types()
        self.populations: dict[str, Population] = {}
        names = list(stack.definitions if wanted is None else wanted)
        names = [
            name
            for name in names
            if not isinstance(self.expression(name), Lit) or name not in stack.constants
        ]
        self.definitions = dict(self.split(stack.ordered(names)))
        self.stages = tuple(self.compile())
        self.computed = set(self.definitions) | set(self.populations)
        self._values: dict[Expr, Callable[[Mapping[str, Any]], Any]] = {}
        self._extra: dict[str, Program | None] = {}

    def expression(self, name: str) -> Expr | Periods | None:
        """The tree of a definition."""
        found = self.stack.lookup(name)
        return None if found is None else found.expression

    def table_types(self) -> dict[str, TableType]:
        """The tables that aggregates can read."""
        tables = {name: table.type for name, table in self.model.tables.items()}
        for name, definition in self.stack.definitions.items():
            if isinstance(definition.expression, Periods):
                columns = tuple((n, tree.type) for n, tree in definition.expression.columns)
                tables[name] = TableType(columns)
        return tables

    def split(self, names: Iterable[str]) -> Iterable[tuple[str, Definition]]:
        """The definitions, with a name for each part of a value over the population."""
        for name in names:
            definition = self.stack.definitions[name]
            over = definition.expression
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
            named = {part: f"{name}:{part}" for part, tree in parts.items() if tree is not None}
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

    def compile(self) -> Iterable[Stage]:
        """The stages: each definition in the first one in which all that it reads is known."""
        stage_of: dict[str, int] = {}
        order = self.stack.ordered([*self.populations, *self.definitions])
        parts: dict[str, list[str]] = {}
        for name in self.definitions:
            owner = name.rpartition(":")[0]
            if owner in self.populations:
                parts.setdefault(owner, []).append(name)
        by_stage: list[list[str]] = [[]]

        def put(name: str, stage: int) -> None:
            stage_of[name] = stage
            while len(by_stage) <= stage:
                by_stage.append([])
            by_stage[stage].append(name)

        for name in order:
            for member in [*parts.get(name, []), name]:
                if member in self.populations:
                    stage_of[member] = 1 + max(stage_of[part] for part in parts[member])
                elif member in self.definitions:
                    reads = self.definitions[member].reads
                    put(member, max((stage_of.get(read, 0) for read in reads), default=0))
        for number, names in enumerate(by_stage):
            program = compile_program(self.definitions, names, self.inputs, self.tables, set(names))
            done = tuple(
                population
                for name, population in self.populations.items()
                if stage_of[name] == number + 1
            )
            yield Stage(program, done)

    # ── on demand ──

    def value(self, tree: Expr) -> Callable[[Mapping[str, Any]], Any]:
        """A function that works out one tree from a lead's values."""
        found = self._values.get(tree)
        if found is None:
            found = compile_value(self.stack.runnable(tree), self.tables, self.definitions)
            self._values[tree] = found
        return found

    def extend(self, env: Env, name: str) -> None:
        """Work out a name that no stage did: what an open grade could still be, say."""
        if name not in self._extra:
            program = None
            if self.stack.lookup(name) is not None:
                order = [n for n in self.stack.ordered([name]) if n not in self.computed]
                program = compile_program(
                    self.stack.definitions, order, self.inputs, self.tables, {name}
                )
            self._extra[name] = program
        program = self._extra[name]
        if program is None:
            env[name] = None
        else:
            program(env)

    def closure(self, target: str) -> tuple[Program, list[str]]:
        """A program for one name from the fields alone (what is over the population stays)."""
        order = [
            name
            for name in self.stack.ordered([target])
            if name not in self.populations and name in self.definitions
        ]
        program = compile_program(self.definitions, order, self.inputs, self.tables, {target})
        return program, order
