"""Which unit owns a lead and which supports it: the units that carry the targets (S37, S40)."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from command_line import World, project
from hypothesis import given
from hypothesis import strategies as st

from groupbuy_incentives.targets import cascade, faults_of_targets
from groupbuy_incentives.territory import FIELDS, LEVELS, Ownership, ownership, said

UNITS: dict[str, dict[str, Any]] = {
    "hubei": {"target": 1000, "level": "province", "place": "湖北"},
    "xiangyang": {"of": "hubei", "level": "prefecture", "place": "襄阳", "weight": 3},
    "shiyan": {"of": "hubei", "level": "prefecture", "place": "十堰"},
    "zaoyang": {"of": "xiangyang", "level": "district", "place": ["枣阳", "宜城"]},
    "xy_east": {"of": "xiangyang", "level": "district", "place": "城东"},
    "sy_east": {"of": "shiyan", "level": "district", "place": "城东"},
    "stop_3": {"of": "zaoyang", "level": "station", "place": "人民路"},
}
XIANGYANG = {"region": "湖北省", "city": "襄阳市"}


def lead(level: str, support: str | None = None, **told: str) -> dict[str, Any]:
    return {"owning_level": level, "supporting_level": support, **told}


OWNERS = [
    # of which level, where, then the owner and who supports
    ("province", "prefecture", XIANGYANG, "hubei", "xiangyang"),
    ("province", "prefecture", {"region": "湖北"}, "hubei", None),  # which city? nobody knows
    ("prefecture", "district", {**XIANGYANG, "district": "枣阳市"}, "xiangyang", "zaoyang"),
    ("prefecture", "district", {**XIANGYANG, "district": "南漳县"}, "xiangyang", "hubei"),
    ("prefecture", None, {"city": "十堰市"}, "shiyan", "hubei"),
    ("district", "station", {**XIANGYANG, "district": "宜城市"}, "zaoyang", None),
    # The same name in two cities is told apart by the city.
    ("district", "prefecture", {**XIANGYANG, "district": "城东区"}, "xy_east", "xiangyang"),
    ("district", "prefecture", {"city": "十堰", "district": "城东区"}, "sy_east", "shiyan"),
    (
        "station",
        "district",
        {**XIANGYANG, "district": "枣阳市", "address": "人民路3号"},
        "stop_3",
        "zaoyang",
    ),
    # No station there, and no district either: the next level above takes it.
    (
        "station",
        "district",
        {**XIANGYANG, "district": "枣阳市", "address": "北街"},
        "zaoyang",
        "xiangyang",
    ),
    (
        "station",
        "district",
        {"region": "湖北", "city": "宜昌", "district": "夷陵", "address": "北街"},
        "hubei",
        None,
    ),
]


@pytest.mark.parametrize(("level", "support", "place", "owner", "supporter"), OWNERS)
def test_the_unit_of_the_level_that_lies_there(
    level: str, support: str | None, place: dict[str, str], owner: str, supporter: str | None
) -> None:
    found = ownership(UNITS, lead(level, support, **place))
    assert found == Ownership(level, owner, supporter)


def test_what_is_open_is_said_with_what_would_tell() -> None:
    found = ownership(UNITS, lead("district", district="城东区"))
    assert found == Ownership(
        "district", candidates=("xy_east", "sy_east"), missing=("city", "region")
    )
    found = ownership(UNITS, lead("prefecture", region="湖北"))
    assert found == Ownership("prefecture", candidates=("xiangyang", "shiyan"), missing=("city",))
    words = said(found, UNITS, cascade(UNITS), {})
    assert words["en"] == "owner: xiangyang, shiyan? It depends on: city"
    assert words["zh"] == "归口单位：待定（xiangyang、shiyan），还缺：城市"


def test_odoo_assignment_a_lead_without_an_owner_is_said() -> None:
    """Their quotas fill up, and leads stay without an owner silently."""
    found = ownership(UNITS, lead("district", region="湖南", city="长沙", district="岳麓"))
    assert found == Ownership("district")
    words = said(found, UNITS, cascade(UNITS), {})
    assert words["en"] == "owner: no unit covers this place (district level and above)"


def test_two_units_for_one_place_are_both_named() -> None:
    units = {**UNITS, "second": {"of": "hubei", "level": "prefecture", "place": "襄阳"}}
    found = ownership(units, lead("prefecture", **XIANGYANG))
    assert found == Ownership("prefecture", candidates=("xiangyang", "second"))
    words = said(found, units, cascade(units), {})
    assert words["en"] == "owner: several units cover this place: xiangyang, second"


def test_units_without_levels_carry_targets_only() -> None:
    units = {"hubei": {"target": 10}, "xiangyang": {"of": "hubei"}}
    assert ownership(units, lead("province", region="湖北")) is None
    assert ownership(UNITS, lead(None, region="湖北")) is None


FAULTS = [
    ({"level": "province"}, "xiangyang is of the level province, and part of hubei, which is no"),
    ({"place": "襄阳", "level": None}, "xiangyang has a place and no level: one of province"),
]


@pytest.mark.parametrize(("unit", "said_"), FAULTS)
def test_faults_of_territories(unit: dict[str, Any], said_: str) -> None:
    stated = {"of": "hubei", **{key: value for key, value in unit.items() if value}}
    units = {"hubei": UNITS["hubei"], "xiangyang": stated}
    assert any(said_ in fault for fault in faults_of_targets(units)), list(faults_of_targets(units))


places = st.sampled_from(["湖北", "襄阳", "十堰", "枣阳", "城东", "人民路", "长沙", None])
leads = st.fixed_dictionaries(
    {
        "owning_level": st.sampled_from(LEVELS),
        "supporting_level": st.sampled_from([*LEVELS, None]),
        **{name: places for names in FIELDS.values() for name in names},
    }
)


@given(leads, st.permutations(list(UNITS)))
def test_the_owner_depends_on_the_lead_alone(found_for: dict[str, Any], order: list[str]) -> None:
    """Not on the order of the units; and one that is known stays where a blank is filled."""
    found = ownership(UNITS, found_for)
    again = ownership({id: UNITS[id] for id in order}, found_for)
    assert found is not None
    assert again is not None
    assert (found.owner, found.supporter, set(found.candidates)) == (
        again.owner,
        again.supporter,
        set(again.candidates),
    )
    if found.owner is not None:
        owning = UNITS[found.owner]["level"]
        assert LEVELS.index(owning) <= LEVELS.index(found_for["owning_level"])
        assert found.supporter != found.owner
    assert (found.owner is None) or not found.candidates


# ── as a user sees it ──

AWARD = """
groupbuy: 1
pack: ours
changes: {settings: {has_levels: true}}
programs:
  award:
    use: incentives.developer
    title: {en: Award, zh: 专项奖}
    not_to: []
    terms:
      per: month
      tiers: {each: {each: 200}}
      targets:
        hubei:     {target: 10, level: province, place: 湖北}
        xiangyang: {of: hubei, weight: 2, level: prefecture, place: 襄阳, title: {zh: 襄阳分公司}}
        shiyan:    {of: hubei, level: prefecture, place: 十堰}
