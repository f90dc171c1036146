"""All contestants of the benchmarks answer the same question, or are not timed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import ours
from benchmarks.by_hand import by_hand, source
from benchmarks.lead_files import DisagreementError, compare
from benchmarks.peers.jsonlogic import logic
from benchmarks.row import disagreement
from benchmarks.workload import (
    BLANKS,
    FIELDS,
    Answer,
    Comparison,
    Condition,
    Lead,
    Workload,
    expression,
    leads,
    workload,
    write_rules,
)

WORK = workload()
LEADS = list(leads(300))
RIGHT = [by_hand(WORK, locals=True)(lead) for lead in LEADS]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> ours.Workspace:
    return ours.workspace(write_rules(tmp_path_factory.mktemp("rules"), WORK, tiers=False))


@pytest.mark.parametrize("make", [ours.answering, ours.everything])
def test_compiled_rules_answer_as_ifs_by_hand(
    make: Callable[[ours.Workspace, Workload], Callable[[Lead], Answer]], opened: ours.Workspace
) -> None:
    evaluate = make(opened, WORK)
    assert [evaluate(lead) for lead in LEADS] == RIGHT


def test_results_of_a_run_answer_as_ifs_by_hand(opened: ours.Workspace) -> None:
    result = opened.evaluate(ours.lead_file(LEADS, opened))
    found = {}
    for lead in result.data["leads"]:
        segment = lead["grades"]["segment"]
        word = segment["value"] or segment["likely"] or WORK.rest
        fit = lead["scores"]["fit"]
        found[lead["id"]] = (fit["value"], word, [rule["id"] for rule in fit["rules"]])
    compare(WORK, LEADS, found)


def test_both_forms_of_ifs_agree() -> None:
    evaluate = by_hand(WORK, locals=False)
    assert [evaluate(lead) for lead in LEADS] == RIGHT


def test_the_workload_is_the_one_that_is_described() -> None:
    assert len(FIELDS) == 20
    assert len(WORK.rules) == 50
    assert len(WORK.rows) + 1 == 8
    assert {len(rule.condition.parts) for rule in WORK.rules} == {1, 2, 3}
    blanks = [value is None for lead in LEADS for value in lead.values()]
    assert sum(blanks) / (len(LEADS) * len(FIELDS)) == pytest.approx(BLANKS, abs=0.02)
    assert {word for _, word, _ in RIGHT} == {*(row.word for row in WORK.rows), WORK.rest}
    assert {id for _, _, fired in RIGHT for id in fired} == set(WORK.ids)


def test_more_rules_begin_with_the_same() -> None:
    assert workload(80).rules[:50] == WORK.rules
    assert list(leads(5)) == LEADS[:5]


@pytest.mark.parametrize(
    ("condition", "rule", "ifs"),
    [
        (
            Condition(True, (Comparison("budget", ">=", 5), Comparison("kind", "!=", "gift"))),
            'budget >= 5 and kind != "gift"',
            "budget is not None and budget >= 5 and kind is not None and kind != 'gift'",
        ),
        (
            Condition(False, (Comparison("budget", "<", 5), Comparison("dealer", "==", False))),
            "budget < 5 or not dealer",
            "(budget is not None and budget < 5) or dealer is False",
        ),
        (
            Condition(True, (Comparison("kind", "in", ("gift", "office")),)),
            'kind in ["gift", "office"]',
            "kind in ('gift', 'office')",
        ),
    ],
)
def test_one_condition_in_each_language(condition: Condition, rule: str, ifs: str) -> None:
    assert expression(condition) == rule
    work = Workload(workload(1).rules, workload().rows[:1], "rest")
    only = Workload((type(work.rules[0])("r", condition, 1),), work.rows, "rest")
    assert f"    if {ifs}:\n" in source(only, locals=True)


def test_json_logic_asks_for_blanks_where_null_would_count() -> None:
    number = Condition(True, (Comparison("budget", "<", 5),))
    word = Condition(True, (Comparison("kind", "==", "gift"),))
    field = {"var": "budget"}
    assert logic(number) == {"and": [{"!==": [field, None]}, {"<": [field, 5]}]}
    assert logic(word) == {"===": [{"var": "kind"}, "gift"]}


def test_a_peer_that_disagrees_is_named_with_the_lead() -> None:
    def without_guards(lead: Lead) -> Answer:
        score, word, fired = by_hand(WORK, locals=True)(lead)
        return (score, word, fired) if lead["budget"] is not None else (score + 1, word, fired)

    first = next(n for n, lead in enumerate(LEADS) if lead["budget"] is None)
    score, word, _ = RIGHT[first]
    assert disagreement(without_guards, LEADS, RIGHT) == (
        f"{LEADS[first]['id']}: {score + 1:g} {word} in place of {score:g} {word}"
    )
    assert disagreement(by_hand(WORK, locals=True), LEADS, RIGHT) == ""


def test_a_lead_without_a_result_is_a_disagreement() -> None:
    found = {str(lead["id"]): answer for lead, answer in zip(LEADS, RIGHT, strict=True)}
    compare(WORK, LEADS, found)
    del found["L0000007"]
    with pytest.raises(DisagreementError, match=r"L0000007.*None"):
        compare(WORK, LEADS, found)


def test_yaml_of_leads_reads_back(tmp_path: Path, opened: ours.Workspace) -> None:
    from benchmarks.lead_files import write_yaml
    from groupbuy.files.leads import read_leads

    read = read_leads([write_yaml(tmp_path / "leads.yaml", 20)], opened.model)
    assert [lead.values for lead in read.leads] == LEADS[:20]
