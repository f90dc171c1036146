"""The entries of a rule file as a tree: what an editor lists beside the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from groupbuy.lsp.document import Document
from groupbuy.lsp.known import CHANGES
from groupbuy.lsp.outline import Key

_GROUPS = frozenset(("rules", "rows", "bands", "cases", "cuts", "weights", "columns"))


@dataclass
class Symbol:
    """A key that is worth listing, and those in it."""

    name: str
    kind: str
    key: Key
    below: list[Symbol] = field(default_factory=list)


def symbols(document: Document) -> list[Symbol]:
    """Sections with their entries, and the rules, rows, bands and cases of those."""
    top: list[Symbol] = []
    open_: list[Symbol] = []
    for key in document.outline.keys:
        found = _symbol(document, key)
        if found is None:
            continue
        while open_ and open_[-1].key.path != key.path[: len(open_[-1].key.path)]:
            open_.pop()
        (open_[-1].below if open_ else top).append(found)
        open_.append(found)
    return top


def _symbol(document: Document, key: Key) -> Symbol | None:
    if document.kind == "cases":
        if key.name == "case" and len(key.path) == 3:
            name = document.outline.text_of(key.path) or key.name
            return Symbol(name, "case", key)
        return None
    depth = len(key.path) - (1 if key.path[0] == CHANGES else 0)
    if depth <= 1:
        return Symbol(key.name, "section", key)
    if document.kind == "model":
        return Symbol(key.name, "entry", key) if depth == 2 and key.path[0] == "fields" else None
    if document.kind != "pack" or key.path[0] in ("title", "allow"):
        return None
    if depth == 2:
        return Symbol(key.name, "entry", key)
    if depth == 4 and key.path[-2] in _GROUPS:
        return Symbol(key.name, "item", key)
    return None
