"""What an author changed between two versions of rules, entry by entry."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator
from dataclasses import dataclass

from groupbuy.authoring.dump import inline
from groupbuy.errors import Location
from groupbuy.model.entries import Entry, Table
from groupbuy.rules.entries import Key
from groupbuy.rules.merge import Path, leaves
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.project import Project
from groupbuy.sections.base import TEXT_KEYS, as_mapping
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence

_SILENT = TEXT_KEYS | {"source", "owner", "tags", "locked"}
"""Keys that decide nothing about a lead."""
MODEL = "lead"
"""What stands for a pack where a field of the lead model has changed."""
_MOST = 3
_LONGEST = 60


@dataclass(frozen=True, eq=False)
class RuleChange:
    """One entry that a pack defines or changes otherwise than before (or its `for`, or itself).

    `at` is in the new version, or in the old one where it is gone (`in_old`). `words` is whether
    only texts differ, which moves no lead.
    """

    kind: str
    pack: str
    what: str
    at: Location
    said: str
    key: Key | None
    in_old: bool = False
    words: bool = False
    everywhere: bool = False
    """Whether it is of no pack alone: the order of the layers, or a field of the lead model."""
    old: Node | None = None
    new: Node | None = None
    """What stood there and what stands there now, of an entry or a `for`."""

    @property
    def name(self) -> str:
        """What an author calls it."""
        return f"{'.'.join(self.key)} ({self.pack})" if self.key else f"{self.pack}: {self.what}"


def changes_between(old: Project, new: Project) -> list[RuleChange]:
    """Every change, in the order of the new version's files; what is gone comes last."""
    before = {pack.name: pack for pack in old.packs}
    after = {pack.name: pack for pack in new.packs}
    found: list[RuleChange] = []
    for name, pack in after.items():
        found += _pack(before.get(name), pack)
    for name, pack in before.items():
        if name not in after:
            found += _pack(pack, None)
    found += _layers(old, new)
    found += _fields(old, new)
    return found


def _layers(old: Project, new: Project) -> Iterator[RuleChange]:
    """Packs that lie in another order than before: a higher one wins."""
    orders = []
    for project, other in ((old, new), (new, old)):
        names = {pack.name for pack in other.packs}
        layers = [[pack.name for pack in layer if pack.name in names] for layer in project.layers]
        orders.append(" < ".join(", ".join(layer) for layer in layers if layer))
    if orders[0] != orders[1]:
        at = Location(new.source.name)
        said = f"{orders[0]} → {orders[1]}"
        yield RuleChange("changed", "groupbuy.yaml", "layers", at, said, None, everywhere=True)


def _fields(old: Project, new: Project) -> Iterator[RuleChange]:
    """Fields of the lead model that are new, gone, or read otherwise than before."""
    for name, entry in old.model.entries.items():
        if name not in new.model.entries:
            yield RuleChange("removed", MODEL, name, entry.at, "", None, in_old=True)
    for name, entry in new.model.entries.items():
        before = old.model.entries.get(name)
        if before is None:
            yield RuleChange("added", MODEL, name, entry.at, "", None)
        elif reading(before) != reading(entry):
            said = "is read otherwise"
            yield RuleChange("changed", MODEL, name, entry.at, said, None, everywhere=True)


def reading(entry: Entry) -> object:
    """What decides how a field or table is read, and what a blank of it means."""
    if isinstance(entry, Table):
        return [(name, reading(column)) for name, column in entry.fields.items()]
    return entry.type, entry.required, entry.default, sorted(map(str, entry.words))


