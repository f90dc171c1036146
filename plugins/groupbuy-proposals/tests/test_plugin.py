"""The plugin as a plugin: imports, contracts, sections, generators of others, README."""

import ast
import re
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

import groupbuy_proposals
from groupbuy.api import Item, Package, PackageLine, PluginError
from groupbuy.testing import Rules, check_plugin
from groupbuy_proposals.exact import ExactGenerator
from groupbuy_proposals.need import Alternative, Need
from groupbuy_proposals.offers import Asked, offer

PACKAGE = Path(groupbuy_proposals.__file__).parent
HERE = Path(__file__).parent.parent
LAYERS = [
    "groupbuy:common",
    ["groupbuy:office", "groupbuy:welfare", "groupbuy:gift"],
    "proposals:packages",
]
TODAY = date(2026, 11, 22)


def test_it_is_what_a_plugin_must_be():
    check_plugin("proposals")


def test_it_imports_only_the_public_api():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            for module in modules:
                if module.split(".")[0] == "groupbuy":
                    assert module.startswith("groupbuy.api"), (path, module)


def test_the_cases_of_its_packs_hold(command):
    ran = command("test", PACKAGE / "rules")
    assert ran.code == 0, ran.out + ran.err


# ── packages: ──


def project(tmp_path, pack, layers=()):
    (tmp_path / "groupbuy.yaml").write_text(
        yaml.safe_dump({"groupbuy": 1, "layers": [*layers, "ours.yaml"], "plugins": ["proposals"]})
    )
    (tmp_path / "ours.yaml").write_text("groupbuy: 1\npack: ours\n" + pack, "utf-8")
    return tmp_path


SMALL = """
packages:
  box:
    recipients: recipients
    per_head: budget_per_head
    objective: {novelty: 1}
"""


@pytest.mark.parametrize(
    ("pack", "code", "says"),
    [
        ("packages: {box: {recipients: 5}}", "missing-key", "per_head"),
        (SMALL.replace("novelty", "noveltie"), "unknown-key", "novelty"),
        (SMALL.replace("per_head: budget_per_head", "per_head: city"), "type-mismatch", "number"),
        (SMALL + "    needed_by: 5\n", "type-mismatch", "date"),
        (SMALL + "    issued: {a: {each: gifts, item: city}}\n", "unknown-name", "table"),
        (SMALL + "    use: {proposals.exakt: {}}\n", "unknown-generator", "proposals.exact"),
        (SMALL + "    use: {proposals.exact: {nodes: 0}}\n", "wrong-value", "minimum"),
        (SMALL + "    need: {a: 'for {nobody}'}\n", "unknown-name", "nobody"),
    ],
)
def test_mistakes_in_packages_are_told_with_their_places(tmp_path, command, pack, code, says):
    ran = command("check", project(tmp_path, pack))
    assert ran.code in (1, 2)
    assert "ours.yaml:" in ran.out + ran.err
    assert code in ran.out + ran.err
    assert says in ran.out + ran.err


def test_a_company_changes_the_shipped_packages(tmp_path, command):
    changes = """
changes:
  packages:
    welfare: {objective: {novelty: 5}, alternatives: {premium: off}, service: {faulty: off}}
"""
    folder = project(tmp_path, changes, LAYERS)
    leads = tmp_path / "leads.json"
    leads.write_text('[{"id": "L1", "customer_type": "welfare", "recipients": 9}]')
    ran = command("evaluate", leads, "--rules", folder, "--format", "json", "--as-of", "2026-11-22")
    entry = yaml.safe_load(ran.out)["leads"][0]["packages"]["welfare"]
    assert entry["objective"]["novelty"] == 5
    assert list(entry["alternatives"]) == ["economy", "recommended"]
    assert "质量问题7天内包换" not in entry["service"]
    assert (entry["status"], entry["missing"]) == ("open", ["budget", "budget_per_head"])


# ── cases: ──

CASES = """
cases:
  near:
    title: Near
    like:
      type: {when: customer_type == "welfare", weight: 3, because: same type}
      size: headcount >= 100
    did: Did this
    help: {who: Zhou, topics: [样品]}
    quote: Quote {city}
  far: {like: {type: customer_type == "gift"}, help: {who: Yan, topics: [培训]}}
  half: {like: {a: customer_type == "welfare", b: customer_type == "gift"}}
  third: {like: {a: customer_type == "welfare", b: customer_type == "welfare"}}
  fourth: {like: {a: customer_type == "welfare", b: customer_type == "gift", c: budget > 1}}
"""


def cases(pack=CASES, **lead):
    return Rules(pack, plugins=["proposals"]).lead({"id": "L1", **lead})["cases"]


