"""`groupbuy report`: leads in, one page for everybody out."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.cli.completing import files
from groupbuy.cli.opening import LeadOptions, RunOptions, leads_options, rules_options
from groupbuy.cli.options import columns_of, output_option, pii_option
from groupbuy.cli.running import DONE, INCOMPLETE, check_workbook, deliver, next_step


@click.command()
@click.argument("leads", nargs=-1, required=True, shell_complete=files)
@output_option("The page (report.html) or workbook (report.xlsx).", required=True)
@click.option(
    "--format", "form", type=click.Choice(("html", "xlsx")), help="Else as FILE ends, or html."
)
@click.option("--columns", metavar="A,B", help="Columns of the ranking.")
@click.option(
    "--full",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    metavar="N",
    help="Explain the first N leads in full; the others in brief.",
)
@pii_option
@leads_options
@rules_options
def report(
    leads: tuple[str, ...],
    output: Path,
    form: str | None,
    columns: str | None,
    full: int,
    show_pii: bool,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Write one HTML page about LEADS: ranking, pictures, what is due, what to ask.

    The page loads nothing from anywhere and can be sent as it is. As a workbook (.xlsx): a row a
    lead, sheets of reasons, of what is due by person, and of what the page shows in pictures.

    Exit codes: 0 done; 2 the input can't be used, nothing is written; 3 done, but some leads were
    set aside.
    """
    from groupbuy.authoring.figures import figures
    from groupbuy.cli.viewing import view_of

    if form is None:
        form = "xlsx" if output.suffix.lower() == ".xlsx" else "html"
    if form == "xlsx":
        check_workbook("report.xlsx", output)
    workspace = run.open(columns=columns_of(columns), show_pii=show_pii)
    result = workspace.evaluate(reading.read(workspace, leads))
    view = view_of(workspace)
    shown = figures(workspace, result, view)
    content: str | bytes
    if form == "xlsx":
        from groupbuy.render.report.workbook import show_report_xlsx

        content = show_report_xlsx(result.data, view, shown, workspace.options.watch)
    else:
        from groupbuy.render.report import show_report

        content = show_report(result.data, view, shown, full=full, watch=workspace.options.watch)
    deliver(content, output)
    next_step(f"→ open {output}")
    return INCOMPLETE if result.incomplete else DONE
