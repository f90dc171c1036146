"""`groupbuy diff`: what a change of rules does to real leads."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.completing import files
from groupbuy.cli.opening import LeadOptions, RunOptions, leads_options, rules_options
from groupbuy.cli.options import output_option
from groupbuy.cli.running import DONE, FINDINGS, INCOMPLETE, deliver, next_step, wants_colour, width
from groupbuy.errors import GroupbuyError

if TYPE_CHECKING:
    from groupbuy.authoring.diff.compare import Difference
    from groupbuy.authoring.diff.revision import Version
    from groupbuy.authoring.diff.show import Place
    from groupbuy.engine.workspace import Workspace
    from groupbuy.model.lead import LeadFile
    from groupbuy.render.view import View

FORMATS = ("table", "json", "csv")
SCREENFUL = 50


@click.command()
@click.argument("old", shell_complete=files)
@click.argument("new", shell_complete=files)
@click.argument("leads", nargs=-1, required=True, shell_complete=files)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Show N leads (50).")
@click.option("--detailed-exitcode", is_flag=True, help="Exit code 1 where a lead moves.")
@click.option("--show-pii", is_flag=True, help="Show names of persons.")
@output_option()
@leads_options
@rules_options
def diff(
    old: str,
    new: str,
    leads: tuple[str, ...],
    form: str,
    top: int | None,
    detailed_exitcode: bool,
    show_pii: bool,
    output: Path | None,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Evaluate LEADS under OLD and NEW rules, and show who is judged otherwise, and why.

    OLD and NEW are rules folders, git revisions (HEAD~1, v1) of the rules folder, or
    REVISION:FOLDER. Exit codes: 0 done; 1 with --detailed-exitcode, a lead is judged otherwise or
    has another rank; 2 the input can't be used.
    """
    from groupbuy.authoring.diff.compare import compare
    from groupbuy.authoring.diff.revision import opened
    from groupbuy.authoring.diff.show import places_of
    from groupbuy.cli.viewing import view_of

    folder = _folder(run.rules, old, new)
    with opened(old, folder) as before, opened(new, folder) as after:
        sides = [_opened(version, run, show_pii=show_pii) for version in (before, after)]
        read = read_for_both(sides, leads, reading)
        found = compare(sides[0], sides[1], (read[0].leads, read[1].leads))
        place = places_of(before, after)
    shown = _shown(found, place, form, view_of(sides[1]), top, screen=output is None)
    deliver(shown, output)
    if found.changed:
        first = found.changed[0].id
        next_step(f"→ groupbuy explain {leads[0]} {first}")
    if detailed_exitcode and not found.same:
        return FINDINGS
    unread = len(read[1].set_aside)
    if unread:
        hint = f"groupbuy check {' '.join(leads)}"
        click.echo(f"{unread:,} leads can't be read and are left out: {hint}", err=True)
    return INCOMPLETE if unread else DONE


def _folder(rules: Path | None, old: str, new: str) -> Path:
    """The folder that a lone revision means: --rules, or the other side, or ./rules."""
    if rules is not None:
        return rules
    given = [Path(text) for text in (new, old) if Path(text).is_dir()]
    return given[0] if given else Path("rules")


def _opened(version: Version, run: RunOptions, *, show_pii: bool) -> Workspace:
    """One version of the rules; problems have the places that the user knows."""
    try:
        return replace(run, rules=version.folder).open(show_pii=show_pii)
    except GroupbuyError as error:
        raise version.told(error) from None


def read_for_both(
    sides: Sequence[Workspace], paths: Sequence[str], reading: LeadOptions
) -> list[LeadFile]:
    """The leads as each version of rules reads them: once, where their models read alike."""
    from groupbuy.authoring.diff.models import both

    model = both(sides[0].model, sides[1].model)
    if model is not None:
        found = reading.read(sides[1], paths, model=model)
        return [found, found]
    return [reading.read(side, paths) for side in sides]


def _shown(
    found: Difference, place: Place, form: str, view: View, top: int | None, *, screen: bool
) -> str:
    from groupbuy.authoring.diff import show
    from groupbuy.authoring.layout import Paint

    if form == "json":
        data = show.difference_data(found, place)
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        return "".join(show.difference_csv(found, place))
    paint = Paint(screen and wants_colour(sys.stdout))
    cells = width() if screen else 160
    most = top or (SCREENFUL if screen else None)
    return show.difference_text(found, place, view, cells, paint, most)
