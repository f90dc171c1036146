"""Something that a plugin offers under a name, before anything of it is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind = Literal["plugin", "command", "reader", "renderer"]


@dataclass(frozen=True)
class Found:
    """Something that a distribution (or a file in the plugins folder) offers under a name."""

    kind: Kind
    name: str
    distribution: str
    version: str
    target: EntryPoint | Path
    requires: tuple[str, ...] = ()
    summary: str = ""

    def __str__(self) -> str:
        """Who it is, in messages: plugin, distribution and version."""
        origin = f"{self.distribution} {self.version}".strip()
        what = "plugin" if self.kind == "plugin" else self.kind
        return f"{what} {self.name} ({origin})"
