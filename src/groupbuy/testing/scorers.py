"""Scorers, tried on their documented examples by the engine that rules run on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from groupbuy.engine.run import Engine
from groupbuy.engine.workspace import CORE_SECTIONS
from groupbuy.errors import GroupbuyError, Location, Source
from groupbuy.model.lead import Lead
from groupbuy.model.model import ID, load_model
from groupbuy.plugins.interfaces import Example, Scorer
from groupbuy.plugins.registry import Loaded, Registry
from groupbuy.plugins.values import NONE, UNKNOWN, NonsenseError, Rows, Value, kept
from groupbuy.rules.pack import read_pack
from groupbuy.rules.project import Project
from groupbuy.rules.ruleset import RuleSet
from groupbuy.source.yaml import read_yaml
from groupbuy.tree.operations import close

GIVEN, RESULT = "given_", "result"
DAY = 1
"""Of the runs: what depends on the day takes it as the input `today`."""


class WrongExampleError(Exception):
    """An example that can't be tried, or that ended in a failure."""


@dataclass(frozen=True)
class Trial:
    """One example of a scorer as rules and a lead."""

    name: str
    scorer: Scorer
    example: Example
    registry: Registry

    def result(self, blank: str | None = None, column: str | None = None) -> Any:
        """What the engine makes of the example; with `blank`, nobody knows that input.

        With `column`, the input is a table, and that cell of its first row is blank. Raises
        `WrongExampleError`, and `GroupbuyError` where a rule can't call it so.
        """
        values = self.values()
        if column is not None:
            first, *rest = values[GIVEN + str(blank)]
            values[GIVEN + str(blank)] = [{**first, column: None}, *rest]
        elif blank is not None:
            values[GIVEN + blank] = None
        lead = Lead("example", {ID: "example", **values}, frozenset(), place)
        (case,) = Engine(self.rules()).run([lead]).cases
        if case.failures:
            raise WrongExampleError("; ".join(case.failures.values()))
        return case.env[RESULT]

    def expected(self) -> Any:
        """What the example documents. Raises `WrongExampleError`."""
        return self.internal("gives", self.scorer.gives, self.example.gives)

    def internal(self, what: str, value: Value, given: Any) -> Any:
        """A value as the engine keeps it."""
        if given is None:
            raise WrongExampleError(f"{what} is None; say UNKNOWN where there is no value")
        try:
            return kept(value, given)
        except NonsenseError as nonsense:
            raise WrongExampleError(f"{what} {nonsense}") from None

    def values(self) -> dict[str, Any]:
        """The inputs of the example as fields of a lead."""
        given = dict(self.example.given)
        values = {}
        for name, input in self.scorer.inputs.items():
            if name not in given:
                raise WrongExampleError(f"{name} is not given; UNKNOWN says that nobody knows it")
            value = given.pop(name)
            if isinstance(input, Rows):
                values[GIVEN + name] = self.table(name, input, value)
            else:
                values[GIVEN + name] = self.internal(name, input, value)
        strange = [name for name in given if name not in self.scorer.params]
        if strange:
            raise WrongExampleError(f"{', '.join(strange)} is given, and not declared")
        return values

    def table(self, name: str, rows: Rows, given: Any) -> list[dict[str, Any]] | None:
        """The rows of a table, whose blanks are `UNKNOWN`."""
        if given is UNKNOWN:
            return None
        table = []
        for row in given:
            if set(row) != set(rows.columns):
                raise WrongExampleError(f"{name}: a row has {', '.join(row)}, and not its columns")
            cells = {
                key: self.internal(f"{name}.{key}", column, row[key])
                for key, column in rows.columns.items()
            }
            table.append(cells or {"row": None})
        return table

    def rules(self) -> RuleSet:
        """A model with the inputs, and a fact that calls the scorer with the parameters given."""
        fields: dict[str, Any] = {ID: {"type": "text", "required": True}}
        for name, input in self.scorer.inputs.items():
            fields[GIVEN + name] = _declared(input, self.example.given.get(name))
        args = [f"{name}={GIVEN}{name}" for name in self.scorer.inputs]
        args += [
            f"{name}={_literal(self.example.given[name])}"
            for name in self.scorer.params
            if name in self.example.given
        ]
        call = f"{self.name}({', '.join(args)})"
        extensions = self.registry.extensions(CORE_SECTIONS)
        model = load_model(_yaml("example", {"groupbuy": 1, "fields": fields}))
        text = {"groupbuy": 1, "pack": "example", "facts": {RESULT: call}}
        pack, problems = read_pack(_yaml("example", text), 1, extensions, DAY)
        problems.raise_any()
        source = Source("example", "")
        project = Project(Path(), source, model, ((pack,),), "CNY", (), (), "")
        return RuleSet(project, extensions, DAY, {})


