"""`groupbuy ledger`: look at what was posted, prove it, take it along; approve and pay it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from groupbuy.api.commands import (
    DONE,
    FINDINGS,
    RunOptions,
    check_workbook,
    deliver,
    lang_of,
    lang_option,
    next_step,
    rules_options,
)
from groupbuy_incentives.commands.options import (
    choosing_options,
    ledger_option,
    output_options,
)
from groupbuy_incentives.commands.payouts import approve, balance, pay
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.ledger.verifying import findings
from groupbuy_incentives.money import money
from groupbuy_incentives.reasons import claw_back_text, reason_text
from groupbuy_incentives.statement import word
from groupbuy_incentives.tables import SCREENFUL, Table, as_text, deliver_csv, workbook


@click.group()
def ledger() -> None:
    """Show, verify and export the ledger of rewards; approve and pay them."""


for command in (balance, approve, pay):
    ledger.add_command(command)


@ledger.command(name="list")
@ledger_option
@choosing_options
@click.option("--program", metavar="ID", help="Only one program.")
@output_options("table", "json", "csv")
@lang_option
def list_(
    path: Path,
    party: str | None,
    period: str | None,
    program: str | None,
    form: str,
    output: Path | None,
    lang: str | None,
) -> int:
    """List entries, approvals and payments in the order in which they were posted."""
    language = lang_of(lang)
    with closing(Ledger(path)) as opened:
        rows = _chosen(opened, party=party, period=period, program=program)
        if form == "json":
            listed = [_data(row) for row in rows]
            deliver(json.dumps(listed, ensure_ascii=False, indent=2) + "\n", output)
        elif form == "csv":
            deliver_csv(_table(rows, language), output)
        else:
            text = as_text(_table(rows, language), None if output else SCREENFUL)
            deliver(text or {"en": "No entries.\n", "zh": "没有分录。\n"}[language], output)
    return DONE


@ledger.command()
@ledger_option
@click.option("--head", metavar="HASH", help="The head noted after a run: is it still there?")
@rules_options
def verify(
    path: Path,
    head: str | None,
    run: RunOptions,
) -> int:
    """Work everything out again and find what was changed.

    Exit codes: 0 the ledger is as it was written; 1 it is not; 2 it can't be read.
    """
    with closing(Ledger(path)) as opened:
        workspace = run.open(plugins=("incentives",))
        found = findings(opened, workspace.plugins.incentives(), head)
        for finding in found:
            click.echo(finding)
        if found:
            return FINDINGS
        count, runs, paid = (
            opened.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("entries", "runs", "payouts")
        )
        payouts = f" and {paid:,} approvals and payments" * bool(paid)
        click.echo(f"{path}: {count:,} entries of {runs:,} runs{payouts} are as they were written")
        click.echo(f"head {opened.head()}")
    next_step(f"→ groupbuy ledger list --ledger {path}")
    return DONE


@ledger.command()
@ledger_option
@output_options("jsonl", "csv", "xlsx")
@lang_option
def export(path: Path, form: str, output: Path | None, lang: str | None) -> int:
    """Write every entry with its hash, for another program or an auditor."""
    if form == "xlsx":
        check_workbook("ledger.xlsx", output)
    with closing(Ledger(path)) as opened:
        rows = _chosen(opened)
        if form == "jsonl":
            lines = (json.dumps(_data(row), ensure_ascii=False) for row in rows)
            deliver("".join(line + "\n" for line in lines), output)
        elif form == "csv":
            deliver_csv(_table(rows, lang_of(lang), whole=True), output)
        else:
            deliver(workbook([_table(rows, lang_of(lang), whole=True)]), output)
    return DONE


def _chosen(opened: Ledger, **wanted: str | None) -> Iterator[Any]:
    given = {name: value for name, value in wanted.items() if value is not None}
    return opened.everything(" AND ".join(f"{name} = ?" for name in given), given.values())


def _data(row: Any) -> dict[str, Any]:
    """An entry as plain data: money as a text, exact."""
    plain = dict(row)
    plain["amount"] = str(money(plain.pop("cents")))
    plain["because"] = json.loads(plain["because"])
    plain["deals"] = json.loads(plain["deals"])
    return plain


def _table(rows: Iterator[Any], lang: str, *, whole: bool = False) -> Table:
    keys = ["date", "kind", "party", "program", "period", "key", "amount", "because"]
    heads = [word("posted" if key == "amount" else key, lang) for key in keys]
    if whole:
        heads = ["#", *heads, "id", "hash"]
    return Table("", heads, [_cells(row, lang, whole) for row in rows])


def _cells(row: Any, lang: str, whole: bool) -> tuple[Any, ...]:
    cells = (
        row["date"],
        word(row["kind"], lang),
        row["party"],
        row["program"],
        row["period"],
        row["key"] or row["reference"],
        money(row["cents"]),
        _because(row, lang),
    )
    return (row["seq"], *cells, row["id"], row["hash"]) if whole else cells


def _because(row: Any, lang: str) -> str:
    """Why, or by whom."""
    if row["kind"] in ("approve", "pay"):
        verb = {"approve": "approved", "pay": "paid"}[row["kind"]]
        by = {"en": f"{verb} by {row['who']}", "zh": f"{row['who']}{word(row['kind'], lang)}"}
        return by[lang]
    if row["kind"] == "lapse":
        return {"en": "less is accrued than was approved", "zh": "应付少于已审批"}[lang]
    if row["kind"] == "claw_back" and row["reason"]:
        return claw_back_text(row["reason"], lang)
    if row["kind"] == "reject":
        return reason_text(row["reason"], lang)
    words = json.loads(row["because"])
    return str(words.get(lang) or next(iter(words.values()), ""))
