"""Where benchmarks run, how large, and what is made for them once."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from benchmarks.peers import peers
from benchmarks.peers.on_node import versions
from benchmarks.workload import AS_OF, Workload, workload, write_rules

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"
NODE = BUILD / "node"
PYTHON = ROOT / ".venv" / "bin" / "python"
GROUPBUY = ROOT / ".venv" / "bin" / "groupbuy"
OURS = ("groupbuy", "PyYAML", "click", "polars", "duckdb", "narwhals", "pyarrow", "pyspark")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    """Rounds of what takes a second or so; of what takes less there are twice as many."""
    seconds: float
    """About how long a round of a loop lasts."""
    agreed: int
    """Leads on which all answers must agree."""
    yaml: int
    csv: int
    parquet: int
    large: int
    """Leads of the file that shows whether memory stays flat."""
    spark: int
    seam: int
    rules: tuple[int, ...]
    """How many rules are planned; the last two are compared."""

    @property
    def slow_rounds(self) -> int:
        """Rounds of what takes many seconds."""
        return max(1, self.rounds // 2)


FULL = Size(
    rounds=7,
    seconds=0.3,
    agreed=2_000,
    yaml=5_000,
    csv=1_000_000,
    parquet=10_000_000,
    large=30_000_000,
    spark=1_000_000,
    seam=1_000_000,
    rules=(50, 500, 5_000),
)
QUICK = Size(
    rounds=3,
    seconds=0.05,
    agreed=300,
    yaml=500,
    csv=50_000,
    parquet=200_000,
    large=600_000,
    spark=50_000,
    seam=100_000,
    rules=(50, 100, 400),
)


@dataclass(frozen=True)
class World:
    """A run of benchmarks."""

    size: Size
    folder: Path
    """For the files of this run; removed behind it."""

    def rules(self, work: Workload | None = None, *, tiers: bool = True) -> Path:
        """A folder of rules."""
        work = work or workload()
        folder = self.folder / f"rules-{len(work.rules)}-{'tiers' if tiers else 'plain'}"
        return write_rules(folder, work, tiers=tiers)

    def evaluate(self, leads: Path, rules: Path, *options: str | Path) -> list[str]:
        """The command line of an evaluation."""
        told = [GROUPBUY, "evaluate", leads, "--rules", rules, "--as-of", AS_OF, *options]
        return [str(part) for part in told]


def python(code: str, *arguments: str | Path) -> list[str]:
    """The command line of a few lines of Python, in groupbuy's own environment."""
    return [str(PYTHON), "-c", code, *map(str, arguments)]


def version(distribution: str) -> str:
    """The installed version of a distribution, or that there is none."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


def machine(now: str, argv: Sequence[str]) -> list[tuple[str, str]]:
    """What this run ran on, for the head of the results."""
    theirs = {peer.distribution: peer.version or "not installed" for peer in peers()}
    return [
        ("date", now),
        ("command", " ".join(["python -m benchmarks", *argv])),
        ("processor", f"{_cpu()}, {os.cpu_count()} cores"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}, Python {sys.version.split()[0]}"),
        ("groupbuy and what it stands on", _listed({n: version(n) for n in OURS})),
        ("peers", _listed({**theirs, **{f"{n} (Node)": v for n, v in versions(NODE).items()}})),
    ]


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
