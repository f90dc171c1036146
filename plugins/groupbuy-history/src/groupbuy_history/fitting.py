"""The BG/NBD model of a set of customers: maximum likelihood, and a check on later orders."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from groupbuy_history.bgnbd import Model, expected

LARGEST = 1e6
SMALLEST = 1e-6
ROUNDS = 2000
TOLERANCE = 1e-10

Point = tuple[float, ...]


@dataclass(frozen=True)
class History:
    """What the model needs of a customer: repeat buying days, days seen, days of age."""

    x: int
    seen: float
    age: float


@dataclass(frozen=True)
class Fit:
    """A fitted model; `edges` are parameters that ran to the end of their range."""

    model: Model
    log_likelihood: float
    customers: int
    repeat_buyers: int
    edges: tuple[str, ...]


def history_of(days: Sequence[int], today: int) -> History | None:
    """The history up to a day, of sorted buying days as day numbers; none before the first."""
    past = [day for day in days if day <= today]
    if not past:
        return None
    return History(len(past) - 1, float(past[-1] - past[0]), float(today - past[0]))


def fit(histories: Iterable[History]) -> Fit:
    """The parameters under which these histories are most likely (eq. 7 of the paper).

    By Nelder and Mead's simplex (1965) over the logarithms of the parameters, from two starts.
    """
    counts = Counter((h.x, h.seen, h.age) for h in histories)
    # One order whatever the order of the leads: sums of floats are the same to the last bit.
    rows = sorted(counts.items())
    total = likelihood_of(rows)

    def cost(point: Point) -> float:
        if any(not math.log(SMALLEST) <= part <= math.log(LARGEST) for part in point):
            return math.inf
        return -total(Model(*(math.exp(part) for part in point)))

    span = max((age for (_, _, age), _ in rows), default=1.0) / 10 + 1
    starts = [(1.0, span, 1.0, 3.0), (0.5, span / 4, 0.3, 3.0)]
    best = min(
        (minimised(cost, tuple(map(math.log, start))) for start in starts),
        key=lambda found: found[0],
    )
    values = [math.exp(part) for part in best[1]]
    edges = [
        name
        for name, value in zip(("r", "alpha", "a", "b"), values, strict=True)
        if not SMALLEST * 1.5 < value < LARGEST / 1.5
    ]
    customers = sum(count for _, count in rows)
    repeats = sum(count for (x, _, _), count in rows if x)
    return Fit(Model(*values), -best[0], customers, repeats, tuple(edges))


def likelihood_of(
    rows: Sequence[tuple[tuple[int, float, float], int]],
) -> Callable[[Model], float]:
    """The log-likelihood of histories with their counts, gamma functions worked out once per x."""
    repeats = sorted({x for (x, _, _), _ in rows})

    def total(model: Model) -> float:
        r, alpha, a, b = model.r, model.alpha, model.a, model.b
        lgamma, log, exp, log1p = math.lgamma, math.log, math.exp, math.log1p
        of_x = {
            x: lgamma(r + x) - lgamma(r) + r * log(alpha)
            + lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
            for x in repeats
        }  # fmt: skip
        gone_of_x = {x: log(a / (b + x - 1)) if x else 0.0 for x in repeats}
        parts = []
        for (x, seen, age), count in rows:
            alive = -(r + x) * log(alpha + age)
            if x:
                gone = gone_of_x[x] - (r + x) * log(alpha + seen)
                high, low = (alive, gone) if alive > gone else (gone, alive)
                alive = high + log1p(exp(low - high))
            parts.append(count * (of_x[x] + alive))
        return math.fsum(parts)

    return total


def minimised(cost: Callable[[Point], float], start: Point) -> tuple[float, Point]:
    """A local minimum by the simplex of Nelder and Mead, and where it is."""
    corners = [(cost(start), start)]
    for axis in range(len(start)):
        moved = tuple(part + (1.0 if i == axis else 0.0) for i, part in enumerate(start))
        corners.append((cost(moved), moved))
    for _ in range(ROUNDS):
        corners.sort()
        low, high = corners[0], corners[-1]
        if high[0] - low[0] <= TOLERANCE * (abs(low[0]) + TOLERANCE):
            break
        rest = corners[:-1]
        centre = tuple(sum(parts) / len(rest) for parts in zip(*(p for _, p in rest), strict=True))

        def at(far: float, centre: Point = centre, worst: Point = high[1]) -> tuple[float, Point]:
            point = tuple(c + far * (c - w) for c, w in zip(centre, worst, strict=True))
            return cost(point), point

        mirrored = at(1.0)
        if mirrored[0] < low[0]:
            corners[-1] = min(mirrored, at(2.0))
        elif mirrored[0] < rest[-1][0]:
            corners[-1] = mirrored
        else:
            inner = min(at(0.5), at(-0.5)) if mirrored[0] < high[0] else at(-0.5)
            if inner[0] < min(mirrored[0], high[0]):
                corners[-1] = inner
            else:
                corners = [low] + [
                    (cost(half), half)
                    for _, point in corners[1:]
                    for half in [tuple((p + q) / 2 for p, q in zip(point, low[1], strict=True))]
                ]
    return min(corners)


@dataclass(frozen=True)
class Check:
    """A model fitted up to a day against what came in the `days` after it, repeat buyers only."""

    days: int
    customers: int
    expected: float
    came: int


def check(buying_days: Sequence[Sequence[int]], today: int, days: int) -> Check | None:
    """How the model would have done: fitted `days` ago, compared with what came since.

    None where there were not yet repeat buyers.
    """
    then = today - days
    known = [(each, history_of(each, then)) for each in buying_days]
    histories = [history for _, history in known if history is not None]
    repeat = [(each, history) for each, history in known if history is not None and history.x]
    if not repeat:
        return None
    model = fit(histories).model
    hoped = math.fsum(expected(model, h.x, h.seen, h.age, days) for _, h in repeat)
    came = sum(sum(then < day <= today for day in each) for each, _ in repeat)
    return Check(days, len(repeat), hoped, came)
