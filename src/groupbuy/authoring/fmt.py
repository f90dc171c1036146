"""`groupbuy fmt`: rule files in one spelling. What it does not touch stays byte for byte.

Expressions get one space where one belongs, and half-width signs for full-width ones; `key：`
becomes `key: `, blanks at line ends go, and a file ends with its line end. Comments, order, line
breaks, quotes and indentation are the author's. A file that would say anything else afterwards is
left alone: the new text is read again and compared.
"""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from groupbuy.errors import GroupbuyError, Source
from groupbuy.language.slips import half_width
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.scalars import fits_plain
from groupbuy.source.yaml import read_yaml

_COLON = re.compile(r"^([ ]*(?:- )?[^\W\d][\w.]*)[ \u3000]*：[ \u3000]*", re.MULTILINE)

ALWAYS = frozenset(("when", "if", "of", "rank", "among", "points", "due", "spend", "up_to"))
"""Keys that hold an expression wherever they stand in an entry."""
IN_VALUES = ALWAYS | {"value", "from"}
"""Those that do where an entry's values are expressions and not words."""


def formatted(source: Source) -> str:
    """The text of a rule file in the one spelling. Raises `GroupbuyError` if it can't be read."""
    text = source.text
    try:
        root = read_yaml(source)
    except GroupbuyError:
        text = _COLON.sub(_colon, text)
        if text == source.text:
            raise
        root = read_yaml(Source(source.name, text))
    edited, wanted = text, root.data()
    # Inside brackets a comma ends a value that has no quotes; elsewhere it needs none.
    for in_brackets in (False, True):
        edits = list(_edits(root, text, in_brackets=in_brackets))
        said = _data(root, {id(edit.node): edit.value for edit in edits})
        tried = _applied(text, edits)
        if _says(source.name, tried, said):
            edited, wanted = tried, said
            break
    tidy = _tidy(edited)
    return tidy if _says(source.name, tidy, wanted) else edited


def _colon(found: re.Match[str]) -> str:
    ends = found.string[found.end() : found.end() + 1] in ("", "\r", "\n")
    return f"{found[1]}:" if ends else f"{found[1]}: "


def _says(name: str, text: str, wanted: object) -> bool:
    """Whether a text says what it should."""
    try:
        return read_yaml(Source(name, text)).data() == wanted
    except GroupbuyError:
        return False


def _data(node: Node, changed: dict[int, str]) -> object:
    """What a tree says with some of its texts changed."""
    if isinstance(node, Mapping):
        return {key: _data(item, changed) for key, item in node.items.items()}
    if isinstance(node, Sequence):
        return [_data(item, changed) for item in node.items]
    return changed.get(id(node), node.data())


def _tidy(text: str) -> str:
    """No blanks at line ends, and one line end at the end."""
    crlf = "\r\n" in text
    lines = [line.rstrip(" \t\r\u3000") for line in text.split("\n")]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return ("\r\n" if crlf else "\n").join([*lines, ""]) if any(lines) else text


# ── expressions ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Edit:
    """A new spelling of an expression: its new value, and the text that takes its place."""

    node: Scalar
    value: str
    start: int
    end: int
    text: str


def _edits(root: Node, text: str, *, in_brackets: bool) -> Iterator[Edit]:
    """The expressions that are spelled otherwise."""
    lines = text.split("\n")
    bom = 1 if text.startswith("\ufeff") else 0
    for node in _expressions(root):
        if not isinstance(node.value, str):
            continue
        value = spelled(node.value)
        line = lines[node.line - 1]
        start = node.column - 1 + (bom if node.line == 1 else 0)
        quote = node.style if node.style in ("'", '"') else ""
        raw = f"{quote}{node.value}{quote}"
        if value == node.value or not line.startswith(raw, start):
            continue  # spelled so already; or over several lines, or with escapes
        new = _quoted(value, quote, in_brackets=in_brackets)
        yield Edit(node, value, start, start + len(raw), new)


