"""Instructions of the processor for one lead, as valgrind counts them: free of any noise.

`python -m benchmarks.instructions NAME RULES_FOLDER COUNT` evaluates so many leads; the difference
of two counts is the rules alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import ours
from benchmarks.by_hand import by_hand
from benchmarks.peers import Evaluate, peers
from benchmarks.results import CantRunError, Section, Table, number
from benchmarks.workload import leads, workload
from benchmarks.world import ROOT, World

FEW, MANY = 100, 1_100
PEER = "datalogic-py"


def run(world: World) -> Section:
    """Measure. Raises `CantRunError` without valgrind."""
    if shutil.which("valgrind") is None:
        raise CantRunError("valgrind is not installed (apt-get install valgrind)")
    rules = world.rules(tiers=False)
    counts: dict[str, float | str] = {}
    for name in NAMES:
        try:
            found = [_instructions(world, name, rules, count) for count in (FEW, MANY)]
            counts[name] = (found[1] - found[0]) / (MANY - FEW)
        except ValgrindError as error:
            counts[name] = str(error)
    by_hand_count = counts["by hand"]
    rows = []
    for name, count in counts.items():
        if isinstance(count, str):
            rows.append((NAMES[name], f"not counted: {count}", ""))
            continue
        ratio = f"{count / by_hand_count:.2f} ×" if isinstance(by_hand_count, float) else ""
        rows.append((NAMES[name], number(count), ratio))
    head = ("", "instructions a lead", "against ifs by hand")
    return Section("Instructions", tables=[Table("Counted by callgrind", head, rows)])


NAMES = {
    "by hand": "Python ifs by hand, fields in local variables",
    "groupbuy": "groupbuy, compiled rules: score, class, fired ids",
    "everything": "groupbuy, compiled rules: everything, with unknowns",
    PEER: "datalogic-py (Rust JSONLogic), one compiled list",
}


class ValgrindError(Exception):
    """Valgrind could not run it: a processor may have instructions that it does not know."""


def _instructions(world: World, name: str, rules: Path, count: int) -> int:
    out = world.folder / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable]
    command += ["-m", "benchmarks.instructions", name, str(rules), str(count)]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        lines = done.stderr.strip().splitlines()
        raise ValgrindError(lines[-1][:120] if lines else f"ended with {done.returncode}")
    return int(found[1])


def contestant(name: str, rules: Path) -> Evaluate:
    """What is counted."""
    work = workload()
    if name == "by hand":
        return by_hand(work, locals=True)
    if name == PEER:
        return next(peer for peer in peers() if peer.distribution == PEER).build(work)
    make = ours.answering if name == "groupbuy" else ours.everything
    return make(ours.workspace(rules), work)


if __name__ == "__main__":
    evaluate = contestant(sys.argv[1], Path(sys.argv[2]))
    count = int(sys.argv[3])
    some = list(leads(MANY))
    for lead in some[:count]:
        evaluate(lead)
