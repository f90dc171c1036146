"""JSON Lines → Parquet of typed columns, in bounded memory: leads are read as one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet  # type: ignore[import-untyped, unused-ignore]

from groupbuy.compile.columns.leads import ROW
from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source
from groupbuy.files import from_json_lines
from groupbuy.files.columns.read_whole import frames_of
from groupbuy.model.lead import RecordReader, SetAside
from groupbuy.model.model import LeadModel
from groupbuy.source.compose import without_collector
from groupbuy.source.limits import Limits, current

BLOCK_LINES = 10_000
ORDER = "_order"


@dataclass
class Lines:
    """What became of a file: frames over files in a folder, and the leads that can't be read."""

    leads: pl.LazyFrame
    tables: dict[str, pl.LazyFrame]
    set_aside: list[SetAside] = field(default_factory=list)
    untold: int = 0


@dataclass(frozen=True, eq=False)
class _Block(Source):
    """Some lines of a file, and the number of the first."""

    first: int = 1

    def at(self, line: int, column: int | None = None) -> Location:
        """The place in the file; of a block that is not the first, without its line."""
        if self.first == 1:
            return super().at(line, column)
        return Location(self.name, line, column)


def json_lines_as_parquet(path: Path, model: LeadModel, folder: Path, most: int) -> Lines:
    """Read a file block by block. Of the leads that can't be read, the first `most` are kept.

    Raises `GroupbuyError` for what is wrong with the file as a whole.
    """
    reader, writers = RecordReader(model), _Writers(folder)
    found = Lines(pl.LazyFrame(), {})
    try:
        for block in _blocks(path):
            problems, leads = Problems(), []
            with without_collector():
                for record in from_json_lines.read(block, model, problems, block.first):
                    read = reader.read(record.items, record.places, record.problems)
                    if not isinstance(read, SetAside):
                        leads.append(read)
                    elif len(found.set_aside) < most:
                        found.set_aside.append(read)
                    else:
                        found.untold += 1
            problems.extend(reader.name_problems)
            problems.raise_any()
            writers.write(*frames_of(leads, model))
    finally:
        writers.close()
    found.leads = pl.scan_parquet(writers.path("leads"))
    found.tables = {name: pl.scan_parquet(writers.path(name)) for name in model.tables}
    return found


def _blocks(path: Path) -> Iterator[_Block]:
    """The lines of a file, some at a time; of a file without leads, one block that says so."""
    lines: list[str] = []
    number, given = 0, False
    limits = current()
    most = limits.json_line
    try:
        with path.open(encoding="utf-8-sig") as file:
            while line := file.readline(most):
                # A file without line ends is no JSON Lines, and is not to be read whole.
                if len(line) == most:
                    raise _not_lines(path, number + 1, limits)
                lines.append(line)
                number += 1
                if len(lines) == BLOCK_LINES:
                    if any(map(str.strip, lines)):
                        yield _Block(str(path), "".join(lines), number - len(lines) + 1)
                        given = True
                    lines = []
    except FileNotFoundError:
        problem = Problem("file-missing", "there is no such file", Location(str(path)))
        raise GroupbuyError(problem) from None
    except UnicodeDecodeError:
        at = Location(str(path), number + 1)
        problem = Problem("file-encoding", "this is not UTF-8", at, "save it as UTF-8")
        raise GroupbuyError(problem) from None
    if not given or any(map(str.strip, lines)):
        yield _Block(str(path), "".join(lines), number - len(lines) + 1)


def _not_lines(path: Path, number: int, limits: Limits) -> GroupbuyError:
    message = f"this line has more than {limits.json_line:,} characters"
    hint = limits.hint("json_line", "write one lead a line")
    return GroupbuyError(Problem("file-format", message, Location(str(path), number), hint))


class _Writers:
    """One Parquet file for the leads and one for each table, each opened when it gets rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open: dict[str, Any] = {}
        self.leads = 0
        self.rows: dict[str, int] = {}

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def write(self, leads: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> None:
        """Add a block, whose rows go on counting."""
        self.add("leads", leads.with_row_index(ORDER, offset=self.leads))
        self.leads += leads.height
        for name, rows in tables.items():
            before = self.rows.get(name, 0)
            self.add(name, rows.with_columns(pl.col(ROW) + before))
            self.rows[name] = before + rows.height

    def add(self, name: str, frame: pl.DataFrame) -> None:
        table = frame.to_arrow()
        if name not in self.open:
            self.open[name] = pyarrow.parquet.ParquetWriter(self.path(name), table.schema)
        self.open[name].write_table(table)

    def close(self) -> None:
        for writer in self.open.values():
            writer.close()
