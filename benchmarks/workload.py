"""What every contestant works on: rules described as data, leads from a fixed seed.

Some 20 fields with 15 % blanks, score rules of one to three comparisons, a first-hit table of
eight rows, a matrix, tiers by rank. From one description come the rules for groupbuy (YAML text)
and those of each peer, so that all answer the same question:

* a rule counts where it *surely* holds: with a blank, nothing does, unless another comparison of
  an "or" decides;
* the class is the word of the first row that surely holds, the last row takes the rest;
* the answer is the sum of the points, the class, and the ids of the rules that gave points.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Value = float | bool | str | None
Lead = Mapping[str, Value]
Answer = tuple[float, str, list[str]]
"""Score, class, ids of the rules that fired, in the order of the rules."""

SEED = 20261122
BLANKS = 0.15
AS_OF = "2026-11-22"


@dataclass(frozen=True)
class Field:
    """A field of a lead: a number of some range, a word, or yes and no."""

    name: str
    kind: str
    low: float = 0
    high: float = 0
    words: tuple[str, ...] = ()

    def draw(self, random: random.Random) -> Value:
        """A value of a lead."""
        if random.random() < BLANKS:
            return None
        if self.kind == "flag":
            return random.random() < 0.5
        if self.kind == "choice":
            return random.choice(self.words)
        return float(random.randint(int(self.low), int(self.high)))


FIELDS = (
    Field("budget", "money", 1_000, 500_000),
    Field("spend_12m", "money", 0, 2_000_000),
    Field("profit_12m", "money", -50_000, 300_000),
    Field("headcount", "number", 5, 20_000),
    Field("recipients", "number", 5, 10_000),
    Field("years", "number", 0, 40),
    Field("credit_days", "number", 0, 180),
    Field("visits", "number", 0, 60),
    Field("complaints", "number", 0, 12),
    Field("novelty", "number", 1, 5),
    Field("service", "number", 1, 5),
    Field("price_focus", "number", 1, 5),
    Field("growth", "number", -30, 80),
    Field("kind", "choice", words=("office", "welfare", "gift")),
    Field("org", "choice", words=("government", "private", "state_owned", "school")),
    Field("stage", "choice", words=("identify", "know", "trust", "commit", "keep")),
    Field("region", "choice", words=("north", "east", "south", "west", "centre")),
    Field("dealer", "flag"),
    Field("decided", "flag"),
    Field("urgent", "flag"),
)
BY_NAME = {field.name: field for field in FIELDS}


@dataclass(frozen=True)
class Comparison:
    """`field op value`; of a flag, that it is true or false (`==`)."""

    field: str
    op: str
    value: float | bool | str | tuple[str, ...]

    @property
    def kind(self) -> str:
        """The kind of the field."""
        return BY_NAME[self.field].kind

    @property
    def needs_guard(self) -> bool:
        """Whether a blank would raise, or count as true, in Python's own comparison."""
        return self.op not in ("==", "in")


@dataclass(frozen=True)
class Condition:
    """Comparisons that must hold all, or of which one must."""

    every: bool
    parts: tuple[Comparison, ...]


@dataclass(frozen=True)
class Rule:
    """Points for a condition."""

    id: str
    condition: Condition
    points: int


@dataclass(frozen=True)
class Row:
    """A row of a first-hit table."""

    word: str
    condition: Condition


