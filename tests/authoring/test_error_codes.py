"""Every error code is explained, and every example says what the table says it does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from error_world import PAGE, one, said

from groupbuy.authoring.errors import PLACES, Explained, explained, page
from groupbuy.texts import LANGUAGES

SOURCE = Path(__file__).parents[2] / "src" / "groupbuy"
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
TELL = {"Problem", "add", "fail", "Misfit", "ValueProblem"}
"""What is called with a code first; a code without a hyphen is one only there."""
OTHERS = {"encode", "decode", "_git"}
"""What is called with a word first that looks like a code."""

TABLE = explained()
EXAMPLES = [each for each in TABLE.values() if each.place is not None]


def codes() -> Iterator[tuple[str, str]]:
    """Every code in the source, with its place."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            word = first.value if isinstance(first, ast.Constant) else None
            if isinstance(first, ast.Name) and called == "Problem":
                word = constants.get(first.id)
            if not isinstance(word, str) or called in OTHERS or len(node.args) < 2:
                continue
            plain = called in TELL and called != "add" and re.fullmatch("[a-z]+", word)
            if CODE.fullmatch(word) or plain:
                yield word, f"{path.relative_to(SOURCE)}:{node.lineno}"


def test_every_code_is_explained() -> None:
    found = dict(codes())
    assert len(found) > 150, "the source is searched in another way than it is written"
    missing = {code: at for code, at in found.items() if code not in TABLE}
    assert not missing, f"explain these in errors.yaml (then: make errors): {missing}"


def test_some_codes_alone() -> None:
    assert explained(TABLE) == TABLE
    assert explained(["yaml-tab", "of-a-plugin"]) == {"yaml-tab": TABLE["yaml-tab"]}
    assert explained([]) == {}


def test_no_code_is_explained_that_is_not_there() -> None:
    words = {
        node.value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(TABLE.keys() - words) == []


def test_the_table_is_in_order() -> None:
    assert list(TABLE) == sorted(TABLE)


@pytest.mark.parametrize("each", TABLE.values(), ids=list(TABLE))
def test_each_is_said_in_every_language(each: Explained) -> None:
    for lang in LANGUAGES:
        text = dict(each.means.by_language)[lang]
        assert text.endswith("。" if lang == "zh" else "."), text
    assert each.place is None or each.place in PLACES


@pytest.mark.parametrize("each", EXAMPLES, ids=[each.code for each in EXAMPLES])
def test_each_example_says_so(each: Explained, tmp_path: Path) -> None:
    assert each.place is not None
    assert one(said(each.place, each.wrong, tmp_path), each.code) == each.said
    assert each.said.strip(), "an example that says nothing of its code"


def test_most_have_an_example() -> None:
    """What needs a broken machine, a plugin or a workbook has none here."""
    assert len(EXAMPLES) > 0.6 * len(TABLE)


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(list(TABLE.values())), "make errors"