def test_the_most_similar_cases_come_first_with_why():
    found = cases(customer_type="welfare", headcount=500, city="江澜")
    assert list(found) == ["near", "third", "half"]
    assert found["near"]["similarity"] == 1
    assert found["near"]["because"] == ["same type", "size"]
    assert found["near"]["quote"] == "Quote 江澜"
    assert found["half"]["similarity"] == 0.5


def test_what_nobody_knows_does_not_make_alike():
    found = cases(customer_type="welfare")
    assert found["near"]["similarity"] == 0.75
    assert found["near"]["unknown"] == ["size"]
    assert "fourth" not in found


def test_a_request_for_help_finds_who_can_help():
    found = cases(customer_type="welfare", headcount=9, help_wanted="请派人做培训")
    assert found["far"]["topics"] == ["培训"]
    assert any("Yan" in line for line in found["far"]["say"])
    assert cases(help_wanted="其他") == {}


# ── generators of others ──

NEED = Need(recipients=10, per_head=Decimal("100.00"), objective={"appeal": 1}, most_items=2)
ITEMS = [
    Item(sku, {"zh": sku}, "a", Decimal(cost), vat_rate=Decimal("0.13"), attributes={"appeal": a})
    for sku, cost, a in (("x", "60", 90), ("y", "40", 80), ("z", "30", 10), ("dear", "999", 99))
]
ALTERNATIVE = Alternative("recommended", "Recommended", Decimal(1), {"appeal": 1})


class Other:
    """A generator of another plugin."""

    def __init__(self, *packages, error=None):
        self.packages, self.error = packages, error

    def propose(self, request):
        if self.error:
            raise self.error
        return [
            Package([PackageLine(sku, 1, 10) for sku in skus], title={"zh": "别家"})
            for skus in self.packages
        ]


def asked(**generators):
    return [Asked(name, each, {}, {}) for name, each in generators.items()]


def test_packages_of_all_generators_are_compared_on_one_objective():
    others = asked(exact=ExactGenerator(), other=Other(["z"], ["x", "y"], ["x", "dear"]))
    found = offer(ALTERNATIVE, NEED, ITEMS, TODAY, others)
    assert [line.item.sku for line in found.best.lines] == ["x", "y"]
    assert found.best.generator == "exact"  # of two alike, by name
    assert [(each.generator, each.worth) for each in found.others] == [
        ("other", found.best.worth),
        ("other", 3_000),
    ]
    assert [(each.generator, each.broken) for each in found.rejected] == [
        ("other", ("most_total",))
    ]


def test_a_better_package_of_another_wins_over_an_unproved_one():
    found = offer(ALTERNATIVE, NEED, ITEMS, TODAY, asked(weak=Other(["z"]), strong=Other(["x"])))
    assert (found.best.generator, found.best.optimal) == ("strong", False)


def test_a_generator_that_fails_does_not_stand_in_the_way_of_others():
    from groupbuy.plugins.discovery import Found

    broken = Other(error=PluginError(Found("p", "plugin", "p", "d", "1"), "propose", "broke"))
    found = offer(ALTERNATIVE, NEED, ITEMS, TODAY, asked(bad=broken, exact=ExactGenerator()))
    assert found.best is not None
    assert len(found.failures) == 1


# ── README ──


def blocks(language):
    text = (HERE / "README.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_commands_of_the_readme_work_and_say_what_it_says(command, tmp_path, monkeypatch):
    for module in ("highspy", "docx", "typst", "xlsxwriter", "pylopdf_fonts_zh_cn"):
        pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.yaml").write_bytes((HERE / "examples" / "leads.yaml").read_bytes())
    said = ""
    for block in blocks("sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["groupbuy"]:
                ran = command(*words[1:])
                assert ran.code == 0, (line, ran.err)
                said += ran.out
    for line in blocks("text")[0].splitlines():
        assert line in said
    assert (tmp_path / "out" / "W01.pdf").is_file()


@pytest.mark.parametrize("number", [1, 2])
def test_the_rules_of_the_readme_are_rules(tmp_path, command, number):
    pack = blocks("yaml")[number]
    folder = project(tmp_path, "", LAYERS)
    (folder / "ours.yaml").write_text(pack, "utf-8")
    ran = command("check", folder)
    assert ran.code == 0, ran.out + ran.err


def test_the_item_of_the_readme_is_an_item(tmp_path, command):
    path = tmp_path / "catalogue.yaml"
    path.write_text(blocks("yaml")[0], "utf-8")
    assert command("catalogue", "check", path).code == 0
