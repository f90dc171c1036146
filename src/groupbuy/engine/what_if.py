"""What if: the smallest changes of a lead that move a grade or clear a gate.

One known field after another is set to other values, and the grades are worked out again; of each
outcome the nearest value is kept. Where no field does it alone, pairs are tried. What nobody can
change is left out: fields that are `fixed` in the model, texts, personal data, tables, and what a
pack's `for` reads (another pack would mean other rules, not another answer). Ranks and cuts stay
as they are, for the other leads do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from groupbuy.engine import wording
from groupbuy.engine.asking import Asker
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.model.entries import Field
from groupbuy.reason.questions import telling_answers
from groupbuy.sections.gates import VERDICT, VERDICTS
from groupbuy.tree.nodes import NONE, Expr, names
from groupbuy.tree.types import Kind

MOST = 5
"""Changes that are told for each grade."""
MOST_PAIRED, MOST_VALUES = 6, 4
TIMES = (0.25, 0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0, 4.0, 10.0)
_KINDS = (Kind.NUMBER, Kind.DATE, Kind.FLAG, Kind.CHOICE, Kind.CHOICES)
_STEPS = {"integer": 1.0, "money": 1.0, "percent": 0.01, "number": 0.1}

World = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """Fields set to other values, what `target` becomes by it, and how far that is."""

    target: str
    old: Any
    new: Any
    values: tuple[tuple[str, Any], ...]
    size: float


def what_if(
    lead: LeadConclusions, asker: Asker, columns: Sequence[str], conditions: Iterable[Expr]
) -> dict[str, Any]:
    """Changes and the worth of questions, as plain data.

    `columns` are the grades that are looked at; the verdict is looked at where it is not "go".
    `conditions` are the `for` of packs.
    """
    search = _Search(lead, {name for tree in conditions for name in names(tree)})
    grades = {lowered.entry.id for lowered in lead.plan.stack.entries("grades")}
    targets = [name for name in columns if name in grades and isinstance(lead.value(name), str)]
    if lead.value(VERDICT) != VERDICTS[0]:
        targets.insert(0, VERDICT)
    changes = [change for target in targets for change in search.nearest(target)]
    open_ = [name for name in columns if name not in lead.model.entries and name != VERDICT]
    return {
        "looked_at": targets,
        "changes": [search.shown(change) for change in changes],
        "questions": list(_questions(lead, asker, open_)),
    }


def _questions(lead: LeadConclusions, asker: Asker, targets: list[str]) -> Iterator[dict[str, Any]]:
    """Every open question, with the share of the answers tried that settle each target."""
    for question in asker.search(lead, targets):
        entry = lead.model.entries[question.name]
        yield {
            "field": question.name,
            "title": entry.title.get(lead.lang),
            "settles": {name: round(share, 4) for name, share in question.settles.items()},
            **({"with": list(question.others)} if question.others else {}),
        }


class _Search:
    """Tries other values on a lead's own values; afterwards they are as before."""

    def __init__(self, lead: LeadConclusions, decide_packs: set[str]) -> None:
        self.lead, self.plan, self.model = lead, lead.plan, lead.model
        self.left_out = self.behind(decide_packs)

    def behind(self, wanted: Iterable[str]) -> set[str]:
        """The fields that names depend on."""
        found: set[str] = set()
        wanted = sorted(wanted)
        for name in self.plan.stack.ordered(wanted):
            found.update(self.plan.stack.definitions[name].reads)
        return {name for name in {*found, *wanted} if name in self.model.fields}

    def fields(self, target: str) -> list[Field]:
        """The known fields behind a target that somebody can change, in the model's order."""
        behind = self.behind([target]) - self.left_out
        return [
            field
            for field in self.model.fields.values()
            if field.name in behind
            and not (field.fixed or field.pii or field.required)
            and field.type.kind in _KINDS
            and self.lead.env.get(field.name) is not None
        ]

    def outcome(self, target: str, values: World) -> Any:
        """What a target comes to with other values."""
        env = self.lead.env
        before = {name: env.get(name) for name in (*values, target)}
        env.update(values)
        self.plan.solver([target], tables=False)(env)
        result = env[target]
        env.update(before)
        return result

    # ── nearest changes ──

    def nearest(self, target: str) -> list[Change]:
        """The smallest changes first; one for each field and outcome."""
        old = self.lead.value(target)
        fields = self.fields(target)
        found = [change for field in fields for change in self.of_field(target, old, field)]
        if not found:
            found = list(self.of_pairs(target, old, fields))
        found.sort(key=lambda change: (change.size, change.values, str(change.new)))
        return found[:MOST]

    def of_field(self, target: str, old: Any, field: Field) -> Iterator[Change]:
        now = self.lead.env[field.name]
        told: set[Any] = set()
        closer = {1: now, -1: now}
        for value in self.tried(field):
            side = 1 if not _ordered(field) or value > now else -1
            new = self.outcome(target, {field.name: value})
            if self.counts(target, old, new) and new not in told:
                told.add(new)
                nearest = value
                if _ordered(field):
                    nearest = self.between(target, field, closer[side], value, new)
                yield Change(target, old, new, ((field.name, nearest),), _size(now, nearest))
            closer[side] = value

    def of_pairs(self, target: str, old: Any, fields: Sequence[Field]) -> Iterator[Change]:
        """Two fields at once, from a few values each."""
        told: set[tuple[str, str, Any]] = set()
        for one, other in combinations(fields[:MOST_PAIRED], 2):
            tried = (
                (a, b)
                for a in self.tried(one)[:MOST_VALUES]
                for b in self.tried(other)[:MOST_VALUES]
            )
            for a, b in tried:
                new = self.outcome(target, {one.name: a, other.name: b})
                key = (one.name, other.name, new)
                if self.counts(target, old, new) and key not in told:
                    told.add(key)
                    size = _size(self.lead.env[one.name], a) + _size(self.lead.env[other.name], b)
                    yield Change(target, old, new, ((one.name, a), (other.name, b)), size)

    def counts(self, target: str, old: Any, new: Any) -> bool:
        """Whether an outcome is another one that is known; of the verdict, a better one."""
        if not isinstance(new, str) or new == old:
            return False
        return target != VERDICT or VERDICTS.index(new) < VERDICTS.index(old)

    def tried(self, field: Field) -> list[Any]:
        """Other values, the nearest first."""
        now = self.lead.env[field.name]
        values = telling_answers(field.name, field.type, self.plan.edges, self.lead.today)
        if field.type.kind is Kind.NUMBER:
            low, high = field.type.low, field.type.high
            more = [_snapped(now * times, field) for times in TIMES]
            values = [
                value
                for value in {*values, *more}
                if (low is None or value >= low) and (high is None or value <= high)
            ]
        if field.type.kind is Kind.CHOICES:
            values = [tuple(w for w in now if w != word) for word in now] + [
                tuple(w for w in field.type.values if w in now or w == word)
                for word in field.type.values
                if word not in now
            ]
        others = [value for value in values if value != now]
        if _ordered(field):
            return sorted(others, key=lambda value: (abs(value - now), value))
        return others

    def between(self, target: str, field: Field, near: Any, far: Any, new: Any) -> Any:
        """The value nearest to `near` at which the target still comes to `new`."""
        step = 1 if field.type.kind is Kind.DATE else _STEPS[field.type.form]
        for _ in range(60):
            if abs(far - near) <= step * 1.000001:
                break
            middle = near + (far - near) / 2
            middle = round(middle) if field.type.kind is Kind.DATE else _snapped(middle, field)
            if middle in (near, far):
                break
            if self.outcome(target, {field.name: middle}) == new:
                far = middle
            else:
                near = middle
        return far

    # ── showing ──

    def shown(self, change: Change) -> dict[str, Any]:
        """A change as plain data."""
        return {
            "target": change.target,
            "from": None if change.old is NONE else change.old,
            "to": change.new,
            "set": [
                {
                    "field": name,
                    "title": self.model.fields[name].title.get(self.lead.lang),
                    "from": wording.plain(self.lead.env[name], self.model.fields[name].type),
                    "to": wording.plain(value, self.model.fields[name].type),
                }
                for name, value in change.values
            ],
        }


def _ordered(field: Field) -> bool:
    return field.type.kind in (Kind.NUMBER, Kind.DATE)


def _snapped(value: float, field: Field) -> float:
    """A value as people would state it."""
    step = _STEPS[field.type.form]
    return round(round(value / step) * step, 9)


def _size(old: Any, new: Any) -> float:
    """How far a change is: a number's part of the larger, a date's part of a year, else one."""
    if isinstance(old, bool) or not isinstance(old, int | float):
        return 1.0
    if isinstance(old, int) and isinstance(new, int):
        return abs(new - old) / 365
    return float(abs(new - old) / max(abs(new), abs(old), 1e-9))
