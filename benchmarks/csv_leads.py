"""A CSV file of leads to results, against Polars reading and writing that file."""

from __future__ import annotations

import polars as pl

from benchmarks.lead_files import check_columns, write_csv
from benchmarks.measure import Spread, cpus, process, processes, walls
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import workload
from benchmarks.world import World, python

BARE = "import sys, polars as pl; pl.read_csv(sys.argv[1]).write_csv(sys.argv[2])"
STREAMED = "import sys, polars as pl; pl.scan_csv(sys.argv[1]).sink_csv(sys.argv[2])"
OURS = "groupbuy, CSV to CSV"
POLARS = "Polars, read_csv and write_csv"


def run(world: World) -> Section:
    """Measure."""
    count, rules = world.size.csv, world.rules()
    path = write_csv(world.folder / "leads.csv", count)
    out, parquet = world.folder / "results.csv", world.folder / "from-csv.parquet"
    to_csv = world.evaluate(path, rules, "--engine", "columns", "--format", "csv", "-o", out)
    to_parquet = world.evaluate(path, rules, "-o", parquet)
    process(to_parquet)
    check_columns(workload(), pl.scan_csv(path), pl.scan_parquet(parquet), world.size.agreed)
    found = processes(
        {
            POLARS: python(BARE, path, out),
            "Polars, scan_csv and sink_csv": python(STREAMED, path, out),
            OURS: to_csv,
            "groupbuy, CSV to Parquet, every column": to_parquet,
        },
        world.size.rounds,
    )
    bare = min(list(found)[:2], key=lambda name: Spread.of(walls(found[name])).median)
    ratio = Spread.ratio(walls(found[OURS]), walls(found[bare]))
    rows = [
        (
            name,
            spread(Spread.of(walls(ended)), "s"),
            spread(Spread.ratio(walls(ended), walls(found[bare])), "×"),
            spread(Spread.ratio(cpus(ended), cpus(found[bare])), "×"),
            f"{max(each.peak for each in ended):,.0f} MiB",
        )
        for name, ended in found.items()
    ]
    head = ("", "wall", f"against {bare}", "processor time", "peak memory")
    return Section(
        f"A CSV file of {count:,} leads",
        [
            Finding(
                f"CSV to CSV, {count:,} leads, whole process, against Polars reading and writing",
                ratio,
                target=Target(2),
                distance=f"{ratio.median:.2f} × {bare}",
            )
        ],
        [Table("Whole processes", head, rows)],
    )
