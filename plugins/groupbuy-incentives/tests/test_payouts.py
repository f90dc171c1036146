"""Approvals and payments: never more than was accrued, whatever happens in between."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import EVERYTHING, World
from hypothesis import given, settings
from hypothesis import strategies as st
from incentive_world import (
    ALL_KINDS,
    TODAY,
    fact_moved,
    fact_won,
    moved,
    rebate,
    settled,
    won,
)

from groupbuy.api import GroupbuyError
from groupbuy_incentives.ledger.payouts import Done, Order, Standing, carry_out, standings
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.ledger.verifying import findings
from groupbuy_incentives.money import money

TENTH = rebate({"all": {"rate": 0.1}})
LATER = date(2026, 11, 25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@contextmanager
def opened(path: Path) -> Iterator[Ledger]:
    ledger = Ledger(path)
    try:
        yield ledger
    finally:
        ledger.close()


def ordered(path: Path, act: Any, reference: str, who: str = "wang", **more: Any) -> Done:
    how = {key: more.pop(key) for key in ("head", "dry") if key in more}
    with opened(path) as ledger:
        return carry_out(ledger, Order(act, reference, who, **more), LATER, **how)


def lines(path: Path) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Accrued, approved and paid by party and period."""
    with opened(path) as ledger:
        return {
            (line.party, line.period): (line.accrued, line.approved, line.paid)
            for line in standings(ledger)
        }


def proved(path: Path) -> list[str]:
    with opened(path) as ledger:
        return findings(ledger, ALL_KINDS)


def earned(path: Path, *deals: tuple[str, str, int, int]) -> None:
    """Deals (id, buyer, year, amount), paid in full: a tenth of them is owed, in yuan."""
    facts = []
    for id, buyer, year, amount in deals:
        day = date(year, 3, 1)
        facts.append(fact_won(won(id, buyer, amount, day)))
        facts.append(fact_moved(f"P{id}", *moved("paid", id, amount, day)))
    settled(path, [TENTH], facts)


def refunded(path: Path, deal: str, amount: int, id: str = "F1") -> None:
    settled(path, [TENTH], [fact_moved(id, *moved("refunded", deal, amount))])


# ── from accrued to paid ──


def test_what_is_accrued_is_approved_and_then_paid(path: Path) -> None:
    earned(path, ("D1", "L1", 2026, 1000), ("D2", "L2", 2026, 500))
    assert ordered(path, "pay", "B0").posted == []  # nothing is approved yet
    assert ordered(path, "approve", "A1", party="L1").cents == 100_00
    assert ordered(path, "pay", "B1").by_party() == {"L1": 100_00}
    assert lines(path) == {
        ("L1", "2026"): (100_00, 100_00, 100_00),
        ("L2", "2026"): (50_00, 0, 0),
    }
    assert proved(path) == []


def test_a_reference_posts_once(path: Path) -> None:
    """Also where more is accrued in the meantime: that is for another reference."""
    earned(path, ("D1", "L1", 2026, 1000))
    first = ordered(path, "approve", "A1")
    earned(path, ("D2", "L1", 2026, 1000))
    again = ordered(path, "approve", "A1")
    assert (again.posted, again.earlier) == (first.posted, "2026-11-25")
    assert lines(path) == {("L1", "2026"): (200_00, 100_00, 0)}
    with pytest.raises(GroupbuyError, match="A1 was used on 2026-11-25 by wang for something else"):
        ordered(path, "approve", "A1", who="li")
    with pytest.raises(GroupbuyError, match="for something else"):
        ordered(path, "approve", "A1", party="L1")
    assert ordered(path, "pay", "A1").cents == 100_00  # a payment's number is another thing


def test_a_claw_back_takes_the_approval_back_and_what_is_earned_again_waits_again(
    path: Path,
) -> None:
    earned(path, ("D1", "L1", 2026, 1000))
    ordered(path, "approve", "A1")
    refunded(path, "D1", 400)
    assert lines(path) == {("L1", "2026"): (60_00, 60_00, 0)}
    earned(path, ("D2", "L1", 2026, 400))
    assert lines(path) == {("L1", "2026"): (100_00, 60_00, 0)}
    assert proved(path) == []


