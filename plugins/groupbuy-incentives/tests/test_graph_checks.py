"""Who may be credited for whom."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from incentive_world import amounts, moved, owed, referral_program, referred, won

from groupbuy_incentives.graph import Identity, Introduction, Kinship, in_rings, vetted

DAY = date(2026, 2, 1)


def reasons(edges: list[tuple[str, str]], identities: list[Identity] = []) -> list[str | None]:  # noqa: B006
    """What is wrong with referrals, one a day in the order given."""
    found = vetted(
        [
            Introduction(referred(f"R{n}", a, b, DAY + timedelta(days=n)))
            for n, (a, b) in enumerate(edges)
        ],
        Kinship(identities),
    )
    return [each.rejected for each in found]


def one(id: str, *marks: str, parent: str | None = None, name: str | None = None) -> Identity:
    names = frozenset() if name is None else frozenset({name})
    return Identity(id, frozenset(marks), parent, names)


SELF_OR_RELATED = [
    ("the same id", [], "self"),
    ("one code", [one("A", "uscc1"), one("B", "uscc1")], "self"),
    ("one phone by way of a third", [one("A", "p1"), one("C", "p1", "p2"), one("B", "p2")], "self"),
    ("the parent, by id", [one("A"), one("B", parent="A")], "related_party"),
    ("the subsidiary", [one("A", parent="B"), one("B")], "related_party"),
    ("the parent, by name", [one("A", name="Group"), one("B", parent="Group")], "related_party"),
    ("sisters", [one("A", parent="Group"), one("B", parent="Group")], "related_party"),
    (
        "grandmother",
        [one("A"), one("M", parent="A", name="M"), one("B", parent="M")],
        "related_party",
    ),
    ("strangers", [one("A", "x", parent="G"), one("B", "y", parent="H")], None),
    ("one name is no proof", [one("A", name="Sunshine"), one("B", name="Moonlight")], None),
]


@pytest.mark.parametrize(("case", "identities", "reason"), SELF_OR_RELATED)
def test_self_and_related_parties(
    case: str, identities: list[Identity], reason: str | None
) -> None:
    referred_ = "A" if case == "the same id" else "B"
    assert reasons([("A", referred_)], identities) == [reason]


@pytest.mark.parametrize("length", [2, 3, 4, 7, 50])
def test_rings_of_any_length_are_rejected_whole(length: int) -> None:
    nodes = [f"N{n}" for n in range(length)]
    edges = list(zip(nodes, nodes[1:] + nodes[:1], strict=True))
    assert reasons([*edges, ("X", "Y"), ("N0", "Z")]) == ["ring"] * length + [None, None]


def test_a_ring_that_closes_through_another_branch_of_one_company_is_one() -> None:
    same = [one("B1", "uscc"), one("B2", "uscc")]
    assert reasons([("A", "B1"), ("B2", "A")], same) == ["ring", "ring"]


def test_a_chain_of_any_length_is_walked() -> None:
    nodes = [f"N{n}" for n in range(5_000)]
    assert in_rings(itertools.pairwise(nodes)) == set()
    assert len(in_rings([*itertools.pairwise(nodes), (nodes[-1], nodes[0])])) == 5_000


edges = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF")), max_size=12)


@given(edges)
def test_rings_are_the_edges_that_lead_back(found: list[tuple[str, str]]) -> None:
    """Against the definition: from the end of the edge its start can be reached."""

    def reaches(start: str, end: str) -> bool:
        seen, open_ = {start}, [start]
        while open_:
            node = open_.pop()
            if node == end:
                return True
            for a, b in found:
                if a == node and b not in seen:
                    seen.add(b)
                    open_.append(b)
        return False

    assert in_rings(found) == {(a, b) for a, b in found if reaches(b, a)}


def test_one_introducer_is_credited_the_earliest_that_is_in_order() -> None:
    found = reasons([("A", "A"), ("B", "C"), ("D", "C"), ("E", "C")])
    assert found == ["self", None, "duplicate", "duplicate"]


def test_on_one_day_the_id_decides_whatever_the_order() -> None:
    pair = [Introduction(referred("R2", "A", "C")), Introduction(referred("R1", "B", "C"))]
    for order in (pair, pair[::-1]):
        assert {r.id: r.rejected for r in vetted(order, Kinship([]))} == {
            "R1": None,
            "R2": "duplicate",
        }


def test_who_is_rejected_does_not_stand_in_the_way() -> None:
    persons = [
        Introduction(referred("R1", "A", "C", DAY), to_person=True),
        Introduction(referred("R2", "B", "C", DAY + timedelta(days=1))),
    ]
    found = {r.id: r.rejected for r in vetted(persons, Kinship([]))}
    assert found == {"R1": "individual_payee", "R2": None}


def test_chains_are_not_paid_beyond_the_first_level() -> None:
    referrals = [referred("R1", "L1", "L2", DAY), referred("R2", "L2", "L3", DAY)]
    found = owed(
        [referral_program()],
        [won("D3", "L3", 10_000)],
        [moved("paid", "D3", 10_000)],
        referrals,
    )
    assert set(amounts(found)) == {("L2", "R2")}
