"""`groupbuy.api.spark` and `--engine spark`: DataFrames and files in, results out."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from groupbuy.api import spark as groupbuy
from groupbuy.errors import GroupbuyError

RULES = """
groupbuy: 1
pack: p
facts: {n: budget / headcount, spent: sum(orders.amount), last: last(orders.amount)}
gates: {stopped: {when: do_not_call, verdict: stop, unknown: pass}}
scores: {s: {range: [0, 9], rules: {big: {when: budget >= 100, points: 5}}}}
grades:
  tier: {rank: budget, cuts: {top: {top: 25%}, rest: {}}}
  kind: {by: customer_type, cases: {office: O, welfare: W, gift: G}}
plays: {call: {when: s >= 5, do: call}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "p.yaml").write_text(RULES, encoding="utf-8")
    text = "groupbuy: 1\nlayers: [p.yaml]\nrank_by: [s]\ncolumns: [tier, s]\n"
    (folder / "groupbuy.yaml").write_text(text, encoding="utf-8")
    return folder


def by_id(frame: Any) -> dict[str, dict[str, Any]]:
    return {row["id"]: row.asDict() for row in frame.collect()}


LEADS = """
SELECT * FROM VALUES
  ('L1', '  联想 ', '12.5万', 3L, DATE '2026-01-02', FALSE, '福利'),
  ('L2', 'e\u0301', '1000', NULL, NULL, NULL, 'office'),
  ('L3', '', NULL, 2L, NULL, TRUE, ''),
  ('L4', 'b', ' 40 ', 5L, NULL, FALSE, NULL)
AS t(id, 名称, `预算`, headcount, needed_by, do_not_call, customer_type)
"""
ORDERS = """
SELECT * FROM VALUES (' L1', '2026-01-05', 10.25), ('L1', '2026/1/2', 1), ('L2', '2026-01-01', 2)
AS t(id, date, amount)
"""


def test_a_frame_with_a_table_of_its_own(spark: Any, rules: Path) -> None:
    leads, orders = spark.sql(LEADS.replace("名称", "name")), spark.sql(ORDERS)
    result = groupbuy.evaluate(leads, rules, tables={"订单": orders}, as_of="2026-11-22")
    found = by_id(result)
    assert {id: row["name"] for id, row in found.items()} == {
        "L1": "联想", "L2": "é", "L3": None, "L4": "b",
    }  # fmt: skip
    one = found["L1"]
    assert (one["n"], one["spent"], one["last"]) == (pytest.approx(125000 / 3), 11.25, 10.25)
    assert (one["tier"], one["kind"], one["s_rules"]) == ("top", "W", ["big"])
    assert one["plays"] == ["call"]
    assert (found["L3"]["verdict"], found["L3"]["kind_possible"]) == ("stop", ["O", "W", "G"])
    assert (found["L2"]["spent"], found["L4"]["spent"]) == (2.0, 0.0)
    # As any other transformation.
    again = leads.transform(groupbuy.evaluate, rules, as_of=date(2026, 11, 22), columns=["s"])
    assert again.columns[:3] == ["id", "name", "packs"]


def test_a_table_inside_the_leads(spark: Any, rules: Path) -> None:
    leads = spark.sql(
        "SELECT 'L1' AS id, ARRAY(NAMED_STRUCT('date', DATE '2026-01-02', 'amount', 3.5D)) AS "
        "orders UNION ALL SELECT 'L2', ARRAY() UNION ALL SELECT 'L3', NULL"
    )
    found = by_id(groupbuy.evaluate(leads, rules))
    assert {id: row["spent"] for id, row in found.items()} == {"L1": 3.5, "L2": 0.0, "L3": None}


def test_cuts_that_were_stored_say_the_same(spark: Any, rules: Path, tmp_path: Path) -> None:
    leads = spark.range(40).selectExpr("CONCAT('L', id) AS id", "id * 1.5D AS budget")
    cuts = tmp_path / "cuts.json"
    first = by_id(groupbuy.evaluate(leads, rules, save_cuts=cuts))
    assert sum(row["tier"] == "top" for row in first.values()) == 10
    assert by_id(groupbuy.evaluate(leads, rules, cuts=cuts)) == first
    one = groupbuy.evaluate(leads.where("id = 'L39'"), rules, cuts=cuts)
    assert [row["tier"] for row in one.collect()] == ["top"]


def test_what_cannot_be_read_fails_or_is_left_out(spark: Any, rules: Path) -> None:
    leads = spark.sql("SELECT * FROM VALUES ('L1', 'a lot'), ('L2', '5') AS t(id, budget)")
    with pytest.raises(GroupbuyError, match="id L1: value-number budget"):
        groupbuy.evaluate(leads, rules)
    with pytest.warns(UserWarning, match="1 leads get no result"):
        found = groupbuy.evaluate(leads, rules, mode="DROPMALFORMED")
    assert list(by_id(found)) == ["L2"]
    orders = spark.sql("SELECT 'L2' AS id, 'soon' AS date")
    plain = leads.where("id = 'L2'")
    with pytest.raises(GroupbuyError, match="id L2"):
        groupbuy.evaluate(plain, rules, tables={"orders": orders})


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 'L1' AS id, 3 AS budgte", 'there is no field "budgte"'),
        ("SELECT 3 AS budget", "no column is the lead's id"),
        ("SELECT 'L1' AS id UNION ALL SELECT 'L1'", 'the id "L1" is given 2 times'),
        ("SELECT 'L1' AS id, 3 AS budget, 4 AS `预算`", "both mean budget"),
        ("SELECT 'L1' AS id, 'x' AS orders", "orders is a table, not a column of string"),
        ("SELECT CAST(NULL AS STRING) AS id", "id is missing"),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(spark: Any, rules: Path, sql: str, said: str) -> None:
    with pytest.raises(GroupbuyError, match=re.escape(said)):
        groupbuy.evaluate(spark.sql(sql), rules)


