"""How a pack changes what lower packs define.

Absent keeps, a mapping merges key by key, `off` removes, a value form replaces another form
whole, and everything else (numbers, lists, a text in all its languages) is replaced whole. What
is not there cannot be changed: such a change is skipped and reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from groupbuy.errors import Problem
from groupbuy.sections.base import TEXT_KEYS, as_mapping
from groupbuy.sections.forms import FORM_KEYS, form_of
from groupbuy.source.nodes import Mapping, Node, Scalar

OFF = "off"
Path = tuple[str, ...]

NEW_ITEM: dict[str, frozenset[str]] = {
    "rules": FORM_KEYS | {"when"},
    "rows": frozenset(("when",)),
    "bands": frozenset(("from",)),
    "cuts": frozenset(("top", "next", "holds", "spend")),
}
"""What an item must say to be a new one of its collection, and not a misspelt old one."""

PARTS = frozenset(("rules", "weights"))
"""Collections that an entry has or has not: a change never adds them."""


@dataclass
class Merged:
    """What came of a change: the new node (none: removed), what was set, what was skipped."""

    node: Node | None
    applied: list[tuple[Path, Node]] = field(default_factory=list)
    skipped: list[tuple[Path, Node, tuple[str, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_off(node: Node) -> bool:
    """Whether a change takes its target away."""
    return isinstance(node, Scalar) and node.style == "" and node.text == OFF


def merge(base: Node, change: Node) -> Merged:
    """The entry `base` with `change` applied."""
    merged = Merged(None)
    merged.node = _merge(base, change, (), merged)
    return merged


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
        elif not is_off(item) and _may_add(path, key, item):
            items[key] = item
            if key in change.keys:
                keys[key] = change.keys[key]
            out.applied.append((here, item))
        else:
            out.skipped.append((here, item, tuple(base.items)))
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
    others = dict(leaves(b))
    for path, node in leaves(a):
        for other_path, other in others.items():
            length = min(len(path), len(other_path))
            if path[:length] != other_path[:length]:
                continue
            if len(path) != len(other_path) or not same(node, other):
                return path[:length], node, other
    return None
