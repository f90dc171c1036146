"""How good plans are, and how long they take.

    python benchmarks/plan_a_week.py [LEADS [PEOPLE]]

1. Small random weeks (one to three people, 10 to 21 contacts): the plan against the best there is,
   which HiGHS proves, and against plain greedy: the most valuable first, each on the first day with
   room.
2. A large one: the plan against plain greedy.
3. `groupbuy plan` from a file of leads to a calendar, in a process of its own.

Measured on 2 cores (CPython 3.11, HiGHS 1.15), 2026-11-22:

    100 small weeks, the plan: 99.88% of the best on average, 96.9% at worst, the best in 76
    100 small weeks, plain greedy: 96.59% of the best on average, 82.4% at worst, the best in 11
    5,000 contacts, 50 people: 4.3% more than plain greedy, 11.7 s of processor time
    groupbuy plan, 5,000 leads, 50 people: 1781 events, 8 s of processor time in all, 177 MB

In the third every contact is due; in the last the rules leave many leads out.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from planner_problems import best, random_week

from groupbuy_planner.problem import worth
from groupbuy_planner.search import plainly, solved

SMALL = 100
AS_OF = date(2026, 11, 22)
CITIES = {"华东": ("临澜市", "云屏市"), "西南": ("松岭市", "汀洲市"), "华北": ("南屏市", "北坡市")}


def small() -> None:
    """Against the exact solver."""
    ours, plain = [], []
    for seed in range(SMALL):
        size = {"people": 1 + seed % 3, "contacts": 10 + seed % 12, "days": 2 + seed % 3}
        week = random_week(seed, tight=seed % 2 == 0, **size)
        top = worth(week, best(week))
        if top:
            ours.append(worth(week, solved(week)) / top)
            plain.append(worth(week, plainly(week)) / top)
    for name, parts in (("the plan", ours), ("plain greedy", plain)):
        mean = sum(parts) / len(parts)
        exact = sum(part > 1 - 1e-6 for part in parts)
        print(
            f"{len(parts)} small weeks, {name}: {mean:.2%} of the best on average, "
            f"{min(parts):.1%} at worst, the best in {exact}"
        )


def large(people: int, contacts: int) -> None:
    """Against plain greedy."""
    week = random_week(7, people=people, contacts=contacts, days=5, groups=8, shared=0.1)
    begun = time.process_time()
    plan = solved(week)
    seconds = time.process_time() - begun
    more = worth(week, plan) / worth(week, plainly(week)) - 1
    print(
        f"{contacts:,} contacts, {people} people: {more:.1%} more than plain greedy, "
        f"{seconds:.1f} s of processor time"
    )


def whole(people: int, leads: int) -> None:
    """The command, from files to a calendar."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, people, leads)
        command = [str(Path(sys.executable).with_name("groupbuy")), "plan", "leads.jsonl"]
        command += ["--team", "team.yaml", "--week", "2026-W48", "--as-of", str(AS_OF)]
        command += ["--format", "ics", "-o", "week.ics"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        events = (folder / "week.ics").read_text(encoding="utf-8").count("BEGIN:VEVENT")
    print(f"groupbuy plan, {leads:,} leads, {people} people: {events} events, ", end="")
    seconds = used.ru_utime + used.ru_stime
    print(f"{seconds:.0f} s of processor time in all, {used.ru_maxrss / 1024:.0f} MB")


def write(folder: Path, people: int, leads: int) -> None:
    """The same files in every run."""
    chance = random.Random(leads)
    regions = sorted(CITIES)
    lines = ["groupbuy: 1", "people:", "  总: {role: boss, slots: 5}"]
    for region in regions:
        lines.append(f"  {region}经理: {{role: manager, reports_to: 总, territories: [{region}]}}")
    homes = {}
    for number in range(people):
        region = regions[number % len(regions)]
        homes[f"销售{number:02}"] = region
        city = chance.choice(CITIES[region])
        lines.append(
            f"  销售{number:02}: {{role: salesperson, reports_to: {region}经理, "
            f"base: {{region: {region}, city: {city}}}, territories: [{region}]}}"
        )
    (folder / "team.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = []
    for number in range(leads):
        owner = chance.choice(sorted(homes)) if chance.random() < 0.95 else ""
        region = homes.get(owner) or chance.choice(regions)
        last = AS_OF - timedelta(days=chance.randrange(3, 90))
        lead = {
            "id": f"L{number:05}",
            "name": f"客户{number}",
            "owner": owner,
            "region": region,
            "city": chance.choice(CITIES[region]),
            "district": f"{chance.randrange(1, 6)}区",
            "in_contact": chance.random() < 0.9,
            "intent": chance.randrange(5, 100),
            "expected_amount": int(chance.lognormvariate(10.5, 1.2)),
            "last_contact": str(last),
            "counterpart_rank": chance.choice(("staff", "section_head", "director", "chief")),
            "stage": chance.choice(("identify", "know", "trust", "commit")),
            "orders": orders(chance) if chance.random() < 0.3 else [],
        }
        strong = ("customer_strength", "management", "network", "marketing", "growth")
        lead |= {name: chance.randrange(20, 100) for name in (*strong, "our_advantage")}
        rows.append(json.dumps(lead, ensure_ascii=False))
    (folder / "leads.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def orders(chance: random.Random) -> list[dict[str, object]]:
    """What a customer bought."""
    found = []
    for _ in range(chance.randrange(1, 8)):
        amount = int(chance.lognormvariate(10.5, 1))
        day = AS_OF - timedelta(days=chance.randrange(10, 500))
        found.append({"date": str(day), "amount": amount, "cost": amount * 3 // 4})
    return found


def main() -> None:
    """All three."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    small()
    large(people, leads)
    whole(people, leads)


if __name__ == "__main__":
    main()
