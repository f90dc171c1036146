"""What is known of a rules folder that could be read: its names, and where everything stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath

from groupbuy.authoring.cases.ways import Outline
from groupbuy.authoring.names import Name, all_names
from groupbuy.engine.workspace import Workspace
from groupbuy.errors import Location
from groupbuy.lsp.grammar import Grammars
from groupbuy.lsp.outline import Path
from groupbuy.model.entries import Table
from groupbuy.model.names import fold
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Sequence

CHANGES = "changes"


@dataclass(eq=False)
class Known:
    """The last state of a folder in which all files could be read.

    It stays while a file is being broken and mended. Where a folder never was in such a state, it
    is what could be read.

    `files` are the files that were read, by the names that messages call them.
    """

    workspace: Workspace
    files: Mapping[str, FilePath]
    lang: str
    names: list[Name] = field(init=False)
    grammars: Grammars = field(init=False)

    def __post_init__(self) -> None:
        """Look everything up once; what an editor asks is answered from memory."""
        self.names = all_names(self.workspace, self.lang)
        sections = list(self.workspace.rules.sections.values())
        self.grammars = Grammars.of(sections, self.lang)
        self._by_called: dict[str, Name] = {}
        for name in self.names:
            for called in self._called(name):
                self._by_called.setdefault(fold(called), name)

    @property
    def unread(self) -> bool:
        """Whether a pack could not be read."""
        return self.workspace.unread

    def _called(self, name: Name) -> Iterator[str]:
        table, dot, _ = name.name.partition(".")
        if not dot or name.group == "functions":
            yield from name.called
            return
        # Columns are called by their table's words and their own.
        tables = self.workspace.model.tables.get(table)
        owners = tables.words if tables is not None else [table]
        own = [called.rpartition(".")[2] for called in name.called]
        yield from (f"{owner}.{called}" for owner in owners for called in own)

    @cached_property
    def paths(self) -> Mapping[str, Location]:
        """Every rule by the path that cases call it by."""
        return Outline(self.workspace.rules).places

    def name(self, called: str) -> Name | None:
        """The name that a word in an expression means, if it means one."""
        return self._by_called.get(fold(called))

    def columns(self, table: str) -> list[Name]:
        """The columns of a table, by any of its names; the functions of a plugin by its name."""
        found = self.name(table)
        start = f"{found.name if found else table}."
        return [name for name in self.names if name.name.startswith(start)]

    # ── places ──

    def places(self, name: Name) -> list[Location]:
        """Where a name is defined: in packs, or in the lead model."""
        if name.section is not None:
            return [entry.at for _, entry in self.workspace.rules.base[name.section, name.name]]
        owner, dot, column = name.name.partition(".")
        entry = self.workspace.model.entries.get(owner)
        if isinstance(entry, Table) and dot:
            return [entry.fields[column].at] if column in entry.fields else []
        if entry is not None:
            return [entry.at]
        return [found.at for (_, id), pairs in self.workspace.rules.base.items()
                for _, found in pairs[:1] if id in (name.name, owner)]  # fmt: skip

    def file(self, at: Location) -> FilePath | None:
        """The file that a place is in; none for a place that is in no file."""
        return self.files.get(at.file)

    def pack_of(self, file: FilePath) -> Pack | None:
        """The pack that a file holds."""
        for pack in self.workspace.project.packs:
            if self.files.get(pack.at.file) == file:
                return pack
        return None

    def lower(self, pack: Pack | None, path: Path) -> list[Location]:
        """Where packs below have what a path under `changes:` (without it) changes.

        The deepest part of the path that is there; definitions first, then other changes.
        """
        section, id, *inner = path
        found: list[tuple[int, bool, Location]] = []
        for other in self.workspace.project.packs:
            if pack is not None and other.layer >= pack.layer:
                continue
            for changed, part in ((False, other.sections), (True, other.changes)):
                entry = part.get(str(section), {}).get(str(id))
                if entry is not None:
                    depth, at = _deepest(entry, inner)
                    found.append((depth, changed, at))
        if not found:
            return []
        most = max(depth for depth, _, _ in found)
        deepest = [(changed, at) for depth, changed, at in found if depth == most]
        return [at for _, at in sorted(deepest, key=lambda each: each[0])]

    def lower_keys(self, pack: Pack | None, path: Path) -> list[str]:
        """The keys that packs below have in the mapping at a path under `changes:`."""
        found: dict[str, None] = {}
        for other in self.workspace.project.packs:
            if pack is not None and other.layer >= pack.layer:
                continue
            if len(path) == 1:
                found.update(dict.fromkeys(other.sections.get(str(path[0]), {})))
            elif len(path) > 1:
                entry = other.sections.get(str(path[0]), {}).get(str(path[1]))
                node = None if entry is None else _at(entry.node, path[2:])
                if isinstance(node, MappingNode):
                    found.update(dict.fromkeys(node.items))
        return list(found)

    def changes_of(self, section: str, id: str) -> list[tuple[Pack, PackEntry]]:
        """The packs that change an entry."""
        return [
            (pack, pack.changes[section][id])
            for pack in self.workspace.project.packs
            if id in pack.changes.get(section, {})
        ]


def _at(node: Node, path: Path) -> Node | None:
    found: Node | None = node
    for part in path:
        found = found.get(str(part)) if isinstance(found, MappingNode) else None
    return found


def _deepest(entry: PackEntry, path: list[str | int]) -> tuple[int, Location]:
    """How much of a path an entry has, and the place of that."""
    node, at = entry.node, entry.at
    for depth, part in enumerate(path):
        if isinstance(node, MappingNode) and str(part) in node.items:
            at, node = node.key_at(str(part)), node.items[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            at = node.at
        else:
            return depth, at
    return len(path), at
