"""Which names of a stack hold personal data: fields marked `pii`, and what passes them on.

A fact that is such a field, or the first, least or greatest of such a column, or one of them by
case, is that person's data under another name. What is worked out from it (how many there are,
whether it is known, points for it) is a conclusion, and shown.
"""

from __future__ import annotations

from groupbuy.model.model import LeadModel
from groupbuy.rules.stack import Stack
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Agg, Case, Col, Expr, Op, Periods, Ref

_PASSING_OPS = ("coalesce", "lower")
_PASSING_AGGREGATES = ("first", "last", "min", "max")


class Private:
    """Says of a name whether its value is personal data."""

    def __init__(self, stack: Stack, model: LeadModel) -> None:
        """Nothing is looked at before a name is asked for."""
        self.stack = stack
        self._found = {field.name: field.pii for field in model.fields.values()}
        for table in model.tables.values():
            for column in table.fields.values():
                self._found[f"{table.name}.{column.name}"] = column.pii

    def __contains__(self, name: str) -> bool:
        """Whether the value of a field, a definition or a column (`contacts.name`) is private."""
        found = self._found.get(name)
        if found is None:
            self._found[name] = False  # a name that waits for itself is no data
            definition = self.stack.lookup(name)
            found = self._found[name] = definition is not None and self._passes_on(definition)
        return found

    def _passes_on(self, definition: Definition) -> bool:
        expression = definition.expression
        return not isinstance(expression, Periods) and self._passes(expression)

    def _passes(self, tree: Expr) -> bool:
        if isinstance(tree, Ref):
            return tree.name in self
        if isinstance(tree, Col):
            return f"{tree.table}.{tree.name}" in self
        if isinstance(tree, Case):
            values = [value for _, value in tree.arms]
            return any(map(self._passes, [*values, tree.default]))
        if isinstance(tree, Op):
            return tree.op in _PASSING_OPS and any(map(self._passes, tree.args))
        if isinstance(tree, Agg) and tree.value is not None:
            return tree.op in _PASSING_AGGREGATES and self._passes(tree.value)
        return False
