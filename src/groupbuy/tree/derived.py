"""Definitions that follow from others: what an unknown could still be.

They are ordinary trees made from trees, so every back end gets them for nothing. Each has a name
formed from the name it belongs to, and is made when something first asks for that name:

`grade∈A|B`     whether the grade can only be A or B (true), can be neither (false), else unknown
`grade∈`        the same for "does not apply", as `grade∈∅`
`name.likely`   the value with unknown conditions taken for false
`name.low`, `name.high`   the ends between which an unknown number must lie, as far as is known
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from groupbuy.tree import build, naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, UNKNOWN, Agg, Call, Case, Expr, Lit, Op, Over, Ref
from groupbuy.tree.operations import PARTIAL, STRICT
from groupbuy.tree.types import FLAG, Kind

NOT_APPLICABLE = "∅"
MANY_ARMS = 40
Lookup = Callable[[str], Definition | None]


def derive(name: str, lookup: Lookup) -> Definition | None:
    """The definition called `name`, if it follows from one that `lookup` knows."""
    base, how = naming.follows(name)
    found = lookup(base)
    if found is None or not isinstance(found.expression, Expr):
        return None
    tree = found.expression
    asked = naming.split_words(name)
    if asked is not None:
        return replace(found, name=name, expression=_within(tree, asked[1]))
    if how == naming.LIKELY:
        return replace(found, name=name, expression=_likely(tree, lookup))
    if how in naming.ENDS and tree.type.kind is Kind.NUMBER:
        low, high = bounds(tree, lookup)
        return replace(found, name=name, expression=low if how == naming.LOW else high)
    return None


# ── which words are left ───────────────────────────────────────────────────────────────────────


def _within(tree: Expr, words: tuple[str, ...]) -> Expr:
    """Whether the value of `tree` is one of `words`, decided arm by arm."""
    if isinstance(tree, Case):
        arms = [(test, _within(value, words)) for test, value in tree.arms]
        return build.case(arms, _within(tree.default, words))
    if words == (NOT_APPLICABLE,):
        if isinstance(tree, Lit):
            return build.unknown() if tree.value is UNKNOWN else build.flag(tree.value is NONE)
        if isinstance(tree, Ref) and tree.type.open:
            return Ref(naming.within(tree.name, (NOT_APPLICABLE,)), FLAG)
        known, missing = build.known(tree), build.missing(tree)
        return build.case([(known, build.FALSE), (missing, build.unknown())], build.TRUE)
    return build.member(tree, words)


# ── likely ─────────────────────────────────────────────────────────────────────────────────────


def _likely(tree: Expr, lookup: Lookup) -> Expr:
    """The value with unknown conditions taken for false and scores for what is known of them."""
    return tree if _stays(tree) else _Assuming(lookup).tree(tree)


class _Assuming:
    """Rewrites a tree; equal subtrees once."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.done: dict[Expr, Expr] = {}

    def tree(self, tree: Expr) -> Expr:
        found = self.done.get(tree)
        if found is None:
            found = self.done[tree] = self.assumed(tree)
        return found

    def assumed(self, tree: Expr) -> Expr:
        if isinstance(tree, Ref):
            return _likely_name(tree, self.lookup)
        children = tree.children()
        if not children or _stays(tree):
            return tree
        new = tree.rebuilt(tuple(self.tree(child) for child in children))
        if not isinstance(new, Case):
            return new
        assert isinstance(tree, Case)
        arms = [(build.surely(test), value) for test, value in new.arms]
        # An else row is likely only where it is sure: that no other row is known to hold is no
        # evidence for it. A condition has no else row; its last arm is as good as the others.
        tests = new.arms if tree.type.kind is Kind.FLAG else tree.arms
        nothing = build.conjunction(build.surely(build.negation(test)) for test, _ in tests)
        unknown = build.unknown(new.default.type)
        return build.case(arms, build.case([(nothing, new.default)], unknown))


def _stays(tree: Expr) -> bool:
    """Inside a table's rows, across the population and by a plugin nothing is assumed."""
    return isinstance(tree, (Agg, Call, Over))


def _likely_name(ref: Ref, lookup: Lookup) -> Expr:
    asked = naming.split_words(ref.name)
    if asked is not None:
        base, words = asked
        found = lookup(base)
        if found is None or words == (NOT_APPLICABLE,):
            return ref
        closed = replace(found.type, open=False)
        return build.member(Ref(naming.likely(base), closed), words)
    stem = naming.end_base(ref.name)
    if stem != ref.name and lookup(naming.value(stem)):
        return Ref(naming.value(stem), ref.type)
    closed = replace(ref.type, open=False)
    if lookup(naming.value(ref.name)):
        return Ref(naming.value(ref.name), closed)
    found = lookup(ref.name)
    if found is None or not isinstance(found.expression, Expr) or _stays(found.expression):
        return ref
    return Ref(naming.likely(ref.name), closed)


# ── bounds ─────────────────────────────────────────────────────────────────────────────────────


def bounds(tree: Expr, lookup: Lookup) -> tuple[Expr, Expr]:
    """Two trees between which the number `tree` lies, equal where it is known.

    An end is unknown where nothing bounds the number on that side.
    """
    if isinstance(tree, Ref):
        return _bounds_of_name(tree, lookup)
    if isinstance(tree, Case):
        return _bounds_of_case(tree, lookup)
    if isinstance(tree, Op):
        ends = [bounds(arg, lookup) for arg in tree.args if arg.type.kind is Kind.NUMBER]
        if len(ends) == len(tree.args):
            return _bounds_of_op(tree, ends, lookup)
    if isinstance(tree, Call):
        return _declared_end(tree, tree.type.low), _declared_end(tree, tree.type.high)
    return tree, tree


