"""Reciprocal trade (S39): we buy what the customer sells, up to a share of what it buys from us.

What we owe is to buy, not to pay: the statement shows it apart from money, and each
purchase of ours takes away from it. Where the customer has nothing that we use, a third party can
be the way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from groupbuy.api import Accrual, Case, IncentiveExample, Offer, Purchase, Rows, Texts, Value
from groupbuy.api import Deal as DealType
from groupbuy_incentives.kinds.volumes import ORDERS, measured, ordered
from groupbuy_incentives.ladder import percent, shown
from groupbuy_incentives.money import rounded
from groupbuy_incentives.periods import PERIODS, period_of

PRODUCTS: Mapping[str, Texts] = {
    "insurance": {"en": "insurance", "zh": "保险"},
    "bank_cards": {"en": "bank cards", "zh": "银行卡"},
    "telecom": {"en": "telephone service", "zh": "通信服务"},
}
"""The words of the lead model's `sells_us`."""


class Reciprocal:
    """Mutual purchase with the net balance."""

    name = "reciprocal"
    title: ClassVar[Texts] = {"en": "Reciprocal trade", "zh": "互购"}
    terms: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "per": {"enum": list(PERIODS)},
            "share": {"type": "number"},
            "products": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
        "required": ["per", "share", "products"],
        "additionalProperties": False,
    }
    inputs: ClassVar[Mapping[str, Value | Rows]] = {
        "orders": ORDERS,
        "sells_us": Value("choices", pass_unknown=True),
        "related": Rows(
            {
                "name": Value("text", pass_unknown=True),
                "relation": Value("choice", pass_unknown=True),
            },
            pass_unknown=True,
        ),
        "today": Value("date"),
    }

    def check(self, terms: Mapping[str, Any]) -> Iterator[str]:
        """We never owe more than was bought from us."""
        if not 0 < terms["share"] <= 1:
            yield f"share: {percent(terms['share'])} is not a share of their orders"

    def together(self, terms: Mapping[str, Any]) -> str:
        """All deals of a buyer, and our purchases from it."""
        return "buyer"

    def accrue(self, terms: Mapping[str, Any], case: Case) -> Iterator[Accrual]:
        """For each period how much we still owe to buy, net of what we bought.

        It begins with the first purchase of ours: whom we never bought from takes no part.
        """
        if not case.purchases:
            return
        groups: dict[str, list[DealType]] = {}
        for deal in case.deals:
            if deal.counted > 0:
                groups.setdefault(period_of(deal.date, terms["per"]), []).append(deal)
        for period, deals in groups.items():
            sold = measured(deals, "amount")
            bought = sum(
                (
                    Fraction(each.amount)
                    for each in case.purchases
                    if period_of(each.date, terms["per"]) == period
                    and (not each.category or each.category in terms["products"])
                ),
                Fraction(0),
            )
            owed = rounded(max(Fraction(0), sold * Fraction(terms["share"]) - bought))
            if owed:
                yield Accrual(
                    case.of,
                    period,
                    owed,
                    {
                        "en": f"sold {shown(sold)}, bought {shown(bought)}",
                        "zh": f"对方采购{shown(sold)}元，我方已采购{shown(bought)}元",
                    },
                    deals[0].date,
                    period,
                    tuple(deal.id for deal in deals),
                    form="purchase",
                )

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer | None:
        """What we would buy from them, and for how much; or whom it could go through."""
        sells = lead["sells_us"]
        if sells is None:
            return None
        wanted = [product for product in terms["products"] if product in sells]
        if not wanted:
            return _through_others(lead["related"])
        part = percent(terms["share"])
        named = [PRODUCTS.get(each, {"en": each, "zh": each}) for each in wanted]
        en = ", ".join(each["en"] for each in named)
        zh = "、".join(each["zh"] for each in named)
        en = f"we buy {en} for up to {part} of their orders"
        zh = f"我方可采购{zh}，不超过对方采购额的{part}"
        sold = ordered(lead["orders"], "amount", terms["per"], lead["today"])
        if not sold:
            return Offer({"en": en, "zh": zh})
        amount = rounded(sold * Fraction(terms["share"]))
        net = rounded(sold) - amount
        en = f"{en}: {amount:,} against {shown(sold)}, net {net:,} in our favour"
        zh = f"{zh}：对方已买{shown(sold)}元，我方可回购{amount:,}元，净额{net:,}元"
        return Offer({"en": en, "zh": zh}, amount, rounded(sold))

    @property
    def examples(self) -> Sequence[IncentiveExample]:
        """A third of what was sold, less what was bought already."""
        terms = {"per": "year", "share": Decimal("0.3"), "products": ["insurance"]}
        day, bought = date(2026, 4, 1), date(2026, 6, 1)
        deal = DealType("D1", day, Decimal(100000), Decimal(100000), parties={"buyer": "L1"})
        purchase = Purchase("P1", bought, "L1", Decimal(10000), "insurance")
        because = {
            "en": "sold 100,000, bought 10,000",
            "zh": "对方采购100,000元，我方已采购10,000元",
        }
        accrual = Accrual(
            "L1",
            "2026",
            Decimal("20000.00"),
            because,
            day,
            "2026",
            ("D1",),
            form="purchase",
        )
        lead = {
            "orders": None,
            "sells_us": ("insurance",),
            "related": None,
            "today": date(2026, 11, 22),
        }
        offer = Offer(
            {
                "en": "we buy insurance for up to 30% of their orders",
                "zh": "我方可采购保险，不超过对方采购额的30%",
            }
        )
        case = Case("L1", date(2026, 11, 22), [deal], purchases=[purchase])
        return [IncentiveExample(terms, lead, offer, case, [accrual])]


def _through_others(related: Sequence[Mapping[str, Any]] | None) -> Offer | None:
    """A partner or customer of theirs as the way round."""
    names = [
        str(each["name"])
        for each in related or ()
        if each["name"] and each["relation"] in ("partner", "customer", "subsidiary")
    ]
    if not names:
        return None
    return Offer(
        {
            "en": f"nothing of theirs that we use; ask about a route through {', '.join(names)}",
            "zh": f"对方没有我方用得上的产品；可通过{'、'.join(names)}绕一道",
        }
    )
