"""Databases on the command line: leads out of them, results into them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from groupbuy.cli.running import fail
from groupbuy.cli.targets import is_database

if TYPE_CHECKING:
    from groupbuy.model.model import LeadModel

F = TypeVar("F", bound=Callable[..., Any])


def database_options(command: F) -> F:
    """`--table`, `--query`, `--into`."""
    for option in (
        click.option(
            "--into", metavar="TABLE", help="With -o postgresql://…: the table of results."
        ),
        click.option(
            "--query",
            "queries",
            multiple=True,
            metavar="SQL",
            help="What of a database: 'select …'; of a table of the leads: 'orders=select …'.",
        ),
        click.option(
            "--table",
            "tables",
            multiple=True,
            metavar="TABLE",
            help="What of a database: leads; of a table of the leads: orders=order_lines.",
        ),
    ):
        command = option(command)
    return command


def fetched(
    leads: Sequence[str], model: LeadModel, queries: Sequence[str], tables: Sequence[str]
) -> Sequence[str]:
    """The names of files: of those that were given, or of one that holds what a database gives.

    It is there until the command ends. Raises `GroupbuyError`.
    """
    databases = [name for name in leads if is_database(name)]
    if not databases:
        if queries or tables:
            fail("bad-option", "--query and --table go with a database", "postgresql://host/name")
        return leads
    if len(leads) > 1:
        fail("bad-option", "a database is the only source of a run", "join them with --query")
    require()
    from groupbuy.files.databases.read import by_table, read_database

    sql = by_table(queries, tables, model)
    context = click.get_current_context()
    folder = context.with_resource(tempfile.TemporaryDirectory(prefix="groupbuy-"))
    return [str(read_database(databases[0], sql, Path(folder)))]


def check_into(out: str | None, into: str | None) -> None:
    """Fail where results have a database and no table, or a table and no database."""
    inside = out is not None and is_database(out)
    if inside and not into:
        fail("bad-option", "which table takes the results?", "--into lead_results")
    if into and not inside:
        fail("bad-option", "--into goes with -o postgresql://… or sqlite:///…")


def require() -> None:
    """Fail in words where the libraries are not installed."""
    import importlib.util

    wanted = ["polars", "pyarrow", "adbc_driver_manager"]
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        fail(
            "extra-missing", f"a database needs {', '.join(missing)}", "pip install 'groupbuy[db]'"
        )
