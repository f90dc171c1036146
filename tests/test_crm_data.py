"""Real exports become leads: the public CRM data set, through the mappings in `examples/crm`.

The data is not in the repository: it lies beside it, or where GROUPBUY_CRM_DATA says.
"""

import os
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.mapping.draft import draft_mapping
from groupbuy.files.mapping.read import Mapped, read_mapped
from groupbuy.model.lead import Lead

ROOT = Path(__file__).parents[1]
CRM = ROOT / "examples" / "crm"
DATA = Path(os.environ.get("GROUPBUY_CRM_DATA") or ROOT.parent / "shared" / "data" / "crm")
AS_OF = date(2018, 1, 1).toordinal()
CLOSED = ("accounts.csv", "sales_pipeline.csv", "sales_teams.csv", "products.csv")
FULL = ("accounts.csv", "sales_pipeline_full_8800.csv", "sales_teams.csv", "products.csv")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the CRM data set is not here")


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(CRM / "rules", Options(AS_OF))


def read(workspace: Workspace, mapping: str, names: tuple[str, ...]) -> Mapped:
    return read_mapped([DATA / n for n in names], CRM / mapping, workspace.model, today=AS_OF)


@pytest.fixture(scope="module")
def closed(workspace: Workspace) -> Mapped:
    return read(workspace, "accounts.map.yaml", CLOSED)


@pytest.fixture(scope="module")
def full(workspace: Workspace) -> Mapped:
    return read(workspace, "pipeline_8800.map.yaml", FULL)


@pytest.fixture(scope="module")
def results(workspace: Workspace, full: Mapped) -> list[dict[str, Any]]:
    leads: list[dict[str, Any]] = workspace.evaluate(full.leads).data["leads"]
    return leads


def lead(mapped: Mapped, id: str) -> Lead:
    return next(each for each in mapped.leads.leads if each.id == id)


def graded(results: list[dict[str, Any]], grade: str) -> Counter[str]:
    return Counter(each["grades"][grade]["value"] for each in results)


# --- every row is accounted for ---------------------------------------------------------------


def test_closed_opportunities(closed: Mapped) -> None:
    accounts, orders = closed.counts
    assert (accounts.rows, accounts.taken, accounts.set_aside, accounts.dropped) == (85, 85, 0, {})
    assert (orders.rows, orders.taken, orders.dropped) == (6711, 4238, {"lost": 2473})
    assert all(count.adds_up for count in closed.counts)
    assert not closed.leads.set_aside
    assert not closed.rejects
    assert len(closed.leads.notes) == 2, "GTXPro is translated: there is nothing else to say"


def test_opportunities_in_every_stage(full: Mapped) -> None:
    orders = full.counts[1]
    assert orders.rows == 8800
    assert orders.taken == 4238
    assert orders.dropped == {"no account": 1425, "lost": 2473, "still open": 664}
    assert all(count.adds_up for count in full.counts)
    assert full.leads.notes == [
        "leads from accounts.csv: 85 rows = 85 taken",
        "orders from sales_pipeline_full_8800.csv: 8,800 rows = 4,238 taken + 1,425 dropped "
        "(no account) + 2,473 dropped (lost) + 664 dropped (still open)",
        'orders.category: products.csv has no product "GTXPro" (729×; did you mean "GTX Pro"?); '
        "left blank",
    ]


def test_both_copies_have_the_same_orders(closed: Mapped, full: Mapped) -> None:
    def orders(mapped: Mapped) -> set[tuple[object, ...]]:
        return {
            (each.id, row["order_id"], row["date"], row["amount"])
            for each in mapped.leads.leads
            for row in each.values["orders"]  # type: ignore[attr-defined]
        }

    assert len(orders(closed)) == 4238
    assert orders(closed) == orders(full), "01-03-17 in the one is 2017-03-01 in the other"


# --- what the values are ----------------------------------------------------------------------


