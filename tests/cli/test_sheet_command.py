"""`groupbuy sheet`: one customer on a page."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from command_line import AS_OF, EXAMPLES, Call

LEAD = """\
- id: A1
  name: "<img src=x onerror=alert(1)> | [x](javascript:1) # *b*"
  contact: Wang Wu
  headcount: 300
  contacts:
    - {name: Li Si, phone: "13800000001", role: user}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "leads.yaml").write_text(LEAD, encoding="utf-8")
    return tmp_path / "leads.yaml"


def sheet(call: Call, *args: object) -> str:
    ran = call("sheet", *args, "--as-of", AS_OF)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def part(text: str, title: str) -> str:
    """What stands under a heading of the Markdown."""
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_blanks_with_their_questions_and_what_they_leave_open(call: Call) -> None:
    text = sheet(call, EXAMPLES, "L036", "--lang", "zh")
    blanks = part(text, "待补信息")
    (budget,) = [line for line in blanks.splitlines() if line.startswith("| 采购预算 |")]
    assert "今年这一块的预算大概多少？" in budget
    assert "匹配度" in budget
    assert "该谁出面" in budget
    # Each open result of the explanation is named in some row.
    lead = call("explain", EXAMPLES, "L036", "--as-of", AS_OF, "--format", "json").json["leads"][0]
    opened = {**lead["grades"], **lead["scores"]}
    missing = {m.partition(".")[0] for f in opened.values() for m in f.get("missing") or ()}
    missing |= {
        m.partition(".")[0]
        for f in lead["scores"].values()
        for rule in f.get("unknown") or ()
        for m in rule["missing"]
    }
    missing |= {m.partition(".")[0] for g in lead["verdict"]["unknown"] for m in g["missing"]}
    rows = [line for line in blanks.splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + len(missing)


def test_what_is_known_has_titles_units_and_tables(call: Call) -> None:
    text = sheet(call, EXAMPLES, "L036", "--lang", "zh")
    assert "- 职工人数: 760 人" in part(text, "已知信息")
    assert "推进" in text.splitlines()[2]
    assert "| 2026 | 按摩仪 |" in part(text, "历年发放")


def test_the_parts_are_those_of_the_explanation(call: Call) -> None:
    text = sheet(call, EXAMPLES, "L036", "--lang", "zh")
    assert "+18.75  客户实力 75" in text.replace("\\+", "+")
    assert "为什么还没签？" in part(text, "行动")


def test_a_stopped_lead_has_nothing_to_ask(call: Call) -> None:
    text = sheet(call, EXAMPLES, "L026", "--lang", "zh")
    assert "停止" in text
    assert "待补信息" not in text
    assert "## 行动" not in text


def test_personal_data_is_masked(call: Call, hostile: Path) -> None:
    secrets = ("13800000001", "Li Si", "Wang Wu")
    for form in ("md", "html"):
        text = sheet(call, hostile, "A1", "--format", form)
        assert not [word for word in secrets if word in text]
        text = sheet(call, hostile, "A1", "--format", form, "--show-pii")
        assert [word for word in secrets if word in text] == list(secrets)


def test_hostile_names_stay_texts(call: Call, hostile: Path) -> None:
    text = sheet(call, hostile, "A1")
    assert "<img" not in text
    assert "](java" not in text.replace("\\]", "")
    html = sheet(call, hostile, "A1", "--format", "html")
    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_the_page_is_whole_and_loads_nothing(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "L001.html"
    assert sheet(call, EXAMPLES, "L001", "--lang", "zh", "-o", target) == ""
    html = target.read_text(encoding="utf-8")
    assert html.startswith('<!doctype html>\n<html lang="zh-CN">')
    assert "default-src &#x27;none&#x27;" in html
    assert "@page { size: A4" in html
    assert not re.search(r"<script|src=|url\(|@import|href=", html)
    opened: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Balance().feed(html)
    assert opened == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((EXAMPLES,), "sheet needs a lead file and the id of a lead"),
        ((EXAMPLES, "L999"), 'there is no lead "L999"'),
        (("nowhere.yaml", "L1"), "file-missing"),
    ],
)
def test_what_is_wrong_is_said(call: Call, args: tuple[object, ...], said: str) -> None:
    ran = call("sheet", *args)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
