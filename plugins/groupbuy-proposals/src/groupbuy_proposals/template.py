"""Templates of proposals: text with `{{name}}`, `{{#part}}…{{/part}}` and `{{^part}}…{{/part}}`.

The part of Mustache that has no calls, no lookups beyond names, no files and no code: a template
puts words in places, and that is all. `{{#part}}` repeats for a list, shows once for what is true,
and not at all for what is empty; `{{^part}}` is its contrary. A name that a proposal does not have
is an error with its line, before anything is written. What is filled in is escaped for Markdown,
once, and never read as a template again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupbuy.api import GroupbuyError, Problem, Problems, Source, did_you_mean

LARGEST = 200_000
LONGEST_RESULT = 2_000_000
DEEPEST = 8
_TAG = re.compile(r"\{\{\s*(?P<sign>[#^/!]?)\s*(?P<name>[^{}]*?)\s*\}\}")
_NAME = re.compile(r"[a-z][a-z_]*")

Shape = Mapping[str, "Shape | None"]
"""What names there are: with what is inside, for those that are lists."""


@dataclass(frozen=True)
class Words:
    """Text as it stands."""

    text: str


@dataclass(frozen=True)
class Name:
    """A value to fill in."""

    name: str


@dataclass(frozen=True)
class Part:
    """What is shown for each of a list, or while something holds; `unless` is the contrary."""

    name: str
    unless: bool
    body: tuple[Piece, ...]


Piece = Words | Name | Part


@dataclass(frozen=True)
class DocumentTemplate:
    """A template, read and checked."""

    name: str
    pieces: tuple[Piece, ...]

    def fill(self, data: Mapping[str, Any]) -> str:
        """The text for some data. Raises `GroupbuyError` where it would be endless."""
        found: list[str] = []
        length = 0
        for text in _filled(self.pieces, [data]):
            length += len(text)
            if length > LONGEST_RESULT:
                message = f"{self.name} makes a document of more than {LONGEST_RESULT:,} characters"
                raise GroupbuyError(Problem("template-large", message))
            found.append(text)
        return "".join(found)


def read_template(path: Path, shape: Shape) -> DocumentTemplate:
    """A template file. Raises `GroupbuyError` with everything that is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise GroupbuyError(Problem("file-unreadable", f"{path}: {reason}")) from None
    if len(content) > LARGEST:
        message = f"{path} has {len(content):,} bytes; a template has at most {LARGEST:,}"
        raise GroupbuyError(Problem("template-large", message))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "save it as UTF-8"
        raise GroupbuyError(Problem("file-encoding", f"{path} is not UTF-8", None, hint)) from None
    return parse_template(Source(str(path), text), shape)


def parse_template(source: Source, shape: Shape) -> DocumentTemplate:
    """A template's text. Raises `GroupbuyError` with everything that is wrong with it."""
    reader = _Reader(source, shape)
    pieces = reader.read()
    reader.problems.raise_any()
    return DocumentTemplate(source.name, pieces)


@dataclass
class _Open:
    """A part that is being read."""

    name: str
    unless: bool
    start: int
    pieces: list[Piece]
    shape: Shape


