"""What holds for every history: laws of the scorers written in Python."""

from datetime import timedelta
from typing import Any

import pytest
from histories import DAY, IN_PYTHON, Orders, ask, before, histories, named, rows, spread, times
from hypothesis import assume, given
from hypothesis import strategies as st

from groupbuy.api import NONE, UNKNOWN, Scorer, Value

each = pytest.mark.parametrize("scorer", IN_PYTHON, ids=lambda scorer: scorer.name)
IN_MONEY = ("mean_period",)
OF_RHYTHM = ("typical_gap", "overdue", "churn_risk", "next_purchase", "still_buys",
             "expected_purchases")  # fmt: skip


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return bool(one == pytest.approx(other, rel=1e-9, abs=1e-9))
    return bool(one == other)


@each
@given(orders=histories())
def test_answers_are_of_the_declared_kind_and_range(scorer: Scorer, orders: Orders) -> None:
    found = ask(scorer, orders)
    assert found is not UNKNOWN, "nothing is blank"
    if found is not NONE and scorer.gives.type != "date":
        gives: Value = scorer.gives
        assert gives.low is None or found >= gives.low
        assert gives.high is None or found <= gives.high


@each
@given(data=st.data(), orders=histories())
def test_the_order_of_rows_does_not_matter(scorer: Scorer, data: Any, orders: Orders) -> None:
    shuffled = data.draw(st.permutations(orders))
    assert ask(scorer, orders) == ask(scorer, shuffled), "to the last bit"


@each
@given(orders=histories(), later=st.lists(rows(days=(-400, -1)), max_size=5))
def test_orders_after_today_are_not_history(scorer: Scorer, orders: Orders, later: Orders) -> None:
    assert ask(scorer, orders + later) == ask(scorer, orders)


@each
@given(orders=histories(), refunded=st.lists(rows(statuses=("refunded",)), max_size=5))
def test_refunded_orders_never_happened(scorer: Scorer, orders: Orders, refunded: Orders) -> None:
    assert ask(scorer, orders + refunded) == ask(scorer, orders)


@each
@given(orders=histories(), factor=st.sampled_from((0.01, 0.5, 3.0, 1000.0)))
def test_the_currency_does_not_matter(scorer: Scorer, orders: Orders, factor: float) -> None:
    """Money scales with it, everything else is the same."""
    one, other = ask(scorer, orders), ask(scorer, times(orders, factor))
    if scorer.name in IN_MONEY and one is not NONE:
        assert same(one * factor, other)
    else:
        assert same(one, other)


@each
@given(orders=histories(), blanks=st.lists(rows(st.none()), min_size=1, max_size=3), data=st.data())
def test_filling_a_blank_amount_never_changes_an_answer(
    scorer: Scorer, orders: Orders, blanks: Orders, data: Any
) -> None:
    open_answer = ask(scorer, orders + blanks)
    filled = [{**row, "amount": data.draw(st.floats(0.01, 1e6))} for row in blanks]
    if open_answer is not UNKNOWN:
        assert ask(scorer, orders + filled) == open_answer
    else:
        assert scorer.name not in OF_RHYTHM, "days are known without amounts"


@each
def test_no_orders(scorer: Scorer) -> None:
    assert ask(scorer, []) is NONE


@each
@given(orders=st.lists(rows(), min_size=1, max_size=10))
def test_the_same_twice_a_day(scorer: Scorer, orders: Orders) -> None:
    """An order split in two lines on its day is the same history."""
    halves = [{**row, "amount": row["amount"] / 2} for row in orders for _ in range(2)]
    assert same(ask(scorer, halves), ask(scorer, orders))


# ── rhythm ──


@given(orders=histories(min_size=4), wait=st.integers(0, 2000))
@pytest.mark.parametrize("name", ["overdue", "churn_risk"])
def test_waiting_longer_is_never_less_risky(name: str, orders: Orders, wait: int) -> None:
    now, then = ask(named(name), orders), ask(named(name), orders, DAY + timedelta(wait))
    assume(now is not NONE)
    assert then >= now


