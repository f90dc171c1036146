"""One million events through `groupbuy settle`: how long, and in how much memory.

    python benchmarks/settle_a_million.py [EVENTS]

Deals, payments, refunds and referrals of twenty thousand customers are written as CSV and settled
by the shipped pack, from files to a whole statement, in a process of its own.

Measured on 2 cores (CPython 3.11, SQLite 3.40), 2026-11-22:

    (before approvals and payments joined the ledger)
    1,000,000 events, first run: 239 s, 618 MB; 1,513,289 entries posted
    1,000,000 events, again: 196 s, 618 MB; nothing new: nothing was posted
    ledger: 680 MB

Most of the memory is that of the leads, which are read and evaluated whole (100,000 events of as
many customers took 508 MB); the rest is the statement. Events are kept, sorted and grouped on disk.
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

CUSTOMERS = 20_000
SHARES = {"deals": 0.45, "payments": 0.45, "refunds": 0.09, "referrals": 0.01}
PROJECT = """groupbuy: 1
plugins: [incentives]
layers:
  - groupbuy:common
  - [groupbuy:office, groupbuy:welfare, groupbuy:gift]
  - incentives:programs
"""


def write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)


def make(folder: Path, events: int) -> None:
    """The same files in every run."""
    chance = random.Random(events)
    start = date(2026, 1, 1)
    counts = {name: int(events * share) for name, share in SHARES.items()}

    def day(first: date = start) -> date:
        return min(first + timedelta(days=chance.randrange(200)), date(2026, 11, 1))

    def customer() -> str:
        return f"L{chance.randrange(CUSTOMERS):05}"

    kinds = ("private", "soe", "foreign", "government")
    write(
        folder / "leads.csv",
        ("id", "name", "org_kind", "customer_type"),
        ((f"L{n:05}", f"客户{n}", chance.choice(kinds), "office") for n in range(CUSTOMERS)),
    )
    deals = [
        (f"D{n}", day(), customer(), chance.randrange(100, 9_000_000) / 100, f"s{n % 300}")
        for n in range(counts["deals"])
    ]
    heads = ("id", "date", "buyer", "amount", "prospecting")
    write(folder / "deals.csv", heads, deals)
    moved = ("id", "deal", "date", "amount")
    paid = ((f"P{n}", deal[0], day(deal[1]), deal[3]) for n, deal in enumerate(deals))
    write(folder / "payments.csv", moved, paid)
    refunds = (
        (f"F{n}", deal[0], date(2026, 11, 2), deal[3])
        for n, deal in enumerate(chance.choices(deals, k=counts["refunds"]))
    )
    write(folder / "refunds.csv", moved, refunds)
    referrals = (
        (f"R{n}", date(2025, 12, 1), customer(), customer()) for n in range(counts["referrals"])
    )
    write(folder / "referrals.csv", ("id", "date", "referrer", "referred"), referrals)
    (folder / "rules").mkdir()
    (folder / "rules" / "groupbuy.yaml").write_text(PROJECT, encoding="utf-8")


def run(folder: Path) -> tuple[float, float, str]:
    """Seconds, the most memory in MB, and what was said."""
    files = [part for name in SHARES for part in (f"--{name}", f"{name}.csv")]
    command = [str(Path(sys.executable).with_name("groupbuy")), "settle", "leads.csv", *files]
    command += ["--rules", "rules", "--as-of", "2026-11-22", "--format", "csv", "-o", "out.csv"]
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    if done.returncode:
        raise SystemExit(done.stderr)
    return seconds, peak, done.stderr.splitlines()[0]


def main() -> None:
    """Make the files and settle them, twice: the second run finds nothing new."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, events)
        for which in ("first run", "again"):
            seconds, peak, said = run(folder)
            print(f"{events:,} events, {which}: {seconds:.0f} s, {peak:.0f} MB; {said}")
        size = (folder / "ledger.db").stat().st_size / 2**20
        print(f"ledger: {size:.0f} MB")


if __name__ == "__main__":
    main()
