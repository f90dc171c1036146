"""`rules names`: every name that an expression can use, with what people call it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

from groupbuy.authoring.layout import Paint, table
from groupbuy.authoring.words import heading, say
from groupbuy.engine.wording import plain, tidy
from groupbuy.engine.workspace import Workspace
from groupbuy.errors import GroupbuyError, Problem, Problems, did_you_mean
from groupbuy.language.functions import FUNCTIONS
from groupbuy.model.entries import Field, Table
from groupbuy.model.names import fold
from groupbuy.rules.pack import read_text
from groupbuy.rules.scope import RESERVED, RuleScope
from groupbuy.sections.base import Entry, as_mapping
from groupbuy.sections.grades import Grades
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.tree.nodes import Lit
from groupbuy.tree.types import Kind, Type

RANK = "rank"


@dataclass(frozen=True)
class Word:
    """A word of a choice or grade, and what people call it."""

    word: str
    title: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def called(self) -> Iterator[str]:
        """Everything that it is called."""
        yield self.word
        yield from self.aliases
        if self.title:
            yield self.title


@dataclass(frozen=True)
class Name:
    """One name. `group` is where it is listed, `section` what defines it if a pack does.

    `low` and `high` bound a number; `value` is a setting's (or what a blank is taken for).
    """

    group: str
    name: str
    type: str
    title: str | None = None
    section: str | None = None
    aliases: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    value: Any = None
    required: bool = False
    ask: str | None = None
    meaning: str | None = None
    signature: str | None = None
    packs: tuple[str, ...] = ()
    plugin: str | None = None
    at: str | None = None

    @property
    def called(self) -> Iterator[str]:
        """Everything that it is called."""
        yield self.name
        yield from self.aliases
        if self.title:
            yield self.title


def all_names(workspace: Workspace, lang: str) -> list[Name]:
    """Fields, tables, what packs define, what the language has, and functions."""
    return [
        *_fields(workspace, lang),
        *_tables(workspace, lang),
        *_defined(workspace, lang),
        *_reserved(lang),
        *_functions(lang),
        *_functions_of_plugins(workspace, lang),
    ]


def chosen(names: Sequence[Name], pattern: str | None) -> list[Name]:
    """Those with the pattern in their name, title, aliases or words; `*` stands for anything.

    Raises `GroupbuyError` where there is none.
    """
    if pattern is None:
        return list(names)
    wanted = fold(pattern)
    found = [name for name in names if any(_matches(called, wanted) for called in name.called)]
    if not found:
        found = [
            name
            for name in names
            if any(_matches(called, wanted) for word in name.words for called in word.called)
        ]
    if found:
        return found
    known = [called for name in names for called in name.called]
    hint = did_you_mean(pattern, known) or "groupbuy rules names, without a word, lists all"
    raise GroupbuyError(Problem("unknown-name", f'no name has "{pattern}" in it', None, hint))


def _matches(text: str, wanted: str) -> bool:
    folded = fold(text)
    return fnmatchcase(folded, wanted) if "*" in wanted or "?" in wanted else wanted in folded


# ── the lead model ──


def _fields(workspace: Workspace, lang: str) -> Iterator[Name]:
    for field in workspace.model.fields.values():
        yield _field(field, field.name, "fields", lang)


def _field(field: Field, name: str, group: str, lang: str) -> Name:
    title = field.title.get(lang)
    others = [word for word in field.words[1:] if word != title]
    numeric = field.type.kind is Kind.NUMBER
    return Name(
        group,
        name,
        str(field.type),
        title if title != field.name else None,
        aliases=tuple(others),
        words=tuple(
            Word(
                word,
                field.value_titles[word].get(lang) if word in field.value_titles else None,
                tuple(field.value_aliases.get(word, ())),
            )
            for word in field.type.values
        ),
        unit=field.unit.get(lang) if field.unit else None,
        low=field.type.low if numeric else None,
        high=field.type.high if numeric else None,
        value=None if field.default is None else plain(field.default, field.type),
        required=field.required,
        ask=field.ask.get(lang) if field.ask else None,
        at=field.at.short,
    )


def _tables(workspace: Workspace, lang: str) -> Iterator[Name]:
    for entry in workspace.model.tables.values():
        yield _table(entry, lang)
        for column in entry.fields.values():
            yield _field(column, f"{entry.name}.{column.name}", "tables", lang)


def _table(entry: Table, lang: str) -> Name:
    title = entry.title.get(lang)
    others = [word for word in entry.words[1:] if word != title]
    ask = entry.ask.get(lang) if entry.ask else None
    return Name(
        "tables", entry.name, "table", title, aliases=tuple(others), ask=ask, at=entry.at.short
    )


# ── what packs define ──


def _defined(workspace: Workspace, lang: str) -> Iterator[Name]:
    rules = workspace.rules
    for section in (s for s in rules.sections.values() if s.shared):
        for (kind, id), found in rules.base.items():
            if kind != section.name:
                continue
            entry = found[0][1]
            try:
                type = rules.scope.type_of(id)
            except GroupbuyError:
                # What is wrong with it is told where it stands.
                packs = tuple(pack.name for pack, _ in found)
                at = entry.at.short
                yield Name(section.name, id, "", section=section.name, packs=packs, at=at)
                continue
            title = read_text(entry.get("title"), Problems())
            is_number = type.kind is Kind.NUMBER and section.name == "scores"
            yield Name(
                section.name,
                id,
                str(type),
                title.get(lang) if title else None,
                section=section.name,
                words=_words(workspace, type, found[0][1], lang),
                low=type.low if is_number else None,
                high=type.high if is_number else None,
                value=_setting(workspace, id, entry) if section.name == "settings" else None,
                packs=tuple(pack.name for pack, _ in found),
                at=entry.at.short,
            )
            yield from _columns(rules.scope, id, entry, type)


def _columns(scope: RuleScope, id: str, entry: Entry, type: Type) -> Iterator[Name]:
    """The columns of a table of periods."""
    made = scope.table(id) if type.kind is Kind.TABLE else None
    for name, column in made[1].columns if made else ():
        at = entry.at.short
        yield Name(entry.section, f"{id}.{name}", str(column), section=None, at=at)


def _setting(workspace: Workspace, id: str, entry: Entry) -> Any:
    """The value of a setting: that of `--set`, else of the lowest pack."""
    lit = workspace.rules.overrides.get(id)
    if lit is None:
        section = workspace.rules.sections["settings"]
        try:
            expression = section.lower(entry, workspace.rules.scope).definitions[0].expression
        except GroupbuyError:
            return None
        assert isinstance(expression, Lit)
        lit = expression
    return plain(lit.value, lit.type)


def _words(workspace: Workspace, type: Type, entry: Entry, lang: str) -> tuple[Word, ...]:
    """The words of a grade or choice, with their titles where rows give them."""
    if not type.values:
        return ()
    titles: dict[str, str] = {}
    for word, node in _titled(as_mapping(entry.node)):
        text = read_text(node, Problems())
        if text is not None:
            titles.setdefault(word, text.get(lang))
    if entry.section != Grades.name:
        titles = {}
    return tuple(Word(word, titles.get(word)) for word in type.values)


def _titled(fields: Mapping) -> Iterator[tuple[str, Node]]:
    """The words of rows, bands and cuts that have a title."""
    for group in ("rows", "bands", "cuts"):
        items = fields.get(group)
        for key, item in items.items.items() if isinstance(items, Mapping) else ():
            if isinstance(item, Mapping) and (title := item.get("title")) is not None:
                value = item.get("value")
                yield (value.text if isinstance(value, Scalar) else key), title
    otherwise = fields.get("otherwise")
    if isinstance(otherwise, Mapping):
        yield from _titled(otherwise)


def _reserved(lang: str) -> Iterator[Name]:
    for name, type in RESERVED.items():
        words = tuple(Word(word) for word in type.values)
        yield Name("names", name, str(type), words=words, meaning=say(name, lang))
    yield Name("names", RANK, "integer", meaning=say(RANK, lang, rank="{rank}"))


def _functions(lang: str) -> Iterator[Name]:
    for name, function in FUNCTIONS.items():
        meaning = function.meaning.get(lang)
        yield Name("functions", name, "", signature=function.signature, meaning=meaning)


def _functions_of_plugins(workspace: Workspace, lang: str) -> Iterator[Name]:
    """The scorers of the active plugins, each under its full name."""
    for plugin in workspace.plugins.loaded.values():
        for name, function in plugin.functions.items():
            scorer = plugin.scorers[name]
            yield Name(
                "functions",
                function.name,
                str(function.type),
                signature=function.signature,
                meaning=scorer.title.get(lang) or function.meaning,
                plugin=str(plugin.found),
            )


# ── showing ──


def names_data(names: Sequence[Name]) -> list[dict[str, Any]]:
    """The names as plain data, without what is not said of them."""
    return [
        {key: value for key, value in asdict(name).items() if value not in (None, (), False, "")}
        for name in names
    ]


def names_text(names: Sequence[Name], lang: str, cells: int, paint: Paint, *, wrapped: bool) -> str:
    """The names by group; `wrapped` shows everything about them on several lines."""
    lines: list[str] = []
    for group, found in groupby(names, key=lambda name: name.group):
        members = list(found)
        if lines:
            lines.append("")
        lines.append(paint(f"{heading(group, lang)} ({len(members)})", "heading"))
        if group == "functions":
            rows = [[name.signature or name.name, _of_function(name)] for name in members]
            lines += table(rows, cells=cells, flexible=1, wrapped=wrapped, indent="  ")
            continue
        rows = [
            [name.name, _type(name, lang), name.title or "", about(name, lang, wrapped)]
            for name in members
        ]
        lines += table(rows, cells=cells, flexible=3, wrapped=wrapped, indent="  ")
    return "\n".join(lines) + "\n"


def _of_function(name: Name) -> str:
    """What a function means, and which plugin brings it."""
    return " · ".join(part for part in (name.meaning, name.plugin) if part)


def _type(name: Name, lang: str) -> str:
    word = say(name.type, lang)
    return f"{word} {name.unit}" if name.unit else word


def about(name: Name, lang: str, full: bool) -> str:
    """What else there is to say about a name: its words, value, bounds; `full` for all of it."""
    comma = say("comma", lang)
    parts = []
    if name.meaning:
        parts.append(name.meaning)
    if name.words:
        parts.append(comma.join(f"{w.word} {w.title}" if w.title else w.word for w in name.words))
    if name.value is not None:
        value = _value(name, lang)
        parts.append(value if name.group == "settings" else say("default", lang, value=value))
    bounds = _bounds(name, lang)
    if bounds:
        parts.append(bounds)
    if name.required:
        parts.append(say("required", lang))
    if full and name.aliases:
        parts.append(say("also", lang, names=comma.join(name.aliases)))
    if full and name.ask:
        parts.append(name.ask)
    if full and name.section:
        parts.append(f"{comma.join(name.packs)} ({name.at})")
    return " · ".join(parts)


def _value(name: Name, lang: str) -> str:
    value = name.value
    if isinstance(value, bool):
        return say("yes" if value else "no", lang)
    if isinstance(value, list):
        return say("comma", lang).join(str(item) for item in value)
    return _number(value, name.type) if isinstance(value, int | float) else str(value)


def _bounds(name: Name, lang: str) -> str:
    low = None if name.low is None else _number(name.low, name.type)
    high = None if name.high is None else _number(name.high, name.type)
    if low is not None and high is not None:
        return say("from_to", lang, low=low, high=high)
    if low is not None:
        return say("at_least", lang, low=low)
    return "" if high is None else say("at_most", lang, high=high)


def _number(value: float, type: str) -> str:
    return f"{tidy(value * 100)}%" if type == "percent" else f"{tidy(value):,}"
