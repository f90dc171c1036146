"""Posting: the ledger gets what is owed now and was not posted yet, and nothing else.

For each program, party and key the sum of the entries becomes what is owed. More is an `accrue`,
less a `claw_back`; what a new version of the program changes is an `adjust` (a true-up). Where
nothing is owed and there is a reason, a `reject` says so, once. A claw-back is in the period in
which it was accrued; what is earned in another period now is taken back there and accrued here.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from groupbuy.api import IncentiveProgram
from groupbuy_incentives.graph import Kinship
from groupbuy_incentives.ledger.accounts import (
    Known,
    accounts_hash,
    accounts_upto,
    add_accounts,
    identities,
    members_of,
)
from groupbuy_incentives.ledger.book import LedgerBook
from groupbuy_incentives.ledger.facts import add_facts, facts_hash
from groupbuy_incentives.ledger.payouts import lapse
from groupbuy_incentives.ledger.store import (
    ENTRY_COLUMNS,
    RUN_COLUMNS,
    START,
    Fact,
    Ledger,
    canonical,
    fail,
    linked,
)
from groupbuy_incentives.money import cents_of
from groupbuy_incentives.programs import Program, as_json, from_json
from groupbuy_incentives.reasons import REASONS
from groupbuy_incentives.settling import Earned, entitlements

Forms = Mapping[str, Mapping[str, int]]
"""For each stack of packs the number of every program's form."""


@dataclass(frozen=True)
class Rules:
    """The programs of a run: each form once, and which forms each stack of packs has."""

    programs: Sequence[Program] = ()
    forms: Forms | None = None

    def data(self) -> str:
        """As a run keeps it."""
        programs = [as_json(program) for program in self.programs]
        return json.dumps(
            {"programs": programs, "forms": self.forms or {}},
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )

    def with_earlier(self, earlier: Rules) -> Rules:
        """These rules, and what an earlier run knew of stacks that no lead is in this time."""
        programs = list(self.programs)
        numbers = {as_json(program): n for n, program in enumerate(programs)}
        forms = {stack: dict(each) for stack, each in (self.forms or {}).items()}
        for stack, each in (earlier.forms or {}).items():
            if stack in forms:
                continue
            forms[stack] = {}
            for id, number in each.items():
                program = earlier.programs[number]
                text = as_json(program)
                if text not in numbers:
                    numbers[text] = len(programs)
                    programs.append(program)
                forms[stack][id] = numbers[text]
        return Rules(programs, forms)


def rules_of(data: str) -> Rules:
    """What a run kept."""
    plain = json.loads(data)
    return Rules([from_json(text) for text in plain["programs"]], plain["forms"])


@dataclass(frozen=True)
class Settled:
    """What a run did. `dormant` are programs with entries that no rules know any more."""

    run: int | None
    facts: int
    entries: int
    head: str
    dormant: tuple[str, ...] = ()


def settle(
    ledger: Ledger,
    facts: Iterable[Fact],
    accounts: Iterable[Known],
    rules: Rules,
    kinds: Mapping[str, IncentiveProgram],
    today: date,
) -> Settled:
    """Add the facts, work out what is owed on the day `today`, and post the differences.

    Raises `GroupbuyError`, after which the ledger is as it was before.
    """
    with ledger.writing():
        last = ledger.last_run()
        if last is not None and today.isoformat() < last["as_of"]:
            fail(
                "ledger-is-later",
                f"{ledger.path} was settled on {last['as_of']}, which is after {today}",
                "settle as of that day or a later one",
            )
        new = add_facts(ledger, facts)
        changed = add_accounts(ledger, accounts)
        if last is not None:
            rules = rules.with_earlier(rules_of(last["programs"]))
        run = 1 if last is None else last["seq"] + 1
        owe(ledger, rules, kinds, today, _count(ledger, "facts"), _count(ledger, "accounts"))
        posted = _post(ledger, run, today, rules)
        same = last is not None and last["programs"] == rules.data()
        if same and not (new or changed or posted):
            return Settled(None, 0, 0, ledger.head(), _dormant(ledger, rules))
        _close(ledger, run, today, rules)
        lapse(ledger, run, today)
        return Settled(run, new, posted, ledger.head(), _dormant(ledger, rules))


