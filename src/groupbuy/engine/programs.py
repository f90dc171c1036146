"""Programs for many stacks of packs: what means the same in several of them is compiled once.

Leads of one file meet dozens of stacks, and most of what is worked out beyond what no pack touches
is the same in several of these: of 3,900 definitions in 22 stacks, 430 were different ones. What
the same stacks share becomes one program; a stack runs those that it has a share in, one behind
the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from groupbuy.compile.pieces import Variable
from groupbuy.compile.python import Program, compile_program, write_program
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Col, Expr, Periods, walk
from groupbuy.tree.types import TableType

Part = tuple[object, ...]
"""What a definition is, with all that its program depends on but names that are read."""
Facts = dict[str, Variable]
"""What a name can hold: whether it can be unknown or none, and how many digits it can have."""
ROUNDS = 30
"""How often levels are looked at; more than that is a circle between stacks."""


@dataclass(frozen=True)
class World:
    """What the definitions of a stack are read with."""

    definitions: Mapping[str, Definition]
    inputs: Mapping[str, bool]
    tables: Mapping[str, TableType]

    def part(self, name: str) -> Part:
        """What stands behind a name here: equal for definitions with the same program."""
        definition = self.definitions[name]
        return (name, definition.expression, definition.table, *self._columns(definition))

    def _columns(self, definition: Definition) -> Iterator[object]:
        """The tables and derived columns that a definition looks into, which it does not name."""
        seen: set[str] = set()
        pending = [definition]
        while pending:
            for column in _columns_of(pending.pop()):
                if column in seen:
                    continue
                seen.add(column)
                table = column.partition(".")[0]
                yield (table in self.definitions, self.tables.get(table))
                derived = self.definitions.get(column)
                if derived is not None:
                    yield (column, derived.expression)
                    pending.append(derived)


def _columns_of(definition: Definition) -> Iterable[str]:
    expression = definition.expression
    trees = (
        [tree for _, tree in expression.columns]
        if isinstance(expression, Periods)
        else [expression]
    )
    # What has no table behind it reads no column; only names of columns and words have a dot.
    if not any("." in read for read in definition.reads) and not definition.table:
        return ()
    return dict.fromkeys(_in_trees(trees))


def _in_trees(trees: Iterable[Expr]) -> Iterator[str]:
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Col):
                yield f"{node.table}.{node.name}"


@dataclass
class Share:
    """A stack's part in what is compiled: its names by stage, and what it knows beforehand."""

    world: World
    stages: Sequence[Sequence[str]]
    facts: Facts
    programs: list[list[Program]] = field(default_factory=list)
    """For each stage its programs, in the order in which they run."""
    found: Facts = field(default_factory=dict)
    """What is known of the names that they work out."""


@dataclass
class _Piece:
    """Definitions that the same stacks share, behind each other in one program."""

    shares: list[int]
    names: list[str] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)


