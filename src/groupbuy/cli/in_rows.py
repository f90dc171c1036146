"""`groupbuy evaluate` row by row: every lead with its reasons, in any format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.ask import Ask
from groupbuy.cli.opening import LeadOptions
from groupbuy.cli.plugin_commands import plugin_format
from groupbuy.cli.running import DONE, INCOMPLETE, INVALID, deliver, language, next_step, width

if TYPE_CHECKING:
    from groupbuy.engine.results import Result
    from groupbuy.engine.workspace import Workspace
    from groupbuy.model.lead import LeadFile


def evaluate_in_rows(
    workspace: Workspace, leads: Sequence[str], reading: LeadOptions, ask: Ask
) -> int:
    """Evaluate files of leads row by row. Raises `GroupbuyError`."""
    opened = reading.read(workspace, leads)
    result = workspace.evaluate(opened, keep=ask.log is not None)
    if ask.strict and result.incomplete:
        _tell_set_aside(result)
        return INVALID
    shown = rendered(ask.form, workspace, result, screen=ask.output is None)
    if ask.log is not None:
        # First the record, then what it is of: nobody sees a decision that is in no log.
        _log(ask.log, ask.log_key, workspace, opened, result)
    deliver(shown, ask.output)
    if ask.save_cuts is not None:
        from groupbuy.engine.standing import write_cuts

        deliver(write_cuts(workspace.stored(result.standings)), ask.save_cuts)
    if ask.created is not None:
        _write_new_leads(result, opened, ask.created)
    more = result.data["run"]["matched"] - result.data["run"]["shown"]
    if more and ask.top is None:
        click.echo(f"and {more:,} more: --top N shows more of them, -o FILE writes all", err=True)
    if result.data["leads"] and not ask.fetched:
        first = result.data["leads"][0]["id"]
        mapping = reading.mapping
        files = leads[0] if mapping is None else f"{' '.join(leads)} --map {mapping}"
        next_step(f"→ groupbuy explain {files} {first}")
    return INCOMPLETE if result.incomplete else DONE


def _log(
    log: Path, key: Path | None, workspace: Workspace, opened: LeadFile, result: Result
) -> None:
    """Add the decisions to a log; a key that was made for it is told."""
    from groupbuy.decisions.recording import log_decisions

    assert result.run is not None
    added, head, secret = log_decisions(
        log, workspace, result.run, result.ranked, opened.set_aside, key
    )
    if secret.made:
        click.echo(f"note: {secret.path} holds the key of the digests in {log}: keep it", err=True)
    click.echo(f"{added:,} decisions added to {log}; head {head}", err=True)


def _write_new_leads(result: Result, opened: LeadFile, target: Path) -> None:
    """Write the leads that the plays of the shown leads create, and say how many."""
    from groupbuy.render.new_leads import new_leads, show_new_leads
    from groupbuy.render.words import say

    names = [lead.values.get("name") for lead in opened.leads]
    found = new_leads(result.data["leads"], [name for name in names if isinstance(name, str)])
    lang = language()
    deliver(show_new_leads(found, result.data["run"]["as_of"], lang), target)
    parts = [say("new_leads", lang, n=len(found.leads), file=target)]
    if found.known:
        parts.append(say("new_leads_known", lang, n=found.known))
    if found.repeated:
        parts.append(say("new_leads_repeated", lang, n=found.repeated))
    click.echo(say("semicolon", lang).join(parts), err=True)


def _tell_set_aside(result: Result) -> None:
    for lead in result.data["set_aside"]:
        for problem in lead["problems"]:
            click.echo(problem, err=True)
    click.echo(
        f"{len(result.data['set_aside'])} leads could not be evaluated; nothing was "
        "written (--strict)",
        err=True,
    )


def _table(workspace: Workspace, result: Result, screen: bool) -> str:
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.table import show_table

    return show_table(result.data, view_of(workspace), terminal=width() if screen else 160)


def _json(workspace: Workspace, result: Result, screen: bool) -> str:
    from groupbuy.render.json import show_json

    return show_json(result.data)


def _jsonl(workspace: Workspace, result: Result, screen: bool) -> str:
    from groupbuy.render.json import show_jsonl

    return "".join(show_jsonl(result.data))


def _csv(workspace: Workspace, result: Result, screen: bool) -> str:
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.csv import show_csv

    return "".join(show_csv(result.data, view_of(workspace)))


def _md(workspace: Workspace, result: Result, screen: bool) -> str:
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.markdown import show_markdown

    return show_markdown(result.data, view_of(workspace))


def _xlsx(workspace: Workspace, result: Result, screen: bool) -> bytes:
    from groupbuy.cli.viewing import view_of
    from groupbuy.render.xlsx import show_xlsx

    return show_xlsx(result.data, view_of(workspace), watch=workspace.options.watch)


def rendered(form: str, workspace: Workspace, result: Result, *, screen: bool) -> str | bytes:
    """The result in a format, the core's own or a plugin's."""
    if form in RENDER:
        return RENDER[form](workspace, result, screen)
    theirs = plugin_format(form)
    assert theirs is not None
    return theirs(result.data)


RENDER: dict[str, Callable[[Workspace, Result, bool], str | bytes]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "md": _md,
    "xlsx": _xlsx,
}
