"""Slips in the make of a file: indentation, colons behind keys, brackets over several lines."""

from __future__ import annotations

import re

from groupbuy.errors import Problem
from groupbuy.source.characters import FULLWIDTH, first_invisible, named
from groupbuy.source.checks import shortened
from groupbuy.source.stuck import Slip, Stuck


def documents(stuck: Stuck) -> Slip | None:
    if "another document" not in stuck.said:
        return None
    message = "a second document starts here, and a file has only one"
    hint = "delete the line ---, or move what follows into a file of its own"
    return Slip(Problem("yaml-documents", message, stuck.at(stuck.line, stuck.column), hint, 3))


def anchors(stuck: Stuck) -> Slip | None:
    at = stuck.at(stuck.line, stuck.column)
    name = re.match(r"[&*][^\s,\[\]{}]*", stuck.row(stuck.line)[stuck.column :])
    shown = name.group() if name else "this"
    if "undefined alias" in stuck.said:
        message = f"{shown} is an alias in YAML, and there is no anchor &{shown[1:]} above it"
        return Slip(Problem("yaml-alias", message, at, "put a text in quotes", len(shown)))
    if "second occurrence" in stuck.said:
        message = f"the anchor {shown} stands here again; anchors are named once"
        return Slip(
            Problem("yaml-anchor", message, at, "give one of them another name", len(shown))
        )
    return None


def tab(stuck: Stuck) -> Slip | None:
    if stuck.char != "\t":
        return None
    if stuck.row(stuck.line)[: stuck.column].strip():
        message = "a tab can't separate things here"
        place = stuck.at(stuck.line, stuck.column)
        return Slip(Problem("yaml-tab", message, place, "write a space"))
    message = "a tab can't indent a line in YAML"
    tabs = sum(1 for line in stuck.lines if re.match(r" *\t", line))
    hint = "indent with spaces" + (f"; tabs start {tabs} lines of this file" if tabs > 1 else "")
    return Slip(Problem("yaml-tab", message, stuck.at(stuck.line, stuck.column), hint))


def fullwidth(stuck: Stuck) -> Slip | None:
    """Chinese punctuation in the place of YAML's own: in brackets, or behind a key."""
    if stuck.in_flow:
        lines = [stuck.line]
        if stuck.context_line != stuck.line:
            lines = [stuck.context_line, stuck.line]
        searched, chars = lines, "".join(FULLWIDTH)
    else:
        searched, chars = [stuck.context_line, stuck.above(), stuck.line], "：“”＂"
    for number in searched:
        row = stuck.row(number)
        unquoted = re.sub(r""""[^"]*"|'[^']*'""", lambda m: " " * len(m.group()), row)
        found = [at for at, char in enumerate(unquoted) if char in chars]
        if not found or (chars[0] == "：" and not re.match(r"\s*(- +)*[^\s:：]+\s*[：“”]", row)):
            continue
        # The last one before the place where the parser is stuck, if there is one.
        before = [at for at in found if number < stuck.line or at <= stuck.column]
        at = before[-1] if before else found[0]
        code = {"：": "yaml-fullwidth-colon", "，": "yaml-fullwidth-comma"}.get(
            row[at], "yaml-fullwidth"
        )
        plain = FULLWIDTH[row[at]]
        message = f"the full-width {row[at]} (U+{ord(row[at]):04X}) means nothing to YAML"
        hint = f"write a plain {plain}{' and a space' if plain in ',:' else ''}"
        return stuck.without_line(Problem(code, message, stuck.at(number, at), hint), number)
    return None


def tight_colon(stuck: Stuck) -> Slip | None:
    """`title:{en: Dealers, zh: 经销商}`, `{en:[a]}`."""
    row = stuck.row(stuck.line)
    if "unexpected ':'" in stuck.said:
        message = "a space is missing after this colon"
        at = stuck.at(stuck.line, max(row.find(":", stuck.column), stuck.column))
        return Slip(Problem("yaml-colon-space", message, at, 'write ": "'))
    tight = _TIGHT.match(row)
    if tight is None or "mapping values are not allowed" not in stuck.said:
        return None
    name = shortened(tight["key"])
    message = f"a space is missing after the colon of {name}"
    at = stuck.at(stuck.line, tight.end() - 1)
    problem = Problem("yaml-colon-space", message, at, f'write "{name}: "')
    return stuck.without_line(problem, stuck.line)


_TIGHT = re.compile(r"(?P<lead>\s*(?:- +)*)(?P<key>[^\s:#'\"\[{]+):(?=[^ \t/])")


