"""The checks of a project's rules as a whole: what no pack shows when it is looked at alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from groupbuy.errors import Location, Problem, did_you_mean
from groupbuy.rules.assembling import CONFLICT, Assembler
from groupbuy.rules.entries import Entries, Key, near_id
from groupbuy.rules.locks import lock_of
from groupbuy.rules.merge import leaves, merge
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.stack import Stack, circles_in_any, has_over
from groupbuy.sections.base import Entry, Lowered, as_mapping
from groupbuy.tree import naming
from groupbuy.tree.nodes import Expr, Over, names, walk


class Checks:
    """Everything that must hold of a project's rules; problems are added to those of `entries`."""

    def __init__(self, entries: Entries, assembler: Assembler) -> None:
        """`conditions` are the `for` of packs by name, once they have been checked."""
        self.entries, self.assembler = entries, assembler
        self.project, self.problems = entries.project, entries.problems
        self.conditions: dict[str, Expr] = {}

    def check(self) -> None:
        """Lower everything once, in the stacks in which it can stand."""
        for pack in self.project.packs:
            self.check_changes(pack)
        for key in self.keys_in_reading_order():
            for pack, entry in self.entries.base[key]:
                if key not in self.entries.faulty:
                    with self.problems.collecting():
                        self.entries.as_defined(pack, entry)
        for pack in self.project.packs:
            if pack.condition is not None:
                with self.problems.collecting():
                    self.check_condition(pack)
        for name, entries in self.entries.scope.entries.items():
            if len(entries) > 1:
                with self.problems.collecting():
                    self.entries.scope.type_of(name)
        self.check_names_shown()
        # What follows looks at all entries together, and would only repeat what is wrong in one.
        self.problems.raise_any()
        self.check_locked_settings()
        self.check_population()
        self.check_frozen()
        stacks: list[Stack] = []
        for packs in self.telling_stacks():
            with self.problems.collecting():
                stack = self.assembler.stack(packs)
                self.problems.extend(p for p in stack.conflicts if p.code != CONFLICT)
                stacks.append(stack)
        if circles_in_any(stacks):
            for stack in stacks:
                with self.problems.collecting():
                    stack.check_circles()
        self.problems.raise_any()

    def keys_in_reading_order(self) -> Iterable[Key]:
        """Every entry, those with shared names behind what they read."""
        scope = self.entries.scope
        named = dict.fromkeys(
            (section.name, entry.id)
            for name in scope.reading_order()
            for section, entry in scope.entries[name]
        )
        return dict.fromkeys(
            [*(key for key in named if key in self.entries.base), *self.entries.base]
        )

    def check_names_shown(self) -> None:
        """What leads are ranked by and which columns are shown must be there."""
        for name, at in (*self.project.rank_by, *self.project.columns):
            with self.problems.collecting():
                if self.entries.scope.value(name) is None:
                    self.problems.add(
                        "unknown-name",
                        f'nothing is called "{name}"',
                        at,
                        did_you_mean(name, self.entries.scope.names()),
                        len(name),
                    )

    def telling_stacks(self) -> Iterator[tuple[Pack, ...]]:
        """The smallest stacks in which every entry and every change stands somewhere."""
        always = [pack for pack in self.project.packs if pack.condition is None]
        yield tuple(always)
        others = [pack for pack in self.project.packs if pack.condition is not None]
        for pack in others:
            yield self.project.in_order([*always, pack])
            for lower in others:
                if lower.layer < pack.layer and self.touches(pack, lower):
                    yield self.project.in_order([*always, lower, pack])

    def touches(self, pack: Pack, lower: Pack) -> bool:
        """Whether `pack` changes something that `lower` defines or changes."""
        return any(
            id in lower.sections.get(section, {}) or id in lower.changes.get(section, {})
            for section, entries in pack.changes.items()
            for id in entries
        )

    # ── changes ──

    def check_changes(self, pack: Pack) -> None:
        """A change must have a target somewhere below, and none of them may be locked."""
        for section, entries in pack.changes.items():
            for id, change in entries.items():
                below = [
                    (definer, entry)
                    for definer, entry in self.entries.base.get((section, id), [])
                    if definer.layer < pack.layer
                ]
                if not below:
                    if self.has_expired(pack, section, id):
                        continue
                    self.problems.add(
                        "unknown-target",
                        f"no lower pack has {id} in {section}:",
                        change.at,
                        near_id(id, section, self.entries.base)
                        or f"to define it, write it under {section}:",
                        len(id),
                    )
                    continue
                variants = [
                    replace(entry, node=node)
                    for definer, entry in below
                    for node in self.entries.variants((section, id), definer, entry, pack.layer)
                ]
                for entry in variants:
                    self.check_lock(entry, change.at)
                self.check_targets(change, variants)

    def has_expired(self, pack: Pack, section: str, id: str) -> bool:
        """Whether a lower pack has an entry that is outside its dates on this day."""
        return any(
            (section, id) in other.expired and other.layer < pack.layer
            for other in self.project.packs
        )

    def check_targets(self, change: PackEntry, below: list[Entry]) -> None:
        """Every value of a change must have a place in at least one of the lower entries."""
        results = [merge(entry.node, change.node) for entry in below]
        self.problems.extend(results[0].problems)
        for path, _ in leaves(change.node):
            misses = [
                miss
                for result in results
                for miss in result.skipped
                if miss[0] == path[: len(miss[0])]
            ]
            if len(misses) < len(results):
                continue
            # The entry in which the most of the path was found says best what was meant.
            reached, _, near = max(misses, key=lambda miss: len(miss[0]))
            places = [result.places[reached] for result in results if reached in result.places]
            self.problems.add(
                "unknown-target",
                f"there is no {'.'.join(reached)} to change",
                places[0],
                did_you_mean(reached[-1], near)
                or (f"there is: {', '.join(near)}" if near else None),
                len(reached[-1]),
            )

    def check_lock(self, entry: Entry, at: Location, reader: str = "") -> None:
        """A locked entry can't be changed, nor (then it is the `reader`) what it reads."""
        lock = lock_of(entry)
        if lock is not None:
            problem = Problem(
                "locked",
                f"{reader or entry.id} is locked at {entry.at.short}: {lock}",
                at,
                "what is locked stays as it is in every layer above",
                len(reader or entry.id),
                related=(entry.at,),
            )
            if problem not in self.problems.found:
                self.problems.extend((problem,))

    def check_locked_settings(self) -> None:
        """The settings that a locked entry reads are locked with it, from its layer up."""
        for key, found in self.entries.base.items():
            for definer, entry in found:
                if key[0] == "settings" or "locked" not in as_mapping(entry.node).items:
                    continue
                lowered = self.entries.as_defined(definer, entry)
                read = {name for definition in lowered.definitions for name in definition.reads}
                for pack in self.project.packs:
                    for id, change in pack.changes.get("settings", {}).items():
                        if id in read and pack.layer > definer.layer:
                            self.check_lock(entry, change.at, f"{id}, which {entry.id} reads,")

    # ── `for` ──

    def check_condition(self, pack: Pack) -> None:
        """A `for` reads fields and what lower layers define, and nothing over the population."""
        assert pack.condition is not None
        tree = self.entries.scope.condition(pack.condition)
        self.conditions[pack.name] = tree
        for name in read_by(tree):
            found = [definer for definer, _ in self.entries.behind(name)]
            if found and all(definer.layer >= pack.layer for definer in found):
                self.problems.add(
                    "for-too-high",
                    f"for: reads {name}, which no lower layer defines",
                    pack.condition.at,
                    "a pack is chosen by fields and by what lower layers define",
                )
            if name == "verdict":
                self.problems.add(
                    "for-too-high",
                    "for: can't read the verdict, which all packs make together",
                    pack.condition.at,
                )
        if any(isinstance(node, Over) for node in walk(tree)):
            self.problems.add(
                "for-over-population", "for: can't depend on a rank or share", pack.condition.at
            )

    def check_frozen(self) -> None:
        """What a `for` depends on can't change from that layer up."""
        for pack in self.project.packs:
            if pack.condition is None:
                continue
            frozen = self.depends_on(self.conditions[pack.name])
            if any(
                over_population(self.entries.as_defined(definer, entry))
                for name in frozen
                for definer, entry in self.entries.behind(name)
            ):
                self.problems.add(
                    "for-over-population",
                    "for: can't depend on a rank or share",
                    pack.condition.at,
                )
            for changer in self.project.packs:
                if changer.layer >= pack.layer:
                    self.check_changes_of(frozen, changer, pack)

    def check_changes_of(self, frozen: Set[str], changer: Pack, pack: Pack) -> None:
        """`changer` can't change what is `frozen` because the `for` of `pack` depends on it."""
        for section, changes in changer.changes.items():
            for id, change in changes.items():
                if id in frozen and self.entries.sections[section].shared:
                    self.problems.add(
                        "frozen",
                        f"{id} decides whether {pack.name} applies, so it can't "
                        "change from that layer up",
                        change.at,
                        "change it in a lower layer",
                        len(id),
                    )

    def depends_on(self, tree: Expr) -> set[str]:
        """Every shared name that a tree depends on, in any pack."""
        found: set[str] = set()
        pending = read_by(tree)
        while pending:
            name = pending.pop()
            if name in found:
                continue
            found.add(name)
            for pack, entry in self.entries.behind(name):
                for definition in self.entries.as_defined(pack, entry).definitions:
                    pending.extend(naming.as_written(read) for read in definition.reads)
        return found

    # ── the population ──

    def check_population(self) -> None:
        """What is over the population must be one thing for all leads."""
        for (section, id), found in self.entries.base.items():
            for pack, entry in found:
                overs = over_population(self.entries.as_defined(pack, entry))
                self.check_ranked_changes((section, id), pack, entry, overs)
                if pack.condition is not None and overs:
                    self.problems.add(
                        "rank-under-for",
                        f"{id} is worked out over all leads, but {pack.name} applies only to some",
                        entry.at,
                        "define it in a pack without for:, and say whom it concerns with among:",
                        len(id),
                    )

    def check_ranked_changes(self, key: Key, definer: Pack, entry: Entry, overs: Set[Over]) -> None:
        """A pack for some leads can change neither a ranking nor the settings its cuts read."""
        section, id = key
        amounts = [cut.amount for over in overs for cut in over.cuts if cut.amount is not None]
        read = {name for amount in amounts for name in names(amount)}
        for pack in self.project.packs:
            if pack.condition is None or pack.layer <= definer.layer:
                continue
            if not read and id not in pack.changes.get(section, {}):
                continue
            changed = [(name, pack.changes.get("settings", {}).get(name)) for name in read]
            change = pack.changes.get(section, {}).get(id)
            if change is not None and overs != self.overs_with(change, key, definer, entry, pack):
                changed.append((id, change))
            for name, item in changed:
                if item is not None:
                    self.problems.add(
                        "rank-under-for",
                        f"{name} decides a ranking of all leads, but {pack.name} applies only "
                        "to some",
                        item.at,
                        "change it in a pack without for:",
                        len(name),
                    )

    def overs_with(
        self, change: PackEntry, key: Key, definer: Pack, entry: Entry, pack: Pack
    ) -> Set[Over]:
        """The ranks, shares and cuts that are left in an entry once `pack` has changed it."""
        node = merge(entry.node, change.node, self.entries.elsewhere(key, entry)).node
        if node is None:
            return frozenset()
        changed = replace(entry, node=node)
        return over_population(self.entries.lowered(key, changed, (definer.name, pack.name)))


def read_by(tree: Expr) -> list[str]:
    """The names that a tree reads, as authors know them."""
    return [naming.as_written(name) for name in names(tree)]


def over_population(lowered: Lowered) -> frozenset[Over]:
    """The ranks, shares and cuts in an entry."""
    return frozenset(
        node
        for definition in lowered.definitions
        if isinstance(definition.expression, Expr) and has_over(definition.expression)
        for node in walk(definition.expression)
        if isinstance(node, Over)
    )
