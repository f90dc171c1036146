"""What intervals can't see: how variables hang together, asked of z3 (the extra `prove`).

For intervals a product of two fields, or a sum of several, is a variable like any other, free of
its parts. Here each such variable is tied to them: `a * b` is the product of `a` and `b`, and of
`a < b`, `b < c`, `c < a` the three differences add up to nothing. So what intervals hold possible
is proved impossible, or gets values that fit together, from which an example is made.

Numbers are exact rationals, as they are written. A value is known, unknown or none, each as a
condition of its own, so that logic stays that of the row engine. The work for a question is
counted in z3's own steps (`rlimit`), never in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from groupbuy.extras import z3 as z3_library
from groupbuy.reason import values as sets
from groupbuy.reason.formulas import TRUE, Formula, Variable
from groupbuy.reason.meaning import Linear, Meaning, Memory, number_of
from groupbuy.reason.values import Span, Values, Word
from groupbuy.tree.nodes import NONE, Absent, Case, Expr, Lit, Op
from groupbuy.tree.operations import ABSOLUTE, SMALLEST
from groupbuy.tree.types import Kind

STEPS = 400_000
"""z3's steps for one question."""
SMALL = 1000
"""An example's numbers are at most this, where that can be."""
SUMS = frozenset(("+", "total", "-", "negate", "days_between"))
TIED = SUMS | {"*", "/", "exact/", "abs", "min", "max", "coalesce"}
"""Operations that are looked into; others give a value that may be anything."""
NUMBERS = (Kind.NUMBER, Kind.DATE)

World = Mapping[Variable, Values]


class NotProvedError(Exception):
    """Z3 gave up within its steps."""


class Number(NamedTuple):
    """A value in z3's terms: whether it is known, whether it does not apply, and what it is."""

    known: Any
    none: Any
    value: Any


class Prover:
    """Answers questions about the formulas of one memory."""

    def __init__(self, memory: Memory, steps: int = STEPS) -> None:
        """Raises `GroupbuyError` without the extra `prove`."""
        self.z3 = z3_library()
        self.memory, self.steps = memory, steps
        self._ties: dict[Variable, frozenset[Variable]] = {}
        self._words: dict[Word, int] = {}
        self._numbers: dict[Variable, Number] = {}

    # ── what hangs together ──

    def is_tied(self, variable: Variable) -> bool:
        """Whether its value follows from those of others."""
        kind, tree = variable.key[:2]
        return kind == "sum" or (kind == "tree" and isinstance(tree, Expr) and _is_tied(tree))

    def together(self, variables: Iterable[Variable]) -> frozenset[Variable]:
        """The variables, and all from which theirs follow."""
        found: set[Variable] = set()
        pending = list(variables)
        while pending:
            variable = pending.pop()
            if variable not in found:
                found.add(variable)
                pending.extend(self.parts(variable))
        return frozenset(found)

    def parts(self, variable: Variable) -> frozenset[Variable]:
        """The variables from which one follows directly."""
        if variable not in self._ties:
            met: set[Variable] = set()
            if self.is_tied(variable):
                question = _Question(self, met)
                question.behind(variable)
            self._ties[variable] = frozenset(met - {variable})
        return self._ties[variable]

    # ── questions ──

    def world(
        self, formulas: Sequence[Formula], inside: World | None = None, *, tidy: bool = True
    ) -> World | None:
        """Values with which all of `formulas` hold; none where there are none.

        With `inside`, values out of that world; `tidy` ones are such as a person would write.
        Raises `NotProvedError` where that takes too much work.
        """
        question = _Question(self, set())
        solver = self.z3.Solver()
        solver.set("rlimit", self.steps)
        solver.set("ctrl_c", False)
        solver.add([question.formula(formula) for formula in formulas])
        solver.add([question.inside(each, values) for each, values in (inside or {}).items()])
        done: set[Variable] = set()
        while question.met - done:
            for variable in sorted(question.met - done, key=lambda each: each.number):
                done.add(variable)
                solver.add(question.domain(variable))
                if self.is_tied(variable):
                    solver.add(question.tie(variable))
        answer = solver.check()
        if answer == self.z3.unsat:
            return None
        if answer != self.z3.sat:
            raise NotProvedError
        ordered = sorted(done, key=lambda each: each.number)
        model = self._plain(solver, ordered) if tidy else solver.model()
        return self._values(model, ordered)

    def _plain(self, solver: Any, variables: Sequence[Variable]) -> Any:
        """A model with values that a person would write: whole numbers, and small, if there is one.

        Else the one that was found.
        """
        found = solver.model()
        free = [v for v in variables if not self.is_tied(v) and _is_number(v)]
        whole = [self.z3.IsInt(self.number(v).value) for v in free if not v.whole]
        small = [
            self.z3.And(self.number(v).value >= -SMALL, self.number(v).value <= SMALL) for v in free
        ]
        for wanted in ([*whole, *small], whole):
            if not wanted:
                continue
            solver.push()
            solver.add(wanted)
            if solver.check() == self.z3.sat:
                found = solver.model()
                solver.pop()
                break
            solver.pop()
        return found

    def _values(self, model: Any, variables: Sequence[Variable]) -> World:
        """What a model says of each variable."""
        world: dict[Variable, Values] = {}
        names = {number: word for word, number in self._words.items()}

        def holds(condition: Any) -> bool:
            return bool(self.z3.is_true(model.eval(condition, model_completion=True)))

        for variable in variables:
            number = self.number(variable)
            value = model.eval(number.value, model_completion=True)
            if holds(number.none):
                world[variable] = sets.NONE
            elif not holds(number.known):
                world[variable] = sets.UNKNOWN
            elif variable.domain.spans:
                world[variable] = sets.exactly(_float(self.z3, value))
            elif (word := names.get(value.as_long())) is not None:
                world[variable] = sets.among([word])
            else:
                world[variable] = variable.narrowed(
                    Values(words=frozenset(names.values()), rest=True)
                )
        return world

    # ── terms ──

    def number(self, variable: Variable) -> Number:
        """The three terms of a variable; words are numbers, too."""
        found = self._numbers.get(variable)
        if found is None:
            name, z3 = variable.number, self.z3
            whole = variable.whole or not variable.domain.spans
            value = z3.Int(f"x{name}") if whole else z3.Real(f"x{name}")
            found = Number(z3.Bool(f"known{name}"), z3.Bool(f"none{name}"), value)
            self._numbers[variable] = found
        return found

    def word(self, word: Word) -> int:
        """The number of a word."""
        return self._words.setdefault(word, len(self._words))


