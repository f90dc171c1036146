"""The exact search against HiGHS and PuLP (CBC) on the same cases, in one interleaved run.

    python benchmarks/optimise.py [cases]

200 items in 10 categories, 4 to 8 items of 3 or more categories, at most 2 of one, 90 to 100 % of
the budget. Every solver must find the same worth, or the run fails.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from decimal import Decimal

import highspy
import pulp

from groupbuy.api import Choice, PackageLimits
from groupbuy_proposals.search import best_package, in_cents

PEOPLE = 500


def case(seed: int) -> tuple[list[Choice], PackageLimits]:
    """A catalogue with volume breaks already priced for the quantity, and limits."""
    r = random.Random(seed)
    by_money = seed % 2 == 1
    budget = Decimal(r.choice([150, 200, 300, 400, 500])) * PEOPLE
    choices = []
    for n in range(200):
        price = Decimal(r.randrange(900, 18000)) / 100
        score = r.randrange(20_000, 95_000)
        # Every other case measures worth by money, which makes items of like worth for the price.
        worth = int(score * price * PEOPLE / budget) if by_money else score
        choices.append(Choice(f"S{n:03}", f"c{n % 10}", 1, PEOPLE, price * PEOPLE, worth))
    return choices, PackageLimits(budget * Decimal("0.9"), budget, 4, 8, 3, 2)


def with_highs(choices: list[Choice], limits: PackageLimits) -> int:
    """The best worth by HiGHS."""
    model = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0)):
        model.setOptionValue(option, value)
    x = [model.addBinary() for _ in choices]
    cost = sum(v * in_cents(c.amount) for v, c in zip(x, choices, strict=True))
    model.addConstr(cost <= in_cents(limits.most_total))
    model.addConstr(cost >= in_cents(limits.least_total))
    model.addConstr(sum(x) <= limits.most_items)
    model.addConstr(sum(x) >= limits.least_items)
    seen = []
    for category in sorted({c.category for c in choices}):
        inside = sum(v for v, c in zip(x, choices, strict=True) if c.category == category)
        model.addConstr(inside <= limits.most_per_category)
        seen.append(model.addBinary())
        model.addConstr(inside - seen[-1] >= 0)
    model.addConstr(sum(seen) >= limits.least_categories)
    model.maximize(sum(v * c.worth for v, c in zip(x, choices, strict=True)))
    values = model.getSolution().col_value
    return sum(c.worth for c, value in zip(choices, values, strict=False) if value > 0.5)


def with_pulp(choices: list[Choice], limits: PackageLimits) -> int:
    """The best worth by PuLP with CBC."""
    model = pulp.LpProblem("package", pulp.LpMaximize)
    x = [pulp.LpVariable(f"x{n}", cat="Binary") for n in range(len(choices))]
    model += pulp.lpSum(v * c.worth for v, c in zip(x, choices, strict=True))
    cost = pulp.lpSum(v * in_cents(c.amount) for v, c in zip(x, choices, strict=True))
    model += cost <= in_cents(limits.most_total)
    model += cost >= in_cents(limits.least_total)
    model += pulp.lpSum(x) <= limits.most_items
    model += pulp.lpSum(x) >= limits.least_items
    seen = []
    for number, category in enumerate(sorted({c.category for c in choices})):
        inside = pulp.lpSum(v for v, c in zip(x, choices, strict=True) if c.category == category)
        model += inside <= limits.most_per_category
        seen.append(pulp.LpVariable(f"z{number}", cat="Binary"))
        model += inside >= seen[-1]
    model += pulp.lpSum(seen) >= limits.least_categories
    model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1, gapRel=0))
    return sum(c.worth for v, c in zip(x, choices, strict=True) if (v.value() or 0) > 0.5)


def main() -> int:
    """Run all solvers on each case in turn."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    times: dict[str, list[float]] = {"branch and bound": [], "highspy": [], "PuLP (CBC)": []}
    for seed in range(number):
        choices, limits = case(seed)
        found = {}
        for name, solve in (
            ("branch and bound", lambda c, m: best_package(c, m).worth),
            ("highspy", with_highs),
            ("PuLP (CBC)", with_pulp),
        ):
            start = time.perf_counter()
            found[name] = solve(choices, limits)
            times[name].append(time.perf_counter() - start)
        if len(set(found.values())) > 1:
            print(f"case {seed}: {found}")
            return 1
    for name, taken in times.items():
        print(f"{name:18} median {statistics.median(taken):.3f} s, worst {max(taken):.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
