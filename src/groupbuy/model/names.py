"""Names as people write them: which entry, column or word a header or a cell means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from groupbuy.texts import Text

_LOOSE = re.compile(r"[\s_\-]+")
_SHOWN = 40
_LONGEST = 200
"""Characters of a name; what is longer is none, and folding it could make it 18 times longer."""


def fold(word: str) -> str:
    """The form in which names are compared: `Customer Type` and `customer_type` agree."""
    return _LOOSE.sub("", unicodedata.normalize("NFKC", word).casefold())


def quote(value: object) -> str:
    """A value in a message: in quotes, cut short, with nothing in it that a terminal obeys."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + "…"
    if not text.isprintable():
        # Spaces of other widths are harmless; everything else is shown by its number.
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return f'"{text}"'


def listed(words: Iterable[str], most: int = 12) -> str:
    """`a, b, c`, or the first of them and how many more there are."""
    words = list(words)
    more = f" … ({len(words) - most} more)" if len(words) > most else ""
    return ", ".join(words[:most]) + more


class Names:
    """Words that stand for a canonical name: itself, its aliases, its titles in every language."""

    def __init__(self) -> None:
        """Start without a word."""
        self._folded: dict[str, str] = {}
        self._spelled: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        """Every word as it was declared, for "did you mean"."""
        return iter(self._spelled)

    def add(self, word: str, name: str) -> str | None:
        """Let `word` mean `name`; returns the other name that it means already, if any."""
        other = self._folded.setdefault(fold(word), name)
        if other != name:
            return other
        self._spelled.setdefault(word, name)
        return None

    def resolve(self, word: str) -> str | None:
        """The canonical name that `word` means, or none."""
        found = self._spelled.get(word)
        if found is None and len(word) <= _LONGEST:
            found = self._folded.get(fold(word))
        return found


def words_of(name: str, title: Text | None, aliases: Iterable[str]) -> list[str]:
    """Everything that a name is called, the name itself first, each once."""
    titles = [text for _, text in title.by_language] if title else []
    return list(dict.fromkeys([name, *aliases, *titles]))
