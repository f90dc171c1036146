"""Columns of a file → columns of the model, read as the reader of single leads reads them.

What is written plainly (`1234.5`, `2026-01-20`, a choice's own word) is read by expressions. Every
other spelling is collected first, each once, and read by the field's own reader: `12.5万` and
`福利` mean the same in both engines, and so do the errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from groupbuy.compile.columns.leads import FIELD, KEY, ROW
from groupbuy.compile.columns.pieces import words
from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.model.entries import Field, Table
from groupbuy.model.lead import Column, Columns, bare, unknown_name, with_unit
from groupbuy.model.model import LeadModel
from groupbuy.model.names import quote
from groupbuy.model.numbers import LARGEST
from groupbuy.model.problem import ValueProblem
from groupbuy.source.limits import current
from groupbuy.tree.types import Kind

LINE = "_line"
"""The number of a row of the file."""
PLAIN_NUMBER = r"^[-+]?[0-9]{1,15}(\.[0-9]{1,15})?$"
PLAIN_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
STRANGE_TEXT = "[\\x00-\\x1f\\x7f-\\x9f\\u{202a}-\\u{202e}\\u{2066}-\\u{2069}\\u{feff}]"
ASCII_TEXT = "^[!-~]([ -~]{0,998}[!-~])?$"
"""A text that nothing is taken from or changed in, as far as that is seen at a glance."""
LONG_TEXT = 30_000
OURS = (KEY, ROW, LINE)
"""Columns that reading adds to those of the file."""
LIES, BLANK = "_lies_", "_blank_"
"""Stand before names of fields, where reading asks of the file how it is written."""
UNIX_EPOCH = 719_163
"""The day number of 1970-01-01."""


@dataclass
class Read:
    """A column of the file that a field is read from, and what its strange spellings mean."""

    header: str
    entry: Field
    unit: str
    dtype: pl.DataType
    values: dict[Any, Any] = field(default_factory=dict)
    faults: dict[Any, Problem] = field(default_factory=dict)
    all_plain: bool = False
    """Whether every value of the file is written plainly."""
    as_it_lies: bool = False
    """Whether every value of the file already is what it is read as."""
    all_there: bool = False
    """Whether no value of the file is blank, or read as if it were."""

    @property
    def raw(self) -> pl.Expr:
        """The column as texts, or as the numbers, flags and days that it holds."""
        column = pl.col(self.header)
        if isinstance(self.dtype, pl.List):
            text = column.cast(pl.List(pl.String)).list.join("、")
            return pl.when(column.list.len() == 0).then(pl.lit("-")).otherwise(text)
        if self.numeric:
            number = column.cast(pl.Float64)
            return pl.when(number.is_finite()).then(number)
        if self.dtype == pl.Boolean or self.dated:
            return column
        return column.cast(pl.String)

    @property
    def numeric(self) -> bool:
        """Whether the file has numbers, and numbers are wanted."""
        return self.dtype.is_numeric() and self.entry.type.kind is Kind.NUMBER

    @property
    def dated(self) -> bool:
        """Whether the file has days, and days are wanted."""
        return self.dtype in (pl.Date, pl.Datetime) and self.entry.type.kind is Kind.DATE

    def plain(self) -> tuple[pl.Expr, pl.Expr]:
        """The value of what is written plainly, and whether it is; blanks are plain."""
        kind, raw = self.entry.type.kind, self.raw
        if self.dated:
            return _day(raw.cast(pl.Date)), pl.lit(True)
        if self.dtype == pl.Boolean and kind is Kind.FLAG:
            return raw, pl.lit(True)
        if self.numeric:
            value = raw + 0.0
            return value, self.in_bounds(value)
        if self.dtype == pl.Boolean:
            raw = raw.cast(pl.String)
        blank = raw.is_null() | (raw.str.strip_chars() == "")
        if kind is Kind.NUMBER and not self.unit:
            value = raw.str.strip_chars().cast(pl.Float64, strict=False) + 0.0
            here = raw.str.contains(PLAIN_NUMBER) & self.in_bounds(value)
            return pl.when(raw.str.contains(PLAIN_NUMBER)).then(value), blank | here
        if kind is Kind.DATE:
            date = raw.str.to_date("%Y-%m-%d", strict=False)
            here = raw.str.contains(PLAIN_DATE) & date.dt.year().is_between(1900, 2999)
            return pl.when(here).then(_day(date)), blank | here.fill_null(False)
        if kind is Kind.TEXT:
            text = raw.str.strip_chars().str.normalize("NFC")
            strange = raw.str.contains(STRANGE_TEXT) | (raw.str.len_chars() > LONG_TEXT)
            return pl.when(text != "").then(text), raw.is_null() | ~strange
        if kind is Kind.CHOICE:
            here = raw.is_in(list(self.entry.type.values))
            return pl.when(here).then(raw), blank | here
        return pl.lit(None, dtype=dtype_of(self.entry)), blank

    def in_bounds(self, value: pl.Expr) -> pl.Expr:
        """Whether a number is one that the field takes as it stands; blanks are."""
        type_ = self.entry.type
        low = -LARGEST if type_.low is None else max(type_.low, -LARGEST)
        high = LARGEST if type_.high is None else min(type_.high, LARGEST)
        if type_.form == "percent" and type_.high is None:
            high = min(high, 1.0)
        inside = value.is_between(low, high)
        if type_.form == "integer":
            inside = inside & (value == value.floor())
        return inside | value.is_null()

    @property
    def chosen(self) -> bool:
        """Whether the file has texts, and words of a choice are wanted."""
        return self.dtype == pl.String and self.entry.type.kind is Kind.CHOICE

    @property
    def typed(self) -> bool:
        """Whether the file has nothing but plain values of the field's type."""
        flags = self.dtype == pl.Boolean and self.entry.type.kind is Kind.FLAG
        return self.dated or flags

    def lies(self) -> pl.Expr:
        """Whether plain values already are what they are read as; null for blanks.

        False where that is not known, or is known otherwise.
        """
        column = pl.col(self.header)
        if self.numeric:
            return column.is_finite()
        if self.dtype == pl.String and self.entry.type.kind is Kind.TEXT:
            return column.str.contains(ASCII_TEXT)
        return pl.lit(self.chosen)

    def blank(self) -> pl.Expr:
        """Whether nothing is written."""
        if self.dtype == pl.String:
            return self.raw.is_null() | (self.raw.str.strip_chars() == "")
        value, here = self.plain()
        return value.is_null() & here.fill_null(True)

    def strange(self) -> pl.Expr:
        """The spellings that have to be read one by one; of a choice all that there are."""
        if self.chosen:
            return self.raw.unique()
        if self.typed:
            return self.raw.filter(pl.lit(False))
        _, here = self.plain()
        raw = self.raw.cast(pl.String) if self.dtype == pl.Boolean else self.raw
        return raw.filter(~here.fill_null(True)).unique()

    def learn(self, spellings: list[Any], name: str, file: str, *, lies: bool, blank: bool) -> None:
        """Read spellings with the field's own reader.

        `lies` says whether all plain values already are what they are read as, `blank` whether
        one of them is none.
        """
        limits = current()
        if len(spellings) > limits.spellings:
            raise GroupbuyError(
                Problem(
                    "too-many-spellings",
                    f"{name}: {len(spellings):,} different texts in {quote(self.header)} are not "
                    "plain values",
                    Location(file),
                    limits.hint("spellings", "clean the column first, or use --engine rows"),
                )
            )
        if self.chosen:
            words = self.entry.type.values
            lies = lies and all(text in words for text in spellings)
            spellings = [text for text in spellings if text.strip() and text not in words]
        for spelling in spellings:
            try:
                found = self.entry.read(with_unit(spelling, self.unit) if self.unit else spelling)
            except ValueProblem as problem:
                self.faults[spelling] = _problem(self.entry, name, problem, file)
                continue
            if found is not None:
                self.values[spelling] = kept(found)
        self.all_plain = not spellings
        self.as_it_lies = lies and not spellings
        self.all_there = not blank and len(self.values) == len(spellings)

    def value(self) -> pl.Expr:
        """The field's value: plain, or as its reader has it."""
        if self.as_it_lies:
            # 0.0 and -0.0 are one number.
            return pl.col(self.header) + 0.0 if self.numeric else pl.col(self.header)
        plain, here = self.plain()
        if self.all_plain:
            return plain
        if not self.values:
            return pl.when(here).then(plain).otherwise(None)
        raw = self.raw.cast(pl.String) if self.dtype == pl.Boolean else self.raw
        return pl.when(here.fill_null(True)).then(plain).otherwise(self.learnt(raw))

    def learnt(self, raw: pl.Expr) -> pl.Expr:
        """What spellings were read as."""
        keys, values = list(self.values), list(self.values.values())
        dtype = dtype_of(self.entry)
        if not all(isinstance(key, str) for key in keys):
            return raw.replace_strict(keys, values, default=None, return_dtype=dtype)
        # Polars' own replacing takes all leads at once; a text's number is found lead by lead.
        number = raw.cast(pl.Enum(keys), strict=False).to_physical().cast(pl.UInt32)
        return pl.lit(pl.Series(values, dtype=dtype)).gather(number)

    def faulty(self) -> pl.Expr | None:
        """Whether the value can't be read; missing where all can."""
        if not self.faults:
            return None
        raw = self.raw.cast(pl.String) if self.dtype == pl.Boolean else self.raw
        _, here = self.plain()
        return (raw.is_in(list(self.faults)) & ~here.fill_null(True)).fill_null(False)


