"""Workbooks that are none, that are damaged, or that would take the machine with them."""

# ruff: noqa: E501 - a case of a table is easier to compare on one line

import io
import random
import resource
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_world import (
    MAIN,
    MODEL_READ,
    Folder,
    packed,
    relation,
    relations,
    sheet_xml,
    unpacked,
    workbook,
)

from groupbuy.errors import GroupbuyError
from groupbuy.files.leads import read_leads

LEADS = [["编号", "预算", "客户名称"], ["L1", 5, "x"]]
GOOD = workbook({"客户": LEADS})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def with_sheet(xml: str) -> bytes:
    return workbook({"客户": xml})


def encrypted_zip() -> bytes:
    content = bytearray(GOOD)
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + (8 if mark == b"PK\x01\x02" else 6)] |= 1
    return bytes(content)


def corrupt() -> bytes:
    content = bytearray(GOOD)
    at = content.find(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
    content[at + 5 : at + 25] = bytes(20)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "file-format this file is empty: 0 bytes | save the workbook again"),
        ("编号,预算\nL1,5\n".encode(), "file-format this is a text file that is named like a work"),
        ("编号\t预算\n".encode("utf-16"), "file-format this is a text file that is named like a"),
        (b"\xef\xbb\xbf<html><table>", "file-format this is a web page (HTML) that is named like"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
         "file-format this is an XML spreadsheet of 2003"),
        (OLE, "file-format this is a workbook of the old kind (.xls, .et) | open it in Excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "xlsx-password this workbook is protected"),
        (encrypted_zip(), "xlsx-password this workbook is protected by a password"),
        (bytes(range(256)), "file-format this is no Excel workbook"),
        (packed({}), "file-format this is a zip file, but no Excel workbook"),
        (packed({"a.txt": "x"}), "file-format this is a zip file, but no Excel workbook"),
        (packed({"mimetype": "x", "content.xml": "<x/>"}), "file-format this is an OpenDocument"),
        (packed({"_rels/.rels": relations(relation("r", "officeDocument", "word/document.xml")),
                 "word/document.xml": "<x/>"}), "file-format this is a Word document"),
        (packed({"_rels/.rels": relations(relation("r", "officeDocument", "xl/workbook.bin")),
                 "xl/workbook.bin": "x"}), "file-format this is a binary workbook (.xlsb)"),
        (GOOD[:-40], "xlsx-damaged this workbook is damaged or broke off"),
        (GOOD[:400], "xlsx-damaged this workbook is damaged or broke off"),
        (corrupt(), "xlsx-damaged this workbook is damaged or broke off"),
        (with_sheet("<worksheet><sheetData><row>"), "xlsx-damaged this workbook is damaged or"),
        (with_sheet("<worksheet>\0</worksheet>"), "xlsx-damaged this workbook is damaged or"),
        (with_sheet('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'),
         "xlsx-damaged there is a document type in this workbook"),
        (workbook({"客户": LEADS}, parts={"xl/workbook.xml": "<!DOCTYPE x><workbook/>"}),
         "xlsx-damaged there is a document type in this workbook"),
        (workbook({"客户": LEADS}, parts={"xl/workbook.xml": "<workbook/>"}), "file-format this is a"),
        (workbook({"客户": '<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>'}),
         "xlsx-damaged this workbook is damaged or broke off (xl/worksheets/sheet1.xml: there is no"),
        (workbook({"客户": '<worksheet><sheetData><row><c><v>1e999</v></c></row></sheetData></worksheet>'}),
         "xlsx-damaged this workbook is damaged or broke off (xl/worksheets/sheet1.xml: the number"),
        (workbook({"客户": '<worksheet><sheetData><row><c r="1A"/></row></sheetData></worksheet>'}),
         "xlsx-damaged this workbook is damaged or broke off (xl/worksheets/sheet1.xml: cell 1A"),
        (workbook({"客户": '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>'}),
         "xlsx-damaged this workbook is damaged or broke off (xl/worksheets/sheet1.xml: row 1"),
    ],
)  # fmt: skip
def test_files_that_are_no_workbook(folder, content, problem):
    folder.put("leads.xlsx", content)
    (shown,) = folder.faults("leads.xlsx")
    assert shown.startswith(f"leads.xlsx: {problem}")


