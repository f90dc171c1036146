"""`groupbuy blank`: an empty lead file to fill in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from groupbuy.cli.opening import RunOptions, rules_options
from groupbuy.cli.options import output_option
from groupbuy.cli.running import DONE, deliver, fail, next_step


@click.command()
@click.argument("form", type=click.Choice(("csv", "yaml", "xlsx")))
@click.option("--fields", metavar="A,B", help="Only these fields; all of them without it.")
@output_option()
@rules_options
def blank(
    form: str,
    fields: str | None,
    output: Path | None,
    run: RunOptions,
) -> int:
    """Print an empty lead file.

    csv: one line of headers for a spreadsheet. yaml: one lead, every field with its meaning.
    xlsx: a workbook with a sheet for each table, lists to choose from, and notes.
    """
    from groupbuy.files.blank import BOM, blank_csv, blank_yaml

    model = run.open().model
    names = _names(fields)
    if output is not None and output.exists():
        fail("file-exists", f"{output} is there already", "name a new file, or remove it first")
    if form == "xlsx":
        from groupbuy.files.blank_xlsx import blank_xlsx

        if output is None and sys.stdout.isatty():
            fail("bad-option", "a workbook can't be shown on the screen", "-o leads.xlsx")
        content = blank_xlsx(model, run.lang, names)
        if output is None:
            click.echo(content, nl=False)
        else:
            deliver(content, output)
    elif form == "yaml":
        deliver(blank_yaml(model, run.lang, names), output)
    else:
        text = blank_csv(model, run.lang, names)
        if output is None and sys.stdout.isatty():
            deliver(text.removeprefix(BOM), None)
        elif output is None:
            # UTF-8 whatever the terminal speaks: the mark in front says so.
            click.echo(text.encode("utf-8"), nl=False)
        else:
            deliver(text, output)
    next_step(f"→ fill it in, then: groupbuy evaluate {output or f'leads.{form}'}")
    return DONE


def _names(text: str | None) -> list[str]:
    """`--fields a,b`; Chinese commas are commas too."""
    if text is None:
        return []
    names = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    if not any(names):
        fail("bad-option", "--fields names nothing", "--fields name,budget,needed_by")
    return [name for name in names if name]
