"""The ledger's facts as programs need them: streamed from disk in sorted groups.

Memory holds one group at a time (all deals of one buyer, say) and the organisations, never all
facts: what is sorted is sorted by SQLite on disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from groupbuy.api import Accrual, Purchase, Referral
from groupbuy_incentives.graph import Introduction, Kinship, vetted
from groupbuy_incentives.ledger.store import Ledger, canonical
from groupbuy_incentives.money import cents_of, money
from groupbuy_incentives.programs import Program
from groupbuy_incentives.settling import BUYER, DEAL, Earned, Event, Group, Won

Deals = list[tuple[Won, Sequence[Event]]]


class LedgerBook:
    """The facts up to a row, and the referrals among them with what is wrong with them."""

    def __init__(
        self, ledger: Ledger, kinship: Kinship, programs: Sequence[Program], upto: int
    ) -> None:
        """`programs` are all forms; `upto` is the last fact that counts."""
        self.db, self.upto, self.programs = ledger.db, upto, programs
        self.referrals = _by(vetted(list(self.introductions()), kinship), "referred")
        self.purchases = _by(self.all_purchases(), "account")
        self.db.execute("DROP TABLE IF EXISTS temp.firsts")
        self.db.execute(
            "CREATE TEMP TABLE firsts AS SELECT id FROM (SELECT id, row_number() OVER "
            "(PARTITION BY party ORDER BY day, id) AS place FROM facts "
            "WHERE kind = 'won' AND seq <= ?) WHERE place = 1",
            (upto,),
        )
        self.db.execute("CREATE UNIQUE INDEX temp.firsts_id ON firsts (id)")

    # ── facts ──

    def introductions(self) -> Iterator[Introduction]:
        """The referrals as they were handed in."""
        for id, party, day, data in self.db.execute(
            "SELECT id, party, day, data FROM facts WHERE kind = 'referred' AND seq <= ?",
            (self.upto,),
        ):
            more = json.loads(data)
            referral = Referral(id, date.fromordinal(day), more["referrer"], party)
            yield Introduction(referral, more["to_person"])

    def all_purchases(self) -> Iterator[Purchase]:
        """What we bought."""
        for id, party, day, cents, data in self.db.execute(
            "SELECT id, party, day, cents, data FROM facts WHERE kind = 'purchased' "
            "AND seq <= ? ORDER BY day, id",
            (self.upto,),
        ):
            category = json.loads(data)["category"]
            yield Purchase(id, date.fromordinal(day), party, money(cents), category)

    def groups(self, together: str) -> Iterator[Group]:
        """Deals one by one, or those of each party in a role, sorted."""
        if together != BUYER:
            for of, deals in self.deals(together):
                yield Group(of, deals)
            return
        without = sorted(set(self.referrals) | set(self.purchases))
        place = 0
        for of, deals in self.deals(together):
            while place < len(without) and without[place] < of:
                yield self.group(without[place], [])
                place += 1
            if place < len(without) and without[place] == of:
                place += 1
            yield self.group(of, deals)
        for of in without[place:]:
            yield self.group(of, [])

    def group(self, of: str, deals: Deals) -> Group:
        """A buyer with its referrals and our purchases."""
        return Group(of, deals, self.referrals.get(of, ()), self.purchases.get(of, ()))

    def deals(self, together: str) -> Iterator[tuple[str, Deals]]:
        """The deals of each party, by date and id, each with the money that moved."""
        role = "$.parties." + json.dumps(together)
        of = {DEAL: "won.id", BUYER: "won.party"}.get(together, "won.data ->> :role")
        rows = self.db.execute(
            f"SELECT {of} AS of, won.id, won.party, won.day, won.cents, won.data, "
            "firsts.id IS NOT NULL, moved.kind, moved.day, moved.cents FROM facts AS won "
            "LEFT JOIN firsts ON firsts.id = won.id "
            "LEFT JOIN facts AS moved ON moved.deal = won.id AND moved.seq <= :upto "
            "AND moved.kind <> 'won' "
            "WHERE won.kind = 'won' AND won.seq <= :upto AND of IS NOT NULL "
            "ORDER BY of, won.day, won.id",
            {"upto": self.upto, "role": role},
        )
        for party, theirs in groupby(rows, key=lambda row: row[0]):
            found: Deals = []
            for _, lines in groupby(theirs, key=lambda row: row[1]):
                moved = list(lines)
                events = [
                    Event(kind, date.fromordinal(day), cents)
                    for *_, kind, day, cents in moved
                    if kind is not None
                ]
                found.append((_won(moved[0]), events))
            yield str(party), found

    # ── what is earned ──

    def in_order(self, raw: Iterable[Earned]) -> Iterator[Earned]:
        """Sorted on disk."""
        numbers = {id(program): n for n, program in enumerate(self.programs)}
        self.db.execute("DROP TABLE IF EXISTS temp.earned")
        self.db.execute(
            "CREATE TEMP TABLE earned (program INTEGER, id TEXT, day INTEGER, key TEXT, "
            "party TEXT, cents INTEGER, period TEXT, form TEXT, because TEXT, deals TEXT, "
            "rejected TEXT, hint TEXT)"
        )
        self.db.executemany(
            "INSERT INTO earned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(numbers[id(each.program)], each) for each in raw),
        )
        for program, *row in self.db.execute(
            "SELECT program, day, key, party, cents, period, form, because, deals, rejected, hint "
            "FROM earned ORDER BY id, day, key, party, program"
        ):
            yield _earned(self.programs[program], row)


def _won(row: Sequence[Any]) -> Won:
    _, id, buyer, day, cents, data, first, *_ = row
    more = json.loads(data)
    margin = more.get("margin")
    return Won(
        id,
        date.fromordinal(day),
        cents,
        Decimal(more.get("quantity", "0")),
        None if margin is None else money(margin),
        {**more["parties"], BUYER: buyer},
        bool(first),
    )


def _row(program: int, earned: Earned) -> tuple[Any, ...]:
    accrual = earned.accrual
    return (
        program,
        earned.program.id,
        accrual.date.toordinal(),
        accrual.key,
        accrual.party,
        cents_of(accrual.amount),
        accrual.period,
        accrual.form,
        canonical(dict(accrual.because)),
        canonical(list(accrual.deals)),
        accrual.rejected,
        earned.hint,
    )


def _earned(program: Program, row: Sequence[Any]) -> Earned:
    day, key, party, cents, period, form, because, deals, rejected, hint = row
    accrual = Accrual(
        party,
        key,
        money(cents),
        json.loads(because),
        date.fromordinal(day),
        period,
        tuple(json.loads(deals)),
        rejected,
        form,
    )
    return Earned(program, accrual, hint)


def _by(found: Iterable[Any], name: str) -> Mapping[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for each in found:
        groups.setdefault(getattr(each, name), []).append(each)
    return groups
