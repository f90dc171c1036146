"""None: what does not apply. Neither a value nor a blank."""

from typing import Any

import pytest
from compile_world import TABLES, Lead, define, evaluate, read, run

from groupbuy.compile.python import compile_value
from groupbuy.compile.runtime import NA
from groupbuy.tree import build
from groupbuy.tree.types import FLAG

LEAD: dict[str, Any] = {"a": 1.0, "p": True, "t": [], "k": "x", "d": 700000, "today": 700100}
NOT = "(a / 0)"

# fmt: off
CASES = [
    # where it comes from
    (f"{NOT}", NA), ("a // 0", NA), ("a % 0", NA), ("a / (a - 1)", NA),
    ("mean(t.n)", NA), ("min(t.n)", NA), ("max(t.n)", NA), ("std(t.n)", NA),
    ("first(t.n)", NA), ("last(t.n)", NA), ("max(t.on)", NA),
    ("sum(t.n)", 0.0), ("count(t)", 0.0), ("distinct(t.w)", 0.0),
    ("decay(a, half_life=0)", NA), ("d + 9999999", NA), ("d - 9999999", NA),
    # arithmetic on none is none, also beside an unknown
    (f"{NOT} + a", NA), (f"b + {NOT}", NA), (f"-{NOT}", NA), (f"max({NOT}, b)", NA),
    (f"round({NOT})", NA), ("year(max(t.on))", NA), ("max(t.on) + 1", NA),
    # comparisons with none are false, != and not in their negations; also beside an unknown
    (f"{NOT} == a", False), (f"{NOT} < a", False), (f"{NOT} >= a", False), (f"{NOT} in [1]", False),
    (f"{NOT} == b", False), (f"b < {NOT}", False), (f"{NOT} == {NOT}", False),
    (f"{NOT} != a", True), (f"{NOT} != b", True), (f"{NOT} not in [1]", True),
    (f"not {NOT} > b", True), (f"0 < {NOT} < 5", False),
    ('first(t.w) == "x"', False), ('first(t.w) != "x"', True), ('first(t.w) in ["x"]', False),
    ('contains(first(t.w), "x")', False), ('startswith(first(t.w), "x")', False),
    # a flag that is none is false
    ("first(t.f) and p", False), ("first(t.f) or p", True), ("not first(t.f)", True),
    ("1 if first(t.f) else 2", 2.0), ("count(t, where=first(t.f))", 0.0),
    ("first(t.f) or q", None), ("first(t.f) and q", False),
    # neither known nor missing
    (f"known({NOT})", False), (f"missing({NOT})", False), ("known(b)", False), ("missing(b)", True),
    (f"coalesce({NOT}, a)", 1.0), (f"coalesce({NOT}, b)", None), (f"coalesce(b, {NOT})", NA),
    # as one of the branches
    (f"{NOT} if p else 1", NA), (f"{NOT} if q else {NOT}", NA), (f"{NOT} if q else 1", None),
    (f"b if q else {NOT}", None), ("1 if a / 0 > 1 else 2", 2.0),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_none(text: str, expected: object) -> None:
    found = run(text, **LEAD)
    assert found == expected
    assert found.__class__ is expected.__class__
    # The same with the constants put in beforehand.
    constants = {name: build.Lit(LEAD[name], read(name).type) for name in ("a", "p", "k")}
    folded = build.specialise(read(text), constants, {})
    found = compile_value(folded, TABLES)(Lead(LEAD))
    # `flag and True` is the flag itself, and a flag that is none counts as false.
    assert found == expected or (found is NA and expected is False)


def test_rows_that_have_no_value_are_left_out() -> None:
    t = [{"n": 4.0, "f": True}, {"n": 0.0, "f": True}]
    assert run("sum(8 / t.n)", t=t) == 2.0
    assert run("mean(8 / t.n)", t=t) == 2.0
    assert run("count(t, where=8 / t.n > 1)", t=t) == 1.0
    assert run("all(8 / t.n > 1)", t=t) is False


def test_names_of_packs_that_do_not_apply() -> None:
    read_later = build.Ref("elsewhere", FLAG)
    program = evaluate([define("x", build.negation(read_later))], ["x"])
    assert program({"elsewhere": NA})["x"] is True
    assert program({"elsewhere": None})["x"] is None
