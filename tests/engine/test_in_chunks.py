"""A run in chunks gives what one run gives, whatever the chunks are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from groupbuy.engine import in_chunks
from groupbuy.engine.in_chunks import run_in_chunks
from groupbuy.engine.run import Case, Engine
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.leads import read_leads

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunks_give_what_one_run_gives(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_chunks, "CHUNK", size)
    options = Options(date(2026, 11, 22).toordinal())
    workspace = Workspace(ROOT / "rules", options)
    leads = read_leads([ROOT / "examples" / "leads.yaml"], workspace.model).leads
    whole = {case.lead.id: case.env for case in Engine(workspace.rules).run(leads).cases}
    seen: dict[str, dict[str, Any]] = {}

    def look(case: Case) -> None:
        seen[case.lead.id] = dict(case.env)

    assert run_in_chunks(Engine(workspace.rules), leads, look) == []
    assert list(seen) == list(whole)
    assert seen == whole
