"""How a pack changes what lower packs define.

Absent keeps, a mapping merges key by key, `off` removes, a value form replaces another form
whole, and everything else (numbers, lists, a text in all its languages) is replaced whole. What
is not there cannot be changed: such a change is skipped and reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from groupbuy.errors import Location, Problem
from groupbuy.sections.base import TEXT_KEYS, as_mapping
from groupbuy.sections.forms.form import FORM_KEYS, form_of
from groupbuy.source.nodes import Mapping, Node, Scalar

OFF = "off"
Path = tuple[str, ...]

NEW_ITEM: dict[str, frozenset[str]] = {
    "rules": FORM_KEYS | {"when"},
    "rows": frozenset(("when",)),
    "bands": frozenset(("from",)),
    "cuts": frozenset(("top", "next", "holds", "spend")),
    "weights": frozenset(("value",)),
}
"""What an item must say to be a new one of its collection, and not a misspelt old one."""

COLLECTIONS = frozenset((*NEW_ITEM, "weights", "cases"))
"""What holds items with names of their own."""

PARTS = frozenset(("rules", "weights"))
"""Collections that an entry has or has not: a change never adds them."""


@dataclass
class Merged:
    """What came of a change: the new node (none: removed), what was set, what was skipped."""

    node: Node | None
    applied: list[tuple[Path, Node]] = field(default_factory=list)
    skipped: list[tuple[Path, Node, tuple[str, ...]]] = field(default_factory=list)
    places: dict[Path, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    elsewhere: Set[Path] = frozenset()


def is_off(node: Node) -> bool:
    """Whether a change takes its target away."""
    return isinstance(node, Scalar) and node.style == "" and node.text == OFF


def merge(base: Node, change: Node, elsewhere: Set[Path] = frozenset()) -> Merged:
    """The entry `base` with `change` applied.

    `elsewhere` are the items that other definitions of the entry have: a change of one of those
    is for them, and adds nothing here.
    """
    merged = Merged(None, elsewhere=elsewhere)
    merged.node = _merge(base, change, (), merged)
    return merged


def collected(node: Node) -> Set[Path]:
    """The items of an entry's collections: its rules, rows, bands, cuts, cases and weights."""
    return {
        path[: depth + 2]
        for path, _ in leaves(node)
        for depth, key in enumerate(path[:-1])
        if key in COLLECTIONS
    }


def _merge(base: Node, change: Node, path: Path, out: Merged) -> Node | None:
    key = path[-1] if path else ""
    if isinstance(change, Scalar) and change.value is None:
        out.problems.append(
            Problem(
                "null-change",
                f"{'.'.join(path) or 'this'} has nothing behind it",
                change.at,
                "to keep it, leave the line out; to take it away, write off",
            )
        )
        return base
    if is_off(change):
        out.applied.append((path, change))
        return None
    if key in TEXT_KEYS:
        out.applied.append((path, change))
        return change
    if isinstance(change, Mapping):
        return _merge_mapping(as_mapping(base), change, path, out)
    if isinstance(base, Mapping):
        return _merge_mapping(base, as_mapping(change), path, out)
    out.applied.append((path, change))
    return change


def _merge_mapping(base: Mapping, change: Mapping, path: Path, out: Merged) -> Node:
    items, keys = dict(base.items), dict(base.keys)
    old_form, new_form = form_of(base), form_of(change)
    if new_form and old_form and new_form != old_form and _whole(change):
        for key in old_form:
            items.pop(key, None)
            keys.pop(key, None)
    for key, item in change.items.items():
        here = (*path, key)
        old = items.get(key)
        if old is not None:
            new = _merge(old, item, here, out)
            if new is None:
                del items[key]
            else:
                items[key] = new
        elif not is_off(item) and here not in out.elsewhere and _may_add(path, key, item):
            items[key] = item
            if key in change.keys:
                keys[key] = change.keys[key]
            out.applied.append((here, item))
        else:
            out.skipped.append((here, item, tuple(base.items)))
            out.places[here] = change.key_at(key)
    return Mapping(base.source, base.line, base.column, items, keys)


def _whole(change: Mapping) -> bool:
    """Whether the change says a whole form and not a part of one."""
    keys = change.items.keys()
    return (
        bool(keys & {"value", "rows"})
        or {"of", "bands"} <= keys
        or {"by", "cases"} <= keys
        or ({"rank", "cuts"} <= keys)
    )


def _may_add(path: Path, key: str, item: Node) -> bool:
    collection = path[-1] if path else ""
    needed = NEW_ITEM.get(collection)
    if needed is not None:
        return isinstance(item, Mapping) and bool(needed & item.items.keys())
    return key not in PARTS


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every value that a change sets, with its path; a text counts as one value."""
    if isinstance(node, Mapping) and (not path or path[-1] not in TEXT_KEYS):
        for key, item in node.items.items():
            yield from leaves(item, (*path, key))
    else:
        yield path, node


def same(a: Node, b: Node) -> bool:
    """Whether two changes say the same."""
    return a.data() == b.data()


def clash(a: Node, b: Node) -> tuple[Path, Node, Node] | None:
    """The first value that two changes of one entry set differently."""
    if isinstance(a, Mapping) is not isinstance(b, Mapping) and not (is_off(a) or is_off(b)):
        # `price: 360` is short for `price: {value: 360}`.
        a, b = as_mapping(a), as_mapping(b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        one, other = form_of(a), form_of(b)
        if one and other and one != other:
            key = next(key for key in a.items if key in one)
            return (key,), a.items[key], next(b.items[k] for k in b.items if k in other)
    others = dict(leaves(b))
    for path, node in leaves(a):
        for other_path, found in others.items():
            length = min(len(path), len(other_path))
            if path[:length] != other_path[:length]:
                continue
            if len(path) != len(other_path) or not same(node, found):
                return path[:length], node, found
    return None
