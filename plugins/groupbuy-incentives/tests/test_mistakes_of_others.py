"""What other systems got wrong with incentives, each a test that is named after it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from command_line import World
from incentive_world import (
    amounts,
    balance,
    entries,
    fact_moved,
    fact_referred,
    fact_won,
    moved,
    owed,
    program,
    rebate,
    referral_program,
    referred,
    rejections,
    settled,
    won,
)

from groupbuy.api import GroupbuyError
from groupbuy_incentives.graph import Identity, Introduction, Kinship, vetted
from groupbuy_incentives.kinds import KINDS
from groupbuy_incentives.ladder import ladder_of
from groupbuy_incentives.reasons import REASONS

POINTS = rebate({"all": {"rate": 0.01}})
DEAL = won("D1", "L2", 10_000)
PAID = fact_moved("P1", *moved("paid", "D1", 10_000))


def test_odoo_222372_points_are_not_counted_twice_when_confirm_is_called_twice(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    for _ in range(3):
        settled(path, [POINTS], [fact_won(DEAL), fact_won(DEAL), PAID, PAID])
    assert balance(path) == {("L2", "2026"): 100_00}
    assert len(entries(path)) == 1


def test_odoo_257854_a_refund_takes_the_points_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    settled(path, [POINTS], [fact_won(DEAL), PAID])
    settled(path, [POINTS], [fact_moved("F1", *moved("refunded", "D1", 10_000))])
    assert [(e["kind"], e["cents"], e["reason"]) for e in entries(path)] == [
        ("accrue", 100_00, ""),
        ("claw_back", -100_00, "refunded"),
    ]


def test_odoo_212922_a_refund_is_not_deducted_twice(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    refund = fact_moved("F1", *moved("refunded", "D1", 4_000))
    settled(path, [POINTS], [fact_won(DEAL), PAID, refund])
    for _ in range(2):
        settled(path, [POINTS], [refund])
    assert balance(path) == {("L2", "2026"): 60_00}


def test_sylius_9940_one_program_does_not_make_another_invalid() -> None:
    events = [moved("paid", "D1", 10_000)]
    discount = program("loyalty", {"per": "deal", "tiers": {"all": {"rate": 0.02}}}, id="discount")
    alone = {**amounts(owed([POINTS], [DEAL], events)), **amounts(owed([discount], [DEAL], events))}
    assert amounts(owed([POINTS, discount], [DEAL], events)) == alone
    assert amounts(owed([discount, POINTS], [DEAL], events)) == alone


def test_erpnext_18006_above_a_break_the_tier_counts_and_not_the_first_price() -> None:
    tiers = {"list": {"rate": 0}, "break": {"from": 100, "rate": 0.1}}
    ladder = ladder_of({"tiers": {k: _exact(v) for k, v in tiers.items()}, "measure": "quantity"})
    assert ladder.earned(99, money=9_900) == 0
    assert ladder.earned(100, money=10_000) == 1_000
    assert ladder.earned(150, money=15_000) == 1_500
    marginal = ladder_of(
        {
            "tiers": {k: _exact(v) for k, v in tiers.items()},
            "measure": "quantity",
            "mode": "marginal",
        }
    )
    assert marginal.earned(150, money=15_000) == 500


def test_erpnext_41636_several_programs_that_apply_are_all_paid() -> None:
    events = [moved("paid", "D1", 10_000)]
    both = [
        program("loyalty", {"per": "deal", "tiers": {"all": {"rate": rate}}}, id=f"discount_{n}")
        for n, rate in enumerate((0.01, 0.02))
    ]
    found = owed(both, [DEAL], events)
    assert [(e.program.id, e.accrual.amount) for e in found] == [
        ("discount_0", Decimal("100.00")),
        ("discount_1", Decimal("200.00")),
    ]


def test_erpnext_51750_a_minimum_quantity_counts_all_that_was_bought_and_only_that() -> None:
    """Deals of a period count together, each in proportion to what was paid of it."""
    tiers = {"all": {"from": 100, "each": 1}}
    by_quantity = program("loyalty", {"per": "year", "measure": "quantity", "tiers": tiers})
    deals = [
        won("D1", "L1", 600, quantity=Decimal(60)),
        won("D2", "L1", 500, quantity=Decimal(50)),
    ]
    paid = [moved("paid", "D1", 600), moved("paid", "D2", 400)]
    assert amounts(owed([by_quantity], deals, paid)) == {("L1", "2026"): Decimal("100.00")}
    assert amounts(owed([by_quantity], deals, paid[:1])) == {}


def test_erpnext_33283_commission_is_earned_on_payment_not_on_issue() -> None:
    terms = {"tiers": {"all": {"rate": 0.05}}, "split": {"sales": {"share": 1}}}
    commission = program("stages", terms)
    deal = won("D1", "L1", 10_000, roles={"sales": "wang"})
    assert owed([commission], [deal], [moved("invoiced", "D1", 10_000)]) == []
    half = owed([commission], [deal], [moved("paid", "D1", 5_000)])
    assert amounts(half) == {("wang", "D1/sales"): Decimal("250.00")}


def test_spree_14665_a_ladder_that_makes_a_bigger_order_dearer_is_refused() -> None:
    loyalty = next(kind for kind in KINDS if kind.name == "loyalty")
    tiers = {"a": _exact({"rate": 0.05}), "b": _exact({"from": 100, "rate": 0.03})}
    for mode in ("whole", "marginal"):
        faults = list(loyalty.check({"per": "deal", "mode": mode, "tiers": tiers}))
        assert faults == ["the rate falls from a to b: a bigger order would be dearer"]


def test_laravel_referrals_34_self_is_who_shares_an_identifier() -> None:
    marks = frozenset({"uscc:91310000"})
    kinship = Kinship([Identity("L1", marks), Identity("L2", marks), Identity("L3")])
    found = _vetted([referred("R1", "L1", "L2"), referred("R2", "L3", "L2")], kinship)
    assert found == {"R1": "self", "R2": None}


def test_laravel_referrals_35_retries_do_not_reward_twice(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    facts = [fact_won(DEAL), PAID, fact_referred(referred("R1", "L1", "L2"))]
    for _ in range(3):
        settled(path, [referral_program()], facts)
    # The same introduction handed in again, under another number, is a duplicate.
    settled(path, [referral_program()], [fact_referred(referred("R2", "L1", "L2"))])
    assert balance(path) == {("L1", "R1"): 200_00, ("L1", "R2"): 0}
    assert entries(path)[-1]["reason"] == "duplicate"


def test_kody_2129_no_reward_before_the_first_paid_invoice() -> None:
    referral = [referred("R1", "L1", "L2")]
    found = owed([referral_program()], [DEAL], [moved("invoiced", "D1", 10_000)], referral)
    assert rejections(found) == {"R1": "not_paid"}
    found = owed([referral_program()], [DEAL], [moved("paid", "D1", 10_000)], referral)
    assert amounts(found) == {("L1", "R1"): Decimal("200.00")}


def test_warmbly_52_what_was_rewarded_is_clawed_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    settled(
        path,
        [referral_program()],
        [fact_won(DEAL), PAID, fact_referred(referred("R1", "L1", "L2"))],
    )
    settled(path, [referral_program()], [fact_moved("F1", *moved("refunded", "D1", 10_000))])
    last = entries(path)[-1]
    assert (last["kind"], last["cents"], last["reason"]) == ("claw_back", -200_00, "refunded")


BOUGHT = "satisfied: true, sector: retail, orders: [{date: 2025-01-01, amount: 9}]"
ALIKE = [
    *(f"- {{id: C{n}, name: 老{n}, {BOUGHT}}}" for n in range(3)),
    *(
        f"- {{id: P{n}, name: 新{n}, sector: retail, expected_amount: 1000, orders: []}}"
        for n in range(8)
    ),
]


def test_odoo_assignment_whom_to_ask_is_the_same_in_every_run_whatever_the_order_of_leads(
    world: World,
) -> None:
    """All are worth the same: theirs are shuffled, ours go by number."""
    found = []
    for leads in (ALIKE, ALIKE[::-1], ALIKE):
        world.write("leads.yaml", "\n".join(leads))
        found.append(world.on_rules("refer", "--format", "json", "-k", 2).json)
    assert found[0] == found[1] == found[2]
    asked = [each["ask"] for each in found[0]["introductions"]]
    assert {who: asked.count(who) for who in asked} == {"C0": 2, "C1": 2, "C2": 2}


def test_odoo_assignment_who_is_left_over_when_all_are_asked_often_enough_is_said(
    world: World,
) -> None:
    """With theirs, leads stay without an owner silently when quotas are full."""
    world.write("leads.yaml", "\n".join(ALIKE))
    ran = world.on_rules("refer", "--format", "json", "-k", 2)
    introduced = {each["to_introduce"] for each in ran.json["introductions"]}
    assert len(ran.json["unmatched"]) == 2
    assert introduced | set(ran.json["unmatched"]) == {f"P{n}" for n in range(8)}
    assert "2 prospects without an introducer: " + ", ".join(ran.json["unmatched"]) in ran.err


TODAY_AS_REJECTED = [
    # what happens, then the reason
    ("government_buyer", {"kinds": {"L2": "government"}}),
    ("government_buyer", {"kinds": {"L1": "public_institution"}}),
    ("unknown_party", {"ids": ["L2"]}),
]


@pytest.mark.parametrize(("reason", "more"), TODAY_AS_REJECTED)
def test_talon_one_a_rejection_always_has_a_reason(reason: str, more: dict[str, object]) -> None:
    found = owed(
        [referral_program()],
        [DEAL],
        [moved("paid", "D1", 10_000)],
        [referred("R1", "L1", "L2")],
        **more,
    )
    assert rejections(found) == {"R1": reason}


REASONS_BY_TIME = [
    ("not_won", [], [], {}),
    ("late", [won("D1", "L2", 100, date(2026, 3, 10))], [], {"within_days": 30}),
    ("existing_customer", [won("D1", "L2", 100, date(2026, 1, 10))], [], {}),
    ("not_paid", [won("D1", "L2", 100)], [], {}),
    ("refunded", [won("D1", "L2", 100)], [("paid", 100), ("refunded", 100)], {}),
]


@pytest.mark.parametrize(("reason", "deals", "money", "terms"), REASONS_BY_TIME)
def test_talon_one_a_referral_that_is_not_paid_yet_says_why(reason, deals, money, terms) -> None:
    reward = {"tiers": {"all": {"rate": 0.02}}}
    events = [moved(kind, "D1", amount) for kind, amount in money]
    found = owed(
        [program("referral", {"reward": reward, **terms})],
        deals,
        events,
        [referred("R1", "L1", "L2")],
    )
    assert rejections(found) == {"R1": reason}
    assert reason in REASONS


def test_talon_one_what_a_cap_takes_and_who_is_on_hold_is_said() -> None:
    events = [moved("paid", "D1", 10_000, date(2026, 11, 20))]
    referrals = [referred("R1", "L1", "L2")]
    on_hold = owed([referral_program(hold_days=30)], [DEAL], events, referrals)
    assert rejections(on_hold) == {"R1": "on_hold"}
    capped = owed([referral_program(caps={"budget": 0})], [DEAL], events, referrals)
    assert rejections(capped) == {"R1": "cap"}
    invoiced = owed([referral_program(trigger="invoiced")], [DEAL], events, referrals)
    assert rejections(invoiced) == {"R1": "not_invoiced"}


def test_every_reason_is_told_in_both_languages() -> None:
    for reason, words in REASONS.items():
        assert set(words) == {"en", "zh"}, reason
        assert all(words.values())


def test_the_same_id_with_another_amount_is_refused_and_nothing_is_posted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    settled(path, [POINTS], [fact_won(DEAL), PAID])
    before = entries(path)
    other = fact_moved("P1", *moved("paid", "D1", 9_000))
    more = fact_moved("P2", *moved("paid", "D1", 1_000))
    with pytest.raises(GroupbuyError, match="the payment P1 is told differently in the ledger"):
        settled(path, [POINTS], [more, other])
    with pytest.raises(GroupbuyError, match="payment P9 is of the deal D9, which no file has"):
        settled(path, [POINTS], [fact_moved("P9", *moved("paid", "D9", 1))])
    assert entries(path) == before
    assert settled(path, [POINTS], []).facts == 0


def _exact(tier: dict[str, float]) -> dict[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in tier.items()}


def _vetted(referrals, kinship) -> dict[str, str | None]:
    found = vetted([Introduction(each) for each in referrals], kinship)
    return {each.id: each.rejected for each in found}
