"""Parquet to Parquet on Polars and DuckDB, against a bare scan and write of the same shape.

The bare run reads a file with the columns of the results and writes it again: what nothing that
writes these results could do without.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.lead_files import check_columns, write_parquet
from benchmarks.measure import CommandError, Ended, Spread, cpus, process, processes, walls
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import workload
from benchmarks.world import World, python

BARE = {
    "polars": "import sys, polars as pl; "
    "pl.scan_parquet(sys.argv[1]).sink_parquet(sys.argv[2], engine='streaming')",
    "duckdb": "import sys, duckdb; duckdb.sql(f\"COPY (FROM '{sys.argv[1]}') TO '{sys.argv[2]}' "
    '(FORMAT parquet, COMPRESSION zstd)")',
}
ENGINES = {"polars": "columns", "duckdb": "duckdb"}
FLAT = Target(1.25)
SHOWN = {"polars": "Polars", "duckdb": "DuckDB"}


def run(world: World) -> Section:
    """Measure."""
    count, rules = world.size.parquet, world.rules()
    path = write_parquet(world.folder / "leads.parquet", count)
    findings: list[Finding] = []
    rows: list[tuple[str, ...]] = []
    for engine, option in ENGINES.items():
        out = world.folder / f"results-{engine}.parquet"
        ours = world.evaluate(path, rules, "--engine", option, "-o", out)
        process(ours)
        check_columns(workload(), pl.scan_parquet(path), pl.scan_parquet(out), world.size.agreed)
        results = out.rename(world.folder / f"shape-{engine}.parquet")
        bare, mine = f"{SHOWN[engine]}, bare scan and write", f"groupbuy on {SHOWN[engine]}"
        found = processes(
            {
                bare: python(BARE[engine], results, out),
                f"{SHOWN[engine]}, leads read and written": python(BARE[engine], path, out),
                mine: ours,
            },
            world.size.slow_rounds,
            # The run whose results were compared has warmed the file cache.
            warm=False,
        )
        ratio = Spread.ratio(walls(found[mine]), walls(found[bare]))
        findings.append(
            Finding(
                f"Parquet to Parquet on {SHOWN[engine]}, {count:,} leads, against scan and write",
                ratio,
                target=Target(2),
                distance=f"{ratio.median:.2f} × scan and write",
            )
        )
        for name, ended in found.items():
            rows.append(_row(name, ended, found[bare]))
        findings.append(_peak(engine, count, found[mine]))
        results.unlink()
        out.unlink()
    path.unlink()
    findings += _large(world, rules, {f.what: f for f in findings})
    head = ("", "wall", "against bare", "processor time", "peak memory")
    return Section(
        f"A Parquet file of {count:,} leads",
        findings,
        [Table("Whole processes", head, rows)],
    )


def _row(name: str, ended: list[Ended], bare: list[Ended]) -> tuple[str, ...]:
    return (
        name,
        spread(Spread.of(walls(ended)), "s"),
        spread(Spread.ratio(walls(ended), walls(bare)), "×"),
        spread(Spread.ratio(cpus(ended), cpus(bare)), "×"),
        f"{max(each.peak for each in ended):,.0f} MiB",
    )


def _peak_of(engine: str, count: int) -> str:
    return f"peak memory on {SHOWN[engine]}, {count:,} leads"


def _peak(engine: str, count: int, ended: list[Ended]) -> Finding:
    peak = Spread.of([each.peak for each in ended])
    return Finding(_peak_of(engine, count), peak, "MiB", Target(1024), "")


def _large(world: World, rules: Path, before: dict[str, Finding]) -> list[Finding]:
    """Whether three times as many leads take more memory."""
    count = world.size.large
    path = write_parquet(world.folder / "large.parquet", count)
    findings = []
    for engine, option in ENGINES.items():
        out = world.folder / f"large-{engine}.parquet"
        what = f"memory for {count:,} leads on {SHOWN[engine]}, against {world.size.parquet:,}"
        try:
            ended = process(world.evaluate(path, rules, "--engine", option, "-o", out))
        except CommandError as error:
            findings.append(
                Finding(what, None, target=Target(1.25), remark=str(error)[-100:], failed=True)
            )
            continue
        small = before[_peak_of(engine, world.size.parquet)].value
        assert small is not None
        ratio = ended.peak / small.median
        findings.append(
            Finding(
                what,
                Spread.of([ratio]),
                target=FLAT,
                distance=f"{ended.peak:,.0f} MiB in {ended.wall:.1f} s; flat is 1.0 ×",
            )
        )
        out.unlink()
    path.unlink()
    return findings
