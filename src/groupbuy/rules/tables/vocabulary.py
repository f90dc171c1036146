"""The names that the heads of a table can mean: fields, and what packs define, by any word."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set

from groupbuy.errors import did_you_mean
from groupbuy.model.entries import Field
from groupbuy.model.model import LeadModel
from groupbuy.model.names import fold
from groupbuy.rules.scope import RESERVED
from groupbuy.sections.template import RANK
from groupbuy.source.nodes import Mapping, Node, Scalar


class Vocabulary:
    """Names and what they are called, as far as can be told before any entry is lowered."""

    def __init__(self, model: LeadModel | None, entries: Iterable[tuple[str, Node]]) -> None:
        """`entries` are those of all packs whose ids are names, with their ids."""
        self.model = model
        self.ids: set[str] = {*RESERVED, RANK}
        self._titles: dict[str, str] = {}
        twice: set[str] = set()
        for id, entry in entries:
            self.ids.add(id)
            for title in _titles(entry):
                if self._titles.setdefault(fold(title), id) != id:
                    twice.add(fold(title))
        for title in twice:
            del self._titles[title]

    def resolve(self, text: str) -> str | None:
        """The name that a word means: a name itself, an alias, or a title in any language."""
        if text in self.ids:
            return text
        proper = self.model.resolve(text) if self.model is not None else None
        if proper is not None:
            return proper
        return self._titles.get(fold(text)) if len(text) < 200 else None

    def field(self, name: str) -> Field | None:
        """The field of the lead model called `name`."""
        if self.model is None or name in self.ids:
            return None
        return self.model.fields.get(self.model.resolve(name) or "")

    def unknown(self, expression: ast.expr) -> str | None:
        """The first name in an expression that nothing has; functions and columns are left out."""
        nodes = list(ast.walk(expression))
        others = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        others |= {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        names = (node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in others)
        return next((name for name in names if self.resolve(name) is None), None)

    def near(self, word: str, others: Iterable[str] = ()) -> str | None:
        """A hint with the name that was probably meant."""
        names = self.model.names if self.model is not None else ()
        return did_you_mean(word, [*others, *sorted(self.ids), *names])


def named_entries(root: Node, shared: Set[str]) -> Iterator[tuple[str, Node]]:
    """The entries of a pack in the sections `shared`, whose ids are names."""
    for section in shared:
        entries = root.get(section) if isinstance(root, Mapping) else None
        if isinstance(entries, Mapping):
            yield from entries.items.items()


def _titles(entry: Node) -> Iterator[str]:
    title = entry.get("title") if isinstance(entry, Mapping) else None
    parts = title.items.values() if isinstance(title, Mapping) else [title]
    for part in parts:
        if isinstance(part, Scalar) and part.value is not None:
            yield part.text
