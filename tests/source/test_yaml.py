"""The YAML reader: values, places, and every slip that it must not read in silence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.source import compose
from groupbuy.source.limits import Limits, within
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.yaml import place_in, read_source, read_yaml


@pytest.fixture(params=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with the C parser and with PyYAML's own."""
    if request.param == "pure":
        monkeypatch.setattr(compose, "COMPOSER", compose.PureComposer)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML without libyaml")


def read(text: str, limits: Limits | None = None) -> Node:
    with within(limits or Limits()):
        return read_yaml(Source("f", text))


def problems(text: str, limits: Limits | None = None) -> tuple[Problem, ...]:
    with pytest.raises(GroupbuyError) as error:
        read(text, limits)
    return error.value.problems


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    found = problems(text)
    return [(p.code, p.at.line if p.at else None, p.at.column if p.at else None) for p in found]


# -- values ---------------------------------------------------------------------------------------

VALUES = [
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("tRue", "tRue"),
    ("yes", "yes"), ("no", "no"), ("NO", "NO"), ("on", "on"), ("off", "off"), ("y", "y"),
    ("12:30", "12:30"), ("2026-02-30", "2026-02-30"), ("1_000", "1_000"), ("1,000", "1,000"),
    ("0", 0), ("-7", -7), ("+7", 7), ("010", 10), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"),
    ("08", 8), ("-0x1F", "-0x1F"), ("0o8", "0o8"), ("0x", "0x"),
    (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("1e", "1e"), (".", "."),
    ("１２３", "１２３"), ("+", "+"), ("-", [None]), ("1.2.3", "1.2.3"), ("95%", "95%"),
    ("1000000000000000", 10**15), ("1000000000000001", "1000000000000001"),
    ("9" * 41, "9" * 41), ("-" + "9" * 5000, "-" + "9" * 5000), ("0x" + "f" * 30, "0x" + "f" * 30),
    ("'1'", "1"), ('"true"', "true"), ("''", ""), ('"a\\tb"', "a\tb"), ("|-\n 1", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_core_schema(parser: None, text: str, value: object) -> None:
    data = read(f"k: {text}" if text != "-" else f"k:\n  {text}").data()
    assert isinstance(data, dict)
    assert data["k"] == value
    assert type(data["k"]) is type(value)


@pytest.mark.parametrize("text", ["1e3", "010", "0x1F", "2026-11-22", "~", "9" * 50])
def test_text_is_kept_as_written(text: str) -> None:
    node = read(text)
    assert isinstance(node, Scalar)
    assert node.text == text


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n", "---\n", "\ufeff", "--- # x\n...\n"])
def test_an_empty_text_is_nothing(parser: None, text: str) -> None:
    node = read(text)
    assert isinstance(node, Scalar)
    assert (node.value, node.noun) == (None, "nothing")


KEYS = [
    ("2024: a", "2024"), ("true: a", "true"), ("~: a", "~"), ("null: a", "null"), ("1e3: a", "1e3"),
    ("'<<': a", "<<"), ('"a b": a', "a b"), ("客户 名: a", "客户 名"), ("? a\n: b", "a"),
    ("a.b: a", "a.b"), ("groupbuy:office: a", "groupbuy:office"), ("'“a”': b", "“a”"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), KEYS)
def test_keys_are_texts_as_written(parser: None, text: str, name: str) -> None:
    node = read(text)
    assert isinstance(node, Mapping)
    assert list(node.items) == list(node.keys) == [name]
    assert node.keys[name].value == node.keys[name].text == name


def test_aliases_of_mappings_lists_and_quoted_texts(parser: None) -> None:
    text = 'a: &x {b: 1}\nc: *x\nd: &y [1]\ne: *y\nf: &z "t"\ng: [*z, *z]\n'
    assert read(text).data() == {
        "a": {"b": 1}, "c": {"b": 1}, "d": [1], "e": [1], "f": "t", "g": ["t", "t"],
    }  # fmt: skip


# -- places ---------------------------------------------------------------------------------------

PLACES = [
    ("a: x", 1, 4), ("客户: x", 1, 5), ("客户名称: {类: x}", 1, 11), ("\ufeffa: x", 1, 4),
    ("a: 1\r\nb: 2\r\nc: x\r\n", 3, 4), ("a: 1\rb: x", 2, 4), ("# 😀\n- 😀\n- {😀: x}", 3, 7),
    ("a:\n  - 1\n  - x", 3, 5), ("a: |\n  x", 1, 4), ("a: 'x'", 1, 4), ("a:\n\n\n    x", 4, 5),
]  # fmt: skip


def last_scalar(node: Node) -> Scalar:
    while not isinstance(node, Scalar):
        assert isinstance(node, Mapping | Sequence)
        node = list(node.items.values() if isinstance(node, Mapping) else node.items)[-1]
    return node


@pytest.mark.parametrize(("text", "line", "column"), PLACES)
def test_places_count_characters_from_one(parser: None, text: str, line: int, column: int) -> None:
    node = last_scalar(read(text))
    assert (node.line, node.column) == (line, column)


def test_keys_and_collections_have_places() -> None:
    node = read("a: 1\nb:\n  c: [x]\n")
    assert isinstance(node, Mapping)
    inner = node.items["b"]
    assert isinstance(inner, Mapping)
    assert str(node.key_at("b")) == "f:2:1"
    assert (str(inner.at), str(inner.items["c"].at)) == ("f:3:3", "f:3:6")


IN_SCALARS = [  # text, the character whose place is asked, line, column
    ("when: a == ~b", "~", 1, 12),
    ("预算: 甲 == ~b", "~", 1, 10),
    ('when: "a == ~b"', "~", 1, 13),
    ("when: 'a == ~b'", "~", 1, 13),
    ("when: 'a == ''x'' and ~b'", "~", 1, 23),
    ('when: "a == \\"x\\" and ~b"', "~", 1, 23),
    ('when: "a\\n\\t \\x41\\u4e2d ~b"', "~", 1, 25),
    ("when: a and\n  b and\n  ~c", "~", 3, 3),
    ("when: |\n  a and\n    ~b\n", "~", 3, 5),
    ("when: |2-\n    a and\n  ~b\n", "~", 3, 3),
    ("when: > # folded\n  a and\n\n  ~b\n", "~", 4, 3),
    ("- when: >-\n    a ~b\n", "~", 2, 7),
    ("when: &x '~b'", "~", 1, 11),
    ("when: 'a\n\n  b ~c'", "~", 3, 5),
    ("a: [x, ~y]", "~", 1, 8),
    ("when: a\r\n  and ~b\r\n", "~", 2, 7),
]


@pytest.mark.parametrize(("text", "char", "line", "column"), IN_SCALARS)
def test_place_in_a_scalar(parser: None, text: str, char: str, line: int, column: int) -> None:
    scalar = last_scalar(read(text))
    place = place_in(scalar, scalar.text.index(char))
    assert (place.line, place.column) == (line, column)
    assert place.excerpt is not None
    assert place.excerpt[column - 1] == char


@pytest.mark.parametrize(
    ("text", "offset", "column"),
    [("a: b c", 1, 5), ("a: b c", 3, 7), ("a: b c", 99, 7), ("a: b", -5, 4), ("a: ''", 0, 4),
     ("a: 'b  c'", 2, 7), ("a: ' b'", 0, 4), ("a: 12", 1, 5)],
)  # fmt: skip
def test_place_of_blanks_and_ends(text: str, offset: int, column: int) -> None:
    assert place_in(last_scalar(read(text)), offset).column == column


def test_place_in_a_scalar_that_the_file_does_not_bear_out() -> None:
    scalar = Scalar(Source("f", "abc"), 1, 1, "xyz", "xyz")
    assert place_in(scalar, 2) == scalar.at
    assert place_in(Scalar(Source("f", ""), 9, 1, "xyz", "xyz"), 2).line == 9


# -- slips that YAML allows ------------------------------------------------------------------------

ALLOWED_BY_YAML = [  # text, code, line, column, part of the message or of the hint
    ("a: 1\nb: 2\na: 3", "yaml-duplicate-key", 3, 1, "f:1:1"),
    ("x:\n  甲: {乙: 1, 乙: 2}", "yaml-duplicate-key", 2, 13, "f:2:7"),
    ("1: a\n'1': b", "yaml-duplicate-key", 2, 1, "f:1:1"),
    ("when: ! flag", "yaml-tag", 1, 7, "not flag"),
    ("when: !flag", "yaml-tag", 1, 7, "not flag"),
    ("a: !!bool maybe", "yaml-tag", 1, 4, "!!bool"),
    ("a: !!timestamp x", "yaml-tag", 1, 4, "tags"),
    ("a: !!python/object/apply:os.system [ls]", "yaml-tag", 1, 4, "tags"),
    ("a: !t {b: 1}", "yaml-tag", 1, 4, "delete"),
    ("a: !t\n  b: 1", "yaml-tag", 1, 4, "delete"),
    ("a: ! [b]", "yaml-tag", 1, 4, "delete"),
    ("a: &x !t [b]", "yaml-tag", 1, 7, "!t"),
    ("a: ! 'b'", "yaml-tag", 1, 4, "tags"),
    ("! a: 1", "yaml-tag", 1, 1, "tags"),
    ("when: &x qty > 1", "yaml-anchor", 1, 7, "'&x qty > 1'"),
    ("&k a: 1", "yaml-anchor", 1, 1, "&k"),
    ("a: &x\nb: 1", "yaml-anchor", 1, 4, "&x"),
    ("a: {b: 1}\nc:\n  <<: {d: 1}", "yaml-merge", 3, 3, "<<"),
    ("a: &a [1, *a]", "yaml-alias", 1, 4, "back"),
    ("a: &a\n  b: *a", "yaml-alias", 1, 4, "back"),
    ("? [a, b]\n: 1", "yaml-key", 1, 3, "a list can't be a key"),
    ("{a: 1}: 1", "yaml-key", 1, 1, "a mapping can't be a key"),
    ("because: {{name}}", "yaml-key", 1, 11, "quotes"),
    ("{: 1}", "yaml-bracket", 1, 2, "missing before :"),
    ("'': 1", "yaml-key", 1, 1, "missing"),
    ("a\u00a0b: 1", "yaml-invisible-character", 1, 2, "U+00A0 (no-break space)"),
    ("\u3000a: 1\nb: 2", "yaml-invisible-character", 1, 1, "U+3000 (ideographic space)"),
    ("ab\u200b: 1", "yaml-invisible-character", 1, 3, "U+200B (zero width space)"),
    ("a\u202eb: 1", "yaml-invisible-character", 1, 2, "U+202E"),
    ("客\u3164户: 1", "yaml-invisible-character", 1, 2, "U+3164"),
    ("'a\u2060b': 1", "yaml-invisible-character", 1, 3, "U+2060"),
    ("x: [华东，华南]", "yaml-fullwidth-comma", 1, 7, "[华东, 华南]"),
    ("x: [a, 华东、华南]", "yaml-fullwidth-comma", 1, 10, "、"),
    ("x: {en: Loyal, sole supplier}", "yaml-comma", 1, 16, "quotes"),
    ("x: {per_head}", "yaml-comma", 1, 5, "per_head"),
    ('x: {"a", b: 1}', "yaml-comma", 1, 5, "colon"),
    ("x: {a:1}", "yaml-colon-space", 1, 6, "a: "),
    ("x: {en： a}", "yaml-fullwidth-colon", 1, 7, "U+FF1A"),
    ("name： 值", "yaml-fullwidth-colon", 1, 5, "name: "),
    ("a： 1\nb： 2", "yaml-fullwidth-colon", 1, 2, "a: "),
    ("名称：1", "yaml-fullwidth-colon", 1, 3, "名称: "),
    ("scores:\n  fit： 1", "yaml-fullwidth-colon", 2, 6, "fit: "),
    ("scores:\n  甲： 1\n  乙： 2", "yaml-fullwidth-colon", 2, 4, "甲: "),
    ("scores:\n  fit:1", "yaml-colon-space", 2, 6, "fit: "),
    ("pack:office", "yaml-colon-space", 1, 5, "pack: "),
    ("title:{en: x}", "yaml-colon-space", 1, 6, "title: "),
    ("tags:\n  -a\n  -b", "yaml-dash-space", 2, 3, "- "),
    ("a: “x”", "yaml-fullwidth-quote", 1, 4, '"x"'),
    ("“name”: x", "yaml-fullwidth-quote", 1, 1, '"name"'),
    ("a: .inf", "yaml-number", 1, 4, "number"),
    ("a: -.INF", "yaml-number", 1, 4, "number"),
    ("a: .nan", "yaml-number", 1, 4, "number"),
    ("a: 1e400", "yaml-number", 1, 4, "number"),
    ('when: a == "x" # and b > 1', "yaml-comment", 1, 16, "# and b > 1"),
    ("when: a  #or b", "yaml-comment", 1, 10, "delete the #"),
    ("when: a # not b", "yaml-comment", 1, 9, "comment"),
    ("when: a # && b", "yaml-comment", 1, 9, "comment"),
    ("when: 甲 # 且 乙", "yaml-comment", 1, 9, "comment"),
    ("when: 甲 # 或 乙", "yaml-comment", 1, 9, "comment"),
    ("when: qty # >= 5", "yaml-comment", 1, 11, "comment"),
    ("when: qty # > 5", "yaml-comment", 1, 11, "comment"),
    ("when: qty # == 'a'", "yaml-comment", 1, 11, "comment"),
    ("title: Customer #1 of all", "yaml-comment", 1, 17, "Customer #1"),
    ("a: b\x07", "yaml-character", 1, 5, "U+0007"),
    ("a: \x00b", "yaml-character", 1, 4, "U+0000"),
    ("a: \ud800b", "yaml-character", 1, 4, "surrogate"),
    ("a: b\u2028c", "yaml-character", 1, 5, "U+2028"),
    ("a: b\x85c: d", "yaml-character", 1, 5, "U+0085"),
    ("a: b\ufeff", "yaml-character", 1, 5, "U+FEFF"),
    ('a: "b\\0"', "yaml-character", 1, 6, "U+0000"),
    ('a: "\\u001b[31m"', "yaml-character", 1, 5, "U+001B"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line", "column", "words"), ALLOWED_BY_YAML)
def test_what_yaml_would_read_in_silence(
    parser: None, text: str, code: str, line: int, column: int, words: str
) -> None:
    found = problems(text)
    first = found[0]
    assert first.at is not None
    assert (first.code, first.at.line, first.at.column) == (code, line, column)
    assert words in f"{first.message} | {first.hint}"
    assert first.hint


@pytest.mark.parametrize(
    "text",
    [
        "a: 5 # or so", "a: b # see order 1", "a: b # 或许", "a: b # android", "a: 'x' # and so",
        "a: b # --- section ---", "a: b # -> see below", "a: b#1", "a: # 1", "a: “x”和“y”",
        "because: 注意：先付款", "because:\n  注意：先付款", "a: [“x”和y]", "a: http://x:1/y",
        "url:\n  http://x", "t:\n  -5", "a: b，c", "a: {b: 甲，乙}", "a: '& b'", "a: 名\u3000称",
        "- a:b", "😀: 1", "a: {b: , c: 1}", "a: {b: ~}", "[a, b: c]", "%%: 1", "at: 12:30",
    ],
)  # fmt: skip
def test_what_is_meant_as_written(text: str) -> None:
    read(text if text != "%%: 1" else "'%%': 1")


# -- slips that YAML can't parse -------------------------------------------------------------------

NOT_PARSED = [
    ('when: "a" == b', "yaml-quote", 1, 11, "when: '\"a\" == b'"),
    ("预算: 'x' + 1", "yaml-quote", 1, 9, "\"'x' + 1\""),
    ('- "a" in b', "yaml-quote", 1, 7, "'\"a\" in b'"),
    ('a: "b": c', "yaml-quote", 1, 7, "quotes"),
    ("a: 'it's'", "yaml-quote", 1, 8, "apostrophe"),
    ('"a" b: 1', "yaml-quote", 1, 5, "quotes"),
    ('a: "unclosed\nb: 1', "yaml-open-quote", 1, 4, "close"),
    ('a: "x\nb: "y"\nc: 1', "yaml-open-quote", 1, 4, "not closed on its line"),
    ("because: {per_head} a head", "yaml-bracket", 1, 21, "'{per_head} a head'"),
    ("when: [a] == b", "yaml-bracket", 1, 11, "list"),
    ("{a: 1} x", "yaml-bracket", 1, 8, "mapping"),
    ("a: @x", "yaml-start", 1, 4, "'@x'"),
    ("a: `x`", "yaml-start", 1, 4, "'`x`'"),
    ("a: %x", "yaml-start", 1, 4, "'%x'"),
    ("a: [@x]", "yaml-start", 1, 5, "@"),
    ("a: {b: *c*}", "yaml-start", 1, 8, "alias"),
    ("a: * 5", "yaml-start", 1, 4, "alias"),
    ("a: & b", "yaml-start", 1, 4, "anchor"),
    ("when: > 5", "yaml-start", 1, 7, "condition"),
    ("when: >= 5", "yaml-start", 1, 7, "condition"),
    ("a: |x\n b", "yaml-start", 1, 4, "several lines"),
    ("a: - b", "yaml-start", 1, 4, "next line"),
    ("a: , b", "yaml-start", 1, 4, "comma"),
    ("a: ]", "yaml-start", 1, 4, "]"),
    ("%x\na: 1", "yaml-start", 1, 1, "directive"),
    ("because: Note: three days", "yaml-colon", 1, 14, "because: 'Note: three days'"),
    ("zh: 首次: 且", "yaml-colon", 1, 7, "quotes"),
    ("a: {b: c: d}", "yaml-colon", 1, 9, "quotes"),
    ("key:value\nb: 1", "yaml-colon-space", 1, 4, "key: "),
    ("a: 1\nkey:value\nb: 1", "yaml-colon-space", 2, 4, "key: "),
    ("a: 1\ntitle:{en: x, zh: y}", "yaml-colon-space", 2, 6, "title: "),
    ("a\nb: 1", "yaml-colon", 1, 1, "no colon"),
    ("a: 1\nand b\nc: 1", "yaml-colon", 2, 1, "no colon"),
    ("name： 值\nb: 1", "yaml-fullwidth-colon", 1, 5, "："),
    ("b: 1\nname： 值\nc: 2", "yaml-fullwidth-colon", 2, 5, "plain :"),
    ('a: ["x"， "y"]', "yaml-fullwidth-comma", 1, 8, "plain ,"),
    ("a: {x: {z: 1}，y: 2}", "yaml-fullwidth-comma", 1, 14, "U+FF0C"),
    ("a: {x: 1，y: 2}", "yaml-fullwidth-comma", 1, 9, "U+FF0C"),
    ("a: [x, y］\nb: 1", "yaml-fullwidth", 1, 9, "plain ]"),
    ("when:\u00a0x\nb: 1", "yaml-invisible-character", 1, 6, "U+00A0"),
    ("a: [1]\u3000\nb: 1", "yaml-invisible-character", 1, 7, "U+3000"),
    ("a:\n\tb: 1", "yaml-tab", 2, 1, "spaces"),
    ("a:\n  - x\n\t- y\n\t- z", "yaml-tab", 3, 1, "2 lines"),
    ("a:\n  -\tb", "yaml-tab", 2, 4, "a space"),
    ("a: 1\n  b: 2", "yaml-indent", 2, 3, "column 1"),
    ("a:\n   b: 1\n  c: 2", "yaml-indent", 3, 3, "column 4 or 1"),
    ("  a: 1\nb: 2", "yaml-indent", 2, 1, "column 3"),
    ("$ x -y\n# c\na: 1\nb: 2", "yaml-key", 1, 1, "begin it with #"),
    ("a:\n  - x\n  b: 1", "yaml-indent", 3, 3, "among list items"),
    ("a: 1\n- b", "yaml-indent", 2, 1, "among keys"),
    ("- a\n-b", "yaml-dash-space", 2, 1, "- "),
    ("a: {x: 1\nb: 2", "yaml-open-bracket", 1, 4, "}"),
    ("a: [1, 2", "yaml-open-bracket", 1, 4, "]"),
    ("a: {\n  x: 1\n  y: 2\n}", "yaml-bracket", 3, 3, "comma"),
    ('a: {"x" y: 1}', "yaml-bracket", 1, 9, "comma"),
    ("a: [b,,c]", "yaml-bracket", 1, 7, "missing"),
    ("a: {b: 1}}", "yaml-bracket", 1, 10, "close"),
    ("a: b\n---\nc: d", "yaml-documents", 2, 1, "---"),
    ("a: b\n...\nc: d", "yaml-documents", 3, 1, "..."),
    ('a: "\\d"', "yaml-escape", 1, 5, "single quotes"),
    ("a: *nobody", "yaml-alias", 1, 4, "&nobody"),
    ("a: &x [1]\nb: &x [2]", "yaml-anchor", 2, 4, "again"),
    ("a: 1\n: 2", "yaml-key", 2, 1, "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line", "column", "words"), NOT_PARSED)
def test_what_yaml_cannot_parse(
    parser: None, text: str, code: str, line: int, column: int, words: str
) -> None:
    first = problems(text)[0]
    assert first.at is not None
    assert (first.code, first.at.line, first.at.column) == (code, line, column)
    assert words in f"{first.message} | {first.hint}"
    assert first.hint
    assert "block end" not in first.message


def test_a_surrogate_pair_in_escapes(parser: None) -> None:
    assert problems('a: "\\ud83d\\ude00"')[0].code in ("yaml-escape", "yaml-character")


def test_one_run_shows_everything(parser: None) -> None:
    text = (
        'a: "u" x\n'
        "b: {c} d\n"
        "e: @f\n"
        "a: ! g\n"
        "k:v\n"
        "h:\u3000x\n"
        "x: [甲，乙]\n"
        "<<: {y: 1}\n"
        "z: a\x07: b\n"
        "q: 1\n"
    )
    assert places(text) == [
        ("yaml-quote", 1, 8),
        ("yaml-bracket", 2, 8),
        ("yaml-start", 3, 4),
        ("yaml-duplicate-key", 4, 1),
        ("yaml-tag", 4, 4),
        ("yaml-colon-space", 5, 2),
        ("yaml-invisible-character", 6, 3),
        ("yaml-fullwidth-comma", 7, 6),
        ("yaml-merge", 8, 1),
        ("yaml-character", 9, 5),
        ("yaml-colon", 9, 6),
    ]


def test_what_stands_before_a_fault_is_looked_at(parser: None) -> None:
    text = "a:\n  b: 1\n  b: 2\nc: [1,\n"
    assert places(text) == [("yaml-duplicate-key", 3, 3), ("yaml-open-bracket", 4, 4)]


def test_a_hundred_problems_are_enough() -> None:
    found = problems("a: 1\n" * 5000)
    assert len(found) == 101
    assert found[-1].code == "yaml-too-many-problems"


def test_places_after_bom_crlf_and_chinese(parser: None) -> None:
    text = '\ufeff客户: 1\r\n# 说明\r\n客户: "甲" 乙\r\n'
    assert places(text) == [("yaml-duplicate-key", 3, 1), ("yaml-quote", 3, 9)]


# -- hostile texts ---------------------------------------------------------------------------------


def alias_bomb(levels: int) -> str:
    rows = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, levels)]
    return "a0: &a0 [x]\n" + "".join(rows)


def chain(levels: int) -> str:
    return "a0: &a0 {k: x}\n" + "".join(f"a{i}: &a{i} {{x: *a{i - 1}}}\n" for i in range(1, levels))


def merges(levels: int) -> str:
    rows = [f"a{i}: &a{i}\n  <<: [*a{i - 1}, *a{i - 1}]\n" for i in range(1, levels)]
    return "a0: &a0 {k: x}\n" + "".join(rows)


BOMBS = [
    ("aliases", alias_bomb(12), "yaml-aliases"),
    ("alias chain", chain(200), "yaml-depth"),
    ("merges", merges(40), "yaml-merge"),
    ("aliased texts", 'a: &a "x"\nb: [' + "*a," * 50_000 + "]", "yaml-aliases"),
    ("lists", "[" * 100_000, "yaml-depth"),
    ("mappings", "{" * 100_000, "yaml-depth"),
    ("pairs", "{a: " * 100_000, "yaml-depth"),
    ("items", "- " * 100_000, "yaml-depth"),
    ("keys", "? " * 100_000, "yaml-depth"),
    ("key lists", "{? [" * 50_000, "yaml-depth"),
    ("indents", "\n".join(" " * i + "a:" for i in range(1000)), "yaml-depth"),
    ("closed", "[" * 51 + "]" * 51, "yaml-depth"),
    ("controls", "\x01" * 100_000, "yaml-character"),
    ("comments", "- a # and b\n" * 20_000, "yaml-comment"),
    ("quotes", "a: " + '" ' * 100_000, "yaml-quote"),
    ("tags", "!" * 100_000, "yaml-tag"),
    ("blanks", "a:" + " " * 100_000 + '"x" y', "yaml-"),
    ("documents", "---\n" * 20_000, "yaml-documents"),
]


@pytest.mark.parametrize(("text", "code"), [b[1:] for b in BOMBS], ids=[b[0] for b in BOMBS])
def test_bombs_end_soon(text: str, code: str) -> None:
    started = time.perf_counter()
    found = problems(text)
    assert time.perf_counter() - started < 2
    assert any(problem.code.startswith(code) for problem in found)


def test_limits(parser: None) -> None:
    assert read("[" * 50 + "x" + "]" * 50).noun == "a list"
    assert problems("[[[x]]]", Limits(nesting=2))[0].code == "yaml-depth"
    assert problems("[1, 2, 3]", Limits(values=3))[0].code == "yaml-too-large"
    some = "a: &a [1, 2, 3]\nb: [*a, *a, *a, *a]\n"
    assert problems(some, Limits(expansion=2, expansion_floor=1))[0].code == "yaml-aliases"
    read(some)


def test_long_numbers_take_no_time() -> None:
    started = time.perf_counter()
    read(f"- {'9' * 500_000}\n- 0x{'f' * 500_000}\n- 0.{'1' * 500_000}\n")
    assert time.perf_counter() - started < 1


PIECES = st.lists(
    st.sampled_from([
        "a", "b", ": ", ":", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "，", "：", '"', "'",
        "#", " # and ", "&x ", "*x", "!t ", "|\n ", ">\n ", "? ", "<<: ", "\t", "\r\n",
        "\u3000", "\x00", "\x85", "\ufeff",
        "\ud800", "---\n", "...\n", "\\", "\\x4", "%", "@", "“", "”", "1e999", "客",
    ]),
    max_size=25,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(PIECES, st.booleans())
def test_any_text_is_read_or_has_problems_with_places(pieces: list[str], pure: bool) -> None:
    text = "".join(pieces)
    kept = compose.COMPOSER
    compose.COMPOSER = compose.PureComposer if pure else kept
    try:
        node = read(text)
    except GroupbuyError as error:
        for problem in error.problems:
            assert problem.at is not None
            assert problem.at.excerpt is not None
            assert 1 <= (problem.at.column or 0) <= len(problem.at.excerpt) + 1
    else:
        node.data()
    finally:
        compose.COMPOSER = kept


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15)
    | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=9),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text("abc客户", min_size=1, max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JSON_LIKE, st.booleans())
def test_what_pyyaml_writes_is_read_back(data: object, flow: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_style='"', default_flow_style=flow)
    written = yaml.load(text, Loader=yaml.BaseLoader)
    text = yaml.safe_dump(written, allow_unicode=True, default_style="'", default_flow_style=flow)
    assert read(text).data() == written


# -- files ----------------------------------------------------------------------------------------


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "规则.yaml"
    path.write_bytes("\ufeff客户: 1\r\n".encode())
    source = read_source(path)
    assert (source.name, source.text) == (str(path), "客户: 1\r\n")
    path.write_bytes("客户: 1".encode("utf-16"))
    assert read_source(str(path), name="standard input").text == "客户: 1"
    assert read_source(path, name="x").name == "x"


FILES = [  # bytes, code, line, column, part of the message or of the hint
    ("a: 1\nb: 客\nc: 户".encode("gb18030"), "file-encoding", 2, 4, "GB18030"),
    (b"\xef\xbb\xbfa: \xff", "file-encoding", 1, 4, "0xFF at position 6"),
    ("甲: ".encode() + b"\x80", "file-encoding", 1, 4, "0x80 at position 5"),
    ("a: 客".encode("utf-16-le"), "file-encoding", 1, None, "UTF-16"),
    (b"\xff\xfea\0:\0\x00\xd8", "file-encoding", 1, 3, "not UTF-16"),
    (b"x" * 101, "file-too-large", None, None, "100 bytes"),
]


@pytest.mark.parametrize(("content", "code", "line", "column", "words"), FILES)
def test_bytes_that_cannot_be_read(
    tmp_path: Path, content: bytes, code: str, line: int | None, column: int | None, words: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with within(Limits(rule_file=100)), pytest.raises(GroupbuyError) as error:
        read_source(path)
    (problem,) = error.value.problems
    assert problem.at is not None
    assert (problem.code, problem.at.line) == (code, line)
    assert column is None or problem.at.column == column
    assert words in f"{problem.message} | {problem.hint}"


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "welfare.yaml").touch()

    def code_and_hint(path: Path | str) -> tuple[str, str | None]:
        with pytest.raises(GroupbuyError) as error:
            read_source(path)
        return error.value.problems[0].code, error.value.problems[0].hint

    missing = code_and_hint(tmp_path / "welfar.yaml")
    assert missing == ("file-missing", 'did you mean "welfare.yaml"?')
    folder = tmp_path / "no"
    assert code_and_hint(folder / "a.yaml")[1] == f"there is no folder {folder} either"
    assert code_and_hint(tmp_path)[0] == "file-is-folder"
    assert code_and_hint("a\0b")[0] == "file-unreadable"
    assert code_and_hint("x" * 5000)[0] == "file-unreadable"


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.yaml").touch()
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(GroupbuyError) as error:
        read_source(tmp_path / "a.yaml")
    assert error.value.problems[0].code == "file-permission"
