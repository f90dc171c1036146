"""Team files: what they mean, and every mistake told at once with its place."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from conftest import EXAMPLES, World
from groupbuy.api import GroupbuyError, Source
from groupbuy.api.commands import read_source, read_yaml
from groupbuy_planner.areas import Area, Territory
from groupbuy_planner.homes import doorsteps
from groupbuy_planner.team import Team, read_team, team_of, team_schema, working_days
from groupbuy_planner.wishes import Client
from groupbuy_planner.workdays import Week

MINIMAL = "groupbuy: 1\npeople:\n  周敏: {role: salesperson}\n"


def team(text: str) -> Team:
    return team_of(Source("team.yaml", text))


def test_what_is_left_out_has_a_default() -> None:
    found = team(MINIMAL)
    person = found.people["周敏"]
    assert (person.hours.start, person.hours.minutes, person.hours.break_minutes) == (540, 420, 60)
    assert found.travel == {"district": 20, "city": 90, "region": 240}
    assert (found.costs.wait_per_day, found.costs.late_per_day) == (0.01, 0.1)
    assert found.steps["push"] == "manager"
    assert person.slots == 0


def test_the_example_says_what_it_says() -> None:
    found = read_team(EXAMPLES / "team.yaml")
    assert list(found.people) == ["郑总", "王岚", "周敏", "贺涛"]
    assert found.named("小贺") is found.people["贺涛"]
    assert found.superior(found.people["周敏"], "boss") is found.people["郑总"]
    assert found.people["王岚"].slots == 2
    week = Week(2026, 48).days
    days = working_days(found, found.people["贺涛"], week, date(2026, 11, 24))
    assert [day.day for day in days] == [24, 25, 26]
    assert [day.day for day in working_days(found, found.people["郑总"], week, week[0])] == [26]


def test_the_schema_is_one_and_the_example_fits_it() -> None:
    jsonschema.Draft7Validator.check_schema(dict(team_schema()))
    path = EXAMPLES / "team.yaml"
    data = read_yaml(read_source(path)).data()
    jsonschema.validate(data, dict(team_schema()))


WRONG = """\
groupbuy: 1
day: {start: "9点", hours: 30, break: {from: "12:00"}}
calender: china
holidays:
  2027: {off: [2027-01-01, 2027-13-01, {from: 2027-02-10, until: 2027-02-05}], work: [2027-01-04]}
  last: {off: []}
costs: {wait_per_day: 120%, late_per_day: much}
slots: {manger: 3}
people:
  周敏: {role: salesperson, reports_to: 王经里, days: [mon, Tuesday], away: [2026-11-31]}
  王经理: {role: manager, reports_to: 周敏, territorys: [华东]}
  贺涛: {aliases: [周敏]}
  林可: {role: salesperson, aliases: [周敏], hours: 16}
