"""Texts from files, made harmless where they are shown: nothing in them is obeyed by a terminal."""

from __future__ import annotations

import re

# Controls, what turns the direction of writing or can't be seen, line ends, halves of characters,
# and the two that no XML may hold.
_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
# They only choose how the character before them looks, and no two terminals agree on the width.
_DROPPED = frozenset("\u200d") | {chr(code) for code in range(0xFE00, 0xFE10)}


def inert(text: object) -> str:
    """One line without anything that acts: line ends and tabs become spaces, controls signs.

    An escape becomes `␛`, so that what stood there is still seen.
    """
    plain = str(text)
    if plain.isprintable() and plain.isascii():
        return plain
    if _BREAKS.search(plain):
        plain = _BREAKS.sub(" ", plain)
    return _ACTIVE.sub(_sign, plain)


def _sign(match: re.Match[str]) -> str:
    char = match.group()
    if char in _DROPPED:
        return ""
    if char < " ":
        return chr(0x2400 + ord(char))
    return "␡" if char == "\x7f" else "\ufffd"
