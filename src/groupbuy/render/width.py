"""Texts measured in terminal cells, of which a Chinese character takes two."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A closing sign stays with what is before it, an opening one with what is behind it.
_OPEN = "（《〈「『【〔“‘(\\["
_CLOSE = "，。；：！？、）》〉」』】〕”’…,.;:!?)%\\]"
_WIDE = "\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_UNIT = re.compile(f" +|[{_OPEN}]*(?:[{_WIDE}]|[^ {_OPEN}{_WIDE}]+)[{_CLOSE}]*|[{_OPEN}]+")


def width(text: str) -> int:
    """The cells that a text without controls takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    cells = wcswidth(text)
    return cells if cells >= 0 else len(text)


def cut(text: str, cells: int) -> str:
    """The text in at most so many cells, with `…` for what is left out."""
    if width(text) <= cells:
        return text
    head, _ = _split(text, max(cells - 1, 0))
    return f"{head.rstrip()}…" if cells > 0 else ""


def cut_left(text: str, cells: int) -> str:
    """The end of the text in at most so many cells."""
    if width(text) <= cells:
        return text
    kept = ""
    for char in reversed(text):
        if width(char + kept) > cells - 1:
            break
        kept = char + kept
    return f"…{kept}"


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """The text with spaces up to so many cells; `right` puts them in front."""
    spaces = " " * max(cells - width(text), 0)
    return spaces + text if right else text + spaces


def wrap(text: str, cells: int) -> list[str]:
    """The text in lines of at most so many cells, broken at spaces or between Chinese signs."""
    if width(text) <= cells:
        return [text]
    lines: list[str] = []
    line, gap = "", ""
    for unit in _UNIT.findall(text):
        if unit.isspace():
            gap = unit
            continue
        if line and width(line + gap + unit) > cells:
            lines.append(line)
            line, gap = "", ""
        line, gap = line + (gap if line else "") + unit, ""
        while width(line) > cells:
            head, line = _split(line, cells)
            lines.append(head)
    return [*lines, line] if line else lines


def flow(parts: Iterable[str], between: str, cells: int) -> list[str]:
    """Parts in lines of at most so many cells, none of them broken if it fits on a line."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1] + between + part) <= cells:
            lines[-1] += between + part
        else:
            lines += wrap(part, cells)
    return lines


def _split(text: str, cells: int) -> tuple[str, str]:
    """The text in two, the first with at most so many cells, but with one character at least."""
    if text.isascii():
        at = max(cells, 1)
        return text[:at], text[at:]
    used = 0
    for at, char in enumerate(text):
        used += width(char)
        if used > cells and at > 0:
            return text[:at], text[at:]
    return text, ""
