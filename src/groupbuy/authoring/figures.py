"""What a report's pictures show of an evaluation: crossed gradings, rankings, silent rules.

Nothing here knows the names of the shipped rules: a grading of two gradings is a matrix, a ranking
with cuts a pyramid, one cut by what the first hold a list of these. What has the tag `report` is
shown as well: a grade as bars, an amount as its sums beside them, a day by quarters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from groupbuy.authoring.cases.ways import Outline
from groupbuy.engine.results import Result
from groupbuy.engine.run import Case
from groupbuy.engine.workspace import Workspace
from groupbuy.render.cells import word_forms
from groupbuy.render.report.figures import (
    Bar,
    Counts,
    Figures,
    Flow,
    Holder,
    Matrix,
    Point,
    Pyramid,
    Series,
    Silent,
    Square,
    Step,
)
from groupbuy.render.view import View
from groupbuy.sections.base import Lowered
from groupbuy.sections.forms.form import Form
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Scalar
from groupbuy.source.nodes import Sequence as SequenceNode
from groupbuy.tree import naming
from groupbuy.tree.nodes import Expr, Over, walk
from groupbuy.tree.types import Kind

MOST_WORDS = 4
"""Gradings with more words than these make no matrix that one can read."""
TAG = "report"
QUARTERS = 8
OWNER = "owner"
"""The field of a lead that says who looks after it."""


def figures(workspace: Workspace, result: Result, view: View) -> Figures:
    """The pictures of a result, in the order in which the rules define them."""
    return _Collected(workspace, result, view).figures()


@dataclass(frozen=True)
class _Collected:
    workspace: Workspace
    result: Result
    view: View

    @property
    def leads(self) -> Sequence[Mapping[str, Any]]:
        """The leads as results show them."""
        found: list[Mapping[str, Any]] = self.result.data["leads"]
        return found

    def figures(self) -> Figures:
        """All of them; what has no lead in it is left out."""
        grades = [
            low for low in self.workspace.rules.every_entry() if low.entry.section == "grades"
        ]
        shown = [column.name for column in self.view.columns]
        # What stands in the ranking's columns comes first: it is what people look at.
        grades.sort(key=lambda low: low.entry.id not in shown)
        unique = {lowered.entry.id: lowered for lowered in grades}.values()
        silent, rules = self.silent()
        return Figures(
            [matrix for lowered in unique if (matrix := self.matrix(lowered)) is not None],
            [pyramid for lowered in unique if (pyramid := self.pyramid(lowered)) is not None],
            [counts for lowered in unique if (counts := self.counts(lowered)) is not None],
            self.flow(),
            silent,
            dict(self.owners()),
            rules,
        )

    def owners(self) -> Iterator[tuple[str, str]]:
        """Who looks after which lead."""
        for case in self.result.cases:
            owner = case.lead.values.get(OWNER)
            if isinstance(owner, str):
                yield case.lead.id, owner

    # ── matrices ──

    def matrix(self, lowered: Lowered) -> Matrix | None:
        """A grade by two gradings of few words; none for other grades."""
        by, cases = lowered.entry.get("by"), lowered.entry.get("cases")
        if not isinstance(by, SequenceNode) or len(by.items) != 2:
            return None
        if not isinstance(cases, MappingNode):
            return None
        names = [node.text for node in by.items if isinstance(node, Scalar)]
        axes = [self.words(name) for name in names]
        if len(axes) != 2 or not all(2 <= len(axis) <= MOST_WORDS for axis in axes):
            return None
        id = lowered.entry.id
        placed: dict[tuple[str, str], list[Point]] = {}
        word_at: dict[tuple[str, str], str] = dict(_squares(cases))
        undecided = 0
        for lead in self.leads:
            grade = lead["grades"].get(id, {})
            at = tuple(lead["grades"].get(name, {}).get("value") for name in names)
            if grade.get("status") == "unknown":
                undecided += 1
            elif grade.get("value") is not None and None not in at:
                placed.setdefault((str(at[0]), str(at[1])), []).append(_point(lead))
                word_at.setdefault((str(at[0]), str(at[1])), str(grade["value"]))
        if not placed:
            return None
        # The highest word of the first grading stands on top, that of the second at the right.
        rows, columns = axes[0], axes[1][::-1]
        return Matrix(
            id,
            self.view.title(id),
            self.view.title(names[0]),
            self.view.title(names[1]),
            [self.view.word(names[0], word) or word for word in rows],
            [self.view.word(names[1], word) or word for word in columns],
            [
                [self.square(id, word_at.get((r, c)), placed.get((r, c), [])) for c in columns]
                for r in rows
            ],
            undecided,
        )

    def square(self, id: str, word: str | None, points: list[Point]) -> Square | None:
        """One square; none where the rules give no word."""
        if word is None:
            return None
        return Square(word_forms(word, id, self.view)[0], points)

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a grade or choice, the highest first as grades are written."""
        found = self.workspace.rules.scope.value(name)
        return found.type.values if found is not None and found.type.kind is Kind.CHOICE else ()

    # ── rankings ──

    def pyramid(self, lowered: Lowered) -> Pyramid | None:
        """A ranking with cuts over all leads; none for other grades, or one in groups."""
        entry = lowered.entry
        trees = [d.expression for d in lowered.definitions if isinstance(d.expression, Expr)]
        over = next((n for tree in trees for n in walk(tree) if isinstance(n, Over)), None)
        if over is None or not over.cuts or entry.get("within") is not None:
            return None
        arms = lowered.view.arms if isinstance(lowered.view, Form) else ()
        words = list(dict.fromkeys(arm.word for arm in arms)) or [cut.name for cut in over.cuts]
        held: list[tuple[float, str, Point]] = []
        values: dict[str, list[float]] = {}
        counted: dict[str, int] = dict.fromkeys(words, 0)
        for lead, case in zip(self.leads, self.result.cases, strict=True):
            word = lead["grades"].get(entry.id, {}).get("value")
            if word is None:
                continue
            counted[word] = counted.get(word, 0) + 1
            value = self.ranked_value(case, entry.id)
            if value is not None:
                values.setdefault(word, []).append(value)
                held.append((value, word, _point(lead)))
        if not any(counted.values()):
            return None
        rank = entry.get("rank")
        name = rank.text if isinstance(rank, Scalar) else ""
        steps = [
            Step(
                word_forms(word, entry.id, self.view)[0],
                count,
                sum(values[word]) if word in values else None,
            )
            for word, count in counted.items()
        ]
        curve = sorted((v for found in values.values() for v in found if v > 0), reverse=True)
        kind = self.view.kinds.get(name, "number")
        limits = [cut.limit for cut in over.cuts]
        only = limits[0] == "holds" and limits.count("holds") == 1
        return Pyramid(
            entry.id,
            self.view.title(entry.id),
            self.view.title(name),
            kind,
            steps,
            curve,
            "holds" in limits,
            list(_holders(held, over.cuts[0].name)) if only else (),
        )

    def ranked_value(self, case: Case, id: str) -> float | None:
        """What a lead was ranked by; none where it is not among those ranked."""
        assert case.plan is not None
        population = case.plan.populations.get(naming.rank(id))
        if population is None:
            return None
        among = population.among is None or case.env.get(population.among) is True
        value = case.env.get(population.value)
        return float(value) if among and isinstance(value, (int, float)) else None

    # ── the rest ──

    def counts(self, lowered: Lowered) -> Counts | None:
        """How the leads spread over a grade that is tagged for the report."""
        if not _tagged(lowered):
            return None
        id = lowered.entry.id
        found: dict[str, list[Mapping[str, Any]]] = {word: [] for word in self.words(id)}
        for lead in self.leads:
            word = lead["grades"].get(id, {}).get("value")
            if word is not None:
                found.setdefault(word, []).append(lead)
        if not any(found.values()):
            return None
        amounts = self.tagged_facts(Kind.NUMBER)
        bars = [
            Bar(
                word_forms(word, id, self.view)[0],
                [_point(lead) for lead in leads],
                [_sum(leads, name) for name in amounts],
            )
            for word, leads in found.items()
        ]
        return Counts(id, self.view.title(id), bars, [self.view.title(name) for name in amounts])

    def tagged_facts(self, kind: Kind) -> list[str]:
        """The facts of a kind that are tagged for the report."""
        found = [
            lowered.entry.id
            for lowered in self.workspace.rules.every_entry()
            if lowered.entry.section == "facts"
            and _tagged(lowered)
            and (value := self.workspace.rules.scope.value(lowered.entry.id)) is not None
            and value.type.kind is kind
        ]
        return list(dict.fromkeys(found))

    def flow(self) -> Flow | None:
        """How many leads have a tagged day in each of the last quarters, up to the run's own."""
        today = date.fromordinal(self.workspace.options.as_of)
        last = _quarter(today)
        periods = range(last - QUARTERS + 1, last + 1)
        series = []
        for name in self.tagged_facts(Kind.DATE):
            counted = dict.fromkeys(periods, 0)
            for case in self.result.cases:
                day = case.env.get(name)
                if isinstance(day, int) and not isinstance(day, bool):
                    when = _quarter(date.fromordinal(day))
                    if when in counted and day <= today.toordinal():
                        counted[when] += 1
            series.append(Series(self.view.title(name), list(counted.values())))
        if not any(any(each.counts) for each in series):
            return None
        return Flow([f"{each // 4}Q{each % 4 + 1}" for each in periods], series)

    def silent(self) -> tuple[list[Silent], int]:
        """The rules that fired for no lead, and how many rules there are."""
        outline = Outline(self.workspace.rules)
        fired = {path for lead in self.leads for path in _fired(lead)}
        found = []
        for path, at in outline.places.items():
            if not fired & {path, path.partition("/")[0]} and path not in outline.unconditional:
                names = path.split(".")[1:]
                title = " · ".join(self.view.title(name) for name in ".".join(names).split("."))
                found.append(Silent(path, title, at.short))
        return found, len(outline.places)


