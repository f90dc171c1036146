"""Stage split (S38): a deal's commission, shared by who did which stage of it.

The parts add up to the whole to the cent: each gets the whole cents of the exact share, and the
cents that are left go to the largest remainders, in the order in which the stages are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from groupbuy.api import TEXT, Accrual, Case, Deal, IncentiveExample, Offer, Rows, Texts, Value
from groupbuy_incentives.kinds.volumes import earned, exact
from groupbuy_incentives.ladder import LADDER_TERMS, in_both, ladder_of, percent
from groupbuy_incentives.money import rounded, split
from groupbuy_incentives.periods import period_of
from groupbuy_incentives.reasons import REASONS


class Stages:
    """One commission for a deal, split over the roles in it."""

    name = "stages"
    title: ClassVar[Texts] = {"en": "Stage split", "zh": "分工分成"}
    terms: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            **LADDER_TERMS,
            "split": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "object",
                    "properties": {"share": {"type": "number"}, "title": TEXT},
                    "required": ["share"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["tiers", "split"],
        "additionalProperties": False,
    }
    inputs: ClassVar[Mapping[str, Value | Rows]] = {
        "expected_amount": Value("money", pass_unknown=True)
    }

    def check(self, terms: Mapping[str, Any]) -> Iterator[str]:
        """Shares are positive and make one whole."""
        yield from ladder_of(terms).faults(price=False)
        shares = {role: Fraction(part["share"]) for role, part in terms["split"].items()}
        for role, share in shares.items():
            if share <= 0:
                yield f"split: {role} has no share"
        total = sum(shares.values(), Fraction(0))
        if total != 1:
            yield f"split: the shares make {percent(total)}, not 100%"

    def together(self, terms: Mapping[str, Any]) -> str:
        """One deal."""
        return "deal"

    def accrue(self, terms: Mapping[str, Any], case: Case) -> Iterator[Accrual]:
        """Everybody's part of a deal's commission. A part that nobody did stays with us."""
        ladder = ladder_of(terms)
        for deal in case.deals:
            whole = rounded(earned(ladder, [deal])) if deal.counted > 0 else Decimal(0)
            if not whole:
                continue
            shares = {role: Fraction(part["share"]) for role, part in terms["split"].items()}
            parts = split(whole, list(shares.values()))
            period = period_of(deal.date, "month")
            for role, part in zip(shares, parts, strict=True):
                party, key = deal.parties.get(role), f"{deal.id}/{role}"
                title = in_both(terms["split"][role].get("title", role))
                if party is None:
                    zero, lost = Decimal("0.00"), REASONS["nobody"]
                    yield Accrual(
                        f"({role})", key, zero, lost, deal.date, period, (deal.id,), "nobody"
                    )
                    continue
                share = percent(shares[role])
                because = {
                    "en": f"{title['en']}: {share} of {whole:,} for {deal.id}",
                    "zh": f"{title['zh']}：{deal.id}佣金{whole:,}元的{share}",
                }
                yield Accrual(party, key, part, because, deal.date, period, (deal.id,))

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer:
        """Who gets which share, and of how much."""
        parts = [
            (in_both(part.get("title", role)), percent(part["share"]))
            for role, part in terms["split"].items()
        ]
        en = ", ".join(f"{title['en']} {share}" for title, share in parts)
        zh = "、".join(f"{title['zh']} {share}" for title, share in parts)
        expected, ladder = lead["expected_amount"], ladder_of(terms)
        if expected is None or ladder.measure != "amount":
            return Offer({"en": f"commission: {en}", "zh": f"佣金：{zh}"})
        amount = rounded(ladder.earned(exact(expected)))
        return Offer(
            {"en": f"commission of {amount:,}: {en}", "zh": f"佣金{amount:,}元：{zh}"}, amount
        )

    @property
    def examples(self) -> Sequence[IncentiveExample]:
        """A cent that can't be halved goes to the stage that is written first."""
        terms = {
            "tiers": {"all": {"rate": Decimal("0.01")}},
            "split": {"find": {"share": Decimal("0.5")}, "close": {"share": Decimal("0.5")}},
        }
        day = date(2026, 11, 2)
        parties = {"buyer": "L001", "find": "wang", "close": "li"}
        deal = Deal("D1", day, Decimal("1001"), Decimal("1001"), parties=parties)

        def part(role: str, amount: str) -> Accrual:
            because = {
                "en": f"{role}: 50% of 10.01 for D1",
                "zh": f"{role}：D1佣金10.01元的50%",
            }
            key, period = f"D1/{role}", "2026-11"
            return Accrual(parties[role], key, Decimal(amount), because, day, period, ("D1",))

        offer = Offer({"en": "commission: find 50%, close 50%", "zh": "佣金：find 50%、close 50%"})
        case = Case("D1", date(2026, 11, 22), [deal])
        lead = {"expected_amount": None}
        accruals = [part("find", "5.01"), part("close", "5.00")]
        return [IncentiveExample(terms, lead, offer, case, accruals)]
