"""Sheets whose rows own the rows of tables: leads, and the periods of a lead.

An aggregate over a table is worked out on the table's rows (`RowSheet`), which get what they read
of their owner by a join; all aggregates over one table that can be worked out at the same stage
are one group-by. A table that is not given is told from an empty one by a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw

from groupbuy.compile.columns import spark_sql
from groupbuy.compile.columns.operations import Unsupported, finite
from groupbuy.compile.columns.pieces import (
    FALSE,
    TRUE,
    Held,
    Piece,
    col,
    dtype,
    lit,
    only,
    when,
)
from groupbuy.compile.columns.sheet import Frame, columns_of
from groupbuy.compile.columns.trees import TreeSheet
from groupbuy.compile.python import LIMIT_MAGNITUDE, ROWS_MAGNITUDE
from groupbuy.compile.runtime import period_starts
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Agg, Col, Expr, Lit, Periods, Ref, walk
from groupbuy.tree.types import DATE, FLAG, Kind, TableType

ROW = "_row"
"""The column of a table's frame that counts its rows in the order of the file."""
PERIOD = "_period"
ROW_BITS = 2**36


@dataclass
class Grouping:
    """The aggregates over one table that are worked out at one stage."""

    sheet: RowSheet
    results: dict[str, nw.Expr] = field(default_factory=dict)
    """What the group-by gives: name → aggregate of a column of the rows."""
    columns: set[str] = field(default_factory=set)
    """The columns of the rows that are aggregated."""


class GroupSheet(TreeSheet):
    """Rows that own the rows of tables; `keys` tells them apart."""

    def __init__(
        self,
        prefix: str,
        definitions: Mapping[str, Definition],
        types: Mapping[str, TableType],
    ) -> None:
        """`definitions` are those of derived columns; `types` are the tables' columns."""
        super().__init__(prefix)
        self.derived, self.types = definitions, types
        self.groupings: dict[tuple[str, int], Grouping] = {}
        self.sheets = 0

    # ── what kinds of owners do differently ──

    def given(self, table: str) -> Held:
        """Whether a table is known: a condition that is never null."""
        raise NotImplementedError

    def ready(self, table: str) -> int:
        """The stage from which on the rows of a table can be made."""
        return self.given(table).level

    def rows(self, table: str, owners: Frame) -> Frame:
        """The rows of a table, with the keys of their owners."""
        raise NotImplementedError

    def row_column(self, table: str, name: str) -> Held:
        """A column of the frame that `rows` gives."""
        raise NotImplementedError

    # ── aggregates ──

    def aggregate(self, expr: Agg) -> Held:
        """One value from the rows of a table; unknown where the table is unknown."""
        given = self.given(expr.table).value
        inner = self.inner(expr)
        held = {node: self.kept(self.held(node)) for node in inner}
        level = max([self.ready(expr.table), *(one.level for one in held.values())])
        grouping = self.groupings.get((expr.table, level))
        if grouping is None:
            self.sheets += 1
            sheet = RowSheet(f"{self.prefix}r{self.sheets}_", self, expr.table)
            grouping = self.groupings[expr.table, level] = Grouping(sheet)
        grouping.sheet.owned.update(held)
        found = _Aggregate(grouping, level + 1).of(expr)
        none = None if found.none is None else (given & found.none)
        null = lit(None, dtype(expr.type))
        value = when([(given, found.value)], null)
        magnitude = found.magnitude + ROWS_MAGNITUDE
        if magnitude > LIMIT_MAGNITUDE:
            value, magnitude = finite(self.keep(value)), LIMIT_MAGNITUDE
        return Held(value, none, True, magnitude)

    def inner(self, expr: Agg) -> list[Expr]:
        """What an aggregate reads of the owner: names, and aggregates inside its rows."""
        found: dict[Expr, None] = {}
        pending: list[Expr] = list(expr.children())
        seen: set[Expr] = set()
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            if isinstance(node, Agg | Ref):
                found[node] = None
                continue
            if isinstance(node, Col):
                derived = self.derived.get(f"{node.table}.{node.name}")
                if derived is not None:
                    assert isinstance(derived.expression, Expr)
                    pending.append(derived.expression)
            pending.extend(node.children())
        return list(found)

    # ── running ──

    @property
    def depth(self) -> int:
        """How many stages there are."""
        levels = [level + 1 for _, level in self.groupings]
        return max([super().depth, *levels])

    def at(self, number: int) -> Iterator[tuple[str, Grouping]]:
        """The groupings of one stage, each with its table."""
        for (table, level), grouping in self.groupings.items():
            if level == number:
                yield table, grouping

    def made(self, number: int) -> set[str]:
        """The results of the stage's groupings."""
        return super().made(number) | {n for _, g in self.at(number) for n in g.results}

    def needed(self, number: int) -> set[str]:
        """What the rows of tables read of their owners."""
        found = super().needed(number)
        for table, grouping in self.at(number):
            found |= {name for held in grouping.sheet.owned.values() for name in columns_of(held)}
            found |= self.needed_for(table)
        return found

    def needed_for(self, table: str) -> set[str]:
        """The columns of the owners from which the rows of a table are made."""
        return set()

    def stage(self, frame: Frame, number: int, live: set[str]) -> Frame:
        """The columns of one stage, and the aggregates that could wait no longer."""
        groupings = list(self.at(number))
        joined = any(grouping.sheet.owned or self.needed_for(t) for t, grouping in groupings)
        if joined and number > 0:
            frame = spark_sql.used_twice(frame)
        done = super().stage(frame, number, live)
        for table, grouping in groupings:
            done = self.joined(done, frame, table, grouping)
        return done

    def joined(self, frame: Frame, owners: Frame, table: str, grouping: Grouping) -> Frame:
        """The frame with the aggregates of a table's rows joined to it."""
        keys = list(self.keys)
        rows = self.rows(table, owners)
        sheet = grouping.sheet
        needed = dict.fromkeys(n for held in sheet.owned.values() for n in columns_of(held))
        if needed:
            rows = rows.join(owners.select(*keys, *needed), on=keys, how="inner")
        rows = sheet.run(rows, grouping.columns)
        totals = rows.group_by(*keys).agg(
            *(expr.alias(name) for name, expr in grouping.results.items())
        )
        return frame.join(totals, on=keys, how="left")


