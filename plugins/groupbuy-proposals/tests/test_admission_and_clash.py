"""Which items may be proposed, what they are worth; and what would have to give."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from groupbuy.api import Item
from groupbuy_proposals import admission, clash
from groupbuy_proposals.admission import admit, quantity_for, was_issued, worth_of
from groupbuy_proposals.clash import explain_clash
from groupbuy_proposals.need import BY_PIECE, Alternative, Need, money
from groupbuy_proposals.notes import explained

TODAY = date(2026, 11, 22)
NEED = Need(recipients=100, per_head=Decimal("100.00"), objective={"novelty": 1})


def item(sku="A", price="50", category="食品", **more):
    stated = {"lead_time_days": 7, "vat_rate": Decimal("0.13"), "attributes": {"novelty": 60}}
    return Item(sku, {"zh": f"{sku}茶"}, category, Decimal(price), **{**stated, **more})


@pytest.mark.parametrize(
    ("given", "need", "kind", "detail"),
    [
        ({}, {}, None, ""),
        ({}, {"issued": ("A茶",)}, admission.ISSUED, "A茶"),
        ({}, {"issued": ("食品",)}, None, ""),  # as wide as a category: no reason
        ({"not_for": ("government",)}, {"avoid": ("government",)}, admission.NOT_FOR, "government"),
        ({"not_for": ("government",)}, {"avoid": ("private",)}, None, ""),
        (
            {"only_for": ("mid_autumn",)},
            {"theme": ("spring_festival",)},
            admission.NOT_FOR,
            "mid_autumn",
        ),
        ({"only_for": ("mid_autumn",)}, {"theme": ("mid_autumn",)}, None, ""),
        ({}, {"only_wanted": True, "wanted": ("打印机",)}, admission.NOT_WANTED, ""),
        ({"tags": ("打印机",)}, {"only_wanted": True, "wanted": ("打印机",)}, None, ""),
        ({}, {"certificates": {"食品": ["SC"]}}, admission.CERTIFICATE, "SC"),
        ({"certificates": ("sc",)}, {"certificates": {"食品": ["SC"]}}, None, ""),
        ({}, {"certificates": {"*": ["SC"]}}, admission.CERTIFICATE, "SC"),
        ({}, {"needed_by": date(2026, 11, 29)}, None, ""),
        ({}, {"needed_by": date(2026, 11, 28)}, admission.DATE, "2026-11-29"),
        ({"lead_time_days": None}, {"needed_by": date(2027, 1, 1)}, admission.DATE, "?"),
        ({"lead_time_days": None}, {}, None, ""),
        ({"shelf_life_days": 30}, {"shelf_life": 60}, admission.SHELF_LIFE, "30"),
        ({"stock": 99}, {}, admission.STOCK, "99/100"),
        ({"stock": 100}, {}, None, ""),
        ({"order_multiple": 30}, {}, admission.QUANTITY, "100: 90, 120"),
        ({"moq": 300}, {}, admission.QUANTITY, "100: 300"),
        ({"order_multiple": 26}, {"spare": Decimal("0.05")}, None, ""),
    ],
)
def test_why_an_item_may_not_be_proposed(given, need, kind, detail):
    admitted = admit([item(**given)], replace(NEED, **need), TODAY)
    if kind is None:
        assert admitted.refused == []
        assert admitted.choices
    else:
        assert [(r.kind, r.detail) for r in admitted.refused] == [(kind, detail)]
        assert admitted.choices == []
        assert admit([item(**given)], replace(NEED, **need), TODAY, frozenset({kind})).choices


@pytest.mark.parametrize(
    ("wanted", "spare", "quantity"),
    [(100, "0", None), (100, "0.04", 104), (100, "0.03", None), (104, "0", 104)],
)
def test_quantities_grow_only_as_far_as_spare_pieces_are_allowed(wanted, spare, quantity):
    assert quantity_for(item(order_multiple=26), wanted, Decimal(spare)) == quantity


@pytest.mark.parametrize(
    ("gift", "issued"),
    [
        ("纯棉四件套", True),
        ("被子四件套", True),  # three characters in common
        ("四件", True),
        ("家纺", False),
        ("毛巾礼盒", False),
        ("", False),
    ],
)
def test_what_was_issued_is_known_by_other_names(gift, issued):
    assert was_issued(replace(item(), name={"zh": "纯棉四件套1.8m"}), gift) is issued


@pytest.mark.parametrize(
    ("need", "per_head", "worth"),
    [
        ({"measure": BY_PIECE}, 1, 60_000),
        ({}, 1, 30_000),  # 60 points for half of the budget
        ({}, 2, 39_000),  # the second unit counts 0.3
        ({"measure": BY_PIECE, "objective": {"novelty": 3, "practicality": 1}}, 1, 45_000),
        ({"measure": BY_PIECE, "objective": {"novelty": 0}}, 1, 0),
        ({"measure": BY_PIECE, "objective": {"economy": 1}}, 1, 50_000),
        ({"measure": BY_PIECE, "objective": {"theme": 1}, "theme": ("春节送礼",)}, 1, 100_000),
        ({"measure": BY_PIECE, "objective": {"theme": 1}, "theme": ("中秋",)}, 1, 0),
        ({"measure": BY_PIECE, "objective": {"requirements": 1}, "wanted": ("食品",)}, 1, 100_000),
    ],
)
def test_worth(need, per_head, worth):
    amount = Decimal(5000) * per_head
    assert worth_of(item(tags=("春节",)), replace(NEED, **need), amount, per_head) == worth


def test_a_discount_makes_an_item_worth_no_less():
    assert worth_of(item(), NEED, Decimal(4000), 1) == worth_of(item(), NEED, Decimal(5000), 1)


def test_money_that_rules_worked_out_is_cut_to_the_cent_and_not_by_noise():
    assert money(19.999999999998) == Decimal("20.00")
    assert money(333.339) == Decimal("333.33")
    assert NEED.for_alternative(Alternative("a", "a", Decimal("0.8"), {})).per_head == 80


# ── clashes ──

THREE = [item("A", "40"), item("B", "50", "茶饮"), item("C", "70", "家纺")]


@pytest.mark.parametrize(
    ("items", "need", "demands", "ways"),
    [
        (THREE, {"least_items": 3}, {clash.ITEMS, clash.BUDGET},
         {clash.ITEMS: 2, clash.BUDGET: Decimal("160.00")}),
        (THREE, {"spend_from": Decimal("1")}, {clash.SPEND, clash.BUDGET},
         {clash.SPEND: Decimal("0.900"), clash.BUDGET: None}),
        ([THREE[0], item("D", "20")], {"least_items": 2, "most_per_category": 1},
         {clash.ITEMS, clash.PER_CATEGORY}, {clash.ITEMS: 1, clash.PER_CATEGORY: 2}),
        (THREE, {"wanted": ("家纺",), "least_items": 2},
         {clash.WANTED, clash.BUDGET, clash.ITEMS},
         {clash.WANTED: None, clash.BUDGET: Decimal("110.00"), clash.ITEMS: 1}),
        ([item("A", lead_time_days=30)], {"needed_by": date(2026, 12, 1)}, {admission.DATE},
         {admission.DATE: date(2026, 12, 22)}),
        ([item("A", stock=20)], {}, {admission.STOCK}, {admission.STOCK: None}),
        ([item("A", order_multiple=30)], {}, {admission.QUANTITY}, {admission.QUANTITY: None}),
        ([item("A", stock=20, lead_time_days=90)], {"needed_by": date(2026, 12, 1)},
         {admission.DATE}, {}),
    ],
)  # fmt: skip
def test_what_clashes_and_the_least_that_would_settle_it(items, need, demands, ways):
    found = explain_clash(items, replace(NEED, **need), TODAY)
    told = {way.demand: way.value for way in found.ways}
    if not ways:
        assert found.ways == ()  # both the date and the stock would have to give
    else:
        assert set(found.demands) == demands
    for demand, value in ways.items():
        assert demand in told
        assert value is None or told[demand] == value
    for lang in ("zh", "en"):
        assert explained(found, lang)


def test_nearest_quantities_are_named_where_nothing_can_be_ordered():
    found = explain_clash([item("A", order_multiple=30)], NEED, TODAY)
    assert "要 100 件，可订 90, 120" in explained(found, "zh")
    assert "100 wanted, 90, 120 can be had" in explained(found, "en")


def test_the_least_budget_is_enough_and_a_cent_less_is_not():
    need = replace(NEED, least_items=3, recipients=7)
    value = next(w.value for w in explain_clash(THREE, need, TODAY).ways if w.demand == "budget")
    assert clash.Trial(THREE, replace(need, per_head=value), TODAY).works(frozenset())
    less = replace(need, per_head=value - Decimal("0.01"))
    assert not clash.Trial(THREE, less, TODAY).works(frozenset())
