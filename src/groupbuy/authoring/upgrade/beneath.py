"""Three versions of an entry: as it was beneath ours, as it is there now, and ours above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from groupbuy.authoring.diff.changes import (
    MODEL,
    Leaf,
    RuleChange,
    data_of,
    differing_leaves,
    leaf_text,
    short,
)
from groupbuy.authoring.findings.names import names_in
from groupbuy.errors import Location
from groupbuy.rules.entries import Key
from groupbuy.rules.merge import Path, is_off, leaves
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.project import Project
from groupbuy.sections.base import as_mapping
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node

KINDS = ("vanished", "gone", "clash", "both", "agrees", "moved", "beside", "reads")
"""How an entry of ours is touched, the most urgent first.

vanished  nobody beneath defines the entry any more
gone      the value that ours changes is no longer there
clash     a pack beneath now defines what ours defines
both      they changed the value that ours changes
agrees    they changed it to what ours says: ours can go
moved     another pack defines the entry
beside    they changed other values of an entry that ours changes
reads     ours reads a name behind which something else stands
"""
_MOST_BESIDE = 6


@dataclass(frozen=True)
class Touched:
    """One thing of ours (`key` in `pack`, at `path`), with what stood and stands beneath it."""

    kind: str
    pack: str
    key: Key | None
    at: Location
    path: Path = ()
    was: str = ""
    now: str = ""
    ours: str = ""
    by: str = ""
    """The pack beneath, or the name that is read."""
    by_at: Location | None = None
    instead: str = ""
    """What stands there now in place of what is gone, as far as it can be told."""
    sure: bool = True
    """Whether that is the same under another name, and not only called much like it."""

    @property
    def name(self) -> str:
        """What an author calls it."""
        entry = ".".join((*self.key, *self.path)) if self.key else "for"
        return f"{entry} ({self.pack})"


def touched(before: Project, now: Project, changes: Iterable[RuleChange]) -> list[Touched]:
    """Everything of ours that lies over what has changed, the most urgent first."""
    found = list(_Three(before, now, list(changes)).found())
    order = {pack.name: number for number, pack in enumerate(now.packs)}

    def place(each: Touched) -> tuple[int, int, int, int]:
        at = each.at
        return KINDS.index(each.kind), order[each.pack], at.line or 0, at.column or 0

    return sorted(found, key=place)


def borrowed_packs(project: Project) -> list[Pack]:
    """The packs that come from elsewhere, lowest layer first."""
    sources = {id(file.source) for file in project.borrowed}
    return [pack for pack in project.packs if id(pack.at.source) in sources]


Part = tuple[str, str]
"""A pack's name, and whether it defines or changes: `sections`, `changes`."""


