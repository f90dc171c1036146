"""`groupbuy sheet`: all about one lead on a page, to fill in and to take along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.completing import files_and_ids
from groupbuy.cli.opening import (
    LeadOptions,
    RunOptions,
    explain_one,
    lead_named,
    leads_options,
    rules_options,
)
from groupbuy.cli.options import output_option, pii_option
from groupbuy.cli.running import DONE, deliver, fail, no_screen

if TYPE_CHECKING:
    from groupbuy.render.customer.sheet import Page

    Writer = Callable[[Page, str, date], str | bytes]

FORMATS = ("md", "html", "docx", "pdf")
MOST_QUESTIONS = 12
"""A sheet is taken along to a talk: there is time to ask more than the first three."""


@click.command()
@click.argument("leads", nargs=-1, required=True, shell_complete=files_and_ids)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Else as FILE ends, or md.")
@click.option(
    "--font",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A font for the PDF (.ttf, .otf), or a folder of fonts.",
)
@pii_option
@output_option()
@leads_options
@rules_options
def sheet(
    leads: tuple[str, ...],
    form: str | None,
    font: Path | None,
    show_pii: bool,
    output: Path | None,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Write the sheet of one lead: groupbuy sheet LEADS... ID, where ID is its id or name.

    What follows and why, what to do, what is still to be asked and what hangs on it, and all
    that is known. Markdown, HTML that prints on A4, Word (.docx) to edit, PDF.
    """
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.customer.sheet import customer_sheet

    paths, wanted = lead_named(leads, "sheet")
    form = form or _by_suffix(output)
    write = _writer(form, output, font)
    workspace = run.open(show_pii=show_pii, questions=MOST_QUESTIONS)
    result = explain_one(workspace, paths, wanted, reading)
    view = view_of(workspace)
    lead, given = result.data["leads"][0], result.cases[0].lead
    page = customer_sheet(result.data["run"], lead, given, workspace.model, view, show_pii=show_pii)
    deliver(write(page, view.lang, date.fromordinal(workspace.options.as_of)), output)
    return DONE


def _by_suffix(output: Path | None) -> str:
    """The format that the name of a file asks for; Markdown for other names."""
    suffix = "" if output is None else output.suffix.lower().lstrip(".")
    return {"htm": "html"}.get(suffix, suffix if suffix in FORMATS else "md")


def _writer(form: str, output: Path | None, font: Path | None) -> Writer:
    """What makes the sheet in a format. Raises `GroupbuyError` where it can't, before all else."""
    if form in ("docx", "pdf"):
        no_screen(f"sheet.{form}", output)
    if font is not None and form != "pdf":
        fail("bad-option", "--font is for a PDF", "-o sheet.pdf")
    if form == "docx":
        from groupbuy.render.customer.as_blocks import sheet_blocks
        from groupbuy.render.document.docx import check_docx, docx_file

        check_docx()
        return lambda page, lang, day: docx_file(sheet_blocks(page), lang, day, dense=True)
    if form == "pdf":
        from groupbuy.render.customer.as_blocks import sheet_blocks
        from groupbuy.render.document.pdf import find_fonts, pdf_file

        fonts = find_fonts(font)
        return lambda page, lang, day: pdf_file(sheet_blocks(page), lang, fonts, day, dense=True)
    if form == "html":
        from groupbuy.render.customer.as_html import show_sheet_html

        return lambda page, lang, day: show_sheet_html(page, lang)
    from groupbuy.render.customer.as_markdown import show_sheet_markdown

    return lambda page, lang, day: show_sheet_markdown(page)
