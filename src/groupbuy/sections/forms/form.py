"""What all forms share: the keys that spell them, what they are read from, what they become.

Every form becomes one tree, a `Case` over conditions (a rank: over the piece it is cut into), and
a list of `Arm`s that say which row, band or case stands behind which condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from groupbuy.errors import Location
from groupbuy.sections.base import Arm, Context, optional_text, required
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.tree.nodes import Expr

VALUE = frozenset(("value",))
BANDS = frozenset(("of", "bands"))
CASES = frozenset(("by", "cases"))
ROWS = frozenset(("rows", "pick"))
CUTS = frozenset(("rank", "among", "within", "cuts", "otherwise"))

FORM_GROUPS: tuple[frozenset[str], ...] = (VALUE, BANDS, CASES, ROWS, CUTS)
"""The keys of each form. In a change, a form replaces another form whole."""

FORM_KEYS = frozenset().union(*FORM_GROUPS)


class Leaf(Protocol):
    """What stands at the end of a form: a word, an expression, points."""

    def __call__(self, key: str, node: Node) -> Expr:
        """The value of the item called `key`."""


@dataclass(frozen=True)
class Form:
    """A lowered value: its tree, the ways to it, and edges that must rise in this order."""

    tree: Expr
    arms: tuple[Arm, ...] = ()
    rising: tuple[tuple[tuple[Expr, Location], ...], ...] = ()
    rank: Expr | None = None


class Nested(Protocol):
    """Lowers a form that stands inside another, with the same ends and the same names."""

    def __call__(self, fields: Mapping, what: str, at: Location) -> Form | None:
        """The form that `fields` spells; none where it spells none. Raises `GroupbuyError`."""


@dataclass(frozen=True)
class Written:
    """A value as it is written, and what is needed to read it.

    `what` names it in messages (`fact urgency`), `at` is where it begins.
    """

    fields: Mapping
    leaf: Leaf
    ctx: Context
    what: str
    at: Location
    nested: Nested

    def required(self, key: str, beside: str = "") -> Node:
        """The value under `key`, which must be there (because `beside` is)."""
        what = f"{self.what} with `{beside}`" if beside else self.what
        return required(self.fields, key, self.at, what)


def form_of(fields: Mapping) -> frozenset[str] | None:
    """Which form the keys of an entry spell, if any."""
    for group in FORM_GROUPS[1:]:
        if group & fields.items.keys():
            return group
    return VALUE if "value" in fields.items else None


def arm(
    key: str, test: Expr, node: Node, at: Location, ctx: Context, *, is_else: bool = False
) -> Arm:
    """The way to a value through the item `key`, with the texts and the word it has."""
    title: Template | None = None
    because: Template | None = None
    word = key
    if isinstance(node, Mapping):
        title = optional_text(node, "title", ctx)
        because = optional_text(node, "because", ctx)
        value = node.get("value")
        word = str(value.data()) if value is not None else key
    elif isinstance(node, Scalar):
        word = node.text
    return Arm(key, test, at, title, because, is_else, word)
