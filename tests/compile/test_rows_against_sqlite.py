"""Three-valued logic is SQL's: random expressions over random leads give what SQLite gives.

Where we differ, on purpose, the SQL says so (`compile_world`): `a if c else b` is known where both
branches agree, and an aggregate is unknown where a row or a value that may count is.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from compile_world import TABLES, Grammar, Lead, leads, read
from hypothesis import given, settings
from hypothesis import strategies as st

from groupbuy.compile.python import compile_value


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE lead (a, b, c, p, q, r, k, t_known)")
    connection.execute("CREATE TABLE t (n, f, w)")
    yield connection
    connection.close()


def ask(database: sqlite3.Connection, sql: str, lead: dict[str, Any]) -> Any:
    database.execute("DELETE FROM lead")
    database.execute("DELETE FROM t")
    given = {**lead, "t": lead["t"] is not None}
    database.execute("INSERT INTO lead VALUES (:a, :b, :c, :p, :q, :r, :k, :t)", given)
    database.executemany("INSERT INTO t VALUES (:n, :f, :w)", lead["t"] or [])
    return database.execute(f"SELECT {sql} FROM lead").fetchone()[0]


@settings(max_examples=200, deadline=None)
@given(data=st.data(), some=st.lists(leads, min_size=1, max_size=5))
def test_rows_are_sql(
    database: sqlite3.Connection, data: st.DataObject, some: list[dict[str, Any]]
) -> None:
    grammar = Grammar(data.draw)
    pair = data.draw(st.sampled_from([grammar.flag, grammar.number]))(3)
    ours = compile_value(read(pair.text), TABLES)
    for lead in some:
        found, wanted = ours(Lead(lead)), ask(database, pair.sql, lead)
        assert found == wanted, f"{pair.text}\n{pair.sql}\n{lead}"
