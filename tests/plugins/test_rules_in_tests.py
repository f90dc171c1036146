"""`groupbuy_rules`: rules as text, leads as dicts, results as plain data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from plugin_world import World

from groupbuy.errors import GroupbuyError
from groupbuy.testing import Rules

Make = Callable[..., Rules]


def test_a_lead_by_rules_of_a_plugin(world: World, groupbuy_rules: Make) -> None:
    rules = groupbuy_rules("facts: {spent: good.total()}", plugins=["good"])
    orders = [{"date": date(2026, 1, 2), "amount": 7}, {"date": "2026-01-03", "amount": 3.5}]
    lead = rules.lead({"orders": orders})
    assert (lead["id"], lead["facts"]["spent"]["value"]) == ("lead", 10.5)
    unknown = rules.lead({"id": "L7"})
    assert (unknown["id"], unknown["facts"]["spent"]["status"]) == ("L7", "unknown")


def test_several_leads_and_packs_over_shipped_ones(groupbuy_rules: Make) -> None:
    rules = groupbuy_rules(
        """
        settings: {much: 1000}
        """,
        """
        pack: mine
        facts: {large: budget >= much}
        changes: {settings: {boss_slots: 1}}
        """,
        layers=["groupbuy:common", ["groupbuy:office", "groupbuy:welfare", "groupbuy:gift"]],
        settings={"much": 50},
        as_of="2026-11-22",
    )
    data = rules.evaluate({"budget": 49}, {"预算": "0.1万"}, {"budgt": 3})
    assert data["run"]["as_of"] == "2026-11-22"
    found = {lead["id"]: lead["facts"]["large"]["value"] for lead in data["leads"]}
    assert found == {"lead": False, "lead2": True}
    (aside,) = data["set_aside"]
    assert aside["problems"] == ['lead 3: lead-unknown-field there is no field "budgt"']
    first = data["leads"][0]
    assert first["packs"][-2:] == ["pack1", "mine"]
    assert {"office", "welfare", "gift"} <= set(first["open_packs"])


def test_a_lead_that_is_set_aside_fails_the_test(groupbuy_rules: Make) -> None:
    with pytest.raises(AssertionError, match=r'^the lead is set aside:\nlead 1: .* "budgt"'):
        groupbuy_rules("facts: {x: budget}").lead({"budgt": 3})


def test_a_model_of_ones_own(groupbuy_rules: Make) -> None:
    model = "fields: {id: {type: text, required: true}, silos: {type: integer}}"
    assert groupbuy_rules("facts: {x: silos + 1}", model=model).lead({"silos": 2})["facts"] == {
        "x": {"value": 3, "status": "known"}
    }


def test_what_is_wrong_has_the_place_in_the_text(groupbuy_rules: Make) -> None:
    with pytest.raises(GroupbuyError) as raised:
        groupbuy_rules("facts: {x: 1}", "facts:\n  y: budgt + 1\n")
    (problem,) = raised.value.problems
    assert str(problem).startswith("pack2.yaml:2:6: unknown-name")
    assert problem.at is not None
    assert problem.at.excerpt == "  y: budgt + 1"


def test_results_say_where_in_the_text(groupbuy_rules: Make) -> None:
    rules = groupbuy_rules("gates:\n  g: {when: budget > 1, verdict: stop, unknown: pass}")
    assert rules.lead({"budget": 3})["verdict"]["reasons"][0]["at"] == "pack1.yaml:2"
