"""One lead that was read: its values, what was assumed, and where each value stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, overload

from groupbuy.errors import Location, Problem, did_you_mean
from groupbuy.model.entries import Entry, Field, Table
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.model.numbers import WIDE
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import NOTHING, Reader
from groupbuy.tree.types import Kind

Row = dict[str, object]

_NONE: frozenset[str] = frozenset()
_UNREADABLE = object()
_MOST_HINTS = 50
_MOST_VALUE_HINTS = 2_000
"""Of one run: a hint may take a tenth of a millisecond, and nobody reads more of them."""
_BRACKET = re.compile(r"([^()]+)\(([^()]+)\)")
_SCALES = {"千元": "千", "万元": "万", "万": "万", "百万元": "百万", "亿元": "亿", "亿": "亿"}


class Places(Protocol):
    """Where the values of one record stand; asked only when a place is shown.

    `field` and `column` are names of the model or the headers of the file; without them, or
    where a field was not given, the place is that of the record (or of the row).
    """

    def __call__(
        self, field: str | None = None, row: int | None = None, column: str | None = None, /
    ) -> Location:
        """The place of a field, or of a row (from 0) of a table, or of a column of that row."""


@dataclass(slots=True, eq=False)
class Lead:
    """One lead. `values` has every field and table of the model: blank or not given is `None`.

    A field's value is as `groupbuy.model.values` says; a table is a list of rows (column →
    value, every column present) in the order of the file. `assumed` names the blanks that were
    filled from a `default` (`table.column` where a blank of a row was).
    """

    id: str
    values: dict[str, object]
    assumed: frozenset[str]
    places: Places = field(repr=False)

    @property
    def at(self) -> Location:
        """Where the lead begins."""
        return self.places()

    def place(self, field: str, row: int | None = None, column: str | None = None) -> Location:
        """Where a value was read; the place of the lead where it was not given."""
        return self.places(field, row, column)


@dataclass(frozen=True)
class SetAside:
    """A lead that could not be read, and all that is wrong with it."""

    id: str | None
    at: Location
    problems: tuple[Problem, ...]


@dataclass
class LeadFile:
    """What was read: leads in the order of their files, those set aside, and remarks."""

    leads: list[Lead] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Column:
    """What a header means: an entry, and the unit of every value (`万` of `预算（万元）`)."""

    entry: Entry
    read: Reader | None
    unit: str = ""


class Columns:
    """Headers → fields of a model or columns of a table. Each header is worked out once."""

    def __init__(self, owner: LeadModel | Table) -> None:
        """Resolve headers as `owner` does."""
        self.owner = owner
        self._hints = _MOST_HINTS
        self._found: dict[str, Column | None] = {}

    def find(self, header: str) -> Column | None:
        """What `header` means, or none."""
        if header not in self._found:
            self._found[header] = self._work_out(header.strip())
        return self._found[header]

    def hint(self, header: str) -> str | None:
        """The nearest name there is; none after the first few, for it takes milliseconds."""
        if self._hints == 0:
            return None
        self._hints -= 1
        stem, unit = _split(header.strip())
        if unit and self.owner.resolve(stem) is not None:
            # "Did you mean 预算?" would turn a budget in dollars into one in yuan.
            return f"{quote(unit)} is not a unit of {stem}: 元, 万元, 亿元 for money, % for percent"
        return did_you_mean(header[:100], self.owner.names)

    def _work_out(self, header: str) -> Column | None:
        name = self.owner.resolve(header)
        if name is not None:
            entry = self.owner.entries[name]
            return Column(entry, entry.read if isinstance(entry, Field) else None)
        stem, unit = _split(header)
        name = self.owner.resolve(stem) if unit else None
        named = self.owner.entries[name] if name is not None else None
        if not isinstance(named, Field):
            return None
        factor = _unit(named, unit)
        return None if factor is None else Column(named, named.read, factor)


def _split(header: str) -> tuple[str, str]:
    """`预算（万元）` → `预算`, `万元`; the unit is empty where there is none."""
    found = _BRACKET.fullmatch(header.translate(WIDE))
    return (found[1].strip(), found[2].strip().casefold()) if found else (header, "")


def _unit(entry: Field, unit: str) -> str | None:
    """What to write behind each number of a column whose header names `unit`; none if unknown."""
    if entry.type.kind is Kind.NUMBER and unit in entry.units:
        return ""
    match entry.type.form if entry.type.kind is Kind.NUMBER else None:
        case "money":
            yuan = {"元", "人民币", "¥", "rmb", "cny", "yuan"}
            return "" if unit in yuan else _SCALES.get(unit)
        case "percent":
            return "%" if unit == "%" else None
    return None


class RecordReader:
    """Turns raw records of one source into leads.

    What is wrong with names rather than with values (`unknown`) belongs to the file as a whole:
    it is kept once per name, with its first place.
    """

    def __init__(self, model: LeadModel) -> None:
        """Read leads of `model`."""
        self.model = model
        self.columns = Columns(model)
        self._hints = _MOST_VALUE_HINTS
        self.unknown: dict[tuple[str, str], tuple[Problem, int]] = {}
        self._tables = {name: Columns(table) for name, table in model.tables.items()}
        self._blank: dict[str, object] = dict.fromkeys(model.entries)
        self._required = [f.name for f in model.fields.values() if f.required]
        self._defaults = {f.name: f.default for f in model.fields.values() if f.default is not None}

    def read(
        self, items: Mapping[str, object], places: Places, problems: Iterable[Problem] = ()
    ) -> Lead | SetAside:
        """The lead of one record (header → raw value), or why it can't be read.

        `problems` are those already found with the record.
        """
        values = self._blank.copy()
        faults = list(problems)
        taken: dict[str, str] = {}
        strange: list[str] = []
        find = self.columns._found
        for header, raw in items.items():
            column = find.get(header) or self.columns.find(header)
            if column is None:
                strange.append(header)
                continue
            name = column.entry.name
            if name in taken:
                faults.append(_twice(taken[name], header, name, places(header)))
                continue
            taken[name] = header
            if raw is None:
                continue
            if column.read is None:
                values[name] = self._rows(name, raw, places, faults)
                continue
            try:
                values[name] = column.read(with_unit(raw, column.unit) if column.unit else raw)
            except ValueProblem as problem:
                values[name] = _UNREADABLE
                faults.append(self._problem(column.entry, name, problem, places(header)))
        if strange:
            self._unknown(strange, places, taken)
        return self._finish(values, taken, places, faults)

    def _finish(
        self,
        values: dict[str, object],
        taken: Mapping[str, str],
        places: Places,
        faults: list[Problem],
    ) -> Lead | SetAside:
        """Required fields and defaults."""
        for name in self._required:
            if values[name] is None:
                at = places(taken[name]) if name in taken else places()
                faults.append(Problem("lead-required", f"{name} is missing", at, "fill it in"))
        if faults:
            given, at = values[ID], places()
            if any(_is_private(self.columns, header) for header in taken.values()):
                # What stands beside a faulty value, in the line shown with it, may be a phone.
                faults = [replace(fault, at=bare(fault.at)) for fault in faults]
                at = bare(at)
            return SetAside(given if isinstance(given, str) else None, at, tuple(faults))
        assumed = []
        for name, default in self._defaults.items():
            if values[name] is None:
                values[name] = default
                assumed.append(name)
        for name in self.model.tables:
            if values[name]:
                assumed += _fill(self.model.tables[name], values[name])
        return Lead(str(values[ID]), values, frozenset(assumed) if assumed else _NONE, places)

    def _rows(
        self, table: str, raw: object, places: Places, faults: list[Problem]
    ) -> list[Row] | None:
        """The rows of a table; `无`, `-` and an empty list are none at all."""
        if isinstance(raw, str):
            text = raw.strip()
            if not text:
                return None
            if text in NOTHING:
                return []
        if not isinstance(raw, list | tuple):
            noun = "a mapping" if isinstance(raw, Mapping) else quote(raw)
            hint = "a list of rows; in CSV, a file of its own beside this one"
            message = f"{table} is a table, not {noun}"
            faults.append(Problem("lead-table-shape", message, places(table), hint))
            return None
        return [self._row(table, i, row, places, faults) for i, row in enumerate(raw)]

    def _row(
        self, table: str, number: int, raw: object, places: Places, faults: list[Problem]
    ) -> Row:
        columns = self._tables[table]
        declared = self.model.tables[table].fields
        row: Row = dict.fromkeys(declared)
        if not isinstance(raw, Mapping):
            noun = "a list" if isinstance(raw, list | tuple) else quote(raw)
            message = f"a row of {table} is a mapping of its columns, not {noun}"
            faults.append(Problem("lead-table-shape", message, places(table, number)))
            return row
        taken: dict[str, str] = {}
        strange: list[str] = []
        for header, value in raw.items():
            column = columns.find(header)
            if column is None:
                strange.append(header)
                continue
            name = column.entry.name
            if name in taken:
                at = places(table, number, header)
                faults.append(_twice(taken[name], header, f"{table}.{name}", at))
                continue
            taken[name] = header
            assert column.read is not None
            try:
                row[name] = column.read(with_unit(value, column.unit) if column.unit else value)
            except ValueProblem as problem:
                at = places(table, number, header)
                faults.append(self._problem(column.entry, f"{table}.{name}", problem, at))
        if strange:
            self._unknown(strange, places, taken, table, number)
        for name, column_field in declared.items():
            if column_field.required and row[name] is None and name not in taken:
                message = f"{table}.{name} is missing"
                at = places(table, number)
                faults.append(Problem("lead-required", message, at, "fill it in"))
        return row

    def _problem(self, entry: Entry, name: str, problem: ValueProblem, at: Location) -> Problem:
        """A value's problem with its place; personal data is not repeated."""
        if isinstance(entry, Field) and entry.pii:
            message = f"{name}: the value can't be read as {entry.type} (personal data, not shown)"
            return Problem(problem.code, message, bare(at))
        hint = problem.hint if self._hints > 0 else None
        self._hints -= 1
        return Problem(problem.code, f"{name}: {problem.message}", at, hint)

    def _unknown(
        self,
        headers: Iterable[str],
        places: Places,
        taken: Mapping[str, str],
        table: str = "",
        row: int = 0,
    ) -> None:
        """Keep names that nothing in the model has; the first ones with their first places."""
        columns = self._tables[table] if table else self.columns
        private = any(_is_private(columns, header) for header in taken.values())
        for header in headers:
            first, count = self.unknown.get((table, header), (None, 0))
            if first is None:
                at = None
                if len(self.unknown) < _MOST_HINTS:
                    at = places(table, row, header) if table else places(header)
                first = unknown_name(header, columns, bare(at) if private else at, table)
            self.unknown[table, header] = (first, count + 1)

    @property
    def name_problems(self) -> list[Problem]:
        """What is wrong with names, each once, with the number of times it occurs."""
        return [
            replace(first, message=f"{first.message} ({count:,} times)") if count > 1 else first
            for first, count in self.unknown.values()
        ]


