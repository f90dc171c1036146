"""Leads as a frame through the rules: packs, populations, results, all lazily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import narwhals as nw

from groupbuy.compile.columns import spark_sql
from groupbuy.compile.columns.leads import KEY, LeadSheet, unsupported
from groupbuy.compile.columns.pieces import Held, col
from groupbuy.compile.columns.sheet import Frame
from groupbuy.engine.columns.calls import Answers, answers, joined
from groupbuy.engine.columns.outputs import TEXT, Output, Outputs, Wanted
from groupbuy.engine.columns.population import Ranked, compared, rank_members, stored
from groupbuy.engine.columns.source import Source
from groupbuy.engine.columns.stacks import STACK, Chooser, Stacks
from groupbuy.engine.columns.union import Union
from groupbuy.engine.run import Engine
from groupbuy.engine.standing import Standings
from groupbuy.errors import Problem
from groupbuy.rules.ruleset import RuleSet
from groupbuy.tree import naming
from groupbuy.tree.nodes import Call, Expr


@dataclass
class SetAsideStack:
    """Leads whose packs contradict each other: how many, and why."""

    packs: tuple[str, ...]
    count: int
    problems: tuple[Problem, ...]


@dataclass
class ColumnResult:
    """A lazy frame with a row for each lead that has a result, and what is known beforehand."""

    frame: Frame
    outputs: Sequence[Output]
    set_aside: list[SetAsideStack] = field(default_factory=list)
    unranked: dict[str, int] = field(default_factory=dict)


class ColumnEngine:
    """Runs the leads of a source through a rule set."""

    def __init__(
        self, rules: RuleSet, source: Source, cuts: Mapping[str, Standings] | None = None
    ) -> None:
        """Nothing is asked of the data before a result is.

        `cuts` are the populations of an earlier run.
        """
        self.rules, self.source, self.cuts = rules, source, cuts
        self.engine = Engine(rules)
        self.ranked: dict[str, Ranked] = {}
        self.answers: dict[Call, Answers | None] = {}

    @cached_property
    def stacks(self) -> Stacks:
        """The stacks of the leads, asked of the data."""
        found = Chooser(self.engine, self.source).choose()
        if found.set_aside:
            aside = list(found.set_aside)
            found.frame = spark_sql.filtered(found.frame, ~nw.col(STACK).is_in(aside))
        return found

    @cached_property
    def union(self) -> Union:
        """What every name means."""
        stacks = self.stacks.stacks
        return Union(stacks, {n: self.engine.plan(stack) for n, stack in stacks.items()})

    def sheet(self) -> LeadSheet:
        """An empty sheet over the leads that are not set aside."""
        sheet = self.source.sheet(self.union, STACK)
        sheet.population = self.over_population
        sheet.calls = self.called
        return sheet

    def called(self, sheet: LeadSheet, call: Call) -> Held:
        """What a plugin's Python code gives, which is called when it is first asked for."""
        if call not in self.answers:
            frame = self.stacks.frame
            found = answers(self.source, frame, self.sheet(), call) if call.args else None
            self.answers[call] = found
        return joined(sheet, self.source, self.answers[call], call)

    def over_population(self, sheet: LeadSheet, name: str) -> Held:
        """A value over the population, whose members are ranked when it is first asked for."""
        ranked = self.ranked.get(name)
        if ranked is None:
            population = self.union.population(name)
            assert population is not None, name
            if self.cuts is None:
                frame = self.stacks.frame
                ranked = rank_members(self.source, frame, self.sheet(), population)
            elif population.over.op == "rank":
                definition = self.union[name][0].definition
                raise unsupported(definition, "a rank by the cuts of an earlier run")
            else:
                ranked = stored(population, self.cuts.get(name, {}))
            self.ranked[name] = ranked
        return compared(sheet, self.source, ranked)

    def standings(self) -> dict[str, Standings]:
        """What is known of each population, to be kept for single leads."""
        for plan in self.union.plans.values():
            for name in plan.populations:
                if name not in self.ranked:
                    self.over_population(self.sheet(), name)
        return {name: ranked.standings for name, ranked in self.ranked.items()}

    def evaluate(
        self,
        wanted: Wanted,
        where: Expr | None = None,
        rank_by: Sequence[str] = (),
        top: int | None = None,
    ) -> ColumnResult:
        """The results of all leads for which `where` holds, in the order of the engine.

        With `top`, the first so many in the order in which to call, each with its rank.
        """
        if not self.stacks.stacks:
            nothing = self.stacks.frame.select(id=nw.col(KEY)).head(0)
            return ColumnResult(nothing, [Output("id", col("id"), TEXT)], self.aside())
        sheet = self.sheet()
        makes = Outputs(sheet, self.stacks.stacks, self.rules.project.model, wanted)
        kept = [Output(o.name, sheet.keep(o.piece), o.kind) for o in makes.all()]
        chosen = None if where is None else sheet.keep(makes.where(where))
        keys = []
        if top is not None:
            keys = [sheet.keep(key) for key in makes.order(rank_by, self.rules.scope.value)]
        read = [output.piece for output in kept] + keys + ([chosen] if chosen else [])
        columns = frozenset().union(*(piece.reads for piece in read))
        if self.source.order is not None:
            columns |= {self.source.order}
        frame = sheet.run(self.stacks.frame, columns)
        if chosen is not None:
            frame = spark_sql.filtered(frame, chosen.expr)
        shown_as = {output.name: output.piece.expr for output in kept}
        if top is not None:
            order = {f"_by{number}": key.expr for number, key in enumerate(keys)}
            sorted_by = {**order, KEY: nw.col(KEY)}
            frame = frame.select(**shown_as, **sorted_by).sort(*sorted_by).head(top)
            frame = frame.select(*shown_as)
        elif self.source.order is not None and sheet.reorders:
            frame = frame.select(self.source.order, **shown_as).sort(self.source.order)
            frame = frame.select(*shown_as)
        else:
            frame = frame.select(**shown_as)
        return ColumnResult(frame, kept, self.aside(), self.unranked())

    def unranked(self) -> dict[str, int]:
        """How many leads each ranking had to leave out."""
        return {
            naming.as_written(name): r.unranked for name, r in self.ranked.items() if r.unranked
        }

    def aside(self) -> list[SetAsideStack]:
        """The leads that get no result, by stack."""
        found: list[SetAsideStack] = []
        if not self.stacks.set_aside:
            return found
        counts: dict[int, Any] = {
            row[STACK]: row["count"]
            for row in self.source.rows(
                self.stacks.all.group_by(STACK).agg(nw.len().alias("count"))
            )
        }
        for number, stack in self.stacks.set_aside.items():
            found.append(
                SetAsideStack(stack.names, int(counts.get(number, 0)), tuple(stack.conflicts))
            )
        return found
