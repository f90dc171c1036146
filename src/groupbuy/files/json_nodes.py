"""JSON → `Node`s with places: the slow way, taken when a fault or a place has to be shown.

Strict where Python's `json` is not: duplicate keys, `NaN` and `Infinity` are faults.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from json.decoder import JSONDecodeError

from groupbuy.errors import GroupbuyError, Location, Problem, Source
from groupbuy.model.names import quote
from groupbuy.source.limits import current
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_LINE_END = re.compile(r"\r\n|\r|\n")
_decode_string = json.JSONDecoder().raw_decode


def parse(source: Source, text: str | None = None, line: int = 1) -> Node:
    """The one value of `source`, or of its `line` that reads `text`.

    Raises `GroupbuyError` with the first fault.
    """
    parser = _Parser(source, source.text if text is None else text, line)
    if text is None and not source.text.strip():
        at = Location(source.name)
        raise GroupbuyError(Problem("json-syntax", "this file is empty", at, 'leads: [{"id": …}]'))
    node = parser.value(0, 1)
    rest = parser.skip(parser.offset)
    if rest < parser.end:
        raise parser.fault(rest, "something follows the end of the JSON value")
    return node


class _Parser:
    """Reads one value; `offset` is where the last one ended."""

    def __init__(self, source: Source, text: str, line: int) -> None:
        self.source, self.text, self.line = source, text, line
        self.end = len(text)
        self.limits = current()
        self.offset = 0
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(self, offset: int) -> Location:
        """Line and column of an offset."""
        line = bisect_right(self.starts, offset)
        return self.source.at(self.line + line - 1, offset - self.starts[line - 1] + 1)

    def fault(self, offset: int, message: str, hint: str | None = None) -> GroupbuyError:
        """A fault of the text."""
        if offset >= self.end:
            message = f"the JSON text breaks off: {message}"
        return GroupbuyError(Problem("json-syntax", message, self.place(offset), hint))

    def skip(self, offset: int) -> int:
        """The offset of the next character that is not white space."""
        found = _SPACE.match(self.text, offset)
        return found.end() if found else offset

    def value(self, offset: int, depth: int) -> Node:
        """The value that begins at or after `offset`."""
        offset = self.skip(offset)
        if depth > self.limits.nesting:
            message = f"this is nested more than {self.limits.nesting} levels deep"
            hint = self.limits.hint("nesting", "write it flatter")
            raise GroupbuyError(Problem("json-depth", message, self.place(offset), hint))
        first = self.text[offset : offset + 1] if offset < self.end else ""
        if first == "{":
            return self.mapping(offset, depth)
        if first == "[":
            return self.sequence(offset, depth)
        return self.scalar(offset, first)

    def scalar(self, offset: int, first: str) -> Scalar:
        """A text, a number, true, false or null."""
        at = self.place(offset)
        line, column = at.line or 1, at.column or 1
        if first == '"':
            text = self.string(offset)
            return Scalar(self.source, line, column, text, text, '"')
        number = _NUMBER.match(self.text, offset)
        if number and not self.text[number.end() : number.end() + 1].isalnum():
            self.offset = number.end()
            return Scalar(self.source, line, column, float(number[0]), number[0])
        word = re.compile(r"[^\s,\]}]{0,40}").match(self.text, offset)
        written = word[0] if word else ""
        if written in _WORDS:
            self.offset = offset + len(written)
            return Scalar(self.source, line, column, _WORDS[written], written)
        raise self.fault(offset, f"{quote(written)} is not JSON", _hint(written))

    def string(self, offset: int) -> str:
        """The text in quotes at `offset`."""
        try:
            text, self.offset = _decode_string(self.text, offset)
        except JSONDecodeError as error:
            hint = 'each text ends with ", a line break in it is written \\n'
            raise self.fault(error.pos, f"{error.msg.lower()}", hint) from None
        if not isinstance(text, str):
            raise self.fault(offset, "this text does not end on its line")
        return text

    def sequence(self, offset: int, depth: int) -> Sequence:
        """A list."""
        at = self.place(offset)
        node = Sequence(self.source, at.line or 1, at.column or 1)
        offset = self.skip(offset + 1)
        if self.text.startswith("]", offset):
            self.offset = offset + 1
            return node
        while True:
            node.items.append(self.value(offset, depth + 1))
            offset = self.skip(self.offset)
            if self.text.startswith("]", offset):
                self.offset = offset + 1
                return node
            if not self.text.startswith(",", offset):
                raise self.fault(offset, "a comma or ] is missing in this list")
            offset = self.skip(offset + 1)

    def mapping(self, offset: int, depth: int) -> Mapping:
        """A mapping."""
        at = self.place(offset)
        node = Mapping(self.source, at.line or 1, at.column or 1)
        offset = self.skip(offset + 1)
        if self.text.startswith("}", offset):
            self.offset = offset + 1
            return node
        while True:
            offset = self.pair(node, offset, depth)
            if self.text.startswith("}", offset):
                self.offset = offset + 1
                return node
            if not self.text.startswith(",", offset):
                raise self.fault(offset, "a comma or } is missing in this mapping")
            offset = self.skip(offset + 1)

    def pair(self, node: Mapping, offset: int, depth: int) -> int:
        """A key and its value; the offset behind them."""
        if not self.text.startswith('"', offset):
            raise self.fault(offset, "a key is missing here", 'keys stand in quotes: "id"')
        place, key = self.place(offset), self.string(offset)
        if key in node.items:
            message = f"the key {quote(key)} stands here twice: also at {node.key_at(key)}"
            raise GroupbuyError(Problem("json-duplicate-key", message, place, "remove one"))
        offset = self.skip(self.offset)
        if not self.text.startswith(":", offset):
            raise self.fault(offset, f"a colon is missing behind {quote(key)}")
        node.keys[key] = Scalar(self.source, place.line or 1, place.column or 1, key, key, '"')
        node.items[key] = self.value(offset + 1, depth + 1)
        return self.skip(self.offset)


def _hint(written: str) -> str | None:
    """What to write instead of something that other languages allow."""
    if written in ("NaN", "Infinity", "-Infinity"):
        return "write null where a value is not known"
    if written.lower() in ("true", "false", "null", "none"):
        return f"write {'null' if written.lower() in ('null', 'none') else written.lower()}"
    if written.startswith("'"):
        return 'texts stand in double quotes: "…"'
    return "a comma before ] or } is one too many" if not written else None
