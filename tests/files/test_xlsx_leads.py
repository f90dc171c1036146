"""Leads in workbooks: what is read as a person reads it, what is set aside, what stops the run."""

# ruff: noqa: E501 - a case of a table is easier to compare on one line

from datetime import date
from pathlib import Path

import pytest
from test_lead_files import FIRST
from xlsx_world import Folder, Raw, known, sheet_xml, workbook

DATA = Path(__file__).parent / "data"
TITLED = [["客户名单 2026"], [], ["客户编号", "预算"], ["L1", 5]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def day(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def text(shared: str) -> Raw:
    return Raw(f'<c r="@" t="s"><v>{shared}</v></c>')


def formula(value: str, kind: str = "") -> Raw:
    return Raw(f'<c r="@"{kind}><f>A1</f>{value}</c>')


LEADS = [
    [
        "客户编号",
        "客户名称",
        "团购类型",
        "预算",
        "人数",
        "份额",
        "招标",
        "causes",
        "contacts",
        "#备注",
    ],
    [
        "007",
        "某市税务局",
        "福利性",
        57600,
        "120人",
        (0.95, 2),
        True,
        "competitor、novelty",
        None,
        5,
    ],
    [],
    ["L2", None, " ", None, None, None, None, None, "无"],
]
ORDERS = [
    ["日期", "客户编号", "金额", "status"],
    [date(2026, 1, 20), "007", "12.5万", "paid"],
    ["2026/3/1", "007", 1000.0, None],
]  # fmt: skip


def test_a_workbook_is_read_as_the_same_leads_in_csv(folder):
    folder.put("leads.xlsx", workbook({"Sheet1": LEADS, "订单": ORDERS}))
    found = folder.read("leads.xlsx")
    first, second = found.leads
    assert (found.set_aside, found.notes) == ([], [])
    assert known(first) == {"id": "007", **FIRST}
    assert known(second) == {"id": "L2", "tender": False, "orders": [], "contacts": []}


def test_places(folder):
    folder.put("leads.xlsm", workbook({"客户": LEADS, "订单": ORDERS}))
    first, second = folder.read("leads.xlsm").leads
    places = [first.at, first.place("budget"), first.place("orders", 1, "amount")]
    places += [second.at, second.place("phone"), second.place("contacts")]
    assert [str(at).replace(f"{folder.path}/", "") for at in places] == [
        "leads.xlsm:客户!A2",
        "leads.xlsm:客户!D2",
        "leads.xlsm:订单!C3",
        "leads.xlsm:客户!A4",
        "leads.xlsm:客户!A4",
        "leads.xlsm:客户!I4",
    ]


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("leads-*.xlsx")))
def test_workbooks_of_other_programs(name):
    """As LibreOffice, openpyxl and XlsxWriter save them: see data/README.md."""
    found = Folder(DATA).read(name)
    first, second = found.leads
    assert (found.set_aside, found.notes) == ([], [])
    assert known(first) == {"id": "007", **FIRST, "headcount": 120.0}
    assert known(second) == {"id": "L2", "tender": False, "orders": [], "contacts": []}


@pytest.mark.parametrize(
    ("header", "written", "name", "value"),
    [
        ("预算", 57600, "budget", 57_600.0),
        ("预算", 0.1 + 0.2, "budget", 0.3),
        ("预算", (0.30000000000000004, 0), "budget", 0.3),
        ("预算", "12.5万", "budget", 125_000.0),
        ("预算", "57,600", "budget", 57_600.0),
        ("预算（万元）", 12.5, "budget", 125_000.0),
        ("预算", (12.5, 4), "budget", 125_000.0),
        ("预算", (12_500, 7), "budget", 12_500.0),
        ("预算", Raw('<c r="@"><v>1.25E5</v></c>'), "budget", 125_000.0),
        ("预算", formula("<v>5</v>"), "budget", 5.0),
        ("预算", formula("<v></v>", ' t="str"'), "budget", None),
        ("预算", Raw('<c r="@" s="1"/>'), "budget", None),
        ("预算", Raw('<c r="@" t="s"><v>1</v></c>'), "budget", None),
        ("份额", (0.95, 2), "share", 0.95),
        ("份额", (0.07, 2), "share", 0.07),
        ("份额", (0.955, 2), "share", 0.955),
        ("份额", 0.95, "share", 0.95),
        ("份额", "95%", "share", 0.95),
        ("份额（%）", 95, "share", 0.95),
        ("招标", True, "tender", True),
        ("招标", "否", "tender", False),
        ("招标", 1, "tender", True),
        ("生日", date(2026, 1, 20), "phone", day(2026, 1, 20)),
        ("生日", (46042.4375, 1), "phone", day(2026, 1, 20)),
        ("生日", (59, 1), "phone", day(1900, 2, 28)),
        ("生日", 20260120, "phone", day(2026, 1, 20)),
        ("生日", "2026年1月20日", "phone", day(2026, 1, 20)),
        ("生日", Raw('<c r="@" t="d"><v>2026-01-20T00:00:00</v></c>'), "phone", day(2026, 1, 20)),
        ("客户名称", 7, "name", "7"),
        ("客户名称", (12.5, 0), "name", "12.5"),
        ("客户名称", 123456789012345, "name", "123456789012345"),
        ("客户名称", " a\nb ", "name", "a\nb"),
        ("客户名称", text("0"), "name", "rich text"),
        ("客户名称", "=1+1", "name", "=1+1"),
        ("客户名称", Raw('<c r="@" t="inlineStr"><is><t>a_x005F_b</t></is></c>'), "name", "a_b"),
        ("客户名称", Raw('<c t="inlineStr"><is><t>no place</t></is></c>'), "name", "no place"),
    ],
)  # fmt: skip
def test_cells(folder, header, written, name, value):
    texts = (
        "<si><r><t>rich</t></r><r><t> text</t></r><rPh><t>ritchi</t></rPh></si><si><t> </t></si>"
    )
    rows = [["客户编号", header], ["L1", written]]
    folder.put("leads.xlsx", workbook({"客户": rows}, texts=texts))
    (lead,) = folder.read("leads.xlsx").leads
    assert lead.values[name] == value or (value is None and name in lead.assumed)