def test_ids_that_are_trusted_are_not_shuffled(spark: Any, rules: Path) -> None:
    leads = spark.sql("SELECT 'L1' AS id UNION ALL SELECT 'L1'")
    assert groupbuy.evaluate(leads, rules, distinct_ids=False).count() == 2


def test_wrong_arguments_are_said(spark: Any, rules: Path, tmp_path: Path) -> None:
    leads = spark.sql("SELECT 'L1' AS id")
    with pytest.raises(GroupbuyError, match="not a date"):
        groupbuy.evaluate(leads, rules, as_of="tomorrow")
    with pytest.raises(GroupbuyError, match="file-missing"):
        groupbuy.evaluate(leads, rules, cuts=tmp_path / "none")
    with pytest.raises(GroupbuyError, match="is no table"):
        groupbuy.evaluate(leads, rules, tables={"oders": leads})


# ── methods that Java would not compile ────────────────────────────────────────────────────────

SIZE = re.compile(r"maxMethodCodeSize:(\d+)")
RULE = "CASE WHEN budget >= {n} AND headcount < {n} OR budget < -{n} THEN {n}D ELSE 0D END AS r{n}"


def test_methods_too_large_for_the_jit_are_not_made(spark: Any, rules: Path) -> None:
    from groupbuy.files.columns.spark.session import JIT_LIMIT, METHOD_LIMIT, SPARKS_OWN

    kept = {
        METHOD_LIMIT: SPARKS_OWN,
        "spark.sql.codegen.wholeStage": "true",
        "spark.sql.codegen.factoryMode": "FALLBACK",
    }
    before = {name: spark.conf.get(name) for name in kept}
    try:
        for name, value in kept.items():
            spark.conf.set(name, value)
        leads = spark.range(9).selectExpr("id", "id * 1.5D AS budget", "id + 1 AS headcount")
        # Ninety rules, as rules become text, are one method that Java would never compile: the
        # cliff is there …
        wide = leads.selectExpr(*(RULE.format(n=n) for n in range(1, 91)))
        (size,) = _sizes(wide)
        assert JIT_LIMIT < size < SPARKS_OWN
        # … and whoever evaluates has Spark take another way before it, unless they chose one.
        groupbuy.evaluate(leads, rules)
        assert spark.conf.get(METHOD_LIMIT) == str(JIT_LIMIT)
        spark.conf.set(METHOD_LIMIT, 12345)
        groupbuy.evaluate(leads, rules)
        assert spark.conf.get(METHOD_LIMIT) == "12345"
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)


def _sizes(frame: Any) -> list[int]:
    """The largest method of each stage, in bytes, by what Spark says of the code it makes."""
    mode = frame.sparkSession._jvm.org.apache.spark.sql.execution.ExplainMode.fromString("codegen")
    return [int(size) for size in SIZE.findall(frame._jdf.queryExecution().explainString(mode))]


# ── the command ────────────────────────────────────────────────────────────────────────────────


def groupbuy_command(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "groupbuy", "evaluate", "--engine", "spark", *args]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=dict(os.environ)
    )


def test_the_command_writes_folders_and_says_nothing(rules: Path, tmp_path: Path) -> None:
    leads = {"id": ["L1", "L2", "L3"], "budget": [100, 5, 7], "do_not_call": [False, True, None]}
    pl.DataFrame(leads).write_parquet(tmp_path / "leads.parquet")
    orders = {"id": ["L1", "L1"], "date": ["2026-01-01"] * 2, "amount": [1, 2]}
    pl.DataFrame(orders).write_parquet(tmp_path / "leads.orders.parquet")
    done = groupbuy_command(
        tmp_path, "leads.parquet", "-o", "out/", "--partition-by", "verdict", "--save-cuts", "cuts"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = pl.read_parquet(tmp_path / "out" / "**/*.parquet", hive_partitioning=True)
    assert sorted(found.select("id", "verdict", "spent", "tier").rows()) == [
        ("L1", "go", 3.0, "top"),
        ("L2", "stop", 0.0, "rest"),
        ("L3", "go", 0.0, "rest"),
    ]
    assert (tmp_path / "out" / "_SUCCESS").exists()
    assert (tmp_path / "cuts").exists()


def test_the_command_reads_other_files_and_writes_one(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("id,预算\nL1,1.2万\nL2,\nL3,much\n", encoding="utf-8")
    done = groupbuy_command(tmp_path, "leads.csv", "--top", "2", "--format", "csv", "-o", "o.csv")
    assert done.returncode == 3
    assert "leads.csv:4" in done.stderr
    assert "WARN" not in done.stderr
    rows = (tmp_path / "o.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["rank", "1", "2"]


def test_without_java_there_are_words(rules: Path, tmp_path: Path, monkeypatch: Any) -> None:
    from groupbuy.files.columns.spark.session import need_java

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(GroupbuyError, match="Java 17"):
        need_java()
