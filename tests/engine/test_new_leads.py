"""Plays over rows: split by a value of the row; leads that follow from others (`lead:`)."""

from typing import Any

import pytest
from rules_world import MODEL, Rules, brief, problems, rules

from groupbuy.render.new_leads import new_leads, show_new_leads

WORLD = (
    MODEL
    + """
  phone:   {type: text, pii: true}
  related:
    type: table
    key: who
    fields:
      who: {type: text}
      role: {type: choice, of: [supplier, rival]}
      mail: {type: text, pii: true}
"""
)
CHAIN = """
plays:
  chain:
    each: related
    when: f and related.role == "supplier"
    do: see {related.who}
    lead:
      name: related.who
      kind: 福利
      causes: [novelty, 不满]
      a: a + 1
      region: region
      due_on: today
      f: true
      orders: []
"""
ROWS = [
    {"who": "甲厂", "role": "supplier"},
    {"who": "乙厂", "role": "rival"},
    {"who": "丙厂", "role": "supplier"},
]


def world(text: str, **options: Any) -> Rules:
    """Rules over a model with related organisations."""
    return rules(text, model=WORLD.replace("dissatisfied]", "dissatisfied, 不满]"), **options)


def test_a_lead_for_each_row_that_holds() -> None:
    plays = world(CHAIN).lead(id="L1", f=True, a=2, related=ROWS)["plays"]
    same = {"kind": "welfare", "causes": ["novelty", "不满"], "a": 3, "due_on": "2026-11-22"}
    assert [play["lead"] for play in plays] == [
        # the region is not known, and left blank
        {"id": f"L1/chain/{name}", "name": name, **same, "f": True, "orders": []}
        for name in ("丙厂", "甲厂")
    ]


def test_what_a_new_lead_says_is_a_lead() -> None:
    plays = world(CHAIN).lead(id="L1", f=True, a=2, region="东", related=ROWS)["plays"]
    again = world(CHAIN).leads([play["lead"] for play in plays])
    assert [lead["name"] for lead in again.values()] == ["丙厂", "甲厂"]
    assert again["L1/chain/甲厂"]["plays"] == []


def test_a_play_can_be_split_by_a_value_of_the_row() -> None:
    text = """
    facts: {needs.state: {rows: {fine: {when: needs.can}, lacking: {}}}}
    plays:
      say:
        each: needs
        by: needs.state
        cases: {fine: {do: "{needs.what}: yes"}, lacking: {do: "{needs.what}: no"}}
    """
    needs = [{"what": "a", "can": True}, {"what": "b", "can": False}, {"what": "c"}]
    plays = rules(text).lead(needs=needs)["plays"]
    assert [(play["key"], play["do"]) for play in plays] == [
        ("L1/say/fine/a", "a: yes"),
        ("L1/say/lacking/b", "b: no"),
    ]


def test_a_play_without_rows_and_its_cases_create_one_each() -> None:
    text = """
    plays:
      branch:
        when: f
        by: causes
        do: see them
        lead: {name: region, kind: kind}
        cases: {novelty: {}, competitor: {}}
    """
    causes = ["novelty", "competitor"]
    plays = rules(text).lead(id="L1", f=True, causes=causes, region="东", kind="gift")["plays"]
    assert [play["lead"] for play in plays] == [
        {"id": f"L1/branch/{cause}", "name": "东", "kind": "gift"} for cause in sorted(causes)
    ]


WRONG: list[tuple[str, str, str]] = [
    ("{nam: region}", "unknown-name", "name"),
    ("{id: name}", "wrong-value", "leave it out"),
    ("{phone: name}", "private-field", "leave it out"),
    ("{name: phone}", "private-field", "ask the person"),
    ("{name: related.mail}", "private-field", "ask the person"),
    ("{name: a}", "type-mismatch", ""),
    ("{a: name}", "type-mismatch", ""),
    ("{kind: wellfare}", "unknown-name", ""),
    ("{kind: [gift]}", "type-mismatch", ""),
    ("{causes: [boredom]}", "unknown-word", ""),
    ("{orders: a}", "wrong-shape", "orders: []"),
    ("{}", "wrong-shape", ""),
]


@pytest.mark.parametrize(("lead", "code", "hint"), WRONG)
def test_what_a_new_lead_refuses(lead: str, code: str, hint: str) -> None:
    text = f"plays: {{p: {{each: related, when: f, do: x, lead: {lead}}}}}"
    (found,) = problems(text, model=WORLD)
    assert (found.code if lead != "{}" else code, bool(found.at)) == (code, True), brief([found])
    assert hint in (found.hint or "")


def test_all_that_is_wrong_with_a_new_lead_is_said() -> None:
    text = "plays: {p: {when: f, do: x, lead: {nam: region, id: a, budget: region}}}"
    assert len(problems(text)) == 3


def ranked(*names: str | None) -> list[dict[str, Any]]:
    """Results of one lead each, whose play creates a lead of that name."""
    return [
        {"plays": [{"lead": {"id": f"{n}", "name": name}} if name else {}]}
        for n, name in enumerate(names)
    ]


def test_what_is_a_lead_already_is_left_out() -> None:
    found = new_leads(ranked("甲厂", None, "乙 厂", "甲厂", "Acme"), ["ACME", "丁厂"])
    assert [lead["id"] for lead in found.leads] == ["0", "2"]
    assert (found.known, found.repeated) == (1, 1)


def test_no_new_lead_is_still_a_lead_file() -> None:
    text = show_new_leads(new_leads([], []), "2026-11-22", "en")
    assert text == "# Leads that follow from others, as of 2026-11-22.\n[]\n"
