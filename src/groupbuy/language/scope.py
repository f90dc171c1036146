"""What an expression may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from groupbuy.tree.nodes import Expr, Lit, Routine
from groupbuy.tree.types import TableType, Type


@dataclass(frozen=True)
class External:
    """A function under its full name (`history.churn_risk`): what it takes, gives and does.

    An input is a plain value, or a table of which it reads some columns. A parameter is a value
    that rules may set, with its default. The body is a tree over the inputs and parameters by
    name, or a routine that gets them in this order.
    """

    name: str
    inputs: Mapping[str, Type | TableType]
    params: Mapping[str, Lit]
    type: Type
    body: Expr | Routine
    meaning: str = ""

    @property
    def signature(self) -> str:
        """How it is called, with every input and parameter by name."""
        given = [f"{name}={name}" for name in self.inputs]
        given += [f"{name}={_shown(value)}" for name, value in self.params.items()]
        return f"{self.name}({', '.join(given)})"


def _shown(value: Lit) -> str:
    return f"{value.value:g}" if isinstance(value.value, float) else repr(value.value)


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

    def function(self, name: str) -> External | None:
        """The plugin's function with this full name (`history.churn_risk`)."""

    def no_function(self, name: str) -> str | None:
        """Why there is no such function, and what would bring it; none where nothing is known."""


class NoPlugins:
    """For scopes in which no plugin's function can be called."""

    def function(self, name: str) -> External | None:
        """There is none."""
        return None

    def no_function(self, name: str) -> str | None:
        """Nothing to add."""
        return None
