"""Rows that belong together: several rows of one lead, and the rows of its tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from groupbuy.errors import Location, Problem
from groupbuy.files.mapping.bind import Filled
from groupbuy.files.mapping.convert import commonest, written
from groupbuy.files.mapping.rows import Taken
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.model.problem import ValueProblem


@dataclass(eq=False)
class Gathered:
    """One lead as it is put together: its rows, and the rows of its tables."""

    id: str
    model: LeadModel
    rows: list[Taken] = field(default_factory=list)
    tables: dict[str, list[Taken]] = field(default_factory=dict)

    @property
    def all_rows(self) -> list[Taken]:
        """Its own rows and those of its tables."""
        return [*self.rows, *(row for rows in self.tables.values() for row in rows)]

    def items(self, problems: list[Problem]) -> dict[str, object]:
        """What the lead model reads: field → cell, table → rows."""
        first = self.rows[0]
        items: dict[str, object] = {ID: self.id}
        if len(self.rows) == 1:
            items.update(first.items)
        else:
            for name, filled in first.origin.part.fields.items():
                items[name] = self.picked(name, filled, problems)
        for name, rows in self.tables.items():
            items[name] = [row.items for row in rows]
        return items

    def picked(self, name: str, filled: Filled, problems: list[Problem]) -> str | None:
        """The value of several rows that counts; blanks don't."""
        given = [(value, row) for row in self.rows if (value := row.items.get(name)) is not None]
        values = [value for value, _ in given]
        distinct = list(dict.fromkeys(values))
        match filled.pick:
            case _ if not values:
                return None
            case "last":
                return values[-1]
            case "most":
                return commonest(values)
            case "sum" | "min" | "max":
                return _computed(filled, given, problems)
            case "only" if len(distinct) > 1:
                second = next(row for value, row in given if value == distinct[1])
                message = f"{name}: the rows of {quote(self.id)} have {quote(distinct[0])} and "
                message += quote(distinct[1])
                if filled.field.pii:
                    message = f"{name}: the rows of {quote(self.id)} differ"
                hint = "say which counts: pick: first, last, most"
                at = second.origin.place(name)
                problems.append(Problem("mapping-rows-differ", message, at, hint))
        return values[0]

    def place(
        self, name: str | None = None, row: int | None = None, column: str | None = None, /
    ) -> Location:
        """Where a value stands in the files."""
        found = self.model.resolve(name) if name is not None else None
        if row is not None and found in self.tables and row < len(self.tables[found]):
            return self.tables[found][row].origin.place(column)
        if found is not None:
            for taken in self.rows:
                if taken.items.get(found) is not None:
                    return taken.origin.place(found)
        return self.rows[0].origin.place(found)


_REDUCE: dict[str, Callable[[list[float]], float]] = {"sum": math.fsum, "min": min, "max": max}


def _computed(
    filled: Filled, given: list[tuple[str, Taken]], problems: list[Problem]
) -> str | None:
    read = []
    for value, taken in given:
        try:
            found = filled.field.read(value)
        except ValueProblem as problem:
            name = filled.field.name
            at = taken.origin.place(name)
            problems.append(Problem(problem.code, f"{name}: {problem.message}", at, problem.hint))
            return None
        assert isinstance(found, int | float)
        read.append(found)
    return written(_REDUCE[filled.pick](read))