class RowSheet(TreeSheet):
    """The rows of a table, with what they read of their owner."""

    def __init__(self, prefix: str, owner: GroupSheet, table: str) -> None:
        """An empty sheet."""
        super().__init__(prefix)
        self.owner, self.table, self.keys = owner, table, owner.keys
        self.owned: dict[Expr, Held] = {}

    def name(self, ref: Ref) -> Held:
        """The owner's value, which is in a column of the rows."""
        return self.of_owner(ref)

    def aggregate(self, expr: Agg) -> Held:
        """An aggregate inside a row's expression does not depend on the row."""
        return self.of_owner(expr)

    def of_owner(self, expr: Expr) -> Held:
        """A value of the owner, joined to each of its rows."""
        held = self.owned[expr]

        def here(piece: Piece | None) -> Piece | None:
            return piece if piece is None or piece.name is None else col(piece.name)

        value = here(held.value)
        assert value is not None
        return Held(value, here(held.none), held.unknown, held.magnitude)

    def column(self, expr: Col) -> Held:
        """A column of the table, or what is derived for each row."""
        derived = self.owner.derived.get(f"{expr.table}.{expr.name}")
        if derived is not None:
            assert isinstance(derived.expression, Expr)
            return self.held(derived.expression)
        return self.owner.row_column(expr.table, expr.name)


