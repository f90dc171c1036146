"""The shipped packs on the example leads: who gets what, and what government changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from rules_world import AS_OF, Rules, day, shown

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.leads import read_leads

LEADS = Path(__file__).parents[2] / "examples" / "leads.yaml"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    folder = tmp_path_factory.mktemp("shipped")
    options = Options(as_of=day(AS_OF), columns=("kind", "priority", "fit", "existing", "prospect"))
    return Rules(Workspace(None, options, folder), folder)


@pytest.fixture(scope="module")
def data(shipped: Rules) -> Any:
    return shipped.workspace.evaluate(read_leads([LEADS], shipped.workspace.model)).data


@pytest.fixture(scope="module")
def leads(data: Any) -> dict[str, Any]:
    return {lead["id"]: lead for lead in data["leads"]}


def test_every_lead_is_evaluated(data: Any, leads: dict[str, Any]) -> None:
    assert len(leads) == 47
    assert data["set_aside"] == data["errors"] == []
    json.dumps(data, allow_nan=False)
    for lead in leads.values():
        for score in lead["scores"].values():
            if score.get("value") is not None:
                points = sum(line["points"] for line in score["rules"])
                assert points == pytest.approx(score["value"], abs=1e-6)
                assert score["low"] <= score["value"] <= score["high"]


GRADED: dict[tuple[str, str], str] = {
    ("existing", "EI"): "L001 L002 L012 L013 L031 L046",
    ("existing", "EII"): "L003 L004 L042",
    ("existing", "EIII"): "L005 L006",
    ("existing", "EIV"): "L007 L008 L009 L010 L044",
    ("prospect", "PI"): "L014 L016 L019 L027 L030 L033 L036",
    ("prospect", "PII"): "L015 L034 L035 L045",
    ("prospect", "PIII"): "L017",
    ("prospect", "PIV"): "L011 L018",
    ("priority", "A"): "L001 L002 L003 L012 L013 L014 L016 L019 L030 L031 L033 L036",
    ("priority", "B"): "L005 L006 L007 L009 L011 L015 L017 L020 L024 L034 L044",
    ("priority", "C"): "L008 L018",
    ("contribution", "A"): "L031",
    ("contribution", "B"): "L001 L002",
    ("loyalty", "A"): "L002 L005",
    ("boss_time", "boss"): "L001 L002 L014",
    ("pyramid", "super"): "L031",
    ("pyramid", "inactive"): "L010",
}


@pytest.mark.parametrize(("grade", "word"), GRADED)
def test_who_gets_which_grade(leads: dict[str, Any], grade: str, word: str) -> None:
    found = [id for id, lead in sorted(leads.items()) if shown(lead["grades"][grade]) == word]
    assert " ".join(found) == GRADED[grade, word]


GATED = {
    "do_not_call": "L026 L037",
    "person_commission": "L022",
    "entity_commission": "L030",
    "unmet": "L016",
    "date_passed": "L029",
    "short_notice": "L028",
    "dealer_credit": "L023",
    "dealer_first_trade": "L023",
    "dealer_distribution": "L023",
    "dealer_funds": "L023",
    "dealer_long_credit": "L023",
    "dealer_big_first": "L023",
    "dealer_pressed": "L023",
    "union_over_cap": "L033",
    "no_gifts": "L021",
    "freebie": "L027",
    "split_tender": "L031",
}


@pytest.mark.parametrize("gate", GATED)
def test_whom_a_gate_holds(leads: dict[str, Any], gate: str) -> None:
    found = [
        id
        for id, lead in sorted(leads.items())
        if gate in [reason["gate"] for reason in lead["verdict"]["reasons"]]
    ]
    assert " ".join(found) == GATED[gate]


def test_an_unknown_dealer_risk_holds_without_a_reason(leads: dict[str, Any]) -> None:
    verdict = leads["L043"]["verdict"]
    assert verdict["value"] == "hold"
    assert verdict["reasons"] == []
    assert "dealer_credit" in [gate["gate"] for gate in verdict["unknown"]]


def test_what_is_ambiguous_is_asked_and_never_guessed(leads: dict[str, Any]) -> None:
    kind = leads["L025"]["grades"]["kind"]
    assert (kind["status"], kind["likely"], kind["possible"]) == (
        "unknown",
        None,
        ["welfare", "gift"],
    )
    assert leads["L025"]["questions"][0]["field"] == "customer_type"
    assert leads["L025"]["open_packs"] == ["welfare", "gift"]


SPARSE = ("L026", "L038", "L039", "L041")


@pytest.mark.parametrize("id", SPARSE)
def test_a_lead_of_which_little_is_known_is_not_graded(leads: dict[str, Any], id: str) -> None:
    grades = leads[id]["grades"]
    for name in ("kind", "priority", "existing", "prospect", "loyalty", "contribution"):
        assert grades[name]["status"] == "unknown"
        assert grades[name]["likely"] is None


# ── government over office, welfare and gift ───────────────────────────────────────────────────


def both(shipped: Rules, **lead: Any) -> tuple[Any, Any]:
    """The same lead as a private company and as a government body."""
    private, government = shipped.leads(
        [{**lead, "org_kind": kind} for kind in ("private", "government")]
    ).values()
    assert "government" in government["packs"]
    assert "government" not in private["packs"]
    return private, government


def test_government_and_welfare(shipped: Rules) -> None:
    private, government = both(
        shipped, customer_type="welfare", novelty_wanted=5, practical_wanted=5, decider_taste="tea",
        budget_per_head=250, fund_source="welfare_fund", satisfied=True, share_of_wallet=0.6,
        orders=[{"date": "2026-10-01", "amount": 100, "cost": 50, "status": "paid"}],
    )  # fmt: skip

    def points(lead: Any) -> dict[str, float]:
        return {line["id"]: line["points"] for line in lead["scores"]["fit"]["rules"]}

    wanted = {"novelty": 15, "practical": 10, "taste": 10, "per_head": 10}
    assert {rule: points(private).get(rule) for rule in wanted} == wanted
    wanted = {"novelty": 5, "practical": 20, "taste": None, "per_head": 20}
    assert {rule: points(government).get(rule) for rule in wanted} == wanted
    plays = [{move["play"] for move in lead["plays"]} for lead in (private, government)]
    assert plays[0] >= {"ask_referral", "welfare_deduction"}
    assert not plays[1] & {"ask_referral", "welfare_deduction", "net_price", "learn_taste"}
    assert "which_fund" in plays[1] - plays[0]


def test_government_and_office(shipped: Rules) -> None:
    private, government = both(
        shipped, customer_type="office", practicality=50, safety=100, added_value=0,
        tech_complexity=1, unit_price=100,
    )  # fmt: skip
    # weights 40, 30 and 16 of a private company; safety weighs 45 for a government body
    assert private["scores"]["fit"]["value"] == pytest.approx((40 * 50 + 30 * 100) / 86)
    assert government["scores"]["fit"]["value"] == pytest.approx((40 * 50 + 45 * 100) / 101)


def test_government_and_gift(shipped: Rules) -> None:
    lead = {"customer_type": "gift", "unit_cost_wanted": 45, "consumer_appeal": 80}
    private, government = both(shipped, **lead, planner_idea_match=90, safety=10)
    assert private["verdict"]["value"] == "go"
    assert government["verdict"]["value"] == "stop"
    assert [reason["gate"] for reason in government["verdict"]["reasons"]] == ["no_gifts"]
    assert government["plays"] == government["questions"] == []
    assert government["rank"] is None
    # the change of office's weight of safety adds nothing to gifts
    assert government["scores"]["fit"]["value"] == private["scores"]["fit"]["value"]


def test_delivery_takes_longer_for_government(shipped: Rules) -> None:
    private, government = both(shipped, customer_type="office", needed_by="2026-12-10")
    assert private["verdict"]["value"] == "go"
    assert government["verdict"]["value"] == "terms"
    assert "21" in government["verdict"]["reasons"][0]["because"]


def test_what_the_shipped_rules_lock(shipped: Rules, tmp_path: Path) -> None:
    (tmp_path / "groupbuy.yaml").write_text(
        "groupbuy: 1\nlayers: [groupbuy:common, groupbuy:office, ours]\n", encoding="utf-8"
    )
    (tmp_path / "ours.yaml").write_text(
        "groupbuy: 1\npack: ours\nchanges: {gates: {do_not_call: off}}\n", encoding="utf-8"
    )
    with pytest.raises(Exception, match="locked do_not_call is locked"):
        Workspace(tmp_path, Options(as_of=day(AS_OF)))
