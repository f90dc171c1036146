"""Results as columns → Parquet, CSV or JSON Lines, streamed, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from groupbuy.compile.columns.pieces import SEPARATOR, col
from groupbuy.engine.columns.outputs import (
    BETWEEN,
    CHOICES,
    COUNT,
    DAY,
    LIST,
    NUMBER,
    TEXT,
    TRUTH,
    Output,
)
from groupbuy.errors import GroupbuyError, Problem, did_you_mean
from groupbuy.files.columns.folder import written_whole
from groupbuy.files.columns.typed import UNIX_EPOCH
from groupbuy.model.names import listed
from groupbuy.sections.gates import VERDICT

SUFFIXES = {"parquet": ".parquet", "csv": ".csv", "jsonl": ".jsonl"}
DECIMALS = 9
"""In texts: computed numbers are equal within 1e-9, and noise is not shown."""
_FORMULA = r"^\s*[=+\-@＝＋－＠]|[\t\r\n]"
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_CONTROL = r"[\x00-\x1f\x7f-\x9f\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}]"


def write_results(frame: pl.LazyFrame, outputs: Sequence[Output], form: str, target: Path) -> None:
    """Write the rows of a lazy frame to `target` by way of a file beside it."""
    shown = shown_in(frame, outputs, form)
    handle, name = tempfile.mkstemp(
        prefix=f".{target.name[:40]}.", suffix=SUFFIXES[form], dir=target.parent
    )
    os.close(handle)
    try:
        _sink(shown, form, name)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def write_partitions(
    frame: pl.LazyFrame, outputs: Sequence[Output], form: str, target: Path, by: str | None
) -> None:
    """Write a folder of files, one for each value of the column `by` (`grade=A/…`).

    The column stands in the names of the folders, as Hive has it, and not in the files.
    """
    kinds = {output.name: output.kind for output in outputs}
    if by is not None and kinds.get(by) not in (TEXT, TRUTH):
        words = [name for name, kind in kinds.items() if kind in (TEXT, TRUTH)]
        what = "is no word" if by in kinds else "is no column of the results"
        hint = did_you_mean(by, words) or f"there are {listed(words)}"
        raise GroupbuyError(Problem("bad-option", f"--partition-by: {by} {what}", None, hint))
    shown = shown_in(frame, outputs, form)
    with written_whole(target) as new:
        new.mkdir()
        if by is None:
            _sink(shown, form, new / f"part-0{SUFFIXES[form]}")
        else:
            parts = pl.PartitionBy(new, key=by, include_key=False)
            _sink(shown, form, parts)


def _sink(shown: pl.LazyFrame, form: str, target: Any) -> None:
    """Stream the rows of a lazy frame to a file, or to many."""
    if form == "parquet":
        shown.sink_parquet(target, engine="streaming")
    elif form == "csv":
        shown.sink_csv(target, include_bom=True, line_terminator="\r\n", engine="streaming")
    else:
        shown.sink_ndjson(target, engine="streaming")


def ranked(
    frame: pl.LazyFrame, outputs: Sequence[Output], top: int | None
) -> tuple[pl.LazyFrame, Sequence[Output]]:
    """With `top`, rows are in the order in which to call: number those that are not stopped."""
    if top is None:
        return frame, outputs
    going = pl.col(VERDICT) != "stop"
    numbered = frame.with_row_index("rank", offset=1).with_columns(
        pl.when(going).then(pl.col("rank").cast(pl.Float64)).alias("rank")
    )
    return numbered, [Output("rank", col("rank"), COUNT), *outputs]


def shown_in(
    frame: pl.LazyFrame, outputs: Sequence[Output], form: str, *, inert: bool = True
) -> pl.LazyFrame:
    """The results as a format has them.

    `inert` keeps texts in CSV from being formulas in a spreadsheet.
    """
    return frame.select(*(_shown(output, form, inert) for output in outputs))


def _shown(output: Output, form: str, inert: bool) -> pl.Expr:
    """One column as the format has it."""
    column = pl.col(output.name)
    if output.kind == NUMBER:
        return column + 0.0 if form == "parquet" else column.round(DECIMALS) + 0.0
    if output.kind == COUNT:
        return column.cast(pl.Int64)
    if output.kind == DAY:
        return (column - UNIX_EPOCH).cast(pl.Int32).cast(pl.Date)
    if output.kind in (LIST, CHOICES):
        chosen = output.kind == CHOICES
        text = column.str.strip_chars(SEPARATOR) if chosen else column.fill_null("")
        if form == "csv":
            return text.str.replace_all(SEPARATOR, BETWEEN, literal=True).fill_null("")
        # An empty text has no items. A `when` around lists would copy all of them.
        there = pl.element().filter(pl.element() != "")
        return text.str.split(SEPARATOR if chosen else BETWEEN).list.eval(there)
    if output.kind == TEXT and form == "csv" and inert:
        plain = column.str.replace_all(_CONTROL, " ")
        formula = column.str.contains(_FORMULA) & ~column.str.contains(_NUMBER)
        return pl.when(formula).then(pl.lit("'") + plain).otherwise(plain).alias(output.name)
    return column
