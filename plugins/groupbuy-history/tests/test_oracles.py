"""The same figures worked out another way: by fractions, by `statistics`, by brute force."""

import math
import random
import statistics
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from histories import DAY, Evaluate, Orders, as_lead, ask, histories, named, rows
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.api import NONE

# ── a second reading of what counts, row by row ──


def net(row: dict[str, Any]) -> float:
    refunded = row["status"] == "refunded" and row["amount"] > 0
    return 0.0 if refunded else row["amount"]


def bought(row: dict[str, Any]) -> bool:
    return row["status"] != "refunded" and row["amount"] > 0 and row["date"] <= DAY


def quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def last_quarters(count: int) -> list[str]:
    """The complete quarters before `DAY`, by walking back day by day."""
    found: list[str] = []
    day = DAY
    while len(found) < count + 1:
        if quarter(day) not in found:
            found.append(quarter(day))
        day -= timedelta(1)
    return found[1:][::-1]


def quarter_totals(orders: Orders, last: int) -> list[float]:
    first = min((row["date"] for row in orders if bought(row)), default=DAY)
    totals: Counter[str] = Counter()
    for row in orders:
        totals[quarter(row["date"])] += net(row)
    return [
        totals[name]
        for name in last_quarters(last)
        if (name[:4], name[5]) >= (str(first.year), quarter(first)[5])
    ]


@given(orders=histories())
def test_steadiness(orders: Orders) -> None:
    totals = quarter_totals(orders, 4)
    share, varies, mean = (
        ask(named(name), orders) for name in ("active_share", "variation", "mean_period")
    )
    if len(totals) < 3:
        assert (share, varies, mean) == (NONE, NONE, NONE)
        return
    assert share == pytest.approx(sum(total > 1e-9 for total in totals) / len(totals))
    assert mean == pytest.approx(statistics.fmean(totals))
    if varies is not NONE:
        assert varies == pytest.approx(statistics.pstdev(totals) / statistics.fmean(totals))


