"""Tables and queries of a database → Parquet files, as leads and their tables lie in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pyarrow.parquet  # type: ignore[import-untyped, unused-ignore]

from groupbuy.errors import GroupbuyError, Location, Problem, did_you_mean
from groupbuy.files.databases.connect import connected, existing, quoted, shown
from groupbuy.model.model import LeadModel
from groupbuy.model.names import quote


def by_table(
    queries: Sequence[str], tables: Sequence[str], model: LeadModel
) -> dict[str | None, str]:
    """The SQL for the leads (`None`) and for each of their tables.

    `leads` or `orders=order_lines` name tables, `select …` or `orders=select …` are queries.
    Raises `GroupbuyError`.
    """
    found: dict[str | None, str] = {}
    for option, texts in (("--query", queries), ("--table", tables)):
        for text in texts:
            name, rest = _named(text, model, option)
            if name in found:
                what = "the leads" if name is None else name
                raise GroupbuyError(Problem("bad-option", f"{option}: {what} are given twice"))
            found[name] = rest if option == "--query" else f"SELECT * FROM {quoted(rest)}"
    if None not in found:
        hint = "--table leads, or --query 'select …'"
        raise GroupbuyError(Problem("bad-option", "which table holds the leads?", None, hint))
    return found


def _named(text: str, model: LeadModel, option: str) -> tuple[str | None, str]:
    """`orders=…` → the table and what gives its rows."""
    word, equals, rest = text.partition("=")
    if not equals or len(word.split()) != 1:
        return None, text
    table = model.resolve(word.strip())
    if table in model.tables:
        return table, rest.strip()
    hint = did_you_mean(word, list(model.tables)) or f"there are {', '.join(model.tables)}"
    raise GroupbuyError(Problem("unknown-name", f"{option}: {quote(word)} is no table", None, hint))


def read_database(url: str, sql: Mapping[str | None, str], folder: Path) -> Path:
    """Write what queries give to `leads.parquet` in a folder, and `leads.TABLE.parquet` beside it.

    All in one transaction, batch by batch. Raises `GroupbuyError`.
    """
    existing(url)
    with connected(url) as connection:
        for table, query in sql.items():
            name = "leads.parquet" if table is None else f"leads.{table}.parquet"
            with connection.cursor() as cursor:
                cursor.execute(query)
                _written(cursor.fetch_record_batch(), folder / name, url)
        connection.rollback()
    return folder / "leads.parquet"


def _written(batches: Any, target: Path, url: str) -> None:
    plain = pa.schema([(field.name, _plain(field.type)) for field in batches.schema])
    names = plain.names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        hint = "name each column of the query once (select … as …)"
        message = f"two columns are called {quote(twice[0])}"
        raise GroupbuyError(Problem("csv-header", message, Location(shown(url)), hint))
    with pyarrow.parquet.ParquetWriter(target, plain, compression="lz4") as writer:
        for batch in batches:
            columns = [_cast(c, t) for c, t in zip(batch.columns, plain.types, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=plain))


def _plain(type: Any) -> Any:
    """A type that files have: what only the database knows is the text that it sends."""
    if isinstance(type, pa.BaseExtensionType):
        return _plain(type.storage_type)
    if pa.types.is_null(type):
        return pa.string()
    return type


def _cast(column: Any, type: Any) -> Any:
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    return column if column.type == type else column.cast(type)
