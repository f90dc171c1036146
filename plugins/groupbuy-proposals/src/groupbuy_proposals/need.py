"""What a lead needs, as rules concluded it: the plain data of `packages:`, in exact types.

Rules compute with floats; from here on money is `Decimal`, and a budget has whole cents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from groupbuy.api import PackageLimits
from groupbuy_proposals.prices import CENT

ECONOMY, THEME, REQUIREMENTS = "economy", "theme", "requirements"
COMPUTED = (ECONOMY, THEME, REQUIREMENTS)
"""Attributes that an item has for a lead, beside those that its catalogue states."""


BY_MONEY, BY_PIECE = "money", "piece"


@dataclass(frozen=True)
class Alternative:
    """One of the packages to offer: its id, its title, and the share of the budget it may use."""

    id: str
    title: str
    budget: Decimal
    objective: Mapping[str, float]
    because: str | None = None


@dataclass(frozen=True)
class Group:
    """Recipients with a budget of their own: so many people, so much for each."""

    name: str
    recipients: int
    per_head: Decimal


@dataclass(frozen=True)
class Need:
    """What is wanted, of the lead and the rules. Shares are of the budget, `spare` of a quantity.

    `units` of an item at most are for one recipient, and each beyond the first is worth `again`
    of the one before. `avoid` are words of the lead that items may be `not_for` or `only_for`;
    `certificates` are what items of a category (`*`: of any) must have. With `only_wanted` nothing
    is proposed but what they ask for, and what the catalogue tags with it: toner with `打印机`.
    """

    recipients: int
    per_head: Decimal
    objective: Mapping[str, float]
    needed_by: date | None = None
    least_items: int = 1
    most_items: int = 8
    least_categories: int = 1
    most_per_category: int | None = None
    spend_from: Decimal = Decimal(0)
    spend_to: Decimal = Decimal(1)
    measure: str = BY_MONEY
    only_wanted: bool = False
    units: int = 1
    again: Decimal = Decimal("0.3")
    spare: Decimal = Decimal(0)
    shelf_life: int = 0
    issued: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    certificates: Mapping[str, Sequence[str]] | None = None

    @property
    def budget(self) -> Decimal:
        """For all recipients together."""
        return self.per_head * self.recipients

    def for_alternative(self, alternative: Alternative) -> Need:
        """The need with an alternative's share of the budget, and its objective."""
        per_head = (self.per_head * alternative.budget).quantize(CENT, ROUND_FLOOR)
        return replace(self, per_head=per_head, objective=alternative.objective)

    def limits(self, one_of: Sequence[frozenset[str]] = ()) -> PackageLimits:
        """What holds for a package as a whole."""
        return PackageLimits(
            least_total=(self.budget * self.spend_from).quantize(CENT, ROUND_HALF_UP),
            most_total=(self.budget * self.spend_to).quantize(CENT, ROUND_FLOOR),
            least_items=self.least_items,
            most_items=self.most_items,
            least_categories=self.least_categories,
            most_per_category=self.most_per_category,
            one_of=one_of,
        )


def money(number: float) -> Decimal:
    """An amount that rules worked out, to the cent; below, so that no budget is exceeded.

    Floats carry noise far below a cent: 19.999999999998 is 20.
    """
    return round_share(number).quantize(CENT, ROUND_FLOOR)


def round_share(number: float) -> Decimal:
    """A number that rules worked out, without the noise of floats: to nine decimals."""
    return Decimal(repr(float(number))).quantize(Decimal("1e-9"), ROUND_HALF_UP).normalize()


def need_of(data: Mapping[str, Any]) -> Need:
    """The need in an entry of `packages:` that is ready (see `section.Packages.present`)."""
    needed_by = data.get("needed_by")
    most = data.get("most_per_category")
    return Need(
        recipients=int(data["recipients"]),
        per_head=money(data["per_head"]),
        objective=data["objective"],
        needed_by=None if needed_by is None else date.fromisoformat(needed_by),
        least_items=int(data["items"]["min"]),
        most_items=int(data["items"]["max"]),
        least_categories=int(data["categories"]["min"]),
        most_per_category=None if most is None else int(most),
        spend_from=round_share(data["spend"]["from"]),
        spend_to=round_share(data["spend"]["to"]),
        measure=data["measure"],
        only_wanted=data["range"] == "wanted",
        units=int(data["units"]),
        again=round_share(data["again"]),
        spare=round_share(data["spare"]),
        shelf_life=int(data["shelf_life"]),
        issued=tuple(data["issued"]),
        wanted=tuple(data["wanted"]),
        theme=tuple(data["theme"]),
        avoid=tuple(data["avoid"]),
        certificates=data["certificates"],
    )


def alternatives_of(data: Mapping[str, Any]) -> list[Alternative]:
    """The alternatives of an entry that is ready, the smallest share of the budget first."""
    found = [
        Alternative(
            id,
            each["title"] or id,
            round_share(each["budget"]),
            each["objective"],
            each.get("because"),
        )
        for id, each in data["alternatives"].items()
    ]
    return sorted(found, key=lambda each: (each.budget, each.id))
