"""Leads that Spark doesn't read itself (CSV, YAML, workbooks …), by way of Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
from pyspark.sql import SparkSession

from groupbuy.engine.columns.source import Source
from groupbuy.files.columns.scan import open_frames
from groupbuy.files.columns.spark.leads import Leads
from groupbuy.model.model import LeadModel


def moved(paths: Sequence[Path], model: LeadModel, session: SparkSession, folder: Path) -> Leads:
    """The leads of files, typed and checked, as DataFrames over files in `folder`."""

    def to_spark(frame: Any, name: str) -> Any:
        path = folder / f"{name}.parquet"
        nw.to_native(frame).sink_parquet(path, engine="streaming")
        return nw.from_native(session.read.parquet(str(path)))

    with open_frames(paths, model, {*model.fields, *model.tables}) as opened:
        source = opened.source
        tables = {
            name: to_spark(table, f"table-{n}")
            for n, (name, table) in enumerate(source.tables.items())
        }
        leads = to_spark(source.leads, "leads")
    return Leads(
        Source(model, leads, tables, source.order), opened.untold, opened.set_aside, opened.notes
    )
