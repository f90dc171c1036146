"""Optimal matching of prospects to customers who are asked to introduce them.

Each prospect gets at most one customer, each customer at most k prospects, and the sum of the
values is the largest there is. The method is successive shortest augmenting paths (min-cost flow,
which is what the Hungarian algorithm does for k = 1): prospects come in one after the other; each
time the cheapest way is found in which those before it make room, by Dijkstra's algorithm with
potentials, on integers, so that the result is exact. Prospects need not be matched: each may stay
alone at no value.

O(p · e · log n) for p prospects and e ties, per group of customers that have ties in common. Of a
prospect's ties only the best ⌊(p − 1) / k⌋ + 1 are looked at: of so many customers one is left over
whatever the other prospects take, so no worse one can be needed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from heapq import heappop, heappush
from typing import TypeVar

P = TypeVar("P", bound=Hashable)
C = TypeVar("C", bound=Hashable)


def matched(
    values: Mapping[P, Mapping[C, Decimal]], most: int, extra: Mapping[C, int] | None = None
) -> dict[P, C]:
    """The customer for each prospect that gets one, with the largest sum of values.

    `values` has for each prospect what each possible customer is worth (those of no worth are
    left out). `most` is how often one customer is asked; `extra` says other numbers for some.
    Between matchings of one value the result is always the same one, decided by the order of keys.
    """
    limits = extra or {}
    scale = _scale(values)
    found: dict[P, C] = {}
    for group in _apart(values):
        part = {prospect: values[prospect] for prospect in group}
        needed = (len(group) - 1) // max(1, most) + 1 if not limits else None
        costs = {
            prospect: _best({c: -int(v * scale) for c, v in ties.items() if v > 0}, needed)
            for prospect, ties in part.items()
        }
        found.update(_matched(costs, most, limits))
    return found


def _best(costs: dict[C, int], needed: int | None) -> dict[C, int]:
    """The cheapest ties, in the order of their keys where they cost the same."""
    order = sorted(costs, key=lambda customer: costs[customer])
    return {customer: costs[customer] for customer in order[:needed]}


def _scale(values: Mapping[P, Mapping[C, Decimal]]) -> int:
    """What makes whole numbers of all values."""
    places = 0
    for ties in values.values():
        for value in ties.values():
            exponent = value.as_tuple().exponent
            places = max(places, -exponent if isinstance(exponent, int) else 0)
    return int(10**places)


def _apart(values: Mapping[P, Mapping[C, Decimal]]) -> Iterable[list[P]]:
    """Prospects in groups that share no customer."""
    by_customer: dict[C, list[P]] = {}
    for prospect, ties in values.items():
        for customer in ties:
            by_customer.setdefault(customer, []).append(prospect)
    seen: set[P] = set()
    for start in values:
        if start in seen:
            continue
        group, open_, walked = [], [start], set[C]()
        seen.add(start)
        while open_:
            prospect = open_.pop()
            group.append(prospect)
            for customer in values[prospect]:
                if customer in walked:
                    continue
                walked.add(customer)
                for other in by_customer[customer]:
                    if other not in seen:
                        seen.add(other)
                        open_.append(other)
        chosen = set(group)
        yield [prospect for prospect in values if prospect in chosen] if len(group) > 1 else group


def _matched(costs: Mapping[P, Mapping[C, int]], most: int, limits: Mapping[C, int]) -> dict[P, C]:
    """The cheapest matching; all costs are below zero, and staying alone costs nothing."""
    chosen: dict[P, C] = {}
    holders: dict[C, list[P]] = {}
    # Potentials keep every reduced cost at or above zero: of a prospect the least it can cost.
    of_prospect: dict[P, int] = {p: min(ties.values(), default=0) for p, ties in costs.items()}
    of_customer: dict[C, int] = {c: 0 for ties in costs.values() for c in ties}
    for start in costs:
        _augment(start, costs, chosen, holders, of_prospect, of_customer, most, limits)
    return chosen


def _augment(
    start: P,
    costs: Mapping[P, Mapping[C, int]],
    chosen: dict[P, C],
    holders: dict[C, list[P]],
    of_prospect: dict[P, int],
    of_customer: dict[C, int],
    most: int,
    limits: Mapping[C, int],
) -> None:
    """Bring in one prospect by the cheapest way: to a customer with room, or at whose expense.

    A way ends at a customer with room, or at a prospect that is then left alone (`start` itself,
    if nothing is better). Distances are reduced by the potentials.
    """
    distance: dict[C, int] = {}
    reached: dict[P, int] = {start: 0}
    before: dict[C, P] = {}
    heap: list[tuple[int, int, C]] = []
    count = 0
    # Staying alone costs nothing: reduced, that is what the potential of a prospect lacks to zero.
    best_end, alone, best = None, start, -of_prospect[start]
    open_ = [start]
    done: set[C] = set()
    while True:
        for prospect in open_:
            for customer, cost in costs[prospect].items():
                if customer in done or chosen.get(prospect) == customer:
                    continue
                reduced = cost - of_prospect[prospect] - of_customer[customer]
                new = reached[prospect] + reduced
                if new < best and new < distance.get(customer, best):
                    distance[customer], before[customer] = new, prospect
                    count += 1
                    heappush(heap, (new, count, customer))
        open_ = []
        while heap and (heap[0][2] in done or heap[0][0] > distance[heap[0][2]]):
            heappop(heap)
        if not heap or heap[0][0] >= best:
            break
        here, _, customer = heappop(heap)
        done.add(customer)
        held = holders.get(customer, [])
        if len(held) < limits.get(customer, most):
            # A customer with room has the potential zero: nothing was ever gained by waiting.
            best_end, best = customer, here
            break
        for prospect in held:
            # The tie by which it is held has the reduced cost zero: it comes in at this distance.
            reached[prospect] = here
            open_.append(prospect)
            if here - of_prospect[prospect] < best:
                best_end, alone, best = customer, prospect, here - of_prospect[prospect]
    for prospect, so_far in reached.items():
        of_prospect[prospect] += best - so_far
    for customer in done:
        of_customer[customer] -= max(0, best - distance[customer])
    _turn(start, best_end, alone, before, chosen, holders, limits, most)


def _turn(
    start: P,
    end: C | None,
    alone: P,
    before: Mapping[C, P],
    chosen: dict[P, C],
    holders: dict[C, list[P]],
    limits: Mapping[C, int],
    most: int,
) -> None:
    """Give every prospect on the way its new customer."""
    if end is None:
        return  # it stays alone
    if len(holders.get(end, [])) >= limits.get(end, most):
        holders[end].remove(alone)
        del chosen[alone]
    while True:
        prospect = before[end]
        was = chosen.get(prospect)
        chosen[prospect] = end
        holders.setdefault(end, []).append(prospect)
        if prospect == start:
            return
        assert was is not None
        holders[was].remove(prospect)
        end = was