_NO_SPACES = "\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000"
_NO_SPACE = re.compile(
    rf"""^[ \t]*(?:- +)*(?P<lead>[{_NO_SPACES}])
        | [:\]}}"',-] [ \t]* (?P<behind>[{_NO_SPACES}])
        | (?P<last>[{_NO_SPACES}]) [ \t]* (?:\#|$)""",
    re.X,
)


def invisible(stuck: Stuck) -> Slip | None:
    """A blank that is no space to YAML, where a space would be one: around a value or a key."""
    for number in dict.fromkeys((stuck.context_line, stuck.above(), stuck.line)):
        match = _NO_SPACE.search(stuck.row(number))
        if match is None or match.lastgroup is None:
            continue
        at = match.start(match.lastgroup)
        message = f"the character {named(match[match.lastgroup])} is no space to YAML"
        problem = Problem(
            "yaml-invisible-character", message, stuck.at(number, at), "replace it with a space"
        )
        return stuck.without_line(problem, number)
    return None


def tight_dash(stuck: Stuck) -> Slip | None:
    """`-b` below `- a`."""
    for number in dict.fromkeys((stuck.context_line, stuck.line)):
        match = re.match(r"([ ]*)-[^\s-]", stuck.row(number))
        if match and ("could not find" in stuck.said or "block" in stuck.context):
            message = "a space is missing after the - of this list item"
            problem = Problem(
                "yaml-dash-space", message, stuck.at(number, match.end(1)), 'write "- "'
            )
            return stuck.without_line(problem, number)
    return None


def line_without_colon(stuck: Stuck) -> Slip | None:
    """`key:value`, `key value`: the parser is stuck at the next line, or at the next colon."""
    if "could not find expected ':'" in stuck.said:
        number = stuck.context_line
    elif "mapping values are not allowed" in stuck.said and not stuck.in_flow:
        number = stuck.above()
        parts = stuck.parts(number) if number >= 0 else None
        if parts is None or parts[0] is not None:
            return None
    else:
        return None
    row = stuck.row(number)
    tight = _TIGHT.match(row)
    if tight:
        name = shortened(tight["key"])
        code, message = "yaml-colon-space", f"a space is missing after the colon of {name}"
        if first_invisible(row[tight.end()]) == 0:
            code = "yaml-invisible-character"
            message = f"behind the colon of {name} stands {named(row[tight.end()])}, not a space"
        at = stuck.at(number, tight.end() - 1)
        return stuck.without_line(Problem(code, message, at, f'write "{name}: "'), number)
    word = row.strip()
    message = f"there is no colon in this line: {shortened(word)}"
    hint = "write key: value; indent the line if it continues the text above"
    at = stuck.at(number, len(row) - len(row.lstrip()))
    return Slip(Problem("yaml-colon", message, at, hint, max(1, len(word))))


def open_bracket(stuck: Stuck) -> Slip | None:
    """`{a: 1` and more lines; `[a b" c]`."""
    if stuck.char in ("]", "}") and not stuck.in_flow:
        message = f"nothing is open that this {stuck.char} could close"
        hint = "delete it, or put the text in quotes"
        return Slip(Problem("yaml-bracket", message, stuck.at(stuck.line, stuck.column), hint))
    if not stuck.in_flow and "expected node content" not in stuck.said:
        return None
    if stuck.at_end:
        return _never_closed(stuck)
    opened = stuck.row(stuck.context_line)[stuck.context_column : stuck.context_column + 1]
    if opened not in ("[", "{"):
        return None
    close = "]" if opened == "[" else "}"
    if stuck.char == ":" and stuck.line == stuck.context_line:
        message = f"a second colon can't stand in a value inside {opened}…{close} without quotes"
        hint = "put the text that has the colon in quotes"
        return Slip(Problem("yaml-colon", message, stuck.at(stuck.line, stuck.column), hint))
    indent = len(stuck.row(stuck.line)) - len(stuck.row(stuck.line).lstrip())
    outer = stuck.row(stuck.context_line)
    if stuck.line > stuck.context_line and indent > len(outer) - len(outer.lstrip()):
        message = f"a comma or {close} is missing above this line, inside {opened}…{close}"
        hint = "end each entry with a comma"
        return Slip(Problem("yaml-bracket", message, stuck.at(stuck.line, indent), hint))
    if stuck.line > stuck.context_line:
        message = f"the {opened} that opens here is not closed"
        at = stuck.at(stuck.context_line, stuck.context_column)
        return Slip(Problem("yaml-open-bracket", message, at, f"close it with {close}"))
    message = f"a comma or {close} is missing before this, inside {opened}…{close}"
    hint = "put a text that has quotes, commas, colons or braces wholly in quotes"
    return Slip(Problem("yaml-bracket", message, stuck.at(stuck.line, stuck.column), hint))