def test_what_was_paid_too_much_is_taken_off_the_next_period_s_payment(path: Path) -> None:
    earned(path, ("D1", "L1", 2025, 1000))
    ordered(path, "approve", "A1")
    ordered(path, "pay", "B1")
    refunded(path, "D1", 700)
    assert lines(path) == {("L1", "2025"): (30_00, 30_00, 100_00)}
    assert (
        ordered(path, "pay", "B2").posted == []
    )  # nobody is asked to pay back here: it is carried
    earned(path, ("D2", "L1", 2026, 500))
    ordered(path, "approve", "A2")
    assert ordered(path, "pay", "B3").posted == []  # 50 against 70
    earned(path, ("D3", "L1", 2026, 500))
    ordered(path, "approve", "A3")
    paid = ordered(path, "pay", "B4")
    assert paid.by_party() == {"L1": 30_00}
    assert dict(paid.posted) == {
        ("L1", "loyalty", "2025"): -70_00,
        ("L1", "loyalty", "2026"): 100_00,
    }
    assert lines(path) == {
        ("L1", "2025"): (30_00, 30_00, 30_00),
        ("L1", "2026"): (100_00, 100_00, 100_00),
    }
    assert proved(path) == []


def test_a_part_is_paid_the_earliest_period_first(path: Path) -> None:
    earned(path, ("D1", "L1", 2025, 1000), ("D2", "L1", 2026, 1000))
    ordered(path, "approve", "A1")
    assert dict(ordered(path, "pay", "B1", party="L1", cents=130_00).posted) == {
        ("L1", "loyalty", "2025"): 100_00,
        ("L1", "loyalty", "2026"): 30_00,
    }
    assert ordered(path, "pay", "B2").cents == 70_00


def test_a_part_is_approved(path: Path) -> None:
    earned(path, ("D1", "L1", 2026, 1000))
    ordered(path, "approve", "A1", party="L1", cents=40_00)
    assert ordered(path, "pay", "B1").cents == 40_00
    assert ordered(path, "approve", "A2").cents == 60_00


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    ("approve", {"cents": 100_01, "party": "L1"}, "100.01 is more than the 100.00 that wait"),
    ("approve", {"cents": 1}, "--amount is of one line, and 2 are chosen"),
    ("approve", {"party": "L9"}, "no such line"),
    ("pay", {"cents": 1, "party": "L1"}, "0.01 is more than the 0.00 that are due"),
    ("pay", {"cents": 1}, "--amount is paid to one party"),
    ("approve", {"head": "0" * 64}, "is not as it was at the head 0000000000000000"),
]


@pytest.mark.parametrize(("act", "more", "said"), REFUSED)
def test_what_is_too_much_is_refused_and_nothing_is_posted(
    path: Path, act: Any, more: dict[str, Any], said: str
) -> None:
    earned(path, ("D1", "L1", 2026, 1000), ("D2", "L2", 2026, 500))
    before = lines(path)
    with pytest.raises(GroupbuyError, match=said):
        ordered(path, act, "X1", **more)
    assert lines(path) == before


def test_nothing_to_approve_in_an_empty_ledger_nor_before_it_was_settled(path: Path) -> None:
    Ledger(path, create=True).close()
    with pytest.raises(GroupbuyError, match="has no entries yet"):
        ordered(path, "approve", "A1")
    earned(path, ("D1", "L1", 2026, 1000))
    with opened(path) as ledger, pytest.raises(GroupbuyError, match="settled on 2026-11-22"):
        carry_out(ledger, Order("approve", "A1", "wang"), date(2026, 11, 21))


def test_dry_run_and_head(path: Path) -> None:
    earned(path, ("D1", "L1", 2026, 1000))
    tried = ordered(path, "approve", "A1", dry=True)
    assert tried.cents == 100_00
    assert lines(path) == {("L1", "2026"): (100_00, 0, 0)}
    assert ordered(path, "approve", "A1", head=tried.head).cents == 100_00
    with pytest.raises(GroupbuyError, match="is not as it was at the head"):
        ordered(path, "pay", "B1", head=tried.head)
    # Told again, it is as it was: the reference is older than the head.
    assert ordered(path, "approve", "A1", head=tried.head).earlier == "2026-11-25"


