"""What people type instead of an expression, and how it should have been typed."""

from __future__ import annotations

import re
from collections.abc import Callable

FULL_WIDTH = str.maketrans({
    "（": "(", "）": ")", "，": ",", "、": ",", "“": '"', "”": '"', "‘": '"', "’": '"',
    "：": ":", "；": ";", "＝": "=", "＞": ">", "＜": "<", "！": "!", "＋": "+", "－": "-",
    "＊": "*", "／": "/", "％": "%", "．": ".", "【": "[", "】": "]", "［": "[", "］": "]",
    "〔": "[", "〕": "]", "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "−": "-",
    "\u3000": " ", "\u00a0": " ", "０": "0", "１": "1", "２": "2", "３": "3", "４": "4",
    "５": "5", "６": "6", "７": "7", "８": "8", "９": "9", "「": '"', "」": '"',
})  # fmt: skip
# Full-width quotes become quotes first, so that what stands between them is left alone.
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": '"', "’": '"', "「": '"', "」": '"'})
WORDS = {"且": " and ", "并且": " and ", "而且": " and ", "或": " or ", "或者": " or ",
         "非": " not ", "不是": " != ", "等于": " == ", "大于": " > ", "小于": " < ",
         "&&": " and ", "||": " or "}  # fmt: skip
_STRINGS = re.compile(r"""("[^"]*"|'[^']*')""")
_GROUPED = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\w,])")
_ASSIGNED = re.compile(
    r"([(,]\s*(?:where|within|among|days|months|years|half_life)\s*)?(?<![=!<>])=(?![=<>])"
)
_SWAPPED = re.compile(r"=([<>])(?!=)|<>")
_PERCENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)%(?!\s*(?!(?:and|or|if|else)\b)[\w(])")
_WAN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*(万|亿)(?!\w)")


def _outside_strings(text: str, change: Callable[[str], str]) -> str:
    first, *rest = _STRINGS.split(text)
    # What follows a text sees its quote.
    return change(first) + "".join(
        change('"' + part)[1:] if index % 2 else part for index, part in enumerate(rest)
    )


def _word_pattern(word: str) -> str:
    """`word` as an operator: apart from names, or right behind a number, a bracket or a text."""
    apart = rf"(?<=\s){word}(?=[\s\"'(]|$)|^\s*{word}(?=[\s(])"
    return rf"(?P<number>(?<![\w.])[0-9]+(?:\.[0-9]+)?){word}|(?<=[\"')\]]){word}|{apart}"


def first_comment_or_escape(text: str) -> int | None:
    """Where the first # outside quotes stands, or the first backslash anywhere."""
    if "#" not in text and "\\" not in text:
        return None
    quote = ""
    for at, char in enumerate(text):
        if char == "\\" or (char == "#" and not quote):
            return at
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
    return None


def without_strings(text: str) -> str:
    """The text with every quoted part blanked out, places kept."""
    return _STRINGS.sub(lambda found: " " * len(found[0]), text)


def first_full_width(text: str) -> int | None:
    """Where the first full-width sign outside quotes stands, if any."""
    if text.isascii():
        return None
    quote = ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif ord(char) in FULL_WIDTH:
            return at
    return None


def first_word(text: str) -> tuple[int, str] | None:
    """Where a word of another language stands in for an operator (且, 或, &&), if anywhere."""
    bare = _STRINGS.sub(lambda found: '"' + " " * (len(found[0]) - 2) + '"', text)
    for word in sorted(WORDS, key=len, reverse=True):
        if word.isascii():
            at = bare.find(word)
        else:
            found = re.search(_word_pattern(word), bare) if word in bare else None
            at = found.end() - len(word) if found else -1
        if at >= 0:
            return at, word
    return None


def half_width(text: str) -> str:
    """The text with half-width signs for full-width ones, but for what stands in quotes."""
    return _outside_strings(text.translate(_QUOTES), lambda part: part.translate(FULL_WIDTH))


def corrected(text: str) -> str:
    """The text as it was probably meant."""

    def mend(part: str) -> str:
        part = part.translate(FULL_WIDTH)
        for word in sorted(WORDS, key=len, reverse=True):
            if word.isascii():
                part = part.replace(word, WORDS[word])
            else:
                part = re.sub(_word_pattern(word), rf"\g<number>{WORDS[word]}", part)
        part = _GROUPED.sub(lambda m: m[0].replace(",", ""), part)
        part = _PERCENT.sub(lambda m: f"{float(m[1]) / 100:.12g}", part)
        part = _WAN.sub(lambda m: f"{float(m[1]) * (1e4 if m[2] == '万' else 1e8):.15g}", part)
        part = _SWAPPED.sub(lambda m: f"{m[1]}=" if m[1] else "!=", part)
        part = _ASSIGNED.sub(lambda m: m[0] if m[1] else "==", part)
        part = re.sub(r"\b(?:AND|OR|NOT)\b", lambda m: m[0].lower(), part)
        return re.sub(r"[ ]{2,}", " ", part)

    return _outside_strings(text.translate(_QUOTES), mend).strip()


def grouped_number(text: str) -> re.Match[str] | None:
    """A number written with separators, such as `1,000`."""
    return _GROUPED.search(text)
