"""What a document consists of, whatever it is written in: headings, paragraphs, lists, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Run:
    """Words in one style; `soft` is what is read second."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None
    soft: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading, `level` from 1."""

    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Runs


@dataclass(frozen=True)
class Bullet:
    """An item of a list, `number` where the list is numbered; `depth` from 0."""

    runs: Runs
    number: int | None = None
    depth: int = 0


@dataclass(frozen=True)
class Cell:
    """A cell of a table; a `head` says what stands beside or below it."""

    runs: Runs
    align: Align = "left"
    head: bool = False


@dataclass
class Table:
    """A table; a first row of heads is repeated on every page.

    `widths` are the columns' shares of the page; without them the widest texts get the room.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    widths: Sequence[float] = ()

    @property
    def headed(self) -> bool:
        """Whether the first row is a head."""
        return bool(self.rows) and all(cell.head for cell in self.rows[0])


@dataclass(frozen=True)
class Rule:
    """A line across."""


Block = Heading | Paragraph | Bullet | Table | Rule


def text_of(runs: Runs) -> str:
    """The words without their styles."""
    return "".join(run.text for run in runs)


def title_of(blocks: Sequence[Block]) -> str:
    """The first heading."""
    return next((text_of(each.runs) for each in blocks if isinstance(each, Heading)), "")
