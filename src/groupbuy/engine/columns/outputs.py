"""What is shown of each lead, as columns.

A score is its value with `_low`, `_high`, `_status` and the ids of the rules that gave points
(`_rules`); a grade is its word with `_status`, `_likely` and, while it is open, the words that are
left (`_possible`). Gates and plays are lists of ids. Lists are texts until they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw

from groupbuy.compile.columns.leads import LeadSheet, Variant
from groupbuy.compile.columns.pieces import FALSE, Held, Piece, coalesce, col, listed, lit, when
from groupbuy.engine.columns.stacks import STACK
from groupbuy.engine.private import Private
from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.model.model import LeadModel
from groupbuy.rules.stack import Stack
from groupbuy.sections.base import Lowered
from groupbuy.sections.gates import VERDICT, VERDICT_TYPE, VERDICTS, gate_name
from groupbuy.tree import build, naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.derived import NOT_APPLICABLE
from groupbuy.tree.nodes import Expr, Periods, Ref
from groupbuy.tree.types import COMPUTED, FLAG, Kind, Type

BETWEEN = ";"
"""Stands between the items of a list that is one text; ids are identifiers."""
LIST, CHOICES, TEXT = "list", "choices", "text"
NUMBER, COUNT, DAY, TRUTH = "number", "count", "day", "truth"
DOES_NOT_APPLY = "–"


@dataclass(frozen=True)
class Output:
    """One column of the results and what is in it: a list, a day number, a number, a text."""

    name: str
    piece: Piece
    kind: str


@dataclass(frozen=True)
class Wanted:
    """Which results are wanted: of all facts, scores and grades, or of those named."""

    only: Collection[str] | None = None
    show_pii: bool = False

    def has(self, name: str) -> bool:
        """Whether a result is wanted."""
        return self.only is None or name in self.only


class Outputs:
    """Makes the columns of the results on a sheet."""

    def __init__(
        self, sheet: LeadSheet, stacks: dict[int, Stack], model: LeadModel, wanted: Wanted
    ) -> None:
        """`stacks` are those that leads have, by number."""
        self.sheet, self.stacks, self.model, self.wanted = sheet, stacks, model, wanted

    def all(self) -> list[Output]:
        """Every column, in the order of the results' sections."""
        found = [*self.about(), *self.verdict()]
        for section, make in (
            ("facts", self.fact),
            ("scores", self.score),
            ("grades", self.grade),
        ):
            for id, entries in self.entries(section).items():
                if self.wanted.has(id):
                    found += make(id, entries)
        found.append(self.plays())
        names = [output.name for output in found]
        for name in names:
            if names.count(name) > 1:
                raise GroupbuyError(
                    Problem(
                        "same-column-twice",
                        f"two results would be in a column called {name}",
                        None,
                        "rename one of the entries, or choose others with --columns",
                    )
                )
        return found

    # ── choosing and ranking ──

    def where(self, tree: Expr) -> Piece:
        """Whether a condition that stands in no definition surely holds."""
        at = Location("--where")
        variants = [
            Variant(Definition("where:", stack.runnable(tree), at, "--where"), (number,))
            for number, stack in self.stacks.items()
        ]
        return self.sheet.also("where:", variants, FLAG).condition.or_else(False)

    def order(self, names: Sequence[str], scope: Callable[[str], Expr | None]) -> list[Piece]:
        """What to sort by, smallest first: stopped leads last, unknown after known."""
        verdict = self.held(VERDICT, VERDICT_TYPE).value
        keys = [when([(verdict.same("stop"), lit(1.0))], lit(0.0))]
        for name in names:
            tree = scope(name)
            assert tree is not None
            keys += self.criterion(name, tree.type)
        return keys

    def criterion(self, name: str, type: Type) -> list[Piece]:
        """One thing to rank by: known values in order, then unknown, then what does not apply."""
        held = self.held(name, type)
        value = held.value
        if type.kind is Kind.NUMBER and type.open:
            # Of an open score, what is known of it.
            known = self.held(naming.value(name), type).value
            null = lit(None, nw.Float64)
            none = held.none or FALSE
            value = when([(none, null)], coalesce([value, known]))
        if type.kind is Kind.CHOICE:
            places = [(value.same(word), lit(float(n))) for n, word in enumerate(type.values)]
            number = when(places, lit(None, nw.Float64))
        elif type.kind is Kind.FLAG:
            number = when([(value, lit(-1.0)), (~value, lit(0.0))], lit(None, nw.Float64))
        else:
            number = value * -1.0
        absent = lit(1.0) if held.none is None else when([(held.none, lit(2.0))], lit(1.0))
        state = when([(~number.null(), lit(0.0))], absent)
        return [state, number.or_else(0.0)]

    def entries(self, section: str) -> dict[str, list[Lowered]]:
        """The entries of a section by id, as each stack has them."""
        found: dict[str, list[Lowered]] = {}
        for stack in self.stacks.values():
            for lowered in stack.entries(section):
                found.setdefault(lowered.entry.id, []).append(lowered)
        return found

    def held(self, name: str, type: Type) -> Held:
        """The value of a name."""
        return self.sheet.name(Ref(name, type))

    def holds(self, name: str) -> Held:
        """A condition by name."""
        return Held(self.held(name, FLAG).condition)

    @cached_property
    def private(self) -> list[Private]:
        """What is personal data in each stack."""
        return [Private(stack, self.model) for stack in self.stacks.values()]

    # ── about the lead ──

    def about(self) -> Iterator[Output]:
        """Its id, its packs, and the fields that are asked for."""
        for name, field in self.model.fields.items():
            shown = name == "id" or (self.wanted.only is not None and name in self.wanted.only)
            shown = shown or (name == "name" and self.wanted.only is None)
            if shown and (self.wanted.show_pii or not field.pii):
                yield from self.value(name, self.held(name, field.type), field.type)
        yield Output("packs", self.by_stack(lambda stack: BETWEEN.join(stack.names)), LIST)
        open_packs = {n: [pack.name for pack in s.open_packs] for n, s in self.stacks.items()}
        if any(open_packs.values()):
            yield Output(
                "open_packs",
                self.by_stack(lambda stack: BETWEEN.join(p.name for p in stack.open_packs)),
                LIST,
            )

    def by_stack(self, make: Any) -> Piece:
        """A text that depends on the stack alone."""
        groups: dict[str, list[int]] = {}
        for number, stack in self.stacks.items():
            groups.setdefault(make(stack), []).append(number)
        null = lit(None, nw.String)
        arms = [when([(col(STACK).among(ns), lit(text))], null) for text, ns in groups.items()]
        return coalesce([*arms, lit("")])

    def verdict(self) -> Iterator[Output]:
        """The verdict, the gates that hold, and those that are open."""
        verdict = self.held(VERDICT, VERDICT_TYPE).value.or_else(VERDICTS[0])
        yield Output(VERDICT, verdict, TEXT)
        gates = {id: self.holds(gate_name(id)).value for id in self.entries("gates")}
        yield self.ids("gates", [(test, id) for id, test in gates.items()])
        yield self.ids("gates_unknown", [(test.null(), id) for id, test in gates.items()])

    def ids(self, name: str, items: Sequence[tuple[Piece, str]]) -> Output:
        """The ids whose tests hold, as one text."""
        text = listed(items, BETWEEN, self.sheet.keep) if items else lit("")
        return Output(name, text, LIST)

    # ── sections ──

    def value(self, name: str, held: Held, type: Type) -> Iterator[Output]:
        """A value by itself; without one where it is unknown or does not apply."""
        kind = {Kind.NUMBER: NUMBER, Kind.DATE: DAY, Kind.FLAG: TRUTH, Kind.CHOICES: CHOICES}
        yield Output(name, held.value, kind.get(type.kind, TEXT))

    def fact(self, id: str, entries: list[Lowered]) -> Iterator[Output]:
        """A fact; those made for each row, and tables of periods, are not shown."""
        made = [variant.definition for variant in self.sheet.definitions.get(id, ())]
        if not made or any(d.table is not None or isinstance(d.expression, Periods) for d in made):
            return
        definition = made[0]
        if definition.type.kind is Kind.DATES:
            return
        if not self.wanted.show_pii and any(id in private for private in self.private):
            return
        yield from self.value(id, self.held(id, definition.type), definition.type)

    def score(self, id: str, entries: list[Lowered]) -> Iterator[Output]:
        """A score with its ends and the rules that gave points."""
        closed = self.held(id, COMPUTED)
        yield Output(id, self.held(naming.value(id), COMPUTED).value, NUMBER)
        for end in ("low", "high"):
            yield Output(f"{id}_{end}", self.held(f"{id}.{end}", COMPUTED).value, NUMBER)
        yield Output(f"{id}_status", self.status(closed), TEXT)
        lines: dict[str, Any] = {}
        for lowered in entries:
            for line in lowered.view.lines:
                lines.setdefault(line.id, line)
        fired = []
        for line in lines.values():
            points = self.held(line.name, COMPUTED).value
            applies = ~points.null() if line.weighs else ~points.same(0.0)
            # A score that does not apply shows no rules.
            fired.append((applies if closed.none is None else applies & ~closed.none, line.id))
        yield self.ids(f"{id}_rules", fired)

    def grade(self, id: str, entries: list[Lowered]) -> Iterator[Output]:
        """A grade, what it likely is, and what it could still be."""
        types = [self.definition_type(id, lowered) for lowered in entries]
        words = tuple(dict.fromkeys(word for type in types for word in type.values))
        type = types[0]
        held = self.held(id, type)
        yield Output(id, held.value, TEXT)
        yield Output(f"{id}_status", self.status(held), TEXT)
        null = lit(None, nw.String)
        missing = self.sheet.keep(held.missing)
        likely = self.held(naming.likely(id), type).value
        yield Output(f"{id}_likely", when([(missing, likely)], null), TEXT)
        left = []
        for word in (*words, NOT_APPLICABLE):
            test = self.holds(naming.within(id, (word,))).value
            open_still = missing & test.or_else(True)
            left.append((open_still, DOES_NOT_APPLY if word == NOT_APPLICABLE else word))
        yield self.ids(f"{id}_possible", left)

    def definition_type(self, id: str, lowered: Lowered) -> Type:
        """The type of an entry's own definition."""
        return next(d.type for d in lowered.definitions if d.name == id)

    def status(self, held: Held) -> Piece:
        """Whether a value is known, unknown, or does not apply."""
        arms = [(~held.value.null(), lit("known"))]
        if held.none is not None:
            arms.insert(0, (held.none, lit("none")))
        return when(arms, lit("unknown"))

    def plays(self) -> Output:
        """What there is to do: a play, or one case of it; nothing for a lead that is stopped."""
        moves: dict[str, Any] = {}
        for id, entries in self.entries("plays").items():
            for lowered in entries:
                for move in lowered.view:
                    moves.setdefault(id if move.case is None else f"{id}/{move.case}", move)
        going = self.sheet.keep(~self.held(VERDICT, VERDICT_TYPE).value.same("stop").or_else(False))
        return self.ids("plays", [(going & self.move(move), id) for id, move in moves.items()])

    def move(self, move: Any) -> Piece:
        """Whether a move holds; one made for each row, whether it holds for any."""
        if move.table is None:
            return self.holds(move.name).value
        name = f"{move.name}:any"
        variants = []
        for variant in self.sheet.definitions.get(move.name, ()):
            tree = variant.definition.expression
            assert isinstance(tree, Expr)
            any_row = build.agg("any", move.table, tree, None, FLAG)
            made = Definition(name, any_row, variant.definition.at, variant.definition.owner)
            variants.append(Variant(made, variant.stacks))
        return self.sheet.also(name, variants, FLAG).condition
