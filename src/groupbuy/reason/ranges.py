"""What can be said of a tree without looking at its conditions: ends of a number, and absence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf

from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, UNKNOWN, Absent, Agg, Case, Col, Expr, Lit, Op, Over, Ref
from groupbuy.tree.operations import BOUNDS, COMPARE, CONNECT, PARTIAL
from groupbuy.tree.types import Kind

Lookup = Callable[[str], Definition | None]
Ends = tuple[float, float]
ANYTHING: Ends = (-inf, inf)
CONDITIONS = frozenset((*COMPARE, *CONNECT))
COUNTED = frozenset(("sum", "count", "any", "all", "distinct"))
"""Aggregates that have a value for an empty table."""


class Ranges:
    """Answers for the trees of one stack of packs, each worked out once."""

    def __init__(self, lookup: Lookup, inputs: Mapping[str, bool]) -> None:
        """`inputs` says of every field whether it can be unknown."""
        self.lookup, self.inputs = lookup, inputs
        self._ends: dict[Expr, Ends] = {}
        self._absent: dict[Expr, tuple[bool, bool]] = {}

    # ── ends ──

    def ends(self, tree: Expr) -> Ends:
        """Two numbers between which a number lies wherever it has a value."""
        found = self._ends.get(tree)
        if found is None:
            low, high = self._work_out(tree)
            declared = tree.type
            if not isinstance(tree, Ref) or self.lookup(tree.name) is None:
                low = max(low, -inf if declared.low is None else declared.low)
                high = min(high, inf if declared.high is None else declared.high)
            found = self._ends[tree] = (low, high)
        return found

    def _work_out(self, tree: Expr) -> Ends:
        if isinstance(tree, Lit):
            number = tree.value
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                return (inf, -inf) if isinstance(number, Absent) else ANYTHING
            return (float(number), float(number))
        if isinstance(tree, Ref):
            found = self.lookup(tree.name)
            if found is not None and isinstance(found.expression, Expr) and found.table is None:
                return self.ends(found.expression)
            return ANYTHING
        if isinstance(tree, Case):
            return _joined([self.ends(leaf) for leaf in _leaves(tree)])
        if isinstance(tree, Op):
            return self._operation(tree)
        counted = isinstance(tree, Agg) and tree.op in ("count", "distinct")
        return (0.0, inf) if counted else ANYTHING

    def _operation(self, tree: Op) -> Ends:
        if tree.op == "coalesce":
            return _joined([self.ends(arg) for arg in tree.args])
        if tree.op in BOUNDS:
            return BOUNDS[tree.op]
        if not all(arg.type.kind is Kind.NUMBER for arg in tree.args):
            return ANYTHING
        ends = [self.ends(arg) for arg in tree.args]
        if any(low > high for low, high in ends):
            return ANYTHING  # an argument that never has a value
        lows, highs = [low for low, _ in ends], [high for _, high in ends]
        if tree.op in ("+", "total"):
            return (sum(lows), sum(highs))
        if tree.op == "-":
            return (lows[0] - highs[1], highs[0] - lows[1])
        if tree.op == "negate":
            return (-highs[0], -lows[0])
        if tree.op == "min":
            return (min(lows), min(highs))
        if tree.op == "max":
            return (max(lows), max(highs))
        if tree.op == "*":
            corners = [_times(a, b) for a in ends[0] for b in ends[1]]
            return (min(corners), max(corners))
        if tree.op in ("/", "exact/") and lows[1] > 0:
            corners = [a / b if b != inf else 0.0 for a in ends[0] for b in ends[1]]
            return ANYTHING if any(c != c for c in corners) else (min(corners), max(corners))
        return ANYTHING

    # ── absence ──

    def absent(self, tree: Expr) -> tuple[bool, bool]:
        """Whether a value can be unknown, and whether none; yes where that is not sure."""
        found = self._absent.get(tree)
        if found is None:
            found = self._absent[tree] = self._absence(tree)
        return found

    def _absence(self, tree: Expr) -> tuple[bool, bool]:
        if isinstance(tree, Lit):
            return tree.value is UNKNOWN, tree.value is NONE
        if isinstance(tree, Ref):
            found = self.lookup(tree.name)
            if found is None:
                return self.inputs.get(tree.name, True), False
            behind = found.expression
            return self.absent(behind) if isinstance(behind, Expr) else (True, True)
        if isinstance(tree, Col):
            derived = self.lookup(f"{tree.table}.{tree.name}")
            if derived is not None and isinstance(derived.expression, Expr):
                return self.absent(derived.expression)
            # A cell of a table of the file can be blank; of a table that was made, also none.
            return True, self.lookup(tree.table) is not None
        if isinstance(tree, Over):
            return True, True
        if isinstance(tree, Agg):
            value = (True, False) if tree.value is None else self.absent(tree.value)
            return True, tree.op not in COUNTED or value[1]
        if isinstance(tree, Case):
            open = any(self.absent(test)[0] for test, _ in tree.arms)
            leaves = [self.absent(leaf) for leaf in _leaves(tree)]
            return open or any(u for u, _ in leaves), any(n for _, n in leaves)
        return self._absence_of(tree) if isinstance(tree, Op) else (True, True)

    def _absence_of(self, tree: Op) -> tuple[bool, bool]:
        if tree.op in ("known", "missing"):
            return False, False
        parts = [self.absent(arg) for arg in tree.args]
        if tree.op == "coalesce":
            if any(part == (False, False) for part in parts):
                return False, False
            return parts[-1]
        unknown, none = any(u for u, _ in parts), any(n for _, n in parts)
        if tree.op in CONDITIONS:
            return unknown, False
        divisor = tree.args[-1]
        sure = tree.op in ("/", "exact/", "//", "%") and isinstance(divisor, Lit) and divisor.value
        return unknown, none or (tree.op in PARTIAL and not sure)


def _leaves(tree: Case) -> list[Expr]:
    return [*(value for _, value in tree.arms), tree.default]


def _joined(ends: list[Ends]) -> Ends:
    return min(low for low, _ in ends), max(high for _, high in ends)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b
