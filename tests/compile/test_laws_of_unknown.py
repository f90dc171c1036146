"""What must hold of every expression, whatever it says."""

from typing import Any

import compile_world as world
from compile_world import FLAGS, NAMES, NUMBERS, TABLES, Grammar, Lead, leads, read
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.compile.python import compile_value
from groupbuy.compile.runtime import NA
from groupbuy.tree import build
from groupbuy.tree.nodes import Lit
from groupbuy.tree.nodes import names as names_in

law = settings(max_examples=100, deadline=None)


def value(tree: Any, lead: dict[str, Any]) -> Any:
    return compile_value(tree, TABLES)(Lead(lead))


@law
@given(st.data(), leads)
def test_de_morgan(data: st.DataObject, lead: dict[str, Any]) -> None:
    grammar = Grammar(data.draw, none=True)
    a, b = read(grammar.flag(2).text), read(grammar.flag(2).text)
    no = build.negation
    assert value(no(build.conjunction([a, b])), lead) == value(
        build.disjunction([no(a), no(b)]), lead
    )
    assert value(no(build.disjunction([a, b])), lead) == value(
        build.conjunction([no(a), no(b)]), lead
    )


@law
@given(st.data(), leads)
def test_exactly_one_of_true_false_unknown(data: st.DataObject, lead: dict[str, Any]) -> None:
    condition = read(Grammar(data.draw, none=True).flag(3).text)
    opposite = build.negation(condition)
    states = [build.surely(condition), build.surely(opposite), build.missing(condition)]
    assert [value(state, lead) for state in states].count(True) == 1
    assert value(build.case([(condition, build.number(1))], build.number(0)), lead) == {
        True: 1.0, False: 0.0, NA: 0.0, None: None,
    }[value(condition, lead)]  # fmt: skip


@st.composite
def more_known(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A lead, and the same with some of its blanks filled."""
    lead = draw(leads)
    domains = {
        **dict.fromkeys(NUMBERS, world.small),
        **dict.fromkeys(FLAGS, world.truth),
        "k": world.word,
    }
    domains["t"] = world.rows
    cells = {"n": world.small, "f": world.truth, "w": world.word, "on": st.just(1)}

    def fill(given: dict[str, Any], domains: dict[str, Any]) -> dict[str, Any]:
        return {
            name: draw(domains[name]) if found is None and draw(world.truth) else found
            for name, found in given.items()
        }

    filled = fill(lead, domains)
    if lead["t"] is not None:
        filled["t"] = [fill(row, cells) for row in lead["t"]]
    return lead, filled


@settings(max_examples=200, deadline=None)
@given(st.data(), more_known())
def test_learning_more_never_changes_what_was_known(
    data: st.DataObject, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    grammar = Grammar(data.draw, lenient=False, none=True)
    tree = read(data.draw(st.sampled_from([grammar.flag, grammar.number]))(3).text)
    before, after = (value(tree, lead) for lead in pair)
    assert before is None or before == after


@settings(max_examples=150, deadline=None)
@given(st.data(), leads)
def test_constants_are_folded_as_they_would_be_run(
    data: st.DataObject, lead: dict[str, Any]
) -> None:
    grammar = Grammar(data.draw, none=True)
    tree = read(data.draw(st.sampled_from([grammar.flag, grammar.number]))(3).text)
    names = data.draw(st.sets(st.sampled_from([*NUMBERS, *FLAGS, "k"])))
    constants = {
        name: build.unknown(NAMES[name]) if lead[name] is None else Lit(lead[name], NAMES[name])
        for name in names
    }
    folded = build.specialise(tree, constants, {})
    assert value(folded, lead) == value(tree, lead)
    assert not names & set(names_in(folded))


@law
@given(st.data(), leads)
def test_order_of_rows_does_not_matter(data: st.DataObject, lead: dict[str, Any]) -> None:
    lead["t"] = lead["t"] or []
    shuffled = {**lead, "t": data.draw(st.permutations(lead["t"]))}
    tree = read(Grammar(data.draw, none=True).number(3).text)
    assert value(tree, lead) == value(tree, shuffled)
