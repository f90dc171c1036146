"""Verification: is the ledger whole, is it what was written, and is it what the facts come to?

Every hash is worked out again, every entry's id, and what is owed by the facts and programs as the
last run had them; the entries must add up to it, and what was approved and paid must lie within. A
ledger whose end was cut off, last run and all,
is whole in itself: `head`, noted after a run, proves that nothing is missing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from groupbuy.api import IncentiveProgram
from groupbuy_incentives.ledger.accounts import accounts_hash
from groupbuy_incentives.ledger.facts import facts_hash
from groupbuy_incentives.ledger.payouts import LineKey, State, faults
from groupbuy_incentives.ledger.posting import entry_id, owe, rules_of
from groupbuy_incentives.ledger.store import (
    ENTRY_COLUMNS,
    PAYOUT_COLUMNS,
    RUN_COLUMNS,
    START,
    Ledger,
    linked,
)
from groupbuy_incentives.money import money

MOST_TOLD = 20


def findings(
    ledger: Ledger, kinds: Mapping[str, IncentiveProgram], head: str | None = None
) -> list[str]:
    """What is wrong with the ledger, in words; nothing if all is as it was written."""
    found: list[str] = []
    for finding in _findings(ledger, kinds, head):
        found.append(finding)
        if len(found) == MOST_TOLD:
            found.append("and perhaps more: these are the first")
            break
    return found


def _findings(
    ledger: Ledger, kinds: Mapping[str, IncentiveProgram], head: str | None
) -> Iterator[str]:
    try:
        with_damage = ledger.db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if with_damage != "ok":
            yield f"the file is damaged: {with_damage}"
            return
        runs = list(ledger.rows("SELECT * FROM runs ORDER BY seq"))
        faulty = list(_chains(ledger, runs))
        yield from faulty
        if head is not None and head not in _heads(ledger, runs):
            yield f"the head {head[:16]}… is none of this ledger's: something is gone or changed"
        if runs and not faulty:
            yield from _payouts(ledger, runs)
            yield from _sums(ledger, runs[-1], kinds)
    except sqlite3.DatabaseError as error:
        yield f"the file is damaged: {error}"


def _chains(ledger: Ledger, runs: list[Any]) -> Iterator[str]:
    """The hashes of facts, organisations, entries, and of runs with the payouts after each."""
    paid = _by_run(ledger.rows("SELECT * FROM payouts ORDER BY seq"))
    number_paid = 0
    before: Mapping[str, Any] = {
        "facts": 0,
        "facts_hash": START,
        "accounts": 0,
        "accounts_hash": START,
        "hash": START,
    }
    for number, run in enumerate(runs, 1):
        if run["seq"] != number:
            yield f"run {number} is missing"
            return
        for table, hashed in (("facts", facts_hash), ("accounts", accounts_hash)):
            there = hashed(ledger, before[table], run[table], before[f"{table}_hash"])
            if there != run[f"{table}_hash"]:
                yield f"the {table} that run {number} added are not what they were"
        if linked(before["hash"], (number, *(run[name] for name in RUN_COLUMNS))) != run["hash"]:
            yield f"run {number} is not what it was"
        chain = run["hash"]
        for row in paid(number):
            number_paid += 1
            if row["seq"] != number_paid:
                yield f"payout {number_paid} is missing"
                return
            if linked(chain, (number_paid, *(row[name] for name in PAYOUT_COLUMNS))) != row["hash"]:
                yield f"payout {number_paid} is not what it was"
            chain = row["hash"]
        before = {**dict(run), "hash": chain}
    if next(paid(None), None) is not None:
        yield "there are payouts of a run that is not there"
    yield from _entry_chain(ledger, runs)
    for table in ("facts", "accounts"):
        count = ledger.db.execute(f"SELECT count(*), max(seq) FROM {table}").fetchone()
        expected = before[table]
        if count[0] != expected:
            yield f"there are {count[0]:,} {table}; the last run had {expected:,}"


def _entry_chain(ledger: Ledger, runs: list[Any]) -> Iterator[str]:
    ends = {run["entries"]: run for run in runs}
    previous, number = START, 0
    earlier: dict[tuple[str, ...], tuple[int, int]] = {}
    for number, row in enumerate(ledger.entries(), 1):
        if row["seq"] != number:
            yield f"entry {number} is missing"
            return
        account = tuple(row[name] for name in ("program", "party", "key", "period", "form"))
        cents, count = earlier.get(account, (0, 0))
        earlier[account] = (cents + row["cents"], count + 1)
        if linked(previous, (number, *(row[name] for name in ENTRY_COLUMNS))) != row["hash"]:
            yield f"entry {number} is not what it was"
        elif entry_id(dict(row), cents + row["cents"], count) != row["id"]:
            yield f"entry {number} has not the id that its content has"
        previous = row["hash"]
        if number in ends and ends[number]["entries_hash"] != previous:
            yield f"the entries up to {number} are not those of run {ends[number]['seq']}"
    expected = runs[-1]["entries"] if runs else 0
    if number != expected:
        yield f"there are {number:,} entries; the last run had {expected:,}"


def _heads(ledger: Ledger, runs: list[Any]) -> set[str]:
    """All that was ever the head."""
    paid = (row["hash"] for row in ledger.rows("SELECT hash FROM payouts"))
    return {START, *(run["hash"] for run in runs), *paid}


def _payouts(ledger: Ledger, runs: list[Any]) -> Iterator[str]:
    """Nothing was approved beyond what was accrued, nor paid beyond what was approved."""
    state = State()
    owed: dict[LineKey, int] = {}
    posted = _by_run(ledger.entries())
    paid = _by_run(ledger.rows("SELECT * FROM payouts ORDER BY seq"))
    for number in range(1, len(runs) + 1):
        for entry in posted(number):
            if entry["form"] == "money":
                key = (entry["party"], entry["program"], entry["period"])
                owed[key] = owed.get(key, 0) + entry["cents"]
        yield from faults(number, owed, paid(number), state)


def _by_run(rows: Iterator[Any]) -> Callable[[int | None], Iterator[Any]]:
    """The rows of one run after the other, as they are asked for; of none, all that is left."""
    waiting: list[Any] = []

    def of(run: int | None) -> Iterator[Any]:
        while True:
            row = waiting.pop() if waiting else next(rows, None)
            if row is None:
                return
            if run is not None and row["run"] != run:
                waiting.append(row)
                return
            yield row

    return of


def _sums(ledger: Ledger, run: Any, kinds: Mapping[str, IncentiveProgram]) -> Iterator[str]:
    """What the entries add up to, against what the facts come to."""
    rules = rules_of(run["programs"])
    lacking = sorted({program.use for program in rules.programs} - kinds.keys())
    if lacking:
        yield f"what is owed can't be worked out again without the kinds: {', '.join(lacking)}"
        return
    today = date.fromisoformat(run["as_of"])
    owe(ledger, rules, kinds, today, run["facts"], run["accounts"])
    differing = ledger.db.execute(
        "WITH posted AS (SELECT program, party, key, sum(cents) AS cents FROM entries "
        "WHERE program IN (SELECT value FROM json_each(?)) GROUP BY program, party, key) "
        "SELECT program, party, key, coalesce(owed.cents, 0) AS owed, "
        "coalesce(posted.cents, 0) AS posted FROM owed FULL JOIN posted "
        "USING (program, party, key) WHERE coalesce(owed.cents, 0) <> coalesce(posted.cents, 0) "
        "ORDER BY program, party, key",
        (json.dumps(sorted({program.id for program in rules.programs})),),
    )
    for program, party, key, owed, posted in differing:
        yield (
            f"{program}: {party} is owed {money(owed)} for {key} by the facts, "
            f"and the entries make {money(posted)}"
        )
