"""The best package there is, by branch and bound, with a proof; exact, and the same on every run.

A package takes at most one choice of an item, so many items and categories, and a total between
two ends. What is maximised is the sum of worth; of packages with the same worth, the cheapest is
best. Everything is whole numbers (worth in thousandths of a point, money in cents), so that bounds
are exact and no tolerance decides.

The bound is Lagrange's: with a price `rate` on money, a package of worth W and cost C within the
budget B has W <= rate·B + Σ(worth - rate·cost), and the sum is at most that of the best choices
that the counts allow. Such sums are tabulated once for every place in the order and every number
of items taken; a node then costs one look into each table. The rate that makes the bound smallest
at the root is found by ternary search (the bound is convex in it). Fisher, The Lagrangian
Relaxation Method, Management Science 27 (1981); for knapsacks Kellerer, Pferschy, Pisinger,
Knapsack Problems (2004), ch. 2 and 9.

What bounds the effort is a number of nodes, never a clock: a result doesn't depend on how busy
the machine is. A search that reaches it says so, with the best bound that it has proved.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from groupbuy.api import Choice, PackageLimits

MOST_NODES = 400_000
_FRACTION = 1 << 20
"""Rates are whole numbers of this part of a value per cent."""
_NEVER = -(1 << 200)


@dataclass(frozen=True)
class Found:
    """The best choices found; `bound` is what no package exceeds, `proven` that none is better.

    Without choices and proven, there is no package within the limits.
    """

    choices: tuple[Choice, ...] | None
    worth: int
    bound: int
    proven: bool
    nodes: int


@dataclass(frozen=True, slots=True)
class _Way:
    """A choice in whole numbers: `value` orders by worth first and cheapness second."""

    value: int
    cost: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class _Thing:
    """An item with its ways, and its category as a number."""

    sku: str
    category: int
    ways: tuple[_Way, ...]


def best_package(
    choices: Iterable[Choice], limits: PackageLimits, nodes: int = MOST_NODES
) -> Found:
    """The choices with the most worth within the limits."""
    return _Search(list(choices), limits, nodes).run()


def any_package(choices: Iterable[Choice], limits: PackageLimits) -> Found:
    """Some choices within the limits, if there are any."""
    return _Search(list(choices), limits, MOST_NODES, enough=True).run()


def in_cents(amount: Decimal) -> int:
    """An amount in whole cents."""
    whole = amount * 100
    assert whole == int(whole), "amounts are to the cent"
    return int(whole)


def broken_limits(chosen: Sequence[Choice], limits: PackageLimits) -> list[str]:
    """The limits that a package breaks, by name; none where it is within all of them."""
    total = sum((each.amount for each in chosen), Decimal(0))
    categories = [each.category for each in chosen]
    skus = {each.sku for each in chosen}
    most = limits.most_per_category
    checks = {
        "most_total": limits.most_total is not None and total > limits.most_total,
        "least_total": total < limits.least_total,
        "least_items": len(chosen) < limits.least_items,
        "most_items": len(chosen) > limits.most_items,
        "least_categories": len(set(categories)) < limits.least_categories,
        "most_per_category": most is not None
        and any(categories.count(each) > most for each in categories),
        "one_of": any(not group & skus for group in limits.one_of),
        "same_item": len(skus) < len(chosen),
    }
    return [name for name, broken in checks.items() if broken]


@dataclass
class _Table:
    """Bounds for one rate: `best[place][taken]` over what may still be taken from a place on."""

    rate: int
    base: int
    best: list[list[int]] = field(default_factory=list)


class _Search:
    """One search."""

    def __init__(
        self, choices: list[Choice], limits: PackageLimits, nodes: int, *, enough: bool = False
    ) -> None:
        self.limits, self.most_nodes, self.enough = limits, nodes, enough
        self.low = in_cents(limits.least_total)
        dearest: dict[str, int] = {}
        for each in choices:
            cost = in_cents(each.amount)
            dearest[each.sku] = max(dearest.get(each.sku, 0), cost)
        unlimited = sum(dearest.values())
        most = limits.most_total
        self.high = unlimited if most is None else min(unlimited, in_cents(most))
        # Worth counts first: one thousandth of a point is more than any difference in cost.
        self.scale = unlimited + 1
        self.things = self._things(choices)
        self.least = max(limits.least_items, 1)
        self.most = min(limits.most_items, len(self.things))
        self.cap = limits.most_per_category or len(self.things)
        self.nodes = 0
        self.exhausted = False
        self.best_value = _NEVER
        self.best: tuple[_Way, ...] | None = None

    def _things(self, choices: list[Choice]) -> list[_Thing]:
        numbers = {name: n for n, name in enumerate(sorted({c.category for c in choices}))}
        ways: dict[str, list[_Way]] = {}
        categories: dict[str, int] = {}
        for each in sorted(choices, key=lambda c: (c.sku, c.per_head, c.quantity)):
            cost = in_cents(each.amount)
            if cost <= self.high:
                way = _Way(each.worth * self.scale - cost, cost, each)
                ways.setdefault(each.sku, []).append(way)
                categories[each.sku] = numbers[each.category]
        return [_Thing(sku, categories[sku], tuple(found)) for sku, found in ways.items()]

    # ── the run ──

    def run(self) -> Found:
        """The result of the search."""
        if self._hopeless():
            return Found(None, 0, 0, True, 0)
        rate = self._best_rate()
        self.things.sort(key=lambda thing: (-self._reduced(thing, rate), thing.sku))
        self.tables = [self._table(each) for each in dict.fromkeys((rate, 0))]
        self._prepare_reach()
        root = self._bound(0, 0, 0, 0)
        self._search(0, (), 0, 0, {})
        chosen = None if self.best is None else tuple(way.choice for way in self.best)
        worth = sum(each.worth for each in chosen or ())
        proven = not self.exhausted or (self.enough and self.best is not None)
        bound = worth if proven else -(-root // self.scale)
        return Found(chosen, worth, max(bound, worth), proven, self.nodes)

    def _hopeless(self) -> bool:
        skus = {thing.sku for thing in self.things}
        return (
            self.most < self.least
            or self.low > self.high
            or any(not group & skus for group in self.limits.one_of)
        )

    # ── bounds ──

    def _reduced(self, thing: _Thing, rate: int) -> int:
        """The most that an item adds to a bound."""
        return max(way.value * _FRACTION - rate * way.cost for way in thing.ways)

    def _base(self, rate: int) -> int:
        return rate * (self.high if rate >= 0 else self.low)

    def _best_rate(self) -> int:
        """The price of money that gives the smallest bound at the root; negative below `low`."""

        def bound(rate: int) -> int:
            values = [(self._reduced(thing, rate), thing.category) for thing in self.things]
            values.sort(reverse=True)
            return self._base(rate) + self._most(values, self.least, self.most)

        # At a rate above the best value for a cent, nothing is worth its money.
        steepest = max(
            (
                abs(way.value) * _FRACTION // max(way.cost, 1) + 1
                for t in self.things
                for way in t.ways
            ),
            default=1,
        )
        low, high = (-steepest if self.low else 0), steepest
        while high - low > max(steepest >> 14, 8):
            third = (high - low) // 3
            left, right = low + third, high - third
            if bound(left) <= bound(right):
                high = right
            else:
                low = left
        return min((low, high, 0), key=lambda rate: (bound(rate), abs(rate)))

    def _most(self, values: Sequence[tuple[int, int]], least: int, most: int) -> int:
        """The largest sum of `least` to `most` of the values, best first, within the cap."""
        total, taken, counts = 0, 0, dict[int, int]()
        for value, category in values:
            if taken >= most or (value <= 0 and taken >= least):
                break
            if counts.get(category, 0) < self.cap:
                counts[category] = counts.get(category, 0) + 1
                total, taken = total + value, taken + 1
        return total if taken >= least else _NEVER

    def _table(self, rate: int) -> _Table:
        table = _Table(rate, self._base(rate))
        ordered: list[tuple[int, int, int]] = []
        for place in range(len(self.things), -1, -1):
            if place < len(self.things):
                thing = self.things[place]
                insort(ordered, (-self._reduced(thing, rate), place, thing.category))
            values = [(-value, category) for value, _, category in ordered]
            table.best.append(
                [
                    self._most(values, max(self.least - taken, 0), self.most - taken)
                    for taken in range(self.most + 1)
                ]
            )
        table.best.reverse()
        return table

    def _bound(self, place: int, taken: int, value: int, cost: int) -> int:
        """What no package can exceed that begins so and takes the rest from `place` on."""
        found = None
        for table in self.tables:
            rest = table.best[place][taken]
            whole = value * _FRACTION + table.base - table.rate * cost + rest
            bound = whole // _FRACTION
            found = bound if found is None else min(found, bound)
        assert found is not None
        return found

    def _prepare_reach(self) -> None:
        """What can still be spent, and which categories and wanted items are left, from a place."""
        size = len(self.things)
        self.spendable: list[list[int]] = [[]] * (size + 1)
        self.left: list[frozenset[int]] = [frozenset()] * (size + 1)
        costs: list[tuple[int, int]] = []
        for place in range(size, -1, -1):
            if place < size:
                thing = self.things[place]
                insort(costs, (max(way.cost for way in thing.ways), thing.category))
                self.left[place] = self.left[place + 1] | {thing.category}
            dearest = costs[::-1]
            self.spendable[place] = [
                self._most(dearest, 0, self.most - taken) for taken in range(self.most + 1)
            ]
        self.last = [
            max(n for n, thing in enumerate(self.things) if thing.sku in group)
            for group in self.limits.one_of
        ]

    # ── branching ──

    def _search(
        self, place: int, ways: tuple[_Way, ...], value: int, cost: int, counts: dict[int, int]
    ) -> None:
        self._offer(ways, value, cost, counts)
        taken = len(ways)
        if taken == self.most:
            return
        for at in range(place, len(self.things)):
            if self._done() or not self._can_reach(at, ways, cost, counts):
                return
            if self._bound(at, taken, value, cost) <= self.best_value:
                return
            thing = self.things[at]
            count = counts.get(thing.category, 0)
            if count >= self.cap:
                continue
            counts[thing.category] = count + 1
            for way in thing.ways:
                if cost + way.cost <= self.high:
                    self.nodes += 1
                    more = (*ways, way)
                    self._search(at + 1, more, value + way.value, cost + way.cost, counts)
            counts[thing.category] = count
            if not count:
                del counts[thing.category]

    def _done(self) -> bool:
        if self.enough and self.best is not None:
            return True
        if self.nodes >= self.most_nodes:
            self.exhausted = True
        return self.exhausted

    def _can_reach(
        self, at: int, ways: tuple[_Way, ...], cost: int, counts: dict[int, int]
    ) -> bool:
        """Whether the lower ends can still be reached with the items from `at` on."""
        taken = len(ways)
        if cost + self.spendable[at][taken] < self.low:
            return False
        wanted = self.limits.least_categories
        if len(counts) < wanted:
            fresh = len(self.left[at] - counts.keys())
            if len(counts) + min(self.most - taken, fresh) < wanted:
                return False
        for group, last in zip(self.limits.one_of, self.last, strict=True):
            if at > last and not any(way.choice.sku in group for way in ways):
                return False
        return True

    def _offer(self, ways: tuple[_Way, ...], value: int, cost: int, counts: dict[int, int]) -> None:
        """Keep a package that is within the limits and better than the best so far."""
        if (
            value > self.best_value
            and len(ways) >= self.least
            and cost >= self.low
            and len(counts) >= self.limits.least_categories
            and all(any(w.choice.sku in g for w in ways) for g in self.limits.one_of)
        ):
            self.best_value, self.best = value, ways
