"""Every test that docs/trust.md names is there, and every line of its tables names one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "trust.md"
NAMED = re.compile(r"`((?:plugins/[\w-]+/)?tests/[\w/]+\.py)::(\w+)`")


def lines() -> list[str]:
    """The lines of the tables of promises, without their heads."""
    text = PAGE.read_text(encoding="utf-8")
    tables = re.findall(r"^\| promised .*\n\|[-| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [line for table in tables for line in table.splitlines()]


def test_every_promise_names_a_test() -> None:
    assert len(lines()) > 10
    assert [line for line in lines() if not NAMED.search(line)] == []


@pytest.mark.parametrize(
    ("file", "name"), sorted({each for line in lines() for each in NAMED.findall(line)})
)
def test_each_named_test_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert name in there
    assert name.startswith("test_")