"""
TOLD = """\
team.yaml:2:14: team-value "9点" is not a time
team.yaml:2:27: wrong-value a number from 0 to 16 is expected here; this is 30
team.yaml:2:31: missing-key `minutes:` is missing here
team.yaml:3:1: unknown-key "calender" is not a key here
team.yaml:5:28: team-value "2027-13-01" is not a date
team.yaml:5:40: team-value "2027-02-10 – 2027-02-05" is not a span of dates
team.yaml:5:86: team-value 2027-01-04 is no weekend day: it is worked anyway
team.yaml:6:3: team-value "last" is not a year
team.yaml:7:23: team-value "120%" is not a part of 100%
team.yaml:7:43: team-value "much" is not a part of 100%
team.yaml:8:9: unknown-key "manger" is not a key here
team.yaml:10:39: team-value nobody is called "王经里"
team.yaml:10:56: wrong-value "Tuesday" is not one of the words allowed here
team.yaml:10:73: team-value "2026-11-31" is not a date
team.yaml:11:36: team-value 王经理 (manager) can't report to 周敏 (salesperson)
team.yaml:11:40: unknown-key "territorys" is not a key here
team.yaml:12:3: missing-key `role:` is missing here
team.yaml:13:3: team-value 周敏 and 林可 are both called "周敏"
"""


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    with pytest.raises(GroupbuyError) as caught:
        team(WRONG)
    assert "\n".join(map(str, caught.value.problems)) + "\n" == TOLD


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("calender: china", 'did you mean "calendar"?'),
        ("slots: {manger: 3}", 'did you mean "manager"?'),
        ("travel: {distric: 3}", 'did you mean "district"?'),
    ],
)
def test_misspelt_keys_get_a_hint(written: str, hint: str) -> None:
    with pytest.raises(GroupbuyError) as caught:
        team(f"{MINIMAL}{written}\n")
    assert [problem.hint for problem in caught.value.problems] == [hint]


def test_the_nearest_name_is_named() -> None:
    people = "  王经理: {role: manager}\n  李: {role: salesperson, reports_to: 王经里}\n"
    with pytest.raises(GroupbuyError) as caught:
        team(MINIMAL + people)
    assert caught.value.problems[0].hint == 'did you mean "王经理"?'


@pytest.mark.parametrize("text", ["", "[]", "people: {}", "groupbuy: 2\npeople: {a: {role: boss}}"])
def test_what_is_no_team_is_refused(text: str) -> None:
    with pytest.raises(GroupbuyError):
        team(text)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    path = tmp_path / "team.yaml"
    with pytest.raises(GroupbuyError) as missing:
        read_team(path)
    assert "--write-team" in str(missing.value.problems[0].hint)
    path.write_bytes(MINIMAL.encode("gb18030"))
    with pytest.raises(GroupbuyError) as encoded:
        read_team(path)
    assert "GB18030" in str(encoded.value.problems[0].hint)
    with pytest.raises(GroupbuyError) as near:
        read_team(tmp_path / "taem.yaml")
    assert near.value.problems[0].hint == 'did you mean "team.yaml"?'


@pytest.mark.parametrize(
    ("territory", "area", "covered"),
    [
        (Territory("华东"), Area("华东", "临澜市"), True),
        (Territory("临澜市"), Area("华东", "临澜市", "江北区"), True),
        (Territory("临澜市"), Area("华东"), False),
        (
            Territory(levels=(("city", "临澜市"), ("district", "城关区"))),
            Area("", "临澜市", "城关区"),
            True,
        ),
        (
            Territory(levels=(("city", "云屏市"), ("district", "城关区"))),
            Area("", "临澜市", "城关区"),
            False,
        ),
    ],
)
def test_territories(territory: Territory, area: Area, covered: bool) -> None:
    assert territory.covers(area) is covered


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_team_file_to_start_from_plans_at_once(world: World, lang: str) -> None:
    target = world.folder / "team.yaml"
    written = world.run(
        "plan",
        EXAMPLES / "leads.yaml",
        "--write-team",
        target,
        "--lang",
        lang,
        "--as-of",
        "2026-11-22",
    )
    assert (written.code, written.out) == (0, "")
    assert {"周敏", "贺涛", "小贺"} <= set(read_team(target).people)
    assert world.plan("--format", "json", team=target).json["contacts"]
    again = world.run("plan", EXAMPLES / "leads.yaml", "--write-team", target)
    assert again.code == 2
    assert "is there already" in again.err


def test_the_schema_is_printed(world: World) -> None:
    assert json.loads(world.run("plan", "--team-schema").out) == team_schema()


def client(owner: str, *area: str) -> Client:
    return Client(owner + "".join(area), "", owner, Area(*area))


@pytest.mark.parametrize(
    ("base", "home", "notes"),
    [
        ("{region: 华东, city: 云屏市}", ["region:华东", "city:云屏市"], []),
        ("临澜市", ["region:华东", "city:临澜市"], []),
        ("南极", ["region:华东", "city:临澜市"], ["base_unknown"]),
        (None, ["region:华东", "city:临澜市"], ["base"]),
    ],
)
def test_ways_begin_at_the_base_or_where_most_leads_are(
    base: str | None, home: list[str], notes: list[str]
) -> None:
    stated = f", base: {base}" if base else ""
    found = team(f"groupbuy: 1\npeople:\n  周敏: {{role: salesperson{stated}}}\n")
    clients = [
        client("周敏", "华东", "临澜市", "江北区"),
        client("周敏", "华东", "临澜市", "河东区"),
        client("周敏", "华东", "云屏市"),
    ]
    places, told = doorsteps(found, clients)
    assert sorted(place[-1] for place in places["周敏"]) == sorted(home)
    assert [key for key, _ in told] == notes
