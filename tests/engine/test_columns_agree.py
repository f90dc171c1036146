"""Row engine ≡ column engine: random rule sets × random leads, and the shipped rules."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from columns_rules import ENGINES, differences, run, source_of
from random_rules import random_layers, random_leads
from rules_world import rules

from groupbuy.engine.columns.outputs import Wanted
from groupbuy.engine.columns.run import ColumnEngine
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError
from groupbuy.files.leads import read_leads
from groupbuy.model.lead import Lead

ROOT = Path(__file__).parents[2]
# Each seed is a rule set of its own; DuckDB plans slowly, so that it gets fewer.
SEEDS = [*(("polars", seed) for seed in (0, 3, 8, 14, 21)), ("pyarrow", 42), ("duckdb", 41)]


def disagreements(workspace: Workspace, leads: Sequence[Lead], engine: str, row: Any) -> list[str]:
    result, found = run(workspace, leads, engine)
    assert result.unranked == row["summary"]["unranked"]
    assert len(found) == len(row["leads"])
    return [text for lead in row["leads"] for text in differences(found[lead["id"]], lead)]


@pytest.mark.parametrize(("engine", "seed"), SEEDS)
def test_random_rules(engine: str, seed: int) -> None:
    world = rules(*random_layers(seed))
    row = world.result(random_leads(seed, 60)).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, engine, row) == []


def test_shipped_rules() -> None:
    workspace = Workspace(ROOT / "rules", Options(as_of=date(2026, 11, 22).toordinal()))
    leads = read_leads([ROOT / "examples" / "leads.yaml"], workspace.model)
    row = workspace.evaluate(leads).data
    assert disagreements(workspace, leads.leads, "polars", row) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_packs_that_contradict_each_other_set_their_leads_aside(engine: str) -> None:
    world = rules(
        "facts: {n: a}",
        [
            "pack: one\nfor: f\nchanges: {facts: {n: a + 1}}",
            "pack: two\nfor: g\nchanges: {facts: {n: a + 2}}",
        ],
    )
    given = [{"a": 1, "f": True, "g": True}, {"a": 1, "f": True, "g": False}, {"a": 1}]
    row = world.result(given).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    result, found = run(world.workspace, leads, engine)
    assert set(found) == {lead["id"] for lead in row["leads"]} == {"L2", "L3"}
    assert [(stack.count, stack.problems[0].code) for stack in result.set_aside] == [
        (1, "conflict")
    ]
    assert {id: lead["n"] for id, lead in found.items()} == {"L2": 2.0, "L3": 1.0}


def test_a_pack_over_what_a_lower_layer_defines() -> None:
    world = rules(
        "facts: {n: a * 2}",
        ["pack: low\nfor: kind == 'gift'\nchanges: {facts: {n: a * 10}}"],
        ["pack: high\nfor: n > 5\nfacts: {m: n + 1}"],
    )
    given = [{"a": 1, "kind": "gift"}, {"a": 1, "kind": "office"}, {"a": 3}, {"kind": "gift"}]
    row = world.result(given).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, "polars", row) == []


DAYS = (
    "2026-11-01",
    "2026-09-30",
    "2026-08-01",
    "2026-07-01",
    "2026-02-01",
    "2025-10-01",
    "2025-09-30",
)
ORDERS = [{"date": day, "amount": 10.0 + n} for n, day in enumerate(DAYS)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("per", "last"), [("quarter", 4), ("month", 4), ("year", 1)])
def test_periods(engine: str, per: str, last: int) -> None:
    world = rules(f"""
        facts:
          p:
            {{table: orders, per: {per}, last: {last},
             columns: {{made: sum(orders.amount), times: count(orders)}}}}
          sum: sum(p.made)
          most: max(p.made)
          least: min(p.made)
          active: count(p, where=p.times > 0)
        grades: {{k: {{of: active, bands: {{C: {{}}, B: {{from: 1}}, A: {{from: 3}}}}}}}}
        """)
    given: list[dict[str, Any]] = [
        {"orders": ORDERS},
        {"orders": ORDERS[1:3]},
        {"orders": ORDERS[-1:]},
        {"orders": []},
        {},
        {"orders": [*ORDERS, {"amount": 5}]},
        {"orders": [*ORDERS, {"date": "2026-08-09"}]},
        {"orders": [{"date": "1999-01-01"}, {"date": "2030-01-01", "amount": 1}]},
    ]
    row = world.result(given).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, engine, row) == []


def test_periods_that_a_pack_changes_are_refused_and_the_rule_is_named() -> None:
    world = rules(
        "facts: {p: {table: orders, per: month, last: 3, columns: {n: count(orders)}}, "
        "all: sum(p.n)}",
        ["pack: gift\nfor: kind == 'gift'\nchanges: {facts: {p: {last: 12}}}"],
    )
    row = world.result([{"orders": ORDERS, "kind": kind} for kind in ("gift", "office")]).data
    assert [lead["facts"]["all"]["value"] for lead in row["leads"]] == [4, 2]
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    with pytest.raises(GroupbuyError, match=r"p \(p1\) can't be worked out in columns"):
        disagreements(world.workspace, leads, "polars", row)


@pytest.mark.parametrize("engine", ENGINES)
def test_days_of_a_setting_in_any_order(engine: str) -> None:
    world = rules(
        "settings: {fairs: {value: [2026-12-24, 2026-02-14, 2026-12-01], type: dates}}\n"
        "facts: {then: next(fairs)}"
    )
    row = world.result([{}]).data
    assert row["leads"][0]["facts"]["then"]["value"] == "2026-12-01"
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, engine, row) == []


@pytest.mark.parametrize("where", ["k == 'A'", "n > 3 and f", "n > 3 or missing(n)"])
def test_where_and_the_order_in_which_to_call(where: str) -> None:
    world = rules(
        "facts: {n: a + b}\n"
        "gates: {g: {when: g, verdict: stop, unknown: pass}}\n"
        "scores: {s: {range: [0, 9], rules: {r: {when: f, points: 5}, "
        "q: {when: x > 5, points: 1}}}}\n"
        "grades: {k: {of: n, bands: {B: {}, A: {from: 4}}}}",
        head="rank_by: [k, s, n]",
        where=where,
        top=15,
    )
    row = world.result(random_leads(5, 60)).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    workspace = world.workspace
    source = source_of(leads, workspace.model, "polars")
    engine = ColumnEngine(workspace.rules, source)
    result = engine.evaluate(Wanted(), workspace.where, workspace.rank_by, 15)
    found = [lead["id"] for lead in source.rows(result.frame)]
    assert found == [lead["id"] for lead in row["leads"]]
    assert found


def test_what_columns_cannot_do_names_the_rule() -> None:
    world = rules("facts: {n: 'contains(name, region)'}")
    leads = read_leads([_one_lead(world.folder)], world.workspace.model).leads
    with pytest.raises(GroupbuyError) as caught:
        run(world.workspace, leads, "polars")
    (problem,) = caught.value.problems
    assert problem.code == "not-in-columns"
    assert "n (p1) can't be worked out in columns" in problem.message
    assert problem.at is not None
    assert problem.at.file.endswith("p1.yaml")


def test_two_results_in_one_column_are_refused() -> None:
    world = rules(
        "facts: {s_low: a}\nscores: {s: {range: [0, 9], rules: {r: {when: f, points: 5}}}}"
    )
    leads = read_leads([_one_lead(world.folder)], world.workspace.model).leads
    with pytest.raises(GroupbuyError, match="same-column-twice"):
        run(world.workspace, leads, "polars")


def test_no_leads_at_all() -> None:
    world = rules("facts: {n: a}", ["pack: low\nfor: f\nfacts: {m: a}"])
    result, found = run(world.workspace, [], "polars")
    assert found == {}
    assert result.set_aside == []


def _one_lead(folder: Path) -> Path:
    path = folder / "one.json"
    path.write_text('[{"id": "L1", "name": "n"}]', encoding="utf-8")
    return path


@pytest.mark.parametrize("engine", ENGINES)
def test_a_share_of_nothing_does_not_apply(engine: str) -> None:
    world = rules("facts: {part: 'share(a, within=kind)', asked: known(part), open: missing(part)}")
    given = [
        {"a": 0, "kind": "gift"},
        {"a": 0, "kind": "gift"},
        {"a": 3, "kind": "office"},
        {"kind": "office"},
        {"a": 1},
    ]
    row = world.result(given).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, engine, row) == []
