"""Trees → Python source: the back end for one lead at a time.

Each condition is compiled twice, as *surely true* and as *surely false* (`not` swaps them), so
that three-valued logic costs nothing where nothing can be missing. Whether a value can be missing
at all is worked out from the inputs upward, and guards stand only where it can. Everything that is
not a condition or plain arithmetic gets a variable of its own, once for equal subtrees; the code
stays flat, because deep parentheses and long `elif` chains break CPython's parser.

The source is made from the checked tree alone, never from an author's text: names become numbered
variables, and constants are written by `repr`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from groupbuy.compile import runtime
from groupbuy.compile.pieces import (
    ALWAYS,
    FUNCTION_NAMES,
    NEVER,
    READ_MAGNITUDE,
    Raw,
    Test,
    Variable,
    aggregated,
    arithmetic,
    comparison,
    digits,
    divides,
    every,
    joined,
    literal,
    presence,
    some,
)
from groupbuy.tree import build, operations
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import (
    NONE,
    UNKNOWN,
    Agg,
    Call,
    Case,
    Col,
    Expr,
    Lit,
    Op,
    Periods,
    Ref,
    walk,
)
from groupbuy.tree.types import DATE, Kind, TableType

Program = Callable[[dict[str, Any]], None]
"""Reads its inputs from the dict of one lead and writes its outputs there."""

NESTING = 12
"""How many expressions lie inside each other before one gets a variable."""
DEEP = 4
"""The indent behind which the values of a case are worked out before it."""
LONG = 1000
"""How many characters of code a value may have before it gets a variable."""
REPEATED = 120
"""How many characters of code a condition may have before it gets one where it is asked again."""
ROWS_MAGNITUDE = 8.0
"""How many digits the rows of a table can add to their sum."""
JOINING = ("and", "or")
"""Operations that join conditions to one."""
LIMIT_MAGNITUDE = 290.0
"""The digits from which on a number is checked for overflow."""

HELPERS: dict[str, Any] = {
    "NA": runtime.NA,
    "_agree": runtime.agree,
    "_first": runtime.first,
    "_last": runtime.last,
    "_split": runtime.split,
    "_fsum": math.fsum,
    "_deviation": operations.deviation,
    "_finite": operations.finite,
    "_close": operations.close,
    "_below": operations.below,
    "_not_above": operations.not_above,
}
HELPERS.update((FUNCTION_NAMES[op], function) for op, function in operations.STRICT.items())


class _Function:
    """One function being written."""

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        inputs: Mapping[str, bool],
        tables: Mapping[str, TableType],
    ) -> None:
        """`inputs` says of each whether it can be unknown."""
        self.definitions, self.inputs, self.tables = definitions, inputs, tables
        self.lines: list[str] = []
        self.indent = 1
        self.count = 0
        self.names: dict[str, Variable] = {}
        self.scopes: list[dict[Expr, Variable]] = [{}]
        self.row = ""
        self.globals = dict(HELPERS)
        self.depths: dict[Expr, int] = {}
        self.repeated: Set[Expr] = frozenset()
        self.given: Mapping[str, Variable] = {}

    # ── writing ──

    def emit(self, line: str) -> None:
        """Write one line."""
        self.lines.append("    " * self.indent + line)

    def fresh(self, prefix: str = "t") -> str:
        """A name that no variable has yet."""
        self.count += 1
        return f"{prefix}{self.count}"

    @contextmanager
    def block(self, line: str) -> Iterator[None]:
        """An indented block; what is worked out inside is not known outside."""
        self.emit(line)
        self.indent += 1
        self.scopes.append({})
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.emit("pass")
        self.scopes.pop()
        self.indent -= 1

    def cached(self, expr: Expr) -> Variable | None:
        """The variable that holds an expression here, if one does."""
        for scope in reversed(self.scopes):
            found = scope.get(expr)
            if found is not None:
                return found
        return None

    def keep(self, expr: Expr, variable: Variable) -> Variable:
        """Note that a variable holds an expression in this block."""
        self.scopes[-1][expr] = variable
        return variable

    def depth(self, expr: Expr) -> int:
        """How many expressions lie inside each other."""
        found = self.depths.get(expr)
        if found is None:
            found = 1 + max((self.depth(child) for child in expr.children()), default=0)
            self.depths[expr] = found
        return found

    # ── names ──

    def name(self, name: str) -> Variable:
        """The variable of a name; an input is read when it is first needed."""
        found = self.names.get(name)
        if found is None:
            variable = self.fresh("x")
            # Inputs are read at the top of the function, whatever block needs them first.
            self.lines.insert(0, f"    {variable} = x[{name!r}]")
            fact = self.given.get(name)
            if fact is None:
                unknown = self.inputs.get(name, True)
                found = Variable(variable, unknown, none=name not in self.inputs)
            else:
                found = replace(fact, name=variable)
            self.names[name] = found
        return found

    # ── values ──

    def raw(self, expr: Expr) -> Raw:
        """Code for a value, with what has to be guarded."""
        if isinstance(expr, Lit) and expr.value is not NONE and expr.value is not UNKNOWN:
            return literal(expr)
        if isinstance(expr, Op) and self.depth(expr) % NESTING and self.cached(expr) is None:
            inline = self.inline(expr)
            if inline is not None and len(inline.code) < LONG:
                return inline
        return self.variable(expr).raw

    def inline(self, expr: Op) -> Raw | None:
        """Code for strict arithmetic that always has a result."""
        op = expr.op
        if op not in operations.STRICT:
            return None
        if op in operations.PARTIAL and not divides(expr):
            return None
        parts = [self.raw(arg) for arg in expr.args]
        magnitude = digits(op, parts)
        if magnitude > LIMIT_MAGNITUDE:
            return None
        return joined(parts, arithmetic(expr, parts), magnitude)

    def value(self, expr: Expr) -> str:
        """Code for a value as it is kept: with `None` for unknown and `NA` for none."""
        return self.raw_or_absent(expr).guarded

    def raw_or_absent(self, expr: Expr) -> Raw:
        """Code for a value that may also be the literal unknown or none."""
        return literal(expr) if isinstance(expr, Lit) else self.raw(expr)

    def variable(self, expr: Expr) -> Variable:
        """The variable that holds a value; writes the code for it where it is new."""
        if isinstance(expr, Ref):
            return self.name(expr.name)
        found = self.cached(expr)
        if found is not None:
            return found
        if isinstance(expr, Col):
            return self.keep(expr, self.column(expr))
        if isinstance(expr, Case):
            return self.keep(expr, self.case(expr))
        if isinstance(expr, Agg):
            return self.keep(expr, self.aggregate(expr))
        if isinstance(expr, Call):
            return self.keep(expr, self.call(expr))
        if expr.type.kind is Kind.FLAG and not (isinstance(expr, Op) and expr.op == "coalesce"):
            test = self.test(expr)
            return self.keep(expr, self.assign(test.kept, unknown=test.open))
        if isinstance(expr, Op):
            return self.keep(expr, self.operation(expr))
        assert isinstance(expr, Lit)
        return self.keep(
            expr, self.assign(self.value(expr), expr.value is UNKNOWN, expr.value is NONE)
        )

    def assign(
        self,
        code: str,
        unknown: bool = False,
        none: bool = False,
        magnitude: float = READ_MAGNITUDE,
    ) -> Variable:
        """A new variable with this code as its value."""
        name = self.fresh()
        self.emit(f"{name} = {code}")
        return Variable(name, unknown, none, magnitude)

    def operation(self, expr: Op) -> Variable:
        """A strict operation in a variable, checked where it may overflow."""
        if expr.op == "coalesce":
            return self.coalesce(expr)
        parts = [self.raw(arg) for arg in expr.args]
        magnitude = digits(expr.op, parts)
        raw = joined(parts, arithmetic(expr, parts), magnitude)
        unknown = bool(raw.unknowns)
        if magnitude > LIMIT_MAGNITUDE:
            held = self.assign(
                raw.guarded,
                unknown,
                bool(raw.nones) or expr.op in operations.PARTIAL,
                LIMIT_MAGNITUDE,
            )
            checked = f"_finite({held.name})"
            if held.unknown or held.none:
                checked = f"{checked} if {held.name}.__class__ is float else {held.name}"
            return self.assign(checked, True, held.none, LIMIT_MAGNITUDE)
        none = bool(raw.nones) or expr.op in operations.PARTIAL
        return self.assign(raw.guarded, unknown, none, magnitude)

    def call(self, expr: Call) -> Variable:
        """What a plugin's routine makes of its arguments."""
        args = [self.value(arg) for arg in expr.args]
        name = self.fresh("_routine")
        self.globals[name] = expr.routine.run
        return self.assign(f"{name}({', '.join(['x', *args])})", unknown=True, none=True)

    def coalesce(self, expr: Op) -> Variable:
        """The first value that is there."""
        parts = [self.variable(arg) for arg in expr.args]
        if not parts[0].raw.guards:
            return parts[0]
        code = parts[-1].name
        for part in reversed(parts[:-1]):
            guards = part.raw.guards
            code = f"{part.name} if {' and '.join(guards)} else {code}" if guards else part.name
        magnitude = max(part.magnitude for part in parts)
        return self.assign(code, parts[-1].unknown, parts[-1].none, magnitude)

    def column(self, expr: Col) -> Variable:
        """A cell of the row at hand, or what is derived for each row."""
        derived = self.definitions.get(f"{expr.table}.{expr.name}")
        if derived is not None:
            assert isinstance(derived.expression, Expr)
            return self.variable(derived.expression)
        made = self.definitions.get(expr.table)
        return self.assign(f"{self.row}[{expr.name!r}]", unknown=True, none=made is not None)

    # ── cases ──

    def case(self, expr: Case) -> Variable:
        """The value of the first arm whose condition holds."""
        tests = [self.test(test) for test, _ in expr.arms]
        open = any(test.open for test in tests)
        if len(tests) == 1:
            simple = self.simple_case(expr, tests[0])
            if simple is not None:
                return simple
        target = self.fresh()
        values = [value for _, value in expr.arms] + [expr.default]
        # Where the arms may have to be compared with each other, or lie deep, their values are
        # worked out beforehand, once; else each only in its own branch.
        early = open or self.indent > DEEP
        ready = [self.raw_or_absent(value) for value in values] if early else None
        unknown, none, magnitude = open, False, 0.0
        possible = self.fresh("p") if open else ""
        if open:
            # The values of the arms that an unknown condition leaves possible.
            self.emit(f"{possible} = ()")
        with self.block("while True:"):
            for number, value in enumerate(values):
                raw = ready[number] if ready else None
                if number == len(tests):
                    raw = raw or self.raw_or_absent(value)
                    self.emit(f"{target} = {raw.guarded}")
                    self.emit("break")
                else:
                    test = tests[number]
                    with self.block(f"if {test.true}:"):
                        raw = raw or self.raw_or_absent(value)
                        self.emit(f"{target} = {raw.guarded}")
                        self.emit("break")
                    if test.open:
                        self.emit(f"if not ({test.false}): {possible} += ({raw.guarded},)")
                unknown, none = unknown or bool(raw.unknowns), none or bool(raw.nones)
                magnitude = max(magnitude, raw.magnitude)
        if open:
            self.emit(f"if {possible}: {target} = _agree((*{possible}, {target}))")
        return Variable(target, unknown, none, magnitude)

    def simple_case(self, expr: Case, test: Test) -> Variable | None:
        """`a if … else b` over two constants."""
        value, default = expr.arms[0][1], expr.default
        if not (isinstance(value, Lit) and isinstance(default, Lit)):
            return None
        if test.open and (value == default or UNKNOWN in (value.value, default.value)):
            return None
        code = f"{self.value(value)} if {test.true} else "
        if test.open:
            code += f"{self.value(default)} if {test.false} else None"
        else:
            code += self.value(default)
        absent = (value.value, default.value)
        magnitude = max(literal(value).magnitude, literal(default).magnitude)
        return self.assign(code, test.open or UNKNOWN in absent, NONE in absent, magnitude)

    # ── conditions ──

    def test(self, expr: Expr) -> Test:
        """Code for a condition, surely true and surely false."""
        if isinstance(expr, Lit):
            if expr.value is UNKNOWN:
                return Test("False", "False", True)
            return ALWAYS if expr.value is True else NEVER
        if isinstance(expr, Op) and self.cached(expr) is None:
            found = self.operation_test(expr)
            if found is not None:
                # Deep: worked out in a variable, so that the parentheses start afresh.
                if self.depth(expr) % NESTING and not self.again(expr, found):
                    return found
                self.keep(expr, self.assign(found.kept, unknown=found.open))
        return self.variable(expr).test

    def again(self, expr: Op, found: Test) -> bool:
        """Whether a condition is long, and asked in several places: then it is asked once."""
        return expr in self.repeated and len(found.true) + len(found.false) > REPEATED

    def operation_test(self, expr: Op) -> Test | None:
        """An operation as a condition; none where it has to be a value first."""
        op = expr.op
        if op in ("and", "or"):
            tests = [self.test(arg) for arg in expr.args]
            whole = every(test.true if op == "and" else test.false for test in tests)
            part = some(test.false if op == "and" else test.true for test in tests)
            open = any(test.open for test in tests)
            return Test(whole, part, open) if op == "and" else Test(part, whole, open)
        if op == "not":
            inner = self.test(expr.args[0])
            return Test(inner.false, inner.true, inner.open)
        if op in operations.COMPARE:
            return comparison(op, [self.raw(arg) for arg in expr.args], expr.args)
        if op in ("known", "missing"):
            return presence(op, self.variable(expr.args[0]))
        if op == "coalesce" and len(expr.args) == 2 and isinstance(expr.args[1], Lit):
            inner = self.test(expr.args[0])
            if expr.args[1] == build.FALSE:
                return Test(inner.true, f"not ({inner.true})", False)
            if expr.args[1] == build.TRUE and not self.variable(expr.args[0]).none:
                return Test(f"not ({inner.false})", inner.false, False)
        return None

    # ── tables ──

    def aggregate(self, expr: Agg) -> Variable:
        """An aggregate over a table; unknown where the table is unknown or none."""
        table = self.name(expr.table)
        self.hoist_inner(expr)
        write = {"count": self.count_rows, "any": self.any_row, "all": self.all_rows}
        target = self.fresh()
        if table.unknown or table.none:
            self.emit(
                f"{target} = None if {table.name} is NA else {table.name}"
                if table.none
                else f"{target} = {table.name}"
            )
            with self.block(f"if {target} is not None:"):
                magnitude = write.get(expr.op, self.collect)(expr, table.name, target)
        else:
            magnitude = write.get(expr.op, self.collect)(expr, table.name, target)
        none = expr.op in ("mean", "min", "max", "std", "first", "last")
        magnitude = (magnitude or 0.0) + ROWS_MAGNITUDE
        if magnitude > LIMIT_MAGNITUDE:
            self.emit(f"if {target}.__class__ is float: {target} = _finite({target})")
            magnitude = LIMIT_MAGNITUDE
        return Variable(target, True, none, magnitude)

    def hoist_inner(self, expr: Expr) -> None:
        """Aggregates inside a row's expression do not depend on the row: work them out before.

        Those of the derived columns that it reads, too.
        """
        pending = list(expr.children()) if isinstance(expr, Agg) else [expr]
        derived: set[str] = set()
        for part in pending:
            for node in walk(part):
                if isinstance(node, Agg):
                    self.variable(node)
                elif isinstance(node, Col):
                    name = f"{node.table}.{node.name}"
                    found = self.definitions.get(name)
                    if found is not None and name not in derived:
                        derived.add(name)
                        assert isinstance(found.expression, Expr)
                        pending.append(found.expression)

    @contextmanager
    def rows(self, table: str) -> Iterator[None]:
        """A loop over the rows of a table."""
        outer, self.row = self.row, self.fresh("r")
        with self.block(f"for {self.row} in {table}:"):
            yield
        self.row = outer

    def any_row(self, expr: Agg, table: str, target: str) -> None:
        """Whether a condition holds in some row."""
        assert expr.value is not None
        parts = [expr.value] if expr.where is None else [expr.where, expr.value]
        self.emit(f"{target} = False")
        with self.rows(table):
            test = self.test(build.conjunction(parts))
            with self.block(f"if {test.true}:"):
                self.emit(f"{target} = True")
                self.emit("break")
            if test.open:
                self.emit(f"if not ({test.false}): {target} = None")

    def all_rows(self, expr: Agg, table: str, target: str) -> None:
        """Whether a condition holds in every row."""
        assert expr.value is not None
        parts = [expr.value]
        if expr.where is not None:
            parts.insert(0, build.negation(expr.where))
        self.emit(f"{target} = True")
        with self.rows(table):
            test = self.test(build.disjunction(parts))
            with self.block(f"if {test.false}:"):
                self.emit(f"{target} = False")
                self.emit("break")
            if test.open:
                self.emit(f"if not ({test.true}): {target} = None")

    def count_rows(self, expr: Agg, table: str, target: str) -> None:
        """In how many rows a condition holds."""
        if expr.where is None:
            self.emit(f"{target} = float(len({table}))")
            return
        self.emit(f"{target} = 0.0")
        with self.rows(table):
            test = self.test(expr.where)
            self.emit(f"if {test.true}: {target} += 1.0")
            if test.open:
                with self.block(f"elif not ({test.false}):"):
                    self.emit(f"{target} = None")
                    self.emit("break")

    def collect(self, expr: Agg, table: str, target: str) -> float:
        """Aggregates of values: the values that count go into a list first.

        Returns how many digits such a value can have.
        """
        assert expr.value is not None
        items = self.fresh("a")
        self.emit(f"{items} = []")
        with self.rows(table):
            if expr.where is not None:
                test = self.test(expr.where)
                with self.block(f"if not ({test.true}):"):
                    self.emit(f"if {test.false}: continue" if test.open else "continue")
                    if test.open:
                        self.emit(f"{items} = None")
                        self.emit("break")
            magnitude = self.collect_value(expr, items)
        self.emit(f"{target} = None if {items} is None else {aggregated(expr.op, items)}")
        return magnitude

    def collect_value(self, expr: Agg, items: str) -> float:
        """Put one row's value into the list; returns how many digits it can have."""
        assert expr.value is not None
        raw = self.raw_or_absent(expr.value)
        held = self.assign(raw.guarded)
        if expr.op in ("first", "last"):
            order = self.tables[expr.table].order
            assert order is not None
            key = self.variable(Col(expr.table, order, DATE))
            self.emit(f"{items}.append(({key.name}, {held.name}))")
            return raw.magnitude
        with self.block(f"if {held.name} is None:"):
            self.emit(f"{items} = None")
            self.emit("break")
        self.emit(f"if {held.name} is not NA: {items}.append({held.name})")
        return raw.magnitude

    # ── definitions ──

    def define(self, definition: Definition) -> None:
        """Write a definition; its variable then stands for its name."""
        expression = definition.expression
        if isinstance(expression, Periods):
            held = self.periods(expression)
        elif definition.table is not None:
            held = self.per_row(definition.table, expression)
        else:
            held = self.variable(expression)
        self.names[definition.name] = held

    def per_row(self, table_name: str, expression: Expr) -> Variable:
        """A list with a fact's value for each row of a table."""
        table = self.name(table_name)
        self.hoist_inner(expression)
        target = self.fresh()
        self.emit(f"{target} = None")
        with self.block(f"if {table.name} is not None and {table.name} is not NA:"):
            self.emit(f"{target} = []")
            with self.rows(table.name):
                self.emit(f"{target}.append({self.value(expression)})")
        return Variable(target, True, False)

    def periods(self, periods: Periods) -> Variable:
        """A table made of the rows of another, by month, quarter or year."""
        table, today = self.name(periods.table), self.raw(periods.today)
        target, groups, group = self.fresh(), self.fresh(), self.fresh()
        self.emit(f"{target} = None")
        with self.block(f"if {table.name} is not None and {table.name} is not NA:"):
            self.emit(
                f"{groups} = _split({table.name}, {periods.date!r}, {today.code}, "
                f"{periods.per!r}, {periods.last})"
            )
            with self.block(f"if {groups} is not None:"):
                self.emit(f"{target} = []")
                with self.block(f"for {group} in {groups}:"):
                    # Inside, the table is the period's rows, and nothing known of it outside holds.
                    outer, self.scopes = self.scopes, [{}]
                    whole = self.names[periods.table]
                    self.names[periods.table] = Variable(group, False, False)
                    cells = [f"{name!r}: {self.value(column)}" for name, column in periods.columns]
                    self.emit(f"{target}.append({{{', '.join(cells)}}})")
                    self.names[periods.table], self.scopes = whole, outer
        return Variable(target, True, False)


