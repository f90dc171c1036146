"""What YAML allows and people don't mean: one function per trap, each giving a `Problem` or None.

The walk calls them where the trap can be; they only look at what they are given.
"""

from __future__ import annotations

import re
from typing import Any

from groupbuy.errors import Location, Problem, Source
from groupbuy.source.characters import FULLWIDTH_QUOTES, REFUSED, first_invisible, named
from groupbuy.source.nodes import Scalar
from groupbuy.source.scalars import place_in

QUOTES = frozenset(FULLWIDTH_QUOTES)

_SHOWN = 40


def shortened(text: str) -> str:
    """At most forty characters of one line, for a message."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= _SHOWN and line == text else f"{line[: _SHOWN - 1]}…"


def quoted(value: str) -> str:
    """`value` as YAML's quoted text, in the quotes that need no escapes if there are such."""
    if "'" not in value:
        return f"'{value}'"
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


# A comment that goes on where a condition stopped: a word of logic, a comparison with something
# behind it; or `#1` as in "customer #1".
_COMMENT = re.compile(
    r"""\#(?:
        [ \t]*(?:(?:and|or|not|AND|OR|NOT)\b | && | \|\| | 且 | 并且 | 而且 | 或(?!许) | 非
                | (?:==|!=|<=|>=|≥|≤|≠)[ \t]*["'\w(\[.+-]
                | [<>=][ \t]*["'\d(\[.+-] | [<>=][ \t]+\w )
        | (?P<number>\d)
    )""",
    re.X,
)


def lost_comments(text: str) -> dict[int, tuple[int, bool]]:
    """Comments that are probably none: where the value before the comment ends (an offset) → where
    its `#` stands (an offset), and whether that is a number sign.
    """
    found: dict[int, tuple[int, bool]] = {}
    for match in _COMMENT.finditer(text):
        end = match.start()
        while end and text[end - 1] in " \t":
            end -= 1
        if end < match.start():
            found[end] = (match.start(), match["number"] is not None)
    return found


def lost_comment(source: Source, node: Any, lost: dict[int, tuple[int, bool]]) -> Problem | None:
    """A comment that swallowed the rest of the value, of those that `lost_comments` found."""
    mark = node.end_mark
    if mark.index not in lost:
        return None
    at, number_sign = lost[mark.index]
    place = source.at(mark.line + 1, mark.column + 1 + at - mark.index)
    line = source.lines[mark.line]
    rest = line[mark.column + at - mark.index :].rstrip()
    message = f'"{shortened(rest)}" is a comment here, so the value ends before it'
    if number_sign:
        hint = f"put the whole text in quotes: {quoted(f'{shortened(node.value)} {rest}')}"
    else:
        hint = "delete the # if this belongs to the value; else put the comment on its own line"
    return Problem("yaml-comment", message, place, hint, len(rest))


def no_number(scalar: Scalar) -> Problem:
    """Infinity, not-a-number, and what is too large for a float."""
    message = f"{shortened(scalar.text)} is no number to calculate with"
    return Problem("yaml-number", message, scalar.at, "write a number", len(scalar.text))


def fullwidth_quotes(scalar: Scalar) -> Problem | None:
    """A plain text that stands whole in one pair of Chinese quotes."""
    text = scalar.text
    if len(text) < 2 or text[-1] not in QUOTES or QUOTES & set(text[1:-1]):
        return None
    message = f"the quotes {text[0]} {text[-1]} are no quotes to YAML, but a part of the text"
    hint = f"write \"{shortened(text[1:-1])}\", or '{shortened(text)}' to keep them"
    return Problem("yaml-fullwidth-quote", message, scalar.at, hint, len(text))


_TAG = re.compile(r"(?:&\S+\s+)?(!\S*)[ \t]*([^\n]*)")
_ANCHOR = re.compile(r"&\S*")


def properties(scalar: Scalar, text: str, at: int) -> Problem | None:
    """A tag before a value, or an anchor before a plain one: both swallow what was written."""
    tag = _TAG.match(text, at)
    if tag:
        return _tag(tag[1], tag[2], scalar.at.shifted(tag.start(1) - at))
    anchor = _ANCHOR.match(text, at)
    if anchor is None or scalar.style:
        return None
    message = f"{shortened(anchor[0])} is an anchor in YAML, and not a part of the text"
    whole = f"{anchor[0]} {scalar.text}".rstrip()
    hint = f"put it in quotes if it belongs to the text: {quoted(shortened(whole))}"
    return Problem("yaml-anchor", message, scalar.at, hint, len(anchor[0]))


def tag_of_collection(node: Any, text: str, place: Location) -> Problem | None:
    """A tag before a list or a mapping."""
    at = node.start_mark.index
    if text[at : at + 1] not in ("&", "!"):
        return None
    if node.value and not node.flow_style:
        first = node.value[0]
        first = first[0] if isinstance(first, tuple) else first
        if first.start_mark.index == at:
            return None  # it belongs to the first key
    tag = _TAG.match(text, at)
    return _tag(tag[1], None, place.shifted(tag.start(1) - at)) if tag else None


def _tag(tag: str, rest: str | None, place: Location) -> Problem:
    """Any tag; `! flag` and `!flag` are a negation that would vanish."""
    message = f"{shortened(tag)} is a tag in YAML, and tags are not used here"
    if rest is None or tag.startswith(("!!", "!<")):
        hint = "delete it; to make a text of a value, put it in quotes"
    else:
        hint = f'write "not {shortened((tag[1:] + " " + rest).strip())}" for a negation'
    return Problem("yaml-tag", message, place, hint, len(tag))


