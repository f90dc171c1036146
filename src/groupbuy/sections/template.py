"""Texts that quote facts: `"{days_left} days left, we need {delivery_days}"`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import Formatter

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.yaml import place_in
from groupbuy.texts import LANGUAGES, Text
from groupbuy.tree.types import Type

RANK = "rank"


@dataclass(frozen=True)
class Slot:
    """A fact quoted in a text: a name, or a column of the row at hand (`table` and `name`)."""

    name: str
    type: Type
    table: str | None = None


Part = str | Slot


@dataclass(frozen=True)
class Template:
    """A text by language, cut into words and quoted facts. `""` is the text of every language."""

    by_language: tuple[tuple[str, tuple[Part, ...]], ...]
    at: Location

    def parts(self, lang: str) -> tuple[Part, ...]:
        """The text in `lang`; where it is missing, the first there is."""
        texts = dict(self.by_language)
        found = texts.get(lang)
        return found if found is not None else self.by_language[0][1]

    def text(self) -> Text:
        """The text without the facts it quotes: a title quotes none."""
        return Text(
            tuple(
                (lang, "".join(part for part in parts if isinstance(part, str)))
                for lang, parts in self.by_language
            )
        )


Resolve = Callable[[str, Location], Slot]


def read_template(node: Node, resolve: Resolve) -> Template:
    """A text, or a mapping from language to text. Raises `GroupbuyError` with every problem."""
    if isinstance(node, Scalar):
        return Template((("", _parts(node, resolve)),), node.at)
    if not isinstance(node, Mapping) or not node.items:
        raise GroupbuyError(
            Problem("wrong-shape", f"a text is expected here; this is {node.noun}", node.at)
        )
    problems = Problems()
    texts: list[tuple[str, tuple[Part, ...]]] = []
    for lang, text in node.items.items():
        with problems.collecting():
            if lang not in LANGUAGES:
                raise GroupbuyError(
                    Problem(
                        "unknown-language",
                        f'"{lang}" is not a language of texts',
                        node.key_at(lang),
                        f"one of: {', '.join(LANGUAGES)}",
                    )
                )
            texts.append((lang, _parts(text, resolve)))
    problems.raise_any()
    return Template(tuple(texts), node.at)


def _parts(node: Node, resolve: Resolve) -> tuple[Part, ...]:
    if not isinstance(node, Scalar) or node.value is None:
        raise GroupbuyError(
            Problem("wrong-shape", f"a text is expected here; this is {node.noun}", node.at)
        )
    return tuple(_cut(node, resolve))


def _cut(node: Scalar, resolve: Resolve) -> Iterator[Part]:
    text = node.value if isinstance(node.value, str) else node.text
    if text and "{" not in text and "}" not in text:
        yield text
        return
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise GroupbuyError(
            Problem(
                "bad-text",
                f"this text can't be read: {error}",
                node.at,
                "a fact is quoted as {name}; a brace of its own is written twice: {{",
            )
        ) from None
    for words, name, form, conversion in pieces:
        if words:
            yield words
        if name is None:
            continue
        at = place_in(node, max(text.find("{" + name), 0) + 1)
        if form or conversion:
            raise GroupbuyError(
                Problem(
                    "bad-text",
                    f"{{{name}}} takes no format code: a fact is shown by its type",
                    at,
                    f"write {{{name}}}",
                )
            )
        yield resolve(name.strip(), at)
