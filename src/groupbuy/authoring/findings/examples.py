"""Example leads: from a world of formulas to a lead that the engine has been run on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from groupbuy.authoring.findings.view import View
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.engine.run import Engine
from groupbuy.engine.wording import tidy
from groupbuy.engine.workspace import Workspace
from groupbuy.errors import Location, Problem
from groupbuy.model.lead import SetAside, read_record
from groupbuy.model.model import ID
from groupbuy.reason.formulas import Formula, Variable
from groupbuy.reason.meaning import TODAY
from groupbuy.reason.solve import NotSettledError, Solver, World
from groupbuy.reason.values import Values, exactly, example
from groupbuy.tree.nodes import Agg, Col, Expr, Ref, walk
from groupbuy.tree.types import Kind, Type

Record = dict[str, Any]
Judge = Callable[[LeadConclusions], bool]
EXAMPLE_ID = "example"
MOST_SHOWN = 300
"""How many findings of a run that are proved without one get an example all the same."""
MOST_ROWS = 6
"""Rows that an example's table may need."""


class Examples:
    """Makes leads and runs the engine on them."""

    def __init__(self, workspace: Workspace, solver: Solver) -> None:
        """One engine for all examples, so that plans are made once."""
        self.workspace, self.solver = workspace, solver
        self.model = workspace.model
        self.engine = Engine(workspace.rules)
        self.presenter = workspace.presenter()
        self.shown = 0

    def lead(self, view: View, formulas: Iterable[Formula], judge: Judge) -> Record | None:
        """A lead for which `formulas` hold, if the engine agrees with `judge` about it."""
        wanted = [*view.assumed, *formulas]
        try:
            world = self.solver.world([*wanted, *view.given(wanted)])
        except NotSettledError:
            return None
        return None if world is None else self.of_world(view, world, judge)

    def shows(self, view: View, formulas: Iterable[Formula], judge: Judge) -> Record | None:
        """As `lead`, for what is proved already: the first of very many findings have one."""
        self.shown += 1
        return self.lead(view, formulas, judge) if self.shown <= MOST_SHOWN else None

    def of_world(self, view: View, world: World, judge: Judge) -> Record | None:
        """The first lead made from a world that the engine and `judge` agree with."""
        for record in self.records(view, world):
            found = self.run(record)
            if found is not None and judge(found):
                return {name: value for name, value in record.items() if name != ID}
        return None

    def run(self, record: Mapping[str, Any]) -> LeadConclusions | None:
        """What the engine concludes about a lead; none where it is set aside."""
        lead = read_record(self.model, {ID: EXAMPLE_ID, **record}, _nowhere)
        if isinstance(lead, SetAside):
            return None
        run = self.engine.run([lead])
        return self.presenter.conclusions(run.cases[0]) if run.cases else None

    def conflicts(self, record: Mapping[str, Any]) -> list[Problem]:
        """Why the engine sets a lead aside: its packs contradict each other."""
        lead = read_record(self.model, {ID: EXAMPLE_ID, **record}, _nowhere)
        if isinstance(lead, SetAside):
            return []
        run = self.engine.run([lead])
        return run.set_aside[0][1] if run.set_aside else []

    # ── from worlds to records ──

    def records(self, view: View, world: World) -> Iterator[Record]:
        """Leads that may be in a world: with the rows it speaks of, without rows, as it is."""
        plain = self.fields(view, world)
        tables = self.tables(view, world)
        rows = {name: self.rows(view, world, name) for name in tables}
        if tables and all(found is not None for found in rows.values()):
            yield {**plain, **rows}
        if tables:
            yield {**plain, **{name: [] for name in tables}}
        yield plain

    def fields(self, view: View, world: World) -> Record:
        """The fields that a world speaks of, as one would write them."""
        found: Record = {}
        for name, value in _assigned(view, world, _field_of).items():
            if name in self.model.fields:
                found[name] = written(value, self.model.fields[name].type)
        for variable, values in world.items():
            if variable.key[0] == "has" and isinstance(variable.key[1], Ref):
                words = found.setdefault(variable.key[1].name, [])
                if isinstance(words, list) and example(values) is True:
                    words.append(variable.key[2])
        return {name: found[name] for name in self.model.fields if name in found}

    def tables(self, view: View, world: World) -> list[str]:
        """The tables of the file that a world's variables hang on."""
        pending = [part for variable in world for part in _trees(variable)]
        found: dict[str, None] = {}
        seen: set[str] = set()
        while pending:
            for node in walk(pending.pop()):
                name = node.name if isinstance(node, Ref) else getattr(node, "table", "")
                if not name or name in seen:
                    continue
                seen.add(name)
                if name in self.model.tables:
                    found[name] = None
                definition = view.lookup(name)
                if definition is not None:
                    pending.extend(Ref(read, definition.type) for read in definition.reads)
        return list(found)

    def rows(self, view: View, world: World, table: str) -> list[Record] | None:
        """Rows of a table that give its aggregates their values, each taken by itself."""
        found: list[Record] = []
        for variable, values in world.items():
            tree = variable.key[1]
            if variable.key[0] != "tree" or not isinstance(tree, Agg) or tree.table != table:
                continue
            made = self.rows_for(view, tree, variable, values)
            if made is None:
                return None
            found += made
        return found

    def rows_for(
        self, view: View, tree: Agg, variable: Variable, values: Values
    ) -> list[Record] | None:
        """Rows for one aggregate; none where no simple ones are found."""
        value = example(values, whole=variable.whole)
        if value is None or value is False or value == 0:
            return []
        count = 1
        if tree.op == "count":
            count = int(value) if isinstance(value, float) else MOST_ROWS + 1
        if tree.op not in ("count", "sum", "min", "max", "mean", "any") or count > MOST_ROWS:
            return None
        wanted = [] if tree.where is None else [view.meaning.true(tree.where)]
        if tree.value is not None:
            inside = values.known if isinstance(value, bool) else exactly(float(value))
            wanted.append(view.meaning.within(tree.value, inside))
        try:
            world = self.solver.world([*wanted, *view.given(wanted)])
        except NotSettledError:
            return None
        if world is None:
            return None
        columns = self.model.tables[tree.table].fields
        cells = _assigned(view, world, lambda v: _column_of(v, tree.table))
        row = {name: written(cells[name], columns[name].type) for name in columns if name in cells}
        return [dict(row) for _ in range(count)]


