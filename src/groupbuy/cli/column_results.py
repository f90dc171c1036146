"""How results in columns are written and spoken of."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupbuy.cli.ask import Ask
from groupbuy.cli.running import INVALID, check_not_read, fail, tell

if TYPE_CHECKING:
    from groupbuy.engine.columns.run import ColumnResult
    from groupbuy.model.lead import SetAside

MOST_TOLD = 20


def require(engine: str) -> None:
    """Fail in words where the libraries of an engine are not installed."""
    import importlib.util

    more = {"duckdb": ["duckdb"], "spark": ["pyspark"]}.get(engine, [])
    wanted = ["narwhals", "polars", "pyarrow", *more]
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        fail(
            "extra-missing",
            f"--engine {engine} needs {', '.join(missing)}",
            f"pip install 'groupbuy[{engine if more else 'columns'}]'",
        )


def write(frame: Any, outputs: Sequence[Any], ask: Ask) -> None:
    """Write results to where they were asked for: a folder, a file, or the screen."""
    from groupbuy.files.columns.write import write_partitions, write_results

    target = ask.target
    if target is not None and ask.into is not None:
        from groupbuy.files.databases.write import write_database

        write_database(frame, outputs, target.text, ask.into)
    elif target is not None and (target.is_folder or ask.partition_by):
        write_partitions(frame, outputs, ask.form, target.path, ask.partition_by)
    elif target is not None:
        folder = target.path.parent
        if not folder.is_dir():
            fail("no-such-folder", f"there is no folder {folder}", "make it first")
        check_not_read(target.path)
        write_results(frame, outputs, ask.form, target.path)
    else:
        with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder_name:
            path = Path(folder_name) / "results"
            write_results(frame, outputs, ask.form, path)
            _copy_to_screen(path)


def not_written(aside: int) -> int:
    """With --strict, leads that get no result keep all of them from being written."""
    click.echo(f"{aside:,} leads could not be evaluated; nothing was written (--strict)", err=True)
    return INVALID


def tell_unranked(result: ColumnResult) -> None:
    """Say how many leads each ranking had to leave out."""
    for name, count in result.unranked.items():
        noun = "lead" if count == 1 else "leads"
        click.echo(f"note: {name}: {count:,} {noun} could not be ranked", err=True)


def report(set_aside: Sequence[SetAside], untold: int, result: ColumnResult) -> int:
    """Say which leads get no result, and why; returns how many."""
    problems = [problem for lead in set_aside for problem in lead.problems]
    if problems:
        tell(problems[:MOST_TOLD])
    count = len(set_aside) + untold
    if len(problems) > MOST_TOLD or untold:
        click.echo(f"{count:,} leads can't be read in all", err=True)
    for stack in result.set_aside:
        tell(stack.problems)
        click.echo(f"{stack.count:,} leads with {', '.join(stack.packs)} are set aside", err=True)
    return count + sum(stack.count for stack in result.set_aside)


def _copy_to_screen(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        while block := file.read(2**20):
            sys.stdout.write(block)
    sys.stdout.flush()
