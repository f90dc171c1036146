"""What stands above the dataframe engine: our trees and narwhals, against the native plan alone.

The native plan is what narwhals made of the same rules, kept and run again. So the ratio tells
what every run pays for trees, narwhals and the engine's own reading of them, and nothing about
how well the plan is written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import narwhals as nw

from benchmarks import ours
from benchmarks.lead_files import write_parquet
from benchmarks.measure import Spread, interleaved
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import workload
from benchmarks.world import World
from groupbuy.engine.columns.outputs import Wanted
from groupbuy.engine.columns.run import ColumnEngine
from groupbuy.files.columns.engines import on_duckdb
from groupbuy.files.columns.scan import open_frames

SHOWN = {"polars": "Polars", "duckdb": "DuckDB"}


def run(world: World) -> Section:
    """Measure."""
    count = world.size.seam
    path = write_parquet(world.folder / "seam.parquet", count)
    findings, rows = [], []
    for rules in world.size.rules[:2]:
        opened = ours.workspace(world.rules(workload(rules), tiers=False))
        model = opened.model
        with open_frames([path], model, {*model.fields}) as files:
            for engine, shown in SHOWN.items():
                source = on_duckdb(files, by_pack=False) if engine == "duckdb" else files.source

                def built(source: Any = source, opened: Any = opened) -> Any:
                    frame = ColumnEngine(opened.rules, source).evaluate(Wanted()).frame
                    return nw.to_native(frame)

                kept = built()
                whole, native = "trees, narwhals and engine", "native plan alone"
                found = interleaved(
                    {
                        whole: partial(_seconds, built),
                        native: partial(_seconds, partial(_kept, kept)),
                    },
                    world.size.slow_rounds,
                )
                ratio = Spread.ratio(found[whole], found[native])
                findings.append(
                    Finding(
                        f"above the native plan on {shown}, {rules} rules, {count:,} leads",
                        ratio,
                        target=Target(1.3),
                        distance=f"{ratio.median:.2f} × the native plan",
                    )
                )
                rows += [
                    (f"{shown}, {rules} rules: {name}", spread(Spread.of(seconds), "s"))
                    for name, seconds in found.items()
                ]
    path.unlink()
    return Section(
        "The seam: narwhals against the native engine",
        findings,
        [Table(f"{count:,} leads from Parquet, results kept in memory", ("", "wall"), rows)],
        (__doc__ or "").partition("\n\n")[2].strip().replace("\n", " "),
    )


def _kept(native: Any) -> Any:
    return native


def _seconds(make: Callable[[], Any]) -> float:
    """How long it takes to make a native lazy frame and to work it out."""
    begin = perf_counter()
    native = make()
    native.collect() if hasattr(native, "collect") else native.to_arrow_table()
    return perf_counter() - begin