def _bounds_of_name(ref: Ref, lookup: Lookup) -> tuple[Expr, Expr]:
    if ref.type.open:
        return build.ends(ref)
    found = lookup(ref.name)
    if found is not None and not isinstance(found.expression, Over):
        return Ref(naming.low(ref.name), ref.type), Ref(naming.high(ref.name), ref.type)
    return _declared_end(ref, ref.type.low), _declared_end(ref, ref.type.high)


def _declared_end(value: Expr, limit: float | None) -> Expr:
    """A number, or the declared end of its range while nobody knows it."""
    if limit is None:
        return value
    return build.case([(build.missing(value), build.number(limit, value.type.form))], value)


def _bounds_of_case(tree: Case, lookup: Lookup) -> tuple[Expr, Expr]:
    if len(tree.arms) > MANY_ARMS:
        return _bounds_of_many(tree, lookup)
    low, high = bounds(tree.default, lookup)
    sure = _applies(tree, lookup)
    for test, value in reversed(tree.arms):
        value_low, value_high = bounds(value, lookup)
        yes, no = build.surely(test), build.surely(build.negation(test))
        low = _end(yes, value_low, no, low, _least(test, value_low, low, sure))
        high = _end(yes, value_high, no, high, _most(test, value_high, high, sure))
    return low, high


def _end(yes: Expr, a: Expr, no: Expr, b: Expr, open: Expr) -> Expr:
    """`a` where the condition holds, `b` where it does not, `open` where nobody knows."""
    if open == b:
        return build.case([(yes, a)], b)
    return build.case([(no, b)], a) if open == a else build.case([(yes, a), (no, b)], open)


def _bounds_of_many(tree: Case, lookup: Lookup) -> tuple[Expr, Expr]:
    """Wider, but flat: the ends of all arms, whichever are still possible."""
    if not _applies(tree, lookup):
        return tree, tree
    values = [*(value for _, value in tree.arms), tree.default]
    found = [bounds(value, lookup) for value in dict.fromkeys(values)]
    missing = build.missing(tree)
    low = build.smallest(list(dict.fromkeys(low for low, _ in found)))
    high = build.largest(list(dict.fromkeys(high for _, high in found)))
    return build.case([(missing, low)], tree), build.case([(missing, high)], tree)


def _least(test: Expr, a: Expr, b: Expr, sure: bool) -> Expr:
    """The lower of two ends, either of which may be it."""
    return a if a == b else _if_both_apply(test, a, b, build.smallest([a, b]), sure)


def _most(test: Expr, a: Expr, b: Expr, sure: bool) -> Expr:
    return a if a == b else _if_both_apply(test, a, b, build.largest([a, b]), sure)


def _if_both_apply(test: Expr, a: Expr, b: Expr, end: Expr, sure: bool) -> Expr:
    """`end`, unless there may be no number at all: nothing bounds what may not apply."""
    if sure:
        return end
    both = build.conjunction([build.known(a), build.known(b)])
    return build.case([(both, end)], build.case([(test, a)], b))


def _applies(tree: Expr, lookup: Lookup) -> bool:
    """Whether `tree` is certainly a number or unknown, never none."""
    if isinstance(tree, Lit):
        return tree.value is not NONE
    if isinstance(tree, Ref):
        # A field; names of other packs may be none, and so may what is computed.
        return tree.type.exact and lookup(tree.name) is None
    if isinstance(tree, Case):
        values = [value for _, value in tree.arms]
        return all(_applies(value, lookup) for value in [*values, tree.default])
    if isinstance(tree, Op) and tree.op in STRICT and tree.op not in PARTIAL:
        return all(_applies(arg, lookup) for arg in tree.args)
    return False


def _bounds_of_op(tree: Op, ends: list[tuple[Expr, Expr]], lookup: Lookup) -> tuple[Expr, Expr]:
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    form = tree.type.form
    if tree.op in ("+", "total"):
        return build.total(lows, form), build.total(highs, form)
    if tree.op == "-":
        return (
            build.arithmetic("-", lows[0], highs[1]),
            build.arithmetic("-", highs[0], lows[1]),
        )
    if tree.op == "negate":
        return build.negative(highs[0]), build.negative(lows[0])
    if tree.op == "*":
        corners = [
            build.arithmetic("*", a, b)
            for a in dict.fromkeys(ends[0])
            for b in dict.fromkeys(ends[1])
        ]
        return build.smallest(corners), build.largest(corners)
    if tree.op in ("floor", "ceil"):
        return tree.rebuilt((lows[0],)), tree.rebuilt((highs[0],))
    if tree.op == "min":
        return build.smallest(lows), build.smallest(_bounded(highs, tree, lookup))
    if tree.op == "max":
        return build.largest(_bounded(lows, tree, lookup)), build.largest(highs)
    if tree.op in ("/", "exact/") and isinstance(tree.args[1], Lit):
        corners = [build.arithmetic("/", low_or_high, tree.args[1]) for low_or_high in ends[0]]
        return build.smallest(corners), build.largest(corners)
    return tree, tree


def _bounded(ends: list[Expr], tree: Op, lookup: Lookup) -> list[Expr]:
    """`ends` with an unbounded one replaced by any other: `min(100, x)` is at most 100.

    Not where `x` may turn out not to apply, and the minimum with it.
    """
    found = []
    for end, arg in zip(ends, tree.args, strict=True):
        others = [other for other in ends if other is not end]
        unbounded = bool(others) and _applies(arg, lookup)
        other = build.coalesce(others) if unbounded else end
        found.append(build.case([(build.missing(end), other)], end))
    return found
