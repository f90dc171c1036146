"""Scores: what adds up, what stays open, and that every point is explained (design §4)."""

# ruff: noqa: E501 - a row of a table is one line

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_world import problems, rules

POINTS = """
scores:
  s:
    range: [0, 100]
    rules:
      flag:   {when: f, points: 30, because: "said so"}
      bands:  {of: a, bands: {few: {points: 0}, some: {from: 10, points: 20}, many: {from: 20, points: 40}}}
      kind:   {by: kind, cases: {office: 5, welfare: 15, else: 0}}
      scaled: {when: g, points: 2 * x}
"""
OFF: dict[str, Any] = {"f": False, "a": 0, "kind": "gift", "g": False}

# Lead, then value, low and high.
SUMS: list[tuple[dict[str, Any], tuple[float, float, float]]] = [
    (OFF, (0, 0, 0)),
    ({**OFF, "f": True}, (30, 30, 30)),
    ({**OFF, "a": 10, "kind": "welfare"}, (35, 35, 35)),
    ({**OFF, "f": None}, (0, 0, 30)),
    ({**OFF, "a": None}, (0, 0, 40)),
    ({**OFF, "kind": None, "f": True}, (30, 30, 45)),
    ({**OFF, "g": True, "x": 4}, (8, 8, 8)),
    ({**OFF, "g": True}, (0, 0, 20)),  # x lies between 0 and 10
    ({**OFF, "g": None, "x": 4}, (0, 0, 8)),
    ({**OFF, "g": None}, (0, 0, 20)),
    ({"g": True, "f": True, "a": 50, "kind": "welfare", "x": 10}, (100, 100, 100)),  # 105
    ({}, (0, 0, 100)),
]


@pytest.mark.parametrize(("lead", "wanted"), SUMS)
def test_rules_add_up_and_unknown_ones_widen(
    lead: dict[str, Any], wanted: tuple[float, float, float]
) -> None:
    given = {key: value for key, value in lead.items() if value is not None}
    found = rules(POINTS).lead(**given)["scores"]["s"]
    assert (found["value"], found["low"], found["high"]) == wanted
    assert found["status"] == ("known" if wanted[1] == wanted[2] else "unknown")


def test_lines_say_why_and_clamping_is_one_of_them() -> None:
    lead = {"g": True, "f": True, "a": 50, "kind": "welfare", "x": 10}
    found = rules(POINTS).lead(**lead)["scores"]["s"]
    assert [(line["id"], line["points"]) for line in found["rules"]] == [
        ("bands", 40), ("flag", 30), ("scaled", 20), ("kind", 15), ("range", -5),
    ]  # fmt: skip
    assert found["rules"][1]["because"] == "said so"
    assert found["rules"][1]["facts"] == {"f": True}
    assert found["rules"][1]["at"].endswith("p1.yaml:7")
    assert found["unknown"] == []


def test_unknown_lines_name_what_is_missing() -> None:
    found = rules(POINTS).lead(**{**OFF, "g": None, "a": None, "name": "n"})["scores"]["s"]
    assert [(line["id"], line["missing"]) for line in found["unknown"]] == [
        ("bands", ["a"]), ("scaled", ["x", "g"]),
    ]  # fmt: skip


