"""Arithmetic surprises nobody: floats with a tolerance give what exact fractions give."""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from compile_world import TABLES, Lead, read, run
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from groupbuy.compile.python import compile_value
from groupbuy.compile.runtime import NA
from groupbuy.tree.types import number

NAMES = ("a", "b", "c")
TYPES = dict.fromkeys(NAMES, number())


class NoValue(Exception):  # noqa: N818
    """The exact result does not apply."""


@dataclass(frozen=True)
class Exact:
    text: str
    value: Callable[[dict[str, Fraction]], Fraction]


def away_from_zero(x: Fraction) -> Fraction:
    whole = Fraction(math.floor(abs(x) + Fraction(1, 2)))
    return whole if x >= 0 else -whole


def divided(by: Callable[[Fraction, Fraction], Any]) -> Callable[[Fraction, Fraction], Fraction]:
    def work_out(a: Fraction, b: Fraction) -> Fraction:
        if b == 0:
            raise NoValue
        assume(abs(b) > Fraction(1, 10**6))
        return Fraction(by(a, b))

    return work_out


PAIRS: dict[str, tuple[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": ("({} + {})", operator.add),
    "-": ("({} - {})", operator.sub),
    "*": ("({} * {})", operator.mul),
    "/": ("({} / {})", divided(operator.truediv)),
    "//": ("({} // {})", divided(operator.floordiv)),
    "%": ("({} % {})", divided(operator.mod)),
    "min": ("min({}, {})", min),
    "max": ("max({}, {})", max),
}
SINGLE: dict[str, tuple[str, Callable[[Fraction], Fraction]]] = {
    "-": ("(-{})", operator.neg),
    "abs": ("abs({})", abs),
    "floor": ("floor({})", lambda x: Fraction(math.floor(x))),
    "ceil": ("ceil({})", lambda x: Fraction(math.ceil(x))),
    "round": ("round({})", away_from_zero),
    "round 1": ("round({}, 1)", lambda x: away_from_zero(x * 10) / 10),
    "round -2": ("round({}, -2)", lambda x: away_from_zero(x / 100) * 100),
}
decimals = st.integers(-9999, 9999).map(lambda n: Fraction(n, 100))


@st.composite
def exact(draw: st.DrawFn, depth: int) -> Exact:
    kind = draw(st.sampled_from(["pair", "pair", "single", "leaf"])) if depth else "leaf"
    if kind == "leaf":
        name = draw(st.sampled_from([*NAMES, None]))
        if name:
            return Exact(name, lambda lead: lead[name])
        number = abs(draw(decimals))
        return Exact(f"{float(number):.2f}", lambda lead: number)
    if kind == "single":
        text, one = draw(st.sampled_from(list(SINGLE.values())))
        inner = draw(exact(depth - 1))
        return Exact(text.format(inner.text), lambda lead: one(inner.value(lead)))
    text, two = draw(st.sampled_from(list(PAIRS.values())))
    left, right = draw(exact(depth - 1)), draw(exact(depth - 1))
    return Exact(
        text.format(left.text, right.text), lambda lead: two(left.value(lead), right.value(lead))
    )


def tolerance(*values: Fraction) -> float:
    return max(1e-9, 1e-12 * max(float(abs(value)) for value in values))


lead_of_decimals = st.fixed_dictionaries(dict.fromkeys(NAMES, decimals))


def floats(lead: dict[str, Fraction]) -> Lead:
    return Lead({name: float(value) for name, value in lead.items()})


@settings(max_examples=250, deadline=None)
@given(exact(3), lead_of_decimals)
def test_values_are_exact_within_the_tolerance(term: Exact, lead: dict[str, Fraction]) -> None:
    found = compile_value(read(term.text, TYPES), TABLES)(floats(lead))
    try:
        wanted = term.value(lead)
    except NoValue:
        assert found is NA
        return
    assert abs(found - float(wanted)) <= 10 * tolerance(wanted)


@settings(max_examples=150, deadline=None)
@given(exact(2), exact(2), lead_of_decimals, st.booleans())
def test_comparisons_are_exact_unless_the_values_are_as_good_as_equal(
    one: Exact, two: Exact, lead: dict[str, Fraction], shift: bool
) -> None:
    if shift:
        # Often equal: x + y - y beside x.
        two = Exact(f"({one.text} + {two.text} - {two.text})",
                    lambda lead, two=two: one.value(lead) + 0 * two.value(lead))  # fmt: skip
    try:
        a, b = one.value(lead), two.value(lead)
    except NoValue:
        return
    equal = abs(a - b) <= tolerance(a, b)
    assume(equal == (a == b))
    compare = {"==": equal, "!=": not equal, "<": a < b and not equal, "<=": a < b or equal,
               ">": a > b and not equal, ">=": a > b or equal}  # fmt: skip
    for op, wanted in compare.items():
        tree = read(f"{one.text} {op} {two.text}", TYPES)
        assert compile_value(tree, TABLES)(floats(lead)) is wanted, op


# fmt: off
TRAPS = [
    ("0.1 + 0.2 == 0.3", True),
    ("0.7 + 0.1 >= 0.8", True),
    ("0.3 - 0.1 - 0.2 == 0", True),
    ("0.3 - 0.1 - 0.2 > 0", False),
    ("1 / (0.3 - 0.1 - 0.2)", NA),           # zero but for noise
    ("1 / 0.000000000001", 1e12),            # a number as written is no noise
    ("0.1 * 3 // 0.1", 3.0),
    ("0.3 % 0.1 < 0.000001", True),
    ("10000000000007 % 10", 7.0),
    ("9999999999 // 10000000000", 0.0),
    ("-7 // 2", -4.0),
    ("-7 % 3", 2.0),
    ("7 % -3", -2.0),
    ("round(2.675, 2)", 2.68),
    ("round(1.005, 2)", 1.01),
    ("round(0.5)", 1.0),
    ("round(-0.5)", -1.0),
    ("round(1234.5, -2)", 1200.0),
    ("round(0.1 + 0.2, 9) == 0.3", True),
    ("ceil(0.1 * 3 / 0.1)", 3.0),
    ("floor(-0.5)", -1.0),
    ("1.1 * 1.1 == 1.21", True),
    ("100 * 1.1 <= 110", True),
    ("999999999999999 + 1 == 1000000 * 1000000000", True),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), TRAPS, ids=[trap[0] for trap in TRAPS])
