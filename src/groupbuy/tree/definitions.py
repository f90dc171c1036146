"""Named trees: what a plan is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from groupbuy.errors import Location
from groupbuy.tree.nodes import Expr, Periods, names
from groupbuy.tree.types import TABLE, Type


@dataclass(frozen=True)
class Definition:
    """A name, what it is, and who says so where.

    `expression` is a tree, or `Periods` for a table made from another. With `table`, the
    definition is made for each row of that table and its value is a list with one item a row.
    """

    name: str
    expression: Expr | Periods
    at: Location
    owner: str
    table: str | None = None

    @property
    def type(self) -> Type:
        """The type of the expression."""
        return TABLE if isinstance(self.expression, Periods) else self.expression.type

    @cached_property
    def reads(self) -> dict[str, None]:
        """The names that this depends on directly, in order of appearance."""
        expression = self.expression
        if isinstance(expression, Periods):
            trees = (expression.today, *dict(expression.columns).values())
            found = dict.fromkeys(name for tree in trees for name in names(tree))
            return {expression.table: None, **found}
        found = dict.fromkeys(names(expression))
        if self.table:
            found.setdefault(self.table)
        return found


Definitions = Mapping[str, Definition]
"""Definitions by name."""
