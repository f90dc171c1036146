"""The table of systems (rules/README.md) is what the rules are, and its commands show them."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict

import pytest
import yaml
from click.testing import CliRunner
from packs_world import AS_OF, ROOT, RULES

from groupbuy.cli.group import groupbuy
from groupbuy.engine.workspace import Workspace
from project_tools import tool

TABLE = yaml.safe_load((ROOT / "docs" / "systems.yaml").read_text(encoding="utf-8"))
WITHOUT_ENTRIES = {"S27"}
"""The customer sheet is all that `explain` shows: no rule of its own."""


def test_the_page_is_up_to_date() -> None:
    page = (RULES / "README.md").read_text(encoding="utf-8")
    assert page == tool("systems").page(), "run: make systems"


def test_every_system_has_a_row_and_lives_somewhere(shipped: Workspace) -> None:
    wanted = [f"S{n:02}" for n in (*range(1, 34), 40, *range(45, 53))]
    assert list(TABLE) == wanted
    lives = tool("systems").entries_of(shipped)
    assert {id for id in wanted if not lives.get(id)} == WITHOUT_ENTRIES


def test_every_entry_says_where_it_comes_from(shipped: Workspace) -> None:
    bare = []
    for lowered in shipped.rules.every_entry():
        entry = lowered.entry
        if entry.section in ("settings", "gates", "scores", "grades", "plays"):
            source = entry.get("source")
            if source is None:
                bare.append(f"{entry.section}.{entry.id}")
            for id in re.findall(r"\bS\d+\b", getattr(source, "text", "")):
                assert re.fullmatch(r"S(0[1-9]|[1-4]\d|5[0-2])", id), entry.id
    assert bare == []


COMMANDS: dict[str, list[str]] = defaultdict(list)
for row in TABLE.values():
    COMMANDS[row["show"]].append(row["says"])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_shows_its_systems(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "240")
    words = [*shlex.split(command), "--as-of", AS_OF]
    result = CliRunner().invoke(groupbuy, words, standalone_mode=False)
    assert (result.return_value, result.exception) == (0, None), result.output
    for text in COMMANDS[command]:
        assert text in result.output
