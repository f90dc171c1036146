"""Trees → columns of a sheet: what a lead's values and a table's rows have in common."""

from __future__ import annotations

from groupbuy.compile.columns import cases
from groupbuy.compile.columns.operations import Unsupported, comparison, finite, strict
from groupbuy.compile.columns.pieces import (
    TRUE,
    Held,
    coalesce,
    constant,
    dtype,
    every,
    some,
)
from groupbuy.compile.columns.sheet import Sheet
from groupbuy.compile.pieces import Raw, digits, literal
from groupbuy.compile.python import LIMIT_MAGNITUDE
from groupbuy.tree import operations
from groupbuy.tree.nodes import Agg, Call, Case, Col, Expr, Lit, Op, Ref

LARGE = 12
"""How many operations an expression may have before it becomes a column of its own."""


class TreeSheet(Sheet):
    """A sheet on which trees are worked out, equal subtrees once."""

    def __init__(self, prefix: str) -> None:
        """An empty sheet."""
        super().__init__(prefix)
        self.memo: dict[Expr, Held] = {}
        self.possible: cases.Possible = {}

    # ── what stands behind names: by kind of sheet ──

    def name(self, ref: Ref) -> Held:
        """The value of a name."""
        raise NotImplementedError

    def column(self, expr: Col) -> Held:
        """The cell of the row at hand."""
        raise NotImplementedError

    def aggregate(self, expr: Agg) -> Held:
        """One value from the rows of a table."""
        raise NotImplementedError

    def call(self, expr: Call) -> Held:
        """What a plugin's Python code gives."""
        raise Unsupported(f"{expr.routine.name} is a plugin's Python code")

    # ── values ──

    def held(self, expr: Expr) -> Held:
        """The value of a tree."""
        found = self.memo.get(expr)
        if found is None:
            found = self.worked_out(expr)
            if sum(part.size for part in found.parts) > LARGE:
                found = self.kept(found)
            self.memo[expr] = found
        return found

    def worked_out(self, expr: Expr) -> Held:
        """The value of a tree that was not met before."""
        if isinstance(expr, Lit):
            return constant(expr).sized(literal(expr).magnitude)
        if isinstance(expr, Ref):
            return self.name(expr)
        if isinstance(expr, Col):
            return self.column(expr)
        if isinstance(expr, Agg):
            return self.aggregate(expr)
        if isinstance(expr, Case):
            tests = [self.condition(test) for test, _ in expr.arms]
            values = [self.held(value) for _, value in expr.arms] + [self.held(expr.default)]
            return cases.case(expr, tests, values, dtype(expr.type), self.keep, self.possible)
        if isinstance(expr, Call):
            return self.call(expr)
        assert isinstance(expr, Op), expr
        return self.operation(expr)

    def condition(self, expr: Expr) -> Held:
        """A tree as a condition: what does not apply is false."""
        held = self.held(expr)
        test = held.condition
        if isinstance(expr, Op) and expr.op in ("and", "or") and test is held.value:
            # A condition takes a bit a row, and is asked for its points and for both their ends.
            test = self.keep(test)
            self.memo[expr] = Held(test, unknown=held.unknown)
        return Held(test, unknown=held.unknown)

    def operation(self, expr: Op) -> Held:
        """An operation, by its kind of logic."""
        op = expr.op
        if op in operations.STRICT:
            return self.strict(expr)
        if op in operations.COMPARE:
            return comparison(expr, [self.held(arg) for arg in expr.args], self.keep)
        if op in ("and", "or"):
            tests = [self.condition(arg) for arg in expr.args]
            parts = [test.value for test in tests]
            whole = every(parts) if op == "and" else some(parts)
            return Held(whole, unknown=any(test.unknown for test in tests))
        if op == "not":
            test = self.condition(expr.args[0])
            return Held(~test.value, unknown=test.unknown)
        if op in ("known", "missing"):
            held = self.held(expr.args[0])
            return Held(held.known if op == "known" else held.missing, unknown=False)
        if op == "coalesce":
            return self.coalesce(expr)
        raise Unsupported(f"{op}(…)")

    def strict(self, expr: Op) -> Held:
        """Arithmetic, checked where it may overflow by the same rule as for one lead."""
        args = [self.held(arg) for arg in expr.args]
        sizes = [
            Raw(_code(arg), magnitude=held.magnitude)
            for arg, held in zip(expr.args, args, strict=True)
        ]
        magnitude = digits(expr.op, sizes)
        found = strict(expr, args, self.keep)
        if magnitude <= LIMIT_MAGNITUDE:
            return found.sized(magnitude)
        checked = finite(self.keep(found.value))
        return Held(checked, found.none, True, LIMIT_MAGNITUDE)

    def coalesce(self, expr: Op) -> Held:
        """The first value that is there; else what the last of them is."""
        parts = [self.held(arg) for arg in expr.args]
        last = parts[-1]
        unknown = last.unknown
        magnitude = max(part.magnitude for part in parts)
        value = coalesce([part.value for part in parts])
        if last.none is None:
            return Held(value, None, unknown, magnitude)
        if last.none is not TRUE:
            value = self.keep(value)
        return Held(value, value.null() & last.none, unknown, magnitude)


def _code(expr: Expr) -> str:
    """What `pieces.digits` reads of an argument: a constant's number."""
    return repr(expr.value) if isinstance(expr, Lit) and isinstance(expr.value, float) else "x"