OPEN_POINTS: list[tuple[str, dict[str, Any], tuple[Any, Any, Any]]] = [
    # Points that nothing bounds: the range does.
    ("{r: {when: f, points: 20}, s: {points: a}}", {"f": True}, (20, 0, 100)),
    ("{r: {when: f, points: 20}, s: {when: g, points: a}}", {"f": True, "g": False}, (20, 20, 20)),
    ("{r: {when: f, points: 20}, s: {when: g, points: a}}", {"f": True, "g": True, "a": -5}, (15, 15, 15)),
    # What a rule surely adds counts, though nobody knows how much it adds.
    ("{s: {points: 3 + x}}", {}, (3, 3, 13)),
    ("{s: {points: 'max(5, min(x, 5))'}}", {}, (5, 5, 5)),
    # Below the range, and back into it.
    ("{r: {when: f, points: -20}, s: {points: 10}}", {"f": True}, (0, 0, 0)),
    ("{r: {when: f, points: -20}, s: {points: 10}}", {}, (10, 0, 10)),
    # Points that do not apply add nothing, and what may not apply is still bounded.
    ("{r: {of: budget / a, bands: {no: {points: 3}, yes: {from: 9, points: 20}}}}", {}, (0, 0, 20)),
    ("{r: {of: budget / a, bands: {no: {points: 3}, yes: {from: 9, points: 20}}}}", {"a": 0, "budget": 1}, (0, 0, 0)),
    ("{r: {of: a, bands: {yes: {from: 9, points: 20}, more: {from: 10, points: 30}}}}", {}, (0, 0, 30)),
    ("{r: {points: 10 / a}, s: {points: 10}}", {"a": 0}, (10, 10, 10)),
    # Contradicting conditions on one blank are summed apart: wider, never too narrow.
    ("{r: {when: f, points: 20}, s: {when: not f, points: 30}}", {}, (0, 0, 50)),
    ("{}", {}, (None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("form", "lead", "wanted"), OPEN_POINTS)
def test_open_points(form: str, lead: dict[str, Any], wanted: tuple[Any, Any, Any]) -> None:
    found = rules(f"scores: {{s: {{range: [0, 100], rules: {form}}}}}").lead(**lead)["scores"]["s"]
    assert (found["value"], found["low"], found["high"]) == wanted


WEIGHTS: list[tuple[str, dict[str, Any], tuple[Any, Any, Any]]] = [
    ("{u: 30, v: 10}", {"u": 100, "v": 0}, (75, 75, 75)),
    ("{u: 30, v: 10}", {"u": 100}, (100, 75, 100)),
    ("{u: 30, v: 10}", {"v": 50}, (50, 12.5, 87.5)),
    ("{u: 30, v: 10}", {}, (None, 0, 100)),
    ("{u: 0, v: 10}", {"v": 50}, (50, 50, 50)),
    ("{u: 0, v: 0}", {"u": 50, "v": 50}, (None, None, None)),
    # weights of their own: unknown ones take the worst and the best component
    ("{u: 10 + 4 * x, v: 10}", {"u": 100, "v": 0, "x": 5}, (75, 75, 75)),
    ("{u: 10 + 4 * x, v: 10}", {"u": 100, "v": 20}, (20, 20, 100)),
    ("{u: 10 + 4 * x, v: 10}", {"u": 60, "v": 60}, (60, 60, 60)),
    ("{u: b, v: 10}", {"u": 100, "v": 20, "b": -5}, (20, 20, 20)),
    # a component that is a score, and one that does not apply
    ("{part: 10, v: 10}", {"f": True, "v": 0}, (20, 20, 20)),
    ("{part: 10, v: 10}", {"v": 0}, (0, 0, 20)),
    ("{ratio: 10, v: 10}", {"v": 40, "budget": 5, "a": 0}, (40, 40, 40)),
    ("{ratio: 10, v: 10}", {"v": 40, "budget": 500, "a": 1}, (70, 70, 70)),
]


@pytest.mark.parametrize(("form", "lead", "wanted"), WEIGHTS)
def test_weights(form: str, lead: dict[str, Any], wanted: tuple[Any, Any, Any]) -> None:
    text = f"""
facts: {{ratio: budget / a}}
scores:
  part: {{range: [0, 100], rules: {{r: {{when: f, points: 40}}}}}}
  s: {{range: [0, 100], weights: {form}}}
"""
    found = rules(text).lead(**lead)["scores"]["s"]
    assert (found["value"], found["low"], found["high"]) == wanted


def test_if_of_a_score() -> None:
    ruled = rules("""
        scores: {s: {if: f, range: [0, 10], rules: {r: {points: 5}}}}
        facts: {big: s >= 3, sum: s + 1, has: known(s)}
        """)
    found = ruled.leads([{"f": True}, {"f": False}, {}])
    assert [lead["scores"]["s"]["status"] for lead in found.values()] == [
        "known",
        "none",
        "unknown",
    ]
    assert [lead["facts"]["big"]["value"] for lead in found.values()] == [True, False, None]
    assert [lead["facts"]["sum"]["value"] for lead in found.values()] == [6, None, None]


COMPARED: list[tuple[str, Any]] = [
    ("s >= 20", True),
    ("s > 20", None),
    ("s >= 60", None),
    ("s >= 61", False),
    ("s < 61", True),
    ("s <= 60", True),
    ("s == 70", False),
    ("s != 70", True),
    ("s == 30", None),
    ("20 <= s <= 60", True),
    ("s < t", True),
    ("t > s", True),
    ("s + 0 >= 10", None),  # in arithmetic an open score is unknown
]


@pytest.mark.parametrize(("text", "wanted"), COMPARED)
def test_comparing_an_open_score(text: str, wanted: Any) -> None:
    ruled = rules(f"""
        scores:
          s: {{range: [0, 100], rules: {{r: {{points: 20}}, q: {{when: f, points: 40}}}}}}
          t: {{range: [0, 100], rules: {{r: {{points: 80}}, q: {{when: g, points: 5}}}}}}
        facts: {{answer: '{text}'}}
        """)
    assert ruled.lead()["facts"]["answer"]["value"] == wanted


REFUSED: list[tuple[str, str]] = [
    ("{rules: {r: {when: f, points: 3}}}", "missing-key"),
    ("{range: [10, 0], rules: {r: {when: f, points: 3}}}", "wrong-value"),
    ("{range: [0, a], rules: {r: {when: f, points: 3}}}", "edge-not-constant"),
    ("{range: [0, 10], rules: {r: {when: f}}}", "missing-key"),
    ("{range: [0, 10], rules: {r: {when: f, points: kind}}}", "type-mismatch"),
    ("{range: [0, 10], rules: {r: {points: 3, of: a, bands: {x: {points: 1}}}}}", "two-forms"),
    ("{range: [0, 10], rules: {r: {when: f, point: 3}}}", "unknown-key"),
    ("{range: [0, 10], rules: {}, weights: {x: 1}}", "two-forms"),
    ("{range: [0, 100], weights: {x: 1}}", "component-range"),
    ("{range: [0, 100], weights: {uu: 1}}", "unknown-name"),
    ("{range: [0, 100], weights: {kind: 1}}", "type-mismatch"),
    ("{range: [0, 100], weights: {u: -1}}", "wrong-value"),
]


@pytest.mark.parametrize(("form", "code"), REFUSED)
def test_refused_scores(form: str, code: str) -> None:
    found = problems(f"scores:\n  s: {form}")
    assert [(problem.code, problem.at and problem.at.line) for problem in found] == [(code, 4)]


# ── properties ─────────────────────────────────────────────────────────────────────────────────

DOMAINS: dict[str, list[Any]] = {
    "f": [True, False],
    "g": [True, False],
    "kind": ["office", "welfare", "gift"],
    "x": [0, 3, 10],
    "u": [0, 40, 100],
    "v": [0, 70, 100],
}
CONDITIONS = ("f", "not g", "f and g", "x > 2", 'kind == "gift"', "u >= 40 or f", "f != g")
AMOUNTS = ("10", "-15", "60", "x", "3 + x", "u / 2 - 20", "x * x", "5 if f else 8", "10 / x")
BANDS = "{of: X, bands: {lo: {points: -5}, mid: {from: 3, points: 10}, hi: {from: 50, points: 25}}}"
CASES = "by: kind, cases: {office: 5, welfare: x, gift: -10}"

rule = st.one_of(
    st.builds(
        "{{when: {}, points: {}}}".format, st.sampled_from(CONDITIONS), st.sampled_from(AMOUNTS)
    ),
    st.builds("{{points: {}}}".format, st.sampled_from(AMOUNTS)),
    st.sampled_from([BANDS.replace("X", of) for of in ("x", "u", "u - v")]),
    st.sampled_from(["{" + CASES + "}", "{when: f, " + CASES + "}"]),
)
weights = st.dictionaries(
    st.sampled_from(("u", "v", "p")),
    st.sampled_from(("0", "10", "30", "2 * x", "5 + x")),
    min_size=1,
)
leads = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in DOMAINS.items()}
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(rule, min_size=1, max_size=5), weights, leads)
def test_scores_hold_what_they_promise(
    parts: list[str], weighing: dict[str, str], lead: dict[str, Any]
) -> None:
    lines = "\n".join(f"      r{number}: {part}" for number, part in enumerate(parts))
    mixed = ", ".join(f"{name}: {weight}" for name, weight in weighing.items())
    ruled = rules(f"""
scores:
  p:
    range: [0, 100]
    rules:
{lines}
  w: {{range: [0, 100], weights: {{{mixed}}}}}
""")
    blanks = [name for name in DOMAINS if name not in lead]
    # 1 lead with blanks, then every way to fill them in.
    worlds = [
        dict(zip(blanks, values, strict=True)) for values in product(*(DOMAINS[b] for b in blanks))
    ]
    found = list(ruled.result([lead, *({**lead, **world} for world in worlds[:120])]).data["leads"])
    found.sort(key=lambda each: int(each["id"][1:]))
    for id in ("p", "w"):
        given, *completed = (each["scores"][id] for each in found)
        for score in (given, *completed):
            if score["value"] is None:
                continue
            explained = sum(line["points"] for line in score["rules"])
            assert explained == pytest.approx(score["value"], abs=1e-6)
            assert score["low"] - 1e-9 <= score["value"] <= score["high"] + 1e-9
        for score in completed:
            if given["low"] is not None and score["value"] is not None:
                assert given["low"] - 1e-9 <= score["value"] <= given["high"] + 1e-9
            if given["status"] == "known":
                assert score["value"] == pytest.approx(given["value"])