def test_words_and_amounts_are_translated(closed: Mapped) -> None:
    acme = lead(closed, "Acme Corporation").values
    assert acme["sector"] == "industrial", "technolgy in the export"
    assert acme["turnover"] == 1_100_040_000
    assert acme["headcount"] == 2822
    assert (acme["owner"], acme["region"]) == ("Daniell Hammack", "East"), "7 deals won"
    countries = Counter(each.values["country"] for each in closed.leads.leads)
    assert countries["Philippines"] == 1
    assert "Philipines" not in countries
    assert all(each.values["sector"] is not None for each in closed.leads.leads)


def test_parents_owners_and_regions(closed: Mapped, full: Mapped) -> None:
    parents = Counter(each.values["parent"] for each in closed.leads.leads)
    assert parents.pop(None) == 70
    assert parents["Acme Corporation"] == 4
    ids = {each.id for each in closed.leads.leads}
    assert set(parents) <= ids, "each parent is a lead itself"
    for mapped in (closed, full):
        regions = {each.values["region"] for each in mapped.leads.leads}
        assert regions == {"Central", "East", "West"}


def test_products(closed: Mapped, full: Mapped) -> None:
    def categories(mapped: Mapped) -> Counter[object]:
        rows = [row for each in mapped.leads.leads for row in each.values["orders"]]  # type: ignore[attr-defined]
        return Counter(row["category"] for row in rows)

    assert set(categories(closed)) == {"GTX", "MG", "GTK"}
    assert categories(full)[None] == 729
    assert categories(full)["GTX"] + 729 == categories(closed)["GTX"]


# --- what the rules make of it ----------------------------------------------------------------


def test_pyramid_by_value_won(results: list[dict[str, Any]]) -> None:
    assert len(results) == 85
    assert graded(results, "pyramid") == {"super": 1, "large": 4, "medium": 12, "small": 68}
    assert results[0]["id"] == "Kan-code"
    assert results[0]["facts"]["spend_12m"]["value"] == 341_455


def test_existing_customers_add_up(results: list[dict[str, Any]]) -> None:
    existing = graded(results, "existing")
    assert set(existing) == {"EI", "EII", "EIII", "EIV"}
    assert existing.total() == sum(each["facts"]["bought_ever"]["value"] for each in results) == 85
    high = graded(results, "contribution_level")["high"]
    steady = graded(results, "stability_level")["high"]
    assert existing["EI"] + existing["EII"] == high
    assert existing["EI"] + existing["EIII"] == steady


def test_contribution_has_every_class(results: list[dict[str, Any]]) -> None:
    assert graded(results, "contribution") == {"A": 3, "B": 29, "C": 43, "D": 10}


@pytest.mark.parametrize(("share", "percent"), [(0.01, 3.4), (0.05, 12.1), (0.2, 31.7)])
def test_concentration(results: list[dict[str, Any]], share: float, percent: float) -> None:
    won = sorted((each["facts"]["spend_12m"]["value"] for each in results), reverse=True)
    assert sum(won) == 10_005_534
    most = won[: -int(-share * len(won) // 1)]
    assert round(100 * sum(most) / sum(won), 1) == percent


def test_groups_of_companies(workspace: Workspace) -> None:
    mapped = read(workspace, "groups.map.yaml", CLOSED[:2])
    assert len(mapped.leads.leads) == 70
    accounts, orders = mapped.counts
    assert (accounts.rows, accounts.leads, orders.taken) == (85, 70, 4238)
    assert lead(mapped, "Acme Corporation").values["headcount"] == 13_112
    assert not mapped.leads.set_aside


# --- drafts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [CLOSED, FULL, ("sales_pipeline.csv",)])
def test_a_draft_loads(workspace: Workspace, tmp_path: Path, names: tuple[str, ...]) -> None:
    paths = [DATA / name for name in names]
    draft = tmp_path / "draft.map.yaml"
    draft.write_text(draft_mapping(paths, workspace.model, [], "en"), encoding="utf-8")
    mapped = read_mapped(paths, draft, workspace.model)
    assert len(mapped.leads.leads) == 85
    assert all(count.adds_up for count in mapped.counts)
