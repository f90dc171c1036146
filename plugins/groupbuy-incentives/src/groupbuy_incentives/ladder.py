"""Ladders of tiers: what a volume earns, and what the next tier would bring.

    tiers:
      base:   {rate: 1%}
      silver: {from: 500000, rate: 2%}
      gold:   {from: 1000000, rate: 3%, fixed: 2000}

`rate` is a share of the money (the amount, or the margin where that is measured), `each` money for
one unit of what is measured, `fixed` a sum. With `mode: whole` the tier that is reached holds for
the whole volume (retroactive); with `mode: marginal` each tier holds for the part of the volume
within it, and a fixed sum is added when its tier is reached. A tier's `from` belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from groupbuy.api import TEXT, Texts

Mode = Literal["whole", "marginal"]
MEASURES = ("amount", "quantity", "margin", "count")

NUMBER = {"type": "number"}
TIERS: Mapping[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": "object",
        "properties": {
            "from": NUMBER,
            "rate": NUMBER,
            "each": NUMBER,
            "fixed": NUMBER,
            "gift": TEXT,
            "credit_days": {"type": "integer", "minimum": 1},
        },
        "additionalProperties": False,
        "minProperties": 1,
    },
}
LADDER_TERMS: Mapping[str, Any] = {
    "measure": {"enum": list(MEASURES)},
    "mode": {"enum": ["whole", "marginal"]},
    "tiers": TIERS,
}
"""What the terms of every kind with a ladder may say."""


@dataclass(frozen=True)
class Tier:
    """One step of a ladder. `start` is in units of what is measured."""

    id: str
    start: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    each: Fraction = Fraction(0)
    fixed: Fraction = Fraction(0)
    gift: Texts = field(default_factory=dict)
    credit_days: int = 0


@dataclass(frozen=True)
class Ladder:
    """Tiers from the lowest to the highest."""

    tiers: tuple[Tier, ...]
    mode: Mode = "whole"
    measure: str = "amount"

    def reached(self, volume: Fraction) -> Tier | None:
        """The tier of a volume; none below the first."""
        found = None
        for tier in self.tiers:
            if volume >= tier.start:
                found = tier
        return found

    def next(self, volume: Fraction) -> Tier | None:
        """The first tier above a volume."""
        return next((tier for tier in self.tiers if tier.start > volume), None)

    def earned(self, volume: Fraction, money: Fraction | None = None) -> Fraction:
        """What a volume earns, exactly. `money` is what rates are taken of; else the volume."""
        base = volume if money is None else money
        if self.mode == "whole":
            tier = self.reached(volume)
            if tier is None:
                return Fraction(0)
            return tier.fixed + tier.rate * base + tier.each * volume
        total = Fraction(0)
        for n, tier in enumerate(self.tiers):
            if volume < tier.start:
                break
            end = self.tiers[n + 1].start if n + 1 < len(self.tiers) else volume
            part = min(volume, end) - tier.start
            total += tier.fixed + tier.each * part
            if volume:
                total += tier.rate * base * part / volume
        return total

    def faults(self, *, price: bool) -> Iterator[str]:
        """Why the ladder is refused; `price` where it makes the price that a customer pays.

        More volume never earns less. A price ladder has no rate that falls from one tier to the
        next: a bigger order would be dearer by the unit.
        """
        for before, tier in zip(self.tiers, self.tiers[1:], strict=False):
            if tier.start <= before.start:
                yield (
                    f"tier {tier.id} begins at {shown(tier.start)}, not above {before.id} at "
                    f"{shown(before.start)}: write tiers from the lowest to the highest"
                )
                return
        for tier in self.tiers:
            if tier.start < 0:
                yield f"tier {tier.id} begins below zero"
            if min(tier.rate, tier.each, tier.fixed) < 0:
                yield f"tier {tier.id} takes instead of giving: no number below zero"
            if tier.rate > 1:
                yield f"tier {tier.id} gives {percent(tier.rate)}, more than there is"
        yield from self._falls(price)

    def _falls(self, price: bool) -> Iterator[str]:
        for before, tier in zip(self.tiers, self.tiers[1:], strict=False):
            step = f"from {before.id} to {tier.id}"
            falling = tier.rate < before.rate or tier.each < before.each
            if falling and price:
                yield f"the rate falls {step}: a bigger order would be dearer"
            elif self.mode == "whole" and self._loses(before, tier):
                yield (
                    f"at {shown(tier.start)} the sum falls {step}: a bigger volume would earn less"
                )

    def _loses(self, before: Tier, tier: Tier) -> bool:
        """Whether just below the edge more is earned than at it."""
        if self.measure in ("amount", "margin"):
            at = tier.start
            below = before.fixed + (before.rate + before.each) * at
            return tier.fixed + (tier.rate + tier.each) * at < below
        # How much money is behind a unit differs from deal to deal: nothing may fall.
        sums = tier.fixed + tier.each * tier.start
        return tier.rate < before.rate or sums < before.fixed + before.each * tier.start


def ladder_of(terms: Mapping[str, Any]) -> Ladder:
    """The ladder that terms state."""
    tiers = tuple(
        Tier(
            id,
            Fraction(tier.get("from", 0)),
            Fraction(tier.get("rate", 0)),
            Fraction(tier.get("each", 0)),
            Fraction(tier.get("fixed", 0)),
            in_both(tier.get("gift", "")),
            int(tier.get("credit_days", 0)),
        )
        for id, tier in terms["tiers"].items()
    )
    return Ladder(tiers, terms.get("mode", "whole"), terms.get("measure", "amount"))


def in_both(text: str | Mapping[str, str]) -> Texts:
    """A text of a rule file in both languages: what is missing in one is said in the other."""
    if isinstance(text, str):
        return {"en": text, "zh": text} if text else {}
    other = next(iter(text.values()), "")
    return {lang: text.get(lang, other) for lang in ("en", "zh")}


def percent(share: Fraction | Decimal) -> str:
    """A share in a sentence: 0.025 is 2.5%."""
    digits = f"{Decimal(round(Fraction(share) * 10**6)) / 10**4:f}"
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + "%"


def shown(number: Fraction | Decimal) -> str:
    """A number in a sentence: thousands apart, at most two decimals."""
    text = f"{Decimal(round(Fraction(number) * 100)) / 100:,.2f}"
    return text.removesuffix(".00")
