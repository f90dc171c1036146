"""Why there is no package: which demands clash, and the least that would have to give.

Dropping a demand makes more packages possible, so a set of demands that clash, none of which can
be left out, is found by trying each once (the deletion filter: Chinneck, Feasibility and
Infeasibility in Optimization, 2008, ch. 6). Every try is an exact search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from groupbuy.api import Choice, Item
from groupbuy_proposals import admission
from groupbuy_proposals.admission import Refusal, admit
from groupbuy_proposals.need import Need
from groupbuy_proposals.prices import CENT
from groupbuy_proposals.search import any_package, best_package

BUDGET, SPEND, ITEMS, CATEGORIES = "budget", "spend", "items", "categories"
PER_CATEGORY, WANTED = "per_category", "wanted"
WHOLE = (SPEND, ITEMS, CATEGORIES, PER_CATEGORY, WANTED, BUDGET)
"""Demands on a package as a whole."""
DEMANDS = (*admission.KINDS, *WHOLE)
"""All demands, those first that are left in a clash last: the budget is named before stock."""


@dataclass(frozen=True)
class Way:
    """One demand that could give, and the least by which: a value, or the items concerned."""

    demand: str
    value: Decimal | int | date | None = None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Clash:
    """The demands that can't be met together, and what would settle it: any one of `ways`.

    Without ways, more than one demand would have to give.
    """

    demands: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Trial:
    """A need and a catalogue, tried with some of the demands left out."""

    items: Sequence[Item]
    need: Need
    today: date

    def choices(self, without: frozenset[str]) -> list[Choice]:
        """What may be chosen from."""
        return admit(self.items, self.need, self.today, without).choices

    def reduced(self, without: frozenset[str]) -> Need:
        """The need without some of its demands on a package as a whole."""
        need = self.need
        if SPEND in without:
            need = replace(need, spend_from=Decimal(0))
        if ITEMS in without:
            need = replace(need, least_items=1)
        if CATEGORIES in without:
            need = replace(need, least_categories=1)
        if PER_CATEGORY in without:
            need = replace(need, most_per_category=None)
        return need

    def one_of(self, without: frozenset[str]) -> list[frozenset[str]]:
        """The items of which one must be in: those that are asked for."""
        return [] if WANTED in without else wanted_groups(self.items, self.need)

    def works(self, without: frozenset[str]) -> bool:
        """Whether there is a package without these demands."""
        limits = self.reduced(without).limits(self.one_of(without))
        if BUDGET in without:
            limits = replace(limits, most_total=None)
        return any_package(self.choices(without), limits).choices is not None


def wanted_groups(items: Sequence[Item], need: Need) -> list[frozenset[str]]:
    """For each thing asked for that the catalogue has, the items that are that thing."""
    from groupbuy_proposals.catalogue import is_named

    groups = [frozenset(item.sku for item in items if is_named(item, word)) for word in need.wanted]
    return [group for group in groups if group]


def explain_clash(items: Sequence[Item], need: Need, today: date) -> Clash | None:
    """Why there is no package for a need; none where there is one, which nobody proposed."""
    trial = Trial(items, need, today)
    if trial.works(frozenset()):
        return None
    dropped: frozenset[str] = frozenset()
    for demand in DEMANDS:
        if not trial.works(dropped | {demand}):
            dropped |= {demand}
    demands = tuple(each for each in DEMANDS if each not in dropped)
    ways = [
        way
        for demand in DEMANDS
        if trial.works(frozenset({demand})) and (way := _least(trial, demand)) is not None
    ]
    return Clash(demands, tuple(ways))


def _least(trial: Trial, demand: str) -> Way | None:
    """The least by which a demand has to give, all others standing."""
    alone = frozenset({demand})
    if demand == BUDGET:
        return Way(demand, _least_budget(trial))
    if demand == SPEND:
        return Way(demand, _most_spent(trial))
    if demand in (ITEMS, CATEGORIES):
        return Way(demand, _largest(trial, demand))
    if demand == PER_CATEGORY:
        return Way(demand, _smallest_cap(trial))
    if demand == WANTED:
        return Way(demand)
    refusals = _fewest_refused(trial, demand, alone)
    if demand == admission.DATE:
        days = [r.item.lead_time_days for r in refusals]
        known = [each for each in days if each is not None]
        if len(known) < len(days):
            return Way(demand, None, refusals)
        return Way(demand, _earliest(trial), refusals)
    return Way(demand, None, refusals)


def _least_budget(trial: Trial) -> Decimal:
    """The smallest budget a head with which there is a package."""
    choices = [replace(each, worth=0) for each in trial.choices(frozenset())]
    limits = replace(trial.need.limits(trial.one_of(frozenset())), most_total=None)
    found = best_package(choices, limits).choices or ()
    total = sum((each.amount for each in found), Decimal(0))
    share = trial.need.spend_to or Decimal(1)
    return (total / trial.need.recipients / share).quantize(CENT, ROUND_CEILING)


def _most_spent(trial: Trial) -> Decimal:
    """The largest share of the budget that can be spent."""
    choices = [replace(each, worth=int(each.amount * 100)) for each in trial.choices(frozenset())]
    limits = replace(trial.need.limits(trial.one_of(frozenset())), least_total=Decimal(0))
    found = best_package(choices, limits).choices or ()
    total = sum((each.amount for each in found), Decimal(0))
    return (total / trial.need.budget).quantize(Decimal("0.001"), ROUND_FLOOR)


def _largest(trial: Trial, demand: str) -> int:
    """The largest number of items, or of categories, with which there is a package."""
    name = "least_items" if demand == ITEMS else "least_categories"
    stated: int = getattr(trial.need, name)

    def works(number: int) -> bool:
        need = replace(trial.need, **{name: number})  # type: ignore[arg-type]
        return Trial(trial.items, need, trial.today).works(frozenset())

    return next((n for n in range(stated - 1, 0, -1) if works(n)), 1)


def _smallest_cap(trial: Trial) -> int:
    """The smallest number of items of one category with which there is a package."""
    first = (trial.need.most_per_category or 0) + 1

    def works(cap: int) -> bool:
        need = replace(trial.need, most_per_category=cap)
        return Trial(trial.items, need, trial.today).works(frozenset())

    caps = range(first, trial.need.most_items + 1)
    return next((cap for cap in caps if works(cap)), trial.need.most_items)


def _fewest_refused(trial: Trial, demand: str, alone: frozenset[str]) -> tuple[Refusal, ...]:
    """The items that a package needs though they are refused for this reason: the fewest."""
    admitted = admit(trial.items, trial.need, trial.today)
    refused = {r.item.sku: r for r in admitted.refused if r.kind == demand}
    allowed = set(admitted.items)
    choices = [
        replace(each, worth=0 if each.sku in allowed else -1000) for each in trial.choices(alone)
    ]
    found = best_package(choices, trial.reduced(alone).limits(trial.one_of(alone))).choices or ()
    return tuple(refused[each.sku] for each in found if each.sku in refused)


def _earliest(trial: Trial) -> date | None:
    """The earliest day by which there is a package."""
    days = sorted({item.lead_time_days for item in trial.items if item.lead_time_days is not None})

    def works(days_needed: int) -> bool:
        day = trial.today + timedelta(days=days_needed)
        need = replace(trial.need, needed_by=day)
        return Trial(trial.items, need, trial.today).works(frozenset())

    later = [
        each
        for each in days
        if trial.need.needed_by is not None
        and trial.today + timedelta(days=each) > trial.need.needed_by
    ]
    first = _first_true(later, works)
    return None if first is None else trial.today + timedelta(days=first)


def _first_true(values: Sequence[int], works: Callable[[int], bool]) -> int | None:
    """The first of rising values that works, where every later one does, too."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if works(values[middle]):
            high = middle
        else:
            low = middle + 1
    return values[low] if low < len(values) else None