class _Aggregate:
    """One aggregate as group-by columns of a grouping, and what is made of them."""

    def __init__(self, grouping: Grouping, level: int) -> None:
        self.grouping, self.sheet, self.level = grouping, grouping.sheet, level

    def of(self, expr: Agg) -> Held:
        test = TRUE if expr.where is None else self.sheet.condition(expr.where).value
        if expr.op == "count":
            opened = self.some(test.null())
            return self.open(opened, self.sum(when([(test, lit(1.0))], lit(0.0))))
        assert expr.value is not None
        if expr.op in ("any", "all"):
            return self.any_or_all(expr)
        if expr.op in ("first", "last"):
            return self.from_row(expr, test)
        value = self.sheet.kept(self.sheet.held(expr.value))
        counts = test.or_else(False) if test is not TRUE else TRUE
        opened = self.some(test.null() | (counts & value.missing))
        counted = when([(counts, value.value)], lit(None, dtype(expr.value.type)))
        found = self.statistic(expr, counted)
        return self.open(opened, found.value, found.none).sized(value.magnitude)

    def statistic(self, expr: Agg, counted: Piece) -> Held:
        """A statistic of the values that count; the others are null."""
        there = when([(~counted.null(), lit(1.0))], lit(0.0))
        if expr.op == "sum":
            return Held(self.sum(counted))
        if expr.op == "distinct":
            blank = self.result("max", when([(counted.null(), lit(1.0))], lit(0.0)))
            different = self.result("n_unique", counted).then(lambda e: e.cast(nw.Float64))
            return Held((different - blank).or_else(0.0))
        empty = self.sum(there).same(0.0)
        if expr.op == "mean":
            count = when([(empty, lit(1.0))], self.sum(there))
            return Held(when([(~empty, self.sum(counted) / count)], lit(None, nw.Float64)), empty)
        if expr.op in ("min", "max"):
            return Held(self.result(expr.op, counted), empty)
        if expr.op == "std":
            return Held(self.result("std", counted), empty)
        raise Unsupported(f"{expr.op} of a table")

    def any_or_all(self, expr: Agg) -> Held:
        """Whether a condition holds in some row, or in every row."""
        assert expr.value is not None
        every = expr.op == "all"
        value = build.negation(expr.value) if every else expr.value
        parts = [value] if expr.where is None else [expr.where, value]
        test = self.sheet.condition(build.conjunction(parts)).value
        holds, opened = self.some(test.or_else(False)), self.some(test.null())
        found = when([(holds, lit(True)), (opened, lit(None, nw.Boolean))], FALSE)
        return Held(~found if every else found)

    def from_row(self, expr: Agg, test: Piece) -> Held:
        """The value of the row that comes first or last; in the table's order where days agree."""
        assert expr.value is not None
        order = self.sheet.owner.types[expr.table].order
        assert order is not None
        counts = test.or_else(False) if test is not TRUE else TRUE
        day = self.sheet.held(Col(expr.table, order, DATE))
        opened = self.some(test.null() | (counts & ~day.known))
        place = day.value.then(lambda e: e.cast(nw.Int64) * ROW_BITS) + col(ROW)
        place = self.sheet.keep(when([(counts, place)], lit(None, nw.Int64)))
        name, pick, keys = place.name, expr.op, self.sheet.owner.keys
        assert name is not None
        chosen = nw.col(name).min() if pick == "first" else nw.col(name).max()
        over = Piece(chosen.over(*keys), place.level, 1, None, place.reads | set(keys))
        best = self.sheet.keep(over)
        hit = self.sheet.keep(place.same(best).or_else(False))
        value = self.sheet.kept(self.sheet.held(expr.value))
        empty = ~self.some(hit)
        if expr.type.kind is Kind.FLAG:
            number = when(
                [(value.value, lit(1.0)), (~value.value, lit(0.0))], lit(None, nw.Float64)
            )
            found = self.result("max", when([(hit, number)], lit(None, nw.Float64))).same(1.0)
        else:
            found = self.result("max", when([(hit, value.value)], lit(None, dtype(expr.type))))
        none = empty
        if value.none is not None:
            none = empty | self.some(hit & value.none)
        return self.open(opened, found, none).sized(value.magnitude)

    def open(self, opened: Piece, value: Piece, none: Piece | None = None) -> Held:
        """Unknown where a row or a value that may count is unknown."""
        return Held(only(~opened, value), None if none is None else none & ~opened)

    # ── group-by columns ──

    def some(self, test: Piece) -> Piece:
        """Whether a test (never null) holds in a row that belongs to the owner."""
        if test is FALSE:
            return FALSE
        return self.result("max", when([(test, lit(1.0))], lit(0.0))).same(1.0).or_else(False)

    def sum(self, number: Piece) -> Piece:
        """The sum over the rows; 0 without any."""
        return self.result("sum", number).or_else(0.0)

    def result(self, how: str, piece: Piece) -> Piece:
        """An aggregate of a column of the rows, joined to the owner."""
        # A constant needs a column, too, for there may be no row.
        own = replace(piece, size=max(piece.size, 1))
        kept = self.sheet.keep(own) if piece.name is None else piece
        assert kept.name is not None
        column = nw.col(kept.name)
        name = f"{kept.name}_{how}"
        made = column.std(ddof=0) if how == "std" else getattr(column, how)()
        self.grouping.results[name] = made
        self.grouping.columns.add(kept.name)
        return col(name, self.level)


