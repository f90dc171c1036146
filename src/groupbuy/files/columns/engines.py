"""Frames of one engine as those of another, and back, by way of files: nothing is held whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from groupbuy.engine.columns.run import ColumnResult
from groupbuy.engine.columns.source import Source
from groupbuy.files.columns.scan import Opened


def on_duckdb(opened: Opened, *, by_pack: bool) -> Source:
    """The same leads as relations of DuckDB. `by_pack`: some packs apply to some leads only.

    What depends on packs is chosen case by case, in cases inside cases; DuckDB's optimizer copies
    what they share until no memory is left (16 GB for the shipped rules and 47 leads). Without it
    the same takes 1.1 GB and 6 s, and a run that would not have needed it a tenth longer.
    """
    import duckdb

    if by_pack:
        opened.keep_open(_as_written())

    folder = Path(opened.keep_open(tempfile.TemporaryDirectory(prefix="groupbuy-")))

    def moved(frame: Any, name: str) -> Any:
        path = folder / f"{name}.parquet"
        nw.to_native(frame).sink_parquet(path, engine="streaming")
        # On the connection on which narwhals makes small frames: DuckDB joins within one only.
        return nw.from_native(duckdb.read_parquet(str(path)))

    source = opened.source
    tables = {
        name: moved(table, f"table-{n}") for n, (name, table) in enumerate(source.tables.items())
    }
    return Source(source.model, moved(source.leads, "leads"), tables, source.order)


@contextmanager
def _as_written() -> Iterator[None]:
    """Queries of the connection that narwhals uses are run as they are written."""
    import duckdb

    duckdb.sql("PRAGMA disable_optimizer")
    try:
        yield
    finally:
        duckdb.sql("PRAGMA enable_optimizer")


def as_polars(result: ColumnResult, opened: Opened) -> pl.LazyFrame:
    """The results as a lazy frame of Polars, which writes them."""
    native = nw.to_native(result.frame)
    if isinstance(native, pl.LazyFrame):
        return native
    folder = opened.keep_open(tempfile.TemporaryDirectory(prefix="groupbuy-"))
    path = Path(folder) / "results.parquet"
    result.frame.sink_parquet(path)
    return pl.scan_parquet(path)
