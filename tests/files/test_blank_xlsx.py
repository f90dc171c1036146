"""The blank workbook: what it holds, and that what is filled in is read back without loss."""

import re
import sys
import unicodedata
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_world import MODEL_READ, Folder, filled, known, unpacked

from groupbuy.errors import GroupbuyError, Source
from groupbuy.files.blank_xlsx import blank_xlsx
from groupbuy.files.leads import read_leads
from groupbuy.model.entries import Field
from groupbuy.model.model import LeadModel, load_model
from groupbuy.source.yaml import read_yaml
from groupbuy.tree.types import Kind

DATA = Path(__file__).parent / "data"
SHIPPED = Path(__file__).parents[2] / "rules" / "lead.yaml"


def model_of(text: str) -> LeadModel:
    return load_model(read_yaml(Source("lead.yaml", text)))


def text_of(content: bytes) -> str:
    """Every text of a workbook, and what its sheets say."""
    return "".join(part.decode() for name, part in unpacked(content).items() if name.endswith("l"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_shipped_model(tmp_path, lang):
    model = model_of(SHIPPED.read_text(encoding="utf-8"))
    content = blank_xlsx(model, lang)
    assert content == blank_xlsx(model, lang)
    (tmp_path / "leads.xlsx").write_bytes(content)
    found = read_leads([tmp_path / "leads.xlsx"], model)
    assert (found.leads, found.set_aside) == ([], [])
    (note,) = found.notes
    assert ("订单" if lang == "zh" else "Orders") in note


def test_what_it_holds():
    parts = unpacked(blank_xlsx(MODEL_READ, "zh"))
    titles = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"].decode())
    assert titles == ["客户", "orders", "contacts", "字段说明", "_lists"]
    texts = re.findall(r"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"].decode(), re.S)
    assert {"客户编号", "办公类", "福利性", "是", "否", "金额，如 125000 或 12.5万", "必填"} <= set(
        texts
    )
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    assert 'state="frozen"' in sheet
    kinds = re.findall(r'<dataValidation type="(\w+)"', sheet)
    assert kinds == ["list", "decimal", "whole", "decimal", "list", "date", "list"]
    assert "<f>" not in sheet
    notes = "".join(parts[name].decode() for name in parts if "comments1" in name)
    assert all(word in notes for word in ("必填", "人", "空着就是还不知道", "选一个", "≥ 1"))
    styles = parts["xl/styles.xml"].decode()
    for code in ("yyyy-mm-dd", "0.00%", "#,##0.00", "@"):
        number = {"0.00%": 10, "#,##0.00": 4, "@": 49}.get(code)
        assert f'formatCode="{code}"' in styles or f'numFmtId="{number}"' in styles


def test_only_some_fields():
    content = blank_xlsx(MODEL_READ, "zh", ["预算", "订单"])
    book = unpacked(content)["xl/workbook.xml"].decode()
    assert re.findall(r'<sheet name="([^"]*)"', book) == ["客户", "orders", "字段说明", "_lists"]
    with pytest.raises(GroupbuyError, match='there is no field "bugdet"'):
        blank_xlsx(MODEL_READ, "zh", ["bugdet"])


STRANGE = """\
groupbuy: 1
fields:
  id:     {type: text, required: true, title: {zh: =HYPERLINK("http://x.example")}}
  hash:   {type: text, title: {zh: "#备注"}}
  sums:   {type: choice, of: {a: {zh: "=1+1"}, b: {zh: "@b"}, c: {zh: "1-2"}}}
  many:   {type: choices, of: {a: {zh: 甲、乙}, b: {zh: 丙}}}
  lines:  {type: text, title: {zh: "a b"}, ask: {zh: "+1?"}}
  leads:  {type: table, title: {zh: 客户}, fields: {x: {type: text}, lead: {type: text, title: {zh: 客户编号}}}}
  long:   {type: table, title: {zh: "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五"}, fields: {x: {type: text}}}
  signs:  {type: table, title: {zh: "a/b:c?"}, fields: {x: {type: text}}}
"""  # noqa: E501 - one field a line


def test_titles_that_excel_or_the_reader_would_take_for_something_else(tmp_path):
    model = model_of(STRANGE)
    content = blank_xlsx(model, "zh")
    parts = unpacked(content)
    titles = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"].decode())
    assert titles[0:4] == [
        "线索",
        "leads",
        "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一",
        "signs",
    ]
    assert not any("<f>" in part.decode() for name, part in parts.items() if "sheets/sheet" in name)
    title = '=HYPERLINK("http://x.example")'
    leads = {
        title.replace('"', "&quot;"): "L1",
        title: "L1",
        "hash": "=1+1",
        "sums": "=1+1",
        "many": "a、丙",
    }
    tables = {titles[1]: [{title: "L1", "x": "+1"}], titles[2]: [{title: "L1", "x": "@SUM(1)"}]}
    (tmp_path / "book.xlsx").write_bytes(filled(content, {titles[0]: [leads], **tables}))
    found = read_leads([tmp_path / "book.xlsx"], model)
    (lead,) = found.leads
    assert known(lead) == {
        "id": "L1",
        "hash": "=1+1",
        "sums": "a",
        "many": ("a", "b"),
        "leads": [{"x": "+1", "lead": None}],
        "long": [{"x": "@SUM(1)"}],
    }


def test_a_blank_workbook_that_libreoffice_opened_and_saved_again():
    """See data/README.md; it kept the notes, the lists and the formats of the columns."""
    (lead,) = Folder(DATA).read("blank-filled.xlsx").leads
    assert known(lead) == {
        "id": "007",
        "kind": "welfare",
        "budget": 57_600.0,
        "share": 0.95,
        "tender": True,
        "phone": date(2026, 1, 20).toordinal(),
        "orders": [{"date": date(2026, 1, 20).toordinal(), "amount": 5.0, "status": "won"}],
    }
    parts = unpacked((DATA / "blank-filled.xlsx").read_bytes())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    assert sheet.count("<dataValidation ") == 7
    assert any("comments" in name for name in parts)


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(GroupbuyError) as caught:
        blank_xlsx(MODEL_READ, "zh")
    (problem,) = caught.value.problems
    assert (problem.code, problem.hint) == ("extra-missing", "pip install 'groupbuy[xlsx]'")


# --- without loss -------------------------------------------------------------------------------

# What can't stand in a text is refused by the reader; it cuts off outer spaces, and composes.
TEXTS = (
    st.text(
        st.characters(exclude_categories=("C", "Z"), include_characters=" \n"),
        min_size=1,
        max_size=12,
    )
    .map(partial(unicodedata.normalize, "NFC"))
    .filter(lambda text: text == text.strip() and "_x" not in text)
)
DAYS = st.dates(date(1900, 3, 1), date(2999, 12, 31))
AMOUNTS = st.integers(0, 10**15 - 1) | st.floats(0, 1e9).map(lambda x: float(f"{x:.15g}"))
BLANK_XLSX = {lang: blank_xlsx(MODEL_READ, lang) for lang in ("en", "zh")}


def values_of(field: Field) -> st.SearchStrategy[object]:
    """Values of a field, as the model has them."""
    match field.type.kind:
        case Kind.TEXT:
            return TEXTS
        case Kind.CHOICE:
            return st.sampled_from(field.type.values)
        case Kind.CHOICES:
            words = st.sets(st.sampled_from(field.type.values), min_size=1)
            return words.map(lambda some: tuple(w for w in field.type.values if w in some))
        case Kind.FLAG:
            return st.booleans()
        case Kind.DATE:
            return DAYS.map(date.toordinal)
    if field.type.form == "percent":
        return st.integers(0, 10**6).map(lambda n: n / 10**6)
    return AMOUNTS.map(float) if field.type.form == "money" else st.integers(1, 5).map(float)


def typed(field: Field, value: object, lang: str) -> object:
    """What somebody would type into the cell of a field for a value."""
    match field.type.kind:
        case Kind.CHOICE:
            title = field.value_titles.get(str(value))
            return title.get(lang) if title else value
        case Kind.CHOICES:
            return "、".join(value)  # type: ignore[arg-type]
        case Kind.FLAG:
            return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][bool(value)]
        case Kind.DATE:
            return date.fromordinal(value)  # type: ignore[arg-type]
    return value


