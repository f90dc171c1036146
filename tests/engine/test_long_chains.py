"""Definitions that build on each other: as long a chain as one likes, written in any order."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_world import brief, problems, rules

from groupbuy.rules.order import CircleError, in_order

LONG = 400


def chain(numbers: list[int]) -> str:
    """Facts f0 … fN, each one more than the next; the last one reads a field."""
    last = max(numbers)
    lines = {number: f"  f{number}: f{number + 1} + 1" for number in numbers}
    lines[last] = f"  f{last}: a"
    return "facts:\n" + "\n".join(lines[number] for number in numbers) + "\n"


ORDERS = {
    "what is read comes first": list(reversed(range(LONG))),
    "what is read comes last": list(range(LONG)),
    "in no order": random.Random(1).sample(range(LONG), LONG),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_long_chain_of_facts_is_worked_out(order: list[int]) -> None:
    assert rules(chain(order)).lead(a=1)["facts"]["f0"]["value"] == LONG


def test_a_long_chain_of_grades_is_worked_out() -> None:
    words = "\n".join(f"  g{n}: {{by: g{n + 1}, cases: {{A: B, B: A}}}}" for n in range(LONG // 4))
    last = f"  g{LONG // 4}: {{of: a, bands: {{A: {{from: 5}}, B: {{}}}}}}"
    lead = rules(f"grades:\n{words}\n{last}\n").lead(a=9)
    assert lead["grades"]["g0"]["value"] == "A"


def test_what_is_wrong_at_the_end_of_a_long_chain_is_told_once() -> None:
    found = problems(chain(list(range(LONG))).replace(": a\n", ": nothing\n"))
    assert brief(found) == [("unknown-name", f"p1:{LONG + 3}:9")]


def test_a_long_circle_is_told_in_a_few_words() -> None:
    facts = "\n".join(f"  f{n}: f{(n + 1) % LONG} + 1" for n in range(LONG))
    found = problems(f"facts:\n{facts}\n")
    assert [problem.code for problem in found] == ["circular-definition"]
    assert "f0 → f1 → f2 → f3 → … → f397 → f398 → f399 → f0" in found[0].message


Graph = dict[str, list[str]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """What reads what: a few names, any of which may read any."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    return {name: draw(st.lists(st.sampled_from(names), max_size=4)) for name in names}


def reached(graph: Graph, name: str) -> set[str]:
    """All that a name reads, directly or not."""
    found: set[str] = set()
    waiting = list(graph[name])
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(graph[each])
    return found


@given(graphs())
def test_everything_stands_once_and_behind_what_it_reads(graph: Graph) -> None:
    circular = any(name in reached(graph, name) for name in graph)

    def read(name: str) -> Iterator[str]:
        return iter(graph[name])

    assert sorted(in_order(graph, read, circles=True)) == sorted(graph)
    try:
        found = list(in_order(graph, read))
    except CircleError as error:
        assert circular
        steps = zip(error.path, [*error.path[1:], error.path[0]], strict=True)
        assert all(after in graph[before] for before, after in steps)
        return
    assert not circular
    assert sorted(found) == sorted(graph)
    for place, name in enumerate(found):
        assert reached(graph, name) <= set(found[:place])
