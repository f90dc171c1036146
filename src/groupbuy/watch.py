"""Long work that somebody may want to watch: its items pass through a function that sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Watch(Protocol):
    """Gives the items back one by one; `work` says what is done with them, in a word."""

    def __call__(self, items: Sequence[T], work: str, /) -> Iterable[T]:
        """The same items, in the same order."""


def unwatched(items: Sequence[T], work: str, /) -> Iterable[T]:
    """Nobody watches."""
    return items
