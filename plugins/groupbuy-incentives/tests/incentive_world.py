"""Programs and facts for tests, in a few words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from groupbuy.api import Account, Referral
from groupbuy_incentives.kinds import KINDS
from groupbuy_incentives.ledger.accounts import Known
from groupbuy_incentives.ledger.posting import Rules, Settled, settle
from groupbuy_incentives.ledger.store import Fact, Ledger
from groupbuy_incentives.money import cents_of
from groupbuy_incentives.programs import Caps, Program
from groupbuy_incentives.settling import (
    Earned,
    Event,
    Member,
    MemoryBook,
    Won,
    entitlements,
)

TODAY = date(2026, 11, 22)
ALL_KINDS = {f"incentives.{kind.name}": kind for kind in KINDS}
STACK = "common"


def exact(value: Any) -> Any:
    """Numbers of terms as rule files give them."""
    if isinstance(value, Mapping):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, bool | str | list):
        return value
    return Decimal(str(value))


def program(kind: str, terms: Mapping[str, Any], **more: Any) -> Program:
    """A program called as its kind, unless `id` says otherwise."""
    caps = Caps(**{name: Decimal(str(cap)) for name, cap in more.pop("caps", {}).items()})
    id = more.pop("id", kind)
    return Program(id, f"incentives.{kind}", caps=caps, terms=exact(terms), **more)


def referral_program(rate: Any = 0.02, **more: Any) -> Program:
    """So much of the first purchase, once it is paid."""
    return program("referral", {"reward": {"tiers": {"all": {"rate": rate}}}}, **more)


def rebate(tiers: Mapping[str, Any], **more: Any) -> Program:
    """A year-end rebate."""
    mode = more.pop("mode", "whole")
    return program("loyalty", {"per": "year", "mode": mode, "tiers": tiers}, **more)


def won(id: str, buyer: str, amount: Any, day: date = date(2026, 3, 1), **more: Any) -> Won:
    """A deal."""
    roles = more.pop("roles", {})
    return Won(id, day, cents_of(Decimal(str(amount))), parties={"buyer": buyer, **roles}, **more)


def moved(kind: str, deal: str, amount: Any, day: date = date(2026, 4, 1)) -> tuple[str, Event]:
    """An invoice, payment or refund."""
    return deal, Event(kind, day, cents_of(Decimal(str(amount))))


def referred(
    id: str, referrer: str, customer: str, day: date = date(2026, 2, 1), rejected: str | None = None
) -> Referral:
    """A referral."""
    return Referral(id, day, referrer, customer, rejected)


def members(
    ids: Iterable[str], programs: Iterable[Program], kinds: Mapping[str, str] | None = None
) -> dict[str, Member]:
    """Organisations that are in all programs."""
    open_to = {program.id: (number, True) for number, program in enumerate(programs)}
    return {id: Member(Account(id, (kinds or {}).get(id, "private")), open_to) for id in ids}


def owed(
    programs: list[Program],
    deals: Iterable[Won] = (),
    events: Iterable[tuple[str, Event]] = (),
    referrals: Iterable[Referral] = (),
    purchases: Iterable[Any] = (),
    *,
    ids: Iterable[str] = ("L1", "L2", "L3", "L4", "L5"),
    kinds: Mapping[str, str] | None = None,
    today: date = TODAY,
    known: Mapping[str, Member] | None = None,
) -> list[Earned]:
    """What everybody is owed."""
    book = MemoryBook(deals, events, referrals, purchases)
    everybody = known if known is not None else members(ids, programs, kinds)
    return list(entitlements(programs, ALL_KINDS, everybody, book, today))


def amounts(found: Iterable[Earned]) -> dict[tuple[str, str], Decimal]:
    """Party and key → amount, of what is not rejected."""
    return {
        (each.accrual.party, each.accrual.key): each.accrual.amount
        for each in found
        if each.accrual.rejected is None
    }


def rejections(found: Iterable[Earned]) -> dict[str, str]:
    """Key → reason."""
    return {
        each.accrual.key: each.accrual.rejected
        for each in found
        if each.accrual.rejected is not None
    }


# ── the ledger ──


def fact_won(deal: Won) -> Fact:
    """A deal as the ledger takes it."""
    parties = {role: party for role, party in deal.parties.items() if role != "buyer"}
    margin = None if deal.margin is None else cents_of(deal.margin)
    data = {"quantity": str(deal.quantity), "margin": margin, "parties": parties}
    text = json.dumps(data, sort_keys=True)
    day = deal.date.toordinal()
    return Fact("won", deal.id, day, deal.cents, deal.id, deal.parties["buyer"], text)


def fact_moved(id: str, deal: str, event: Event) -> Fact:
    """Money that moved."""
    return Fact(event.kind, id, event.date.toordinal(), event.cents, deal)


def fact_referred(referral: Referral, *, to_person: bool = False) -> Fact:
    """A referral as the ledger takes it."""
    data = json.dumps({"referrer": referral.referrer, "to_person": to_person})
    day = referral.date.toordinal()
    return Fact("referred", referral.id, day, party=referral.referred, data=data)


def known(*ids: str, **more: Any) -> list[Known]:
    """Organisations in all programs."""
    return [
        Known(id, more.get("kind", "private"), None, STACK, dict.fromkeys(more["programs"], True))
        for id in ids
    ]


def settled(
    path: Path,
    programs: list[Program],
    facts: Iterable[Fact],
    ids: Iterable[str] = ("L1", "L2", "L3", "L4", "L5"),
    today: date = TODAY,
) -> Settled:
    """One run."""
    ledger = Ledger(path, create=True)
    forms = {STACK: {each.id: number for number, each in enumerate(programs)}}
    everybody = known(*ids, programs=[each.id for each in programs])
    try:
        return settle(ledger, facts, everybody, Rules(programs, forms), ALL_KINDS, today)
    finally:
        ledger.close()


def entries(path: Path) -> list[dict[str, Any]]:
    """All entries, as plain data."""
    ledger = Ledger(path)
    try:
        return [dict(row) for row in ledger.entries()]
    finally:
        ledger.close()


def balance(path: Path) -> dict[tuple[str, str], int]:
    """What entries add up to, by party and key, in cents."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries(path):
        account = (entry["party"], entry["key"])
        found[account] = found.get(account, 0) + entry["cents"]
    return found
