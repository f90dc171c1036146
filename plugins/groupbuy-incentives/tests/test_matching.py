"""The matching is the best there is: against trying everything."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy_incentives.matching import matched

Values = dict[str, dict[str, Decimal]]


def worth(values: Values, found: dict[str, str]) -> Decimal:
    return sum((values[p][c] for p, c in found.items()), Decimal(0))


def by_trying_everything(values: Values, most: int) -> Decimal:
    best = Decimal(0)
    choices = [[None, *ties] for ties in values.values()]
    for chosen in itertools.product(*choices):
        taken = [c for c in chosen if c is not None]
        if all(taken.count(c) <= most for c in taken):
            pairs = zip(values, chosen, strict=True)
            best = max(best, sum((values[p][c] for p, c in pairs if c is not None), Decimal(0)))
    return best


@st.composite
def worlds(draw: st.DrawFn) -> Values:
    customers = [f"C{n}" for n in range(draw(st.integers(1, 4)))]
    value = st.decimals(Decimal("0.01"), Decimal(30), places=2)
    return {
        f"P{n}": draw(st.dictionaries(st.sampled_from(customers), value, max_size=4))
        for n in range(draw(st.integers(1, 6)))
    }


@settings(max_examples=400)
@given(worlds(), st.integers(1, 3))
def test_no_matching_is_worth_more(values: Values, most: int) -> None:
    found = matched(values, most)
    assert all(c in values[p] for p, c in found.items())
    taken = list(found.values())
    assert all(taken.count(c) <= most for c in taken)
    assert worth(values, found) == by_trying_everything(values, most)


@settings(max_examples=100)
@given(worlds(), st.integers(1, 3))
def test_with_a_limit_for_each_it_is_as_good(values: Values, most: int) -> None:
    """Without the shortcut of looking at the best ties only."""
    customers = {c for ties in values.values() for c in ties}
    found = matched(values, 99, dict.fromkeys(customers, most))
    assert worth(values, found) == by_trying_everything(values, most)


def test_what_is_best_for_each_is_not_what_is_best_for_all() -> None:
    values = {
        "P1": {"C1": Decimal(10), "C2": Decimal(9)},
        "P2": {"C1": Decimal(9), "C2": Decimal(1)},
    }
    assert matched(values, 1) == {"P1": "C2", "P2": "C1"}
    assert matched(values, 2) == {"P1": "C1", "P2": "C1"}


def test_a_long_way_round_is_found() -> None:
    """Every prospect has to move up by one to let the last one in."""
    size = 60
    values = {
        f"P{n:03}": {f"C{n:03}": Decimal(10), f"C{n + 1:03}": Decimal(10)} for n in range(size)
    }
    values["Q"] = {"C000": Decimal(10)}
    found = matched(values, 1)
    assert worth(values, found) == 10 * (size + 1)


@pytest.mark.parametrize("values", [{}, {"P1": {}}, {"P1": {"C1": Decimal(0)}}])
def test_nobody_to_match(values: Values) -> None:
    assert matched(values, 1) == {}
