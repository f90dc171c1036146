"""A connection to a database by its URL; what it says never shows a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from groupbuy.errors import GroupbuyError, Location, Problem

POSTGRESQL, SQLITE = ("postgresql", "postgres"), ("sqlite",)
_SECRET = re.compile(r"(?i)\b(password|passwd|pwd|sslpassword)\s*=\s*('[^']*'|[^\s&;]+)")


def shown(url: str) -> str:
    """A URL as it may be shown: without user, password and parameters."""
    parts = urlsplit(url)
    if parts.scheme in SQLITE:
        return url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def without_secrets(text: str, url: str) -> str:
    """What a driver says, without what must not be said."""
    parts = urlsplit(url)
    netloc, _, _ = parts.netloc.rpartition("@")
    _, _, password = netloc.partition(":")
    text = text.replace(url, shown(url))
    for secret in sorted({password, unquote(password)} - {""}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _SECRET.sub(r"\1=***", text)


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection on which nothing counts before `commit`. Raises `GroupbuyError`."""
    scheme = urlsplit(url).scheme
    driver = "adbc_driver_sqlite" if scheme in SQLITE else "adbc_driver_postgresql"
    try:
        dbapi = import_module(f"{driver}.dbapi")
        errors = import_module("adbc_driver_manager").Error
    except ImportError:
        hint = "pip install 'groupbuy[db]'"
        problem = Problem("extra-missing", f"{scheme} needs {driver}", None, hint)
        raise GroupbuyError(problem) from None
    where = sqlite_file(url) if scheme in SQLITE else url
    try:
        connection = dbapi.connect(where)
        try:
            yield connection
        finally:
            connection.close()
    except errors as error:
        text = without_secrets(str(error), url).strip()
        raise GroupbuyError(
            Problem("database", _plainly(text), Location(shown(url)), _hint(text))
        ) from None


def sqlite_file(url: str) -> str:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    rest = url.removeprefix("sqlite://").partition("?")[0]
    if not rest.startswith("/") or rest == "/":
        hint = "sqlite:///leads.db, or sqlite:////var/lib/leads.db for a whole path"
        raise GroupbuyError(Problem("bad-option", f"{url} names no file", None, hint))
    return unquote(rest[1:])


def existing(url: str) -> None:
    """Raise where a SQLite file is not there: its driver would make an empty one."""
    if urlsplit(url).scheme in SQLITE and not Path(sqlite_file(url)).is_file():
        problem = Problem("file-missing", "there is no such file", Location(sqlite_file(url)))
        raise GroupbuyError(problem)


def quoted(name: str) -> str:
    """A table's name in SQL; `crm.leads` is a table in a schema."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


def _plainly(text: str) -> str:
    """What the server says, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines)[:300] or "the database gave no reason"


def _hint(text: str) -> str | None:
    if "authentication" in text or "no password" in text:
        return "PGPASSWORD or ~/.pgpass hold a password that no command line shows"
    return None
