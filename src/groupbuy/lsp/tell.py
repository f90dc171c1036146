"""What a word or key means, and where what it names is defined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from groupbuy.authoring.cases.coverage import Counted
from groupbuy.authoring.names import Name
from groupbuy.authoring.names import about as said_of
from groupbuy.authoring.words import heading, say
from groupbuy.errors import Location, Problems
from groupbuy.lsp.document import COMPARED, Document, Word
from groupbuy.lsp.known import CHANGES, Known
from groupbuy.lsp.outline import Key
from groupbuy.lsp.outline import Path as KeyPath
from groupbuy.rules.pack import read_text
from groupbuy.sections.base import as_mapping

_BEFORE = re.compile(rf"{COMPARED}$")
_NAMING = ("each", "by", "within", "table", "columns", "rank_by", "questions")
"""Keys whose values are names although they are no expressions."""

Coverage = Mapping[str, Counted]


@dataclass(frozen=True)
class Told:
    """What to show of a range on one line, as Markdown."""

    markdown: str
    line: int
    start: int
    end: int


# ── hover ──


def tell(
    document: Document, known: Known, coverage: Coverage, line: int, column: int
) -> Told | None:
    """What stands at a place: a key and what it means, or a name and what is known of it."""
    key = document.outline.key_at(line, column)
    if key is not None:
        text = "\n\n".join(_of_key(document, known, coverage, key))
        return Told(text, line, key.column, key.column + key.length) if text else None
    word = document.word_at(line, column)
    if word is None:
        return None
    text = _of_word(document, known, word, column)
    return Told(text, line, word.start, word.end) if text else None


def _of_key(document: Document, known: Known, coverage: Coverage, key: Key) -> Iterator[str]:
    grammar = document.grammar(known.grammars)
    if grammar is None:
        return
    entry = document.entry(key)
    if entry is not None and len(entry[1]) >= 2:
        yield from _of_entry(known, coverage, *entry)
    elif document.kind == "cases":
        name = known.name(key.name)
        if name is not None and len(key.path) >= 4:
            yield of_name(name, known)
            return
    elif document.kind == "model" and len(key.path) == 2:
        name = known.name(key.name)
        if name is not None:
            yield of_name(name, known)
    elif document.kind == "pack" and entry is not None:
        called = heading(key.name, known.lang)
        if called != key.name:
            yield f"**{called}**"
    means = grammar.means(key.path)
    if means:
        yield f"`{key.name}:` {_plain(means)}"


def _of_entry(known: Known, coverage: Coverage, changed: bool, path: KeyPath) -> Iterator[str]:
    """An entry, or a rule or row of one: its title, who changes it, what cases showed of it."""
    section, id = str(path[0]), str(path[1])
    if len(path) == 2:
        name = known.name(id)
        if name is not None and name.section == section:
            yield of_name(name, known)
        else:
            title = _title(known, section, id)
            if title:
                yield f"**{_plain(title)}** `{id}`"
        if not changed:
            for pack, entry in known.changes_of(section, id):
                yield say("hover_changed", known.lang, pack=pack.name, at=entry.at.short)
    counted = list(_coverage(coverage, path))
    if counted:
        yield say("hover_coverage", known.lang)
        yield "\n".join(
            "- " + say("hover_counted", known.lang, rule=rule.path, fires=rule.fires,
                       silent=rule.silent, unknown=rule.unknown)
            for rule in counted[:12]
        )  # fmt: skip


def _title(known: Known, section: str, id: str) -> str:
    for pack in known.workspace.project.packs:
        entry = pack.sections.get(section, {}).get(id)
        if entry is not None:
            text = read_text(as_mapping(entry.node).get("title"), Problems())
            if text is not None:
                return text.get(known.lang)
    return ""


def _coverage(coverage: Coverage, path: KeyPath) -> Iterator[Counted]:
    """The rules at a path: of an entry all of them, of a rule itself."""
    groups = ("rules", "rows", "bands", "cases", "cuts", "weights")
    parts = [str(part) for part in path if str(part) not in groups]
    exact = ".".join(parts)
    as_play = "/".join([".".join(parts[:2]), *parts[2:]])
    for rule in coverage.values():
        if rule.path in (exact, as_play):
            yield rule
        elif len(parts) == 2 and rule.path.startswith((f"{exact}.", f"{exact}/")):
            # Bands within a rule's points are told at the rule.
            if rule.path.count(".") == 2 or "/" in rule.path:
                yield rule
        elif len(parts) == 3 and rule.path.startswith(f"{exact}."):
            yield rule


def of_name(name: Name, known: Known) -> str:
    """A name with all that is known of it."""
    if name.group == "functions":
        plugin = f"\n\n{_plain(name.plugin)}" if name.plugin else ""
        return (
            f"```python\n{name.signature or name.name}\n```\n{_plain(name.meaning or '')}{plugin}"
        )
    title = f"**{_plain(name.title)}** " if name.title else ""
    unit = f" {name.unit}" if name.unit else ""
    head = f"{title}`{name.name}` — {say(name.type, known.lang)}{_plain(unit)}"
    return f"{head}\n\n{_plain(said_of(name, known.lang, True))}".strip()


def _of_word(document: Document, known: Known, word: Word, column: int) -> str:
    if word.quoted:
        choice = _BEFORE.search(word.before)
        name = known.name(choice["name"]) if choice else None
        if name is None:
            return ""
        for each in name.words:
            if word.text in (each.word, each.title):
                title = f"**{_plain(each.title)}** " if each.title else ""
                return f"{title}`{each.word}` — {_plain(name.title or name.name)}"
        return ""
    name = _name(document, known, word, column)
    return of_name(name, known) if name is not None else ""


def _name(document: Document, known: Known, word: Word, column: int) -> Name | None:
    """The name that a word means, where names can stand."""
    path = document.path_at(word.line, column)
    grammar = document.grammar(known.grammars)
    if not path or grammar is None:
        return None
    text = document.lines[word.line]
    if grammar.is_text(path) and document.kind == "pack":
        # Only what stands in braces, and only in quoted or block texts; `{en: …}` is a mapping.
        if text[word.start - 1 : word.start] != "{" or text[word.end : word.end + 1] not in "}.":
            return None
    elif not (
        grammar.is_expression(path)
        or any(part in _NAMING for part in path)
        or (document.kind == "pack" and "cases" in path)
    ):
        return None
    return known.name(word.text) or known.name(word.text.partition(".")[0])


def _plain(text: str) -> str:
    """A text of rules or plugins that Markdown shows as it is written."""
    return re.sub(r"([\\`*_<>\[\]#|~])", r"\\\1", text)


# ── definition ──


def define(document: Document, known: Known, line: int, column: int) -> list[Location]:
    """Where what stands at a place is defined: what a change changes, or what a word names."""
    key = document.outline.key_at(line, column)
    if key is not None:
        if document.kind == "pack" and key.path[0] == CHANGES and len(key.path) > 2:
            return known.lower(known.pack_of(document.path), key.path[1:])
        if document.kind == "cases":
            name = known.name(key.name)
            return known.places(name) if name is not None and len(key.path) > 3 else []
        if document.kind == "pack" and "lead" in key.path and "plays" in key.path:
            name = known.name(key.name)
            return known.places(name) if name is not None else []
        return []
    path = document.path_at(line, column)
    if document.kind == "project" and path[:1] == ("layers",):
        return list(_packs_at(document, known, line, column))
    if document.kind == "cases":
        rule = _rule_at(document, known, line, column)
        if rule is not None:
            return [rule]
    word = document.word_at(line, column)
    if word is None or word.quoted:
        return []
    name = _name(document, known, word, column)
    return known.places(name) if name is not None else []


def _packs_at(document: Document, known: Known, line: int, column: int) -> Iterator[Location]:
    """The packs that an item of `layers:` names."""
    text = document.lines[line]
    for found in re.finditer(r"[^\s,\[\]#]+", text):
        if found.start() <= column <= found.end():
            name = found.group().strip("\"'").removesuffix(".yaml").rstrip("*").rstrip("/")
            for pack in known.workspace.project.packs:
                shown = pack.at.file.removesuffix(".yaml")
                if (
                    shown == name
                    or shown.endswith(f"/{name}")
                    or f"/{name}/" in f"/{shown}"
                    or (shown.startswith(f"{name}/"))
                ):
                    yield pack.at


def _rule_at(document: Document, known: Known, line: int, column: int) -> Location | None:
    """The place of a rule that a case names by its path."""
    for found in re.finditer(r"[\w.]+(?:/\w+)?", document.lines[line]):
        if found.start() <= column <= found.end():
            return known.paths.get(found.group())
    return None