class PeriodSheet(GroupSheet):
    """The last complete periods of each lead: a row each, which owns the rows of that period."""

    def __init__(self, prefix: str, leads: GroupSheet, periods: Periods) -> None:
        """What its columns read of the lead is worked out on the sheet `leads`."""
        super().__init__(prefix, leads.derived, leads.types)
        self.leads, self.periods = leads, periods
        self.keys = (*leads.keys, PERIOD)
        assert isinstance(periods.today, Lit)
        assert isinstance(periods.today.value, int)
        self.starts = period_starts(periods.today.value, periods.per, periods.last)
        self.owned: dict[Expr, Held] = {}
        self.known = self.dated()
        self.level = self.known.level
        for _, tree in periods.columns:
            for node in walk(tree):
                if isinstance(node, Ref):
                    self.own(node)
                elif isinstance(node, Agg):
                    for part in leads.inner(node):
                        if isinstance(part, Ref):
                            self.own(part)
        self.cells = {name: self.kept(self.held(tree)) for name, tree in periods.columns}

    def dated(self) -> Piece:
        """Whether the table is known and every row has a date."""
        table = self.periods.table
        undated = build.missing(Col(table, self.periods.date, DATE))
        bad = self.leads.held(build.agg("any", table, undated, None, FLAG))
        return self.leads.keep((~bad.value).or_else(False))

    def own(self, node: Ref) -> None:
        """Take over a value of the lead."""
        held = self.leads.kept(self.leads.held(node))
        self.owned[node] = held
        self.level = max(self.level, held.level)

    def name(self, ref: Ref) -> Held:
        """The lead's value."""
        held = self.owned[ref]

        def here(piece: Piece) -> Piece:
            return piece if piece.name is None else col(piece.name)

        none = None if held.none is None else here(held.none)
        return Held(here(held.value), none, held.unknown, held.magnitude)

    def given(self, table: str) -> Held:
        """The rows of a period are known where there are periods."""
        if table != self.periods.table:
            raise Unsupported("another table inside a table of periods")
        return Held(TRUE, unknown=False)

    def row_column(self, table: str, name: str) -> Held:
        """A column of the lead's table."""
        return self.leads.row_column(table, name)

    def rows(self, table: str, owners: Frame) -> Frame:
        """The lead's rows, with the number of the period that each is in."""
        rows = self.leads.rows(table, owners)
        day = self.row_column(table, self.periods.date).value.expr
        first, last = float(self.starts[0]), float(self.starts[-1])
        chain: Any = nw.when(day < float(self.starts[1])).then(nw.lit(0))
        for number, start in enumerate(self.starts[2:], 1):
            chain = chain.when(day < float(start)).then(nw.lit(number))
        inside = rows.filter((day >= first) & (day < last))
        return inside.with_columns(**{PERIOD: chain.otherwise(nw.lit(-1)).cast(nw.Int64)})

    def frame(self, owners: Frame) -> Frame:
        """A row for each period of each lead whose table is known."""
        needed = dict.fromkeys(n for held in self.owned.values() for n in columns_of(held))
        leads = spark_sql.filtered(owners, self.known.expr).select(*self.leads.keys, *needed)
        cells = [name for held in self.cells.values() for name in columns_of(held)]
        return self.run(spark_sql.repeated(leads, PERIOD, self.periods.last), cells)

    @property
    def reads(self) -> set[str]:
        """The columns of the leads from which its rows are made."""
        found = {name for held in self.owned.values() for name in columns_of(held)}
        return found | self.known.reads
