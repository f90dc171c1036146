"""`groupbuy evaluate` in columns: files in, one flat row a lead out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.running import DONE, INCOMPLETE, INVALID, deliver, fail, next_step, tell

if TYPE_CHECKING:
    from groupbuy.engine.columns.run import ColumnResult
    from groupbuy.engine.workspace import Workspace
    from groupbuy.files.columns.scan import Opened

ENGINES = ("auto", "rows", "columns", "duckdb")
FORMATS = ("parquet", "csv", "jsonl")
BINARY = (".parquet", ".pq", ".arrow", ".feather")
"""Files that only dataframe engines read quickly."""
MOST_TOLD = 20


def chosen_engine(engine: str, leads: Sequence[str], form: str) -> str:
    """What `auto` means: columns where the input or the output is a columnar file."""
    if engine != "auto":
        return engine
    binary = any(Path(name).suffix.lower() in BINARY for name in leads)
    return "columns" if form == "parquet" or (binary and form in FORMATS) else "rows"


def evaluate_in_columns(
    workspace: Workspace,
    leads: Sequence[str],
    engine: str,
    form: str,
    output: Path | None,
    *,
    strict: bool,
    save_cuts: Path | None,
) -> int:
    """Evaluate files of leads in columns. Raises `GroupbuyError`."""
    if form not in FORMATS:
        fail(
            "bad-option",
            f"--engine {engine} writes {', '.join(FORMATS)}, not {form}",
            "--format csv, or -o results.parquet; --engine rows explains each lead",
        )
    if output is None and form == "parquet":
        fail("bad-option", "a Parquet file is not for the screen", "-o results.parquet")
    if "-" in leads:
        fail("bad-option", "columns are not read from standard input", "name a file")
    require(engine)
    from groupbuy.files.columns.scan import open_frames

    model = workspace.model
    with open_frames(
        [Path(name) for name in leads], model, {*model.fields, *model.tables}
    ) as opened:
        for note in opened.notes:
            click.echo(f"note: {note}", err=True)
        code = _run(workspace, opened, engine, form, output, strict, save_cuts)
    next_step(f"→ groupbuy explain {leads[0]} ID")
    return code


def require(engine: str) -> None:
    """Fail in words where the libraries of an engine are not installed."""
    import importlib.util

    wanted = ["narwhals", "polars", "pyarrow"] + (["duckdb"] if engine == "duckdb" else [])
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        extra = "duckdb" if engine == "duckdb" else "columns"
        fail(
            "extra-missing",
            f"--engine {engine} needs {', '.join(missing)}",
            f"pip install 'groupbuy[{extra}]'",
        )


def _run(
    workspace: Workspace,
    opened: Opened,
    engine: str,
    form: str,
    output: Path | None,
    strict: bool,
    save_cuts: Path | None,
) -> int:
    from groupbuy.engine.columns.outputs import Wanted
    from groupbuy.engine.columns.run import ColumnEngine
    from groupbuy.engine.standing import write_cuts
    from groupbuy.files.columns.engines import as_polars, on_duckdb
    from groupbuy.files.columns.write import ranked, write_results

    options = workspace.options
    source = on_duckdb(opened) if engine == "duckdb" else opened.source
    cuts = None if options.cuts is None else options.cuts.populations
    run = ColumnEngine(workspace.rules, source, cuts)
    only = None
    if options.columns or form == "csv":
        only = {*workspace.columns, "name"}
    result = run.evaluate(
        Wanted(only, options.show_pii), workspace.where, workspace.rank_by, options.top
    )
    aside = _tell_aside(opened, result)
    if aside and strict:
        click.echo(
            f"{aside:,} leads could not be evaluated; nothing was written (--strict)", err=True
        )
        return INVALID
    stored = write_cuts(workspace.stored(run.standings())) if save_cuts is not None else None
    frame, outputs = ranked(as_polars(result, opened), result.outputs, options.top)
    if output is not None:
        folder = output.parent
        if not folder.is_dir():
            fail("no-such-folder", f"there is no folder {folder}", "make it first")
        write_results(frame, outputs, form, output)
    else:
        with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder_name:
            target = Path(folder_name) / "results"
            write_results(frame, outputs, form, target)
            _copy_to_screen(target)
    if stored is not None:
        deliver(stored, save_cuts)
    for name, count in result.unranked.items():
        noun = "lead" if count == 1 else "leads"
        click.echo(f"note: {name}: {count:,} {noun} could not be ranked", err=True)
    return INCOMPLETE if aside else DONE


def _tell_aside(opened: Opened, result: ColumnResult) -> int:
    """Say which leads get no result, and why; returns how many."""
    problems = [problem for lead in opened.set_aside for problem in lead.problems]
    if problems:
        tell(problems[:MOST_TOLD])
    count = len(opened.set_aside) + opened.untold
    if len(problems) > MOST_TOLD or opened.untold:
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
