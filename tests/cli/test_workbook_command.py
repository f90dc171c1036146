"""Workbooks of `groupbuy evaluate` and `report`, whole or not at all."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from command_line import AS_OF, EXAMPLES, Call

from groupbuy.render import book, xlsx
from groupbuy.sheets.xlsx_book import Book
from groupbuy.sheets.xlsx_cells import Cells


def evaluate(call: Call, *more: object) -> tuple[int, str]:
    ran = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "xlsx", *more)
    assert ran.out == ""
    return ran.code, ran.err


def test_it_has_all_leads_in_the_order_of_the_table(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "leads.xlsx"
    assert evaluate(call, "-o", target, "--lang", "zh", "--columns", "priority,hand_out") == (0, "")
    results = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "json").json
    book = Book("leads.xlsx", target.read_bytes())
    assert [sheet.title for sheet in book.sheets] == ["客户", "理由", "行动", "要问的"]
    rows = [dict(row.cells) for row in Cells(book, book.sheets[0]).rows()]
    ids = [row.get(2) for row in rows[1:]]
    assert len(ids) == len(results["leads"])
    assert ids[0] == results["leads"][0]["id"]
    days = {str(row.get(7)) for row in rows[1:]}
    assert any(day.startswith("20") for day in days)


def test_it_needs_a_file(call: Call) -> None:
    code, err = evaluate(call)
    assert code == 2
    assert "bad-option" in err
    assert "-o leads.xlsx" in err


def test_without_the_extra(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    code, err = evaluate(call, "-o", tmp_path / "leads.xlsx")
    assert code == 2
    assert "extra-missing" in err
    assert "groupbuy[xlsx]" in err
    assert list(tmp_path.iterdir()) == []


def test_what_goes_wrong_leaves_the_old_file(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "leads.xlsx"
    target.write_bytes(b"old")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(book.tempfile, "tempdir", None)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stopped)
        assert evaluate(call, "-o", target)[0] == 130
    with monkeypatch.context() as patch:
        patch.setattr(xlsx._Writer, "plays", stopped)
        assert evaluate(call, "-o", target)[0] == 130
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["leads.xlsx"]


def test_a_folder_that_is_not_there(call: Call, tmp_path: Path) -> None:
    code, err = evaluate(call, "-o", tmp_path / "none" / "leads.xlsx")
    assert code == 2
    assert "no-such-folder" in err


def test_personal_data_stays_hidden(call: Call, tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("客户编号,客户名称,电话\nA1,甲厂,13800000001\n", encoding="utf-8")
    shown = []
    for more in ((), ("--show-pii",)):
        target = tmp_path / "out.xlsx"
        ran = call("evaluate", leads, "--as-of", AS_OF, "--columns", "phone", "--format", "xlsx",
                   "-o", target, *more)  # fmt: skip
        assert ran.code == 0, ran.err
        book = Book("out.xlsx", target.read_bytes())
        cells = [t for sheet in book.sheets for row in Cells(book, sheet).rows()
                 for _, t in row.cells]  # fmt: skip
        shown.append("13800000001" in cells)
    assert shown == [False, True]


# ── the report's ──


def sheets_of(target: Path) -> dict[str, list[dict[int, str]]]:
    book = Book(target.name, target.read_bytes())
    return {
        sheet.title: [dict(row.cells) for row in Cells(book, sheet).rows()] for sheet in book.sheets
    }


@pytest.fixture
def report(call: Call, tmp_path: Path) -> Path:
    target = tmp_path / "report.xlsx"
    ran = call("report", EXAMPLES, "--as-of", AS_OF, "-o", target, "--lang", "zh")
    assert (ran.code, ran.out) == (0, "")
    return target


def test_a_report_has_what_the_page_shows(report: Path, call: Call) -> None:
    sheets = sheets_of(report)
    assert list(sheets) == [
        "客户", "各人待办", "客户分布", "重点名单", "流失与新增", "一年内得失", "没有命中的规则",
        "理由", "行动", "要问的",
    ]  # fmt: skip
    results = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "json", "--lang", "zh").json
    leads = results["leads"]
    plays = [play for lead in leads for play in lead["plays"]]
    due = sheets["各人待办"][1:]
    assert len(due) == len(plays)
    assert {row[1] for row in due} == {play.get("who", "未指定") for play in plays}
    order = [(row[1] == "未指定", row[1], row.get(2, ""), row.get(3, "9999")) for row in due]
    assert order == sorted(order)
    profit = [lead["facts"]["profit_12m"]["value"] for lead in leads if lead["grades"]["focus"]
              ["value"] == "focus"]  # fmt: skip
    assert [float(row[4]) for row in sheets["重点名单"][1:]] == sorted(profit, reverse=True)
    grades = [lead["grades"]["existing"]["value"] for lead in leads]
    squares = {row[2].split()[0]: int(row[3]) for row in sheets["客户分布"][1:]
               if row[1] == "现有客户象限"}  # fmt: skip
    assert squares == {word: grades.count(word) for word in ("EI", "EII", "EIII", "EIV")}
    funnel = {row[1]: int(row[2]) for row in sheets["一年内得失"][1:]}
    assert funnel["流失"] == sum(lead["grades"]["funnel"]["value"] == "lost" for lead in leads)
    paths = {row[2] for row in sheets["没有命中的规则"][1:]}
    assert not paths & {f"plays.{play['play']}" for play in plays}


def test_hostile_names_in_a_report_compute_nothing(call: Call, tmp_path: Path) -> None:
    leads = tmp_path / "leads.json"
    name = '=HYPERLINK("http://x","y")'
    rows = [{"id": f"L{n}", "name": name, "owner": "@SUM(1)", "in_contact": True,
             "orders": [{"date": "2026-10-01", "amount": 100 + n, "cost": 1, "category": "-1+1"}]}
            for n in range(6)]  # fmt: skip
    leads.write_text(json.dumps(rows))
    target = tmp_path / "r.xlsx"
    ran = call("report", leads, "--as-of", AS_OF, "-o", target)
    assert ran.code == 0, ran.err
    with zipfile.ZipFile(target) as package:
        for part in package.namelist():
            if part.startswith("xl/worksheets/"):
                text = package.read(part).decode()
                assert "<f>" not in text
                assert "hyperlink" not in text
                ElementTree.fromstring(text)
    assert sheets_of(target)["Focus list"][1][3] == name


def test_sheets_have_names_that_workbooks_allow() -> None:
    wrote: list[str] = []

    def fill(made: book.Book) -> None:
        for title in ("a/b:c", "A B C", "'x'", "", "history", "z" * 40, "z" * 40):
            made.fill(title, ["head"], [["cell"]])
        wrote.extend(page.name for page in made.book.worksheets())

    book.workbook(fill, date(2026, 1, 1), "")
    assert wrote == ["a b c", "A B C (2)", "x", "1", "history (2)", "z" * 31, f"{'z' * 27} (2)"]


def test_a_report_needs_a_file_and_the_extra(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    ran = call("report", EXAMPLES, "--format", "xlsx", "-o", tmp_path / "r")
    assert ran.code == 2
    assert "groupbuy[xlsx]" in ran.err
    assert list(tmp_path.iterdir()) == []


OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice here")
def test_libreoffice_reads_the_sheets_as_they_were_meant(report: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    subprocess.run(
        [
            str(OFFICE), f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless",
            "--convert-to", "xlsx", "--outdir", str(saved), str(report),
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    again = sheets_of(saved / "report.xlsx")
    for title, rows in sheets_of(report).items():
        assert len(again[title]) == len(rows)
        for row, read in zip(rows, again[title], strict=True):
            texts = {n: text for n, text in row.items() if text[:1].isalpha()}
            assert {n: read[n] for n in texts} == texts
            assert not [cell for cell in read.values() if cell.startswith(("#REF", "Err:"))]
