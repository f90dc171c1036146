"""What the shipped plugins read, damaged at random: read, or refused with problems in words.

`make fuzz` tries many more examples. Plugins that are not installed are left out.
"""

# ruff: noqa: E501 - a line of a file is one line

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from catalogue import CONF, HEAD
from hypothesis import given, settings
from hypothesis import strategies as st
from test_any_damage import damaged, problems_of
from test_hostile_inputs import GOOD, MODEL

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.leads import read_leads
from groupbuy.rules.lock import read_lock

pytest.importorskip("groupbuy_incentives")
pytest.importorskip("groupbuy_proposals")
pytest.importorskip("groupbuy_planner")
pytest.importorskip("groupbuy_history")

WITH_STATUS = MODEL.replace("amount: {type: money}", "amount: {type: money}, status: {type: text}")
DAY = date(2026, 11, 22).toordinal()
PROGRAMS = f"""{HEAD}programs:
  rebate:
    use: incentives.loyalty
    title: {{en: Rebate, zh: 年终返利}}
    version: "2026"
    when: kind == "office"
    effective: {{from: 2026-01-01, until: 2026-12-31}}
    trigger: paid
    hold_days: 30
    terms:
      per: year
      mode: marginal
      tiers:
        silver: {{from: 500000, rate: 1%}}
        gold: {{from: 1000000, rate: 2%}}
  volume:
    use: incentives.loyalty
    title: Volume
    version: "1"
    trigger: invoiced
    terms: {{per: deal, mode: whole, tiers: {{list: {{rate: 0}}, large: {{from: 50000, rate: 2%}}}}}}
"""
TEAM = """groupbuy: 1
day: {start: "09:00", hours: 7, break: {from: "12:00", minutes: 60}}
calendar: china
travel: {district: 20, city: 90, region: 240}
costs: {travel_hour: 100, wait_per_day: 1%, late_per_day: 10%}
slots: {manager: 6, boss: 2}
people:
  周敏: {role: salesperson, aliases: [小周], reports_to: 王岚, territories: [华东], days: [mon, tue]}
  王岚: {role: manager, away: [2026-11-26, {from: 2026-12-01, until: 2026-12-03}], hours: 6, visits: 4}
"""
DEALS = "成交编号,成交日期,客户编号,金额\nD1,2026-03-19,L1,420000\nD2,2026-06-05,L2,120000.05\n"
REFERRALS = "推荐编号,推荐日期,介绍人,新客户,收款方\nR1,2026-05-10,L1,L2,单位\n"
HISTORY = f"{HEAD}facts:\n  trend: history.trend(per='month', last=8)\n  gap: history.mean_gap()\n"


def with_plugin(name: str) -> Callable[[Path], None]:
    """Opens the rules, with a plugin, and evaluates the leads."""

    def read(folder: Path) -> None:
        (folder / "rules/groupbuy.yaml").write_text(f"{CONF}plugins: [{name}]\n", encoding="utf-8")
        workspace = Workspace(folder / "rules", Options(as_of=DAY))
        workspace.evaluate(read_leads([folder / "leads.csv"], workspace.model))

    return read


def read_team(folder: Path) -> None:
    from groupbuy_planner.team import read_team as read

    read(folder / "team.yaml")


def catalogue_in(name: str) -> Callable[[Path], None]:
    def read(folder: Path) -> None:
        from groupbuy_proposals.catalogue import read_catalogue

        read_catalogue(folder / name)

    return read


def read_template(folder: Path) -> None:
    from groupbuy_proposals.document import SHAPE
    from groupbuy_proposals.template import read_template as read

    read(folder / "template.md", SHAPE)


def facts_in(kind: str) -> Callable[[Path], None]:
    def read(folder: Path) -> None:
        from groupbuy_incentives.reading import facts_of

        list(facts_of({kind: [folder / f"{kind}.csv"]}, (), []))

    return read


def lock(folder: Path) -> None:
    read_lock(folder / "rules", "groupbuy.lock")


def template() -> str:
    from groupbuy_proposals.propose import template_path

    return template_path("en").read_text(encoding="utf-8")


def catalogue() -> str:
    """The head of the example: a few items."""
    from groupbuy_proposals.catalogue import EXAMPLE

    text = EXAMPLE.read_text(encoding="utf-8")
    return "".join(text.splitlines(keepends=True)[:40])


def lock_text() -> str:
    from groupbuy.authoring.upgrade.compare import opened_upgrade

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        packs = "groupbuy:common, [groupbuy:office, groupbuy:welfare, groupbuy:gift]"
        (folder / "groupbuy.yaml").write_text(f"groupbuy: 1\nlayers: [{packs}]\n")
        return opened_upgrade(folder, Options(DAY)).text


KINDS: dict[str, tuple[str, Callable[[], str], Callable[[Path], None]]] = {
    "programs": ("rules/example.yaml", lambda: PROGRAMS, with_plugin("incentives")),
    "functions of a plugin": ("rules/example.yaml", lambda: HISTORY, with_plugin("history")),
    "deals": ("deals.csv", lambda: DEALS, facts_in("deals")),
    "referrals": ("referrals.csv", lambda: REFERRALS, facts_in("referrals")),
    "team": ("team.yaml", lambda: TEAM, read_team),
    "catalogue": ("catalogue.yaml", catalogue, catalogue_in("catalogue.yaml")),
    "template": ("template.md", template, read_template),
    "lock": ("rules/groupbuy.lock", lock_text, lock),
}


def write(folder: Path) -> None:
    """A small project and what the plugins read, undamaged."""
    (folder / "rules").mkdir()
    for name, text in (("groupbuy", CONF), ("lead", WITH_STATUS), ("example", GOOD)):
        (folder / f"rules/{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "leads.csv").write_text("id,budget,kind\nL1,30000,office\nL2,,\n", encoding="utf-8")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {kind: text() for kind, (_, text, _) in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_known_good_file_is_read(kind: str, texts: dict[str, str], tmp_path: Path) -> None:
    name, _, read = KINDS[kind]
    write(tmp_path)
    (tmp_path / name).write_text(texts[kind], encoding="utf-8")
    read(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=max(25, (settings.default.max_examples if settings.default else 0) // 4))
def test_a_damaged_file_is_read_or_refused_with_places(
    kind: str, texts: dict[str, str], data: st.DataObject
) -> None:
    name, _, read = KINDS[kind]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write(folder)
        content = data.draw(damaged(texts[kind])).encode("utf-8", "surrogatepass")
        (folder / name).write_bytes(content)
        for problem in problems_of(read, folder):
            assert problem.at is not None, problem
        assert (folder / name).read_bytes() == content