def test_the_calendar_of_1904(folder):
    rows = [["客户编号", "生日"], ["L1", (44580, 1)]]
    folder.put("leads.xlsx", workbook({"客户": rows}, properties='<workbookPr date1904="1"/>'))
    (lead,) = folder.read("leads.xlsx").leads
    assert lead.values["phone"] == day(2026, 1, 20)


@pytest.mark.parametrize(
    ("header", "written", "problem"),
    [
        ("预算", "x", 'leads.xlsx:客户!B2: value-number budget: "x" is not an amount of money'),
        ("预算", (0.95, 2), 'leads.xlsx:客户!B2: value-number budget: "95%" is not an amount'),
        ("预算", (5, 5), 'leads.xlsx:客户!B2: value-number budget: "$5" is not an amount of money'
         " | amounts are in yuan"),
        ("预算", (0.5, 6), 'leads.xlsx:客户!B2: value-number budget: "12:00" is not an amount'),
        ("预算", date(2026, 1, 20), 'leads.xlsx:客户!B2: value-number budget: "2026-01-20"'),
        ("份额", (1.2, 2), "leads.xlsx:客户!B2: value-bounds share: 120% is more than 100%"),
        ("份额", 95, "leads.xlsx:客户!B2: value-percent share: 95 is not a percentage | 95%"),
        ("预算", Raw('<c r="@" t="e"><v>#N/A</v></c>'),
         "leads.xlsx:客户!B2: xlsx-error 预算: the cell shows #N/A: nothing was found"),
        ("预算", Raw('<c r="@" t="e"><f>X1</f><v>#REF!</v></c>'),
         "leads.xlsx:客户!B2: xlsx-error 预算: the cell shows #REF!: it refers to cells that are"),
        ("预算", formula(""), "leads.xlsx:客户!B2: xlsx-formula 预算: this formula has never been "
         "computed | open the workbook in Excel and save it"),
        ("客户名称", 1.23456789012346e17, "leads.xlsx:客户!B2: xlsx-digits 客户名称: of a number as "
         "long as this, only 15 digits are kept | format the column as text"),
        ("生日", (60, 1), "leads.xlsx:客户!B2: xlsx-date 生日: this cell is formatted as a date and"),
        ("生日", (-1, 1), "leads.xlsx:客户!B2: xlsx-date 生日: this cell is formatted as a date and"),
        ("生日", (9e9, 1), "leads.xlsx:客户!B2: xlsx-date 生日: this cell is formatted as a date and"),
        ("生日", 46042, "leads.xlsx:客户!B2: value-date phone: the value can't be read as date"),
        ("客户名称", Raw('<c r="@" t="inlineStr"><is><t>a_x0000_b</t></is></c>'),
         "leads.xlsx:客户!B2: value-control-character name: there is a character U+0000"),
    ],
)  # fmt: skip
def test_cells_that_set_a_lead_aside(folder, header, written, problem):
    folder.put("leads.xlsx", workbook({"客户": [["客户编号", header], ["L1", written], ["ok"]]}))
    (aside,) = folder.set_aside("leads.xlsx")
    assert aside.startswith(problem)
    assert [lead.id for lead in folder.read("leads.xlsx").leads] == ["ok"]


