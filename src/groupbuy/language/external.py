"""Calls of functions that plugins bring: `history.churn_risk()`, `history.churn_risk(slack=2)`.

An input that is not given is read from the lead by its own name; a parameter that is not given
has its default. A body written as an expression is put in the call's place, so that it runs
wherever expressions do; a body written in Python becomes a `Call`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from groupbuy.errors import GroupbuyError, did_you_mean
from groupbuy.language.functions import Lowering
from groupbuy.language.scope import External, NoPlugins
from groupbuy.tree import build
from groupbuy.tree.nodes import Agg, Call, Col, Expr, Lit, Ref, Routine, rewrite
from groupbuy.tree.types import DATE, TABLE, Kind, TableType, Type

TODAY = "today"


def call_external(parser: Lowering, node: ast.Call, external: External) -> Expr:
    """The tree of a call. Raises `GroupbuyError` with the place of what does not fit."""
    written = _Written(parser, node, external)
    given = written.given()
    args = [
        written.table(name, type, given.get(name))
        if isinstance(type, TableType)
        else written.value(name, type, given.get(name))
        for name, type in external.inputs.items()
    ]
    args += [
        written.parameter(name, default, given[name]) if name in given else default
        for name, default in external.params.items()
    ]
    if isinstance(external.body, Routine):
        return Call(external.body, tuple(args), external.type)
    return _inlined(
        external.body, dict(zip((*external.inputs, *external.params), args, strict=True))
    )


class _Written:
    """A call as it is written, and the function that it calls."""

    def __init__(self, parser: Lowering, node: ast.Call, external: External) -> None:
        self.parser, self.node, self.external = parser, node, external
        self.usage = f"called as {external.signature}"

    def given(self) -> dict[str, ast.expr]:
        """What stands in the call, by the name of the input or parameter."""
        name, inputs = self.external.name, self.external.inputs
        known = [*inputs, *self.external.params]
        if len(self.node.args) > len(inputs):
            takes = "no value without a name" if not inputs else f"{len(inputs)} without a name"
            raise self.wrong("wrong-arguments", f"{name} takes {takes}", self.node)
        given: dict[str, ast.expr] = dict(zip(inputs, self.node.args, strict=False))
        for keyword in self.node.keywords:
            word = keyword.arg or "**"
            if word not in known:
                hint = did_you_mean(word, known)
                raise self.wrong("wrong-arguments", f'{name} has no "{word}="', keyword, hint)
            if word in given:
                raise self.wrong("wrong-arguments", f'"{word}" is given twice', keyword)
            given[word] = keyword.value
        return given

    def wrong(
        self, code: str, message: str, node: ast.AST | None, hint: str | None = None
    ) -> GroupbuyError:
        """A problem of the call, or of one value in it."""
        return self.parser.problem(code, message, node or self.node, hint or self.usage)

    def table(self, name: str, type: TableType, node: ast.expr | None) -> Expr:
        """The table behind an input, which must have the columns that are read."""
        scope, external = self.parser.scope, self.external
        written = name if node is None else self.parser.raw(node)
        found = scope.table(written)
        if found is None:
            message = f"{external.name} reads the table {name}, and no table is called so"
            if node is not None:
                message = f"{external.name} takes a table as {name}; {written} is none"
            hint = did_you_mean(written, scope.names())
            raise self.wrong("plugin-input", message, node, hint)
        proper, there = found
        for column, wanted in type.columns:
            real = there.column(column)
            if real is None or not _fits(real, wanted):
                what = "has no such column" if real is None else f"has {build.describe(real)} there"
                raise self.wrong(
                    "plugin-input",
                    f"{external.name} reads {proper}.{column}, {build.describe(wanted)}; "
                    f"{proper} {what}",
                    node,
                    f"add the column to the lead model, or name another table: {name}=…",
                )
        return Ref(proper, TABLE)

    def value(self, name: str, type: Type, node: ast.expr | None) -> Expr:
        """The value behind an input: what is given, else what has its name."""
        if node is not None:
            return self.fitting(name, type, self.parser.lower(node), node)
        if name == TODAY:
            return Ref(TODAY, DATE)
        scope, external = self.parser.scope, self.external
        found = scope.value(name)
        if found is None:
            raise self.wrong(
                "plugin-input",
                f"{external.name} reads {name}, and nothing is called so",
                node,
                did_you_mean(name, scope.names()) or f"say what it is: {name}=…",
            )
        return self.fitting(name, type, found, node)

    def parameter(self, name: str, default: Lit, node: ast.expr) -> Expr:
        """The value of a parameter; a number that stands there lies in the declared range."""
        tree = self.fitting(name, default.type, self.parser.lower(node), node)
        low, high = default.type.low, default.type.high
        value = tree.value if isinstance(tree, Lit) else None
        below = isinstance(value, float) and low is not None and value < low
        above = isinstance(value, float) and high is not None and value > high
        if below or above:
            limit = f"at least {low:g}" if below else f"at most {high:g}"
            raise self.wrong("wrong-arguments", f"{name} is {limit}", node)
        return tree

    def fitting(self, name: str, type: Type, tree: Expr, node: ast.expr | None) -> Expr:
        """The value, which must be of the declared kind, and a word one of the declared."""
        if type.kind is Kind.CHOICE:
            tree = self.word(name, type, tree, node)
        if not _fits(tree.type, type):
            raise self.wrong(
                "type-mismatch",
                f"{self.external.name} takes {build.describe(type)} as {name}; this is "
                f"{build.describe(tree.type)}",
                node,
            )
        return tree

    def word(self, name: str, type: Type, tree: Expr, node: ast.expr | None) -> Expr:
        """A word that stands in the call as a constant; a choice may have no other words."""
        constant = isinstance(tree, Lit) and tree.type.kind is Kind.TEXT
        words = (str(tree.value),) if isinstance(tree, Lit) and constant else tree.type.values
        strange = [each for each in words if type.values and each not in type.values]
        if strange:
            hint = did_you_mean(strange[0], type.values)
            takes = f"{name} is one of: {', '.join(type.values)}"
            message = f'{takes}; "{strange[0]}" is none of them'
            raise self.wrong("wrong-arguments", message, node, hint)
        return Lit(tree.value, type) if isinstance(tree, Lit) and constant else tree


def _fits(given: Type, wanted: Type) -> bool:
    """Whether a value can be handed over: of the same kind; a word is a text too."""
    if wanted.kind is Kind.TEXT:
        return given.kind in (Kind.TEXT, Kind.CHOICE)
    return given.kind is wanted.kind


# ── bodies that are expressions ──


@dataclass(frozen=True)
class BodyScope(NoPlugins):
    """The names that a body may use: its own inputs and parameters, and no plugin."""

    inputs: Mapping[str, Type | TableType]
    params: Mapping[str, Lit]

    def value(self, name: str) -> Expr | None:
        """An input or parameter that is a plain value."""
        if name in self.params:
            # Rules may put a computed number in its place.
            return Ref(name, replace(self.params[name].type, exact=False))
        type = self.inputs.get(name)
        return None if type is None or isinstance(type, TableType) else Ref(name, type)

    def table(self, name: str) -> tuple[str, TableType] | None:
        """An input that is a table."""
        type = self.inputs.get(name)
        return (name, type) if isinstance(type, TableType) else None

    def column(self, table: str, name: str) -> tuple[str, Type] | None:
        """A declared column."""
        found = self.table(table)
        type = None if found is None else found[1].column(name)
        return None if type is None else (name, type)

    def word(self, name: str, text: str) -> str | None:
        """A body calls words by their proper names."""
        return None

    def names(self) -> Iterable[str]:
        """Inputs and parameters."""
        return (*self.inputs, *self.params)


def _inlined(body: Expr, given: Mapping[str, Expr]) -> Expr:
    """The body with the arguments put in for its names."""
    tables = {
        name: arg.name
        for name, arg in given.items()
        if isinstance(arg, Ref) and arg.type.kind is Kind.TABLE
    }

    def change(node: Expr) -> Expr:
        if isinstance(node, Agg):
            table = tables.get(node.table, node.table)
            return Agg(node.op, table, node.value, node.where, node.type)
        if isinstance(node, Col):
            return Col(tables.get(node.table, node.table), node.name, node.type)
        if isinstance(node, Ref):
            return given.get(node.name, node)
        return node

    return rewrite(body, change, {})
