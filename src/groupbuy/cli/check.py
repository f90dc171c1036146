"""`groupbuy check`: every error of rules and lead files, in one run."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.cli.opening import leads_options, open_leads, open_rules
from groupbuy.cli.options import lang_of, rules_options
from groupbuy.cli.running import DONE, FINDINGS, tell
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.render.words import say


@click.command()
@click.argument("paths", nargs=-1)
@leads_options
@rules_options
def check(
    paths: tuple[str, ...],
    mapping: Path | None,
    rejects: Path | None,
    rules: Path | None,
    as_of: str | None,
    settings: tuple[str, ...],
    lang: str | None,
) -> int:
    """Check rules and leads. PATHS: a folder is a rules folder, a file is a lead file.

    Exit codes: 0 nothing found; 1 findings.
    """
    folders = [Path(path) for path in paths if path != "-" and Path(path).is_dir()]
    files = [path for path in paths if path == "-" or not Path(path).is_dir()]
    found: list[Problem] = []
    counted = 0
    chosen: list[Path | None] = [*folders] or [rules]
    for folder in chosen:
        try:
            workspace = open_rules(folder, as_of, settings, lang)
        except GroupbuyError as error:
            found.extend(error.problems)
            continue
        counted += len(workspace.project.packs)
        if not files:
            continue
        try:
            leads = open_leads(workspace, files, mapping, rejects)
            for aside in leads.set_aside:
                found.extend(aside.problems)
            run, _ = workspace.run(leads)
            for _, problems in run.set_aside:
                found.extend(problems)
        except GroupbuyError as error:
            found.extend(error.problems)
    if found:
        tell(list(dict.fromkeys(found)))
        return FINDINGS
    click.echo(say("no_errors", lang_of(lang), n=counted))
    return DONE
