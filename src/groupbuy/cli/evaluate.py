"""`groupbuy evaluate`: leads in, a ranking with reasons out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from groupbuy.cli.ask import ENGINES, FORMATS, Ask, chosen_engine, chosen_form
from groupbuy.cli.completing import columns as columns_named
from groupbuy.cli.completing import files
from groupbuy.cli.in_databases import check_into, database_options, fetched
from groupbuy.cli.opening import (
    LeadOptions,
    RunOptions,
    cuts_option,
    leads_options,
    log_key_option,
    read_stored,
    rules_options,
    tell_foreign,
)
from groupbuy.cli.options import columns_of, pii_option, refuse_inputs
from groupbuy.cli.plugin_commands import Format
from groupbuy.cli.targets import Target
from groupbuy.cli.watching import rules_and, watch_option


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
@watch_option(rules_and("leads", "cuts"))
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
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Rank LEADS (files, a database's URL, or - for standard input) and say why.

    Exit codes: 0 done; 2 the input can't be used, nothing is written; 3 done, but some leads were
    set aside (with --strict: 2).
    """
    refuse_inputs(click.get_current_context().params)
    check_into(out, into)
    target = None if out is None else Target(out)
    form = form or chosen_form(target, engine, partition_by)
    ask = Ask(
        engine=chosen_engine(engine, leads, form),
        form=form,
        target=target,
        partition_by=partition_by,
        into=into,
        strict=strict,
        top=top,
        save_cuts=save_cuts,
        created=created,
        log=log,
        log_key=log_key,
        fetched=bool(queries or tables),
    )
    ask.check(leads, reading)
    workspace = run.open(
        cuts=read_stored(cuts),
        keep_cuts=save_cuts is not None,
        columns=columns_of(columns),
        where=where,
        top=ask.shown,
        show_pii=show_pii,
        whole=form not in ("table", "csv", "md"),
    )
    tell_foreign(workspace, cuts)
    if ask.engine == "rows":
        from groupbuy.cli.in_rows import evaluate_in_rows

        if log is not None:
            from groupbuy.decisions.book import refuse_unusable

            refuse_unusable(log)
        found = fetched(leads, workspace.model, queries, tables)
        return evaluate_in_rows(workspace, found, reading, ask)
    found = fetched(leads, workspace.model, queries, tables)
    if ask.engine == "spark":
        from groupbuy.cli.in_spark import evaluate_in_spark

        return evaluate_in_spark(workspace, found, ask)
    from groupbuy.cli.in_columns import evaluate_in_columns

    return evaluate_in_columns(workspace, found, ask)
