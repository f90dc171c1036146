"""What a reader wants to see of results, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A fact, score, grade or field shown for each lead, and its heading."""

    name: str
    title: str


@dataclass(frozen=True)
class View:
    """How results are shown.

    `titles` gives names of fields, facts, scores and grades, and words of choices and grades, in
    the reader's language; a word that two grades use differently stands under `grade.word`.
    `headings` gives those of packs and of plugins' `sections`. `kinds` says by name what numbers
    are (`money`, `percent`, …), and `date` of dates. `wide` shows texts in full, however wide the
    terminal is. `general` are the packs that every lead has, which are not named one by one.
    """

    columns: tuple[Column, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    lang: str = "en"
    currency: str = ""
    wide: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)
    general: frozenset[str] = frozenset()
    headings: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[str, ...] = ()

    def title(self, name: str) -> str:
        """What people call a name; the name itself where nobody said."""
        return self.titles.get(name) or name

    def heading(self, name: str) -> str:
        """What a pack or a plugin's section is called."""
        return self.headings.get(name) or name

    def word(self, name: str, word: str) -> str | None:
        """The title of a word that `name` can have, if it has one."""
        return self.titles.get(f"{name}.{word}") or self.titles.get(word) or None
