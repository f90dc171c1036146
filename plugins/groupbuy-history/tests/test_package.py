"""What the package promises: its imports, its documentation, its examples."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from histories import Evaluate

from groupbuy.api import NONE, UNKNOWN, Example, Rows, Scorer
from groupbuy.testing import check_plugin, run_command
from groupbuy_history import SCORERS

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
CASES = [
    pytest.param(scorer, example, id=f"{scorer.name}-{index}")
    for scorer in SCORERS
    for index, example in enumerate(scorer.examples)
]


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_only_the_public_api_is_imported(source: Path) -> None:
    of_groupbuy = {name for name in imported(source) if re.match(r"groupbuy(\.|$)", name)}
    assert of_groupbuy <= {"groupbuy.api", "groupbuy.api.commands"}


def test_everything_that_can_be_checked_of_a_plugin() -> None:
    check_plugin("history")


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.name)
def test_every_scorer_is_documented(scorer: Scorer) -> None:
    assert set(scorer.title) == {"en", "zh"}
    assert scorer.source
    assert f"`{scorer.name}`" in README
    assert any(example.gives is NONE for example in scorer.examples) or scorer.name in (
        "purchases",
        "spent",
    ), "what has no history does not apply, but sums and counts are 0"
    if callable(scorer.body):
        assert scorer.body.__doc__


def answer(fact: dict[str, Any] | None) -> Any:
    """A fact of a result as an example says it."""
    if fact is None or fact.get("status") == "none":
        return NONE
    return UNKNOWN if fact.get("status") == "unknown" else fact["value"]


@pytest.mark.parametrize(("scorer", "example"), CASES)
def test_examples_hold_in_a_run(scorer: Scorer, example: Example, evaluate: Evaluate) -> None:
    """Bodies in Python and in the language alike, as a rule calls them."""
    table = next(name for name, value in scorer.inputs.items() if isinstance(value, Rows))
    params = [f"{key}={value!r}" for key, value in example.given.items() if key in scorer.params]
    call = f"history.{scorer.name}({', '.join(params)})".replace("'", '"')
    pack = f"groupbuy: 1\npack: p\nfacts:\n  answer: '{call}'\n"
    rows = [
        {name: cell for name, cell in row.items() if cell is not UNKNOWN}
        for row in example.given[table]
    ]
    lead = {"id": "L1", table: rows}
    (result,) = evaluate([lead], {"p.yaml": pack}, today=example.given["today"])
    found = answer(result["facts"].get("answer"))
    wanted = example.gives
    if isinstance(wanted, date):
        wanted = wanted.isoformat()
    if isinstance(wanted, float | int):
        wanted = pytest.approx(wanted, abs=1e-9)
    assert found == wanted


def test_the_project_of_the_readme_works_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project,) = re.findall(r"```yaml\n(.*?)```", README, re.S)
    (line,) = re.findall(r"^groupbuy (evaluate .*)$", README, re.M)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "groupbuy.yaml").write_text(project, encoding="utf-8")
    orders = [f"{{date: 2026-{month:02}-05, amount: 9000}}" for month in range(1, 11)]
    leads = f"- {{id: L1, customer_type: gift, orders: [{', '.join(orders)}]}}\n"
    (tmp_path / "leads.yaml").write_text(leads, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = run_command(*line.split(), "--as-of", "2026-11-22", "--format", "json")
    assert ran.code == 0, ran.err
    (lead,) = json.loads(ran.out)["leads"]
    assert lead["grades"]["churn"]["value"] == "late"
    assert {"rfm_segment", "existing", "direction"} <= lead["grades"].keys()
