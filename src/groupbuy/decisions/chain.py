"""Records as lines of JSON, each sealed by a hash over itself and the hash before it.

The hash is taken of the bytes as they stand, so that any byte that is changed shows. Beside it a
record carries short digests of its parts (`parts`); they prove nothing, but say which part it was
that somebody changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groupbuy.render.json import json_text

VERSION = 1
START = hashlib.sha256(b"groupbuy decision log 1").hexdigest()
BEGIN = b'{"log":1,"record":'
"""How every record begins, a torn one too."""

_SEALED = re.compile(rb'(\{.*),"hash":"([0-9a-f]{64})"\}', re.DOTALL)
_FRAME = ("log", "record", "previous", "parts")
_DEEPER = ("input", "conclusions")
_DIGITS = 8


@dataclass(frozen=True)
class Record:
    """One line that has the form of a record. `sound` says whether it is what was written."""

    number: int
    previous: str
    hash: str
    data: Mapping[str, Any]
    sound: bool


def sealed(number: int, previous: str, data: Mapping[str, Any]) -> tuple[bytes, str]:
    """The line of a record, line end included, and its hash."""
    whole = {"log": VERSION, "record": number, "previous": previous, **data}
    whole["parts"] = dict(_parts(whole))
    body = json_text(whole, tight=True).encode()
    hash = linked(previous, body)
    return body[:-1] + f',"hash":"{hash}"}}\n'.encode(), hash


def linked(previous: str, body: bytes) -> str:
    """The hash of a record and all records before it."""
    return hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()


def read_record(line: bytes) -> Record | None:
    """The record of a line without its end; none where it has not even the form of one."""
    match = _SEALED.fullmatch(line)
    if match is None:
        return None
    body, hash = match[1] + b"}", match[2].decode()
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("log") != VERSION:
        return None
    number, previous = data.get("record"), data.get("previous")
    if not isinstance(number, int) or not isinstance(previous, str):
        return None
    try:
        sound = linked(previous, body) == hash
    except UnicodeEncodeError:
        return None
    return Record(number, previous, hash, data, sound)


def changed_parts(record: Record) -> list[str]:
    """Which parts of a record are not what they were, as far as its own digests can tell."""
    noted = record.data.get("parts")
    if not isinstance(noted, dict):
        return ["parts"]
    found = dict(_parts(record.data))
    return [name for name in dict.fromkeys((*noted, *found)) if noted.get(name) != found.get(name)]


def _parts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if key in _DEEPER and isinstance(value, dict):
            for inner, deeper in value.items():
                yield f"{key}.{inner}", _digest(deeper)
        elif key not in _FRAME:
            yield key, _digest(value)


def _digest(value: Any) -> str:
    text = json_text(value, tight=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
