"""What is kept of a population, so that a lead can be placed in it without the others.

A `Standing` is one group of a ranking: how many it has, their total, and the last member of each
piece. The column back end compares every lead with it instead of ranking all of them at once,
and `--save-cuts` writes it to a file, so that one lead alone knows its piece later.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groupbuy.engine.population import Candidate, Member, cut_ends, grouped, without_noise
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.tree.nodes import NONE, Over

MOST_PLACES = 10_000
"""Distinct values whose places are kept; of a longer ranking every so-manieth."""
FORMAT = 1


@dataclass(frozen=True)
class Edge:
    """The end of one piece: the value of its last member, and the id if ties are split there.

    `value` is missing where the piece has nobody, and minus infinity where it takes all the rest.
    """

    name: str
    value: float | None
    id: str | None = None


@dataclass(frozen=True)
class Standing:
    """One group of a population. `places` are values and their ranks, from the top."""

    count: int
    total: float
    edges: tuple[Edge, ...] = ()
    places: tuple[tuple[float, int], ...] = ()
    whole: bool = True
    """Whether `places` has every value."""


Standings = dict[Any, Standing]
"""The groups of one population, by what it is ranked within (`""` without groups)."""


def standings_of(over: Over, candidates: Sequence[Candidate]) -> Standings:
    """What is kept of a population of candidates."""
    _, groups, _ = grouped(over, candidates)
    return {within: standing_of(over, members) for within, members in groups.items()}


def standing_of(
    over: Over, members: Sequence[Member], values: Sequence[float] | None = None
) -> Standing:
    """What is kept of one group, whose members are in the order of its ranking.

    `values` are those of the members, where they are at hand by themselves.
    """
    numbers = [member.value for member in members] if values is None else values
    if over.op == "share":
        return Standing(len(members), math.fsum(numbers))
    if over.op == "rank":
        places, whole = places_of(numbers)
        return Standing(len(members), 0.0, (), places, whole)
    return Standing(len(members), 0.0, edges_of(over, members))


def edges_of(over: Over, members: Sequence[Member]) -> tuple[Edge, ...]:
    """The ends of a ranking's pieces; `members` are in its order."""
    edges: list[Edge] = []
    begin = 0
    for cut, end in zip(over.cuts, cut_ends(over.cuts, members), strict=True):
        if cut.limit == "rest":
            edges.append(Edge(cut.name, -math.inf))
        elif end == begin:
            edges.append(Edge(cut.name, None))
        else:
            last = members[end - 1]
            split = end < len(members) and members[end].value == last.value
            edges.append(Edge(cut.name, last.value, last.id if split else None))
        begin = end
    return tuple(edges)


def places_of(values: Iterable[float]) -> tuple[tuple[tuple[float, int], ...], bool]:
    """Values from the top with their ranks, and whether that is all of them."""
    found: list[tuple[float, int]] = []
    previous = None
    for position, value in enumerate(values, 1):
        if value != previous:
            found.append((value, position))
            previous = value
    if len(found) <= MOST_PLACES:
        return tuple(found), True
    step = math.ceil(len(found) / MOST_PLACES)
    return tuple(found[::step]), False


def placed(over: Over, standings: Mapping[Any, Standing], candidate: Candidate) -> Any:
    """What a lead gets in a population that it is, or could be, a member of."""
    if candidate.among is not True:
        return None
    parts = (candidate.value, candidate.within, *candidate.costs)
    if any(part is None for part in parts):
        return None
    if any(part is NONE for part in parts):
        return NONE
    standing = standings.get(candidate.within)
    if standing is None:
        return None
    value = candidate.value if over.value.type.exact else without_noise(candidate.value)
    if over.op == "share":
        return value / standing.total if standing.total else NONE
    if over.op == "rank":
        return _rank(standing, value)
    for edge in standing.edges:
        if edge.value is None or value < edge.value:
            continue
        if value > edge.value or edge.id is None or candidate.id <= edge.id:
            return edge.name
    return NONE


def _rank(standing: Standing, value: float) -> float | None:
    """The place of a value; unknown where it lies between the places that were kept."""
    values = [-place for place, _ in standing.places]
    at = bisect_left(values, -value)
    if at < len(values) and values[at] == -value:
        return float(standing.places[at][1])
    if not standing.whole:
        return None
    return float(standing.places[at][1] if at < len(values) else standing.count + 1)


# ── files ──────────────────────────────────────────────────────────────────────────────────────


@dataclass
class StoredCuts:
    """The populations of a run, by name, and which rules they were made with."""

    rules_hash: str
    as_of: str
    populations: dict[str, Standings] = field(default_factory=dict)


def write_cuts(cuts: StoredCuts) -> str:
    """The text of a file of cuts."""
    data = {
        "groupbuy": FORMAT,
        "rules_hash": cuts.rules_hash,
        "as_of": cuts.as_of,
        "populations": {
            name: [
                {
                    "within": within,
                    "count": standing.count,
                    "total": standing.total,
                    "cuts": [
                        {"name": edge.name, "value": _number(edge.value), "id": edge.id}
                        for edge in standing.edges
                    ],
                    "places": [list(place) for place in standing.places],
                    "whole": standing.whole,
                }
                for within, standing in sorted(standings.items(), key=lambda item: str(item[0]))
            ]
            for name, standings in sorted(cuts.populations.items())
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def read_cuts(text: str, name: str) -> StoredCuts:
    """The cuts in a file's text. Raises `GroupbuyError` where it holds something else."""
    try:
        data = json.loads(text)
        if data["groupbuy"] != FORMAT:
            raise ValueError
        return StoredCuts(
            str(data["rules_hash"]),
            str(data["as_of"]),
            {
                str(population): {group["within"]: _standing(group) for group in groups}
                for population, groups in data["populations"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise GroupbuyError(
            Problem(
                "bad-cuts",
                f"{name} does not hold the cuts of an earlier run",
                None,
                "write one with: groupbuy evaluate LEADS --save-cuts FILE",
            )
        ) from None


def _standing(group: Mapping[str, Any]) -> Standing:
    edges = tuple(
        Edge(str(cut["name"]), _limit(cut["value"]), None if cut["id"] is None else str(cut["id"]))
        for cut in group["cuts"]
    )
    places = tuple((float(value), int(rank)) for value, rank in group["places"])
    return Standing(int(group["count"]), float(group["total"]), edges, places, bool(group["whole"]))


def _number(value: float | None) -> float | str | None:
    return "rest" if value is not None and math.isinf(value) else value


def _limit(value: Any) -> float | None:
    if value == "rest":
        return -math.inf
    return None if value is None else float(value)
