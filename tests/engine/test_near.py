"""What nearly happened: all of a condition held but one comparison, and that one nearly."""

from __future__ import annotations

from typing import Any

import pytest
from rules_world import rules

from groupbuy.engine.near import MOST, nearly


def near(text: str, **lead: Any) -> list[tuple[str, str, str]]:
    found = rules(text)
    case = found.result([lead]).cases[0]
    conclusions = found.workspace.presenter().conclusions(case)
    return [(each["what"], each["id"], each["needs"]) for each in nearly(conclusions)]


def gate(condition: str) -> str:
    return f"gates: {{stop: {{when: '{condition}', verdict: stop, unknown: pass}}}}"


SECTIONS = """
gates: {stop: {when: a > 100, verdict: stop, unknown: pass}}
scores: {s: {range: [0, 100], rules: {big: {when: a > 100, points: 5}, always: {points: 1}}}}
grades: {q: {rows: {A: {when: a > 100}, B: {}}}}
plays: {visit: {when: a > 100, do: "visit"}}
"""


def test_every_section_says_what_nearly_fired() -> None:
    assert near(SECTIONS, a=90) == [
        ("gate", "stop", "a > 100"),
        ("rule", "s.big", "a > 100"),
        ("grade", "q.A", "a > 100"),
        ("play", "visit", "a > 100"),
    ]


@pytest.mark.parametrize(
    ("condition", "lead", "is_near"),
    [
        # within a quarter of the larger of the two, its edge included
        ("a > 100", {"a": 75}, True),
        ("a > 100", {"a": 74}, False),
        ("a < 75", {"a": 100}, True),
        ("a < 74", {"a": 100}, False),
        ("a >= 100", {"a": 75}, True),
        ("a * 2 >= 100", {"a": 38}, True),
        ("a * 2 > 100", {"a": 38}, True),
        ("a > -75", {"a": -100}, True),
        ("a > -74", {"a": -100}, False),
        ("a > 100", {"a": -100}, False),
        # within two weeks
        ('due_on < "2026-12-01"', {"due_on": "2026-12-15"}, True),
        ('due_on < "2026-12-01"', {"due_on": "2026-12-16"}, False),
        ('due_on >= "2026-12-15"', {"due_on": "2026-12-01"}, True),
        ('due_on >= "2026-12-15"', {"due_on": "2026-11-30"}, False),
        # one part of several, the others true
        ("f and a > 100", {"f": True, "a": 90}, True),
        ("a > 100 and f", {"f": True, "a": 90}, True),
        ("f and a > 100", {"f": False, "a": 90}, False),
        ("a > 100 and f", {"f": False, "a": 90}, False),
        ("f and a > 100", {"a": 90}, False),
        ("a > 100 and f", {"a": 90}, False),
        ("a > 100 and b > 100", {"a": 90, "b": 90}, False),
        ("f or a > 100", {"f": False, "a": 90}, False),
        # it fired, or nobody knows
        ("a > 100", {"a": 101}, False),
        ("a > 100", {}, False),
        # nothing that has a distance
        ("f", {"f": False}, False),
        ("a == 100", {"a": 99}, False),
        ("a < b", {"a": 110, "b": 100}, True),
        ("a < b / x", {"a": 110, "b": 100, "x": 0}, False),
        ("x < 5 and count(orders) > 100", {"x": 5, "orders": [{"amount": 5}]}, False),
    ],
)  # fmt: skip
def test_how_near(condition: str, lead: dict[str, Any], is_near: bool) -> None:
    assert bool(near(gate(condition), **lead)) is is_near


def test_no_more_than_a_screen_of_them() -> None:
    gates = "".join(
        f"  g{number}: {{when: a > 100, verdict: hold, unknown: pass}}\n"
        for number in range(MOST + 1)
    )
    found = near(f"gates:\n{gates}", a=90)
    assert [id for _, id, _ in found] == [f"g{number}" for number in range(MOST)]


def test_an_open_score_is_compared_at_its_end() -> None:
    score = (
        "scores: {s: {range: [0, 100], rules: {base: {points: 45}, more: {when: f, points: 1}}}}\n"
    )
    assert near(score + gate("s >= 50")) == [("gate", "stop", "s >= 50")]
