"""Hours by class: they add up, and what one class leaves goes to the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groupbuy_planner.allotment import filled, limits, shared_out

KEYS = ("ei", "eii", "eiii", "pi", "unclear")
weights = st.dictionaries(st.sampled_from(KEYS), st.floats(0, 50), max_size=5)
wanted = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 3000), max_size=5)


@given(st.integers(0, 6000), weights)
def test_shares_are_whole_minutes_that_add_up(total: int, parts: dict[str, float]) -> None:
    found = shared_out(total, parts)
    assert sum(found.values()) == (total if sum(parts.values()) > 0 else 0)
    for key, share in found.items():
        assert abs(share - total * parts[key] / (sum(parts.values()) or 1)) <= 1


@given(st.integers(0, 6000), weights, wanted)
def test_nothing_is_wasted_while_somebody_wants_it(
    total: int, parts: dict[str, float], asked: dict[str, int]
) -> None:
    found = filled(total, parts, asked)
    assert all(-1e-6 <= found[key] <= asked[key] + 1e-6 for key in asked)
    assert abs(sum(found.values()) - min(total, sum(asked.values()))) < 1e-6


@given(st.integers(0, 3000), st.integers(0, 500), weights, wanted)
def test_limits_never_exceed_the_time(
    total: int, road: int, parts: dict[str, float], asked: dict[str, int]
) -> None:
    longest = dict.fromkeys(asked, 90)
    found = limits(total, road, {}, parts, asked, longest)
    if sum(asked.values()) <= max(0, total - road):
        assert all(share.limit is None for share in found.values())
    else:
        stated = [
            share.limit if share.limit is not None else share.wanted for share in found.values()
        ]
        assert sum(stated) <= max(0, total - road) + sum(a for k, a in asked.items() if a < 90)
        assert all(share.limit % 90 == 0 for share in found.values() if share.limit is not None)


def test_the_urgent_class_gets_most_and_leaves_what_it_cannot_use() -> None:
    # 35 hours; weights as in the rules: EII 8 a lead, EI 6, EIII 3
    weighted = {"eii": 16.0, "ei": 12.0, "eiii": 12.0}
    asked = {"eii": 180, "ei": 1800, "eiii": 1800}
    found = limits(2100, 0, {}, weighted, asked, dict.fromkeys(asked, 90))
    assert {key: share.share for key, share in found.items()} == {
        "eii": 840,
        "ei": 630,
        "eiii": 630,
    }
    assert found["eii"].limit is None
    # what EII leaves is shared by the others, in whole visits: 1920 = 960 + 960
    assert [found["ei"].limit, found["eiii"].limit] == [990, 900]
