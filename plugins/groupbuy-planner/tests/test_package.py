"""What the package promises: its imports, its rules, its README."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PACKAGE
from groupbuy.testing import check_plugin
from groupbuy_planner.wishes import NEEDED
from groupbuy_planner.words import all_words

SOURCES = sorted((PACKAGE / "src").rglob("*.py"))


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
    check_plugin("planner")


def test_all_words_are_there_in_both_languages_with_the_same_blanks() -> None:
    for group in all_words().values():
        for key, texts in group.items():
            assert set(texts) == {"en", "zh"}, key
            blanks = [set(re.findall(r"\{(\w+)\}", text)) for text in texts.values()]
            assert blanks[0] == blanks[1], key


def test_every_reason_in_the_code_has_words_and_every_word_a_reason() -> None:
    code = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES)
    used = set(re.findall(r"[\"']([a-z_]+)[\"']", code))
    for group in ("reasons", "escalations", "notes", "lines"):
        assert set(all_words()[group]) <= used, group


def test_the_readme_names_what_the_rules_need() -> None:
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    assert [name for name in NEEDED if f"`{name}`" not in readme] == []
    assert [key for key in all_words()["reasons"] if f"`{key}`" not in readme] == []
