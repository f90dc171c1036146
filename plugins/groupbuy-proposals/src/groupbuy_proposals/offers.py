"""Packages for a need: generators asked, their packages checked, priced and compared.

All generators get the same request and are judged alike: a package outside the limits is out, with
the limits it breaks; of the others the one with the most worth is offered, then the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from groupbuy.api import (
    Choice,
    Item,
    Package,
    PackageLimits,
    PluginError,
    ProposalGenerator,
    ProposalRequest,
    Rows,
    Value,
)
from groupbuy_proposals.admission import Admitted, admit
from groupbuy_proposals.clash import Clash, explain_clash, wanted_groups
from groupbuy_proposals.need import Alternative, Need
from groupbuy_proposals.prices import NOTHING, Taxed, by_rate, cents, taxed, unit_price
from groupbuy_proposals.search import broken_limits


@dataclass(frozen=True)
class Line:
    """One line of a quotation. `wanted` is what the recipients need, `quantity` what is ordered.

    `unit_price` is what every unit costs; none where graduated breaks make units cost differently.
    """

    item: Item
    per_head: int
    wanted: int
    quantity: int
    unit_price: Decimal | None
    amount: Taxed

    @property
    def spare(self) -> int:
        """Pieces beyond what is needed, to fill cartons."""
        return self.quantity - self.wanted

    @property
    def vat_rate(self) -> Decimal:
        """The VAT rate of the item."""
        return self.item.vat_rate or Decimal(0)


@dataclass(frozen=True)
class Priced:
    """A package with prices: by whom, what it is worth, and the most that any could be worth.

    `worth` and `bound` are in thousandths of a point; the bound is none where nothing is proved.
    """

    generator: str
    lines: tuple[Line, ...]
    worth: int
    bound: int | None
    tight: tuple[str, ...]
    recipients: int
    title: Mapping[str, str] = field(default_factory=dict)
    because: Mapping[str, str] = field(default_factory=dict)

    @property
    def optimal(self) -> bool:
        """Whether it is proved that no package is worth more."""
        return self.bound is not None and self.worth >= self.bound

    @property
    def total(self) -> Taxed:
        """The price of all lines."""
        return sum((line.amount for line in self.lines), NOTHING)

    @property
    def rates(self) -> Mapping[Decimal, Taxed]:
        """The price by VAT rate."""
        return by_rate((line.vat_rate, line.amount) for line in self.lines)

    @property
    def per_head(self) -> Decimal:
        """The price for one recipient, to the cent."""
        return cents(self.total.gross / self.recipients)

    @property
    def per_head_is_exact(self) -> bool:
        """Whether that many times the price a head is the price."""
        return self.per_head * self.recipients == self.total.gross


@dataclass(frozen=True)
class Rejected:
    """A package that is not offered: the limits it breaks."""

    generator: str
    broken: tuple[str, ...]


@dataclass
class Offer:
    """What there is for one alternative: the best package and the others; or why there is none."""

    alternative: Alternative
    need: Need
    admitted: Admitted
    best: Priced | None = None
    others: list[Priced] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    clash: Clash | None = None
    failures: list[str] = field(default_factory=list)
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A generator with its terms, and what it sees of the lead."""

    name: str
    generator: ProposalGenerator
    terms: Mapping[str, Any]
    lead: Mapping[str, Any]


def asked_of(name: str, generator: ProposalGenerator, use: Mapping[str, Any]) -> Asked:
    """A generator as results name it: its terms, and its inputs as their declarations say."""
    seen = {key: _seen(value, use["lead"].get(key)) for key, value in generator.inputs.items()}
    return Asked(name, generator, use["terms"], seen)


def _seen(declared: Value | Rows, shown: Any) -> Any:
    """A value of the results as a plugin sees it; what is unknown is none."""
    kind = declared.type if isinstance(declared, Value) else None
    if shown is None or kind is None:
        return None
    if kind == "date":
        return date.fromisoformat(shown)
    if kind == "choices":
        return tuple(shown)
    return int(shown) if kind == "integer" else shown


