"""Texts that stand under a condition, or once for each row of a table, and lists of words.

need:
  budget: {en: "{per_head} a head", zh: 人均 {per_head}}
  history: {each: gift_history, when: gift_history.year >= 2024, say: "{gift_history.item}"}
issued:
  gifts: {each: gift_history, item: gift_history.item}
  mine: product_line
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.api import (
    EXPRESSION,
    NONE,
    TEXT,
    Conclusions,
    Context,
    Definition,
    Entry,
    GroupbuyError,
    JsonSchema,
    Mapping,
    Node,
    Problem,
    Problems,
    Scalar,
    Template,
    items,
)

STATEMENTS: JsonSchema = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            *TEXT["anyOf"],
            {
                "type": "object",
                "properties": {"when": EXPRESSION, "each": {"type": "string"}, "say": TEXT},
                "required": ["say"],
                "additionalProperties": False,
            },
        ]
    },
}
WORDS: JsonSchema = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {
                    "each": {"type": "string"},
                    "item": EXPRESSION,
                    "when": EXPRESSION,
                },
                "required": ["item"],
                "additionalProperties": False,
            },
        ]
    },
}


@dataclass(frozen=True)
class Statement:
    """A text, the name of its condition, and the table that it is said of each row of."""

    text: Template
    test: str | None
    table: str | None

    def said(self, lead: Conclusions) -> list[str]:
        """The text where the condition surely holds, once for each row where it does."""
        if self.table is None:
            holds = self.test is None or lead.value(self.test) is True
            return [lead.say(self.text) or ""] if holds else []
        assert self.test is not None
        rows = lead.rows(self.test) or []
        return [
            lead.say(self.text, (self.table, n)) or "" for n, row in enumerate(rows) if row is True
        ]


@dataclass(frozen=True)
class Words:
    """Words of a lead: one value, or a column's in every row where a condition holds."""

    value: str
    test: str | None
    by_row: bool

    def found(self, lead: Conclusions) -> list[str]:
        """The words, those that nobody knows left out."""
        values: Sequence[Any]
        tests: Sequence[Any]
        if self.by_row:
            values = lead.rows(self.value) or []
            tests = (lead.rows(self.test) if self.test else None) or [True] * len(values)
        else:
            given = lead.value(self.value)
            values = given if isinstance(given, tuple) else [given]
            holds = True if self.test is None else lead.value(self.test)
            tests = [holds] * len(values)
        return [
            str(value)
            for value, holds in zip(values, tests, strict=True)
            if holds is True and value is not None and value is not NONE and str(value).strip()
        ]


class Parts:
    """Reads the parts of one entry into definitions that begin with its name."""

    def __init__(self, entry: Entry, ctx: Context) -> None:
        """Definitions gather in `definitions`, what is wrong in `problems`."""
        self.entry, self.ctx = entry, ctx
        self.definitions: list[Definition] = []
        self.problems = Problems()

    def value(self, node: Node, name: str, kinds: Sequence[str], rows: str | None = None) -> str:
        """An expression of one of the kinds (`number`, `date` …) as a definition; its name."""
        tree = self.ctx.parse(node, rows)
        if tree.type.kind.value not in kinds:
            wanted = " or a ".join(kinds)
            message = f"{name.partition('.')[2] or name} is a {wanted}; this is a {tree.type}"
            raise GroupbuyError(Problem("type-mismatch", message, node.at))
        return self.define(name, tree, node, rows)

    def condition(self, node: Node, name: str, rows: str | None = None) -> str:
        """A condition as a definition; its name."""
        return self.define(name, self.ctx.condition(node, rows), node, rows)

    def define(self, name: str, tree: Any, node: Node, rows: str | None) -> str:
        """Keep a definition; its full name."""
        full = f"{self.entry.section}:{name}"
        self.definitions.append(self.entry.define(full, tree, node.at, rows))
        return full

    def statements(self, key: str) -> list[Statement]:
        """The texts under a key of the entry."""
        found: list[Statement] = []
        node = self.entry.get(key)
        if node is None:
            return found
        for id, item, _ in items(node, f"{key}:"):
            with self.problems.collecting():
                found.append(self.statement(f"{self.entry.id}.{key}.{id}", item))
        return found

    def statement(self, name: str, node: Node) -> Statement:
        """One text."""
        said = node.get("say") if isinstance(node, Mapping) else None
        if said is None or not isinstance(node, Mapping):
            return Statement(self.ctx.text(node), None, None)
        table = self.table(node)
        when = node.get("when")
        if when is None and table is not None:
            when = Scalar(node.source, node.line, node.column, True, "true")
        test = None if when is None else self.condition(when, name, table)
        return Statement(self.ctx.text(said, table), test, table)

    def words(self, key: str) -> list[Words]:
        """The words under a key of the entry."""
        found: list[Words] = []
        node = self.entry.get(key)
        if node is None:
            return found
        for id, item, _ in items(node, f"{key}:"):
            with self.problems.collecting():
                found.append(self.word(f"{self.entry.id}.{key}.{id}", item))
        return found

    def word(self, name: str, node: Node) -> Words:
        """One source of words."""
        kinds = ("text", "choice", "choices")
        if not isinstance(node, Mapping):
            return Words(self.value(node, name, kinds), None, False)
        table, when = self.table(node), node.get("when")
        item = node.get("item")
        assert item is not None  # the schema requires it
        value = self.value(item, name, kinds, table)
        test = None if when is None else self.condition(when, f"{name}.when", table)
        return Words(value, test, table is not None)

    def table(self, node: Mapping) -> str | None:
        """The table of `each:`."""
        each = node.get("each")
        if each is None:
            return None
        found = self.ctx.table(each.text) if isinstance(each, Scalar) else None
        if found is None:
            message = "each: names a table of the lead model"
            raise GroupbuyError(Problem("unknown-name", message, each.at))
        return found[0]
