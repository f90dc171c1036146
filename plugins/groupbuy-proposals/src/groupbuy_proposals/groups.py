"""Packages for several groups of recipients, whose quantities count together for price breaks.

    managers: 50 people, 500 each · staff: 450 people, 200 each

An item that both groups get is one order of 500: its price break, minimum and packing multiple are
those of the sum. For each item the ways in which the groups can share it are enumerated (who gets
how many), so that a break's price is a number and not a decision; what is left is a choice of one
way for each item, a mixed-integer program without big constants, which HiGHS solves to proof
(extra `groups`). What it gives is checked again in whole cents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from groupbuy.api import Choice, GroupbuyError, Item, Problem
from groupbuy.api.commands import needed
from groupbuy_proposals.admission import admit, quantity_for, worth_of
from groupbuy_proposals.clash import explain_clash, wanted_groups
from groupbuy_proposals.document import Offered
from groupbuy_proposals.need import Group, Need, alternatives_of, money
from groupbuy_proposals.notes import explained
from groupbuy_proposals.offers import Line, Priced
from groupbuy_proposals.prices import price, taxed, unit_price
from groupbuy_proposals.search import best_package, broken_limits, in_cents

MOST_GROUPS = 4
GENERATOR = "proposals.groups"
_GAP = 0.0


@dataclass(frozen=True)
class Sharing:
    """One way to share an item: for each group the choice it makes of it, or none."""

    item: Item
    parts: tuple[Choice | None, ...]

    @property
    def worth(self) -> int:
        """For all groups together."""
        return sum(each.worth for each in self.parts if each is not None)


@dataclass(frozen=True)
class Shared:
    """The packages of all groups; `bound` is what no other packages exceed in worth together."""

    chosen: tuple[Sharing, ...]
    worth: int
    bound: int

    def of_group(self, number: int) -> list[tuple[Item, Choice]]:
        """What one group gets."""
        found = [(each.item, each.parts[number]) for each in self.chosen]
        return [(item, choice) for item, choice in found if choice is not None]


def groups_of(entry: Mapping[str, Any]) -> list[Group]:
    """The groups of an entry of `packages:`."""
    return [
        Group(each["name"], int(each["recipients"]), money(each["per_head"]))
        for each in entry["groups"]
    ]


def needs_of(need: Need, groups: Sequence[Group]) -> list[Need]:
    """The need of each group: what all have in common, with its own people and budget."""
    return [replace(need, recipients=group.recipients, per_head=group.per_head) for group in groups]


def offer_groups(
    entry: Mapping[str, Any], need: Need, items: Sequence[Item], today: date, lang: str
) -> tuple[list[Offered], list[str]]:
    """The packages of all groups for each alternative, and why there are none for one.

    Raises `GroupbuyError` where the extra is missing.
    """
    groups = groups_of(entry)
    if len(groups) > MOST_GROUPS:
        zh, en = f"最多 {MOST_GROUPS} 档人群", f"at most {MOST_GROUPS} groups"
        return [], [zh if lang == "zh" else en]
    offered: list[Offered] = []
    reasons: list[str] = []
    for alternative in alternatives_of(entry):
        needs = [each.for_alternative(alternative) for each in needs_of(need, groups)]
        shared = best_shared(items, needs, today)
        if shared is None:
            if alternative.budget <= 1:
                reasons += _clashes(items, needs, groups, today, lang)
            continue
        for number, (group, own) in enumerate(zip(groups, needs, strict=True)):
            package = _priced(shared, number, own)
            title = (
                f"{group.name}（{group.recipients} 人）"
                if lang == "zh"
                else (f"{group.name} ({group.recipients} people)")
            )
            offered.append(
                Offered(
                    alternative.title,
                    package,
                    alternative.because,
                    alternative.id == "recommended",
                    title,
                )
            )
    return offered, list(dict.fromkeys(reasons)) if not offered else []


def _clashes(
    items: Sequence[Item], needs: Sequence[Need], groups: Sequence[Group], today: date, lang: str
) -> list[str]:
    """What stands in the way of the groups that have no package of their own either."""
    found = []
    for need, group in zip(needs, groups, strict=True):
        limits = need.limits(wanted_groups(items, need))
        if best_package(admit(items, need, today).choices, limits).choices is None:
            clash = explain_clash(items, need, today)
            if clash is not None:
                found.append(f"{group.name}: {explained(clash, lang)}")
    return found


def _priced(shared: Shared, number: int, need: Need) -> Priced:
    lines = []
    chosen = sorted(shared.of_group(number), key=lambda each: (each[1].category, each[1].sku))
    for item, choice in chosen:
        total = sum(
            part.quantity
            for each in shared.chosen
            if each.item is item
            for part in each.parts
            if part is not None
        )
        stated = unit_price(item, total)
        same = stated * choice.quantity == choice.amount
        lines.append(
            Line(
                item,
                choice.per_head,
                choice.per_head * need.recipients,
                choice.quantity,
                stated if same else None,
                taxed(choice.amount, item.vat_rate or Decimal(0)),
            )
        )
    worth = sum(choice.worth for _, choice in chosen)
    # The bound is over all groups together: a group's own package is as good as the whole is.
    bound = worth + (shared.bound - shared.worth)
    return Priced(GENERATOR, tuple(lines), worth, bound, (), need.recipients)


# ── ways to share ──


def sharings(items: Sequence[Item], needs: Sequence[Need], today: date) -> list[Sharing]:
    """Every way in which the groups can share an item, with what each then pays.

    Pieces that are spare go with the largest group; the price is split by quantity, to the cent,
    the cents that are left over to the largest remainders.
    """
    # Quantities are those of the sum, and so are minimum, multiple and stock.
    ignored = frozenset(("quantity", "stock"))
    admitted = [admit(items, need, today, ignored) for need in needs]
    allowed = set(admitted[0].items).intersection(*(each.items for each in admitted[1:]))
    found: list[Sharing] = []
    for item in items:
        if item.sku not in allowed:
            continue
        for counts in product(*(range(need.units + 1) for need in needs)):
            if any(counts):
                made = _sharing(item, needs, counts)
                if made is not None:
                    found.append(made)
    return found


def _sharing(item: Item, needs: Sequence[Need], counts: Sequence[int]) -> Sharing | None:
    wanted = [count * need.recipients for count, need in zip(counts, needs, strict=True)]
    spare = min(need.spare for need in needs)
    quantity = quantity_for(item, sum(wanted), spare)
    if quantity is None or (item.stock is not None and item.stock < quantity):
        return None
    ordered = list(wanted)
    ordered[max(range(len(wanted)), key=lambda n: wanted[n])] += quantity - sum(wanted)
    amounts = split_cents(price(item, quantity), ordered)
    total = sum((need.budget for need in needs), Decimal(0))
    parts: list[Choice | None] = []
    for need, count, pieces, amount in zip(needs, counts, ordered, amounts, strict=True):
        if not count:
            parts.append(None)
            continue
        # Worth is measured on the budget of all, so that no group's points are dearer.
        worth = worth_of(item, need, amount, count) * need.budget / total if total else Decimal(0)
        parts.append(Choice(item.sku, item.category, count, pieces, amount, round(worth)))
    return Sharing(item, tuple(parts))


def split_cents(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """An amount split by weights, to the cent; what is left goes to the largest remainders."""
    cents, total = in_cents(amount), sum(weights)
    shares = [cents * weight // total for weight in weights]
    left = cents - sum(shares)
    order = sorted(
        range(len(weights)), key=lambda n: (-(cents * weights[n] % total), -weights[n], n)
    )
    for n in order[:left]:
        shares[n] += 1
    return [Decimal(share) / 100 for share in shares]


# ── the program ──


def best_shared(items: Sequence[Item], needs: Sequence[Need], today: date) -> Shared | None:
    """The packages of most worth for all groups together; none where there are none.

    Raises `GroupbuyError` where the extra is missing, or where the solver gives up.
    """
    highspy = needed(
        "highspy", "groups", "a package for groups of recipients", of="groupbuy-proposals"
    )
    ways = sharings(items, needs, today)
    wanted = [wanted_groups(items, need) for need in needs]
    limits = [need.limits(groups) for need, groups in zip(needs, wanted, strict=True)]
    model = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("mip_rel_gap", _GAP),
        ("mip_abs_gap", 0.5),
    ):
        model.setOptionValue(option, value)
    x = [model.addBinary() for _ in ways]

    def rows(number: int) -> list[tuple[Any, Choice]]:
        found = [(x[n], way.parts[number]) for n, way in enumerate(ways)]
        return [(variable, choice) for variable, choice in found if choice is not None]

    by_item: dict[str, list[Any]] = {}
    for variable, way in zip(x, ways, strict=True):
        by_item.setdefault(way.item.sku, []).append(variable)
    for variables in by_item.values():
        model.addConstr(sum(variables) <= 1)
    for number, limit in enumerate(limits):
        parts = rows(number)
        if not parts:
            return None
        cost = sum(variable * in_cents(choice.amount) for variable, choice in parts)
        if limit.most_total is not None:
            model.addConstr(cost <= in_cents(limit.most_total))
        model.addConstr(cost >= in_cents(limit.least_total))
        count = sum(variable for variable, _ in parts)
        model.addConstr(count <= limit.most_items)
        model.addConstr(count >= limit.least_items)
        seen = []
        for category in sorted({choice.category for _, choice in parts}):
            inside = sum(v for v, choice in parts if choice.category == category)
            if limit.most_per_category is not None:
                model.addConstr(inside <= limit.most_per_category)
            seen.append(model.addBinary())
            model.addConstr(inside - seen[-1] >= 0)
        model.addConstr(sum(seen) >= limit.least_categories)
        for group in limit.one_of:
            inside = [v for v, choice in parts if choice.sku in group]
            if not inside:
                return None
            model.addConstr(sum(inside) >= 1)
    model.maximize(sum(v * way.worth for v, way in zip(x, ways, strict=True)))
    status = model.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        message = f"the solver stopped without a result: {model.modelStatusToString(status)}"
        raise GroupbuyError(Problem("groups-unsolved", message))
    solution = model.getSolution().col_value
    chosen = [way for way, value in zip(ways, solution, strict=False) if value > 0.5]
    for number, limit in enumerate(limits):
        own = [part for way in chosen if (part := way.parts[number]) is not None]
        broken = broken_limits(own, limit)
        if broken:  # a tolerance of the solver's decided; money has none
            message = f"the solver's packages break a limit by a rounding: {', '.join(broken)}"
            raise GroupbuyError(Problem("groups-unsolved", message))
    worth = sum(way.worth for way in chosen)
    bound = int(model.getInfo().mip_dual_bound + 0.5)
    ordered = sorted(chosen, key=lambda way: way.item.sku)
    return Shared(tuple(ordered), worth, max(bound, worth))
