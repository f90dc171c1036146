"""What a reader sees of names: columns, titles, kinds of numbers, in their language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from groupbuy.engine.results import OWN_PLACE
from groupbuy.model.entries import Field, Table
from groupbuy.render.view import Column, View
from groupbuy.render.words import say
from groupbuy.rules.scope import TODAY
from groupbuy.sections.base import Lowered
from groupbuy.sections.forms.form import Form
from groupbuy.sections.gates import VERDICT, VERDICTS
from groupbuy.sections.template import Template
from groupbuy.tree.types import Kind

if TYPE_CHECKING:
    from groupbuy.engine.workspace import Workspace

TODAY_TITLE = {"en": "Today", "zh": "今天"}


def view_of(workspace: Workspace) -> View:
    """The view of a workspace's results."""
    lang = workspace.options.lang
    titles = dict(_titles(workspace, lang))
    columns = tuple(Column(name, titles.get(name, name)) for name in workspace.columns)
    general = frozenset(pack.name for pack in workspace.project.packs if pack.condition is None)
    return View(
        columns,
        titles,
        lang,
        workspace.project.currency,
        kinds=dict(_kinds(workspace)),
        general=general,
        headings=dict(_headings(workspace, lang)),
        sections=tuple(name for name in workspace.rules.sections if name not in OWN_PLACE),
    )


def _titles(workspace: Workspace, lang: str) -> Iterator[tuple[str, str]]:
    yield TODAY, TODAY_TITLE[lang]
    yield VERDICT, say("verdict", lang)
    for word in VERDICTS:
        yield f"{VERDICT}.{word}", say(word, lang)
    for entry in workspace.model:
        yield entry.name, entry.title.get(lang) or entry.name
        if isinstance(entry, Field):
            yield from _words(entry.name, entry, lang)
        elif isinstance(entry, Table):
            for column in entry.fields.values():
                yield f"{entry.name}.{column.name}", column.title.get(lang) or column.name
    for lowered in workspace.rules.every_entry():
        yield from _entry(lowered, lang)


def _headings(workspace: Workspace, lang: str) -> Iterator[tuple[str, str]]:
    for section in workspace.rules.sections.values():
        titles = getattr(section, "title", {})
        if titles:
            yield section.name, titles.get(lang) or next(iter(titles.values()))
    for pack in workspace.project.packs:
        yield pack.name, pack.title.get(lang)


def _words(name: str, field: Field, lang: str) -> Iterator[tuple[str, str]]:
    for word, title in field.value_titles.items():
        yield f"{name}.{word}", title.get(lang)


def _entry(lowered: Lowered, lang: str) -> Iterator[tuple[str, str]]:
    """An entry's title, and those of the words that its rows and cuts give."""
    id = lowered.entry.id
    title = _said(lowered.title, lang)
    if title:
        yield id, title
    if isinstance(lowered.view, Form):
        for arm in lowered.view.arms:
            said = _said(arm.title, lang)
            if said:
                yield f"{id}.{arm.word}", said


def _said(template: Template | None, lang: str) -> str | None:
    return None if template is None else template.text().get(lang) or None


def _kinds(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """What numbers are (money, percent …), and which values are dates."""
    named = [(field.name, field.type) for field in workspace.model.fields.values()]
    for lowered in workspace.rules.every_entry():
        for definition in lowered.definitions:
            if definition.name == lowered.entry.id:
                named.append((definition.name, definition.type))
    for name, type_ in named:
        if type_.kind is Kind.NUMBER:
            yield name, type_.form
        elif type_.kind is Kind.DATE:
            yield name, "date"
