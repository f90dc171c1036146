"""For notebooks and jobs on Spark: a DataFrame of leads in, a DataFrame of results out.

    from groupbuy.api import spark as groupbuy

    results = groupbuy.evaluate(leads, "rules", tables={"orders": orders}, as_of="2026-11-22")
    results = leads.transform(groupbuy.evaluate, "rules")

Nothing but Spark runs on the executors: rules become expressions of Spark SQL.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from groupbuy.api.given import day_given
from groupbuy.cli.opening import read_stored
from groupbuy.cli.running import write_whole
from groupbuy.engine.standing import write_cuts
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Problem

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from groupbuy.files.columns.spark.evaluate import SparkResult

__all__ = ["evaluate"]


def evaluate(
    leads: DataFrame,
    rules: Path | str | None = None,
    *,
    tables: Mapping[str, DataFrame] | None = None,
    as_of: date | str | None = None,
    settings: Mapping[str, str] | None = None,
    columns: Sequence[str] = (),
    where: str | None = None,
    cuts: Path | str | None = None,
    save_cuts: Path | str | None = None,
    mode: Literal["FAILFAST", "DROPMALFORMED"] = "FAILFAST",
    show_pii: bool = False,
    distinct_ids: bool = True,
) -> DataFrame:
    """The results of every lead, a row each; their columns are those of `--engine columns`.

    `leads` has a column for each field, named as in any file of leads, with numbers, dates, flags
    or texts (`12.5万`). A table is a column of arrays of structs, or a DataFrame in `tables` with
    the lead's id. `rules` is a folder of rules, on the driver; without it, `./rules` or the
    shipped ones.

    Ranks take a pass over the leads before the results' own, or none with `cuts`, a file that an
    earlier run kept with `save_cuts` or `--save-cuts`. `mode` is as in Spark's readers: a value
    that can't be read raises, or leaves its lead out with a warning; so do packs that contradict
    each other. `distinct_ids=False` saves the shuffle that looks for ids that are given twice.

    Spark is asked for spellings, packs and ranks when this is called, which reads `leads` a few
    times: persist what is dear to work out. Raises `GroupbuyError`.
    """
    _need()
    from groupbuy.files.columns.spark.evaluate import evaluate_frames

    stored = read_stored(None if cuts is None else Path(cuts))
    options = Options(
        day_given(as_of).toordinal(),
        settings=dict(settings or {}),
        columns=tuple(columns),
        where=where,
        show_pii=show_pii,
        cuts=stored,
    )
    workspace = Workspace(rules, options)
    found = evaluate_frames(workspace, leads, tables, distinct_ids=distinct_ids)
    _tell(found, mode)
    if save_cuts is not None:
        text = write_cuts(workspace.stored(found.standings))
        write_whole(Path(save_cuts), text)
    return found.frame


def _need() -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        problem = Problem(
            "extra-missing", "pyspark is missing", None, "pip install 'groupbuy[spark]'"
        )
        raise GroupbuyError(problem) from None


def _tell(found: SparkResult, mode: str) -> None:
    """Raise for leads that get no result, or warn of them."""
    problems = [problem for lead in found.leads.set_aside for problem in lead.problems]
    problems += [problem for stack in found.result.set_aside for problem in stack.problems]
    if problems and mode == "FAILFAST":
        raise GroupbuyError(*problems)
    count = len(found.leads.set_aside) + found.leads.untold
    count += sum(stack.count for stack in found.result.set_aside)
    if count:
        shown = "\n".join(map(str, problems[:5]))
        warnings.warn(f"{count:,} leads get no result, among them:\n{shown}", stacklevel=3)
