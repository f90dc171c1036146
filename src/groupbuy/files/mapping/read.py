"""Files and a mapping → leads, what was set aside, and what became of every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from groupbuy.errors import GroupbuyError, Problem, Problems, did_you_mean
from groupbuy.files.mapping.bind import Binder, BoundPart
from groupbuy.files.mapping.book import Book
from groupbuy.files.mapping.gather import Gathered
from groupbuy.files.mapping.load import load_mapping
from groupbuy.files.mapping.rejects import Reject
from groupbuy.files.mapping.rows import Count, Origin, Taken, rows_of
from groupbuy.model.lead import LeadFile, RecordReader, SetAside
from groupbuy.model.model import LeadModel
from groupbuy.model.names import quote
from groupbuy.source.compose import without_collector

MOST_PROBLEMS = 20
_LEADS = "leads"


@dataclass
class Mapped:
    """What a mapping made of the files."""

    leads: LeadFile = field(default_factory=LeadFile)
    counts: list[Count] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def read_mapped(
    paths: Sequence[str | Path],
    mapping: Path,
    model: LeadModel,
    *,
    today: int = 0,
    stdin: TextIO | None = None,
) -> Mapped:
    """The leads of `paths` as the mapping file says. `today` is a day number, for expressions.

    Rows that the model does not take are set aside with their leads. What is wrong with the
    mapping, or with a file as a whole, raises `GroupbuyError` with the first 20 problems.
    """
    with without_collector():
        reading = _Reading(model)
        reading.read(paths, mapping, today, stdin)
        problems = _in_order(reading.problems, mapping)
        if problems:
            more = len(problems) - MOST_PROBLEMS
            if more > 0:
                last = Problem("file-more-problems", f"and {more:,} more problems")
                problems = [*problems[:MOST_PROBLEMS], last]
            raise GroupbuyError(*problems)
        return reading.result


def _in_order(problems: Problems, mapping: Path) -> list[Problem]:
    """Each problem once: those of the mapping from its top to its end, then the others."""

    def place(problem: Problem) -> tuple[bool, int, int]:
        at = problem.at
        if at is None or at.file != str(mapping):
            return True, 0, 0
        return False, at.line or 0, at.column or 0

    return sorted(dict.fromkeys(problems.found), key=place)


class _Reading:
    """One run."""

    def __init__(self, model: LeadModel) -> None:
        self.model = model
        self.problems = Problems()
        self.result = Mapped()
        self.gathered: dict[str, Gathered] = {}
        self.ungathered: set[str] = set()

    def read(
        self, paths: Sequence[str | Path], mapping: Path, today: int, stdin: TextIO | None
    ) -> None:
        notes: list[str] = []
        spec = load_mapping(mapping, self.problems)
        book = Book(paths, self.problems, notes, today=today, stdin=stdin)
        binder = Binder(self.model, book, self.problems)
        leads = binder.leads(spec.leads) if spec.leads else []
        tables: dict[str, list[BoundPart]] = {}
        for part in spec.tables:
            name, bound = binder.table(part)
            if name in tables:
                message = f"the table {name} is mapped twice"
                hint = 'several files are named at once: file: "orders_*.csv"'
                self.problems.add("mapping-table", message, part.at, hint)
            tables[name] = bound
        if self.problems.found:
            return
        grouped = spec.leads is not None and spec.leads.group
        self.leads(leads, grouped)
        for name, bound in tables.items():
            self.table(name, bound)
        self.finish()
        counts = [str(count) for count in self.result.counts]
        unused = [f"{path.name} is not used by the mapping" for path in book.unused()]
        self.result.leads.notes += [*notes, *counts, *binder.notes, *unused]

    # ── rows ──

    def count(self, name: str, part: BoundPart) -> Count:
        found = Count(name, part.frame.name)
        self.result.counts.append(found)
        return found

    def leads(self, bound: Iterable[BoundPart], grouped: bool) -> None:
        """The rows of leads; those of one id together, where the mapping says so."""
        for part in bound:
            count = self.count(_LEADS, part)
            mine: set[str] = set()
            for taken in rows_of(part, count):
                if taken.lead is None:
                    self.set_aside(taken)
                    continue
                found = self.gathered.get(taken.lead)
                if found is not None and not grouped:
                    first = found.rows[0].origin.place("id")
                    message = f"the id {quote(taken.lead)} is given twice: first at {first}"
                    hint = "`group: true` makes one lead of several rows; else drop one of them"
                    at = taken.origin.place("id")
                    self.problems.add("lead-same-id", message, at, hint)
                    continue
                if found is None:
                    found = self.gathered[taken.lead] = Gathered(taken.lead, self.model)
                found.rows.append(taken)
                mine.add(taken.lead)
                count.taken += 1
            if grouped:
                count.leads = len(mine)

    def table(self, name: str, bound: Iterable[BoundPart]) -> None:
        """The rows of a table, each with its lead. A lead without rows has an empty table."""
        for gathered in self.gathered.values():
            gathered.tables[name] = []
        strays: dict[str, list[Taken]] = {}
        for part in bound:
            count = self.count(name, part)
            for taken in rows_of(part, count):
                if taken.lead is None:
                    self.set_aside(taken)
                elif taken.lead in self.gathered:
                    self.gathered[taken.lead].tables[name].append(taken)
                    count.taken += 1
                else:
                    strays.setdefault(taken.lead, []).append(taken)
        for lead, rows in strays.items():
            self.stray(name, lead, rows)
        self.note_repeated(name)

    def stray(self, name: str, lead: str, rows: list[Taken]) -> None:
        """Rows of a lead that there is not."""
        many = f" ({len(rows):,} rows of {name})" if len(rows) > 1 else ""
        hint = did_you_mean(lead, self.gathered) or "map it under `values:`, or drop such rows"
        at = rows[0].origin.place("id")
        problem = Problem("mapping-no-lead", f"there is no lead {quote(lead)}{many}", at, hint)
        self.result.leads.set_aside.append(SetAside(lead, at, (problem,)))
        for row in rows:
            row.origin.count.set_aside += 1
            self.reject(row.origin, f"there is no lead {quote(lead)}")

    def note_repeated(self, name: str) -> None:
        """Say where rows stand twice with the same key: they count twice."""
        key = self.model.tables[name].key
        seen: set[tuple[str | None, ...]] = set()
        twice: list[Taken] = []
        for gathered in self.gathered.values():
            for row in gathered.tables[name]:
                if key is None or row.items.get(key) is None:
                    continue
                whole = (gathered.id, *row.items.values())
                if whole in seen:
                    twice.append(row)
                seen.add(whole)
        if twice:
            assert key is not None
            first = f"{key} {quote(twice[0].items[key])} at {twice[0].origin.place().short}"
            rows = "1 row stands" if len(twice) == 1 else f"{len(twice):,} rows stand"
            note = f"{name}: {rows} in the files twice, and counts twice; the first is {first}"
            self.result.leads.notes.append(note)

    # ── leads ──

    def finish(self) -> None:
        """The leads, read as the model says."""
        if self.problems.found:
            return
        reader = RecordReader(self.model)
        for gathered in self.gathered.values():
            problems = [each for row in gathered.all_rows for each in row.problems]
            items = gathered.items(problems)
            found = reader.read(items, gathered.place, problems)
            if isinstance(found, SetAside):
                self.result.leads.set_aside.append(found)
                self.reject_lead(gathered, found)
            else:
                self.result.leads.leads.append(found)
        self.problems.extend(reader.name_problems)

    def set_aside(self, taken: Taken) -> None:
        """A row of which it is not known whose it is."""
        taken.origin.count.set_aside += 1
        self.reject(taken.origin, "; ".join(problem.message for problem in taken.problems))
        aside = SetAside(None, taken.origin.place(), tuple(taken.problems))
        self.result.leads.set_aside.append(aside)

    def reject_lead(self, gathered: Gathered, aside: SetAside) -> None:
        """The rows that made a lead be set aside; its other rows don't count either."""
        rows = [row.origin for row in gathered.all_rows]
        owners = {place: number for number, origin in enumerate(rows) for place in origin.places}
        reasons: dict[int, list[str]] = {}
        for problem in aside.problems:
            at = problem.at
            # What stands in no row (a required field that is not mapped) is said of the first.
            number = owners.get((at.file, at.line), 0) if at else 0
            reasons.setdefault(number, []).append(problem.message)
        for number, origin in enumerate(rows):
            origin.count.taken -= 1
            if number in reasons:
                origin.count.set_aside += 1
                self.reject(origin, "; ".join(dict.fromkeys(reasons[number])))
            else:
                origin.count.dropped["their lead is set aside"] += 1

    def reject(self, origin: Origin, reason: str) -> None:
        sheet = origin.frame.sheet
        self.result.rejects.append(
            Reject(
                tuple(sheet.header),
                tuple(origin.row.cells),
                reason,
                sheet.source.name,
                origin.row.line,
            )
        )
