"""Which values of the rules can be a table, and which of them a name means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from groupbuy.errors import GroupbuyError, Location, Problem, did_you_mean
from groupbuy.model.names import fold, listed, quote
from groupbuy.rules.pack import Pack
from groupbuy.rules.tables.columns import FORMS, Form
from groupbuy.rules.tables.expand import MOVING, OPAQUE, TABLE, WORDY, is_table
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.nodes import Sequence as Nodes

_SECTIONS = ("facts", "scores", "grades", "plays")


@dataclass(frozen=True)
class Held:
    """A value that is a table or can be one: where it is, and what holds it.

    `path` is pack, section, entry and what lies between (`fit`, `rules`, `per_head`). `entry` has
    the form's keys, `collection` is what stands under `rows:`, `bands:` or `cases:`; none where the
    entry has a `table:` that has not been read.
    """

    path: tuple[str, ...]
    entry: Mapping
    form: Form
    title: Node | None
    changes: bool = False

    @property
    def collection(self) -> Mapping | None:
        """The rows, bands or cases."""
        found = self.entry.items.get(self.form.key)
        return found if isinstance(found, Mapping) else None

    @property
    def words(self) -> bool:
        """Whether values are words and not expressions."""
        return self.path[1] in WORDY

    @property
    def name(self) -> str:
        """What it is called, without what goes without saying: `common.fit.per_head`."""
        return ".".join(part for part in self.path if part not in (*_SECTIONS, "rules"))

    @property
    def at(self) -> Location:
        """Where its rows stand."""
        key = self.form.key if self.form.key in self.entry.items else TABLE
        return self.entry.key_at(key)


def tables_of(packs: Iterable[Pack]) -> list[Held]:
    """Every table of some packs, also in what they change."""
    found: list[Held] = []
    for pack in packs:
        for changes, sections in ((False, pack.sections), (True, pack.changes)):
            for section in _SECTIONS:
                for id, item in sections.get(section, {}).items():
                    found += _held((pack.name, section, id), item.node, section, changes)
    return found


def tables_in_root(root: Mapping) -> list[Held]:
    """Every table of a pack's file as it is written."""
    name = root.get("pack")
    pack = name.text if isinstance(name, Scalar) else ""
    found: list[Held] = []
    for changes, part in ((False, root), (True, root.get("changes"))):
        for section in _SECTIONS if isinstance(part, Mapping) else ():
            entries = part.get(section) if isinstance(part, Mapping) else None
            for id, node in entries.items.items() if isinstance(entries, Mapping) else ():
                found += _held((pack, section, id), node, section, changes)
    return found


def _held(path: tuple[str, ...], node: Node, section: str, changes: bool) -> Iterator[Held]:
    """The tables in an entry, from the outside inwards."""
    if not isinstance(node, Mapping) or path[-1] in OPAQUE:
        return
    form = _form(node, section)
    if form is not None:
        yield Held(path, node, form, node.get("title"), changes)
    for key, item in node.items.items():
        if key not in FORMS:
            yield from _held((*path, key), item, section, changes)


def _form(node: Mapping, section: str) -> Form | None:
    for key in FORMS:
        if key == "cases" and "by" in node.items and ("cases" in node.items or TABLE in node.items):
            break
        if isinstance(node.items.get(key), Mapping):
            break
    else:
        if not is_table(node, section):
            return None
        key = "bands" if "of" in node.items else "rows"
    if key != "cases":
        return Form(key)
    by = node.get("by")
    axes = by.items if isinstance(by, Nodes) else [by]
    words = tuple(axis.text.strip() for axis in axes if isinstance(axis, Scalar))
    return Form("cases", words, moves=section in MOVING) if words else None


def chosen(tables: Sequence[Held], wanted: str) -> Held:
    """The table that a name means. Raises `GroupbuyError` where that is none or several.

    Of its path (`common.scores.fit.rules.per_head`) a name says the last part, and as many of the
    others as tell it from the rest: `per_head`, `fit.per_head`. A title will do, too.
    """
    parts = wanted.strip().split(".")
    found = [held for held in tables if _means(parts, ".".join(held.path).split("."))]
    if not found:
        found = [held for held in tables if fold(wanted) in map(fold, titles(held.title))]
    exact = [held for held in found if len(held.path) == 3]
    if len(found) > 1 and len(exact) == 1:
        found = exact
    if len(found) == 1:
        return found[0]
    names = [held.name for held in found or tables]
    if found:
        message = f"{quote(wanted)} could mean {len(found)} tables"
        raise GroupbuyError(Problem("unknown-table", message, None, f"say which: {listed(names)}"))
    hint = did_you_mean(wanted, [*names, *(held.path[-1] for held in tables)])
    hint = hint or "groupbuy rules export lists them"
    message = f"no rows:, bands: or cases: are called {quote(wanted)}"
    raise GroupbuyError(Problem("unknown-table", message, None, hint))


def _means(parts: Sequence[str], path: Sequence[str]) -> bool:
    """Whether the parts stand in the path in this order, and the last of them at its end."""
    rest = iter(path)
    return path[-1] == parts[-1] and all(part in rest for part in parts)


def titles(title: Node | None) -> Iterator[str]:
    """What an entry is titled, in each language."""
    parts = title.items.values() if isinstance(title, Mapping) else [title]
    yield from (part.text for part in parts if isinstance(part, Scalar) and part.text)
