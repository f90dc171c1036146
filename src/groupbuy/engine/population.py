"""Values over the population: ranks, shares, and the piece of a ranking that a lead falls into.

Competition ranking (1, 2, 2, 4). Shares of a population are cut at `ceil(p * n)`, worked out
exactly on the decimal as written; equal values stay together there. Cuts by count and by cost
break ties by id, so that they never exceed what was allowed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from groupbuy.tree.nodes import NONE, Cut, Lit, Over

NOISE = Fraction(1, 10**9)
"""By so much may computed numbers miss a limit that they reach on paper."""


@dataclass(frozen=True)
class Member:
    """One lead as a ranking sees it."""

    index: int
    id: str
    value: float
    costs: tuple[float, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """What is known of a lead: `among` three-valued, the others `None` where unknown."""

    id: str
    among: Any
    value: Any
    within: Any = ""
    costs: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Ranked:
    """The result for each candidate, in their order, and how many could not be ranked."""

    values: list[Any]
    unranked: int


def over_population(over: Over, candidates: Sequence[Candidate]) -> Ranked:
    """`over` for each of `candidates`.

    In the population is who is surely `among` it, with value, group and costs known. Elsewhere
    the result is unknown, or none where the value does not apply.
    """
    results, groups, unranked = grouped(over, candidates)
    for members in groups.values():
        if over.op == "share":
            _share(members, results)
        elif over.op == "rank":
            _rank(members, results)
        else:
            _cut(over.cuts, members, results)
    return Ranked(results, unranked)


def grouped(
    over: Over, candidates: Sequence[Candidate]
) -> tuple[list[Any], dict[Any, list[Member]], int]:
    """The groups of a population, each from the top.

    Beside them the results of those that are in none, and how many might have been.
    """
    results: list[Any] = [None] * len(candidates)
    groups: dict[Any, list[Member]] = defaultdict(list)
    unranked = 0
    for index, candidate in enumerate(candidates):
        if candidate.among is not True and candidate.among is not None:
            continue
        parts = (candidate.value, candidate.within, *candidate.costs)
        if candidate.among is None or any(part is None for part in parts):
            unranked += 1
        elif any(part is NONE for part in parts):
            results[index] = NONE
        else:
            value = candidate.value if over.value.type.exact else without_noise(candidate.value)
            member = Member(index, candidate.id, value, candidate.costs)
            groups[candidate.within].append(member)
    for members in groups.values():
        members.sort(key=lambda member: (-member.value, member.id))
    return results, groups, unranked


def without_noise(value: float) -> float:
    """A computed number to 12 digits: what is printed as equal is ranked as equal."""
    return float(f"{value:.12g}")


def _share(members: list[Member], results: list[Any]) -> None:
    total = math.fsum(member.value for member in members)
    for member in members:
        results[member.index] = member.value / total if total else NONE


def _rank(members: list[Member], results: list[Any]) -> None:
    place, previous = 0, None
    for position, member in enumerate(members, start=1):
        if member.value != previous:
            place, previous = position, member.value
        results[member.index] = float(place)


def _cut(cuts: Sequence[Cut], members: Sequence[Member], results: list[Any]) -> None:
    """Hand out the pieces from the top; who is left over is in none of them."""
    for member in members:
        results[member.index] = NONE
    begin = 0
    for cut, end in zip(cuts, cut_ends(cuts, members), strict=True):
        for member in members[begin:end]:
            results[member.index] = cut.name
        begin = end


def cut_ends(cuts: Sequence[Cut], members: Sequence[Member]) -> list[int]:
    """Where each piece ends, counted from the top; `members` are in the order of the ranking."""
    held, begin, number = Fraction(0), 0, 0
    # Shares in a row count together, from where the piece before them ended.
    shares, start = Fraction(0), 0
    ends = []
    for cut in cuts:
        if cut.limit != "top_share":
            shares = Fraction(0)
        if cut.limit == "top_share":
            start = start if shares else begin
            shares += _exact(cut)
            end = start + math.ceil(shares * len(members))
            end = _with_ties(members, max(begin, end))
        elif cut.limit == "top_count":
            end = begin + int(_exact(cut))
        elif cut.limit == "holds":
            held += _exact(cut)
            end = _holding(members, held)
        elif cut.limit == "spend":
            end = _affordable(members, begin, number, _exact(cut))
        else:
            end = len(members)
        number += cut.cost is not None
        begin = min(max(begin, end), len(members))
        ends.append(begin)
    return ends


def _exact(cut: Cut) -> Fraction:
    """The limit as it was written: 0.01 is one hundredth, not the nearest binary number."""
    assert isinstance(cut.amount, Lit)
    assert isinstance(cut.amount.value, float)
    return _decimal(cut.amount.value)


def _decimal(value: float) -> Fraction:
    """The number as it is printed: 0.1 and 99.9 are 100 together."""
    return Fraction(repr(value))


def _with_ties(members: Sequence[Member], end: int) -> int:
    while 0 < end < len(members) and members[end].value == members[end - 1].value:
        end += 1
    return end


def _holding(members: Sequence[Member], share: Fraction) -> int:
    """How many from the top hold `share` of all that is positive."""
    positive = [_decimal(member.value) for member in members if member.value > 0]
    wanted, total = share * sum(positive), Fraction(0)
    for count, value in enumerate(positive):
        if total >= wanted - NOISE:
            return count
        total += value
    return len(positive)


def _affordable(members: Sequence[Member], begin: int, cost: int, budget: Fraction) -> int:
    """How far down the ranking the budget reaches."""
    spent = Fraction(0)
    for position in range(begin, len(members)):
        spent += _decimal(members[position].costs[cost])
        if spent > budget + NOISE:
            return position
    return len(members)