def _point(lead: Mapping[str, Any]) -> Point:
    return Point(lead["id"], lead.get("name") or lead["id"])


def _holders(held: list[tuple[float, str, Point]], first: str) -> Iterator[Holder]:
    """Those in the first cut, the largest first, with what they hold of the positive total."""
    total = math.fsum(value for value, _, _ in held if value > 0)
    together = 0.0
    for value, word, point in sorted(held, key=lambda each: (-each[0], each[2].id)):
        if word == first and total:
            together += value
            yield Holder(point, value, value / total, together / total)


def _tagged(lowered: Lowered) -> bool:
    tags = lowered.entry.get("tags")
    return isinstance(tags, SequenceNode) and TAG in [str(node.data()) for node in tags.items]


def _sum(leads: Sequence[Mapping[str, Any]], name: str) -> float | None:
    """What the leads come to together; none where nobody knows of any."""
    found = [(lead["facts"].get(name) or {}).get("value") for lead in leads]
    known = [float(value) for value in found if isinstance(value, int | float)]
    return math.fsum(known) if known else None


def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _squares(cases: MappingNode) -> Iterator[tuple[tuple[str, str], str]]:
    """The word of each square as the rules write it, where it is written plainly."""
    for row, inner in cases.items.items():
        if isinstance(inner, MappingNode):
            for column, value in inner.items.items():
                word = value.get("value") if isinstance(value, MappingNode) else value
                if isinstance(word, Scalar):
                    yield (row, column), word.text


def _fired(lead: Mapping[str, Any]) -> Iterator[str]:
    """The paths of the rules that had a part in a lead's results."""
    for reason in lead["verdict"]["reasons"]:
        yield f"gates.{reason['gate']}"
    for score, found in lead["scores"].items():
        for rule in found.get("rules") or ():
            yield f"scores.{score}.{rule['id']}"
    for grade, found in lead["grades"].items():
        if found.get("value") is not None:
            yield f"grades.{grade}.{found['value']}"
    for play in lead["plays"]:
        key = play["key"].partition("/")[2]
        yield f"plays.{play['play']}"
        yield f"plays.{key}"
