"""What a finding is; `reason.kinds` lists all there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groupbuy.errors import Location
from groupbuy.reason.kinds import KINDS
from groupbuy.rules.entries import Key


@dataclass(frozen=True)
class Finding:
    """One finding, at a place of an entry or pack (`owner`), with a lead that proves it.

    `example` has the fields of that lead as one would write them; the engine was run on it.
    """

    code: str
    message: str
    at: Location
    hint: str
    length: int = 1
    example: Mapping[str, Any] | None = None
    owner: tuple[str, Key | None] | None = None

    @property
    def note(self) -> bool:
        """Whether it may well be meant."""
        return KINDS[self.code].note

    def __str__(self) -> str:
        """`file:line:col: code message`."""
        return f"{self.at}: {self.code} {self.message}"
