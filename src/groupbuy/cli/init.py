"""`groupbuy init`: a rules folder that works at once."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path

import click

from groupbuy.cli.options import lang_of
from groupbuy.cli.running import DONE, fail, next_step


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the files.")
def init(folder: Path, lang: str | None) -> int:
    """Make a folder with rules of one's own over the shipped ones, and sample leads.

    DIR is a new folder, or an empty one.
    """
    from groupbuy.authoring.scaffold import make_folder, rules_folder, with_lock

    if not str(folder).strip():
        fail("bad-option", "init needs the name of a folder", "groupbuy init our_rules")
    texts = with_lock(rules_folder(lang_of(lang), date.today()), Path("rules"))
    for path in make_folder(folder, texts):
        click.echo(folder / path)
    there = "" if folder.absolute() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    next_step(f"→ {there}groupbuy evaluate leads.yaml")
    return DONE
