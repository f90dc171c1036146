"""Markdown, CSV and JSON: the same result, inert in each."""

import csv
import io
import json

import pytest
from render_sample import HOSTILE, check_golden, hostile_result, result, view

from groupbuy.render.csv import show_csv
from groupbuy.render.json import show_json, show_jsonl
from groupbuy.render.markdown import escaped, show_markdown
from groupbuy.render.view import Column, View


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_golden(lang: str) -> None:
    check_golden(f"markdown_{lang}", show_markdown(result(lang), view(lang)))
    lines = list(show_csv(result(lang), view(lang)))
    assert all(line.endswith("\r\n") for line in lines)
    check_golden(f"csv_{lang}", "".join(lines).replace("\r\n", "\n"))


# --- Markdown ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("a|b", r"a\|b"),
        ("[x](https://e.com)", r"\[x\](https\://e.com)"),
        ("www.e.com a@b.cn", r"www\.e.com a\@b.cn"),
        ("mailto:a", r"mailto\:a"),
        ("<img src=x onerror=1>&", "&lt;img src=x onerror=1&gt;&amp;"),
        ("![i](x) *b* _c_ `d` ~~e~~", r"!\[i\](x) \*b\* \_c\_ \`d\` \~\~e\~\~"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("1. item", "1\\. item"),
        ("a\nb\r\nc", "a b c"),
        ("back\\slash", "back\\\\slash"),
        ("2026-11-29, ¥480,000 (预算)", "2026-11-29, ¥480,000 (预算)"),
    ],
)
def test_markdown_is_inert(text: str, inert: str) -> None:
    assert escaped(text) == inert


def test_hostile_markdown() -> None:
    text = show_markdown(hostile_result(), view("en"))
    assert "<b>" not in text
    assert "](java" not in text.replace("\\]", "")
    assert "\x1b" not in text
    table = [line for line in text.split("\n") if line.startswith("|")]
    pipes = {line.replace("\\|", "").count("|") for line in table}
    assert (len(table), len(pipes)) == (6, 1)


# --- CSV -----------------------------------------------------------------------------------------


def cell_of(value: object) -> str:
    """The value as a spreadsheet reads it."""
    shown = View((Column("f", "f"),))
    data = {"leads": [{"id": "L1", "verdict": {"value": "go"}, "fields": {"f": value}}]}
    text = "".join(show_csv(data, shown)).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))[1][5]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("  =1", "'  =1"),
        ("\u3000=1", "'\u3000=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("\u200d=1", "'=1"),
        ("-5", "-5"),
        ("+1.5e3", "+1.5e3"),
        ("-5+1", "'-5+1"),
        (-5.0, "-5"),
        (1.25, "1.25"),
        ('say "hi", 你好', 'say "hi", 你好'),
        ("a\x1bb", "a␛b"),
        (None, "?"),
    ],
)
def test_csv_is_inert(value: object, cell: str) -> None:
    assert cell_of(value) == cell


def test_csv_has_a_row_for_each_lead_and_opens_in_excel() -> None:
    for data in (result("zh"), hostile_result()):
        text = "".join(show_csv(data, view("zh")))
        assert text.encode().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert len(rows) == 5
        assert {len(row) for row in rows} == {16}
        assert not [c for row in rows for c in row if c.startswith(("=", "+", "-", "@"))]


# --- JSON ----------------------------------------------------------------------------------------


def test_json_is_the_result_in_the_order_of_the_contract() -> None:
    data = result("zh")
    shuffled = {key: data[key] for key in sorted(data)}
    shuffled["leads"] = [{key: lead[key] for key in sorted(lead)} for lead in data["leads"]]
    shuffled["leads"][0]["proposal"] = {"x": 1}
    text = show_json(shuffled)
    read = json.loads(text)
    assert list(read) == ["groupbuy", "run", "summary", "leads", "set_aside", "errors"]
    assert list(read["leads"][0])[:6] == ["id", "name", "at", "packs", "rank", "verdict"]
    assert list(read["leads"][0])[-1] == "proposal"
    assert read["leads"][1] == data["leads"][1]
    assert text.endswith("}\n")
    assert "江澜精密机械厂" in text


def test_json_lines() -> None:
    lines = list(show_jsonl(result("zh")))
    assert all(line.endswith("}\n") and line.count("\n") == 1 for line in lines)
    assert [json.loads(line)["id"] for line in lines] == ["L007", "L001", "L014", "L031"]


def test_json_acts_on_no_terminal_and_loses_nothing() -> None:
    data = {"leads": [{"id": "\x9b2J\u202e\x7f\u2028\ud800", "name": HOSTILE}]}
    for text in (show_json(data), *show_jsonl(data)):
        assert not [c for c in text if c != "\n" and not c.isprintable()]
        text.encode()
    assert json.loads(show_json(data)) == data
