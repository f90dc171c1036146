"""`groupbuy evaluate --engine spark`: Parquet is read by Spark, and results are written by it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupbuy.cli.ask import Ask
from groupbuy.cli.column_results import (
    not_written,
    report,
    require,
    tell_unranked,
    write,
)
from groupbuy.cli.running import DONE, INCOMPLETE, deliver, fail, next_step
from groupbuy.cli.targets import is_address

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from groupbuy.engine.columns.run import ColumnResult
    from groupbuy.engine.workspace import Workspace
    from groupbuy.files.columns.spark.evaluate import SparkResult
    from groupbuy.files.columns.spark.leads import Leads

PARQUET = (".parquet", ".pq")


def evaluate_in_spark(workspace: Workspace, leads: Sequence[str], ask: Ask) -> int:
    """Evaluate files of leads on Spark. Raises `GroupbuyError`."""
    require(ask.engine)
    from py4j.protocol import Py4JError  # type: ignore[import-untyped, unused-ignore]
    from pyspark.errors import PySparkException

    from groupbuy.errors import GroupbuyError
    from groupbuy.files.columns.spark.session import failed, started

    with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder, started() as session:
        try:
            code = _run(workspace, leads, ask, session, Path(folder))
        except (PySparkException, Py4JError) as error:
            raise GroupbuyError(failed(error)) from None
    if not ask.fetched:
        next_step(f"→ groupbuy explain {leads[0]} ID")
    return code


def _run(
    workspace: Workspace, leads: Sequence[str], ask: Ask, session: SparkSession, folder: Path
) -> int:
    from groupbuy.engine.standing import write_cuts
    from groupbuy.files.columns.spark.evaluate import evaluate_source

    found = _opened(workspace, leads, session, folder)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    result = evaluate_source(workspace, found)
    aside = report(found.set_aside, found.untold, result.result)
    if aside and ask.strict:
        return not_written(aside)
    stored = None
    if ask.save_cuts is not None:
        stored = write_cuts(workspace.stored(result.standings))
    _write(result, ask, session, folder, workspace.options.top)
    if stored is not None:
        deliver(stored, ask.save_cuts)
    tell_unranked(result.result)
    return INCOMPLETE if aside else DONE


def _opened(
    workspace: Workspace, names: Sequence[str], session: SparkSession, folder: Path
) -> Leads:
    """Parquet as Spark reads it; other files by way of Parquet."""
    from groupbuy.files.columns.spark.leads import read_frames
    from groupbuy.files.columns.spark.moved import moved

    if not all(_is_parquet(name) for name in names):
        for name in names:
            if is_address(name):
                fail("file-format", f"{name}: Spark reads Parquet here", "name it NAME.parquet")
        return moved([Path(name) for name in names], workspace.model, session, folder)
    for name in names:
        if not is_address(name) and not Path(name).exists():
            fail("file-missing", f"{name}: there is no such file")
    frame = session.read.parquet(*names)
    tables: dict[str, Any] = {}
    if len(names) == 1 and not is_address(names[0]):
        path = Path(names[0])
        for other in sorted(path.parent.glob(f"{path.stem}.*")):
            word = other.stem.removeprefix(f"{path.stem}.")
            table = workspace.model.resolve(word)
            if other.suffix.lower() in PARQUET and table in workspace.model.tables:
                tables[table] = session.read.parquet(str(other))
    return read_frames(frame, tables, workspace.model, at=names[0])


def _is_parquet(name: str) -> bool:
    return is_address(name) or Path(name).is_dir() or Path(name).suffix.lower() in PARQUET


def _write(
    result: SparkResult, ask: Ask, session: SparkSession, folder: Path, top: int | None
) -> None:
    """Results to a folder or an address as Spark writes them; to one file by way of a folder."""
    from groupbuy.files.columns.folder import written_whole

    target, frame = ask.target, result.frame
    by = [ask.partition_by] if ask.partition_by else []
    if ask.partition_by and ask.partition_by not in frame.columns:
        fail("bad-option", f"--partition-by: the results have no column {ask.partition_by}")
    if target is not None and is_address(target.text):
        frame.write.partitionBy(*by).mode("errorifexists").format(ask.spark_form).save(target.text)
    elif target is not None and (target.is_folder or by) and top is None and ask.into is None:
        with written_whole(target.path) as new:
            frame.write.partitionBy(*by).format(ask.spark_form).save(str(new))
    elif str(session.sparkContext.master).startswith("local"):
        _by_way_of_files(result.result, ask, folder, top)
    else:
        fail("bad-option", "a cluster writes a folder, not one file", "-o results/")


def _by_way_of_files(result: ColumnResult, ask: Ask, folder: Path, top: int | None) -> None:
    import narwhals as nw
    import polars as pl

    from groupbuy.files.columns.write import ranked

    parts = folder / "results"
    nw.to_native(result.frame).write.parquet(str(parts))
    frame, outputs = ranked(pl.scan_parquet(parts / "*.parquet"), result.outputs, top)
    write(frame, outputs, ask)
