"""`groupbuy sheet`: one customer on a page."""

import io
import re
import sys
import zipfile
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


def test_fields_stand_by_group_those_of_a_pack_in_its_own(call: Call, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/groupbuy.yaml").write_text("groupbuy: 1\nlayers: [fish.yaml]\n")
    (tmp_path / "rules/fish.yaml").write_text(
        "groupbuy: 1\npack: fish\ntitle: {en: Fish, zh: 水产}\n"
        "fields: {cold: {type: flag, title: {en: Cold, zh: 冷链}}}\nfacts: {is_cold: cold}\n",
        encoding="utf-8",
    )
    leads = tmp_path / "leads.yaml"
    leads.write_text("- {id: A1, name: 甲厂, budget: 500, cold: true, phone: '1'}\n", "utf-8")
    text = sheet(call, leads, "A1", "--lang", "zh", "--rules", tmp_path / "rules")
    given = part(text, "已知信息").split("### ")
    assert [group.split("\n")[0] for group in given[1:5]] == [
        "客户是谁", "联系人", "预算与金额", "关系与进展"
    ]  # fmt: skip
    assert given[-1] == "水产\n\n- 冷链: 是\n"
    assert "- 采购预算: ¥500" in given[3]


def test_a_blank_says_which_answer_would_change_what(call: Call, hostile: Path) -> None:
    blanks = part(sheet(call, hostile, "A1", "--lang", "en"), "Still to fill in")
    assert blanks.splitlines()[1] == "| What | Question | Answer | What hangs on it |"
    (row,) = [line for line in blanks.splitlines() if line.startswith("| Type of purchase |")]
    assert "Gift → Gift" in row
    assert re.search(r"give away\? \|  \| ", row), "room for the answer"


def words_of(data: bytes) -> str:
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join((*texts, *cells))


def test_word_has_what_markdown_has(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "L036.docx"
    assert sheet(call, EXAMPLES, "L036", "--lang", "zh", "-o", target) == ""
    words = words_of(target.read_bytes())
    text = sheet(call, EXAMPLES, "L036", "--lang", "zh")
    for title in re.findall(r"^##+ (.*)$", text, re.M):
        assert title.replace("\\", "") in words
    for line in (*part(text, "待补信息").splitlines()[3:], "按摩仪", "760 人", "为什么还没签？"):
        for cell in line.strip("| ").split(" | "):
            assert cell.strip().replace("\\", "") in words
    again = tmp_path / "again.docx"
    sheet(call, EXAMPLES, "L036", "--lang", "zh", "-o", again)
    assert again.read_bytes() == target.read_bytes()


def test_word_holds_hostile_names_as_text_and_masks_persons(
    call: Call, hostile: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a.docx"
    sheet(call, hostile, "A1", "-o", target)
    words = words_of(target.read_bytes())
    assert "<img src=x onerror=alert(1)> | [x](javascript:1) # *b*" in words
    assert "13800000001" not in words
    with zipfile.ZipFile(target) as package:
        assert b"hyperlink" not in package.read("word/document.xml")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pdf_is_one_with_fonts_for_every_character(call: Call, tmp_path: Path, lang: str) -> None:
    pytest.importorskip("typst")
    target = tmp_path / "L036.pdf"
    assert sheet(call, EXAMPLES, "L036", "--lang", lang, "-o", target) == ""
    data = target.read_bytes()
    assert data.startswith(b"%PDF")
    assert re.search(rb"/Lang ?\(" + lang.encode(), data)
    assert b"/FontFile" in data


def test_without_a_font_no_pdf_is_written(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typst = pytest.importorskip("typst")

    class Fonts:
        def __init__(self, **_: object) -> None: ...

        def families(self) -> list[str]:
            return ["Libertinus Serif"]

    monkeypatch.setattr(typst, "Fonts", Fonts)
    ran = call("sheet", EXAMPLES, "L036", "--as-of", AS_OF, "-o", tmp_path / "a.pdf")
    assert ran.code == 2
    assert "font-missing" in ran.err
    assert "--font FILE" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "form"), [("docx", "docx"), ("typst", "pdf")])
def test_a_missing_extra_is_named(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, form: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    ran = call("sheet", EXAMPLES, "L036", "--as-of", AS_OF, "-o", tmp_path / f"a.{form}")
    assert ran.code == 2
    assert f"groupbuy[{form}]" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((EXAMPLES,), "sheet needs a lead file and the id of a lead"),
        ((EXAMPLES, "L999"), 'there is no lead "L999"'),
        (("nowhere.yaml", "L1"), "file-missing"),
        ((EXAMPLES, "L001", "--format", "pdf"), "a PDF can't be shown on the screen"),
        ((EXAMPLES, "L001", "--format", "docx"), "-o sheet.docx"),
        ((EXAMPLES, "L001", "--font", "a.ttf"), "--font is for a PDF"),
        ((EXAMPLES, "L001", "-o", "a.pdf", "--font", "no.ttf"), "there is no font no.ttf"),
    ],
)
def test_what_is_wrong_is_said(call: Call, args: tuple[object, ...], said: str) -> None:
    ran = call("sheet", *args)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
