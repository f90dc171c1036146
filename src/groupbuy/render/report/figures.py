"""What the report's pictures show, as plain data: who makes them knows the rules, this does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


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
class Holder:
    """A lead of a list by what each holds; the value, its share, and that of all so far."""

    point: Point
    value: float
    share: float
    together: float


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
    holds: bool = False
    """Whether it is cut by what the first hold together."""
    first: Sequence[Holder] = ()
    """Those who hold the first part, where the ranking is cut there and nowhere else by what
    is held."""


@dataclass(frozen=True)
class Bar:
    """The leads that have a word, and what they come to together in each of some amounts."""

    label: str
    points: Sequence[Point]
    sums: Sequence[float | None] = ()

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.points)


@dataclass(frozen=True)
class Counts:
    """How the leads spread over the words of a grade. `sums` titles the bars' amounts."""

    name: str
    title: str
    bars: Sequence[Bar]
    sums: Sequence[str] = ()


@dataclass(frozen=True)
class Series:
    """How many leads have their day in each period."""

    title: str
    counts: Sequence[int]


@dataclass(frozen=True)
class Flow:
    """Events of leads by period, the latest last."""

    periods: Sequence[str]
    series: Sequence[Series]


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
    flow: Flow | None = None
    silent: Sequence[Silent] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    """Who looks after a lead, by its id."""
    rules: int = 0
    """How many rules there are, those that fired and those that did not."""
