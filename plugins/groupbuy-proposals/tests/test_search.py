"""The exact search against trying everything, and its promises on catalogues of any size."""

import random
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.api import Choice, PackageLimits
from groupbuy_proposals.search import any_package, best_package, broken_limits


def choice(number, category, per_head, price, worth):
    quantity = per_head * 10
    return Choice(f"S{number:03}", category, per_head, quantity, Decimal(price) * per_head, worth)


@st.composite
def choices(draw):
    """Up to seven items, some in two quantities; prices are close so that ties happen."""
    found = []
    for number in range(draw(st.integers(0, 7))):
        category = draw(st.sampled_from("abc"))
        price, worth = draw(st.integers(1, 12)), draw(st.integers(0, 9))
        found.append(choice(number, category, 1, price, worth))
        if draw(st.booleans()):
            found.append(choice(number, category, 2, price, worth + draw(st.integers(0, 4))))
    return found


@st.composite
def limits(draw):
    least = draw(st.integers(0, 30))
    items = draw(st.integers(1, 4))
    return PackageLimits(
        Decimal(least),
        draw(st.one_of(st.none(), st.builds(Decimal, st.integers(least, 60)))),
        items,
        items + draw(st.integers(0, 3)),
        draw(st.integers(1, 3)),
        draw(st.one_of(st.none(), st.integers(1, 3))),
        draw(st.lists(st.frozensets(st.sampled_from(["S000", "S001", "S002"]), min_size=1))),
    )


def by_trying_everything(offered, limit):
    """The best worth and the price for it, by looking at every package there is."""
    items = {}
    for each in offered:
        items.setdefault(each.sku, [None]).append(each)
    best = None
    for combination in product(*items.values()):
        chosen = [each for each in combination if each is not None]
        if chosen and not broken_limits(chosen, limit):
            key = (sum(c.worth for c in chosen), -sum(c.amount for c in chosen))
            best = key if best is None else max(best, key)
    return best


@settings(max_examples=400, deadline=None)
@given(choices(), limits())
def test_it_finds_what_trying_everything_finds(offered, limit):
    found = best_package(offered, limit)
    expected = by_trying_everything(offered, limit)
    assert found.proven
    if expected is None:
        assert found.choices is None
    else:
        assert found.choices is not None
        assert not broken_limits(found.choices, limit)
        assert (found.worth, -sum(c.amount for c in found.choices)) == expected
        assert found.bound == found.worth
    assert (any_package(offered, limit).choices is None) == (expected is None)


@settings(max_examples=60, deadline=None)
@given(choices(), limits(), st.randoms())
def test_the_order_of_the_catalogue_means_nothing(offered, limit, shuffler):
    turned = list(offered)
    shuffler.shuffle(turned)
    assert best_package(offered, limit) == best_package(turned, limit)


def large(seed, size=200):
    """A catalogue of a size that companies have."""
    r = random.Random(seed)
    return [
        Choice(
            f"S{n:03}",
            f"c{r.randrange(10)}",
            1,
            500,
            Decimal(r.randrange(900, 18000)) * 5,
            r.randrange(20_000, 95_000),
        )
        for n in range(size)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_limits_hold_on_large_catalogues(seed):
    budget = Decimal(500 * (150 + 60 * seed))
    limit = PackageLimits(budget * Decimal("0.9"), budget, 4, 8, 3, 2)
    found = best_package(large(seed), limit)
    assert found.proven
    assert found.choices is not None
    assert broken_limits(found.choices, limit) == []


def test_with_few_nodes_it_says_how_far_it_may_be_from_the_best():
    limit = PackageLimits(Decimal(135_000), Decimal(150_000), 4, 8, 3, 2)
    whole = best_package(large(4), limit)
    short = best_package(large(4), limit, nodes=9)
    assert not short.proven
    assert short.worth <= whole.worth <= short.bound


@pytest.mark.parametrize(
    ("limit", "broken"),
    [
        (PackageLimits(), []),
        (PackageLimits(most_total=Decimal(8)), ["most_total"]),
        (PackageLimits(least_total=Decimal(10)), ["least_total"]),
        (PackageLimits(least_items=3), ["least_items"]),
        (PackageLimits(most_items=1), ["most_items"]),
        (PackageLimits(least_categories=2), ["least_categories"]),
        (PackageLimits(most_per_category=1), ["most_per_category"]),
        (PackageLimits(one_of=[frozenset({"S009"})]), ["one_of"]),
    ],
)
def test_limits_are_named(limit, broken):
    chosen = [choice(0, "a", 1, 4, 1), choice(1, "a", 1, 5, 1)]
    assert broken_limits(chosen, limit) == broken


def test_the_same_item_twice_is_no_package():
    chosen = [choice(0, "a", 1, 4, 1), choice(0, "a", 2, 4, 1)]
    assert broken_limits(chosen, PackageLimits()) == ["same_item"]
