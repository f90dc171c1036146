"""Leads and their tables as frames, in the form in which the column back end computes.

The frame of leads has `KEY`, a column for each field (`FIELD` before its name) and, for each
table, whether it is known (`GIVEN`). Each table is a frame of rows with `KEY`, `ROW` and its
columns. Numbers and day numbers are floats; what is not known is null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import narwhals as nw

from groupbuy.compile.columns.leads import LeadSheet, Variant
from groupbuy.compile.columns.sheet import Frame
from groupbuy.engine.plan import inputs_of
from groupbuy.model.model import LeadModel


@dataclass
class Source:
    """Frames of one engine, and the types of what is in them."""

    model: LeadModel
    leads: Frame
    tables: Mapping[str, Frame] = field(default_factory=dict)
    order: str | None = None
    """The column of the leads that counts them in the order of the file, where there is one."""

    def sheet(
        self, definitions: Mapping[str, Sequence[Variant]], stack: str | None = None
    ) -> LeadSheet:
        """An empty sheet over the leads."""
        types = {name: table.type for name, table in self.model.tables.items()}
        return LeadSheet(inputs_of(self.model), definitions, types, self.tables, stack)

    def rows(self, frame: Frame) -> list[dict[str, Any]]:
        """A small result as Python data."""
        return list(self.fetched(frame).iter_rows(named=True))

    def fetched(self, frame: Frame) -> Any:
        """A result in memory."""
        return frame.collect() if isinstance(frame, nw.LazyFrame) else frame

    def like(self, data: Mapping[str, Sequence[Any]], schema: Mapping[str, Any]) -> Frame:
        """A small frame of the same engine."""
        return self.lazy(
            nw.from_dict(
                {name: list(values) for name, values in data.items()},
                schema=nw.Schema(schema),
                backend=_eager(self.leads),
            )
        )

    def lazy(self, made: Any) -> Frame:
        """A frame in memory as one of the leads' engine."""
        if not isinstance(self.leads, nw.LazyFrame):
            return made
        session = None
        if self.leads.implementation.is_pyspark():
            session = nw.to_native(self.leads).sparkSession
        return made.lazy(self.leads.implementation, session=session)


def _eager(frame: Frame) -> Literal["polars", "pyarrow"]:
    """The engine that holds small frames for the engine of `frame`."""
    return "polars" if frame.implementation.is_polars() else "pyarrow"
