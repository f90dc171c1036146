"""Which questions settle what is open: possible worlds over a lead's blanks.

For a target that is unknown, each blank is filled with telling answers (every word of a choice,
both values of a flag, the numbers at which some condition turns), and the target is worked out
again. A question settles the target when an answer makes it known; the answers that do are its
witnesses. Blanks that only matter together are tried in pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Expr, Lit, Op, Ref, walk
from groupbuy.tree.operations import COMPARE
from groupbuy.tree.types import Kind, Type

MOST_ANSWERS = 12
MOST_PAIRED = 7
PAIR_ANSWERS = 4
GRID = (0.0, 1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0, 1_000_000.0, 10_000_000.0)

World = dict[str, Any]
Solve = Callable[[World], Any]


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
    """Something unknown: how to work it out, and the blanks it depends on."""

    name: str
    solve: Solve
    blanks: tuple[str, ...]


def questions(
    targets: Sequence[Target], world: World, answers: Mapping[str, Sequence[Any]]
) -> list[Question]:
    """The questions about `world`, the most telling first; ties stand in the order of the blanks.

    `answers` has the telling answers for each blank that can be asked about.
    """
    found: dict[str, Question] = {}
    for target in targets:
        blanks = [name for name in target.blanks if answers.get(name)]
        settled = [name for name in blanks if _settles(target, name, world, answers, found)]
        if not settled:
            for pair in combinations(blanks[:MOST_PAIRED], 2):
                _settles_together(target, pair, world, answers, found)
        for name in blanks:
            question = found.setdefault(name, Question(name))
            question.narrows[target.name] = None
    order = list(answers)
    return sorted(found.values(), key=lambda q: (-q.weight, order.index(q.name)))


def _solved(target: Target, world: World, change: Mapping[str, Any]) -> Any:
    tried = {**world, **change}
    return target.solve(tried)


def _settles(
    target: Target,
    name: str,
    world: World,
    answers: Mapping[str, Sequence[Any]],
    found: dict[str, Question],
) -> bool:
    """Note which answers to one question make the target known."""
    outcomes = [(answer, _solved(target, world, {name: answer})) for answer in answers[name]]
    known = [(answer, value) for answer, value in outcomes if value is not None]
    if not known:
        return False
    question = found.setdefault(name, Question(name))
    question.settles[target.name] = len(known) / len(outcomes)
    if not question.example:
        question.example = _witnesses(known)
    return True


def _settles_together(
    target: Target,
    pair: tuple[str, str],
    world: World,
    answers: Mapping[str, Sequence[Any]],
    found: dict[str, Question],
) -> None:
    first, second = pair
    outcomes = [
        (one, _solved(target, world, {first: one, second: other}))
        for one in _spread(answers[first])
        for other in _spread(answers[second])
    ]
    known = sum(value is not None for _, value in outcomes)
    if known:
        for name, other in (pair, pair[::-1]):
            question = found.setdefault(name, Question(name))
            share = 0.5 * known / len(outcomes)
            question.settles[target.name] = max(question.settles.get(target.name, 0.0), share)
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


def telling_answers(
    name: str, type: Type, definitions: Iterable[Definition], today: int
) -> list[Any]:
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
    edges = list(_edges(name, type.kind, definitions))
    if type.kind is Kind.DATE:
        days = {edge + step for edge in edges for step in (-1, 0, 1) if isinstance(edge, int)}
        spread = (-730, -365, -90, -30, -7, 0, 7, 30, 90, 365)
        return _few(sorted(days | {today + step for step in spread}))
    return _few(_numbers(type, [edge for edge in edges if isinstance(edge, float)]))


def _numbers(type: Type, edges: list[float]) -> list[float]:
    low, high = type.low, type.high
    step = 1.0 if type.form in ("integer", "money") else 0.01 if type.form == "percent" else 0.1
    tried = {edge + side for edge in edges for side in (-step, 0.0)}
    if low is not None and high is not None:
        tried |= {low + (high - low) * part / 4 for part in range(5)}
    else:
        tried |= set(GRID)
    if type.form == "integer":
        tried = {float(round(value)) for value in tried}
    inside = [v for v in tried if (low is None or v >= low) and (high is None or v <= high)]
    return sorted(round(value, 9) for value in inside)


def _few(values: list[Any]) -> list[Any]:
    """At most a dozen, spread evenly."""
    if len(values) <= MOST_ANSWERS:
        return values
    step = (len(values) - 1) / (MOST_ANSWERS - 1)
    return [values[round(step * number)] for number in range(MOST_ANSWERS)]


def _edges(name: str, kind: Kind, definitions: Iterable[Definition]) -> Iterable[Any]:
    """The constants that the field is compared with directly."""
    for definition in definitions:
        if not isinstance(definition.expression, Expr):
            continue
        for node in walk(definition.expression):
            if isinstance(node, Op) and node.op in COMPARE:
                sides = node.args
                if any(isinstance(side, Ref) and side.name == name for side in sides):
                    for side in sides:
                        if isinstance(side, Lit) and side.type.kind is kind and side.value != NONE:
                            yield side.value
