"""`groupbuy rules upgrade`: what changed in the packs that rules lie over."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from groupbuy.cli.opening import LeadOptions, RunOptions, leads_options, rules_options
from groupbuy.cli.options import pii_option
from groupbuy.cli.running import (
    DONE,
    FINDINGS,
    INVALID,
    deliver,
    next_step,
    tell,
    wants_colour,
    width,
    write_whole,
)
from groupbuy.errors import GroupbuyError

if TYPE_CHECKING:
    from groupbuy.authoring.diff.compare import Difference
    from groupbuy.authoring.upgrade.compare import Upgrade
    from groupbuy.engine.workspace import Options
    from groupbuy.render.view import View


@click.command(short_help="What changed in the packs beneath, since groupbuy.lock.")
@click.argument("leads", nargs=-1)
@click.option("--write", is_flag=True, help="Write groupbuy.lock anew: what changed is accepted.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text",
              show_default=True)  # fmt: skip
@pii_option
@leads_options
@rules_options
def upgrade(
    leads: tuple[str, ...],
    write: bool,
    form: str,
    show_pii: bool,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Show what changed in the shipped packs and in those of plugins since groupbuy.lock was
    written, which rules of your own lie over that, and, with LEADS, who is judged otherwise.

    Nothing is written but the lock, and that only with --write. Exit codes: 0 the packs are those
    of the lock, or it was written; 1 they have changed, or there is no lock; 2 something can't be
    used.
    """
    from groupbuy.authoring.layout import Paint
    from groupbuy.authoring.upgrade.compare import lock_name, opened_upgrade
    from groupbuy.authoring.upgrade.show import upgrade_data, upgrade_text
    from groupbuy.authoring.words import say
    from groupbuy.render.view import View

    options = run.options(show_pii=show_pii)
    found = opened_upgrade(run.rules, options)
    difference, view, failed = None, View(lang=run.lang), False
    if leads:
        try:
            difference, view = _over_leads(found, options, leads, reading)
        except GroupbuyError as error:
            # What changed is worth seeing all the same; it may be what is wrong with the rules.
            tell(error.problems, run.chosen_lang)
            failed = True
    if form == "json":
        data = upgrade_data(found, difference)
        deliver(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n", None)
    else:
        paint = Paint(wants_colour(sys.stdout))
        deliver(upgrade_text(found, view, width(), paint, difference), None)
    if failed:
        return INVALID
    if write:
        if not found.current:
            write_whole(found.path, found.text, anew=True)
            path = lock_name(found.project.path)
            click.echo(say("upgrade_written", run.lang, path=path), err=True)
        return DONE
    if found.touched:
        next_step("→ groupbuy check")
    elif not found.current:
        next_step("→ groupbuy rules upgrade --write")
    return DONE if found.current else FINDINGS


def _over_leads(
    found: Upgrade,
    options: Options,
    leads: tuple[str, ...],
    reading: LeadOptions,
) -> tuple[Difference, View]:
    """The leads under the packs of the lock and under those of today, and the names of today's.

    Raises `GroupbuyError`.
    """
    from groupbuy.authoring.diff.compare import compare
    from groupbuy.authoring.upgrade.base import kept_by
    from groupbuy.cli.diff import read_for_both
    from groupbuy.cli.viewing import view_of
    from groupbuy.engine.workspace import Workspace

    now = Workspace(found.project.path, options)
    if found.lock is None:
        before = now
    else:
        with kept_by(found.lock, found.project) as kept:
            before = Workspace(found.project.path, replace(options, kept=kept))
    read = read_for_both([before, now], leads, reading)
    return compare(before, now, (read[0].leads, read[1].leads)), view_of(now)
