"""Which items may be proposed to a lead at all, in which quantities, and why others may not.

Each reason has a kind, so that a clash can name the kinds that are in the way, and what would be
possible without one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from groupbuy.api import Choice, Item
from groupbuy_proposals.catalogue import is_named
from groupbuy_proposals.need import BY_MONEY, ECONOMY, REQUIREMENTS, THEME, Need
from groupbuy_proposals.prices import is_orderable, nearest_orderable, price

ISSUED, NOT_WANTED, NOT_FOR = "issued", "not_wanted", "not_for"
CERTIFICATE = "certificate"
DATE, SHELF_LIFE, STOCK, QUANTITY = "date", "shelf_life", "stock", "quantity"
KINDS = (ISSUED, NOT_WANTED, NOT_FOR, CERTIFICATE, DATE, SHELF_LIFE, STOCK, QUANTITY)
"""Reasons of single items, in the order in which they are looked for."""

NOBODY_KNOWS = "?"


@dataclass(frozen=True)
class Refusal:
    """Why an item can't be proposed: the kind of reason, and what it turned on.

    `detail` is the earlier gift, the word of the lead, the certificate that lacks, the day it can
    be there (`?` where nobody knows), its shelf life, the stock, or the nearest quantities.
    """

    item: Item
    kind: str
    detail: str = ""


@dataclass
class Admitted:
    """The choices there are, with the items behind them, and what was refused."""

    choices: list[Choice] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def refused_by_kind(self) -> dict[str, list[Refusal]]:
        """The refusals by their kind."""
        found: dict[str, list[Refusal]] = {}
        for each in self.refused:
            found.setdefault(each.kind, []).append(each)
        return found


def admit(
    items: Iterable[Item], need: Need, today: date, without: frozenset[str] = frozenset()
) -> Admitted:
    """What may be proposed; `without` are kinds of reasons that are not looked at."""
    admitted = Admitted()
    for item in items:
        refusal = next((r for r in _refusals(item, need, today) if r.kind not in without), None)
        if refusal is not None:
            admitted.refused.append(refusal)
            continue
        ways, refusal = _ways(item, need, without)
        if refusal is not None:
            admitted.refused.append(refusal)
        else:
            admitted.choices += ways
            admitted.items[item.sku] = item
    return admitted


def _refusals(item: Item, need: Need, today: date) -> Iterator[Refusal]:
    """The reasons that hold in any quantity."""
    for gift in need.issued:
        if was_issued(item, gift):
            yield Refusal(item, ISSUED, gift)
    if need.only_wanted and not is_named_by(item, need.wanted):
        yield Refusal(item, NOT_WANTED)
    for word in item.not_for:
        if word in need.avoid:
            yield Refusal(item, NOT_FOR, word)
    if item.only_for and not set(item.only_for) & {*need.avoid, *need.theme}:
        yield Refusal(item, NOT_FOR, "/".join(item.only_for))
    for lacking in missing_certificates(item, need.certificates or {}):
        yield Refusal(item, CERTIFICATE, lacking)
    if need.needed_by is not None:
        if item.lead_time_days is None:
            yield Refusal(item, DATE, NOBODY_KNOWS)
        elif today + timedelta(days=item.lead_time_days) > need.needed_by:
            yield Refusal(item, DATE, (today + timedelta(days=item.lead_time_days)).isoformat())
    if item.shelf_life_days is not None and item.shelf_life_days < need.shelf_life:
        yield Refusal(item, SHELF_LIFE, str(item.shelf_life_days))


def was_issued(item: Item, gift: str) -> bool:
    """Whether an item is what was issued: one names the other, or they share three characters.

    `被子四件套` is `纯棉四件套1.8m`. A gift named as wide as a category is no reason: last year's
    `食品` does not rule out all food. Better one item too many is left out than one given twice.
    """
    word = gift.strip().casefold()
    if word == item.sku.casefold():
        return True
    for name in (each.casefold() for each in item.name.values()):
        if name in word or (len(word) > 1 and word in name):
            return True
        pieces = (name[n : n + 3] for n in range(len(name) - 2))
        if any(_HAN.fullmatch(piece) and piece in word for piece in pieces):
            return True
    return False


_HAN = re.compile("[\u4e00-\u9fff]{3}")


def missing_certificates(item: Item, wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """The certificates that an item must have and does not: by `*`, by category and by tags."""
    has = {each.casefold() for each in item.certificates}
    keys = ["*", item.category, *item.tags]
    return [
        each
        for key in dict.fromkeys(keys)
        for each in wanted.get(key, ())
        if each.casefold() not in has
    ]


def _ways(item: Item, need: Need, without: frozenset[str]) -> tuple[list[Choice], Refusal | None]:
    """The choices of an item; without any, the reason."""
    found: list[Choice] = []
    reason: Refusal | None = None
    for per_head in range(1, need.units + 1):
        wanted = per_head * need.recipients
        quantity: int | None = wanted
        if QUANTITY not in without:
            quantity = quantity_for(item, wanted, need.spare)
        if quantity is None:
            below, above = nearest_orderable(item, wanted)
            nearest = f"{wanted}: {above}" if below is None else f"{wanted}: {below}, {above}"
            reason = reason or Refusal(item, QUANTITY, nearest)
        elif STOCK not in without and item.stock is not None and item.stock < quantity:
            reason = reason or Refusal(item, STOCK, f"{item.stock}/{quantity}")
        else:
            amount = price(item, quantity)
            worth = worth_of(item, need, amount, per_head)
            found.append(Choice(item.sku, item.category, per_head, quantity, amount, worth))
    return (found, None) if found else ([], reason)


def quantity_for(item: Item, wanted: int, spare: Decimal) -> int | None:
    """What is ordered where so many are wanted: that, or more within what may be spare."""
    if is_orderable(item, wanted):
        return wanted
    above = nearest_orderable(item, wanted)[1]
    return above if above - wanted <= spare * wanted else None


# ── worth ──


def worth_of(item: Item, need: Need, amount: Decimal, per_head: int) -> int:
    """What the objective gives for so many of an item a head, in thousandths of a point.

    A score from 0 to 100 is the mean of the item's attributes by the weights; an attribute that the
    catalogue leaves blank counts 0. Measured by `piece`, an item is worth its score. Measured by
    `money`, it is worth its score for the part of the budget that it would take at list price: a
    package is worth the mean score of the budget, a discount lets it be worth more, and what is
    not spent is worth nothing. A second unit for the same person counts less (`again`).
    """
    weights = {name: Fraction(repr(weight)) for name, weight in need.objective.items() if weight}
    total = sum(weights.values())
    if total <= 0 or need.budget <= 0:
        return 0
    score = (
        sum(
            weight * _attribute(item, name, need, amount / per_head)
            for name, weight in weights.items()
        )
        / total
    )
    units, following = Fraction(0), Fraction(1)
    for _ in range(per_head):
        units, following = units + following, following * Fraction(need.again)
    worth = 1000 * score * units
    if need.measure == BY_MONEY:
        worth *= Fraction(item.list_price * need.recipients) / Fraction(need.budget)
    return floor(worth + Fraction(1, 2))


def _attribute(item: Item, name: str, need: Need, amount: Decimal) -> Fraction:
    """An attribute from 0 to 100; those that depend on the lead are worked out here.

    `economy`: 100 less the share of the budget that a unit takes. `theme`: whether the item goes
    with the occasion or theme. `requirements`: whether it is what they ask for.
    """
    if name == ECONOMY:
        if need.budget <= 0:
            return Fraction(0)
        return max(Fraction(0), 100 - 100 * Fraction(amount) / Fraction(need.budget))
    if name == THEME:
        return Fraction(100 if fits_theme(item, need) else 0)
    if name == REQUIREMENTS:
        return Fraction(100 if any(is_named(item, word) for word in need.wanted) else 0)
    return Fraction(repr(item.attributes.get(name, 0.0)))


def fits_theme(item: Item, need: Need) -> bool:
    """Whether a tag of the item is a word of the theme, or within it."""
    return any(
        tag.casefold() == word.casefold() or (len(tag) > 1 and tag.casefold() in word.casefold())
        for tag in item.tags
        for word in need.theme
    )


def is_named_by(item: Item, words: Iterable[str]) -> bool:
    """Whether one of a customer's words means the item."""
    return any(is_named(item, word) for word in words)
