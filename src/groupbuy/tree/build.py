"""Checked constructors: the only way to make a tree.

They refuse what makes no sense (`Misfit`, without a place: the caller knows where it is), give
each node its type, fold constants, and put conditions into few forms: `>` becomes `<` with the
sides swapped, `!=` becomes `not ==`, a choice compared with words becomes `in`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from groupbuy.errors import did_you_mean
from groupbuy.tree import naming
from groupbuy.tree.nodes import (
    NONE,
    UNKNOWN,
    Absent,
    Agg,
    Case,
    Cut,
    Expr,
    Lit,
    Op,
    Over,
    Ref,
    Value,
    rewrite,
)
from groupbuy.tree.operations import COMPARE, LARGEST, STRICT
from groupbuy.tree.types import COMPUTED, COUNT, DATE, FLAG, TEXT, Form, Kind, Type, choice

SWAPPED = {">": "<", ">=": "<="}


class Misfit(Exception):  # noqa: N818 - not an error until somebody knows its place
    """An expression that makes no sense: a code, why, and what was probably meant."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        """Keep the parts of the message apart."""
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


# ── constants ──────────────────────────────────────────────────────────────────────────────────


def number(value: float, form: Form = "number", *, exact: bool = True) -> Lit:
    """A number as written."""
    return Lit(float(value), Type(Kind.NUMBER, form=form, exact=exact, low=value, high=value))


def text(value: str) -> Lit:
    """A text as written."""
    return Lit(value, TEXT)


def day(value: int) -> Lit:
    """A date by its day number."""
    return Lit(value, DATE)


TRUE = Lit(True, FLAG)
FALSE = Lit(False, FLAG)


def flag(value: bool) -> Lit:
    """True or false."""
    return TRUE if value else FALSE


def unknown(type: Type = FLAG) -> Lit:
    """A value nobody knows."""
    return Lit(UNKNOWN, type)


def none(type: Type) -> Lit:
    """A value that does not apply."""
    return Lit(NONE, type)


def is_absent(expr: Expr, why: Absent) -> bool:
    """Whether `expr` is the literal unknown, or the literal none."""
    return isinstance(expr, Lit) and expr.value is why


def _fold(op: str, args: tuple[Expr, ...], type: Type) -> Expr:
    """The operation, worked out at once where every argument is constant."""
    values: list[Value] = []
    for arg in args:
        if not isinstance(arg, Lit):
            return Op(op, args, type)
        values.append(arg.value)
    if op in COMPARE:
        if NONE in values:
            return FALSE
        return unknown() if UNKNOWN in values else flag(COMPARE[op](*values))
    if NONE in values:
        return none(type)
    if UNKNOWN in values:
        return unknown(type)
    result: Any = STRICT[op](*values)
    if isinstance(result, float) and not -LARGEST < result < LARGEST:
        result = UNKNOWN
    return Lit(result, type)


# ── conditions ─────────────────────────────────────────────────────────────────────────────────


def condition(expr: Expr) -> Expr:
    """`expr`, which must be true or false."""
    if expr.type.kind is not Kind.FLAG:
        raise Misfit(
            "not-a-condition",
            f"a condition is true or false; this is {_a(expr.type)}",
            _condition_hint(expr.type),
        )
    return expr


def _condition_hint(type: Type) -> str:
    if type.kind is Kind.NUMBER:
        return "compare it: > 0"
    if type.kind is Kind.CHOICE and type.values:
        return f'compare it: == "{type.values[0]}"'
    if type.kind is Kind.CHOICES and type.values:
        return f'ask for a word: "{type.values[0]}" in …'
    return "ask whether it is known: known(…)"


def conjunction(parts: Iterable[Expr]) -> Expr:
    """All of `parts`, in order, each once; none of them is true."""
    return _connect("and", parts, absorbing=FALSE, neutral=TRUE)


def disjunction(parts: Iterable[Expr]) -> Expr:
    """Any of `parts`, in order, each once; none of them is false."""
    return _connect("or", parts, absorbing=TRUE, neutral=FALSE)


def _connect(op: str, parts: Iterable[Expr], *, absorbing: Lit, neutral: Lit) -> Expr:
    kept: dict[Expr, None] = {}
    for part in parts:
        inner = part.args if isinstance(part, Op) and part.op == op else (part,)
        for item in inner:
            value = FALSE if is_absent(condition(item), NONE) else item
            if value == absorbing:
                return absorbing
            if value != neutral:
                kept[value] = None
    if not kept:
        return neutral
    return next(iter(kept)) if len(kept) == 1 else Op(op, tuple(kept), FLAG)


def negation(part: Expr) -> Expr:
    """`not part`."""
    condition(part)
    if isinstance(part, Lit):
        return unknown() if part.value is UNKNOWN else flag(part.value is not True)
    if isinstance(part, Op) and part.op == "not" and part.args[0].type.kind is Kind.FLAG:
        inner = part.args[0]
        if isinstance(inner, Op) and (inner.op in COMPARE or inner.op in ("and", "or", "not")):
            return inner
    return Op("not", (part,), FLAG)


def compare(op: str, left: Expr, right: Expr) -> Expr:
    """`left op right` for `== != < <= > >=`."""
    if op == "!=":
        return negation(compare("==", left, right))
    if op in SWAPPED:
        return _compare(SWAPPED[op], right, left, shown=op)
    return _compare(op, left, right, shown=op)


def _compare(op: str, left: Expr, right: Expr, shown: str) -> Expr:
    left, right = _as_date(left, right), _as_date(right, left)
    kinds = {left.type.kind, right.type.kind}
    if Kind.CHOICE in kinds and kinds <= {Kind.CHOICE, Kind.TEXT}:
        return _compare_choices(op, left, right, shown)
    if len(kinds) > 1:
        a, b = (right, left) if shown in SWAPPED else (left, right)
        raise Misfit(
            "type-mismatch",
            f"{_a(a.type)} can't be compared with {_a(b.type)}",
            _mismatch_hint(a, b),
        )
    kind = left.type.kind
    if kind in (Kind.CHOICES, Kind.DATES, Kind.TABLE):
        raise Misfit(
            "type-mismatch",
            f"{_a(left.type)} can't be compared as a whole",
            _condition_hint(left.type),
        )
    if op != "==" and kind in (Kind.FLAG, Kind.TEXT):
        raise Misfit(
            "no-order",
            f"{_a(left.type)} has no order, so {shown} has no meaning here",
            "use == or !=",
        )
    if kind is not Kind.NUMBER:
        return _fold(op, (left, right), FLAG)
    _check_percent(left, right)
    _check_percent(right, left)
    if left.type.open or right.type.open:
        return _compare_open(op, left, right)
    return _compare_numbers(op, left, right)


def _compare_numbers(op: str, left: Expr, right: Expr) -> Expr:
    exact = left.type.exact and right.type.exact
    return _fold(op if exact else "~" + op, (left, right), FLAG)


def _compare_open(op: str, left: Expr, right: Expr) -> Expr:
    """A comparison of what has a low and a high end: decided when the whole interval agrees."""
    (low, high), (other_low, other_high) = ends(left), ends(right)
    if op == "==":
        surely = conjunction(
            [
                _compare_numbers("==", low, high),
                _compare_numbers("==", other_low, other_high),
                _compare_numbers("==", low, other_low),
            ]
        )
        surely_not = disjunction(
            [
                _compare_numbers("<", high, other_low),
                _compare_numbers("<", other_high, low),
                _does_not_apply(low),
                _does_not_apply(other_low),
            ]
        )
    else:
        surely = _compare_numbers(op, high, other_low)
        surely_not = negation(_compare_numbers(op, low, other_high))
    return case([(surely, TRUE), (surely_not, FALSE)], unknown())


def _does_not_apply(expr: Expr) -> Expr:
    return conjunction([negation(known(expr)), negation(missing(expr))])


def ends(expr: Expr) -> tuple[Expr, Expr]:
    """Low and high end of a number: the definitions kept for an open name, else itself twice."""
    if isinstance(expr, Ref) and expr.type.open:
        closed = replace(expr.type, open=False)
        return Ref(naming.low(expr.name), closed), Ref(naming.high(expr.name), closed)
    return expr, expr


def _check_percent(value: Expr, other: Expr) -> None:
    """Refuse `share >= 95`: a percent holds 0.95."""
    if value.type.form == "percent" and isinstance(other, Lit) and other.type.form == "number":
        limit = max(1.0, value.type.high or 1.0)
        if isinstance(other.value, float) and other.value > limit:
            raise Misfit(
                "percent-as-number",
                f"a percent of {other.value:.12g} would be {other.value * 100:.12g} %",
                f"write {other.value / 100:.12g} for {other.value:.12g} %",
            )


def _as_date(value: Expr, other: Expr) -> Expr:
    """A text beside a date is a date: `needed_by < "2026-12-01"`."""
    if isinstance(value, Lit) and isinstance(value.value, str) and other.type.kind is Kind.DATE:
        # `fromisoformat` alone takes 2026-W01-1 and 20260101 as well.
        try:
            if len(value.value) == len("2026-01-31") and "W" not in value.value:
                return day(date.fromisoformat(value.value).toordinal())
        except ValueError:
            pass
        raise Misfit("bad-date", f'"{value.value}" is not a date', "write dates as 2026-01-31")
    return value


def _mismatch_hint(left: Expr, right: Expr) -> str | None:
    if Kind.CHOICES in (left.type.kind, right.type.kind):
        return 'ask for a word of a many-valued choice with: "word" in field'
    for a, b in ((left, right), (right, left)):
        if a.type.kind is Kind.NUMBER and isinstance(b, Lit) and b.type.kind is Kind.TEXT:
            return "write the number without quotes"
    if {left.type.kind, right.type.kind} == {Kind.DATE, Kind.NUMBER}:
        return "use days_since(…), days_until(…), months_since(…), year(…) or month(…)"
    return None


# ── choices ────────────────────────────────────────────────────────────────────────────────────


def _compare_choices(op: str, left: Expr, right: Expr, shown: str) -> Expr:
    if isinstance(right, Lit) and right.type.kind is Kind.TEXT and left.type.kind is Kind.CHOICE:
        return _compare_word(op, left, right)
    if isinstance(left, Lit) and left.type.kind is Kind.TEXT and right.type.kind is Kind.CHOICE:
        return _compare_word({"==": "==", "<": ">", "<=": ">="}[op], right, left)
    if left.type.kind is not right.type.kind:
        raise Misfit(
            "type-mismatch",
            "a choice can only be compared with its own words",
            'write the word in quotes: == "…"',
        )
    if op == "==":
        if not set(left.type.values) & set(right.type.values):
            raise Misfit("type-mismatch", "these two choices have no word in common")
        return _fold(op, (left, right), FLAG)
    if left.type.values != right.type.values or not left.type.ordered:
        raise Misfit(
            "no-order",
            f"these two choices have no common order, so {shown} has no meaning here",
            "compare with one word, or use two conditions",
        )
    return _compare_numbers(op, position(left), position(right))


def _compare_word(op: str, value: Expr, word: Lit) -> Expr:
    wanted = _word(value.type, word)
    values = value.type.values
    at = values.index(wanted)
    if op == "==":
        return member(value, (wanted,))
    if not value.type.ordered:
        raise Misfit(
            "no-order",
            f"the words of this choice have no order, so {op} has no meaning",
            'list the words: in ["…", "…"]; or mark the field `ordered: true`',
        )
    words = {
        "<": values[:at],
        "<=": values[: at + 1],
        ">": values[at + 1 :],
        ">=": values[at:],
    }[op]
    return member(value, words)


def _word(type: Type, word: Lit) -> str:
    assert isinstance(word.value, str)
    if word.value in type.values:
        return word.value
    raise Misfit(
        "unknown-word",
        f'"{word.value}" is none of the words of this choice',
        did_you_mean(word.value, type.values) or f"one of: {', '.join(type.values)}",
    )


def position(value: Expr) -> Expr:
    """The place of an ordered choice among its words, from 0."""
    arms = [(member(value, (word,)), number(at)) for at, word in enumerate(value.type.values)]
    return case(arms, none(COUNT))


def member(value: Expr, words: Iterable[str]) -> Expr:
    """Whether a choice is one of `words` (in declared order)."""
    kept = tuple(word for word in value.type.values if word in set(words))
    if isinstance(value, Ref) and value.type.open:
        # An open grade may be decided for this set of words although it is not known which.
        closed = Ref(value.name, replace(value.type, open=False))
        left = Ref(naming.within(value.name, kept), FLAG)
        return Case(((known(closed), _fold("in", (closed, Lit(kept, TEXT)), FLAG)),), left, FLAG)
    if not kept:
        return compare_known_false(value)
    return _fold("in", (value, Lit(kept, TEXT)), FLAG)


def compare_known_false(value: Expr) -> Expr:
    """False once `value` is known: `<` the first word of an ordered choice."""
    return _fold("in", (value, Lit((), TEXT)), FLAG)


def one_of(value: Expr, items: list[Lit]) -> Expr:
    """`value in [items]`."""
    if value.type.kind is Kind.CHOICE and all(item.type.kind is Kind.TEXT for item in items):
        return member(value, [_word(value.type, item) for item in items])
    return disjunction([compare("==", value, item) for item in items])


def has(words: Expr, word: Lit) -> Expr:
    """Whether a many-valued choice has a word."""
    return _fold("has", (words, text(_word(words.type, word))), FLAG)


def text_test(op: str, value: Expr, part: Expr) -> Expr:
    """`contains`, `startswith` or `endswith`."""
    for arg in (value, part):
        if arg.type.kind not in (Kind.TEXT, Kind.CHOICE):
            raise Misfit("type-mismatch", f"{op} takes texts; this is {_a(arg.type)}")
    return _fold(op, (value, part), FLAG)


# ── values ─────────────────────────────────────────────────────────────────────────────────────


def arithmetic(op: str, left: Expr, right: Expr) -> Expr:
    """`left op right` for `+ - * / // %` over numbers, and `+ -` over dates and days."""
    kinds = (left.type.kind, right.type.kind)
    if kinds == (Kind.DATE, Kind.NUMBER) and op in "+-":
        days = right if op == "+" else negative(right)
        return strict("shift_days", DATE, left, days)
    if kinds == (Kind.DATE, Kind.DATE) and op == "-":
        return strict("days_between", replace(COUNT, low=None), right, left)
    for side in (left, right):
        if side.type.kind is not Kind.NUMBER:
            raise Misfit(
                "type-mismatch",
                f"{op} takes numbers; this is {_a(side.type)}",
                _arithmetic_hint(side.type),
            )
    type = replace(COMPUTED, form=_form(op, left.type, right.type))
    name = "exact/" if op == "/" and right.type.exact else op
    return _fold(name, (left, right), type)


def _arithmetic_hint(type: Type) -> str | None:
    if type.kind is Kind.FLAG:
        return "count a condition with: (1 if … else 0)"
    return "give dates in days: days_since(…)" if type.kind is Kind.DATE else None


def _form(op: str, left: Type, right: Type) -> Form:
    """How the result is shown: money times a number is money, money by money a number."""
    a, b = left.form, right.form
    if op in ("+", "-"):
        return a if a == b else "money" if "money" in (a, b) else "number"
    if op == "*":
        if "money" in (a, b) and a != b:
            return "money"
        return "integer" if a == b == "integer" else "number"
    if op == "//":
        return "integer"
    return "money" if a == "money" and b != "money" else "number"


def strict(op: str, type: Type, *args: Expr) -> Expr:
    """An operation of `operations.STRICT` with a result of `type`."""
    return _fold(op, args, type)


def negative(value: Expr) -> Expr:
    """`-value`."""
    if value.type.kind is not Kind.NUMBER:
        raise Misfit("type-mismatch", f"- takes a number; this is {_a(value.type)}")
    type = value.type
    low, high = (None if end is None else -end for end in (type.high, type.low))
    return _fold("negate", (value,), replace(type, low=low, high=high, open=False))


def total(parts: list[Expr], form: Form = "number") -> Expr:
    """The sum of any number of numbers."""
    return _fold("total", tuple(parts), replace(COMPUTED, form=form)) if parts else number(0)


def smallest(parts: list[Expr]) -> Expr:
    """The least of several numbers or dates."""
    return _extreme("min", parts)


def largest(parts: list[Expr]) -> Expr:
    """The greatest of several numbers or dates."""
    return _extreme("max", parts)


def _extreme(op: str, parts: list[Expr]) -> Expr:
    type = join([part.type for part in parts])
    if type.kind not in (Kind.NUMBER, Kind.DATE):
        raise Misfit("type-mismatch", f"{op} takes numbers or dates; this is {_a(type)}")
    kept = _without_beaten(op, parts)
    return kept[0] if len(kept) == 1 else _fold(op, tuple(kept), type)


def _without_beaten(op: str, parts: list[Expr]) -> list[Expr]:
    """`parts` without those that never are the extreme one, for another is always beyond.

    Constants may go whatever that other is: where it has no value, neither has the extreme.
    """
    spans = [_span(part) for part in parts]
    kept = dict(enumerate(parts))
    for number, part in enumerate(parts):
        span = spans[number]
        if span is None or not _has_value(part):
            continue
        others = [other for place in kept if place != number and (other := spans[place])]
        if any(low >= span[1] if op == "max" else high <= span[0] for low, high in others):
            del kept[number]
    return list(kept.values())


def _has_value(tree: Expr) -> bool:
    """Whether constants, and choices between them that are surely made, always have a value."""
    if isinstance(tree, Case):
        return all(
            isinstance(test, Op) and test.op == "coalesce" and test.args[-1] == FALSE
            for test, _ in tree.arms
        ) and all(map(_has_value, (*(value for _, value in tree.arms), tree.default)))
    return isinstance(tree, Lit) and not isinstance(tree.value, Absent)


def _span(tree: Expr) -> tuple[float, float] | None:
    """The least and the greatest value of constants and of choices between them."""
    if isinstance(tree, Lit):
        return (tree.value, tree.value) if isinstance(tree.value, float) else None
    if not isinstance(tree, Case):
        return None
    ends = [_span(value) for value in {*(value for _, value in tree.arms), tree.default}]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def known(value: Expr) -> Expr:
    """Whether there is a value."""
    if isinstance(value, Lit):
        return flag(not isinstance(value.value, Absent))
    return Op("known", (value,), FLAG)


def missing(value: Expr) -> Expr:
    """Whether the value is unknown (a value that does not apply is not missing)."""
    if isinstance(value, Lit):
        return flag(value.value is UNKNOWN)
    return Op("missing", (value,), FLAG)


def coalesce(parts: list[Expr]) -> Expr:
    """The first of `parts` that has a value."""
    kept: list[Expr] = []
    for part in parts:
        if isinstance(part, Lit) and isinstance(part.value, Absent) and part is not parts[-1]:
            continue
        kept.append(part)
        if isinstance(part, Lit) and not isinstance(part.value, Absent):
            break
    return kept[0] if len(kept) == 1 else Op("coalesce", tuple(kept), join([p.type for p in kept]))


def surely(part: Expr) -> Expr:
    """A condition with unknown taken for false."""
    if isinstance(part, Lit):
        return flag(part.value is True)
    return Op("coalesce", (part, FALSE), FLAG)


def case(arms: Sequence[tuple[Expr, Expr]], default: Expr) -> Expr:
    """The value of the first arm whose condition holds, else `default`."""
    kept: list[tuple[Expr, Expr]] = []
    for test, value in arms:
        if test == FALSE or is_absent(condition(test), NONE):
            continue
        if test == TRUE:
            default = value
            break
        kept.append((test, value))
    if isinstance(default, Case):
        # `a if x else (b if y else c)` is one list of arms.
        kept, default = [*kept, *default.arms], default.default
    if all(value == default for _, value in kept) and not isinstance(default, Case):
        return default
    type = join([value.type for _, value in kept] + [default.type])
    return Case(tuple(kept), default, type)


def agg(op: str, table: str, value: Expr | None, where: Expr | None, type: Type) -> Expr:
    """An aggregate over the rows of a table."""
    return Agg(op, table, value, None if where == TRUE else where, type)


def over(
    op: str,
    value: Expr,
    among: Expr | None,
    within: Expr | None,
    type: Type,
    cuts: tuple[Cut, ...] = (),
) -> Expr:
    """A value over the population."""
    return Over(op, value, None if among == TRUE else among, within, type, cuts)


def join(types: list[Type]) -> Type:
    """The type that covers all of `types`; a `Misfit` where they have nothing in common."""
    joined = types[0]
    for type in types[1:]:
        if joined.kind is not type.kind:
            raise Misfit(
                "type-mismatch",
                f"one of these is {_a(joined)} and another is {_a(type)}",
                "all possible values need the same type",
            )
        joined = _join(joined, type)
    return joined


def _join(a: Type, b: Type) -> Type:
    if a == b:
        return a
    if a.kind is Kind.NUMBER:
        low = None if a.low is None or b.low is None else min(a.low, b.low)
        high = None if a.high is None or b.high is None else max(a.high, b.high)
        forms = {a.form, b.form}
        form: Form = a.form if len(forms) == 1 else "number"
        if len(forms) == 2 and "number" in forms:
            # A bare literal beside money is money; `1.5` beside an integer is not one.
            other = (forms - {"number"}).pop()
            form = "number" if other == "integer" else other
        return Type(Kind.NUMBER, form=form, exact=a.exact and b.exact, low=low, high=high)
    if a.kind is Kind.CHOICE:
        values = tuple(dict.fromkeys((*a.values, *b.values)))
        return choice(values, ordered=a.ordered and b.ordered and a.values == b.values)
    if a.kind is Kind.CHOICES:
        return replace(a, values=tuple(dict.fromkeys((*a.values, *b.values))))
    return a


def specialise(expr: Expr, constants: Mapping[str, Lit], done: dict[Expr, Expr]) -> Expr:
    """The tree with the names in `constants` replaced by their values, folded again.

    `done` keeps what was met, and may be shared between trees that get the same constants.
    """

    def change(node: Expr) -> Expr:
        if isinstance(node, Ref):
            return constants.get(node.name, node)
        return _refold(node)

    return rewrite(expr, change, done)


def _refold(node: Expr) -> Expr:
    """The node made anew by its constructor, now that its children may be constant."""
    if isinstance(node, Case):
        return case(node.arms, node.default)
    if not isinstance(node, Op):
        return node
    if node.op in ("and", "or"):
        return conjunction(node.args) if node.op == "and" else disjunction(node.args)
    again = {"not": negation, "known": known, "missing": missing}.get(node.op)
    if again is not None:
        return again(node.args[0])
    if node.op == "coalesce":
        return coalesce(list(node.args))
    return _fold(node.op, node.args, node.type)


def _a(type: Type) -> str:
    """`a number`, `an integer`, `true or false` …"""
    words = {
        "flag": "true or false",
        "choices": "a many-valued choice",
        "dates": "a list of dates",
        "money": "money",
        "table": "a table",
    }
    word = str(type)
    return words.get(word) or f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


describe = _a
