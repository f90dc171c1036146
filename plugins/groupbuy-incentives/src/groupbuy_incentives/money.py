"""Exact money: fractions while it is worked out, cents (half away from zero) when it is owed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def cents_of(amount: Decimal) -> int:
    """An amount that is whole in cents, as a number of cents. Raises `ValueError` for others."""
    number, denominator = (amount * 100).as_integer_ratio()
    if denominator != 1:
        raise ValueError(f"{amount} is not to the cent")
    return number


def money(cents: int) -> Decimal:
    """So many cents as an amount with two decimals, however large."""
    sign = 1 if cents < 0 else 0
    digits = tuple(int(digit) for digit in str(abs(cents)))
    return Decimal((sign, digits, -2))


def rounded(amount: Fraction) -> Decimal:
    """The nearest amount to the cent; half a cent away from zero, as on paper."""
    hundredfold = abs(amount) * 100
    cents = (2 * hundredfold.numerator + hundredfold.denominator) // (2 * hundredfold.denominator)
    return money(-cents if amount < 0 else cents)


def split(total: Decimal, weights: Sequence[Fraction]) -> list[Decimal]:
    """Parts of `total` in proportion to `weights`, which add up to it to the cent.

    The method of largest remainders: everybody gets the whole cents of the exact share, and the
    cents left over go one each to the largest remainders, the earlier first where two are equal.
    """
    cents, whole = cents_of(total), sum(weights)
    if not whole:
        raise ValueError("nothing to split by")
    exact = [cents * weight / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    left = cents - sum(parts)
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[:left]:
        parts[n] += 1
    return [money(part) for part in parts]


def part_of(amount: Decimal, part: Decimal, whole: Decimal) -> Fraction:
    """`amount · part / whole`, exactly; nothing of nothing."""
    return Fraction(amount) * Fraction(part) / Fraction(whole) if whole else Fraction(0)
