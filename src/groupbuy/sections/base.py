"""The shape that every section has, the core's own and a plugin's alike.

A section says what an entry may hold (`schema`), which names it gives to others (`declare`), how
it becomes definitions (`lower`), and how its results are shown (`present`). It knows nothing of
packs, layers or back ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.reason.kinds import KINDS
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr
from groupbuy.tree.types import TableType, Type

JsonSchema = Mapping[str, Any]

EXPRESSION: JsonSchema = {"type": ["string", "number", "boolean"]}
TEXT: JsonSchema = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
ALLOW: JsonSchema = {
    "type": "object",
    "properties": {
        code: {"type": "string", "description": kind.meaning} for code, kind in KINDS.items()
    },
    "additionalProperties": False,
    "minProperties": 1,
}
"""Findings of `check` that are meant, each with the reason why."""

COMMON: JsonSchema = {
    "title": TEXT,
    "because": TEXT,
    "source": {"type": "string"},
    "owner": {"type": "string"},
    "locked": {"type": "string"},
    "allow": ALLOW,
    "tags": {"type": "array", "items": {"type": "string"}},
    "effective": {
        "type": "object",
        "properties": {"from": {"type": "string"}, "until": {"type": "string"}},
        "additionalProperties": False,
    },
}
"""Properties that every entry may carry."""

TEXT_KEYS = frozenset(("title", "because", "do", "who"))
"""Keys that hold a text: in a change it is replaced whole, in all its languages."""


@dataclass(frozen=True)
class Entry:
    """One entry of a section as it stands for some leads: merged from the packs that made it."""

    section: str
    id: str
    node: Node
    at: Location
    owner: str

    @property
    def fields(self) -> MappingNode:
        """The entry as a mapping; a bare expression is its `value`."""
        return as_mapping(self.node)

    def get(self, key: str) -> Node | None:
        """One property."""
        return self.fields.get(key)

    def define(
        self, name: str, expression: Expr, at: Location | None = None, table: str | None = None
    ) -> Definition:
        """A definition that this entry owns."""
        return Definition(name, expression, at or self.at, self.owner, table)


def as_mapping(node: Node, key: str = "value") -> MappingNode:
    """The node, or a mapping that holds it under `key`: the long form of a short one."""
    if isinstance(node, MappingNode):
        return node
    return MappingNode(node.source, node.line, node.column, {key: node}, {})


@dataclass(frozen=True)
class Arm:
    """One way to a value: the row, band, case or cut that gives it, its word, and its texts."""

    id: str
    test: Expr
    at: Location
    title: Template | None = None
    because: Template | None = None
    is_else: bool = False
    word: str = ""


@dataclass(frozen=True)
class Lowered:
    """An entry as definitions, with what its section needs to show it (`view`)."""

    entry: Entry
    definitions: tuple[Definition, ...]
    view: Any = None
    title: Template | None = None
    because: Template | None = None


class Context(Protocol):
    """What a section asks of the rules around it while it lowers an entry."""

    def parse(self, node: Node, rows: str | None = None) -> Expr:
        """The tree of an expression. Raises `GroupbuyError`."""

    def condition(self, node: Node, rows: str | None = None) -> Expr:
        """The tree of a condition. Raises `GroupbuyError`."""

    def text(self, node: Node, rows: str | None = None) -> Template:
        """A text that may quote facts. Raises `GroupbuyError`."""

    def table(self, name: str) -> tuple[str, TableType] | None:
        """The table called `name`: its proper name and columns."""

    def value(self, name: str) -> Expr | None:
        """The value called `name`."""

    def word(self, name: str, text: str) -> str | None:
        """The proper word for a title or alias among the words of the choice `name`."""

    def field(self, name: str) -> tuple[str, bool] | None:
        """The field, table or column of the model called `name`: proper name, and if private."""

    def fields(self) -> Iterable[str]:
        """The names of the model's fields and tables."""

    def may_not_apply(self, name: str) -> bool:
        """Whether a name can be none for some lead."""

    def constant(self, expr: Expr) -> float | None:
        """The number that an expression over settings has by default."""


