"""Locks: an entry that says why no layer above may change it, nor the settings it reads."""

from __future__ import annotations

from groupbuy.rules.entries import Entries
from groupbuy.sections.base import Entry, as_mapping
from groupbuy.source.nodes import Scalar


def lock_of(entry: Entry) -> str | None:
    """Why an entry is locked, as its author says it; none where it is not."""
    lock = as_mapping(entry.node).get("locked")
    return lock.text if isinstance(lock, Scalar) else None


def locked_by(entries: Entries, setting: str) -> str | None:
    """Why a setting can't be changed: it is locked, or something locked reads it."""
    for found in entries.base.values():
        for pack, entry in found:
            lock = lock_of(entry)
            if lock is None:
                continue
            lowered = entries.as_defined(pack, entry)
            if entry.id == setting or any(
                setting in definition.reads for definition in lowered.definitions
            ):
                return f"{lock} ({entry.at.short})"
    return None
