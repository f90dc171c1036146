"""The BG/NBD model of repeat buying: closed forms, and nothing of leads.

Fader, Hardie, Lee: "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD
Model. Marketing Science 24 (2005) 275-284. While alive a customer buys at a rate of its own, and
after each purchase it is lost with a probability of its own; over all customers the rates have a
gamma distribution (r, alpha) and the probabilities a beta distribution (a, b).

Everywhere x is the number of repeat buying days, seen the time from the first to the last of them,
and age the time from the first to now, in the unit of alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

NEAR_ONE = 1e-4
MOST_TERMS = 2_000_000
EPSILON = 1e-17


@dataclass(frozen=True)
class Model:
    """The four parameters, all positive."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: Model, x: int, seen: float, age: float) -> float:
    """The logarithm of the likelihood of one history (eq. 6), in a form that does not overflow."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    lgamma = math.lgamma
    first = lgamma(r + x) - lgamma(r) + r * math.log(alpha)
    second = lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
    alive = -(r + x) * math.log(alpha + age)
    if x == 0:
        return first + second + alive
    gone = math.log(a) - math.log(b + x - 1) - (r + x) * math.log(alpha + seen)
    high, low = max(alive, gone), min(alive, gone)
    return first + second + high + math.log1p(math.exp(low - high))


def alive(model: Model, x: int, seen: float, age: float) -> float:
    """The probability that the customer still buys; 1 before the first repeat, by the model."""
    if x == 0:
        return 1.0
    exponent = math.log(model.a / (model.b + x - 1)) + (model.r + x) * math.log(
        (model.alpha + age) / (model.alpha + seen)
    )
    return 1 / (1 + math.exp(exponent)) if exponent < 700 else 0.0


def expected(model: Model, x: int, seen: float, age: float, ahead: float) -> float:
    """The buying days to expect in the next `ahead` units of time (eq. 10), for x ≥ 1."""
    return alive(model, x, seen, age) * _while_alive(model, x, age, ahead)


def _while_alive(model: Model, x: int, age: float, ahead: float) -> float:
    """The same for a customer that is alive now.

    Euler's transformation turns the paper's hypergeometric function, which grows without bounds
    as `ahead` does, into one that stays small. The form has a gap at a = 1, where it is
    interpolated.
    """
    if ahead == 0:
        return 0.0
    if abs(model.a - 1) < NEAR_ONE:
        low, high = (
            _while_alive(replace(model, a=1 + side * 2 * NEAR_ONE), x, age, ahead)
            for side in (-1, 1)
        )
        return low + (high - low) * (0.5 + (model.a - 1) / (4 * NEAR_ONE))
    z = ahead / (model.alpha + age + ahead)
    c = model.a + model.b + x - 1
    series = hypergeometric(model.a + model.b - 1 - model.r, model.a - 1, c, z)
    rest = ((model.alpha + age) / (model.alpha + age + ahead)) ** (model.a - 1)
    return max(c / (model.a - 1) * (1 - float(rest) * series), 0.0)


def hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Gauss's 2F1 by its series, for 0 ≤ z < 1 and c > 0. Raises `ArithmeticError` if too slow."""
    term = total = 1.0
    for n in range(MOST_TERMS):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        # The terms that follow fall at least as fast as those of a geometric series with z.
        if abs(term) <= EPSILON * abs(total) * (1 - z) and n > abs(a) + abs(b):
            return total
    raise ArithmeticError("the expectation of the BG/NBD model can't be summed for such parameters")