class _Three:
    def __init__(self, before: Project, now: Project, changes: list[RuleChange]) -> None:
        self.before, self.now, self.changes = before, now, changes
        self.theirs = borrowed_packs(before), borrowed_packs(now)
        names = {pack.name for pack in self.theirs[1]}
        self.ours = [pack for pack in now.packs if pack.name not in names]

    def found(self) -> Iterator[Touched]:
        for pack in self.ours:
            for section, entries in pack.changes.items():
                for id, entry in entries.items():
                    yield from self.change(pack, (section, id), entry)
            for section, entries in pack.sections.items():
                for id, entry in entries.items():
                    yield from self.clash(pack, (section, id), entry)
        yield from self.readers()

    # ── entries that ours change ──

    def change(self, pack: Pack, key: Key, entry: PackEntry) -> Iterator[Touched]:
        old, new = (_beneath(theirs, pack.layer, key) for theirs in self.theirs)
        if not any(part == "sections" for _, part in old):
            return  # ours changes what ours defines, or what came later
        defined = any(part == "sections" for _, part in new)
        if not defined and not any(self.defines(own, pack.layer, key) for own in self.ours):
            yield self.vanished(pack, key, entry, old)
            return
        for (was_part, was), (now_part, now) in _pairs(old, new):
            by = (now_part or was_part or ("", ""))[0]
            if was_part and now_part and was_part[0] != now_part[0]:
                yield Touched("moved", pack.name, key, entry.at, (), was_part[0], by, "", by,
                              now.at if now else None)  # fmt: skip
            yield from _entry(pack.name, key, entry, by, was, now)

    def defines(self, pack: Pack, below: int, key: Key) -> bool:
        return pack.layer < below and key[1] in pack.sections.get(key[0], {})

    def vanished(
        self, pack: Pack, key: Key, entry: PackEntry, old: Mapping[Part, PackEntry]
    ) -> Touched:
        (by, _), was = next(item for item in old.items() if item[0][1] == "sections")
        instead, sure = self.successor(key, was)
        return Touched(
            "vanished", pack.name, key, entry.at, (), short(was.node), "", short(entry.node), by,
            was.at, instead, sure,
        )  # fmt: skip

    def successor(self, key: Key, was: PackEntry) -> tuple[str, bool]:
        """The entry that took its place, and whether that is sure."""
        section, id = key
        added = [(c.key, c.new) for c in self.changes if c.kind == "added" and c.key is not None]
        for there, node in added:
            same = there[0] == section and data_of(node) == data_of(was.node)
            if there[1] == id or same:
                return ".".join(there), True
        near = get_close_matches(id, [there[1] for there, _ in added if there[0] == section], 1)
        return (".".join((section, near[0])), False) if near else ("", True)

    def clash(self, pack: Pack, key: Key, entry: PackEntry) -> Iterator[Touched]:
        old, new = (_defining(theirs, key) for theirs in self.theirs)
        if new is not None and old is None:
            by, there = new
            yield Touched("clash", pack.name, key, entry.at, (), "", short(there.node),
                          short(entry.node), by, there.at)  # fmt: skip

    # ── entries that ours reads ──

    def readers(self) -> Iterator[Touched]:
        moved = {
            change.key[1]: change
            for change in self.changes
            if change.key is not None and not change.words and change.kind != "added"
        }
        fields = {
            change.what: change
            for change in self.changes
            if change.key is None and change.pack == MODEL and change.kind != "added"
        }
        for pack in self.ours:
            if pack.condition is not None:
                yield from self.read(pack, None, pack.condition, pack.condition.at, moved, fields)
            for part in (pack.sections, pack.changes):
                for section, entries in part.items():
                    for id, entry in entries.items():
                        key = (section, id)
                        yield from self.read(pack, key, entry.node, entry.at, moved, fields)

    def read(
        self,
        pack: Pack,
        key: Key | None,
        node: Node,
        at: Location,
        *moved: Mapping[str, RuleChange],
    ) -> Iterator[Touched]:
        own = pack.fields.items if isinstance(pack.fields, MappingNode) else {}
        words = dict.fromkeys(word.partition(".")[0] for word in names_in(node, keys=False))
        for word in words:
            change = next((found[word] for found in moved if word in found), None)
            if change is None or change.key == key or word in own:
                continue
            now = "" if change.in_old else change.said
            yield Touched("reads", pack.name, key, at, (), "", now, "", change.name, change.at)


def _beneath(packs: Iterable[Pack], layer: int, key: Key) -> dict[Part, PackEntry]:
    """What packs below a layer say of an entry."""
    section, id = key
    found: dict[Part, PackEntry] = {}
    for pack in packs:
        if pack.layer < layer:
            for part in ("sections", "changes"):
                entries: Mapping[str, Mapping[str, PackEntry]] = getattr(pack, part)
                entry = entries.get(section, {}).get(id)
                if entry is not None:
                    found[pack.name, part] = entry
    return found


def _defining(packs: Iterable[Pack], key: Key) -> tuple[str, PackEntry] | None:
    for pack in packs:
        entry = pack.sections.get(key[0], {}).get(key[1])
        if entry is not None:
            return pack.name, entry
    return None


