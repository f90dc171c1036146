"""Search in English and Chinese pages: Sphinx's English, and terms of Chinese."""

from __future__ import annotations

from sphinx.search.en import SearchEnglish
from terms import SPLIT_QUERY, terms


class EnglishAndChinese(SearchEnglish):
    """Stems English words as Sphinx does, and cuts Chinese ones out of sentences."""

    lang = "en-zh"
    js_splitter_code = SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        """The terms of a text, as the browser cuts a query."""
        return list(terms(input))
