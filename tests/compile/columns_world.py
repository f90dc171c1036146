"""Leads as frames of every engine, and the value of trees over them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw
import polars as pl
from compile_world import NAMES, TABLES

from groupbuy.compile.columns.leads import FIELD, GIVEN, KEY, ROW, LeadSheet, Variant
from groupbuy.compile.columns.pieces import dtype, words
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Expr, Ref
from groupbuy.tree.types import TableType, Type

Frames = Callable[[pl.DataFrame], Any]


def duckdb_frame(frame: pl.DataFrame) -> Any:
    duckdb = __import__("duckdb")
    return duckdb.from_arrow(frame.to_arrow())


ENGINES: dict[str, Frames] = {
    "polars": lambda frame: frame.lazy(),
    "duckdb": duckdb_frame,
    "pyarrow": lambda frame: frame.to_arrow(),
}

POLARS = {nw.Float64: pl.Float64, nw.Boolean: pl.Boolean, nw.String: pl.String}


def cell(value: Any) -> Any:
    return words(value) if isinstance(value, tuple) else value


def columns(rows: Sequence[Mapping[str, Any]], types: Mapping[str, Type]) -> dict[str, pl.Series]:
    return {
        f"{FIELD}{name}": pl.Series(
            [cell(row.get(name)) for row in rows], dtype=POLARS[dtype(type)], strict=False
        )
        for name, type in types.items()
    }


def lead_frame(
    leads: Sequence[Mapping[str, Any]], types: Mapping[str, Type], tables: Mapping[str, TableType]
) -> pl.DataFrame:
    data: dict[str, Any] = {KEY: [str(n) for n in range(len(leads))], **columns(leads, types)}
    for table in tables:
        data[f"{GIVEN}{table}"] = [lead.get(table) is not None for lead in leads]
    return pl.DataFrame(data, schema_overrides={KEY: pl.String})


def table_frame(leads: Sequence[Mapping[str, Any]], table: str, type: TableType) -> pl.DataFrame:
    rows = [(n, row) for n, lead in enumerate(leads) for row in lead.get(table) or ()]
    data: dict[str, Any] = {
        KEY: pl.Series([str(n) for n, _ in rows], dtype=pl.String),
        ROW: pl.Series(range(len(rows)), dtype=pl.Int64),
        **columns([row for _, row in rows], dict(type.columns)),
    }
    return pl.DataFrame(data)


def in_columns(
    definitions: Mapping[str, Definition],
    wanted: Mapping[str, Type],
    leads: Sequence[Mapping[str, Any]],
    engine: str = "polars",
    types: Mapping[str, Type] = NAMES,
    tables: Mapping[str, TableType] = TABLES,
    unknown: bool = True,
) -> list[dict[str, Any]]:
    """The values of `wanted` for each lead, as the row back end keeps them."""
    native = ENGINES[engine]
    frames = {
        name: nw.from_native(native(table_frame(leads, name, type)))
        for name, type in tables.items()
    }
    variants = {name: [Variant(definition)] for name, definition in definitions.items()}
    sheet = LeadSheet(dict.fromkeys(types, unknown), variants, tables, frames)
    shown: dict[str, Any] = {}
    read: set[str] = set()
    for number, (name, type) in enumerate(wanted.items()):
        held = sheet.kept(sheet.name(Ref(name, type)))
        read.update(*(part.reads for part in held.parts))
        shown[f"v{number}"] = held.value.expr
        shown[f"n{number}"] = nw.lit(False) if held.none is None else held.none.expr
    frame = sheet.run(nw.from_native(native(lead_frame(leads, types, tables))), read)
    found = frame.select(nw.col(KEY).alias("key"), **shown)
    if isinstance(found, nw.LazyFrame):
        found = found.collect(backend="polars")
    rows = sorted(pl.from_arrow(found.to_arrow()).to_dicts(), key=lambda row: int(row["key"]))  # type: ignore[union-attr]
    assert len(rows) == len(leads)
    return [
        {
            name: NONE if row[f"n{number}"] else row[f"v{number}"]
            for number, name in enumerate(wanted)
        }
        for row in rows
    ]


def tree_in_columns(
    tree: Expr,
    leads: Sequence[Mapping[str, Any]],
    engine: str,
    types: Mapping[str, Type] = NAMES,
) -> list[Any]:
    """The value of one tree for each lead."""
    from compile_world import define

    made, wanted = {"result": define("result", tree)}, {"result": tree.type}
    found = in_columns(made, wanted, leads, engine, types)
    return [row["result"] for row in found]


def alike(one: Any, two: Any) -> bool:
    """Equal as the language has it: computed numbers carry noise."""
    if isinstance(one, float) and isinstance(two, float):
        return abs(one - two) <= max(1e-9, 1e-12 * max(abs(one), abs(two)))
    if isinstance(one, int | float) and isinstance(two, int | float):
        return float(one) == float(two) and isinstance(one, bool) is isinstance(two, bool)
    return type(one) is type(two) and bool(one == two)
