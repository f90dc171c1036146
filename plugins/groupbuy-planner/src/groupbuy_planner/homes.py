"""Where people start from: the places that cost them no way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from groupbuy_planner.areas import Area, Territory, entered
from groupbuy_planner.team import Team
from groupbuy_planner.wishes import Client

Place = tuple[str, ...]
Note = tuple[str, Mapping[str, object]]
"""A remark: a key of `notes` in words.yaml, and its facts."""


def doorsteps(
    team: Team, clients: Sequence[Client]
) -> tuple[dict[str, frozenset[Place]], list[Note]]:
    """For each person the places they need not travel to, and what was not stated.

    Without a base, that is where most of their leads are; without leads, where most are at all.
    """
    areas = Counter(client.area for client in clients if client.area.known)
    owned: dict[str, Counter[Area]] = {name: Counter() for name in team.people}
    for client in clients:
        owner = team.named(client.owner) if client.area.known else None
        if owner is not None:
            owned[owner.name][client.area] += 1
    found, guessed, notes = {}, [], list[Note]()
    for name, person in team.people.items():
        home = None if person.base is None else _home(person.base, areas)
        if person.base is not None and home is None:
            notes.append(("base_unknown", {"person": name, "base": person.base}))
        if person.base is None and owned[name]:
            guessed.append(name)
        found[name] = frozenset(_most(owned[name] or areas) if home is None else home)
    if guessed:
        notes.append(("base", {"people": " / ".join(guessed)}))
    return found, notes


def _home(base: Territory, areas: Counter[Area]) -> tuple[Place, ...] | None:
    """The places from the outside in to a base. A name is found among the leads' places."""
    if not base.name:
        return Area(**dict(base.levels)).path
    for area in sorted(areas, key=lambda each: each.path):
        for place in area.path:
            if place[-1].partition(":")[2] == base.name:
                return area.path[: len(place)]
    return None


def _most(areas: Counter[Area]) -> tuple[Place, ...]:
    """The city with most leads; the region, where cities are not known."""
    found: Counter[tuple[Place, ...]] = Counter()
    for area, count in areas.items():
        inner = [place for place in area.path if entered(place) != "district"]
        found[tuple(inner)] += count
    if not found:
        return ()
    return min(found, key=lambda path: (-found[path], path))
