"""`groupbuy explain`: how everything about one lead was decided."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.cli.completing import files_and_ids
from groupbuy.cli.opening import (
    LeadOptions,
    RunOptions,
    cuts_option,
    explain_one,
    lead_named,
    leads_options,
    read_stored,
    rules_options,
    tell_foreign,
)
from groupbuy.cli.options import pii_option
from groupbuy.cli.running import DONE, deliver, width


@click.command()
@click.argument("leads", nargs=-1, required=True, shell_complete=files_and_ids)
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.option(
    "--what-if",
    is_flag=True,
    help="Also the smallest changes that move a grade or clear a gate, and the worth of answers.",
)
@pii_option
@cuts_option
@leads_options
@rules_options
def explain(
    leads: tuple[str, ...],
    form: str,
    what_if: bool,
    show_pii: bool,
    cuts: Path | None,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Explain one lead: groupbuy explain LEADS... ID, where ID is its id or name.

    All leads of the files are evaluated, because ranks need all of them; with --cuts, one alone
    is enough.
    """
    paths, wanted = lead_named(leads, "explain")
    workspace = run.open(show_pii=show_pii, cuts=read_stored(cuts))
    tell_foreign(workspace, cuts)
    alone = cuts is not None
    result = explain_one(workspace, paths, wanted, reading, alone=alone)
    if what_if:
        from groupbuy.engine import what_if as trying

        presenter = workspace.presenter()
        result.data["leads"][0]["what_if"] = trying.what_if(
            presenter.conclusions(result.cases[0]),
            presenter.asker,
            workspace.columns,
            workspace.rules.conditions.values(),
        )
    if form == "json":
        from groupbuy.render.json import show_json

        deliver(show_json(result.data), None)
        return DONE
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.explain import show_lead

    view = view_of(workspace)
    deliver(show_lead(result.data["leads"][0], view, terminal=min(width(), 110)), None)
    return DONE
