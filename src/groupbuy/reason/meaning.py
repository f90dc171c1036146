"""What a tree means for every lead at once: formulas over fields.

A condition becomes the formula of the leads for which it is surely true, and that of those for
which it is false. Where each condition compares one field (or what reduces to one by sums, cases
and other definitions) with constants, the formulas say exactly what the back ends compute. What
can't be looked into becomes a variable of its own, free to be anything: so what is proved
impossible is impossible, and what is found possible has to be tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from groupbuy.reason import values as sets
from groupbuy.reason.formulas import FALSE, TRUE, Formula, Formulas, Variable
from groupbuy.reason.ranges import Lookup, Ranges
from groupbuy.reason.values import Span, Values
from groupbuy.tree import build
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, UNKNOWN, Absent, Agg, Case, Col, Expr, Lit, Op, Ref, names
from groupbuy.tree.operations import floor, tolerance
from groupbuy.tree.types import TABLE, Kind, Type

TODAY = "today"
FIRST_DAY, LAST_DAY = 693_596.0, 1_095_362.0
"""The days that a date of a lead can be: of the years 1900 to 2999."""
MOST_VALUES = 16
"""Different values of a case up to which "they agree" is spelled out."""
MOST_SPREAD = 24
"""Arms of cases up to which arithmetic on a case is done in each arm."""


class Truth(NamedTuple):
    """When a flag is true, when it is false, and when it does not apply; else it is unknown."""

    true: Formula
    false: Formula
    none: Formula


class Linear(NamedTuple):
    """A sum of variables, each times a number, and a constant."""

    terms: tuple[tuple[Variable, float], ...]
    constant: float


@dataclass
class Memory:
    """What was worked out for one stack of packs, for all in which the same trees mean the same.

    A tree is told apart by its mark: a number for the tree and all that stands behind its names.
    """

    formulas: Formulas = field(default_factory=Formulas)
    variables: dict[tuple[object, ...], Variable] = field(default_factory=dict)
    makers: dict[Variable, Meaning] = field(default_factory=dict)
    """A stack in which a variable means what it means."""
    within: dict[tuple[int, Values], Formula] = field(default_factory=dict)
    truth: dict[int, Truth] = field(default_factory=dict)
    _marks: dict[tuple[object, ...], int] = field(default_factory=dict)

    def mark(self, *key: object) -> int:
        """The number of a key, from 1."""
        return self._marks.setdefault(key, len(self._marks) + 1)


class Meaning:
    """The formulas of the trees of one stack of packs."""

    def __init__(
        self,
        lookup: Lookup,
        inputs: Mapping[str, bool],
        memory: Memory,
        opaque: Iterable[str] = (),
    ) -> None:
        """`lookup` has definitions with their settings put in and today left as a name.

        `inputs` says of every field whether it can be unknown; `opaque` are names not to look
        into. `memory` may be that of other stacks, with the same inputs and opaque names.
        """
        self.formulas, self.inputs, self.memory = memory.formulas, inputs, memory
        self.opaque = frozenset(opaque)
        self._lookup = lookup
        self.ranges = Ranges(self.lookup, inputs)
        self._marks: dict[Expr, int] = {}
        self._names: dict[str, int] = {}
        self._finite: dict[Expr, frozenset[float | str] | None] = {}

    def lookup(self, name: str) -> Definition | None:
        """The definition behind a name that may be looked into."""
        return None if name in self.opaque else self._lookup(name)

    # ── what is the same in another stack ──

    def mark(self, tree: Expr) -> int:
        """The number that a tree has in all stacks in which it means what it means here."""
        found = self._marks.get(tree)
        if found is None:
            behind = tuple(map(self._name, names(tree)))
            found = self._marks[tree] = self.memory.mark(tree, behind)
        return found

    def _name(self, name: str) -> int:
        """The number of what stands behind a name; none (0) behind a field."""
        found = self._names.get(name)
        if found is None:
            definition = self.lookup(name)
            if definition is None:
                found = 0
            elif isinstance(definition.expression, Expr):
                found = self.memory.mark(definition.table, self.mark(definition.expression))
            else:
                behind = tuple(map(self._name, definition.reads))
                found = self.memory.mark(definition.expression, behind)
            self._names[name] = found
        return found

    # ── conditions ──

    def true(self, test: Expr) -> Formula:
        """For whom a condition is surely true."""
        return self.truth(test).true

    def false(self, test: Expr) -> Formula:
        """For whom a condition is surely false; what does not apply counts as false."""
        truth = self.truth(test)
        return self.formulas.some([truth.false, truth.none])

    def unknown(self, test: Expr) -> Formula:
        """For whom nobody knows."""
        return self.formulas.negated(self.formulas.some(self.truth(test)))

    def truth(self, test: Expr) -> Truth:
        """When a flag is true, false or none."""
        mark = self.mark(test)
        found = self.memory.truth.get(mark)
        if found is None:
            found = self.memory.truth[mark] = self._flag(test)
        return found

    def _flag(self, test: Expr) -> Truth:
        make = self.formulas
        if isinstance(test, Lit):
            return Truth(*(TRUE if test.value is v else FALSE for v in (True, False, NONE)))
        if isinstance(test, (Ref, Col)):
            behind = self._behind(test)
            if behind is not None:
                return self.truth(behind)
            return self._free(test)
        if isinstance(test, Case):
            return Truth(*(self._case(test, s) for s in (sets.TRUE, sets.FALSE, sets.NONE)))
        if not isinstance(test, Op):
            return self._free(test)
        if test.op == "not":
            return Truth(self.false(test.args[0]), self.true(test.args[0]), FALSE)
        if test.op in ("and", "or"):
            trues = [self.true(arg) for arg in test.args]
            falses = [self.false(arg) for arg in test.args]
            if test.op == "and":
                return Truth(make.every(trues), make.some(falses), FALSE)
            return Truth(make.some(trues), make.every(falses), FALSE)
        if test.op in ("known", "missing"):
            values = sets.UNKNOWN if test.op == "missing" else _all_known()
            inside = self.within(test.args[0], values)
            return Truth(inside, make.negated(inside), FALSE)
        if test.op == "coalesce":
            return self._first_flag(test)
        compared = self._compared(test)
        return self._free(test) if compared is None else compared

    def _free(self, test: Expr) -> Truth:
        variable = self.variable(test)
        return Truth(*(self.formulas.atom(variable, s) for s in (sets.TRUE, sets.FALSE, sets.NONE)))

    def _first_flag(self, test: Op) -> Truth:
        make = self.formulas
        if len(test.args) == 2 and test.args[1] == build.FALSE:
            true = self.true(test.args[0])
            return Truth(true, make.negated(true), FALSE)
        found = self.truth(test.args[-1])
        for arg in reversed(test.args[:-1]):
            first = self.truth(arg)
            absent = make.negated(make.some([first.true, first.false]))
            found = Truth(
                make.some([first.true, make.every([absent, found.true])]),
                make.some([first.false, make.every([absent, found.false])]),
                make.every([absent, found.none]),
            )
        return found

    # ── comparisons ──

    def _compared(self, test: Op) -> Truth | None:
        """A comparison as sets; none where it compares what is no number, word or flag."""
        op, args = test.op, test.args
        if op == "in":
            words = args[1]
            assert isinstance(words, Lit)
            assert isinstance(words.value, tuple)
            return self._member(args[0], sets.among(str(word) for word in words.value))
        if op == "has":
            return self._has(test)
        if op not in ("==", "<", "<=", "~==", "~<", "~<="):
            return None
        left, right = args
        kind = left.type.kind
        if kind in (Kind.NUMBER, Kind.DATE):
            return self._ordered(op, left, right)
        if kind is Kind.FLAG:
            return self._same_flag(left, right)
        if isinstance(left, Lit):
            left, right = right, left
        if isinstance(right, Lit):
            return self._member(left, sets.among([str(right.value)]))
        return self._same_word(left, right)

    def _member(self, value: Expr, inside: Values) -> Truth:
        """Whether a value is in a set; false where it does not apply."""
        outside = ~inside & (sets.ANY_NUMBER | sets.ANY_WORD | sets.NONE)
        return Truth(self.within(value, inside), self.within(value, outside), FALSE)

    def _has(self, test: Op) -> Truth:
        field, word = test.args
        unknown, none = self.ranges.absent(field)
        assert isinstance(word, Lit)
        domain = Values(words=sets.FLAGS.words, unknown=unknown)
        variable = self._variable(("has", field, word.value, self.mark(field)), domain)
        true, false = (self.formulas.atom(variable, s) for s in (sets.TRUE, sets.FALSE))
        return Truth(true, false, FALSE) if not none else self._free(test)

    def _same_flag(self, left: Expr, right: Expr) -> Truth:
        make, a, b = self.formulas, self.truth(left), self.truth(right)
        both, neither = make.every([a.true, b.true]), make.every([a.false, b.false])
        one, other = make.every([a.true, b.false]), make.every([a.false, b.true])
        return Truth(make.some([both, neither]), make.some([one, other, a.none, b.none]), FALSE)

    def _same_word(self, left: Expr, right: Expr) -> Truth | None:
        words = [word for word in left.type.values if word in right.type.values]
        if left.type.kind is not Kind.CHOICE or right.type.kind is not Kind.CHOICE:
            return None
        make = self.formulas
        true = make.some(
            make.every([self.within(side, sets.among([word])) for side in (left, right)])
            for word in words
        )
        known = make.every([self.within(side, sets.ANY_WORD) for side in (left, right)])
        nones = [self.within(side, sets.NONE) for side in (left, right)]
        return Truth(true, make.some([*nones, make.every([known, make.negated(true)])]), FALSE)

    def _ordered(self, op: str, left: Expr, right: Expr) -> Truth | None:
        slack = op.startswith("~")
        op = op.removeprefix("~")
        if isinstance(right, Lit):
            edge = number_of(right)
            return None if edge is None else self._member(left, _side(op, edge, slack))
        if isinstance(left, Lit):
            edge = number_of(left)
            if edge is None:
                return None
            return self._member(right, _side({"<": ">", "<=": ">="}.get(op, op), edge, slack))
        a, b = self.linear(left), self.linear(right)
        # Of a sum that is compared with another only the difference counts.
        difference = _plus(a, _times(b, -1.0))
        if not difference.terms:
            return None
        inside = _side(op, 0.0, slack)
        whole = sets.ANY_NUMBER | sets.NONE
        return Truth(
            self._within_sum(difference, inside),
            self._within_sum(difference, ~inside & whole),
            FALSE,
        )

    # ── values ──

    def within(self, tree: Expr, wanted: Values) -> Formula:
        """For whom the value of a tree is one of `wanted`, unknown and none included."""
        key = (self.mark(tree), wanted)
        found = self.memory.within.get(key)
        if found is None:
            found = self.memory.within[key] = self._value(tree, wanted)
        return found

    def _value(self, tree: Expr, wanted: Values) -> Formula:
        make = self.formulas
        if isinstance(tree, Lit):
            return TRUE if _holds(tree, wanted) else FALSE
        if tree.type.kind is Kind.FLAG:
            truth = self.truth(tree)
            sides = (True, False)
            chosen = [t for t, v in zip(truth, sides, strict=False) if _has(wanted, v)]
            others = [t for t, v in zip(truth, sides, strict=False) if not _has(wanted, v)]
            (chosen if wanted.none else others).append(truth.none)
            return make.negated(make.some(others)) if wanted.unknown else make.some(chosen)
        if isinstance(tree, (Ref, Col)):
            behind = self._behind(tree)
            if behind is not None:
                return self.within(behind, wanted)
            return make.atom(self.variable(tree), wanted)
        if isinstance(tree, Case):
            return self._case(tree, wanted)
        if isinstance(tree, Op):
            if tree.op == "coalesce":
                return self._first(tree, wanted)
            if tree.op in ("min", "max"):
                return self._extreme(tree, wanted)
            spread = self._spread(tree)
            if spread is not None:
                return self._in_arms(tree, *spread, wanted)
        if tree.type.kind in (Kind.NUMBER, Kind.DATE):
            return self._within_sum(self.linear(tree), wanted)
        return make.atom(self.variable(tree), wanted)

    def _behind(self, tree: Ref | Col) -> Expr | None:
        """The tree behind a name; none for a field, a rank, and what is not looked into."""
        name = tree.name if isinstance(tree, Ref) else f"{tree.table}.{tree.name}"
        found = self.lookup(name)
        if found is None or not isinstance(found.expression, Expr):
            return None
        if found.table is not None and isinstance(tree, Ref):
            return None  # a list, one value a row
        return found.expression

    def _first(self, tree: Op, wanted: Values) -> Formula:
        make = self.formulas
        found = self.within(tree.args[-1], wanted)
        for arg in reversed(tree.args[:-1]):
            absent = self.within(arg, sets.UNKNOWN | sets.NONE)
            found = make.some([self.within(arg, wanted.known), make.every([absent, found])])
        return found

    def _extreme(self, tree: Op, wanted: Values) -> Formula:
        """`min` and `max` of one thing and constants: beyond these, it is these."""
        limits = [number for arg in tree.args if (number := number_of(arg)) is not None]
        others = [arg for arg in tree.args if not isinstance(arg, Lit)]
        if len(others) != 1 or len(limits) + 1 != len(tree.args):
            return self.formulas.atom(self.variable(tree), wanted)
        if not limits:
            return self.within(others[0], wanted)
        limit = min(limits) if tree.op == "min" else max(limits)
        free = sets.below(limit) if tree.op == "min" else sets.above(limit)
        inside = wanted & (free | sets.UNKNOWN | sets.NONE)
        if not (wanted & sets.exactly(limit)).empty:
            inside = inside | (~free & sets.ANY_NUMBER)
        return self.within(others[0], inside)

    # ── cases ──

    def _case(self, tree: Case, wanted: Values) -> Formula:
        """The value of the first arm that holds; of an open case, what all arms agree on."""
        make = self.formulas
        finite = self._words(tree)
        singles = [] if finite is None else [*finite, sets.NONE]
        tests = [(self.true(test), self.false(test)) for test, _ in tree.arms]
        opens = [make.negated(make.some(pair)) for pair in tests]
        if all(open is FALSE for open in opens):
            singles = []
        rest = {each: self.within(tree.default, each) for each in [wanted, *singles]}
        for (_, value), (true, false), open in zip(
            reversed(tree.arms), reversed(tests), reversed(opens), strict=True
        ):
            here = {each: self.within(value, each) for each in [wanted, *singles]}
            found = {
                each: make.every([make.some([false, here[each]]), make.some([true, rest[each]])])
                for each in singles
            }
            ways = [make.every([true, here[wanted]]), make.every([false, rest[wanted]])]
            if open is not FALSE:
                ways.append(make.every([open, self._agreed(tree, wanted, singles, here, rest)]))
            found[wanted] = make.some(ways) if wanted not in singles else found[wanted]
            rest = found
        return rest[wanted]

    def _agreed(
        self,
        tree: Case,
        wanted: Values,
        singles: list[Values],
        here: dict[Values, Formula],
        rest: dict[Values, Formula],
    ) -> Formula:
        """When an arm and those behind it come to one of `wanted`, either of which may count."""
        make = self.formulas
        if not singles:
            return make.atom(self.variable(tree), wanted)
        agreed = {each: make.every([here[each], rest[each]]) for each in singles}
        inside = [each for each in singles if each.against(wanted)]
        if wanted.unknown:
            return make.negated(make.some(agreed[each] for each in singles if each not in inside))
        return make.some(agreed[each] for each in inside)

    def _words(self, tree: Case) -> list[Values] | None:
        """The values that a case can have, each as a set; none where they are too many."""
        if tree.type.kind is Kind.FLAG:
            return [sets.TRUE, sets.FALSE]
        written = self._literals(tree)
        if written is None and tree.type.kind is Kind.CHOICE:
            written = frozenset(tree.type.values)
        if written is None or len(written) > MOST_VALUES:
            return None
        numbers = sorted(value for value in written if isinstance(value, float))
        words = sorted(value for value in written if isinstance(value, str))
        return [*map(sets.exactly, numbers), *(sets.among([word]) for word in words)]

    def _literals(self, tree: Expr) -> frozenset[float | str] | None:
        """The numbers or words that a tree can be, where all of them are written."""
        if tree not in self._finite:
            found: frozenset[float | str] | None = None
            if isinstance(tree, Lit):
                number = number_of(tree)
                value = tree.value if isinstance(tree.value, str) else number
                found = frozenset() if value is None else frozenset((value,))
            elif isinstance(tree, (Ref, Col)):
                behind = self._behind(tree)
                found = None if behind is None else self._literals(behind)
            elif isinstance(tree, Case) and len(tree.arms) <= MOST_SPREAD:
                parts = [self._literals(v) for v in (*(v for _, v in tree.arms), tree.default)]
                known = [part for part in parts if part is not None]
                if len(known) == len(parts):
                    found = frozenset().union(*known)
            self._finite[tree] = found
        return self._finite[tree]

    def _spread(self, tree: Op) -> tuple[int, Case] | None:
        """The argument of an operation that is a case small enough to work it out in each arm."""
        total, found = 1, None
        for index, arg in enumerate(tree.args):
            inner = arg
            while isinstance(inner, Ref) and (behind := self._behind(inner)) is not None:
                inner = behind
            if isinstance(inner, Case) and inner.type.kind in (Kind.NUMBER, Kind.DATE):
                total *= len(inner.arms) + 1
                found = found or (index, inner)
        return found if total <= MOST_SPREAD else None

    def _in_arms(self, tree: Op, index: int, case: Case, wanted: Values) -> Formula:
        """An operation on a case, worked out in each of its arms."""
        make = self.formulas

        def on(value: Expr) -> Expr:
            return tree.rebuilt((*tree.args[:index], value, *tree.args[index + 1 :]))

        found = self.within(_folded(on(case.default)), wanted)
        for test, value in reversed(case.arms):
            true, false, open = self.true(test), self.false(test), self.unknown(test)
            ways = [
                make.every([true, self.within(_folded(on(value)), wanted)]),
                make.every([false, found]),
            ]
            if open is not FALSE:
                ways.append(make.every([open, make.atom(self.variable(tree), wanted)]))
            found = make.some(ways)
        return found

    # ── sums ──

    def linear(self, tree: Expr) -> Linear:
        """A number or date as a sum; what is none is a variable of its own."""
        number = number_of(tree)
        if number is not None:
            return Linear((), number)
        if isinstance(tree, (Ref, Col)):
            behind = self._behind(tree)
            if behind is not None:
                return self.linear(behind)
        if isinstance(tree, Op):
            found = self._sum(tree)
            if found is not None and found.terms:
                return found
        return Linear(((self.variable(tree), 1.0),), 0.0)

    def _sum(self, tree: Op) -> Linear | None:
        op, args = tree.op, tree.args
        if op == "negate":
            return _times(self.linear(args[0]), -1.0)
        if op in ("+", "total"):
            found = Linear((), 0.0)
            for arg in args:
                found = _plus(found, self.linear(arg))
            return found
        if op == "-":
            return _plus(self.linear(args[0]), _times(self.linear(args[1]), -1.0))
        if op == "days_between":
            return _plus(self.linear(args[1]), _times(self.linear(args[0]), -1.0))
        if op == "*":
            for factor, other in (args, args[::-1]):
                number = number_of(factor)
                if number:
                    return _times(self.linear(other), number)
        if op in ("/", "exact/"):
            number = number_of(args[1])
            if number:
                return _times(self.linear(args[0]), 1.0 / number)
        if op == "shift_days":
            number = number_of(args[1])
            if number is not None:
                return _plus(self.linear(args[0]), Linear((), floor(number)))
        return None

    def _within_sum(self, sum: Linear, wanted: Values) -> Formula:
        """For whom a sum lies in a set."""
        if not sum.terms:
            inside = not (sets.exactly(sum.constant) & wanted).empty
            return TRUE if inside else FALSE
        factor = next((factor for _, factor in sum.terms if factor), 0.0)
        if not factor:
            return self._cancelled(sum, wanted)
        variable = sum.terms[0][0]
        if len(sum.terms) > 1:
            variable = self._sum_variable(_times(sum, 1.0 / factor).terms)
        constant = sum.constant
        spans = [
            Span((s.low - constant) / factor, s.low_in, (s.high - constant) / factor, s.high_in)
            for s in wanted.spans
        ]
        if factor < 0:
            spans = [Span(s.high, s.high_in, s.low, s.low_in) for s in reversed(spans)]
        absent = Values(unknown=wanted.unknown, none=wanted.none)
        return self.formulas.atom(variable, Values(spans=tuple(spans)) | absent)

    def _cancelled(self, sum: Linear, wanted: Values) -> Formula:
        """A sum in which everything cancels out: a constant, where all of it is known."""
        make = self.formulas
        none = make.some(make.atom(variable, sets.NONE) for variable, _ in sum.terms)
        known = make.every(make.atom(variable, _all_known()) for variable, _ in sum.terms)
        ways = [none] if wanted.none else []
        if not (sets.exactly(sum.constant) & wanted).empty:
            ways.append(known)
        if wanted.unknown:
            ways.append(make.negated(make.some([none, known])))
        return make.some(ways)

    def _sum_variable(self, terms: tuple[tuple[Variable, float], ...]) -> Variable:
        """A variable for a sum of several; its ends follow from theirs."""
        low = high = 0.0
        for variable, factor in terms:
            spans = variable.domain.spans
            ends = (spans[0].low, spans[-1].high) if spans else (-inf, inf)
            one, other = sorted((ends[0] * factor, ends[1] * factor))
            low, high = low + one, high + other
        unknown = any(variable.domain.unknown for variable, _ in terms)
        none = any(variable.domain.none for variable, _ in terms)
        spans = sets.bounded(low if low > -inf else None, high if high < inf else None).spans
        whole = all(v.whole and f.is_integer() for v, f in terms)
        return self._variable(
            ("sum", terms), Values(spans=spans, unknown=unknown, none=none), whole
        )

    # ── variables ──

    def variable(self, tree: Expr) -> Variable:
        """The variable that stands for a field, or for a tree that can't be looked into."""
        key = ("tree", tree, self.mark(tree))
        found = self.memory.variables.get(key)
        if found is not None:
            return found
        unknown, none = self.ranges.absent(tree)
        type = tree.type
        if isinstance(tree, Ref) and tree.name == TODAY:
            unknown = none = False
        known = self._known_values(tree)
        domain = Values(known.spans, known.words, known.rest, unknown, none)
        whole = type.kind is Kind.DATE or (type.kind is Kind.NUMBER and _is_whole(tree))
        return self._variable(key, domain, whole)

    def _variable(self, key: tuple[object, ...], domain: Values, whole: bool = False) -> Variable:
        known = self.memory.variables
        found = known.get(key)
        if found is None:
            found = known[key] = Variable(key, domain, whole, len(known))
            self.memory.makers[found] = self
        return found

    def _known_values(self, tree: Expr) -> Values:
        type: Type = tree.type
        if type.kind is Kind.NUMBER:
            low, high = self.ranges.ends(tree)
            if low > high:
                return sets.NOTHING
            return sets.bounded(None if low == -inf else low, None if high == inf else high)
        if type.kind is Kind.DATE:
            return sets.bounded(FIRST_DAY, LAST_DAY)
        if type.kind is Kind.FLAG:
            return sets.FLAGS
        if type.kind is Kind.CHOICE:
            return sets.among(type.values)
        return sets.among(["rows"]) if type is TABLE else sets.ANY_WORD


