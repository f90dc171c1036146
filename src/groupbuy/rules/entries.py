"""The entries of a project: which packs define and change each, and what it becomes."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from groupbuy.errors import GroupbuyError, Problems, did_you_mean
from groupbuy.model.entries import Field, Table
from groupbuy.rules.extensions import Extensions
from groupbuy.rules.merge import Merged, Path, collected, is_off, merge
from groupbuy.rules.pack import Pack
from groupbuy.rules.project import Project
from groupbuy.rules.scope import RESERVED, RuleScope
from groupbuy.sections.base import Entry, Lowered, Section, as_mapping
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.shape import check_shape

Key = tuple[str, str]
"""Section and id."""


def titles(defined: Iterable[tuple[Pack, Entry]]) -> list[str]:
    """The titles of an entry, in every language and pack."""
    found = [as_mapping(entry.node).get("title") for _, entry in defined]
    return [
        node.text
        for title in found
        for node in (title.items.values() if isinstance(title, Mapping) else [title])
        if isinstance(node, Scalar)
    ]


def near_id(
    wanted: str, section: str, base: abc.Mapping[Key, Iterable[tuple[Pack, Entry]]]
) -> str | None:
    """A hint with the id that was probably meant in a section, which may be called by its title."""
    ids: dict[str, str] = {}
    for (kind, id), defined in base.items():
        if kind == section:
            ids[id] = id
            ids.update((title, id) for title in titles(defined) if title not in ids)
    return did_you_mean(wanted, ids, ids.__getitem__)


class Entries:
    """Every entry of a project's packs, merged and lowered when first asked for.

    `base` has, for each key, the packs that define it, lowest layer first; `expired` those whose
    dates have passed or not come where nobody else defines it; `problems` what was wrong with
    packs and definitions, and `faulty` whose shape is not one to lower.
    """

    def __init__(self, project: Project, extensions: Extensions) -> None:
        """Note every definition; nothing is lowered yet and nothing raised."""
        self.project = project
        self.sections = {section.name: section for section in extensions.sections}
        self.problems = Problems()
        self.problems.extend(project.problems)
        self.base: dict[Key, list[tuple[Pack, Entry]]] = {}
        self.expired: dict[Key, list[tuple[Pack, Entry]]] = {}
        self.faulty: set[Key] = set()
        self.collect()
        self.scope = RuleScope(
            project.model, dict(self.shared()), extensions, frozenset(self.always())
        )
        self._merged: dict[tuple[Key, tuple[str, ...]], tuple[Node | None, list[Merged]]] = {}
        self._lowered: dict[tuple[Key, tuple[str, ...]], Lowered] = {}

    # ── what there is ──

    def collect(self) -> None:
        """Note every definition and its shape, and refuse names that are taken."""
        names: dict[str, tuple[str, Entry]] = {}
        for pack in self.project.packs:
            for section, entries in pack.sections.items():
                for id, item in entries.items():
                    entry = Entry(section, id, item.node, item.at, pack.name)
                    faults = check_shape(item.node, self.sections[section].schema)
                    if faults:
                        # It is said once what is wrong; lowering it would say so again.
                        self.problems.extend(faults)
                        self.faulty.add((section, id))
                    self.define(pack, entry, names)
        for pack in self.project.packs:
            for (section, id), item in pack.expired.items():
                faults = check_shape(item.node, self.sections[section].schema)
                self.problems.extend(faults)
                if (section, id) not in self.base and not faults:
                    entry = Entry(section, id, item.node, item.at, pack.name)
                    self.expired.setdefault((section, id), []).append((pack, entry))

    def define(self, pack: Pack, entry: Entry, names: dict[str, tuple[str, Entry]]) -> None:
        """Add one definition to what is known."""
        key = (entry.section, entry.id)
        for other, first in self.base.get(key, []):
            if other.layer < pack.layer:
                self.problems.add(
                    "defined-below",
                    f"{entry.id} is defined at {first.at.short} already",
                    entry.at,
                    f"change it instead: changes: {{{entry.section}: {{{entry.id}: …}}}}",
                    len(entry.id),
                    (first.at,),
                )
                return
        if self.sections[entry.section].shared:
            self.check_name(entry, names)
        self.base.setdefault(key, []).append((pack, entry))

    def check_name(self, entry: Entry, names: dict[str, tuple[str, Entry]]) -> None:
        """Refuse a shared name that another section, the lead model or the language has."""
        section, first = names.setdefault(entry.id, (entry.section, entry))
        if section != entry.section:
            self.problems.add(
                "name-taken",
                f"{entry.id} is in {section}: already, at {first.at.short}",
                entry.at,
                "names are shared: choose another",
                len(entry.id),
                (first.at,),
            )
        taken = self.in_model(entry.id)
        if taken is not None:
            self.problems.add(
                "name-taken",
                f"{entry.id} is {taken.name} in the lead model, at {taken.at.short}",
                entry.at,
                "choose another name",
                len(entry.id),
                (taken.at,),
            )
        if entry.id in RESERVED or entry.id == "rank":
            self.problems.add(
                "name-taken",
                f"{entry.id} is a name of the language",
                entry.at,
                "choose another name",
                len(entry.id),
            )

    def in_model(self, name: str) -> Field | Table | None:
        """The field, table or column that a name or alias stands for in the lead model."""
        model = self.project.model
        table_name, dot, column = name.partition(".")
        proper = model.resolve(table_name)
        if not dot or proper is None:
            return model.entries[proper] if proper else None
        table = model.tables.get(proper)
        found = table.resolve(column) if table is not None else None
        return table.fields[found] if table is not None and found else None

    # ── what every pack makes of it ──

    def shared(self) -> Iterator[tuple[str, list[tuple[Section, Entry]]]]:
        """The entries behind each shared name: as defined, and as each single pack changes them."""
        for (section, id), found in self.base.items():
            if not self.sections[section].shared:
                continue
            entries: list[Entry] = []
            for definer, entry in found:
                variants = self.variants((section, id), definer, entry)
                entries.extend(replace(entry, node=node) for node in variants)
            yield id, [(self.sections[section], entry) for entry in entries]
        for (section, id), found in self.expired.items():
            if self.sections[section].shared:
                yield id, [(self.sections[section], entry) for _, entry in found]

    def behind(self, name: str) -> Iterator[tuple[Pack, Entry]]:
        """Every definition of a shared name, with the pack it stands in."""
        for (section, id), found in self.base.items():
            if id == name and self.sections[section].shared:
                yield from found

    def always(self) -> Iterator[str]:
        """The names that every lead has: defined in a pack for all, and never taken away."""
        removed = {
            (section, id)
            for pack in self.project.packs
            for section, entries in pack.changes.items()
            for id, item in entries.items()
            if is_off(item.node)
        }
        for key, found in self.base.items():
            if key not in removed and any(pack.condition is None for pack, _ in found):
                yield key[1]

    def variants(
        self, key: Key, definer: Pack, entry: Entry, below: int | None = None
    ) -> list[Node]:
        """An entry as defined, as each change alone makes it, and as all make it together.

        `below` leaves out what packs of that layer and higher ones change.
        """
        section, id = key
        changes = [
            pack.changes[section][id].node
            for pack in self.project.packs
            if pack.layer > definer.layer
            and (below is None or pack.layer < below)
            and id in pack.changes.get(section, {})
        ]
        elsewhere = self.elsewhere(key, entry)
        found, together = [entry.node], entry.node
        for change in changes:
            alone = merge(entry.node, change, elsewhere).node
            both = merge(together, change, elsewhere).node
            together = together if both is None else both
            found += [node for node in (alone, together) if node is not None]
        return found if len(changes) != 1 else found[:2]

    def elsewhere(self, key: Key, entry: Entry) -> Set[Path]:
        """The items that other packs' definitions of an entry have."""
        others = [other for _, other in self.base[key] if other is not entry]
        return frozenset[Path]().union(*(collected(other.node) for other in others))

    # ── merging and lowering ──

    def merged(
        self, key: Key, entry: Entry, version: tuple[str, ...], changers: list[Pack]
    ) -> tuple[Node | None, list[Merged]]:
        """The entry with the changes of `changers` applied in order."""
        found = self._merged.get((key, version))
        if found is None:
            node: Node | None = entry.node
            results: list[Merged] = []
            for pack in changers:
                if node is None:
                    break
                result = merge(node, pack.changes[key[0]][key[1]].node, self.elsewhere(key, entry))
                results.append(result)
                node = result.node
            found = self._merged[(key, version)] = (node, results)
        return found

    def lowered(self, key: Key, entry: Entry, version: tuple[str, ...]) -> Lowered:
        """An entry as definitions; worked out once for each combination of packs that made it."""
        found = self._lowered.get((key, version))
        if found is None:
            section = self.sections[key[0]]
            if len(version) > 1:
                problems = check_shape(entry.node, section.schema)
                if problems:
                    raise GroupbuyError(*problems)
            found = self._lowered[(key, version)] = section.lower(entry, self.scope)
        return found

    def forget(self, key: Key) -> None:
        """Let go of what was worked out for an entry, because what it says has changed."""
        for merged in [known for known in self._merged if known[0] == key]:
            del self._merged[merged]
        for lowered in [known for known in self._lowered if known[0] == key]:
            del self._lowered[lowered]

    def as_defined(self, definer: Pack, entry: Entry) -> Lowered:
        """An entry as its own pack defines it."""
        return self.lowered((entry.section, entry.id), entry, (definer.name,))

    def every_entry(self) -> Iterator[Lowered]:
        """Every entry as its own pack defines it, lowest layer first."""
        for found in self.base.values():
            for pack, entry in found:
                yield self.as_defined(pack, entry)