def test_an_id_that_cannot_be_read_is_one_fault(folder):
    rows = [["客户编号"], [1.23456789012346e17], [Raw('<c r="@" t="e"><v>#REF!</v></c>')]]
    folder.put("leads.xlsx", workbook({"客户": rows}))
    codes = [problem.split()[1] for problem in folder.set_aside("leads.xlsx")]
    assert codes == ["xlsx-digits", "xlsx-error"]


def test_a_formula_that_a_program_wrote_and_nobody_computed(folder):
    """XlsxWriter and others write 0 for it, and ask Excel to compute when it opens the file."""
    rows = [
        ["客户编号", "预算"],
        ["L1", formula("<v>0</v>")],
        ["L2", formula("<v>5</v>")],
        ["L3", 0],
    ]
    folder.put("leads.xlsx", workbook({"客户": rows}, properties='<calcPr fullCalcOnLoad="1"/>'))
    (aside,) = folder.set_aside("leads.xlsx")
    assert "客户!B2: xlsx-formula" in aside
    folder.put("leads.xlsx", workbook({"客户": rows}))
    assert len(folder.read("leads.xlsx").leads) == 3


def test_merged_cells(folder):
    rows = [
        ["客户编号", "客户名称", "预算"],
        ["L1", "x", 5],
        ["L2", None, 6],
        [None, "y", 7],
        ["L4"],
    ]
    merges = '<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="A3:A4"/></mergeCells>'
    folder.put("leads.xlsx", workbook({"客户": sheet_xml(rows, merges)}))
    found = folder.read("leads.xlsx")
    assert [lead.id for lead in found.leads] == ["L1", "L4"]
    assert [p for aside in found.set_aside for p in folder.shown(aside.problems)] == [
        f"leads.xlsx:客户!{at}: xlsx-merged {name}: this cell is merged with {first}"
        " | unmerge the cells, and write into each what it holds"
        for at, name, first in (("B3", "客户名称", "B2"), ("A4", "客户编号", "A3"))
    ]


@pytest.mark.parametrize(
    ("rows", "notes"),
    [
        (TITLED, ["leads.xlsx:客户: row 1 stands above the header, not read"]),
        (
            [["客户"], ["填表说明：必填"], *TITLED[2:]],
            ["leads.xlsx:客户: rows 1–2 stand above the"],
        ),
        ([[], [], *TITLED[2:]], []),
        ([[None, None, "客户编号", "预算"], [None, None, "L1", 5]], []),
        ([["编号", "预算", None, "#"], ["L1", 5, None, "x"], [None, " "]], []),
    ],
)
def test_the_header_is_found(folder, rows, notes):
    folder.put("leads.xlsx", workbook({"客户": rows}))
    found = folder.read("leads.xlsx")
    assert [known(lead) for lead in found.leads] == [{"id": "L1", "budget": 5.0, "tender": False}]
    assert len(found.notes) == len(notes)
    assert all(note.startswith(start) for note, start in zip(found.notes, notes, strict=True))


@pytest.mark.parametrize(
    ("sheets", "problems"),
    [
        ({"客户": []}, ["leads.xlsx:客户: xlsx-header this sheet is empty"]),
        ({"客户": [["x"], ["y"]]}, ["leads.xlsx:客户!A1: xlsx-header none of the first 10 rows of"]),
        ({"客户": [["x"]] * 10 + TITLED[2:]}, ["leads.xlsx:客户!A1: xlsx-header none of the first"]),
        ({"客户": [["编号", "bugdet"], ["L1", 5]]},
         ['leads.xlsx:客户!B1: lead-unknown-field there is no field "bugdet" | did you mean "bud']),
        ({"客户": [["编号", "budget", "预算"]]},
         ['leads.xlsx:客户!C1: csv-header "budget" and "预算" both mean budget']),
        ({"客户": [["编号", None], ["L1", "x"], ["L2", 5, 6]]},
         ["leads.xlsx:客户!B2: xlsx-header there is a cell in column B, which has no header",
          "leads.xlsx:客户!C3: xlsx-header there is a cell in column C, which has no header"]),
        ({"客户": [["编号"], ["L1"], ["L1"]]},
         ['leads.xlsx:客户!A3: lead-same-id the id "L1" is given twice: first at leads.xlsx:客户!A2']),
        ({"订单": [["编号", "amount"]]}, ["leads.xlsx: xlsx-no-leads no sheet of this workbook has"]),
        ({"客户": [["编号"]], "订单": [["date", "amount"], ["2026-01-01", 5]]},
         ["leads.xlsx:订单!A1: csv-join no column of this sheet says which lead a row of orders"]),
        ({"客户": [["编号"], ["L1"]], "订单": [["编号", "amount"], ["L9", 5], [None, 6]]},
         ["leads.xlsx:订单!A3: csv-join this row names no lead",
          'leads.xlsx:订单!A2: csv-join there is no lead "L9"']),
        ({"客户": [["编号"], ["L1"]], "订单": [["编号", "amount"]], "orders": [["编号", "amount"]]},
         ['leads.xlsx:orders: xlsx-sheets two sheets have orders: "订单" and "orders"']),
    ],
)  # fmt: skip
def test_faults_of_a_workbook(folder, sheets, problems):
    folder.put("leads.xlsx", workbook(sheets))
    shown = folder.faults("leads.xlsx")
    assert len(shown) == len(problems), shown
    for got, wanted in zip(shown, problems, strict=True):
        assert got.startswith(wanted)


