"""Coverage: what each rule did in the cases that were run.

A rule counts as covered when it fired with one lead and was silent with another: only then has it
been seen to tell them apart. What can't be silent (a play for every lead) is covered by firing.
Shipped rules that a folder takes as they are have cases of their own, and don't count for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from groupbuy.authoring.cases.bench import Bench
from groupbuy.authoring.cases.case import Outcome
from groupbuy.authoring.cases.ways import FIRES, SILENT, UNKNOWN
from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.words import say
from groupbuy.errors import Location
from groupbuy.render.inert import inert

STATES = (FIRES, SILENT, UNKNOWN)


@dataclass(frozen=True)
class Counted:
    """How often a rule fired, was silent, was unknown; once for each lead of each case."""

    path: str
    at: Location
    fires: int = 0
    silent: int = 0
    unknown: int = 0
    always: bool = False

    @property
    def covered(self) -> bool:
        """Whether it was seen to tell leads apart."""
        return bool(self.fires and (self.silent or self.always))


@dataclass(frozen=True)
class Coverage:
    """Every rule of the folders that cases were run on, in the order of their definition."""

    rules: tuple[Counted, ...]

    @property
    def covered(self) -> int:
        """How many are covered."""
        return sum(rule.covered for rule in self.rules)

    @property
    def percent(self) -> float:
        """How many of a hundred are covered; all of none."""
        return 100 * self.covered / len(self.rules) if self.rules else 100.0


def coverage(bench: Bench, outcomes: Iterable[Outcome]) -> Coverage:
    """What the rules did in `outcomes`, which were run by `bench` with their states kept."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for outcome in outcomes:
        folder = bench.folder(outcome.case)
        for states in outcome.states:
            for path, state in states.items():
                count = counts.setdefault((folder, path), dict.fromkeys(STATES, 0))
                count[state] += 1
    return Coverage(
        tuple(
            Counted(
                path, at, **counts.get((folder, path), {}), always=path in outline.unconditional
            )
            for folder, outline in bench.outlines().items()
            for path, at in outline.places.items()
            if path in outline.own
        )
    )


def coverage_text(found: Coverage, lang: str, cells: int, paint: Paint, *, every: bool) -> str:
    """The rules that no case shows both ways (or every rule), and how many are covered."""
    rows = [
        [rule.path, *(str(getattr(rule, state) or "–") for state in STATES), rule.at.short]
        for rule in found.rules
        if every or not rule.covered
    ]
    lines = []
    if rows:
        lines += [paint(say("coverage_all" if every else "coverage_gaps", lang), "heading")]
        heads = [say(name, lang) for name in ("rule", *STATES, "place")]
        lines += table(
            rows, heads, cells=cells, flexible=4, right=frozenset((1, 2, 3)), indent="  "
        )
        lines.append("")
    lines.append(
        say(
            "coverage",
            lang,
            covered=found.covered,
            rules=len(found.rules),
            percent=_percent(found.percent),
        )
    )
    return "\n".join(inert(line) for line in lines) + "\n"


def coverage_data(found: Coverage) -> dict[str, Any]:
    """Coverage as plain data."""
    return {
        "rules": len(found.rules),
        "covered": found.covered,
        "percent": float(_percent(found.percent)),
        "by_rule": [
            {
                "rule": rule.path,
                "at": rule.at.short,
                **{state: getattr(rule, state) for state in STATES},
                "covered": rule.covered,
            }
            for rule in found.rules
        ],
    }


def _percent(value: float) -> str:
    """To one digit, and never rounded up: 99.96 is not all."""
    return f"{int(value * 10) / 10:.1f}"