def _day(date: pl.Expr) -> pl.Expr:
    return (date.cast(pl.Int32) + UNIX_EPOCH).cast(pl.Float64)


def kept(value: Any) -> Any:
    """A value as it is kept in columns."""
    if isinstance(value, tuple):
        return words(str(word) for word in value)
    return value if isinstance(value, bool | str) else float(value)


def dtype_of(entry: Field) -> Any:
    """How values of a field are kept."""
    kinds: dict[Kind, Any] = {Kind.NUMBER: pl.Float64, Kind.DATE: pl.Float64, Kind.FLAG: pl.Boolean}
    return kinds.get(entry.type.kind, pl.String)


def _problem(entry: Field, name: str, problem: ValueProblem, file: str) -> Problem:
    """A value's problem; personal data is not repeated."""
    if entry.pii:
        message = f"{name}: the value can't be read as {entry.type} (personal data, not shown)"
        return Problem(problem.code, message, Location(file))
    return Problem(problem.code, f"{name}: {problem.message}", Location(file), problem.hint)


@dataclass
class Reading:
    """A frame of the file whose headers are resolved: of leads, or of a table's rows."""

    frame: pl.LazyFrame
    file: str
    owner: LeadModel | Table
    reads: dict[str, Read] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    """Table → the column of the file that holds its rows."""

    def resolve(self, used: Mapping[str, Any] | set[str], besides: str | None = None) -> None:
        """Find what each header means. Raises with all names that mean nothing."""
        problems = Problems()
        columns = Columns(self.owner)
        schema = self.frame.collect_schema()
        table = self.owner.name if isinstance(self.owner, Table) else ""
        taken: dict[str, str] = {}
        for header, dtype in schema.items():
            if header == besides or header in OURS:
                continue
            column = columns.find(header)
            if column is None:
                at = Location(self.file)
                found = unknown_name(header, columns, bare(at), table)
                problems.extend([found])
                continue
            self.take(header, column, dtype, taken, problems, used)
        problems.raise_any()

    def take(
        self,
        header: str,
        column: Column,
        dtype: pl.DataType,
        taken: dict[str, str],
        problems: Problems,
        used: Mapping[str, Any] | set[str],
    ) -> None:
        """Note what a header means."""
        name = column.entry.name
        if name in taken:
            problems.add(
                "lead-same-field-twice",
                f"{quote(taken[name])} and {quote(header)} both mean {name}",
                Location(self.file),
                "leave one of them out",
            )
            return
        taken[name] = header
        if isinstance(column.entry, Table):
            if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
                self.tables[name] = header
            elif dtype != pl.Null and not _only_blank(self.frame, header, dtype):
                problems.add(
                    "lead-table-shape",
                    f"{name} is a table, not a column of {dtype}",
                    Location(self.file),
                    "a list of rows; in CSV, a file of its own beside this one",
                )
            return
        if name in used:
            self.reads[name] = Read(header, column.entry, column.unit, dtype)

    def spellings(self) -> list[pl.Expr]:
        """What has to be collected before the values can be read."""
        found = []
        for name, read in self.reads.items():
            found.append(read.strange().implode().alias(name))
            found.append(read.lies().all().alias(f"{LIES}{name}"))
            if read.entry.required:
                found.append(read.blank().any().alias(f"{BLANK}{name}"))
        return found

    def learn(self, found: Mapping[str, Any], table: str = "") -> None:
        """Read the spellings that were collected."""
        for name, read in self.reads.items():
            spellings = [text for text in found[name] if text is not None]
            read.learn(
                spellings,
                f"{table}.{name}" if table else name,
                self.file,
                lies=bool(found.get(f"{LIES}{name}", False)),
                blank=bool(found.get(f"{BLANK}{name}", True)),
            )

    def values(self) -> dict[str, pl.Expr]:
        """The columns of the model that the file has; a default stands for a blank."""
        found = {}
        for name, read in self.reads.items():
            value = read.value().cast(dtype_of(read.entry))
            if read.entry.default is not None:
                value = value.fill_null(kept(read.entry.default))
            found[f"{FIELD}{name}"] = value
        return found

    def faulty(self) -> pl.Expr | None:
        """Whether a row has a value that can't be read, or lacks one that must be there."""
        tests = []
        for read in self.reads.values():
            test = read.faulty()
            if test is not None:
                tests.append(test)
            if read.entry.required and not read.all_there:
                tests.append(read.value().is_null())
        return pl.any_horizontal(tests) if tests else None

    def faults_of(self, row: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with one row, given its raw values by field."""
        found = []
        for name, read in self.reads.items():
            raw = row[name]
            if isinstance(raw, bool):
                raw = "true" if raw else "false"
            if raw in read.faults:
                found.append(read.faults[raw])
            elif read.entry.required and (raw is None or str(raw).strip() == ""):
                at = Location(self.file)
                found.append(Problem("lead-required", f"{name} is missing", at, "fill it in"))
        return found


def _only_blank(frame: pl.LazyFrame, header: str, dtype: pl.DataType) -> bool:
    if dtype != pl.String:
        return False
    blank = pl.col(header).str.strip_chars().is_in(["", "无", "-"]) | pl.col(header).is_null()
    return bool(frame.select(blank.all()).collect().item())
