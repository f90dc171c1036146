"""The workbook of results, read back with the reader that reads people's workbooks."""

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from render_sample import HOSTILE, hostile_result, result, view

from groupbuy.render import book
from groupbuy.render.book import LONGEST
from groupbuy.render.inert import inert
from groupbuy.render.view import Column, View
from groupbuy.render.xlsx import show_xlsx
from groupbuy.sheets.xlsx_book import Book
from groupbuy.sheets.xlsx_cells import Cells

Row = dict[int, Any]


def read(content: bytes) -> dict[str, list[Row]]:
    """What each sheet shows: rows of texts by column, from 1."""
    book = Book("out.xlsx", content)
    return {
        sheet.title: [dict(row.cells) for row in Cells(book, sheet).rows()] for sheet in book.sheets
    }


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def under(rows: list[Row], head: str) -> list[Any]:
    """A column by its header."""
    column = next(number for number, text in rows[0].items() if text == head)
    return [row.get(column) for row in rows[1:]]


def one(value: object, kind: str = "") -> tuple[Any, str]:
    """A value as its cell shows it, and the XML of its sheet."""
    shown = View((Column("f", "f"),), kinds={"f": kind})
    content = show_xlsx({"leads": [{"id": "L1", "fields": {"f": value}}]}, shown)
    return under(read(content)["Leads"], "f")[0], parts(content)["xl/worksheets/sheet1.xml"]


def test_sheets_and_rows() -> None:
    sheets = read(show_xlsx(result("zh"), view("zh")))
    assert list(sheets) == ["客户", "理由", "行动", "要问的", "未评估"]
    leads = sheets["客户"]
    assert under(leads, "编号") == ["L001", "L014", "L031", "L007"]
    assert under(leads, "结论") == ["推进", "暂缓", "推进", "停止"]
    assert under(leads, "匹配度") == ["55–75", "100", "–", "12"]
    assert under(leads, "人均预算") == ["480", "?", "66.5", "1250000"]
    assert under(leads, "期限") == ["2026-11-29", None, None, None]
    plays = sheets["行动"]
    assert under(plays, "期限") == ["2026-11-29", "2026-12-06"]
    assert under(plays, "做什么") == ["先送三款样品", "总经理登门致谢，带上新品目录"]
    assert under(sheets["要问的"], "问题")[:2] == ["同类采购里我们占几成？", "主席自己喜欢吗？"]
    assert under(sheets["要问的"], "能定")[1] == "匹配度、优先级"
    assert under(sheets["未评估"], "客户") == ["L040"]


def test_every_reason_has_a_row_with_points_and_place() -> None:
    data = result("en")
    rows = read(show_xlsx(data, view("en")))["Reasons"]
    told = list(
        zip(*(under(rows, head) for head in ("Id", "Kind", "What", "Points", "Place")), strict=True)
    )
    assert ("L001", "score", "Fit", "25", "rules/welfare.yaml:81") in told
    assert ("L001", "score", "Fit", "?", "rules/welfare.yaml:88") in told
    assert ("L014", "score", "Fit", "-12.5", "rules/office.yaml:36") in told
    assert ("L001", "grade", "Priority", None, "rules/common.yaml:120") in told
    assert ("L014", "verdict", "Credit on a first order", None, "rules/common.yaml:88") in told
    counted = 0
    for lead in data["leads"]:
        counted += sum(len(lead["verdict"][key]) for key in ("reasons", "unknown"))
        for score in lead["scores"].values():
            counted += len(score.get("rules", ())) + len(score.get("unknown", ()))
        counted += sum(grade["status"] != "none" for grade in lead["grades"].values())
    assert len(told) == counted
    missing = dict(zip(under(rows, "What"), under(rows, "Missing"), strict=True))
    assert missing["loyalty"] == "Share of wallet"


