"""Values over the population as columns: one pass finds who stands where, the next compares.

The members of a population (their value, group, costs and id) are fetched, ranked with the row
back end's own code, and kept as a `Standing` for each group. Every lead is then compared with the
last member of each piece. Computed numbers may differ in their last digits between two passes, so
the line is drawn halfway between the last member and the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from groupbuy.compile.columns import spark_sql
from groupbuy.compile.columns.leads import KEY, LeadSheet
from groupbuy.compile.columns.pieces import (
    FALSE,
    TRUE,
    Held,
    Piece,
    col,
    every,
    lit,
    only,
    some,
    when,
)
from groupbuy.compile.columns.sheet import Frame
from groupbuy.engine.columns.source import Source
from groupbuy.engine.plan import Population
from groupbuy.engine.population import Member, without_noise
from groupbuy.engine.standing import Standing, Standings, standing_of
from groupbuy.tree.nodes import Ref
from groupbuy.tree.types import FLAG, Type

WITHIN = "_within"
EVERYBODY = ""
HALF_DIGIT = 5e-12
"""By so much, relatively, may a number differ from itself to twelve digits."""


@dataclass(frozen=True)
class Line:
    """Where one piece ends in numbers that were computed anew: at least `low`, surely `high`."""

    name: str
    low: float | None
    high: float | None
    id: str | None


@dataclass
class Ranked:
    """A population whose members were counted."""

    population: Population
    standings: Standings = field(default_factory=dict)
    lines: dict[Any, list[Line]] = field(default_factory=dict)
    unranked: int = 0
    places: Frame | None = None
    """Id and rank of each member, where the rank itself is asked for."""


@dataclass(frozen=True)
class Parts:
    """What a ranking reads of each lead, on one sheet."""

    value: Held
    among: Held | None
    within: Held | None
    costs: tuple[Held, ...]

    @property
    def all(self) -> tuple[Held, ...]:
        """Value, group and costs: what a member must have."""
        return (self.value, *((self.within,) if self.within else ()), *self.costs)

    @property
    def among_them(self) -> Piece:
        """Whether the lead surely belongs to the population."""
        return TRUE if self.among is None else self.among.condition.or_else(False)

    @property
    def member(self) -> Piece:
        """Whether the lead is ranked: it belongs, and all that the ranking reads is known."""
        return every([self.among_them, *(part.known for part in self.all)])

    @property
    def unranked(self) -> Piece:
        """Whether the lead might be a member, but something is unknown."""
        open_part = some(part.missing for part in self.all)
        if self.among is None:
            return open_part
        return self.among.condition.null() | (self.among_them & open_part)

    @property
    def none(self) -> Piece:
        """Whether the lead belongs, but what it is ranked by does not apply."""
        nones = [part.none for part in self.all if part.none is not None]
        if not nones:
            return FALSE
        return every([self.among_them, ~some(part.missing for part in self.all), some(nones)])


def parts_on(sheet: LeadSheet, population: Population) -> Parts:
    """The parts of a population as columns of a sheet."""
    over = population.over

    def held(name: str | None, type: Type) -> Held | None:
        return None if name is None else sheet.kept(sheet.name(Ref(name, type)))

    value = held(population.value, over.value.type)
    assert value is not None
    within = held(population.within, over.within.type) if over.within is not None else None
    costs = [cut.cost for cut in over.cuts if cut.cost is not None]
    found = (held(n, c.type) for n, c in zip(population.costs, costs, strict=True))
    return Parts(
        value,
        held(population.among, FLAG),
        within,
        tuple(cost for cost in found if cost is not None),
    )


def stored(population: Population, standings: Standings) -> Ranked:
    """A population of an earlier run, whose numbers were kept to twelve digits."""
    over = population.over
    ranked = Ranked(population, dict(standings))
    for within, standing in standings.items():
        lines = []
        for edge in standing.edges:
            near = 0.0
            if edge.value is not None and not over.value.type.exact and math.isfinite(edge.value):
                near = abs(edge.value) * HALF_DIGIT
            low = None if edge.value is None else edge.value - near
            high = None if edge.value is None else edge.value + near
            lines.append(Line(edge.name, low, high, edge.id))
        ranked.lines[within] = lines
    return ranked


# ── the first pass ─────────────────────────────────────────────────────────────────────────────


def rank_members(source: Source, frame: Frame, sheet: LeadSheet, population: Population) -> Ranked:
    """Fetch the members of a population and rank them."""
    parts = parts_on(sheet, population)
    member, unranked = sheet.keep(parts.member), sheet.keep(parts.unranked)
    columns = {"value": parts.value.value, "member": member, "ranked": member | unranked}
    if parts.within is not None:
        columns["within"] = parts.within.value
    columns.update((f"cost{n}", cost.value) for n, cost in enumerate(parts.costs))
    run = sheet.run(frame, frozenset().union(*(piece.reads for piece in columns.values())))
    shown = {name: piece.expr for name, piece in columns.items()}
    wanted = run.select(nw.col(KEY).alias("id"), **shown)
    wanted = spark_sql.filtered(wanted, nw.col("ranked"))
    found = source.fetched(wanted)
    members = found.filter(nw.col("member"))
    ranked = Ranked(population, unranked=len(found) - len(members))
    groups = (
        [(EVERYBODY, members)]
        if parts.within is None
        else [(key[0], group) for key, group in members.group_by("within")]
    )
    places = [rank_group(ranked, within, group) for within, group in groups]
    if population.over.op == "rank":
        kept = [place for place in places if place is not None]
        ranked.places = nw.concat(kept) if kept else None
    return ranked


def rank_group(ranked: Ranked, within: Any, group: Any) -> Any:
    """Rank one group; returns id and rank of its members where ranks are asked for."""
    over = ranked.population.over
    if not over.value.type.exact:
        shown = [without_noise(value) for value in group["value"]]
        made = nw.new_series("shown", shown, nw.Float64, backend=group.implementation)
        group = group.with_columns(made)
    else:
        group = group.with_columns(shown=nw.col("value"))
    group = group.sort("shown", "id", descending=[True, False])
    members = _Members(group, len(ranked.population.costs))
    standing = standing_of(over, members, group["shown"])
    if over.op == "rank":
        group = group.with_columns(place=nw.col("shown").rank("min", descending=True))
    elif over.op == "cut":
        ranked.lines[within] = _lines(standing, group, exact=over.value.type.exact)
    ranked.standings[within] = standing
    if over.op != "rank":
        return None
    return group.select("id", nw.col("place").cast(nw.Float64))


class _Members(Sequence[Member]):
    """The sorted members of a group, each made when it is looked at."""

    def __init__(self, group: Any, costs: int) -> None:
        self.values, self.ids = group["shown"], group["id"]
        self.costs = [group[f"cost{number}"] for number in range(costs)]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, at: Any) -> Any:
        costs = tuple(float(cost[at]) for cost in self.costs)
        return Member(at, self.ids[at], float(self.values[at]), costs)

    def __iter__(self) -> Any:
        for at in range(len(self)):
            yield self[at]


def _lines(standing: Standing, group: Any, *, exact: bool) -> list[Line]:
    """The ends of the pieces, halfway to the next member where numbers were computed."""
    lines = []
    for edge in standing.edges:
        if edge.value is None or math.isinf(edge.value):
            lines.append(Line(edge.name, edge.value, edge.value, edge.id))
            continue
        if exact:
            lines.append(Line(edge.name, edge.value, edge.value, edge.id))
            continue
        alike = group.filter(nw.col("shown") == edge.value)["value"]
        below = group.filter(nw.col("shown") < edge.value)["value"].max()
        above = group.filter(nw.col("shown") > edge.value)["value"].min()
        low, high = alike.min(), alike.max()
        lines.append(
            Line(
                edge.name,
                _between(low, below, -1),
                _between(high, above, +1),
                edge.id,
            )
        )
    return lines


def _between(value: float, other: float | None, side: int) -> float:
    """Halfway to the next value, or a little off where there is none."""
    if other is None:
        return value + side * max(abs(value) * 1e-12, 1e-9)
    return (value + other) / 2


# ── the second pass ────────────────────────────────────────────────────────────────────────────


def compared(sheet: LeadSheet, source: Source, ranked: Ranked) -> Held:
    """The value over the population as a column of a sheet."""
    over = ranked.population.over
    parts = parts_on(sheet, ranked.population)
    member = sheet.keep(parts.member)
    none = parts.none
    if over.op == "rank":
        found = _place(sheet, source, ranked)
    elif over.op == "share":
        found, nothing = _share(sheet, source, ranked, parts)
        none = none | (member & nothing)
    else:
        found = _piece(sheet, source, ranked, parts)
        none = none | (member & found.null())
    dtype = nw.String if over.op == "cut" else nw.Float64
    value = when([(member, found)], lit(None, dtype))
    return sheet.kept(Held(value, none.or_else(False), True))


def _place(sheet: LeadSheet, source: Source, ranked: Ranked) -> Piece:
    if ranked.places is None:
        return lit(None, nw.Float64)
    name, key = f"_place_{len(sheet.joins)}", f"_id_{len(sheet.joins)}"
    small = ranked.places.rename({"id": key, "place": name})
    sheet.join(source.lazy(small), [KEY], [key], [name], 0)
    return col(name, 1)


def _share(sheet: LeadSheet, source: Source, ranked: Ranked, parts: Parts) -> tuple[Piece, Piece]:
    totals = {within: [standing.total] for within, standing in ranked.standings.items()}
    (total,) = _by_group(sheet, source, parts, totals, [nw.Float64])
    nothing = sheet.keep(total.same(0.0).or_else(True))
    part = parts.value.value / when([(nothing, lit(1.0))], total)
    return only(~nothing, part), nothing


def _piece(sheet: LeadSheet, source: Source, ranked: Ranked, parts: Parts) -> Piece:
    """The first piece that reaches down to the lead."""
    cuts = ranked.population.over.cuts
    # Unreachable where nobody is in the piece.
    rows = {
        within: [
            cell
            for line in lines
            for cell in (
                math.inf if line.low is None else line.low,
                math.inf if line.high is None else line.high,
                line.id,
            )
        ]
        for within, lines in ranked.lines.items()
    }
    types = [nw.Float64, nw.Float64, nw.String] * len(cuts)
    cells = _by_group(sheet, source, parts, rows, types)
    value, key = parts.value.value, col(KEY)
    arms = []
    for number, cut in enumerate(cuts):
        low, high, id = cells[3 * number : 3 * number + 3]
        here = (value >= low) & (id.null() | (key <= id))
        arms.append(((value > high) | here, lit(cut.name)))
    return sheet.keep(when(arms, lit(None, nw.String)))


def _by_group(
    sheet: LeadSheet,
    source: Source,
    parts: Parts,
    rows: Mapping[Any, Sequence[Any]],
    types: Sequence[Any],
) -> list[Piece]:
    """What is kept of the lead's group: constants, or columns joined by group."""
    if parts.within is None:
        cells = rows.get(EVERYBODY, [None] * len(types))
        return [lit(cell, type) for cell, type in zip(cells, types, strict=True)]
    number = len(sheet.joins)
    names = [f"_group{number}_{n}" for n in range(len(types))]
    key = f"{WITHIN}{number}"
    data: dict[str, list[Any]] = {key: list(rows)}
    for n, name in enumerate(names):
        data[name] = [cells[n] for cells in rows.values()]
    kind = _dtype(list(rows))
    # Engines with several kinds of texts join only those of one kind.
    group = sheet.keep(parts.within.value.then(lambda e: e.cast(kind)))
    assert group.name is not None
    schema = {key: kind, **dict(zip(names, types, strict=True))}
    frame = source.like(data, schema)
    level = group.level
    sheet.join(frame, [group.name], [key], names, level)
    return [col(name, level + 1) for name in names]


def _dtype(values: Sequence[Any]) -> Any:
    first = next(iter(values), "")
    if isinstance(first, bool):
        return nw.Boolean
    return nw.Float64 if isinstance(first, float) else nw.String
