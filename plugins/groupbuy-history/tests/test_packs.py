"""The packs of the plugin, as a user has them: over the shipped rules, in both languages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from groupbuy_history import groupbuy_rules

RULES = Path(__file__).with_name("rules")
CHINESE = re.compile("[\u4e00-\u9fff]")
PACKS = sorted(groupbuy_rules().glob("*.yaml"))


def groupbuy(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from groupbuy.cli import main; main()", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_cases() -> None:
    """`*.test.yaml` beside this file say what the packs must make of leads, and why."""
    done = groupbuy("test", str(RULES))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all passed" in done.stdout


def test_they_lie_over_the_shipped_rules_without_a_clash() -> None:
    done = groupbuy("check", str(RULES), "--as-of", "2026-11-22")
    assert done.returncode == 0, done.stdout + done.stderr


def texts(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if "en" in node or "zh" in node:
            yield node
        for each in node.values():
            yield from texts(each)
    elif isinstance(node, list):
        for each in node:
            yield from texts(each)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.stem)
def test_every_text_is_in_both_languages(pack: Path) -> None:
    found = yaml.safe_load(pack.read_text(encoding="utf-8"))
    said = list(texts(found))
    assert len(said) > 5
    for text in said:
        assert set(text) == {"en", "zh"}, text
        assert not CHINESE.search(text["en"]), text
        assert CHINESE.search(text["zh"]) or re.fullmatch(r"RFM \{\w+\}", text["zh"]), text
    for section in ("settings", "facts", "grades"):
        for id, entry in found.get(section, {}).items():
            assert isinstance(entry, dict), id
            assert entry.get("title"), f"{id} has no title"
