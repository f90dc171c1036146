"""`groupbuy propose` as its user runs it: a folder of documents, or the reason why not."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from groupbuy_proposals.catalogue import EXAMPLE
from groupbuy_proposals.output import Names
from groupbuy_proposals.prices import price

LEADS = Path(__file__).parent.parent / "examples" / "leads.yaml"
AS_OF = "2026-11-22"


@pytest.fixture
def propose(command, rules, tmp_path):
    """Runs propose on leads, with the example catalogue."""

    def run(leads, *args, lang="zh"):
        path = leads
        if not isinstance(leads, Path):
            path = tmp_path / "leads.yaml"
            path.write_text(yaml.safe_dump(leads, allow_unicode=True), "utf-8")
        common = ("--rules", rules, "--as-of", AS_OF, "--lang", lang)
        return command(
            "propose", path, "-o", tmp_path / "out", "--catalogue", EXAMPLE, *common, *args
        )

    return run


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture(scope="module")
def shown(command, rules, tmp_path_factory):
    """What `propose` does with the example leads, and the folder."""
    pytest.importorskip("highspy")
    folder = tmp_path_factory.mktemp("shown") / "out"
    goods = ("--rules", rules, "--catalogue", EXAMPLE)
    return command("propose", LEADS, "-o", folder, *goods, "--as-of", AS_OF, "--lang", "zh"), folder


def outcomes(out):
    lines = (out / "proposals.jsonl").read_text("utf-8").splitlines()
    return {each["id"]: each for each in map(json.loads, lines)}


def welfare(**more):
    lead = {
        "id": "L1",
        "name": "江澜",
        "customer_type": "welfare",
        "org_kind": "private",
        "occasion": "spring_festival",
        "recipients": 210,
        "budget_per_head": 300,
        "needed_by": "2027-01-20",
    }
    return {**lead, **more}


def test_each_lead_has_a_proposal_or_a_reason(shown):
    ran, out = shown
    assert ran.code == 0, ran.err
    found = outcomes(out)
    assert {id: each["status"] for id, each in found.items()} == {
        "W01": "proposed",
        "W02": "proposed",
        "W03": "infeasible",
        "O01": "proposed",
        "O02": "unmet",
        "G01": "proposed",
        "S01": "stop",
    }
    assert "人均预算提到" in found["W03"]["reasons"][0]
    assert found["O02"]["reasons"] == ["客户要“挖掘机”，目录里没有，不出方案"]
    assert "拒绝" in found["S01"]["reasons"][0]
    for each in found.values():
        files = {Path(name).suffixes[-1] for name in each["files"]}
        assert (files >= {".md", ".html"}) is (each["status"] == "proposed")
        assert all((out / name).is_file() for name in each["files"])
    assert "W03  配不出来" in ran.out
    summary = (out / "summary.csv").read_bytes()
    assert summary.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(summary.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == list(found)


def test_every_price_on_a_document_is_the_computed_one(propose, out, example):
    propose([welfare(), welfare(id="L2", recipients=123, budget_per_head=455.55)])
    for id, each in outcomes(out).items():
        page = (out / f"{id}.md").read_text("utf-8")
        assert each["packages"]
        expected = []
        for package in each["packages"]:
            total = Decimal(0)
            for line in package["lines"]:
                item = example.items[line["sku"]]
                amount = price(item, line["quantity"])
                assert amount == Decimal(line["amount"])
                assert line["quantity"] % item.order_multiple == 0
                assert line["quantity"] >= item.moq
                row = next(r for r in page.splitlines() if f"| {item.name['zh']} |" in r
                           and f"¥{amount:,.2f}" in r)  # fmt: skip
                assert f"| {line['quantity']:,} |" in row
                total += amount
                expected.append(amount)
            assert total == Decimal(package["amount"])
            assert Decimal(package["net"]) + Decimal(package["vat"]) == total
            assert f"**¥{total:,.2f}**" in page
            budget = Decimal(str(455.55 if id == "L2" else 300)) * (123 if id == "L2" else 210)
            assert total <= budget * Decimal("1.15")
        shown = {Decimal(m.replace(",", "")) for m in re.findall(r"¥([0-9,]+\.[0-9]{2})", page)}
        assert set(expected) <= shown
        html = (out / f"{id}.html").read_text("utf-8")
        assert re.findall(r"¥[0-9,.]+[0-9]", page) == re.findall(r"¥[0-9,.]+[0-9]", html)


def test_what_was_issued_is_not_proposed_again(propose, out, example):
    history = [{"year": 2025, "item": "蒸汽挂烫机"}, {"year": 2020, "item": "电热护膝毯"}]
    propose([welfare(), welfare(id="L2", gift_history=history)])
    found = outcomes(out)

    def names(id):
        lines = [line for package in found[id]["packages"] for line in package["lines"]]
        return {example.items[line["sku"]].name["zh"] for line in lines}

    assert "电热护膝毯" in names("L1") & names("L2")  # six years ago counts no more
    assert not any("挂烫机" in name for name in names("L2"))
    internal = (out / "L2.internal.md").read_text("utf-8")
    assert "近年发过: 蒸汽挂烫机2000W（蒸汽挂烫机）" in internal


def test_a_date_that_cannot_be_kept_is_not_promised(propose, out, example):
    propose([welfare(needed_by="2026-12-02"), welfare(id="L2", needed_by=None, occasion=None)])
    found = outcomes(out)
    for package in found["L1"]["packages"]:
        days = [example.items[line["sku"]].lead_time_days for line in package["lines"]]
        assert max(days) <= 10
    assert "赶不上交货日期" in (out / "L1.internal.md").read_text("utf-8")
    assert "方案中不承诺到货日期" in (out / "L2.internal.md").read_text("utf-8")
    assert "不承诺" not in (out / "L2.md").read_text("utf-8")


def test_what_is_ours_to_know_is_not_on_the_document(shown):
    out = shown[1]
    internal = (out / "O01.internal.md").read_text("utf-8")
    assert "做不到、不承诺：当天上门维修" in internal
    assert "毛利" in internal
    for name in out.glob("*.md"):
        page = name.read_text("utf-8")
        if ".internal" not in name.name:
            for secret in ("毛利", "当天上门维修", "分，已证明", "可求助", "成本 "):
                assert secret not in page


def test_terms_of_gates_are_told_and_their_reasons_are_not(propose, out):
    propose([welfare(commission_to="entity")])
    page = (out / "L1.md").read_text("utf-8")
    assert "签居间合同、开发票、双方如实入账" in page
    assert "佣金只能明示支付" not in page


def test_welfare_sees_prices_with_vat_and_offices_net_and_vat(shown):
    out = shown[1]
    assert "含税金额" in (out / "W01.md").read_text("utf-8")
    office = (out / "O01.md").read_text("utf-8")
    assert "不含税金额" in office
    assert re.search(r"不含税 \*\*¥[0-9,.]+\*\*，增值税 ¥", office)
    assert "# Proposal for Harbour Supermarkets" in (out / "G01.md").read_text("utf-8")


def test_a_competitor_is_met_with_what_is_distinct(propose, out):
    rival = {"name": "甲平台", "brand": 4, "performance": 4, "quality": 4, "service": 3}
    propose([welfare(competitors=[rival])])
    assert "与甲平台相比：分点配送到部门" in (out / "L1.md").read_text("utf-8")


def test_only_what_may_be_quoted_of_a_case_is_quoted(propose, out):
    history = [{"year": 2020 + n, "item": f"x{n}"} for n in range(4)]
    propose([welfare(headcount=210, org_kind="public_institution", gift_history=history)])
    page = (out / "L1.md").read_text("utf-8")
    assert "某税务局为一百多名职工选择了蒸汽挂烫机" in page
    assert "给领导寄信" not in page
    assert "福利组周敏" in (out / "L1.internal.md").read_text("utf-8")


def test_the_same_files_every_time(propose, out):
    propose([welfare()])
    first = {each.name: each.read_bytes() for each in out.iterdir()}
    propose([welfare()])
    assert {each.name: each.read_bytes() for each in out.iterdir()} == first


# ── wrong input ──


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--template", "none.md"], "none.md: No such file"),
        (["--lead", "L9"], 'there is no lead "L9"'),
        pytest.param(
            ["--font", "none.ttf", "--also", "pdf"],
            "there is no font none.ttf",
            marks=pytest.mark.skipif(find_spec("typst") is None, reason="needs the extra pdf"),
        ),
        (["--set", "package_spare=banana"], "package_spare"),
    ],
)
def test_wrong_options_are_told_and_nothing_is_written(propose, out, args, says):
    ran = propose([welfare()], *args)
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert not out.exists() or not list(out.iterdir())


def test_leads_and_a_folder_are_needed(command):
    assert command("propose").code == 2
    assert "groupbuy propose LEADS -o DIR" in command("propose", "x.yaml").err


def test_without_a_catalogue_nothing_is_offered(command, rules, tmp_path):
    path = tmp_path / "leads.yaml"
    path.write_text("- {id: L1}\n")
    ran = command("propose", path, "-o", tmp_path / "out", "--rules", rules)
    assert ran.code == 2
    assert "groupbuy catalogue example" in ran.err


def test_rules_without_packages_are_told(command, tmp_path):
    path = tmp_path / "leads.yaml"
    path.write_text("- {id: L1}\n")
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "groupbuy.yaml").write_text(
        "groupbuy: 1\nlayers: [ours.yaml]\nplugins: [proposals]\n"
    )
    (folder / "ours.yaml").write_text("groupbuy: 1\npack: ours\nfacts: {x: 1}\n")
    ran = command("propose", path, "-o", tmp_path / "out", "--rules", folder)
    assert ran.code == 2
    assert "add proposals:packages to layers:" in ran.err


def test_rules_that_do_not_name_the_plugin_get_its_packs(command, tmp_path):
    path = tmp_path / "leads.yaml"
    path.write_text(yaml.safe_dump([welfare()], allow_unicode=True), "utf-8")
    args = ("--catalogue", EXAMPLE, "--as-of", AS_OF)
    ran = command("propose", path, "-o", tmp_path / "out", *args)
    assert (ran.code, outcomes(tmp_path / "out")["L1"]["status"]) == (0, "proposed")


def test_a_word_that_keeps_goods_away_must_mean_something(command, rules, tmp_path):
    goods = tmp_path / "goods.csv"
    goods.write_text("货号,品名,品类,单价,税率,不适用\nA1,茶,茶,20,13%,政府机关、政俯\n", "utf-8")
    path = tmp_path / "leads.yaml"
    path.write_text("- {id: L1}\n")
    ran = command("propose", path, "-o", tmp_path / "out", "--rules", rules, "--catalogue", goods)
    assert ran.code == 2
    assert "goods.csv:2" in ran.err
    assert '"政俯", which no lead is' in ran.err


@pytest.mark.parametrize(
    ("lead", "status", "reason"),
    [
        ({}, "none", "没有适用的套餐规则"),
        ({"customer_type": "welfare"}, "open", "缺："),
        ({"customer_type": "welfare", "recipients": 10, "budget_per_head": 0}, "open", "缺："),
        ({"customer_type": "office", "budget": 10000}, "open", "product_line"),
        ({"customer_type": "welfare", "do_not_call": True}, "stop", "勿扰"),
    ],
)
def test_what_is_not_known_is_said(propose, out, lead, status, reason):
    assert propose([{"id": "L1", **lead}]).code == 0
    found = outcomes(out)["L1"]
    assert found["status"] == status
    assert reason in "".join(found["reasons"])


# ── names ──


def test_hostile_ids_make_harmless_files(propose, out):
    ids = ["../../etc/passwd", "a/b\\c", "CON", "con", "..", "<b>", "江澜 1", "=1+1", "x" * 300]
    propose([welfare(id=id, name="=cmd|' /C calc'!A0") for id in ids])
    found = outcomes(out)
    assert len(found) == len(ids)
    names = [name for each in found.values() for name in each["files"]]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[\w.-]+", name)
        assert len(name.encode()) < 200
        assert (out / name).resolve().parent == out.resolve()
    rows = csv.reader(io.StringIO((out / "summary.csv").read_text("utf-8-sig")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_names_of_files():
    names = Names()
    assert [names.name(id) for id in ("L1", "l1", "aux", "AUX.txt", "", "Ａ１", "中文")] == [
        "L1", "l1_2", "_aux", "_AUX.txt", "lead", "A1", "中文",
    ]  # fmt: skip


# ── templates ──


def test_a_template_of_ones_own(command, propose, out, tmp_path):
    own = tmp_path / "own.md"
    assert command("propose", "--write-template", own, "--lang", "zh").code == 0
    own.write_text(own.read_text("utf-8").replace("采购方案", "尊享建议书"), "utf-8")
    assert propose([welfare()], "--template", own).code == 0
    assert "# 江澜 · 尊享建议书" in (out / "L1.md").read_text("utf-8")
    own.write_text("# {{custmer}}\n{{#lines}}\n", "utf-8")
    ran = propose([welfare()], "--template", own)
    assert ran.code == 2
    assert "own.md:1:3" in ran.err
    assert "customer" in ran.err  # what was meant


# ── other formats ──


def test_docx_and_xlsx_hold_the_same_numbers(propose, out):
    docx = pytest.importorskip("docx")
    pytest.importorskip("xlsxwriter")
    assert propose([welfare()], "--also", "docx", "--also", "xlsx").code == 0
    packages = outcomes(out)["L1"]["packages"]
    document = docx.Document(str(out / "L1.docx"))
    for table, package in zip(document.tables, packages, strict=True):
        cells = [row.cells[-1].text for row in table.rows[1:]]
        amounts = [*(line["amount"] for line in package["lines"]), package["amount"]]
        assert cells == [f"¥{Decimal(each):,.2f}" for each in amounts]
    from groupbuy_proposals.catalogue import catalogue_model  # a workbook is read as any other

    assert catalogue_model()
    import zipfile

    sheets = zipfile.ZipFile(out / "L1.xlsx")
    first = sheets.read("xl/worksheets/sheet1.xml").decode()
    for line in packages[0]["lines"]:
        assert f"<v>{Decimal(line['amount']).normalize():f}</v>" in first


def test_pdf_has_a_glyph_for_every_character(propose, out):
    pytest.importorskip("typst")
    pytest.importorskip("pylopdf_fonts_zh_cn")
    assert propose([welfare()], "--also", "pdf").code == 0
    data = (out / "L1.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    fonts = {name.split(b"+")[-1] for name in re.findall(rb"/BaseFont\s*/([A-Za-z0-9+\-]+)", data)}
    assert fonts, "no font is embedded"
    assert all(name.startswith((b"NotoSansSC", b"NotoSansCJK")) for name in fonts), fonts


def test_without_a_font_there_is_an_error_and_no_boxes(monkeypatch):
    typst = pytest.importorskip("typst")
    from groupbuy.api import GroupbuyError
    from groupbuy.api.documents import Fonts as Found
    from groupbuy.api.documents import find_fonts, pdf_file
    from groupbuy_proposals.writers.blocks import blocks

    nothing = Found((), ("No Such Font",))
    with pytest.raises(GroupbuyError) as raised:
        pdf_file(blocks("# 江澜"), "zh", nothing, date(2026, 11, 22))
    assert raised.value.problems[0].code == "font-missing"

    class Fonts:
        def __init__(self, **_):
            pass

        def families(self):
            return ["Libertinus Serif"]

    monkeypatch.setattr(typst, "Fonts", Fonts)
    with pytest.raises(GroupbuyError) as raised:
        find_fonts()
    assert "boxes are not printed" in raised.value.problems[0].message


@pytest.mark.parametrize(
    ("module", "extra", "of"),
    [
        ("docx", "docx", "groupbuy"),
        ("typst", "pdf", "groupbuy"),
        ("xlsxwriter", "xlsx", "groupbuy-proposals"),
    ],
)
def test_a_missing_extra_is_named_before_anything_is_written(
    propose, out, monkeypatch, module, extra, of
):
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    ran = propose([welfare()], "--also", extra)
    assert ran.code == 2
    assert f"{of}[{extra}]" in ran.err
    assert not out.exists()


# ── generators of other plugins ──

GENERATOR = """
from groupbuy.api import Package, PackageLine, Rows, Value, hookimpl

