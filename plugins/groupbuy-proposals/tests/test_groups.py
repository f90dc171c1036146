"""Packages for groups whose quantities count together, against trying everything."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.api import GroupbuyError, Item, PriceBreak
from groupbuy_proposals.groups import best_shared, sharings, split_cents
from groupbuy_proposals.need import Need
from groupbuy_proposals.prices import price
from groupbuy_proposals.search import broken_limits

pytest.importorskip("highspy")

TODAY = date(2026, 11, 22)
NEED = Need(recipients=60, per_head=Decimal("100.00"), objective={"novelty": 1}, most_items=3)


def item(sku, listed, novelty, category="a", **more):
    half = (Decimal(listed) * Decimal("0.8")).quantize(Decimal("0.01"))
    stated = {"price_breaks": [PriceBreak(100, half)], "vat_rate": Decimal("0.13")}
    attributes = {"novelty": novelty}
    return Item(
        sku, {"zh": sku}, category, Decimal(listed), attributes=attributes, **{**stated, **more}
    )


def test_quantities_of_groups_count_together_for_a_break():
    needs = [NEED, replace(NEED, recipients=50, per_head=Decimal("90.00"))]
    tea = item("tea", "100.00", 80)
    # Alone neither group reaches 100; and 100 is more than the second has.
    assert price(tea, 60) == 6000
    shared = best_shared([tea], needs, TODAY)
    assert shared is not None
    paid = [choice.amount for group in (0, 1) for _, choice in shared.of_group(group)]
    assert paid == [Decimal("4800.00"), Decimal("4000.00")]
    assert shared.worth == shared.bound


def test_without_the_break_the_second_group_gets_nothing():
    needs = [NEED, replace(NEED, recipients=50, per_head=Decimal("90.00"))]
    assert best_shared([item("tea", "100.00", 80, price_breaks=())], needs, TODAY) is None


def by_trying_everything(items, needs):
    ways = {}
    for way in sharings(items, needs, TODAY):
        ways.setdefault(way.item.sku, [None]).append(way)
    best = None
    for combination in product(*ways.values()):
        chosen = [each for each in combination if each is not None]
        parts = [[p for w in chosen if (p := w.parts[n]) is not None] for n in range(len(needs))]
        if any(
            not own or broken_limits(own, need.limits())
            for own, need in zip(parts, needs, strict=True)
        ):
            continue
        worth = sum(each.worth for each in chosen)
        best = worth if best is None else max(best, worth)
    return best


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(10, 90), st.integers(1, 100), st.sampled_from("ab")), max_size=4
    ),
    st.integers(40, 150),
    st.integers(40, 150),
    st.sampled_from([1, 20]),
    st.sampled_from(["0", "0.5"]),
)
def test_it_finds_what_trying_everything_finds(goods, first, second, multiple, spend):
    items = [
        item(f"s{n}", f"{cost}.00", novelty, category, order_multiple=multiple)
        for n, (cost, novelty, category) in enumerate(goods)
    ]
    base = replace(NEED, spare=Decimal("0.1"), spend_from=Decimal(spend), most_per_category=1)
    needs = [
        replace(base, per_head=Decimal(first)),
        replace(base, recipients=45, per_head=Decimal(second)),
    ]
    found = best_shared(items, needs, TODAY)
    assert (None if found is None else found.worth) == by_trying_everything(items, needs)


@given(
    st.decimals("0", "100000", places=2),
    st.lists(st.integers(1, 900), min_size=1, max_size=4),
)
def test_a_split_adds_up_to_the_cent_and_is_fair(amount, weights):
    parts = split_cents(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < Decimal("0.01")


def test_without_the_extra_its_name_is_told(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(GroupbuyError) as raised:
        best_shared([item("tea", "100.00", 80)], [NEED], TODAY)
    assert "groupbuy-proposals[groups]" in raised.value.problems[0].hint
