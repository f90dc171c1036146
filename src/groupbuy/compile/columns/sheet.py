"""A frame under construction: columns, each in the first stage in which all it reads is there.

A stage is one `with_columns`. Aggregates over tables stand between stages: the rows of a table
get what they read of the lead, are grouped once, and are joined to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from groupbuy.compile.columns import spark_sql
from groupbuy.compile.columns.pieces import Held, Piece, col

Frame = Any
"""A lazy frame, or an eager one where the engine has no other (PyArrow)."""


class Sheet:
    """Columns by stage. Names begin with `prefix`, which no field of a lead does.

    Only what a later stage reads is carried on: every engine plans narrow frames faster, and some
    need time in the square of their columns.
    """

    keys: tuple[str, ...] = ()
    """The columns that tell rows apart, which every stage keeps."""

    def __init__(self, prefix: str) -> None:
        """An empty sheet."""
        self.prefix = prefix
        self.count = 0
        self.stages: list[dict[str, Piece]] = []

    def keep(self, piece: Piece) -> Piece:
        """The piece as a column of its own, unless it is one or a constant."""
        if piece.size == 0:
            return piece
        self.count += 1
        name = f"{self.prefix}{self.count}"
        while len(self.stages) <= piece.level:
            self.stages.append({})
        self.stages[piece.level][name] = piece
        return col(name, piece.level + 1)

    def kept(self, held: Held) -> Held:
        """A value in columns of its own."""
        none = None if held.none is None else self.keep(held.none)
        return Held(self.keep(held.value), none, held.unknown, held.magnitude)

    # ── running ──

    @property
    def depth(self) -> int:
        """How many stages there are."""
        return len(self.stages)

    def made(self, number: int) -> set[str]:
        """The columns that a stage adds besides its expressions."""
        return set()

    def needed(self, number: int) -> set[str]:
        """The columns that a stage reads besides those of its expressions, before it."""
        return set()

    def linked(self, number: int) -> set[str]:
        """The columns that a stage reads after its expressions are worked out."""
        return set()

    def run(self, frame: Frame, outputs: Iterable[str]) -> Frame:
        """All stages; the frame then has the keys and `outputs`."""
        live = [{*outputs, *self.keys}]
        for number in reversed(range(self.depth)):
            after = live[0] | self.linked(number)
            pieces = self.pieces(number)
            wanted = [piece for name, piece in pieces.items() if name in after]
            before = after - pieces.keys() - self.made(number)
            before |= {name for piece in wanted for name in piece.reads}
            live.insert(0, before | self.needed(number) | set(self.keys))
        for number in range(self.depth):
            frame = self.stage(frame, number, live[number + 1])
        return frame.select(*sorted(live[-1]))

    def pieces(self, number: int) -> dict[str, Piece]:
        """The expressions of one stage."""
        return self.stages[number] if number < len(self.stages) else {}

    def stage(self, frame: Frame, number: int, live: set[str]) -> Frame:
        """The frame after one stage, with the columns that are `live` from there on."""
        after = live | self.linked(number)
        wanted = {n: piece.expr for n, piece in self.pieces(number).items() if n in after}
        if not wanted:
            return frame
        carried = after - wanted.keys() - self.made(number)
        return spark_sql.select(frame, sorted(carried), wanted)


def columns_of(held: Held) -> list[str]:
    """The names of the columns that hold a kept value."""
    return [part.name for part in held.parts if part.name is not None]
