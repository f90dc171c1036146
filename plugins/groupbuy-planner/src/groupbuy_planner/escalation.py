"""Escalations are rationed (system S24): the most valuable get a manager's or the boss's slot.

Who should act is said by the rules (`acting`: stage × value × rank of the counterpart). How many
contacts a manager or the boss can make in a week is said by the team file. What finds no slot goes
one level down, with the reason why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from groupbuy_planner.team import ROLES, Person, Team
from groupbuy_planner.wishes import Wish


@dataclass(frozen=True)
class Step:
    """What became of a wish at one level: a key of `escalations` in words.yaml, and its facts."""

    role: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Escalation:
    """A wish above the salesperson's level: who acts, and how that came about."""

    wish: Wish
    acts: str = ROLES[0]
    person: str | None = None
    steps: list[Step] = field(default_factory=list)


def rationed(
    wishes: Iterable[Wish], team: Team, is_free: Callable[[Wish, Person], bool]
) -> list[Escalation]:
    """Who acts for each wish above the salesperson's level.

    `is_free` says whether a person has a day for a wish. A level's slots go to what is urgent, then
    by the value of the deal, then by what the contact is worth, then by id.
    """
    all_of = [Escalation(wish) for wish in wishes if wish.client.level in ROLES[1:]]
    left = {name: person.slots for name, person in team.people.items()}
    waiting: list[Escalation] = []
    for role in reversed(ROLES[1:]):
        waiting += [each for each in all_of if each.wish.client.level == role]
        waiting.sort(key=_by_value)
        unserved = []
        for rank, each in enumerate(waiting, 1):
            step, person = _choose(each.wish, role, rank, team, left, is_free)
            each.steps.append(step)
            if person is None:
                unserved.append(each)
            else:
                each.acts, each.person = role, person.name
                left[person.name] -= 1
        waiting = unserved
    return sorted(all_of, key=_by_value)


def _by_value(each: Escalation) -> tuple[bool, float, float, str]:
    wish = each.wish
    return (not wish.client.urgent, -(wish.client.value or 0.0), -wish.worth, wish.client.id)


def _choose(
    wish: Wish,
    role: str,
    rank: int,
    team: Team,
    left: Mapping[str, int],
    is_free: Callable[[Wish, Person], bool],
) -> tuple[Step, Person | None]:
    """The person of a role who takes a wish, or why nobody does."""
    able = responsible(wish, role, team)
    if not able:
        return Step(role, "nobody"), None
    here = [p for p in able if wish.kind != "visit" or p.covers(wish.client.area)]
    if not here:
        return Step(role, "outside", {"area": str(wish.client.area) or "?"}), None
    free = [person for person in here if is_free(wish, person)]
    if not free:
        return Step(role, "away"), None
    best = max(free, key=lambda person: left[person.name])
    if left[best.name] <= 0:
        slots = sum(person.slots for person in free)
        return Step(role, "slots_full", {"slots": slots, "rank": rank}), None
    return Step(role, "granted", {"rank": rank}), best


def responsible(wish: Wish, role: str, team: Team) -> Sequence[Person]:
    """Who of a role answers for a lead: up the owner's line, else all of the role."""
    owner = team.named(wish.client.owner) if wish.client.owner else None
    if owner is not None and ROLES.index(owner.role) >= ROLES.index(role):
        return [owner]
    above = team.superior(owner, role) if owner is not None else None
    return [above] if above is not None else team.of_role(role)
