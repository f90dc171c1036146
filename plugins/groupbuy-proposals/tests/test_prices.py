"""Exact prices: breaks, quantities that can be ordered, VAT. Cases are others' mistakes first."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.api import Item, PriceBreak
from groupbuy_proposals.prices import (
    by_rate,
    cheaper_above,
    faults_of_ladder,
    is_orderable,
    nearest_orderable,
    price,
    taxed,
    unit_price,
)


def item(mode="volume", breaks=((100, "95"), (500, "88.50")), moq=1, multiple=1, listed="100"):
    steps = [PriceBreak(quantity, Decimal(cost)) for quantity, cost in breaks]
    return Item(
        "A",
        {"zh": "茶"},
        "茶",
        Decimal(listed),
        "盒",
        steps,
        mode,
        moq=moq,
        order_multiple=multiple,
    )


@pytest.mark.parametrize(
    ("mode", "quantity", "total"),
    [
        ("volume", 0, "0"),
        ("volume", 1, "100"),
        ("volume", 99, "9900"),
        ("volume", 100, "9500"),  # ERPNext#18006: above a break, not the list price for all
        ("volume", 101, "9595"),
        ("volume", 499, "47405"),
        ("volume", 500, "44250"),
        ("graduated", 1, "100"),
        ("graduated", 99, "9900"),
        ("graduated", 100, "9995"),  # 99 at 100, one at 95
        ("graduated", 101, "10090"),
        ("graduated", 500, "47988.50"),  # 99 at 100, 400 at 95, one at 88.50
    ],
)
def test_price_of_a_quantity(mode, quantity, total):
    assert price(item(mode), quantity) == Decimal(total)


def test_order_of_breaks_in_a_file_does_not_matter():
    assert price(item(breaks=((500, "88.50"), (100, "95"))), 500) == Decimal("44250")


@given(st.integers(1, 2000), st.sampled_from(["volume", "graduated"]))
def test_a_unit_never_costs_more_for_who_buys_more(quantity, mode):
    one, more = price(item(mode), quantity), price(item(mode), quantity + 1)
    assert one / quantity >= more / (quantity + 1)
    if mode == "graduated":
        assert more - one == unit_price(item(mode), quantity + 1)


@pytest.mark.parametrize(
    ("moq", "multiple", "quantity", "orderable", "nearest"),
    [
        (1, 1, 7, True, (7, 7)),
        (20, 6, 24, True, (24, 24)),
        (20, 6, 25, False, (24, 30)),
        (20, 6, 20, False, (None, 24)),  # the minimum itself is no multiple
        (20, 6, 3, False, (None, 24)),  # below the minimum there is only above
        (50, 50, 120, False, (100, 150)),
        (100, 1, 0, False, (None, 100)),
    ],
)
def test_quantities_are_refused_with_the_nearest_valid_ones(
    moq, multiple, quantity, orderable, nearest
):
    stated = item(moq=moq, multiple=multiple)
    assert is_orderable(stated, quantity) is orderable
    assert nearest_orderable(stated, quantity) == nearest


@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 3000))
def test_nearest_quantities_can_be_ordered_and_none_is_nearer(moq, multiple, quantity):
    stated = item(moq=moq, multiple=multiple)
    below, above = nearest_orderable(stated, quantity)
    assert is_orderable(stated, above)
    assert above >= quantity
    assert not any(is_orderable(stated, q) for q in range(quantity, above))
    if below is None:
        assert not any(is_orderable(stated, q) for q in range(1, quantity + 1))
    else:
        assert is_orderable(stated, below)
        assert not any(is_orderable(stated, q) for q in range(below + 1, quantity + 1))


@pytest.mark.parametrize(
    ("breaks", "fault"),
    [
        (((100, "95"), (500, "96")), "from 500 on the price is 96, not less than 95 before"),
        (((100, "100"),), "from 100 on the price is 100, not less than 100 before"),
        (((100, "95"), (100, "90")), "two prices from 100 on"),
        (((1, "95"),), "two prices from 1 on"),
    ],
)
def test_a_ladder_that_charges_more_for_more_is_refused(breaks, fault):
    assert fault in list(faults_of_ladder(item(breaks=breaks)))


def test_a_ladder_that_falls_is_fine():
    assert not list(faults_of_ladder(item()))


def test_a_larger_quantity_that_costs_less_is_named():
    assert cheaper_above(item(), 98) == 100  # 9,800 against 9,500
    assert cheaper_above(item(), 90) is None  # 9,000
    assert cheaper_above(item("graduated"), 99) is None


@pytest.mark.parametrize(
    ("gross", "rate", "net", "vat"),
    [
        ("113.00", "0.13", "100.00", "13.00"),
        ("109.00", "0.09", "100.00", "9.00"),
        ("100.00", "0.13", "88.50", "11.50"),
        ("0.01", "0.13", "0.01", "0.00"),
        ("100.00", "0", "100.00", "0.00"),
    ],
)
def test_vat_is_in_the_price(gross, rate, net, vat):
    found = taxed(Decimal(gross), Decimal(rate))
    assert (found.net, found.vat) == (Decimal(net), Decimal(vat))


cents = st.decimals("0.01", "1000000", places=2)


@given(st.lists(st.tuples(st.sampled_from([Decimal("0.13"), Decimal("0.09")]), cents), max_size=9))
def test_net_and_vat_add_up_to_the_cent_by_rate_and_in_all(lines):
    amounts = [(rate, taxed(gross, rate)) for rate, gross in lines]
    sums = by_rate(amounts)
    assert sum((s.net + s.vat for s in sums.values()), Decimal(0)) == sum(
        (gross for _, gross in lines), Decimal(0)
    )
    assert list(sums) == sorted(sums, reverse=True)
    for rate, amount in amounts:
        assert abs(amount.net * (1 + rate) - amount.gross) <= Decimal("0.006")
