"""The stack of packs that applies to a lead: what stands behind each name there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.rules.merge import Path
from groupbuy.rules.order import CircleError, in_order
from groupbuy.rules.pack import Pack
from groupbuy.rules.scope import circular
from groupbuy.sections.base import Lowered
from groupbuy.source.nodes import Node
from groupbuy.tree import build, naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.derived import derive
from groupbuy.tree.nodes import Expr, Lit, Over, Periods, Ref, rewrite, walk


@dataclass(frozen=True)
class Applied:
    """One value that a pack set in an entry, for `rules show`."""

    pack: str
    path: Path
    node: Node


@dataclass(frozen=True)
class Skipped:
    """A change whose target this stack does not have."""

    pack: str
    section: str
    id: str
    path: Path
    node: Node


StackKey = tuple[tuple[str, ...], tuple[str, ...]]


def stack_key(packs: Iterable[Pack], open_packs: Iterable[Pack]) -> StackKey:
    """The names of the packs that apply, and of those that might."""
    return tuple(pack.name for pack in packs), tuple(pack.name for pack in open_packs)


@dataclass(eq=False)
class Stack:
    """The packs that apply together, their entries merged and lowered.

    `open_packs` might apply too: nobody knows yet. What only they define is unknown.

    `conflicts` say which packs of one layer set the same thing differently: leads with such a
    stack are set aside.
    """

    packs: tuple[Pack, ...]
    open_packs: tuple[Pack, ...] = ()
    lowered: dict[str, dict[str, Lowered]] = field(default_factory=dict)
    history: dict[tuple[str, str], list[Applied]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    removed: dict[tuple[str, str], str] = field(default_factory=dict)
    conflicts: list[Problem] = field(default_factory=list)
    defined: dict[str, Definition] = field(default_factory=dict)
    constants: dict[str, Lit] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    _folded: dict[Expr, Expr] = field(default_factory=dict)
    _known: dict[object, Definition] = field(default_factory=dict)
    _overs: dict[Expr, str] = field(default_factory=dict)

    @property
    def key(self) -> StackKey:
        """What makes this stack another than all others."""
        return stack_key(self.packs, self.open_packs)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the packs, lowest layer first."""
        return tuple(pack.name for pack in self.packs)

    def entries(self, section: str) -> list[Lowered]:
        """The lowered entries of a section, in the order in which they were defined."""
        return list(self.lowered.get(section, {}).values())

    def define(
        self,
        definitions: Iterable[Definition],
        constants: Mapping[str, Lit],
        known: dict[object, Definition] | None = None,
    ) -> None:
        """Take over the definitions as they are written; `lookup` puts in the constants.

        `known` keeps definitions with constants put in, for all stacks of a rule set.
        """
        self.constants = dict(constants)
        if known is not None:
            self._known = known
        self.defined.update((definition.name, definition) for definition in definitions)

    def add(self, definition: Definition) -> Definition:
        """Take over one definition, with settings and today's date put in for their names.

        Values over the population become definitions of their own.
        """
        constants = [self.constants.get(read) for read in definition.reads]
        written = definition.expression
        # Only what nobody else could have made is compared: the place is the same object.
        key = (
            definition.name,
            definition.table,
            id(definition.at),
            definition.owner,
            written,
            *constants,
        )
        added = self._known.get(key)
        if added is None:
            added = replace(definition, expression=self.settled(definition))
            if isinstance(written, Periods) or not has_over(written):
                self._known[key] = added
        self.definitions[definition.name] = added
        return added

    def settled(self, definition: Definition) -> Expr | Periods:
        """What a definition is, with constants put in."""
        expression = definition.expression
        if isinstance(expression, Periods):
            columns = tuple((name, self.folded(tree)) for name, tree in expression.columns)
            return replace(expression, columns=columns, today=self.folded(expression.today))
        return self.apart(definition, self.folded(expression))

    def adopt(self, other: Stack, names: Iterable[str]) -> None:
        """Take over from another stack what means the same in both, folded as it is there."""
        taken = {name: other.definitions[name] for name in names}
        self.definitions.update(taken)
        self._overs.update((over, name) for over, name in other._overs.items() if name in taken)

    def touched_by(self, packs: Iterable[Pack]) -> set[str]:
        """The names that could mean something else if `packs` applied as well.

        What they define or change, what is made of all entries of a section, and whatever reads
        any of that.
        """
        touched: dict[str, set[str]] = {}
        for pack in packs:
            for found in (pack.sections, pack.changes):
                for section, entries in found.items():
                    touched.setdefault(section, set()).update(entries)
        kept = {
            definition.name
            for section, entries in self.lowered.items()
            for id, lowered in entries.items()
            if id not in touched.get(section, ())
            for definition in lowered.definitions
        }
        moved: set[str] = set()

        for name in in_order(self.defined, self.bases_read, circles=True):
            if name not in kept or not moved.isdisjoint(self.bases_read(name)):
                moved.add(name)
        return moved

    def folded(self, tree: Expr) -> Expr:
        """The tree with constants put in."""
        return build.specialise(tree, self.constants, self._folded)

    def apart(self, definition: Definition, tree: Expr) -> Expr:
        """The tree with each value over the population replaced by a name of its own."""
        if isinstance(tree, Over):
            self._overs.setdefault(tree, definition.name)
            return tree
        if not has_over(tree):
            return tree

        def change(node: Expr) -> Expr:
            if not isinstance(node, Over):
                return node
            name = self._overs.get(node)
            if name is None:
                name = self._overs[node] = naming.inside(definition.name, len(self._overs))
                self.definitions[name] = Definition(name, node, definition.at, definition.owner)
            return Ref(name, node.type)

        return rewrite(tree, change, {})

    def runnable(self, tree: Expr) -> Expr:
        """A tree that stands in no definition, in terms of names that have been worked out."""

        def change(node: Expr) -> Expr:
            name = self._overs.get(node)
            return node if name is None else Ref(name, node.type)

        return rewrite(self.folded(tree), change, {})

    def lookup(self, name: str) -> Definition | None:
        """The definition behind a name, made now if it follows from another."""
        found = self.definitions.get(name)
        if found is None:
            written = self.defined.get(name)
            if written is None and not self.plain(name):
                written = derive(name, self.lookup)
            found = None if written is None else self.add(written)
        return found

    def plain(self, name: str) -> bool:
        """Whether a name can't be a derived one: those have a mark in them."""
        return not naming.follows(name)[1]

    def check_circles(self) -> None:
        """Raise if names wait for each other. Looks at what is written, and folds nothing."""
        try:
            for _ in in_order(self.defined, self.bases_read):
                pass
        except CircleError as circle:
            raise self.circular(circle, self.defined) from None

    def circular(self, circle: CircleError, definitions: Mapping[str, Definition]) -> GroupbuyError:
        """The error that names a circle by what the author knows."""
        names = list(dict.fromkeys(naming.as_written(step) for step in circle.path))
        return GroupbuyError(circular([*names, names[0]], definitions[circle.path[0]].at))

    def bases_read(self, name: str) -> list[str]:
        """The written definitions that a written one reads."""
        return _bases(self.defined[name].reads, self.defined)

    def ordered(self, wanted: Iterable[str]) -> list[str]:
        """`wanted` and all that they read, each behind what it reads. Raises on a circle."""

        def reads(name: str) -> Iterable[str]:
            definition = self.lookup(name)
            return () if definition is None else definition.reads

        try:
            found = list(in_order(wanted, reads))
        except CircleError as circle:
            raise self.circular(circle, self.definitions) from None
        return [name for name in found if name in self.definitions]