class Conclusions(Protocol):
    """One lead's results, as a section asks for them when it shows its own."""

    lang: str

    def value(self, name: str) -> Any:
        """The value of a definition: itself, `None` unknown, `NONE` does not apply."""

    def holds(self, test: Expr) -> bool | None:
        """Whether a condition holds for this lead."""

    def rows(self, name: str) -> list[Any] | None:
        """The values of a definition made for each row of a table."""

    def say(
        self, template: Template | None, row: tuple[str, int] | None = None, rank: str | None = None
    ) -> str | None:
        """A text in the reader's language with the facts filled in."""

    def shown(self, value: Any, type: Type) -> Any:
        """A value as results print it: dates in ISO form, numbers to 12 digits."""

    def told(self, name: str, value: Any, type: Type) -> Any:
        """A value of a name as results print it; personal data is masked."""

    def hides(self, name: str) -> bool:
        """Whether the value of a name is personal data that nobody asked to see."""

    def facts(self, *tests: Expr) -> dict[str, Any]:
        """The names that expressions read directly, with their values."""

    def missing(self, name: str) -> list[str]:
        """The fields whose blanks leave a definition unknown."""

    def possible(self, name: str) -> list[Any]:
        """The words that an open grade can still be; `None` for "does not apply"."""

    def row_key(self, table: str, index: int) -> str:
        """What names a row: its key column, or its number from 1."""

    def due(self, day: int | None) -> str | None:
        """A date in ISO form."""

    today: int
    survey: Any
    """What the section's own `survey` found over all leads of the run; none where it has none."""


class Section(Protocol):
    """A kind of entry that rule files can hold.

    A plugin's section may also have `arrange(shown)`: it is given what `present` gave, by id, and
    gives the ids to show, in order. So a section can show the three best of many.

    Two more things are optional. With `keeps_dates = True` entries stay on days outside
    `effective:`, which then means what the section makes of it. `survey(leads)` gets the section's
    entries and the conclusions of every lead of a run once, before anything is presented; what it
    gives, `present` finds as `lead.survey`.
    """

    name: str
    schema: JsonSchema
    shared: bool
    """Whether its ids are names that expressions can use, one space for all such sections."""

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """The names that the entry gives to others, with their types."""

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """The entry as definitions. Raises `GroupbuyError`."""

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Definitions over all of the section's entries (the verdict over the gates)."""

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The entry's result as plain data, or `None` where there is nothing to show."""


def texts(entry: Entry, ctx: Context, rows: str | None = None) -> dict[str, Template | None]:
    """`title` and `because` of an entry, read."""
    return {key: optional_text(entry.fields, key, ctx, rows) for key in ("title", "because")}


def optional_text(
    fields: MappingNode, key: str, ctx: Context, rows: str | None = None
) -> Template | None:
    """The text under `key`, if there is one."""
    node = fields.get(key)
    return None if node is None else ctx.text(node, rows)


def required(fields: MappingNode, key: str, at: Location, what: str) -> Node:
    """The value under `key`, which must be there."""
    node = fields.get(key)
    if node is None:
        raise GroupbuyError(Problem("missing-key", f"{what} needs `{key}:`", at))
    return node


def mapping(node: Node, what: str) -> MappingNode:
    """The node as a mapping."""
    if not isinstance(node, MappingNode):
        raise GroupbuyError(
            Problem("wrong-shape", f"{what} is a mapping; this is {node.noun}", node.at)
        )
    return node


def items(node: Node, what: str) -> Iterator[tuple[str, Node, Location]]:
    """Key, value and place of the key for each item of a mapping."""
    for key, value in mapping(node, what).items.items():
        yield key, value, mapping(node, what).key_at(key)


def word(node: Node, what: str, allowed: tuple[str, ...]) -> str:
    """A value that must be one of a few words."""
    if isinstance(node, Scalar) and str(node.value) in allowed:
        return str(node.value)
    raise GroupbuyError(Problem("wrong-value", f"{what} is one of: {', '.join(allowed)}", node.at))
