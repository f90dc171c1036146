"""Value forms: each table row is a form, leads, and what comes of them (design §4)."""

# ruff: noqa: E501 - a row of a table is one line

from typing import Any

import pytest
from rules_world import brief, indented, problems, rules, shown

# A case: how the grade `q` is written, then leads with what `q` is for them. An open grade is
# `likely? what|is|possible`, with – for "does not apply".
Cases = list[tuple[dict[str, Any], str]]

BANDS_RISING = "of: a\nbands: {low: {}, mid: {from: 10}, high: {from: 20}}"
BANDS_FALLING = "of: a\nbands: {high: {from: 20}, mid: {from: 10}, low: {}}"
ANY_ORDER: Cases = [
    ({"a": 9.99}, "low"),
    ({"a": 10}, "mid"),
    ({"a": 19.999}, "mid"),
    ({"a": 20}, "high"),
    ({"a": -5}, "low"),
    ({}, "? low|mid|high"),
]

GRADES: dict[str, tuple[str, Cases]] = {
    "bands, rising": (BANDS_RISING, ANY_ORDER),
    "bands, falling": (BANDS_FALLING, [*ANY_ORDER[:-1], ({}, "? high|mid|low")]),
    "bands without a floor": (
        "of: a\nbands: {mid: {from: 10}, high: {from: 20}}",
        [({"a": 9}, "none"), ({"a": 10}, "mid"), ({"a": 25}, "high"), ({}, "? mid|high|–")],
    ),
    "bands without a floor, falling": (
        "of: a\nbands: {high: {from: 20}, mid: {from: 10}}",
        [({"a": 9}, "none"), ({"a": 10}, "mid"), ({"a": 25}, "high")],
    ),
    "one band": ("of: a\nbands: {some: {from: 1}}", [({"a": 1}, "some"), ({"a": 0}, "none")]),
    "bands of what does not apply": (
        "of: budget / a\nbands: {low: {}, high: {from: 10}}",
        [
            ({"budget": 5, "a": 0}, "none"),
            ({"budget": 50, "a": 5}, "high"),
            ({"budget": 5, "a": 1}, "low"),
        ],
    ),
    "bands of what was computed": (
        "of: a + b\nbands: {low: {}, high: {from: 0.8}}",
        [({"a": 0.7, "b": 0.1}, "high"), ({"a": 0.7, "b": 0.05}, "low")],
    ),
    "bands of a date": (
        "of: due_on\nbands: {early: {}, late: {from: '\"2026-12-01\"'}}",
        [({"due_on": "2026-11-30"}, "early"), ({"due_on": "2026-12-01"}, "late")],
    ),
    "bands of a date, falling, no floor": (
        "of: due_on\nbands: {late: {from: '\"2026-12-01\"'}, early: {from: '\"2026-06-01\"'}}",
        [
            ({"due_on": "2026-05-31"}, "none"),
            ({"due_on": "2026-06-01"}, "early"),
            ({"due_on": "2026-12-01"}, "late"),
        ],
    ),
    "cases of one choice": (
        "by: kind\ncases: {office: O, welfare: W, gift: G}",
        [({"kind": "gift"}, "G"), ({"kind": "福利"}, "W"), ({}, "? O|W|G")],
    ),
    "cases that leave a word out": (
        "by: kind\ncases: {office: O, welfare: W}",
        [({"kind": "gift"}, "none"), ({"kind": "office"}, "O"), ({}, "? O|W|–")],
    ),
    "cases by alias": ("by: kind\ncases: {福利: W, else: X}", [({"kind": "welfare"}, "W")]),
    "cases with else": (
        "by: kind\ncases: {office: O, else: X}",
        [({"kind": "gift"}, "X"), ({"kind": "office"}, "O"), ({}, "? O|X")],
    ),
    "else stands anywhere": (
        "by: kind\ncases: {else: X, office: O}",
        [({"kind": "gift"}, "X"), ({"kind": "office"}, "O")],
    ),
    "cases of a flag": (
        "by: f\ncases: {true: Y, false: N}",
        [({"f": True}, "Y"), ({"f": False}, "N"), ({}, "? Y|N")],
    ),
    "cases that agree": (
        "by: kind\ncases: {office: A, welfare: A, gift: A}",
        [({}, "A"), ({"kind": "gift"}, "A")],
    ),
    "cases of two choices": (
        "by: [f, g]\ncases: {true: {true: I, false: II}, false: {true: III, false: IV}}",
        [
            ({"f": True, "g": True}, "I"),
            ({"f": True, "g": False}, "II"),
            ({"f": False, "g": True}, "III"),
            ({"f": False, "g": False}, "IV"),
            ({"f": True}, "? I|II"),
            ({"g": False}, "? II|IV"),
            ({"f": False}, "? III|IV"),
            ({}, "? I|II|III|IV"),
        ],
    ),
    "cases of two choices with else": (
        "by: [kind, f]\ncases: {office: {true: I, else: II}, else: {true: III, else: IV}}",
        [
            ({"kind": "office", "f": False}, "II"),
            ({"kind": "gift", "f": True}, "III"),
            ({"kind": "gift"}, "? III|IV"),
            ({"kind": "office"}, "? I|II"),
        ],
    ),
    "a form inside a case": (
        "by: kind\ncases: {office: {of: a, bands: {few: {}, many: {from: 5}}}, else: other}",
        [
            ({"kind": "office", "a": 7}, "many"),
            ({"kind": "office", "a": 1}, "few"),
            ({"kind": "gift"}, "other"),
        ],
    ),
    "rows": (
        "rows: {A: {when: f}, B: {when: a > 1}, C: {}}",
        [
            ({"f": True}, "A"),
            ({"f": False, "a": 2}, "B"),
            ({"f": False, "a": 1}, "C"),
            ({"a": 2}, "B? A|B"),  # unknown conditions are taken for false
            ({"a": 1}, "? A|C"),  # only the else row would say C: no evidence
            ({}, "? A|B|C"),
        ],
    ),
    "rows without an else row": (
        "rows: {A: {when: f}, B: {when: g}}",
        [({"f": False, "g": False}, "none"), ({"f": False}, "? B|–")],
    ),
    "the else row stands anywhere": (
        "rows: {C: {}, A: {when: f}}",
        [({"f": True}, "A"), ({"f": False}, "C")],
    ),
    "rows with other values": (
        "rows: {one: {when: f, value: A}, two: {when: g, value: A}, three: {value: B}}",
        [({"f": True}, "A"), ({"g": True}, "A"), ({"f": False, "g": False}, "B")],
    ),
    "before": (
        "rows: {A: {when: a > 1}, B: {when: a > 2, before: A}, C: {}}",
        [({"a": 3}, "B"), ({"a": 2}, "A"), ({"a": 0}, "C")],
    ),
    "pick only": (
        "pick: only\nrows: {A: {when: f}, B: {when: g}, C: {when: a > 1}}",
        [
            ({"f": True, "g": False, "a": 0}, "A"),
            ({"f": True, "g": True, "a": 0}, "? A|B"),
            ({"f": True, "g": True, "a": 2}, "? A|B|C"),
            ({"f": True, "g": True}, "? A|B|C"),
            ({"f": True, "a": 0}, "A? A|B"),
            ({"f": False, "g": False, "a": 0}, "none"),
        ],
    ),
    "pick only with an else row": (
        "pick: only\nrows: {A: {when: f}, B: {when: g}, C: {}}",
        [
            ({"f": False, "g": False}, "C"),
            ({"f": False, "g": True}, "B"),
            ({"f": True, "g": True}, "? A|B"),
        ],
    ),
    "pick only with rows of one value": (
        "pick: only\nrows: {one: {when: f, value: A}, two: {when: g, value: A}}",
        [({"f": True, "g": True}, "A"), ({"f": True}, "A")],
    ),
    "if": (
        "if: f\nof: a\nbands: {low: {}, high: {from: 5}}",
        [
            ({"f": False}, "none"),
            ({"f": False, "a": 9}, "none"),
            ({"f": True, "a": 9}, "high"),
            ({"a": 9}, "? high|–"),
            ({}, "? low|high|–"),
        ],
    ),
}


