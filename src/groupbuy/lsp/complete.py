"""What could come next: keys, names, functions, words of choices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from groupbuy.authoring.names import Name
from groupbuy.authoring.names import about as said_of
from groupbuy.lsp.document import COMPARED, NAME, Document
from groupbuy.lsp.known import CHANGES, Known
from groupbuy.lsp.outline import Path, Spot
from groupbuy.rules.project import SHIPPED, packs_in, shipped_rules

_TYPED = re.compile(r"(?:[^\W\d]\w*\.)?(?:[^\W\d]\w*)?$")
_COMPARED = re.compile(rf"{COMPARED}[\"']?[^\"'\s,\]]*$")
_KEYWORDS = ("and", "or", "not", "in", "if", "else", "True", "False")


@dataclass(frozen=True)
class Offer:
    """Something to put in the place of the last `typed` characters.

    `kind` is what an editor shows it as; `called` is what else it may be found by.
    """

    label: str
    kind: str
    insert: str
    typed: int
    detail: str = ""
    title: str = ""
    means: str = ""
    called: tuple[str, ...] = field(default=())
    order: int = 5


def complete(document: Document, known: Known, line: int, column: int) -> list[Offer]:
    """What may stand at a place of a document."""
    spot = document.outline.spot(line, column)
    found = _keys(document, known, spot) if spot.is_key else _values(document, known, spot)
    unique: dict[str, Offer] = {}
    for offer in found:
        unique.setdefault(offer.label, offer)
    return list(unique.values())


# ── keys ──


def _keys(document: Document, known: Known, spot: Spot) -> Iterator[Offer]:
    grammar = document.grammar(known.grammars)
    if grammar is None:
        return
    there = {key.name for key in document.outline.below(spot.path)} - {spot.text}
    for offer in _named_keys(document, known, spot):
        if offer.label not in there:
            yield offer
    for key in grammar.keys(spot.path):
        if key.name not in there:
            yield Offer(key.name, "key", f"{key.name}: ", len(spot.text), means=key.means)


def _named_keys(document: Document, known: Known, spot: Spot) -> Iterator[Offer]:
    """Keys that are names: of what lower packs have, of a choice's words, of fields of a lead."""
    path, typed = spot.path, len(spot.text)
    if document.kind == "pack" and len(path) >= 2 and path[0] == CHANGES:
        pack = known.pack_of(document.path)
        for name in known.lower_keys(pack, path[1:]):
            called = known.name(name) if len(path) == 2 else None
            title = called.title or "" if called else ""
            yield Offer(name, "entry", f"{name}: ", typed, title=title, order=1)
    for each in _fields_expected(document, known, path):
        yield _named(each, known, typed, f"{each.name}: ")
    choice = _choice_of_cases(document, known, path)
    if choice is not None:
        for word in choice.words:
            yield Offer(word.word, "word", f"{word.word}: ", typed, title=word.title or "", order=1)
        yield Offer("else", "word", "else: ", typed, order=2)


def _fields_expected(document: Document, known: Known, path: Path) -> list[Name]:
    """The names that may be keys: fields of a lead in a case or a play, names of expectations."""
    groups: tuple[str, ...] = ()
    last = path[-1] if path else ""
    if document.kind == "cases" and len(path) >= 3:
        if last == "lead" or (path[-2] == "leads" and isinstance(last, int)):
            groups = ("fields", "tables")
        elif last == "settings":
            groups = ("settings",)
        elif "expect" in path and last in ("facts", "scores", "grades"):
            groups = ("facts", "settings", "fields") if last == "facts" else (str(last),)
    elif document.kind == "cases" and path == ("settings",):
        groups = ("settings",)
    elif document.kind == "pack" and last == "lead" and "plays" in path:
        groups = ("fields",)
    return [name for name in known.names if name.group in groups and "." not in name.name]


def _choice_of_cases(document: Document, known: Known, path: Path) -> Name | None:
    """The choice by which the cases at a path are told apart."""
    if document.kind != "pack" or "cases" not in path:
        return None
    place = len(path) - 1 - path[::-1].index("cases")
    by = next((k for k in document.outline.keys if k.path == (*path[:place], "by")), None)
    if by is None:
        return None
    line, column = by.value
    names = re.findall(NAME, document.lines[line][column : by.end[1]])
    depth = len(path) - 1 - place
    return known.name(names[depth]) if depth < len(names) else None


# ── values ──


def _values(document: Document, known: Known, spot: Spot) -> Iterator[Offer]:
    grammar = document.grammar(known.grammars)
    if grammar is None or not spot.path:
        return
    text, path = spot.text, spot.path
    typed = len(text.lstrip())
    for word in grammar.words(path):
        yield Offer(word, "word", word, typed, order=1)
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if document.kind == "project":
        yield from _in_project(document, known, key, typed)
    elif document.kind == "cases":
        yield from _in_cases(known, path, typed)
    elif document.kind == "pack":
        if grammar.is_text(path):
            yield from _in_text(known, text)
        elif key in ("each", "table"):
            yield from _all(known, typed, lambda name: name.type == "table")
        elif key in ("by", "within"):
            yield from _all(known, typed, lambda name: bool(name.words))
        elif grammar.is_expression(path) or _is_loose(path):
            yield from _expression(known, text)


