"""`programs:` in rule files: read, merged, refused with places, and shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import AS_OF, RULES, World, project


def shown(world: World, lead: str, *args: object) -> dict[str, dict[str, object]]:
    ran = world.on_rules("evaluate", "--format", "json", *args)
    assert ran.code == 0, ran.err
    return next(each for each in ran.json["leads"] if each["id"] == lead)["programs"]


def test_what_is_on_offer_is_in_the_results(world: World) -> None:
    found = shown(world, "L2")["bring"]
    assert found["amount"] == 20.0
    assert found["say"] == [
        "referrer gets 2%; 20.00 if this lead buys for 1,000",
        "ask L1 甲厂 for an introduction (same trade)",
    ]
    assert found["ask"] == [
        {"lead": "L1", "name": "甲厂", "tie": "same_trade", "why": "same trade", "value": 500.0}
    ]
    assert [each["lead"] for each in shown(world, "L1")["bring"]["could_refer"]] == ["L2"]


def test_explain_tells_it_in_sentences_in_both_languages(world: World) -> None:
    english = world.on_rules("explain", "L2").out
    assert "Programs" in english
    assert "from 1,000: 2%" not in english  # the volume is known: nothing was bought
    assert "at 0; 1,000 more by 2026-12-31 reach silver: 2%" in english
    chinese = world.on_rules("explain", "L2", "--lang", "zh").out
    assert "激励计划" in chinese
    assert "可请L1 甲厂引荐（同行业）" in chinese


def test_who_gets_nothing_is_offered_nothing(world: World) -> None:
    assert set(shown(world, "L3")) == {"split"}


def test_an_open_condition_says_what_is_missing(world: World) -> None:
    world.write("rules/ours.yaml", RULES.replace('version: "1"', "when: headcount > 10"))
    found = shown(world, "L2")["rebate"]
    assert (found["status"], found["missing"]) == ("unknown", ["headcount"])
    assert found["say"][0] == "open, if known: headcount"


def test_a_program_outside_its_dates_is_not_offered_but_still_there(world: World) -> None:
    dated = RULES.replace('version: "1"', "effective: {from: 2025-01-01, until: 2025-12-31}")
    world.write("rules/ours.yaml", dated)
    assert "rebate" not in shown(world, "L2")
    world.write("deals.csv", "id,date,buyer,amount\nD1,2025-12-31,L2,5000\n")
    world.write("payments.csv", "id,deal,date,amount\nP1,D1,2026-02-01,5000\n")
    ran = world.settle("--format", "json", files=("deals", "payments"))
    assert [line["amount"] for line in ran.json["statement"]] == ["150.00"]


def test_packs_change_programs_key_by_key_and_take_them_away(world: World) -> None:
    world.write("rules/groupbuy.yaml", project().replace("ours.yaml", "ours.yaml, more.yaml"))
    world.write(
        "rules/more.yaml",
        "groupbuy: 1\npack: more\nchanges:\n  programs:\n    split: off\n"
        "    rebate: {terms: {tiers: {silver: {rate: 2.5%}, top: {from: 90000, rate: 4%}}}}\n",
    )
    found = shown(world, "L2")
    assert "split" not in found
    assert "silver: 2.5%" in str(found["rebate"]["say"])


def test_set_changes_what_a_setting_stands_for(world: World) -> None:
    world.write("leads.yaml", "- {id: L1, orders: [{date: 2026-02-01, amount: 6000}]}\n")
    assert shown(world, "L1")["rebate"]["amount"] == 180.0
    assert shown(world, "L1", "--set", "gold_rate=4%")["rebate"]["amount"] == 240.0


def test_a_setting_that_makes_a_ladder_fall_is_told_at_the_program(world: World) -> None:
    found = shown(world, "L2", "--set", "gold_rate=1%")["rebate"]
    assert found["status"] == "refused"
    assert "a bigger order would be dearer" in str(found["say"])
    ran = world.settle("--set", "gold_rate=1%")
    assert ran.code == 2
    assert "ours.yaml:12:7: bad-terms the rate falls from silver to gold" in ran.err
    assert not world.ledger.exists()


REFUSED = [
    # what is written instead of what, and what is said with its place
    ("rate: gold_rate", "rate: gold_rat", '13:72: unknown-name nothing is called "gold_rat"'),
    ("rate: gold_rate", "rate: headcount", "not-constant headcount is not the same for every"),
    ("rate: gold_rate", "rate: 1%", "12:7: bad-terms the rate falls from silver to gold"),
    ("rate: gold_rate", "rate: 300%", "bad-terms tier gold gives 300%"),
    ("silver: {from", "silver: {form", 'unknown-key "form" is not a key here'),
    ("per: year", "per: decade", "12:12: wrong-value"),
    ("use: incentives.loyalty", "use: incentives.loyal", 'no kind of program "incentives.loyal"'),
    ("use: incentives.loyalty", "use: history.x", "plugins: [incentives, history]"),
    ('version: "1"', "trigger: signed", "wrong-value"),
    ('version: "1"', "caps: {deel: 5}", 'unknown-key "deel"'),
    ('version: "1"', "caps: {deal: -5}", "caps"),
    ('version: "1"', "hold_days: 1.5", "hold_days"),
    ('version: "1"', "not_to: [goverment]", '"goverment" is no kind of organisation'),
    ('version: "1"', "ask: {who: satisfied}", "ask"),
    ('version: "1"', "ask: {who: sattisfied, whom: satisfied, value: 1}", "sattisfied"),
    ("find: {share: 50%", "find: {share: 40%", "bad-terms split: the shares make 90%, not 100%"),
]


@pytest.mark.parametrize(("written", "instead", "said"), REFUSED)
def test_what_is_wrong_is_told_with_its_place(
    world: World, written: str, instead: str, said: str
) -> None:
    assert written in RULES
    world.write("rules/ours.yaml", RULES.replace(written, instead, 1))
    ran = world.run("check", world.folder / "rules")
    told = ran.out + ran.err
    assert ran.code in (1, 2)
    assert said in told, told
    assert "ours.yaml:" in told


def test_numbers_are_exact_as_they_are_written(world: World) -> None:
    """0.07 is seven hundredths, not the float that is nearest to it."""
    world.write(
        "rules/ours.yaml", RULES.replace("rate: 2%", "rate: 0.07").replace("gold_rate}", "0.07}")
    )
    world.write("deals.csv", "id,date,buyer,amount\nD1,2026-03-01,L2,1001.50\n")
    world.write("payments.csv", "id,deal,date,amount\nP1,D1,2026-04-01,1001.50\n")
    ran = world.settle("--format", "json", files=("deals", "payments"))
    # 70.105 exactly: half a cent goes up; the nearest floats make 70.1049999…
    assert ran.json["statement"][0]["amount"] == "70.11"


THIRD_PARTY = '''
from datetime import date
from decimal import Decimal
from groupbuy.api import Accrual, Offer, hookimpl

class Flat:
    """So much for every deal that counts."""
    name = "flat"
    title = {"en": "Flat sum", "zh": "定额"}
    terms = {
        "type": "object",
        "properties": {"sum": {"type": "number"}},
        "required": ["sum"],
        "additionalProperties": False,
    }
    inputs = {}
    examples = ()
    def check(self, terms):
        if terms["sum"] < 0:
            yield "a sum is not negative"
    def together(self, terms):
        return "sales"
    def offer(self, terms, lead):
        return Offer({"en": f"{terms['sum']} for who sells", "zh": "定额"})
    def accrue(self, terms, case):
        for deal in case.deals:
            if deal.counted:
                because = {"en": "sold", "zh": "成交"}
                yield Accrual(case.of, deal.id, terms["sum"], because, deal.date, deals=(deal.id,))

@hookimpl
def groupbuy_incentives():
    return [Flat()]
'''
THEIR_PROGRAM = """
groupbuy: 1
pack: ours
programs:
  flat: {use: cold_chain.flat, caps: {deal: 80}, hold_days: 10, terms: {sum: 100.50}}