class _Question:
    """Turns formulas and trees into z3's terms, and notes in `met` which variables occur."""

    def __init__(self, prover: Prover, met: set[Variable]) -> None:
        self.prover, self.z3, self.met = prover, prover.z3, met

    # ── formulas ──

    def formula(self, formula: Formula) -> Any:
        """A formula as a condition."""
        done: dict[Formula, Any] = {}
        stack = [formula]
        while stack:
            part = stack[-1]
            missing = [inner for inner in part.parts if inner not in done]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            if part.op == "atom":
                assert part.variable is not None
                assert part.values is not None
                done[part] = self.inside(part.variable, part.values)
            elif part.op in ("true", "false"):
                done[part] = self.z3.BoolVal(part is TRUE)
            else:
                join = self.z3.And if part.op == "and" else self.z3.Or
                done[part] = join([done[inner] for inner in part.parts])
        return done[formula]

    def variable(self, variable: Variable) -> Number:
        self.met.add(variable)
        return self.prover.number(variable)

    def inside(self, variable: Variable, values: Values) -> Any:
        """Whether a variable is one of `values`."""
        z3, number = self.z3, self.variable(variable)
        ways = [z3.And(number.known, z3.Or(self.known(number.value, variable, values)))]
        if values.unknown:
            ways.append(z3.And(z3.Not(number.known), z3.Not(number.none)))
        if values.none:
            ways.append(number.none)
        return z3.Or(ways)

    def known(self, value: Any, variable: Variable, values: Values) -> list[Any]:
        """The ways in which a known value is one of `values`."""
        if variable.domain.spans:
            return [self.between(value, span) for span in values.spans]
        codes = [value == self.prover.word(word) for word in sorted(values.words, key=str)]
        return [self.z3.Not(self.z3.Or(codes))] if values.rest else codes

    def between(self, value: Any, span: Span) -> Any:
        z3, sides = self.z3, []
        if span.low != -inf:
            low = exact(z3, span.low)
            sides.append(value >= low if span.low_in else value > low)
        if span.high != inf:
            high = exact(z3, span.high)
            sides.append(value <= high if span.high_in else value < high)
        return z3.And(sides) if sides else z3.BoolVal(True)

    def domain(self, variable: Variable) -> list[Any]:
        """What every lead's value of a variable meets."""
        number = self.prover.number(variable)
        one = self.z3.Not(self.z3.And(number.known, number.none))
        return [one, self.inside(variable, variable.domain)]

    # ── what values follow from ──

    def tie(self, variable: Variable) -> list[Any]:
        """That a variable has the value that follows from others."""
        here, there = self.prover.number(variable), self.behind(variable)
        return [
            here.known == there.known,
            here.none == there.none,
            self.z3.Implies(here.known, here.value == there.value),
        ]

    def behind(self, variable: Variable) -> Number:
        """The value of a variable that follows from others, worked out from these."""
        kind, what = variable.key[:2]
        if kind == "sum":
            terms: Any = what
            return self.sum(Linear(terms, 0.0))
        assert isinstance(what, Expr)
        return self.operation(self.prover.memory.makers[variable], what)

    def sum(self, sum: Linear) -> Number:
        parts = [(self.variable(variable), factor) for variable, factor in sum.terms]
        value = exact(self.z3, sum.constant)
        for part, factor in parts:
            value = value + exact(self.z3, factor) * part.value
        return self.strict([part for part, _ in parts], value)

    def strict(self, parts: Sequence[Number], value: Any) -> Number:
        """A value that is known where all parts are, and none where one of them is."""
        known = self.z3.And([part.known for part in parts])
        return Number(known, self.z3.Or([part.none for part in parts]), value)

    def of(self, meaning: Meaning, tree: Expr) -> Number:
        """The value of a number or date."""
        if isinstance(tree, Lit):
            return self.literal(tree)
        sum = meaning.linear(tree)
        own = meaning.variable(tree)
        if sum.terms == ((own, 1.0),) and not sum.constant:
            return self.variable(own)
        return self.sum(sum)

    def literal(self, tree: Lit) -> Number:
        z3, number = self.z3, number_of(tree)
        if number is None:
            assert isinstance(tree.value, Absent)
            nothing = z3.BoolVal(False)
            return Number(nothing, z3.BoolVal(tree.value is NONE), z3.RealVal(0))
        return Number(z3.BoolVal(True), z3.BoolVal(False), exact(z3, number))

    def operation(self, meaning: Meaning, tree: Expr) -> Number:
        """The value of one operation or case, from those of its parts."""
        z3 = self.z3
        if isinstance(tree, Case):
            return self.case(meaning, tree)
        assert isinstance(tree, Op)
        parts = [self.of(meaning, arg) for arg in tree.args]
        values = [part.value for part in parts]
        if tree.op == "coalesce":
            found = parts[-1]
            for part in reversed(parts[:-1]):
                known = z3.Or(part.known, found.known)
                none = z3.And(z3.Not(part.known), found.none)
                found = Number(known, none, z3.If(part.known, part.value, found.value))
            return found
        if tree.op in ("min", "max"):
            value = values[0]
            for other in values[1:]:
                first = value <= other if tree.op == "min" else value >= other
                value = z3.If(first, value, other)
            return self.strict(parts, value)
        if tree.op == "abs":
            return self.strict(parts, z3.If(values[0] >= 0, values[0], -values[0]))
        if tree.op == "*":
            return self.strict(parts, values[0] * values[1])
        if tree.op in SUMS:
            # One that is no sum of variables, for one of its parts is a case.
            value = z3.Sum(values) if tree.op in ("+", "total") else values[0]
            if tree.op in ("-", "days_between"):
                value = values[0] - values[1] if tree.op == "-" else values[1] - values[0]
            return self.strict(parts, -value if tree.op == "negate" else value)
        return self.quotient(parts, tree.op)

    def quotient(self, parts: Sequence[Number], op: str) -> Number:
        """`a / b`: by zero (but for rounding noise) it does not apply."""
        z3, (a, b) = self.z3, parts
        least = exact(z3, ABSOLUTE if op == "/" else SMALLEST)
        inside = z3.And(-least <= b.value, b.value <= least)
        zero = inside if op == "/" else z3.And(-least < b.value, b.value < least)
        divisor = z3.If(zero, z3.RealVal(1), z3.ToReal(b.value) if b.value.is_int() else b.value)
        both = self.strict(parts, a.value / divisor)
        none = z3.Or(both.none, z3.And(both.known, zero))
        return Number(z3.And(both.known, z3.Not(zero)), none, both.value)

    def case(self, meaning: Meaning, tree: Case) -> Number:
        """The first arm that holds; where one is open, what it and the rest agree on."""
        z3, rest = self.z3, self.of(meaning, tree.default)
        for test, value in reversed(tree.arms):
            here = self.of(meaning, value)
            true, false = (self.formula(f) for f in (meaning.true(test), meaning.false(test)))
            open = z3.Not(z3.Or(true, false))
            same = z3.And(here.known, rest.known, here.value == rest.value)
            known = z3.Or(z3.And(true, here.known), z3.And(false, rest.known), z3.And(open, same))
            none = z3.Or(
                z3.And(true, here.none),
                z3.And(false, rest.none),
                z3.And(open, here.none, rest.none),
            )
            rest = Number(known, none, z3.If(true, here.value, rest.value))
        return rest


def _is_tied(tree: Expr) -> bool:
    if tree.type.kind not in NUMBERS:
        return False
    if isinstance(tree, Case):
        return all(value.type.kind in NUMBERS for _, value in tree.arms)
    return isinstance(tree, Op) and tree.op in TIED


def _is_number(variable: Variable) -> bool:
    """Whether it is a number and no date, of which a person would write a small one."""
    tree = variable.key[1]
    number = isinstance(tree, Expr) and tree.type.kind is Kind.NUMBER
    return number and bool(variable.domain.spans)


def exact(z3: Any, number: float) -> Any:
    """A number as it is written: 0.1 is a tenth."""
    if isinstance(number, float) and number.is_integer():
        return z3.RealVal(int(number))
    return z3.RealVal(str(Fraction(repr(number))))


def _float(z3: Any, value: Any) -> float:
    """The nearest number that a lead can have."""
    if z3.is_algebraic_value(value):
        value = value.approx(20)
    if z3.is_int_value(value):
        return float(value.as_long())
    return float(Fraction(value.numerator_as_long(), value.denominator_as_long()))
