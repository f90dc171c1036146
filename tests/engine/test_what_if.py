"""What if: changes do what they say, none that is smaller does, and what can't change is left out."""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_world import MODEL, rules

from groupbuy.engine.what_if import what_if

COLUMNS = "columns: [q]"


def changes(text: str, model: str = MODEL, **lead: Any) -> list[str]:
    """`field old → new: target old → new`, nearest first."""
    found = []
    for change in tried(text, model, **lead)["changes"]:
        steps = [f"{step['field']} {step['from']} → {step['to']}" for step in change["set"]]
        words = f"{change['target']} {change['from']} → {change['to']}"
        found.append(f"{', '.join(steps)}: {words}")
    return found


def tried(text: str, model: str = MODEL, **lead: Any) -> Any:
    found = rules(text, head=COLUMNS, model=model)
    case = found.result([lead]).cases[0]
    presenter = found.workspace.presenter()
    return what_if(
        presenter.conclusions(case),
        presenter.asker,
        found.workspace.columns,
        found.workspace.rules.conditions.values(),
    )


BANDS = "grades: {q: {of: a, bands: {A: {from: 50}, B: {from: 20}, C: {}}}}"
GATE = "grades: {q: {rows: {A: {when: f}, B: {}}}}\ngates: {stop: {when: a > 10 and g, verdict: stop, unknown: pass}}"

TABLE: list[tuple[str, dict[str, Any], list[str]]] = [
    # the edge itself, on both sides
    (BANDS, {"a": 30}, ["a 30 → 19.9: q B → C", "a 30 → 50: q B → A"]),
    # through a fact: no condition compares the field itself
    ("facts: {c: budget / x}\ngrades: {q: {rows: {A: {when: c >= 100}, B: {}}}}", {"budget": 500, "x": 10},
     ["budget 500 → 1000: q B → A", "x 10 → 5: q B → A"]),
    # words, several words, flags, dates
    ('grades: {q: {rows: {A: {when: kind == "gift"}, B: {}}}}', {"kind": "office"}, ["kind office → gift: q B → A"]),
    ('grades: {q: {rows: {A: {when: \'"novelty" in causes\'}, B: {}}}}', {"causes": ["competitor"]},
     ["causes ['competitor'] → ['novelty', 'competitor']: q B → A"]),
    ("grades: {q: {rows: {A: {when: f}, B: {}}}}", {"f": True}, ["f True → False: q A → B"]),
    ("grades: {q: {rows: {A: {when: days_until(due_on) < 30}, B: {}}}}", {"due_on": "2027-03-01"},
     ["due_on 2027-03-01 → 2026-12-21: q B → A"]),
    # ten weeks are nearer than two thirds more, and that is nearer than a word
    ('grades: {q: {rows: {A: {when: kind == "gift" or a > 50 or days_until(due_on) < 30}, B: {}}}}',
     {"due_on": "2027-03-01", "a": 30, "kind": "office"},
     ["due_on 2027-03-01 → 2026-12-21: q B → A", "a 30 → 50.1: q B → A", "kind office → gift: q B → A"]),
    # a verdict is cleared, never made worse
    (GATE, {"a": 30, "g": True, "f": True},
     ["a 30 → 10: verdict stop → go", "g True → False: verdict stop → go", "f True → False: q A → B"]),
    (GATE, {"a": 5, "g": True, "f": True}, ["f True → False: q A → B"]),
    # only both together
    ("grades: {q: {rows: {A: {when: f and g}, B: {}}}}", {"f": False, "g": False},
     ["f False → True, g False → True: q B → A"]),
    # nothing beyond what the model allows
    ("grades: {q: {rows: {A: {when: x > 10.5}, B: {}}}}", {"x": 8}, []),
    ("grades: {q: {rows: {A: {when: x < -0.5}, B: {}}}}", {"x": 8}, []),
    ("grades: {q: {rows: {A: {when: x >= 10}, B: {}}}}", {"x": 8}, ["x 8 → 10: q B → A"]),
    ("grades: {q: {rows: {A: {when: x <= 0}, B: {}}}}", {"x": 8}, ["x 8 → 0: q B → A"]),
    # nothing is known, or nothing moves
    (BANDS, {}, []),
    ("grades: {q: {rows: {A: {when: a > 1 or a <= 1}, B: {}}}}", {"a": 3}, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lead", "wanted"), TABLE)
def test_nearest_changes(text: str, lead: dict[str, Any], wanted: list[str]) -> None:
    assert changes(text, **lead) == wanted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a:      {type: number,", "a:      {type: number, fixed: true,"),
        ("a:      {type: number,", "a:      {type: number, pii: true,"),
    ],
)
def test_what_cannot_change_is_left_out(old: str, new: str) -> None:
    assert changes(BANDS, MODEL.replace(old, new), a=30) == []


def test_what_decides_which_packs_apply_is_left_out() -> None:
    found = rules(BANDS, "for: a > 90\nfacts: {more: 1}", head=COLUMNS)
    case = found.result([{"a": 30}]).cases[0]
    presenter = found.workspace.presenter()
    conditions = found.workspace.rules.conditions.values()
    lead = presenter.conclusions(case)
    assert what_if(lead, presenter.asker, ("q",), conditions)["changes"] == []


def test_only_grades_are_looked_at() -> None:
    text = 'facts: {t: \'"x" if f else "y"\', n: a * 2}\n' + BANDS
    found = rules(text, head="columns: [t, n, q, a]")
    case = found.result([{"a": 30, "f": True}]).cases[0]
    presenter = found.workspace.presenter()
    columns = found.workspace.columns
    lead = presenter.conclusions(case)
    assert what_if(lead, presenter.asker, columns, ())["looked_at"] == ["q"]


def test_the_lead_is_as_before() -> None:
    found = rules(GATE, head=COLUMNS)
    case = found.result([{"a": 30, "g": True, "f": True}]).cases[0]
    before = dict(case.env)
    presenter = found.workspace.presenter()
    what_if(presenter.conclusions(case), presenter.asker, ("q",), ())
    assert {name: case.env[name] for name in before} == before


def test_worth_of_questions() -> None:
    found = tried("grades: {q: {rows: {A: {when: f}, B: {when: g}, C: {}}}}")
    assert found["looked_at"] == []
    worth = {question["field"]: question["settles"] for question in found["questions"]}
    assert worth["f"] == {"q": 0.5}  # yes settles it, no leaves the second row
    assert set(worth) == {"f", "g"}


@settings(max_examples=20)
@given(
    a=st.integers(-50, 150),
    edges=st.lists(st.integers(0, 100), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_a_change_does_what_it_says(a: int, edges: list[int]) -> None:
    """Evaluated anew, each change gives its word; and a step less does not."""
    low, high = edges
    text = f"grades: {{q: {{of: a, bands: {{A: {{from: {high}}}, B: {{from: {low}}}, C: {{}}}}}}}}"
    opened = rules(text, head=COLUMNS)
    for change in tried(text, a=a)["changes"]:
        ((step),) = change["set"]
        side = 0.1 if step["to"] < step["from"] else -0.1
        words = [
            opened.lead(a=round(value, 1))["grades"]["q"]["value"]
            for value in (step["to"], step["to"] + side)
        ]
        assert words[0] == change["to"]
        assert words[1] != change["to"]
