"""Which questions settle what is open: possible worlds over a lead's blanks.

For a target that is unknown, each blank is filled with telling answers (every word of a choice,
both values of a flag, the numbers at which some condition turns), and the target is worked out
again. A question settles the target when an answer makes it known; the answers that do are its
witnesses. Blanks that only matter together are tried in pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr, Lit, Op, Ref, walk
from groupbuy.tree.operations import COMPARE
from groupbuy.tree.types import Kind, Type

MOST_ANSWERS = 10
MOST_PAIRED = 6
PAIR_ANSWERS = 3
GRID = (0.0, 1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0, 1_000_000.0, 10_000_000.0)

World = dict[str, Any]
Solve = Callable[[World, Sequence[str]], None]
"""Works out the targets anew in a world in which the named blanks were filled."""


@dataclass
class Question:
    """A field to ask about: the targets it settles, alone or together with `others`."""

    name: str
    settles: dict[str, float] = field(default_factory=dict)
    narrows: dict[str, None] = field(default_factory=dict)
    example: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """How much is settled by how many answers; what only narrows weighs little."""
        return sum(self.settles.values()) + 0.001 * len(self.narrows)


@dataclass(frozen=True)
class Target:
    """Something unknown, and the blanks it depends on."""

    name: str
    blanks: tuple[str, ...]


def questions(
    targets: Sequence[Target], world: World, answers: Mapping[str, Sequence[Any]], solve: Solve
) -> list[Question]:
    """The questions about `world`, the most telling first; ties stand in the order of the blanks.

    `answers` has the telling answers for each blank that can be asked about. `world` is used for
    trying and is afterwards as it was.
    """
    return _Search(targets, world, answers, solve).questions()


class _Search:
    """Tries answers, and notes what they settle."""

    def __init__(
        self,
        targets: Sequence[Target],
        world: World,
        answers: Mapping[str, Sequence[Any]],
        solve: Solve,
    ) -> None:
        self.targets, self.world, self.answers, self.solve = targets, world, answers, solve
        self.found: dict[str, Question] = {}

    def questions(self) -> list[Question]:
        settled: set[str] = set()
        for name, tried in self.answers.items():
            concerned = [target for target in self.targets if name in target.blanks]
            if tried and concerned:
                settled |= self.alone(name, concerned)
        left = [target for target in self.targets if target.name not in settled]
        pairs: dict[tuple[str, str], list[Target]] = {}
        for target in left:
            blanks = [name for name in target.blanks if self.answers.get(name)]
            for pair in combinations(blanks[:MOST_PAIRED], 2):
                pairs.setdefault(pair, []).append(target)
        for pair, concerned in pairs.items():
            self.together(pair, concerned)
        for target in self.targets:
            for name in target.blanks:
                if self.answers.get(name):
                    self.question(name).narrows[target.name] = None
        order = {name: number for number, name in enumerate(self.answers)}
        return sorted(self.found.values(), key=lambda q: (-q.weight, order[q.name]))

    def question(self, name: str) -> Question:
        return self.found.setdefault(name, Question(name))

    def outcomes(self, change: World, concerned: Sequence[Target]) -> list[Any]:
        """What the targets come to with some blanks filled; the world stays as it was."""
        before = {name: self.world.get(name) for name in change}
        self.world.update(change)
        self.solve(self.world, list(change))
        values = [self.world[target.name] for target in concerned]
        self.world.update(before)
        return values

    def alone(self, name: str, concerned: Sequence[Target]) -> set[str]:
        """Which targets one question can settle."""
        tried = self.answers[name]
        table = [(answer, self.outcomes({name: answer}, concerned)) for answer in tried]
        settled = set()
        for column, target in enumerate(concerned):
            known = [(answer, row[column]) for answer, row in table if row[column] is not None]
            if known:
                question = self.question(name)
                question.settles[target.name] = len(known) / len(tried)
                question.example = question.example or _witnesses(known)
                settled.add(target.name)
        return settled

    def together(self, pair: tuple[str, str], concerned: Sequence[Target]) -> None:
        """Which targets two questions can settle that neither settles alone."""
        first, second = pair
        rows = [
            self.outcomes({first: one, second: other}, concerned)
            for one in _spread(self.answers[first])
            for other in _spread(self.answers[second])
        ]
        for column, target in enumerate(concerned):
            known = sum(row[column] is not None for row in rows)
            if known:
                share = 0.5 * known / len(rows)
                for name, other in (pair, pair[::-1]):
                    question = self.question(name)
                    before = question.settles.get(target.name, 0.0)
                    question.settles[target.name] = max(before, share)
                    question.others[other] = None


def _spread(answers: Sequence[Any]) -> Sequence[Any]:
    """A few of many answers, from both ends and between."""
    if len(answers) <= PAIR_ANSWERS:
        return answers
    step = (len(answers) - 1) / (PAIR_ANSWERS - 1)
    return [answers[round(step * number)] for number in range(PAIR_ANSWERS)]


def _witnesses(known: list[tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """One answer for each different outcome, at most three."""
    chosen: dict[str, tuple[Any, Any]] = {}
    for answer, value in known:
        chosen.setdefault(repr(value), (answer, value))
    return dict(list(chosen.items())[:3])


# ── telling answers ────────────────────────────────────────────────────────────────────────────


Edges = Mapping[str, Sequence[Lit]]
"""For each name, the constants that conditions compare it with."""


def edges_of(definitions: Iterable[Definition]) -> Edges:
    """The constants that names are compared with directly."""
    found: dict[str, list[Lit]] = {}
    for definition in definitions:
        if isinstance(definition.expression, Expr):
            for name, constants in _edges_in(definition.expression):
                found.setdefault(name, []).extend(constants)
    return found


@lru_cache(maxsize=1 << 14)
def _edges_in(tree: Expr) -> tuple[tuple[str, tuple[Lit, ...]], ...]:
    """The names that are compared in a tree, each time with the constants beside them."""
    found = []
    for node in walk(tree):
        if isinstance(node, Op) and node.op in COMPARE:
            constants = tuple(side for side in node.args if isinstance(side, Lit))
            if constants:
                found += [(side.name, constants) for side in node.args if isinstance(side, Ref)]
    return tuple(found)


def telling_answers(name: str, type: Type, all_edges: Edges, today: int) -> list[Any]:
    """Values for a blank at which conditions could turn, in rising order."""
    if type.kind is Kind.CHOICE:
        return list(type.values)
    if type.kind is Kind.CHOICES:
        return [(), *((word,) for word in type.values)]
    if type.kind is Kind.FLAG:
        return [True, False]
    if type.kind is Kind.TABLE:
        return [[]]
    if type.kind is Kind.TEXT:
        return ["…"]
    edges = [edge.value for edge in all_edges.get(name, ()) if edge.type.kind is type.kind]
    if type.kind is Kind.DATE:
        days = {edge + step for edge in edges for step in (-1, 0, 1) if isinstance(edge, int)}
        spread = (-730, -365, -90, -30, -7, 0, 7, 30, 90, 365)
        return _few(sorted(days | {today + step for step in spread}), days)
    return _few(*_numbers(type, [edge for edge in edges if isinstance(edge, float)]))


def _numbers(type: Type, edges: list[float]) -> tuple[list[float], set[float]]:
    """Numbers to try, and those among them that lie at an edge."""
    low, high = type.low, type.high
    step = 1.0 if type.form in ("integer", "money") else 0.01 if type.form == "percent" else 0.1
    near = {edge + side for edge in edges for side in (-step, 0.0, step)}
    spread = set(GRID)
    if low is not None and high is not None:
        spread = {low + (high - low) * part / 4 for part in range(5)}

    def inside(values: set[float]) -> set[float]:
        whole = type.form == "integer"
        tidy = {float(round(v)) if whole else round(v, 9) for v in values}
        return {v for v in tidy if (low is None or v >= low) and (high is None or v <= high)}

    return sorted(inside(near | spread)), inside(near)


def _few(values: list[Any], telling: Set[Any]) -> list[Any]:
    """At most a dozen: those at the edges first, the rest spread evenly."""
    if len(values) <= MOST_ANSWERS:
        return values
    kept = [value for value in values if value in telling]
    rest = [value for value in values if value not in telling]
    if len(kept) < MOST_ANSWERS:
        return sorted([*kept, *_evenly(rest, MOST_ANSWERS - len(kept))])
    return _evenly(kept, MOST_ANSWERS)


def _evenly(values: list[Any], count: int) -> list[Any]:
    if count < 2 or len(values) <= count:
        return values[:count]
    step = (len(values) - 1) / (count - 1)
    return [values[round(step * number)] for number in range(count)]