FIELDS = st.fixed_dictionaries(
    {}, optional={f.name: values_of(f) for f in MODEL_READ.fields.values() if f.name != "id"}
)
ROWS = st.fixed_dictionaries(
    {"amount": AMOUNTS.map(float)},
    optional={"date": DAYS.map(date.toordinal), "status": st.sampled_from(["won", "paid"])},
)
LEADS = st.lists(st.tuples(TEXTS, FIELDS, st.lists(ROWS, max_size=2)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(LEADS, st.sampled_from(["en", "zh"]))
def test_what_is_filled_in_is_read_back(tmp_path_factory, leads, lang):
    leads = list({id: (id, *rest) for id, *rest in leads}.values())
    orders = MODEL_READ.tables["orders"].fields
    id_title = MODEL_READ.fields["id"].title.get(lang)
    rows, lines = [], []
    for id, values, table in leads:
        row: dict[str, object] = {id_title: id}
        for name, value in values.items():
            field = MODEL_READ.fields[name]
            row[field.title.get(lang)] = typed(field, value, lang)
        rows.append(row)
        for order in table:
            cells = {n: typed(orders[n], value, lang) for n, value in order.items()}
            lines.append({id_title: id, **cells})
    content = filled(BLANK_XLSX[lang], {"Leads": rows, "客户": rows, "orders": lines})
    path = tmp_path_factory.getbasetemp() / "filled.xlsx"
    path.write_bytes(content)
    found = read_leads([path], MODEL_READ)
    assert found.set_aside == []
    assert [lead.id for lead in found.leads] == [id for id, *_ in leads]
    for lead, (_, values, table) in zip(found.leads, leads, strict=True):
        wanted = {"tender": False, **values}
        assert {k: v for k, v in known(lead).items() if k not in ("id", "orders")} == wanted
        filled_in = [{"date": None, "status": "won", **order} for order in table]
        assert (lead.values["orders"] or []) == filled_in
        assert (lead.values["orders"] is None) == (not lines)
