"""Real customers: the public CRM data set, which lies beside the repository, if at all."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("GROUPBUY_CRM_DATA") or ROOT.parent / "shared" / "data" / "crm")
FILES = [
    DATA / n for n in ("accounts.csv", "sales_pipeline.csv", "sales_teams.csv", "products.csv")
]
MAP = ROOT / "examples" / "crm" / "accounts.map.yaml"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the CRM data set is not here")


def test_the_check_of_a_fit_is_near_what_came(tmp_path: Path) -> None:
    """85 accounts that order every few days and never stop: the model says both."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "groupbuy.yaml").write_text("groupbuy: 1\nplugins: [history]\nlayers: [a.yaml]\n")
    fields = "{founded: {type: integer}, turnover: {type: money}, country: {type: text}}"
    rfm = "{rank: history.spent(), cuts: {top: {top: 20%}, rest: {}}}"
    (rules / "a.yaml").write_text(
        f"groupbuy: 1\npack: a\nfields: {fields}\nfacts: {{risk: history.churn_risk()}}\n"
        f"grades: {{money: {rfm}}}\n"
    )
    options = [*map(str, FILES), "--map", str(MAP), "--rules", str(rules), "--as-of", "2018-01-01"]

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        start = [sys.executable, "-c", "from groupbuy.cli import main; main()"]
        return subprocess.run(
            [*start, *command], capture_output=True, text=True, check=False, encoding="utf-8"
        )

    fitted = run("history-fit", *options, "--check", "90")
    assert fitted.returncode == 0, fitted.stderr
    assert "a ran to the end of its range (customers hardly ever stop)" in fitted.stderr
    line = next(line for line in fitted.stderr.splitlines() if line.startswith("check:"))
    hoped = float(line.split(" expected ")[1].split()[0].replace(",", ""))
    came = int(line.split("; ")[1].split()[0].replace(",", ""))
    assert came > 1000
    assert hoped == pytest.approx(came, rel=0.15)
    done = run("evaluate", *options, "--format", "json")
    leads = json.loads(done.stdout)["leads"]
    assert Counter(lead["grades"]["money"]["value"] for lead in leads) == {"top": 17, "rest": 68}
    assert all(0 <= lead["facts"]["risk"]["value"] < 1 for lead in leads)
