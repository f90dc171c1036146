"""Files as frames hold what the reader of single leads reads, and refuse what it refuses."""

from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError
from groupbuy.files.columns.read_whole import frames_of
from groupbuy.files.columns.scan import open_frames
from groupbuy.files.leads import read_leads
from groupbuy.model.model import LeadModel

MODEL = """
groupbuy: 1
fields:
  id: {type: text, required: true, title: {zh: 客户编号}}
  name: {type: text, title: {zh: 客户}}
  budget: {type: money, title: {zh: 预算}}
  share: {type: percent}
  people: {type: integer, min: 1, max: 5000, unit: {en: people, zh: 人}}
  quiet: {type: flag, default: false, title: {zh: 勿扰}}
  due: {type: date, title: {zh: 日期}}
  kind: {type: choice, of: {office: {zh: 办公类}, gift: {zh: 礼品类, aliases: [礼品]}}, title: {zh: 类型}}
  causes: {type: choices, of: {price: {zh: 价格}, taste: {zh: 口味}}}
  phone: {type: text, pii: true}
  orders: {type: table, order: on, title: {zh: 订单}, fields: {on: {type: date}, amount: {type: money}, what: {type: text}}}
"""  # noqa: E501

HEAD = "客户编号,客户,预算,share,people,勿扰,日期,类型,causes,phone"
ROWS = """\
L1,"华东, 一号",12.5万,95%,120人,是,2026-01-20,办公类,价格、口味,138
L2,Cafe\u0301,"¥1,234.50",0.5,1,,2026/1/5,gift,无,
 L3 ,  ,,0,5000,no,2026年1月20日,礼品,price,1
L4,=1+1,１２０,1,,false,20260120,,,
L5,"two
lines",-3.25,,7,×,,Office,taste;price,
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LeadModel:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "lead.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "p.yaml").write_text("groupbuy: 1\npack: p\n", encoding="utf-8")
    text = "groupbuy: 1\nmodel: lead.yaml\nlayers: [p.yaml]\nrank_by: []\ncolumns: []\n"
    (folder / "groupbuy.yaml").write_text(text, encoding="utf-8")
    return Workspace(folder, Options(as_of=739_000)).model


def frames(path: Path, model: LeadModel) -> tuple[dict[str, pl.DataFrame], list[Any]]:
    with open_frames([path], model, {*model.fields, *model.tables}) as opened:
        found = {"": nw.to_native(opened.source.leads).collect()}
        for name, table in opened.source.tables.items():
            found[name] = nw.to_native(table).collect()
        return found, opened.set_aside


def same_as_rows(path: Path, model: LeadModel, rows: Path | None = None) -> list[Any]:
    """Compare what frames and rows make of a file; returns the leads set aside."""
    found, aside = frames(path, model)
    leads = read_leads([rows or path], model)
    wanted, tables = frames_of(leads.leads, model)
    assert_frame_equal(found[""].drop("_order"), wanted, check_column_order=False)
    for name, table in tables.items():
        mine = found[name].sort("_row").drop("_row")
        assert_frame_equal(mine, table.drop("_row"), check_column_order=False)
    problems = [(lead.id, [p.code for p in lead.problems]) for lead in leads.set_aside]
    assert [(lead.id, [p.code for p in lead.problems]) for lead in aside] == problems
    return aside


def test_csv_is_read_as_rows_read_it(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"\ufeff{HEAD}\n{ROWS}", encoding="utf-8")
    assert same_as_rows(path, model) == []


def test_csv_of_a_chinese_excel(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(f"{HEAD}\r\n{ROWS}".replace("e\u0301", "e").encode("gb18030"))
    same_as_rows(path, model)


def test_headers_with_units(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id,预算（万元）\nL1,3\nL2,\nL3,2.5\n", encoding="utf-8")
    same_as_rows(path, model)


def test_what_cannot_be_read_is_set_aside(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "leads.csv"
    text = "id,预算,share,people,日期,类型\nL1,much,,,,\nL2,1,95,,,\nL3,,,0,,\nL4,,,,2026-02-30,\n"
    path.write_text(f"{text}L5,,,,,offce\n,1,,,,\nL7,5,,,,\nL8,1e15,,,,\n", encoding="utf-8")
    assert len(same_as_rows(path, model)) == 6


def test_tables_beside(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id,name\nL1,a\nL2,b\n", encoding="utf-8")
    orders = tmp_path / "leads.orders.csv"
    orders.write_text("客户编号,on,amount,what\nL2,2026-01-02,1万,茶\nL2,,5,\n", encoding="utf-8")
    same_as_rows(path, model)
    orders.write_text("客户编号,on,amount\nL9,2026-01-02,1\n", encoding="utf-8")
    for read in (lambda: frames(path, model), lambda: read_leads([path], model)):
        with pytest.raises(GroupbuyError) as caught:
            read()
        assert [p.code for p in caught.value.problems] == ["csv-join"]


def test_parquet_with_typed_columns_and_tables_inside(tmp_path: Path, model: LeadModel) -> None:
    rows = [
        {"id": "L1", "budget": 5, "share": 0.5, "due": "2026-01-20", "quiet": True,
         "causes": ["price"], "orders": [{"on": "2026-01-02", "amount": 3.5, "what": "茶"}]},
        {"id": "L2", "budget": None, "kind": "礼品", "causes": [], "orders": []},
        {"id": "L3", "budget": 7, "orders": None},
    ]  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("due").str.to_date(),
        pl.col("orders").list.eval(
            pl.struct(
                pl.element().struct.field("on").str.to_date(),
                pl.element().struct.field("amount"),
                pl.element().struct.field("what"),
            )
        ),
    )
    path = tmp_path / "leads.parquet"
    frame.write_parquet(path)
    import json

    as_json = tmp_path / "leads.json"
    as_json.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    same_as_rows(path, model, as_json)


def test_numbers_that_are_none_are_blank(tmp_path: Path, model: LeadModel) -> None:
    path = tmp_path / "leads.parquet"
    pl.DataFrame({"id": ["a", "b"], "budget": [float("nan"), float("inf")]}).write_parquet(path)
    found, _ = frames(path, model)
    assert found[""]["f_budget"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id,bugdet\nL1,1\n", "lead-unknown-field"),
        ("id,budget,预算\nL1,1,2\n", "lead-same-field-twice"),
        ("name\na\n", "lead-required"),
        ("id,budget\nL1\n", "csv-row-length"),
        ("id,budget\nL1,2,3\n", "csv-row-length"),
        ("id\nL1\nL1\n", "lead-same-id"),
        ("", "file-shape"),
        ("id,id\n1,2\n", "csv-header"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, model: LeadModel, text: str, code: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GroupbuyError) as caught:
        frames(path, model)
    assert [p.code for p in caught.value.problems] == [code]


@pytest.mark.parametrize("name", ["missing.parquet", "not.parquet", "not.arrow"])
def test_no_such_file_and_no_such_format(tmp_path: Path, model: LeadModel, name: str) -> None:
    path = tmp_path / name
    if name.startswith("not"):
        path.write_text("id\nL1\n", encoding="utf-8")
    with pytest.raises(GroupbuyError) as caught:
        frames(path, model)
    assert caught.value.problems[0].code in ("file-missing", "file-format")