def test_what_we_owe_to_buy_is_not_paid(path: Path) -> None:
    from incentive_world import program

    from groupbuy_incentives.ledger.store import Fact

    mutual = program("reciprocal", {"per": "year", "share": 0.3, "products": ["insurance"]})
    facts = [
        fact_won(won("D1", "L1", 1000)),
        fact_moved("P1", *moved("paid", "D1", 1000)),
        Fact("purchased", "B1", date(2026, 5, 1).toordinal(), 1, "", "L1", '{"category": ""}'),
    ]
    settled(path, [mutual], facts)
    assert lines(path) == {}


# ── proof ──


def filled(path: Path) -> None:
    earned(path, ("D1", "L1", 2025, 1000), ("D2", "L2", 2026, 500))
    ordered(path, "approve", "A1")
    ordered(path, "pay", "B1")
    refunded(path, "D1", 700)
    earned(path, ("D3", "L1", 2026, 2000))
    ordered(path, "approve", "A2")
    ordered(path, "pay", "B2")


def test_the_head_proves_that_no_payment_was_cut_off(path: Path) -> None:
    filled(path)
    with opened(path) as ledger:
        head = ledger.head()
        assert findings(ledger, ALL_KINDS, head) == []
    changed(path, "DELETE FROM payouts WHERE seq = (SELECT max(seq) FROM payouts)")
    with opened(path) as ledger:
        assert any("is none of this ledger's" in each for each in findings(ledger, ALL_KINDS, head))


