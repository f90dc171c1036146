"""`groupbuy plan --review`: the list at the end of a day."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from conftest import EXAMPLES, World

LEADS = EXAMPLES / "leads.yaml"


def review(world: World, *args: object, day: str = "2026-11-22") -> dict[str, list[str]]:
    """The entries of each lead."""
    ran = world.run("plan", LEADS, "--review", day, "--format", "json", *args)
    assert ran.code == 0, ran.err
    found: dict[str, list[str]] = {}
    for each in ran.json["items"]:
        found.setdefault(each["id"], []).append(each["entry"])
    return found


def test_closed_key_and_interested_customers_each_get_theirs(world: World) -> None:
    found = review(world)
    assert found == {"P01": ["appointment"], "P04": ["thank_you"], "P12": ["offer_material"]}


def test_the_next_day_nothing_was_closed_today(world: World) -> None:
    assert "P04" not in review(world, day="2026-11-23")


def test_with_a_team_key_visits_of_the_next_working_day_are_confirmed(world: World) -> None:
    # the boss sees P01 on Thursdays: on Wednesday evening it is to be confirmed, not arranged
    team = ("--team", EXAMPLES / "team.yaml")
    assert review(world, *team, day="2026-11-25")["P01"] == ["confirm_visit"]
    assert review(world, *team, day="2026-11-24")["P01"] == ["appointment"]
    ran = world.run("plan", LEADS, *team, "--review", "2026-11-25", "--format", "json")
    owners = {each["id"]: each["owner"] for each in ran.json["items"]}
    assert owners["P01"] == "郑总"  # who goes there confirms


def test_without_a_team_what_needs_the_plan_is_said(world: World) -> None:
    ran = world.run("plan", LEADS, "--review", "2026-11-22", "--lang", "zh")
    assert "未列：确认拜访" in ran.err


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("2026-11-22（周日）收工清单", "感谢信", "尊敬的栖云软件园：", "今天成交")),
        ("en", ("End of the day 2026-11-22 (Sun)", "Thank-you letter", "Dear 栖云软件园 team,")),
    ],
)
def test_the_list_has_drafts_in_both_languages(
    world: World, lang: str, said: tuple[str, ...]
) -> None:
    out = world.run("plan", LEADS, "--review", "2026-11-22", "--lang", lang).out
    assert [text for text in said if text not in out] == []


def test_persons_are_masked_unless_asked_for(world: World) -> None:
    command = ("plan", LEADS, "--review", "2026-11-22")
    assert "罗主任" not in world.run(*command).out
    assert "罗主任 13800000004" in world.run(*command, "--show-pii").out


def test_as_csv(world: World) -> None:
    out = world.run("plan", LEADS, "--review", "2026-11-22", "--format", "csv", "--lang", "zh").out
    rows = list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"))))
    assert [(row["负责人"], row["客户编号"]) for row in rows] == [
        *(("周敏", "P04"), ("周敏", "P01"), ("贺涛", "P12"))
    ]
    assert all(row["草稿"] for row in rows)


def test_one_persons_list(world: World) -> None:
    assert set(review(world, "--person", "贺涛")) == {"P12"}


def test_an_evening_without_anything_to_do(world: World) -> None:
    leads = world.write("leads.yaml", "- {id: A, do_not_call: true}\n")
    ran = world.run("plan", leads, "--review", "2026-11-22", "--lang", "zh")
    assert "今天没有要收尾的事" in ran.out


RULES = """\
groupbuy: 1
pack: ours
day_end:
  greet:
    title: {en: Greet, zh: 问候}
    when: intent >= 60
    text: {en: "Good evening {contact_name} of {name}", zh: "{name}的{contact_name}，晚上好"}
changes:
  day_end:
    thank_you: off
    appointment: {text: {zh: "改过的草稿"}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A company's own rules over the planner's pack."""
    folder = tmp_path / "rules"
    folder.mkdir()
    types = "[groupbuy:office, groupbuy:welfare, groupbuy:gift]"
    layers = f"[groupbuy:common, {types}, planner:visits, ours.yaml]"
    (folder / "groupbuy.yaml").write_text(f"groupbuy: 1\nplugins: [planner]\nlayers: {layers}\n")
    (folder / "ours.yaml").write_text(RULES, encoding="utf-8")
    return folder


def test_a_company_changes_the_list_in_its_own_pack(world: World, rules: Path) -> None:
    ran = world.run(
        *("plan", LEADS, "--review", "2026-11-22", "--rules", rules, "--lang", "zh"),
        *("--format", "json"),
    )
    texts = {(each["id"], each["entry"]): each["text"] for each in ran.json["items"]}
    assert ("P04", "thank_you") not in texts
    assert texts["P01", "appointment"] == "改过的草稿"
    # a draft that quotes personal data is masked as everything else is
    assert texts["P04", "greet"] == "栖云软件园的***，晚上好"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("x: {when: intent > 1}", "text"),
        ("x: {text: hello}", "when"),
        ("x: {when: intent, text: hello}", "condition"),
        ("x: {when: intnt > 1, text: hello}", 'did you mean "intent"?'),
        ('x: {when: intent > 1, text: "{nme}"}', 'did you mean "name"?'),
        ("x: {when: intent > 1, text: hello, planned: visits}", 'did you mean "visit"?'),
    ],
)
def test_mistakes_in_the_section_are_told_with_their_place(
    world: World, rules: Path, entry: str, said: str
) -> None:
    (rules / "ours.yaml").write_text(f"groupbuy: 1\npack: ours\nday_end:\n  {entry}\n")
    ran = world.run("check", rules)
    assert ran.code == 1
    assert "ours.yaml:4:" in ran.out + ran.err
    assert said in ran.out + ran.err


def test_explain_shows_the_evening_of_a_lead(world: World, rules: Path) -> None:
    ran = world.run(
        "explain", LEADS, "P12", "--rules", rules, "--as-of", "2026-11-22", "--lang", "zh"
    )
    assert "收工清单" in ran.out
    assert "近 7 天内表示过兴趣" in ran.out
    # what depends on a plan is not claimed
    assert "确认拜访" not in ran.out
