"""What nearly happened: rules one condition short of firing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.errors import Location
from groupbuy.language.write import write
from groupbuy.tree.nodes import Expr, Op, walk

MOST = 12


def nearly(lead: LeadConclusions) -> list[dict[str, Any]]:
    """Rules, gates and plays of which all conditions held but one, and what that one says.

    Only rules of at least two conditions can be near: one that failed alone was just not so.
    """
    found = []
    for what, id, tree, at in _conditions(lead):
        failed = _one_short(tree, lead)
        if failed is not None:
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
                yield "grade", f"{lowered.entry.id}.{arm.id}", arm.test, arm.at
    for lowered in stack.entries("plays"):
        for move in lowered.view:
            id = lowered.entry.id if move.case is None else f"{lowered.entry.id}.{move.case}"
            yield "play", id, move.test, move.at


def _one_short(tree: Expr, lead: LeadConclusions) -> Expr | None:
    """The one part of a conjunction that is false, where all the others are true."""
    if not isinstance(tree, Op) or tree.op != "and" or _per_row(tree):
        return None
    failed = None
    for part in tree.args:
        holds = lead.holds(part)
        if holds is None or (holds is False and failed is not None):
            return None
        if holds is False:
            failed = part
    return failed


def _per_row(tree: Expr) -> bool:
    return any(type(node).__name__ == "Col" for node in walk(tree))
