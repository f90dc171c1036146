"""Whether a value can fail to apply, and the condition that it does not."""

from __future__ import annotations

from collections.abc import Callable

from groupbuy.tree import build, naming
from groupbuy.tree.derived import NOT_APPLICABLE
from groupbuy.tree.nodes import NONE, Agg, Case, Col, Expr, Lit, Op, Ref
from groupbuy.tree.operations import COMPARE, CONNECT
from groupbuy.tree.types import FLAG, Kind

ALWAYS = frozenset((*COMPARE, *(f"~{op}" for op in COMPARE), *CONNECT, "known", "missing"))
"""Conditions: what does not apply makes them false."""
SOMETIMES = frozenset(
    ("/", "exact/", "//", "%", "next", "shift_days", "shift_months", "decay", "share")
)
COUNTED = frozenset(("sum", "count", "any", "all", "distinct"))
"""Aggregates that have a value for an empty table."""


def may_not_apply(tree: Expr, name_may: Callable[[str], bool]) -> bool:
    """Whether some lead could make `tree` none; `name_may` answers for names.

    Says yes where it is not sure.
    """
    if isinstance(tree, Lit):
        return tree.value is NONE
    if isinstance(tree, Ref):
        return name_may(tree.name)
    if isinstance(tree, Col):
        return name_may(f"{tree.table}.{tree.name}")
    if isinstance(tree, Case):
        values = [*(value for _, value in tree.arms), tree.default]
        return any(may_not_apply(value, name_may) for value in values)
    if isinstance(tree, Agg):
        if tree.op not in COUNTED:
            return True
        return tree.value is not None and may_not_apply(tree.value, name_may)
    if isinstance(tree, Op):
        return _operation(tree, name_may)
    return True


def _operation(tree: Op, name_may: Callable[[str], bool]) -> bool:
    if tree.op in ALWAYS or tree.type.kind is Kind.FLAG:
        return False
    if tree.op == "coalesce":
        return all(may_not_apply(arg, name_may) for arg in tree.args)
    if tree.op in SOMETIMES:
        divisor = tree.args[-1]
        safe = tree.op in ("/", "exact/", "//", "%") and isinstance(divisor, Lit) and divisor.value
        if not safe:
            return True
    return any(may_not_apply(arg, name_may) for arg in tree.args)


def not_applicable(value: Expr, name_may: Callable[[str], bool]) -> Expr:
    """A condition: whether `value` does not apply; unknown while that itself is open."""
    if isinstance(value, Ref) and value.type.open:
        if value.type.kind is Kind.CHOICE:
            return Ref(naming.within(value.name, (NOT_APPLICABLE,)), FLAG)
        # An open score that applies has a low end; without one, nobody knows whether it does.
        value = build.ends(value)[0]
    elif not may_not_apply(value, name_may):
        return build.FALSE
    open_still = build.case([(build.missing(value), build.unknown())], build.TRUE)
    return build.case([(build.known(value), build.FALSE)], open_still)