def test_known_traps(text: str, expected: object) -> None:
    assert run(text) == expected
    # The same, worked out when it runs and not when it is read.
    late = re.sub(r"[\d.]+", r"(\g<0> + a * 0)", text, count=1)
    assert run(late, a=0.0) == expected


def test_what_was_read_is_compared_to_the_last_digit() -> None:
    assert run("a == 1", a=1.0000000001) is False
    assert run("a + 0 == 1", a=1.0000000001) is True


TOO_LARGE = [
    "*".join(["a"] * 40),
    "-" + "*".join(["a"] * 40),
    f"round({'*'.join(['a'] * 20)}, 9)",
    "a / b * a / b * a / b",
    f"floor(a / b{' * a' * 7})",
    "std(t.n * t.n * t.n * t.n) + a / b / b",
]


@pytest.mark.parametrize("text", TOO_LARGE)
def test_what_leaves_all_magnitudes_is_unknown(text: str) -> None:
    lead = Lead(a=1e15, b=1e-190, t=[{"n": 1e75}, {"n": -1e75}])
    assert compile_value(read(text), TABLES)(lead) is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20), st.randoms())
def test_aggregates_do_not_depend_on_the_order_of_rows(numbers: list[float], random: Any) -> None:
    shuffled = random.sample(numbers, len(numbers))
    for name in ("sum", "mean", "std", "min", "max", "distinct"):
        program = compile_value(read(f"{name}(t.n)"), TABLES)
        one, two = ({"t": [{"n": n} for n in ns]} for ns in (numbers, shuffled))
        assert program(one) == program(two)


def test_std_is_the_population_s() -> None:
    assert run("std(t.n)", t=[{"n": n} for n in (2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0)]) == 2.0
    assert run("std(t.n)", t=[{"n": 3.0}]) == 0.0
