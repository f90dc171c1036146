"""One plain scalar → a value by YAML 1.2's core schema; a character of a value → its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from groupbuy.errors import Location
from groupbuy.source.nodes import Plain, Scalar

_WORDS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER_STARTS = frozenset("+-.0123456789")
_NUMBER = re.compile(
    r"(?P<int>[-+]?[0-9]+)"
    r"|(?P<oct>0o[0-7]+)"
    r"|(?P<hex>0x[0-9a-fA-F]+)"
    r"|(?P<inf>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
)

LONGEST_NUMBER = 40
"""Characters; longer digits are no quantity, and converting them takes quadratic time."""

LARGEST_INTEGER = 10**15
"""Whole numbers beyond it are codes (a tax number, an order number) and stay texts: as a float
they would lose digits, and a number field says itself that a text is no number."""


def core_value(text: str) -> Plain:
    """The value of a plain scalar: null, true or false, a number, else the text itself.

    Yes, no, on, off, 12:30, dates and 1_000 are texts; 010 is ten. `.inf` and `.nan`, and what is
    too large for a float, come back as such floats, for the caller to refuse.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > LONGEST_NUMBER:
        return text
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    kind = match.lastgroup
    if kind is None:
        return float(text)
    if kind == "inf":
        return float(text.replace(".", "", 1))
    number = int(text) if kind == "int" else int(text, 0)
    return number if -LARGEST_INTEGER <= number <= LARGEST_INTEGER else text


_NOT_PLAIN = re.compile(r"^[\s\-?:,\[\]{}#&*!|>'\"%@`]|: |:$| #|\s$")
_FLOW = re.compile(r"[,\[\]{}]")


def fits_plain(text: str, *, in_brackets: bool = False) -> bool:
    """Whether a text can be written without quotes; inside brackets a comma ends a value."""
    return not (_NOT_PLAIN.search(text) or (in_brackets and _FLOW.search(text)))


_BLANKS = " \t\r\n"
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)*")
_UNITS = {
    '"': re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|[^\\]", re.S),
    "'": re.compile(r"''|.", re.S),
}
_UNIT = re.compile(r".", re.S)
_BLANK_ESCAPES = frozenset({r"\n", r"\t", r"\r", "\\ ", "\\\t"})


def place_in(scalar: Scalar, offset: int) -> Location:
    """The place in the file of character `offset` (from 0) of the scalar's text.

    Exact where the value is written without escapes for blanks; YAML folds and strips only blanks,
    so that the n-th character that is not blank is the same one in the value and in the file. An
    `offset` at the end gives the place behind the last character. Where the file doesn't bear the
    value out, the scalar's own place.
    """
    text = scalar.text
    offset = max(0, min(offset, len(text)))
    blank = offset == len(text) or text[offset] in _BLANKS
    solid = len(text[:offset].translate(_WITHOUT_BLANKS))
    if not blank:
        found = next(islice(_solid_units(scalar), solid, None), None)
        if found is None or (len(found[2]) == 1 and found[2] != text[offset]):
            return scalar.at
        return scalar.source.at(found[0], found[1])
    if solid == 0:
        return scalar.at
    # A blank: as far behind the last solid character as it is in the value, on the same line.
    before = text[:offset]
    gap = before[len(before.rstrip(_BLANKS)) :]
    found = next(islice(_solid_units(scalar), solid - 1, None), None)
    if found is None:
        return scalar.at
    return scalar.source.at(found[0], found[1] + len(found[2]) + (0 if "\n" in gap else len(gap)))


_WITHOUT_BLANKS = {ord(char): None for char in _BLANKS}


def _solid_units(scalar: Scalar) -> Iterator[tuple[int, int, str]]:
    """Line, column and spelling of each character of the scalar in the file, blanks left out."""
    lines = scalar.source.lines
    line, column = scalar.line - 1, scalar.column - 1
    if line >= len(lines):
        return
    match = _PROPERTIES.match(lines[line], column)
    column = match.end() if match else column
    if scalar.style in ("|", ">"):
        line, column = line + 1, 0
    elif scalar.style:
        column += 1
    unit = _UNITS.get(scalar.style, _UNIT)
    for number in range(line, len(lines)):
        for found in unit.finditer(lines[number], column):
            spelling = found.group()
            if spelling not in _BLANKS and spelling not in _BLANK_ESCAPES:
                yield number + 1, found.start() + 1, spelling
        column = 0
