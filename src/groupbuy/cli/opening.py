"""Rules and leads, opened for a command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupbuy.cli.options import day_of, lang_of, settings_of
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.leads import read_leads

if TYPE_CHECKING:
    from groupbuy.model.lead import LeadFile


def open_rules(
    rules: Path | None, as_of: str | None, settings: Sequence[str], lang: str | None, **more: Any
) -> Workspace:
    """The rules folder, checked. Raises `GroupbuyError`."""
    options = Options(day_of(as_of), lang_of(lang), settings_of(settings), **more)
    return Workspace(rules, options)


def open_leads(workspace: Workspace, paths: Sequence[str]) -> LeadFile:
    """The leads of the files; remarks about them go to stderr. Raises `GroupbuyError`."""
    leads = read_leads(paths, workspace.model, stdin=sys.stdin)
    for note in leads.notes:
        click.echo(f"note: {note}", err=True)
    return leads
