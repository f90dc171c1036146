"""`groupbuy evaluate` out of databases and into them: PostgreSQL and SQLite, through ADBC."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from command_line import Call
from postgres_server import IN_URL, PASSWORD

RULES = """
groupbuy: 1
pack: p
facts: {n: budget / headcount, spent: sum(orders.amount)}
gates: {stopped: {when: do_not_call, verdict: stop, unknown: pass}}
scores: {s: {range: [0, 9], rules: {big: {when: budget >= 100, points: 5}}}}
grades: {tier: {of: s, bands: {B: {}, A: {from: 5}}}}
plays: {call: {when: s >= 5, do: call}}
"""
ROWS = [("L1", "华东 o'brien", 1, 100.5, 3, "2026-01-31"), ("L2", None, 0, 50, None, None)]
ORDERS = [("L1", "2026-01-02", 10.25), ("L1", "2026-02-02", 1)]
COLUMNS = (
    "id text, name text, do_not_call {flag}, budget numeric(12,2), headcount int, needed_by date"
)

Rows = list[tuple[Any, ...]]
Run = Callable[..., Rows]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    if not postgres_server.installed():
        pytest.skip("there is no PostgreSQL: apt-get install postgresql")
    with postgres_server.started() as url:
        yield url


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "p.yaml").write_text(RULES, encoding="utf-8")
    text = "groupbuy: 1\nlayers: [p.yaml]\nrank_by: [s]\ncolumns: [tier, s]\n"
    (rules / "groupbuy.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_in(url: str, *statements: str) -> Rows:
    """Statements in PostgreSQL, and the rows of the last."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        found: Rows = []
        for statement in statements:
            cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else []
        return found


def values(row: Sequence[Any]) -> str:
    cells = ("NULL" if v is None else "'" + str(v).replace("'", "''") + "'" for v in row)
    return f"({', '.join(cells)})"


@pytest.fixture
def database(postgres: str) -> str:
    run_in(
        postgres,
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        f"CREATE TABLE leads ({COLUMNS.format(flag='boolean')})",
        f"INSERT INTO leads VALUES {', '.join(map(values, ROWS))}",
        "CREATE TABLE order_lines (id text, date date, amount numeric)",
        f"INSERT INTO order_lines VALUES {', '.join(map(values, ORDERS))}",
    )
    return postgres


@pytest.fixture
def lite(folder: Path) -> str:
    path = folder / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE leads ({COLUMNS.format(flag='text')})")
        connection.executemany("INSERT INTO leads VALUES (?, ?, ?, ?, ?, ?)", ROWS)
        connection.execute("CREATE TABLE order_lines (id text, date date, amount numeric)")
        connection.executemany("INSERT INTO order_lines VALUES (?, ?, ?)", ORDERS)
    connection.close()
    return "sqlite:///crm.db"


TABLES = ("--table", "leads", "--table", "orders=order_lines")
RESULT = [("L1", "stop", 5.0, "A", 33.5, 11.25), ("L2", "go", 0.0, "B", None, None)]
ASKED = "SELECT id, verdict, s, tier, n, spent FROM results ORDER BY id"


def test_out_of_postgresql_and_back(call: Call, database: str) -> None:
    done = call("evaluate", database, *TABLES, "-o", database, "--into", "results")
    assert (done.code, done.out, done.err) == (0, "", "")
    expected = [*RESULT[:1], (*RESULT[1][:5], 0.0)]
    assert run_in(database, ASKED) == expected
    (found,) = run_in(database, "SELECT s_rules, plays FROM results WHERE id = 'L1'")
    assert found == (["big"], [])
    # Again, over the results of the first time.
    run_in(database, "UPDATE leads SET budget = 1")
    assert call("evaluate", database, *TABLES, "-o", database, "--into", "results").code == 0
    assert [row[2] for row in run_in(database, ASKED)] == [0.0, 0.0]


def test_out_of_sqlite_and_back(call: Call, lite: str, folder: Path) -> None:
    done = call("evaluate", lite, *TABLES, "-o", "sqlite:///out.db", "--into", "results")
    assert (done.code, done.out, done.err) == (0, "", "")
    connection = sqlite3.connect(folder / "out.db")
    found = connection.execute(ASKED).fetchall()
    assert found == [*RESULT[:1], (*RESULT[1][:5], 0.0)]
    assert connection.execute("SELECT s_rules FROM results").fetchall() == [("big",), ("",)]
    connection.close()


