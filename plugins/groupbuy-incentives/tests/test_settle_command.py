"""`groupbuy settle`, `ledger` and `refer`, as they are used."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from command_line import DEALS, EVERYTHING, PAYMENTS, RULES, World, project


def sums(amount: str, posted: str, approved: str = "0.00", paid: str = "0.00") -> object:
    return {
        "money": {"amount": amount, "posted": posted, "approved": approved, "paid": paid},
    }


def test_from_files_to_a_statement_a_ledger_and_its_proof(world: World) -> None:
    ran = world.settle("--format", "json", files=EVERYTHING)
    assert ran.code == 0, ran.err
    assert [
        (x["party"], x["program"], x["period"], x["amount"]) for x in ran.json["statement"]
    ] == [
        ("L1", "bring", "2026-03", "100.00"),
        ("L2", "rebate", "2026", "150.00"),
        ("李", "split", "2026-03", "25.00"),
        ("王", "split", "2026-03", "25.00"),
    ]
    assert ran.json["totals"] == sums("300.00", "300.00")
    again = world.settle("--format", "json", files=EVERYTHING)
    assert again.json["totals"] == sums("300.00", "0.00")
    assert (again.json["run"], again.json["head"]) == (None, ran.json["head"])
    assert "nothing new: nothing was posted" in again.err
    proof = world.verify("--head", ran.json["head"])
    assert proof.code == 0
    assert "4 entries of 1 runs are as they were written" in proof.out


def test_a_refund_in_a_file_of_its_own_claws_back(world: World) -> None:
    world.settle(files=EVERYTHING)
    world.write("refunds.csv", "退款单号,订单号,退款日期,退款金额\nF1,D1,2026-06-01,5000\n")
    ran = world.settle("--format", "json", files=("refunds",))
    assert ran.json["totals"] == sums("0.00", "-300.00")
    assert {r["program"]: r["reason"] for r in ran.json["rejected"]} == {
        "bring": "refunded",
        "rebate": "refunded",
        "split": "refunded",
    }
    listed = world.run("ledger", "list", "--ledger", world.ledger, "--lang", "zh", "--party", "L1")
    assert "扣回" in listed.out
    assert "因退款" in listed.out


def test_the_table_in_both_languages(world: World) -> None:
    world.write("leads.yaml", "- {id: L2, name: 乙厂, org_kind: private, orders: []}\n")
    english = world.settle(files=EVERYTHING)
    assert "Owed in all" in english.out
    assert "no lead file says who this is" in english.out
    chinese = world.settle("--lang", "zh", files=EVERYTHING)
    assert "累计应付" in chinese.out
    assert "5,000元，达到gold档" in chinese.out
    assert "客户资料里没有这家单位" in chinese.out


def test_csv_and_workbook_hold_no_formulas(world: World) -> None:
    world.write("deals.csv", DEALS.replace("王", "=HYPERLINK(1)"))
    ran = world.settle("--format", "csv", files=EVERYTHING)
    assert ran.out.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(ran.out.removeprefix("\ufeff"))))
    assert [row[5] for row in rows if row[0] == "L2"] == ["150.00"]
    assert "'=HYPERLINK(1)" in [row[0] for row in rows]
    book = world.folder / "statement.xlsx"
    assert world.settle("--format", "xlsx", "-o", book).code == 0
    with zipfile.ZipFile(book) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "HYPERLINK" in sheet  # as a text
    needs_file = world.settle("--format", "xlsx")
    assert (needs_file.code, "bad-option" in needs_file.err) == (2, True)


def test_gb18030_and_notes(world: World) -> None:
    world.write("deals.csv", DEALS, "gb18030")
    ran = world.settle(files=EVERYTHING)
    assert ran.code == 0
    assert "GB18030" in ran.err


BAD_FILES = [
    # the file, what it holds, what is said with its place
    ("payments", PAYMENTS.replace("5,000.00", "5,000.005"), "not-to-the-cent"),
    ("payments", PAYMENTS.replace("5,000.00", "fünf"), "payments.csv:2"),
    ("payments", PAYMENTS.replace("D1", "D9"), "payments.csv:2: unknown-deal the payment P1"),
    ("payments", PAYMENTS.replace("5,000.00", "-5"), "amount"),
    ("payments", PAYMENTS.replace("P1", ""), "id is missing"),
    ("payments", "", "payments.csv"),
    ("deals", DEALS.replace("金额", "金鹅"), "金鹅"),
    ("deals", DEALS.replace("2026-03-01", "2026-02-30"), "deals.csv:2"),
    (
        "referrals",
        "推荐编号,推荐日期,介绍人\nR1,2026-01-01,L1\n",
        "no column of this file holds referred",
    ),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD_FILES)
def test_a_bad_row_stops_the_run_and_nothing_is_posted(
    world: World, name: str, content: str, said: str
) -> None:
    world.write(f"{name}.csv", content)
    ran = world.settle(files=EVERYTHING)
    assert ran.code == 2
    assert said in ran.err, ran.err
    listed = world.run("ledger", "list", "--ledger", world.ledger, "--format", "json")
    assert json.loads(listed.out) == []


def test_deals_of_customers_that_nobody_knows_are_told(world: World) -> None:
    world.write("deals.csv", DEALS + "D2,2026-03-01,L99,10,,\n")
    ran = world.settle(files=EVERYTHING)
    assert ran.code == 3
    assert "earn nothing: L99" in ran.err


def test_settle_without_programs_says_what_to_do(world: World) -> None:
    world.write("rules/ours.yaml", "groupbuy: 1\npack: ours\n")
    ran = world.settle(files=EVERYTHING)
    assert (ran.code, "no-programs" in ran.err) == (2, True)


def test_targets_are_cascaded_and_counted(world: World) -> None:
    world.write(
        "rules/ours.yaml",
        """