"""
LEADS = """
- {id: L1, name: 甲厂, expected_amount: 400000, region: 湖北, city: 襄阳市, orders: []}
- {id: L2, name: 乙厂, expected_amount: 400000, region: 湖北, orders: []}
- {id: L3, name: 丙厂, expected_amount: 2000000, region: 湖南, orders: []}
- {id: L4, name: 丁厂, orders: []}
"""


def test_evaluate_and_explain_name_the_owner(world: World) -> None:
    world.write("rules/groupbuy.yaml", project())
    world.write("rules/ours.yaml", AWARD)
    world.write("leads.yaml", LEADS)
    ran = world.on_rules("evaluate", "--format", "json")
    assert ran.code == 0, ran.err
    found = {each["id"]: each["programs"]["award"] for each in ran.json["leads"]}
    assert found["L1"]["owning_unit"] == "xiangyang"
    assert found["L1"]["supporting_unit"] == "hubei"
    assert found["L1"]["say"] == [
        "from 200 for who wins this customer; "
        "owner: 襄阳分公司 (prefecture, city 襄阳市, target 7); support: hubei"
    ]
    assert found["L2"]["units_possible"] == ["xiangyang", "shiyan"]
    assert "no unit covers this place" in found["L3"]["say"][0]
    assert "owner" not in found["L4"]["say"][0]  # what it is worth, nobody knows
    chinese = world.on_rules("explain", "L1", "--lang", "zh")
    assert "归口单位：襄阳分公司（地市级、城市 襄阳市、指标7家）；协同：hubei" in "".join(
        line.strip(" │") for line in chinese.out.splitlines()
    )


def test_rules_without_levels_leave_it_out(world: World) -> None:
    world.write("rules/groupbuy.yaml", project())
    world.write("rules/ours.yaml", AWARD.replace("has_levels: true", "has_levels: false"))
    world.write("leads.yaml", LEADS)
    ran = world.on_rules("evaluate", "--format", "json")
    assert all("owning_unit" not in each["programs"]["award"] for each in ran.json["leads"])


def test_a_deal_of_a_unit_that_has_no_target_is_said(world: World) -> None:
    world.write("rules/ours.yaml", AWARD)
    world.write(
        "deals.csv",
        "id,date,buyer,amount,developer,unit\n"
        "D1,2026-03-01,L2,100,wang,xiangyang\nD2,2026-03-02,L1,100,wang,襄樊\n",
    )
    ran = world.settle("--lang", "zh", files=("deals",))
    assert "襄阳分公司" in ran.out
    assert "no target names these units, so nothing counts for them: 襄樊 (1 deal)" in ran.err


def test_targets_are_a_sheet_of_the_workbook(world: World) -> None:
    world.write("rules/ours.yaml", AWARD)
    world.write(
        "deals.csv", "id,date,buyer,amount,developer,unit\nD1,2026-03-01,L2,1,wang,shiyan\n"
    )
    world.write("payments.csv", "id,deal,date,amount\nP1,D1,2026-03-02,1\n")
    book = world.folder / "statement.xlsx"
    ran = world.settle("--format", "xlsx", "-o", book, "--lang", "zh", files=("deals", "payments"))
    assert ran.code == 0
    with zipfile.ZipFile(book) as there:
        assert 'name="指标"' in there.read("xl/workbook.xml").decode()
        assert "襄阳分公司" in there.read("xl/worksheets/sheet3.xml").decode()
