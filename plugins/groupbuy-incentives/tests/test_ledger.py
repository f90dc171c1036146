"""The ledger: only ever added to, whole whatever happens to a run, and provable."""

from __future__ import annotations

import multiprocessing
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from incentive_world import (
    ALL_KINDS,
    STACK,
    balance,
    entries,
    fact_moved,
    fact_referred,
    fact_won,
    known,
    moved,
    rebate,
    referral_program,
    referred,
    settled,
    won,
)

from groupbuy.api import GroupbuyError
from groupbuy_incentives.ledger.posting import Rules, settle
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.ledger.verifying import findings

FLAT = rebate({"all": {"rate": 0.01}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def verified(path: Path, head: str | None = None) -> list[str]:
    ledger = Ledger(path)
    try:
        return findings(ledger, ALL_KINDS, head)
    finally:
        ledger.close()


def filled(path: Path) -> str:
    """Two runs; the head after the second."""
    programs = [referral_program(), FLAT]
    settled(path, programs, [fact_won(won("D1", "L2", 5_000)), fact_won(won("D2", "L3", 7_000))])
    facts = [
        fact_moved("P1", *moved("paid", "D1", 5_000)),
        fact_moved("P2", *moved("paid", "D2", 7_000)),
        fact_referred(referred("R1", "L1", "L2")),
    ]
    return settled(path, programs, facts).head


# ── what a new version changes ──


def test_a_new_version_posts_true_ups(path: Path) -> None:
    facts = [fact_won(won("D1", "L1", 5_000)), fact_moved("P1", *moved("paid", "D1", 5_000))]
    settled(path, [FLAT], facts)
    settled(path, [rebate({"all": {"rate": 0.03}}, version="2")], [])
    settled(path, [rebate({"all": {"rate": 0.02}}, version="3")], [])
    assert [(e["kind"], e["cents"], e["version"], e["reason"]) for e in entries(path)] == [
        ("accrue", 50_00, "1", ""),
        ("adjust", 100_00, "2", "new_version"),
        ("adjust", -50_00, "3", "new_version"),
    ]
    assert verified(path) == []


def test_deals_outside_the_dates_of_a_program_do_not_belong_to_it(path: Path) -> None:
    ended = rebate({"all": {"rate": 0.01}}, start=date(2026, 1, 1), end=date(2026, 3, 31))
    facts = []
    for n, day in enumerate([date(2026, 3, 31), date(2026, 4, 1)]):
        facts.append(fact_won(won(f"D{n}", f"L{n + 1}", 100, day)))
        facts.append(fact_moved(f"P{n}", *moved("paid", f"D{n}", 100, date(2026, 11, 1))))
    settled(path, [ended], facts)
    assert balance(path) == {("L1", "2026"): 100}


def test_a_program_that_left_the_rules_is_left_alone_and_named(path: Path) -> None:
    filled(path)
    before = balance(path)
    ledger = Ledger(path)
    try:
        forms = {STACK: {"referral": 0}}
        everybody = known("L1", "L2", "L3", programs=["referral"])
        rules = Rules([referral_program()], forms)
        found = settle(ledger, [], everybody, rules, ALL_KINDS, date(2026, 11, 23))
    finally:
        ledger.close()
    assert found.dormant == ("loyalty",)
    assert balance(path) == before


def test_rules_that_no_lead_of_this_run_has_stay_as_they_were(path: Path) -> None:
    """Settling one region's leads takes nothing from the others."""
    filled(path)
    before = balance(path)
    ledger = Ledger(path)
    try:
        rules = Rules([FLAT], {"elsewhere": {"loyalty": 0}})
        settle(ledger, [], [], rules, ALL_KINDS, date(2026, 11, 23))
    finally:
        ledger.close()
    assert balance(path) == before


def test_a_ledger_does_not_go_back_in_time(path: Path) -> None:
    filled(path)
    with pytest.raises(GroupbuyError, match="was settled on 2026-11-22, which is after 2026-11-21"):
        settled(path, [FLAT], [], today=date(2026, 11, 21))


# ── proof ──


def test_a_ledger_that_nobody_touched_has_no_findings(path: Path) -> None:
    head = filled(path)
    assert verified(path) == []
    assert verified(path, head) == []


TAMPERING = [
    ("UPDATE entries SET cents = cents + 1 WHERE seq = 2", "entry 2 is not what it was"),
    ("UPDATE entries SET party = 'L5' WHERE seq = 1", "entry 1 is not what it was"),
    ("DELETE FROM entries WHERE seq = 1", "entry 1 is missing"),
    ("DELETE FROM entries WHERE seq = 3", "there are 2 entries; the last run had 3"),
    ("UPDATE facts SET cents = 1 WHERE id = 'P1'", "the facts that run 2 added"),
    ("DELETE FROM facts WHERE id = 'P2'", "the facts that run 2 added"),
    ("UPDATE accounts SET data = '{}' WHERE id = 'L2'", "the accounts that run 1 added"),
    ("UPDATE runs SET as_of = '2027-01-01' WHERE seq = 2", "run 2 is not what it was"),
    ("DELETE FROM runs WHERE seq = 1", "run 1 is missing"),
    (
        "INSERT INTO facts SELECT 99, kind, 'P9', deal, party, day, cents, data FROM facts "
        "WHERE id = 'P1'",
        "there are 6 facts; the last run had 5",
    ),
]


@pytest.mark.parametrize(("statement", "said"), TAMPERING)
def test_tampering_is_found_and_named(path: Path, statement: str, said: str) -> None:
    filled(path)
    db = sqlite3.connect(path)
    triggers = db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(statement)
    db.commit()
    db.close()
    assert any(said in finding for finding in verified(path)), verified(path)


def test_the_end_of_a_ledger_can_be_proved_by_its_head(path: Path, tmp_path: Path) -> None:
    """Whoever cuts off the last run, with all that it added, is found by the head of it."""
    head = filled(path)
    other = tmp_path / "other.db"
    settled(
        other,
        [referral_program(), FLAT],
        [fact_won(won("D1", "L2", 5_000)), fact_won(won("D2", "L3", 7_000))],
    )
    assert verified(other) == []
    assert "is none of this ledger's" in verified(other, head)[0]


def test_an_entry_that_the_facts_do_not_bear_out_is_found_though_every_hash_fits(
    path: Path,
) -> None:
    """Written by the ledger's own code, with a kind of program that pays too much."""

    class Generous:
        def __getattr__(self, name: str) -> Any:
            return getattr(ALL_KINDS["incentives.loyalty"], name)

        def accrue(self, terms: Any, case: Any) -> Any:
            from dataclasses import replace

            for accrual in ALL_KINDS["incentives.loyalty"].accrue(terms, case):
                yield replace(accrual, amount=accrual.amount + Decimal("0.01"))

    ledger = Ledger(path, create=True)
    try:
        facts = [fact_won(won("D1", "L1", 100)), fact_moved("P1", *moved("paid", "D1", 100))]
        rules = Rules([FLAT], {STACK: {"loyalty": 0}})
        kinds: Any = {"incentives.loyalty": Generous()}
        settle(ledger, facts, known("L1", programs=["loyalty"]), rules, kinds, date(2026, 11, 22))
        assert findings(ledger, ALL_KINDS) == [
            "loyalty: L1 is owed 1.00 for 2026 by the facts, and the entries make 1.01"
        ]
        assert findings(ledger, {}) == [
            "what is owed can't be worked out again without the kinds: incentives.loyalty"
        ]
    finally:
        ledger.close()


def test_nothing_is_changed_or_deleted(path: Path) -> None:
    filled(path)
    db = sqlite3.connect(path)
    for table in ("facts", "accounts", "runs", "entries"):
        for statement in (f"UPDATE {table} SET seq = seq + 100", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
                db.execute(statement)
    db.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" * 9])
def test_a_file_that_is_no_ledger_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(GroupbuyError, match="is not a ledger"):
        Ledger(path)
    if content:
        with pytest.raises(GroupbuyError, match="is not a ledger"):
            Ledger(path, create=True)
        assert path.read_bytes() == content


def test_another_program_s_database_is_refused(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    with pytest.raises(GroupbuyError, match="is not a ledger"):
        Ledger(path, create=True)


# ── several processes ──

DEALS = 300


def facts_of_many() -> list[Any]:
    found = []
    for n in range(DEALS):
        found.append(fact_won(won(f"X{n}", f"L{n % 5 + 1}", 100 + n)))
        found.append(fact_moved(f"Y{n}", *moved("paid", f"X{n}", 100 + n)))
    return found


def run_at(path: Path, start: float) -> None:
    time.sleep(max(0.0, start - time.time()))
    settled(path, [FLAT], facts_of_many())


def test_runs_at_once_do_not_post_twice(path: Path) -> None:
    """Real processes on one file, which does not exist yet."""
    context = multiprocessing.get_context("spawn")
    start = time.time() + 2.0
    runs = [context.Process(target=run_at, args=(path, start)) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0, 0]
    expected = sum(100_00 + n * 100 for n in range(DEALS))
    assert sum(entry["cents"] for entry in entries(path)) == expected // 100
    assert len(entries(path)) == 5
    assert verified(path) == []


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_ledger
from groupbuy_incentives.ledger import posting
before = posting._close
def killed(*args):
    os.kill(os.getpid(), signal.SIGKILL)
posting._close = killed
test_ledger.settled(Path(sys.argv[1]), [test_ledger.FLAT], test_ledger.facts_of_many())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_run_that_is_killed_leaves_the_ledger_whole(path: Path) -> None:
    """Killed when all entries stand in the transaction, before it is closed."""
    head = filled(path)
    before = entries(path)
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), here], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.with_name(path.name + "-journal").exists()  # it died in the middle
    assert entries(path) == before
    assert verified(path, head) == []
    assert settled(path, [referral_program(), FLAT], []).entries == 0


# ── which period ──


def test_a_claw_back_is_in_the_period_in_which_it_was_accrued(path: Path) -> None:
    """A referral is of the month in which it was handed in until the deal is paid."""
    filled(path)
    refund = fact_moved("F1", *moved("refunded", "D1", 5_000))
    settled(path, [referral_program(), FLAT], [refund])
    again = settled(path, [referral_program(), FLAT], [refund])
    assert again.entries == 0
    theirs = [entry for entry in entries(path) if entry["key"] == "R1"]
    assert [(e["kind"], e["period"], e["cents"]) for e in theirs if e["cents"]] == [
        ("accrue", "2026-03", 100_00),
        ("claw_back", "2026-03", -100_00),
    ]
    assert verified(path) == []


def test_a_reward_that_counts_for_another_period_moves_there(path: Path) -> None:
    """The first deal is refunded, and the next one of the same customer takes its place."""
    first = [
        fact_won(won("D1", "L2", 5_000)),
        fact_moved("P1", *moved("paid", "D1", 5_000)),
        fact_referred(referred("R1", "L1", "L2")),
    ]
    settled(path, [referral_program()], first)
    second = [
        fact_moved("F1", *moved("refunded", "D1", 5_000)),
        fact_won(won("D2", "L2", 3_000, date(2026, 6, 1))),
        fact_moved("P2", *moved("paid", "D2", 3_000, date(2026, 6, 9))),
    ]
    for _ in range(2):
        settled(path, [referral_program()], second)
    found = [(e["kind"], e["period"], e["cents"], e["reason"]) for e in entries(path)]
    assert found == [
        ("accrue", "2026-03", 100_00, ""),
        ("claw_back", "2026-03", -100_00, "refunded"),
        ("accrue", "2026-06", 60_00, ""),
    ]
    assert verified(path) == []