def _is_loose(path: Path) -> bool:
    """Whether a value stands in cases, of which the schema says nothing."""
    inner = path[1:] if path[0] == CHANGES else path
    return inner[0] in ("facts", "scores") and "cases" in inner


def _all(known: Known, typed: int, wanted: Callable[[Name], bool]) -> Iterator[Offer]:
    for name in known.names:
        if wanted(name):
            yield _named(name, known, typed, name.name)


def _in_text(known: Known, text: str) -> Iterator[Offer]:
    """Names that a text quotes: behind a brace that is open."""
    start = text.rfind("{")
    if start < 0 or "}" in text[start:]:
        return
    typed = text[start + 1 :]
    if not _TYPED.fullmatch(typed):
        return
    for name in known.names:
        if name.group != "functions" and name.type != "table":
            yield _named(name, known, len(typed), name.name)


def _expression(known: Known, text: str) -> Iterator[Offer]:
    compared = _COMPARED.search(text)
    choice = known.name(compared["name"]) if compared else None
    in_quotes = (text.count('"') % 2 == 1) or (text.count("'") % 2 == 1)
    if choice is not None and choice.words:
        yield from _words(choice, text, in_quotes=in_quotes)
    if in_quotes:
        return
    found = _TYPED.search(text)
    typed = found.group() if found else ""
    table, dot, _ = typed.rpartition(".")
    if dot:
        for name in known.columns(table):
            if name.group == "functions":
                yield _named(name, known, len(typed), f"{name.name}(")
            else:
                column = name.name.rpartition(".")[2]
                yield _named(name, known, len(typed) - len(table) - 1, column, label=column)
        return
    for name in known.names:
        if name.group == "functions":
            yield _named(name, known, len(typed), f"{name.name}(")
        elif "." not in name.name:
            yield _named(name, known, len(typed), name.name)
    for word in _KEYWORDS:
        yield Offer(word, "keyword", word, len(typed), order=8)


def _words(choice: Name, text: str, *, in_quotes: bool) -> Iterator[Offer]:
    """The words of a choice, in quotes."""
    tail = re.search(r"[^\"'\s,\[=<>]*$", text)
    typed = len(tail.group()) if tail else 0
    for word in choice.words:
        insert = word.word if in_quotes else f'"{word.word}"'
        yield Offer(
            word.word, "word", insert, typed, title=word.title or "", detail=choice.name,
            called=(word.title,) if word.title else (), order=0,
        )  # fmt: skip


def _named(name: Name, known: Known, typed: int, insert: str, label: str = "") -> Offer:
    is_function = name.group == "functions"
    return Offer(
        label or name.name,
        "function" if is_function else name.section or name.group,
        insert,
        typed,
        name.signature or name.type,
        name.title or "",
        name.meaning or "" if is_function else said_of(name, known.lang, True),
        tuple(name.called),
        4 if is_function else 3,
    )


# ── other files ──


def _in_project(document: Document, known: Known, key: str, typed: int) -> Iterator[Offer]:
    if key in ("columns", "rank_by"):
        groups = ("facts", "scores", "grades", "fields")
        yield from _all(known, typed, lambda name: name.group in groups)
    elif key == "layers":
        for path in _pack_names(document):
            yield Offer(path, "file", path, typed)
    elif key == "plugins":
        from groupbuy.plugins.discovery import installed

        for found in installed():
            if found.kind == "plugin":
                yield Offer(found.name, "file", found.name, typed, detail=found.distribution)


def _pack_names(document: Document) -> Iterator[str]:
    """Packs and folders of packs, of the folder and of the shipped rules."""
    for start, folder in (("", document.path.parent), (SHIPPED, shipped_rules())):
        for path in packs_in(folder):
            yield start + path.stem
        for inner in sorted(folder.iterdir()):
            if inner.is_dir() and packs_in(inner):
                yield f"{start}{inner.name}"
                yield from (f"{start}{inner.name}/{path.stem}" for path in packs_in(inner))


def _in_cases(known: Known, path: Path, typed: int) -> Iterator[Offer]:
    """What cases expect: rules by their paths, questions, packs."""
    kind = next((part for part in reversed(path) if isinstance(part, str)), "")
    if kind in ("fires", "silent", "unknown"):
        for rule in known.paths:
            yield Offer(rule, "entry", rule, typed)
    elif kind == "questions":
        yield from _all(known, typed, lambda name: name.group == "fields")
    elif kind == "packs":
        for pack in known.workspace.project.packs:
            yield Offer(pack.name, "file", pack.name, typed, title=pack.title.get(known.lang))
    else:
        name = known.name(kind)
        for word in name.words if name is not None else ():
            yield Offer(word.word, "word", word.word, typed, title=word.title or "")
