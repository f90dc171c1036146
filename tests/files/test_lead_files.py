"""Lead files in every format: what is read, what is set aside, and what stops the run."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.files.leads import read_leads
from groupbuy.files.sniff import format_of
from groupbuy.model.lead import Lead, LeadFile, SetAside, read_record
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import read_yaml

MODEL = """\
groupbuy: 1
fields:
  id:        {type: text, required: true, title: {en: Lead, zh: 客户编号}, aliases: [编号]}
  name:      {type: text, title: {en: Name, zh: 客户名称}}
  kind:      {type: choice, of: {office: {zh: 办公类}, welfare: {zh: 福利性, aliases: [福利]}}, title: {zh: 团购类型}}
  budget:    {type: money, min: 0, aliases: [预算]}
  headcount: {type: integer, unit: {en: people, zh: 人}, min: 1, aliases: [人数]}
  share:     {type: percent, aliases: [份额]}
  tender:    {type: flag, default: false, title: {zh: 招标}}
  phone:     {type: date, pii: true, aliases: [生日]}
  causes:    {type: choices, of: [novelty, competitor]}
  orders:
    type: table
    aliases: [订单]
    order: date
    fields:
      date:   {type: date, aliases: [日期]}
      amount: {type: money, required: true, aliases: [金额]}
      status: {type: choice, of: [won, paid], default: won}
  contacts:
    type: table
    fields: {name: {type: text, pii: true}, influence: {type: integer, min: 1, max: 5}}
"""  # noqa: E501 - one field a line


@pytest.fixture(scope="module")
def model() -> LeadModel:
    return load_model(read_yaml(Source("lead.yaml", MODEL)))


class Folder:
    """A folder with lead files; paths in what is returned are names in it."""

    def __init__(self, path: Path, model: LeadModel) -> None:
        self.path, self.model = path, model

    def put(self, name: str, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        (self.path / name).write_bytes(data)

    def read(self, *names: str) -> LeadFile:
        return read_leads([self.path / name for name in names], self.model)

    def faults(self, *names: str) -> list[str]:
        with pytest.raises(GroupbuyError) as caught:
            self.read(*names)
        return self.shown(caught.value.problems)

    def shown(self, problems) -> list[str]:
        return [f"{p} | {p.hint}".replace(f"{self.path}/", "") for p in problems]


@pytest.fixture
def folder(tmp_path: Path, model: LeadModel) -> Folder:
    return Folder(tmp_path, model)


def day(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def known(lead: Lead) -> dict[str, object]:
    return {name: value for name, value in lead.values.items() if value is not None}


YAML = """\
- 客户编号: 007
  客户名称: 某市税务局
  团购类型: 福利
  预算: 57,600
  人数: １２０
  份额: 95%
  招标: 是
  causes: [competitor, novelty]
  orders:
    - {日期: 2026-01-20, 金额: 12.5万, status: paid}
    - {日期: 2026年3月1日, 金额: "¥1,000"}
- id: L2
  orders: []
  contacts: 无
