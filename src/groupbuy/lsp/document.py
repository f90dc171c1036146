"""One open document: what kind of rule file it is, and what stands at a place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath

from groupbuy.authoring.cases.read import SUFFIX
from groupbuy.lsp.grammar import Grammar, Grammars
from groupbuy.lsp.known import CHANGES
from groupbuy.lsp.outline import Key, Outline, Path
from groupbuy.rules.project import FILE

_WORD = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)?"
COMPARED = rf"(?P<name>{NAME})\s*(?:[=!]=|[<>]=?|(?:not\s+)?in\s*\[[^\]]*)\s*"
"""A name and what compares it with the word behind."""
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")


@dataclass(frozen=True)
class Word:
    """A word of an expression or text at `line`, from `start` to `end`.

    `quoted` are words in quotes within the expression; `before` is the expression in front of it.
    """

    text: str
    line: int
    start: int
    end: int
    before: str
    quoted: bool = False


class Document:
    """The text of a file as the editor has it."""

    def __init__(self, path: FilePath, text: str) -> None:
        """Nothing is read yet."""
        self.path, self.text = path, text

    @cached_property
    def outline(self) -> Outline:
        """Its keys."""
        return Outline(self.text)

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.outline.lines

    @cached_property
    def kind(self) -> str:
        """`project`, `cases`, `pack`, `model`, or nothing for a file that is none of them."""
        if self.path.name == FILE:
            return "project"
        if self.path.name.endswith(SUFFIX):
            return "cases"
        top = self.outline.below(())
        if any(key.name == "pack" for key in top):
            return "pack"
        if any(key.name == "fields" for key in top):
            return "model"
        return "pack" if any(key.name == "groupbuy" for key in top) or not top else ""

    def grammar(self, grammars: Grammars) -> Grammar | None:
        """What may stand in it."""
        found = getattr(grammars, self.kind, None) if self.kind else None
        return found if isinstance(found, Grammar) else None

    def word_at(self, line: int, column: int) -> Word | None:
        """The word at a place in a value."""
        if line >= len(self.lines):
            return None
        text = self.lines[line]
        start = self.value_start(line)
        for found in _STRING.finditer(text, start):
            inner = 1 if found[1] is not None else 2
            whole = found.group(inner)
            if found.start(inner) <= column <= found.end(inner) and " " not in whole.strip():
                before = text[start : found.start()]
                if re.search(r"[=<>\[,(]\s*$|\bin\s*$", before):
                    return Word(whole, line, *found.span(inner), before, quoted=True)
        for found in _WORD.finditer(text, start):
            if found.start() <= column <= found.end():
                # Of `orders.amount`, the part up to the one that is pointed at.
                end = text.find(".", column, found.end())
                end = found.end() if end < 0 else end
                return Word(text[found.start() : end], line, found.start(), end,
                            text[start : found.start()])  # fmt: skip
        return None

    def value_start(self, line: int) -> int:
        """Where on a line its value begins: behind the first key of a block."""
        keys = [key for key in self.outline.keys if key.line == line]
        return keys[0].value[1] if keys and keys[0].value[0] == line else 0

    def path_at(self, line: int, column: int) -> Path:
        """The path of the value in which a place lies."""
        key = self.outline.around(line, column)
        return key.path if key is not None else ()

    def entry(self, key: Key) -> tuple[bool, Path] | None:
        """Whether a key stands under `changes:`, and its path from the section on."""
        if self.kind != "pack":
            return None
        changed = key.path[0] == CHANGES
        path = key.path[1:] if changed else key.path
        return (changed, path) if path else None