@pytest.mark.parametrize("name", GRADES)
def test_grades(name: str) -> None:
    form, cases = GRADES[name]
    leads = rules(f"grades:\n  q:\n{indented(form, 4)}").leads(lead for lead, _ in cases)
    found = [shown(lead["grades"]["q"]) for _, lead in sorted(leads.items(), key=by_number)]
    wanted = [wanted for _, wanted in cases]
    assert found == wanted


def by_number(item: tuple[str, Any]) -> int:
    return int(item[0][1:])


OPEN: list[tuple[str, dict[str, Any], str]] = [
    ("of: s\nbands: {low: {}, high: {from: 50}}", {"f": True, "g": True}, "high"),
    ("of: s\nbands: {low: {}, high: {from: 50}}", {"f": False}, "low"),  # at most 40
    ("of: s\nbands: {low: {}, high: {from: 50}}", {"f": True}, "low? low|high"),
    ("of: s\nbands: {low: {}, high: {from: 30}}", {"f": True}, "high"),  # at least 40
    ("of: s\nbands: {low: {}, mid: {from: 30}, high: {from: 90}}", {"f": True}, "mid"),
    ("of: s\nbands: {low: {}, mid: {from: 30}, top: {from: 60}}", {"f": True}, "mid? mid|top"),
    ("rows: {A: {when: s >= 80}, B: {when: s > 40}, C: {}}", {"f": False}, "C"),
    ("rows: {A: {when: s >= 80}, B: {when: s >= 40}, C: {}}", {"g": True}, "B? A|B"),
]