class Programs:
    """Compiles, and keeps what was compiled for all the stacks of a run."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._kept: dict[object, Program] = {}

    def one(self, world: World, order: Sequence[str], outputs: Collection[str]) -> Program:
        """A program of its own, the same one where it would be the same."""
        key = (tuple(world.part(name) for name in order), frozenset(outputs))
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = compile_program(
                world.definitions, order, world.inputs, world.tables, outputs
            )
        return found

    def together(self, shares: Sequence[Share]) -> None:
        """Compile what some stacks work out in their stages; fills their `programs`."""
        joint = _Joint(shares)
        levels = joint.levels()
        if levels is None:
            for share in shares:
                self.together([share])
            return
        for (stage, _), pieces in sorted(joint.pieces(levels).items()):
            for piece in pieces:
                first = shares[piece.shares[0]].world
                program, facts = write_program(
                    first.definitions,
                    piece.names,
                    first.inputs,
                    first.tables,
                    set(piece.names),
                    joint.given(piece),
                )
                for part, name in zip(piece.parts, piece.names, strict=True):
                    joint.facts[part] = facts[name]
                for number in piece.shares:
                    shares[number].programs[stage].append(program)
                    shares[number].found.update(facts)


class _Joint:
    """Several stacks that are compiled together. Their parts are numbers, equal for equal ones."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self.shares = shares
        self.facts: dict[int, Variable] = {}
        self.parts: list[dict[str, int]] = []
        """For each stack its parts by name, behind what they read."""
        self.whose: list[int] = []
        """For each part the stacks that have it, as bits."""
        self.stage_of: list[int] = []
        numbers: dict[Part, int] = {}
        for bit, share in enumerate(shares):
            share.programs = [[] for _ in share.stages]
            mine: dict[str, int] = {}
            for stage, names in enumerate(share.stages):
                for name in names:
                    part = numbers.setdefault((stage, *share.world.part(name)), len(numbers))
                    if part == len(self.whose):
                        self.whose.append(0)
                        self.stage_of.append(stage)
                    self.whose[part] |= 1 << bit
                    mine[name] = part
            self.parts.append(mine)

    def waits(self) -> list[tuple[int, int, bool]]:
        """Parts, those of their stage that they read, and whether these are in other programs."""
        whose, stage_of = self.whose, self.stage_of
        found: dict[tuple[int, int, bool], None] = {}
        for share, parts in zip(self.shares, self.parts, strict=True):
            definitions = share.world.definitions
            for name, part in parts.items():
                for read in definitions[name].reads:
                    below = parts.get(read)
                    if below is not None and stage_of[below] == stage_of[part]:
                        found[part, below, whose[below] != whose[part]] = None
        return list(found)

    def levels(self) -> list[int] | None:
        """For each part how often one program waits for another before it; none in a circle.

        No stack has a circle, but what different stacks read may lie the other way round.
        """
        levels = [0] * len(self.whose)
        waits = self.waits()
        for _ in range(ROUNDS):
            moved = False
            for part, below, apart in waits:
                level = levels[below] + apart
                if level > levels[part]:
                    levels[part], moved = level, True
            if not moved:
                return levels
        return None

    def pieces(self, levels: Sequence[int]) -> dict[tuple[int, int], list[_Piece]]:
        """The programs by stage and level; in each the names in their order."""
        found: dict[tuple[int, int], dict[int, _Piece]] = {}
        seen: set[int] = set()
        for parts in self.parts:
            for name, part in parts.items():
                if part in seen:
                    continue
                seen.add(part)
                whose = self.whose[part]
                here = found.setdefault((self.stage_of[part], levels[part]), {})
                if whose not in here:
                    here[whose] = _Piece([n for n in range(len(self.shares)) if whose >> n & 1])
                here[whose].names.append(name)
                here[whose].parts.append(part)
        return {place: list(here.values()) for place, here in found.items()}

    def given(self, piece: _Piece) -> Facts:
        """What all stacks of a piece know of the names that it reads."""
        definitions = self.shares[piece.shares[0]].world.definitions
        inside = set(piece.names)
        found: Facts = {}
        for read in dict.fromkeys(read for name in piece.names for read in definitions[name].reads):
            fact = None if read in inside else self.fact(read, piece.shares)
            if fact is not None:
                found[read] = fact
        return found

    def fact(self, name: str, shares: Sequence[int]) -> Variable | None:
        """What is known of a name in all of some stacks; none where it is not in one of them."""
        parts = {self.parts[number].get(name) for number in shares}
        known = [self.facts.get(part) for part in parts if part is not None]
        if None in parts:
            before = [self.shares[n] for n in shares if name not in self.parts[n]]
            known += [share.facts.get(name) for share in before]
        facts = [fact for fact in known if fact is not None]
        if not facts or len(facts) < len(known):
            return None
        return Variable(
            name,
            any(fact.unknown for fact in facts),
            any(fact.none for fact in facts),
            max(fact.magnitude for fact in facts),
        )
