"""Names, schemas and lists of rules know what the active plugins bring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Call
from jsonschema import Draft7Validator

from groupbuy.sheets.xlsx_book import Book
from groupbuy.sheets.xlsx_cells import Cells

PLUGIN = '''
from pathlib import Path
from groupbuy.api import (
    COMMON, EXPRESSION, Lowered, Rows, Scorer, Type, Value, hookimpl, required, texts,
)


class Targets:
    """What a lead should bring in a year."""

    name = "targets"
    schema = {
        "type": "object",
        "properties": {"amount": EXPRESSION, **COMMON},
        "required": ["amount"],
        "additionalProperties": False,
    }
    shared = True

    def declare(self, entry, ctx):
        return {entry.id: self.amount(entry, ctx).type}

    def amount(self, entry, ctx):
        return ctx.parse(required(entry.fields, "amount", entry.at, "a target"))

    def lower(self, entry, ctx):
        return Lowered(entry, (entry.define(entry.id, self.amount(entry, ctx)),), None)

    def conclude(self, entries):
        return ()

    def present(self, lowered, lead):
        return {"value": lead.value(lowered.entry.id)}


@hookimpl
def groupbuy_sections(plugins):
    return [Targets()]


@hookimpl
def groupbuy_scorers():
    orders = Rows({"amount": Value("money")})
    title = {"en": "What was bought in all", "zh": "采购总额"}
    return [Scorer("spent", Value("money"), "sum(orders.amount) * factor", {"orders": orders},
                   {"factor": Value("number", default=1)}, title)]


@hookimpl
def groupbuy_fields():
    return Path(__file__).parent / "fields.yaml"
'''
FIELDS = "groupbuy: 1\nfields: {silos: {type: integer, title: {en: Silos, zh: 筒仓数}}}\n"
PACK = """groupbuy: 1
pack: ours
facts: {spent: farms.spent(factor=2)}
targets: {next_year: {amount: spent + 5000, title: {en: Next year, zh: 明年目标}}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> list[object]:
    """Rules that use a plugin which is not installed: the options that every command takes."""
    farms = tmp_path / "plugins" / "farms"
    farms.mkdir(parents=True)
    (farms / "__init__.py").write_text(PLUGIN, encoding="utf-8")
    (farms / "fields.yaml").write_text(FIELDS, encoding="utf-8")
    folder = tmp_path / "rules"
    folder.mkdir()
    project = "groupbuy: 1\nlayers: [ours.yaml]\ncolumns: [next_year]\n"
    (folder / "groupbuy.yaml").write_text(project, encoding="utf-8")
    (folder / "ours.yaml").write_text(PACK, encoding="utf-8")
    return ["--rules", folder, "--plugins-dir", tmp_path / "plugins"]


def names(call: Call, rules: list[object], *more: str) -> dict[str, Any]:
    found = call("rules", "names", *rules, *more, "--format", "json").json
    return {name["name"]: name for name in found}


@pytest.mark.parametrize(
    ("lang", "meaning", "title"),
    [("en", "What was bought in all", "Silos"), ("zh", "采购总额", "筒仓数")],
)
def test_names_tell_functions_and_fields(
    call: Call, rules: list[object], lang: str, meaning: str, title: str
) -> None:
    found = names(call, rules, "--lang", lang)
    spent = found["farms.spent"]
    assert spent["signature"] == "farms.spent(orders=orders, factor=1)"
    assert (spent["group"], spent["type"], spent["meaning"]) == ("functions", "money", meaning)
    assert spent["plugin"].startswith("plugin farms (")
    assert (found["silos"]["group"], found["silos"]["title"]) == ("fields", title)
    assert found["next_year"]["group"] == "targets"


def test_names_of_a_plugin_as_text(call: Call, rules: list[object]) -> None:
    ran = call("rules", "names", *rules)
    assert "targets (1)" in ran.out
    assert "farms.spent(orders=orders, factor=1)" in ran.out
    ran = call("rules", "names", "farms", *rules)
    assert ran.out.startswith("Functions (1)\n  farms.spent(orders=orders, factor=1)")
    assert "What was bought in all · plugin farms" in ran.out
    assert "decay" not in ran.out


def test_rules_show_what_stands_in_a_section_of_a_plugin(call: Call, rules: list[object]) -> None:
    ran = call("rules", "show", *rules)
    assert (ran.code, ran.err) == (0, "")
    assert "\ntargets\n" in ran.out


def test_schema_of_packs_has_sections_of_plugins(call: Call, rules: list[object]) -> None:
    schema = call("schema", "pack", *rules).json
    check = Draft7Validator(schema)
    target = {"groupbuy": 1, "pack": "x", "targets": {"a": {"amount": "budget * 2"}}}
    assert check.is_valid(target)
    assert check.is_valid({"groupbuy": 1, "pack": "x", "changes": {"targets": {"a": "off"}}})
    assert not check.is_valid({"groupbuy": 1, "pack": "x", "targets": {"a": {"amont": 3}}})
    assert "What a lead should bring in a year." in schema["properties"]["targets"]["description"]
    # Without the plugin there is no such section.
    plain = Draft7Validator(call("schema", "pack", *rules[:2]).json)
    assert not plain.is_valid(target)


def test_schema_of_leads_has_fields_of_plugins(call: Call, rules: list[object]) -> None:
    schema = call("schema", "lead", *rules).json
    assert Draft7Validator(schema).is_valid([{"id": "L1", "筒仓数": 3}])


def test_schema_of_packs_is_there_while_packs_are_wrong(
    call: Call, rules: list[object], tmp_path: Path
) -> None:
    """An editor needs it most then."""
    (tmp_path / "rules" / "ours.yaml").write_text("groupbuy: 1\npack: [", encoding="utf-8")
    ran = call("schema", "pack", *rules)
    assert (ran.code, ran.err) == (0, "")
    assert "targets" in json.loads(ran.out)["properties"]


def test_reports_have_what_sections_of_plugins_say(
    call: Call, rules: list[object], tmp_path: Path
) -> None:
    leads = tmp_path / "leads.yaml"
    leads.write_text("- {id: a, name: 甲, orders: [{date: 2026-01-01, amount: 7}]}\n- {id: b}\n")
    for name in ("r.html", "r.xlsx"):
        ran = call("report", leads, "-o", tmp_path / name, *rules, "--as-of", "2026-11-22")
        assert ran.code == 0, ran.err
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    part = page.split('<section id="targets">')[1].split("</section>")[0]
    assert "next_year</b> 1<" in part
    assert "5014" in part
    book = Book("r.xlsx", (tmp_path / "r.xlsx").read_bytes())
    sheet = next(sheet for sheet in book.sheets if sheet.title == "targets")
    rows = [dict(row.cells) for row in Cells(book, sheet).rows()]
    assert [(row.get(2), row.get(4), row.get(5)) for row in rows[1:]] == [
        ("a", "next_year", "5014")
    ]


def test_cases_use_plugins_that_are_not_installed(
    call: Call, rules: list[object], tmp_path: Path
) -> None:
    orders = "[{date: 2026-01-05, amount: 40}, {date: 2026-01-06, amount: 2}]"
    (tmp_path / "rules" / "ours.test.yaml").write_text(
        "groupbuy: 1\nas_of: 2026-01-31\ncases:\n"
        f"  - {{case: twice, lead: {{orders: {orders}}}, expect: {{facts: {{spent: 84}}}}}}\n",
        encoding="utf-8",
    )
    ran = call("test", tmp_path / "rules", *rules[2:])
    assert (ran.code, ran.out) == (0, "cases: 1, all passed\n")
    assert call("test", tmp_path / "rules").code == 2
