"""Results of the column back end in the shape of the row back end's, to compare them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import narwhals as nw
import polars as pl

from groupbuy.compile.columns.leads import FIELD, GIVEN, KEY, ROW
from groupbuy.compile.columns.pieces import dtype, words
from groupbuy.engine.columns.outputs import BETWEEN, Wanted
from groupbuy.engine.columns.run import ColumnEngine, ColumnResult
from groupbuy.engine.columns.source import Source
from groupbuy.engine.workspace import Workspace
from groupbuy.model.lead import Lead
from groupbuy.model.model import LeadModel
from groupbuy.tree.types import Type

ENGINES: dict[str, Any] = {
    "polars": lambda frame: frame.lazy(),
    "duckdb": lambda frame: duckdb.from_arrow(frame.to_arrow()),
    "pyarrow": lambda frame: frame.to_arrow(),
}
POLARS = {nw.Float64: pl.Float64, nw.Boolean: pl.Boolean, nw.String: pl.String}


def source_of(leads: Sequence[Lead], model: LeadModel, engine: str) -> Source:
    """Leads that were read, as frames."""
    native = ENGINES[engine]

    def column(values: list[Any], type: Type) -> pl.Series:
        cells = [words(v) if isinstance(v, tuple) else v for v in values]
        return pl.Series(cells, dtype=POLARS[dtype(type)], strict=False)

    data: dict[str, Any] = {KEY: column([lead.id for lead in leads], model.fields["id"].type)}
    for name, field in model.fields.items():
        data[f"{FIELD}{name}"] = column([lead.values[name] for lead in leads], field.type)
    tables = {}
    for name, table in model.tables.items():
        data[f"{GIVEN}{name}"] = [lead.values[name] is not None for lead in leads]
        pairs = [(lead.id, row) for lead in leads for row in lead.values[name] or ()]  # type: ignore[attr-defined]
        rows: dict[str, Any] = {
            KEY: pl.Series([id for id, _ in pairs], dtype=pl.String),
            ROW: pl.Series(range(len(pairs)), dtype=pl.Int64),
        }
        for cell, field in table.fields.items():
            rows[f"{FIELD}{cell}"] = column([row[cell] for _, row in pairs], field.type)
        tables[name] = nw.from_native(native(pl.DataFrame(rows)))
    return Source(model, nw.from_native(native(pl.DataFrame(data))), tables)


def run(workspace: Workspace, leads: Sequence[Lead], engine: str) -> tuple[ColumnResult, dict]:
    source = source_of(leads, workspace.model, engine)
    result = ColumnEngine(workspace.rules, source).evaluate(Wanted())
    found = source.fetched(result.frame)
    frame = pl.from_arrow(found.to_arrow())
    assert isinstance(frame, pl.DataFrame)
    return result, {row["id"]: row for row in frame.to_dicts()}


def alike(one: Any, two: Any) -> bool:
    if isinstance(one, float | int) and isinstance(two, float | int):
        return abs(one - two) <= max(1e-9, 2e-12 * max(abs(one), abs(two)))
    return bool(one == two)


def listed(text: str | None) -> list[str]:
    return text.split(BETWEEN) if text else []


def differences(row: Mapping[str, Any], lead: Mapping[str, Any]) -> list[str]:
    """What the columns of one lead say otherwise than its row result."""
    wrong = []

    def check(name: str, wanted: Any, found: Any) -> None:
        if not alike(found, wanted):
            wrong.append(f"{lead['id']} {name}: row {wanted!r}, columns {found!r}")

    check("packs", lead["packs"], listed(row["packs"]))
    check("open_packs", lead["open_packs"], listed(row.get("open_packs")))
    check("verdict", lead["verdict"]["value"], row["verdict"])
    check(
        "gates",
        sorted({r["gate"] for r in lead["verdict"]["reasons"]}),
        sorted(listed(row["gates"])),
    )
    check(
        "gates_unknown",
        sorted({r["gate"] for r in lead["verdict"]["unknown"]}),
        sorted(listed(row["gates_unknown"])),
    )
    for id, fact in lead["facts"].items():
        if id in row and "rows" not in fact:
            found = row[id]
            if isinstance(fact["value"], str) and isinstance(found, float):
                found = date.fromordinal(int(found)).isoformat()
            if isinstance(fact["value"], list):
                continue
            check(id, fact["value"], found)
    for id, score in lead["scores"].items():
        check(f"{id}_status", score["status"], row[f"{id}_status"])
        if score["status"] == "none":
            check(id, None, row[id])
            continue
        check(id, score["value"], row[id])
        check(f"{id}_low", score["low"], row[f"{id}_low"])
        check(f"{id}_high", score["high"], row[f"{id}_high"])
        fired = [line["id"] for line in score["rules"] if line["id"] != "range"]
        check(f"{id}_rules", sorted(fired), sorted(listed(row[f"{id}_rules"])))
    for id, grade in lead["grades"].items():
        check(id, grade["value"], row[id])
        check(f"{id}_status", grade["status"], row[f"{id}_status"])
        if grade["status"] == "unknown":
            check(f"{id}_likely", grade["likely"], row[f"{id}_likely"])
            possible = ["–" if w is None else w for w in grade["possible"]]
            check(f"{id}_possible", sorted(possible), sorted(listed(row[f"{id}_possible"])))
    plays = {"/".join(play["key"].split("/")[1:]) for play in lead["plays"]}
    found = set(listed(row["plays"]))
    for play in plays:
        if not any(play == f or play.startswith(f"{f}/") for f in found):
            wrong.append(f"{lead['id']} play {play} missing in {found}")
    for play in found:
        if not any(p == play or p.startswith(f"{play}/") for p in plays):
            wrong.append(f"{lead['id']} play {play} not among {plays}")
    return wrong