class Box:
    name = "box"
    title = {"en": "Box"}
    terms = {"type": "object", "properties": {}, "additionalProperties": False}
    inputs = INPUTS
    examples = ()
    def propose(self, request):
        BODY

@hookimpl
def groupbuy_proposals():
    return [Box()]
"""
USE = "changes: {packages: {welfare: {use: {sea.box: {}}}}}"
KNOWN = "{n: Value('text') for n in ('city', 'district', 'contact_name')} | "
KNOWN += "{'last_contact': Value('date'), 'recipients': Value('integer')}"


@pytest.fixture
def by_others(command, rules, tmp_path):
    """Runs propose on leads with a generator of another plugin: its inputs and its body."""

    def run(body, *leads, inputs="{}", goods=EXAMPLE, lang="en"):
        (tmp_path / "plugins").mkdir()
        text = GENERATOR.replace("INPUTS", inputs).replace("BODY", body)
        (tmp_path / "plugins/sea.py").write_text(text, "utf-8")
        shipped = yaml.safe_load((rules / "groupbuy.yaml").read_text("utf-8"))
        (tmp_path / "rules").mkdir()
        shipped["layers"].append("ours.yaml")
        (tmp_path / "rules/groupbuy.yaml").write_text(yaml.safe_dump(shipped), "utf-8")
        ours = f"groupbuy: 1\npack: ours\n{USE}\n"
        (tmp_path / "rules/ours.yaml").write_text(ours, "utf-8")
        (tmp_path / "leads.yaml").write_text(yaml.safe_dump(leads, allow_unicode=True), "utf-8")
        given = ("--rules", tmp_path / "rules", "--plugins-dir", tmp_path / "plugins")
        more = ("--catalogue", goods, "--as-of", AS_OF, "--lang", lang)
        return command("propose", tmp_path / "leads.yaml", "-o", tmp_path / "out", *given, *more)

    return run


def test_a_generator_sees_its_inputs_by_their_types_and_the_unknown_as_none(by_others, out):
    told = "raise ValueError(str(dict(sorted(request.lead.items()))))"
    lead = welfare(city="临澜", last_contact="2026-11-02", contact_name="王某")
    ran = by_others(told, lead, inputs=KNOWN)
    assert ran.code == 3, ran.err
    known = "'city': '临澜', 'contact_name': None, 'district': None, "
    known += "'last_contact': datetime.date(2026, 11, 2), 'recipients': 210"
    (reason,) = outcomes(out)["L1"]["reasons"]  # once, and not once for each alternative
    assert f"ValueError: {{{known}}}" in reason


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ("{'citty': Value('text')}", "sea.box reads citty: nothing is called so"),
        ("{'orders': Rows()}", "sea.box reads orders: tables are not handed to generators"),
    ],
)
def test_an_input_that_a_generator_cannot_get_is_told(by_others, inputs, says):
    ran = by_others("return []", welfare(), inputs=inputs)
    assert ran.code == 2
    assert says in ran.err
    assert "rules/ours.yaml:3:" in ran.err


@pytest.mark.parametrize(
    ("body", "lang", "reason"),
    [
        ("return []", "en", "sea.box proposes nothing"),
        ("return []", "zh", "sea.box 没有给出方案"),
        (
            "c = min(request.choices, key=lambda c: c.amount)\n"
            "        return [Package([PackageLine(c.sku, c.per_head, c.quantity)])]",
            "en",
            "a package by sea.box is out: too little of the budget, too few items, "
            "too few categories",
        ),
    ],
)
def test_where_there_is_a_package_demands_are_not_said_to_clash(by_others, out, body, lang, reason):
    ran = by_others(body, welfare(), lang=lang)
    assert ran.code == 0, ran.err
    (found,) = outcomes(out).values()
    assert (found["status"], found["reasons"]) == ("infeasible", [reason])
    assert reason in (out / "L1.internal.md").read_text("utf-8")
