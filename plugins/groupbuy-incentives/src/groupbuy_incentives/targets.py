"""Targets cascaded down a tree of units (S37): province → prefecture → district → station.

    targets:
      hubei:    {target: 1000}
      xiangyang: {of: hubei, weight: 3}
      shiyan:    {of: hubei, weight: 1}

The root states its target; below, a unit's target is split over its children in proportion to their
weights (1 unless said otherwise), in whole customers that add up: everybody carries one. Units with
a `level:` and a `place:` own the leads there (`territory`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from groupbuy.api import TEXT, Texts
from groupbuy_incentives.money import cents_of, split
from groupbuy_incentives.territory import LEVELS, faults_of_territory, titled

TARGETS: Mapping[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": "object",
        "properties": {
            "target": {"type": "integer", "minimum": 1},
            "of": {"type": "string"},
            "weight": {"type": "number"},
            "title": TEXT,
            "level": {"enum": list(LEVELS)},
            "place": {
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {
                        "type": "array",
                        "items": {"type": "string", "minLength": 1},
                        "minItems": 1,
                    },
                ]
            },
        },
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Unit:
    """A unit with its target and what was achieved by itself and all below it."""

    id: str
    parent: str | None
    target: int
    achieved: int = 0
    title: Texts | str = ""

    def called(self, lang: str) -> str:
        """What people call it."""
        return titled(self.title or self.id, lang)


def faults_of_targets(targets: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with a tree of units: every unit carries a target, in no circle."""
    for id, unit in targets.items():
        if ("of" in unit) == ("target" in unit):
            yield f"{id} has either a target, or a unit that it is part of"
        elif "of" in unit and unit["of"] not in targets:
            yield f"{id} is part of {unit['of']}, which is no unit here"
        elif Fraction(unit.get("weight", 1)) <= 0:
            yield f"{id} has no weight: it would carry nothing"
        elif _in_circle(id, targets):
            yield f"{id} is part of itself"
    yield from faults_of_territory(targets)


def _in_circle(id: str, targets: Mapping[str, Mapping[str, Any]]) -> bool:
    above, seen = id, set[str]()
    while "of" in targets.get(above, {}):
        above = str(targets[above]["of"])
        if above == id:
            return True
        if above in seen:
            return False
        seen.add(above)
    return False


def cascade(targets: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """The target of every unit, in whole customers; children's add up to their parent's."""
    children: dict[str, list[str]] = {}
    for id, unit in targets.items():
        if "of" in unit:
            children.setdefault(str(unit["of"]), []).append(id)
    found = {id: int(unit["target"]) for id, unit in targets.items() if "target" in unit}
    open_ = list(found)
    while open_:
        parent = open_.pop()
        below = children.get(parent, [])
        if below:
            weights = [Fraction(targets[id].get("weight", 1)) for id in below]
            parts = split(Decimal(found[parent]) / 100, weights)
            for id, part in zip(below, parts, strict=True):
                found[id] = cents_of(part)
                open_.append(id)
    return {id: found[id] for id in targets}


def with_achieved(
    targets: Mapping[str, Mapping[str, Any]], counts: Mapping[str, int]
) -> list[Unit]:
    """Every unit with its target and what it and all below it achieved."""
    achieved = dict.fromkeys(targets, 0)
    for id, count in counts.items():
        above: str | None = id
        while above is not None and above in targets:
            achieved[above] += count
            above = targets[above].get("of")
    aims = cascade(targets)
    return [
        Unit(id, unit.get("of"), aims[id], achieved[id], unit.get("title", ""))
        for id, unit in targets.items()
    ]