def checked_scorer(plugin: Loaded, scorer: Scorer, registry: Registry) -> Iterator[str]:
    """What is wrong with a scorer, example by example."""
    if not scorer.title:
        yield "it has no title"
    if not scorer.examples:
        yield "it has no example: examples=[Example({…}, …)]"
    for number, example in enumerate(scorer.examples, 1):
        trial = Trial(f"{plugin.found.name}.{scorer.name}", scorer, example, registry)
        try:
            yield from (f"example {number}: {failure}" for failure in _failures(trial))
        except WrongExampleError as wrong:
            yield f"example {number}: {wrong}"
        except GroupbuyError as error:
            yield f"example {number}: {error.problems[0].message}"


def _failures(trial: Trial) -> Iterator[str]:
    def told(value: Any) -> str:
        return shown(value, trial.scorer.gives.type)

    expected = trial.expected()
    first = trial.result()
    if not same(first, expected):
        yield f"it documents {told(expected)}, and gives {told(first)}"
    second = trial.result()
    if not same(first, second):
        yield f"asked twice it gives {told(first)}, then {told(second)}"
    for blank, column in blanks(trial):
        came = trial.result(blank, column)
        # An expression may be decided all the same; then the value must be the same.
        if came is not None and not same(came, first):
            what = blank if column is None else f"{blank}.{column}"
            yield (
                f"where {what} is not known it gives {told(came)}, and with it {told(first)}: "
                "unknown in, unknown out, unless the input says pass_unknown"
            )


def blanks(trial: Trial) -> Iterator[tuple[str, str | None]]:
    """The inputs and columns whose blanks may not lead to another value."""
    for name, input in trial.scorer.inputs.items():
        given = trial.example.given[name]
        if given is UNKNOWN or input.pass_unknown:
            continue
        yield name, None
        if isinstance(input, Rows) and given:
            yield from ((name, key) for key, cell in input.columns.items() if not cell.pass_unknown)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to the engine."""
    numbers = isinstance(one, float) and isinstance(other, float)
    return close(one, other) if numbers else bool(one is other or one == other)


def shown(value: Any, type: str) -> str:
    """A value as the engine keeps it, in a message."""
    if value is None or value is NONE:
        return "UNKNOWN" if value is None else "NONE"
    if type == "date":
        return date.fromordinal(value).isoformat()
    return f"{value:.12g}" if isinstance(value, float) else repr(value)


def place(*_where: object) -> Location:
    """Examples stand in no file."""
    return Location("example")


def _declared(input: Value | Rows, given: Any) -> Mapping[str, Any]:
    """A field of the lead model that is as an input is declared."""
    if isinstance(input, Rows):
        columns = {name: _declared(cell, None) for name, cell in input.columns.items()}
        return {"type": "table", "fields": columns or {"row": {"type": "text"}}}
    if input.type not in ("choice", "choices"):
        return {"type": input.type}
    words = list(input.of) or ([given] if isinstance(given, str) else list(given or ["any"]))
    return {"type": input.type, "of": words, **({"ordered": True} if input.ordered else {})}


def _literal(value: Any) -> str:
    return repr(value) if isinstance(value, (bool, int, float)) else json.dumps(str(value))


def _yaml(name: str, data: Any) -> Any:
    """Data as it is read from a file; JSON is YAML."""
    return read_yaml(Source(name, json.dumps(data, ensure_ascii=False)))
