"""Thousands of rules and the deepest nesting become code that CPython takes, in time and size."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from compile_world import TABLES, Lead, define, evaluate, read, run

from groupbuy.compile.python import _Function, compile_value
from groupbuy.tree import build
from groupbuy.tree.nodes import Expr, Ref, names
from groupbuy.tree.types import FLAG, number

MANY = 3000
NUMBER = number(low=0, high=1)


@contextmanager
def soon(seconds: float = 5) -> Iterator[None]:
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < seconds


def flags(count: int) -> list[Expr]:
    return [Ref(f"f{at}", FLAG) for at in range(count)]


def numbers(count: int) -> list[Expr]:
    return [Ref(f"n{at}", NUMBER) for at in range(count)]


def size(tree: Expr) -> int:
    """How many characters of Python a tree becomes."""
    function = _Function({}, {}, TABLES)
    function.variable(tree)
    return sum(map(len, function.lines))


def test_a_condition_of_many_parts() -> None:
    with soon():
        value = compile_value(build.disjunction(flags(MANY)), TABLES)
    lead: dict[str, Any] = dict.fromkeys((f"f{at}" for at in range(MANY)), False)
    assert value(lead) is False
    assert value({**lead, "f7": None}) is None
    assert value({**lead, "f7": None, "f2999": True}) is True


@pytest.mark.parametrize("one_value", [False, True], ids=["values", "one value"])
def test_a_case_of_many_arms(one_value: bool) -> None:
    arms = [(test, build.number(1 if one_value else at)) for at, test in enumerate(flags(MANY))]
    with soon():
        value = compile_value(build.case(arms, build.number(-1)), TABLES)
    lead: dict[str, Any] = dict.fromkeys((f"f{at}" for at in range(MANY)), False)
    assert value(lead) == -1.0
    assert value({**lead, "f2999": True}) == (1.0 if one_value else 2999.0)
    assert value({**lead, "f7": None, "f2999": True}) == (1.0 if one_value else None)


def test_a_total_of_many_parts() -> None:
    parts = [build.case([(test, build.number(at))], build.number(0))
             for at, test in enumerate(flags(MANY))]  # fmt: skip
    with soon():
        value = compile_value(build.total(parts), TABLES)
    lead = dict.fromkeys((f"f{at}" for at in range(MANY)), True)
    assert value(lead) == MANY * (MANY - 1) / 2
    assert value({**lead, "f0": False, "f10": False}) == MANY * (MANY - 1) / 2 - 10
    assert value({**lead, "f10": None}) is None


def test_many_definitions_of_one_program() -> None:
    rules = [define(f"r{at}", build.case([(read(f"a + {at % 7} > b"), build.number(at))],
                                         build.number(0)))
             for at in range(1000)]  # fmt: skip
    score = define("s", build.total([Ref(rule.name, NUMBER) for rule in rules]))
    with soon():
        program = evaluate([*rules, score], ["s"])
    assert program({"a": 0.0, "b": 3.0})["s"] == sum(at for at in range(1000) if at % 7 > 3)


NESTED = {
    "else": "({at} if p and a == {at} else {inner})",
    "then": "({inner} if p or a != {at} else {at})",
    "test": "({at} if {inner} > 1 else b)",
    "sum": "({at} + {inner})",
    "product": "(a * {inner})",
    "minimum": "max({at}, {inner} - b)",
    "first": "coalesce({inner} / 2, b)",
    "round": "round({inner} * 2)",
}
NESTED_FLAGS = {
    "not": "(not {inner})",
    "and or": "(q and (p or {inner}))",
    "equal": "(p == {inner})",
    "chain": "(p == {inner} == q)",
    "known": "(known({inner}) and p)",
    "condition": "(p if {inner} else q)",
    "all three": "({inner} if a > {at} and q else not {inner_again})",
}


@pytest.mark.parametrize("form", NESTED.values(), ids=NESTED)
def test_deep_numbers(form: str) -> None:
    text, at = "c", 0
    while text.count("(") < 24:
        text, at = form.format(inner=text, at=at), at + 1
    with soon():
        tree = read(text)
        compile_value(tree, TABLES)
    assert size(tree) < 60_000
    for lead in ({}, {"p": True}, {"a": 1.0, "b": 2.0, "p": False}, {"c": 1.0}):
        run(text, **lead)


@pytest.mark.parametrize("form", NESTED_FLAGS.values(), ids=NESTED_FLAGS)
def test_deep_conditions(form: str) -> None:
    text, at = "r", 0
    while text.count("(") < 24 and len(text) < 2000:
        text, at = form.format(inner=text, inner_again=text, at=at), at + 1
    with soon():
        tree = read(text)
        compile_value(tree, TABLES)
    assert size(tree) < 60_000
    for lead in ({}, {"p": True}, {"a": 1.0, "q": False}, {"r": True}):
        run(text, **lead)


def test_conditional_values_fifty_deep_on_both_sides() -> None:
    """Shared subtrees, as sections make them: each level stands in both branches of the next."""
    tree: Expr = read("c")
    for at in range(50):
        tree = build.case([(read(f"a > {at} and p"), build.arithmetic("+", tree, read("b")))],
                          build.arithmetic("-", tree, read("b")))  # fmt: skip
    with soon():
        value = compile_value(tree, TABLES)
    assert size(tree) < 200_000
    assert value(Lead(a=100.0, b=1.0, c=0.0, p=True)) == 50.0
    assert value(Lead(a=100.0, b=0.0, c=7.0)) == 7.0
    assert value(Lead(a=100.0, b=1.0, c=7.0)) is None


@pytest.mark.parametrize("arms", [5, 40, 200])
def test_the_ends_of_a_case_grow_with_its_arms(arms: int) -> None:
    tree = build.case(list(zip(flags(arms), numbers(arms), strict=True)), build.number(0))
    inputs = [f"{kind}{at}" for at in range(arms) for kind in "fn"]
    with soon():
        program = evaluate([define("s", tree)], ["s", "s.low", "s.high"], inputs)
    lead: dict[str, Any] = dict.fromkeys(inputs)
    found = program(lead)
    assert (found["s"], found["s.low"], found["s.high"]) == (None, 0.0, 1.0)
    found = program({**lead, "f0": True, "n0": 0.5})
    assert (found["s"], found["s.low"], found["s.high"]) == (0.5, 0.5, 0.5)


def test_the_ends_of_a_product_grow_with_its_factors() -> None:
    factors = numbers(40)
    tree = factors[0]
    for factor in factors[1:]:
        tree = build.arithmetic("*", tree, factor)
    inputs = [f"n{at}" for at in range(40)]
    with soon():
        program = evaluate([define("s", tree)], ["s", "s.low", "s.high"], inputs)
        found = program(dict.fromkeys(inputs))
    assert (found["s"], found["s.low"], found["s.high"]) == (None, 0.0, 1.0)


def test_walking_a_tree_whose_parts_are_shared() -> None:
    tree: Expr = read("a")
    for _ in range(60):
        tree = build.arithmetic("+", tree, tree)
    with soon(1):
        assert list(names(tree)) == ["a"]
        assert value_of(tree, a=1.0) == 2.0**60


def value_of(tree: Expr, **lead: Any) -> Any:
    return compile_value(tree, TABLES)(Lead(lead))
