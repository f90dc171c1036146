"""How long it takes until groupbuy does anything at all."""

from __future__ import annotations

from benchmarks.lead_files import write_yaml
from benchmarks.measure import Spread, cpus, processes, walls
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import AS_OF
from benchmarks.world import GROUPBUY, World, python

CLICK = "python -c 'import click'"
HELP = "groupbuy --help"
OWN = "evaluate of one lead, 50 rules"
SHIPPED = "evaluate of one lead, the shipped rules"


def run(world: World) -> Section:
    """Measure."""
    one = write_yaml(world.folder / "one.yaml", 1)
    shipped = world.folder / "shipped.yaml"
    shipped.write_text("- {id: L1, customer_type: office, budget: 50000}\n", encoding="utf-8")
    evaluate = [str(GROUPBUY), "evaluate", str(shipped), "--as-of", AS_OF]
    found = processes(
        {
            "python -c pass": python("pass"),
            CLICK: python("import click"),
            HELP: [str(GROUPBUY), "--help"],
            OWN: world.evaluate(one, world.rules()),
            SHIPPED: evaluate,
        },
        world.size.rounds * 2,
    )
    started = Spread.of(walls(found["python -c pass"])).median
    ratio = Spread.ratio(walls(found[HELP]), walls(found[CLICK]))
    helped, ours, theirs = (Spread.of(walls(found[name])) for name in (HELP, OWN, SHIPPED))
    rows = [
        (name, spread(Spread.of(walls(e)), "s"), spread(Spread.of(cpus(e)), "s"))
        for name, e in found.items()
    ]
    return Section(
        "Start-up",
        [
            Finding(
                "`groupbuy --help`, against `python -c 'import click'`",
                ratio,
                target=Target(2),
                distance=f"{helped.median / started:.1f} × interpreter start",
            ),
            Finding(
                OWN, ours, "s", Target(0.4), f"{ours.median / started:.1f} × interpreter start"
            ),
            Finding(
                SHIPPED,
                theirs,
                "s",
                Target(0.4),
                f"{theirs.median / started:.1f} × interpreter start",
            ),
        ],
        [Table("Whole processes", ("", "wall", "processor time"), rows)],
    )
