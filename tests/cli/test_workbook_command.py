"""`groupbuy evaluate --format xlsx`: a workbook, whole or not at all."""

import os
import sys
from pathlib import Path

import pytest
from command_line import AS_OF, EXAMPLES, Call

from groupbuy.files.xlsx_book import Book
from groupbuy.files.xlsx_cells import Cells
from groupbuy.render import xlsx


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
    monkeypatch.setattr(xlsx.tempfile, "tempdir", None)
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