@pytest.mark.parametrize("suffix", [".xls", ".et", ".ods", ".xlsb"])
def test_other_kinds_of_workbooks(folder, suffix):
    folder.put(f"leads{suffix}", GOOD)
    (shown,) = folder.faults(f"leads{suffix}")
    assert shown.endswith("files can't be read here | save it as .xlsx or as CSV (UTF-8)")


def test_a_workbook_under_the_name_of_a_text(folder):
    for name in ("leads.csv", "leads.yaml", "leads"):
        folder.put(name, GOOD)
        (shown,) = folder.faults(name)
        assert shown.startswith(f"{name}: file-format this is a workbook, not a text | name it .xl")
    stdin = io.TextIOWrapper(io.BytesIO(GOOD))
    with pytest.raises(GroupbuyError, match="this is a workbook, not a text"):
        read_leads(["-"], MODEL_READ, stdin=stdin)


def test_files_that_cannot_be_opened(folder):
    (folder.path / "a.xlsx").mkdir()
    assert folder.faults("a.xlsx") == [
        "a.xlsx: file-is-folder this is a folder | name a file in it"
    ]
    assert folder.faults("b.xlsx")[0].startswith("b.xlsx: file-missing no such file")


def test_ways_of_writing_the_same(folder):
    """Prefixes, names in other letters, absolute targets, chart sheets, links to elsewhere."""
    parts = unpacked(GOOD)
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        sheet = sheet.replace(f"<{tag}>", f"<x:{tag}>").replace(f"<{tag} ", f"<x:{tag} ")
        sheet = sheet.replace(f"</{tag}>", f"</x:{tag}>")
    parts["XL\\Worksheets\\Sheet1.xml"] = sheet.replace("xmlns=", "xmlns:x=").encode()
    del parts["xl/worksheets/sheet1.xml"]
    book = parts["xl/workbook.xml"].decode()
    chart = (
        '<sheet name="Chart" sheetId="9" r:id="c"/><sheet name="Web" sheetId="8" r:id="w"/><sheet '
    )
    parts["xl/workbook.xml"] = book.replace("<sheet ", chart, 1).encode()
    related = parts["xl/_rels/workbook.xml.rels"].decode()
    related = related.replace('"worksheets/sheet1', '"/xl/worksheets/sheet1')
    more = relation("c", "chartsheet", "c.xml") + relation(
        "w", "worksheet", "http://x.example/"
    ).replace("/>", ' TargetMode="External"/>')
    related = related.replace("</Relationships>", more + "</Relationships>")
    parts["xl/_rels/workbook.xml.rels"] = related.encode()
    folder.put("leads.xlsx", packed(parts))
    found = folder.read("leads.xlsx")
    assert [(lead.id, lead.values["budget"]) for lead in found.leads] == [("L1", 5.0)]
    assert found.notes == []


# --- much out of little -------------------------------------------------------------------------

HEAD = '<row r="1"><c t="inlineStr"><is><t>编号</t></is></c></row>'


def row(number: int, inner: str) -> str:
    return f'<row r="{number}">{inner}</row>'


def sparse() -> bytes:
    """One cell in the last corner: python-calamine asks for 400 GB and ends the program."""
    return with_sheet(sheet_xml(HEAD + row(1_048_576, '<c r="A1048576"><v>1</v></c>')))


def wide_and_long() -> bytes:
    names = "".join('<c t="inlineStr"><is><t>#</t></is></c>' for _ in range(16_000))
    cells = "".join(
        row(r, '<c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c>') for r in range(2, 9000)
    )
    return with_sheet(sheet_xml(HEAD.replace("</row>", names + "</row>") + cells))


def shared_text() -> bytes:
    """One long text that stands in half a million cells."""
    cells = '<row><c t="s"><v>0</v></c></row>' * 200_000
    return workbook({"客户": sheet_xml(HEAD + cells)}, texts=f"<si><t>{'字' * 32_000}</t></si>")


