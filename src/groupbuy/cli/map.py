"""`groupbuy map`: how another system's files become leads."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.cli.opening import RunOptions
from groupbuy.cli.options import lang_of, lang_option, output_option
from groupbuy.cli.running import DONE, deliver, fail, next_step


@click.group("map")
def map() -> None:
    """Write a mapping file, which says how another system's files become leads.

    Then:  groupbuy evaluate accounts.csv orders.csv --map crm.map.yaml
    """


@map.command()
@click.argument("exports", nargs=-1, required=True, type=click.Path(path_type=Path))
@output_option("Write to a new file instead of the screen.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Rules folder, for its lead model; else ./rules, else the shipped rules.",
)
@lang_option
def new(
    exports: tuple[Path, ...], output: Path | None, rules: Path | None, lang: str | None
) -> int:
    """Draft a mapping by looking at the headers and values of EXPORTS (CSV or .xlsx).

    What is sure is written, what needs a person is a comment with TODO. Exit codes: 0 done; 2 the
    files can't be used, or FILE exists.
    """
    from groupbuy.files.mapping.draft import draft_mapping

    if output is not None and output.exists():
        fail("file-exists", f"{output} exists, and may hold your work", "choose another name")
    model = RunOptions(rules, chosen_lang=lang).open().model
    notes: list[str] = []
    text = draft_mapping(exports, model, notes, lang_of(lang))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if output is not None:
        text = text.replace("--map THIS_FILE", f"--map {output.name}", 1)
    deliver(text, output)
    if output is not None:
        files = " ".join(str(path) for path in exports)
        next_step(f"→ groupbuy check {files} --map {output}")
    return DONE
