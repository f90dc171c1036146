"""A YAML file of leads, from the command line to the results, against parsing that file."""

from __future__ import annotations

import json
import subprocess

from benchmarks.lead_files import compare, write_yaml
from benchmarks.measure import Spread, cpus, processes, walls
from benchmarks.results import Finding, Section, Table, Target, spread
from benchmarks.workload import leads, workload
from benchmarks.world import World, python

PARSE = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), yaml.CSafeLoader)"
ALONE = "parsing with CSafeLoader"


def run(world: World) -> Section:
    """Measure."""
    work, count = workload(), world.size.yaml
    rules, path = world.rules(), write_yaml(world.folder / "leads.yaml", count)
    out = world.folder / "results.json"
    subprocess.run(world.evaluate(path, rules, "--format", "json", "-o", out), check=True)
    shown = json.loads(out.read_text(encoding="utf-8"))["leads"]
    answers = {
        lead["id"]: (
            lead["scores"]["fit"]["value"],
            lead["grades"]["segment"]["value"]
            or lead["grades"]["segment"].get("likely")
            or work.rest,
            [rule["id"] for rule in lead["scores"]["fit"]["rules"]],
        )
        for lead in shown
    }
    compare(work, list(leads(count)), answers)
    found = processes(
        {
            ALONE: python(PARSE, path),
            "table of the first hundred": world.evaluate(path, rules),
            "CSV of all": world.evaluate(path, rules, "--format", "csv", "-o", "/dev/null"),
            "JSON of all, every reason": world.evaluate(
                path, rules, "--format", "json", "-o", "/dev/null"
            ),
        },
        world.size.rounds,
    )
    alone = found[ALONE]
    table = Spread.ratio(walls(found["table of the first hundred"]), walls(alone))
    rows = [
        (
            name,
            spread(Spread.of(walls(ended)), "s"),
            spread(Spread.ratio(walls(ended), walls(alone)), "×"),
            spread(Spread.ratio(cpus(ended), cpus(alone)), "×"),
        )
        for name, ended in found.items()
    ]
    return Section(
        f"A YAML file of {count:,} leads",
        [
            Finding(
                f"evaluate a YAML file of {count:,} leads, whole process, against parsing it",
                table,
                target=Target(1.3),
                distance=f"{table.median:.2f} × parsing alone",
            )
        ],
        [Table("Whole processes", ("", "wall", "against parsing", "processor time"), rows)],
    )