def refused_escape(scalar: Scalar) -> Problem:
    """An escape in a quoted text that makes a character which may not stand in a file."""
    match = REFUSED.search(scalar.text)
    assert match is not None
    message = f"this text has the character {named(match.group())}"
    place = place_in(scalar, match.start())
    return Problem("yaml-character", message, place, "delete the escape that makes it")


def endless_alias(place: Location) -> Problem:
    """An alias inside what it stands for."""
    message = "an alias (*) leads back to the place in which it stands"
    return Problem("yaml-alias", message, place, "write the values out")


def fullwidth_comma(item: Scalar) -> Problem | None:
    """One item of `[…]` that was meant as several."""
    for char in "，、":
        at = item.text.find(char)
        if at >= 0:
            message = f"{char} doesn't separate items: this is the one item {shortened(item.text)}"
            parts = ", ".join(part.strip() for part in re.split("[，、]", item.text))
            hint = f"write [{shortened(parts)}], or put the item in quotes"
            return Problem("yaml-fullwidth-comma", message, place_in(item, at), hint)
    return None


def missing_colon(key: Scalar, key_node: Any, value_node: Any, text: str) -> Problem | None:
    """A piece of `{…}` without a colon, which YAML takes for a key with no value."""
    between = text[key_node.end_mark.index : value_node.start_mark.index]
    if between.lstrip().startswith(":"):
        return None
    name = shortened(key.text)
    if not key.style:
        wide = key.text.find("：")
        if wide >= 0:
            return _fullwidth_colon(key, wide)
        tight = key.text.find(":")
        if tight > 0:
            return _tight_colon(key, tight)
    message = f'inside {{…}} a comma ends a value, and "{name}" has no colon: a key without a value'
    hint = 'put a text with commas or braces in quotes, as in {en: "Loyal, sole supplier"}'
    return Problem("yaml-comma", message, key.at, hint, len(key.text))


_WIDE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*[ \t]*(：)")
_WIDE_LINE = re.compile(r"\s*[^\s：]{1,30}\s*：")
_TIGHT_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(:)(?!//)[^ \n]")
_TIGHT_BRACKET = re.compile(r"""(?<=\w):[\[{"']""")
_TIGHT_DASH = re.compile(r"-[^\W\d]")


def text_for_block(scalar: Scalar) -> Problem | None:
    """A text in a place where a mapping or a list would stand, that looks like a slip of one.

    For the whole document, and a value that starts on a line below its key.
    """
    if scalar.style or not isinstance(scalar.value, str):
        return None
    tight = _TIGHT_KEY.match(scalar.text)
    if tight:
        return _tight_colon(scalar, tight.start(1))
    if _TIGHT_DASH.match(scalar.text):
        message = "a space is missing after the - of this list item"
        return Problem("yaml-dash-space", message, scalar.at, 'write "- "')
    wide = _WIDE_KEY.match(scalar.text)
    if wide:
        return _fullwidth_colon(scalar, wide.start(1))
    at = scalar.text.find("：")
    if at < 0:
        return None
    # Chinese prose has such colons too: several lines that each have one near the start don't.
    below = scalar.source.lines[scalar.line : scalar.line + 1]
    whole = scalar.line == scalar.column == 1
    if whole or (_WIDE_LINE.match(scalar.text) and below and _WIDE_LINE.match(below[0])):
        return _fullwidth_colon(scalar, at)
    return None


def _fullwidth_colon(scalar: Scalar, at: int) -> Problem:
    """`：` where `:` was meant."""
    name = shortened(scalar.text[:at].strip())
    message = f"the full-width colon ： (U+FF1A) behind {name} separates no key from its value"
    return Problem(
        "yaml-fullwidth-colon",
        message,
        place_in(scalar, at),
        f'write "{name}: " with a plain colon',
    )


def _tight_colon(scalar: Scalar, at: int) -> Problem:
    """`key:value`."""
    name = shortened(scalar.text[:at])
    code, message = "yaml-colon-space", f"a space is missing after the colon of {name}"
    after = scalar.text[at + 1 : at + 2]
    if first_invisible(after) == 0:
        code = "yaml-invisible-character"
        message = f"behind the colon of {name} stands {named(after)}, not a space"
    return Problem(code, message, place_in(scalar, at), f'write "{name}: "')


def duplicate(key: Scalar, first: Scalar) -> Problem:
    """A key that stands twice in one mapping."""
    name = shortened(key.text)
    message = f'the key "{name}" stands here again; its first place is {first.at}'
    hint = "keep one of the two"
    length = max(1, len(key.text))
    return Problem("yaml-duplicate-key", message, key.at, hint, length, related=(first.at,))


def collection_as_key(place: Location, mapping: bool) -> Problem:
    """`{{name}}: x`, `[a]: x`."""
    message = f"a {'mapping' if mapping else 'list'} can't be a key"
    hint = "put a text that starts with a brace or a bracket in quotes"
    return Problem("yaml-key", message, place, hint)


def key(scalar: Scalar) -> Problem | None:
    """A key that is empty, merges, or has characters that nobody sees."""
    name = scalar.text
    if not name:
        return Problem("yaml-key", "a key is missing before the colon", scalar.at, "write a key")
    if name == "<<" and not scalar.style:
        message = "<< merges another mapping into this one, which is not supported"
        return Problem("yaml-merge", message, scalar.at, "write the entries out", 2)
    if name[0] in QUOTES and not scalar.style and (problem := fullwidth_quotes(scalar)):
        return problem
    tight = None if scalar.style else _TIGHT_BRACKET.search(name)
    if tight:
        return _tight_colon(scalar, tight.start())
    at = first_invisible(name)
    if at is None:
        return None
    message = f"the key has the invisible character {named(name[at])}"
    hint = f'write "{shortened("".join(c for c in name if first_invisible(c) is None))}"'
    return Problem("yaml-invisible-character", message, place_in(scalar, at), hint)
