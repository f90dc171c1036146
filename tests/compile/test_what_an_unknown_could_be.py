"""`grade∈A|B`, `.likely`, `.low` and `.high` against all that the blanks of a lead could be."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from compile_world import FLAGS, NUMBERS, WORDS, Grammar, define, evaluate, leads, read
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from groupbuy.compile.runtime import NA
from groupbuy.tree import build
from groupbuy.tree.nodes import Expr, Lit, Ref
from groupbuy.tree.types import Type, choice, number

GRADES = ("A", "B", "C")
GRADE = choice(GRADES, ordered=True, open=True)
SCORE = Type(number().kind, low=-9, high=9, open=True)
DOMAINS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(NUMBERS, (-2.0, -1.0, 0.0, 1.0, 2.0)),
    **dict.fromkeys(FLAGS, (True, False)),
    "k": WORDS,
}


def completions(lead: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that the lead can turn out to be."""
    blanks = [name for name in DOMAINS if lead[name] is None]
    assume(len(blanks) <= 3)
    for values in product(*(DOMAINS[name] for name in blanks)):
        yield {**lead, **dict(zip(blanks, values, strict=True))}


def drawn(data: st.DataObject, *, none: bool = False) -> Grammar:
    return Grammar(data.draw, lenient=False, tables=False, none=none)


def agrees(known: Any, truths: list[Any]) -> bool:
    """Whether a decided answer is the answer in every case."""
    return known is None or all((truth is True) == (known is True) for truth in truths)


@settings(max_examples=80, deadline=None)
@given(st.data(), leads)
def test_a_number_lies_between_its_ends(data: st.DataObject, lead: dict[str, Any]) -> None:
    below = read(drawn(data).number(2).text)
    rule = read(drawn(data).number(2).text)
    tree = build.total([Ref("rule", build.COMPUTED), below])
    tree = build.largest([build.number(-5), build.smallest([build.number(5), tree])])
    wanted = ["s", "s.low", "s.high"]
    program = evaluate([define("rule", rule), define("s", tree)], wanted)
    found = program(lead)
    low, high = found["s.low"], found["s.high"]
    for whole in completions(lead):
        truth = program(whole)
        assert truth["s"] == truth["s.low"] == truth["s.high"]
        assert low is None or low <= truth["s"]
        assert high is None or truth["s"] <= high
        assert found["s"] in (None, truth["s"])
    # Every field has bounds and so has the sum.
    assert low is not None
    assert high is not None


@settings(max_examples=100, deadline=None)
@given(st.data(), leads)
def test_a_comparison_of_an_open_score_is_right_for_whatever_it_will_be(
    data: st.DataObject, lead: dict[str, Any]
) -> None:
    grammar = drawn(data, none=True)
    score = read(grammar.number(2).text)
    if data.draw(st.booleans()):
        applies = read(grammar.flag(1).text)
        score = build.case([(applies, score)], build.none(score.type))
    other = read(grammar.number(1).text)
    op = data.draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    definitions = [
        define("s", score),
        define("open", build.compare(op, Ref("s", SCORE), other)),
        define("closed", build.compare(op, Ref("s", number()), other)),
    ]
    program = evaluate(definitions, ["open", "closed"])
    found = program(lead)
    truths = [program(whole) for whole in completions(lead)]
    assert agrees(found["open"], [truth["closed"] for truth in truths])
    assert all(truth["open"] == truth["closed"] for truth in truths)
    assert found["open"] is not None or found["closed"] is None


def grade_tree(data: st.DataObject) -> Expr:
    """Rows, first hit; some have no value, and at the end there may be no row left."""

    def one() -> Expr:
        return data.draw(st.sampled_from([Lit(word, GRADE) for word in GRADES]))

    arms = []
    for _ in range(data.draw(st.integers(1, 4))):
        arms.append((read(drawn(data).flag(1).text), one()))
    return build.case(arms, data.draw(st.sampled_from([one(), build.none(GRADE)])))


@settings(max_examples=100, deadline=None)
@given(st.data(), leads)
def test_a_grade_is_what_is_left_of_its_words(data: st.DataObject, lead: dict[str, Any]) -> None:
    words = data.draw(st.sets(st.sampled_from(GRADES)))
    grade = Ref("g", GRADE)
    asked = build.member(grade, words)
    above = build.compare("<", grade, build.text("B"))
    again = build.case([(read("p"), grade)], Lit("C", GRADE))
    definitions = [
        define("g", grade_tree(data)),
        define("asked", asked),
        define("above", above),
        define("h", again),
        define("nested", build.member(Ref("h", GRADE), words)),
    ]
    program = evaluate(definitions, ["g", "g∈∅", "asked", "above", "nested"])
    found = program(lead)
    truths = [program(whole) for whole in completions(lead)]
    values = {truth["g"] for truth in truths}
    assert found["g"] is None or values == {found["g"]}
    assert agrees(found["asked"], [truth["g"] in words for truth in truths])
    assert agrees(found["above"], [truth["g"] == "A" for truth in truths])
    assert agrees(found["nested"], [truth["h"] in words for truth in truths])
    assert agrees(found["g∈∅"], [truth["g"] is NA for truth in truths])
    if found["g"] is not None:
        assert found["asked"] == (found["g"] in words)


@settings(max_examples=80, deadline=None)
@given(st.data(), leads)
def test_likely_is_possible(data: st.DataObject, lead: dict[str, Any]) -> None:
    # Conditions that have nothing to do with each other: what is likely is then possible.
    names = data.draw(st.permutations(["p", "q", "r"]))
    arms = [(read(name), data.draw(st.sampled_from([Lit(w, GRADE) for w in GRADES])))
            for name in names]  # fmt: skip
    definitions = [define("g", build.case(arms, build.none(GRADE)))]
    definitions.append(define("m", build.case([(build.member(Ref("g", GRADE), ["A"]),
                                                Lit("B", GRADE))], Lit("C", GRADE))))  # fmt: skip
    program = evaluate(definitions, ["g", "g.likely", "m", "m.likely"])
    found = program(lead)
    for name in "gm":
        values = {program(whole)[name] for whole in completions(lead)}
        assert found[f"{name}.likely"] in {None, *values}
        assert len(values) > 1 or found[name] is not None
    for whole in completions(lead):
        assert program(whole)["g"] == program(whole)["g.likely"]
