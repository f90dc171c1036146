"""A salesperson's hours over the classes of customers (system S21).

By rule: each lead has the weight of its class (`hours_weight`), and a class gets its leads' part of
the person's hours. These parts are whole minutes and add up to the hours exactly.

This week: the hours that ways leave are shared out by the same weights, and what a class can't use,
because few of its customers are due, goes to the others (weighted max-min fairness). In whole
contacts (largest remainders) that is the most that a class may take: none eats up another's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groupbuy_planner.problem import UNLIMITED


@dataclass(frozen=True)
class Share:
    """A class of one person, in minutes. `limit` is none where the class gets all it can use."""

    leads: float
    share: int
    wanted: int
    limit: int | None


def shared_out(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """A total split by weights into whole numbers that add up to it (largest remainders)."""
    sum_of = sum(weights.values())
    if sum_of <= 0:
        return dict.fromkeys(weights, 0)
    exact = {key: total * weight / sum_of for key, weight in weights.items()}
    found = {key: int(part) for key, part in exact.items()}
    rest = total - sum(found.values())
    for key in sorted(exact, key=lambda key: (found[key] - exact[key], key))[:rest]:
        found[key] += 1
    return found


def filled(total: int, weights: Mapping[str, float], wanted: Mapping[str, int]) -> dict[str, float]:
    """A total by weights, none more than wanted; what one leaves goes to the others.

    Classes without weight get what is left at the end, in proportion to what they want.
    """
    found = dict.fromkeys(wanted, 0.0)
    left = float(total)
    active = {key for key, want in wanted.items() if want > 0 and weights.get(key, 0) > 0}
    while active and left > 1e-9:
        sum_of = sum(weights[key] for key in sorted(active))
        parts = {key: left * weights[key] / sum_of for key in sorted(active)}
        full = {key for key in active if wanted[key] - found[key] <= parts[key] + 1e-9}
        if not full:
            for key, part in parts.items():
                found[key] += part
            return found
        for key in sorted(full):
            left -= wanted[key] - found[key]
            found[key] = float(wanted[key])
        active -= full
    others = {key: want - found[key] for key, want in wanted.items() if want > found[key]}
    sum_of = sum(others.values())
    for key, want in others.items():
        found[key] += min(want, max(0.0, left) * want / sum_of)
    return found


def whole_contacts(
    total: int, given: Mapping[str, float], longest: Mapping[str, int]
) -> dict[str, int]:
    """Minutes of classes as whole contacts that don't exceed the total.

    What is left after rounding down goes to the largest remainders, a contact each.
    """
    found = {key: int(part + 1e-6) // longest[key] * longest[key] for key, part in given.items()}
    left = total - sum(found.values())
    for key in sorted(given, key=lambda key: (found[key] - given[key], key)):
        if given[key] - found[key] > 1e-6 and longest[key] <= left:
            found[key] += longest[key]
            left -= longest[key]
    return found


def limits(
    total: int,
    road: int,
    leads: Mapping[str, float],
    weights: Mapping[str, float],
    wanted: Mapping[str, int],
    longest: Mapping[str, int],
) -> dict[str, Share]:
    """The classes of a person who has `total` minutes, `road` of which are for ways, by class.

    `leads` counts the leads of each class, `weights` sums their weights, `wanted` the minutes of
    contacts that are due, `longest` is the longest of these contacts.
    """
    shares = shared_out(total, weights)
    time = max(0, total - road)
    most = whole_contacts(time, filled(time, weights, wanted), longest)
    is_short = sum(wanted.values()) > time
    return {
        key: Share(
            leads.get(key, 0.0),
            shares.get(key, 0),
            wanted.get(key, 0),
            most[key] if is_short and most.get(key, 0) < wanted.get(key, 0) else None,
        )
        for key in sorted({*weights, *wanted}, key=lambda key: (-weights.get(key, 0), key))
    }


def budget(share: Share | None) -> int:
    """The most minutes that a class may take."""
    return UNLIMITED if share is None or share.limit is None else share.limit
