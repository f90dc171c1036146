"""What a lead was judged by, as a log may hold it: no personal data, no text that nobody read.

Such a value is replaced by a keyed digest. A plain hash of a telephone number is found out by
trying all of them; without the key that is not possible. The digest is of the lead's id and the
field, too, so that it doesn't tell which leads have the same contact. The key lies in a file of its
own; whoever removes it leaves digests that say nothing to anybody any more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from groupbuy.decisions.book import opened_to_add
from groupbuy.engine.wording import iso
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.model.entries import Field, Table
from groupbuy.model.lead import Lead
from groupbuy.model.model import ID, LeadModel
from groupbuy.render.json import json_text
from groupbuy.tree.types import Kind

MASK = "masked"
_BYTES = 32
_DIGITS = 32

Fill = Callable[[str, str, Any], Any]
"""Lead, path (`contacts.0.phone`) and digest of a masked value → what to put there."""


class Key:
    """The secret of a log's digests, read or made when the first is asked for."""

    def __init__(self, path: Path, log: Path | None = None) -> None:
        """`path` is the file that holds it; a key is made only for a `log`, and under its lock."""
        self.path, self.log = path, log
        self._secret: bytes | None = None
        self.made = False

    def digest(self, lead: str, path: str, value: Any) -> str:
        """What stands for a value of a lead; makes a key where there is none."""
        if not self.there:
            self._find_or_make()
        assert self._secret is not None
        text = json_text([lead, path, value], tight=True)
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:_DIGITS]

    def _find_or_make(self) -> None:
        assert self.log is not None
        with opened_to_add(self.log):  # of two runs that need a key, one makes it
            if not self.there:
                self._secret, self.made = _make(self.path), True

    @property
    def there(self) -> bool:
        """Whether there is a key."""
        self._secret = self._secret or _read(self.path)
        return self._secret is not None

    @property
    def name(self) -> str | None:
        """What tells keys apart; none where no digest was asked for."""
        return None if self._secret is None else hashlib.sha256(self._secret).hexdigest()[:8]


def key_beside(log: Path) -> Path:
    """Where a log's key lies unless somebody says otherwise."""
    return log.with_name(log.name + ".key")


def masked_input(lead: Lead, model: LeadModel, read: frozenset[str], key: Key) -> dict[str, Any]:
    """The values of a lead by name, as a log holds them.

    `read` are the names of fields, tables (all columns) and columns (`orders.sku`) whose texts
    stand in the open: those that a rule read. Blanks are left out.
    """
    values: dict[str, Any] = {}
    for name, entry in model.entries.items():
        given = lead.values.get(name)
        if given is None:
            continue
        if isinstance(entry, Field):
            values[name] = _shown(lead.id, name, entry, given, read, key, name)
        elif isinstance(given, list):
            values[name] = [
                {
                    column: _shown(
                        lead.id, f"{name}.{column}", field, row[column], read, key,
                        f"{name}.{number}.{column}",
                    )
                    for column, field in entry.fields.items()
                    if row.get(column) is not None
                }
                for number, row in enumerate(given)
            ]  # fmt: skip
    found: dict[str, Any] = {"values": values}
    if lead.assumed:
        found["assumed"] = sorted(lead.assumed)
    return found


def _shown(
    lead: str, name: str, field: Field, value: Any, read: frozenset[str], key: Key, path: str
) -> Any:
    plain = as_json(value, field)
    unread = field.type.kind is Kind.TEXT and name != ID
    unread = unread and name not in read and name.partition(".")[0] not in read
    return {MASK: key.digest(lead, path, plain)} if field.pii or unread else plain


def as_json(value: Any, field: Field) -> Any:
    """A value so that it is read back as the same, to the last bit."""
    if field.type.kind is Kind.DATE:
        return iso(value)
    return list(value) if isinstance(value, tuple) else value


def restored(values: Mapping[str, Any], lead: str, model: LeadModel, fill: Fill) -> dict[str, Any]:
    """The values that a log holds of a lead. Raises `ValueError` where they are none."""
    found: dict[str, Any] = dict.fromkeys(model.entries)
    for name, held in values.items():
        entry = model.entries.get(name)
        if entry is None:
            raise ValueError(f"there is no field {name}")
        if isinstance(entry, Field):
            found[name] = _read_back(held, lead, name, entry, fill)
        else:
            found[name] = list(_rows(held, lead, entry, fill))
    return found


def _rows(held: Any, lead: str, table: Table, fill: Fill) -> Iterator[dict[str, Any]]:
    if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
        raise ValueError(f"{table.name} is not a table")
    for number, row in enumerate(held):
        made: dict[str, Any] = dict.fromkeys(table.fields)
        for column, value in row.items():
            if column not in table.fields:
                raise ValueError(f"{table.name} has no column {column}")
            path = f"{table.name}.{number}.{column}"
            made[column] = _read_back(value, lead, path, table.fields[column], fill)
        yield made


def _read_back(held: Any, lead: str, path: str, field: Field, fill: Fill) -> Any:
    if isinstance(held, dict):
        return fill(lead, path, held.get(MASK))
    kind = field.type.kind
    number = kind is Kind.NUMBER and isinstance(held, int | float) and not isinstance(held, bool)
    if number or (kind is Kind.FLAG and isinstance(held, bool)):
        return held
    if kind is Kind.CHOICES and isinstance(held, list):
        return tuple(str(word) for word in held)
    if isinstance(held, str) and kind is Kind.DATE:
        return date.fromisoformat(held).toordinal()
    if isinstance(held, str) and kind in (Kind.TEXT, Kind.CHOICE):
        return held
    raise ValueError(f"{path} is not a {field.type}")


def stand_in(field: Field) -> Any:
    """A value that no rule looks at, where there is some."""
    return {Kind.NUMBER: 0.0, Kind.FLAG: False, Kind.DATE: 1, Kind.CHOICES: ()}.get(
        field.type.kind, field.type.values[0] if field.type.values else "***"
    )


def _read(path: Path) -> bytes | None:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from None
    if len(secret) < _BYTES:
        raise _unusable(path, ValueError("it is too short"))
    return secret


def _make(path: Path) -> bytes:
    """A new key in a file that is there whole or not at all. The caller holds the log's lock."""
    secret = secrets.token_bytes(_BYTES)
    try:
        # Only its owner may read it: mkstemp sees to that.
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        try:
            with open(handle, "wb") as stream:
                stream.write(secret.hex().encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        raise _unusable(path, error) from None
    return secret


def _unusable(path: Path, error: Exception) -> GroupbuyError:
    reason = error.strerror if isinstance(error, OSError) else "it does not hold a key"
    hint = "--log-key FILE names another; where there is none, one is made"
    return GroupbuyError(Problem("bad-log-key", f"{path}: {reason}", None, hint))
