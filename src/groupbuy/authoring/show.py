"""`rules show`: what is in force, as text for people and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from groupbuy.authoring.dump import dump, inline
from groupbuy.authoring.effective import (
    COMMAND_LINE,
    Change,
    Effective,
    Elsewhere,
    InForce,
    NotApplied,
)
from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.words import heading, say
from groupbuy.errors import Location
from groupbuy.render.inert import inert
from groupbuy.render.width import cut, width
from groupbuy.rules.merge import Path
from groupbuy.rules.pack import Pack
from groupbuy.sections.base import as_mapping
from groupbuy.source.nodes import Mapping, Node, Scalar

_SHORT = 60
_SETTING = 26
"""Cells for the value of a setting among others; alone it is shown in full."""


@dataclass(frozen=True)
class Reader:
    """For whom a text is laid out."""

    lang: str = "en"
    cells: int = 100
    paint: Paint = field(default_factory=lambda: Paint(False))

    def say(self, key: str, **values: object) -> str:
        """One of the program's words."""
        return say(key, self.lang, **values)


def show_text(found: InForce, reader: Reader, *, whole: bool) -> str:
    """Everything in force; `whole` for all entries, whose texts are then in one language."""
    lines = [*_head(found, reader)] if whole or found.lead is not None else []
    for problem in found.conflicts:
        lines.append(reader.paint(inert(problem), "loud"))
    kept = [entry for entry in found.entries if entry.node is not None]
    for section, entries in groupby(kept, key=lambda entry: entry.section):
        if lines:
            lines.append("")
        conditional = found.lead is None
        lines.extend(_section(section, list(entries), reader, whole=whole, conditional=conditional))
    for (section, id), packs in found.absent:
        named = reader.say("comma").join(pack.name for pack in packs)
        lines += ["", f"{section}.{id}  {reader.say('absent', packs=named)}"]
    lines.extend(_removed(found, reader))
    lines.extend(_skipped(found, reader))
    lines.extend(_packs(found, reader))
    return "\n".join(lines).lstrip("\n") + "\n"


def _head(found: InForce, reader: Reader) -> Iterator[str]:
    if found.lead is not None:
        lead = inert(" ".join(part for part in found.lead if part))
        yield reader.paint(reader.say("rules_of", lead=lead), "heading")
    else:
        yield reader.paint(reader.say("rules_always"), "heading")
    yield reader.say("packs_in", packs=" → ".join(pack.name for pack in found.packs))
    if found.conflicts:
        yield reader.paint(reader.say("conflicts"), "loud")


# ── entries ──


def _section(
    name: str, entries: Sequence[Effective], reader: Reader, *, whole: bool, conditional: bool
) -> Iterator[str]:
    if whole:
        called = heading(name, reader.lang)
        yield reader.paint(f"{called} ({name})" if called != name else name, "heading")
    if name == "settings" and whole:
        yield from _settings(entries, reader)
        return
    for number, entry in enumerate(entries):
        if number:
            yield ""
        yield from _entry(entry, reader, whole=whole, conditional=conditional)


def _settings(entries: Sequence[Effective], reader: Reader) -> Iterator[str]:
    """Settings are one line each."""
    rows = []
    for entry in entries:
        assert entry.node is not None
        value = as_mapping(entry.node).get("value")
        made = [change for change in entry.changes if change.path in ((), ("value",))]
        pack, at = (made[-1].pack, made[-1].at) if made else (entry.pack.name, entry.at)
        shown = "" if value is None else cut(inline(value), _SETTING)
        rows.append([entry.id, shown, _title(entry.node, reader.lang), *_by(pack, at, reader)])
        for change in reversed(made):
            if change.old is not None:
                was = f"{reader.say('instead_of')} {inline(change.old.node)}"
                rows.append(["", was, "", change.old.pack, change.old.at.short])
        for other in entry.elsewhere:
            values = reader.say("comma").join(_short(node, reader) for _, node in other.values)
            rows.append(["", values, reader.say("may_change"), other.pack.name, other.at.short])
        if entry.locked:
            rows.append(["", "", reader.say("locked", reason=entry.locked), "", ""])
    yield from table(rows, cells=reader.cells, flexible=2, indent="  ")


def _by(pack: str, at: Location, reader: Reader) -> list[str]:
    """A pack and its place; the command line has none."""
    return [reader.say("command_line"), pack] if pack == COMMAND_LINE else [pack, at.short]