"""
JSON = [
    {
        "id": 7,
        "客户名称": "某市税务局",
        "kind": "福利",
        "budget": 57600,
        "headcount": "120人",
        "share": 0.95,
        "tender": True,
        "causes": ["competitor", "novelty"],
        "orders": [
            {"date": "2026-01-20", "amount": 1.25e5, "status": "paid"},
            {"date": "20260301", "amount": "1,000"},
        ],
    },
    {"id": "L2", "orders": [], "contacts": "-", "name": None},
]
CSV = (
    "客户编号,客户名称,团购类型,预算,人数,份额,招标,causes,contacts,#备注,\n"
    '007,某市税务局,福利性,"57,600",120人,95%,有,competitor、novelty,,谁知道,\n'
    "L2,,,,,,,,无,,\n"
    ",,,,,,,,,,\n"
)
ORDERS = '客户编号,日期,金额,status\n007,2026-01-20,12.5万,paid\n007,2026/3/1,"1,000",\n'

FIRST = {
    "name": "某市税务局",
    "kind": "welfare",
    "budget": 57_600.0,
    "headcount": 120.0,
    "share": 0.95,
    "tender": True,
    "causes": ("novelty", "competitor"),
    "orders": [
        {"date": day(2026, 1, 20), "amount": 125_000.0, "status": "paid"},
        {"date": day(2026, 3, 1), "amount": 1000.0, "status": "won"},
    ],
}


def check(found: LeadFile, first_id: str = "007") -> None:
    """The two leads that every format above holds."""
    assert found.set_aside == []
    first, second = found.leads
    assert known(first) == {"id": first_id, **FIRST}
    assert first.assumed == {"orders.status"}
    assert known(second) == {"id": "L2", "tender": False, "orders": [], "contacts": []}
    assert second.assumed == {"tender"}
    assert set(second.values) == {*FIRST, "id", "phone", "contacts"}


def test_yaml(folder):
    folder.put("leads.yaml", YAML)
    check(folder.read("leads.yaml"))
    folder.put("more.yml", "groupbuy: 1\nleads:\n" + YAML)
    check(folder.read("more.yml"))


def test_json(folder):
    folder.put("leads.json", json.dumps(JSON, ensure_ascii=False))
    check(folder.read("leads.json"), "7")
    folder.put("leads.json", json.dumps({"leads": JSON}))
    check(folder.read("leads.json"), "7")


def test_json_lines(folder):
    folder.put("leads.jsonl", "\n\n".join(json.dumps(lead) for lead in JSON) + "\n")
    check(folder.read("leads.jsonl"), "7")


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8-sig", b""), ("utf-16", b""), ("utf-16-be", b"\xfe\xff")],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_with_a_sibling_file(folder, encoding, bom, end):
    folder.put("leads.csv", bom + CSV.replace("\n", end).encode(encoding))
    folder.put("leads.订单.csv", bom + ORDERS.replace("\n", end).encode(encoding))
    found = folder.read("leads.csv")
    check(found)
    assert found.notes == []


def test_csv_with_a_table_that_is_named(folder):
    folder.put("leads.csv", CSV)
    folder.put("orders.csv", ORDERS)
    check(folder.read("leads.csv", "orders.csv"))
    check(folder.read("orders.csv", "leads.csv"))


def test_a_yaml_file_with_a_table_that_is_named(folder):
    folder.put("leads.yaml", "- id: L1\n- id: L2\n")
    folder.put("orders.csv", "lead,amount\nL2,5\n")
    first, second = folder.read("leads.yaml", "orders.csv").leads
    assert first.values["orders"] == []
    assert second.values["orders"] == [{"date": None, "amount": 5.0, "status": "won"}]
    assert second.values["contacts"] is None


def test_gb18030_is_read_with_a_note(folder):
    folder.put("leads.csv", CSV.encode("gb18030"))
    folder.put("leads.orders.csv", ORDERS.encode("gb18030"))
    found = folder.read("leads.csv")
    check(found)
    assert len(found.notes) == 2
    assert "GB18030" in found.notes[0]


def test_utf_8_with_a_broken_byte_is_not_taken_for_gb18030(folder):
    folder.put("leads.csv", CSV.encode().replace("税".encode(), b"\xff"))
    assert "file-encoding" in folder.faults("leads.csv")[0]


def test_utf_8_and_gb18030_joined_in_one_file_are_not_guessed(folder):
    folder.put("leads.csv", "id,name\nL1,税务局\n".encode() + "L2,税务局\n".encode("gb18030"))
    assert "file-encoding" in folder.faults("leads.csv")[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_delimiters(folder, delimiter):
    folder.put("leads.csv", f'id{delimiter}budget\nL1{delimiter}"1,000,000"\n')
    assert folder.read("leads.csv").leads[0].values["budget"] == 1_000_000.0
    folder.put("leads.csv", f"sep={delimiter}\nid{delimiter}budget\nL1{delimiter}5\n")
    assert folder.read("leads.csv").leads[0].values["budget"] == 5.0


@pytest.mark.parametrize(
    ("header", "cell", "name", "value"),
    [
        ("预算（元）", "5", "budget", 5.0),
        ("预算(万元)", "12.5", "budget", 125_000.0),
        ("预算（万元）", "12.5万", "budget", 125_000.0),
        ("份额（%）", "95", "share", 0.95),
        ("份额（%）", "95%", "share", 0.95),
        ("人数（人）", "5", "headcount", 5.0),
    ],
)
def test_a_unit_in_the_header_belongs_to_the_values(folder, header, cell, name, value):
    folder.put("leads.csv", f"id,{header}\nL1,{cell}\nL2,\n")
    first, second = folder.read("leads.csv").leads
    assert (first.values[name], second.values[name]) == (value, None)


def test_a_unit_that_is_not_known_is_not_dropped(folder):
    folder.put("leads.csv", "id,预算（美元）\nL1,5\n")
    assert '"美元" is not a unit of 预算' in folder.faults("leads.csv")[0]


def test_places(folder):
    folder.put("leads.yaml", YAML)
    first, second = folder.read("leads.yaml").leads
    assert str(first.at).endswith("leads.yaml:1:3")
    assert str(first.place("budget")).endswith("leads.yaml:4:7")
    assert str(first.place("orders", 1, "amount")).endswith("leads.yaml:11:27")
    assert str(second.place("budget")).endswith("leads.yaml:12:3")
    folder.put("leads.json", json.dumps(JSON, ensure_ascii=False, indent=1))
    first, _ = folder.read("leads.json").leads
    assert str(first.place("budget")).endswith("leads.json:6:13")
    assert str(first.place("orders", 1, "amount")).endswith("leads.json:22:15")
    folder.put("leads.jsonl", '{"id": "a"}\n\n{"id": "b", "orders": [{"amount": 5}]}')
    _, second = folder.read("leads.jsonl").leads
    assert str(second.place("orders", 0, "amount")).endswith("leads.jsonl:3:35")
    folder.put("leads.csv", 'id,name,预算\nL1,"a,\nb",5\nL2,c,6\n')
    folder.put("leads.orders.csv", "amount,id\n1,L1\n2,L2\n3,L2\n")
    first, second = folder.read("leads.csv").leads
    assert str(first.place("budget")).endswith("leads.csv:3:4")
    assert str(second.at).endswith("leads.csv:4")
    assert str(second.place("budget")).endswith("leads.csv:4:6")
    assert str(second.place("kind")).endswith("leads.csv:4")
    assert str(second.place("orders", 1, "amount")).endswith("leads.orders.csv:4:1")


# --- leads that are set aside -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "lead", "problems"),
    [
        (
            "a.yaml",
            "- id: L1\n  budget: 1,23\n  headcount: 0\n- id: ok\n",
            "L1",
            [
                'a.yaml:2:11: value-number budget: "1,23" is not an amount of money | write 1.23',
                "a.yaml:3:14: value-bounds headcount: 0 is less than 1 | at least 1",
            ],
        ),
        ("a.yaml", "- {name: x}\n- id: ok\n", None, ["a.yaml:1:3: lead-required id is missing"]),
        ("a.yaml", "- {id: '', name: x}\n- id: ok\n", None, ["a.yaml:1:8: lead-required id is"]),
        (
            "a.yaml",
            "- {id: L1, budget: 5, 预算: 6}\n- id: ok\n",
            "L1",
            ['a.yaml:1:27: lead-same-field-twice "budget" and "预算" both mean budget'],
        ),
        (
            "a.yaml",
            "- {id: L1, orders: [{amount: x}, {date: 2026-01-01}, 5]}\n- id: ok\n",
            "L1",
            [
                'a.yaml:1:30: value-number orders.amount: "x" is not an amount of money',
                "a.yaml:1:34: lead-required orders.amount is missing",
                "a.yaml:1:54: lead-table-shape a row of orders is a mapping of its columns",
            ],
        ),
        (
            "a.yaml",
            "- {id: L1, orders: {amount: 5}}\n- id: ok\n",
            "L1",
            ["a.yaml:1:20: lead-table-shape orders is a table, not a mapping"],
        ),
        (
            "a.yaml",
            "- {id: L1, budget: [5]}\n- id: ok\n",
            "L1",
            ["a.yaml:1:20: value-shape budget: a list stands where an amount of money is exp"],
        ),
        (
            "a.json",
            '[{"id": "L1", "budget": 1e400}, {"id": "ok"}]',
            "L1",
            ["a.json:1:25: value-bounds budget: this number is too large"],
        ),
        (
            "a.json",
            '[{"id": "L1", "name": "\\ud800\\u0000"}, {"id": "ok"}]',
            "L1",
            ["a.json:1:23: value-control-character name: there is a character U+D800"],
        ),
        (
            "a.csv",
            "id,budget,orders\nL1,x,many\nok,5,\n",
            "L1",
            [
                'a.csv:2:4: value-number budget: "x" is not an amount',
                'a.csv:2:6: lead-table-shape orders is a table, not "many" | a list of rows; in CS',
            ],
        ),
        ("a.csv", "id,budget\nL1,5,6\nok,5\n", "L1", ["a.csv:2:6: csv-row-length this row has 3"]),
        (
            "a.csv",
            "id\na\0b\nok\n",
            None,
            ["a.csv:2:1: value-control-character id: there is a cha"],
        ),
        ("a.csv", "id,budget\nL1\nok,5,\n", "L1", ["a.csv:2: csv-row-length this row has 1 cell"]),
    ],
)
def test_leads_that_are_set_aside(folder, name, content, lead, problems):
    folder.put(name, content)
    found = folder.read(name)
    assert [lead.id for lead in found.leads] == ["ok"]
    (aside,) = found.set_aside
    shown = folder.shown(aside.problems)
    assert aside.id == lead
    assert len(shown) == len(problems)
    for got, wanted in zip(shown, problems, strict=True):
        assert got.startswith(wanted)


def test_personal_data_is_not_repeated(folder):
    folder.put("a.yaml", "- {id: L1, phone: 13800138000}")
    (aside,) = folder.read("a.yaml").set_aside
    (problem,) = aside.problems
    assert "138" not in f"{problem} {problem.hint} {problem.at.excerpt}"
    assert problem.at.column == 19


def test_a_line_with_personal_data_is_not_shown_with_another_fault(folder):
    folder.put("a.csv", "id,budget,phone\nL1,x,13800138000\n")
    folder.put("b.csv", "id,budget\nL2,x\n")
    hidden, shown = folder.read("a.csv", "b.csv").set_aside
    assert [p.at.excerpt for p in hidden.problems] == [None, None]
    assert [p.at.excerpt for p in shown.problems] == ["L2,x"]


def test_a_thousand_wrong_headers_take_no_time(folder):
    headers = ",".join(f"budgt{i}" for i in range(20_000))
    folder.put("a.csv", f"id,{headers}\nL1{',1' * 20_000}\n")
    shown = folder.faults("a.csv")
    assert len(shown) == 21
    assert shown[-1].startswith("file-more-problems and 19,980 more problems")


# --- faults of a file ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "problems"),
    [
        (
            "a.yaml",
            "- {id: L1, bugdet: 5}\n- {id: L2, bugdet: 6}\n- {id: L3, orders: [{amuont: 5}]}\n",
            [
                'a.yaml:1:20: lead-unknown-field there is no field "bugdet" (2 times) | did you m',
                'a.yaml:3:30: lead-unknown-field there is no column of orders "amuont" | did you',
            ],
        ),
        ("a.yaml", "", ["a.yaml:1:1: file-shape leads are a list, and this is empty"]),
        ("a.yaml", "hello", ["a.yaml:1:1: file-shape leads are a list, and this is a text"]),
        ("a.yaml", "lead: []", ["a.yaml:1:1: file-shape there are no leads in this file"]),
        ("a.yaml", "leads: []\nx: 1", ['a.yaml:2:1: file-shape "x" means nothing here']),
        ("a.yaml", "- 5\n- []", ["a.yaml:1:3: file-shape a lead is", "a.yaml:2:3: file-shape a l"]),
        ("a.yaml", "- id: 1\n  id: 2", ["a.yaml:2:3: yaml-duplicate-key"]),
        (
            "a.yaml",
            "- id: L1\n- id: L2\n- id: ' L1'\n",
            ['a.yaml:3:7: lead-same-id the id "L1" is given twice: first at a.yaml:1:7'],
        ),
        ("a.json", " \n", ["a.json: json-syntax this file is empty"]),
        ("a.json", "[1]", ["a.json:1:2: file-shape a lead is a mapping, not a number"]),
        ("a.json", '[{"id": 1,}]', ["a.json:1:11: json-syntax a key is missing here | keys stand"]),
        ("a.json", '[{"id": 1}', ["a.json:1:11: json-syntax the JSON text breaks off: a comma"]),
        ("a.json", '[{"id": NaN}]', ['a.json:1:9: json-syntax "NaN" is not JSON | write null']),
        ("a.json", "[{'id': 1}]", ["a.json:1:3: json-syntax a key is missing here | keys stand"]),
        ("a.json", '[{"id": True}]', ['a.json:1:9: json-syntax "True" is not JSON | write true']),
        ("a.json", '[{"id": "a\n"}]', ["a.json:1:11: json-syntax invalid control character"]),
        (
            "a.json",
            '[{"id": 1,\n "id": 2}]',
            ['a.json:2:2: json-duplicate-key the key "id" stands here twice: also at a.json:1:3'],
        ),
        ("a.json", "[" * 100_000, ["a.json:1:51: json-depth this is nested more than 50 levels"]),
        (
            "a.jsonl",
            '{"id": 1}\n{"id": }\n[]\n',
            ['a.jsonl:2:8: json-syntax "" is not JSON', "a.jsonl:3:1: file-shape a lead is a mapp"],
        ),
        ("a.jsonl", "\n", ["a.jsonl: file-shape there is no lead in this file"]),
        ("a.csv", "", ["a.csv: csv-empty this file is empty"]),
        ("a.csv", "\n \n", ["a.csv: csv-empty this file is empty"]),
        (
            "a.csv",
            "id,bugdet,预算,budget,\nL1,1,2,3,4\n",
            [
                'a.csv:1:4: lead-unknown-field there is no field "bugdet" | did you mean "budget"?',
                'a.csv:1:14: csv-header "预算" and "budget" both mean budget',
                "a.csv:1:21: csv-header a column with cells has no header",
            ],
        ),
        (
            "a.csv",
            "id，budget\n1，5\n",
            ['a.csv:1:1: lead-unknown-field there is no field "id，budget"'],
        ),
        ("a.csv", 'id,name\nL1,"a\nL2,b\n', ["a.csv:2: csv-quote a quotation mark is opened"]),
        ("a.csv", 'id,name\nL0,\nL1,"a"b\n', ["a.csv:3: csv-quote something follows a closing"]),
        (
            "a.csv",
            "客户名称,预算\nx,5\ny,6\n",
            [
                "a.csv:1: lead-required no column of this file holds id | add a column "
                '"客户编号" with another value in every row'
            ],
        ),
        (
            "a.csv",
            "id,remark\n1,x\n",
            [
                'a.csv:1:4: lead-unknown-field there is no field "remark" | declare it under '
                "`fields:` in a pack, or leave it out: begin its header with #"
            ],
        ),
        ("a.csv", "id,id\nL1,L2\n", ['a.csv:1:4: csv-header "id" and "id" both mean id']),
        ("a.csv", "id\nL1\nL1\n", ['a.csv:3:1: lead-same-id the id "L1" is given twice: first at']),
        ("a.xlsx", b"PK\x03\x04", ["a.xlsx: xlsx-damaged this workbook is damaged"]),
        ("a.csv", b"\xff\xfe\x00", ["a.csv"]),
        ("orders.csv", "id,amount\n1,2\n", ["orders.csv: file-no-leads this file holds orders"]),
    ],
)
def test_faults_of_a_file(folder, name, content, problems):
    folder.put(name, content)
    shown = folder.faults(name)
    assert len(shown) == len(problems), shown
    for got, wanted in zip(shown, problems, strict=True):
        assert got.startswith(wanted)


@pytest.mark.parametrize(
    ("orders", "problems"),
    [
        ("amount\n5\n", ["orders.csv:1: csv-join no column of this file says which lead a row of"]),
        ("id,amount\nL9,5\n", ['orders.csv:2:1: csv-join there is no lead "L9"']),
        ("id,amount\n,5\n", ["orders.csv:2:1: csv-join this row names no lead"]),
        ("id,amuont\nL1,5\n", ["orders.csv:1:4: lead-unknown-field there is no column of orders"]),
        ("id,amount\nL1,5,6\n", ["orders.csv:2:6: csv-row-length this row has 3 cells"]),
        ("", ["orders.csv: csv-empty this file is empty"]),
    ],
)
def test_faults_of_a_table_of_its_own(folder, orders, problems):
    folder.put("leads.csv", "id,name\nL1,x\n")
    folder.put("orders.csv", orders)
    shown = folder.faults("leads.csv", "orders.csv")
    assert len(shown) == len(problems), shown
    for got, wanted in zip(shown, problems, strict=True):
        assert got.startswith(wanted)


def test_a_row_of_a_lead_that_is_set_aside_has_a_lead(folder):
    folder.put("leads.csv", "id,budget\nL1,x\nL2,5\n")
    folder.put("leads.orders.csv", "lead,amount\nL1,5\nL2,y\n")
    first, second = folder.read("leads.csv").set_aside
    assert (first.id, second.id) == ("L1", "L2")
    assert folder.shown(second.problems)[0].startswith(
        "leads.orders.csv:3:4: value-number orders.a"
    )


def test_a_table_given_twice(folder):
    folder.put("leads.yaml", "- {id: L1, orders: [{amount: 5}]}\n- {id: L2, orders: 无}\n")
    folder.put("orders.csv", "id,amount\nL1,5\n")
    (problem,) = folder.faults("leads.yaml", "orders.csv")
    assert problem.startswith("leads.yaml:1:20: csv-join orders is given here and in")


def test_a_neighbour_that_is_no_table_is_mentioned(folder):
    folder.put("leads.csv", "id\nL1\n")
    folder.put("leads.oders.csv", "id,amount\nL1,5\n")
    found = folder.read("leads.csv")
    assert found.leads[0].values["orders"] is None
    assert 'leads.oders.csv is not read: "oders" is no table' in found.notes[0]


def test_the_same_id_in_two_files(folder):
    folder.put("a.csv", "id\nL1\n")
    folder.put("b.yaml", "- id: L1\n")
    (problem,) = folder.faults("a.csv", "b.yaml")
    assert problem.startswith('b.yaml:1:7: lead-same-id the id "L1" is given twice: first at a.csv')


def test_problems_of_several_files_come_at_once(folder):
    folder.put("a.csv", "id,x\nL1,\n")
    folder.put("b.json", "[")
    codes = [problem.split()[1] for problem in folder.faults("a.csv", "b.json", "no.csv", "a.csv")]
    assert codes == ["file-twice", "lead-unknown-field", "json-syntax", "file-missing"]


def test_only_twenty_problems_are_told(folder):
    folder.put("a.csv", "id\n" + "L1\n" * 60)
    shown = folder.faults("a.csv")
    assert len(shown) == 21
    assert shown[-1].startswith("file-more-problems and 39 more problems")


# --- standard input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("- id: L1\n", "yaml"),
        ("# 客户\n- id: L1\n", "yaml"),
        ("leads:\n  - id: L1\n", "yaml"),
        ("---\n- id: L1\n", "yaml"),
        ("[{id: L1}]", "yaml"),
        ("", "yaml"),
        ('[{"id": "L1"}]', "json"),
        ('{\n "leads": []}', "json"),
        ('{"id": "L1"}\n{"id": "L2"}\n', "jsonl"),
        ('{"id": "L1"}\n', "jsonl"),
        ("id,name\nL1,x\n", "csv"),
        ("客户编号;客户名称\n", "csv"),
        ("#备注,id\nx,L1\n", "csv"),
        ("id\nL1\n", "csv"),
    ],
)
def test_the_format_of_standard_input(text, format):
    assert format_of(text) == format


@pytest.mark.parametrize("text", [YAML, json.dumps(JSON), CSV])
def test_standard_input(model, text):
    for stdin in (io.StringIO(text), io.TextIOWrapper(io.BytesIO(text.encode("utf-8-sig")))):
        found = read_leads(["-"], model, stdin=stdin)
        assert [lead.id for lead in found.leads][1] == "L2"


def test_standard_input_in_gb18030(model):
    stdin = io.TextIOWrapper(io.BytesIO(CSV.encode("gb18030")))
    found = read_leads(["-"], model, stdin=stdin)
    assert found.leads[0].values["name"] == "某市税务局"
    assert "GB18030" in found.notes[0]


def test_no_standard_input(model):
    with pytest.raises(GroupbuyError, match="file-no-stdin"):
        read_leads(["-"], model)


# --- one record, and anything at all ------------------------------------------------------------


def test_one_record(model):
    place = Source("a record", "").at(1)
    found = read_record(model, {"id": "L1", "预算": 5}, lambda *_: place)
    assert isinstance(found, Lead)
    assert found.values["budget"] == 5.0
    found = read_record(model, {"id": "L1", "bugdet": 5, "headcount": "x"}, lambda *_: place)
    assert isinstance(found, SetAside)
    assert [p.code for p in found.problems] == ["lead-unknown-field", "value-number"]


WORDS = [
    "id",
    "L1",
    "budget",
    "orders",
    "预算",
    "无",
    "leads",
    "sep=",
    "1",
    ",",
    ";",
    ":",
    '"',
    "{",
    "}",
    "[",
    "]",
    "#",
    "\\",
]
SPACES = [" ", "- ", "\t", "\n", "\r", "\0", "\ufeff", "\ud800"]
PIECES = st.lists(st.sampled_from([*WORDS, *SPACES]), max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["yaml", "json", "jsonl", "csv"]), PIECES | st.text())
def test_nothing_but_problems_is_ever_raised(tmp_path_factory, format, text):
    path = tmp_path_factory.getbasetemp() / f"anything.{format}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read_or_refuse([path], None)
    read_or_refuse(["-"], io.StringIO(text))


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_bytes_that_are_no_text(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "anything.csv"
    path.write_bytes(content)
    read_or_refuse([path], None)


def read_or_refuse(paths, stdin) -> None:
    """Read; whatever is told about it can be printed."""
    problems: list[Problem] = []
    model = load_model(read_yaml(Source("lead.yaml", MODEL)))
    try:
        found = read_leads(paths, model, stdin=stdin)
    except GroupbuyError as error:
        found = LeadFile()
        problems += error.problems
    for aside in found.set_aside:
        problems += aside.problems
    for lead in found.leads:
        assert str(lead.place("budget"))
        assert str(lead.place("orders", 0, "amount"))
    for problem in problems:
        assert str(problem).encode()
