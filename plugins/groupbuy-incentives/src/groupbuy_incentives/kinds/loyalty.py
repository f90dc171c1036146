"""Loyalty (S36): volume discount, year-end rebate, cumulative reward, gifts, longer credit.

`per: deal` rewards each order by its size (a volume discount), `per: year` all orders of a year
together (a year-end rebate), `per: ever` everything that was ever bought (a cumulative reward). The
ladder makes the price that the customer pays, so a rate never falls from one tier to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from groupbuy.api import Accrual, Case, Deal, IncentiveExample, Offer, Rows, Texts, Value
from groupbuy_incentives.kinds.volumes import ORDERS, earned, exact, measured, ordered
from groupbuy_incentives.ladder import LADDER_TERMS, Ladder, Tier, ladder_of, percent, shown
from groupbuy_incentives.money import rounded
from groupbuy_incentives.periods import PERIODS, last_day, period_of

NOTHING = "nothing"
ONE = Decimal("1.00")
UNITS: Mapping[str, Texts] = {
    "amount": {"en": "", "zh": "元"},
    "margin": {"en": " of margin", "zh": "元毛利"},
    "quantity": {"en": " pieces", "zh": "件"},
    "count": {"en": " orders", "zh": "单"},
}


class Loyalty:
    """A reward to the buyer by volume."""

    name = "loyalty"
    title: ClassVar[Texts] = {"en": "Loyalty", "zh": "客户忠诚计划"}
    terms: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {"per": {"enum": ["deal", *PERIODS]}, **LADDER_TERMS},
        "required": ["per", "tiers"],
        "additionalProperties": False,
    }
    inputs: ClassVar[Mapping[str, Value | Rows]] = {
        "orders": ORDERS,
        "expected_amount": Value("money", pass_unknown=True),
        "today": Value("date"),
    }

    def check(self, terms: Mapping[str, Any]) -> Iterable[str]:
        """The ladder makes a price: no bigger order is dearer."""
        return ladder_of(terms).faults(price=True)

    def together(self, terms: Mapping[str, Any]) -> str:
        """All deals of a buyer."""
        return "buyer"

    def accrue(self, terms: Mapping[str, Any], case: Case) -> Iterator[Accrual]:
        """For each deal or period what its volume earns, and its gifts one by one.

        By marginal tiers each tier on the way gives its gift, by whole-volume tiers the highest.
        """
        ladder, per = ladder_of(terms), terms["per"]
        groups: dict[str, list[Deal]] = {}
        for deal in case.deals:
            if deal.counted > 0:
                key = deal.id if per == "deal" else period_of(deal.date, per)
                groups.setdefault(key, []).append(deal)
        for key, deals in groups.items():
            volume = measured(deals, ladder.measure)
            tier, amount = ladder.reached(volume), rounded(earned(ladder, deals))
            day = deals[0].date
            period = period_of(day, "month") if per == "deal" else key
            ids = tuple(deal.id for deal in deals)
            if tier is not None and amount:
                because = _because(volume, ladder.measure, tier)
                yield Accrual(case.of, key, amount, because, day, period, ids)
            on_the_way = [each for each in ladder.tiers if volume >= each.start]
            for each in on_the_way if ladder.mode == "marginal" else on_the_way[-1:]:
                if each.gift:
                    gift = f"{key}/{each.id}"
                    because = {lang: f"{title} ({each.id})" for lang, title in each.gift.items()}
                    yield Accrual(case.of, gift, ONE, because, day, period, ids, form="gift")

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer | None:
        """The tier that is reached, and how far it is to the next."""
        ladder, per, today = ladder_of(terms), terms["per"], lead["today"]
        if per == "deal":
            expected = lead["expected_amount"]
            known = expected is not None and ladder.measure == "amount"
            volume = exact(expected) if known else None
        else:
            volume = ordered(lead["orders"], ladder.measure, per, today)
        if volume is None:
            return Offer(_first_step(ladder))
        return _offer(ladder, volume, last_day(today, per) if per != "deal" else None)

    @property
    def examples(self) -> Sequence[IncentiveExample]:
        """A year-end rebate by whole volume, on its edge."""
        terms = {
            "per": "year",
            "tiers": {
                "silver": {"from": Decimal(500000), "rate": Decimal("0.02")},
                "gold": {"from": Decimal(1000000), "rate": Decimal("0.03")},
            },
        }
        day = date(2026, 5, 14)
        deals = [Deal("D1", day, Decimal(1000000), Decimal(1000000), parties={"buyer": "L001"})]
        because = {"en": "1,000,000 reaches gold", "zh": "1,000,000元，达到gold档"}
        accrual = Accrual("L001", "2026", Decimal("30000.00"), because, day, "2026", ("D1",))
        lead = {"orders": None, "expected_amount": None, "today": date(2026, 11, 22)}
        offer = Offer(_first_step(ladder_of(terms)))
        case = Case("L001", date(2026, 11, 22), deals)
        return [IncentiveExample(terms, lead, offer, case, [accrual])]


def _because(volume: Fraction, measure: str, tier: Tier) -> Texts:
    unit = UNITS[measure]
    en = f"{shown(volume)}{unit['en']} reaches {tier.id}"
    zh = f"{shown(volume)}{unit['zh']}，达到{tier.id}档"
    if tier.credit_days:
        en = f"{en}; {tier.credit_days} days of credit"
        zh = f"{zh}；账期{tier.credit_days}天"
    return {"en": en, "zh": zh}


def _first_step(ladder: Ladder) -> Texts:
    tier = next((each for each in ladder.tiers if brings(each)[0] != NOTHING), ladder.tiers[0])
    unit = UNITS[ladder.measure]
    en, zh = brings(tier)
    return {
        "en": f"from {shown(tier.start)}{unit['en']}: {en}",
        "zh": f"满{shown(tier.start)}{unit['zh']}：{zh}",
    }


def brings(tier: Tier) -> tuple[str, str]:
    """What a tier gives, in English and Chinese."""
    en, zh = [], []
    if tier.rate:
        en.append(percent(tier.rate))
        zh.append(f"返{percent(tier.rate)}")
    if tier.each:
        en.append(f"{shown(tier.each)} each")
        zh.append(f"每单位{shown(tier.each)}元")
    if tier.fixed:
        en.append(shown(tier.fixed))
        zh.append(f"{shown(tier.fixed)}元")
    if tier.gift:
        en.append(f"gift: {tier.gift['en']}")
        zh.append(f"赠{tier.gift['zh']}")
    if tier.credit_days:
        en.append(f"{tier.credit_days} days of credit")
        zh.append(f"账期{tier.credit_days}天")
    return " + ".join(en) or NOTHING, "＋".join(zh) or "无"


def _offer(ladder: Ladder, volume: Fraction, until: date | None) -> Offer:
    unit, now = UNITS[ladder.measure], ladder.reached(volume)
    en, zh = [f"at {shown(volume)}{unit['en']}"], [f"现有{shown(volume)}{unit['zh']}"]
    if now is not None:
        en.append(f"{now.id}: {brings(now)[0]}")
        zh.append(f"{now.id}档：{brings(now)[1]}")
    money = ladder.measure in ("amount", "margin")
    amount = rounded(ladder.earned(volume)) if money else None
    if amount:
        en.append(f"{amount:,} earned")
        zh.append(f"已得{amount:,}元")
    step = ladder.next(volume)
    if step is None:
        return Offer({"en": "; ".join(en), "zh": "；".join(zh)}, amount, _plain(volume))
    there = rounded(ladder.earned(step.start)) if money else None
    gap = shown(step.start - volume)
    by = {"en": f" by {until}" if until else "", "zh": f"（{until}前）" if until else ""}
    en.append(f"{gap}{unit['en']} more{by['en']} reach {step.id}: {brings(step)[0]}")
    zh.append(f"再买{gap}{unit['zh']}{by['zh']}到{step.id}档：{brings(step)[1]}")
    if there is not None and there - (amount or 0) > 0:
        en.append(f"{there - (amount or 0):,} more")
        zh.append(f"多得{there - (amount or 0):,}元")
    because = {"en": "; ".join(en), "zh": "；".join(zh)}
    return Offer(because, amount, _plain(volume), _plain(step.start), there)


def _plain(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
