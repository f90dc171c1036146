"""`groupbuy sheet`: all about one lead on a page, to fill in and to take along."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.cli.completing import files_and_ids
from groupbuy.cli.opening import explain_one, lead_named, leads_options, open_rules
from groupbuy.cli.options import output_option, pii_option, rules_options
from groupbuy.cli.running import DONE, deliver


@click.command()
@click.argument("leads", nargs=-1, required=True, shell_complete=files_and_ids)
@click.option(
    "--format", "form", type=click.Choice(("md", "html")), help="Else as FILE ends, or md."
)
@pii_option
@output_option()
@leads_options
@rules_options
def sheet(
    leads: tuple[str, ...],
    form: str | None,
    show_pii: bool,
    output: Path | None,
    mapping: Path | None,
    rejects: Path | None,
    rules: Path | None,
    as_of: str | None,
    settings: tuple[str, ...],
    lang: str | None,
) -> int:
    """Write the sheet of one lead: groupbuy sheet LEADS... ID, where ID is its id or name.

    What follows and why, what to do, what is still to be asked and what it leaves open, and all
    that is known. HTML prints on A4.
    """
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.customer_sheet import (
        customer_sheet,
        show_sheet_html,
        show_sheet_markdown,
    )

    paths, wanted = lead_named(leads, "sheet")
    workspace = open_rules(rules, as_of, settings, lang, show_pii=show_pii)
    result = explain_one(workspace, paths, wanted, mapping, rejects)
    view = view_of(workspace)
    lead, given = result.data["leads"][0], result.cases[0].lead
    page = customer_sheet(result.data["run"], lead, given, workspace.model, view, show_pii=show_pii)
    html = form == "html" or (
        form is None and output is not None and output.suffix.lower() in (".html", ".htm")
    )
    deliver(show_sheet_html(page, view.lang) if html else show_sheet_markdown(page), output)
    return DONE
