"""Leads on Spark through the rules, to results as a DataFrame: lists are arrays, days are dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
from pyspark.sql import DataFrame

from groupbuy.compile.columns.pieces import SEPARATOR
from groupbuy.compile.columns.spark_sql import literal, name
from groupbuy.engine.columns.outputs import BETWEEN, CHOICES, DAY, LIST, NUMBER, Output, Wanted
from groupbuy.engine.columns.run import ColumnEngine, ColumnResult
from groupbuy.engine.standing import Standings
from groupbuy.engine.workspace import Workspace
from groupbuy.files.columns.spark.leads import Leads, read_frames, without_case
from groupbuy.files.columns.spark.session import made_ready
from groupbuy.files.columns.typed import UNIX_EPOCH


@dataclass
class SparkResult:
    """Results as a DataFrame that is not worked out yet, and what was found on the way."""

    frame: DataFrame
    leads: Leads
    result: ColumnResult
    engine: ColumnEngine

    @property
    def standings(self) -> dict[str, Standings]:
        """What is known of each population, to be kept for later runs."""
        return self.engine.standings()


def evaluate_frames(
    workspace: Workspace,
    leads: DataFrame,
    tables: Mapping[str, DataFrame] | None = None,
    *,
    at: str = "the leads",
    distinct_ids: bool = True,
) -> SparkResult:
    """Evaluate a DataFrame with the rules and options of a workspace. Raises `GroupbuyError`.

    Spark is asked for spellings, ids, packs and populations at once; the results themselves
    are worked out when the frame is used.
    """
    made_ready(leads.sparkSession)
    found = read_frames(leads, tables or {}, workspace.model, at=at, distinct_ids=distinct_ids)
    return evaluate_source(workspace, found)


def evaluate_source(workspace: Workspace, found: Leads) -> SparkResult:
    """Evaluate leads that were read already."""
    options = workspace.options
    cuts = None if options.cuts is None else options.cuts.populations
    engine = ColumnEngine(workspace.rules, found.source, cuts)
    only = {*workspace.columns, "name"} if options.columns else None
    result = engine.evaluate(
        Wanted(only, options.show_pii), workspace.where, workspace.rank_by, options.top
    )
    without_case([output.name for output in result.outputs], "columns")
    frame = nw.to_native(result.frame).selectExpr(*shown(result.outputs))
    return SparkResult(frame, found, result, engine)


def shown(outputs: Sequence[Output]) -> list[str]:
    """The columns of the results as they are written."""
    return [f"{_shown(output)} AS {name(output.name)}" for output in outputs]


def _shown(output: Output) -> str:
    column = name(output.name)
    if output.kind == NUMBER:
        return f"({column} + 0.0D)"
    if output.kind == DAY:
        return f"DATE_FROM_UNIX_DATE(CAST({column} - {UNIX_EPOCH} AS INT))"
    if output.kind in (LIST, CHOICES):
        between = SEPARATOR if output.kind == CHOICES else BETWEEN
        text = f"TRIM(BOTH {literal(SEPARATOR)} FROM {column})"
        none = "CAST(ARRAY() AS ARRAY<STRING>)"
        items = f"SPLIT({text}, {literal(between)})"
        if output.kind == LIST:
            return f"CASE WHEN COALESCE({text}, '') = '' THEN {none} ELSE {items} END"
        return f"CASE WHEN {text} = '' THEN {none} ELSE {items} END"
    return column
