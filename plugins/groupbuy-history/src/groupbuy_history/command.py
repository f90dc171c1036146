"""`groupbuy history-fit`: the numbers that `history:repeat` needs, from a file of leads."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from groupbuy.api.commands import (
    DONE,
    LeadFile,
    LeadOptions,
    RunOptions,
    deliver,
    fail,
    leads_options,
    next_step,
    output_option,
    rules_options,
    write_whole,
)
from groupbuy_history.fitting import Check, Fit, check, fit, history_of
from groupbuy_history.orders import buying_days

FEWEST_REPEAT = 20
"""With fewer repeat buyers four parameters are noise."""
PARAMETERS = ("r", "alpha", "a", "b")


@click.command(name="history-fit")
@click.argument("leads", nargs=-1, required=True)
@click.option(
    "--check",
    "days",
    type=click.IntRange(1, 3650),
    default=180,
    show_default=True,
    metavar="DAYS",
    help="Compare a fit of so many days ago with what came since.",
)
@output_option("Write the pack to a file instead of the screen.")
@leads_options
@rules_options
def history_fit(
    leads: tuple[str, ...],
    days: int,
    output: Path | None,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Fit the model of repeat buying to LEADS and print a rule pack with its numbers.

    The pack lies over history:repeat. How well such a fit would have foretold the last months is
    said on standard error. Exit codes: 0 done; 2 the input can't be used, or says too little.
    """
    workspace = run.open(plugins=("history",))
    today = date.fromordinal(workspace.options.as_of)
    bought = _buying_days(reading.read(workspace, leads), today)
    histories = [h for h in (history_of(each, today.toordinal()) for each in bought) if h]
    repeat = sum(history.x > 0 for history in histories)
    if repeat < FEWEST_REPEAT:
        fail(
            "too-little-history",
            f"{repeat} leads bought on more than one day; it takes {FEWEST_REPEAT}",
            "add older orders, or go by history.mean_gap()",
        )
    found = fit(histories)
    _tell(found, check(bought, today.toordinal(), days))
    if output is None or str(output) == "-":
        deliver(_pack(found, today), None)
    else:
        # The pack of an earlier fit is one of the rules that were read.
        write_whole(output, _pack(found, today), anew=True)
        next_step(f"add history:repeat and {output.name} to layers: in groupbuy.yaml")
    return DONE


def _buying_days(leads: LeadFile, today: date) -> list[list[int]]:
    """Each lead's buying days as day numbers; leads with an undated order are left out."""
    found, undated = [], 0
    for lead in leads.leads:
        table = lead.values.get("orders")
        if not isinstance(table, list):
            continue
        if any(row["date"] is None for row in table):
            undated += 1
            continue
        rows = [{**row, "date": date.fromordinal(row["date"])} for row in table]
        found.append([day.toordinal() for day in buying_days(rows, today)])
    if undated:
        click.echo(f"note: {undated:,} leads have orders without a date; left out", err=True)
    return found


def _tell(found: Fit, tested: Check | None) -> None:
    """Remarks on how far the fit can be trusted."""
    for name in found.edges:
        meaning = " (customers hardly ever stop)" if name in ("a", "b") else ""
        click.echo(f"note: {name} ran to the end of its range{meaning}", err=True)
    if tested is None:
        click.echo("note: too few repeat buyers earlier on to check the fit", err=True)
        return
    click.echo(
        f"check: a fit of {tested.days} days ago expected {tested.expected:,.1f} buying days of "
        f"{tested.customers:,} repeat buyers since; {tested.came:,} came",
        err=True,
    )


def _pack(found: Fit, today: date) -> str:
    """The rule pack with the fitted numbers."""
    values = "".join(
        f"    repeat_{name}: {getattr(found.model, name):.6g}\n" for name in PARAMETERS
    )
    return (
        f"# BG/NBD fitted by groupbuy history-fit to {found.customers:,} customers, "
        f"{found.repeat_buyers:,} of them repeat buyers,\n"
        f"# as of {today}; log-likelihood {found.log_likelihood:.3f}.\n"
        "groupbuy: 1\n"
        "pack: repeat_fit\n"
        "title: {en: Fitted model of repeat buying, zh: 复购模型参数}\n"
        f'version: "{today:%Y-%m}"\n'
        "changes:\n"
        f"  settings:\n{values}"
    )
