"""What a result says of a run and of each lead, and in which order leads are called."""

from __future__ import annotations

from typing import Any

import pytest
from rules_world import MODEL, rules

from groupbuy.errors import GroupbuyError
from groupbuy.files.leads import read_leads

GATES = """
gates:
  no:    {when: f, verdict: stop, unknown: pass}
  later: {when: g, verdict: hold, unknown: pass}
grades: {q: {rows: {A: {when: a > 10}, B: {}}}}
"""


def test_the_summary_counts_every_lead_once() -> None:
    found = rules(GATES).result(
        [{"f": True}, {"f": True, "g": True}, {"g": True}, {"a": 5}, {"a": "many"}]
    )
    assert found.data["summary"] == {
        "leads": 5,
        "stop": 2,
        "hold": 1,
        "terms": 0,
        "go": 1,
        "set_aside": 1,
        "unranked": {},
    }
    assert [item["id"] for item in found.data["set_aside"]] == ["L5"]
    assert found.incomplete
    assert not rules(GATES).result([{"a": 5}]).incomplete


def test_without_gates_everybody_goes() -> None:
    found = rules("facts: {c: a}").result([{"a": 1}, {}]).data
    assert (found["summary"]["leads"], found["summary"]["go"]) == (2, 2)
    assert [lead["verdict"]["value"] for lead in found["leads"]] == ["go", "go"]


def test_how_many_could_not_be_ranked() -> None:
    cuts = "cuts: {A: {top: 1}, B: {}}"
    text = f"grades: {{q: {{rank: a, {cuts}}}, p: {{rank: b, {cuts}}}}}"
    leads = [{"a": 1, "b": 1}, {"b": 2}, {"b": 3}]
    assert rules(text).result(leads).data["summary"]["unranked"] == {"q": 2}


def test_all_leads_are_kept_for_who_asks() -> None:
    world = rules(GATES, head="rank_by: [a]", top=1)
    world.result(LEADS)
    leads = read_leads([world.folder / "leads.json"], world.workspace.model)
    kept = world.workspace.evaluate(leads, keep=True)
    assert kept.run is not None
    assert [case.lead.id for case in kept.ranked] == ["L2", "L3", "L1"]
    alone = world.workspace.evaluate(leads)
    assert (alone.run, list(alone.ranked)) == (None, [])


def test_a_private_name_is_masked_and_a_blank_one_is_blank() -> None:
    world = rules(
        GATES, model=MODEL.replace("name:   {type: text}", "name: {type: text, pii: true}")
    )
    found = world.result([{"name": "王芳"}, {}]).data["leads"]
    assert [lead["name"] for lead in found] == ["***", None]
    known = rules(GATES).result([{"name": "晨光"}, {}]).data["leads"]
    assert [lead["name"] for lead in known] == ["晨光", None]


def test_what_was_taken_for_granted_is_said() -> None:
    world = rules("facts: {loud: not quiet}")
    assert world.lead(a=1)["assumed"] == ["quiet"]
    assert "assumed" not in world.lead(quiet=False)


def test_fields_are_shown_where_they_are_columns() -> None:
    world = rules(GATES, head="columns: [q, a, budget, due_on]")
    assert world.lead(a=5, due_on="2026-12-01")["fields"] == {
        "a": 5,
        "budget": None,
        "due_on": "2026-12-01",
    }
    assert "fields" not in rules(GATES, head="columns: [q]").lead(a=5)


def test_who_is_stopped_is_asked_nothing() -> None:
    world = rules(GATES, head="columns: [q]")
    assert [each["field"] for each in world.lead(f=False, g=False)["questions"]] == ["a"]
    assert world.lead(f=True, g=False)["questions"] == []


RANKED: list[tuple[str, list[dict[str, Any]], list[str]]] = [
    # the most first; unknown behind known; ties by id
    ("a", [{"a": 1}, {"a": 3}, {}, {"a": -2}, {"a": 3}], ["L2", "L5", "L1", "L4", "L3"]),
    # what does not apply comes last
    ("ratio", [{"a": 1, "b": 0}, {"a": 1}, {"a": 1, "b": 2}], ["L3", "L2", "L1"]),
    # true before false, the words of a grade in their order
    ("g", [{"g": False}, {"g": True}, {}], ["L2", "L1", "L3"]),
    ("q", [{"a": 5}, {}, {"a": 50}], ["L3", "L1", "L2"]),
    # the second decides where the first is equal
    ("q, b", [{"a": 50, "b": 1}, {"a": 60, "b": 2}, {"a": 1, "b": 9}], ["L2", "L1", "L3"]),
    # a score that is open: by what is known of it
    ("s", [{"a": 5}, {"a": 50}, {}], ["L2", "L1", "L3"]),
    ("due_on", [{"due_on": "2026-12-01"}, {"due_on": "2027-01-01"}], ["L2", "L1"]),
]  # fmt: skip
VALUES = """
facts: {ratio: a / b}
scores: {s: {range: [0, 100], rules: {big: {when: a > 10, points: 60}, base: {points: 10}}}}
"""


