"""A program as it is settled: its kind with the terms, and what is the same for all kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from groupbuy.api import Texts

Trigger = Literal["won", "invoiced", "paid"]
TRIGGERS: tuple[Trigger, ...] = ("won", "invoiced", "paid")
PUBLIC = ("government", "public_institution")
"""Who takes no rewards unless a program says otherwise (procurement regulation, art. 11)."""


@dataclass(frozen=True)
class Caps:
    """The most that is paid: for a deal, to a party in all, to a party in a period, to all."""

    deal: Decimal | None = None
    party: Decimal | None = None
    period: Decimal | None = None
    budget: Decimal | None = None


@dataclass(frozen=True)
class Program:
    """An incentive program with everything that decides what is owed.

    `start` and `end` are inclusive: deals won on these days belong to it. What was won, invoiced
    or paid (`trigger`) counts `hold_days` later. `not_to` are kinds of organisations that get
    nothing.
    """

    id: str
    use: str
    version: str = "1"
    start: date | None = None
    end: date | None = None
    trigger: Trigger = "paid"
    hold_days: int = 0
    caps: Caps = Caps()
    not_to: frozenset[str] = frozenset(PUBLIC)
    terms: Mapping[str, Any] = field(default_factory=dict)
    title: Texts = field(default_factory=dict)

    def covers(self, day: date) -> bool:
        """Whether a deal won on a day belongs to the program."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def name(self, lang: str) -> str:
        """The title in a language."""
        return self.title.get(lang) or next(iter(self.title.values()), self.id)


def as_json(program: Program) -> str:
    """The program as canonical JSON, for the record of a run. Decimals stay exact."""
    plain = {
        "id": program.id,
        "use": program.use,
        "version": program.version,
        "start": program.start and program.start.isoformat(),
        "end": program.end and program.end.isoformat(),
        "trigger": program.trigger,
        "hold_days": program.hold_days,
        "caps": {name: _plain(cap) for name, cap in vars(program.caps).items()},
        "not_to": sorted(program.not_to),
        "terms": _plain(program.terms),
        "title": dict(program.title),
    }
    # Terms keep their order: that of tiers means something.
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Program:
    """The program that `as_json` wrote."""
    plain = json.loads(text)
    start, end = plain["start"], plain["end"]
    return Program(
        plain["id"],
        plain["use"],
        plain["version"],
        start and date.fromisoformat(start),
        end and date.fromisoformat(end),
        plain["trigger"],
        plain["hold_days"],
        Caps(**{name: _revived(cap) for name, cap in plain["caps"].items()}),
        frozenset(plain["not_to"]),
        _revived(plain["terms"]),
        plain["title"],
    )


_NUMBER = "number"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {_NUMBER: str(value)}
    if isinstance(value, Mapping):
        return {"map": {key: _plain(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _revived(value: Any) -> Any:
    if isinstance(value, dict):
        if _NUMBER in value:
            return Decimal(value[_NUMBER])
        return {key: _revived(item) for key, item in value["map"].items()}
    if isinstance(value, list):
        return [_revived(item) for item in value]
    return value