def offer(
    alternative: Alternative,
    need: Need,
    items: Sequence[Item],
    today: date,
    asked: Iterable[Asked],
) -> Offer:
    """The best package of all generators for an alternative of a need."""
    need = need.for_alternative(alternative)
    admitted = admit(items, need, today)
    limits = need.limits(wanted_groups(items, need))
    found = Offer(alternative, need, admitted)
    for each in asked:
        found.asked += (each.name,)
        request = _request(each, need, admitted, today, limits)
        try:
            packages = list(each.generator.propose(request))
        except PluginError as failure:
            found.failures.append(str(failure))
            continue
        for package in packages:
            _judge(found, each.name, package, limits)
    ranked = sorted(found.others, key=lambda p: (-p.worth, p.total.gross, p.generator))
    found.best, found.others = (ranked[0], ranked[1:]) if ranked else (None, [])
    if found.best is None and not found.failures:
        found.clash = explain_clash(items, need, today)
    return found


def _request(
    asked: Asked, need: Need, admitted: Admitted, today: date, limits: PackageLimits
) -> ProposalRequest:
    return ProposalRequest(
        lead=asked.lead,
        terms=asked.terms,
        catalogue=tuple(admitted.items.values()),
        recipients=need.recipients,
        today=today,
        budget_per_head=need.per_head,
        needed_by=need.needed_by,
        issued=frozenset(need.issued),
        objective=need.objective,
        choices=tuple(admitted.choices),
        limits=limits,
    )


def _judge(found: Offer, generator: str, package: Package, limits: PackageLimits) -> None:
    """Price a package, or reject it. What it is worth is ours to say, not its generator's."""
    offered = {(c.sku, c.per_head, c.quantity): c for c in found.admitted.choices}
    chosen = [offered[line.sku, line.per_head, line.quantity] for line in package.lines]
    broken = broken_limits(chosen, limits)
    if broken:
        found.rejected.append(Rejected(generator, tuple(broken)))
        return
    lines = tuple(
        line_of(found.admitted.items[each.sku], each, found.need.recipients)
        for each in sorted(chosen, key=lambda each: (each.category, each.sku))
    )
    worth = sum(each.worth for each in chosen)
    tight = _tight(chosen, found.admitted.choices, limits)
    bound = None if package.bound is None else max(package.bound, worth)
    found.others.append(
        Priced(
            generator,
            lines,
            worth,
            bound,
            tight,
            found.need.recipients,
            package.title,
            package.because,
        )
    )


def line_of(item: Item, choice: Choice, recipients: int) -> Line:
    """A choice as a line with its VAT."""
    stated = unit_price(item, choice.quantity)
    same = stated * choice.quantity == choice.amount
    return Line(
        item,
        choice.per_head,
        choice.per_head * recipients,
        choice.quantity,
        stated if same else None,
        taxed(choice.amount, item.vat_rate or Decimal(0)),
    )


def _tight(
    chosen: Sequence[Choice], choices: Sequence[Choice], limits: PackageLimits
) -> tuple[str, ...]:
    """The limits at which a package stands: with one of them wider, it might be better."""
    taken = {each.sku for each in chosen}
    total = sum((each.amount for each in chosen), Decimal(0))
    others = [each.amount for each in choices if each.sku not in taken]
    categories = [each.category for each in chosen]
    most, cap = limits.most_total, limits.most_per_category
    tests = {
        "budget": most is not None and bool(others) and total + min(others) > most,
        "items": len(chosen) == limits.most_items,
        "per_category": cap is not None and any(categories.count(c) == cap for c in categories),
        "categories": len(set(categories)) == limits.least_categories > 1,
    }
    return tuple(name for name, tight in tests.items() if tight)