def _title(node: Node, lang: str) -> str:
    title = as_mapping(node).get("title")
    if isinstance(title, Mapping):
        title = title.items.get(lang) or next(iter(title.items.values()), None)
    return title.text if isinstance(title, Scalar) else ""


def _entry(entry: Effective, reader: Reader, *, whole: bool, conditional: bool) -> Iterator[str]:
    assert entry.node is not None
    name = entry.id if whole else f"{entry.section}.{entry.id}"
    start = f"  {reader.paint(name, 'name')}" if whole else reader.paint(name, "name")
    title = _title(entry.node, reader.lang)
    place = reader.paint(f"{entry.pack.name}  {inert(entry.at.short)}", "dim")
    yield f"{start}  {inert(title)}  {place}" if title else f"{start}  {place}"
    indent = "      " if whole else "    "
    lang = reader.lang if whole else None
    node = _without_title(entry.node) if whole else entry.node
    for line in dump(node, cells=max(reader.cells - len(indent), 60), lang=lang):
        yield indent + inert(line)
    notes = "    " if whole else "  "
    if conditional and entry.pack.condition is not None:
        yield notes + reader.say("only_where", condition=_condition(entry.pack))
    if entry.locked:
        yield notes + reader.paint(reader.say("locked", reason=inert(entry.locked)), "loud")
    if entry.changes:
        yield notes + reader.say("changed")
        yield from _changes(entry.changes, reader, notes + "  ")
    if entry.elsewhere:
        yield notes + reader.say("may_change")
        yield from _elsewhere(entry.elsewhere, reader, notes + "  ", whole=whole)


def _without_title(node: Node) -> Node:
    """The entry without what its first line says already; a lone value stands for itself."""
    if not isinstance(node, Mapping):
        return node
    items = {key: item for key, item in node.items.items() if key not in ("title", "locked")}
    if set(items) == {"value"}:
        return items["value"]
    return Mapping(node.source, node.line, node.column, items, node.keys)


def _changes(changes: Sequence[Change], reader: Reader, indent: str) -> Iterator[str]:
    rows = []
    for change in changes:
        if change.whole:
            new = reader.say("form_gone")
        else:
            new = reader.say("gone") if change.new is None else _short(change.new, reader)
        rows.append([f"{_path(change.path)}: {new}", *_by(change.pack, change.at, reader)])
        if change.old is not None:
            was = f"  {reader.say('instead_of')} {_short(change.old.node, reader)}"
            rows.append([was, change.old.pack, change.old.at.short])
        else:
            rows.append([f"  {reader.say('new_here')}", "", ""])
    yield from table(rows, cells=reader.cells, flexible=0, indent=indent, wrapped=True)


def _elsewhere(
    others: Sequence[Elsewhere], reader: Reader, indent: str, *, whole: bool
) -> Iterator[str]:
    rows = []
    for other in others:
        if not whole:
            where = reader.say("where", condition=_condition(other.pack))
            rows.append([where, other.pack.name, other.at.short])
        for path, node in other.values:
            start = "" if whole else "  "
            rows.append(
                [f"{start}{_path(path)}: {_short(node, reader)}", other.pack.name, node.at.short]
            )
    yield from table(rows, cells=reader.cells, flexible=0, indent=indent, wrapped=True)


def _short(node: Node, reader: Reader) -> str:
    """A value on part of a line."""
    lang = reader.lang
    if isinstance(node, Mapping) and set(node.items) <= {"en", "zh"} and node.items:
        node = node.items.get(lang) or next(iter(node.items.values()))
    return cut(inline(node, lang), _SHORT)


def _path(path: Path) -> str:
    return ".".join(path) or "value"


def _condition(pack: Pack) -> str:
    """The `for` of a pack as written, on one line."""
    text = pack.condition.text if isinstance(pack.condition, Scalar) else ""
    return inert(" ".join(text.split()))


# ── what is not in force ──


def _removed(found: InForce, reader: Reader) -> Iterator[str]:
    gone = [entry for entry in found.entries if entry.node is None]
    if not gone:
        return
    yield from ("", reader.paint(reader.say("removed"), "heading"))
    rows = []
    for entry in gone:
        by = entry.changes[-1]
        rows.append(
            [
                f"{entry.section}.{entry.id}",
                f"{reader.say('off_by', pack=by.pack)} {by.at.short}",
                f"{reader.say('defined_by', pack=entry.pack.name)} {entry.at.short}",
            ]
        )
    yield from table(rows, cells=reader.cells, indent="  ")


