"""`of:` and `bands:`: a number or date cut at edges that settings can move."""

from __future__ import annotations

from dataclasses import dataclass

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.sections.applies import not_applicable
from groupbuy.sections.base import Context, items, mapping
from groupbuy.sections.forms.form import Form, Written, arm
from groupbuy.source.nodes import Node
from groupbuy.tree import build
from groupbuy.tree.build import Misfit
from groupbuy.tree.nodes import Expr, Lit, Op
from groupbuy.tree.types import Kind


@dataclass(frozen=True)
class _Band:
    """One band; the lowest may have no edge."""

    key: str
    edge: Expr | None
    value: Expr
    node: Node
    at: Location


def lower_bands(written: Written) -> Form:
    """The value of the highest band whose edge is reached. Raises `GroupbuyError`."""
    ctx = written.ctx
    of = ctx.parse(written.required("of", beside="bands:"))
    node = written.required("bands", beside="of:")
    if of.type.kind not in (Kind.NUMBER, Kind.DATE):
        raise GroupbuyError(
            Problem(
                "type-mismatch",
                f"bands are cut from a number; {written.what} is cut from "
                f"{build.describe(of.type)}",
                written.fields.items["of"].at,
                "use rows:, or by: and cases:",
            )
        )
    bands: list[_Band] = []
    problems = Problems()
    for key, node_of, key_at in items(node, "bands:"):
        with problems.collecting():
            item = mapping(node_of, f"band {key}")
            edge_node = item.get("from")
            edge = None if edge_node is None else _edge(edge_node, of, ctx)
            bands.append(_Band(key, edge, written.leaf(key, item), item, key_at))
    problems.raise_any()
    return _banded(of, bands, ctx)


def _edge(node: Node, of: Expr, ctx: Context) -> Expr:
    """The edge of a band: something of the kind of `of` that is the same for every lead."""
    edge = ctx.parse(node)
    try:
        test = build.compare(">=", of, edge)
    except Misfit as misfit:
        raise GroupbuyError(Problem(misfit.code, misfit.message, node.at, misfit.hint)) from None
    if of.type.kind is Kind.DATE and isinstance(test, Op) and isinstance(test.args[0], Lit):
        edge = test.args[0]  # a text beside a date is a date
    if ctx.constant(edge) is None and edge.type.kind in (Kind.NUMBER, Kind.DATE):
        raise GroupbuyError(
            Problem(
                "edge-not-constant",
                "the edge of a band is a number, a date or a setting",
                node.at,
                "compare computed values with rows: instead",
            )
        )
    return edge


def _banded(of: Expr, bands: list[_Band], ctx: Context) -> Form:
    """The form of the bands: a case from the highest edge down to the band without one."""
    floor = _floor(bands)
    edged = _highest_first(bands, floor, ctx)
    rising = tuple((edge, band.at) for edge, band in reversed(edged))
    pairs, arms = [], []
    for edge, band in edged:
        test = build.compare(">=", of, edge)
        arms.append(arm(band.key, test, band.node, band.at, ctx))
        pairs.append((test, band.value))
    if floor is None:
        default = build.none(bands[0].value.type) if bands else build.unknown()
        return Form(build.case(pairs, default), tuple(arms), (rising,))
    # What does not apply is in no band, not in the lowest. The lowest is what is left over,
    # and not a condition: a number that nobody knows is no evidence for it.
    absent = not_applicable(of, ctx.may_not_apply)
    pairs = [(absent, build.none(floor.value.type)), *pairs]
    if edged and of.type.open:
        # What is known of an open score so far is evidence: it lies below the lowest edge.
        lowest, _ = edged[-1]
        pairs.append((build.compare("<", of, lowest), floor.value))
    applies = build.disjunction([build.known(of), build.missing(of)])
    arms.append(arm(floor.key, applies, floor.node, floor.at, ctx, is_else=True))
    return Form(build.case(pairs, floor.value), tuple(arms), (rising,))


def _floor(bands: list[_Band]) -> _Band | None:
    """The band without an edge, which is the lowest and stands at one of the ends."""
    floors = [band for band in bands if band.edge is None]
    if len(floors) > 1:
        raise GroupbuyError(
            Problem(
                "two-floors",
                f"{floors[0].key} and {floors[1].key} both have no `from:`, and only the "
                "lowest band can do without",
                floors[1].at,
                "say from which number on it counts",
            )
        )
    if floors and bands[0] is not floors[0] and bands[-1] is not floors[0]:
        raise GroupbuyError(
            Problem(
                "bands-out-of-order",
                f"{floors[0].key} has no `from:` and must stand first or last",
                floors[0].at,
            )
        )
    return floors[0] if floors else None


def _highest_first(
    bands: list[_Band], floor: _Band | None, ctx: Context
) -> list[tuple[Expr, _Band]]:
    """The bands that have an edge, with it; they are written either from the top or the bottom."""
    edged = [(band.edge, band) for band in bands if band.edge is not None]
    falling = floor is not None and bands[-1] is floor and len(bands) > 1
    if floor is None and len(edged) > 1:
        first, second = (ctx.constant(edge) for edge, _ in edged[:2])
        falling = first is not None and second is not None and first > second
    return edged if falling else edged[::-1]
