"""`groupbuy evaluate`: leads in, a ranking with reasons out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.column_results import Ask
from groupbuy.cli.completing import columns as columns_named
from groupbuy.cli.completing import files
from groupbuy.cli.in_columns import ENGINES, chosen_engine, evaluate_in_columns
from groupbuy.cli.in_databases import check_into, database_options, fetched
from groupbuy.cli.opening import (
    cuts_option,
    leads_options,
    log_key_option,
    open_leads,
    open_rules,
    read_stored,
    tell_foreign,
)
from groupbuy.cli.options import columns_of, pii_option, refuse_inputs, rules_options
from groupbuy.cli.plugin_commands import Format, plugin_format
from groupbuy.cli.running import (
    DONE,
    INCOMPLETE,
    INVALID,
    check_workbook,
    deliver,
    fail,
    next_step,
    width,
)
from groupbuy.cli.targets import Target
from groupbuy.cli.watching import rules_and, watch_option

if TYPE_CHECKING:
    from groupbuy.engine.results import Result
    from groupbuy.engine.workspace import Workspace
    from groupbuy.model.lead import LeadFile

FORMATS = ("table", "json", "jsonl", "csv", "md", "xlsx", "parquet")
SCREENFUL = 100
"""A table on the screen shows the first hundred, unless --top says how many."""


@click.command()
@click.argument("leads", nargs=-1, required=True, shell_complete=files)
@click.option("--format", "form", type=Format(FORMATS), help="[default: table, or parquet by -o]")
@click.option(
    "--columns",
    metavar="A,B",
    shell_complete=columns_named,
    help="Columns of the table; questions try to settle them.",
)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N.")
@click.option("--where", metavar="CONDITION", help="Only where this holds: 'priority == \"A\"'.")
@click.option("--strict", is_flag=True, help="A lead that can't be read is an error.")
@pii_option
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    help="Write to a file instead of the screen; to a folder with FOLDER/.",
)
@click.option(
    "--partition-by",
    metavar="COLUMN",
    help="Write a folder with files for each word of a grade or verdict.",
)
@click.option(
    "--new-leads",
    "created",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the leads that plays create (a customer's suppliers) as a lead file.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="rows explains each lead; columns and duckdb are for millions, spark for a cluster.",
)
@database_options
@cuts_option
@click.option(
    "--save-cuts",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep where ranks are cut, for --cuts.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Add a record of each decision to a log (docs/decision-log.md).",
)
@log_key_option
@leads_options
@rules_options
@watch_option(rules_and("leads", "mapping", "cuts"))
def evaluate(
    leads: Sequence[str],
    form: str | None,
    columns: str | None,
    top: int | None,
    where: str | None,
    strict: bool,
    show_pii: bool,
    out: str | None,
    partition_by: str | None,
    tables: tuple[str, ...],
    queries: tuple[str, ...],
    into: str | None,
    created: Path | None,
    engine: str,
    cuts: Path | None,
    save_cuts: Path | None,
    log: Path | None,
    log_key: Path | None,
    mapping: Path | None,
    rejects: Path | None,
    rules: Path | None,
    as_of: str | None,
    settings: tuple[str, ...],
    lang: str | None,
) -> int:
    """Rank LEADS (files, a database's URL, or - for standard input) and say why.

    Exit codes: 0 done; 2 the input can't be used, nothing is written; 3 done, but some leads were
    set aside (with --strict: 2).
    """
    refuse_inputs(click.get_current_context().params)
    check_into(out, into)
    target = None if out is None else Target(out)
    form = form or _form_by(target, engine, partition_by)
    engine = chosen_engine(engine, leads, form)
    output = None if target is None else target.path
    if engine == "rows" and target is not None and not target.is_file:
        fail("bad-option", "--engine rows writes one file", "--engine columns writes folders")
    if engine == "rows" and form == "parquet":
        fail("bad-option", "--engine rows writes no Parquet", "--engine columns")
    if form == "xlsx":
        check_workbook("leads.xlsx", output)
    if log_key is not None and log is None:
        fail("bad-option", "--log-key goes with --log", "--log decisions.jsonl")
    workspace = open_rules(
        rules,
        as_of,
        settings,
        lang,
        cuts=read_stored(cuts),
        keep_cuts=save_cuts is not None,
        columns=columns_of(columns),
        where=where,
        top=top or (SCREENFUL if form == "table" and (output, created) == (None, None) else None),
        show_pii=show_pii,
        whole=form not in ("table", "csv", "md"),
    )
    if engine != "rows":
        for option, given in (("--map", mapping), ("--new-leads", created), ("--log", log)):
            if given is not None:
                fail("bad-option", f"{option} goes with --engine rows")
        tell_foreign(workspace, cuts)
        leads = fetched(leads, workspace.model, queries, tables)
        ask = Ask(
            engine, form, target, partition_by, into, strict, save_cuts, bool(queries or tables)
        )
        if engine == "spark":
            from groupbuy.cli.in_spark import evaluate_in_spark

            return evaluate_in_spark(workspace, leads, ask)
        return evaluate_in_columns(workspace, leads, ask)
    if partition_by is not None:
        fail("bad-option", "--partition-by goes with --engine columns")
    tell_foreign(workspace, cuts)
    if log is not None:
        from groupbuy.decisions.book import refuse_unusable

        refuse_unusable(log)
    leads = fetched(leads, workspace.model, queries, tables)
    opened = open_leads(workspace, leads, mapping, rejects)
    result = workspace.evaluate(opened, keep=log is not None)
    if strict and result.incomplete:
        _tell_set_aside(result)
        return INVALID
    shown = rendered(form, workspace, result, screen=output is None)
    if log is not None:
        # First the record, then what it is of: nobody sees a decision that is in no log.
        _log(log, log_key, workspace, opened, result)
    deliver(shown, output)
    if save_cuts is not None:
        from groupbuy.engine.standing import write_cuts

        deliver(write_cuts(workspace.stored(result.standings)), save_cuts)
    if created is not None:
        _write_new_leads(result, opened, created)
    more = result.data["run"]["matched"] - result.data["run"]["shown"]
    if more and top is None:
        click.echo(f"and {more:,} more: --top N shows more of them, -o FILE writes all", err=True)
    if result.data["leads"] and not queries and not tables:
        first = result.data["leads"][0]["id"]
        files = leads[0] if mapping is None else f"{' '.join(leads)} --map {mapping}"
        next_step(f"→ groupbuy explain {files} {first}")
    return INCOMPLETE if result.incomplete else DONE


def _form_by(target: Target | None, engine: str, partition_by: str | None) -> str:
    """The format, where none is named: Parquet for folders, and where the file is called so."""
    if target is None:
        return "table"
    many = partition_by is not None or not target.is_file
    if target.path.suffix == ".parquet" or many or engine == "spark":
        return "parquet"
    return "table"


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
    from groupbuy.cli.running import language
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