groupbuy: 1
pack: ours
programs:
  award:
    use: incentives.developer
    terms:
      per: month
      tiers: {each: {each: 200}}
      targets: {hubei: {target: 10}, xiangyang: {of: hubei, weight: 2}, shiyan: {of: hubei}}
""",
    )
    world.write(
        "deals.csv",
        "id,date,buyer,amount,developer,unit\n"
        "D1,2026-03-01,L2,100,wang,xiangyang\nD2,2026-03-02,L3,100,wang,shiyan\n"
        "D3,2026-03-03,L2,100,wang,xiangyang\n",
    )
    world.write(
        "payments.csv",
        "id,deal,date,amount\nP1,D1,2026-04-01,100\nP2,D2,2026-04-01,100\nP3,D3,2026-04-01,100\n",
    )
    ran = world.settle("--format", "json", files=("deals", "payments"))
    assert [(t["unit"], t["target"], t["achieved"]) for t in ran.json["targets"]] == [
        ("hubei", 10, 2),
        ("xiangyang", 7, 1),
        ("shiyan", 3, 1),
    ]
    assert [line["amount"] for line in ran.json["statement"]] == ["400.00"]


def test_ledger_export_holds_every_entry_with_its_hash(world: World) -> None:
    world.settle(files=EVERYTHING)
    ran = world.run("ledger", "export", "--ledger", world.ledger)
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [entry["seq"] for entry in found] == [1, 2, 3, 4]
    assert {len(entry["hash"]) for entry in found} == {64}
    assert found[0]["amount"] == "100.00"


def test_lists_and_exports_for_a_spreadsheet(world: World) -> None:
    world.settle(files=EVERYTHING)
    heads = ["日期", "类别", "对象", "激励计划", "期间", "对应", "本次入账", "依据"]
    for command, first in (("list", heads), ("export", ["#", *heads, "id", "hash"])):
        ran = world.run(
            "ledger", command, "--ledger", world.ledger, "--format", "csv", "--lang", "zh"
        )
        rows = list(csv.reader(io.StringIO(ran.out.removeprefix("\ufeff"))))
        assert rows[0] == first
        assert [row[first.index("本次入账")] for row in rows[1:]] == [
            *("100.00", "150.00", "25.00", "25.00"),
        ]
    book = world.folder / "ledger.xlsx"
    export = ("export", "--ledger", world.ledger, "--format", "xlsx")
    assert world.run("ledger", *export, "-o", book).code == 0
    with zipfile.ZipFile(book) as there:
        assert "150" in there.read("xl/worksheets/sheet1.xml").decode()
    assert world.run("ledger", *export).code == 2


def test_what_is_longer_than_a_sheet_is_not_cut_off_silently(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groupbuy_incentives import tables

    world.settle(files=EVERYTHING)
    book = world.folder / "ledger.xlsx"
    args = ("ledger", "export", "--ledger", world.ledger, "--format", "xlsx", "-o", book)
    monkeypatch.setattr(tables, "MOST_ROWS", 5)
    assert world.run(*args).code == 0
    book.unlink()
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    ran = world.run(*args)
    assert (ran.code, "too-many-rows" in ran.err) == (2, True)
    assert not book.exists()


def test_a_statement_of_one_party_and_one_period(world: World) -> None:
    world.settle(files=EVERYTHING)
    ran = world.settle("--format", "json", "--party", "L2", "--period", "2026")
    assert [(x["party"], x["amount"]) for x in ran.json["statement"]] == [("L2", "150.00")]
    chosen = world.run(
        "ledger", "list", "--ledger", world.ledger, "--period", "2026", "--format", "json"
    )
    assert [entry["party"] for entry in chosen.json] == ["L2"]


def test_a_gift_stands_in_the_statement_beside_money(world: World) -> None:
    gold = "gold: {from: 5000, rate: gold_rate, gift: {en: gift box, zh: 礼盒}}"
    world.write("rules/ours.yaml", RULES.replace("gold: {from: 5000, rate: gold_rate}", gold))
    ran = world.settle("--lang", "zh", files=EVERYTHING)
    assert "礼盒 (gold)" in ran.out
    assert "赠品（件）: 累计应付 1.00; 本次入账 1.00" in ran.out


def test_a_ledger_that_is_not_there(world: World) -> None:
    ran = world.run("ledger", "list", "--ledger", world.folder / "none.db")
    assert (ran.code, "no-ledger" in ran.err) == (2, True)
    assert not (world.folder / "none.db").exists()


# ── refer ──

BOUGHT = "orders: [{date: 2025-01-01, amount: 9}]"
MANY = f"""
- {{id: C1, name: 甲, sector: retail, region: 华东, satisfied: true, {BOUGHT}}}
- id: C2
  name: 乙
  sector: finance
  satisfied: true
  {BOUGHT}
  related: [{{name: 丁, relation: partner}}]
