"""`facts:` — what follows from the file: values, values per row, and tables of periods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from groupbuy.errors import GroupbuyError, Problem, did_you_mean
from groupbuy.sections.base import (
    COMMON,
    EXPRESSION,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    items,
    required,
    texts,
    word,
)
from groupbuy.sections.forms.form import Form
from groupbuy.sections.forms.lower import lower_form
from groupbuy.sections.schema import FORMS
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Expr, Lit, Over, Periods, Ref, walk
from groupbuy.tree.types import DATE, TABLE, Kind, TableType, Type, choice

PER = ("month", "quarter", "year")
MOST_PERIODS = 60

SCHEMA: JsonSchema = {
    "anyOf": [
        EXPRESSION,
        {
            "type": "object",
            "properties": {
                **COMMON,
                **FORMS,
                "if": EXPRESSION,
                "per": {"enum": list(PER)},
                "last": {"type": "integer", "minimum": 1, "maximum": MOST_PERIODS},
                "columns": {"type": "object", "additionalProperties": EXPRESSION},
            },
            "additionalProperties": False,
        },
    ]
}


class Facts:
    """Named values. `table.column` is a value for each row; `per:` makes a table of periods."""

    name = "facts"
    schema = SCHEMA
    shared = True

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """One name: a value, a table, or a column with the table's name before the dot."""
        if entry.get("per") is not None:
            return {entry.id: TABLE}
        return {entry.id: self.tree(entry, ctx).tree.type}

    def table_type(self, entry: Entry, ctx: Context) -> TableType | None:
        """The columns of a table of periods; none for any other fact."""
        if entry.get("per") is None:
            return None
        periods = self.periods(entry, ctx)
        return TableType(tuple((name, column.type) for name, column in periods.columns))

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """One definition."""
        said = texts(entry, ctx, rows=_row_table(entry, ctx))
        if entry.get("per") is not None:
            made = Definition(entry.id, self.periods(entry, ctx), entry.at, entry.owner)
            return Lowered(entry, (made,), **said)
        form = self.tree(entry, ctx)
        table = _row_table(entry, ctx)
        definition = entry.define(entry.id, form.tree, table=table)
        return Lowered(entry, (definition,), form, **said)

    def tree(self, entry: Entry, ctx: Context) -> Form:
        """The value as a tree."""
        rows = _row_table(entry, ctx)

        def leaf(key: str, node: Node) -> Expr:
            if isinstance(node, Mapping):
                value = node.get("value")
                if value is None:
                    if not key:
                        raise GroupbuyError(
                            Problem("missing-key", "a case needs `value:`", node.at)
                        )
                    return Lit(key, choice((key,)))
                return ctx.parse(value, rows)
            return ctx.parse(node, rows)

        fields = entry.fields
        within = ctx if rows is None else RowContext(ctx, rows)
        form = lower_form(fields, leaf, within, f"fact {entry.id}", entry.at)
        if form is None:
            raise GroupbuyError(
                Problem(
                    "missing-key",
                    f"fact {entry.id} has no value",
                    entry.at,
                    "write an expression: value: budget / headcount",
                )
            )
        form = applied(form, fields, ctx, rows)
        if rows is not None and any(isinstance(node, Over) for node in walk(form.tree)):
            raise GroupbuyError(
                Problem(
                    "rank-of-rows",
                    f"fact {entry.id} is for each row of a table; ranks and shares are over leads",
                    entry.at,
                    "rank leads by an aggregate of the rows: sum(…)",
                )
            )
        return form

    def periods(self, entry: Entry, ctx: Context) -> Periods:
        """The table of periods that the entry describes."""
        fields, what = entry.fields, f"fact {entry.id}"
        node = required(fields, "table", entry.at, f"{what} with `per:`")
        name = node.text if isinstance(node, Scalar) else ""
        table = ctx.table(name)
        if table is None:
            raise GroupbuyError(Problem("unknown-name", f'no table is called "{name}"', node.at))
        date = table[1].order
        kind = table[1].column(date) if date else None
        if date is None or kind is None or kind.kind is not Kind.DATE:
            raise GroupbuyError(
                Problem(
                    "wrong-value",
                    f"{name} has no date that orders it, so it has no periods",
                    node.at,
                    "give the table `order: date` in the lead model",
                )
            )
        last = required(fields, "last", entry.at, f"{what} with `per:`")
        count = last.value if isinstance(last, Scalar) else None
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_PERIODS:
            raise GroupbuyError(
                Problem("wrong-value", f"last: is a whole number up to {MOST_PERIODS}", last.at)
            )
        per = word(required(fields, "per", entry.at, what), "per:", PER)
        columns = tuple(
            (key, self.column(column, table[0], ctx))
            for key, column, _ in items(required(fields, "columns", entry.at, what), "columns:")
        )
        today = Ref("today", DATE)
        return Periods(table[0], date, per, count, columns, today)  # type: ignore[arg-type]

    def column(self, node: Node, table: str, ctx: Context) -> Expr:
        """One column: an aggregate over the rows of a period."""
        return ctx.parse(node)

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all facts."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The value; for a fact per row, one value a row. Tables of periods are not shown."""
        definition = lowered.definitions[0]
        if isinstance(definition.expression, Periods):
            return None
        if definition.table is not None:
            name, rows = definition.name, lead.rows(definition.name)
            values = None if rows is None else [lead.told(name, v, definition.type) for v in rows]
            return {"value": values, "status": "unknown" if rows is None else "known"}
        return presented_value(definition.name, definition.type, lead)


