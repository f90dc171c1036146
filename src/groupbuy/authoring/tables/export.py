"""`groupbuy rules export`: a table of the rules as a file for Excel, and which tables there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from groupbuy.authoring.layout import table
from groupbuy.authoring.tables.explain import Explainer
from groupbuy.authoring.tables.find import Held, chosen, tables_of
from groupbuy.authoring.tables.layout import TableSheet, sheet_of
from groupbuy.authoring.words import say
from groupbuy.engine.workspace import Workspace
from groupbuy.rules.project import Project
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.source.nodes import Node


def vocabulary_of(project: Project, shared: set[str]) -> Vocabulary:
    """The names of an opened project."""
    entries = (
        (id, item.node)
        for pack in project.packs
        for section, found in pack.sections.items()
        if section in shared
        for id, item in found.items()
    )
    return Vocabulary(project.model, entries)


def exported(workspace: Workspace, wanted: str, lang: str) -> TableSheet:
    """The sheet of the table that a name means. Raises `GroupbuyError`."""
    held = chosen(tables_of(workspace.project.packs), wanted)
    scope = workspace.rules.scope
    shared = {section.name for section in workspace.rules.sections.values() if section.shared}
    vocabulary = vocabulary_of(workspace.project, shared)

    def title_of(name: str) -> Node | None:
        entries = scope.entries.get(name)
        return entries[0][1].get("title") if entries else None

    return sheet_of(held, vocabulary, Explainer(lang, vocabulary, scope, title_of))


def list_data(held: Sequence[Held]) -> list[dict[str, Any]]:
    """The tables as plain data."""
    return [
        {"table": each.name, "form": each.form.key, "rows": _rows(each), "at": each.at.short}
        for each in held
    ]


def list_text(held: Sequence[Held], lang: str, cells: int) -> str:
    """The tables for a terminal."""
    rows = [[each.name, each.form.key, str(_rows(each)), each.at.short] for each in held]
    heads = [say(key, lang) for key in ("table_of", "form", "rows", "place")]
    return "\n".join(table(rows, heads, cells=cells, flexible=3, right=frozenset((2,)))) + "\n"


def _rows(held: Held) -> int:
    return len(held.collection.items) if held.collection is not None else 0
