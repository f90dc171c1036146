"""Leads in a format that a plugin reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.files.record import Record
from groupbuy.plugins.discovery import offered
from groupbuy.plugins.found import Found
from groupbuy.plugins.guard import Guard, PluginError
from groupbuy.plugins.interfaces import Reader
from groupbuy.plugins.loading import imported_object


def reader_of(path: Path) -> Found | None:
    """What reads files with this suffix, if a plugin does. Raises where two do."""
    suffix = path.suffix.lower().removeprefix(".")
    return offered("reader", suffix) if suffix else None


def read(path: Path, found: Found, problems: Problems) -> list[Record]:
    """The records that the plugin finds; a place is the file and the number of the record."""
    guard = Guard()
    reader = imported_object(found, guard)
    if not isinstance(reader, Reader):
        message = f"{found}: its entry point is a {type(reader).__name__}, not a Reader"
        raise GroupbuyError(Problem("plugin-unusable", message))
    try:
        given = guard.call(found, "read", lambda: list(reader.read(path)))
    except PluginError as failure:
        raise GroupbuyError(Problem("plugin-failed", str(failure), Location(str(path)))) from None
    records = []
    for number, item in enumerate(given, 1):
        if isinstance(item, Mapping) and all(isinstance(key, str) for key in item):
            records.append(Record(dict(item), _Places(path, number)))
        else:
            message = f"{found}: record {number} is a {type(item).__name__}, not values by header"
            problems.add("plugin-failed", message, Location(str(path)))
    return records


class _Places:
    """All that is known of a place: which record of the file."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number

    def __call__(self, *place: Any) -> Location:
        return Location(f"{self.path}, record {self.number}")