@given(orders=st.lists(rows(), max_size=30))
def test_trend_is_theil_and_sen(orders: Orders) -> None:
    totals = quarter_totals(orders, 8)
    found, agreement = ask(named("trend"), orders), ask(named("trend_agreement"), orders)
    if len(totals) < 4:
        assert (found, agreement) == (NONE, NONE)
        return
    pairs = [(i, j) for i in range(len(totals)) for j in range(len(totals)) if i < j]
    slopes = sorted((totals[j] - totals[i]) / (j - i) for i, j in pairs)
    middle = (slopes[(len(slopes) - 1) // 2] + slopes[len(slopes) // 2]) / 2
    if found is not NONE:
        assert found == pytest.approx(middle / statistics.fmean(totals), abs=1e-9)
    signs = [math.copysign(1, totals[j] - totals[i]) for i, j in pairs if totals[i] != totals[j]]
    assert agreement == pytest.approx(sum(signs) / len(pairs))


@given(
    amounts=st.dictionaries(
        st.sampled_from(("paper", "tea", "desks", "bags")), st.integers(1, 10**9), min_size=1
    )
)
def test_concentration_is_herfindahl(amounts: dict[str, int]) -> None:
    orders: Orders = [
        {"date": DAY, "amount": amount / 100, "status": None, "category": category}
        for category, amount in amounts.items()
    ]
    total = sum(amounts.values())
    exact = sum(Fraction(amount, total) ** 2 for amount in amounts.values())
    assert ask(named("category_concentration"), orders) == pytest.approx(float(exact))


@given(orders=st.lists(rows(), min_size=2, max_size=30))
def test_rhythm(orders: Orders) -> None:
    days = sorted({row["date"] for row in orders})
    gaps = [(b - a).days for a, b in pairwise(days)]
    silence = (DAY - days[-1]).days
    if len(gaps) < 3:
        assert ask(named("churn_risk"), orders) is NONE
        return
    middle = statistics.median(gaps)
    assert ask(named("typical_gap"), orders) == middle
    assert ask(named("overdue"), orders) == silence / middle
    # Conformal: the rank of this silence among all gaps, had it been one of them.
    rank = sorted([*gaps, silence]).index(silence)
    assert ask(named("churn_risk"), orders) == rank / (len(gaps) + 1)


def test_churn_risk_is_calibrated() -> None:
    """Customers that buy on as before: a risk of p and more comes as seldom as it says."""
    chance = random.Random(7)
    gaps = 9
    risks = []
    for _ in range(4000):
        drawn = [1 + int(chance.expovariate(1 / 30)) for _ in range(gaps + 1)]
        days = [DAY - timedelta(sum(drawn[i:])) for i in range(gaps + 1)]
        orders: Orders = [{"date": day, "amount": 1.0, "status": None} for day in days]
        risks.append(ask(named("churn_risk"), orders))
    for level in (0.5, 0.7, 0.9):
        share = sum(risk >= level - 1e-9 for risk in risks) / len(risks)
        assert share <= 1 - level + 1 / (gaps + 1) + 0.02, level


@given(orders=st.lists(rows(days=(30, 1100)), min_size=3, max_size=40))
def test_seasonality_is_one_way_analysis_of_variance(orders: Orders) -> None:
    found = ask(named("seasonality"), orders)
    if found is NONE:
        return
    first = min(row["date"] for row in orders)
    months = [(2026 * 12 + 9 - back) for back in range(36)]  # October 2026 and before
    months = [month for month in months if month >= first.year * 12 + first.month - 1]
    months = months[: len(months) // 12 * 12]
    totals: Counter[int] = Counter()
    for row in orders:
        totals[row["date"].year * 12 + row["date"].month - 1] += row["amount"]
    groups = [[totals[m] for m in months if m % 12 == of] for of in range(12)]
    everything = [total for group in groups for total in group]
    overall = statistics.fmean(everything)
    within = sum(sum((t - statistics.fmean(g)) ** 2 for t in g) for g in groups)
    whole = sum((total - overall) ** 2 for total in everything)
    between = whole - within
    adjusted = (between - 11 * within / (len(everything) - 12)) / whole if whole else 0.0
    assert found == pytest.approx(min(max(adjusted, 0), 1), abs=1e-6)


# ── the scorers that are expressions, on random histories through the whole program ──


def months_back(months: int) -> date:
    year, month = divmod(DAY.year * 12 + DAY.month - 1 - months, 12)
    return date(year, month + 1, DAY.day)


def figures(orders: Orders) -> dict[str, float | None]:
    """What each fact of the pack below should be; None where it does not apply."""
    year = [row for row in orders if months_back(12) < row["date"] <= DAY]
    earlier = [row for row in orders if months_back(24) < row["date"] <= months_back(12)]
    amounts = [row["amount"] for row in year if bought(row)]
    days = sorted({row["date"] for row in orders if bought(row)})
    spent, spent_before = math.fsum(map(net, year)), math.fsum(map(net, earlier))
    old = bool(days) and days[0] <= months_back(24)
    gross = math.fsum(row["amount"] for row in year if row["amount"] > 0)
    back = math.fsum(
        abs(row["amount"]) for row in year if row["status"] == "refunded" or row["amount"] < 0
    )
    return {
        "days": (DAY - days[-1]).days if days else None,
        "often": len(amounts),
        "much": spent,
        "mean": statistics.fmean(amounts) if amounts else None,
        "varies": statistics.pstdev(amounts) / statistics.fmean(amounts)
        if len(amounts) > 1
        else None,
        "grows": spent / spent_before - 1 if old and abs(spent_before) > 1e-9 else None,
        "back": back / gross if gross else None,
        "gap": (days[-1] - days[0]).days / (len(days) - 1) if len(days) > 1 else None,
    }


PACK = """
groupbuy: 1
pack: p
facts:
  days: history.last_purchase_days()
  often: history.purchases()
  much: history.spent()
  mean: history.mean_purchase()
  varies: history.purchase_variation()
  grows: history.growth()
  back: history.returned_share()
  gap: history.mean_gap()
"""


def random_history(chance: random.Random) -> Orders:
    kinds = [(None, 1), ("paid", 1), ("won", 1), ("refunded", 1), ("paid", -1), (None, 0)]
    found = []
    for _ in range(chance.choice((0, 1, 2, 3, 8, 30))):
        status, sign = chance.choice(kinds)
        amount = sign * chance.randrange(1, 10**6) / 100
        day = DAY - timedelta(chance.randrange(-60, 1000))
        found.append({"date": day, "amount": amount, "status": status})
    return found


def test_expressions(evaluate: Evaluate) -> None:
    chance = random.Random(3)
    orders = [random_history(chance) for _ in range(300)]
    leads = [as_lead(f"L{index:03}", each) for index, each in enumerate(orders)]
    for lead, history in zip(evaluate(leads, {"p.yaml": PACK}), orders, strict=True):
        for name, wanted in figures(history).items():
            fact = lead["facts"].get(name) or {}
            found = fact.get("value")
            assert fact.get("status") != "unknown", (lead["id"], name)
            assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-6)), (
                lead["id"],
                name,
            )
