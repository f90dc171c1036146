"""`Workspace.evaluate` for one lead in a process that is already running: latency, threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

from benchmarks import ours
from benchmarks.measure import Spread, interleaved
from benchmarks.results import Finding, Section, Table, spread
from benchmarks.workload import AS_OF, leads, workload
from benchmarks.world import ROOT, World
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.leads import read_leads
from groupbuy.model.lead import LeadFile

THREADS = (1, 2, 4)


def run(world: World) -> Section:
    """Measure."""
    work = workload()
    folder = world.rules(work)
    population = list(leads(world.size.agreed))
    keeping = Workspace(folder, replace(_options(), keep_cuts=True))
    whole = keeping.evaluate(ours.lead_file(population, keeping))
    cuts = keeping.stored(whole.standings)
    with_cuts = Workspace(folder, replace(_options(), cuts=cuts))
    plain = ours.workspace(world.rules(work, tiers=False))
    shipped = Workspace(ROOT / "rules", _options())
    count = max(50, min(400, world.size.agreed // 5))
    cases = {
        "50 rules": (plain, [ours.lead_file([lead], plain) for lead in population[:count]]),
        "50 rules and tiers by stored cuts": (
            with_cuts,
            [ours.lead_file([lead], with_cuts) for lead in population[:count]],
        ),
        "the shipped rules, the example leads": (shipped, _examples(shipped)),
    }
    rows = []
    for name, (workspace, files) in cases.items():
        times = _latencies(workspace, files)
        p50, p99 = quantiles(times, n=100)[49], quantiles(times, n=100)[98]
        rows.append((name, f"{p50 * 1e3:.2f} ms", f"{p99 * 1e3:.2f} ms", f"{1 / p50:,.0f}"))
    threads = _threads(plain, cases["50 rules"][1], world.size.rounds)
    one = Spread.of(threads["1"]).median
    return Section(
        "A service: one lead after the other",
        [
            Finding(
                f"leads a second with {name} threads, against one",
                Spread.ratio(rates, threads["1"]),
                remark="the same Workspace, results compared with those of one thread",
            )
            for name, rates in threads.items()
            if name != "1"
        ],
        [
            Table(
                "`Workspace.evaluate` of one lead, warm, with all reasons",
                ("", "p50", "p99", "leads a second"),
                rows,
            ),
            Table(
                f"{world.size.agreed:,} leads at once, 50 rules",
                ("", "leads a second"),
                _batches(plain, ours.lead_file(population, plain), world.size.rounds),
            ),
            Table(
                "Threads (CPython has one lock)",
                ("threads", "leads a second", "wall over one thread"),
                [
                    (n, spread(Spread.of(rates)), f"{one / Spread.of(rates).median:.2f} ×")
                    for n, rates in threads.items()
                ],
            ),
        ],
    )


def _batches(workspace: Workspace, file: LeadFile, rounds: int) -> list[tuple[str, str]]:
    """Values of all leads, and all that is told of them."""
    calls: dict[str, Callable[[], object]] = {
        "`Workspace.run`: every value, ranked": partial(workspace.run, file),
        "`Workspace.evaluate`: results with all reasons": partial(workspace.evaluate, file),
    }

    def rate(call: Callable[[], object]) -> float:
        begin = process_time()
        call()
        return len(file.leads) / (process_time() - begin)

    found = interleaved({name: partial(rate, call) for name, call in calls.items()}, rounds)
    return [(name, spread(Spread.of(rates))) for name, rates in found.items()]


def _options() -> Options:
    return Options(as_of=date.fromisoformat(AS_OF).toordinal())


def _examples(workspace: Workspace) -> list[LeadFile]:
    """Each of the example leads as a file of its own."""
    found = read_leads([Path(ROOT / "examples" / "leads.yaml")], workspace.model)
    return [LeadFile([lead]) for lead in found.leads]


def _latencies(workspace: Workspace, files: list[LeadFile]) -> list[float]:
    """Wall seconds of each call, after every lead was seen once."""
    for file in files:
        workspace.evaluate(file)
    times = []
    for file in files * max(1, 100 // len(files)):
        begin = perf_counter()
        workspace.evaluate(file)
        times.append(perf_counter() - begin)
    return times


def _threads(workspace: Workspace, files: list[LeadFile], rounds: int) -> dict[str, list[float]]:
    """Leads a second with so many threads on one workspace; wrong results are an error."""
    right = [_shown(workspace, file) for file in files]

    def measure(threads: int) -> float:
        with ThreadPoolExecutor(threads) as pool:
            begin = perf_counter()
            found = list(pool.map(lambda file: _shown(workspace, file), files))
            seconds = perf_counter() - begin
        if found != right:
            raise AssertionError(f"{threads} threads have other results than one")
        return len(files) / seconds

    return interleaved({str(n): partial(measure, n) for n in THREADS}, rounds)


def _shown(workspace: Workspace, file: LeadFile) -> Any:
    return workspace.evaluate(file).data["leads"]
