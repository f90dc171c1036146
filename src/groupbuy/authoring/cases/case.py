"""What a case says: a lead or several, and what the rules must make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groupbuy.errors import Location
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Sequence

STATES = ("fires", "silent", "unknown")
"""What a rule can do with a lead: it holds and applies, it surely does not, nobody knows."""


@dataclass(frozen=True, eq=False)
class Check:
    """One expectation. `kind` is its key in the file (`fires`, `grades`, `because` …).

    `name` is the path, fact, score, grade or play that it is about, `expected` what must be the
    case (for a path of a rule: the path itself). `lead` is an id where the case has several leads.
    """

    kind: str
    name: str
    expected: Node
    at: Location
    lead: str | None = None


@dataclass(frozen=True, eq=False)
class RuleCase:
    """One case of a `*.test.yaml`.

    `leads` is one lead, a list of them, or the path of a lead file; `several` is whether
    expectations are told by lead. `rules` is the folder that the file names; `as_of` a day number.
    """

    name: str
    at: Location
    file: Path
    as_of: int
    leads: MappingNode | Sequence | Path
    checks: tuple[Check, ...]
    rules: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    lang: str = "en"
    source: str | None = None
    several: bool = False

    @property
    def error(self) -> Check | None:
        """The error that reading or running must end in, if one is expected."""
        return next((check for check in self.checks if check.kind == "error"), None)

    @property
    def id(self) -> str:
        """`file:line name`, which tells it from all others."""
        return f"{self.at.short} {self.name}"


@dataclass(frozen=True)
class Failure:
    """An expectation that was not met: what was expected, what came, and why it came."""

    check: Check
    expected: str
    came: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a case ended. `states` has for each lead what each rule did, by path."""

    case: RuleCase
    failures: tuple[Failure, ...] = ()
    states: tuple[Mapping[str, str], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures
