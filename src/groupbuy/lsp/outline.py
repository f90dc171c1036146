"""The keys of a YAML text that may be half written, and where in it a cursor stands.

The YAML reader gives all of a file or tells why it can't. An editor asks in between: while a
bracket is open, a colon is missing, a line has just been begun. So this reads line by line, never
fails, and goes on behind what it doesn't understand. On files without errors it finds the keys
that the YAML reader finds, in the same places (a test compares them). It knows no keys
over several lines.

Lines and columns count from 0, columns in characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and numbers of list items, from the top of the file."""

_KEY = re.compile(
    r"""(?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^']|'')*)'
          | (?P<plain>[^\s:#{}\[\],"'&*!|>%@`?-](?:[^:#]|:(?!\s|$)|(?<!\s)\#)*?) )
        [ \t]* : (?=\s|$)""",
    re.VERBOSE,
)
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*[ \t]+(?=\S)")
"""An anchor or tag in front of a value."""
_BLOCK_TEXT = re.compile(r"[|>][+-]?[0-9]?[+-]?[ \t]*(?:#.*)?$")
_FLOW_PLAIN = re.compile(r"(?:[^\s,\[\]{}:#]|:(?![\s,\[\]{}]|$)|(?<!\s)\#|[ \t]+(?![#\s]|$))+")
_QUOTED = {'"': re.compile(r'(?:[^"\\]|\\.)*'), "'": re.compile(r"(?:[^']|'')*")}


@dataclass(eq=False)
class Key:
    """A key with its path, its place, where its value begins, and the last place it reaches to."""

    path: Path
    line: int
    column: int
    length: int
    value: tuple[int, int]
    end: tuple[int, int]

    @property
    def name(self) -> str:
        """The key itself."""
        return str(self.path[-1])

    def holds(self, line: int, column: int) -> bool:
        """Whether a place lies on the key."""
        return line == self.line and self.column <= column <= self.column + self.length


@dataclass(frozen=True)
class Spot:
    """Where a cursor stands: on a key to be (`is_key`) of the mapping at `path`, or in its value.

    `text` is what stands there before the cursor, from `start` (line and column) on; `quote` is
    the sign it is quoted with.
    """

    path: Path
    is_key: bool
    text: str
    start: tuple[int, int]
    quote: str = ""


@dataclass(eq=False)
class _Block:
    """A block mapping or list that is open, the path to it, and where in it the reader is."""

    indent: int
    above: Path
    at: str | int

    @property
    def path(self) -> Path:
        return (*self.above, self.at)

    @property
    def is_list(self) -> bool:
        return isinstance(self.at, int)


@dataclass(eq=False)
class _Flow:
    """A bracket that is open; `at` is none where a key has yet to come."""

    above: Path
    at: str | int | None
    key: Key | None = None

    @property
    def path(self) -> Path:
        return self.above if self.at is None else (*self.above, self.at)


class Outline:
    """The keys of a text, in their order."""

    def __init__(self, text: str) -> None:
        """Read the whole text."""
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.keys = _Reader(self.lines).read()
        self._close()

    def _close(self) -> None:
        """Let each key reach to the last line of what stands under it."""
        open_keys: list[Key] = []
        last = (0, 0)
        ends = [len(line.rstrip()) for line in self.lines]
        for key in self.keys:
            before = self._last_before(key.line, ends) if key.line > last[0] else None
            while open_keys and key.path[: len(open_keys[-1].path)] != open_keys[-1].path:
                closed = open_keys.pop()
                if before is not None and before > closed.end:
                    closed.end = before
            open_keys.append(key)
            last = (key.line, key.column)
        bottom = self._last_before(len(self.lines), ends)
        for key in open_keys:
            key.end = max(key.end, bottom)
        for key in reversed(self.keys):
            key.end = max(key.end, (key.line, key.column + key.length))

    def _last_before(self, line: int, ends: list[int]) -> tuple[int, int]:
        """The end of the last line above that says something."""
        for number in range(line - 1, -1, -1):
            if ends[number] and not self.lines[number].lstrip().startswith("#"):
                return number, ends[number]
        return 0, 0

    def key_at(self, line: int, column: int) -> Key | None:
        """The key on which a place lies."""
        return next((key for key in self.keys if key.holds(line, column)), None)

    def around(self, line: int, column: int) -> Key | None:
        """The innermost key in whose value a place lies, or on which it lies."""
        found = None
        for key in self.keys:
            if (key.line, key.column) > (line, column):
                break
            if (line, column) <= key.end:
                found = key
        return found

    def below(self, path: Path) -> list[Key]:
        """The keys directly in the mapping at `path`."""
        size = len(path)
        return [key for key in self.keys if len(key.path) == size + 1 and key.path[:size] == path]

    def text_of(self, path: Path) -> str | None:
        """What stands behind a key on its own line, without quotes; none where there is no key."""
        for key in self.keys:
            if key.path == path:
                line, column = key.value
                rest = self.lines[line][column:]
                found = _FLOW_PLAIN.match(rest.lstrip())
                quote = rest.lstrip()[:1]
                if quote and quote in _QUOTED:
                    inner = _QUOTED[quote].match(rest.lstrip(), 1)
                    return inner.group() if inner else ""
                return found.group().strip() if found else ""
        return None

    def spot(self, line: int, column: int) -> Spot:
        """Where a cursor stands."""
        if line >= len(self.lines):
            return Spot((), True, "", (line, 0))
        before = [*self.lines[:line], self.lines[line][:column]]
        return _Reader(before).spot()


