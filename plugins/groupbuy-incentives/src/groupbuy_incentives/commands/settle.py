"""`groupbuy settle`: deals and money in, a statement out, and the ledger brought up to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import click

from groupbuy.api.commands import (
    DONE,
    INCOMPLETE,
    LeadOptions,
    RunOptions,
    check_workbook,
    fail,
    leads_options,
    next_step,
    rules_options,
    tell,
)
from groupbuy_incentives.commands.options import choosing_options, ledger_option, output_options
from groupbuy_incentives.commands.settle_report import Report
from groupbuy_incentives.ledger.posting import settle as settle_ledger
from groupbuy_incentives.ledger.store import Ledger
from groupbuy_incentives.reading import KINDS, facts_of, rules_and_accounts
from groupbuy_incentives.statement import Statement

HELP = {
    "deals": "Deals that were won.",
    "invoices": "Invoices for deals.",
    "payments": "Payments of deals.",
    "refunds": "What was given back.",
    "referrals": "Who introduced whom.",
    "purchases": "What we bought from customers.",
}


def files_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each kind of file."""
    for kind in reversed(KINDS):
        command = click.option(
            f"--{kind}",
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help=HELP[kind],
        )(command)
    return command


@click.command()
@click.argument("leads", nargs=-1, required=True)
@files_options
@ledger_option
@choosing_options
@output_options("table", "json", "csv", "xlsx")
@leads_options
@rules_options
def settle(
    leads: tuple[str, ...],
    path: Path,
    party: str | None,
    period: str | None,
    form: str,
    output: Path | None,
    reading: LeadOptions,
    run: RunOptions,
    **files: tuple[Path, ...],
) -> int:
    """Work out what is owed by the programs of the rules, and post it in the ledger.

    LEADS are the files of customers. Files can be given whole or only with what is new: what the
    ledger has already is not posted again.

    Exit codes: 0 done; 2 the input can't be used, nothing is posted; 3 posted, but some customers
    are not known or could not be read.
    """
    if form == "xlsx":
        check_workbook("statement.xlsx", output)
    if output is not None and not output.absolute().parent.is_dir():
        fail("no-such-folder", f"there is no folder {output.parent}", "make it first")
    workspace = run.open(plugins=("incentives",))
    concluded, aside = workspace.concluded(reading.read(workspace, leads), "programs")
    tell_all = [problem for each in aside for problem in each.problems]
    stated, accounts = rules_and_accounts(concluded)
    if not stated.programs:
        hint = "list incentives:programs under layers: in groupbuy.yaml, or write programs:"
        fail("no-programs", "the rules have no programs for these customers", hint)
    today = date.fromordinal(workspace.options.as_of)
    kinds = workspace.plugins.incentives()
    with closing(Ledger(path, create=True)) as ledger:
        notes: list[str] = []
        facts = facts_of(files, stated.programs, notes)
        done = settle_ledger(ledger, facts, accounts, stated, kinds, today)
        names = {lead.lead.id: str(lead.lead.values.get("name") or "") for lead in concluded}
        shown_lang = workspace.options.lang
        statement = Statement(
            ledger, done.run, shown_lang, names, stated.programs, party=party, period=period
        )
        report = Report(ledger, done, statement, shown_lang, workspace, stated, kinds, today)
        report.deliver(form, output)
        strangers = report.strangers()
        remarks = [*(f"note: {note}" for note in notes), *report.remarks(strangers)]
    if tell_all:
        tell(tell_all)
    for line in remarks:
        click.echo(line, err=True)
    next_step(f"→ groupbuy ledger verify --ledger {path}")
    return INCOMPLETE if tell_all or strangers else DONE