def changed(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    db.execute(statement)
    db.commit()
    db.close()


TAMPERING = [
    ("UPDATE payouts SET cents = cents + 1 WHERE seq = 3", "payout 3 is not what it was"),
    ("UPDATE payouts SET who = 'somebody' WHERE seq = 1", "payout 1 is not what it was"),
    ("UPDATE payouts SET run = 2 WHERE seq = 6", "payout 6 is not what it was"),
    ("DELETE FROM payouts WHERE seq = 2", "payout 2 is missing"),
    ("UPDATE payouts SET run = 99 WHERE seq = 8", "payouts of a run that is not there"),
    (
        "INSERT INTO payouts SELECT 99, 'x', 99, date, 'pay', 'B9', who, request, party, program, "
        "period, cents, hash FROM payouts WHERE seq = 3",
        "payouts of a run that is not there",
    ),
]


@pytest.mark.parametrize(("statement", "said"), TAMPERING)
def test_tampering_is_found(path: Path, statement: str, said: str) -> None:
    filled(path)
    assert proved(path) == []
    changed(path, statement)
    assert any(said in finding for finding in proved(path)), proved(path)


def test_payouts_are_not_changed_or_deleted(path: Path) -> None:
    filled(path)
    db = sqlite3.connect(path)
    for statement in ("UPDATE payouts SET seq = seq + 100", "DELETE FROM payouts"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
            db.execute(statement)
    db.close()


BEYOND = [
    ("_approved", "approves 200.00 in all, of 100.00 accrued"),
    ("_paid", "pays 200.00 in all, of 100.00 approved"),
]


@pytest.mark.parametrize(("function", "said"), BEYOND)
def test_what_goes_beyond_is_found_though_every_hash_fits(
    path: Path, monkeypatch: pytest.MonkeyPatch, function: str, said: str
) -> None:
    """Written by the ledger's own code, where that orders twice as much."""
    from groupbuy_incentives.ledger import payouts

    earned(path, ("D1", "L1", 2026, 1000))
    right = getattr(payouts, function)
    monkeypatch.setattr(
        payouts, function, lambda *given: ((key, 2 * cents) for key, cents in right(*given))
    )
    ordered(path, "approve", "A1")
    ordered(path, "pay", "B1")
    assert any(said in finding for finding in proved(path)), proved(path)


def test_an_approval_that_was_not_taken_back_is_found(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groupbuy_incentives.ledger import posting

    earned(path, ("D1", "L1", 2026, 1000))
    ordered(path, "approve", "A1")
    monkeypatch.setattr(posting, "lapse", lambda *given: 0)
    refunded(path, "D1", 400)
    assert proved(path) == ["run 2 leaves 100.00 approved of L1, loyalty, 2026, of 60.00 accrued"]


# ── whatever happens ──

amounts = st.integers(1, 400)
steps = st.one_of(
    st.tuples(st.just("earn"), st.sampled_from(["L1", "L2"]), st.integers(2024, 2026), amounts),
    st.tuples(st.just("refund"), st.integers(0, 9), amounts),
    st.tuples(st.just("approve"), st.sampled_from([None, "L1", "L2"]), st.just(None)),
    st.tuples(st.just("pay"), st.sampled_from([None, "L1", "L2"]), st.none() | amounts),
    st.tuples(st.just("again"), st.integers(0, 9)),
)


@settings(max_examples=25)
@given(st.lists(steps, min_size=3, max_size=10))
def test_money_is_conserved_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[Any, ...]]
) -> None:
    """Approved is within accrued, a payment within approved, and all payments make what is paid."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    deals: list[str] = []
    orders: list[tuple[Order, Done]] = []
    transferred: dict[str, int] = {}
    refusals: list[str] = []
    earned(path, ("D", "L1", 2024, 100))
    for number, (what, *given_) in enumerate(story):
        if what == "earn":
            deals.append(f"D{number}")
            earned(path, (deals[-1], *given_))
        elif what == "refund" and deals:
            refunded(path, deals[given_[0] % len(deals)], given_[1], f"F{number}")
        elif what == "again" and orders:
            order, before = orders[given_[0] % len(orders)]
            with opened(path) as ledger:
                again = carry_out(ledger, order, LATER)
            if before.posted:
                assert (again.posted, again.earlier) == (before.posted, "2026-11-25")
            else:
                orders.append((order, again))
                took(again, order, transferred)
        elif what in ("approve", "pay"):
            party, cents = given_
            order = Order(what, f"N{number}", "wang", party, cents=cents if party else None)
            try:
                with opened(path) as ledger:
                    done = carry_out(ledger, order, LATER)
            except GroupbuyError as error:
                refusals.append(error.problems[0].code)
                continue
            orders.append((order, done))
            took(done, order, transferred)
        sums: dict[str, int] = {}
        with opened(path) as ledger:
            for line in standings(ledger):
                assert 0 <= line.approved <= line.accrued, line
                assert line.paid >= 0
                sums[line.party] = sums.get(line.party, 0) + line.paid
        assert {party: cents for party, cents in sums.items() if cents} == transferred
    assert set(refusals) <= {"more-than-approved", "no-such-line"}
    assert proved(path) == []


def took(done: Done, order: Order, transferred: dict[str, int]) -> None:
    """Count a payment's transfers: each is of something, and of no more than was ordered."""
    if order.act == "pay":
        for party, cents in done.by_party().items():
            assert cents > 0
            assert order.cents in (None, cents)
            transferred[party] = transferred.get(party, 0) + cents


# ── several processes ──


def pay_at(path: Path, start: float, reference: str) -> None:
    time.sleep(max(0.0, start - time.time()))
    ordered(path, "pay", reference)


@pytest.mark.parametrize("references", [("B1", "B2", "B3"), ("B1", "B1", "B1")])
def test_payments_at_once_pay_once(path: Path, references: tuple[str, ...]) -> None:
    """Real processes on one file, whether or not they know that they do the same."""
    earned(path, ("D1", "L1", 2026, 1000), ("D2", "L2", 2026, 500))
    ordered(path, "approve", "A1")
    context = multiprocessing.get_context("spawn")
    start = time.time() + 2.0
    runs = [context.Process(target=pay_at, args=(path, start, each)) for each in references]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    assert [run.exitcode for run in runs] == [0, 0, 0]
    assert lines(path) == {
        ("L1", "2026"): (100_00, 100_00, 100_00),
        ("L2", "2026"): (50_00, 50_00, 50_00),
    }
    assert proved(path) == []


# ── as a user does it ──


def on_ledger(world: World, command: str, *args: object) -> Any:
    return world.run("ledger", command, "--ledger", world.ledger, *args)


def test_approve_pay_balance_and_statement(world: World) -> None:
    world.settle(files=EVERYTHING)
    approved = on_ledger(
        world, "approve", "--by", "王经理", "--reference", "OA-1", "--as-of", TODAY, "--lang", "zh"
    )
    assert approved.code == 0
    assert "审批" in approved.out
    assert "approved by 王经理: 4 lines, 300.00" in approved.err
    paid = on_ledger(
        world, "pay", "--by", "李", "--reference", "B1", "--as-of", TODAY, "--format", "json"
    )
    assert paid.json["parties"] == {"L1": "100.00", "L2": "150.00", "李": "25.00", "王": "25.00"}
    again = on_ledger(world, "pay", "--by", "李", "--reference", "B1", "--as-of", "2026-12-01")
    assert "B1 was paid on 2026-11-22 (4 lines, 300.00): nothing was posted" in again.err
    world.write("refunds.csv", "id,deal,date,amount\nF1,D1,2026-06-01,5000\n")
    ran = world.settle("--format", "json", files=("refunds",))
    assert ran.json["totals"]["money"] == {
        "amount": "0.00",
        "posted": "-300.00",
        "approved": "0.00",
        "paid": "300.00",
    }
    assert {line["paid"] for line in ran.json["statement"]} == {"100.00", "150.00", "25.00"}
    balance = on_ledger(world, "balance", "--lang", "zh")
    assert "待付 -300.00" in balance.out
    assert "paid too much, next payments are less by it: L1 100.00, L2 150.00" in balance.err
    listed = on_ledger(world, "list", "--lang", "zh")
    assert "王经理审批" in listed.out
    assert "应付少于已审批" in listed.out
    exported = [json.loads(row) for row in on_ledger(world, "export").out.splitlines()]
    assert [row["kind"] for row in exported][4:12] == ["approve"] * 4 + ["pay"] * 4
    assert {row["reference"] for row in exported if row["kind"] == "pay"} == {"B1"}
    proof = world.verify("--head", paid.json["head"])
    assert "8 entries of 2 runs and 12 approvals and payments are as they were written" in proof.out


def test_balance_as_csv_and_workbook(world: World) -> None:
    world.settle(files=EVERYTHING)
    ran = on_ledger(world, "balance", "--format", "csv", "--lang", "zh", "--party", "L1")
    assert ran.out.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(ran.out.removeprefix("\ufeff")))) == [
        ["对象", "激励计划", "期间", "已计提", "已审批", "已付", "待审批", "待付"],
        ["L1", "bring", "2026-03", "100.00", "0.00", "0.00", "100.00", "0.00"],
    ]
    book = world.folder / "balance.xlsx"
    assert on_ledger(world, "balance", "--format", "xlsx", "-o", book).code == 0
    assert book.read_bytes()[:2] == b"PK"
    assert on_ledger(world, "balance", "--format", "xlsx").code == 2


BAD = [
    (("--by", "", "--reference", "A"), "--by is empty"),
    (("--by", "wang", "--reference", " "), "--reference is empty"),
    (("--by", "wang", "--reference", "A", "--amount", "abc"), '--amount: "abc" is no amount'),
    (("--by", "wang", "--reference", "A", "--amount", "1.005"), "is no amount"),
    (("--by", "wang", "--reference", "A", "--amount", "-1"), "not above nothing"),
    (("--by", "wang", "--reference", "A", "--amount", "NaN"), "is no amount"),
    (("--by", "wang", "--reference", "A", "--as-of", "soon"), "is not a date"),
    (("--reference", "A"), "--by"),
]


@pytest.mark.parametrize(("args", "said"), BAD)
def test_bad_options_are_told(world: World, args: tuple[str, ...], said: str) -> None:
    world.settle(files=EVERYTHING)
    ran = on_ledger(world, "approve", *args)
    assert ran.code == 2
    assert said in ran.err


def test_standing_of_a_line() -> None:
    line = Standing("L1", "p", "2026", 100, 60, 80)
    assert (line.open, line.due, money(line.due)) == (40, -20, money(-20))
