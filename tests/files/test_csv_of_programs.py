"""CSV as programs save it, and as nobody should."""

# ruff: noqa: E501 - a case of a table is easier to compare on one line

from pathlib import Path

import pytest
from xlsx_world import Folder, known


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


ONE = {"id": "007", "name": "某某", "budget": 1234.5, "tender": False}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # Excel: "Unicode text", "CSV UTF-8", and "CSV" in China and in Europe.
        ("a.txt", '编号\t客户名称\t预算\r\n007\t某某\t"1,234.50"\r\n'.encode("utf-16")),
        (
            "a.csv",
            b"\xfe\xff" + "编号\t客户名称\t预算\r\n007\t某某\t1234.5\r\n".encode("utf-16-be"),
        ),
        ("a.csv", '编号,客户名称,预算\r\n007,某某," 1,234.50 "\r\n'.encode("utf-8-sig")),
        ("a.csv", '编号,客户名称,预算\r\n007,某某,"¥1,234.50 "\r\n'.encode("gb18030")),
        ("a.csv", "编号;客户名称;预算\r\n007;某某;1234.50\r\n".encode()),
        # LibreOffice, with all texts in quotes; systems that keep a spreadsheet from rounding.
        ("a.csv", '"编号";"客户名称";"预算"\n"007";"某某";¥1234.50\n'.encode()),
        ("a.csv", '编号,客户名称,预算\n="007",="某某",1234.5\n'.encode()),
        ("a.csv", '编号,客户名称,预算\n"=""007""",某某,1234.5\n'.encode()),
        ("a.csv", "编号,客户名称,预算\n\t007,某某\t,\t1234.5\n".encode()),
        # Old Macs; marks put before texts that have one; lines and columns of nothing.
        ("a.csv", "编号,客户名称,预算\r007,某某,1234.5\r".encode()),
        ("a.csv", "\ufeff\ufeff编号,客户名称,预算\n007,某某,1234.5\n".encode()),
        ("a.csv", '\ufeff\ufeff"编号",客户名称,预算\n007,某某,1234.5\n'.encode()),
        ("a.csv", "\n\n编号,客户名称,预算,,\n\n,,,,\n007,某某,1234.5,,\n \n".encode()),
    ],
)
def test_what_programs_save(folder, name, content):
    folder.put(name, content)
    found = folder.read(name)
    assert found.set_aside == []
    assert [known(lead) for lead in found.leads] == [ONE]


@pytest.mark.parametrize(
    ("content", "leads"), [("编号\n", []), ("编号\nL1\nL2\n", ["L1", "L2"]), ("编号\r\nL1", ["L1"])]
)
def test_one_column_and_only_a_header(folder, content, leads):
    folder.put("a.csv", content)
    assert [lead.id for lead in folder.read("a.csv").leads] == leads


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("编号;预算\nL1;12,5\nok;5\n", 'a.csv:2:4: value-number budget: "12,5" is not an amount of mon'),
        ("编号;预算\nL1;1,234\nok;5\n", "a.csv:2:4: csv-decimal 预算: beside semicolons, this number"
         " could mean two | write 1234, or 1.2340"),
        ("编号;预算\nL1;1.234\nok;5\n", "a.csv:2:4: csv-decimal 预算: beside semicolons, this number"),
        ("编号;预算\nL1;1.234,50\nok;5\n", 'a.csv:2:4: value-number budget: "1.234,50" is not an amo'),
        ("编号;预算\nok;1,234,567\nok2;0.125\n", None),
        ("编号,预算\nok;1,234\n", None),
        ("编号,预算\n9.11101E+17,5\nok,5\n", "a.csv:2:1: csv-digits 编号: a spreadsheet has left only"),
        ("编号,客户名称\nok,1E5\n", None),
        ("编号,预算\nok,1.2E+5\n", None),
        ("编号,客户名称\na,x\0\nok,\n", "a.csv:2:3: value-control-character name: there is a character"),
    ],
)  # fmt: skip
def test_cells_that_do_not_say_what_was_meant(folder, content, problem):
    folder.put("a.csv", content.replace("ok;1,234\n", 'ok,"1,234"\n'))
    found = folder.set_aside("a.csv")
    assert folder.read("a.csv").leads[0].id == "ok"
    assert len(found) == (problem is not None)
    assert problem is None or found[0].startswith(problem)


def test_a_table_of_its_own_is_looked_at_alike(folder):
    folder.put("a.csv", "编号\nL1\nL2\n")
    folder.put("a.orders.csv", "编号;amount\nL1;1,234\nL2;5\n")
    (aside,) = folder.set_aside("a.csv")
    assert aside.startswith("a.orders.csv:2:4: csv-decimal orders.amount: beside semicolons")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("编号\n" + "x" * 200_000, "a.csv:2: csv-cell-too-long a cell of this row has more than 131,072"),
        ('编号\n"' + "x\n" * 200_000, "a.csv:2: csv-quote a quotation mark is opened in this row and"),
        ("<html><table><tr><td>", "a.csv: file-format this is a web page or XML, not CSV"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "a.csv: file-format this is a workbook, not a text"),
        ("编号\t1\n".encode("utf-16-le"), "a.csv:1:3: file-encoding this file is not UTF-8: byte 0xF7"),
        ("编号\n".encode("utf-16")[:-1], "a.csv:1:3: file-encoding this file is not UTF-16"),
    ],
)  # fmt: skip
def test_files_that_are_no_csv(folder, content, problem):
    folder.put("a.csv", content)
    assert folder.faults("a.csv")[0].startswith(problem)
