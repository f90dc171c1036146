"""`groupbuy ledger list|verify|export`: look at what was posted, prove it, take it along."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from groupbuy.api.commands import (
    DONE,
    FINDINGS,
    check_workbook,
    deliver,
    lang_of,
    next_step,
    open_rules,
    rules_options,
)
from groupbuy_incentives.commands.options import choosing_options, ledger_option, output_options
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.ledger.verifying import findings
from groupbuy_incentives.money import money
from groupbuy_incentives.reasons import reason_text
from groupbuy_incentives.statement import word
from groupbuy_incentives.tables import SCREENFUL, Table, as_text, deliver_csv, workbook


@click.group()
def ledger() -> None:
    """Show, verify and export the ledger of rewards."""


lang_option: Callable[..., Any] = click.option(
    "--lang", type=click.Choice(["en", "zh"]), help="Language of the output."
)


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
    """List the entries in the order in which they were posted."""
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
    rules: Path | None,
    as_of: str | None,
    settings: tuple[str, ...],
    lang: str | None,
) -> int:
    """Work everything out again and find what was changed.

    Exit codes: 0 the ledger is as it was written; 1 it is not; 2 it can't be read.
    """
    with closing(Ledger(path)) as opened:
        workspace = open_rules(rules, as_of, settings, lang, plugins=("incentives",))
        found = findings(opened, workspace.plugins.incentives(), head)
        for finding in found:
            click.echo(finding)
        if found:
            return FINDINGS
        count = opened.db.execute("SELECT count(*) FROM entries").fetchone()[0]
        runs = opened.db.execute("SELECT count(*) FROM runs").fetchone()[0]
        click.echo(f"{path}: {count:,} entries of {runs:,} runs are as they were written")
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
        check_workbook(output, "ledger.xlsx")
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
    return opened.entries(" AND ".join(f"{name} = ?" for name in given), given.values())


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
    words = json.loads(row["because"])
    because = words.get(lang) or next(iter(words.values()), "")
    if row["kind"] in ("reject", "claw_back") and row["reason"]:
        because = reason_text(row["reason"], lang)
    cells = (
        row["date"],
        word(row["kind"], lang),
        row["party"],
        row["program"],
        row["period"],
        row["key"],
        money(row["cents"]),
        because,
    )
    return (row["seq"], *cells, row["id"], row["hash"]) if whole else cells
