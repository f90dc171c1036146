"""docs/plugins.md is carried out: its files are written, and its commands run, in their order."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from fresh_world import ROOT, Fresh, done

pytestmark = pytest.mark.packages

PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.M | re.S)


def section(title: str) -> str:
    """The text of a section."""
    _, _, rest = PAGE.partition(f"\n## {title}\n")
    assert rest, title
    return rest.partition("\n## ")[0]


def carried_out(text: str, fresh: Fresh, folder: Path) -> str:
    """What the commands of a section print. A block with a path after its language is that file."""
    folder.mkdir()
    told = ""
    for language, path, body in BLOCK.findall(text):
        if path:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")
        elif language == "bash":
            for line in body.splitlines():
                if line.startswith("cd "):
                    folder = folder / line.removeprefix("cd ")
                else:
                    told += done(["bash", "-c", line], folder, fresh.environment)
    return told


def test_without_a_package(fresh: Fresh) -> None:
    told = carried_out(section("Without a package"), fresh, fresh.folder / "farm")
    assert "300" in told
    assert "farm.per_head(budget=budget, recipients=recipients)" in told
    assert "✓ nothing is wrong with it" in told


def test_the_tutorial(fresh: Fresh, record_property: pytest.RecordProperty) -> None:
    start = time.perf_counter()
    title = "Tutorial: a plugin as a package"
    told = carried_out(section(title), fresh, fresh.folder / "tutorial")
    record_property("seconds", round(time.perf_counter() - start, 1))
    assert "8 passed" in told  # as it was generated
    assert "5 passed" in told  # as it became
    assert "✓ nothing is wrong with it" in told
    assert "cold_chain.spoilage(storage_days=storage_days, daily=0.02)" in told
    assert list((fresh.folder / "tutorial").glob("groupbuy-cold-chain/dist/*.whl"))
    done([str(fresh.bin / "python"), "-m", "pip", "uninstall", "-qy", "groupbuy-cold-chain"])
