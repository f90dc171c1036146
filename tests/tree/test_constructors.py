"""Constructors: the only way to make a tree. Types, folding, one form for what is the same."""

from dataclasses import replace
from typing import Any

import pytest

from groupbuy.tree import build
from groupbuy.tree.build import FALSE, TRUE, Misfit
from groupbuy.tree.nodes import NONE, UNKNOWN, Case, Expr, Lit, Op, Ref
from groupbuy.tree.types import DATE, FLAG, TABLE, TEXT, choice, choices, number

a, b = Ref("a", number("money")), Ref("b", number("integer", low=1, high=5))
share = Ref("share", number("percent", 0, 1))
p, q = Ref("p", FLAG), Ref("q", FLAG)
day, name, table = Ref("day", DATE), Ref("name", TEXT), Ref("t", TABLE)
kind = Ref("kind", choice(("x", "y", "z")))
rank = Ref("rank", choice(("low", "mid", "high"), ordered=True))
causes = Ref("causes", choices(("x", "y")))
unknown, none = build.unknown(), build.none(FLAG)
num, word, member = build.number, build.text, build.member
one, two = num(1), num(2)
no_number, some_number = build.none(number()), build.unknown(number())
plus, compare = build.arithmetic, build.compare
no, every, some = build.negation, build.conjunction, build.disjunction

# fmt: off
SAME = {
    # conditions: one form for what is the same
    "> is < turned round":            (compare(">", a, b), compare("<", b, a)),
    ">= is <= turned round":          (compare(">=", a, b), compare("<=", b, a)),
    "!= is not ==":                   (compare("!=", a, b), no(compare("==", a, b))),
    "a word is one of one":           (compare("==", kind, word("y")), member(kind, ["y"])),
    "words stand in declared order":  (member(kind, ["z", "x"]), member(kind, ["x", "z"])),
    "< over words is a list":         (compare("<", rank, word("high")),
                                       member(rank, ["low", "mid"])),
    "a word on the left":             (compare("<", word("low"), rank),
                                       member(rank, ["mid", "high"])),
    "not not of a comparison":        (no(no(compare("<", a, b))), compare("<", a, b)),
    "not not of and":                  (no(no(every([p, q]))), every([p, q])),
    "not not of a word":              (no(no(member(kind, ["y"]))), member(kind, ["y"])),
    "an arm that does not apply":     (build.case([(none, a), (p, one)], b),
                                       build.case([(p, one)], b)),
    "and flattens, each once":        (every([p, every([q, p]), TRUE]), every([p, q])),
    "or flattens, each once":         (some([p, some([q, p]), FALSE]), some([p, q])),
    "false decides and":              (every([p, FALSE]), FALSE),
    "true decides or":                (some([unknown, TRUE]), TRUE),
    "none is false in and":           (every([p, none]), FALSE),
    "none is false in or":            (some([p, none]), p),
    "nothing and-ed":                 (every([]), TRUE),
    "nothing or-ed":                  (some([]), FALSE),
    "unknown stays":                  (no(unknown), unknown),
    "not none":                       (no(none), TRUE),
    # constants are worked out, with the tolerance for what is computed
    "0.7 + 0.1 >= 0.8":               (compare(">=", plus("+", num(0.7), num(0.1)),
                                               num(0.8)), TRUE),
    "exact to the last digit":        (compare("==", num(0.3), num(0.3000000001)), FALSE),
    "1 / 0":                          (plus("/", one, num(0)), no_number),
    "1 + unknown":                    (plus("+", one, some_number), some_number),
    "none before unknown":            (plus("+", no_number, some_number),
                                       no_number),
    "compare none with unknown":      (compare("<", no_number, some_number), FALSE),
    "known constants":                (build.known(one), TRUE),
    "known none":                     (build.known(none), FALSE),
    "missing none":                   (build.missing(none), FALSE),
    "missing unknown":                (build.missing(unknown), TRUE),
    "coalesce skips what has no value": (build.coalesce([unknown, none, p, TRUE, q]),
                                         build.coalesce([p, TRUE])),
    "coalesce ends at a constant":    (build.coalesce([one, a]), one),
    "coalesce of nothing but blanks": (build.coalesce([unknown, none]), none),
    # cases
    "a false arm goes":               (build.case([(FALSE, one), (p, two)], one),
                                       build.case([(p, two)], one)),
    "a none arm goes":                (build.case([(none, one)], two), two),
    "a true arm ends":                (build.case([(p, one), (TRUE, two), (q, one)], one),
                                       build.case([(p, one)], two)),
    "arms that agree":                (build.case([(p, one), (q, one)], one), one),
    "else if is flat":                (build.case([(p, one)], build.case([(q, two)], a)),
                                       Case(((p, one), (q, two)), a, number())),
    "the sum of nothing":             (build.total([]), num(0)),
    "the least of one":               (build.smallest([a]), a),
    "where true":                     (build.agg("count", "t", None, TRUE, number()),
                                       build.agg("count", "t", None, None, number())),
}
# fmt: on


@pytest.mark.parametrize(("made", "expected"), SAME.values(), ids=SAME)
def test_made_alike(made: Expr, expected: Expr) -> None:
    assert made == expected
    assert hash(made) == hash(expected)


