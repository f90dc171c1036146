"""DataFrames of leads and of their tables → the frames that the column back end computes on.

One pass over each frame collects the spellings that have to be read one by one; what they mean is
joined to the column. Values never leave Spark otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import polars as pl
from pyspark.sql import DataFrame

from groupbuy.compile.columns.leads import FIELD, GIVEN, KEY, ROW
from groupbuy.compile.columns.spark_sql import literal, name
from groupbuy.engine.columns.source import Source
from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.files.columns.spark.values import Value, sql_type
from groupbuy.files.columns.typed import Reading, dtype_of, kept
from groupbuy.model.entries import Table
from groupbuy.model.lead import SetAside
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.source.limits import current

RAW, LEARNT, FAULT = "_raw_", "_learnt_", "_fault_"
MOST_TOLD = 20
POLARS = {
    "string": pl.String,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp": pl.Datetime,
    "timestamp_ntz": pl.Datetime,
    "void": pl.Null,
}
NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


@dataclass
class Leads:
    """Leads on Spark: the frames, how many can't be read, and the first of those."""

    source: Source
    untold: int = 0
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_frames(
    leads: DataFrame,
    tables: Mapping[str, DataFrame],
    model: LeadModel,
    *,
    at: str = "the leads",
    distinct_ids: bool = True,
) -> Leads:
    """The leads of a DataFrame whose columns are named as in a file.

    Tables are columns of arrays of structs, or DataFrames of their own with the lead's id.
    `distinct_ids` makes sure that no id is given twice, which shuffles the ids. Raises
    `GroupbuyError`.
    """
    return _Read(leads, tables, model, at, distinct_ids).leads()


def without_case(names: Sequence[str], what: str) -> None:
    """Raise where two names are one to Spark, which doesn't tell `A` from `a`."""
    seen: dict[str, str] = {}
    for each in names:
        other = seen.setdefault(each.lower(), each)
        if other != each:
            message = f"to Spark, the {what} {quote(other)} and {quote(each)} are one name"
            raise GroupbuyError(Problem("same-column-twice", message, None, "rename one of them"))


