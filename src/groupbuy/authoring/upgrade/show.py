"""What has changed beneath a project's rules, as text and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groupbuy.authoring.diff.changes import RuleChange, differing_leaves, leaf_text, short
from groupbuy.authoring.diff.compare import Difference
from groupbuy.authoring.diff.show import difference_data, difference_text
from groupbuy.authoring.dump import inline
from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.upgrade.beneath import Touched
from groupbuy.authoring.upgrade.compare import Upgrade, Versions
from groupbuy.authoring.words import say
from groupbuy.render.inert import inert
from groupbuy.render.view import View
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node

NOTHING = "–"
_WIDEST = 160
SCREENFUL = 50
"""Leads that the text names; JSON has them all."""


# ── text ──


def upgrade_text(
    found: Upgrade, view: View, cells: int, paint: Paint, difference: Difference | None = None
) -> str:
    """The files that are others, every change in them, and what of ours lies over these.

    With a `difference`, also for how many leads each change moves something, and which.
    """
    lines: list[str] = []
    lang = view.lang
    counts = None if difference is None else _counts(difference)
    for part in (
        _versions(found, lang, cells, paint),
        _changes(found, lang, paint, counts),
        _touched(found, lang, paint),
    ):
        shown = list(part)
        lines += [*shown, ""] if shown else []
    lines.append(_summary(found, lang))
    text = "\n".join(line if "\x1b" in line else inert(line) for line in lines) + "\n"
    if difference is None:
        return text
    moved = difference_text(
        difference, lambda change: change.at.short, view, cells, paint, SCREENFUL, changes=False
    )
    return f"{text}\n{moved}"


def _counts(difference: Difference) -> Mapping[object, int]:
    """The leads that each change moves; the changes were found twice, and are told apart alike."""
    return {_mark(change): difference.counts.get(change, 0) for change in difference.changes}


def _mark(change: RuleChange) -> object:
    return change.pack, change.key, change.what, change.kind


def _summary(found: Upgrade, lang: str) -> str:
    lock = found.lock
    if found.current and lock is None:
        return say("upgrade_needless", lang)
    if lock is None:
        return say("upgrade_no_lock", lang, files=len(found.project.borrowed))
    if found.current:
        return say("upgrade_current", lang)
    if not found.changes:
        return say("upgrade_only_text", lang)
    return say("upgrade_counted", lang, changes=len(found.changes), ours=len(found.touched))


def _versions(found: Upgrade, lang: str, cells: int, paint: Paint) -> Iterator[str]:
    rows = [[name, _moved(old, new, lang)] for name, old, new in found.files]
    rows += [
        [say("upgrade_plugin", lang, name=name), _moved(old, new, lang)]
        for name, old, new in found.plugins
    ]
    rows += [[name, say("upgrade_unknown", lang)] for name in found.unknown]
    if rows:
        yield paint(say("upgrade_files", lang), "heading")
        yield from table(rows, cells=cells, flexible=1, indent="  ", paint=paint)


def _moved(old: str | None, new: str | None, lang: str) -> str:
    """`2026-11 → 2026-12`; a file may be new, gone, or other under the same version."""
    if old is None or new is None:
        return say("diff_added" if old is None else "diff_removed", lang)
    if old == new:
        return say("upgrade_same_version", lang, version=new) if new else say("diff_changed", lang)
    return f"{old or NOTHING} → {new or NOTHING}"


def _changes(
    found: Upgrade, lang: str, paint: Paint, counts: Mapping[object, int] | None
) -> Iterator[str]:
    if not found.changes:
        return
    yield paint(say("upgrade_changes", lang), "heading")
    for change in found.changes:
        moved = 0 if counts is None else counts.get(_mark(change), 0)
        leads = f"  {say('upgrade_leads', lang, n=moved)}" if moved else ""
        yield f"  {paint(change.name, 'name')}  {change.at.short}{leads}"
        yield from (f"    {line}" for line in _lines(change, lang))


def _lines(change: RuleChange, lang: str) -> list[str]:
    """One line for each value that is another; of what is new or gone, all of it on one."""
    word = say(f"diff_{change.kind}", lang)
    if change.old is None or change.new is None:
        there = change.new or change.old
        return [word if there is None else f"{word}: {_whole(there)}"]
    if change.key is None:
        return [change.said]
    leaves = [leaf_text(leaf) for leaf in differing_leaves(change.old, change.new)]
    if change.words:
        leaves = [f"{leaf}  ({say('diff_words', lang)})" for leaf in leaves]
    return leaves or [say("upgrade_order", lang)]


def _whole(node: Node) -> str:
    text = inline(node) if isinstance(node, MappingNode) else short(node)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def _touched(found: Upgrade, lang: str, paint: Paint) -> Iterator[str]:
    if not found.touched:
        return
    yield paint(say("upgrade_ours", lang), "heading")
    for each in found.touched:
        yield f"  {paint(each.name, 'name')}  {each.at.short}"
        words = say(f"upgrade_{each.kind}", lang, by=each.by)
        yield f"    {words}{_instead(each, lang)}"
        if each.kind in ("both", "agrees", "gone", "clash"):
            yield f"    {_three(each, lang)}"
        elif each.now and each.kind != "moved":
            yield f"    {each.now}"


def _three(each: Touched, lang: str) -> str:
    named = (("upgrade_was", each.was), ("upgrade_now", each.now), ("upgrade_yours", each.ours))
    parts = [f"{say(key, lang)} {text or NOTHING}" for key, text in named]
    return say("comma", lang).join(parts)


def _instead(each: Touched, lang: str) -> str:
    if not each.instead:
        return ""
    word = "upgrade_instead" if each.sure else "upgrade_perhaps"
    return f"{say('listing', lang)}{say(word, lang, name=each.instead)}"


# ── data ──


def upgrade_data(found: Upgrade, difference: Difference | None = None) -> dict[str, Any]:
    """Everything as plain data; with a `difference`, also what happens to leads."""
    data: dict[str, Any] = {
        "groupbuy": 1,
        "lock": "current" if found.current else "missing" if found.lock is None else "old",
        "files": [_version(each) for each in found.files],
        "plugins": [_version(each) for each in found.plugins],
        "unknown": list(found.unknown),
        "changes": [_change(change) for change in found.changes],
        "yours": [
            {
                "kind": each.kind,
                "pack": each.pack,
                "rule": ".".join(each.key) if each.key else None,
                "path": ".".join(each.path),
                "was": each.was or None,
                "now": each.now or None,
                "yours": each.ours or None,
                "beneath": each.by,
                "instead": each.instead or None,
                "at": each.at.short,
            }
            for each in found.touched
        ],
    }
    if difference is not None:
        data["leads"] = difference_data(difference, lambda change: change.at.short)
    return data


def _version(each: Versions) -> dict[str, Any]:
    return dict(zip(("name", "old", "new"), each, strict=True))


def _change(change: RuleChange) -> dict[str, Any]:
    values: list[dict[str, Any]] = []
    if change.key is not None and change.old is not None and change.new is not None:
        values = [
            {"path": ".".join(path), "old": _plain(old), "new": _plain(new)}
            for path, old, new in differing_leaves(change.old, change.new)
        ]
    return {
        "kind": change.kind,
        "pack": change.pack,
        "rule": ".".join(change.key) if change.key else None,
        "what": change.what,
        "values": values,
        "old": _plain(change.old),
        "new": _plain(change.new),
        "texts_only": change.words,
        "at": change.at.short,
    }


def _plain(node: Node | None) -> object:
    return None if node is None else node.data()
