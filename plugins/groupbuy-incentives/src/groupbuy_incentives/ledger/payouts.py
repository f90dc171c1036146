"""Approvals and payments: what was accrued is approved by somebody, and then paid by somebody.

They are rows of their own, only ever added, in one chain of hashes with the runs. A line is what a
party is owed in money by a program for a period, as a statement has it. For every line, always:

- approved ≤ accrued. A claw-back below what was approved takes the approval back as far (`lapse`),
  in the same run; what is earned again is to be approved again.
- paid ≤ approved when it is paid. A claw-back afterwards leaves the line overpaid: a receivable,
  which the party's next payment is less by (`pay`, negative), whatever the period.

Each approval and payment has a reference from outside (the number of the form, of the bank's
batch): the same one again posts nothing, and something else under the same one is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from groupbuy_incentives.ledger.store import PAYOUT_COLUMNS, Ledger, canonical, fail, linked
from groupbuy_incentives.money import cents_of, money

Act = Literal["approve", "pay"]
LAPSE = "lapse"
SETTLED = (
    "SELECT party, program, period, sum(iif(kind = 'pay', 0, cents)) AS approved, "
    "sum(iif(kind = 'pay', cents, 0)) AS paid FROM payouts GROUP BY party, program, period"
)
"""What was approved and paid of each line, as a query."""
LineKey = tuple[str, str, str]
"""Party, program, period."""


@dataclass(frozen=True)
class Standing:
    """A line of the ledger with what was accrued, approved and paid of it, in cents."""

    party: str
    program: str
    period: str
    accrued: int
    approved: int
    paid: int

    @property
    def key(self) -> LineKey:
        """What names the line."""
        return (self.party, self.program, self.period)

    @property
    def open(self) -> int:
        """What waits for approval."""
        return self.accrued - self.approved

    @property
    def due(self) -> int:
        """What is approved and not paid; less than nothing where too much was paid."""
        return self.approved - self.paid


@dataclass(frozen=True)
class Order:
    """What somebody approves or pays: the lines chosen, or `cents` of one line or party."""

    act: Act
    reference: str
    who: str
    party: str | None = None
    program: str | None = None
    period: str | None = None
    cents: int | None = None

    def request(self) -> str:
        """What an order with the same reference has to be the same in."""
        chosen = {"party": self.party, "program": self.program, "period": self.period}
        return canonical({**chosen, "cents": self.cents})

    def chooses(self, line: Standing) -> bool:
        """Whether the order is about a line."""
        wanted = (self.party, self.program, self.period)
        return all(
            want is None or want == given for want, given in zip(wanted, line.key, strict=True)
        )


@dataclass(frozen=True)
class Done:
    """What an order posted, in cents by line; `earlier` is the day of a run before this one."""

    posted: Sequence[tuple[LineKey, int]]
    head: str
    earlier: str | None = None

    @property
    def cents(self) -> int:
        """All of it."""
        return sum(cents for _, cents in self.posted)

    def by_party(self) -> dict[str, int]:
        """What each party gets."""
        found: dict[str, int] = {}
        for (party, _, _), cents in self.posted:
            found[party] = found.get(party, 0) + cents
        return found


def standings(ledger: Ledger, where: Order | None = None) -> Iterator[Standing]:
    """The lines by party, program and period; those that came to nothing are left out."""
    for row in ledger.db.execute(
        "WITH owed AS (SELECT party, program, period, sum(cents) AS accrued FROM entries "
        "WHERE form = 'money' AND kind <> 'reject' GROUP BY party, program, period), "
        f"settled AS ({SETTLED}) "
        "SELECT party, program, period, accrued, coalesce(approved, 0), coalesce(paid, 0) "
        "FROM owed LEFT JOIN settled USING (party, program, period) "
        "WHERE accrued <> 0 OR approved <> 0 OR paid <> 0 ORDER BY party, program, period"
    ):
        line = Standing(*row)
        if where is None or where.chooses(line):
            yield line


def carry_out(
    ledger: Ledger, order: Order, today: date, head: str | None = None, *, dry: bool = False
) -> Done:
    """Post an approval or a payment; with `dry`, say only what would be posted.

    With `head`, only if the ledger is still as it was when that was its head. Raises
    `GroupbuyError`, after which the ledger is as it was before.
    """
    if dry:
        return _posted_before(ledger, order) or Done(
            list(_amounts(ledger, order, today, head)), ledger.head()
        )
    with ledger.writing():
        before = _posted_before(ledger, order)
        if before is not None:
            return before
        amounts = list(_amounts(ledger, order, today, head))
        for key, cents in amounts:
            _add(ledger, order.act, order.reference, order.who, today, order.request(), key, cents)
        return Done(amounts, ledger.head())


def lapse(ledger: Ledger, run: int, today: date) -> int:
    """Take back what was approved of lines of which less is accrued now; how many lines."""
    reference, count = f"run {run}", 0
    for line in list(standings(ledger)):
        if line.open < 0:
            _add(ledger, LAPSE, reference, "", today, "{}", line.key, line.open)
            count += 1
    return count


def payout_id(row: Mapping[str, Any]) -> str:
    """The id of a row: of what it is, its reference, and its line."""
    parts = [row[name] for name in ("kind", "reference", "party", "program", "period")]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:32]


# ── what an order comes to ──


def _amounts(
    ledger: Ledger, order: Order, today: date, head: str | None
) -> Iterator[tuple[LineKey, int]]:
    last = ledger.last_run()
    if last is None:
        fail("nothing-accrued", f"{ledger.path} has no entries yet", "groupbuy settle posts them")
    if today.isoformat() < last["as_of"]:
        fail(
            "ledger-is-later",
            f"{ledger.path} was settled on {last['as_of']}, which is after {today}",
            "give that day or a later one with --as-of",
        )
    if head is not None and head != ledger.head():
        fail(
            "ledger-moved-on",
            f"{ledger.path} is not as it was at the head {head[:16]}…",
            "look at `groupbuy ledger balance` again, then give its head",
        )
    lines = list(standings(ledger))
    if not any(order.chooses(line) for line in lines):
        hint = "`groupbuy ledger balance` lists the lines"
        fail("no-such-line", "the ledger has no such line of party, program and period", hint)
    yield from (_approved if order.act == "approve" else _paid)(order, lines)


def _approved(order: Order, lines: Sequence[Standing]) -> Iterator[tuple[LineKey, int]]:
    chosen = [line for line in lines if order.chooses(line)]
    if order.cents is None:
        yield from ((line.key, line.open) for line in chosen if line.open > 0)
        return
    if len(chosen) > 1:
        hint = "name one line with --party, --program and --period"
        fail("bad-option", f"--amount is of one line, and {len(chosen):,} are chosen", hint)
    line = chosen[0]
    if order.cents > line.open:
        message = f"{_told(order.cents)} is more than the {_told(line.open)} that wait for approval"
        fail("more-than-accrued", f"{line.party}, {line.program}, {line.period}: {message}", None)
    yield line.key, order.cents


def _paid(order: Order, lines: Sequence[Standing]) -> Iterator[tuple[LineKey, int]]:
    """What is due, of each party less what was paid too much, the earliest periods first."""
    by_party: dict[str, list[Standing]] = {}
    for line in lines:
        if line.due < 0 or (line.due > 0 and order.chooses(line)):
            by_party.setdefault(line.party, []).append(line)
    if order.cents is not None and order.party is None:
        fail("bad-option", "--amount is paid to one party", "name it with --party")
    if order.cents is not None:
        net = sum(line.due for line in by_party.get(order.party or "", ()))
        if order.cents > net:
            message = f"{_told(order.cents)} is more than the {_told(max(0, net))} that are due"
            fail("more-than-approved", f"{order.party}: {message}", None)
    for party, theirs in by_party.items():
        net = sum(line.due for line in theirs)
        if net <= 0 or order.party not in (None, party):
            continue  # what was paid too much is carried on
        back = [line for line in theirs if line.due < 0]
        left = (net if order.cents is None else order.cents) - sum(line.due for line in back)
        yield from ((line.key, line.due) for line in back)
        for line in sorted(theirs, key=lambda line: (line.period, line.program)):
            cents = min(left, line.due)
            if cents > 0:
                left -= cents
                yield line.key, cents


def _posted_before(ledger: Ledger, order: Order) -> Done | None:
    """What was posted under the order's reference, if anything was."""
    rows = ledger.db.execute(
        "SELECT party, program, period, cents, request, who, date FROM payouts "
        "WHERE kind = ? AND reference = ? ORDER BY seq",
        (order.act, order.reference),
    ).fetchall()
    if not rows:
        return None
    *_, request, who, day = rows[0]
    if (request, who) != (order.request(), order.who):
        fail(
            "reference-used",
            f"{order.reference} was used on {day} by {who} for something else",
            "give another reference, or repeat exactly what was ordered then",
        )
    return Done([((row[0], row[1], row[2]), row[3]) for row in rows], ledger.head(), day)


