"""`groupbuy blank`: what it writes is read back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from command_line import ROOT, Call

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.files.blank import blank_csv, blank_yaml
from groupbuy.files.leads import read_leads
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import Source, read_yaml

SHIPPED = ROOT / "rules"
TABLE_LINE = re.compile(r"^  # (?=\w+:$|    # |  [- ] \w+:$)")


@pytest.fixture(scope="module")
def model() -> LeadModel:
    return Workspace(SHIPPED, Options(739577)).model


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_csv_is_read_back(call: Call, model: LeadModel, tmp_path: Path, lang: str) -> None:
    target = tmp_path / "leads.csv"
    ran = call("blank", "csv", "--rules", SHIPPED, "--lang", lang, "-o", target)
    assert (ran.code, ran.out) == (0, "")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    header = next(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert len(header) == len(model.fields)
    titles = {field.title.get(lang): name for name, field in model.fields.items()}
    given = {"id": "L9", "name": "云杉", "budget": "12.5万", "customer_type": "福利"}
    cells = [given.get(titles[title], "") for title in header]
    target.write_text(
        target.read_text(encoding="utf-8") + ",".join(cells) + "\r\n", encoding="utf-8"
    )
    (lead,) = read_leads([target], model).leads
    assert lead.values["budget"] == 125000
    assert lead.values["customer_type"] == "welfare"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_yaml_is_read_back_as_it_is(model: LeadModel, tmp_path: Path, lang: str) -> None:
    target = tmp_path / "leads.yaml"
    target.write_text(blank_yaml(model, lang), encoding="utf-8")
    read = read_leads([target], model)
    assert read.set_aside == []
    (lead,) = read.leads
    known = {name for name, value in lead.values.items() if value is not None} - lead.assumed
    assert known == {"id"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_yaml_is_read_back_filled_in(model: LeadModel, tmp_path: Path, lang: str) -> None:
    filled = {"budget:": "12.5万", "purposes:": "[staff]", "tender:": "true", "unit_price:": "4",
              "needed_by:": "2026-12-01", "date:": "2026-01-31", "- what:": "进口主轴",
              "must:": "true"}  # fmt: skip
    lines = []
    for line in blank_yaml(model, lang).splitlines():
        # Tables are commented out: whoever needs one takes away the first # of each line.
        row = TABLE_LINE.sub("  ", line)
        value = filled.get(row.strip())
        lines.append(f"{row} {value}" if value else row)
    target = tmp_path / "leads.yaml"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = read_leads([target], model)
    assert [str(problem) for aside in read.set_aside for problem in aside.problems] == []
    (lead,) = read.leads
    assert lead.values["budget"] == 125000
    assert lead.values["purposes"] == ("staff",)
    orders = lead.values["orders"]
    assert isinstance(orders, list)
    assert orders[0]["unit_price"] == 4
    assert all(isinstance(lead.values[name], list) for name in model.tables)


def test_every_field_is_explained(model: LeadModel) -> None:
    text = blank_yaml(model, "zh")
    for field in model.fields.values():
        assert field.title.get("zh") in text
        for word in field.type.values:
            assert word in text
    flat = " ".join(text.replace("#", " ").split())
    assert "贵单位是什么性质？" in flat
    assert "  # orders:\n" in text


def test_fields_are_chosen_by_any_name(call: Call) -> None:
    ran = call("blank", "csv", "--fields", "预算，name,headcount", "--rules", SHIPPED)
    assert ran.out == "\ufeffLead,Budget,Name,Employees\r\n"
    ran = call("blank", "yaml", "--fields", "订单", "--rules", SHIPPED, "--lang", "zh")
    keys = [line for line in ran.out.splitlines() if not line.strip().startswith("#")]
    assert keys == ["", "- id: L001"]
    assert "  # orders:" in ran.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["csv", "--fields", "bugdet"], 'did you mean "budget"?'),
        (["csv", "--fields", "orders"], "leads.orders.csv"),
        (["csv", "--fields", ","], "--fields names nothing"),
        (["docx"], "'csv', 'yaml'"),
        (["csv", "-o", "no/such/folder.csv"], "there is no folder no/such"),
    ],
)
def test_wrong_input_is_said(call: Call, args: list[str], said: str) -> None:
    ran = call("blank", *args, "--rules", SHIPPED)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_filled_file_is_not_overwritten(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "leads.csv"
    target.write_text("precious", encoding="utf-8")
    ran = call("blank", "csv", "-o", target, "--rules", SHIPPED)
    assert ran.code == 2
    assert "is there already" in ran.err
    assert target.read_text(encoding="utf-8") == "precious"


AWKWARD = """\
groupbuy: 1
fields:
  id: {type: text, required: true}
  a: {type: text, title: "=cmd()"}
  b: {type: text, title: "x, y; \\"z\\""}
  c: {type: text, title: "#off"}
  d: {type: text, title: "two\\nlines"}
  e: {type: choice, of: {"1": {en: "a: b # c"}, k: ~}, ask: "really?\\n- no: {x}"}
  f: {type: percent, unit: "%", min: 0, max: 2, default: 1}
"""


def test_awkward_titles_are_harmless(tmp_path: Path) -> None:
    model = load_model(read_yaml(Source("lead.yaml", AWKWARD)))
    text = blank_csv(model, "en")
    (header,) = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert header == ["id", "a", 'x, y; "z"', "c", "d", "e", "f"]
    (tmp_path / "leads.csv").write_text(text + "L1,1,2,3,4,k,5%\n", encoding="utf-8")
    (tmp_path / "leads.yaml").write_text(blank_yaml(model, "en"), encoding="utf-8")
    (lead,) = read_leads([tmp_path / "leads.csv"], model).leads
    assert lead.values["c"] == "3"
    (lead,) = read_leads([tmp_path / "leads.yaml"], model).leads
    assert lead.values["e"] is None