@dataclass(frozen=True)
class Workload:
    """Rules, as data."""

    rules: tuple[Rule, ...]
    rows: tuple[Row, ...]
    rest: str
    """The word of the last row, which has no condition."""

    @property
    def ids(self) -> list[str]:
        """The ids of the rules."""
        return [rule.id for rule in self.rules]

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of the rules, then those of the rows."""
        return (*(r.condition for r in self.rules), *(r.condition for r in self.rows))

    def score(self, held: list[bool]) -> Answer:
        """The answer for which conditions hold: for peers that say no more than that."""
        points, fired = 0.0, []
        for rule, holds in zip(self.rules, held, strict=False):
            if holds:
                points += rule.points
                fired.append(rule.id)
        count = len(self.rules)
        for number, row in enumerate(self.rows):
            if held[count + number]:
                return points, row.word, fired
        return points, self.rest, fired


def workload(rules: int = 50, seed: int = SEED) -> Workload:
    """Rules and a table from a seed; the first rules of a longer list are the same."""
    draw = random.Random(seed)
    table = tuple(Row(f"C{n}", _condition(draw, 2, every=True)) for n in range(1, 8))
    return Workload(
        tuple(
            Rule(
                f"r{number}",
                _condition(draw, draw.randint(1, 3)),
                draw.choice((-5, 2, 3, 4, 5, 6, 8, 10, 12, 15)),
            )
            for number in range(1, rules + 1)
        ),
        table,
        "C8",
    )


def _condition(draw: random.Random, parts: int, *, every: bool | None = None) -> Condition:
    """A condition; how comparisons are joined is drawn, too, where it is not said."""
    fields = draw.sample(FIELDS, parts)
    together = draw.random() < 0.7 if every is None else every
    return Condition(together, tuple(_comparison(draw, field) for field in fields))


def _comparison(draw: random.Random, field: Field) -> Comparison:
    if field.kind == "flag":
        return Comparison(field.name, "==", draw.random() < 0.7)
    if field.kind == "choice":
        op = draw.choice(("==", "!=", "in"))
        if op == "in":
            return Comparison(field.name, op, tuple(draw.sample(field.words, 2)))
        return Comparison(field.name, op, draw.choice(field.words))
    span = field.high - field.low
    edge = round(field.low + span * draw.uniform(0.2, 0.8))
    return Comparison(field.name, draw.choice((">=", ">", "<", "<=")), edge)


def leads(count: int, seed: int = SEED) -> Iterator[dict[str, Value]]:
    """Leads with an `id` and every field; a blank is `None`."""
    draw = random.Random(f"{seed} leads")
    for number in range(1, count + 1):
        lead: dict[str, Value] = {"id": f"L{number:07}"}
        for field in FIELDS:
            lead[field.name] = field.draw(draw)
        yield lead


# ── as a folder of rules ──


def expression(condition: Condition) -> str:
    """A condition in the language of rules."""
    between = " and " if condition.every else " or "
    return between.join(_term(part) for part in condition.parts)


def _term(part: Comparison) -> str:
    if part.kind == "flag":
        return part.field if part.value else f"not {part.field}"
    value = list(part.value) if isinstance(part.value, tuple) else part.value
    return f"{part.field} {part.op} {json.dumps(value)}"


def pack(work: Workload, *, tiers: bool = True) -> str:
    """The rules as one pack: a score, the class, a matrix and, of all leads together, tiers."""
    lines = ["groupbuy: 1", "pack: bench", "scores:", "  fit:", "    range: [-100000, 100000]"]
    lines.append("    rules:")
    for rule in work.rules:
        when = json.dumps(expression(rule.condition))
        lines.append(f"      {rule.id}: {{when: {when}, points: {rule.points}}}")
    lines += ["grades:", "  segment:", "    rows:"]
    for row in work.rows:
        lines.append(f"      {row.word}: {{when: {json.dumps(expression(row.condition))}}}")
    lines.append(f"      {work.rest}: {{}}")
    lines += [
        "  level: {of: spend_12m, bands: {high: {from: 1000000}, low: {}}}",
        "  steady: {rows: {steady: {when: visits >= 12}, loose: {}}}",
        "  matrix:",
        "    by: [level, steady]",
        "    cases: {high: {steady: EI, loose: EII}, low: {steady: EIII, loose: EIV}}",
    ]
    if tiers:
        lines += [
            "  tier:",
            "    rank: profit_12m",
            "    cuts: {super: {top: 1%}, large: {next: 4%}, medium: {next: 15%}, small: {}}",
        ]
    return "\n".join(lines) + "\n"


def model() -> str:
    """The lead model."""
    lines = ["groupbuy: 1", "fields:", "  id: {type: text, required: true}"]
    for field in FIELDS:
        words = f", of: [{', '.join(field.words)}]" if field.words else ""
        lines.append(f"  {field.name}: {{type: {field.kind}{words}}}")
    return "\n".join(lines) + "\n"


def write_rules(folder: Path, work: Workload, *, tiers: bool = True) -> Path:
    """Write a folder of rules, as a user has one."""
    folder.mkdir(parents=True, exist_ok=True)
    project = "groupbuy: 1\nmodel: lead.yaml\nlayers: [bench.yaml]\nrank_by: [fit]\n"
    project += "columns: [segment, matrix, fit]\n"
    (folder / "groupbuy.yaml").write_text(project, encoding="utf-8")
    (folder / "lead.yaml").write_text(model(), encoding="utf-8")
    (folder / "bench.yaml").write_text(pack(work, tiers=tiers), encoding="utf-8")
    return folder