def test_it_can_be_filtered_and_is_coloured() -> None:
    content = parts(show_xlsx(result("en"), view("en")))
    pages = {name: text for name, text in content.items() if "worksheets/sheet" in name}
    assert len(pages) == 5
    for text in pages.values():
        assert 'state="frozen"' in text
        assert "<autoFilter " in text
        assert "<cols>" in text
    colours = re.findall(r"<formula>(.*?)</formula>", pages["xl/worksheets/sheet1.xml"])
    assert colours == ['"go"', '"on terms"', '"on hold"', '"stop"']
    assert content["xl/styles.xml"].count("<dxf>") == 4


def test_the_same_result_gives_the_same_bytes() -> None:
    assert show_xlsx(result("zh"), view("zh")) == show_xlsx(result("zh"), view("zh"))


def test_nothing_acts() -> None:
    content = show_xlsx(hostile_result(), view("en"))
    for text in parts(content).values():
        assert "\x1b" not in text
        assert "<f>" not in text
        assert "hyperlink" not in text
        ElementTree.fromstring(text.encode())
    names = [row[3] for row in read(content)["Leads"][1:] if 3 in row]
    assert set(names) == {inert(HOSTILE)}


@pytest.mark.parametrize(
    ("value", "kind", "shown", "written"),
    [
        ("=1+1", "", "=1+1", 't="inlineStr"'),
        ("0012", "", "0012", 't="inlineStr"'),
        (12, "", "12", "<v>12</v>"),
        (0.5, "percent", "50.00%", "<v>0.5</v>"),
        (1250.5, "money", "1,250.50", "<v>1250.5</v>"),
        ("2027-01-15", "date", "2027-01-15", "<v>46402</v>"),
        ("2027-01-15", "", "2027-01-15", 't="inlineStr"'),
        ("1899-12-31", "date", "1899-12-31", 't="inlineStr"'),
        ("＝1", "", "＝1", 't="inlineStr"'),
        ("https://x.example", "", "https://x.example", 't="inlineStr"'),
    ],
)
def test_cells(value: object, kind: str, shown: str, written: str) -> None:
    found, page = one(value, kind)
    # The reader gives numbers as lead files write them, whatever the format shows.
    plain = {"50.00%": ("50.00%", "50%"), "1,250.50": ("1250.5", "1,250.50")}
    assert found in plain.get(shown, (shown,))
    cell = re.search(r'<c r="F2"[^>]*>.*?</c>', page)
    assert cell
    assert written in cell[0]


@pytest.mark.parametrize(("text", "quoted"), [("=1+1", 1), ("+86 138", 1), ("a=1", 0)])
def test_what_looks_like_a_formula_stays_a_text_when_it_is_edited(text: str, quoted: int) -> None:
    shown = View((Column("f", "f"),))
    content = show_xlsx({"leads": [{"id": "L1", "fields": {"f": text}}]}, shown)
    assert parts(content)["xl/styles.xml"].count('quotePrefix="1"') == quoted


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000])
def test_a_text_is_cut_at_what_a_cell_holds(text: str) -> None:
    found, _ = one(text)
    assert found.endswith("…")
    assert text.startswith(found[:-1])
    assert LONGEST - 1 <= len(found.encode("utf-16-le")) // 2 <= LONGEST


@settings(max_examples=60, deadline=None)
@given(st.text())
@example("_x0041_")
@example("\ufffe\uffff\ud800\x00\x0b")
@example(" a\tb\r\n")
@example("</t></is></c>&amp;")
def test_texts_come_back(text: str) -> None:
    found, _ = one(text)
    assert (found or "").strip() == inert(text).strip()


def test_rows_beyond_the_last_go_on_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(show_xlsx(result("en"), view("en")))["Reasons"]
    monkeypatch.setattr(book, "LAST_ROW", 5)
    sheets = read(show_xlsx(result("en"), view("en")))
    parted = [rows for title, rows in sheets.items() if title.startswith("Reasons")]
    assert "Reasons 2" in sheets
    assert all(rows[0] == whole[0] for rows in parted)
    assert [row for rows in parted for row in rows[1:]] == whole[1:]


def test_no_leads() -> None:
    sheets = read(show_xlsx({"leads": []}, view("en")))
    assert list(sheets) == ["Leads", "Reasons", "Plays", "Questions"]
    assert [len(rows) for rows in sheets.values()] == [1, 1, 1, 1]
