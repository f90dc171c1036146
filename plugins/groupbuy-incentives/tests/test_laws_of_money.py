"""Laws that hold for all programs and facts, whatever they are."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incentive_world import (
    TODAY,
    amounts,
    balance,
    entries,
    exact,
    fact_moved,
    fact_referred,
    fact_won,
    moved,
    owed,
    program,
    rebate,
    referral_program,
    referred,
    settled,
    won,
)

from groupbuy_incentives.ladder import Ladder, Tier, ladder_of
from groupbuy_incentives.money import cents_of, money, rounded, split
from groupbuy_incentives.settling import Event, Won

cents = st.integers(0, 10**12)
fractions = st.fractions(0, 1, max_denominator=1000)


# ── cents ──


@given(cents, st.lists(st.fractions(0, 100, max_denominator=97), min_size=1, max_size=8))
def test_parts_add_up_to_the_whole_to_the_cent(total: int, weights: list[Fraction]) -> None:
    if not sum(weights):
        return
    parts = split(money(total), weights)
    assert sum(parts) == money(total)
    for part, weight in zip(parts, weights, strict=True):
        share = Fraction(total) * weight / sum(weights)
        assert abs(cents_of(part) - share) < 1


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("0.01", [1, 1], ["0.01", "0.00"]),  # the first of equals
        ("10.00", [1, 1, 1], ["3.34", "3.33", "3.33"]),
        ("100.00", [1, 2], ["33.33", "66.67"]),  # the larger remainder
        ("0.00", [1, 2], ["0.00", "0.00"]),
    ],
)
def test_the_cents_that_are_left(total: str, weights: list[int], parts: list[str]) -> None:
    found = split(Decimal(total), [Fraction(weight) for weight in weights])
    assert [str(part) for part in found] == parts


@pytest.mark.parametrize(
    ("amount", "expected"), [("1/200", "0.01"), ("-1/200", "-0.01"), ("1/201", "0.00")]
)
def test_half_a_cent_is_rounded_away_from_zero(amount: str, expected: str) -> None:
    assert str(rounded(Fraction(amount))) == expected


def test_what_is_not_to_the_cent_is_refused() -> None:
    with pytest.raises(ValueError, match="not to the cent"):
        cents_of(Decimal("0.005"))


@given(st.integers(-(10**20), 10**20))
def test_cents_and_amounts_are_the_same(number: int) -> None:
    assert cents_of(money(number)) == number


# ── ladders ──


@st.composite
def ladders(draw: st.DrawFn, mode: str | None = None) -> Ladder:
    """Ladders that a price may have: rates that never fall."""
    edges = sorted(draw(st.sets(st.integers(0, 10**6), min_size=1, max_size=5)))
    rates = sorted(draw(st.lists(fractions, min_size=len(edges), max_size=len(edges))))
    sums = sorted(draw(st.lists(st.integers(0, 10**4), min_size=len(edges), max_size=len(edges))))
    tiers = [
        Tier(f"t{n}", Fraction(edge), rate, fixed=Fraction(fixed))
        for n, (edge, rate, fixed) in enumerate(zip(edges, rates, sums, strict=True))
    ]
    chosen = mode or draw(st.sampled_from(["whole", "marginal"]))
    return Ladder(tuple(tiers), "whole" if chosen == "whole" else "marginal")


volumes = st.fractions(0, 2 * 10**6, max_denominator=100)


@given(ladders(), volumes, volumes)
def test_more_volume_never_earns_less(ladder: Ladder, a: Fraction, b: Fraction) -> None:
    assert not list(ladder.faults(price=True))
    less, more = sorted((a, b))
    assert ladder.earned(less) <= ladder.earned(more)


@given(ladders("whole"), volumes)
def test_whole_volume_earns_at_least_what_marginal_tiers_earn(
    ladder: Ladder, volume: Fraction
) -> None:
    """Of rates: the tier that is reached holds for all of the volume, not only for the top."""
    rates = tuple(Tier(t.id, t.start, t.rate) for t in ladder.tiers)
    whole, marginal = Ladder(rates, "whole"), Ladder(rates, "marginal")
    assert whole.earned(volume) >= marginal.earned(volume)
    if len(rates) == 1 and not rates[0].start:
        assert whole.earned(volume) == marginal.earned(volume)


@given(ladders("marginal"), volumes)
def test_marginal_tiers_make_no_jump_but_for_their_sums(ladder: Ladder, volume: Fraction) -> None:
    """One cent more of volume brings no more than one cent and the sums of tiers it reaches."""
    step = Fraction(1, 100)
    sums = sum(t.fixed for t in ladder.tiers if volume < t.start <= volume + step)
    assert 0 <= ladder.earned(volume + step) - ladder.earned(volume) <= step + sums


def test_an_edge_belongs_to_its_tier() -> None:
    ladder = ladder_of(exact({"tiers": {"a": {"rate": 0.01}, "b": {"from": 100, "rate": 0.02}}}))
    assert ladder.earned(Fraction("99.99")) == Fraction("0.9999")
    assert ladder.earned(Fraction(100)) == 2


LADDERS_REFUSED = [
    ({"a": {"from": 10, "rate": 0.1}, "b": {"from": 10, "rate": 0.2}}, "lowest to the highest"),
    ({"a": {"from": -1, "rate": 0.1}}, "begins below zero"),
    ({"a": {"rate": -0.1}}, "takes instead of giving"),
    ({"a": {"rate": 1.5}}, "150%, more than there is"),
    ({"a": {"rate": 0.1}, "b": {"from": 10, "rate": 0.05}}, "a bigger order would be dearer"),
    ({"a": {"fixed": 500}, "b": {"from": 10, "fixed": 400}}, "a bigger volume would earn less"),
    ({"a": {"fixed": 500}, "b": {"from": 1000, "rate": 0.1}}, "at 1,000 the sum falls"),
]


@pytest.mark.parametrize(("tiers", "said"), LADDERS_REFUSED)
def test_ladders_that_fall_are_refused(tiers: dict[str, dict[str, float]], said: str) -> None:
    faults = list(ladder_of(exact({"tiers": tiers})).faults(price=True))
    assert any(said in fault for fault in faults), faults


# ── what is owed ──

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
LADDER = {
    "low": {"rate": 0.01},
    "mid": {"from": 1000, "rate": 0.02},
    "high": {"from": 5000, "rate": 0.035, "fixed": 7},
}
SPLIT = {"find": {"share": 0.3}, "close": {"share": 0.45}, "deliver": {"share": 0.25}}
CAPS = {"deal": 40, "party": 150, "period": 120, "budget": 400}


def everything(caps: dict[str, int] | None) -> list[object]:
    more = {"caps": caps} if caps else {}
    return [
        referral_program(0.03, hold_days=20, **more),
        rebate(LADDER, **more),
        program("stages", {"tiers": LADDER, "split": SPLIT}, trigger="won", **more),
        program("developer", {"per": "month", "tiers": {"one": {"each": 30}}}, **more),
        program("loyalty", {"per": "deal", "tiers": LADDER}, id="discount", **more),
    ]


@st.composite
def worlds(
    draw: st.DrawFn,
) -> tuple[list[Won], list[tuple[str, Event]], list[object]]:
    """Deals of a few buyers, money that moved for them, and who brought whom."""
    number = draw(st.integers(1, 8))
    roles = {"find": "wang", "close": "li", "deliver": "wang", "developer": "zhao"}
    deals, events = [], []
    for n in range(number):
        amount = money(draw(st.integers(1, 2_000_000)))
        buyer = draw(st.sampled_from(["L1", "L2", "L3"]))
        deals.append(won(f"D{n}", buyer, amount, draw(days), roles=roles))
        for _ in range(draw(st.integers(0, 3))):
            kind = draw(st.sampled_from(["paid", "paid", "refunded"]))
            events.append(moved(kind, f"D{n}", money(draw(st.integers(1, 1_500_000))), draw(days)))
    referrals = [
        referred(f"R{n}", draw(st.sampled_from(["L4", "L5"])), buyer, draw(days))
        for n, buyer in enumerate(draw(st.sets(st.sampled_from(["L1", "L2", "L3"]))))
    ]
    return deals, events, referrals


def shape(found: list[object]) -> list[tuple[object, ...]]:
    return [
        (e.program.id, e.accrual.party, e.accrual.key, e.accrual.amount, e.accrual.rejected)
        for e in found
    ]


@settings(max_examples=60)
@given(worlds(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_facts_makes_no_difference(world, random_, capped) -> None:
    deals, events, referrals = world
    programs = everything(CAPS if capped else None)
    straight = shape(owed(programs, deals, events, referrals))
    for each in (deals, events, referrals):
        random_.shuffle(each)
    assert shape(owed(programs, deals, events, referrals)) == straight


@settings(max_examples=60)
@given(worlds())
def test_nobody_gets_more_than_the_caps(world) -> None:
    by_deal: dict[tuple[str, str], Decimal] = {}
    by_party: dict[tuple[str, str], Decimal] = {}
    by_period: dict[tuple[str, str, str], Decimal] = {}
    in_all: dict[str, Decimal] = {}
    for each in owed(everything(CAPS), *world):
        program_, accrual = each.program.id, each.accrual
        sums: list[tuple[dict, tuple | str]] = [
            (by_party, (program_, accrual.party)),
            (by_period, (program_, accrual.party, accrual.period)),
            (in_all, program_),
        ]
        if len(accrual.deals) == 1:
            sums.append((by_deal, (program_, accrual.deals[0])))
        for found, key in sums:
            found[key] = found.get(key, Decimal(0)) + accrual.amount
    assert max(by_deal.values(), default=0) <= CAPS["deal"]
    assert max(by_party.values(), default=0) <= CAPS["party"]
    assert max(by_period.values(), default=0) <= CAPS["period"]
    assert max(in_all.values(), default=0) <= CAPS["budget"]


@settings(max_examples=60)
@given(worlds())
def test_caps_only_ever_take_away(world) -> None:
    with_, without = everything(CAPS), everything(None)
    free = {x[:3]: x[3] for x in shape(owed(without, *world))}
    capped = {x[:3]: x[3] for x in shape(owed(with_, *world))}
    assert free.keys() == capped.keys()
    assert all(0 <= capped[key] <= free[key] for key in free)


@settings(max_examples=60)
@given(worlds())
def test_the_parts_of_a_commission_make_it_whole(world) -> None:
    deals, events, _ = world
    one = {"all": {"share": 1}}
    tiers = {"all": {"rate": 0.0333}}
    whole = program("stages", {"tiers": tiers, "split": {"find": {"share": 1}}}, trigger="won")
    parts = program("stages", {"tiers": tiers, "split": SPLIT}, trigger="won")
    assert one
    by_deal: dict[str, Decimal] = {}
    for each in owed([parts], deals, events):
        deal = each.accrual.deals[0]
        by_deal[deal] = by_deal.get(deal, Decimal(0)) + each.accrual.amount
    expected = {e.accrual.deals[0]: e.accrual.amount for e in owed([whole], deals, events)}
    assert by_deal == expected


@settings(max_examples=60)
@given(worlds(), st.integers(1, 1_500_000))
def test_a_refund_never_earns_anybody_more(world, cents_) -> None:
    deals, events, referrals = world
    programs = everything(None)[1:]  # a referral may pass to the next purchase
    before = sum(x[3] for x in shape(owed(programs, deals, events, referrals)))
    events.append(moved("refunded", deals[0].id, money(cents_), TODAY))
    assert sum(x[3] for x in shape(owed(programs, deals, events, referrals))) <= before


@given(st.integers(0, 60), st.integers(0, 60))
def test_nothing_counts_before_its_hold_days_are_over(hold: int, waited: int) -> None:
    paid = date(2026, 5, 1)
    found = owed(
        [rebate({"all": {"rate": 0.1}}, hold_days=hold)],
        [won("D1", "L1", 100)],
        [moved("paid", "D1", 100, paid)],
        today=paid + timedelta(days=waited),
    )
    assert bool(amounts(found)) == (waited >= hold)


# ── the ledger keeps them ──


@settings(max_examples=15, deadline=None)
@given(worlds(), st.randoms(use_true_random=False), st.data())
def test_a_ledger_filled_piece_by_piece_adds_up_to_what_is_owed(
    tmp_path_factory: pytest.TempPathFactory, world, random_: random.Random, data
) -> None:
    """In any order, in any number of runs, with any of them run twice."""
    deals, events, referrals = world
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    programs = everything(CAPS if data.draw(st.booleans()) else None)
    later = [fact_moved(f"M{n}", deal, event) for n, (deal, event) in enumerate(events)]
    later += [fact_referred(each) for each in referrals]
    random_.shuffle(later)
    settled(path, programs, [fact_won(deal) for deal in deals])
    while later:
        size = data.draw(st.integers(1, len(later)))
        settled(path, programs, later[:size])
        settled(path, programs, later[:size])
        later = later[size:]
    sums: dict[tuple[str, str], int] = {}
    for each in owed(programs, deals, events, referrals):
        account = (each.accrual.party, each.accrual.key)
        sums[account] = sums.get(account, 0) + cents_of(each.accrual.amount)
    there = {key: value for key, value in balance(path).items() if value}
    assert there == {key: value for key, value in sums.items() if value}
    before = len(entries(path))
    assert settled(path, programs, []).entries == 0
    assert len(entries(path)) == before


def test_balances_are_never_negative_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    programs = [rebate({"all": {"rate": 0.1}})]
    settled(path, programs, [fact_won(won("D1", "L1", 100))])
    for n, (kind, amount) in enumerate([("paid", 60), ("refunded", 90), ("paid", 40)]):
        settled(path, programs, [fact_moved(f"M{n}", *moved(kind, "D1", amount))])
        assert all(value >= 0 for value in balance(path).values())
    assert [entry["cents"] for entry in entries(path)] == [600, -600, 100]


# ── gifts ──

GIFTS = {
    "mug": {"from": 100, "gift": {"en": "mug", "zh": "茶杯"}},
    "box": {"from": 1000, "rate": 0.01, "gift": {"en": "gift box", "zh": "礼盒"}},
}


@pytest.mark.parametrize(
    ("mode", "amount", "expected"),
    [
        ("whole", 99, {}),
        ("whole", 100, {"2026/mug": ("gift", "1.00")}),
        ("whole", 1000, {"2026": ("money", "10.00"), "2026/box": ("gift", "1.00")}),
        (
            "marginal",
            1500,
            {
                "2026": ("money", "5.00"),
                "2026/mug": ("gift", "1.00"),
                "2026/box": ("gift", "1.00"),
            },
        ),
    ],
)
def test_gifts_are_owed_one_by_one_beside_money(
    mode: str, amount: int, expected: dict[str, tuple[str, str]]
) -> None:
    """By marginal tiers each on the way, by whole-volume tiers that of the highest."""
    found = owed(
        [rebate(GIFTS, mode=mode)], [won("D1", "L1", amount)], [moved("paid", "D1", amount)]
    )
    assert {e.accrual.key: (e.accrual.form, str(e.accrual.amount)) for e in found} == expected


def test_caps_of_money_leave_gifts_alone() -> None:
    capped = rebate(GIFTS, caps={"deal": 0, "party": 0, "period": 0, "budget": 0})
    found = owed([capped], [won("D1", "L1", 1000)], [moved("paid", "D1", 1000)])
    assert amounts(found) == {("L1", "2026/box"): Decimal("1.00")}


def test_a_gift_is_taken_back_after_a_refund(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    programs = [rebate(GIFTS)]
    settled(path, programs, [fact_won(won("D1", "L1", 1000))])
    settled(path, programs, [fact_moved("P1", *moved("paid", "D1", 1000))])
    assert balance(path) == {("L1", "2026"): 1000, ("L1", "2026/box"): 100}
    settled(path, programs, [fact_moved("F1", *moved("refunded", "D1", 500))])
    there = {key: cents for key, cents in balance(path).items() if cents}
    assert there == {("L1", "2026/mug"): 100}
