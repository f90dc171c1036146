"""Formulas judged for one lead: each variable gets the value that the row back end works out."""

from collections.abc import Callable
from typing import Any

from groupbuy.reason.formulas import Formula, Variable
from groupbuy.reason.values import Values
from groupbuy.tree.nodes import NONE, Expr

Run = Callable[[Expr], Any]
"""The value of a tree for the lead at hand: itself, `None` unknown, `NONE` does not apply."""


def holds(formula: Formula, run: Run) -> bool:
    """Whether a formula holds for a lead."""
    if formula.op in ("true", "false"):
        return formula.op == "true"
    if formula.op == "atom":
        assert formula.variable is not None
        assert formula.values is not None
        return inside(value_of(formula.variable, run), formula.values)
    parts = (holds(part, run) for part in formula.parts)
    return all(parts) if formula.op == "and" else any(parts)


def value_of(variable: Variable, run: Run) -> Any:
    """What a variable is for a lead."""
    kind, *rest = variable.key
    if kind == "tree":
        return run(rest[0])
    if kind == "has":
        words = run(rest[0])
        return words if words is None or words is NONE else rest[1] in words
    values = [(value_of(part, run), factor) for part, factor in rest[0]]
    if any(value is NONE for value, _ in values):
        return NONE
    if any(value is None for value, _ in values):
        return None
    return sum(value * factor for value, factor in values)


def inside(value: Any, values: Values) -> bool:
    """Whether a value is in a set."""
    if value is None or value is NONE:
        return values.unknown if value is None else values.none
    if isinstance(value, (bool, str)):
        return (value in values.words) is not values.rest
    if isinstance(value, list):
        return ("rows" in values.words) is not values.rest
    return any(
        (span.low < value or (span.low == value and span.low_in))
        and (value < span.high or (value == span.high and span.high_in))
        for span in values.spans
    )
