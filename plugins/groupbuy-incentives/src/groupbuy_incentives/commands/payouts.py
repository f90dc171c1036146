"""`groupbuy ledger balance|approve|pay`: what was accrued is approved, and then paid."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from groupbuy.api.commands import (
    DONE,
    check_workbook,
    day_of,
    deliver,
    fail,
    lang_of,
    lang_option,
    next_step,
)
from groupbuy_incentives.commands.options import (
    choosing_options,
    ledger_option,
    output_options,
)
from groupbuy_incentives.ledger.payouts import (
    Act,
    Done,
    Order,
    Standing,
    carry_out,
    cents_given,
    standings,
)
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.money import money
from groupbuy_incentives.statement import word
from groupbuy_incentives.tables import SCREENFUL, Table, as_text, deliver_csv, workbook

F = TypeVar("F", bound=Callable[..., Any])
LINE = ("party", "program", "period")
SUMS = ("accrued", "approved", "paid", "open", "due")


@click.command()
@ledger_option
@choosing_options
@click.option("--program", metavar="ID", help="Only one program.")
@output_options("table", "json", "csv", "xlsx")
@lang_option
def balance(
    path: Path,
    party: str | None,
    period: str | None,
    program: str | None,
    form: str,
    output: Path | None,
    lang: str | None,
) -> int:
    """Show what was accrued, approved and paid in money, by party, program and period.

    What is due below nothing was paid too much: the party's next payment is less by it.
    """
    if form == "xlsx":
        check_workbook("balance.xlsx", output)
    language = lang_of(lang)
    with closing(Ledger(path)) as opened:
        lines = list(standings(opened, Order("pay", "", "", party, program, period)))
        head = opened.head()
    table = Table(
        {"en": "Balance", "zh": "余额"}[language],
        [word(key, language) for key in (*LINE, *SUMS)],
        [_cells(line) for line in lines],
    )
    if form == "json":
        plain = {"groupbuy": 1, "head": head, "lines": [_data(line) for line in lines]}
        deliver(json.dumps(plain, ensure_ascii=False, indent=2) + "\n", output)
    elif form == "csv":
        deliver_csv(table, output)
    elif form == "xlsx":
        deliver(workbook([table]), output)
    else:
        text = as_text(table, None if output else SCREENFUL)
        sums = "; ".join(
            f"{word(key, language)} {money(sum(getattr(line, key) for line in lines)):,}"
            for key in SUMS
        )
        nothing = {"en": "Nothing is owed.\n", "zh": "没有应付。\n"}[language]
        deliver(f"{text}{sums}\n" if text else nothing, output)
    _remarks(lines, head)
    return DONE


def _remarks(lines: list[Standing], head: str) -> None:
    by_party: dict[str, int] = {}
    for line in lines:
        by_party[line.party] = by_party.get(line.party, 0) + line.due
    over = {party: -cents for party, cents in by_party.items() if cents < 0}
    if over:
        few = ", ".join(f"{party} {money(cents):,}" for party, cents in list(over.items())[:5])
        more = ", …" * (len(over) > 5)
        click.echo(f"note: paid too much, next payments are less by it: {few}{more}", err=True)
    click.echo(f"head {head}", err=True)


def order_options(command: F) -> F:
    """What an approval and a payment have in common."""
    for option in (
        lang_option,
        output_options("table", "json", "csv"),
        click.option(
            "--dry-run", is_flag=True, help="Show what would be posted, and post nothing."
        ),
        click.option(
            "--head",
            metavar="HASH",
            help="Only if the ledger is as balance showed it.",
        ),
        click.option("--as-of", metavar="DATE", help="The day of it; today if not given."),
        click.option("--amount", metavar="N", help="So much, and not all."),
        click.option("--program", metavar="ID", help="Only one program."),
        choosing_options,
        click.option(
            "--reference",
            required=True,
            metavar="TEXT",
            help="Its number outside: of the form, of the bank. The same again posts nothing.",
        ),
        click.option("--by", "who", required=True, metavar="NAME", help="Who does it."),
        ledger_option,
    ):
        command = option(command)
    return command


@click.command()
@order_options
def approve(**given: Any) -> int:
    """Approve what was accrued: all that waits, or the lines chosen.

    Exit codes: 0 done, also where the reference is posted already; 2 nothing was posted.
    """
    return _carried_out("approve", **given)


@click.command()
@order_options
def pay(**given: Any) -> int:
    """Note that what was approved is paid: all that is due, or the lines chosen.

    What a party was paid too much, because of a claw-back, is taken off.

    Exit codes: 0 done, also where the reference is posted already; 2 nothing was posted.
    """
    return _carried_out("pay", **given)


def _carried_out(
    act: Act,
    *,
    path: Path,
    who: str,
    reference: str,
    party: str | None,
    program: str | None,
    period: str | None,
    amount: str | None,
    as_of: str | None,
    head: str | None,
    dry_run: bool,
    form: str,
    output: Path | None,
    lang: str | None,
) -> int:
    for name, text in (("--by", who), ("--reference", reference)):
        if not text.strip():
            fail("bad-option", f"{name} is empty", None)
    cents = None if amount is None else cents_given(amount)
    order = Order(act, reference.strip(), who.strip(), party, program, period, cents)
    today = date.fromordinal(day_of(as_of))
    with closing(Ledger(path)) as opened:
        done = carry_out(opened, order, today, head, dry=dry_run)
    _deliver(order, done, form, output, lang_of(lang))
    click.echo(_remark(order, done, dry_run), err=True)
    click.echo(f"head {done.head}", err=True)
    if act == "approve" and done.posted and not dry_run:
        next_step(f"→ groupbuy ledger pay --ledger {path} --by … --reference …")
    return DONE


def _remark(order: Order, done: Done, dry: bool) -> str:
    lines = f"{len(done.posted):,} line{'s' * (len(done.posted) != 1)}, {money(done.cents):,}"
    verb = {"approve": "approved", "pay": "paid"}[order.act]
    if done.earlier is not None:
        return f"{order.reference} was {verb} on {done.earlier} ({lines}): nothing was posted"
    if not done.posted:
        waits = {"approve": "waits for approval", "pay": "is due"}[order.act]
        return f"nothing {waits}: nothing was posted"
    return f"{'would be ' * dry}{verb} by {order.who}: {lines}"


def _deliver(order: Order, done: Done, form: str, output: Path | None, lang: str) -> None:
    lines = Table(
        "",
        [word(key, lang) for key in (*LINE, order.act)],
        [(*key, money(cents)) for key, cents in done.posted],
    )
    if form == "json":
        deliver(json.dumps(_done_data(order, done), ensure_ascii=False, indent=2) + "\n", output)
    elif form == "csv":
        deliver_csv(lines, output)
    else:
        text = as_text(lines, None if output else SCREENFUL)
        if order.act == "pay" and len(done.posted) > len(done.by_party()):
            sums = [(party, money(cents)) for party, cents in done.by_party().items()]
            heads = [word("party", lang), word("paid", lang)]
            text += "\n" + as_text(Table("", heads, sums), None if output else SCREENFUL)
        deliver(text, output)


def _cells(line: Standing) -> tuple[Any, ...]:
    return (*line.key, *(money(getattr(line, key)) for key in SUMS))


def _data(line: Standing) -> dict[str, str]:
    """A line as plain data: money as texts, exact."""
    named = dict(zip(LINE, line.key, strict=True))
    return {**named, **{key: str(money(getattr(line, key))) for key in SUMS}}


def _done_data(order: Order, done: Done) -> dict[str, Any]:
    posted = [
        {**dict(zip(LINE, key, strict=True)), "amount": str(money(cents))}
        for key, cents in done.posted
    ]
    return {
        "groupbuy": 1,
        "kind": order.act,
        "reference": order.reference,
        "by": order.who,
        "posted_earlier": done.earlier,
        "amount": str(money(done.cents)),
        "lines": posted,
        "parties": {party: str(money(cents)) for party, cents in done.by_party().items()},
        "head": done.head,
    }
