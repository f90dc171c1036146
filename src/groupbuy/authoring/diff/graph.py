"""Which entries of the rules depend on which, over all packs."""

from __future__ import annotations

from collections.abc import Iterable

from groupbuy.authoring.cases.ways import variants
from groupbuy.rules.entries import Key
from groupbuy.rules.ruleset import RuleSet
from groupbuy.sections.gates import VERDICT
from groupbuy.tree import naming
from groupbuy.tree.nodes import names

VERDICT_KEY: Key = ("gates", VERDICT)
"""The verdict over all gates, as if it were an entry."""


class Graph:
    """For each entry those that it reads, as any pack defines or changes it."""

    def __init__(self, rules: RuleSet) -> None:
        """Look at every entry once."""
        self.reads: dict[Key, set[Key]] = {}
        owners: dict[str, Key] = {VERDICT: VERDICT_KEY}
        read: dict[Key, set[str]] = {}
        for lowered in variants(rules):
            key = (lowered.entry.section, lowered.entry.id)
            for definition in lowered.definitions:
                owners.setdefault(definition.name, key)
                read.setdefault(key, set()).update(definition.reads)
        for key, found in read.items():
            known = (owners.get(name) or owners.get(naming.as_written(name)) for name in found)
            self.reads[key] = {owner for owner in known if owner is not None and owner != key}
        gates = {key for key in self.reads if key[0] == "gates"}
        self.reads[VERDICT_KEY] = gates
        for key in self.reads:
            if key[0] == "plays":
                self.reads[key].add(VERDICT_KEY)
        self.conditions = {
            pack: {owners[n] for n in names(tree) if n in owners}
            for pack, tree in rules.conditions.items()
        }
        self._behind: dict[Key, frozenset[Key]] = {}

    def behind(self, key: Key) -> frozenset[Key]:
        """The entry and all that it reads, directly or through others."""
        found = self._behind.get(key)
        if found is None:
            found = self._behind[key] = frozenset(self._closure([key]))
        return found

    def _closure(self, keys: Iterable[Key]) -> set[Key]:
        found: set[Key] = set()
        todo = list(keys)
        while todo:
            key = todo.pop()
            if key not in found:
                found.add(key)
                todo += self.reads.get(key, ())
        return found

    def depending_on(self, keys: set[Key]) -> set[Key]:
        """The entries that read one of `keys`, and these themselves."""
        return {key for key in self.reads if self.behind(key) & keys}
