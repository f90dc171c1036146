"""Results → a table of a database, in one transaction: readers see the old table or the new one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pyarrow.parquet  # type: ignore[import-untyped, unused-ignore]

from groupbuy.engine.columns.outputs import Output
from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.files.columns.write import shown_in
from groupbuy.files.databases.connect import SQLITE, connected, quoted, shown
from groupbuy.model.names import quote

OURS = ("id", "packs", "verdict")
"""Columns by which a table of results is known: no other is replaced."""
NEW = "_groupbuy_new"
BATCH = 50_000


def write_database(frame: pl.LazyFrame, outputs: Sequence[Output], url: str, table: str) -> None:
    """Put the rows of a lazy frame in the place of a table of results, or make one.

    The rows go to a new table first, so that the old one is locked for a moment only. Raises
    `GroupbuyError`, and then nothing has changed.
    """
    lists = urlsplit(url).scheme not in SQLITE
    form = "parquet" if lists else "csv"
    with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder:
        path = Path(folder) / "results.parquet"
        shown_in(frame, outputs, form, inert=False).sink_parquet(path, engine="streaming")
        with pyarrow.parquet.ParquetFile(path) as file, connected(url) as connection:
            _replaced(connection, _batches(file), url, table)


def _replaced(connection: Any, batches: Any, url: str, table: str) -> None:
    """The table with these rows and no others; a failure on the way changes nothing."""
    schema, _, name = table.rpartition(".")
    _check(connection, url, table)
    new = f"{schema}.{name}{NEW}" if schema else f"{name}{NEW}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {quoted(new)}")
        cursor.adbc_ingest(f"{name}{NEW}", batches, mode="create", db_schema_name=schema or None)
        cursor.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
        cursor.execute(f"ALTER TABLE {quoted(new)} RENAME TO {quoted(name)}")
    connection.commit()


def _check(connection: Any, url: str, table: str) -> None:
    """Raise where a table of that name holds something else than results."""
    from adbc_driver_manager import Error

    schema, _, name = table.rpartition(".")
    try:
        found = connection.adbc_get_table_schema(name, db_schema_filter=schema or None)
    except Error:
        connection.rollback()
        return  # there is none
    if not all(column in found.names for column in OURS):
        message = f"the table {quote(table)} holds something else than results"
        hint = "--into another table, or drop it first"
        raise GroupbuyError(Problem("table-in-use", message, Location(shown(url)), hint))


def _batches(file: Any) -> Any:
    """The rows of a Parquet file in types that every driver knows."""
    schema = pa.schema([(field.name, _plain(field.type)) for field in file.schema_arrow])

    def each() -> Iterator[Any]:
        for batch in file.iter_batches(BATCH):
            yield batch.cast(schema)

    return pa.RecordBatchReader.from_batches(schema, each())


def _plain(type: Any) -> Any:
    if pa.types.is_large_string(type) or pa.types.is_string_view(type):
        return pa.string()
    if pa.types.is_large_list(type) or pa.types.is_list(type):
        return pa.list_(_plain(type.value_type))
    return type