class RowContext:
    """A context in which every expression and text is about one row of a table."""

    def __init__(self, ctx: Context, table: str) -> None:
        """`table` is the proper name of a table."""
        self.ctx, self.rows = ctx, table
        self.table, self.value, self.word = ctx.table, ctx.value, ctx.word
        self.constant, self.field, self.fields = ctx.constant, ctx.field, ctx.fields
        self.may_not_apply = ctx.may_not_apply

    def parse(self, node: Node, rows: str | None = None) -> Expr:
        """The tree of an expression. Raises `GroupbuyError`."""
        return self.ctx.parse(node, rows or self.rows)

    def condition(self, node: Node, rows: str | None = None) -> Expr:
        """The tree of a condition. Raises `GroupbuyError`."""
        return self.ctx.condition(node, rows or self.rows)

    def text(self, node: Node, rows: str | None = None) -> Template:
        """A text that may quote facts. Raises `GroupbuyError`."""
        return self.ctx.text(node, rows or self.rows)


def presented_value(name: str, type: Type, lead: Conclusions) -> dict[str, Any]:
    """A value with its status, and what is missing where it is unknown."""
    value = lead.value(name)
    if value is None:
        return {"value": None, "status": "unknown", "missing": lead.missing(name)}
    if value is NONE:
        return {"value": None, "status": "none"}
    return {"value": lead.told(name, value, type), "status": "known"}


def applied(form: Form, fields: Mapping, ctx: Context, rows: str | None = None) -> Form:
    """The form under the entry's `if:`; where that is false the value does not apply."""
    node = fields.get("if")
    if node is None:
        return form
    test = ctx.condition(node, rows)
    tree = build.case([(test, form.tree)], build.none(form.tree.type))
    return Form(tree, form.arms, form.rising, form.rank)


def _row_table(entry: Entry, ctx: Context) -> str | None:
    """The table that `table.column` is a column of."""
    name, dot, _ = entry.id.partition(".")
    if not dot:
        return None
    table = ctx.table(name)
    if table is None:
        raise GroupbuyError(
            Problem(
                "unknown-name",
                f'{entry.id}: no table is called "{name}"',
                entry.at,
                did_you_mean(name, getattr(ctx, "names", tuple)()),
            )
        )
    return table[0]


__all__ = ["Facts", "applied", "presented_value"]
