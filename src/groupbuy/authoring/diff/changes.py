"""What an author changed between two versions of rules, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from groupbuy.errors import Location
from groupbuy.model.entries import Entry, Table
from groupbuy.rules.entries import Key
from groupbuy.rules.merge import leaves
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.project import Project
from groupbuy.sections.base import TEXT_KEYS, as_mapping
from groupbuy.source.nodes import Node, Scalar, Sequence

_SILENT = TEXT_KEYS | {"source", "owner", "tags", "locked"}
"""Keys that decide nothing about a lead."""
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
    """Fields that are read otherwise than before."""
    for name, entry in new.model.entries.items():
        before = old.model.entries.get(name)
        if before is not None and reading(before) != reading(entry):
            said = "is read otherwise"
            yield RuleChange("changed", "lead", name, entry.at, said, None, everywhere=True)


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
    if old is not None and new is not None and _data(conditions[0]) != _data(conditions[1]):
        at = conditions[1].at if conditions[1] is not None else here.at
        said = f"{_short(conditions[0])} → {_short(conditions[1])}"
        yield RuleChange("changed", here.name, "for", at, said, None)
    for part in ("sections", "changes"):
        olds: Mapping[str, Mapping[str, PackEntry]] = getattr(old, part) if old else {}
        news: Mapping[str, Mapping[str, PackEntry]] = getattr(new, part) if new else {}
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
        return RuleChange(kind, pack, kind, here.at, "", key, in_old=new is None)
    olds, news = dict(leaves(as_mapping(old.node))), dict(leaves(as_mapping(new.node)))
    differing = [
        path
        for path in dict.fromkeys([*news, *olds])
        if _data(olds.get(path)) != _data(news.get(path))
    ]
    if not differing:
        # Order decides among rows, bands and cuts.
        if list(olds) == list(news) or key[0] == "settings":
            return None
        return RuleChange("changed", pack, "order", new.at, "another order", key)
    parts = [
        f"{'.'.join(path)}: {_short(olds.get(path))} → {_short(news.get(path))}"
        if path != ("value",)
        else f"{_short(olds.get(path))} → {_short(news.get(path))}"
        for path in differing[:_MOST]
    ]
    if len(differing) > _MOST:
        parts.append(f"and {len(differing) - _MOST} more")
    node = news.get(differing[0])
    words = all(_SILENT & set(path) for path in differing)
    at = node.at if node is not None else new.at
    return RuleChange("changed", pack, "changed", at, "; ".join(parts), key, words=words)


def _data(node: Node | None) -> object:
    return None if node is None else (type(node).__name__, node.data())


def _short(node: Node | None) -> str:
    if node is None:
        return "–"
    if isinstance(node, Sequence):
        text = f"[{', '.join(_short(item) for item in node.items)}]"
    else:
        text = " ".join(node.text.split()) if isinstance(node, Scalar) else str(node.data())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