def owe(
    ledger: Ledger,
    rules: Rules,
    kinds: Mapping[str, IncentiveProgram],
    today: date,
    facts: int,
    accounts: int,
) -> None:
    """Work out what is owed by the first `facts` facts into the table `temp.owed`."""
    known = accounts_upto(ledger, accounts)
    book = LedgerBook(ledger, Kinship(identities(known)), rules.programs, facts)
    members = members_of(known, rules.forms or {})
    ledger.db.execute("DROP TABLE IF EXISTS temp.owed")
    ledger.db.execute(
        "CREATE TEMP TABLE owed (program TEXT, party TEXT, key TEXT, version TEXT, period TEXT, "
        "form TEXT, cents INTEGER, reason TEXT, because TEXT, deals TEXT, hint TEXT, "
        "PRIMARY KEY (program, party, key)) WITHOUT ROWID"
    )
    ledger.db.executemany(
        "INSERT INTO owed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        # A member of staff may earn by one program in several forms, one for each kind of buyer.
        "cents = cents + excluded.cents, because = excluded.because",
        (_owed(each) for each in entitlements(rules.programs, kinds, members, book, today)),
    )


def _owed(earned: Earned) -> tuple[Any, ...]:
    program, accrual = earned.program, earned.accrual
    return (
        program.id,
        accrual.party,
        accrual.key,
        program.version,
        accrual.period,
        accrual.form,
        cents_of(accrual.amount),
        accrual.rejected or "",
        canonical(dict(accrual.because)),
        canonical(list(accrual.deals)),
        earned.hint or "",
    )


POSTED = """
CREATE TEMP TABLE posted (
  program TEXT, party TEXT, key TEXT, period TEXT, form TEXT, cents INTEGER, entries INTEGER,
  paid INTEGER, seq INTEGER, version TEXT, reason TEXT, deals TEXT,
  PRIMARY KEY (program, party, key, period, form)) WITHOUT ROWID
"""
FILL_POSTED = """
INSERT INTO posted SELECT program, party, key, period, form, sum(cents), count(*),
  sum(kind <> 'reject'), max(seq), version, reason, deals  -- version and reason are the newest's
FROM entries WHERE program IN (SELECT value FROM json_each(:programs))
GROUP BY program, party, key, period, form
"""
DIFFERENCES = """
WITH newest AS (
  SELECT program, party, key, max(seq), reason, sum(cents <> 0) AS stands
  FROM posted GROUP BY program, party, key),
-- What is owed is posted in its own period. Where all is rejected, what stands is taken back below.
due AS (
  SELECT owed.program, owed.party, owed.key, owed.version, owed.period, owed.form,
    owed.cents, owed.reason, owed.because, owed.deals, owed.hint,
    coalesce(posted.cents, 0) AS before, coalesce(posted.entries, 0) AS entries,
    coalesce(posted.paid, 0) AS paid, coalesce(posted.version, '') AS version_before,
    coalesce(newest.reason, '') AS reason_before
  FROM owed LEFT JOIN newest USING (program, party, key)
  LEFT JOIN posted USING (program, party, key, period, form)
  WHERE owed.cents <> 0 OR NOT coalesce(newest.stands, 0)),
-- What is owed no more, or for another period now, is taken back in the period of its own.
gone AS (
  SELECT posted.program, posted.party, posted.key, coalesce(owed.version, posted.version),
    posted.period, posted.form, 0, coalesce(iif(owed.cents, '', owed.reason), ''), '', posted.deals,
    CASE WHEN EXISTS (SELECT 1 FROM facts, json_each(posted.deals) AS deal
        WHERE facts.deal = deal.value AND facts.kind = 'refunded') THEN 'refunded'
      WHEN owed.cents THEN 'other_period' ELSE 'no_longer_earned' END,
    posted.cents, posted.entries, posted.paid, posted.version, posted.reason
  FROM posted LEFT JOIN owed USING (program, party, key)
  WHERE posted.cents <> 0 AND (owed.program IS NULL OR owed.cents = 0
    OR owed.period <> posted.period OR owed.form <> posted.form))
SELECT * FROM due
WHERE cents <> before OR (cents = 0 AND before = 0 AND reason NOT IN ('', reason_before))
UNION ALL SELECT * FROM gone
ORDER BY program, party, key, period, form
"""


