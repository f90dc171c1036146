"""What an expression may name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from groupbuy.tree.nodes import Expr
from groupbuy.tree.types import TableType, Type


class Scope(Protocol):
    """The names in force where an expression stands. Names may be aliases in any language."""

    def value(self, name: str) -> Expr | None:
        """The value called `name`, or none where nothing is called so."""

    def table(self, name: str) -> tuple[str, TableType] | None:
        """The table called `name`: its proper name and its columns."""

    def column(self, table: str, name: str) -> tuple[str, Type] | None:
        """The column called `name` of a table (by its proper name), and its type."""

    def word(self, name: str, text: str) -> str | None:
        """The proper word for `text` (a title or an alias) among those of the choice `name`."""

    def names(self) -> Iterable[str]:
        """Every proper name, for "did you mean"."""