class _Reader:
    """Reads one template."""

    def __init__(self, source: Source, shape: Shape) -> None:
        self.source, self.text = source, source.text.replace("\r\n", "\n")
        self.problems = Problems()
        self.open = [_Open("", False, 0, [], shape)]

    def read(self) -> tuple[Piece, ...]:
        at = 0
        for match in _TAG.finditer(self.text):
            start, end = match.span()
            sign, name = match["sign"], match["name"]
            if self.text[start - 1 : start] == "{" or self.text[end : end + 1] == "}":
                message = "three braces: what is filled in is always escaped"
                self.problem("template-brace", message, start, "{{name}}")
            if sign in ("#", "^", "/", "!"):
                start, end = self.whole_line(start, end)
            self.words(at, start)
            at = end
            self.tag(sign, name, match.start())
        self.words(at, len(self.text))
        for left in self.open[1:]:
            hint = f"{{{{/{left.name}}}}}"
            self.problem("template-open", f"{left.name} is not closed", left.start, hint)
        return tuple(self.open[0].pieces)

    def whole_line(self, start: int, end: int) -> tuple[int, int]:
        """A tag of a part that stands alone takes its line with it."""
        begin = self.text.rfind("\n", 0, start) + 1
        finish = self.text.find("\n", end)
        finish = len(self.text) if finish < 0 else finish + 1
        alone = not self.text[begin:start].strip() and not self.text[end:finish].strip()
        return (begin, finish) if alone else (start, end)

    def words(self, start: int, end: int) -> None:
        text = self.text[start:end]
        if text:
            self.open[-1].pieces.append(Words(text))
        for sign in ("{{", "}}"):
            at = text.find(sign)
            if at >= 0:
                message = f"{sign} without its counterpart"
                self.problem("template-brace", message, start + at, "{{name}}")

    def tag(self, sign: str, name: str, at: int) -> None:
        if sign == "!":
            return
        if sign == "/":
            self.close(name, at)
            return
        shape = self.known(name, at)
        if sign == "":
            if shape is not None and shape is not _MISSING:
                hint = f"{{{{#{name}}}}}…{{{{/{name}}}}}"
                self.problem("template-list", f"{name} is a list", at, hint)
            self.open[-1].pieces.append(Name(name))
            return
        if len(self.open) > DEEPEST:
            self.problem("template-deep", f"parts within parts, more than {DEEPEST} deep", at)
        inner = self.open[-1].shape
        if shape:
            inner = {**inner, **shape}
        self.open.append(_Open(name, sign == "^", at, [], inner))

    def close(self, name: str, at: int) -> None:
        if len(self.open) == 1:
            self.problem("template-open", f"{name} is closed and was not open", at)
            return
        part = self.open.pop()
        if part.name != name:
            message = f"{name} is closed where {part.name} is open"
            self.problem("template-open", message, at, f"{{{{/{part.name}}}}}")
        self.open[-1].pieces.append(Part(part.name, part.unless, tuple(part.pieces)))

    def known(self, name: str, at: int) -> Shape | None:
        """What is inside a name; an unknown one is a problem."""
        shape = self.open[-1].shape
        if _NAME.fullmatch(name) and name in shape:
            return shape[name]
        if name and not _NAME.fullmatch(name):
            message, hint = f'"{name[:60]}" is not a name', "names only: no calls, no dots"
        else:
            message = f'a proposal has no "{name[:60]}"'
            hint = did_you_mean(name, shape) or f"here it has: {', '.join(sorted(shape))}"
        self.problem("template-name", message, at, hint)
        return _MISSING

    def problem(self, code: str, message: str, at: int, hint: str | None = None) -> None:
        before = self.text[:at]
        line = before.count("\n") + 1
        column = at - before.rfind("\n")
        self.problems.add(code, message, self.source.at(line, column), hint)


_MISSING: Shape = {}


def _filled(pieces: Sequence[Piece], scopes: list[Mapping[str, Any]]) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, Words):
            yield piece.text
            continue
        value = _value(scopes, piece.name)
        if isinstance(piece, Name):
            yield escaped(value)
        elif piece.unless:
            if not value:
                yield from _filled(piece.body, scopes)
        elif isinstance(value, list):
            for each in value:
                yield from _filled(piece.body, [*scopes, each])
        elif value:
            yield from _filled(piece.body, scopes)


def _value(scopes: list[Mapping[str, Any]], name: str) -> Any:
    for scope in reversed(scopes):
        if name in scope:
            return scope[name]
    return None


# ── what is filled in ──

_SIGNS = re.compile(r"([\\`*_\[\]<>|#~&!$])")
_BREAKS = re.compile(r"[\s\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_MOST = 2_000
"""Characters of one value in a document; what is longer is cut."""


def plain(value: Any) -> str:
    """A value on one line, without what can't be seen or turns the direction of writing."""
    if value is None:
        return ""
    text = _HIDDEN.sub("", _BREAKS.sub(" ", str(value))).strip()
    return text if len(text) <= _MOST else text[:_MOST] + "…"


def escaped(value: Any) -> str:
    """A value as Markdown that shows it as it is: no markup, no link, no table cell of its own."""
    text = _SIGNS.sub(r"\\\1", plain(value))
    # At the beginning of a line these would make a list, a heading or a rule.
    if re.match(r"[-+=]|[0-9]{1,9}[.)]", text):
        text = re.sub(r"^([0-9]*)([-+=.)])", r"\1\\\2", text)
    # Addresses would become links.
    return re.sub(r"(?i)(https?|ftp|www|mailto)(:|\.)", r"\1\\\2", text)
