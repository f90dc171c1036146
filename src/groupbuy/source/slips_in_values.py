"""Slips in a value that YAML can't parse: quotes, brackets, colons, first characters."""

from __future__ import annotations

import re

from groupbuy.errors import Problem
from groupbuy.source.characters import FULLWIDTH, first_invisible, named
from groupbuy.source.checks import quoted, shortened
from groupbuy.source.stuck import Slip, Stuck


def escape(stuck: Stuck) -> Slip | None:
    if "escape" not in stuck.said and "hexadecimal" not in stuck.said:
        return None
    row = stuck.row(stuck.line)
    # libyaml's mark is at the quote's content or behind the \u: the backslash is the last before.
    start = max(row.rfind("\\", 0, stuck.column + 1), 0)
    if row[start : start + 1] != "\\":
        start = max(row.find("\\", stuck.column), 0)
    shown = row[start : start + (6 if row[start + 1 : start + 2] == "u" else 2)]
    message = f"{shown} is not an escape that double quotes know"
    hint = "write \\\\ for one backslash, or use single quotes, which have no escapes"
    if re.match(r"\\u[dD][89a-fA-F]", shown):
        hint = "write the character itself"
    return Slip(Problem("yaml-escape", message, stuck.at(stuck.line, start), hint, len(shown)))


_CLOSED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*"'),
    "'": re.compile(r"'(?:[^']|'')*'"),
}


def text_after_quotes(stuck: Stuck) -> Slip | None:
    """`when: "a" == b`, `note: 'it's'`."""
    parts = stuck.parts(stuck.line)
    if parts is None or parts[1][0] not in _CLOSED:
        return None
    value, start = parts[1:]
    closed = _CLOSED[value[0]].match(value)
    rest = value[closed.end() :] if closed else ""
    if closed is None or not rest.strip() or stuck.column < start:
        return None
    if rest[0].isalpha() and value[-1] == value[0] == "'":
        hint = f"write an apostrophe inside single quotes twice: {quoted(value[1:-1])}"
    else:
        hint = None
    rest_at = start + closed.end() + len(rest) - len(rest.lstrip())
    message = f"the text in quotes ends before {shortened(rest.strip())}, but the line goes on"
    return stuck.value_slip("yaml-quote", message, rest_at, hint)


def text_after_bracket(stuck: Stuck) -> Slip | None:
    """`because: {per_head} a head`, `when: [1] == x`."""
    parts = stuck.parts(stuck.line)
    if parts is None or parts[1][0] not in "{[":
        return None
    value, start = parts[1:]
    end = _closing(value)
    rest = value[end:].lstrip(" \t")
    if end == 0 or not rest or stuck.column < start or (stuck.in_flow and rest[0] in FULLWIDTH):
        return None
    if not rest.strip("]} "):
        return None  # one bracket too many
    rest_at = start + len(value) - len(rest)
    if first_invisible(rest[0]) == 0:
        message = f"the character {named(rest[0])} stands behind the value, and is no plain space"
        return stuck.value_slip("yaml-invisible-character", message, rest_at, "delete it")
    message = (
        f"a value that starts with {value[0]} is {'a mapping' if value[0] == '{' else 'a list'}, "
        f"and nothing may follow it"
    )
    return stuck.value_slip("yaml-bracket", message, rest_at)


def _closing(value: str) -> int:
    """The length of the bracketed start of `value`, 0 if it is not closed in it."""
    depth = 0
    for match in re.finditer(r"""[\[{]|[\]}]|"(?:[^"\\]|\\.)*\"""", value):
        if match.group()[0] in "[{":
            depth += 1
        elif match.group()[0] in "]}":
            depth -= 1
            if depth == 0:
                return match.end()
    return 0


_STARTS = {
    "@": "a text can't start with @ in YAML",
    "`": "a text can't start with ` in YAML",
    "%": "a text can't start with % in YAML",
    ",": "a text can't start with a comma in YAML",
    "]": "a text can't start with ] in YAML",
    "}": "a text can't start with } in YAML",
    "*": "a * at the start makes an alias in YAML",
    "&": "an & at the start makes an anchor in YAML",
    "!": "a ! at the start makes a tag in YAML",
    "|": "a | at the start means that a text of several lines follows, below it",
    ">": "a > at the start means that a text of several lines follows, below it",
    "?": "a ? at the start makes a key in YAML",
    "-": "a - at the start makes a list item, and a list starts on a line of its own",
}
_START_HINTS = {
    "-": "start the list on the next line, indented; or put the whole text in quotes",
    ">": "put a text in quotes; a condition needs something before the >",
}


def start_character(stuck: Stuck) -> Slip | None:
    """A value that starts with a character that YAML keeps for itself."""
    parts = stuck.parts(stuck.line)
    if parts is None:
        return None
    value, start = parts[1:]
    marks = {stuck.column}
    if stuck.context_line == stuck.line:
        marks.add(stuck.context_column)
    if value[0] not in _STARTS or start not in marks:
        return None
    return stuck.value_slip("yaml-start", _STARTS[value[0]], start, _START_HINTS.get(value[0]))


def start_in_brackets(stuck: Stuck) -> Slip | None:
    """The same inside `[…]` or `{…}`; and a comma or a bracket where a value is missing."""
    if stuck.at_end or (stuck.in_flow and "node content" not in stuck.said):
        return None  # something follows a value that is complete
    char, line, column = stuck.char, stuck.line, stuck.column
    if re.search("alias|anchor|block scalar", stuck.context):
        line, column = stuck.context_line, stuck.context_column
        char = stuck.row(line)[column : column + 1]
    elif not stuck.in_flow and "next token" not in stuck.context:
        return None
    at = stuck.at(line, column)
    if stuck.in_flow and char and char in ",]}:":
        message = f"a value is missing before {char}"
        hint = "write the value, or put the text in quotes"
        return Slip(Problem("yaml-bracket", message, at, hint))
    if char not in _STARTS:
        return None
    return Slip(Problem("yaml-start", _STARTS[char], at, "put the text in quotes"))


def colon_in_value(stuck: Stuck) -> Slip | None:
    """`because: Note: three days`."""
    parts = stuck.parts(stuck.line)
    if parts is None or "mapping values are not allowed" not in stuck.said:
        return None
    if parts[0] is None or stuck.column <= parts[2]:
        return None
    message = "a second colon with a space behind it can't stand in a value without quotes"
    return stuck.value_slip("yaml-colon", message, stuck.column)


def open_quote(stuck: Stuck) -> Slip | None:
    """A quote that is never closed, or closed by the opening quote of a later value."""
    message = "the quote that opens here is not closed on its line"
    if "quoted scalar" in stuck.context:
        at = stuck.at(stuck.context_line, stuck.context_column)
        return Slip(Problem("yaml-open-quote", message, at, "close it"))
    for number in range(stuck.line - 1, max(-1, stuck.line - 20), -1):
        parts = stuck.parts(number)
        if parts is None or parts[1][0] not in _CLOSED:
            continue
        if _CLOSED[parts[1][0]].match(parts[1]) is None:
            # The value ran on to the next such quote, which is on the line of the trouble.
            if parts[1][0] in stuck.row(stuck.line)[: stuck.column + 1]:
                return Slip(
                    Problem("yaml-open-quote", message, stuck.at(number, parts[2]), "close it")
                )
            return None
    return None