def repeated_conditions(definitions: Iterable[Definition]) -> set[Expr]:
    """The conditions joined of others that stand in several places of what is worked out."""
    met: set[Expr] = set()
    repeated: set[Expr] = set()
    seen: set[Expr] = set()
    pending = [each.expression for each in definitions if isinstance(each.expression, Expr)]
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        for child in node.children():
            if isinstance(child, Op) and child.op in JOINING:
                (repeated if child in met else met).add(child)
            pending.append(child)
    return repeated


def compile_program(
    definitions: Mapping[str, Definition],
    order: Iterable[str],
    inputs: Mapping[str, bool],
    tables: Mapping[str, TableType],
    outputs: Collection[str],
) -> Program:
    """A function that works out the definitions named in `order` for one lead.

    `order` has what is read before what reads it. `inputs` are the names that the function finds
    in the lead's dict, each with whether it can be unknown (a name that is neither input nor
    defined may be unknown or none there). It writes the `outputs` among `order` into the dict.
    """
    return write_program(definitions, order, inputs, tables, outputs, {})[0]


def write_program(
    definitions: Mapping[str, Definition],
    order: Iterable[str],
    inputs: Mapping[str, bool],
    tables: Mapping[str, TableType],
    outputs: Collection[str],
    given: Mapping[str, Variable],
) -> tuple[Program, dict[str, Variable]]:
    """A function like `compile_program`'s, and what is known of the names that it works out.

    `given` says that of names which other functions work out before this one.
    """
    function = _Function(definitions, inputs, tables)
    function.given = given
    order = list(order)
    function.repeated = repeated_conditions(definitions[name] for name in order)
    for name in order:
        function.define(definitions[name])
        if name in outputs:
            function.emit(f"x[{name!r}] = {function.names[name].name}")
    source = "\n".join(["def program(x):", *function.lines, "    return None"])
    namespace = function.globals
    exec(compile(source, "<rules>", "exec"), namespace)
    program: Program = namespace["program"]
    return program, {name: function.names[name] for name in order}


def compile_value(
    tree: Expr,
    tables: Mapping[str, TableType],
    definitions: Mapping[str, Definition] | None = None,
) -> Callable[[Mapping[str, Any]], Any]:
    """A function from a dict of names to the value of one tree: `None` unknown, `NA` none."""
    function = _Function(definitions or {}, {}, tables)
    held = function.variable(tree) if not isinstance(tree, Lit) else None
    result = held.name if held else function.value(tree)
    source = "\n".join(["def value(x):", *function.lines, f"    return {result}"])
    namespace = function.globals
    exec(compile(source, "<expression>", "exec"), namespace)
    value: Callable[[Mapping[str, Any]], Any] = namespace["value"]
    return value