def _pack(old: Pack | None, new: Pack | None) -> Iterator[RuleChange]:
    """The changes of one pack; it may be new, or gone."""
    here = new or old
    assert here is not None
    if old is None or new is None:
        kind = "added" if old is None else "removed"
        yield RuleChange(kind, here.name, "pack", here.at, "", None, in_old=new is None)
    conditions = [pack.condition if pack is not None else None for pack in (old, new)]
    if old is not None and new is not None and data_of(conditions[0]) != data_of(conditions[1]):
        at = conditions[1].at if conditions[1] is not None else here.at
        said = f"{short(conditions[0])} → {short(conditions[1])}"
        yield RuleChange(
            "changed", here.name, "for", at, said, None, old=conditions[0], new=conditions[1]
        )
    for part in ("sections", "changes"):
        olds: abc.Mapping[str, abc.Mapping[str, PackEntry]] = getattr(old, part) if old else {}
        news: abc.Mapping[str, abc.Mapping[str, PackEntry]] = getattr(new, part) if new else {}
        for section in dict.fromkeys([*news, *olds]):
            ids = dict.fromkeys([*news.get(section, {}), *olds.get(section, {})])
            for id in ids:
                a, b = olds.get(section, {}).get(id), news.get(section, {}).get(id)
                change = _entry(here.name, (section, id), a, b)
                if change is not None:
                    yield change


def _entry(pack: str, key: Key, old: PackEntry | None, new: PackEntry | None) -> RuleChange | None:
    if old is None or new is None:
        here = new or old
        assert here is not None
        kind = "added" if old is None else "removed"
        nodes = (None if each is None else each.node for each in (old, new))
        before, after = nodes
        return RuleChange(
            kind, pack, kind, here.at, "", key, in_old=new is None, old=before, new=after
        )
    differing = differing_leaves(old.node, new.node)
    if not differing:
        # Order decides among rows, bands and cuts.
        orders = [[path for path, _ in leaves(as_mapping(each.node))] for each in (old, new)]
        if orders[0] == orders[1] or key[0] == "settings":
            return None
        said, words, at = "another order", False, new.at
        what = "order"
    else:
        parts = [leaf_text(leaf) for leaf in differing[:_MOST]]
        if len(differing) > _MOST:
            parts.append(f"and {len(differing) - _MOST} more")
        said, what = "; ".join(parts), "changed"
        words = all(_SILENT & set(path) for path, _, _ in differing)
        node = differing[0][2]
        at = node.at if node is not None else new.at
    return RuleChange("changed", pack, what, at, said, key, words=words, old=old.node, new=new.node)


Leaf = tuple[Path, Node | None, Node | None]
"""A value inside an entry: its path, what it was, and what it is now."""


def differing_leaves(old: Node, new: Node) -> list[Leaf]:
    """The values of an entry that are not as they were, in the order of the new one.

    A mapping that is new or gone as a whole counts as one value.
    """
    old, new = as_mapping(old), as_mapping(new)
    found: dict[Path, Leaf] = {}
    for path in dict.fromkeys([path for side in (new, old) for path, _ in leaves(side)]):
        for length in range(1, len(path) + 1):
            here = path[:length]
            before, after = value_at(old, here), value_at(new, here)
            if before is None or after is None or length == len(path):
                if data_of(before) != data_of(after):
                    found[here] = (here, before, after)
                break
    return list(found.values())


def value_at(node: Node, path: Path) -> Node | None:
    """The value at a path; none where there is none."""
    for key in path:
        found = node.get(key) if isinstance(node, Mapping) else None
        if found is None:
            return None
        node = found
    return node


def leaf_text(leaf: Leaf) -> str:
    """`points: 10 → 12`; the value of an entry needs no name."""
    path, old, new = leaf
    text = f"{short(old)} → {short(new)}"
    return text if path == ("value",) else f"{'.'.join(path)}: {text}"


def data_of(node: Node | None) -> object:
    """What a value says, to be compared: a number and the same as a text are two things."""
    return None if node is None else (type(node).__name__, node.data())


def short(node: Node | None) -> str:
    """A value on one line, as its author wrote it."""
    if node is None:
        return "–"
    if isinstance(node, Sequence):
        text = f"[{', '.join(short(item) for item in node.items)}]"
    else:
        text = " ".join(node.text.split()) if isinstance(node, Scalar) else inline(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
