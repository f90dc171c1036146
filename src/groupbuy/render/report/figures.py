"""What the report's pictures show, as plain data: who makes them knows the rules, this does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A lead in a picture."""

    id: str
    name: str


@dataclass(frozen=True)
class Square:
    """One field of a matrix: what it is called, and the leads in it, the first to call first."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True)
class Matrix:
    """Two gradings crossed. Rows from the top, columns from the left; a square may be empty."""

    name: str
    title: str
    row_title: str
    column_title: str
    rows: Sequence[str]
    columns: Sequence[str]
    squares: Sequence[Sequence[Square | None]]
    undecided: int = 0
    """How many leads could be in several squares."""


@dataclass(frozen=True)
class Step:
    """One step of a pyramid, the highest first: how many leads, and how much of the value."""

    label: str
    count: int
    value: float | None = None


@dataclass(frozen=True)
class Pyramid:
    """A ranking cut into steps. `value_title` is what was ranked, `kind` how it is written."""

    name: str
    title: str
    value_title: str
    kind: str
    steps: Sequence[Step]
    curve: Sequence[float] = ()
    """The positive values, the largest first: how concentrated they are shows the curve."""


@dataclass(frozen=True)
class Bar:
    """How many leads have a word."""

    label: str
    count: int


@dataclass(frozen=True)
class Counts:
    """How the leads spread over the words of a grade."""

    name: str
    title: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Silent:
    """A rule that fired for no lead, and where it stands."""

    path: str
    title: str
    at: str


@dataclass(frozen=True)
class Figures:
    """Everything that the report shows beside the leads themselves."""

    matrices: Sequence[Matrix] = ()
    pyramids: Sequence[Pyramid] = ()
    counts: Sequence[Counts] = ()
    silent: Sequence[Silent] = ()
    rules: int = 0
    """How many rules there are, those that fired and those that did not."""