@lru_cache(maxsize=1 << 14)
def has_over(tree: Expr) -> bool:
    """Whether a tree has a value over the population in it."""
    return any(isinstance(node, Over) for node in walk(tree))


def circles_in_any(stacks: Iterable[Stack]) -> bool:
    """Whether names could wait for each other in one of some stacks; false is sure.

    All are looked at in one: what has no circle there has none in any of them.
    """
    reads: dict[str, dict[str, None]] = {}
    met: set[int] = set()
    for stack in stacks:
        for name, definition in stack.defined.items():
            if id(definition) not in met:
                met.add(id(definition))
                reads.setdefault(name, {}).update(definition.reads)
    followers = [name for name in reads if naming.follows(name)[1]]
    for name in followers:
        if any(written_in(stack.defined, name) not in (name, None) for stack in stacks):
            return True  # here a name of its own, there one that follows from another
    try:
        for _ in in_order(reads, lambda name: _bases(reads[name], reads)):
            pass
    except CircleError:
        return True
    return False


def _bases(names: Iterable[str], defined: Collection[str]) -> list[str]:
    """The written definitions that some names are, or follow from."""
    found = (written_in(defined, name) for name in names)
    return [base for base in found if base is not None]


def written_in(defined: Collection[str], name: str) -> str | None:
    """The written definition that a name is, or follows from."""
    while name not in defined:
        name, how = naming.follows(name)
        if not how:
            return None
    return name
