"""Conditions in one spelling, and taken apart into what tables have columns for.

The same condition can be written `预算>=100000` and `budget >= 100000`: names and the words of
choices are put in their proper form, so that what says the same looks the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from groupbuy.authoring.fmt import spelled
from groupbuy.language.syntax import python_of
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.tree.types import Kind


def canonical(text: str, vocabulary: Vocabulary) -> str:
    """A condition with proper names and words, in `fmt`'s spelling."""
    tree = _parsed(text)
    if tree is None:
        return spelled(text)
    changes = [*_names(tree, vocabulary), *_words(tree, vocabulary)]
    for node, new in sorted(changes, key=lambda change: -_start(text, change[0])):
        start, end = _start(text, node), _end(text, node)
        text = text[:start] + new + text[end:]
    return spelled(text.strip())


def _parsed(text: str) -> ast.expr | None:
    return python_of(text) if "\n" not in text else None


def _start(text: str, node: ast.expr) -> int:
    return _character(text, node.col_offset)


def _end(text: str, node: ast.expr) -> int:
    return _character(text, node.end_col_offset or 0)


def _character(text: str, byte: int) -> int:
    """The character at a byte: `ast` counts those, from behind the leading blanks."""
    blanks = len(text) - len(text.lstrip())
    return blanks + len(text.lstrip().encode()[:byte].decode(errors="ignore"))


def _names(tree: ast.expr, vocabulary: Vocabulary) -> Iterator[tuple[ast.expr, str]]:
    nodes = list(ast.walk(tree))
    others = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    others |= {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Name) and id(node) not in others:
            proper = vocabulary.resolve(node.id)
            if proper is not None and proper != node.id:
                yield node, proper


def _words(tree: ast.expr, vocabulary: Vocabulary) -> Iterator[tuple[ast.expr, str]]:
    """The words that are compared with a choice."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        sides = (node.left, node.comparators[0])
        for one, other in (sides, sides[::-1]):
            name = one.id if isinstance(one, ast.Name) else ""
            field = vocabulary.field(vocabulary.resolve(name) or name)
            if field is None or field.type.kind not in (Kind.CHOICE, Kind.CHOICES):
                continue
            for item in other.elts if isinstance(other, ast.List) else [other]:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    proper = _proper(field.read, item.value)
                    if proper is not None and proper != item.value:
                        yield item, f'"{proper}"'


def _proper(read: object, word: str) -> str | None:
    assert callable(read)
    try:
        found = read(word)
    except ValueProblem:
        return None
    if isinstance(found, tuple):
        return str(found[0]) if len(found) == 1 else None
    return found if isinstance(found, str) else None


@dataclass(frozen=True)
class Part:
    """A part of a condition that a column can hold: what is asked about, and the ways to say it.

    `cells` are what its cell can say, the shortest first; `text` is the part as it stands.
    """

    asked: str
    cells: tuple[str, ...]
    text: str


def parts_of(text: str) -> tuple[list[Part], list[str]]:
    """The parts that columns can hold, and the others, of a condition in proper spelling."""
    tree = _parsed(text)
    if tree is None:
        return [], [text]
    found: list[Part] = []
    others: list[str] = []
    both = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
    for node in tree.values if both and isinstance(tree, ast.BoolOp) else [tree]:
        part = _part(node, text)
        if part is None:
            others.append(text[_start(text, node) : _end(text, node)])
        else:
            found.append(part)
    return found, others


def _part(node: ast.expr, whole: str) -> Part | None:
    text = whole[_start(whole, node) : _end(whole, node)]
    match node:
        case ast.Name(id=name):
            return Part(name, ("true",), text)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return Part(name, ("false",), text)
        case ast.Call(func=ast.Name(id="known" | "missing" as state), args=[ast.Name(id=name)]):
            return Part(name, (state,), text)
        case ast.Compare(
            left=ast.Constant(value=str(word)), ops=[ast.In()], comparators=[ast.Name(id=name)]
        ):
            return Part(name, (word,), text)
        case ast.BoolOp(op=ast.Or(), values=several):
            parts = [_part(each, whole) for each in several]
            if all(isinstance(each, ast.Compare) for each in several) and None not in parts:
                names = {part.asked for part in parts if part is not None}
                words = [part.cells[0] for part in parts if part and len(part.cells) == 1]
                if len(names) == 1 and len(words) == len(parts):
                    return Part(names.pop(), ("、".join(words),), text)
        case ast.Compare(left=ast.Name(id=name)):
            rest = whole[_end(whole, node.left) : _end(whole, node)].strip()
            return Part(name, (*_short(node), rest), text)
    return None


def _short(node: ast.Compare) -> Iterator[str]:
    """What a cell says without an operator: a value, or several words."""
    if len(node.ops) != 1:
        return
    match node.ops[0], node.comparators[0]:
        case ast.Eq(), ast.Constant(value=str(word)):
            yield word
        case ast.Eq(), ast.Constant(value=int() | float() as number) if not isinstance(
            number, bool
        ):
            yield f"{number:.15g}"
        case ast.In(), ast.List(elts=items):
            words = [item.value for item in items if isinstance(item, ast.Constant)]
            if len(words) == len(items) > 1 and all(isinstance(word, str) for word in words):
                yield "、".join(str(word) for word in words)