def _skipped(found: InForce, reader: Reader) -> Iterator[str]:
    if not found.skipped:
        return
    yield from ("", reader.paint(reader.say("skipped"), "heading"))
    rows = []
    for change in found.skipped:
        value = "" if change.new is None else _short(change.new, reader)
        rows.append([f"{_path(change.path)}: {value}", change.pack, change.at.short])
    yield from table(rows, cells=reader.cells, flexible=0, indent="  ", wrapped=True)


def _packs(found: InForce, reader: Reader) -> Iterator[str]:
    if not found.not_applied:
        return
    key = "conditional" if found.lead is None else "not_applied"
    yield from ("", reader.paint(reader.say(key), "heading"))
    rows = [
        [skipped.pack.name, _condition(skipped.pack), *_holds(skipped, found, reader)]
        for skipped in found.not_applied
    ]
    flexible = 1 if sum(width(cell) for cell in rows[0]) > reader.cells else None
    yield from table(rows, cells=reader.cells, flexible=flexible, indent="  ", wrapped=True)


def _holds(skipped: NotApplied, found: InForce, reader: Reader) -> list[str]:
    if found.lead is None:
        return []
    word = reader.say("false" if skipped.holds is False else "unknown")
    reads = reader.say("comma").join(f"{name} = {_plain(v)}" for name, v in skipped.reads.items())
    missing = ""
    if skipped.missing:
        names = reader.say("comma").join(skipped.missing)
        missing = reader.say("missing", names=names)
    return [word, reader.say("comma").join(part for part in (reads, missing) if part)]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value)


# ── plain data ──


def show_data(found: InForce) -> dict[str, Any]:
    """The same for programs; values are plain data, texts in all their languages."""
    data: dict[str, Any] = {"groupbuy": 1}
    if found.lead is not None:
        data["lead"] = {"id": found.lead[0], "name": found.lead[1]}
    data["packs"] = [pack.name for pack in found.packs]
    data["entries"] = [_entry_data(entry) for entry in found.entries if entry.node is not None]
    data["removed"] = [
        {
            "section": entry.section,
            "id": entry.id,
            "pack": entry.pack.name,
            "at": entry.at.short,
            "by": entry.changes[-1].pack,
            "by_at": entry.changes[-1].at.short,
        }
        for entry in found.entries
        if entry.node is None
    ]
    data["absent"] = [
        {"section": section, "id": id, "packs": [pack.name for pack in packs]}
        for (section, id), packs in found.absent
    ]
    data["skipped"] = [_change_data(change) for change in found.skipped]
    data["not_applied"] = [
        {
            "pack": skipped.pack.name,
            "for": _condition(skipped.pack),
            "at": skipped.pack.at.short,
            **(
                {}
                if found.lead is None
                else {
                    "value": skipped.holds,
                    "reads": skipped.reads,
                    "missing": list(skipped.missing),
                }
            ),
        }
        for skipped in found.not_applied
    ]
    data["conflicts"] = [str(problem) for problem in found.conflicts]
    return data


def _entry_data(entry: Effective) -> dict[str, Any]:
    assert entry.node is not None
    data: dict[str, Any] = {
        "section": entry.section,
        "id": entry.id,
        "pack": entry.pack.name,
        "at": entry.at.short,
        "entry": entry.node.data(),
        "yaml": "\n".join(dump(entry.node)),
        "changes": [_change_data(change) for change in entry.changes],
    }
    if entry.locked:
        data["locked"] = entry.locked
    if entry.elsewhere:
        data["elsewhere"] = [
            {
                "pack": other.pack.name,
                "for": _condition(other.pack),
                "at": other.at.short,
                "values": {_path(path): node.data() for path, node in other.values},
            }
            for other in entry.elsewhere
        ]
    return data


def _change_data(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = {
        "path": _path(change.path),
        "pack": change.pack,
        "at": change.at.short,
        "value": None if change.new is None else change.new.data(),
    }
    if change.new is None:
        data["off"] = not change.whole
    if change.old is not None:
        data["instead_of"] = {
            "value": change.old.node.data(),
            "pack": change.old.pack,
            "at": change.old.at.short,
        }
    return data