def _add(
    ledger: Ledger,
    kind: str,
    reference: str,
    who: str,
    today: date,
    request: str,
    key: LineKey,
    cents: int,
) -> None:
    """Add one row to the chain."""
    last = ledger.last_run()
    assert last is not None  # there are no lines without a run
    party, program, period = key
    row: dict[str, Any] = {
        "run": last["seq"],
        "kind": kind,
        "reference": reference,
        "who": who,
        "date": today.isoformat(),
        "request": request,
        "party": party,
        "program": program,
        "period": period,
        "cents": cents,
    }
    row["id"] = payout_id(row)
    seq = 1 + ledger.db.execute("SELECT coalesce(max(seq), 0) FROM payouts").fetchone()[0]
    values = (seq, *(row[name] for name in PAYOUT_COLUMNS))
    ledger.db.execute(
        f"INSERT INTO payouts (seq, {', '.join(PAYOUT_COLUMNS)}, hash) "
        f"VALUES ({', '.join('?' * (len(PAYOUT_COLUMNS) + 2))})",
        (*values, linked(ledger.head(), values)),
    )


def _told(cents: int) -> str:
    return f"{money(cents):,}"


def cents_given(amount: str) -> int:
    """An amount as somebody types it, in cents. Raises `GroupbuyError`."""
    try:
        cents = cents_of(Decimal(amount.replace(",", "").replace("，", "")))
    except (ArithmeticError, ValueError):
        fail("bad-amount", f'--amount: "{amount}" is no amount', "write it as 1250.00")
    if cents <= 0:
        fail("bad-amount", f"--amount: {amount} is not above nothing", None)
    return cents


