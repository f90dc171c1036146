"""Lead files as frames: Parquet and Arrow as they lie, CSV and JSON Lines by way of Parquet.

Other formats are read whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import narwhals as nw
import polars as pl

from groupbuy.compile.columns.leads import FIELD, GIVEN, KEY, ROW
from groupbuy.engine.columns.source import Source
from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.files.columns.csv_text import csv_as_parquet
from groupbuy.files.columns.json_lines import ORDER, json_lines_as_parquet
from groupbuy.files.columns.read_whole import frames_of
from groupbuy.files.columns.typed import LINE, Reading, dtype_of, kept
from groupbuy.files.leads import read_leads
from groupbuy.model.lead import SetAside
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote

FAST = (".parquet", ".pq", ".arrow", ".feather", ".csv", ".tsv")
LINES = (".jsonl", ".ndjson")
T = TypeVar("T")
MOST_TOLD = 1000
"""Leads that can't be read and are named one by one; the rest are counted."""
MOST_IDS = 20


@dataclass
class Opened:
    """Leads as frames, those that can't be read, and remarks. Use it in a `with`."""

    source: Source
    set_aside: list[SetAside] = field(default_factory=list)
    untold: int = 0
    notes: list[str] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def keep_open(self, resource: AbstractContextManager[T]) -> T:
        """Enter something that is needed until the leads are no longer."""
        return self._open.enter_context(resource)

    def __enter__(self) -> Opened:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove temporary files."""
        self._open.close()


def open_frames(paths: Sequence[Path], model: LeadModel, used: set[str]) -> Opened:
    """The leads of files as lazy frames; only the fields in `used` are looked at.

    Raises `GroupbuyError` for what is wrong with a file as a whole.
    """
    opened = Opened(Source(model, None))
    try:
        if len(paths) == 1 and paths[0].suffix.lower() in FAST:
            _Scan(paths[0], model, used | {ID}, opened).open()
        elif len(paths) == 1 and paths[0].suffix.lower() in LINES:
            _open_lines(paths[0], model, opened)
        else:
            leads = read_leads(paths, model)
            opened.set_aside, opened.notes = leads.set_aside, leads.notes
            frame, tables = frames_of(leads.leads, model)
            numbered = frame.with_row_index(ORDER).lazy()
            opened.source = _source(model, numbered, {n: t.lazy() for n, t in tables.items()})
    except BaseException:
        opened._open.close()
        raise
    return opened


def _open_lines(path: Path, model: LeadModel, opened: Opened) -> None:
    """Leads in JSON Lines, a block in memory at a time."""
    folder = Path(opened.keep_open(tempfile.TemporaryDirectory(prefix="groupbuy-")))
    found = json_lines_as_parquet(path, model, folder, MOST_TOLD)
    check_ids(found.leads.select(pl.col(KEY).alias("id")), str(path))
    opened.set_aside, opened.untold = found.set_aside, found.untold
    opened.source = _source(model, found.leads, found.tables)


def check_ids(ids: pl.LazyFrame, file: str) -> None:
    """Raise where two leads have one id."""
    many = ids.filter(pl.col("id").is_not_null())
    twice = many.group_by("id").len().filter(pl.col("len") > 1).sort("id").head(MOST_IDS)
    problems = [
        Problem(
            "lead-same-id",
            f"the id {quote(row['id'])} is given {row['len']} times",
            Location(file),
            "each lead has an id of its own; merge them",
        )
        for row in twice.collect(engine="streaming").iter_rows(named=True)
    ]
    if problems:
        raise GroupbuyError(*problems)


def _source(model: LeadModel, leads: pl.LazyFrame, tables: dict[str, pl.LazyFrame]) -> Source:
    rows = {name: nw.from_native(table) for name, table in tables.items()}
    return Source(model, nw.from_native(leads), rows, ORDER)


class _Scan:
    """One file of leads, with its tables inside it or beside it."""

    def __init__(self, path: Path, model: LeadModel, used: set[str], opened: Opened) -> None:
        self.path, self.model, self.used, self.opened = path, model, used, opened
        self.leads = Reading(self.frame(path), str(path), model)
        self.rows: dict[str, Reading] = {}
        self.beside: set[str] = set()

    def frame(self, path: Path) -> pl.LazyFrame:
        """A file as a lazy frame of raw columns, with the number of each row."""
        suffix = path.suffix.lower()
        if not path.is_file():
            noun = "this is a folder" if path.is_dir() else "there is no such file"
            raise GroupbuyError(Problem("file-missing", noun, Location(str(path))))
        try:
            if suffix in (".csv", ".tsv"):
                folder = Path(
                    self.opened.keep_open(tempfile.TemporaryDirectory(prefix="groupbuy-"))
                )
                target = folder / "leads.parquet"
                csv_as_parquet(path, target, self.opened.notes)
                return pl.scan_parquet(target, row_index_name=LINE)
            if suffix in (".parquet", ".pq"):
                return pl.scan_parquet(path, row_index_name=LINE, glob=False)
            return pl.scan_ipc(path, row_index_name=LINE, glob=False)
        except (pl.exceptions.PolarsError, OSError) as error:
            problem = Problem("file-format", _plainly(error), Location(str(path)))
        raise GroupbuyError(problem)

    def open(self) -> None:
        """Resolve the headers, learn the spellings, check the ids, make the frames."""
        try:
            self.leads.resolve(self.used)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise GroupbuyError(
                Problem("file-format", _plainly(error), Location(str(self.path)))
            ) from None
        if ID not in self.leads.reads:
            hint = f"add a column {quote(self.model.fields[ID].words[0])} with each lead's id"
            message = "no column of this file is the lead's id"
            raise GroupbuyError(Problem("lead-required", message, Location(str(self.path)), hint))
        self.tables_inside()
        self.tables_beside()
        self.learn()
        frames = self.good()
        self.opened.source = _source(self.model, *frames)

    # ── tables ──

    def tables_inside(self) -> None:
        """Tables that are lists of rows in a column."""
        for name, header in self.leads.tables.items():
            if name not in self.used:
                continue
            rows = (
                self.leads.frame.select(self.id.alias(KEY), pl.col(header).alias("_rows"))
                .filter(pl.col("_rows").list.len() > 0)
                .explode("_rows")
                .with_row_index(ROW)
                .unnest("_rows")
            )
            reading = Reading(rows, str(self.path), self.model.tables[name])
            reading.resolve(set(self.model.tables[name].fields))
            self.rows[name] = reading

    def tables_beside(self) -> None:
        """Tables in files of their own: `leads.orders.csv` beside `leads.csv`."""
        for name in self.model.tables:
            if name not in self.used or name in self.rows:
                continue
            for path in self.siblings(name):
                frame = self.frame(path).with_columns(pl.col(LINE).alias(ROW))
                header = self.key_of(frame, path, name)
                frame = frame.with_columns(
                    pl.col(header).cast(pl.String).str.strip_chars().alias(KEY)
                )
                reading = Reading(frame.drop(LINE), str(path), self.model.tables[name])
                reading.resolve(set(self.model.tables[name].fields), besides=header)
                self.rows[name] = reading
                self.beside.add(name)
                break

    def siblings(self, table: str) -> Iterable[Path]:
        """The files beside the leads that hold a table by their name."""
        for other in sorted(self.path.parent.glob(f"{_literal(self.path.stem)}.*")):
            word = other.stem.removeprefix(f"{self.path.stem}.")
            if other.suffix.lower() in FAST and self.model.resolve(word) == table:
                yield other

    def key_of(self, frame: pl.LazyFrame, path: Path, table: str) -> str:
        """The column of a table's file that says which lead a row belongs to."""
        for header in frame.collect_schema():
            if self.model.resolve(header) == ID:
                return header
        message = f"no column says which lead a row of {table} belongs to"
        hint = f"add a column {quote(self.model.fields[ID].words[0])} with the lead's id"
        raise GroupbuyError(Problem("csv-join", message, Location(str(path)), hint))

    # ── values ──

    @property
    def id(self) -> pl.Expr:
        """The id as it is kept."""
        return self.leads.reads[ID].plain()[0]

    def learn(self) -> None:
        """One pass over each frame for its strange spellings, and whether ids are distinct."""
        raw = pl.col(self.leads.reads[ID].header)
        counts = [raw.hash().n_unique().alias("_ids"), pl.len().alias("_count")]
        found = self.collect(self.leads.frame.select(*self.leads.spellings(), *counts))
        row = found.row(0, named=True)
        self.leads.learn(row)
        if row["_ids"] < row["_count"] or not self.leads.reads[ID].as_it_lies:
            check_ids(self.leads.frame.select(self.id.alias("id")), str(self.path))
        for name, reading in self.rows.items():
            found = self.collect(reading.frame.select(*reading.spellings()))
            if reading.reads:
                reading.learn(found.row(0, named=True), name)
            if name in self.beside:
                self.check_owners(name, reading)

    def check_owners(self, table: str, reading: Reading) -> None:
        """Raise where a row of a table's own file names a lead that is not there."""
        ids = self.leads.frame.select(self.id.alias(KEY))
        strays = reading.frame.select(KEY).unique().join(ids, on=KEY, how="anti").sort(KEY)
        problems = [
            Problem(
                "csv-join",
                f"there is no lead {quote(str(row[KEY]))}",
                Location(reading.file),
                f"correct the id, or remove the row of {table}",
            )
            for row in self.collect(strays.head(MOST_IDS)).iter_rows(named=True)
        ]
        if problems:
            raise GroupbuyError(*problems)

    def collect(self, frame: pl.LazyFrame) -> pl.DataFrame:
        """A small result. What the file turns out to be is told in words."""
        try:
            return frame.collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            raise GroupbuyError(
                Problem("file-format", _plainly(error), Location(str(self.path)))
            ) from None

    def good(self) -> tuple[pl.LazyFrame, dict[str, pl.LazyFrame]]:
        """The frames of leads that can be read; the others are noted."""
        bad_rows = self.bad_rows()
        leads = self.leads.frame
        faulty = self.leads.faulty()
        if faulty is not None or bad_rows:
            test = pl.lit(False) if faulty is None else faulty.fill_null(True)
            if bad_rows:
                test = test | self.id.is_in(list(bad_rows))
            self.set_aside(leads.filter(test), bad_rows)
            leads = leads.filter(~test)
        values = self.leads.values()
        given = {
            f"{GIVEN}{name}": pl.col(self.leads.tables[name]).is_not_null()
            if name in self.leads.tables
            else pl.lit(True)
            for name in self.rows
        }
        absent = {
            f"{FIELD}{name}": pl.lit(_default(field.default)).cast(dtype_of(field))
            for name, field in self.model.fields.items()
            if name in self.used and name not in self.leads.reads
        }
        none = {
            f"{GIVEN}{name}": pl.lit(False) for name in self.model.tables if name not in self.rows
        }
        frame = leads.select(
            pl.col(LINE).alias(ORDER),
            **{KEY: values[f"{FIELD}{ID}"]},
            **values,
            **given,
            **absent,
            **none,
        )
        tables = {name: self.table(name, reading) for name, reading in self.rows.items()}
        for name, table in self.model.tables.items():
            if name not in tables:
                tables[name] = _empty(table)
        return frame, tables

    def table(self, name: str, reading: Reading) -> pl.LazyFrame:
        """The rows of a table, with every column of the model."""
        values = reading.values()
        fields = self.model.tables[name].fields
        absent = {
            f"{FIELD}{column}": pl.lit(_default(field.default)).cast(dtype_of(field))
            for column, field in fields.items()
            if column not in reading.reads
        }
        return reading.frame.select(
            pl.col(KEY).cast(pl.String), pl.col(ROW).cast(pl.Int64), **values, **absent
        )

    def bad_rows(self) -> dict[str, list[Problem]]:
        """Leads with a row in a table that can't be read, and what is wrong with it."""
        found: dict[str, list[Problem]] = {}
        for reading in self.rows.values():
            faulty = reading.faulty()
            if faulty is None:
                continue
            raws = {name: read.raw for name, read in reading.reads.items()}
            rows = reading.frame.filter(faulty).select(pl.col(KEY), **raws)
            for row in self.collect(rows).iter_rows(named=True):
                found.setdefault(str(row[KEY]), []).extend(reading.faults_of(row))
        return found

    def set_aside(self, bad: pl.LazyFrame, bad_rows: dict[str, list[Problem]]) -> None:
        """Note the leads that can't be read, with what is wrong."""
        raws = {name: read.raw for name, read in self.leads.reads.items()}
        rows = self.collect(bad.select(pl.col(LINE), **raws).head(MOST_TOLD))
        count = self.collect(bad.select(pl.len())).item()
        self.opened.untold = max(0, count - MOST_TOLD)
        for row in rows.iter_rows(named=True):
            # The header is line 1 of a CSV; a Parquet file has rows.
            at = Location(str(self.path), row[LINE] + (2 if self.is_csv else 1))
            problems = self.leads.faults_of(row) + bad_rows.get(str(row[ID]), [])
            placed = (Problem(p.code, p.message, at, p.hint) for p in problems)
            id = str(row[ID] or "").strip() or None
            self.opened.set_aside.append(SetAside(id, at, tuple(placed)))

    @property
    def is_csv(self) -> bool:
        """Whether rows are lines of a text."""
        return self.path.suffix.lower() in (".csv", ".tsv")


def _empty(table: Any) -> pl.LazyFrame:
    schema: dict[str, Any] = {KEY: pl.String, ROW: pl.Int64}
    schema.update({f"{FIELD}{name}": dtype_of(column) for name, column in table.fields.items()})
    return pl.LazyFrame(schema=schema)


def _default(value: Any) -> Any:
    return None if value is None else kept(value)


def _literal(stem: str) -> str:
    """A file's name in a pattern of names."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in stem)


def _plainly(error: Exception) -> str:
    """The first line of what a library says."""
    return f"this file can't be read: {str(error).splitlines()[0][:200]}"
