"""Questions: what settles comes first, its witness is right, pairs are found (design §5)."""

# ruff: noqa: E501 - a row of a table is one line

from typing import Any

import pytest
from rules_world import Rules, rules

HEAD = "columns: [q]"


def asked(form: str, more: str = "", head: str = HEAD, **lead: Any) -> list[dict[str, Any]]:
    """The questions about the grade `q` for one lead."""
    found: list[dict[str, Any]] = ruled(form, more, head).lead(**lead)["questions"]
    return found


def ruled(form: str, more: str = "", head: str = HEAD) -> Rules:
    return rules(f"grades:\n  q: {form}\n{more}", head=head)


# The grade, the lead, and the fields asked about, the most telling first.
ASKED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("{rows: {A: {when: f}, B: {}}}", {}, ["f"]),
    ("{rows: {A: {when: f}, B: {}}}", {"f": True}, []),
    # g settles whatever the answer is; f only where it is true
    ("{rows: {A: {when: f and g}, B: {when: not g}, C: {}}}", {"f": True}, ["g"]),
    ("{rows: {A: {when: f}, B: {when: g}, C: {}}}", {"g": True}, ["f"]),
    ("{rows: {A: {when: f}, B: {when: g}, C: {}}}", {}, ["f", "g"]),
    ("{by: kind, cases: {office: O, welfare: W, gift: G}}", {}, ["kind"]),
    ("{rows: {A: {when: due_on < \"2026-12-24\"}, B: {}}}".replace('"', "'"), {}, ["due_on"]),
    ("{rows: {A: {when: '\"novelty\" in causes'}, B: {}}}", {}, ["causes"]),
    ("{rows: {A: {when: count(orders) > 0}, B: {}}}", {}, ["orders"]),
    # what is known already, and what does not matter, is not asked
    ("{rows: {A: {when: f and a > 1}, B: {}}}", {"a": 0}, []),
    ("{rows: {A: {when: f and a > 1}, B: {}}}", {"a": 2}, ["f"]),
    # a field without `ask` in the model is nobody's question
    ("{rows: {A: {when: region == 'x'}, B: {}}}", {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("form", "lead", "fields"), ASKED)
def test_what_is_asked(form: str, lead: dict[str, Any], fields: list[str]) -> None:
    assert [question["field"] for question in asked(form, **lead)] == fields


@pytest.mark.parametrize(
    ("form", "lead"),
    [
        ("{rows: {A: {when: f}, B: {}}}", {}),
        ("{by: kind, cases: {office: O, welfare: W, gift: G}}", {}),
        ("{of: a, bands: {low: {}, mid: {from: 94.5}, high: {from: 95}}}", {}),
        ("{of: share, bands: {low: {}, mid: {from: 0.94}, high: {from: 0.95}}}", {}),
        ("{of: budget, bands: {low: {}, mid: {from: 123456}, high: {from: 234567}}}", {}),
        ("{of: x, bands: {low: {}, high: {from: 7}}}", {}),
        ("{rows: {A: {when: a > 17 and a < 17.15}, B: {}}}", {}),
        ("{rows: {A: {when: a > 1}, B: {when: a > 2}, C: {when: a > 3}, D: {when: a > 400000}}}", {}),
        ("{rows: {A: {when: f and x > 3}, B: {}}}", {"f": True}),
        ("{rows: {A: {when: f and x > 3}, B: {}}}", {"x": 5}),
        ("{rows: {A: {when: due_on > '2027-03-03'}, B: {}}}", {}),
    ],
)  # fmt: skip
def test_the_first_question_settles_and_its_witnesses_are_right(
    form: str, lead: dict[str, Any]
) -> None:
    given = ruled(form)
    question = given.lead(**lead)["questions"][0]
    assert question["settles"] == ["q"]
    assert question["example"]
    for answer, outcome in question["example"].items():
        value: Any = answer
        if question["field"] in ("a", "x", "share", "budget"):
            value = float(answer)
        elif answer in ("true", "false"):
            value = answer == "true"
        found = given.lead(**lead, **{question["field"]: value})["grades"]["q"]
        assert found["value"] == outcome


def test_each_word_that_one_answer_can_give_has_a_witness() -> None:
    first = asked("{of: a, bands: {low: {}, mid: {from: 94.5}, high: {from: 95}}}")[0]
    assert set(first["example"].values()) == {"low", "mid", "high"}


def test_answers_that_only_matter_together() -> None:
    questions = asked("{rows: {A: {when: f and g}, B: {when: f or g}, C: {}}}")
    assert {question["field"]: question.get("with") for question in questions} == {
        "f": ["g"], "g": ["f"],
    }  # fmt: skip
    assert [question["settles"] for question in questions] == [["q"], ["q"]]


def test_an_answer_that_settles_goes_before_those_that_narrow() -> None:
    # a score: kind decides alone, the others only together
    more = """
scores:
  s:
    range: [0, 100]
    rules:
      kind: {by: kind, cases: {office: 60, welfare: 0, gift: 60}}
      f: {when: f, points: 10}
      g: {when: g, points: 10}
"""
    form = "{of: s, bands: {low: {}, high: {from: 50}}}"
    questions = asked(form, more)
    assert questions[0]["field"] == "kind"
    assert questions[0]["settles"] == ["q"]
    assert set(questions[0]["example"].values()) == {"low", "high"}


def test_three_by_default_and_as_many_as_wanted() -> None:
    form = "{rows: {A: {when: f and g and x > 1 and a > 1 and b > 1}, B: {}}}"
    assert len(asked(form)) == 3
    text = f"grades:\n  q: {form}\n"
    assert len(rules(text, head=HEAD, questions=10).lead()["questions"]) == 5


def test_columns_say_what_questions_are_about() -> None:
    more = "  r: {rows: {A: {when: g}, B: {}}}"
    form = "{rows: {A: {when: f}, B: {}}}"
    assert [each["field"] for each in asked(form, more)] == ["f"]
    both = asked(form, more, head="columns: [q, r, a]")
    assert [(each["field"], each["settles"]) for each in both] == [("f", ["q"]), ("g", ["r"])]


def test_a_conflict_is_a_question() -> None:
    form = (
        "{pick: only, rows: {given: {value: A, when: known(kind) and kind == 'office'}, "
        "A: {when: missing(kind) and f}, B: {when: missing(kind) and g}}}"
    )
    questions = asked(form, f=True, g=True)
    assert [question["field"] for question in questions] == ["kind"]
    assert questions[0]["settles"] == ["q"]
