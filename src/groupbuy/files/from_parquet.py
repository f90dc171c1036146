"""Leads in Parquet or Arrow, one by one: for what only the row engine gives, such as reasons."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.files.record import Record
from groupbuy.model.model import ID, LeadModel

SUFFIXES = (".parquet", ".pq", ".arrow", ".feather")
NAME = "name"


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
    scan = pl.scan_parquet if path.suffix.lower() in (".parquet", ".pq") else pl.scan_ipc
    try:
        frame = scan(path, glob=False)
        headers = frame.collect_schema().names()
        frame = frame.with_row_index("_line", offset=1)
        if only is not None:
            named = [h for h in headers if model.resolve(h) in (ID, NAME)]
            tests = [pl.col(header).cast(pl.String).is_in(list(only)) for header in named]
            frame = frame.filter(pl.any_horizontal(tests) if tests else pl.lit(True))
        rows = frame.collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"this file can't be read: {str(error).splitlines()[0][:200]}"
        raise GroupbuyError(Problem("file-format", message, at)) from None
    found = []
    for row in rows.iter_rows(named=True):
        line = row.pop("_line")
        items = {header: _plain(value) for header, value in row.items()}
        found.append(Record(items, partial(_place, path, line)))
    return found


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