@pytest.mark.parametrize(("by", "leads", "wanted"), RANKED)
def test_the_order_in_which_to_call(
    by: str, leads: list[dict[str, Any]], wanted: list[str]
) -> None:
    found = rules(GATES + VALUES, head=f"rank_by: [{by}]").result(leads).data["leads"]
    assert [lead["id"] for lead in found] == wanted
    assert [lead["rank"] for lead in found] == list(range(1, len(leads) + 1))


def test_who_is_stopped_comes_last_and_has_no_rank() -> None:
    leads = [{"a": 9, "f": True}, {"a": 1}, {"a": 5}]
    found = rules(GATES, head="rank_by: [a]").result(leads).data["leads"]
    assert [(lead["id"], lead["rank"]) for lead in found] == [("L3", 1), ("L2", 2), ("L1", None)]


MISSING: list[tuple[str, str, dict[str, Any], list[str]]] = [
    # arms whose condition fails count for nothing
    ("facts: {c: a if f else b}", "c > 5", {"f": False}, ["b"]),
    ("facts: {c: a if f else b}", "c > 5", {"f": True}, ["a"]),
    ("facts: {c: a if f else b}", "c > 5", {}, ["a", "b", "f"]),
    ("facts: {c: a if f else b}", "c > 5", {"a": 1, "b": 9}, ["f"]),
    # lines of a score that are settled count for nothing
    (
        "scores: {s: {range: [0, 100], rules: "
        "{one: {when: f or a > 3, points: 50}, two: {when: g, points: 50}}}}",
        "s > 60",
        {"f": True},
        ["g"],
    ),
    ("facts: {c: a + b}", "c > 5", {"a": 1}, ["b"]),
    ("facts: {c: sum(orders.amount)}", "c > 5", {}, ["orders"]),
    ("facts: {c: sum(orders.amount)}", "c > 5", {"orders": [{}]}, ["orders.amount"]),
    ("facts: {c: 1}", "f and g", {"f": True}, ["g"]),
    ("facts: {c: 1}", "f and g", {}, ["f", "g"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "condition", "lead", "wanted"), MISSING)
def test_only_blanks_that_matter_are_missing(
    text: str, condition: str, lead: dict[str, Any], wanted: list[str]
) -> None:
    gate = f"gates: {{stop: {{when: '{condition}', verdict: hold, unknown: hold}}}}"
    (item,) = rules(f"{text}\n{gate}").lead(**lead)["verdict"]["unknown"]
    assert item["missing"] == wanted


LEADS: list[dict[str, Any]] = [{"a": n, "name": f"N{n}"} for n in (1, 30, 20)]


def test_only_those_that_were_asked_for_are_shown() -> None:
    head = "rank_by: [a]\ncolumns: [q]"
    for options, shown, matched in (
        ({}, ["L2", "L3", "L1"], 3),
        ({"where": "a > 10"}, ["L2", "L3"], 2),
        ({"where": "budget > 10"}, [], 0),
        ({"top": 1}, ["L2"], 3),
        ({"top": 0}, [], 3),
        ({"where": "a < 25", "top": 1}, ["L3"], 2),
    ):
        found = rules(GATES, head=head, **options).result(LEADS)  # type: ignore[arg-type]
        assert [lead["id"] for lead in found.data["leads"]] == shown
        assert (found.data["run"]["matched"], found.data["run"]["shown"]) == (matched, len(shown))
        assert found.data["summary"]["leads"] == 3


def test_one_lead_is_found_by_its_id_or_name() -> None:
    world = rules(GATES)
    world.result(LEADS)
    leads = read_leads([world.folder / "leads.json"], world.workspace.model)
    for wanted in ("L2", "N30"):
        (shown,) = world.workspace.explain(leads, wanted).data["leads"]
        assert shown["id"] == "L2"
        assert shown["nearly"] == []
    (shown,) = world.workspace.explain(leads, "L1").data["leads"]
    assert (shown["id"], shown["nearly"]) == ("L1", [])
    with pytest.raises(GroupbuyError) as caught:
        world.workspace.explain(leads, "N3O")
    (problem,) = caught.value.problems
    assert problem.code == "unknown-lead"
    assert "N30" in str(problem.hint)


def test_another_language_than_the_runs() -> None:
    workspace = rules(GATES).workspace
    assert workspace.presenter().shown.lang == "en"
    assert workspace.presenter("zh").shown.lang == "zh"
