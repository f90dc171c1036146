"""BG/NBD against published numbers, and against its definition integrated numerically."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupbuy_history.bgnbd import Model, alive, expected, hypergeometric, log_likelihood

CDNOW = Model(0.243, 4.414, 0.793, 2.426)
"""Fader, Hardie, Lee 2005, table 2: weeks."""


def test_the_published_example() -> None:
    """Customer 0001 of the CDNOW data, expected in weeks 40 to 78, as in the authors' workbook."""
    assert expected(CDNOW, 2, 30.43, 38.86, 39) == pytest.approx(1.226, abs=5e-4)


# ── the model's definition, without any closed form but the gamma integral over the rate ──


def over_unit(function: Callable[[float, float], float]) -> float:
    """The integral from 0 to 1 of a function of p and 1 - p (double exponential rule)."""
    step, total = 1 / 64, 0.0
    for k in range(-400, 401):
        t = k * step
        u = math.pi * math.sinh(t)
        if abs(u) > 600:
            continue
        p, q = 1 / (1 + math.exp(-u)), 1 / (1 + math.exp(u))
        total += function(p, q) * p * q * math.pi * math.cosh(t)
    return total * step


def by_definition(model: Model, x: int, seen: float, age: float, ahead: float) -> tuple[float, ...]:
    """Likelihood, P(alive) and expectation: integrals over the chance p of stopping.

    The likelihood of a history for a rate λ and p is (1-p)^x λ^x e^(-λ·age) while alive, and
    p (1-p)^(x-1) λ^x e^(-λ·seen) once gone; λ is integrated over its gamma distribution, and alive
    the customer buys (1 - e^(-λ·p·ahead)) / p times.
    """
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    shape = r + x
    beta = math.exp(math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b))
    scale = math.exp(math.lgamma(shape) - math.lgamma(r) + r * math.log(alpha)) / beta

    def prior(p: float, q: float) -> float:
        return p ** (a - 1) * q ** (b - 1)

    living = over_unit(lambda p, q: prior(p, q) * q**x) * (alpha + age) ** -shape
    gone = over_unit(lambda p, q: prior(p, q) * p * q ** (x - 1)) * (alpha + seen) ** -shape

    def coming(p: float, q: float) -> float:
        base = alpha + age
        lost = -math.expm1(-shape * math.log1p(p * ahead / base))
        return prior(p, q) * q**x * lost / p * base**-shape

    likelihood = living + gone
    return scale * likelihood, living / likelihood, over_unit(coming) / likelihood


MODELS = st.builds(
    Model,
    r=st.floats(0.1, 5),
    alpha=st.floats(1, 200),
    a=st.floats(0.2, 5),
    b=st.floats(0.2, 10),
)


@given(
    model=MODELS,
    x=st.integers(1, 30),
    seen=st.floats(1, 700),
    silence=st.floats(0, 700),
    ahead=st.floats(0.1, 1500),
)
def test_closed_forms_are_the_integrals(
    model: Model, x: int, seen: float, silence: float, ahead: float
) -> None:
    age = seen + silence
    likelihood, living, coming = by_definition(model, x, seen, age, ahead)
    assert log_likelihood(model, x, seen, age) == pytest.approx(math.log(likelihood), abs=1e-6)
    assert alive(model, x, seen, age) == pytest.approx(living, rel=1e-6, abs=1e-9)
    assert expected(model, x, seen, age, ahead) == pytest.approx(coming, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("a", [0.99999, 0.999999, 1.0, 1.000001, 1.00001])
def test_the_gap_at_one_is_closed(a: float) -> None:
    model = Model(0.5, 30, a, 2)
    coming = by_definition(model, 5, 200, 260, 365)[2]
    assert expected(model, 5, 200, 260, 365) == pytest.approx(coming, rel=1e-6)


def test_a_customer_that_never_stops_buys_at_its_rate() -> None:
    """With a near 0 what remains is a gamma-Poisson process: (r + x) / (alpha + age) a day."""
    model = Model(2, 50, 1e-9, 1)
    assert expected(model, 8, 400, 410, 365) == pytest.approx(10 / 460 * 365, rel=1e-6)
    assert alive(model, 8, 400, 410) == pytest.approx(1)


def test_a_long_silence_ends_in_nothing_and_not_in_an_error() -> None:
    model = Model(5, 0.001, 1, 1)
    assert alive(model, 3000, 3000, 1e6) == 0
    assert expected(model, 3000, 3000, 1e6, 365) == 0


def test_no_time_brings_nothing() -> None:
    assert expected(CDNOW, 3, 10, 20, 0) == 0


@pytest.mark.parametrize(
    ("a", "b", "c", "z", "value"),
    [
        (1, 1, 2, 0.5, 2 * math.log(2)),  # -ln(1-z)/z
        (-2, 3, 4, 0.5, 1 - 2 * 3 / 4 * 0.5 + 2 * 12 / 40 * 0.25),  # a polynomial
        (0.5, 0.5, 1.5, 0.25, math.pi / 3),  # arcsin(√z)/√z
        (0.3, 2.0, 2.0, 0.9, 0.1**-0.3),  # (1-z)^-a
    ],
)
def test_hypergeometric(a: float, b: float, c: float, z: float, value: float) -> None:
    assert hypergeometric(a, b, c, z) == pytest.approx(value, rel=1e-12)
