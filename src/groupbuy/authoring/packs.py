"""`rules list`: the packs of a rules folder, one line each."""

from __future__ import annotations

from typing import Any

from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.words import say
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.project import Project
from groupbuy.source.nodes import Mapping, Scalar


def packs_data(project: Project, lang: str) -> list[dict[str, Any]]:
    """Each pack with its layer (from 1, the lowest), and how much it defines and changes."""
    return [
        {
            "layer": number,
            "pack": pack.name,
            "title": pack.title.get(lang),
            "for": _condition(pack),
            "version": pack.version,
            "defines": {section: len(ids) for section, ids in pack.sections.items() if ids},
            "fields": len(pack.fields.items) if isinstance(pack.fields, Mapping) else 0,
            "changes": _count(pack.changes),
            "file": pack.at.file,
        }
        for number, layer in enumerate(project.layers, 1)
        for pack in layer
    ]


def packs_text(project: Project, lang: str, cells: int, paint: Paint) -> str:
    """The packs as a table."""
    packs = packs_data(project, lang)
    rows = [
        [
            str(pack["layer"]),
            pack["pack"],
            pack["title"] if pack["title"] != pack["pack"] else "",
            pack["for"] or say("every_lead", lang),
            pack["version"],
            str(sum(pack["defines"].values()) + pack["fields"]),
            str(pack["changes"] or ""),
            pack["file"],
        ]
        for pack in packs
    ]
    names = ("layer", "pack", "title", "for", "version", "defines", "changes", "file")
    lines = table(
        rows,
        [say(name, lang) for name in names],
        cells=cells,
        flexible=3,
        wrapped=True,
        right=frozenset((0, 5, 6)),
        paint=paint,
    )
    counted = say(
        "counted",
        lang,
        packs=len(packs),
        entries=sum(int(row[5]) for row in rows),
        changes=sum(pack["changes"] for pack in packs),
    )
    return "\n".join([*lines, "", counted]) + "\n"


def _count(entries: dict[str, dict[str, PackEntry]]) -> int:
    return sum(len(ids) for ids in entries.values())


def _condition(pack: Pack) -> str | None:
    if not isinstance(pack.condition, Scalar):
        return None
    return " ".join(pack.condition.text.split())
