"""One pack: a file of rules for the leads that its `for` describes."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date
from keyword import iskeyword

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.rules.extensions import Extensions
from groupbuy.sections.base import ALLOW
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.shape import check_shape
from groupbuy.texts import LANGUAGES, Text

HEAD = (
    "groupbuy",
    "pack",
    "title",
    "for",
    "version",
    "owner",
    "source",
    "allow",
    "fields",
    "changes",
)
FORMAT_VERSION = 1


@dataclass(frozen=True)
class PackEntry:
    """An entry as it stands in a pack."""

    node: Node
    at: Location


@dataclass(frozen=True, eq=False)
class Pack:
    """What a pack defines (`sections`), and what it changes of lower ones (`changes`)."""

    name: str
    title: Text
    layer: int
    at: Location
    condition: Node | None = None
    version: str = ""
    fields: Node | None = None
    sections: dict[str, dict[str, PackEntry]] = field(default_factory=dict)
    changes: dict[str, dict[str, PackEntry]] = field(default_factory=dict)
    expired: dict[tuple[str, str], PackEntry] = field(default_factory=dict)
    """Entries outside their dates, by section and id: their names are known, and do not apply."""
    allow: Node | None = None
    """Findings of `check` that are meant anywhere in the pack."""


def read_pack(node: Node, layer: int, extensions: Extensions, as_of: int) -> tuple[Pack, Problems]:
    """A pack from its file, and what is wrong inside it.

    Raises `GroupbuyError` where it is no pack at all. Entries whose `effective` dates do not hold
    on the day `as_of` are left out.
    """
    names = extensions.names
    problems = Problems()
    expired: dict[tuple[str, str], PackEntry] = {}
    root = _root(node)
    known = [*HEAD, *names]
    for key in root.items:
        if key not in known:
            problems.add(
                "unknown-key",
                f'a pack has no "{key}:"',
                root.key_at(key),
                did_you_mean(key, known)
                or extensions.why_missing()
                or f"it has: {', '.join(known)}",
                len(key),
            )
    check_version(root, problems)
    name = _name(root)
    pack = Pack(
        name,
        read_text(root.get("title"), problems) or Text.plain(name),
        layer,
        root.key_at("pack"),
        root.get("for"),
        _plain(root.get("version")),
        root.get("fields"),
        _sections(root, names, as_of, problems, expired, extensions.keeping),
        _changes(root, names, as_of, problems, extensions.keeping),
        expired,
        root.get("allow"),
    )
    if pack.allow is not None:
        problems.extend(check_shape(pack.allow, ALLOW))
    return pack, problems


def _root(node: Node) -> Mapping:
    if isinstance(node, Mapping):
        return node
    hint = "pack: my_pack"
    if isinstance(node, Scalar) and "：" in node.text:
        hint = "： (U+FF1A) is a full-width colon: write : and a space"
    raise GroupbuyError(
        Problem("wrong-shape", f"a pack is a mapping; this is {node.noun}", node.at, hint)
    )


def check_version(root: Mapping, problems: Problems) -> None:
    """Every file says which version of the rule language it is written in."""
    node = root.get("groupbuy")
    if not isinstance(node, Scalar) or node.value != FORMAT_VERSION:
        at = node.at if node is not None else root.at
        problems.add(
            "missing-version",
            "the file does not say which language it is written in",
            at,
            f"begin it with groupbuy: {FORMAT_VERSION}",
        )


def _name(root: Mapping) -> str:
    node = root.get("pack")
    name = _plain(node)
    if node is None or not name.isidentifier():
        raise GroupbuyError(
            Problem(
                "bad-name",
                "a pack needs a name of letters, digits and _",
                node.at if node else root.at,
                "pack: my_pack",
            )
        )
    return name


def _plain(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and node.value is not None else ""


def read_text(node: Node | None, problems: Problems) -> Text | None:
    """A text in one or several languages that quotes nothing."""
    if node is None:
        return None
    if isinstance(node, Scalar) and node.value is not None:
        return Text.plain(node.text)
    if isinstance(node, Mapping) and node.items and set(node.items) <= set(LANGUAGES):
        return Text(tuple((lang, _plain(item)) for lang, item in node.items.items()))
    problems.add(
        "wrong-shape",
        f"a text is expected here; this is {node.noun}",
        node.at,
        "title: {en: …, zh: …}",
    )
    return None


def _sections(
    root: Mapping,
    names: list[str],
    as_of: int,
    problems: Problems,
    expired: dict[tuple[str, str], PackEntry],
    keeping: Set[str],
) -> dict[str, dict[str, PackEntry]]:
    found: dict[str, dict[str, PackEntry]] = {}
    for section in names:
        node = root.get(section)
        if node is None or (isinstance(node, Scalar) and node.value is None):
            continue
        if not isinstance(node, Mapping):
            problems.add(
                "wrong-shape",
                f"{section}: is a mapping from names to entries; this is {node.noun}",
                node.at,
            )
            continue
        entries: dict[str, PackEntry] = {}
        for id, item in node.items.items():
            at = node.key_at(id)
            # A dot makes a column: a fact for each row of a table.
            parts = id.split(".", 1) if section == "facts" else [id]
            if not all(part.isidentifier() for part in parts):
                problems.add(
                    "bad-name",
                    f'"{id}" is not a name',
                    at,
                    "letters, digits and _, no digit first; Chinese is fine",
                    len(id),
                )
            elif any(map(iskeyword, parts)):
                problems.add(
                    "bad-name",
                    f'"{id}" means something else in expressions',
                    at,
                    f"choose another word: {id}_",
                    len(id),
                )
            elif isinstance(item, Scalar) and item.value is None:
                problems.add(
                    "missing-value",
                    f"{id} has nothing behind it",
                    at,
                    "fill it in, or delete the line; to take it away: off",
                    len(id),
                )
            elif effective(item, as_of, problems) or section in keeping:
                entries[id] = PackEntry(item, at)
            else:
                expired[section, id] = PackEntry(item, at)
        found[section] = entries
    return found


def _changes(
    root: Mapping, names: list[str], as_of: int, problems: Problems, keeping: Set[str]
) -> dict[str, dict[str, PackEntry]]:
    node = root.get("changes")
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        problems.add(
            "wrong-shape", f"changes: is a mapping by section; this is {node.noun}", node.at
        )
        return {}
    for key in node.items:
        if key not in names:
            problems.add(
                "unknown-key",
                f'there is no section "{key}"',
                node.key_at(key),
                did_you_mean(key, names) or f"sections: {', '.join(names)}",
                len(key),
            )
    return _sections(node, names, as_of, problems, {}, keeping)


def effective(node: Node, as_of: int, problems: Problems) -> bool:
    """Whether an entry counts on the day `as_of`; both ends of its dates are inclusive."""
    dates = node.get("effective") if isinstance(node, Mapping) else None
    if not isinstance(dates, Mapping):
        return True
    ends: dict[str, int | None] = {"from": None, "until": None}
    for key in ends:
        end = dates.get(key)
        if end is None:
            continue
        try:
            ends[key] = date.fromisoformat(_plain(end)).toordinal()
        except ValueError:
            problems.add(
                "bad-date", f'"{_plain(end)}" is not a date', end.at, "write dates as 2026-01-31"
            )
    start, end_day = ends["from"], ends["until"]
    if start is not None and end_day is not None and start > end_day:
        problems.add("bad-date", "effective: ends before it begins", dates.at)
    return (start is None or start <= as_of) and (end_day is None or as_of <= end_day)
