"""`groupbuy schema`: what is valid is valid by the schemas, and what is not is not."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import AS_OF, EXAMPLES, ROOT, Call, write_rules
from jsonschema import Draft7Validator

from groupbuy.reason.kinds import KINDS
from groupbuy.source.yaml import read_source, read_yaml

SHIPPED = ROOT / "rules"
TEMPLATES = ROOT / "src/groupbuy/authoring/templates"
PACKS = [
    path
    for path in sorted(SHIPPED.rglob("*.yaml"))
    if path.name not in ("groupbuy.yaml", "lead.yaml") and not path.name.endswith(".test.yaml")
]


def data_of(path: Path) -> Any:
    return read_yaml(read_source(path)).data()


def misfits(schema: Any, data: Any) -> list[str]:
    return [f"{e.json_path} {e.message[:200]}" for e in Draft7Validator(schema).iter_errors(data)]


@pytest.mark.parametrize("what", ["lead", "pack", "cases", "result"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_is_a_schema(call: Call, what: str, lang: str) -> None:
    schema = call("schema", what, "--rules", SHIPPED, "--lang", lang).json
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema)


def test_schema_goes_to_a_file(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "pack.schema.json"
    ran = call("schema", "pack", "-o", target)
    assert (ran.code, ran.out) == (0, "")
    Draft7Validator.check_schema(json.loads(target.read_text(encoding="utf-8")))


def test_unknown_schema_is_a_usage_error(call: Call) -> None:
    ran = call("schema", "leads")
    assert ran.code == 2
    assert "'lead', 'pack', 'cases', 'result'" in ran.err


# ── leads ──


@pytest.fixture
def lead_schema(call: Call) -> Any:
    return call("schema", "lead", "--rules", SHIPPED).json


def test_examples_fit_the_lead_schema(lead_schema: Any) -> None:
    leads = data_of(EXAMPLES)
    assert misfits(lead_schema, leads) == []
    assert misfits(lead_schema, {"groupbuy": 1, "leads": leads}) == []
    assert misfits(lead_schema, leads[0]) == []


@pytest.mark.parametrize(
    "lead",
    [
        {"客户编号": "L1", "预算": "12.5万", "团购类型": "福利", "预算（万元）": 3},
        {"id": "L1", "headcount": None, "purposes": "员工、客户", "share_of_wallet": "95%"},
        {"id": "L1", "orders": "无", "tender": "是", "needed_by": "2026年1月20日"},
        {"id": "L1", "purposes": ["staff", "自用"], "orders": [{"金额": 3, "日期": "2026-01-02"}]},
    ],
)
def test_what_people_write_fits(lead_schema: Any, lead: Any) -> None:
    assert misfits(lead_schema, [lead]) == []


@pytest.mark.parametrize(
    "lead",
    [
        {"name": "no id"},
        {"id": "L1", "bugdet": 3},
        {"id": "L1", "budget": [3]},
        {"id": "L1", "budget": -3},
        {"id": "L1", "share_of_wallet": 95},
        {"id": "L1", "customer_type": "offices"},
        {"id": "L1", "orders": {"amount": 3}},
        {"id": "L1", "orders": [{"amout": 3}]},
        {"id": "L1", "requirements": [{"must": True}]},
    ],
)
def test_slips_do_not_fit(lead_schema: Any, lead: Any) -> None:
    assert misfits(lead_schema, [lead])


def test_fields_of_packs_are_in_the_lead_schema(call: Call, tmp_path: Path) -> None:
    rules = write_rules(
        tmp_path / "rules",
        "[ours]",
        ours="fields: {吨位: {type: number, min: 1, unit: 吨}}\n"
        "grades: {size: {of: 吨位, bands: {big: {from: 5}, small: {}}}}\n",
    )
    schema = call("schema", "lead", "--rules", rules).json
    assert misfits(schema, [{"id": "L1", "吨位": 3}]) == []
    assert misfits(schema, [{"id": "L1", "吨位": 0}])


# ── packs ──


@pytest.fixture
def pack_schema(call: Call) -> Any:
    return call("schema", "pack").json


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_shipped_packs_fit(pack_schema: Any, path: Path) -> None:
    assert misfits(pack_schema, data_of(path)) == []


def test_shipped_fields_fit(pack_schema: Any) -> None:
    fields = data_of(SHIPPED / "lead.yaml")["fields"]
    assert misfits(pack_schema, {"groupbuy": 1, "pack": "p", "fields": fields}) == []


@pytest.mark.parametrize(
    "part",
    [
        {"pack": "机关"},
        {"settings": {"a": 1}, "facts": None},
        {"changes": {"settings": {"a": 3}, "plays": {"b": "off", "c": {"do": "x"}}}},
        {"changes": {"scores": {"fit": {"rules": {"taste": "off", "n": {"points": 5}}}}}},
        {"changes": {"grades": {"g": {"bands": {"A": {"from": 3}, "B": "off"}}}}},
        {"changes": {"gates": {"g": {"when": "a > 3"}}}},
    ],
)
def test_packs_that_fit(pack_schema: Any, part: Any) -> None:
    assert misfits(pack_schema, {"groupbuy": 1, "pack": "p", **part}) == []


@pytest.mark.parametrize(
    "part",
    [
        {"groupbuy": 2},
        {"pack": "two words"},
        {"plyas": {}},
        {"gates": {"g": {"when": "a"}}},
        {"gates": {"g": {"when": "a", "verdict": "halt", "unknown": "pass"}}},
        {"scores": {"s": {"rules": {}}}},
        {"plays": {"p": {"when": "a", "doo": "x"}}},
        {"changes": {"play": {}}},
        {"changes": {"plays": {"p": {"doo": "x"}}}},
        {"changes": {"plays": {"p": None}}},
        {"fields": {"f": {"type": "texts"}}},
    ],
)
def test_slips_in_packs_do_not_fit(pack_schema: Any, part: Any) -> None:
    assert misfits(pack_schema, {"groupbuy": 1, "pack": "p", **part})


# ── results ──


@pytest.fixture
def result_schema(call: Call) -> Any:
    return call("schema", "result").json


def results(call: Call, *args: object) -> Any:
    return call(*args, "--rules", SHIPPED, "--as-of", AS_OF).json


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_results_fit_the_contract(call: Call, result_schema: Any, lang: str) -> None:
    found = results(call, "evaluate", EXAMPLES, "--format", "json", "--lang", lang)
    assert len(found["leads"]) > 40
    assert misfits(result_schema, found) == []


@pytest.mark.parametrize("id", ["L001", "L025", "L038"])
def test_an_explanation_fits_the_contract(call: Call, result_schema: Any, id: str) -> None:
    found = results(call, "explain", EXAMPLES, id, "--format", "json", "--show-pii")
    assert misfits(result_schema, found) == []


def test_leads_set_aside_and_fields_fit_the_contract(
    call: Call, result_schema: Any, tmp_path: Path
) -> None:
    leads = tmp_path / "leads.yaml"
    leads.write_text("- {id: A, budget: lots}\n- {id: B, name: x}\n- {name: y}\n", encoding="utf-8")
    found = results(call, "evaluate", leads, "--format", "json", "--columns", "name,budget,fit")
    assert [lead["id"] for lead in found["set_aside"]] == ["A", None]
    assert misfits(result_schema, found) == []


def test_a_plugins_section_fits_and_less_than_the_contract_does_not(
    call: Call, result_schema: Any
) -> None:
    found = results(call, "evaluate", EXAMPLES, "--format", "json", "--top", "1")
    with_section = copy.deepcopy(found)
    with_section["leads"][0]["incentives"] = {"points": {"value": 3}}
    assert misfits(result_schema, with_section) == []
    for key in result_schema["definitions"]["lead"]["required"]:
        less = copy.deepcopy(found)
        del less["leads"][0][key]
        assert misfits(result_schema, less), key
    wrong = copy.deepcopy(found)
    wrong["leads"][0]["verdict"]["value"] = "maybe"
    assert misfits(result_schema, wrong)


# ── cases ──

CASES = [*SHIPPED.rglob("*.test.yaml"), *TEMPLATES.rglob("*.test.yaml")]


@pytest.mark.parametrize("path", CASES, ids=lambda path: "/".join(path.parts[-3:]))
def test_cases_fit_their_schema(call: Call, path: Path) -> None:
    assert misfits(call("schema", "cases").json, data_of(path)) == []


@pytest.mark.parametrize(
    "case",
    [
        {"lead": {"budget": 3}, "expect": {"verdict": "go"}},
        {"case": "x", "expect": {"verdict": "go"}},
        {"case": "x", "lead": {}, "expect": {}},
        {"case": "x", "lead": {}, "expect": {"fire": ["gates.x"]}},
        {"case": "x", "lead": {}, "expect": {"verdict": "yes"}},
        {"case": "x", "leads": [{"id": "L1"}], "expect": {"verdict": "go"}},
    ],
)
def test_what_is_no_case_does_not_fit(call: Call, case: Any) -> None:
    file = {"groupbuy": 1, "as_of": "2026-11-22", "cases": [case]}
    assert misfits(call("schema", "cases").json, file) != []


# ── what editors show ──


def keys_of(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every key that a schema names, with what it says of it."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for item in schema.values():
            yield from keys_of(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from keys_of(item)


@pytest.mark.parametrize(("lang", "said"), [("en", "a condition"), ("zh", "一个条件")])
def test_each_key_of_a_pack_is_explained(call: Call, lang: str, said: str) -> None:
    schema = call("schema", "pack", "--rules", SHIPPED, "--lang", lang).json
    assert said in schema["definitions"]["gates"]["properties"]["when"]["description"]
    assert (
        said
        in schema["definitions"]["changed_gates"]["anyOf"][1]["properties"]["when"]["description"]
    )
    named = {**schema["properties"], **schema["definitions"]}
    del named["field"], named["changes"], named["fields"]
    unsaid = {key for key, item in keys_of({"all": list(named.values())})
              if "description" not in item}  # fmt: skip
    # Their names say it: dates, languages, codes of findings.
    assert unsaid <= {"from", "until", "en", "zh", *KINDS}, unsaid


def test_examples_of_keys_fit_where_they_stand(call: Call) -> None:
    schema = call("schema", "pack", "--rules", SHIPPED).json
    entries = {name: schema["definitions"][name] for name in ("facts", "gates", "scores", "plays")}
    for item in (item for entry in entries.values() for _, item in keys_of(entry)):
        for example in item.get("examples", ()):
            assert misfits({**item, "definitions": schema["definitions"]}, example) == []


def test_a_pack_may_allow_findings(pack_schema: Any) -> None:
    pack = {"groupbuy": 1, "pack": "p", "allow": {"unused-fact": "for a report"}}
    assert misfits(pack_schema, pack) == []
    assert misfits(pack_schema, {**pack, "allow": {"unused-fat": "for a report"}})
