"""Referral reward (S34): one introduction opens the door only; a purchase that is paid is rewarded.

The one credited referrer of a customer is rewarded, one level up and no further; the referred may
get a welcome of its own. What the introduction brought is the first purchase, or all within a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from groupbuy.api import Accrual, Case, Deal, IncentiveExample, Offer, Referral, Rows, Texts, Value
from groupbuy_incentives.kinds.loyalty import brings
from groupbuy_incentives.kinds.volumes import ORDERS, earned, exact
from groupbuy_incentives.ladder import LADDER_TERMS, Ladder, ladder_of, shown
from groupbuy_incentives.money import rounded
from groupbuy_incentives.periods import period_of
from groupbuy_incentives.reasons import REASONS

LADDER = {
    "type": "object",
    "properties": LADDER_TERMS,
    "required": ["tiers"],
    "additionalProperties": False,
}
DEFAULT_DAYS = 365


class ReferralReward:
    """A reward to who brought a customer, and a welcome to the customer."""

    name = "referral"
    title: ClassVar[Texts] = {"en": "Referral", "zh": "客户转介绍"}
    terms: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "reward": LADDER,
            "welcome": LADDER,
            "deals": {"enum": ["first", "all"]},
            "within_days": {"type": "integer", "minimum": 1, "maximum": 3650},
        },
        "required": ["reward"],
        "additionalProperties": False,
    }
    inputs: ClassVar[Mapping[str, Value | Rows]] = {
        "expected_amount": Value("money", pass_unknown=True),
        "orders": ORDERS,
    }

    def check(self, terms: Mapping[str, Any]) -> Iterator[str]:
        """Neither ladder falls; the welcome is a price."""
        for key in ("reward", "welcome"):
            if key in terms:
                faults = ladder_of(terms[key]).faults(price=key == "welcome")
                yield from (f"{key}: {fault}" for fault in faults)

    def together(self, terms: Mapping[str, Any]) -> str:
        """All deals of the referred, with the referrals of it."""
        return "buyer"

    def accrue(self, terms: Mapping[str, Any], case: Case) -> Iterator[Accrual]:
        """The reward of the credited referral, and why the others have none."""
        for referral in case.referrals:
            deals = _brought(referral, terms, case)
            reason = referral.rejected or _not_yet(referral, deals, terms, case)
            if reason is not None:
                yield _rejection(referral, reason)
                continue
            yield _accrual(referral.referrer, referral.id, ladder_of(terms["reward"]), deals)
            if "welcome" in terms:
                welcome = ladder_of(terms["welcome"])
                yield _accrual(referral.referred, f"welcome:{referral.id}", welcome, deals)

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer:
        """What a referrer gets for a new customer, and what that customer gets."""
        reward = ladder_of(terms["reward"])
        en, zh = _words(reward)
        en, zh = f"referrer gets {en}", f"介绍人得{zh}"
        if "welcome" in terms:
            theirs = _words(ladder_of(terms["welcome"]))
            en, zh = f"{en}; the new customer {theirs[0]}", f"{zh}；新客户得{theirs[1]}"
        expected = lead["expected_amount"]
        if expected is None or lead["orders"] or reward.measure != "amount":
            return Offer({"en": en, "zh": zh})  # a customer already: nobody brings it
        amount = rounded(reward.earned(exact(expected)))
        en = f"{en}; {amount:,} if this lead buys for {shown(exact(expected))}"
        zh = f"{zh}；本单按{shown(exact(expected))}元成交可得{amount:,}元"
        return Offer({"en": en, "zh": zh}, amount, Decimal(repr(float(expected))))

    @property
    def examples(self) -> Sequence[IncentiveExample]:
        """A first purchase, paid."""
        terms = {"reward": {"tiers": {"all": {"rate": Decimal("0.02")}}}}
        day = date(2026, 3, 1)
        referral = Referral("R1", date(2026, 2, 1), "L001", "L009")
        deal = Deal("D1", day, Decimal(10000), Decimal(10000), parties={"buyer": "L009"})
        because = {"en": "brought L009: 10,000", "zh": "介绍了L009：10,000元"}
        accrual = Accrual("L001", "R1", Decimal("200.00"), because, day, "2026-03", ("D1",))
        offer = Offer({"en": "referrer gets 2%", "zh": "介绍人得返2%"})
        case = Case("L009", date(2026, 11, 22), [deal], [referral])
        lead = {"expected_amount": None, "orders": None}
        return [IncentiveExample(terms, lead, offer, case, [accrual])]


def _brought(referral: Referral, terms: Mapping[str, Any], case: Case) -> list[Deal]:
    """The deals that the referral is rewarded by, whether they count yet or not."""
    days = int(terms.get("within_days", DEFAULT_DAYS))
    until = referral.date + timedelta(days=days)
    found = [deal for deal in case.deals if referral.date <= deal.date <= until]
    if terms.get("deals", "first") == "all":
        return found
    kept = [deal for deal in found if deal.refunded < deal.amount]
    return (kept or found)[:1]


def _not_yet(
    referral: Referral, deals: Sequence[Deal], terms: Mapping[str, Any], case: Case
) -> str | None:
    """Why nothing is owed for a referral; none where something is."""
    account = case.accounts.get(referral.referred)
    since = account.customer_since if account is not None else None
    known = [deal.date for deal in case.deals] + ([since] if since is not None else [])
    if any(day < referral.date for day in known):
        return "existing_customer"
    if not deals:
        return "late" if case.deals else "not_won"
    if any(deal.counted > 0 for deal in deals):
        return None
    if any(deal.held > 0 for deal in deals):
        return "on_hold"
    return "refunded" if all(deal.refunded >= deal.amount for deal in deals) else "not_paid"


def _rejection(referral: Referral, reason: str) -> Accrual:
    because = REASONS.get(reason, {"en": reason, "zh": reason})
    key, day = referral.id, referral.date
    zero = Decimal("0.00")
    period = period_of(day, "month")
    return Accrual(referral.referrer, key, zero, because, day, period, (), reason)


def _accrual(party: str, key: str, ladder: Ladder, deals: Sequence[Deal]) -> Accrual:
    counted = [deal for deal in deals if deal.counted > 0]
    total = sum((deal.counted for deal in counted), Decimal(0))
    buyer = counted[0].parties.get("buyer", "")
    because = {
        "en": f"brought {buyer}: {shown(total)}",
        "zh": f"介绍了{buyer}：{shown(total)}元",
    }
    if party == buyer:
        because = {"en": f"welcome: {shown(total)}", "zh": f"新客户优惠：{shown(total)}元"}
    day = counted[0].date
    ids = tuple(deal.id for deal in counted)
    amount = rounded(earned(ladder, counted))
    return Accrual(party, key, amount, because, day, period_of(day, "month"), ids)


def _words(ladder: Ladder) -> tuple[str, str]:
    """A ladder in one line."""
    if len(ladder.tiers) == 1 and not ladder.tiers[0].start:
        return brings(ladder.tiers[0])
    steps = [(shown(tier.start), *brings(tier)) for tier in ladder.tiers]
    return (
        ", ".join(f"{en} from {start}" for start, en, _ in steps),
        "，".join(f"满{start}{zh}" for start, _, zh in steps),
    )
