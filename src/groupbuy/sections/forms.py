"""The forms a value can have: an expression, bands, cases, rows, or a rank with cuts.

All of them become one tree, a `Case` over conditions (a rank: over the piece it is cut into), and
a list of `Arm`s that say which row, band or case stands behind which condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Protocol

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.sections.applies import may_not_apply
from groupbuy.sections.base import Arm, Context, items, mapping, optional_text, required
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.tree import build
from groupbuy.tree.build import Misfit
from groupbuy.tree.derived import NOT_APPLICABLE
from groupbuy.tree.nodes import Case, Cut, Expr, Lit, Op, Ref
from groupbuy.tree.types import COUNT, FLAG, Kind, choice

FORM_GROUPS: tuple[frozenset[str], ...] = (
    frozenset(("value",)),
    frozenset(("of", "bands")),
    frozenset(("by", "cases")),
    frozenset(("rows", "pick")),
    frozenset(("rank", "among", "within", "cuts", "otherwise")),
)
"""The keys of each form. In a change, a form replaces another form whole."""

FORM_KEYS = frozenset().union(*FORM_GROUPS)
ELSE = "else"


class Leaf(Protocol):
    """What stands at the end of a form: a word, an expression, points."""

    def __call__(self, key: str, node: Node) -> Expr:
        """The value of the item called `key`."""


@dataclass(frozen=True)
class Form:
    """A lowered value: its tree, the ways to it, and edges that must rise in this order."""

    tree: Expr
    arms: tuple[Arm, ...] = ()
    rising: tuple[tuple[tuple[Expr, Location], ...], ...] = ()
    rank: Expr | None = None


def form_of(fields: Mapping) -> frozenset[str] | None:
    """Which form the keys of an entry spell, if any."""
    for group in FORM_GROUPS[1:]:
        if group & fields.items.keys():
            return group
    return FORM_GROUPS[0] if "value" in fields.items else None


def lower_form(fields: Mapping, leaf: Leaf, ctx: Context, what: str, at: Location) -> Form | None:
    """The form that `fields` spells; none where it spells none. Raises `GroupbuyError`."""
    spelt = [group for group in FORM_GROUPS if group & fields.items.keys()]
    if not spelt:
        return None
    if len(spelt) > 1:
        a, b = (next(key for key in fields.items if key in group) for group in spelt[:2])
        raise GroupbuyError(
            Problem(
                "two-forms",
                f"{what} has `{a}:` and `{b}:`, two ways to say one value",
                fields.key_at(b),
                "keep one of them",
            )
        )
    if "value" in spelt[0]:
        return Form(leaf("", required(fields, "value", at, what)))
    if "bands" in spelt[0]:
        return _bands(fields, leaf, ctx, what, at)
    if "cases" in spelt[0]:
        return _cases(fields, leaf, ctx, what, at)
    if "rows" in spelt[0]:
        return _rows(fields, leaf, ctx, what, at)
    return _cuts(fields, leaf, ctx, what, at)


def _arm(
    key: str, test: Expr, node: Node, at: Location, ctx: Context, *, is_else: bool = False
) -> Arm:
    title: Template | None = None
    because: Template | None = None
    word = key
    if isinstance(node, Mapping):
        title = optional_text(node, "title", ctx)
        because = optional_text(node, "because", ctx)
        value = node.get("value")
        word = str(value.data()) if value is not None else key
    elif isinstance(node, Scalar):
        word = node.text
    return Arm(key, test, at, title, because, is_else, word)


# ── bands ──────────────────────────────────────────────────────────────────────────────────────


def _bands(fields: Mapping, leaf: Leaf, ctx: Context, what: str, at: Location) -> Form:
    of = ctx.parse(required(fields, "of", at, f"{what} with `bands:`"))
    node = required(fields, "bands", at, f"{what} with `of:`")
    problems = Problems()
    if of.type.kind not in (Kind.NUMBER, Kind.DATE):
        problems.add(
            "type-mismatch",
            f"bands are cut from a number; {what} is cut from {build.describe(of.type)}",
            fields.items["of"].at,
            "use rows:, or by: and cases:",
        )
        problems.raise_any()
    bands: list[tuple[str, Expr | None, Expr, Node, Location]] = []
    for key, node_of, key_at in items(node, "bands:"):
        with problems.collecting():
            item = mapping(node_of, f"band {key}")
            edge_node = item.get("from")
            edge = None if edge_node is None else _edge(edge_node, of, ctx)
            bands.append((key, edge, leaf(key, item), item, key_at))
    problems.raise_any()
    return _banded(of, bands, ctx, node.at)


def _edge(node: Node, of: Expr, ctx: Context) -> Expr:
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


def _banded(
    of: Expr,
    bands: list[tuple[str, Expr | None, Expr, Node, Location]],
    ctx: Context,
    at: Location,
) -> Form:
    floors = [band for band in bands if band[1] is None]
    if len(floors) > 1:
        raise GroupbuyError(
            Problem(
                "two-floors",
                f"{floors[0][0]} and {floors[1][0]} both have no `from:`, and only the "
                "lowest band can do without",
                floors[1][4],
                "say from which number on it counts",
            )
        )
    edged = [band for band in bands if band[1] is not None]
    if floors and bands[0] is not floors[0] and bands[-1] is not floors[0]:
        raise GroupbuyError(
            Problem(
                "bands-out-of-order",
                f"{floors[0][0]} has no `from:` and must stand first or last",
                floors[0][4],
            )
        )
    falling = bool(floors) and bands[-1] is floors[0] and len(bands) > 1
    if not floors and len(edged) > 1:
        first, second = (ctx.constant(band[1]) for band in edged[:2] if band[1] is not None)
        falling = first is not None and second is not None and first > second
    highest_first = edged if falling else edged[::-1]
    arms, pairs = [], []
    for key, edge, value, node, key_at in highest_first:
        assert edge is not None
        test = build.compare(">=", of, edge)
        arms.append(_arm(key, test, node, key_at, ctx))
        pairs.append((test, value))
    default: Expr = build.none(bands[0][2].type) if bands else build.unknown()
    for key, _, value, node, key_at in floors:
        # What does not apply is in no band, not in the lowest. The lowest is what is left over,
        # and not a condition: a number that nobody knows is no evidence for it.
        pairs = [(not_applicable(of, ctx), build.none(value.type)), *pairs]
        if highest_first and of.type.open:
            # What is known of an open score so far is evidence: it lies below the lowest edge.
            lowest = highest_first[-1][1]
            assert lowest is not None
            pairs.append((build.compare("<", of, lowest), value))
        default = value
        applies = build.disjunction([build.known(of), build.missing(of)])
        arms.append(_arm(key, applies, node, key_at, ctx, is_else=True))
    rising = tuple((band[1], band[4]) for band in highest_first[::-1] if band[1] is not None)
    return Form(build.case(pairs, default), tuple(arms), (rising,))


def not_applicable(value: Expr, ctx: Context) -> Expr:
    """Whether `value` does not apply; unknown while that itself is open."""
    if isinstance(value, Ref) and value.type.open:
        if value.type.kind is Kind.CHOICE:
            return Ref(f"{value.name}∈{NOT_APPLICABLE}", FLAG)
        # An open score that applies has a low end; without one, nobody knows whether it does.
        value = build.ends(value)[0]
    elif not may_not_apply(value, ctx.may_not_apply):
        return build.FALSE
    open_still = build.case([(build.missing(value), build.unknown())], build.TRUE)
    return build.case([(build.known(value), build.FALSE)], open_still)


# ── by / cases ─────────────────────────────────────────────────────────────────────────────────


def _cases(fields: Mapping, leaf: Leaf, ctx: Context, what: str, at: Location) -> Form:
    by = required(fields, "by", at, f"{what} with `cases:`")
    cases = required(fields, "cases", at, f"{what} with `by:`")
    axes = [(node, ctx.parse(node)) for node in (by.items if isinstance(by, Sequence) else [by])]
    for node, axis in axes:
        if axis.type.kind not in (Kind.CHOICE, Kind.FLAG):
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"cases are told apart by a choice; this is {build.describe(axis.type)}",
                    node.at,
                    "cut a number into bands:",
                )
            )
    collected = _Cases(leaf, ctx)
    tree = collected.read(cases, axes, [], "")
    collected.problems.raise_any()
    if tree is None:
        raise GroupbuyError(Problem("empty-cases", "cases: has no case", cases.at))
    return Form(tree, tuple(collected.arms), tuple(collected.rising))


class _Cases:
    """Collects the cases of one or more choices, nested in the order of the axes."""

    def __init__(self, leaf: Leaf, ctx: Context) -> None:
        self.leaf, self.ctx = leaf, ctx
        self.problems = Problems()
        self.arms: list[Arm] = []
        self.rising: list[tuple[tuple[Expr, Location], ...]] = []

    def read(
        self, node: Node, axes: list[tuple[Node, Expr]], tests: list[Expr], path: str
    ) -> Expr | None:
        """The tree of the cases below one another; none where nothing could be read."""
        (axis_node, axis), rest = axes[0], axes[1:]
        pairs: list[tuple[Expr, Expr]] = []
        otherwise: Expr | None = None
        with self.problems.collecting():
            written = list(items(node, "cases:"))
            is_else = ELSE not in axis.type.values
            # Order means nothing among cases: `else` is what is left wherever it stands.
            written.sort(key=lambda item: is_else and item[0] == ELSE)
            for key, item, key_at in written:
                with self.problems.collecting():
                    if key == ELSE and is_else:
                        test = build.negation(build.disjunction(test for test, _ in pairs))
                    else:
                        test = case_test(axis, key, axis_node, key_at, self.ctx)
                    name = f"{path}.{key}" if path else key
                    value = (
                        self.read(item, rest, [*tests, test], name)
                        if rest
                        else self.end(name, key, item, build.conjunction([*tests, test]), key_at)
                    )
                    if key == ELSE and is_else:
                        otherwise = value
                    elif value is not None:
                        pairs.append((test, value))
        return split(axis, pairs, otherwise, self.ctx) if pairs else otherwise

    def end(self, name: str, key: str, item: Node, test: Expr, key_at: Location) -> Expr:
        """The value of one case."""
        if isinstance(item, Mapping) and form_of(item) not in (None, FORM_GROUPS[0]):
            inner = lower_form(item, self.leaf, self.ctx, f"case {name}", key_at)
            assert inner is not None
            self.arms.extend(
                replace(arm, test=build.conjunction([test, arm.test])) for arm in inner.arms
            )
            self.rising.extend(inner.rising)
            return inner.tree
        value = self.leaf("", item)
        self.arms.append(_arm(name, test, item, key_at, self.ctx))
        return value


def split(axis: Expr, pairs: list[tuple[Expr, Expr]], otherwise: Expr | None, ctx: Context) -> Expr:
    """The value by the words of `axis`, so that what is possible follows what `axis` can be.

    The last value is what is left over, no condition of its own: while nobody knows the word,
    nothing speaks for it, and nothing beyond the words is possible.
    """
    covered = {word for test, _ in pairs for word in _words_of(test)}
    words = axis.type.values
    beyond = build.none(pairs[0][1].type) if otherwise is None else otherwise
    left = [word for word in words if word not in covered]
    if left or (not words and len(pairs) < 2):
        pairs = [*pairs, (build.member(axis, left) if left else build.TRUE, beyond)]
        absent = []
    else:
        absent = [(not_applicable(axis, ctx), beyond)]
    if not axis.type.open:
        return build.case([*absent, *pairs[:-1]], pairs[-1][1])
    # Of an open grade some words may be out of the question: what is left over is the last that
    # is not.
    rest = beyond
    for test, value in pairs:
        rest = build.case([(build.surely(build.negation(test)), rest)], value)
    return build.case([*absent, *pairs], rest)


def _words_of(test: Expr) -> tuple[str, ...]:
    """The words for which the condition of a case holds."""
    while isinstance(test, Case):
        test = test.arms[0][1]
    value = test.args[1] if isinstance(test, Op) and test.op == "in" else None
    return value.value if isinstance(value, Lit) and isinstance(value.value, tuple) else ()  # type: ignore[return-value]


def case_test(axis: Expr, key: str, axis_node: Node, at: Location, ctx: Context) -> Expr:
    """Whether a choice is `key`, or a many-valued choice has it, or a flag is it."""
    if axis.type.kind is Kind.FLAG:
        if key.casefold() not in ("true", "false"):
            raise GroupbuyError(Problem("unknown-word", f'"{key}" is neither true nor false', at))
        return axis if key.casefold() == "true" else build.negation(axis)
    name = axis_node.text if isinstance(axis_node, Scalar) else ""
    proper = key if key in axis.type.values else ctx.word(name.strip(), key)
    if proper is None:
        raise GroupbuyError(
            Problem(
                "unknown-word",
                f'"{key}" is none of the words of {name}',
                at,
                did_you_mean(key, axis.type.values) or f"one of: {', '.join(axis.type.values)}",
                length=len(key),
            )
        )
    if axis.type.kind is Kind.CHOICES:
        return build.has(axis, build.text(proper))
    return build.member(axis, (proper,))


# ── rows ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Row:
    key: str
    test: Expr | None
    value: Expr
    node: Mapping
    at: Location
    before: str | None


def _rows(fields: Mapping, leaf: Leaf, ctx: Context, what: str, at: Location) -> Form:
    problems = Problems()
    rows: list[_Row] = []
    node = required(fields, "rows", at, what)
    for key, node_of, key_at in items(node, "rows:"):
        with problems.collecting():
            item = mapping(node_of, f"row {key}")
            when, before = item.get("when"), item.get("before")
            test = None if when is None else ctx.condition(when)
            rows.append(
                _Row(
                    key, test, leaf(key, item), item, key_at, str(before.data()) if before else None
                )
            )
    problems.raise_any()
    if not rows:
        raise GroupbuyError(Problem("empty-rows", "rows: has no row", node.at))
    rows = list(_placed(rows))
    else_rows = [row for row in rows if row.test is None]
    if len(else_rows) > 1:
        raise GroupbuyError(
            Problem(
                "two-else-rows",
                f"{else_rows[0].key} and {else_rows[1].key} both have no `when:`, and "
                "only one row can stand for all the rest",
                else_rows[1].at,
                "say when it holds",
            )
        )
    tested = [row for row in rows if row.test is not None]
    default = else_rows[0].value if else_rows else build.none(rows[0].value.type)
    pick = fields.get("pick")
    tree = (
        _only(tested, default)
        if pick is not None
        else build.case([(row.test, row.value) for row in tested if row.test], default)
    )
    arms = [_arm(row.key, row.test, row.node, row.at, ctx) for row in tested if row.test]
    arms += [_arm(row.key, build.TRUE, row.node, row.at, ctx, is_else=True) for row in else_rows]
    return Form(tree, tuple(arms))


def _placed(rows: list[_Row]) -> Iterator[_Row]:
    """The rows in order, each with `before:` in front of the row it names."""
    known = [row.key for row in rows]
    for row in rows:
        if row.before is not None and row.before not in known:
            raise GroupbuyError(
                Problem(
                    "unknown-row",
                    f'before: there is no row "{row.before}"',
                    row.at,
                    did_you_mean(row.before, known),
                )
            )

    def following(row: _Row, seen: tuple[str, ...]) -> Iterator[_Row]:
        if row.key in seen:
            raise GroupbuyError(
                Problem("circular-order", f"{row.key} stands before itself", row.at)
            )
        for other in rows:
            if other.before == row.key:
                yield from following(other, (*seen, row.key))
        yield row

    placed = [row for start in rows if start.before is None for row in following(start, ())]
    if len(placed) < len(rows):
        lost = next(row for row in rows if row not in placed)
        raise GroupbuyError(Problem("circular-order", f"{lost.key} stands before itself", lost.at))
    yield from placed


def _only(rows: list[_Row], default: Expr) -> Expr:
    """`pick: only`: two true rows with different values are a conflict, so nothing is known."""
    by_value: dict[Expr, list[Expr]] = {}
    for row in rows:
        assert row.test is not None
        by_value.setdefault(row.value, []).append(row.test)
    holds = {value: build.disjunction(tests) for value, tests in by_value.items()}
    arms = []
    for value, test in holds.items():
        others = [
            build.negation(other) for other_value, other in holds.items() if other_value != value
        ]
        arms.append((build.conjunction([test, *others]), value))
    # A conflict: each value with a true row is possible, none is sure, and none is likely.
    arms += [(build.conjunction([test, build.unknown()]), value) for value, test in holds.items()]
    for value, test in holds.items():
        others = [build.negation(build.surely(t)) for v, t in holds.items() if v != value]
        arms.append((build.conjunction([build.surely(test), *others]), value))
    for (a, holds_a), (b, holds_b) in combinations(holds.items(), 2):
        both = build.conjunction([build.surely(holds_a), build.surely(holds_b)])
        arms.append((both, build.case([(build.unknown(), a)], b)))
    return build.case(arms, default)


# ── rank / cuts ────────────────────────────────────────────────────────────────────────────────


def _cuts(fields: Mapping, leaf: Leaf, ctx: Context, what: str, at: Location) -> Form:
    value = ctx.parse(required(fields, "rank", at, f"{what} with `cuts:`"))
    if value.type.kind is not Kind.NUMBER:
        raise GroupbuyError(
            Problem(
                "type-mismatch",
                f"a rank is over numbers; this is {build.describe(value.type)}",
                fields.items["rank"].at,
            )
        )
    among_node, within_node = fields.get("among"), fields.get("within")
    among = None if among_node is None else ctx.condition(among_node)
    within = None if within_node is None else ctx.parse(within_node)
    cuts: list[tuple[Cut, Expr, Node, Location]] = []
    problems = Problems()
    pieces = required(fields, "cuts", at, f"{what} with `rank:`")
    for key, node_of, key_at in items(pieces, "cuts:"):
        with problems.collecting():
            item = mapping(node_of, f"cut {key}")
            cuts.append((_cut(key, item, ctx), leaf(key, item), item, key_at))
    problems.raise_any()
    if not cuts:
        raise GroupbuyError(Problem("empty-cuts", "cuts: has no cut", pieces.at))
    for cut, _, _, key_at in cuts[:-1]:
        if cut.limit == "rest":
            raise GroupbuyError(
                Problem(
                    "cut-without-limit",
                    f"{cut.name} has no limit, so nothing is left for the cuts behind it",
                    key_at,
                    "give it top:, next:, holds: or spend: and up_to:",
                )
            )
    _check_limits([(cut, node, key_at) for cut, _, node, key_at in cuts], ctx)
    words = choice(tuple(cut.name for cut, *_ in cuts))
    piece = build.over("cut", value, among, within, words, tuple(cut for cut, *_ in cuts))
    pairs = [(build.member(piece, (cut.name,)), result) for cut, result, *_ in cuts]
    none = build.none(cuts[0][1].type)
    inside = build.case(pairs, none)
    if cuts[-1][0].limit == "rest":
        # Whoever is in the population is in some piece.
        parts = [value, within, *(cut.cost for cut, *_ in cuts)]
        may = any(part and may_not_apply(part, ctx.may_not_apply) for part in parts)
        absent = build.negation(build.disjunction([build.known(piece), build.missing(piece)]))
        open_piece = build.disjunction(
            [absent, build.conjunction([build.missing(piece), build.unknown()])]
        )
        inside = build.case([(open_piece if may else build.FALSE, none), *pairs[:-1]], pairs[-1][1])
    arms = [
        _arm(cut.name, test, node, key_at, ctx)
        for (test, _), (cut, _, node, key_at) in zip(pairs, cuts, strict=True)
    ]
    place = build.over("rank", value, among, within, COUNT)
    rising: tuple[tuple[tuple[Expr, Location], ...], ...] = ()
    if among is None:
        return Form(inside, tuple(arms), rising, place)
    otherwise: Expr = build.none(inside.type)
    rest = fields.get("otherwise")
    outside: list[Arm] = []
    if rest is not None:
        inner = (
            lower_form(rest, leaf, ctx, "otherwise:", rest.at)
            if isinstance(rest, Mapping)
            else Form(leaf("", rest))
        )
        if inner is None:
            raise GroupbuyError(
                Problem(
                    "wrong-shape",
                    "otherwise: needs a value, rows:, bands: or by: and cases:",
                    rest.at,
                )
            )
        otherwise, rising = inner.tree, inner.rising
        outside = [
            replace(arm, test=build.conjunction([build.negation(among), arm.test]))
            for arm in inner.arms
        ]
    return Form(build.case([(among, inside)], otherwise), (*arms, *outside), rising, place)


def _cut(key: str, fields: Mapping, ctx: Context) -> Cut:
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


def _check_limits(cuts: list[tuple[Cut, Node, Location]], ctx: Context) -> None:
    """Refuse limits that would be read otherwise than they were meant."""
    taken: dict[str, float] = {}
    for number, (cut, node, key_at) in enumerate(cuts):
        amount = None if cut.amount is None else ctx.constant(cut.amount)
        if amount is None or cut.limit == "spend":
            continue
        before = taken.get(cut.limit, 0.0)
        taken[cut.limit] = before + amount
        shown = f"{amount:g}" if cut.limit == "top_count" else f"{100 * amount:g}%"
        problem = None
        if number and isinstance(node, Mapping) and "top" in node.items:
            more = amount - before
            rest = f"{more:g}" if cut.limit == "top_count" else f"{100 * more:g}%"
            hint = f"next: {rest}" if more > 0 else "next:"
            problem = (f"top: {shown} would begin behind the cuts before it", hint)
        elif amount < 0 or (cut.limit == "top_count" and not amount.is_integer()):
            problem = ("a number of leads is a whole number", f"a share of them: {100 * amount:g}%")
        elif cut.limit != "top_count" and amount > 1:
            problem = (f"{amount:g} is more than the whole", f"a share: {amount:g}%")
        elif cut.limit != "top_count" and taken[cut.limit] > 1 + 1e-9:
            more = amount - before
            hint = f"{cut.name}: {{holds: {100 * more:g}%}}" if more > 0 else ""
            problem = (
                "together the cuts are more than the whole: each begins where the one "
                "before it ends",
                hint,
            )
        if problem is not None:
            raise GroupbuyError(
                Problem("wrong-value", f"{cut.name}: {problem[0]}", key_at, problem[1])
            )


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


def ranked(name: str, type_of: Expr) -> Ref:
    """The place in the ranking that the grade `name` cuts."""
    return Ref(f"{name}.rank", type_of.type)
