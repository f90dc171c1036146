"""`groupbuy rules`: list packs, show what is in force, look names up, upgrade."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from groupbuy.cli.completing import entries
from groupbuy.cli.completing import names as names_in_rules
from groupbuy.cli.opening import LeadOptions, RunOptions, rules_options
from groupbuy.cli.options import output_option
from groupbuy.cli.running import (
    DONE,
    FINDINGS,
    deliver,
    fail,
    next_step,
    wants_colour,
    width,
    write_whole,
)
from groupbuy.cli.upgrade import upgrade

FORMATS = click.Choice(("text", "json"))


@click.group()
def rules() -> None:
    """List packs, show what is in force for a lead, look up names."""


rules.add_command(upgrade)


@rules.command("list", short_help="The packs, lowest layer first.")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@rules_options
def list_packs(
    form: str,
    run: RunOptions,
) -> int:
    """List the packs, lowest layer first: for whom they are, what they define and change."""
    from groupbuy.authoring.layout import Paint
    from groupbuy.authoring.packs import packs_data, packs_text

    project = run.open().project
    if form == "json":
        _print_json(packs_data(project, run.lang))
    else:
        paint = Paint(wants_colour(sys.stdout))
        deliver(packs_text(project, run.lang, width(), paint), None)
    next_step("→ groupbuy rules show --for leads.yaml L001")
    return DONE


@rules.command(short_help="What counts, for all leads or for one.")
@click.argument("entry", required=False, shell_complete=entries)
@click.option(
    "--for",
    "lead",
    type=(str, str),
    metavar="LEADS ID",
    help="What counts for one lead of a file, and why.",
)
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@rules_options
def show(
    entry: str | None,
    lead: tuple[str, str] | None,
    form: str,
    run: RunOptions,
) -> int:
    """Show each effective value, who set it, and what it took the place of.

    ENTRY is one entry (fit, scores.fit or its title); without it, everything is shown. Without
    --for, the rules of every lead, and for one entry also what packs for some leads make of it.
    Exit codes: 0 done; 1 packs contradict each other.
    """
    from groupbuy.authoring.effective import for_lead, in_general
    from groupbuy.authoring.layout import Paint
    from groupbuy.authoring.show import Reader, show_data, show_text

    workspace = run.open()
    if lead is None:
        found = in_general(workspace, entry)
    else:
        found = for_lead(workspace, LeadOptions().read(workspace, [lead[0]]), lead[1], entry)
    if form == "json":
        _print_json(show_data(found))
    else:
        reader = Reader(run.lang, min(width(), 120), Paint(wants_colour(sys.stdout)))
        deliver(show_text(found, reader, whole=entry is None), None)
    if lead is None:
        next_step(f"→ groupbuy rules show {entry or ''} --for leads.yaml L001".replace("  ", " "))
    else:
        next_step(f"→ groupbuy explain {lead[0]} {lead[1]}")
    return FINDINGS if found.conflicts else DONE


@rules.command(short_help="The names that rules can use.")
@click.argument("pattern", required=False, shell_complete=names_in_rules)
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@rules_options
def names(
    pattern: str | None,
    form: str,
    run: RunOptions,
) -> int:
    """Look up what an expression can use: fields, settings, facts, scores, grades, functions.

    PATTERN chooses those that have it in their name, title, aliases or words.
    """
    from groupbuy.authoring.layout import Paint
    from groupbuy.authoring.names import all_names, chosen, names_data, names_text

    workspace = run.open()
    found = chosen(all_names(workspace, run.lang), pattern)
    if form == "json":
        _print_json(names_data(found))
    else:
        paint = Paint(wants_colour(sys.stdout))
        text = names_text(found, run.lang, min(width(), 160), paint, wrapped=pattern is not None)
        deliver(text, None)
    entry = next((name for name in found if name.section is not None), None)
    next_step(f"→ groupbuy rules show {entry.name}" if entry else "→ groupbuy rules list")
    return DONE


@rules.command("export", short_help="A table of the rules, for Excel.")
@click.argument("entry", required=False)
@output_option("Write to a .xlsx or .csv file instead of the screen.")
@click.option(
    "--format", "form", type=FORMATS, default="text", show_default=True, help="Of the list."
)
@rules_options
def export_table(
    entry: str | None,
    output: Path | None,
    form: str,
    run: RunOptions,
) -> int:
    """Write rows, bands or cases as a workbook or a CSV file, to be edited in Excel or WPS.

    ENTRY is what has them: loyalty, common.loyalty, fit.per_head, or its title; without it, all are
    listed. A rule file reads the table by table: FILE, and groupbuy rules import takes it back.
    """
    from groupbuy.authoring.tables.export import exported, list_data, list_text
    from groupbuy.authoring.tables.find import tables_of
    from groupbuy.authoring.tables.write import csv_of, xlsx_of

    workspace = run.open()
    if entry is None:
        found = tables_of(workspace.project.packs)
        if form == "json":
            _print_json(list_data(found))
        else:
            deliver(list_text(found, run.lang, width()), None)
        next_step("→ groupbuy rules export ENTRY -o ENTRY.xlsx")
        return DONE
    sheet = exported(workspace, entry, run.lang)
    suffix = ".csv" if output is None or str(output) == "-" else output.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        fail("bad-option", f"-o: {output} is neither .xlsx nor .csv", f"-o {entry}.xlsx")
    deliver(xlsx_of(sheet) if suffix == ".xlsx" else csv_of(sheet), output)
    next_step(f"→ groupbuy rules import {output or 'FILE'} --into RULES.yaml --dry-run")
    return DONE


@rules.command("import", short_help="Take a table from Excel back into a rule file.")
@click.argument("table", metavar="FILE[:SHEET]")
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="RULES.yaml",
    help="The rule file that gets the rows.",
)
@click.option("--entry", metavar="ENTRY", help="What they belong to; else the sheet's name says.")
@click.option("--dry-run", is_flag=True, help="Write nothing; exit 1 if the file would change.")
@rules_options
def import_table(
    table: str,
    into: Path,
    entry: str | None,
    dry_run: bool,
    run: RunOptions,
) -> int:
    """Show what a table changes in a rule file, and write it there as rows, bands or cases.

    All rows are replaced by those of the table; what says the same stays as it is written, comments
    included. What is wrong is told with its cell, and then nothing is written.

    Exit codes: 0 done; 1 with --dry-run, the file would change; 2 something is wrong.
    """
    import difflib

    from groupbuy.authoring.tables.into import imported
    from groupbuy.authoring.words import say

    old, new = imported(table, into, entry, run.rules, run.options())
    if new == old:
        click.echo(say("same_rows", run.lang, file=into.as_posix()), err=True)
        return DONE
    name = into.as_posix()
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    for line in difflib.unified_diff(before, after, name, name):
        click.echo(line if line.endswith("\n") else f"{line}\n", nl=False)
    if dry_run:
        click.echo(say("would_write", run.lang, file=name), err=True)
        return FINDINGS
    write_whole(into, new, anew=True)
    next_step("→ groupbuy diff HEAD rules leads.csv")
    return DONE


def _print_json(data: Any) -> None:
    deliver(json.dumps(data, ensure_ascii=False, indent=2) + "\n", None)