@given(orders=histories(min_size=4), factor=st.integers(2, 9))
@pytest.mark.parametrize("name", ["overdue", "churn_risk"])
def test_a_slower_customer_with_the_same_rhythm_has_the_same_risk(
    name: str, orders: Orders, factor: int
) -> None:
    assert same(ask(named(name), orders), ask(named(name), spread(orders, factor)))


@given(orders=histories(min_size=4))
def test_risk_never_claims_more_than_the_gaps_can_prove(orders: Orders) -> None:
    risk = ask(named("churn_risk"), orders)
    days = {row["date"] for row in orders if row["status"] != "refunded" and row["amount"] > 0}
    if risk is not NONE:
        gaps = len(days) - 1
        assert risk <= gaps / (gaps + 1)
        assert risk * (gaps + 1) == pytest.approx(round(risk * (gaps + 1)))


# ── periods ──


@given(orders=st.lists(rows(), min_size=1, max_size=30), per=st.sampled_from(("month", "quarter")))
def test_evenness_and_variation_are_two_views_of_one_thing(orders: Orders, per: str) -> None:
    given = {"per": per, "last": 8, "least": 2}
    even, varies = (ask(named(name), orders, **given) for name in ("evenness", "variation"))
    if varies is NONE:
        assert even is NONE
    else:
        assert even == pytest.approx(1 / (1 + varies**2))


@given(orders=st.lists(rows(days=(0, 1500)), min_size=1, max_size=30))
def test_the_trend_of_the_mirrored_amounts_is_the_opposite(orders: Orders) -> None:
    """Agreement only asks which of two periods brought more."""
    agreement = ask(named("trend_agreement"), orders)
    mirrored = ask(named("trend_agreement"), times(orders, -1.0))
    assume(agreement is not NONE)
    assert mirrored is NONE, "returns alone are no history"
    trend = ask(named("trend"), orders)
    assert trend is NONE or agreement != 1.0 or trend > 0


# ── season ──


@given(orders=st.lists(rows(), min_size=1, max_size=30))
def test_the_season_of_a_whole_year_is_1(orders: Orders) -> None:
    index = ask(named("season_index"), orders, ahead=12)
    assert index is NONE or index == pytest.approx(1)


@given(amounts=st.lists(st.floats(1, 1e6), min_size=12, max_size=12))
def test_years_that_repeat_each_other_are_all_season(amounts: list[float]) -> None:
    assume(max(amounts) > min(amounts) * 1.001)
    orders: Orders = [
        {"date": DAY.replace(year=year, month=m + 1, day=28 if year % 4 else 29),
         "amount": amount, "status": None, "category": "tea"}
        for year in (2022, 2023, 2024, 2025)
        for m, amount in enumerate(amounts)
    ]  # fmt: skip
    today = DAY.replace(year=2026, month=1, day=1)
    assert ask(named("seasonality"), orders, today, years=3) == pytest.approx(1)
    assert ask(named("peak_month"), orders, today) == amounts.index(max(amounts)) + 1


# ── expected purchases ──


@given(orders=histories(min_size=3), wait=st.integers(0, 1000))
def test_silence_never_makes_a_customer_livelier(orders: Orders, wait: int) -> None:
    scorer = named("still_buys")
    now, then = ask(scorer, orders), ask(scorer, orders, DAY + timedelta(wait))
    assume(now is not NONE)
    assert then <= now + 1e-12


@given(orders=histories(min_size=3), days=st.integers(0, 1000), more=st.integers(1, 1000))
def test_more_time_brings_more_purchases(orders: Orders, days: int, more: int) -> None:
    scorer = named("expected_purchases")
    sooner, later = ask(scorer, orders, days=days), ask(scorer, orders, days=days + more)
    assume(sooner is not NONE)
    assert later >= sooner - 1e-9


@given(orders=histories(min_size=3), shift=st.integers(1, 500))
@pytest.mark.parametrize("name", ["typical_gap", "still_buys", "expected_purchases"])
def test_only_distances_count_where_no_calendar_does(name: str, orders: Orders, shift: int) -> None:
    moved = ask(named(name), before(orders, shift), DAY - timedelta(shift))
    assert ask(named(name), orders) == moved
