"""The reader of half-written YAML: what it finds in whole files, and that it never fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.lsp.outline import Outline
from groupbuy.source.nodes import Mapping, Node, Sequence
from groupbuy.source.yaml import read_source, read_yaml

ROOT = Path(__file__).parents[2]
FILES = [
    file
    for folder in ("rules", "examples", "plugins")
    for file in sorted((ROOT / folder).rglob("*.yaml"))
    if ".venv" not in file.parts and ": *" not in file.read_text(encoding="utf-8")
]
TEXTS = [file.read_text(encoding="utf-8") for file in FILES]


def keys_of(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[object, int, int]]:
    if isinstance(node, Mapping):
        for name, item in node.items.items():
            key = node.keys[name]
            yield (*path, name), key.line - 1, key.column - 1
            yield from keys_of(item, (*path, name))
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from keys_of(item, (*path, number))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_finds_what_the_yaml_reader_finds(file: Path) -> None:
    wanted = list(keys_of(read_yaml(read_source(file))))
    found = Outline(file.read_text(encoding="utf-8")).keys
    assert [(key.path, key.line, key.column) for key in found] == wanted


def test_there_are_files_to_compare() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize(
    ("text", "path", "is_key", "typed"),
    [
        ("", (), True, ""),
        ("gro", (), True, "gro"),
        ("gates:\n  a", ("gates",), True, "a"),
        ("gates:\n  ", ("gates",), True, ""),
        ("gates:\n  a:\n    when: b > ", ("gates", "a", "when"), False, "b > "),
        ("gates:\n  a:\n    when: b\n    ve", ("gates", "a"), True, "ve"),
        ("gates:\n  a:\n    when: b\n  c", ("gates",), True, "c"),
        ("gates:\n  a: {when: b > 1, ", ("gates", "a"), True, ""),
        ("gates:\n  a: {when: b > 1, ve", ("gates", "a"), True, "ve"),
        ("gates:\n  a: {when: b > ", ("gates", "a", "when"), False, "b > "),
        ("gates:\n  a: {when: b, because: {zh: \"x {bu", ("gates", "a", "because", "zh"), False,
         "x {bu"),
        ("a: {b: {c: 1}, d: {e: ", ("a", "d", "e"), False, ""),
        ("a: {b: 1}\nc", (), True, "c"),
        ("a: {b: 1\nc:\n  d", ("c",), True, "d"),  # the bracket was forgotten
        ("a: [x, y", ("a", 1), False, "y"),
        ("a:\n  - b: 1\n    c", ("a", 0), True, "c"),
        ("a:\n- b: 1\n- c: ", ("a", 1, "c"), False, ""),
        ("a:\n  - {b: 1}\n  - {c: 1, ", ("a", 1), True, ""),
        ("a: 'it''s: ", ("a",), False, "it''s: "),
        ('a: "x: y, {', ("a",), False, "x: y, {"),
        ('a: "x\nb: ', ("b",), False, ""),  # the quote was forgotten
        ("a: |\n  text: x\n  mo", ("a",), False, "mo"),
        ("a: |\n  text: x\nb", (), True, "b"),
        ("a: x  # b: c\nd", (), True, "d"),
        ("预算: {客户: ", ("预算", "客户"), False, ""),
        ('"a b": 1\n\'c\'\'d\': ', ("c'd",), False, ""),
        ("a: &one {b: 1}\nc: {d: ", ("c", "d"), False, ""),
        ("a:\n  value: b and\n    c or", ("a", "value"), False, "c or"),
    ],
)  # fmt: skip
def test_where_a_cursor_stands(
    text: str, path: tuple[str | int, ...], is_key: bool, typed: str
) -> None:
    lines = text.split("\n")
    spot = Outline(text + "\n\nafter: it\n").spot(len(lines) - 1, len(lines[-1]))
    assert (spot.path, spot.is_key, spot.text) == (path, is_key, typed)


@given(st.text(alphabet="ab:{}[],\"'#-|>&* \n预😀\\?!%@", max_size=60))
def test_any_text_has_an_outline(text: str) -> None:
    outline = Outline(text)
    for line, content in enumerate(outline.lines):
        for column in range(len(content) + 1):
            spot = outline.spot(line, column)
            assert text == "" or spot.start[0] <= line
    for key in outline.keys:
        assert (key.line, key.column) <= key.end
        assert key.line < len(outline.lines)


@given(st.sampled_from(TEXTS), st.data())
def test_files_that_are_cut_off_have_an_outline(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    whole, part = Outline(text), Outline(text[:cut])
    last = part.lines[-1]
    before = [key.path for key in whole.keys if key.line < len(part.lines) - 1]
    assert [key.path for key in part.keys if key.line < len(part.lines) - 1] == before
    part.spot(len(part.lines) - 1, len(last))
