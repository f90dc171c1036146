"""The ledger's file: its tables, how it is opened, and how facts and entries are added.

Nothing is changed or deleted: triggers refuse it, and a chain of hashes shows it where somebody
went round them. One run is one transaction, so a run that is killed leaves no trace; and while one
run writes, another waits.

- `facts`: deals won, money that moved, referrals, our purchases; each once, by kind and id.
- `accounts`: what was known of each organisation; the newest row of an id counts.
- `runs`: each settlement with its date, the programs in full, and the hashes up to it.
- `entries`: what was posted.
- `payouts`: what was approved and paid of it, in one chain of hashes with the runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from groupbuy.api import GroupbuyError, Location, Problem

VERSION = 2
START = hashlib.sha256(b"groupbuy ledger 2").hexdigest()
PATIENCE_S = 60.0
"""How long a run waits for another that writes."""

SCHEMA = """
CREATE TABLE facts (
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, deal TEXT NOT NULL,
  party TEXT NOT NULL, day INTEGER NOT NULL, cents INTEGER NOT NULL, data TEXT NOT NULL,
  UNIQUE (kind, id)) STRICT;
CREATE INDEX facts_by_deal ON facts (deal);
CREATE TABLE accounts (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX accounts_by_id ON accounts (id);
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY, as_of TEXT NOT NULL, programs TEXT NOT NULL,
  facts INTEGER NOT NULL, facts_hash TEXT NOT NULL,
  accounts INTEGER NOT NULL, accounts_hash TEXT NOT NULL,
  entries INTEGER NOT NULL, entries_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run INTEGER NOT NULL, date TEXT NOT NULL,
  program TEXT NOT NULL, version TEXT NOT NULL, kind TEXT NOT NULL, party TEXT NOT NULL,
  key TEXT NOT NULL, period TEXT NOT NULL, form TEXT NOT NULL, cents INTEGER NOT NULL,
  reason TEXT NOT NULL, because TEXT NOT NULL, deals TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE INDEX entries_by_account ON entries (program, party, key);
CREATE TABLE payouts (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run INTEGER NOT NULL, date TEXT NOT NULL,
  kind TEXT NOT NULL, reference TEXT NOT NULL, who TEXT NOT NULL, request TEXT NOT NULL,
  party TEXT NOT NULL, program TEXT NOT NULL, period TEXT NOT NULL, cents INTEGER NOT NULL,
  hash TEXT NOT NULL) STRICT;
CREATE INDEX payouts_by_reference ON payouts (kind, reference);
"""
APPEND_ONLY = ("facts", "accounts", "runs", "entries", "payouts")

FACT_COLUMNS = ("kind", "id", "deal", "party", "day", "cents", "data")
ENTRY_COLUMNS = (
    *("id", "run", "date", "program", "version", "kind", "party", "key", "period", "form"),
    *("cents", "reason", "because", "deals"),
)
RUN_COLUMNS = (
    *("as_of", "programs", "facts", "facts_hash", "accounts", "accounts_hash"),
    *("entries", "entries_hash"),
)
PAYOUT_COLUMNS = (
    *("id", "run", "date", "kind", "reference", "who", "request"),
    *("party", "program", "period", "cents"),
)


@dataclass(frozen=True)
class Fact:
    """Something that happened, as the ledger keeps it. `at` says where it was read."""

    kind: str
    id: str
    day: int
    cents: int = 0
    deal: str = ""
    party: str = ""
    data: str = "{}"
    at: Location | None = None


class Ledger:
    """An open ledger."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file. Raises `GroupbuyError` where it is none, or not there."""
        self.path = path
        if not create and not path.is_file():
            fail("no-ledger", f"there is no ledger {path}", "groupbuy settle --ledger makes one")
        if create and not path.parent.is_dir():
            fail("no-such-folder", f"there is no folder {path.parent}", "make it first")
        try:
            self.db = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
            self.db.execute("PRAGMA temp_store = FILE")
            self.db.execute("PRAGMA synchronous = FULL")
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            tables = self.db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        except sqlite3.DatabaseError as error:
            self._refuse(error)
        if version == 0 and tables == 0 and create:
            self._make()
        elif version != VERSION:
            fail(
                "not-a-ledger",
                f"{path} is not a ledger of this version of groupbuy",
                "name another file with --ledger",
            )

    def _make(self) -> None:
        with self.writing():
            if self.db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
                return  # another run was faster
            for statement in SCHEMA.split(";\n"):
                self.db.execute(statement)
            for table in APPEND_ONLY:
                for verb in ("UPDATE", "DELETE"):
                    self.db.execute(
                        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END"
                    )
            self.db.execute(f"PRAGMA user_version = {VERSION}")

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is there afterwards, or nothing."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            self._refuse(error)
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                self._refuse(error)
            raise

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def _refuse(self, error: sqlite3.DatabaseError) -> NoReturn:
        text = str(error)
        if "locked" in text or "busy" in text:
            message = f"another run has been writing to {self.path} for {PATIENCE_S:g} s"
            fail("ledger-busy", message, "try again when it is done")
        if "not a database" in text or "malformed" in text:
            fail("not-a-ledger", f"{self.path} is not a ledger", "name another file with --ledger")
        fail("ledger-unusable", f"{self.path}: {text}", None)

    # ── what is there ──

    def last_run(self) -> sqlite3.Row | None:
        """The newest run."""
        cursor = self.db.cursor()
        cursor.row_factory = sqlite3.Row
        found: sqlite3.Row | None = cursor.execute(
            "SELECT * FROM runs ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return found

    def head(self) -> str:
        """The hash that stands for all that was ever written; note it to prove it later."""
        last = self.last_run()
        if last is None:
            return START
        paid = self.db.execute("SELECT run, hash FROM payouts ORDER BY seq DESC LIMIT 1").fetchone()
        after = paid is not None and paid[0] == last["seq"]
        return str(paid[1] if after else last["hash"])

    def rows(self, query: str, values: Iterable[Any] = ()) -> Iterator[sqlite3.Row]:
        """Rows with their columns by name."""
        cursor = self.db.cursor()
        cursor.row_factory = sqlite3.Row
        yield from cursor.execute(query, tuple(values))

    def entries(self) -> Iterator[sqlite3.Row]:
        """Entries in the order in which they were posted."""
        return self.rows("SELECT * FROM entries ORDER BY seq")

    def everything(self, where: str = "", values: Iterable[Any] = ()) -> Iterator[sqlite3.Row]:
        """Entries and payouts in the order in which they were posted; both have all columns."""
        entries = (
            "SELECT 'entries' AS book, seq, run, id, date, kind, party, program, version, key, "
            "period, form, cents, reason, because, deals, '' AS who, '' AS reference, hash "
            "FROM entries"
        )
        payouts = (
            "SELECT 'payouts', seq, run, id, date, kind, party, program, '', '', period, 'money', "
            "cents, '', '{}', '[]', who, reference, hash FROM payouts"
        )
        condition = f"WHERE {where} " if where else ""
        return self.rows(
            f"SELECT * FROM ({entries} UNION ALL {payouts}) {condition}ORDER BY run, book, seq",
            values,
        )


def linked(before: str, row: Iterable[Any]) -> str:
    """The hash of a row and all rows before it."""
    text = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def chained(before: str, rows: Iterable[Iterable[Any]]) -> str:
    """The hash of all rows."""
    for row in rows:
        before = linked(before, row)
    return before


def canonical(data: Any) -> str:
    """Plain data as JSON that is the same for the same."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fail(code: str, message: str, hint: str | None) -> NoReturn:
    """End with one problem."""
    raise GroupbuyError(Problem(code, message, None, hint))