def written(value: Any, type: Type) -> Any:
    """A value as one would write it in a lead file."""
    if type.kind is Kind.DATE:
        return date.fromordinal(int(value)).isoformat()
    return tidy(value) if isinstance(value, float) else value


def _nowhere(*_: object) -> Location:
    return Location("example")


# ── one value for each variable ────────────────────────────────────────────────────────────────


def _assigned(
    view: View, world: World, name_of: Callable[[Variable], str | None]
) -> dict[str, Any]:
    """A value for each field: those that sums need follow from the sums."""
    single: dict[Variable, Any] = {}
    for variable, values in world.items():
        if variable.key[0] == "tree":
            fixed = view.fixed(variable)
            value = _example(view, variable, values) if fixed is None else fixed
            if value is not None:
                single[variable] = value
    for variable, values in world.items():
        if variable.key[0] == "sum":
            _solve_sum(view, variable, values, single)
    named = {name_of(variable): value for variable, value in single.items()}
    return {name: value for name, value in named.items() if name is not None}


def _solve_sum(view: View, variable: Variable, values: Values, single: dict[Variable, Any]) -> None:
    """Give the parts of a sum values that make it one of `values`; the last one bends."""
    target = example(values, whole=variable.whole)
    terms: Any = variable.key[1]
    if not isinstance(target, float):
        return
    free = []
    for part, factor in terms:
        if part not in single:
            fixed = view.fixed(part)
            if fixed is None:
                free.append((part, factor))
            else:
                single[part] = fixed
    for part, _ in free[:-1]:
        value = _example(view, part, part.domain.known)
        single[part] = 0.0 if value is None else value
    rest = sum(float(single[part]) * factor for part, factor in terms if part in single)
    if free:
        part, factor = free[-1]
        single[part] = round((target - rest) / factor, 9)


def _example(view: View, variable: Variable, values: Values) -> Any:
    tree = variable.key[1]
    day = isinstance(tree, Expr) and tree.type.kind is Kind.DATE
    near = float(view.rules.as_of) if day else None
    return example(values, whole=variable.whole, near=near)


def _field_of(variable: Variable) -> str | None:
    tree = variable.key[1]
    return tree.name if isinstance(tree, Ref) and tree.name != TODAY else None


def _column_of(variable: Variable, table: str) -> str | None:
    tree = variable.key[1]
    return tree.name if isinstance(tree, Col) and tree.table == table else None


def _trees(variable: Variable) -> list[Expr]:
    if variable.key[0] == "sum":
        terms: Any = variable.key[1]
        return [tree for part, _ in terms for tree in _trees(part)]
    tree = variable.key[1]
    return [tree] if isinstance(tree, Expr) else []
