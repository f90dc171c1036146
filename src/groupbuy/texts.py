"""Texts in several languages: what people read."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Text:
    """A text, by language. One written without a language serves all of them (key `""`)."""

    by_language: tuple[tuple[str, str], ...]

    @staticmethod
    def of(**by_language: str) -> Text:
        """A text from its languages: `Text.of(en="Type", zh="类型")`."""
        return Text(tuple(by_language.items()))

    @staticmethod
    def plain(text: str) -> Text:
        """A text that serves every language."""
        return Text((("", text),))

    def get(self, lang: str) -> str:
        """The text in `lang`; where that is missing, the first there is."""
        texts = dict(self.by_language)
        return texts.get(lang) or next(iter(texts.values()), "")
