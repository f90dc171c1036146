"""What was found, and how it is told: `RESULTS.md`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Spread

HOW_TO_READ = """\
Each figure is the median of its rounds, with the lowest and the highest round. Contestants take
turns within a round, and ratios are worked out round by round; below 1.5 a ratio says little, for
machines differ by that much from one minute to the next. *Distance* is how far groupbuy is from
what nothing could be faster than: 1.0 × is there. How to run this, and what stands behind each
line: [README.md](README.md)."""


class CantRunError(Exception):
    """A benchmark that this machine lacks something for; it is told in its place."""


@dataclass(frozen=True)
class Target:
    """What is to be reached: at least, or at most, so much."""

    limit: float
    at_least: bool = False

    def reached(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.limit if self.at_least else value <= self.limit

    def shown(self, unit: str) -> str:
        """As it stands in the table."""
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)} {unit}"


@dataclass(frozen=True)
class Finding:
    """One measured thing, with its target where there is one."""

    what: str
    value: Spread | None
    unit: str = "×"
    target: Target | None = None
    distance: str = ""
    """How far from the limit, and what the limit is."""
    remark: str = ""
    """Why there is no value, or what it must be read with."""
    failed: bool = False
    """There is no value because groupbuy failed, not because this machine lacks something."""

    @property
    def verdict(self) -> str:
        """Reached, missed, or neither."""
        if self.value is None:
            return "**missed**" if self.failed else "not run"
        if self.target is None:
            return ""
        return "reached" if self.target.reached(self.value.median) else "**missed**"


@dataclass(frozen=True)
class Table:
    """Numbers behind the findings."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """What one benchmark found."""

    title: str
    findings: Sequence[Finding] = ()
    tables: Sequence[Table] = ()
    text: str = ""


@dataclass(frozen=True)
class Report:
    """All of it, with the machine it was found on."""

    machine: Sequence[tuple[str, str]]
    sections: Sequence[Section] = field(default_factory=list)
    quick: bool = False


def number(value: float) -> str:
    """A number with the digits that mean something."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.3g}"


def spread(value: Spread | None, unit: str = "") -> str:
    """A median with its rounds."""
    if value is None:
        return "–"
    shown = f"{number(value.median)} {unit}".rstrip()
    if value.low == value.high:
        return shown
    return f"{shown} ({number(value.low)}–{number(value.high)})"


def markdown(report: Report) -> str:
    """`RESULTS.md`."""
    lines = ["# Results of the benchmarks", ""]
    if report.quick:
        lines += [
            "**A quick run**: small sizes, few rounds, on a machine that did other work as well. "
            "It shows that everything runs, not what is reached.",
            "",
        ]
    lines += [HOW_TO_READ, ""]
    lines += table(("machine", ""), report.machine)
    lines += ["## Targets", ""]
    lines += table(
        ("what", "found", "target", "", "distance to the limit"),
        [
            (f.what, _found(f), f.target.shown(f.unit) if f.target else "", f.verdict, f.distance)
            for section in report.sections
            for f in section.findings
            if f.target is not None or f.value is None
        ],
    )
    for section in report.sections:
        lines += [f"## {section.title}", ""]
        if section.text:
            lines += [section.text, ""]
        others = [f for f in section.findings if f.value and (f.target is None or f.remark)]
        if others:
            rows = [(f.what, _found(f), f.remark) for f in others]
            lines += table(("what", "found", "remark"), rows)
        for part in section.tables:
            lines += [f"{part.title}:", "", *table(part.head, part.rows)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _found(finding: Finding) -> str:
    if finding.value is None:
        return f"{'failed' if finding.failed else 'not run'}: {finding.remark}"
    return spread(finding.value, finding.unit)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of Markdown, and the empty line behind it."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [*lines, ""]
