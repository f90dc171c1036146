"""What a quantity of an item costs, and how much of that is VAT: exact, to the cent.

Prices include VAT, as the catalogue states them. Amounts are `Decimal` with two places; nothing is
rounded but the net part of a line, half away from zero, so that net and VAT add up to the price.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from groupbuy.api import Item, PriceBreak

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """To the cent, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


# ── quantities ──


def is_orderable(item: Item, quantity: int) -> bool:
    """Whether so many can be ordered: the minimum or more, in whole multiples."""
    return quantity >= item.moq and quantity % item.order_multiple == 0


def nearest_orderable(item: Item, quantity: int) -> tuple[int | None, int]:
    """The next quantity at or below that can be ordered (none below the minimum), and at or above.

    A quantity is never rounded: these two are named to whoever asked for another (Spree#14536).
    """
    step = item.order_multiple
    least = -(-item.moq // step) * step
    below = quantity // step * step
    above = max(-(-quantity // step) * step, least)
    return (below if below >= least else None), above


# ── prices ──


def price(item: Item, quantity: int) -> Decimal:
    """What a quantity costs, VAT included.

    With `volume` breaks the price of the highest break reached holds for all units; with
    `graduated` ones each unit costs what the break it lies in says.
    """
    if item.break_mode == "volume":
        return quantity * unit_price(item, quantity)
    total, reached = Decimal(0), 0
    ladder = [PriceBreak(0, item.list_price), *ladder_of(item)]
    for step, following in zip(ladder, [*ladder[1:], None], strict=True):
        end = quantity if following is None else min(quantity, following.quantity - 1)
        if end > reached:
            total += (end - reached) * step.unit_price
            reached = end
    return total


def unit_price(item: Item, quantity: int) -> Decimal:
    """The price of the last unit of a quantity: with `volume` breaks, of every unit."""
    at = [each.unit_price for each in ladder_of(item) if each.quantity <= quantity]
    return at[-1] if at else item.list_price


def ladder_of(item: Item) -> list[PriceBreak]:
    """The price breaks, the smallest quantity first."""
    return sorted(item.price_breaks, key=lambda each: each.quantity)


def cheaper_above(item: Item, quantity: int) -> int | None:
    """A larger quantity that costs less in all than this one: the start of a volume break."""
    if item.break_mode != "volume":
        return None
    cost = price(item, quantity)
    for step in ladder_of(item):
        above = nearest_orderable(item, step.quantity)[1]
        if above > quantity and price(item, above) < cost:
            return above
    return None


def faults_of_ladder(item: Item) -> Iterator[str]:
    """What is wrong with price breaks. A ladder that charges more for more is refused."""
    before = PriceBreak(1, item.list_price)
    for step in ladder_of(item):
        if step.quantity <= before.quantity:
            yield f"two prices from {step.quantity} on"
        if step.unit_price >= before.unit_price:
            yield (
                f"from {step.quantity} on the price is {step.unit_price}, not less than "
                f"{before.unit_price} before"
            )
        before = step


# ── VAT ──


@dataclass(frozen=True)
class Taxed:
    """An amount, VAT included, and the two parts that it is made of."""

    gross: Decimal
    net: Decimal

    @property
    def vat(self) -> Decimal:
        """The VAT in it."""
        return self.gross - self.net

    def __add__(self, other: Taxed) -> Taxed:
        """The sum of both."""
        return Taxed(self.gross + other.gross, self.net + other.net)


NOTHING = Taxed(Decimal(0), Decimal(0))


def taxed(gross: Decimal, rate: Decimal) -> Taxed:
    """The net part of an amount at a VAT rate (0.13), to the cent."""
    return Taxed(gross, cents(gross / (1 + rate)))


def by_rate(amounts: Iterable[tuple[Decimal, Taxed]]) -> Mapping[Decimal, Taxed]:
    """Sums by VAT rate, the highest first: mixed rates are booked apart (VAT law art. 12)."""
    sums: dict[Decimal, Taxed] = {}
    for rate, amount in amounts:
        sums[rate] = sums.get(rate, NOTHING) + amount
    return dict(sorted(sums.items(), reverse=True))