def _never_closed(stuck: Stuck) -> Slip | None:
    """The text ends inside brackets: the innermost that is open."""
    open_at: list[tuple[int, int]] = []
    first = max(0, len(stuck.lines) - 200)
    for number in range(first, len(stuck.lines)):
        for match in re.finditer(r"""[\[{]|[\]}]|"[^"]*"|'[^']*'|#.*""", stuck.row(number)):
            if match.group() in ("[", "{"):
                open_at.append((number, match.start()))
            elif match.group() in ("]", "}") and open_at:
                open_at.pop()
    if not open_at:
        return None
    number, column = open_at[-1]
    char = stuck.row(number)[column]
    message = f"the {char} that opens here is not closed"
    hint = f"close it with {']' if char == '[' else '}'}"
    return Slip(Problem("yaml-open-bracket", message, stuck.at(number, column), hint))


def indentation(stuck: Stuck) -> Slip | None:
    """A line that starts further right or left than its neighbours, or a list among keys."""
    row = stuck.row(stuck.line)
    indent = len(row) - len(row.lstrip())
    at = stuck.at(stuck.line, indent)
    if "did not find expected" in stuck.said or "expected" in stuck.said:
        if stuck.column != indent:
            return None
        if "document start" in stuck.said:
            return _before_the_first(stuck, indent)
        if "block" not in stuck.context:
            return None
        if row[indent : indent + 1] == ":":
            return Slip(Problem("yaml-key", "a key is missing before the colon", at, "write a key"))
        is_item, in_list = row[indent : indent + 1] == "-", "collection" in stuck.context
        if stuck.context_column == indent and is_item != in_list:
            what, around = ("a list item", "keys") if is_item else ("a key", "list items")
            message = f"{what} can't stand among {around}"
            hint = "indent it, or move it to where it belongs"
        else:
            message = f"this line starts in column {indent + 1}, and none of the entries above does"
            starts = stuck.columns_above()
            if indent in starts:  # the fault is above: a text that goes on where a key was meant
                return None
            columns = [str(column + 1) for column in starts]
            hint = f"start it in column {' or '.join(columns)}"
        return Slip(Problem("yaml-indent", message, at, hint))
    if "not allowed" not in stuck.said:
        return None
    above = stuck.above()
    above_row = stuck.row(above)
    above_indent = len(above_row) - len(above_row.lstrip())
    if above < 0 or indent <= above_indent:
        return None
    message = f"this line is indented, but line {above + 1} above it has a value already"
    hint = (
        f"start it in column {above_indent + 1}, as line {above + 1} does; "
        "or put a text of several lines in quotes"
    )
    return Slip(Problem("yaml-indent", message, at, hint))


def _before_the_first(stuck: Stuck, indent: int) -> Slip:
    """A line to the left of the file's first one, or behind the `...` that ends a document."""
    at = stuck.at(stuck.line, indent)
    if any(line.startswith("...") for line in stuck.lines[: stuck.line]):
        message = "a file has only one document, and it ended above with ..."
        return Slip(Problem("yaml-documents", message, at, "delete the line ..."))
    starts = stuck.columns_above()
    if indent in starts:
        message = f"a key can't follow line {stuck.above() + 1}, which is a text without a key"
        above = stuck.row(stuck.above())
        at = stuck.at(stuck.above(), len(above) - len(above.lstrip()))
        return Slip(Problem("yaml-key", message, at, "give it a key, or begin it with #"))
    columns = [str(column + 1) for column in starts]
    message = f"this line starts in column {indent + 1}, and none of the entries above does"
    return Slip(Problem("yaml-indent", message, at, f"start it in column {' or '.join(columns)}"))


def directive(stuck: Stuck) -> Slip | None:
    row = stuck.row(stuck.line)
    number = stuck.line if row.startswith("%") else stuck.above()
    if not stuck.row(number).startswith("%"):
        return None
    message = "a line that starts with % is a directive in YAML"
    return Slip(Problem("yaml-start", message, stuck.at(number, 0), "delete the line"))


def tag(stuck: Stuck) -> Slip | None:
    if "tag" not in stuck.said and "tag" not in stuck.context:
        return None
    at = stuck.at(stuck.context_line, stuck.context_column)
    message = "a ! at the start makes a tag in YAML, and tags are not used here"
    return Slip(Problem("yaml-tag", message, at, 'write "not" for a negation, or use quotes'))
