"""`lead:` in a play — a lead that follows from this one: a customer's supplier, a new branch.

Each key is a field of the lead model. Its value is an expression, a word of the field's choice, or
a list of such words; an empty list says that a table is known to be empty. The new lead's id is the
play's key, so that it is the same lead in every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.sections.base import EXPRESSION, Conclusions, Context, Entry, JsonSchema, items
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Col, Expr, Lit, Ref, walk
from groupbuy.tree.types import Kind, Type, choice, choices

ID = "id"
SCHEMA: JsonSchema = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [EXPRESSION, {"type": "array", "items": {"type": "string"}}],
    },
    "minProperties": 1,
}


@dataclass(frozen=True)
class NewLead:
    """Which definition gives which field of the new lead, and the tables known to be empty."""

    fields: tuple[tuple[str, str, Type], ...]
    empty: tuple[str, ...] = ()

    def values(self, lead: Conclusions, row: tuple[str, int] | None) -> dict[str, Any]:
        """The new lead's fields; what nobody knows is left blank."""
        found: dict[str, Any] = {}
        for field, name, type in self.fields:
            if row is None:
                value = lead.value(name)
            else:
                rows = lead.rows(name)
                value = None if rows is None else rows[row[1]]
            shown = lead.shown(value, type)
            if shown is not None and not lead.hides(name):
                found[field] = shown
        return {**found, **{table: [] for table in self.empty}}


def read_new_lead(
    node: Node, entry: Entry, ctx: Context, table: str | None
) -> tuple[NewLead, list[Definition]]:
    """What `lead:` says, and a definition for each field. Raises `GroupbuyError` with all."""
    problems = Problems()
    fields: list[tuple[str, str, Type]] = []
    empty: list[str] = []
    definitions: list[Definition] = []
    for key, value, at in items(node, "lead:"):
        with problems.collecting():
            proper = _field(key, at, ctx)
            nothing = isinstance(value, Sequence) and not value.items
            if nothing and ctx.table(proper) is not None:
                empty.append(proper)
                continue
            tree = _value(proper, value, ctx, table)
            name = f"lead:{entry.id}/{proper}"
            definitions.append(entry.define(name, tree, value.at, table))
            fields.append((proper, name, tree.type))
    problems.raise_any()
    return NewLead(tuple(fields), tuple(empty)), definitions


def _field(key: str, at: Location, ctx: Context) -> str:
    """The proper name of a field that a rule may set."""
    found = ctx.field(key)
    if found is None:
        raise GroupbuyError(
            Problem(
                "unknown-name",
                f'a lead has no field "{key}"',
                at,
                did_you_mean(key, ctx.fields()),
                len(key),
            )
        )
    name, private = found
    if name == ID:
        raise GroupbuyError(
            Problem("wrong-value", "a new lead's id is made from the play", at, "leave it out")
        )
    if private:
        raise _is_private(name, at)
    return name


def _is_private(name: str, at: Location) -> GroupbuyError:
    return GroupbuyError(
        Problem(
            "private-field",
            f"{name} is personal data, which is not copied into new leads",
            at,
            "ask the person; leave it out here",
        )
    )


def _value(field: str, node: Node, ctx: Context, table: str | None) -> Expr:
    """The value of a field, which must have the field's type."""
    wanted = ctx.value(field)
    if wanted is None:
        raise GroupbuyError(
            Problem(
                "wrong-shape",
                f"{field} is a table; a new lead can only say that it is empty",
                node.at,
                f"{field}: []",
            )
        )
    type = wanted.type
    if isinstance(node, Sequence):
        if type.kind is not Kind.CHOICES:
            raise GroupbuyError(
                Problem("type-mismatch", f"{field} holds one value; this is a list", node.at)
            )
        return Lit(tuple(_word(field, item, ctx) for item in node.items), choices(type.values))
    if type.kind in (Kind.CHOICE, Kind.CHOICES) and isinstance(node, Scalar):
        word = node.text if node.text in type.values else ctx.word(field, node.text)
        if word is not None:
            if type.kind is Kind.CHOICES:
                return Lit((word,), choices(type.values))
            return Lit(word, choice(type.values))
    tree = ctx.parse(node, table)
    _check_private(tree, node, ctx)
    if tree.type.kind is not type.kind:
        raise GroupbuyError(
            Problem(
                "type-mismatch",
                f"{field} is {build.describe(type)}; this is {build.describe(tree.type)}",
                node.at,
            )
        )
    return tree


def _word(field: str, node: Node, ctx: Context) -> str:
    word = ctx.word(field, node.text) if isinstance(node, Scalar) else None
    if word is None:
        raise GroupbuyError(
            Problem("unknown-word", f"this is none of the words of {field}", node.at)
        )
    return word


def _check_private(tree: Expr, node: Node, ctx: Context) -> None:
    for part in walk(tree):
        name = part.name if isinstance(part, Ref) else None
        if isinstance(part, Col):
            name = f"{part.table}.{part.name}"
        found = None if name is None else ctx.field(name)
        if found is not None and found[1]:
            raise _is_private(found[0], node.at)
