"""Parquet to Parquet on Spark, against Spark's own scan and write of the same shape."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from benchmarks.lead_files import check_columns, write_parquet
from benchmarks.measure import Spread, interleaved
from benchmarks.results import CantRunError, Finding, Section, Table, Target, spread
from benchmarks.workload import AS_OF, workload
from benchmarks.world import World


def run(world: World) -> Section:
    """Measure. Raises `CantRunError` without Java or PySpark."""
    session = open_session(world.folder)
    count, rules = world.size.spark, world.rules()
    path = write_parquet(world.folder / "spark.parquet", count)
    try:
        return _measured(world, session, path, rules, count)
    finally:
        session.stop()


def open_session(folder: Path) -> Any:
    """Spark on this machine, two threads. Raises `CantRunError` without Java or PySpark."""
    if shutil.which("java") is None:
        raise CantRunError("there is no Java")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise CantRunError("PySpark is not installed") from None
    from groupbuy.files.columns.spark.session import logged_to

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "4g",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "local"),
    }
    builder: Any = SparkSession.builder.master("local[2]").appName("groupbuy benchmarks")
    for key, value in settings.items():
        builder = builder.config(key, value)
    with logged_to(folder / "spark.log"):
        return builder.getOrCreate()


def _measured(world: World, session: Any, path: Path, rules: Path, count: int) -> Section:
    from groupbuy.api import spark

    out, shape = world.folder / "spark-out", world.folder / "spark-shape"

    def evaluated(target: Path, **options: Any) -> float:
        begin = perf_counter()
        results = spark.evaluate(session.read.parquet(str(path)), rules, as_of=AS_OF, **options)
        results.write.mode("overwrite").parquet(str(target))
        return perf_counter() - begin

    def bare(source: Path) -> float:
        begin = perf_counter()
        session.read.parquet(str(source)).write.mode("overwrite").parquet(str(out))
        return perf_counter() - begin

    evaluated(shape)
    results = pl.scan_parquet(str(shape / "*.parquet"))
    check_columns(workload(), pl.scan_parquet(path), results, world.size.agreed)
    whole, scan = "groupbuy on Spark", "Spark, bare scan and write"
    trusting = "groupbuy on Spark, `distinct_ids=False`"
    found = interleaved(
        {
            scan: lambda: bare(shape),
            "Spark, leads read and written": lambda: bare(path),
            whole: lambda: evaluated(out),
            trusting: lambda: evaluated(out, distinct_ids=False),
        },
        world.size.slow_rounds,
    )
    ratio = Spread.ratio(found[whole], found[scan])
    rows = [
        (name, spread(Spread.of(seconds), "s"), spread(Spread.ratio(seconds, found[scan]), "×"))
        for name, seconds in found.items()
    ]
    return Section(
        f"Spark, {count:,} leads",
        [
            Finding(
                f"Parquet to Parquet on Spark, {count:,} leads, against scan and write",
                ratio,
                target=Target(2),
                distance=f"{ratio.median:.2f} × scan and write",
            )
        ],
        [Table(f"One session, `local[2]`, {_java()}", ("", "wall", "against bare"), rows)],
    )


def _java() -> str:
    told = subprocess.run(["java", "-version"], check=False, capture_output=True, text=True).stderr
    return told.partition("\n")[0].replace('"', "")
