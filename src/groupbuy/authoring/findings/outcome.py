"""What a check has to say of one place in one stack of packs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from groupbuy.authoring.findings.examples import Examples
from groupbuy.authoring.findings.finding import Finding
from groupbuy.authoring.findings.view import View
from groupbuy.errors import Location
from groupbuy.reason.solve import Solver
from groupbuy.rules.entries import Key
from groupbuy.sections.base import Lowered
from groupbuy.source.nodes import Node, Scalar

Record = dict[str, Any]
SHORTENED = 60


@dataclass(frozen=True)
class Outcome:
    """A finding at a place, or (`finding` is none) the word that there is none.

    What is `proved` has to hold in every stack in which the place stands; of what an example
    shows, one is enough. `example` is worked out when the finding is told.
    """

    code: str
    place: tuple[str, int | None, int | None, str]
    finding: Finding | None = None
    proved: bool = True
    example: Callable[[], Record | None] | None = None


@dataclass
class Case:
    """One entry in one stack: what the checks look at."""

    key: Key
    lowered: Lowered
    view: View
    solver: Solver
    examples: Examples
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.key[1]

    def impossible(self, *formulas: Any) -> bool:
        """Whether no lead of this stack can meet all `formulas`."""
        return self.solver.impossible(*self.view.assumed, *formulas)

    def say(
        self,
        code: str,
        at: Location,
        message: str | None,
        hint: str = "",
        *,
        length: int = 1,
        detail: str = "",
        proved: bool = True,
        record: Record | None = None,
        example: Callable[[], Record | None] | None = None,
    ) -> None:
        """Note what was found at a place; without a message, that nothing was."""
        place = (at.file, at.line, at.column, detail)
        finding = None
        if message is not None:
            owner = (self.lowered.entry.owner, self.key)
            finding = Finding(code, message, at, hint, length, record, owner)
        self.outcomes.append(Outcome(code, place, finding, proved, example))


def length_of(node: Node) -> int:
    """How many characters of a line a value takes."""
    return len(node.text.split("\n", 1)[0]) if isinstance(node, Scalar) else 1


def short(text: str) -> str:
    """A condition in a message."""
    return text if len(text) <= SHORTENED else f"{text[:SHORTENED]}…"