# ── proof ──


def faults(
    run: int, owed: Mapping[LineKey, int], rows: Iterable[Mapping[str, Any]], state: State
) -> Iterator[str]:
    """What is wrong with the payouts after a run, when the lines had accrued `owed` in all."""
    lapsed = False
    batch: tuple[str, str] | None = None
    transfers: dict[str, int] = {}
    for row in rows:
        key = (row["party"], row["program"], row["period"])
        act, cents, number = row["kind"], row["cents"], row["seq"]
        if act != LAPSE and not lapsed:
            lapsed = True
            yield from state.above(owed, run)
        if (act, row["reference"]) != batch:
            yield from _faults_of_transfers(batch, transfers)
            batch, transfers = (act, row["reference"]), {}
        if payout_id(row) != row["id"]:
            yield f"payout {number} has not the id that its content has"
        if act == "pay":
            transfers[row["party"]] = transfers.get(row["party"], 0) + cents
            paid = state.paid[key] = state.paid.get(key, 0) + cents
            due = state.approved.get(key, 0)
            if (cents > 0 and paid > due) or (cents < 0 and paid < due):
                yield f"payout {number} pays {_told(paid)} in all, of {_told(due)} approved"
        else:
            state.approved[key] = state.approved.get(key, 0) + cents
            if act == "approve" and state.approved[key] > owed.get(key, 0):
                yield (
                    f"payout {number} approves {_told(state.approved[key])} in all, "
                    f"of {_told(owed.get(key, 0))} accrued"
                )
    yield from _faults_of_transfers(batch, transfers)
    if not lapsed:
        yield from state.above(owed, run)


class State:
    """What was approved and paid of each line so far, while payouts are walked."""

    def __init__(self) -> None:
        """Nothing."""
        self.approved: dict[LineKey, int] = {}
        self.paid: dict[LineKey, int] = {}

    def above(self, owed: Mapping[LineKey, int], run: int) -> Iterator[str]:
        """Lines of which more is approved than accrued, when a run was over."""
        for key, approved in self.approved.items():
            if approved > owed.get(key, 0):
                yield (
                    f"run {run} leaves {_told(approved)} approved of {', '.join(key)}, "
                    f"of {_told(owed.get(key, 0))} accrued"
                )


def _faults_of_transfers(
    batch: tuple[str, str] | None, transfers: Mapping[str, int]
) -> Iterator[str]:
    for party, cents in transfers.items():
        if batch is not None and cents <= 0:
            yield f"the payment {batch[1]} pays {party} {_told(cents)}"
