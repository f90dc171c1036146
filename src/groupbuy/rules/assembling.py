"""Putting a stack together: the entries of the packs that apply to a lead, merged and lowered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.rules.entries import Entries, Key
from groupbuy.rules.merge import Path, clash
from groupbuy.rules.pack import Pack
from groupbuy.rules.scope import TODAY
from groupbuy.rules.stack import Applied, Skipped, Stack, StackKey, stack_key
from groupbuy.sections.base import Entry
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr, Lit
from groupbuy.tree.types import DATE

CONFLICT = "conflict"
"""The code of what two packs of one layer set differently."""


class Assembler:
    """Makes stacks, each once, with the settings and the day of one run."""

    def __init__(self, entries: Entries, as_of: int, overrides: Mapping[str, Lit]) -> None:
        """`overrides` are settings that hold whatever the packs say."""
        self.entries, self.as_of, self.overrides = entries, as_of, overrides
        self.stacks: dict[StackKey, Stack] = {}
        self.changed: Set[Key] = {
            (section, id)
            for pack in entries.project.packs
            for section, changes in pack.changes.items()
            for id in changes
        }
        """The entries that some pack changes: few of all."""
        self.settled: dict[object, Definition] = {}
        """Definitions with constants put in, the same object in all stacks that have the same."""

    def stack(self, packs: tuple[Pack, ...], open_packs: tuple[Pack, ...] = ()) -> Stack:
        """The stack of `packs` (lowest layer first), while `open_packs` might apply as well."""
        key = stack_key(packs, open_packs)
        found = self.stacks.get(key)
        if found is None:
            found = self.stacks[key] = self.assemble(packs, open_packs)
        return found

    def assemble(self, packs: tuple[Pack, ...], open_packs: tuple[Pack, ...]) -> Stack:
        """Merge and lower the entries of the packs."""
        stack = Stack(packs, open_packs)
        present = set(packs)
        for (section, id), found in self.entries.base.items():
            definers = [(pack, entry) for pack, entry in found if pack in present]
            if len(definers) > 1:
                (first, one), (second, other) = definers[:2]
                stack.conflicts.append(
                    Problem(
                        CONFLICT,
                        f"{first.name} and {second.name} both define {id} "
                        f"({one.at.short}, {other.at.short})",
                        other.at,
                        "put one of them in a higher layer, or make their for: exclude each other",
                        related=(one.at,),
                    )
                )
            if definers:
                pack, entry = definers[0]
                self.place(stack, (section, id), pack, entry)
        constants = self.constants(stack)
        try:
            self.check_rising(stack, constants)
        except GroupbuyError as error:
            # These packs together don't fit: the leads that have them are set aside.
            stack.conflicts.extend(error.problems)
        definitions: list[Definition] = []
        for section_name, kind in self.entries.sections.items():
            entries = stack.entries(section_name)
            for lowered in entries:
                definitions.extend(lowered.definitions)
            definitions.extend(kind.conclude(entries))
        defined = {definition.name for definition in definitions}
        definitions.extend(self.absent(defined, set(open_packs)))
        stack.define(definitions, constants, self.settled)
        return stack

    def absent(self, defined: set[str], open_packs: set[Pack]) -> Iterator[Definition]:
        """Names that only packs outside the stack define.

        They do not apply, unless one of those packs still might: then they are unknown. Neither
        do names whose entries are outside their dates.
        """
        entries = self.entries
        for (section, id), found in {**entries.base, **entries.expired}.items():
            if not entries.sections[section].shared or id in defined:
                continue
            expired = (section, id) in entries.expired
            unknown = not expired and any(pack in open_packs for pack, _ in found)
            pack, entry = found[0]
            for definition in entries.as_defined(pack, entry).definitions:
                if definition.name not in defined and isinstance(definition.expression, Expr):
                    type = definition.expression.type
                    missing = build.unknown(type) if unknown else build.none(type)
                    yield replace(definition, expression=missing, table=None)

    def place(self, stack: Stack, key: Key, definer: Pack, entry: Entry) -> None:
        """Put an entry into a stack, with the changes of the packs above its own."""
        section, id = key
        changers = [
            pack
            for pack in (stack.packs if key in self.changed else ())
            if pack.layer > definer.layer and id in pack.changes.get(section, {})
        ]
        if not changers:
            lowered = self.entries.lowered(key, entry, (definer.name,))
            stack.lowered.setdefault(section, {})[id] = lowered
            return
        self.find_clashes(stack, key, changers)
        version = (definer.name, *(pack.name for pack in changers))
        node, results = self.entries.merged(key, entry, version, changers)
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
        lowered = self.entries.lowered(key, replace(entry, node=node), version)
        stack.lowered.setdefault(section, {})[id] = lowered

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
                        CONFLICT,
                        f"{first.name} and {second.name} set {'.'.join(path)} differently "
                        f"({found[1].at.short}, {found[2].at.short})",
                        found[2].at,
                        "put one of them in a higher layer, or make their for: exclude each other",
                        related=(found[1].at,),
                    )
                )

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
                    _check_order(lowered.entry.id, values)


def _check_order(id: str, edges: Sequence[tuple[object, Location]]) -> None:
    """Refuse an edge that is not above the one before it."""
    for (low, _), (high, at) in pairwise(edges):
        if _not_below(low, high):
            raise GroupbuyError(
                Problem(
                    "bands-out-of-order",
                    f"{id}: {_edge(high)} is not above {_edge(low)}, the edge before it",
                    at,
                    "edges keep the order in which they are written",
                )
            )


def _not_below(low: object, high: object) -> bool:
    return isinstance(low, (int, float)) and isinstance(high, (int, float)) and low >= high


def _edge(value: object) -> str:
    """A number, or a date by its day number."""
    return f"{value:g}" if isinstance(value, float) else str(date.fromordinal(int(str(value))))
