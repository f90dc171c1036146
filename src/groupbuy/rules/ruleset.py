"""A project's rules, checked as a whole, and the stacks that they form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.model.entries import Field, Table
from groupbuy.rules.merge import Merged, Path, clash, collected, is_off, leaves, merge
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.project import Project
from groupbuy.rules.scope import RESERVED, TODAY, RuleScope
from groupbuy.rules.stack import Applied, Skipped, Stack, StackKey, stack_key
from groupbuy.sections.base import Entry, Lowered, Section, as_mapping
from groupbuy.sections.settings import read_setting, setting_type
from groupbuy.source.nodes import Node, Scalar
from groupbuy.source.shape import check_shape
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr, Lit, Over, names, walk
from groupbuy.tree.types import DATE, Kind

Key = tuple[str, str]
"""Section and id."""


class RuleSet:
    """Every pack of a project, read and checked; stacks are put together when first met."""

    def __init__(
        self,
        project: Project,
        sections: Sequence[Section],
        as_of: int,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        """Check every pack. Raises `GroupbuyError` with all that is wrong."""
        self.project, self.as_of = project, as_of
        self.sections = {section.name: section for section in sections}
        self.problems = Problems()
        self.problems.extend(project.problems)
        self.base: dict[Key, list[tuple[Pack, Entry]]] = {}
        self.faulty: set[Key] = set()
        self.collect()
        self.scope = RuleScope(project.model, dict(self.shared()), frozenset(self.always()))
        self._entries: dict[tuple[Key, tuple[str, ...]], tuple[Node | None, list[Merged]]] = {}
        self._lowered: dict[tuple[Key, tuple[str, ...]], Lowered] = {}
        self._stacks: dict[StackKey, Stack] = {}
        self._conditions: dict[str, Expr] = {}
        self.overrides = self.read_overrides(overrides or {})
        self.check()

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
                )
                return
        if self.sections[entry.section].shared:
            self.check_name(entry, names)
        self.base.setdefault(key, []).append((pack, entry))

    def check_name(self, entry: Entry, names: dict[str, tuple[str, Entry]]) -> None:
        section, first = names.setdefault(entry.id, (entry.section, entry))
        if section != entry.section:
            self.problems.add(
                "name-taken",
                f"{entry.id} is in {section}: already, at {first.at.short}",
                entry.at,
                "names are shared: choose another",
                len(entry.id),
            )
        taken = self.in_model(entry.id)
        if taken is not None:
            self.problems.add(
                "name-taken",
                f"{entry.id} is {taken.name} in the lead model, at {taken.at.short}",
                entry.at,
                "choose another name",
                len(entry.id),
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

    # ── checking ──

    def check(self) -> None:
        """Lower everything once, in the stacks in which it can stand."""
        for pack in self.project.packs:
            self.check_changes(pack)
        for key, found in self.base.items():
            for pack, entry in found:
                if key not in self.faulty:
                    with self.problems.collecting():
                        self.lowered(key, entry, (pack.name,))
        for pack in self.project.packs:
            if pack.condition is not None:
                with self.problems.collecting():
                    self.check_condition(pack)
        for name, entries in self.scope.entries.items():
            if len(entries) > 1:
                with self.problems.collecting():
                    self.scope.type_of(name)
        self.check_names_shown()
        # What follows looks at all entries together, and would only repeat what is wrong in one.
        self.problems.raise_any()
        self.check_locked_settings()
        self.check_population()
        self.check_frozen()
        for packs in self.telling_stacks():
            with self.problems.collecting():
                self.stack(packs).check_circles()
        self.problems.raise_any()

    def check_names_shown(self) -> None:
        """What leads are ranked by and which columns are shown must be there."""
        for name, at in (*self.project.rank_by, *self.project.columns):
            with self.problems.collecting():
                if self.scope.value(name) is None:
                    self.problems.add(
                        "unknown-name",
                        f'nothing is called "{name}"',
                        at,
                        did_you_mean(name, self.scope.names()),
                        len(name),
                    )

    def telling_stacks(self) -> Iterator[tuple[Pack, ...]]:
        """The smallest stacks in which every entry and every change stands somewhere."""
        always = [pack for pack in self.project.packs if pack.condition is None]
        yield tuple(always)
        others = [pack for pack in self.project.packs if pack.condition is not None]
        for pack in others:
            yield self.in_order([*always, pack])
            for lower in others:
                if lower.layer < pack.layer and self.touches(pack, lower):
                    yield self.in_order([*always, lower, pack])

    def in_order(self, packs: Iterable[Pack]) -> tuple[Pack, ...]:
        wanted = set(packs)
        return tuple(pack for pack in self.project.packs if pack in wanted)

    def touches(self, pack: Pack, lower: Pack) -> bool:
        """Whether `pack` changes something that `lower` defines or changes."""
        return any(
            id in lower.sections.get(section, {}) or id in lower.changes.get(section, {})
            for section, entries in pack.changes.items()
            for id in entries
        )

    def check_changes(self, pack: Pack) -> None:
        """A change must have a target somewhere below, and none of them may be locked."""
        for section, entries in pack.changes.items():
            for id, change in entries.items():
                below = [
                    (definer, entry)
                    for definer, entry in self.base.get((section, id), [])
                    if definer.layer < pack.layer
                ]
                if not below:
                    if self.has_expired(pack, section, id):
                        continue
                    known = [other for kind, other in self.base if kind == section]
                    self.problems.add(
                        "unknown-target",
                        f"no lower pack has {id} in {section}:",
                        change.at,
                        did_you_mean(id, known) or f"to define it, write it under {section}:",
                        len(id),
                    )
                    continue
                variants = [
                    replace(entry, node=node)
                    for definer, entry in below
                    for node in self.variants((section, id), definer, entry, pack.layer)
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

    def check_lock(self, entry: Entry, at: Location, reader: str = "") -> None:
        lock = as_mapping(entry.node).get("locked")
        if isinstance(lock, Scalar):
            problem = Problem(
                "locked",
                f"{reader or entry.id} is locked at {entry.at.short}: {lock.text}",
                at,
                "what is locked stays as it is in every layer above",
                len(reader or entry.id),
            )
            if problem not in self.problems.found:
                self.problems.found.append(problem)

    def check_locked_settings(self) -> None:
        """The settings that a locked entry reads are locked with it, from its layer up."""
        for key, found in self.base.items():
            for definer, entry in found:
                if key[0] == "settings" or "locked" not in as_mapping(entry.node).items:
                    continue
                lowered = self.lowered(key, entry, (definer.name,))
                read = {name for definition in lowered.definitions for name in definition.reads}
                for pack in self.project.packs:
                    for id, change in pack.changes.get("settings", {}).items():
                        if id in read and pack.layer > definer.layer:
                            self.check_lock(entry, change.at, f"{id}, which {entry.id} reads,")

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

    def check_condition(self, pack: Pack) -> None:
        """A `for` reads fields and what lower layers define, and nothing over the population."""
        assert pack.condition is not None
        tree = self.scope.condition(pack.condition)
        self._conditions[pack.name] = tree
        for name in self.read_by(tree):
            found = [
                definer
                for (section, id), definers in self.base.items()
                if id == name and self.sections[section].shared
                for definer, _ in definers
            ]
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

    def read_by(self, tree: Expr) -> list[str]:
        """The names that a tree reads, as authors know them."""
        return [as_written(name) for name in names(tree)]

    def check_population(self) -> None:
        """What is over the population must be one thing for all leads."""
        for (section, id), found in self.base.items():
            for pack, entry in found:
                lowered = self.lowered((section, id), entry, (pack.name,))
                overs = over_population(lowered)
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
            changed = [(name, pack.changes.get("settings", {}).get(name)) for name in read]
            change = pack.changes.get(section, {}).get(id)
            if change is not None:
                node = merge(entry.node, change.node, self.elsewhere(key, entry)).node
                version = (definer.name, pack.name)
                left = () if node is None else self.lowered(key, replace(entry, node=node), version)
                if overs != (over_population(left) if left else frozenset()):
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

    def check_frozen(self) -> None:
        """What a `for` depends on can't change from that layer up."""
        for pack in self.project.packs:
            if pack.condition is None:
                continue
            frozen = self.depends_on(self._conditions[pack.name])
            if any(
                over_population(self.lowered(key, entry, (definer.name,)))
                for key, found in self.base.items()
                if key[1] in frozen and self.sections[key[0]].shared
                for definer, entry in found
            ):
                self.problems.add(
                    "for-over-population",
                    "for: can't depend on a rank or share",
                    pack.condition.at,
                )
            for changer in self.project.packs:
                if changer.layer < pack.layer:
                    continue
                for section, entries in changer.changes.items():
                    for id, change in entries.items():
                        if id in frozen and self.sections[section].shared:
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
        pending = self.read_by(tree)
        while pending:
            name = pending.pop()
            if name in found:
                continue
            found.add(name)
            for (section, id), definers in self.base.items():
                if id != name or not self.sections[section].shared:
                    continue
                for pack, entry in definers:
                    lowered = self.lowered((section, id), entry, (pack.name,))
                    for definition in lowered.definitions:
                        pending.extend(as_written(read) for read in definition.reads)
        return found

    # ── settings for one run ──

    def read_overrides(self, given: Mapping[str, str]) -> dict[str, Lit]:
        """`--set name=value`, read by the setting's type. Raises `GroupbuyError`."""
        read: dict[str, Lit] = {}
        problems = Problems()
        settings = [id for section, id in self.base if section == "settings"]
        for name, text in given.items():
            found = self.base.get(("settings", name))
            if not found:
                problems.add(
                    "unknown-setting",
                    f'--set: there is no setting "{name}"',
                    None,
                    did_you_mean(name, settings),
                )
                continue
            entry = found[0][1]
            lock = self.locked_by(name)
            if lock is not None:
                problems.add("locked", f"--set: {name} is locked: {lock}")
                continue
            source = entry.node.source
            node = Scalar(source, entry.node.line, entry.node.column, text, text, '"')
            try:
                type = setting_type(entry)
                if type.kind is Kind.DATES:
                    raise GroupbuyError(
                        Problem(
                            "wrong-value",
                            f"--set: {name} is a list of dates",
                            None,
                            "change it in a pack",
                        )
                    )
                read[name] = Lit(read_setting(node, type), type)
            except GroupbuyError as error:
                problems.extend(
                    replace(problem, at=None, message=f"--set {name}: {problem.message}")
                    for problem in error.problems
                )
        problems.raise_any()
        return read

    def locked_by(self, setting: str) -> str | None:
        """Why a setting can't be changed: it is locked, or something locked reads it."""
        for found in self.base.values():
            for pack, entry in found:
                lock = as_mapping(entry.node).get("locked")
                if not isinstance(lock, Scalar):
                    continue
                lowered = self.lowered((entry.section, entry.id), entry, (pack.name,))
                if entry.id == setting or any(
                    setting in definition.reads for definition in lowered.definitions
                ):
                    return f"{lock.text} ({entry.at.short})"
        return None

    # ── stacks ──

    def stack(self, packs: tuple[Pack, ...], open_packs: tuple[Pack, ...] = ()) -> Stack:
        """The stack of `packs` (lowest layer first), while `open_packs` might apply as well."""
        key = stack_key(packs, open_packs)
        found = self._stacks.get(key)
        if found is None:
            found = self._stacks[key] = self.assemble(packs, open_packs)
        return found

    def assemble(self, packs: tuple[Pack, ...], open_packs: tuple[Pack, ...]) -> Stack:
        """Merge and lower the entries of the packs."""
        stack = Stack(packs, open_packs)
        present = set(packs)
        for (section, id), found in self.base.items():
            definers = [(pack, entry) for pack, entry in found if pack in present]
            if len(definers) > 1:
                (first, one), (second, other) = definers[:2]
                stack.conflicts.append(
                    Problem(
                        "conflict",
                        f"{first.name} and {second.name} both define {id} "
                        f"({one.at.short}, {other.at.short})",
                        other.at,
                        "put one of them in a higher layer, or make their for: exclude each other",
                    )
                )
            if definers:
                pack, entry = definers[0]
                self.place(stack, (section, id), pack, entry)
        constants = self.constants(stack)
        self.check_rising(stack, constants)
        definitions: list[Definition] = []
        for section_name, kind in self.sections.items():
            entries = stack.entries(section_name)
            for lowered in entries:
                definitions.extend(lowered.definitions)
            definitions.extend(kind.conclude(entries))
        defined = {definition.name for definition in definitions}
        definitions.extend(self.absent(defined, set(open_packs)))
        stack.define(definitions, constants)
        return stack

    def absent(self, defined: set[str], open_packs: set[Pack]) -> Iterator[Definition]:
        """Names that only packs outside the stack define.

        They do not apply, unless one of those packs still might: then they are unknown.
        """
        for (section, id), found in self.base.items():
            if not self.sections[section].shared or id in defined:
                continue
            unknown = any(pack in open_packs for pack, _ in found)
            pack, entry = found[0]
            for definition in self.lowered((section, id), entry, (pack.name,)).definitions:
                if definition.name not in defined and isinstance(definition.expression, Expr):
                    type = definition.expression.type
                    missing = build.unknown(type) if unknown else build.none(type)
                    yield replace(definition, expression=missing, table=None)

    def place(self, stack: Stack, key: Key, definer: Pack, entry: Entry) -> None:
        """Put an entry into a stack, with the changes of the packs above its own."""
        section, id = key
        changers = [
            pack
            for pack in stack.packs
            if pack.layer > definer.layer and id in pack.changes.get(section, {})
        ]
        self.find_clashes(stack, key, changers)
        version = (definer.name, *(pack.name for pack in changers))
        node, results = self.merged(key, entry, version, changers)
        for pack, result in zip(changers, results, strict=False):
            stack.history.setdefault(key, []).extend(
                Applied(pack.name, path, value) for path, value in result.applied
            )
            stack.skipped.extend(
                Skipped(pack.name, section, id, path, value) for path, value, _ in result.skipped
            )
        if node is None:
            remover = changers[len(results) - 1]
            stack.removed[key] = remover.name
            return
        lowered = self.lowered(key, replace(entry, node=node), version)
        stack.lowered.setdefault(section, {})[id] = lowered

    def merged(
        self, key: Key, entry: Entry, version: tuple[str, ...], changers: list[Pack]
    ) -> tuple[Node | None, list[Merged]]:
        """The entry with the changes of `changers` applied in order."""
        found = self._entries.get((key, version))
        if found is None:
            node: Node | None = entry.node
            results: list[Merged] = []
            for pack in changers:
                if node is None:
                    break
                result = merge(node, pack.changes[key[0]][key[1]].node, self.elsewhere(key, entry))
                results.append(result)
                node = result.node
            found = self._entries[(key, version)] = (node, results)
        return found

    def find_clashes(self, stack: Stack, key: Key, changers: list[Pack]) -> None:
        """Two packs of one layer that set the same value differently."""
        section, id = key
        for first, second in combinations(changers, 2):
            if first.layer != second.layer:
                continue
            a, b = first.changes[section][id].node, second.changes[section][id].node
            found = clash(a, b)
            if found is not None:
                path: Path = (section, id, *found[0])
                stack.conflicts.append(
                    Problem(
                        "conflict",
                        f"{first.name} and {second.name} set {'.'.join(path)} differently "
                        f"({found[1].at.short}, {found[2].at.short})",
                        found[2].at,
                        "put one of them in a higher layer, or make their for: exclude each other",
                    )
                )

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

    def constants(self, stack: Stack) -> dict[str, Lit]:
        """Settings and today's date, for this stack."""
        constants: dict[str, Lit] = {TODAY: Lit(self.as_of, DATE)}
        for lowered in stack.entries("settings"):
            definition = lowered.definitions[0]
            assert isinstance(definition.expression, Lit)
            constants[definition.name] = definition.expression
        constants.update((n, lit) for n, lit in self.overrides.items() if n in constants)
        return constants

    def check_rising(self, stack: Stack, constants: Mapping[str, Lit]) -> None:
        """With this stack's settings, the edges of bands must keep their written order."""
        done: dict[Expr, Expr] = {}
        for section in stack.lowered.values():
            for lowered in section.values():
                for edges in getattr(lowered.view, "rising", ()):
                    ends = [(build.specialise(edge, constants, done), at) for edge, at in edges]
                    values = [(end.value, at) for end, at in ends if isinstance(end, Lit)]
                    for (low, _), (high, at) in pairwise(values):
                        if _not_below(low, high):
                            raise GroupbuyError(
                                Problem(
                                    "bands-out-of-order",
                                    f"{lowered.entry.id}: {_edge(high)} is not above "
                                    f"{_edge(low)}, the edge before it",
                                    at,
                                    "edges keep the order in which they are written",
                                )
                            )

    def every_entry(self) -> Iterator[Lowered]:
        """Every entry as its own pack defines it, lowest layer first."""
        for key, found in self.base.items():
            for pack, entry in found:
                yield self.lowered(key, entry, (pack.name,))

    # ── packs for a lead ──

    def condition(self, pack: Pack) -> Expr | None:
        """The `for` of a pack; none if it applies to every lead."""
        return self._conditions.get(pack.name)


def as_written(name: str) -> str:
    """The name that authors know, for one that follows from it (`fit.low`, `kind∈gift`)."""
    name = name.partition("∈")[0]
    for end in (".low", ".high"):
        name = name.removesuffix(end)
    return name


def over_population(lowered: Lowered) -> frozenset[Over]:
    """The ranks, shares and cuts in an entry."""
    return frozenset(
        node
        for definition in lowered.definitions
        if isinstance(definition.expression, Expr)
        for node in walk(definition.expression)
        if isinstance(node, Over)
    )


def _not_below(low: object, high: object) -> bool:
    return isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= high


def _edge(value: object) -> str:
    """A number, or a date by its day number."""
    return f"{value:g}" if isinstance(value, float) else str(date.fromordinal(int(str(value))))