@pytest.mark.parametrize(("form", "lead", "wanted"), OPEN)
def test_bands_and_rows_of_an_open_score(form: str, lead: dict[str, Any], wanted: str) -> None:
    text = f"""
scores:
  s:
    range: [0, 100]
    rules: {{r: {{when: f, points: 40}}, s: {{when: g, points: 40}}}}
grades:
  q:
{indented(form, 4)}
"""
    assert shown(rules(text).lead(**lead)["grades"]["q"]) == wanted


SETTINGS = """
settings: {good: 10, best: {value: 20, type: number}}
grades:
  q: {of: a, bands: {low: {}, mid: {from: good}, high: {from: best}}}
"""


def test_edges_by_settings() -> None:
    leads = [{"a": 9}, {"a": 10}, {"a": 20}]
    assert [shown(lead["grades"]["q"]) for lead in rules(SETTINGS).leads(leads).values()] == [
        "low", "mid", "high",
    ]  # fmt: skip
    leads = [{"a": 9}, {"a": 10}, {"a": 15}]
    found = rules(SETTINGS, settings={"best": "15"}).leads(leads).values()
    assert [shown(lead["grades"]["q"]) for lead in found] == ["low", "mid", "high"]


def test_edges_keep_their_order_in_every_stack() -> None:
    found = problems(SETTINGS, "for: f\nchanges: {settings: {good: 30}}")
    assert brief(found) == [("bands-out-of-order", "p1:5:50")]
    assert "20" in found[0].message
    assert "30" in found[0].message
    assert brief(problems(SETTINGS, settings={"good": "20"})) == [("bands-out-of-order", "p1:5:50")]


FACTS: list[tuple[str, dict[str, Any], Any]] = [
    ("a + b", {"a": 1, "b": 2}, 3),
    ("a + b", {"a": 1}, None),
    ("{value: a + b, if: f}", {"a": 1, "b": 2, "f": True}, 3),
    ("{value: a + b, if: f}", {"a": 1, "b": 2, "f": False}, "none"),
    ("{value: a + b, if: f}", {"a": 1, "b": 2}, None),
    ("{by: kind, cases: {office: 1, welfare: a * 2, else: 0}}", {"kind": "welfare", "a": 3}, 6),
    ("{by: kind, cases: {office: 1, welfare: a * 2, else: 0}}", {"kind": "gift"}, 0),
    ("{of: a, bands: {few: {}, many: {from: 3}}}", {"a": 3}, "many"),
    ("{of: a, bands: {few: {value: 0}, many: {from: 3, value: b}}}", {"a": 3, "b": 8}, 8),
    ("{rows: {one: {when: f, value: 1}, two: {value: 2}}}", {"f": False}, 2),
    ("budget / a", {"budget": 100, "a": 0}, "none"),
    ("mean(orders.amount)", {"orders": []}, "none"),
    ("sum(orders.amount)", {"orders": []}, 0),
    ("sum(orders.amount)", {}, None),
    ("count(orders)", {"orders": [{"date": "2026-01-01"}]}, 1),
    ("sum(orders.amount)", {"orders": [{"date": "2026-01-01"}]}, None),
]


@pytest.mark.parametrize(("form", "lead", "wanted"), FACTS)
def test_facts(form: str, lead: dict[str, Any], wanted: Any) -> None:
    found = rules(f"facts:\n  q: {form}").lead(**lead)["facts"]["q"]
    assert (found["value"] if found["status"] != "none" else "none") == wanted


MATRIX = """
facts: {bought: count(orders) > 0, spend: sum(orders.amount)}
grades:
  size: {if: bought, of: spend, bands: {high: {from: 100}, low: {}}}
  care: {if: bought, rows: {high: {when: f}, low: {}}}
  cell: {if: bought, by: [size, care], cases: {high: {high: EI, low: EII}, low: {high: EIII, low: EIV}}}
"""
ORDER = {"date": "2026-01-01", "amount": 500}
MATRIX_CASES: list[tuple[dict[str, Any], str]] = [
    ({"orders": [], "f": True}, "none"),
    ({"orders": []}, "none"),
    ({"orders": [ORDER], "f": True}, "EI"),
    ({"orders": [ORDER], "f": False}, "EII"),
    ({"orders": [{**ORDER, "amount": 5}], "f": True}, "EIII"),
    ({"orders": [{**ORDER, "amount": 5}], "f": False}, "EIV"),
    ({"orders": [ORDER]}, "? EI|EII"),
    ({"f": True}, "? EI|EIII|–"),
    ({}, "? EI|EII|EIII|EIV|–"),
]


