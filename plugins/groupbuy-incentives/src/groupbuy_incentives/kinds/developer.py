"""Developer's reward (S37): who develops a customer, looks after it and benefits from it.

By the number of customers developed in a period, to the person (or unit) who has the `role` in
their first deals. `targets` cascades a target for new customers down the units (role `unit`), and
says which of them owns the lead and which supports (S40).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from groupbuy.api import Accrual, Case, Deal, IncentiveExample, Offer, Rows, Texts, Value
from groupbuy_incentives.kinds.loyalty import UNITS
from groupbuy_incentives.kinds.volumes import earned
from groupbuy_incentives.ladder import LADDER_TERMS, ladder_of, shown
from groupbuy_incentives.money import rounded
from groupbuy_incentives.periods import PERIODS, period_of
from groupbuy_incentives.targets import TARGETS, cascade, faults_of_targets
from groupbuy_incentives.territory import LEAD_INPUTS, ownership, said


class Developer:
    """A reward to staff by the number (or volume) of the customers that they developed."""

    name = "developer"
    title: ClassVar[Texts] = {"en": "Customer development", "zh": "客户开发奖"}
    terms: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "role": {"type": "string"},
            "per": {"enum": list(PERIODS)},
            "customers": {"enum": ["new", "all"]},
            **LADDER_TERMS,
            "targets": TARGETS,
        },
        "required": ["per", "tiers"],
        "additionalProperties": False,
    }
    inputs: ClassVar[Mapping[str, Value | Rows]] = LEAD_INPUTS

    def check(self, terms: Mapping[str, Any]) -> Iterator[str]:
        """More customers never earn less, and every unit carries a target."""
        yield from ladder_of(_counting(terms)).faults(price=False)
        yield from faults_of_targets(terms.get("targets", {}))

    def together(self, terms: Mapping[str, Any]) -> str:
        """All deals of one developer."""
        return str(terms.get("role", "developer"))

    def accrue(self, terms: Mapping[str, Any], case: Case) -> Iterator[Accrual]:
        """One sum for each period. With `customers: new` only first deals count."""
        ladder, only_new = ladder_of(_counting(terms)), terms.get("customers", "new") == "new"
        groups: dict[str, dict[str, list[Deal]]] = {}
        for deal in case.deals:
            if deal.counted > 0 and (deal.first or not only_new):
                buyers = groups.setdefault(period_of(deal.date, terms["per"]), {})
                buyers.setdefault(deal.parties.get("buyer", deal.id), []).append(deal)
        for period, buyers in groups.items():
            deals = [deal for each in buyers.values() for deal in each]
            # A customer counts once, however many deals it made.
            counted = [each[0] for each in buyers.values()] if ladder.measure == "count" else deals
            amount = rounded(earned(ladder, counted))
            if amount:
                number = len(buyers)
                yield Accrual(
                    case.of,
                    period,
                    amount,
                    {
                        "en": f"{number} customer{'s' * (number > 1)} developed in {period}",
                        "zh": f"{period}开发客户{number}家",
                    },
                    min(deal.date for deal in deals),
                    period,
                    tuple(sorted(deal.id for deal in deals)),
                )

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer:
        """What one more customer brings the one who develops it."""
        ladder = ladder_of(_counting(terms))
        first = ladder.tiers[0]
        one = shown(first.each or first.fixed)
        en, zh = f"from {one} for who wins this customer", f"开发这家客户得{one}元起"
        if ladder.measure != "count":
            en, zh = "counts for who wins this customer", "开发人可计奖"
        step = ladder.tiers[-1]
        if step is not first:
            unit = UNITS[ladder.measure]["zh"] if ladder.measure != "count" else "家"
            en += f"; more from {shown(step.start)} on"
            zh += f"；满{shown(step.start)}{unit}更高"
        units = terms.get("targets", {})
        found = ownership(units, lead)
        if found is None:
            return Offer({"en": en, "zh": zh})
        who = said(found, units, cascade(units), lead)
        details = {
            "owning_unit": found.owner,
            "supporting_unit": found.supporter,
            "units_possible": list(found.candidates),
        }
        because = {"en": f"{en}; {who['en']}", "zh": f"{zh}；{who['zh']}"}
        return Offer(because, details={name: each for name, each in details.items() if each})

    @property
    def examples(self) -> Sequence[IncentiveExample]:
        """Two customers in a month."""
        terms = {"per": "month", "tiers": {"each": {"each": Decimal(200)}}}
        deals = [
            Deal(
                f"D{n}",
                date(2026, 11, n),
                Decimal(100),
                Decimal(100),
                parties={"buyer": f"L{n}", "developer": "wang"},
                first=True,
            )
            for n in (1, 2)
        ]
        because = {"en": "2 customers developed in 2026-11", "zh": "2026-11开发客户2家"}
        day = date(2026, 11, 1)
        accrual = Accrual(
            "wang", "2026-11", Decimal("400.00"), because, day, "2026-11", ("D1", "D2")
        )
        offer = Offer({"en": "from 200 for who wins this customer", "zh": "开发这家客户得200元起"})
        case = Case("wang", date(2026, 11, 22), deals)
        return [IncentiveExample(terms, dict.fromkeys(LEAD_INPUTS), offer, case, [accrual])]


def _counting(terms: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ladder counts customers unless it says otherwise."""
    return {"measure": "count", **terms}
