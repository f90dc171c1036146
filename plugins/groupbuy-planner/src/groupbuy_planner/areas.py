"""Places as the leads know them: region, city, district; and the tree of ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("region", "city", "district")


@dataclass(frozen=True)
class Area:
    """A place, as far as it is known; `""` where a level is not."""

    region: str = ""
    city: str = ""
    district: str = ""

    @property
    def known(self) -> bool:
        """Whether anything is."""
        return bool(self.region or self.city or self.district)

    @property
    def path(self) -> tuple[tuple[str, ...], ...]:
        """The places to be entered on the way there, each with those it lies in.

        A level that nobody stated is passed over: the city without a region is at the top.
        """
        found: list[tuple[str, ...]] = []
        inside: tuple[str, ...] = ()
        for level in LEVELS:
            name = getattr(self, level)
            if name:
                inside = (*inside, f"{level}:{name}")
                found.append(inside)
        return tuple(found)

    def __str__(self) -> str:
        """As people write it, the largest first."""
        return " ".join(part for part in (self.region, self.city, self.district) if part)


def area_of(values: Mapping[str, Any]) -> Area:
    """Where a lead is."""
    names = {level: values.get(level) for level in LEVELS}
    return Area(**{level: name.strip() for level, name in names.items() if isinstance(name, str)})


@dataclass(frozen=True)
class Territory:
    """A part of the country: a name of any level, or levels by name."""

    name: str = ""
    levels: tuple[tuple[str, str], ...] = ()

    def covers(self, area: Area) -> bool:
        """Whether a place lies in it."""
        if self.name:
            return self.name in (area.region, area.city, area.district)
        return all(getattr(area, level) == name for level, name in self.levels)

    def __str__(self) -> str:
        """As it was written."""
        return self.name or " ".join(name for _, name in self.levels)


def entered(place: tuple[str, ...]) -> str:
    """The level of a place of a path."""
    return place[-1].partition(":")[0]
