"""`rank:` and `cuts:`: leads ordered by a number, and the piece of that order a lead is in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.sections.applies import may_not_apply
from groupbuy.sections.base import Context, items, mapping, required
from groupbuy.sections.forms.form import Form, Written, arm
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.tree import build
from groupbuy.tree.nodes import Cut, Expr, Lit
from groupbuy.tree.types import COUNT, Kind, choice


@dataclass(frozen=True)
class _Piece:
    """One cut and the value of whoever it takes."""

    cut: Cut
    value: Expr
    node: Node
    at: Location


def lower_cuts(written: Written) -> Form:
    """The value of the piece a lead falls into; `otherwise:` outside the population."""
    fields, ctx = written.fields, written.ctx
    value = _ranked(written)
    among_node, within_node = fields.get("among"), fields.get("within")
    among = None if among_node is None else ctx.condition(among_node)
    within = None if within_node is None else ctx.parse(within_node)
    pieces = _pieces(written)
    cuts = tuple(piece.cut for piece in pieces)
    words = choice(tuple(cut.name for cut in cuts))
    taken = build.over("cut", value, among, within, words, cuts)
    tests = [build.member(taken, (cut.name,)) for cut in cuts]
    pairs = [(test, piece.value) for test, piece in zip(tests, pieces, strict=True)]
    none = build.none(pieces[0].value.type)
    inside = build.case(pairs, none)
    if cuts[-1].limit == "rest":
        # Whoever is in the population is in some piece.
        parts = [value, within, *(cut.cost for cut in cuts)]
        may = any(part and may_not_apply(part, ctx.may_not_apply) for part in parts)
        outside = _outside(taken) if may else build.FALSE
        inside = build.case([(outside, none), *pairs[:-1]], pairs[-1][1])
        if isinstance(inside, Lit):
            # One piece takes the whole population: nobody needs to be ranked for it.
            tests = [build.TRUE if among is None else among]
    # Outside the population no cut is even possible: the reason is then one of `otherwise:`.
    arms = tuple(
        arm(piece.cut.name, _within_population(among, test), piece.node, piece.at, ctx)
        for test, piece in zip(tests, pieces, strict=True)
    )
    place = build.over("rank", value, among, within, COUNT)
    if among is None:
        return Form(inside, arms, (), place)
    others = _otherwise(written) or Form(build.none(inside.type))
    beyond = (
        replace(way, test=build.conjunction([build.negation(among), way.test]))
        for way in others.arms
    )
    tree = build.case([(among, inside)], others.tree)
    return Form(tree, (*arms, *beyond), others.rising, place)


def _within_population(among: Expr | None, test: Expr) -> Expr:
    return test if among is None else build.conjunction([among, test])


def _ranked(written: Written) -> Expr:
    """The number that leads are ordered by."""
    value = written.ctx.parse(written.required("rank", beside="cuts:"))
    if value.type.kind is not Kind.NUMBER:
        raise GroupbuyError(
            Problem(
                "type-mismatch",
                f"a rank is over numbers; this is {build.describe(value.type)}",
                written.fields.items["rank"].at,
            )
        )
    return value


def _pieces(written: Written) -> list[_Piece]:
    """The cuts in the order in which they take from the ranking."""
    pieces: list[_Piece] = []
    problems = Problems()
    node = written.required("cuts", beside="rank:")
    for key, node_of, key_at in items(node, "cuts:"):
        with problems.collecting():
            item = mapping(node_of, f"cut {key}")
            cut = _cut(key, item, written.ctx)
            pieces.append(_Piece(cut, written.leaf(key, item), item, key_at))
    problems.raise_any()
    if not pieces:
        raise GroupbuyError(Problem("empty-cuts", "cuts: has no cut", node.at))
    for piece in pieces[:-1]:
        if piece.cut.limit == "rest":
            raise GroupbuyError(
                Problem(
                    "cut-without-limit",
                    f"{piece.cut.name} has no limit, so nothing is left for the cuts behind it",
                    piece.at,
                    "give it top:, next:, holds: or spend: and up_to:",
                )
            )
    _check_limits(pieces, written.ctx)
    return pieces


def _outside(taken: Expr) -> Expr:
    """Whether a lead is in no piece; unknown while that itself is open."""
    absent = build.negation(build.disjunction([build.known(taken), build.missing(taken)]))
    open_still = build.conjunction([build.missing(taken), build.unknown()])
    return build.disjunction([absent, open_still])


def _otherwise(written: Written) -> Form | None:
    """What stands under `otherwise:`, a value or a form of its own."""
    rest = written.fields.get("otherwise")
    if rest is None:
        return None
    if not isinstance(rest, Mapping):
        return Form(written.leaf("", rest))
    inner = written.nested(rest, "otherwise:", rest.at)
    if inner is None:
        raise GroupbuyError(
            Problem(
                "wrong-shape",
                "otherwise: needs a value, rows:, bands: or by: and cases:",
                rest.at,
            )
        )
    return inner


def _cut(key: str, fields: Mapping, ctx: Context) -> Cut:
    """The cut called `key`, with at most one limit."""
    limits = [word for word in ("top", "next", "holds", "spend") if word in fields.items]
    if len(limits) > 1:
        raise GroupbuyError(
            Problem(
                "two-limits",
                f"{key} has {limits[0]}: and {limits[1]}:",
                fields.key_at(limits[1]),
                "keep one of them",
            )
        )
    if not limits:
        return Cut(key, "rest")
    node = fields.items[limits[0]]
    if limits[0] == "spend":
        limit = required(fields, "up_to", node.at, f"{key} with `spend:`")
        return Cut(key, "spend", _amount(limit, ctx), ctx.parse(node))
    amount = _amount(node, ctx)
    if limits[0] == "holds":
        return Cut(key, "holds", amount)
    percent = amount.type.form == "percent"
    return Cut(key, "top_share" if percent else "top_count", amount)


def _check_limits(pieces: list[_Piece], ctx: Context) -> None:
    """Refuse limits that would be read otherwise than they were meant."""
    taken: dict[str, float] = {}
    for number, piece in enumerate(pieces):
        cut, node = piece.cut, piece.node
        amount = None if cut.amount is None else ctx.constant(cut.amount)
        if amount is None or cut.limit == "spend":
            continue
        before = taken.get(cut.limit, 0.0)
        taken[cut.limit] = before + amount
        begins_behind = bool(number) and isinstance(node, Mapping) and "top" in node.items
        fault = _fault(cut, amount, before, begins_behind=begins_behind)
        if fault is not None:
            message, hint = fault
            raise GroupbuyError(Problem("wrong-value", f"{cut.name}: {message}", piece.at, hint))


def _fault(
    cut: Cut, amount: float, before: float, *, begins_behind: bool
) -> tuple[str, str] | None:
    """What is wrong with a limit, and a hint; `before` is what cuts of its kind took before it.

    `begins_behind` says that it is written as `top:` and stands behind another cut.
    """
    counts = cut.limit == "top_count"
    more = amount - before
    if begins_behind:
        shown, rest = (f"{n:g}" if counts else f"{100 * n:g}%" for n in (amount, more))
        hint = f"next: {rest}" if more > 0 else "next:"
        return f"top: {shown} would begin behind the cuts before it", hint
    if amount < 0 or (counts and not amount.is_integer()):
        return "a number of leads is a whole number", f"a share of them: {100 * amount:g}%"
    if counts:
        return None
    if amount > 1:
        return f"{amount:g} is more than the whole", f"a share: {amount:g}%"
    if before + amount > 1 + 1e-9:
        hint = f"{cut.name}: {{holds: {100 * more:g}%}}" if more > 0 else ""
        return (
            "together the cuts are more than the whole: each begins where the one before it ends",
            hint,
        )
    return None


def _amount(node: Node, ctx: Context) -> Expr:
    """A share (`1%`), a number, or a setting."""
    if isinstance(node, Scalar) and node.text.strip().endswith(("%", "％")):
        digits = node.text.strip()[:-1].strip()
        try:
            share = float(digits)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 100 or not digits.replace(".", "", 1).isdigit():
            raise GroupbuyError(
                Problem("bad-number", f"{node.text} is not a share", node.at, "write it as 15%")
            )
        return build.number(float(f"{digits}e-2"), "percent")
    amount = ctx.parse(node)
    if ctx.constant(amount) is None:
        raise GroupbuyError(
            Problem("edge-not-constant", "a limit is a share (15%), a number or a setting", node.at)
        )
    return amount
