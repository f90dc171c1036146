"""Row engine ≡ Spark: every operation, random rule sets over random leads, the shipped rules."""

from typing import Any

import columns_rules
import columns_world
import pytest
from columns_world import alike, in_columns
from compile_world import NAMES as FIELDS
from compile_world import TABLES, Lead, define, read
from random_rules import random_layers, random_leads
from rules_world import rules
from test_columns_agree import disagreements
from test_columns_operations import LEADS, MORE, TEXTS

from groupbuy.compile.columns.spark_sql import literal, sql
from groupbuy.compile.python import compile_value
from groupbuy.engine.columns.outputs import Wanted
from groupbuy.engine.columns.run import ColumnEngine
from groupbuy.files.leads import read_leads


@pytest.fixture(autouse=True)
def engine(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_spark(frame: Any) -> Any:
        return spark.createDataFrame(frame.to_arrow())

    monkeypatch.setitem(columns_rules.ENGINES, "spark", on_spark)
    monkeypatch.setitem(columns_world.ENGINES, "spark", on_spark)


def test_operations() -> None:
    trees = {f"x{n}": read(text, MORE) for n, text in enumerate(TEXTS)}
    definitions = {name: define(name, tree) for name, tree in trees.items()}
    wanted = {name: tree.type for name, tree in trees.items()}
    rows = in_columns(definitions, wanted, LEADS, "spark", {**FIELDS, **MORE})
    wrong = []
    for (name, tree), text in zip(trees.items(), TEXTS, strict=True):
        row = compile_value(tree, TABLES)
        for lead, found in zip(LEADS, rows, strict=True):
            value = row(Lead(lead))
            if isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if not alike(found[name], value):
                wrong.append(f"{text}: row {value}, Spark {found[name]}, {lead}")
                break
    assert wrong == []


TEXT_RULES = """
facts:
  low: lower(name)
  long: len(name)
  starts: startswith(name, 'İ')
  ends: endswith(name, "o'brien")
  has: contains(name, '东')
gates:
  g: {when: "contains(name, 'ß')", verdict: stop, unknown: pass}
"""
NAMES = [
    "İstanbul",
    "ß",
    "STRASSE ß",
    "华东 店",
    "o'brien",
    "back\\slash",
    "ÅÉ",
    "",
    None,
    "a\tb",
    "😀 x",
    "ΑΣ",
]


def test_texts_and_what_engines_read_otherwise() -> None:
    world = rules(TEXT_RULES)
    given = [{"name": name} for name in NAMES if name]
    row = world.result(given).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, "spark", row) == []


@pytest.mark.parametrize("seed", [3, 21])
def test_random_rules(seed: int) -> None:
    world = rules(*random_layers(seed))
    row = world.result(random_leads(seed, 60)).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, "spark", row) == []


def test_large_numbers_have_no_64_bits() -> None:
    world = rules("facts: {n: floor(a * 1000000000000), m: a // 3, r: 'round(a, 0)'}")
    row = world.result([{"a": 1e12}, {"a": -1e13 - 1}, {"a": 7}, {}]).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    assert disagreements(world.workspace, leads, "spark", row) == []


def test_the_first_in_the_order_in_which_to_call() -> None:
    world = rules(
        "facts: {n: a + b}\ngrades: {k: {of: n, bands: {B: {}, A: {from: 4}}}}",
        head="rank_by: [k, n]",
        top=15,
    )
    row = world.result(random_leads(5, 60)).data
    leads = read_leads([world.folder / "leads.json"], world.workspace.model).leads
    workspace = world.workspace
    source = columns_rules.source_of(leads, workspace.model, "spark")
    result = ColumnEngine(workspace.rules, source).evaluate(
        Wanted(), workspace.where, workspace.rank_by, 15
    )
    assert [r["id"] for r in source.rows(result.frame)] == [lead["id"] for lead in row["leads"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5D"),
        (1e-9, "1e-09D"),
        (float("-inf"), "CAST('-inf' AS DOUBLE)"),
        (True, "TRUE"),
        ("it's", "CAST(X'69742773' AS STRING)"),
        (None, "NULL"),
    ],
)
def test_literals_are_read_as_they_are(spark: Any, value: Any, text: str) -> None:
    assert literal(value) == text
    (row,) = spark.range(1).selectExpr(f"{text} AS x").collect()
    assert row["x"] == value


def test_what_has_no_text_is_refused() -> None:
    import narwhals as nw

    from groupbuy.errors import GroupbuyError

    with pytest.raises(GroupbuyError, match="sin"):
        sql(nw.col("a").sin())
