"""`proposals.exact`: the generator that finds the best package and proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from groupbuy.api import (
    Choice,
    Item,
    JsonSchema,
    Package,
    PackageLimits,
    PackageLine,
    ProposalExample,
    ProposalRequest,
    Rows,
    Texts,
    Value,
)
from groupbuy_proposals.search import MOST_NODES, best_package

NODES = "nodes"
TITLE: Texts = {"en": "The best package, proved", "zh": "经证明的最优组合"}
TERMS: JsonSchema = {
    "type": "object",
    "properties": {NODES: {"type": "integer", "minimum": 1, "maximum": 100_000_000}},
    "additionalProperties": False,
}
INPUTS: Mapping[str, Value | Rows] = {}


class ExactGenerator:
    """Branch and bound over all packages; see `search`."""

    name = "exact"
    title = TITLE
    terms = TERMS
    inputs = INPUTS

    def __init__(self) -> None:
        """Its example is two of three items, which fit the budget best together."""
        self.examples: Sequence[ProposalExample] = _examples()

    def propose(self, request: ProposalRequest) -> Iterable[Package]:
        """The best package, or none where there is none within the limits."""
        nodes = int(request.terms.get(NODES, MOST_NODES))
        found = best_package(request.choices, request.limits, nodes)
        if found.choices is None:
            return []
        ordered = sorted(found.choices, key=lambda each: each.sku)
        lines = [PackageLine(each.sku, each.per_head, each.quantity) for each in ordered]
        return [Package(lines, bound=found.bound)]


def _examples() -> list[ProposalExample]:
    items = [
        Item("TEA", {"zh": "茶叶"}, "食品", Decimal("60.00"), attributes={"appeal": 60}),
        Item("CUP", {"zh": "保温杯"}, "家居", Decimal("50.00"), attributes={"appeal": 55}),
        Item("BAG", {"zh": "双肩包"}, "箱包", Decimal("100.00"), attributes={"appeal": 90}),
    ]
    choices = [
        Choice(
            each.sku,
            each.category,
            1,
            10,
            each.list_price * 10,
            int(each.attributes["appeal"]) * 1000,
        )
        for each in items
    ]
    request = ProposalRequest(
        {},
        {},
        items,
        10,
        date(2026, 11, 22),
        objective={"appeal": 1.0},
        choices=choices,
        limits=PackageLimits(most_total=Decimal("1100.00"), most_items=2),
    )
    lines = [PackageLine("CUP", 1, 10), PackageLine("TEA", 1, 10)]
    return [ProposalExample(request, [Package(lines, bound=115_000)])]