def test_a_query_and_the_table_on_the_screen(call: Call, lite: str) -> None:
    query = "select id, name, budget from leads where budget > 60"
    done = call("evaluate", lite, "--query", query, "--format", "json")
    assert done.code == 0, done.err
    assert [lead["id"] for lead in json.loads(done.out)["leads"]] == ["L1"]
    done = call("evaluate", lite, "--query", query, "--engine", "columns", "--format", "csv")
    assert done.out.splitlines()[1].startswith("L1,")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("{lite}",), "which table holds the leads?"),
        (("{lite}", "--table", "nobody"), "no such table: nobody"),
        (("{lite}", "--query", "select"), "incomplete input"),
        (("{lite}", "--table", "leads", "--table", "ordres=x"), 'did you mean "orders"?'),
        (("{lite}", "--table", "leads", "--table", "leads"), "given twice"),
        (("sqlite:///no.db", "--table", "leads"), "no such file"),
        (("sqlite://", "--table", "leads"), "names no file"),
        (("{lite}", "x.csv", "--table", "leads"), "the only source"),
        (("x.csv", "--table", "leads"), "go with a database"),
        (("{lite}", "--table", "leads", "-o", "sqlite:///o.db"), "which table takes the results?"),
        (("{lite}", "--table", "leads", "-o", "o.csv", "--into", "x"), "--into goes with"),
        (
            ("{lite}", "--table", "leads", "-o", "{lite}", "--into", "order_lines"),
            "holds something else than results",
        ),
        (("{lite}", "--query", "select id, id from leads"), "two columns are called"),
    ],
)
def test_wrong_use_is_said(call: Call, lite: str, args: tuple[str, ...], said: str) -> None:
    done = call("evaluate", *(arg.format(lite=lite) for arg in args))
    assert done.code == 2, done.out
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace(IN_URL, "wrong%21"),
        lambda url: url.replace("/postgres", "/nowhere"),
        lambda url: url.replace("127.0.0.1:", "127.0.0.1:1"),
        lambda url: url + "?password=wrong%21&nonsense=1",
    ],
)
def test_no_password_is_ever_shown(call: Call, database: str, change: Callable[[str], str]) -> None:
    done = call("evaluate", change(database), "--table", "leads", "-o", "o.parquet")
    assert done.code == 2
    assert "127.0.0.1" in done.err
    for secret in (PASSWORD, IN_URL, "wrong!", "wrong%21", "sales:"):
        assert secret not in done.err


def test_a_failure_on_the_way_leaves_the_old_table(database: str) -> None:
    import pyarrow as pa

    from groupbuy.errors import GroupbuyError
    from groupbuy.files.databases import write
    from groupbuy.files.databases.connect import connected

    made = "CREATE TABLE results (id text, packs text[], verdict text)"
    run_in(database, made, "INSERT INTO results VALUES ('old', '{}', 'go')")
    schema = pa.schema([("id", pa.string())])

    def batches() -> Any:
        yield pa.record_batch([pa.array(["new"])], schema=schema)
        raise RuntimeError("the disk is full")

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    with pytest.raises((GroupbuyError, RuntimeError)), connected(database) as connection:
        write._replaced(connection, reader, database, "results")
    assert run_in(database, "SELECT id FROM results") == [("old",)]
    assert run_in(database, "SELECT to_regclass('results_groupbuy_new')") == [(None,)]


def test_a_killed_run_leaves_the_old_table(call: Call, database: str, folder: Path) -> None:
    from adbc_driver_postgresql import dbapi

    args = ["evaluate", database, *TABLES, "-o", database, "--into", "results"]
    assert call(*args).code == 0
    run_in(database, "UPDATE leads SET budget = 1")
    command = [sys.executable, "-m", "groupbuy", *args]
    with dbapi.connect(database) as reader, reader.cursor() as cursor:
        # Whoever reads the old table keeps the run from taking it away: there it is killed.
        cursor.execute("SELECT count(*) FROM results")
        cursor.fetchall()
        running = subprocess.Popen(command, env=os.environ, cwd=folder)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        for _ in range(1200):
            if run_in(database, waiting) == [(1,)]:
                break
            time.sleep(0.05)
        else:
            pytest.fail("the run never came to the old table")
        running.send_signal(signal.SIGKILL)
        running.wait(60)
    assert [row[2] for row in run_in(database, ASKED)] == [5.0, 0.0]