- {{id: C3, name: 丙, sector: retail, satisfied: false, {BOUGHT}}}
- {{id: P1, name: 丁, sector: retail, expected_amount: 1000, orders: []}}
- {{id: P2, name: 戊, sector: retail, expected_amount: 900, orders: []}}
- {{id: P3, name: 己, sector: retail, expected_amount: 800, orders: []}}
- {{id: P4, name: 庚, region: 华东, expected_amount: 5000, parent: 甲, orders: []}}
- {{id: P5, name: 辛, sector: retail, org_kind: government, expected_amount: 9999, orders: []}}
"""


def pairs(world: World, *args: object) -> list[tuple[str, str, str, str]]:
    ran = world.on_rules("refer", "--format", "json", *args)
    assert ran.code == 0, ran.err
    keys = ("ask", "to_introduce", "tie", "value")
    return [tuple(each[key] for key in keys) for each in ran.json["introductions"]]


def test_refer_matches_customers_to_prospects(world: World) -> None:
    """C1's own subsidiary, the public body and the dissatisfied customer are left out."""
    world.write("leads.yaml", MANY)
    assert pairs(world) == [
        ("C2", "P1", "partner", "1000.00"),
        ("C1", "P2", "same_trade", "450.00"),
        ("C1", "P3", "same_trade", "400.00"),
    ]
    assert pairs(world, "-k", 1) == [
        ("C2", "P1", "partner", "1000.00"),
        ("C1", "P2", "same_trade", "450.00"),
    ]


TIES = [
    # what joins the two, then the tie and what of 1,000 it is worth
    ("related: [{name: 丁, relation: partner}]", "partner", "1000.00"),
    ("related: [{name: 丁, relation: competitor}]", "rival", "400.00"),
    ("sector: retail", "same_trade", "500.00"),
    ("region: 华东", "same_region", "200.00"),
]


@pytest.mark.parametrize(("joined", "tie", "value"), TIES)
def test_what_ties_two_together(world: World, joined: str, tie: str, value: str) -> None:
    prospect = "sector: retail, region: 华东, expected_amount: 1000, orders: []"
    world.write(
        "leads.yaml",
        f"- {{id: C1, name: 甲, satisfied: true, {BOUGHT}, {joined}}}\n"
        f"- {{id: P1, name: 丁, {prospect}}}\n",
    )
    assert pairs(world) == [("C1", "P1", tie, value)]


def test_refer_as_a_table_says_who_has_no_introducer(world: World) -> None:
    world.write("leads.yaml", MANY)
    ran = world.on_rules("refer", "-k", 1, "--lang", "zh")
    assert "合作伙伴" in ran.out
    assert "prospects without an introducer: P3, P4" in ran.err
    assert "worth 1,450.00" in ran.err


def test_refer_without_ask_and_with_a_wrong_program(world: World) -> None:
    ran = world.on_rules("refer", "--program", "brin")
    assert (ran.code, 'did you mean "bring"?' in ran.err) == (2, True)
    world.write("rules/ours.yaml", RULES.replace("    ask: {who", "    # ask: {who"))
    ran = world.on_rules("refer")
    assert (ran.code, "no-programs" in ran.err) == (2, True)


def test_the_shipped_pack_settles(world: World) -> None:
    world.write("rules/groupbuy.yaml", project().replace("ours.yaml", "incentives:programs"))
    world.write(
        "deals.csv", "成交编号,成交日期,客户编号,金额,开发人,找客户\nD1,2026-03-01,L2,20万,王,李\n"
    )
    world.write("payments.csv", PAYMENTS.replace("5,000.00", "200,000"))
    ran = world.settle("--format", "json", files=EVERYTHING)
    assert ran.code == 0, ran.err
    found = {(x["program"], x["party"]): x["amount"] for x in ran.json["statement"]}
    assert found == {
        ("refer_a_customer", "L1"): "4000.00",
        ("refer_a_customer", "L2"): "2000.00",
        ("new_customers", "王"): "200.00",
        ("flow_line", "李"): "750.00",
    }
