"""`python -m benchmarks`: run them, and write `benchmarks/RESULTS.md`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from signal import SIGTERM, signal

from benchmarks.results import CantRunError, Finding, Report, Section, markdown
from benchmarks.world import BUILD, FULL, QUICK, Size, World, machine

BENCHMARKS = {
    "row": "One lead at a time",
    "service": "A service: one lead after the other",
    "yaml_leads": "A YAML file of leads",
    "csv_leads": "A CSV file of leads",
    "parquet_leads": "A Parquet file of leads",
    "spark_leads": "Spark",
    "seam": "The seam: narwhals against the native engine",
    "planning": "Planning many rules",
    "startup": "Start-up",
    "instructions": "Instructions",
}
RESULTS = Path(__file__).parent / "RESULTS.md"
SO_FAR = BUILD / "RESULTS.md"


def main(argv: Sequence[str]) -> int:
    """Run what is asked for; 1 where a benchmark failed."""
    asked = arguments().parse_args(argv)
    size: Size = QUICK if asked.quick else FULL
    if asked.size is not None:
        size = replace(size, parquet=asked.size, large=3 * asked.size)
    if asked.rounds is not None:
        size = replace(size, rounds=asked.rounds)
    names = list(BENCHMARKS) if asked.only is None else asked.only.split(",")
    strange = [name for name in names if name not in BENCHMARKS]
    if strange:
        print(f"there is no benchmark {strange[0]}: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    BUILD.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    signal(SIGTERM, lambda *_: sys.exit(143))
    try:
        text, good = all_measured(names, World(size, folder), argv, quick=asked.quick)
    except KeyboardInterrupt:
        print(f"stopped; what was found is in {SO_FAR}", file=sys.stderr)
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.only is None or asked.output is not None:
        target = asked.output or RESULTS
        target.write_text(text, encoding="utf-8")
        print(f"written to {target}", file=sys.stderr)
    else:
        print(text)
    return 0 if good else 1


def all_measured(
    names: Sequence[str], world: World, argv: Sequence[str], *, quick: bool
) -> tuple[str, bool]:
    """The results, and whether nothing failed; what there is so far stands in a file meanwhile."""
    about = machine(datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), argv)
    sections: list[Section] = []
    good, text = True, ""
    for number, name in enumerate(names, 1):
        print(f"{name} …", file=sys.stderr, flush=True)
        section, whole = measured(name, world)
        sections.append(section)
        good = good and whole
        rest = [_nothing(later, "the run was stopped before") for later in names[number:]]
        text = markdown(Report(about, [*sections, *rest], quick))
        SO_FAR.write_text(text, encoding="utf-8")
    return text, good


def measured(name: str, world: World) -> tuple[Section, bool]:
    """What a benchmark found; what it lacked, or failed at, in its place."""
    module = import_module(f"benchmarks.{name}")
    try:
        section: Section = module.run(world)
        return section, True
    except CantRunError as reason:
        return _nothing(name, str(reason)), True
    except Exception as error:
        traceback.print_exc()
        return _nothing(name, type(error).__name__, failed=True), False


def _nothing(name: str, reason: str, *, failed: bool = False) -> Section:
    finding = Finding(BENCHMARKS[name], None, remark=reason, failed=failed)
    return Section(BENCHMARKS[name], [finding])


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to try that all runs")
    parser.add_argument("--only", metavar="A,B", help=", ".join(BENCHMARKS))
    parser.add_argument("--size", type=int, metavar="N", help="leads of the Parquet file")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of RESULTS.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
