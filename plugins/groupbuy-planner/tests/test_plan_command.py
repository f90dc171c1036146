"""`groupbuy plan` as its users run it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import AS_OF, EXAMPLES, World
from groupbuy_planner.words import all_words

Make = Callable[..., dict[str, Any]]
TEAM: dict[str, Any] = {
    "people": {
        "王岚": {"role": "manager", "base": {"region": "华东", "city": "临澜市"}, "slots": 1},
        "周敏": {
            "role": "salesperson",
            "reports_to": "王岚",
            "base": {"region": "华东", "city": "临澜市"},
        },
    }
}


def team(**changes: Any) -> dict[str, Any]:
    """The team, with other values for 周敏."""
    people = {**TEAM["people"], "周敏": {**TEAM["people"]["周敏"], **changes}}
    return {"people": people}


def reasons(plan: Any) -> dict[str, str]:
    return {each["id"]: each["reason"] for each in plan["without_slot"]}


# ── what is printed ──


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_screen_shows_the_plan_who_acts_and_who_is_left(world: World, lang: str) -> None:
    ran = world.plan("--week", "2026-W48", "--lang", lang)
    assert ran.code == 0
    said = {
        "zh": (
            "2026-W48 拜访计划",
            "郑总 · 总经理",
            "工时分配",
            "谁出面",
            "4 个客户没有排上",
            "不在 周敏 的片区内",
        ),
        "en": (
            "Plan for 2026-W48",
            "郑总 · general manager",
            "Hours by class",
            "Who acts",
            "4 leads without",
            "outside",
        ),
    }[lang]
    assert [text for text in said if text not in ran.out] == []
    assert ran.err == ""


def test_every_lead_is_in_the_plan_or_has_a_reason_of_the_list(world: World) -> None:
    plan = world.plan("--format", "json").json
    made = [each["id"] for each in plan["contacts"]]
    left = reasons(plan)
    assert len(made) == len(set(made))
    assert sorted([*made, *left]) == [f"P{number:02}" for number in range(1, 15)]
    assert set(left.values()) <= set(all_words()["reasons"])
    assert left == {"P04": "not_due", "P07": "letter", "P08": "outside", "P14": "stopped"}


def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_leads(world: World) -> None:
    text = (EXAMPLES / "leads.yaml").read_text(encoding="utf-8")
    leads = ["- id: " + part for part in text.split("- id: ")[1:]]
    turned = world.write("leads.yaml", "".join(reversed(leads)))
    for form in ("csv", "ics"):
        assert world.plan("--format", form).out == world.plan("--format", form, leads=turned).out


def test_csv_has_a_row_for_every_lead(world: World) -> None:
    out = world.plan("--format", "csv", "--lang", "zh").out
    assert out.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"))))
    assert len(rows) == 14
    assert {row["状态"] for row in rows} == {"已逾期", "已排", "未排"}
    steps = {row["客户编号"]: (row["开发步骤"], row["责任人"]) for row in rows if row["开始"]}
    assert steps["P01"] == ("总结反馈", "王岚")  # S30: who answers for the step
    assert steps["P03"] == ("组织攻关", "王岚")


def test_persons_of_customers_are_masked_unless_asked_for(world: World) -> None:
    for form in ("json", "csv", "ics"):
        hidden = world.plan("--format", form)
        assert "13800000001" not in hidden.out + hidden.err
        assert "郑工" not in hidden.out + hidden.err
    assert "郑工 13800000001" in world.plan("--format", "csv", "--show-pii").out


def test_a_plan_is_written_whole_or_not_at_all(world: World) -> None:
    target = world.folder / "plan.json"
    ran = world.plan("--format", "json", "-o", target)
    assert (ran.code, ran.out) == (0, "")
    assert json.loads(target.read_text(encoding="utf-8"))["week"] == "2026-W48"
    bad = world.write("bad.yaml", "groupbuy: 1\npeople: {周敏: {role: seller}}\n")
    assert world.plan("-o", world.folder / "none.txt", team=bad).code == 2
    assert not (world.folder / "none.txt").exists()


def test_one_person_sees_their_own_part(world: World) -> None:
    plan = world.plan("--person", "小贺", "--format", "json").json
    assert {each["person"] for each in plan["contacts"]} == {"贺涛"}
    assert set(reasons(plan)) == {"P14"}
    refused = world.plan("--person", "周明明")
    assert refused.code == 2
    assert "nobody is called" in refused.err


def test_leads_that_cannot_be_read_are_set_aside_and_said(world: World) -> None:
    leads = world.write("leads.yaml", "- {id: A, budget: 很多}\n- {id: B, owner: 周敏}\n")
    ran = world.plan("--format", "json", leads=leads)
    assert ran.code == 3
    assert [each["id"] for each in ran.json["set_aside"]] == ["A"]
    assert "budget" in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--week", "2026-W99"), "is not a week"),
        (("--week", "2026-W40"), "2026-W40 is over on 2026-11-22"),
        (("--review", "2026-13-01"), "is not a date"),
        (("--review", AS_OF, "--week", "2026-W48"), "leave one out"),
        (("--review", AS_OF, "--format", "ics"), "no calendar"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    world: World, args: tuple[str, ...], said: str
) -> None:
    ran = world.plan(*args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_plan_without_team_or_leads_says_what_to_do(world: World) -> None:
    ran = world.run("plan", EXAMPLES / "leads.yaml")
    assert ran.code == 2
    assert "--write-team" in ran.err
    assert "name lead files" in world.run("plan").err
    missing = world.run("plan", EXAMPLES / "leads.yaml", "--team", world.folder / "no.yaml")
    assert missing.code == 2
    assert "--write-team" in missing.err


def test_rules_that_say_nothing_of_visits_are_refused(world: World) -> None:
    rules = world.folder / "rules"
    rules.mkdir()
    types = "[groupbuy:office, groupbuy:welfare, groupbuy:gift]"
    listed = f"groupbuy: 1\nplugins: [planner]\nlayers: [groupbuy:common, {types}]\n"
    (rules / "groupbuy.yaml").write_text(listed, encoding="utf-8")
    ran = world.plan("--rules", rules)
    assert ran.code == 2
    assert "add planner:visits to layers" in ran.err


# ── who, when ──


def test_no_lead_at_all_is_an_empty_plan(world: World) -> None:
    plan = world.planned([{"id": "A", "do_not_call": True}], TEAM)
    assert (plan["contacts"], reasons(plan)) == ([], {"A": "stopped"})


def test_nobody_is_contacted_twice_within_the_days_of_the_rules(
    world: World, prospect: Make
) -> None:
    leads = [
        prospect("log", last_contact=None, touches=[{"date": "2026-11-20", "kind": "call"}]),
        prospect("later", last_contact="2026-11-01", touches=[{"date": "2026-11-20"}]),
        prospect("field", last_contact="2026-11-20", touches=[{"date": "2026-11-01"}]),
        prospect("today", last_contact="2026-11-23"),
        prospect("weeks", last_contact="2026-10-01"),
    ]
    plan = world.planned(leads, TEAM, "--as-of", "2026-11-23")
    days = {each["id"]: each["start"][:10] for each in plan["contacts"]}
    assert days["weeks"] == "2026-11-23"
    assert {days[id] for id in ("log", "later", "field")} == {"2026-11-27"}  # seven days later
    assert reasons(plan) == {"today": "recent"}


def test_what_is_due_comes_before_what_is_worth_a_little_more(world: World, prospect: Make) -> None:
    # PII: every fourteen days
    leads = [
        prospect("friday", intent=50, expected_amount=104_000, last_contact="2026-11-13"),
        prospect("monday", intent=50, expected_amount=100_000, last_contact="2026-11-09"),
        prospect("december", intent=50, expected_amount=900_000, last_contact="2026-11-21"),
    ]
    plan = world.planned(leads, team(visits=1))
    made = {each["id"]: (each["start"][:10], each["due"]) for each in plan["contacts"]}
    assert made == {
        "monday": ("2026-11-23", "2026-11-23"),
        "friday": ("2026-11-24", "2026-11-27"),
    }
    assert reasons(plan) == {"december": "not_due"}


def test_the_largest_need_and_the_clearest_intent_come_first(world: World, prospect: Make) -> None:
    leads = [
        prospect("small", expected_amount=20_000),
        prospect("large", expected_amount=150_000),
        prospect("unsure", expected_amount=150_000, intent=60),
    ]
    plan = world.planned(
        leads, team(visits=1, away=[{"from": "2026-11-25", "until": "2026-11-29"}])
    )
    assert [each["id"] for each in plan["contacts"]] == ["large", "unsure"]
    assert reasons(plan) == {"small": "class_full"} or reasons(plan) == {"small": "day_full"}


def test_visits_in_one_area_are_on_one_day(world: World, prospect: Make) -> None:
    leads = [
        prospect(f"{place}{number}", city=place, expected_amount=50_000)
        for place in ("云屏市", "松汀市")
        for number in range(3)
    ]
    plan = world.planned(leads, TEAM)
    days = {each["id"]: each["start"][:10] for each in plan["contacts"]}
    for place in ("云屏市", "松汀市"):
        assert len({day for id, day in days.items() if id.startswith(place)}) == 1
    assert next(p for p in plan["people"] if p["name"] == "周敏")["on_the_road"] == 2 * 90


def test_territories_areas_owners_and_days_off_have_their_reasons(
    world: World, prospect: Make
) -> None:
    leads = [
        prospect("in"),
        prospect("out", city="云屏市"),
        prospect("nowhere", region=None, city=None),
        prospect("other", owner="李四"),
        prospect("nobody", owner=None, city="云屏市"),
        prospect("far", city="临澜市", district="江心岛", expected_amount=100),
    ]
    plan = world.planned(leads, {**team(territories=["临澜市"]), "travel": {"district": 120}})
    assert reasons(plan) == {
        "out": "outside",
        "nowhere": "area_unknown",
        "other": "other_team",
        "nobody": "nobody",
        "far": "far",
    }
    away = world.planned(
        [prospect("in")], team(away=[{"from": "2026-11-23", "until": "2026-11-29"}])
    )
    assert reasons(away) == {"in": "away"}


def test_names_that_find_nothing_are_noted_with_what_was_meant(
    world: World, prospect: Make
) -> None:
    leads = world.write("leads.json", [prospect("a", owner="周敏敏"), prospect("b")])
    written = world.write("team.yaml", {"groupbuy": 1, **team(territories=["临澜", "临澜市"])})
    ran = world.plan("--lang", "en", leads=leads, team=written)
    assert '周敏敏 (1 leads) is not in the team file; did you mean "周敏"?' in ran.err
    assert 'no lead is in the territory 临澜 of 周敏; did you mean "临澜市"?' in ran.err


def test_a_lead_without_owner_goes_to_somebody_who_covers_it(world: World, prospect: Make) -> None:
    plan = world.planned([prospect("a", owner=None)], team(territories=["临澜市"]))
    assert [each["person"] for each in plan["contacts"]] == ["周敏"]


def test_days_hours_and_counts_are_kept(world: World, prospect: Make) -> None:
    leads = [prospect(f"L{n:02}", expected_amount=50_000 + n) for n in range(40)]
    plan = world.planned(leads, team(days=["mon", "tue"], hours=5, visits=2))
    starts = [datetime.fromisoformat(each["start"]) for each in plan["contacts"]]
    ends = [datetime.fromisoformat(each["end"]) for each in plan["contacts"]]
    assert [start.day for start in starts] == [23, 23, 24, 24]
    assert all(end <= later for end, later in zip(ends[:-1], starts[1:], strict=True))
    assert max(end.hour for end in ends) < 15


def test_a_holiday_week_has_its_make_up_days(world: World, prospect: Make) -> None:
    leads = [prospect(f"L{n:02}", last_contact="2025-12-01") for n in range(30)]
    plan = world.planned(leads, team(visits=1), "--as-of", "2026-02-09", "--week", "2026-W09")
    worked = next(each["days"] for each in plan["people"] if each["name"] == "周敏")
    # Monday 23 February is a holiday, Saturday 28 February is worked
    assert worked == [f"2026-02-{day}" for day in (24, 25, 26, 27, 28)]


def test_a_year_that_is_not_published_is_said_and_can_be_brought(
    world: World, prospect: Make
) -> None:
    leads = [prospect("a")]
    args = ("--as-of", "2031-01-01", "--week", "2031-W01")
    plan = world.planned(leads, TEAM, *args)
    assert plan["calendar"] == {"national": True, "not_published": [2031]}
    ran = world.plan(
        *args, "--lang", "zh", leads=world.folder / "leads.json", team=world.folder / "team.yaml"
    )
    assert "2031 年的放假安排还没有公布" in ran.err
    brought = {**TEAM, "holidays": {"2031": {"off": ["2031-01-01"], "work": ["2031-01-04"]}}}
    plan = world.planned(leads, brought, *args)
    assert plan["calendar"]["not_published"] == []
    worked = next(each["days"] for each in plan["people"] if each["name"] == "周敏")
    assert worked == ["2031-01-02", "2031-01-03", "2031-01-04"]
    weekdays = world.planned(leads, {**TEAM, "calendar": "weekdays"}, *args)
    assert weekdays["calendar"] == {"national": False, "not_published": []}


def test_a_week_that_has_begun_is_planned_from_today_on(world: World, prospect: Make) -> None:
    leads = [prospect(f"L{n}") for n in range(5)]
    plan = world.planned(leads, team(visits=1), "--as-of", "2026-11-26")
    assert (plan["from"], plan["until"]) == ("2026-11-26", "2026-11-29")
    assert {each["start"][:10] for each in plan["contacts"]} == {"2026-11-26", "2026-11-27"}
    over = world.planned(leads, TEAM, "--as-of", "2026-11-28")
    assert over["contacts"] == []
    assert set(reasons(over).values()) == {"away"}


def test_numbers_of_the_rules_can_be_set(world: World, prospect: Make) -> None:
    leads = [prospect(f"L{n}") for n in range(4)]
    plan = world.planned(leads, TEAM, "--set", "visits_per_day=1", "--set", "visit_minutes=60")
    spans = [
        datetime.fromisoformat(each["end"]) - datetime.fromisoformat(each["start"])
        for each in plan["contacts"]
    ]
    assert {span.seconds // 60 for span in spans} == {60}
    assert len({each["start"][:10] for each in plan["contacts"]}) == 4


def test_rules_that_leave_something_open_are_not_guessed(world: World, prospect: Make) -> None:
    rules = world.folder / "rules"
    rules.mkdir()
    types = "[groupbuy:office, groupbuy:welfare, groupbuy:gift]"
    layers = f"[groupbuy:common, {types}, planner:visits, ours.yaml]"
    listed = f"groupbuy: 1\nplugins: [planner]\nlayers: {layers}\n"
    (rules / "groupbuy.yaml").write_text(listed, encoding="utf-8")
    ours = (
        "groupbuy: 1\npack: ours\nchanges: {grades: {contact_way: {rows: {call: {when: tender}, "
        "visit: {when: not tender}}}}}\n"
    )
    (rules / "ours.yaml").write_text(ours, encoding="utf-8")
    leads = [prospect("open"), prospect("call", tender=True), prospect("nil", expected_amount=0)]
    leads[2]["tender"] = False
    plan = world.planned(leads, TEAM, "--rules", rules)
    assert reasons(plan) == {"open": "undecided", "nil": "no_worth"}
    assert "missing: tender" in plan["without_slot"][1]["because"]
    assert [(each["id"], each["kind"]) for each in plan["contacts"]] == [("call", "call")]


def test_a_visit_longer_than_a_day_finds_no_day(world: World, prospect: Make) -> None:
    plan = world.planned([prospect("a")], team(hours=1))
    assert reasons(plan) == {"a": "away"}


# ── escalations ──


def test_slots_go_to_the_most_valuable_and_the_rest_are_told_why(
    world: World, prospect: Make
) -> None:
    leads = [
        prospect("a", expected_amount=300_000, counterpart_rank="director"),
        prospect("b", expected_amount=400_000, counterpart_rank="director"),
        prospect("c", expected_amount=100_000, counterpart_rank="director"),
        prospect("d", expected_amount=700_000, counterpart_rank="chief", stage="trust"),
    ]
    plan = world.planned(leads, TEAM)
    told = {
        each["id"]: (each["wanted"], each["acts"], each["because"]) for each in plan["escalations"]
    }
    assert set(told) == {"a", "b", "d"}  # the fourth is below the managers' sum
    assert told["d"][:2] == ("boss", "manager")
    assert "no general manager in the team" in told["d"][2]
    assert told["b"][:2] == ("manager", "salesperson")
    assert "1 slots this week, taken by larger ones; this is number 2" in told["b"][2]
    who = {each["id"]: each["person"] for each in plan["contacts"]}
    assert who == {"a": "周敏", "b": "周敏", "c": "周敏", "d": "王岚"}


def test_a_complaint_comes_before_larger_deals(world: World, prospect: Make) -> None:
    leads = [
        prospect("large", expected_amount=400_000, counterpart_rank="director"),
        prospect(
            "angry", expected_amount=9_000, complaint_on="2026-11-21", last_contact="2026-11-21"
        ),
    ]
    plan = world.planned(leads, TEAM)
    first = plan["escalations"][0]
    assert (first["id"], first["person"]) == ("angry", "王岚")
    assert {each["id"]: each["person"] for each in plan["contacts"]}["large"] == "周敏"


def test_managers_who_are_away_send_the_salesperson(world: World, prospect: Make) -> None:
    leads = [prospect("a", expected_amount=300_000, counterpart_rank="director")]
    people = {
        **TEAM["people"],
        "王岚": {**TEAM["people"]["王岚"], "away": [{"from": "2026-11-01", "until": "2026-12-31"}]},
    }
    plan = world.planned(leads, {"people": people})
    assert plan["escalations"][0]["steps"] == [{"role": "manager", "code": "away"}]
    assert plan["contacts"][0]["person"] == "周敏"


# ── hours by class ──


def test_hours_by_class_add_up_to_what_the_person_has(world: World, prospect: Make) -> None:
    leads = [prospect(f"P{n:02}") for n in range(30)]
    leads += [prospect(f"Q{n:02}", intent=20) for n in range(30)]
    plan = world.planned(leads, TEAM)
    person = next(each for each in plan["people"] if each["name"] == "周敏")
    assert sum(each["share"] for each in person["classes"]) == person["minutes"] == 35 * 60
    pi, pii = person["classes"]
    assert (pi["class"], pii["class"]) == ("pi", "pii")
    assert pi["share"] == round(35 * 60 * 6 / 10)  # weights 6 and 4 of the rules
    assert pi["planned"] <= pi["limit"]
    assert 0 < pii["planned"] <= pii["limit"]  # the stronger class takes nothing of the weaker
    assert set(reasons(plan).values()) <= {"class_full", "day_full"}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "owner": st.sampled_from(["周敏", None, "别人"]),
                "city": st.sampled_from(["临澜市", "云屏市", None]),
                "district": st.sampled_from(["东区", "西区", None]),
                "intent": st.sampled_from([None, 10, 50, 90]),
                "expected_amount": st.sampled_from([None, 0, 5_000, 300_000, 900_000]),
                "last_contact": st.sampled_from([None, "2026-10-01", "2026-11-15", "2026-11-21"]),
                "counterpart_rank": st.sampled_from([None, "director", "chief"]),
                "complaint_on": st.sampled_from([None, None, "2026-11-20"]),
            }
        ),
        max_size=25,
    )
)
def test_every_lead_is_planned_once_or_explained_and_no_day_overflows(
    world: World, prospect: Make, values: list[dict[str, Any]]
) -> None:
    leads = [prospect(f"L{number:02}", **each) for number, each in enumerate(values)]
    if not leads:
        return
    plan = world.planned(leads, team(territories=["临澜市"]))
    made = [each["id"] for each in plan["contacts"]]
    assert sorted([*made, *reasons(plan)]) == sorted(lead["id"] for lead in leads)
    for person in plan["people"]:
        own = [each for each in plan["contacts"] if each["person"] == person["name"]]
        for one, following in pairwise(own):
            assert one["end"] <= following["start"]
        for each in own:
            assert date.fromisoformat(each["start"][:10]).weekday() < 5
            assert each["start"][11:] >= "09:00"
            assert each["end"][11:] <= "17:00"  # 7 hours and the break
        assert person["with_customers"] + person["on_the_road"] <= person["minutes"]