def test_which_sheets_are_read(folder):
    other = [["编号", "budget"], ["no", 5]]
    sheets = {"汇总": other, "old": other, "Leads": [["id"], ["L1"]], "oders": other, "#x": other}
    folder.put("leads.xlsx", workbook(sheets, hidden=["old"]))
    found = folder.read("leads.xlsx")
    assert [lead.id for lead in found.leads] == ["L1"]
    assert found.notes == [
        'leads.xlsx: the sheet "old" is hidden, and not read',
        'leads.xlsx: the sheet "汇总" is not read: it is no table',
        'leads.xlsx: the sheet "oders" is not read: it is no table, did you mean "orders"?',
    ]


def test_a_sheet_without_rows_says_nothing(folder):
    sheets = {"客户": [["编号"], ["L1"]], "订单": ORDERS[:1], "contacts": [["编号", "name"]]}
    folder.put("leads.xlsx", workbook(sheets))
    found = folder.read("leads.xlsx")
    assert (found.leads[0].values["orders"], found.leads[0].values["contacts"]) == (None, None)
    assert found.notes == [
        'leads.xlsx: nothing is known from sheets without rows: "订单", "contacts"'
    ]


def test_hidden_rows_are_read_and_mentioned(folder):
    xml = sheet_xml([["编号"], ["L1"], ["L2"]]).replace('r="3"', 'r="3" hidden="1"')
    folder.put("leads.xlsx", workbook({"客户": xml}))
    found = folder.read("leads.xlsx")
    assert len(found.leads) == 2
    assert found.notes == ["leads.xlsx:客户: 1 of the rows that were read are hidden"]


def test_a_fault_in_a_table_sets_its_lead_aside(folder):
    orders = [["编号", "amount"], ["L1", formula("")], ["L2", 5], [1e17, 5]]
    folder.put("leads.xlsx", workbook({"客户": [["编号"], ["L1"], ["L2"]], "订单": orders[:3]}))
    found = folder.read("leads.xlsx")
    assert [lead.id for lead in found.leads] == ["L2"]
    (problem,) = folder.shown(found.set_aside[0].problems)
    assert problem.startswith("leads.xlsx:订单!B2: xlsx-formula orders.amount: this formula")
    folder.put("leads.xlsx", workbook({"客户": [["编号"], ["L1"], ["L2"]], "订单": orders}))
    (problem,) = folder.faults("leads.xlsx")
    assert problem.startswith("leads.xlsx:订单!A4: xlsx-digits of a number as long as this")


def test_a_table_in_a_workbook_of_its_own(folder):
    folder.put("leads.yaml", "- id: '007'\n- id: L2\n")
    folder.put("orders.xlsx", workbook({"Sheet1": ORDERS}))
    first, second = folder.read("leads.yaml", "orders.xlsx").leads
    assert first.values["orders"] == FIRST["orders"]
    assert second.values["orders"] == []
    assert folder.faults("orders.xlsx")[0].startswith("orders.xlsx: file-no-leads this file holds")


def test_a_table_given_in_two_files(folder):
    folder.put(
        "leads.xlsx", workbook({"客户": [["编号"], ["L1"]], "订单": [["编号", "金额"], ["L1", 5]]})
    )
    folder.put("orders.csv", "id,amount\nL1,6\n")
    (problem,) = folder.faults("leads.xlsx", "orders.csv")
    assert "csv-join orders is given here and in" in problem


def test_personal_data_is_not_repeated(folder):
    rows = [["编号", "生日"], ["L1", 13800138000], ["L2", (60, 1)], ["L3", 1.38e17]]
    folder.put("leads.xlsx", workbook({"客户": rows}))
    shown = "".join(folder.set_aside("leads.xlsx"))
    assert shown.count("客户!B") == 3
    assert "138" not in shown
