"""Rules that stand ready for leads as they come (`groupbuy.api.service`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from groupbuy.api import service as module
from groupbuy.api.service import Service
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError
from groupbuy.files.leads import read_leads
from groupbuy.testing import run_command

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "leads.yaml"
TODAY = date(2026, 11, 22)

MODEL = """
groupbuy: 1
fields:
  id: {type: text, required: true}
  size: {type: number}
  since: {type: date}
  person: {type: text, pii: true}
"""
RULES = """
groupbuy: 1
pack: ours
facts:
  age: days_since(since)
  of_all: {value: share(size), title: {en: Share, zh: 份额}}
grades:
  level:
    rank: size
    cuts: {A: {top: 50%}, B: {}}
plays:
  call: {when: size > 10, do: {en: Call them, zh: 致电}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A small rules folder with a grade by rank."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "lead.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "ours.yaml").write_text(RULES, encoding="utf-8")
    (folder / "groupbuy.yaml").write_text(
        "groupbuy: 1\nmodel: lead.yaml\nlayers: [ours.yaml]\nrank_by: [size]\n", encoding="utf-8"
    )
    return folder


def only(data: Mapping[str, Any]) -> Any:
    """The one lead of a result."""
    (lead,) = data["leads"]
    return lead


def test_a_lead_is_judged_as_evaluate_does(rules: Path) -> None:
    found = Service(rules, as_of=TODAY, lang="zh").evaluate(
        {"id": "L1", "size": "1.2万", "since": date(2026, 11, 20)}
    )
    assert only(found)["facts"]["age"]["value"] == 2
    assert [play["do"] for play in only(found)["plays"]] == ["致电"]
    assert found["run"]["as_of"] == "2026-11-22"


def test_without_cuts_nobody_knows_where_a_lead_stands(rules: Path) -> None:
    found = only(Service(rules, as_of=TODAY).evaluate({"id": "L1", "size": 12}))
    assert found["grades"]["level"]["value"] is None
    assert found["facts"]["of_all"]["value"] is None


def test_cuts_of_an_earlier_run_place_a_lead(rules: Path, tmp_path: Path) -> None:
    leads = tmp_path / "leads.json"
    leads.write_text(json.dumps([{"id": f"L{n}", "size": n} for n in range(1, 11)]))
    cuts = tmp_path / "cuts.json"
    ran = run_command("evaluate", leads, "--rules", rules, "--save-cuts", cuts)
    assert ran.code == 0, ran.err
    service = Service(rules, cuts=cuts)
    words = [
        only(service.evaluate({"id": "new", "size": size}))["grades"]["level"]["value"]
        for size in (5, 6, 60)
    ]
    assert words == ["B", "A", "A"]


def test_a_lead_that_cannot_be_read_is_set_aside_and_the_next_is_not(rules: Path) -> None:
    service = Service(rules, as_of=TODAY)
    bad = service.evaluate({"id": "L1", "size": "many", "sise": 1})
    assert bad["leads"] == []
    problems = "\n".join(bad["set_aside"][0]["problems"])
    assert "many" in problems
    assert 'no field "sise"' in problems
    assert only(service.evaluate({"size": 11}))["id"] == "lead"


def test_persons_are_masked_unless_asked_for(rules: Path) -> None:
    (rules / "ours.yaml").write_text(RULES + "  to: {when: person != '', do: '{person}'}\n")
    lead = {"id": "L1", "size": 1, "person": "王芳"}
    assert "王芳" not in json.dumps(Service(rules).evaluate(lead), ensure_ascii=False)
    shown = Service(rules, show_pii=True).evaluate(lead)
    assert "王芳" in json.dumps(shown, ensure_ascii=False)


def test_every_lead_is_judged_by_its_own_day(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(date):
        now = date(2026, 11, 22)

        @classmethod
        def today(cls) -> Clock:
            return cls(cls.now.year, cls.now.month, cls.now.day)

    monkeypatch.setattr(module, "date", Clock)
    service = Service(rules)
    lead = {"id": "L1", "since": "2026-11-20"}
    assert only(service.evaluate(lead))["facts"]["age"]["value"] == 2
    Clock.now = date(2026, 11, 23)
    assert only(service.evaluate(lead))["facts"]["age"]["value"] == 3
    Clock.now = date(2026, 11, 21)  # a clock that is set back
    assert only(service.evaluate(lead))["facts"]["age"]["value"] == 1


def test_a_day_that_is_none_is_said_in_words(rules: Path) -> None:
    with pytest.raises(GroupbuyError, match='as_of: "tomorrow" is not a date'):
        Service(rules, as_of="tomorrow")


def test_broken_rules_leave_the_old_ones_in_force(rules: Path) -> None:
    service = Service(rules, as_of=TODAY)
    (rules / "ours.yaml").write_text(RULES.replace("size > 10", "sise > 10"), encoding="utf-8")
    with pytest.raises(GroupbuyError, match="sise"):
        service.reload()
    assert only(service.evaluate({"size": 11}))["plays"]
    (rules / "ours.yaml").write_text(RULES.replace("size > 10", "size > 20"), encoding="utf-8")
    service.reload()
    assert not only(service.evaluate({"size": 11}))["plays"]


def test_many_threads_get_what_one_would(tmp_path: Path) -> None:
    """The shipped rules, which take many packs: plans are compiled while other threads wait."""
    model = Workspace(None, Options(TODAY.toordinal()), tmp_path).model
    leads = [dict(lead.values) for lead in read_leads([EXAMPLES], model).leads]
    given = [{name: value for name, value in lead.items() if value is not None} for lead in leads]
    alone = Service(as_of=TODAY)
    expected = [alone.evaluate(lead) for lead in given]
    together = Service(as_of=TODAY)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(together.evaluate, given * 2)) == expected * 2


def test_the_page_s_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^groupbuy (.*)$", page, re.M)
    assert commands
    (tmp_path / "leads.yaml").write_bytes(EXAMPLES.read_bytes())
    for command in commands:
        assert run_command(*command.split()).code in (0, 3)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(compile(block, "service.md", "exec"), names)
    assert capsys.readouterr().out.strip()
