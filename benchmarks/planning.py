"""How planning grows with the number of rules, on every back end.

`python -m benchmarks.planning ENGINE RULES_FOLDER LEADS.parquet` prints the seconds from opening
the rules to the results of a hundred leads; each run is a process, so that a crash is one's own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks import ours
from benchmarks.lead_files import write_parquet
from benchmarks.measure import Spread, interleaved
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import AS_OF, leads, workload
from benchmarks.world import ROOT, World

ENGINES = {"rows": "rows", "polars": "Polars", "duckdb": "DuckDB", "spark": "Spark"}
LEADS = 100
NOT_TRIED = "not tried"
PATIENCE = 600
"""Seconds after which planning counts as failed."""


def run(world: World) -> Section:
    """Measure."""
    path = write_parquet(world.folder / "few.parquet", LEADS)
    counts = world.size.rules
    folders = {count: world.rules(workload(count)) for count in counts}
    found: dict[tuple[str, int], list[float] | str] = {}
    for engine in ENGINES:
        if engine == "spark" and shutil.which("java") is None:
            continue
        # Small ones first: what fails with some rules is not tried with more.
        for count in counts:
            command = [sys.executable, "-m", "benchmarks.planning", engine]
            command += [str(folders[count]), str(path)]
            rounds = 1 if count >= 5_000 else world.size.slow_rounds
            try:
                timed = interleaved({"": partial(_planned, command)}, rounds, warm=False)
                found[engine, count] = timed[""]
            except PlanningError as error:
                found[engine, count] = str(error)
                break
    return _section(counts, found)


class PlanningError(Exception):
    """Rules that a back end can't plan."""


def _planned(command: Sequence[str]) -> float:
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise PlanningError(f"not within {PATIENCE} s") from None
    if done.returncode:
        last = (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]
        raise PlanningError(last[:150])
    return float(done.stdout)


def _section(counts: Sequence[int], found: dict[tuple[str, int], list[float] | str]) -> Section:
    fewer, most = counts[-2:]
    findings, rows = [], []
    for engine, shown in ENGINES.items():
        cells = [found.get((engine, count), NOT_TRIED) for count in counts]
        rows.append(
            (shown, *(c if isinstance(c, str) else spread(Spread.of(c), "s") for c in cells))
        )
        small, large = cells[-2:]
        ratio, remark = None, next((cell for cell in cells if isinstance(cell, str)), "")
        if not isinstance(small, str) and not isinstance(large, str):
            middle = Spread.of(small).median
            ratio = Spread.of([seconds / middle for seconds in large])
        findings.append(
            Finding(
                f"{most:,} rules planned on {shown}, against {fewer:,}",
                ratio,
                target=Target(10),
                distance="" if ratio is None else f"{most / fewer:.0f} × is linear",
                remark=remark,
                failed=(engine, counts[0]) in found and ratio is None,
            )
        )
    head = ("", *(f"{count:,} rules" for count in counts))
    return Section(
        "Planning many rules",
        findings,
        [Table(f"From rules in YAML to the results of {LEADS} leads", head, rows)],
    )


def planned(engine: str, rules: Path, path: Path) -> float:
    """Seconds from rules in YAML to results, on one back end that is imported before."""
    from groupbuy.engine.columns.outputs import Wanted
    from groupbuy.engine.columns.run import ColumnEngine
    from groupbuy.files.columns.engines import as_polars, on_duckdb
    from groupbuy.files.columns.scan import open_frames
    from groupbuy.files.columns.write import shown_in

    if engine == "spark":
        return _planned_on_spark(rules, path)
    begin = perf_counter()
    opened = ours.workspace(rules)
    if engine == "rows":
        run, _ = opened.run(ours.lead_file(leads(LEADS), opened))
        assert len(run.cases) == LEADS
        return perf_counter() - begin
    model = opened.model
    with open_frames([path], model, {*model.fields}) as files:
        source = on_duckdb(files, by_pack=False) if engine == "duckdb" else files.source
        result = ColumnEngine(opened.rules, source).evaluate(Wanted())
        frame = shown_in(as_polars(result, files), result.outputs, "parquet")
        assert frame.collect().height == LEADS
    return perf_counter() - begin


def _planned_on_spark(rules: Path, path: Path) -> float:
    """The same in a session that is there."""
    from benchmarks.spark_leads import open_session
    from groupbuy.api import spark

    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Path(folder))
        begin = perf_counter()
        results = spark.evaluate(session.read.parquet(str(path)), rules, as_of=AS_OF)
        assert len(results.collect()) == LEADS
        seconds = perf_counter() - begin
        session.stop()
    return seconds


if __name__ == "__main__":
    print(planned(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
