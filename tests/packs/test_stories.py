"""The packs' own cases, all of their rules; and the stories that the rules come from."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from packs_world import AS_OF, EXAMPLES, RULES

from groupbuy.cli.group import groupbuy

STORIES = sorted((EXAMPLES / "stories").glob("*.test.yaml"))


def ran(*words: object) -> Result:
    """A command that ends as it should."""
    result = CliRunner().invoke(groupbuy, [str(word) for word in words], standalone_mode=False)
    assert (result.return_value or 0) == 0, result.output
    assert result.exception is None, result.output
    return result


def test_every_rule_fires_in_a_case_and_stays_silent_in_another() -> None:
    ran("test", RULES, "--coverage", "--fail-under", 100)


def test_every_pack_has_its_cases_beside_it() -> None:
    packs = [
        path
        for path in RULES.rglob("*.yaml")
        if not path.name.endswith(".test.yaml") and path.name not in ("groupbuy.yaml", "lead.yaml")
    ]
    assert len(packs) == 18
    assert [path for path in packs if not path.with_suffix(".test.yaml").is_file()] == []


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name.partition(".")[0])
def test_a_story(story: Path) -> None:
    ran("test", story)


def test_there_is_a_story_for_each_that_the_articles_tell() -> None:
    assert [path.name.partition(".")[0] for path in STORIES] == [
        "car_dealer", "chocolate", "dealer", "denominator", "district", "projector",
        "tax_office", "vehicle_maker",
    ]  # fmt: skip


def test_five_companies_bring_eighty_five_vehicles() -> None:
    path = EXAMPLES / "stories" / "district.yaml"
    leads = {lead["id"]: lead for lead in yaml.safe_load(path.read_text(encoding="utf-8"))}
    table = ran("evaluate", path, "--as-of", AS_OF, "--where", 'habit == "regular"', "--format",
                "jsonl").output  # fmt: skip
    regulars = [yaml.safe_load(line)["id"] for line in table.splitlines()]
    assert len(regulars) == 5
    assert sum(leads[id]["vehicles"] for id in regulars) == 85


def test_the_vehicle_makers_chain_is_a_lead_file(tmp_path: Path) -> None:
    story = EXAMPLES / "stories" / "vehicle_maker.yaml"
    ran("evaluate", story, "--as-of", AS_OF, "--new-leads", tmp_path / "new.yaml")
    new = yaml.safe_load((tmp_path / "new.yaml").read_text(encoding="utf-8"))
    # The axle works is a lead already, and a competitor is nobody's supplier.
    assert [lead["name"] for lead in new] == ["捷运商品车物流", "车城专用车改装厂"]
    assert all(lead["referred_by"].startswith("车城汽车公司") for lead in new)
    ran("evaluate", tmp_path / "new.yaml", "--as-of", AS_OF)