def _quoted(value: str, quote: str, *, in_brackets: bool) -> str:
    """A text as YAML, in the quotes that it had where those will do."""
    if not quote and fits_plain(value, in_brackets=in_brackets):
        return value
    if quote == '"' and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def _applied(text: str, edits: list[Edit]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: -edit.start):
        line = lines[edit.node.line - 1]
        lines[edit.node.line - 1] = line[: edit.start] + edit.text + line[edit.end :]
    return "\n".join(lines)


def _expressions(root: Node) -> Iterator[Scalar]:
    """The scalars of a pack that are expressions."""
    if not isinstance(root, Mapping) or "pack" not in root.items:
        return
    yield from _scalar(root.get("for"))
    changes = root.get("changes")
    for part in (root, changes):
        if not isinstance(part, Mapping):
            continue
        for section in ("facts", "gates", "scores", "grades", "plays"):
            entries = part.get(section)
            if isinstance(entries, Mapping):
                for entry in entries.items.values():
                    if section == "facts":
                        yield from _scalar(entry)
                    yield from _in_entry(entry, section)


def _scalar(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar) and node.style in ("", "'", '"'):
        yield node


def _in_entry(node: Node, section: str) -> Iterator[Scalar]:
    if not isinstance(node, Mapping):
        return
    keys = ALWAYS if section == "grades" else IN_VALUES
    for key, item in node.items.items():
        if key in keys or (section == "grades" and key == "from"):
            yield from _scalar(item)
        if key in ("weights", "columns") and isinstance(item, Mapping):
            for inner in item.items.values():
                yield from _scalar(inner)
        if key == "cases" and section in ("facts", "scores"):
            yield from _leaves(item)
        if key not in ("title", "because", "do", "who", "allow", "lead"):
            yield from _in_entry(item, section)


def _leaves(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Mapping) and not node.items.keys() & {"value", "points", "of", "rows"}:
        for item in node.items.values():
            yield from _scalar(item)
            yield from _leaves(item)


# ── spelling ───────────────────────────────────────────────────────────────────────────────────

_TIGHT_BEFORE = frozenset((")", "]", ",", "."))
_TIGHT_AFTER = frozenset(("(", "[", "."))
_WORDS = frozenset(("and", "or", "not", "in", "if", "else"))


def spelled(text: str) -> str:
    """An expression with half-width signs and one space where one belongs; else as it is."""
    mended = half_width(text)
    tokens = _tokens(mended)
    if tokens is None or text.rstrip().endswith("%"):
        return text
    parts: list[str] = []
    before: tokenize.TokenInfo | None = None
    unary = False
    for token in tokens:
        if before is not None and _apart(before, token, unary=unary):
            parts.append(" ")
        unary = token.string in ("-", "+") and (before is None or _opens(before))
        parts.append(token.string)
        before = token
    found = "".join(parts)
    again = _tokens(found)
    same = again is not None and [t.string for t in again] == [t.string for t in tokens]
    return found if same else text


def _tokens(text: str) -> list[tokenize.TokenInfo] | None:
    """The tokens of an expression; none where it is none."""
    if "\n" in text or "#" in text:
        return None
    try:
        if isinstance(ast.parse(text.strip(), mode="eval").body, ast.Tuple):
            return None  # 500，000 is a slip for check to tell of; two values are no expression
        found = list(tokenize.generate_tokens(io.StringIO(text.strip()).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return None
    kinds = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)
    return [token for token in found if token.type in kinds]


def _opens(token: tokenize.TokenInfo) -> bool:
    """Whether a sign behind this token has nothing on its left."""
    if token.type == tokenize.OP:
        return token.string not in (")", "]")
    return token.string in _WORDS


def _apart(a: tokenize.TokenInfo, b: tokenize.TokenInfo, *, unary: bool) -> bool:
    if unary or a.string in _TIGHT_AFTER or b.string in _TIGHT_BEFORE:
        return False
    if "=" in (a.string, b.string):
        return False
    if b.string in ("(", "["):
        called = a.type == tokenize.NAME and not keyword.iskeyword(a.string)
        return not called and a.string not in (")", "]")
    return True
