"""Leads in Parquet or Arrow, one by one: for what only the row engine gives, such as reasons."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.files.record import Record
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote

PARQUET = (".parquet", ".pq")
SUFFIXES = (*PARQUET, ".arrow", ".feather")
NAME = "name"
LINE = "_line"


def read(
    path: Path, model: LeadModel, problems: Problems, only: Collection[str] | None = None
) -> list[Record]:
    """The records of a file; with `only`, those with one of these ids or names."""
    at = Location(str(path))
    try:
        import polars as pl
    except ImportError:
        hint = "pip install 'groupbuy[columns]'"
        problem = Problem("extra-missing", f"reading {path.suffix} needs polars", at, hint)
        raise GroupbuyError(problem) from None
    if not path.is_file():
        noun = "this is a folder" if path.is_dir() else "there is no such file"
        raise GroupbuyError(Problem("file-missing", noun, at))
    try:
        frame, schema = _scanned(path)
        if only is not None:
            named = [h for h in schema if h != LINE and model.resolve(h) in (ID, NAME)]
            tests = [_is_one_of(h, schema[h], only) for h in named]
            frame = frame.filter(pl.any_horizontal(tests) if tests else pl.lit(True))
        rows = frame.collect(engine="streaming")
        _join_siblings(rows, path, model, found := _records(rows, path))
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"this file can't be read: {str(error).splitlines()[0][:200]}"
        raise GroupbuyError(Problem("file-format", message, at)) from None
    return found


def _scanned(path: Path) -> tuple[Any, Any]:
    """A file as a lazy frame whose rows are counted from 1, and its columns.

    The scan itself counts, so that rows that nobody wants are not read.
    """
    import polars as pl

    scan = pl.scan_parquet if path.suffix.lower() in PARQUET else pl.scan_ipc
    frame = scan(path, glob=False, row_index_name=LINE, row_index_offset=1)
    return frame, frame.collect_schema()


def _is_one_of(header: str, dtype: Any, wanted: Collection[str]) -> Any:
    """Whether a column holds one of some texts: as it lies, so that whole blocks are left out."""
    import polars as pl

    column = pl.col(header) if dtype == pl.String else pl.col(header).cast(pl.String)
    return column.is_in(list(wanted))


def _records(rows: Any, path: Path) -> list[Record]:
    found = []
    for row in rows.iter_rows(named=True):
        line = row.pop(LINE)
        items = {header: _plain(value) for header, value in row.items()}
        found.append(Record(items, partial(_place, path, line)))
    return found


def _join_siblings(leads: Any, path: Path, model: LeadModel, records: Sequence[Record]) -> None:
    """Give the leads their rows of the tables beside the file: `leads.orders.parquet`."""
    import polars as pl

    key = next((h for h in leads.columns if h != LINE and model.resolve(h) == ID), None)
    if key is None:
        return
    ids = [str(record.items[key]).strip() for record in records]
    for other in sorted(path.parent.glob("*")):
        word = other.name.removesuffix(other.suffix).removeprefix(f"{path.stem}.")
        table = model.resolve(word)
        beside = other.name.startswith(f"{path.stem}.") and other.suffix.lower() in SUFFIXES
        if not beside or table not in model.tables or other == path:
            continue
        frame, schema = _scanned(other)
        header = next((h for h in schema if h != LINE and model.resolve(h) == ID), None)
        if header is None:
            hint = f"add a column {quote(model.fields[ID].words[0])} with the lead's id"
            message = f"no column says which lead a row of {table} belongs to"
            raise GroupbuyError(Problem("csv-join", message, Location(str(other)), hint))
        owner = pl.col(header).cast(pl.String).str.strip_chars()
        mine = frame.filter(owner.is_in(ids)).with_columns(owner).sort(LINE).drop(LINE)
        rows: dict[str, list[object]] = {id: [] for id in ids}
        for row in mine.collect(engine="streaming").iter_rows(named=True):
            rows[row.pop(header)].append(_plain(row))
        for id, record in zip(ids, records, strict=True):
            record.items.setdefault(table, rows[id])


def _place(path: Path, line: int, *_: object) -> Location:
    """The row of the file, from 1: it has no lines and columns."""
    return Location(str(path), line)


def _plain(value: Any) -> Any:
    """A cell as the readers of values take it: what is no number is a blank."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