FORMS = [
    (plus("+", a, a), "money"), (plus("+", a, b), "money"), (plus("-", b, b), "integer"),
    (plus("*", a, b), "money"), (plus("*", b, b), "integer"), (plus("*", a, a), "number"),
    (plus("*", share, a), "money"), (plus("/", a, b), "money"), (plus("/", a, a), "number"),
    (plus("//", a, b), "integer"), (plus("%", a, b), "money"), (build.negative(a), "money"),
    (plus("+", share, one), "number"), (plus("-", day, day), "integer"),
    (plus("-", day, b), "date"),
    (build.case([(p, a)], num(0)), "money"), (build.case([(p, b)], one), "number"),
    (build.coalesce([share, num(0.5)]), "percent"), (build.largest([a, b]), "number"),
    (compare("<", a, b), "flag"), (build.known(name), "flag"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "form"), FORMS, ids=range(len(FORMS)))
def test_form_of_the_result(made: Expr, form: str) -> None:
    assert str(made.type) == form


def test_bounds_and_exactness_of_types() -> None:
    assert (build.negative(b).type.low, build.negative(b).type.high) == (-5, -1)
    assert build.case([(p, b)], num(9)).type.high == 9
    assert build.case([(p, a)], b).type.low is None
    assert build.case([(p, b)], one).type.exact
    assert not plus("+", b, one).type.exact
    assert not build.largest([b, plus("+", b, one)]).type.exact
    joined = build.coalesce([causes, Ref("more", choices(("y", "z")))])
    assert joined.type.values == ("x", "y", "z")


def test_exact_numbers_are_compared_exactly() -> None:
    assert isinstance(compare("<", a, b), Op)
    assert compare("<", a, b).op == "<"  # type: ignore[attr-defined]
    assert compare("<", plus("+", a, b), b).op == "~<"  # type: ignore[attr-defined]


REFUSED: dict[str, tuple[Any, str]] = {
    "a number as a condition": (lambda: every([p, a]), "not-a-condition"),
    "a text as a condition": (lambda: no(name), "not-a-condition"),
    "a date beside a number": (lambda: compare("<", day, a), "type-mismatch"),
    "a table beside a table": (lambda: compare("==", table, table), "type-mismatch"),
    "a bad date": (lambda: compare("<", day, word("2026-02-30")), "bad-date"),
    "texts in order": (lambda: compare("<", name, word("b")), "no-order"),
    "words in no order": (lambda: compare("<", kind, word("y")), "no-order"),
    "another word": (lambda: compare("==", kind, word("w")), "unknown-word"),
    "another word, ordered": (lambda: compare("<", rank, word("w")), "unknown-word"),
    "another word of many": (lambda: build.has(causes, word("w")), "unknown-word"),
    "choices that share nothing": (lambda: compare("==", kind, rank), "type-mismatch"),
    "choices without common order": (lambda: compare("<", rank, kind), "no-order"),
    "95 for 95 %": (lambda: compare("<", share, num(95)), "percent-as-number"),
    "a sum of flags": (lambda: plus("+", p, one), "type-mismatch"),
    "minus a text": (lambda: build.negative(name), "type-mismatch"),
    "branches of two types": (lambda: build.case([(p, one)], name), "type-mismatch"),
    "the least of texts": (lambda: build.smallest([name, name]), "type-mismatch"),
    "a part of a number": (lambda: build.text_test("contains", a, name), "type-mismatch"),
}


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(make: Any, code: str) -> None:
    with pytest.raises(Misfit) as caught:
        make()
    assert caught.value.code == code
    assert caught.value.message


def test_a_percent_above_one_may_be_declared() -> None:
    growth = Ref("growth", replace(share.type, high=3.0))
    assert isinstance(compare("<", growth, num(2.5)), Op)


def test_putting_constants_in_folds_again() -> None:
    tree = build.case([(compare("<", plus("+", a, b), num(10)), a)], b)
    assert build.specialise(tree, {"a": one, "b": two}, {}) == one
    assert build.specialise(tree, {"a": num(20)}, {}) != tree
    assert build.specialise(tree, {"z": one}, {}) == tree
    blank = build.specialise(plus("+", a, b), {"a": Lit(UNKNOWN, a.type)}, {})
    assert isinstance(blank, Op)
    assert build.is_absent(build.specialise(blank, {"b": Lit(NONE, b.type)}, {}), NONE)


def test_not_not_of_a_name_stays() -> None:
    """What does not apply is false: `not not p` is true or false where `p` is neither."""
    assert no(no(p)) == Op("not", (Op("not", (p,), FLAG),), FLAG)
    assert no(no(p)) != p


SCORE = Ref("s", replace(number(low=0, high=100), open=True))
GRADE = Ref("g", choice(("A", "B"), ordered=True, open=True))


def test_ends_and_what_is_made_of_open_values_is_not_open() -> None:
    low, high = build.ends(SCORE)
    assert (low, high) == (Ref("s.low", number()), Ref("s.high", number()))
    assert not low.type.open
    assert not high.type.open
    assert build.ends(a) == (a, a)
    assert not build.negative(SCORE).type.open
    asked = member(GRADE, ["A"])
    assert isinstance(asked, Case)
    closed = asked.arms[0][0].children()[0]
    assert (closed, closed.type.open) == (Ref("g", GRADE.type), False)


def test_a_percent_without_bounds_is_one_up_to_one() -> None:
    percent = Ref("r", number("percent"))
    assert isinstance(compare("<", percent, num(1.0)), Op)
    for limit in (1.01, 1.5, 95.0):
        with pytest.raises(Misfit, match="a percent of"):
            compare("<", percent, num(limit))
    tripled = Ref("r", number("percent", 0, 3))
    assert isinstance(compare("<", tripled, num(3.0)), Op)
