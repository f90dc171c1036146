"""What nearly happened: rules that one number kept from firing, and by how little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.errors import Location
from groupbuy.language.write import write
from groupbuy.tree.nodes import Agg, Call, Case, Col, Expr, Op, walk
from groupbuy.tree.types import Kind

MOST = 12
CLOSE_SHARE = 0.25
CLOSE_DAYS = 14
ORDER = ("<", "<=", "~<", "~<=")


def nearly(lead: LeadConclusions) -> list[dict[str, Any]]:
    """Rules, gates and plays of which all held but one comparison, and that one nearly.

    Nearly is within a quarter of the number it is compared with, or within two weeks.
    """
    found = []
    for what, id, tree, at in _conditions(lead):
        failed = _one_short(tree, lead)
        if failed is not None and _close(failed, lead):
            found.append({"what": what, "id": id, "needs": write(failed), "at": at.short})
    return found[:MOST]


def _conditions(lead: LeadConclusions) -> Iterator[tuple[str, str, Expr, Location]]:
    stack = lead.plan.stack
    for lowered in stack.entries("gates"):
        yield "gate", lowered.entry.id, lowered.view.test, lowered.entry.at
    for lowered in stack.entries("scores"):
        for line in lowered.view.lines:
            if line.tests:
                yield "rule", f"{lowered.entry.id}.{line.id}", line.tests[0], line.at
    for lowered in stack.entries("grades"):
        for arm in lowered.view.arms:
            if not arm.is_else:
                yield "grade", f"{lowered.entry.id}.{arm.word}", arm.test, arm.at
    for lowered in stack.entries("plays"):
        for move in lowered.view:
            id = lowered.entry.id if move.case is None else f"{lowered.entry.id}.{move.case}"
            yield "play", id, move.test, move.at


def _one_short(tree: Expr, lead: LeadConclusions) -> Expr | None:
    """The one part of a condition that is false, where all the others are true."""
    if tree.type.kind is not Kind.FLAG or any(
        isinstance(node, (Agg, Call, Col)) for node in walk(tree)
    ):
        return None
    parts = tree.args if isinstance(tree, Op) and tree.op == "and" else (tree,)
    failed = None
    for part in parts:
        holds = lead.holds(part)
        if holds is None or (holds is False and failed is not None):
            return None
        if holds is False:
            failed = part
    return failed


def _close(part: Expr, lead: LeadConclusions) -> bool:
    """Whether a comparison failed by little."""
    if isinstance(part, Case):
        # A comparison of a score stands in the first arm: its low end, or its high end.
        part = part.arms[0][0]
    if not isinstance(part, Op) or part.op not in ORDER:
        return False
    left, right = (lead.plan.value(side)(lead.env) for side in part.args)
    if part.args[0].type.kind is Kind.DATE:
        return isinstance(left, int) and isinstance(right, int) and abs(left - right) <= CLOSE_DAYS
    if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return False
    return abs(left - right) <= CLOSE_SHARE * max(abs(left), abs(right))
