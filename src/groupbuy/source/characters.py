"""Characters that nobody sees, and Chinese punctuation that looks like YAML's own."""

from __future__ import annotations

import re
import unicodedata

REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What may not stand anywhere in a file: what YAML forbids, and the three line ends of YAML 1.1
(U+0085, U+2028, U+2029) that editors don't show as such, so that our lines are the editor's."""

# Printable by their category, and yet they show nothing: fillers, joiners, variation selectors.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Private and not yet assigned characters are left alone: they may well be visible to their owner.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})

FULLWIDTH = {
    "，": ",", "：": ":", "｛": "{", "｝": "}", "［": "[", "］": "]", "【": "[", "】": "]",
    "“": '"', "”": '"', "＂": '"', "‘": "'", "’": "'", "＇": "'",
}  # fmt: skip
"""What a Chinese input method writes for a character that means something to YAML."""

FULLWIDTH_QUOTES = "“”＂‘’＇"


def named(char: str) -> str:
    """`U+00A0 (no-break space)`: an invisible character in words."""
    name = unicodedata.name(char, "").lower()
    if not name:
        surrogate = unicodedata.category(char) == "Cs"
        name = "half of a surrogate pair" if surrogate else "a control character"
    return f"U+{ord(char):04X} ({name})"


def first_invisible(text: str) -> int | None:
    """Where the first character stands that doesn't show; a plain space shows."""
    if text.isascii() and text.isprintable():
        return None
    for at, char in enumerate(text):
        if char.isprintable():
            if _BLANK.match(char):
                return at
        elif unicodedata.category(char) in _INVISIBLE_CATEGORIES:
            return at
    return None