def test_who_never_bought_is_not_in_the_matrix() -> None:
    leads = rules(MATRIX).leads(lead for lead, _ in MATRIX_CASES)
    found = [shown(lead["grades"]["cell"]) for _, lead in sorted(leads.items(), key=by_number)]
    assert found == [wanted for _, wanted in MATRIX_CASES]


def test_what_is_missing_is_named_and_nothing_else() -> None:
    ruled = rules("grades: {q: {rows: {A: {when: f and x > 5}, B: {when: g}, C: {}}}}")
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["x", "f", "g"]),
        ({"f": False}, ["g"]),
        ({"x": 1}, ["g"]),
        ({"g": True}, ["x", "f"]),
        ({"g": True, "x": 9}, ["f"]),
    ]
    leads = ruled.leads(lead for lead, _ in cases)
    assert [lead["grades"]["q"]["missing"] for lead in leads.values()] == [m for _, m in cases]


REFUSED: list[tuple[str, str, str]] = [
    ("{of: a, bands: {x: {from: 1}, y: {}, z: {from: 3}}}", "bands-out-of-order", ""),
    ("{of: a, bands: {x: {from: 3}, y: {from: 1}, z: {from: 2}}}", "bands-out-of-order", ""),
    ("{of: a, bands: {x: {}, y: {}}}", "two-floors", ""),
    ("{of: a, bands: {x: {}, y: {from: b}}}", "edge-not-constant", "rows"),
    ("{of: due_on, bands: {x: {}, y: {from: due_on + 1}}}", "edge-not-constant", "rows"),
    ("{of: kind, bands: {x: {}, y: {from: 2}}}", "type-mismatch", "cases"),
    ("{bands: {x: {}}}", "missing-key", ""),
    ("{by: kind, cases: {ofice: O}}", "unknown-word", 'did you mean "office"?'),
    ("{by: [kind, f], cases: {office: {tru: O}}}", "unknown-word", ""),
    ("{by: [kind, f], cases: {office: O}}", "wrong-shape", ""),
    ("{by: causes, cases: {novelty: O}}", "type-mismatch", ""),
    ("{by: a, cases: {office: O}}", "type-mismatch", "bands"),
    ("{rows: {A: {when: f, before: C}, B: {}}}", "unknown-row", ""),
    ("{rows: {A: {when: f, before: B}, B: {before: A}}}", "circular-order", ""),
    ("{rows: {A: {}, B: {}}}", "two-else-rows", ""),
    ("{rows: {A: {when: a}}}", "not-a-condition", "> 0"),
    ("{rows: {A: {when: f}}, of: a, bands: {B: {}}}", "two-forms", "keep one"),
    ("{if: f}", "missing-key", ""),
    ("{rank: kind, cuts: {A: {}}}", "type-mismatch", ""),
    ("{rank: a, cuts: {A: {}, B: {top: 1%}}}", "cut-without-limit", ""),
    ("{rank: a, cuts: {A: {top: 1%, holds: 80%}}}", "two-limits", ""),
    ("{rank: a, cuts: {A: {spend: b}}}", "missing-key", ""),
    ("{rank: a, cuts: {A: {top: b}}}", "edge-not-constant", ""),
    ("{rank: a, cuts: {A: {top: 101%}}}", "bad-number", "15%"),
    ("{rank: a, cuts: {A: {top: 1%}, B: {top: 5%}}}", "wrong-value", "next:"),
    ("{rank: a, cuts: {A: {top: 0.01}}}", "wrong-value", "1%"),
    ("{rank: a, cuts: {A: {holds: 80}}}", "wrong-value", "80%"),
    ("{rank: a, cuts: {A: {holds: 50%}, B: {holds: 80%}}}", "wrong-value", "30%"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "code", "hint"), REFUSED)
def test_refused_forms(form: str, code: str, hint: str) -> None:
    found = problems(f"grades:\n  q: {form}")
    assert code in [problem.code for problem in found], found
    problem = next(problem for problem in found if problem.code == code)
    assert hint in (problem.hint or "")
    assert problem.at is not None
    assert problem.at.line == 4
