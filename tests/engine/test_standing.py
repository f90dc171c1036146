"""One lead placed by what was kept of a population gets what it got among all of them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.engine import standing
from groupbuy.engine.population import Candidate, over_population
from groupbuy.engine.standing import (
    Edge,
    Standing,
    StoredCuts,
    placed,
    read_cuts,
    standings_of,
    write_cuts,
)
from groupbuy.errors import GroupbuyError
from groupbuy.tree.build import number
from groupbuy.tree.nodes import NONE, Cut, Over, Ref
from groupbuy.tree.types import COMPUTED, choice

AMOUNT = Ref("a", COMPUTED)
COST = Ref("cost", COMPUTED)
WORDS = choice(("A", "B", "C"))

# Few values, so that there are ties; the last two differ by noise alone.
VALUES = st.sampled_from([None, NONE, -5.0, 0.0, 1.0, 2.0, 2.0 + 1e-14])
CANDIDATES = st.lists(
    st.tuples(
        st.sampled_from([True, True, True, False, None]),
        VALUES,
        st.sampled_from(["north", "south", None]),
        st.sampled_from([1.0, 2.0, 3.0, 3.0, None]),
    ),
    max_size=12,
).map(
    lambda rows: [
        Candidate(f"L{n:02}", among, value, within, (cost,))
        for n, (among, value, within, cost) in enumerate(rows)
    ]
)
LIMITS = st.one_of(
    st.tuples(st.just("top_share"), st.sampled_from([0.0, 0.1, 0.34, 0.5])),
    st.tuples(st.just("top_count"), st.sampled_from([0.0, 1.0, 2.0, 3.0])),
    st.tuples(st.just("holds"), st.sampled_from([0.1, 0.5, 0.9])),
    st.tuples(st.just("spend"), st.sampled_from([0.0, 3.0, 7.0])),
    st.just(("rest", None)),
)


def cut(name: str, limit: Any, amount: float | None) -> Cut:
    return Cut(
        name,
        limit,
        None if amount is None else number(amount),
        COST if limit == "spend" else None,
    )


@st.composite
def overs(draw: st.DrawFn) -> Over:
    op = draw(st.sampled_from(["rank", "share", "cut", "cut", "cut"]))
    cuts: tuple[Cut, ...] = ()
    if op == "cut":
        limits = draw(st.lists(LIMITS, min_size=1, max_size=3))
        # One cost for each candidate, so one cut by cost.
        while sum(limit == "spend" for limit, _ in limits) > 1:
            limits.remove(next(each for each in limits if each[0] == "spend"))
        cuts = tuple(cut(name, *each) for name, each in zip("ABC", limits, strict=False))
    return Over(op, AMOUNT, None, None, WORDS if cuts else COMPUTED, cuts)


@given(overs(), CANDIDATES)
def test_placed_alone_as_among_all(over: Over, candidates: list[Candidate]) -> None:
    everybody = over_population(over, candidates).values
    kept = standings_of(over, candidates)
    assert [placed(over, kept, each) for each in candidates] == everybody
    again = read_cuts(write_cuts(StoredCuts("h", "2026-11-22", {"q": kept})), "cuts.json")
    assert again == StoredCuts("h", "2026-11-22", {"q": kept})


def test_each_cut_by_cost_spends_its_own_costs() -> None:
    cuts = (
        Cut("A", "spend", number(5.0), COST),
        Cut("B", "top_count", number(1.0)),
        Cut("C", "spend", number(20.0), Ref("other", COMPUTED)),
        Cut("D", "rest"),
    )
    members = [Candidate(f"L{n}", True, 9.0 - n, "", (2.0, 10.0)) for n in range(7)]
    found = over_population(Over("cut", AMOUNT, None, None, WORDS, cuts), members).values
    assert found == ["A", "A", "B", "C", "C", "D", "D"]


def ranked(values: list[float], wanted: float, within: str = "") -> Any:
    over = Over("rank", AMOUNT, None, None, COMPUTED)
    kept = standings_of(over, [Candidate(f"L{n}", True, v) for n, v in enumerate(values)])
    return placed(over, kept, Candidate("X", True, wanted, within))


@pytest.mark.parametrize(
    ("wanted", "place"),
    [(9.0, 1.0), (8.0, 1.0), (7.0, 2.0), (5.0, 2.0), (4.0, 4.0), (3.0, 4.0), (1.0, 5.0)],
)
def test_a_lead_that_was_not_there_gets_the_place_it_would_have(
    wanted: float, place: float
) -> None:
    assert ranked([8.0, 5.0, 5.0, 3.0], wanted) == place


def test_a_group_that_was_not_there_leaves_it_unknown() -> None:
    assert ranked([8.0, 5.0], 5.0, within="elsewhere") is None


@pytest.mark.parametrize(
    ("most", "places"),
    [
        (4, {9.0: 1.0, 8.0: 2.0, 7.0: 3.0, 6.0: 4.0, 6.5: 4.0}),
        (3, {9.0: 1.0, 8.0: None, 7.0: 3.0, 6.0: None, 6.5: None, 1.0: None}),
        (2, {9.0: 1.0, 8.0: None, 7.0: 3.0, 6.0: None}),
    ],
)
def test_of_a_long_ranking_the_places_between_are_unknown(
    most: int, places: dict[float, float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST_PLACES", most)
    assert {wanted: ranked([9.0, 8.0, 7.0, 6.0], wanted) for wanted in places} == places


def test_the_file_can_be_read_by_people_and_keeps_every_edge() -> None:
    edges = (Edge("A", 5.0, "L1"), Edge("B", None), Edge("C", -math.inf))
    cuts = StoredCuts("h", "d", {"q": {"": Standing(3, 9.0, edges), "b": Standing(1, 1.0)}})
    text = write_cuts(cuts)
    assert read_cuts(text, "cuts.json") == cuts
    assert '"value": "rest"' in text
    assert text.index('"within": ""') < text.index('"within": "b"')


GROUP = '{"within": "", "count": 1, "total": 1, "cuts": [], "places": [], "whole": true}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"groupbuy": 2, "rules_hash": "", "as_of": "", "populations": {}}',
        '{"groupbuy": 1, "rules_hash": "", "as_of": "", "populations": []}',
        '{"groupbuy": 1, "rules_hash": "", "as_of": "", "populations": {"q": [{"within": ""}]}}',
        f'{{"groupbuy": 1, "rules_hash": "", "as_of": "", "populations": {{"q": [{GROUP}, 1]}}}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_file_of_cuts(text: str) -> None:
    with pytest.raises(GroupbuyError) as caught:
        read_cuts(text, "cuts.json")
    assert [problem.code for problem in caught.value.problems] == ["bad-cuts"]