def read_record(model: LeadModel, items: Mapping[str, object], places: Places) -> Lead | SetAside:
    """One raw record (header → raw value) as a lead, or set aside with all that is wrong.

    Readers of whole files use one `RecordReader`, for which unknown names are the file's fault.
    """
    reader = RecordReader(model)
    found = reader.read(items, places)
    if not reader.unknown:
        return found
    before = found.problems if isinstance(found, SetAside) else ()
    return SetAside(found.id, places(), (*reader.name_problems, *before))


def unknown_name(header: str, columns: Columns, at: Location | None, table: str = "") -> Problem:
    """The problem that a header or key is no field of the model, or no column of the table."""
    noun = f"column of {table}" if table else "field"
    hint = columns.hint(header) or "declare it under `fields:` in a pack, or leave it out"
    return Problem("lead-unknown-field", f"there is no {noun} {quote(header)}", at, hint)


@overload
def bare(at: Location) -> Location: ...
@overload
def bare(at: None) -> None: ...
def bare(at: Location | None) -> Location | None:
    """The place without the text of its line, which may hold personal data."""
    return at and Location(at.file, at.line, at.column)


def _is_private(columns: Columns, header: str) -> bool:
    """Whether what stands under a header is personal data, or rows with such data."""
    column = columns.find(header)
    return column is not None and is_private(column.entry)


def is_private(entry: Entry) -> bool:
    """Whether a field is personal data, or a table has a column of such."""
    fields = entry.fields.values() if isinstance(entry, Table) else (entry,)
    return any(field.pii for field in fields)


def with_unit(raw: object, unit: str) -> object:
    """A cell with the unit that its column's header names, unless it has one itself."""
    if not unit or not isinstance(raw, str) or not raw.strip() or not raw.strip()[-1].isdigit():
        return raw
    return raw.strip() + unit


def _fill(table: Table, rows: object) -> list[str]:
    """Fill the blanks of a table's rows from defaults; the columns where there were any."""
    assert isinstance(rows, list)
    filled = []
    for name, column in table.fields.items():
        if column.default is None:
            continue
        blanks = [row for row in rows if row[name] is None]
        for row in blanks:
            row[name] = column.default
        if blanks:
            filled.append(f"{table.name}.{name}")
    return filled


def _twice(first: str, header: str, name: str, at: Location) -> Problem:
    """Two headers of one record that mean the same."""
    message = f"{quote(first)} and {quote(header)} both mean {name}"
    return Problem("lead-same-field-twice", message, at, "leave one of them out")
