"""One lead after the other in a running process, by `groupbuy.api.service`: latency, threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

import yaml

from benchmarks import ours
from benchmarks.measure import Spread, interleaved, process
from benchmarks.results import Finding, Section, Table, spread
from benchmarks.workload import AS_OF, leads, workload
from benchmarks.world import ROOT, World
from groupbuy.api.service import Service
from groupbuy.engine.workspace import Workspace
from groupbuy.model.lead import LeadFile

THREADS = (1, 2, 4)
CALLS = 100
EXAMPLES = ROOT / "examples" / "leads.yaml"

GivenLead = Mapping[str, Any]


def run(world: World) -> Section:
    """Measure."""
    population = [_given(lead) for lead in leads(world.size.agreed)]
    ranked, plain = world.rules(), world.rules(workload(), tiers=False)
    count = max(50, min(400, world.size.agreed // 5))
    service = Service(plain, as_of=AS_OF)
    cases: dict[str, tuple[Service, Sequence[GivenLead]]] = {
        "50 rules": (service, population[:count]),
        "50 rules and tiers by stored cuts": (
            Service(ranked, as_of=AS_OF, cuts=_cuts(world, ranked)),
            population[:count],
        ),
        "the shipped rules, the example leads": (
            Service(ROOT / "rules", as_of=AS_OF),
            yaml.load(EXAMPLES.read_bytes(), yaml.CSafeLoader),
        ),
    }
    rows = []
    for name, (ready, given) in cases.items():
        times = _latencies(ready, given)
        cut = quantiles(times, n=100)
        rows.append((name, f"{cut[49] * 1e3:.2f} ms", f"{cut[98] * 1e3:.2f} ms"))
    threads = _threads(service, population[:50], world.size.rounds)
    opened = ours.workspace(plain)
    batch = ours.lead_file(leads(world.size.agreed), opened)
    return Section(
        "A service: one lead after the other",
        [
            Finding(
                f"leads a second with {name} threads, against one",
                Spread.ratio(rates, threads["1"]),
                remark="one Service, results compared with those of one thread",
            )
            for name, rates in threads.items()
            if name != "1"
        ],
        [
            Table("`Service.evaluate`, warm, with all reasons", ("", "p50", "p99"), rows),
            Table(
                "Threads",
                ("threads", "leads a second"),
                [(name, spread(Spread.of(rates))) for name, rates in threads.items()],
            ),
            Table(
                f"{len(batch.leads):,} leads at once, 50 rules",
                ("", "leads a second"),
                _batches(opened, batch, world.size.rounds),
            ),
        ],
    )


def _given(lead: GivenLead) -> GivenLead:
    """A lead as a caller has it: without what nobody knows."""
    return {name: value for name, value in lead.items() if value is not None}


def _cuts(world: World, rules: Path) -> Path:
    """The cuts of a run over many leads, as the command line stores them."""
    from benchmarks.lead_files import write_parquet

    path = write_parquet(world.folder / "population.parquet", world.size.agreed)
    cuts, out = world.folder / "cuts.json", world.folder / "ranked.parquet"
    process(world.evaluate(path, rules, "-o", out, "--save-cuts", cuts))
    return cuts


def _latencies(service: Service, given: Sequence[GivenLead]) -> list[float]:
    """Wall seconds of each call, after every lead was seen once."""
    for lead in given:
        service.evaluate(lead)
    times = []
    for lead in list(given) * max(1, CALLS // len(given)):
        begin = perf_counter()
        service.evaluate(lead)
        times.append(perf_counter() - begin)
    return times


def _threads(service: Service, given: Sequence[GivenLead], rounds: int) -> dict[str, list[float]]:
    """Leads a second with so many threads on one service; wrong results are an error."""
    right = [service.evaluate(lead)["leads"] for lead in given]

    def measure(threads: int) -> float:
        with ThreadPoolExecutor(threads) as pool:
            begin = perf_counter()
            found = list(pool.map(service.evaluate, given))
            seconds = perf_counter() - begin
        if [each["leads"] for each in found] != right:
            raise AssertionError(f"{threads} threads have other results than one")
        return len(given) / seconds

    return interleaved({str(n): partial(measure, n) for n in THREADS}, rounds)


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
