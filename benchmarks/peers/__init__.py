"""Other rule engines, each given the rules of the workload in its fastest honest form.

Every module has `PEERS`: what it is called, which distribution it is, and a function from the
workload to one that answers for a lead. An engine that says which conditions hold leaves the
adding up to `Workload.score`, which costs less than most engines' own sums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata

from benchmarks.workload import Answer, Lead, Workload

Evaluate = Callable[[Lead], Answer]
MODULES = ("jsonlogic", "zen", "cel", "clips", "expressions", "business", "durable")


@dataclass(frozen=True)
class Peer:
    """An engine, in one way of using it."""

    name: str
    distribution: str
    build: Callable[[Workload], Evaluate]

    @property
    def version(self) -> str | None:
        """The version that is installed, if it is."""
        try:
            return metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            return None


def peers() -> list[Peer]:
    """All peers that are called from Python, installed or not."""
    found: list[Peer] = []
    for name in MODULES:
        found += import_module(f"benchmarks.peers.{name}").PEERS
    return found
