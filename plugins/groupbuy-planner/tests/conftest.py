"""Fast, and the same in every run; and `groupbuy` as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from groupbuy.testing import Ran, run_command

settings.register_profile("planner", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("planner")

PACKAGE = Path(__file__).parents[1]
EXAMPLES = PACKAGE / "examples"
AS_OF = "2026-11-22"


class World:
    """A folder of files, and the command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | Sequence[Any] | Mapping[str, Any]) -> Path:
        """A file: a text as it is, data as JSON (which YAML reads)."""
        path = self.folder / name
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *args: object) -> Ran:
        """`groupbuy …`."""
        return run_command(*args)

    def plan(self, *args: object, leads: Path | None = None, team: Path | None = None) -> Ran:
        """`groupbuy plan` on the examples, or on files of one's own."""
        return self.run(
            *("plan", leads or EXAMPLES / "leads.yaml", "--team", team or EXAMPLES / "team.yaml"),
            *("--as-of", AS_OF, *args),
        )

    def planned(
        self, leads: Sequence[Mapping[str, Any]], team: Mapping[str, Any], *args: object
    ) -> Any:
        """The plan of a few leads, as data."""
        ran = self.plan(
            *("--format", "json", "--lang", "en", "--week", "2026-W48", *args),
            leads=self.write("leads.json", list(leads)),
            team=self.write("team.yaml", {"groupbuy": 1, **team}),
        )
        assert ran.code in (0, 3), ran.err
        return ran.json


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty folder."""
    return World(tmp_path)


Make = Callable[..., dict[str, Any]]


@pytest.fixture
def prospect() -> Make:
    """A lead of class PI, which is visited, unless something else is said."""

    def make(id: str, **values: Any) -> dict[str, Any]:
        strong = ("customer_strength", "management", "network", "marketing", "growth")
        return {
            "id": id,
            "name": f"客户{id}",
            "owner": "周敏",
            "region": "华东",
            "city": "临澜市",
            "intent": 80,
            "expected_amount": 100000,
            "last_contact": "2026-10-01",
            "orders": [],
            **dict.fromkeys((*strong, "our_advantage"), 80),
            **values,
        }

    return make