# ── small things ───────────────────────────────────────────────────────────────────────────────


def _is_whole(tree: Expr) -> bool:
    """Whether a number is whole for certain: read as an integer, counted, or made whole."""
    made = isinstance(tree, (Ref, Col, Agg, Op))
    return made and tree.type.form == "integer" and tree.type.exact


def number_of(tree: Expr) -> float | None:
    """The number or day that a literal is."""
    if not isinstance(tree, Lit) or isinstance(tree.value, (bool, str, tuple, Absent)):
        return None
    return float(tree.value)


def _holds(tree: Lit, wanted: Values) -> bool:
    value = tree.value
    if value is UNKNOWN or value is NONE:
        return wanted.unknown if value is UNKNOWN else wanted.none
    number = number_of(tree)
    if number is not None:
        return not (sets.exactly(number) & wanted).empty
    return isinstance(value, (str, bool)) and _has(wanted, value)


def _has(wanted: Values, word: str | bool) -> bool:
    return (word in wanted.words) is not wanted.rest


def _all_known() -> Values:
    return sets.ANY_NUMBER | sets.ANY_WORD


def _side(op: str, edge: float, slack: bool) -> Values:
    """The numbers that compare so with `edge`; computed ones are equal within a tolerance."""
    near = tolerance(edge) if slack else 0.0
    if op == "==":
        return sets.exactly(edge) if not slack else sets.bounded(edge - near, edge + near)
    if op == "<":
        return sets.below(edge - near)
    if op == "<=":
        return sets.below(edge + near, inclusive=True)
    if op == ">":
        return sets.above(edge + near)
    return sets.above(edge - near, inclusive=True)


def _plus(a: Linear, b: Linear) -> Linear:
    terms: dict[Variable, float] = dict(a.terms)
    for variable, factor in b.terms:
        terms[variable] = terms.get(variable, 0.0) + factor
    # In one order, so that equal sums are one variable; what cancels out could still be unknown.
    kept = sorted(terms.items(), key=lambda item: item[0].number)
    return Linear(tuple(kept), a.constant + b.constant)


def _times(sum: Linear, factor: float) -> Linear:
    return Linear(tuple((v, f * factor) for v, f in sum.terms), sum.constant * factor)


def _folded(tree: Expr) -> Expr:
    """An operation whose arguments are constant, worked out."""
    return build.specialise(tree, {}, {})