class _Reader:
    """Reads lines; what is open at the end says where a cursor there would stand."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.keys: list[Key] = []
        self.blocks: list[_Block] = []
        self.flows: list[_Flow] = []
        self.flow_indent = 0
        self.text_indent: int | None = None
        """A block text goes on while lines are indented further than this."""
        self.open: tuple[str, int, int] | None = None
        """The quote that is open, and where it began."""
        self.token: tuple[int, int] | None = None
        """Where the value or key begins that the text may end in."""
        self.quote = ""
        self.typing_key = False

    def read(self) -> list[Key]:
        for number in range(len(self.lines)):
            self.line(number)
        return self.keys

    def spot(self) -> Spot:
        self.read()
        line, column = len(self.lines) - 1, len(self.lines[-1])
        start = self.token or (line, column)
        text = self.between(start)
        if self.flows:
            flow = self.flows[-1]
            return Spot(flow.path, flow.at is None, text, start, self.quote)
        if self.typing_key:
            return Spot(self.above(start[1]), True, text, start, self.quote)
        path = self.blocks[-1].path if self.blocks else ()
        return Spot(path, False, text, start, self.quote)

    def between(self, start: tuple[int, int]) -> str:
        """The text from a place to the end."""
        line, column = start
        return "\n".join([self.lines[line][column:], *self.lines[line + 1 :]])

    def above(self, column: int) -> Path:
        """The mapping to which a key at a column would belong."""
        for block in reversed(self.blocks):
            if block.indent < column:
                return block.path
            if block.indent == column and not block.is_list:
                return block.above
        return ()

    # ── lines ──

    def line(self, number: int) -> None:
        text = self.lines[number]
        indent = len(text) - len(text.lstrip(" "))
        rest = text[indent:]
        if self.open is not None and self.escaped(number, indent):
            self.open, self.flows = None, []
        if self.open is not None:
            self.go_on_quoted(number)
            return
        self.token, self.typing_key, self.quote = None, False, ""
        if self.text_indent is not None:
            if not rest or indent > self.text_indent:
                self.token = (number, indent)
                return
            self.text_indent = None
        if self.flows and not self.escaped(number, indent):
            self.flow(number, indent)
            return
        self.flows = []
        if not rest or rest.startswith(("---", "...")):
            self.token, self.typing_key = (number, indent), True
            return
        if rest.startswith("#"):
            return
        self.block(number, indent)

    def escaped(self, number: int, indent: int) -> bool:
        """Whether a line can't belong to the bracket or quote that is open: it was forgotten."""
        if not self.flows and self.open is None:
            return True
        return indent <= self.flow_indent and _KEY.match(self.lines[number], indent) is not None

    def block(self, number: int, column: int) -> None:
        """A line of block style from `column` on."""
        text = self.lines[number]
        while text.startswith("- ", column) or text[column:] == "-":
            self.item(column)
            column += 1
            column += len(text[column:]) - len(text[column:].lstrip(" "))
        found = _KEY.match(text, column)
        if found is None:
            self.value(number, column, is_key=True)
            return
        while self.blocks and (
            self.blocks[-1].indent > column
            or (self.blocks[-1].indent == column and self.blocks[-1].is_list)
        ):
            self.blocks.pop()
        name = _unquoted(found)
        if self.blocks and self.blocks[-1].indent == column:
            self.blocks[-1].at = name
        else:
            above = self.blocks[-1].path if self.blocks else ()
            self.blocks.append(_Block(column, above, name))
        behind = found.end()
        behind += len(text[behind:]) - len(text[behind:].lstrip(" \t"))
        length = len(found.group().rstrip(": \t"))
        end = (number, len(text.rstrip()))
        path = self.blocks[-1].path
        self.keys.append(Key(path, number, column, length, (number, behind), end))
        self.value(number, behind, is_key=False)

    def item(self, column: int) -> None:
        """The next item of the list whose dashes stand at `column`."""
        while self.blocks and self.blocks[-1].indent > column:
            self.blocks.pop()
        last = self.blocks[-1] if self.blocks else None
        if last is not None and last.indent == column and isinstance(last.at, int):
            last.at += 1
            return
        self.blocks.append(_Block(column, last.path if last else (), 0))

    def value(self, number: int, column: int, *, is_key: bool) -> None:
        """What stands behind a key or dash, or a line without a key."""
        text = self.lines[number]
        marked = _PROPERTY.match(text, column)
        column = marked.end() if marked else column
        sign = text[column : column + 1]
        self.token = (number, column)
        if sign in ("{", "[") and sign:
            self.flow_indent = self.blocks[-1].indent if self.blocks else -1
            self.flow(number, column)
        elif sign in _QUOTED:
            self.flow_indent = self.blocks[-1].indent if self.blocks else -1
            self.quoted(number, column)
        elif _BLOCK_TEXT.match(text, column):
            self.text_indent = self.blocks[-1].indent if self.blocks else -1
        elif is_key:
            self.typing_key = not self.is_continued(column)

    def is_continued(self, column: int) -> bool:
        """Whether a line without a key goes on with the value above it."""
        last = self.blocks[-1] if self.blocks else None
        if last is None or last.indent >= column or not self.keys:
            return False
        key = self.keys[-1]
        above = self.lines[key.value[0]][key.value[1] :].strip()
        return key.path == last.path and bool(above) and not above.startswith("#")

    # ── quotes ──

    def quoted(self, number: int, column: int) -> int | None:
        """Read a quoted text; where it ends, or none where the line does first."""
        text = self.lines[number]
        quote = text[column]
        found = _QUOTED[quote].match(text, column + 1)
        assert found is not None
        if text.startswith(quote, found.end()):
            self.token = None
            return found.end() + 1
        self.open = (quote, number, column)
        self.token, self.quote = (number, column + 1), quote
        return None

    def go_on_quoted(self, number: int) -> None:
        """A line that begins inside a quoted text."""
        assert self.open is not None
        quote, line, column = self.open
        found = _QUOTED[quote].match(self.lines[number])
        assert found is not None
        if not self.lines[number].startswith(quote, found.end()):
            self.token, self.quote = (line, column + 1), quote
            return
        self.open, self.token, self.quote = None, None, ""
        if self.flows:
            self.flow(number, found.end() + 1)

    # ── brackets ──

    def flow(self, number: int, column: int) -> None:
        """The rest of a line inside brackets, or from the bracket on that opens one."""
        text = self.lines[number]
        self.token = None
        while column < len(text):
            sign = text[column]
            if sign in " \t":
                column += 1
            elif marked := _PROPERTY.match(text, column):
                column = marked.end()
            elif sign == "#":
                return
            elif sign in "{[":
                above = self.flows[-1].path if self.flows else self.here()
                self.flows.append(_Flow(above, None if sign == "{" else 0))
                column, self.token = column + 1, None
            elif sign in "}]":
                self.ended(number, column)
                self.flows.pop()
                column, self.token = column + 1, None
                if not self.flows:
                    return
            elif sign == ",":
                self.ended(number, column)
                self.next_item()
                column, self.token = column + 1, None
            else:
                behind = self.flow_token(number, column)
                if behind is None:
                    return
                column = behind

    def here(self) -> Path:
        return self.blocks[-1].path if self.blocks else ()

    def ended(self, number: int, column: int) -> None:
        """The value of a key inside brackets ends here."""
        flow = self.flows[-1]
        if flow.key is not None:
            flow.key.end = (number, len(self.lines[number][:column].rstrip()))
            flow.key = None

    def next_item(self) -> None:
        flow = self.flows[-1]
        flow.at = flow.at + 1 if isinstance(flow.at, int) else None

    def flow_token(self, number: int, column: int) -> int | None:
        """A key or value inside brackets; where it ends, or none where the line does first."""
        text, flow = self.lines[number], self.flows[-1]
        start = column
        if text[column] in _QUOTED:
            behind = self.quoted(number, column)
            if behind is None:
                return None
            name = text[column + 1 : behind - 1]
        else:
            found = _FLOW_PLAIN.match(text, column)
            behind = found.end() if found else column + 1
            name = text[column:behind].rstrip()
            self.token = (number, column)
        colon = re.compile(r"[ \t]*:(?=[\s,\[\]{}]|$)").match(text, behind)
        if flow.at is None and colon is not None:
            flow.at = name
            after = colon.end() + len(text[colon.end() :]) - len(text[colon.end() :].lstrip(" \t"))
            length = len(text[start:behind].rstrip())
            flow.key = Key(flow.path, number, start, length, (number, after), (number, after))
            self.keys.append(flow.key)
            self.token = None
            return colon.end()
        return behind


def _unquoted(found: re.Match[str]) -> str:
    if found["double"] is not None:
        return found["double"].replace('\\"', '"')
    if found["single"] is not None:
        return found["single"].replace("''", "'")
    return found["plain"].rstrip()