Side = tuple[Part | None, PackEntry | None]


def _pairs(
    old: Mapping[Part, PackEntry], new: Mapping[Part, PackEntry]
) -> Iterator[tuple[Side, Side]]:
    """What belongs together: the same pack's, and the one definition, if it is another pack's."""
    lone = [
        [part for part in side if part[1] == "sections" and part not in other]
        for side, other in ((old, new), (new, old))
    ]
    moved = len(lone[0]) == len(lone[1]) == 1
    if moved:
        a, b = lone[0][0], lone[1][0]
        yield (a, old[a]), (b, new[b])
    for part in dict.fromkeys([*old, *new]):
        if not (moved and part in (*lone[0], *lone[1])):
            before, after = old.get(part), new.get(part)
            yield (part if before else None, before), (part if after else None, after)


def _entry(
    pack: str, key: Key, entry: PackEntry, by: str, was: PackEntry | None, now: PackEntry | None
) -> Iterator[Touched]:
    """One entry of ours over one beneath it, then and now."""
    at = now.at if now is not None else was.at if was is not None else None
    empty = MappingNode(entry.node.source, 1, 1)
    nodes = [empty if each is None else as_mapping(each.node) for each in (was, now)]
    differing = differing_leaves(*nodes)
    if not differing:
        return
    own: list[tuple[Path, Node]] = (
        [((), entry.node)] if is_off(entry.node) else list(leaves(as_mapping(entry.node)))
    )
    for path, ours in own:
        if not path:
            continue
        kind, sides = _leaf(nodes, path, ours)
        if kind is not None:
            instead = _renamed(nodes, path) if kind == "gone" else ""
            yield Touched(kind, pack, key, ours.at, path, *sides, short(ours), by, at, instead)
    rest = [leaf for leaf in differing if not any(_over(path, leaf) for path, _ in own if path)]
    if rest:
        said = "; ".join(leaf_text(leaf) for leaf in rest[:_MOST_BESIDE])
        more = f"; and {len(rest) - _MOST_BESIDE} more" if len(rest) > _MOST_BESIDE else ""
        yield Touched("beside", pack, key, entry.at, (), "", said + more, short(entry.node), by, at)


def _leaf(nodes: Sequence[Node], path: Path, ours: Node) -> tuple[str | None, tuple[str, str]]:
    """What became of the value that ours sets at a path."""
    was, now = (_at(node, path) for node in nodes)
    sides = short(was), short(now)
    if data_of(was) == data_of(now):
        # Ours adds something: what it is added to may be gone.
        lost = was is None and any(
            _at(nodes[0], path[:length]) is not None and _at(nodes[1], path[:length]) is None
            for length in range(1, len(path))
        )
        return ("gone" if lost else None), sides
    if now is None:
        return "gone", sides
    return ("agrees" if data_of(now) == data_of(ours) else "both"), sides


def _renamed(nodes: Sequence[Node], path: Path) -> str:
    """The path under which the same stands now, where something above it has another name."""
    for length in range(len(path), 0, -1):
        was, now = (_at(node, path[: length - 1]) for node in nodes)
        if isinstance(was, MappingNode) and isinstance(now, MappingNode):
            lost = data_of(was.get(path[length - 1]))
            for key, node in now.items.items():
                if key not in was.items and data_of(node) == lost:
                    return ".".join((*path[: length - 1], key))
    return ""


def _at(node: Node, path: Path) -> Node | None:
    """The value at a path; one that is no mapping is all that lies below it."""
    for key in path:
        if not isinstance(node, MappingNode):
            return node
        found = node.get(key)
        if found is None:
            return None
        node = found
    return node


def _over(path: Path, leaf: Leaf) -> bool:
    """Whether a path of ours is that of a value, above it or below it."""
    length = min(len(path), len(leaf[0]))
    return path[:length] == leaf[0][:length]
