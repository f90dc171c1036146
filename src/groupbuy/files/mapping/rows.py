"""Rows of a part: which count, whose they are, and what they give; none is lost from the count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from groupbuy.errors import Location, Problem
from groupbuy.files.mapping.bind import BoundPart, Filled
from groupbuy.files.mapping.book import Frame
from groupbuy.model.lead import bare
from groupbuy.model.problem import ValueProblem
from groupbuy.sheets.sheet import SheetRow


@dataclass(eq=False)
class Count:
    """What became of the rows of one file: `rows` is all the others together."""

    part: str
    file: str
    rows: int = 0
    taken: int = 0
    set_aside: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    leads: int | None = None

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows == self.taken + self.set_aside + sum(self.dropped.values())

    def __str__(self) -> str:
        """`orders from sales.csv: 8,800 rows = 4,238 taken + 1,425 dropped (no account)`."""
        parts = [f"{self.taken:,} taken"]
        parts += [f"{count:,} dropped ({why})" for why, count in self.dropped.items()]
        parts += [f"{self.set_aside:,} set aside"] if self.set_aside else []
        made = "" if self.leads is None else f", which make {self.leads:,} leads"
        noun = "row" if self.rows == 1 else "rows"
        return f"{self.part} from {self.file}: {self.rows:,} {noun} = {' + '.join(parts)}{made}"


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """A row of a file."""

    part: BoundPart
    row: SheetRow
    count: Count

    @property
    def frame(self) -> Frame:
        """The sheet."""
        return self.part.frame

    def place(self, name: str | None = None) -> Location:
        """The place of a field's cell; of the row where it has none."""
        found = self.frame.place(self.row, self.part.position(name))
        return bare(found) if self.frame.private else found

    @property
    def places(self) -> set[tuple[str, int | None]]:
        """Where the row and its cells stand: file and line (of a workbook, the cell)."""
        names = (None, "id", *self.part.fields)
        return {(at.file, at.line) for at in map(self.place, names)}


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A row that counts: its lead's id, what it gives, and what is wrong with it.

    Without an id it is known that the row counts, and not for whom.
    """

    origin: Origin
    lead: str | None
    items: dict[str, str | None]
    problems: list[Problem]


def rows_of(part: BoundPart, count: Count) -> Iterator[Taken]:
    """The rows of a sheet that count; those that don't are counted with their reason."""
    sheet = part.frame.sheet
    for row in sheet.rows:
        count.rows += 1
        origin = Origin(part, row, count)
        ragged = sheet.ragged(row)
        if ragged is not None:
            yield Taken(origin, None, {}, [replace(ragged, at=bare(ragged.at))])
            continue
        faults = [*_faults(origin)]
        if faults:
            taken = _taken(origin)
            yield replace(taken, problems=[*faults, *taken.problems])
            continue
        try:
            reason = _reason(part, row)
        except ValueProblem as problem:
            # Whose row it is may be known: then its lead can't be judged without it.
            taken = _taken(origin)
            yield replace(taken, problems=[_problem(problem, origin), *taken.problems])
            continue
        if reason is None:
            yield _taken(origin)
        else:
            count.dropped[reason] += 1


def _faults(origin: Origin) -> Iterator[Problem]:
    """What is wrong with cells that the mapping reads, whatever they are read for."""
    frame, row = origin.frame, origin.row
    for position, fault in (row.faults or {}).items():
        if position in frame.used:
            at = bare(frame.place(row, position))
            message = f"{frame.sheet.header[position]}: {fault.message}"
            yield Problem(fault.code, message, at, fault.hint)


def _reason(part: BoundPart, row: SheetRow) -> str | None:
    """Why a row does not count; none if it does."""
    for when, because in part.drop:
        if when(row.cells) is True:
            return because
    if part.where is None:
        return None
    counts = part.where(row.cells)
    assert part.part.where is not None
    condition = part.part.where.text
    if counts is None:
        message = f"whether this row counts can't be said: {condition}"
        raise ValueProblem("mapping-where", message, "fill the cell in, or say under `drop:`")
    return None if counts is True else f"not {condition}"


def _taken(origin: Origin) -> Taken:
    part, cells = origin.part, origin.row.cells
    problems: list[Problem] = []
    lead = _value(part.lead, cells, "id", origin, problems)
    if lead is None and not problems:
        hint = 'say what to do with such rows: drop: [{when: column == "", because: …}]'
        problems.append(
            Problem("mapping-no-id", "this row names no lead", origin.place("id"), hint)
        )
    items = {
        name: _value(filled, cells, name, origin, problems) for name, filled in part.fields.items()
    }
    return Taken(origin, lead, items, problems)


def _value(
    filled: Filled, cells: list[str], name: str, origin: Origin, problems: list[Problem]
) -> str | None:
    try:
        return filled.take(cells)
    except ValueProblem as problem:
        problems.append(_problem(problem, origin, name, filled))
        return None


def _problem(
    problem: ValueProblem, origin: Origin, name: str | None = None, filled: Filled | None = None
) -> Problem:
    """A value's problem with its place; personal data is not repeated."""
    at = origin.place(name)
    if filled is not None and filled.field.pii:
        message = f"{name}: the value can't be read (personal data, not shown)"
        return Problem(problem.code, message, bare(at))
    message = problem.message if name is None else f"{name}: {problem.message}"
    return Problem(problem.code, message, at, problem.hint)