"""


def test_a_kind_of_another_plugin_is_offered_settled_capped_and_verified(world: World) -> None:
    world.write("plugins/cold_chain.py", THIRD_PARTY)
    world.write("rules/ours.yaml", THEIR_PROGRAM)
    folder = ("--plugins-dir", world.folder / "plugins")
    assert shown(world, "L2", *folder)["flat"]["say"] == ["100.50 for who sells"]
    world.write("deals.csv", "id,date,buyer,amount,sales\nD1,2026-03-01,L2,10,wang\n")
    world.write("payments.csv", "id,deal,date,amount\nP1,D1,2026-04-01,10\n")
    ran = world.settle("--format", "json", *folder, files=("deals", "payments"))
    line = ran.json["statement"][0]
    assert (line["party"], line["amount"], line["because"]) == ("wang", "80.00", "sold; capped")
    assert world.verify(*folder).code == 0
    world.write("rules/ours.yaml", RULES)
    without = world.verify()
    assert without.code == 1
    assert "can't be worked out again without the kinds: cold_chain.flat" in without.out


def test_what_is_unknown_of_a_lead_is_none_for_a_kind(world: World) -> None:
    inputs = "{'city': Value('text'), 'recipients': Value('integer'), 'today': Value('date')}"
    kind = THIRD_PARTY.replace("hookimpl\n", "Value, hookimpl\n", 1)
    kind = kind.replace("inputs = {}", f"inputs = {inputs}")
    kind = kind.replace("{terms['sum']} for who sells", "{lead}")
    world.write("plugins/cold_chain.py", kind)
    world.write("rules/ours.yaml", THEIR_PROGRAM)
    world.write("leads.yaml", "[{id: L1, city: 临澜}, {id: L2}]")
    folder = ("--plugins-dir", world.folder / "plugins")
    today = "'today': datetime.date(2026, 11, 22)"
    told = [shown(world, lead, *folder)["flat"]["say"] for lead in ("L1", "L2")]
    assert told == [
        [f"{{'city': '临澜', 'recipients': None, {today}}}"],
        [f"{{'city': None, 'recipients': None, {today}}}"],
    ]


def test_a_kind_that_pays_too_fine_is_named_and_nothing_is_posted(world: World) -> None:
    world.write("plugins/cold_chain.py", THIRD_PARTY)
    world.write("rules/ours.yaml", THEIR_PROGRAM.replace("100.50", "100.505"))
    world.write("deals.csv", "id,date,buyer,amount,sales\nD1,2026-03-01,L2,10,wang\n")
    world.write("payments.csv", "id,deal,date,amount\nP1,D1,2026-04-01,10\n")
    folder = ("--plugins-dir", world.folder / "plugins")
    ran = world.settle(*folder, files=("deals", "payments"))
    assert ran.code == 2
    # Its own fault, not that of the command which asked it.
    assert ran.err.startswith("plugin-failed plugin cold_chain (")
    assert "100.505, which is not to the cent" in ran.err
    assert "PluginError" not in ran.err
    listed = world.run("ledger", "list", "--ledger", world.ledger, "--format", "json")
    assert json.loads(listed.out) == []


def test_a_plugin_imports_only_the_public_interface() -> None:
    import ast

    import groupbuy_incentives

    folder = Path(groupbuy_incentives.__file__).parent
    allowed = {"groupbuy.api", "groupbuy.api.commands"}
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            inner = [n for n in names if n.split(".")[0] == "groupbuy" and n not in allowed]
            assert not inner, f"{file.name}: {inner}"


def test_examples_of_the_kinds_are_true() -> None:
    from groupbuy_incentives.kinds import KINDS

    for kind in KINDS:
        assert kind.examples
        for example in kind.examples:
            assert list(kind.check(example.terms)) == []
            assert kind.offer(example.terms, example.lead) == example.offer
            assert list(kind.accrue(example.terms, example.case)) == list(example.accruals)
            assert set(example.lead) == set(kind.inputs)


def test_the_cases_beside_the_pack_hold(world: World) -> None:
    import groupbuy_incentives

    folder = Path(groupbuy_incentives.__file__).parent / "rules"
    ran = world.run("test", folder)
    assert ran.code == 0, ran.out
    assert AS_OF in (folder / "programs.test.yaml").read_text(encoding="utf-8")


CASES = """
groupbuy: 1
as_of: "2026-11-22"
cases:
  - case: what it shows
    lead: {orders: []}
    expect: {shows: {programs.SHOWN}}
"""


@pytest.mark.parametrize(
    ("expected", "code", "said"),
    [
        ('rebate: "reach silver"', 0, "all passed"),
        ('rebate: "reach bronze"', 1, 'programs.rebate shows "reach bronze"'),
        ("rebate: none", 1, "programs.rebate shows nothing"),
        ("rebat: none", 2, 'did you mean "programs.rebate"?'),
    ],
)
def test_cases_expect_what_a_section_shows(
    world: World, expected: str, code: int, said: str
) -> None:
    world.write("rules/ours.test.yaml", CASES.replace("SHOWN", expected))
    ran = world.run("test", world.folder / "rules")
    assert ran.code == code
    assert said in ran.out + ran.err
