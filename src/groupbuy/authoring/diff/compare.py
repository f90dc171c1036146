"""Two versions over the same leads: who is judged otherwise, and which change did it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from groupbuy.authoring.diff.changes import RuleChange, changes_between
from groupbuy.authoring.diff.graph import VERDICT_KEY, Graph
from groupbuy.authoring.diff.snapshot import NONE_WORD, Record, Snapshot, snapshot
from groupbuy.engine.workspace import Workspace
from groupbuy.model.lead import Lead
from groupbuy.rules.entries import Key

Matrix = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Moved:
    """One thing about a lead that is otherwise: a grade, the verdict, or its plays."""

    what: str
    old: str
    new: str
    because: tuple[RuleChange, ...]


@dataclass(frozen=True)
class ChangedLead:
    """A lead that is judged otherwise. A rank is none where the lead is stopped or set aside."""

    id: str
    name: str | None
    ranks: tuple[int | None, int | None]
    moved: tuple[Moved, ...]
    set_aside: tuple[str | None, str | None] = (None, None)


@dataclass
class Difference:
    """Everything that is otherwise. `matrices` count leads by old and new word of each grade."""

    changes: list[RuleChange]
    leads: int = 0
    changed: list[ChangedLead] = field(default_factory=list)
    reranked: int = 0
    matrices: dict[str, Matrix] = field(default_factory=dict)
    counts: dict[RuleChange, int] = field(default_factory=dict)
    """For how many leads a change of the rules moved a grade, the verdict or a play."""

    @property
    def same(self) -> bool:
        """Whether every lead is judged as before, in the same order."""
        return not self.changed and not self.reranked


def compare(
    old: Workspace, new: Workspace, leads: tuple[Sequence[Lead], Sequence[Lead]]
) -> Difference:
    """Evaluate the leads, read for each version, under both."""
    changes = changes_between(old.project, new.project)
    graphs = Graph(old.rules), Graph(new.rules)
    keys = {change.key for change in changes if change.key is not None and not change.words}
    # A pack that applies to others than before may move whatever it says.
    whole = {change.pack for change in changes if change.key is None}
    for pack in (*old.project.packs, *new.project.packs):
        if pack.name in whole:
            for part in (pack.sections, pack.changes):
                keys.update((section, id) for section, entries in part.items() for id in entries)
    watched = sorted(graphs[0].depending_on(keys) | graphs[1].depending_on(keys) | keys)
    watched = [key for key in watched if key != VERDICT_KEY]
    snapshots = snapshot(old, leads[0], watched), snapshot(new, leads[1], watched)
    field = new.model.fields.get("name")
    hidden = field is None or (field.pii and not new.options.show_pii)
    return _Comparison(changes, graphs, watched, snapshots).made(leads, hidden=hidden)


class _Comparison:
    def __init__(
        self,
        changes: list[RuleChange],
        graphs: tuple[Graph, Graph],
        watched: list[Key],
        snapshots: tuple[Snapshot, Snapshot],
    ) -> None:
        self.changes, self.graphs = changes, graphs
        self.old, self.new = snapshots
        self.position = {key: number for number, key in enumerate(watched)}
        self.difference = Difference(changes)

    def made(self, leads: tuple[Sequence[Lead], Sequence[Lead]], *, hidden: bool) -> Difference:
        found = self.difference
        named = {
            lead.id: None if hidden else lead.values.get("name") for side in leads for lead in side
        }
        found.leads = len(named)
        shared = [grade for grade in self.new.grades if grade in self.old.grades]
        for grade in dict.fromkeys([*self.new.grades, *self.old.grades]):
            found.matrices[grade] = {}
        for id, name in named.items():
            a, b = self.old.records.get(id), self.new.records.get(id)
            text = name if isinstance(name, str) else None
            if a is None or b is None:
                codes = self.old.set_aside.get(id), self.new.set_aside.get(id)
                if (a is None) is not (b is None) or codes[0] != codes[1]:
                    ranks = a.rank if a else None, b.rank if b else None
                    found.changed.append(ChangedLead(id, text, ranks, (), codes))
                continue
            for grade in found.matrices:
                pair = self.word(self.old, a, grade), self.word(self.new, b, grade)
                matrix = found.matrices[grade]
                matrix[pair] = matrix.get(pair, 0) + 1
            moved = tuple(self.moved(a, b, shared))
            found.reranked += a.rank != b.rank
            if moved:
                found.changed.append(ChangedLead(id, text, (a.rank, b.rank), moved))
                for change in {change for each in moved for change in each.because}:
                    found.counts[change] = found.counts.get(change, 0) + 1
        found.matrices = {
            grade: matrix
            for grade, matrix in found.matrices.items()
            if any(before != after for before, after in matrix)
        }
        found.changed.sort(key=lambda lead: (lead.ranks[1] is None, lead.ranks[1] or 0, lead.id))
        return found

    def word(self, side: Snapshot, record: Record, grade: str) -> str:
        return record.grades[side.grades.index(grade)] if grade in side.grades else NONE_WORD

    def moved(self, a: Record, b: Record, shared: list[str]) -> Iterator[Moved]:
        """What is otherwise about one lead."""
        if a.verdict != b.verdict:
            yield Moved("verdict", a.verdict, b.verdict, self.because(VERDICT_KEY, a, b))
        if a.grades != b.grades or self.old.grades != self.new.grades:
            for grade in dict.fromkeys([*self.new.grades, *self.old.grades]):
                old, new = self.word(self.old, a, grade), self.word(self.new, b, grade)
                if old != new:
                    yield Moved(grade, old, new, self.because(("grades", grade), a, b))
        if a.plays != b.plays:
            for play in (*b.plays, *a.plays):
                if (play in a.plays) is not (play in b.plays):
                    key = ("plays", play.partition("/")[0])
                    words = ("–", play) if play in b.plays else (play, "–")
                    yield Moved("plays", *words, self.because(key, a, b))

    def because(self, key: Key, a: Record, b: Record) -> tuple[RuleChange, ...]:
        """The changes of the rules that can have moved an entry, and did move what lies between.

        A change counts where it is of the entry itself, or of one that it depends on and that came
        to something else for this lead. Where that leaves none (the lead moved because others
        did, in a rank), all changes that the entry depends on.
        """
        packs = set(a.packs) | set(b.packs)
        behind = self.graphs[0].behind(key) | self.graphs[1].behind(key)
        near: list[RuleChange] = []
        far: list[RuleChange] = []
        for change in self.changes:
            if change.everywhere:
                far.append(change)
                continue
            if change.words or change.pack not in packs:
                continue
            if change.key is None:
                if (change.pack in a.packs) is not (change.pack in b.packs):
                    near.append(change)
                continue
            if change.key not in behind:
                continue
            far.append(change)
            if change.key == key or self.differs(change.key, key, a, b):
                near.append(change)
        return tuple(near or far)

    def differs(self, key: Key, target: Key, a: Record, b: Record) -> bool:
        """Whether an entry came to something else; a setting: whether an entry reading it did."""
        if key[0] != "settings":
            return self.other(key, a, b)
        behind = self.graphs[1].behind(target) | self.graphs[0].behind(target)
        readers = {
            reader
            for graph in self.graphs
            for reader in behind
            if key in graph.reads.get(reader, ())
        }
        return any(reader == target or self.other(reader, a, b) for reader in readers)

    def other(self, key: Key, a: Record, b: Record) -> bool:
        position = self.position.get(key)
        return position is not None and a.values[position] != b.values[position]
