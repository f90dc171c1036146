"""A rules folder in a temporary place, and leads evaluated with it, as a user would."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from histories import DAY, Evaluate
from hypothesis import settings

from groupbuy.api.commands import Options, Workspace, read_leads

settings.register_profile("plugin", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("plugin")


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    """`evaluate(leads, {"a.yaml": text}, layers=["history:rfm"])` gives the leads' results."""

    def run(
        leads: Sequence[Mapping[str, Any]],
        packs: Mapping[str, str] | None = None,
        layers: Sequence[str] = (),
        today: date = DAY,
        **settings: str,
    ) -> list[dict[str, Any]]:
        packs = packs or {}
        rules = tmp_path / "rules"
        rules.mkdir(exist_ok=True)
        for name, text in packs.items():
            (rules / name).write_text(text, encoding="utf-8")
        listed = json.dumps([*layers, *packs])
        (rules / "groupbuy.yaml").write_text(
            f"groupbuy: 1\nplugins: [history]\nlayers: {listed}\n", encoding="utf-8"
        )
        workspace = Workspace(rules, Options(today.toordinal(), settings=settings))
        file = tmp_path / "leads.json"
        file.write_text(json.dumps(list(leads), default=plain), encoding="utf-8")
        read = read_leads([file], workspace.model)
        assert not read.set_aside, read.set_aside
        results: list[dict[str, Any]] = workspace.evaluate(read).data["leads"]
        return sorted(results, key=lambda lead: str(lead["id"]))

    return run