def _post(ledger: Ledger, run: int, today: date, rules: Rules) -> int:
    """Post the differences; how many."""
    start = _count(ledger, "entries")
    ledger.db.execute("DROP TABLE IF EXISTS temp.posted")
    ledger.db.execute(POSTED)
    programs = json.dumps(sorted({program.id for program in rules.programs}))
    ledger.db.execute(FILL_POSTED, {"programs": programs})
    # All is worked out, on disk, before anything is written: the query looks at what is written to.
    ledger.db.execute("DROP TABLE IF EXISTS temp.differences")
    ledger.db.execute(f"CREATE TEMP TABLE differences AS {DIFFERENCES}")
    insert = (
        f"INSERT INTO entries (seq, {', '.join(ENTRY_COLUMNS)}, hash) "
        f"VALUES ({', '.join('?' * (len(ENTRY_COLUMNS) + 2))})"
    )

    def rows() -> Iterator[Sequence[Any]]:
        before = _entries_hash(ledger)
        found = ledger.rows("SELECT * FROM temp.differences ORDER BY rowid")
        for number, row in enumerate(found, start + 1):
            entry = _entry(row, run, today)
            values = (number, *(entry[name] for name in ENTRY_COLUMNS))
            before = linked(before, values)
            yield (*values, before)

    ledger.db.executemany(insert, rows())
    return _count(ledger, "entries") - start


def _entry(found: sqlite3.Row, run: int, today: date) -> dict[str, Any]:
    change = found["cents"] - found["before"]
    kind, reason = _kind(found, change)
    because = found["because"] or canonical(dict(REASONS[reason]))
    entry = {
        **{name: found[name] for name in ("program", "version", "party", "key", "period", "form")},
        "run": run,
        "date": today.isoformat(),
        "kind": kind,
        "cents": change,
        "reason": reason,
        "because": because,
        "deals": found["deals"],
    }
    return {**entry, "id": entry_id(entry, found["cents"], found["entries"])}


def _kind(found: sqlite3.Row, change: int) -> tuple[str, str]:
    """What an entry is, and why."""
    reason = found["reason"]
    if not change:
        return "reject", reason
    renewed = found["paid"] and found["version_before"] != found["version"]
    if renewed and not reason and not (found["hint"] and change < 0):
        return "adjust", "new_version"
    if change > 0:
        return "accrue", reason
    return "claw_back", reason or found["hint"]


def entry_id(entry: Mapping[str, Any], owed: int, earlier: int) -> str:
    """The id of an entry: of what it is and for which period, and of what is then owed.

    `owed` and `earlier`, the number of entries before it, are those of the period.
    """
    names = ("program", "version", "party", "key", "period", "form", "kind", "reason")
    text = canonical([*(entry[name] for name in names), owed, earlier])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _close(ledger: Ledger, run: int, today: date, rules: Rules) -> None:
    """Write down the run with the hashes of all there is now."""
    last = ledger.last_run()
    facts, accounts = _count(ledger, "facts"), _count(ledger, "accounts")
    values = (
        today.isoformat(),
        rules.data(),
        facts,
        facts_hash(ledger, *_since(last, "facts", facts)),
        accounts,
        accounts_hash(ledger, *_since(last, "accounts", accounts)),
        _count(ledger, "entries"),
        _entries_hash(ledger),
    )
    head = linked(ledger.head(), (run, *values))
    ledger.db.execute(
        f"INSERT INTO runs (seq, {', '.join(RUN_COLUMNS)}, hash) "
        f"VALUES ({', '.join('?' * (len(RUN_COLUMNS) + 2))})",
        (run, *values, head),
    )


def _since(last: Any, table: str, upto: int) -> tuple[int, int, str]:
    return (0, upto, START) if last is None else (last[table], upto, last[f"{table}_hash"])


def _entries_hash(ledger: Ledger) -> str:
    row = ledger.db.execute("SELECT hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    return START if row is None else str(row[0])


def _count(ledger: Ledger, table: str) -> int:
    return int(ledger.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _dormant(ledger: Ledger, rules: Rules) -> tuple[str, ...]:
    known = {program.id for program in rules.programs}
    rows = ledger.db.execute("SELECT DISTINCT program FROM entries ORDER BY program")
    return tuple(program for (program,) in rows if program not in known)