class _Frame:
    """One DataFrame whose headers are resolved."""

    def __init__(
        self, frame: DataFrame, at: str, owner: LeadModel | Table, keys: Sequence[str] = ()
    ) -> None:
        self.frame, self.at, self.owner, self.keys = frame, at, owner, list(keys)
        schema = {f.name: _polars(f.dataType) for f in frame.schema.fields}
        shape = pl.LazyFrame(schema={n: t for n, t in schema.items() if n not in keys})
        self.reading = Reading(shape, at, owner)
        without_case(frame.columns, "columns")

    def resolve(self, besides: str | None = None) -> None:
        """Find what each header means. Raises with all names that mean nothing."""
        self.reading.resolve(set(self.owner.entries), besides)
        self.values = {n: Value(r, name(r.header)) for n, r in self.reading.reads.items()}

    def learned(self, table: str = "") -> DataFrame:
        """The frame with raw values, and beside them what the strange spellings mean."""
        raws = [f"{v.raw} AS {name(RAW + n)}" for n, v in self.values.items()]
        carried = [name(key) for key in self.keys]
        carried += [f"({name(h)} IS NOT NULL) AS {name(GIVEN + t)}" for t, h in self.inside.items()]
        frame = self.frame.selectExpr(*carried, *raws)
        found = self.spellings(frame, table)
        self.reading.learn({n: found.get(n, ()) for n in self.reading.reads}, table)
        for n in found:
            frame = self.joined(frame, n)
        return frame

    @property
    def inside(self) -> dict[str, str]:
        """The tables that are columns of this frame."""
        return self.reading.tables

    def spellings(self, frame: DataFrame, table: str) -> dict[str, list[Any]]:
        """The distinct spellings that are not plain, by column: two small aggregates."""
        asked = {}
        for n, value in self.values.items():
            raw = name(RAW + n)
            if value.learns:
                asked[n] = f"CASE WHEN NOT {value.plain(raw)[1]} THEN {raw} END"
        if not asked:
            return {}
        counts = [f"APPROX_COUNT_DISTINCT({test}) AS {name(n)}" for n, test in asked.items()]
        row = frame.selectExpr(*counts).collect()[0].asDict()
        for n, count in row.items():
            if count > current().spellings:
                where = f"{table}.{n}" if table else n
                message = f"{where}: about {count:,} different values are not plain"
                hint = current().hint("spellings", "clean the column first")
                raise GroupbuyError(Problem("too-many-spellings", message, Location(self.at), hint))
        some = [n for n, count in row.items() if count]
        if not some:
            return {}
        sets = [f"COLLECT_SET({asked[n]}) AS {name(n)}" for n in some]
        found = frame.selectExpr(*sets).collect()[0].asDict()
        return {n: list(found[n]) for n in some}

    def joined(self, frame: DataFrame, column: str) -> DataFrame:
        """The frame with what the reader made of a column's spellings."""
        read = self.values[column].read
        spellings = [*read.values, *read.faults]
        if not spellings:
            return frame
        data = pl.DataFrame(
            {
                "_spelling": pl.Series(spellings, strict=True),
                LEARNT + column: pl.Series(
                    [read.values.get(text) for text in spellings], dtype=dtype_of(read.entry)
                ),
                FAULT + column: [text in read.faults for text in spellings],
            }
        )
        small = frame.sparkSession.createDataFrame(data.to_arrow()).hint("broadcast")
        same = frame[RAW + column] == small["_spelling"]
        return frame.join(small, same, "left").drop("_spelling")

    def faulty(self) -> str | None:
        """Whether a row has a value that can't be read, or lacks one that must be there."""
        tests = [f"COALESCE({name(FAULT + n)}, FALSE)" for n, r in self.reads.items() if r.faults]
        tests += [f"({self.value(n)} IS NULL)" for n, r in self.reads.items() if r.entry.required]
        return f"({' OR '.join(tests)})" if tests else None

    @property
    def reads(self) -> dict[str, Any]:
        """What each field is read from."""
        return self.reading.reads

    def value(self, column: str) -> str:
        """The value of a field."""
        read = self.reads[column]
        learnt = name(LEARNT + column) if read.values or read.faults else None
        return self.values[column].value(name(RAW + column), learnt)

    def shown(self) -> list[str]:
        """Every field of the owner as a column; what the frame does not have is a default."""
        texts = []
        for n, entry in self.owner.fields.items():
            default = None if entry.default is None else kept(entry.default)
            absent = f"CAST({literal(default)} AS {sql_type(entry)})"
            text = self.value(n) if n in self.reads else absent
            texts.append(f"{text} AS {name(FIELD + n)}")
        return texts

    def problems_of(self, row: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with a row, given its raw values by field."""
        return self.reading.faults_of({n: row[RAW + n] for n in self.reads})


class _Read:
    def __init__(
        self,
        leads: DataFrame,
        tables: Mapping[str, DataFrame],
        model: LeadModel,
        at: str,
        distinct_ids: bool,
    ) -> None:
        self.model, self.at, self.distinct_ids = model, at, distinct_ids
        self.main = _Frame(leads, at, model)
        self.given = self.resolved(tables)
        self.rows: dict[str, _Frame] = {}

    def resolved(self, tables: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
        """The tables by the model's names for them."""
        found = {}
        problems = Problems()
        for word, frame in tables.items():
            table = self.model.resolve(word)
            if table not in self.model.tables:
                known = ", ".join(self.model.tables)
                message = f"{quote(word)} is no table"
                problems.add("unknown-name", message, None, f"there are {known}")
            else:
                found[table] = frame
        problems.raise_any()
        return found

    def leads(self) -> Leads:
        """Everything, in the order in which it can be known."""
        self.main.resolve()
        if ID not in self.main.reads:
            hint = f"name a column {quote(self.model.fields[ID].words[0])}"
            message = "no column is the lead's id"
            raise GroupbuyError(Problem("lead-required", message, Location(self.at), hint))
        without_case(list(self.model.fields), "fields")
        self.refuse_texts()
        frame = self.main.learned()
        for table, rows in self.frames().items():
            self.rows[table] = rows
        tables = {table: rows.learned(table) for table, rows in self.rows.items()}
        found = Leads(Source(self.model, None))
        faulty = self.main.faulty()
        if faulty is not None:
            frame = self.told(frame, faulty, found)
        frame = self.without_bad_rows(frame, tables, found)
        given = [
            name(GIVEN + t)
            if t in self.main.inside
            else f"{literal(t in self.rows)} AS {name(GIVEN + t)}"
            for t in self.model.tables
        ]
        id = self.main.value(ID)
        shown = frame.selectExpr(f"{id} AS {KEY}", *given, *self.main.shown())
        if self.distinct_ids:
            self.check_ids(shown)
        frames = {
            t: nw.from_native(
                tables[t].selectExpr(KEY, ROW, *self.rows[t].shown())
                if t in self.rows
                else self.empty(table)
            )
            for t, table in self.model.tables.items()
        }
        found.source = Source(self.model, nw.from_native(shown), frames)
        return found

    def refuse_texts(self) -> None:
        """Raise where a column that should hold a table holds something else."""
        problems = Problems()
        for f in self.main.frame.schema.fields:
            entry = self.model.resolve(f.name)
            type = f.dataType.simpleString()
            if entry in self.model.tables and entry not in self.main.inside and type != "void":
                hint = "an array of structs, or a DataFrame of its own"
                message = f"{entry} is a table, not a column of {type}"
                problems.add("lead-table-shape", message, Location(self.at), hint)
        problems.raise_any()

    # ── tables ──

    def frames(self) -> dict[str, _Frame]:
        """The tables inside the leads and those beside them, each with key and row."""
        found = {}
        id = self.main.values[ID]
        key = f"TRIM(CAST({id.here} AS STRING)) AS {KEY}"
        for table, header in self.main.inside.items():
            rows = f"POSEXPLODE({name(header)}) AS ({ROW}, _rows)"
            inside = self.main.frame.selectExpr(key, rows)
            frame = inside.selectExpr(KEY, f"CAST({ROW} AS BIGINT) AS {ROW}", "_rows.*")
            found[table] = _Frame(frame, self.at, self.model.tables[table], (KEY, ROW))
        for table, frame in self.given.items():
            if table in found:
                message = f"{table} is given twice: inside the leads and by itself"
                raise GroupbuyError(Problem("lead-same-field-twice", message, Location(self.at)))
            header = self.key_of(frame, table)
            numbered = _numbered(frame, header)
            found[table] = _Frame(numbered, table, self.model.tables[table], (KEY, ROW))
        for each in found.values():
            each.resolve()
        return found

    def key_of(self, frame: DataFrame, table: str) -> str:
        """The column of a table that says which lead a row belongs to."""
        for header in frame.columns:
            if self.model.resolve(header) == ID:
                return str(header)
        hint = f"name a column {quote(self.model.fields[ID].words[0])}"
        message = f"no column says which lead a row of {table} belongs to"
        raise GroupbuyError(Problem("csv-join", message, Location(table), hint))

    def empty(self, table: Table) -> DataFrame:
        """A table that nobody gave."""
        columns = [f"CAST(NULL AS STRING) AS {KEY}", f"CAST(NULL AS BIGINT) AS {ROW}"]
        for n, entry in table.fields.items():
            columns.append(f"CAST(NULL AS {sql_type(entry)}) AS {name(FIELD + n)}")
        return self.main.frame.sparkSession.range(0).selectExpr(*columns)

    # ── what can't be read ──

    def told(self, frame: DataFrame, faulty: str, found: Leads) -> DataFrame:
        """The leads that can be read; the others are counted, and the first of them named."""
        bad = frame.where(faulty)
        rows = bad.limit(MOST_TOLD).collect()
        if not rows:
            return frame
        for row in rows:
            raw = row.asDict()
            self.aside(found, str(raw[RAW + ID] or ""), self.main.problems_of(raw))
        if len(rows) == MOST_TOLD:
            found.untold = bad.count() - MOST_TOLD
        return frame.where(f"NOT {faulty}")

    def without_bad_rows(
        self, frame: DataFrame, tables: Mapping[str, DataFrame], found: Leads
    ) -> DataFrame:
        """The leads all of whose rows can be read."""
        for table, rows in self.rows.items():
            faulty = rows.faulty()
            if faulty is None:
                continue
            bad = tables[table].where(faulty)
            first = bad.limit(MOST_TOLD).collect()
            if not first:
                continue
            for row in first:
                raw = row.asDict()
                self.aside(found, str(raw[KEY]), rows.problems_of(raw))
            ids = bad.select(KEY).distinct().withColumnRenamed(KEY, "_bad")
            if len(first) == MOST_TOLD:
                found.untold += ids.count() - len({row[KEY] for row in first})
            same = frame[RAW + ID].cast("string") == ids["_bad"]
            frame = frame.join(ids, same, "left_anti")
        return frame

    def aside(self, found: Leads, id: str, problems: Sequence[Problem]) -> None:
        at = Location(f"{self.at}, id {id.strip() or '?'}")
        placed = tuple(Problem(p.code, p.message, at, p.hint) for p in problems)
        found.set_aside.append(SetAside(id.strip() or None, at, placed))

    def check_ids(self, frame: DataFrame) -> None:
        """Raise where two leads have one id."""
        twice = frame.groupBy(KEY).count().where("count > 1").limit(MOST_TOLD).collect()
        problems = [
            Problem(
                "lead-same-id",
                f"the id {quote(row[KEY])} is given {row['count']} times",
                Location(self.at),
                "each lead has an id of its own; merge them",
            )
            for row in sorted(twice, key=lambda row: str(row[KEY]))
        ]
        if problems:
            raise GroupbuyError(*problems)


def _numbered(frame: DataFrame, header: str) -> DataFrame:
    """A table with the lead's id as its key, and its rows counted for each lead.

    Spark keeps no order; that of reading is the best there is where days agree.
    """
    key = f"TRIM(CAST({name(header)} AS STRING)) AS {KEY}"
    others = [name(column) for column in frame.columns if column != header]
    placed = frame.selectExpr(key, "MONOTONICALLY_INCREASING_ID() AS _at", *others)
    row = f"CAST(ROW_NUMBER() OVER (PARTITION BY {KEY} ORDER BY _at) AS BIGINT) AS {ROW}"
    return placed.selectExpr(KEY, row, *others)


def _polars(type: Any) -> Any:
    """The type of a column as the readers of files know it."""
    text = type.simpleString()
    if text.startswith("array<struct"):
        return pl.List(pl.Struct({}))
    if text.startswith("array"):
        return pl.List(pl.String)
    if text.startswith(NUMBERS):
        return pl.Float64
    return POLARS.get(text, pl.String)
