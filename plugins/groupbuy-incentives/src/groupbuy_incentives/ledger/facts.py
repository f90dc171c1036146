"""Facts go into the ledger once each; a fact that is told differently later is an error."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from groupbuy.api import GroupbuyError, Location, Problem
from groupbuy_incentives.ledger.store import FACT_COLUMNS, START, Fact, Ledger, chained

BATCH = 5_000
MOST_TOLD = 20
COLUMNS = ", ".join(FACT_COLUMNS)
NOUNS: Mapping[str, tuple[str, str]] = {
    "won": ("deal", "a deal stays as it was won: book what was given back as a refund"),
    "invoiced": ("invoice", "give a correction an id of its own"),
    "paid": ("payment", "book what was given back as a refund, with an id of its own"),
    "refunded": ("refund", "give a second refund an id of its own"),
    "referred": ("referral", "a referral stays as it was handed in"),
    "purchased": ("purchase", "give a second purchase an id of its own"),
}


def add_facts(ledger: Ledger, facts: Iterable[Fact]) -> int:
    """Add what is new, sorted, so that the order of files makes no difference; how many.

    Raises `GroupbuyError` where one id stands for two different facts, or money moved for a deal
    that nobody won.
    """
    db = ledger.db
    db.execute(
        "CREATE TEMP TABLE told (kind TEXT, id TEXT, deal TEXT, party TEXT, day INTEGER, "
        "cents INTEGER, data TEXT, file TEXT, line INTEGER, clash INTEGER DEFAULT 0, "
        "PRIMARY KEY (kind, id)) WITHOUT ROWID"
    )
    for batch in batches(facts):
        db.executemany(
            "INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET "
            "clash = clash OR (deal, party, day, cents, data) <> "
            "(excluded.deal, excluded.party, excluded.day, excluded.cents, excluded.data)",
            ((f.kind, f.id, f.deal, f.party, f.day, f.cents, f.data, *_place(f.at)) for f in batch),
        )
    db.execute(
        "UPDATE told SET clash = 2 FROM facts WHERE facts.kind = told.kind AND "
        "facts.id = told.id AND (facts.deal, facts.party, facts.day, facts.cents, facts.data) <> "
        "(told.deal, told.party, told.day, told.cents, told.data)"
    )
    _refuse_clashes(db)
    before = _count(db)
    db.execute(
        f"INSERT INTO facts ({COLUMNS}) SELECT {COLUMNS} FROM told WHERE NOT EXISTS "
        "(SELECT 1 FROM facts WHERE facts.kind = told.kind AND facts.id = told.id) "
        "ORDER BY kind, id"
    )
    _refuse_strays(db)
    db.execute("DROP TABLE told")
    return _count(db) - before


def facts_hash(ledger: Ledger, after: int, upto: int, before: str = START) -> str:
    """The hash of the facts `after` … `upto`, going on from the hash `before`."""
    rows = ledger.db.execute(
        f"SELECT seq, {COLUMNS} FROM facts WHERE seq > ? AND seq <= ? ORDER BY seq",
        (after, upto),
    )
    return chained(before, rows)


def batches(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    """Facts in lists of a size that memory does not notice."""
    rest = iter(facts)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _place(at: Location | None) -> tuple[str, int]:
    return ("", 0) if at is None else (at.file, at.line or 0)


def _at(file: str, line: int) -> Location | None:
    return Location(file, line or None) if file else None


def _count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM facts").fetchone()[0])


def _refuse_clashes(db: sqlite3.Connection) -> None:
    count = db.execute("SELECT count(*) FROM told WHERE clash").fetchone()[0]
    if not count:
        return
    problems = []
    for kind, id, file, line, clash in db.execute(
        "SELECT kind, id, file, line, clash FROM told WHERE clash ORDER BY file, line, kind, id "
        "LIMIT ?",
        (MOST_TOLD,),
    ):
        noun, hint = NOUNS[kind]
        where = "in the ledger" if clash == 2 else "elsewhere in these files"
        message = f"the {noun} {id} is told differently {where}"
        problems.append(Problem("fact-differs", message, _at(file, line), hint))
    raise _raised(problems, count)


def _refuse_strays(db: sqlite3.Connection) -> None:
    """Money can only move for a deal that was won, in these files or an earlier run."""
    strays = (
        "FROM told WHERE deal <> '' AND kind <> 'won' AND NOT EXISTS "
        "(SELECT 1 FROM facts WHERE facts.kind = 'won' AND facts.id = told.deal)"
    )
    count = db.execute(f"SELECT count(*) {strays}").fetchone()[0]
    if not count:
        return
    problems = []
    for kind, id, deal, file, line in db.execute(
        f"SELECT kind, id, deal, file, line {strays} ORDER BY file, line, kind, id LIMIT ?",
        (MOST_TOLD,),
    ):
        message = f"the {NOUNS[kind][0]} {id} is of the deal {deal}, which no file has"
        hint = "add the deal to the file of deals, or mend its number here"
        problems.append(Problem("unknown-deal", message, _at(file, line), hint))
    raise _raised(problems, count)


def _raised(problems: list[Problem], count: int) -> GroupbuyError:
    if count > len(problems):
        problems.append(
            Problem("file-more-problems", f"and {count - len(problems):,} more in these files")
        )
    return GroupbuyError(*problems)
