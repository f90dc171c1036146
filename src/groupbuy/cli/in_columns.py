"""`groupbuy evaluate` in columns: files in, one flat row a lead out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.ask import Ask
from groupbuy.cli.column_results import (
    not_written,
    report,
    require,
    tell_unranked,
    write,
)
from groupbuy.cli.running import DONE, INCOMPLETE, deliver, next_step
from groupbuy.cli.steps import Step, steps

if TYPE_CHECKING:
    from groupbuy.engine.workspace import Workspace
    from groupbuy.files.columns.scan import Opened


def evaluate_in_columns(workspace: Workspace, leads: Sequence[str], ask: Ask) -> int:
    """Evaluate files of leads in columns. Raises `GroupbuyError`."""
    require(ask.engine)
    from groupbuy.files.columns.scan import open_frames

    model = workspace.model
    with steps() as step:
        step(f"reading {Path(leads[0]).name}")
        with open_frames(
            [Path(name) for name in leads], model, {*model.fields, *model.tables}
        ) as opened:
            for note in opened.notes:
                click.echo(f"note: {note}", err=True)
            code = _run(workspace, opened, ask, step)
    if not ask.fetched:
        next_step(f"→ groupbuy explain {leads[0]} ID")
    return code


def _run(workspace: Workspace, opened: Opened, ask: Ask, step: Step) -> int:
    from groupbuy.engine.columns.outputs import Wanted
    from groupbuy.engine.columns.run import ColumnEngine
    from groupbuy.engine.standing import write_cuts
    from groupbuy.files.columns.engines import as_polars, on_duckdb
    from groupbuy.files.columns.write import ranked

    options = workspace.options
    source = opened.source
    if ask.engine == "duckdb":
        source = on_duckdb(opened, by_pack=bool(workspace.rules.conditions))
    cuts = None if options.cuts is None else options.cuts.populations
    run = ColumnEngine(workspace.rules, source, cuts)
    only = None
    if options.columns or ask.form == "csv":
        only = {*workspace.columns, "name"}
    step("finding packs and ranks")
    result = run.evaluate(
        Wanted(only, options.show_pii), workspace.where, workspace.rank_by, options.top
    )
    aside = report(opened.set_aside, opened.untold, result)
    if aside and ask.strict:
        return not_written(aside)
    stored = None
    if ask.save_cuts is not None:
        stored = write_cuts(workspace.stored(run.standings()))
    frame, outputs = ranked(as_polars(result, opened), result.outputs, options.top)
    step("evaluating and writing")
    write(frame, outputs, ask)
    if stored is not None:
        deliver(stored, ask.save_cuts)
    tell_unranked(result)
    return INCOMPLETE if aside else DONE