def merged() -> bytes:
    rows = "".join(row(r, "<c><v>1</v></c>") for r in range(2, 3000))
    merges = '<mergeCell ref="A2:XFD1048576"/>' * 15_000
    return with_sheet(sheet_xml(HEAD + rows, f"<mergeCells>{merges}</mergeCells>"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (sparse(), None),
        (wide_and_long(), "xlsx-header there is a cell in column XFD"),
        (shared_text(), "xlsx-too-large"),
        (merged(), "xlsx-too-large"),
        (with_sheet(sheet_xml("<row/>" * 8_000_000)), "xlsx-too-large"),
        (with_sheet(sheet_xml("<row/>" * 1_300_000)), "xlsx-damaged"),
        (with_sheet(sheet_xml(HEAD + row(2, "<c/>" * 1_900_000))), "xlsx-damaged"),
        (with_sheet(sheet_xml(HEAD + "".join(row(r, "<c/>" * 12) for r in range(2, 160_000)))),
         "xlsx-too-large"),
        (with_sheet(sheet_xml("<a>" * 1_500_000)), "xlsx-damaged"),
        (with_sheet(f'<worksheet a="{"x" * 50_000_000}"/>'), "xlsx-too-large"),
        (workbook({"客户": LEADS}, texts=f"<si><t>{'x' * 50_000_000}</t></si>"), "xlsx-too-large"),
        (workbook({"客户": LEADS}, texts=f"<si><t>{'x' * 8_000_000}</t></si>"), None),
        (packed({f"x{i}": "" for i in range(11_000)}), "xlsx-too-large"),
        (workbook({f"s{i}": [] for i in range(3_000)}), "s0: xlsx-header this sheet is empty"),
        (workbook({"客户": LEADS}, parts={"xl/styles.xml": f'<x xmlns="{MAIN}"><cellXfs>{"<xf/>" * 200_000}'
                                          "</cellXfs></x>"}), "xlsx-too-large"),
    ],
)  # fmt: skip
def test_bombs(folder, content, problem):
    folder.put("leads.xlsx", content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        found = folder.read("leads.xlsx")
        shown = None if found.leads else str(found)
    except GroupbuyError as error:
        shown = str(error.problems[0])
    assert (shown is None) == (problem is None), shown
    assert problem is None or problem in str(shown)
    assert time.process_time() - start < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_many_blank_rows_that_excel_leaves_behind(folder):
    blank = "".join(f'<row r="{r}" spans="1:20" ht="15"/>' for r in range(3, 300_000))
    rows = HEAD + row(2, "<c><v>7</v></c>") + blank
    folder.put("leads.xlsx", with_sheet(sheet_xml(rows, "").replace(
        "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')))  # fmt: skip
    start = time.process_time()
    assert [lead.id for lead in folder.read("leads.xlsx").leads] == ["7"]
    assert time.process_time() - start < 2


# --- anything at all ----------------------------------------------------------------------------

TAGS = ["row", "c", "v", "f", "t", "is", "si", "mergeCell", "rPh", "x:c"]
ATTRIBUTES = ["", ' r="1"', ' r="A1"', ' r="ZZZ9"', ' t="s"', ' t="e"', ' t="inlineStr"', ' s="1"']
XML = st.lists(
    st.tuples(st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), st.sampled_from(["", "1", "编号", "A1"])),
    max_size=20,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(XML, st.booleans())
def test_any_xml(tmp_path_factory, elements, nested):
    xml = ""
    for tag, attributes, text in elements:
        inner = f"{text}{xml}" if nested else text
        one = f"<{tag}{attributes}>{inner}</{tag}>"
        xml = one if nested else xml + one
    read_or_refuse(tmp_path_factory, with_sheet(sheet_xml(xml or "<row/>")))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_any_damage(tmp_path_factory, seed):
    luck = random.Random(seed)
    content = bytearray(GOOD)
    for _ in range(luck.randint(1, 8)):
        content[luck.randrange(len(content))] = luck.randrange(256)
    read_or_refuse(tmp_path_factory, bytes(content))
    read_or_refuse(tmp_path_factory, bytes(content[: luck.randrange(len(content))]))


def read_or_refuse(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.xlsx"
    path.write_bytes(content)
    try:
        found = read_leads([path], MODEL_READ)
    except GroupbuyError as error:
        told = [str(problem) for problem in error.problems]
    else:
        told = [str(lead.at) for lead in (*found.leads, *found.set_aside)]
    assert all(text.encode() for text in told)
