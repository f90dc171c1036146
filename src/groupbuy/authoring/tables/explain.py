"""What the columns of a sheet are called and what may stand in them, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groupbuy.authoring.tables.find import Held
from groupbuy.language.scope import Scope
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.tables.columns import WORDS, key_of
from groupbuy.rules.tables.conditions import Asked
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.texts import Text
from groupbuy.tree.nodes import Ref
from groupbuy.tree.types import Kind

_NOTES = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("name", "What the row is called. Each name once.", "这一行的名称，不能重复。"),
        ("when", "A whole condition, as in the rule file: budget >= 100000 and is_dealer.",
         "完整的条件，写法同规则文件：budget >= 100000 and is_dealer。"),
        ("from", "Where the band begins, included: a number or the name of a setting. "
         "The lowest may do without.",
         "本档的起点（含本数）：数字或参数名。最低一档可以空着。"),
        ("value", "What counts: a number or an expression.", "取什么：数字或算式。"),
        ("word", "What counts: a word. Blank: the name of the row.",
         "取哪个词；空着就是本行名称。"),
        ("points", "The points that it gives.", "得几分。"),
        ("before", "The name of the row in front of which this one stands.",
         "排在哪一行之前（写名称）。"),
        ("title", "What people see instead of the word.", "显示给人看的名称。"),
        ("because", "Why, in the salesperson's words; {names} are filled in.",
         "理由，用销售员的话说；{名称} 会填入数值。"),
        ("source", "Where the rule comes from.", "规则的出处。"),
        ("owner", "Who answers for it.", "谁负责。"),
        ("allow", "A finding of check that is meant, with the reason.",
         "check 的发现中有意为之的，写明理由。"),
        ("do", "What to do.", "做什么。"),
        ("who", "Who does it.", "谁来做。"),
        ("due", "In how many days, or a date.", "几天之内，或日期。"),
        ("tags", "Words to choose by, parted by commas.", "标签，用、隔开。"),
        ("cells", "A value, several parted by commas, or a comparison: >= 100, >= 10 and < 20, "
         "missing. Blank or *: any. All cells of a row must hold.",
         "写一个值，几个用、隔开，或比较：>= 100、>= 10 and < 20、missing（还不知道）。"
         "空着或 * 表示不限。一行里的各格要同时成立。"),
        ("flag", "true or false. Blank or *: any.", "true 或 false（是、否）。空着或 * 表示不限。"),
        ("axis", "One of the words in every row; else: all the rest.",
         "每行一个词；else 表示其余。"),
        ("across", "What counts where {choice} is {word}.", "{choice}为“{word}”时取什么。"),
        ("words", "Words: {words}", "可填：{words}"),
        ("en", "English", "英文"),
        ("zh", "Chinese", "中文"),
    )
}  # fmt: skip
_MOST_WORDS = 40


@dataclass(frozen=True)
class Explained:
    """A column: its title, what its head says to the reader of the table, and what it means.

    `plain` is a head of one line; `choices` are words to choose from.
    """

    title: str
    said: str
    note: str
    plain: str
    choices: tuple[str, ...] = ()
    words: bool = True
    """Whether what is typed into it is a text, even where it looks like a number."""


class Explainer:
    """Words the columns of tables in one language."""

    def __init__(
        self,
        lang: str,
        vocabulary: Vocabulary,
        scope: Scope,
        title_of: Callable[[str], Node | None],
    ) -> None:
        """`title_of` gives the title of a fact, score or grade."""
        self.lang, self.vocabulary, self.scope, self.title_of = lang, vocabulary, scope, title_of

    def say(self, key: str, **values: str) -> str:
        """A note in the language."""
        text = _NOTES[key].get(self.lang)
        return text.format(**values) if values else text

    # ── columns ──

    def key(self, path: tuple[str, ...], held: Held) -> Explained:
        """The column of a key: `("because", "zh")`."""
        key, *rest = path
        title = key if self.lang == "en" else next(iter(WORDS[key]), key)
        plain = ".".join([title, *rest])
        shown = title.capitalize() if self.lang == "en" else title
        if rest and rest[0] in ("en", "zh"):
            shown += f" ({self.say(rest[0])})" if self.lang == "en" else f"（{self.say(rest[0])}）"
        elif rest:
            shown = plain
        words = key == "value" and held.words
        note = self.say("word" if words else key)
        choices = _words_of(held) if words else ()
        wordy = key not in ("from", "value", "points", "due") or words
        return Explained(shown, ".".join(path), note, plain, choices, wordy)

    def asked(self, asked: Asked, *, axis: bool = False) -> Explained:
        """The column of what conditions ask about, or of a choice that tells cases apart."""
        name = asked.expression
        title = self.title(asked)
        kind, words = self.kind(asked)
        note = self.say("axis" if axis else "flag" if kind is Kind.FLAG else "cells")
        choices = tuple(self.titled(asked, word) for word in words)
        if kind is Kind.FLAG:
            choices = ("true", "false")
        if asked.field is not None and asked.field.ask is not None:
            note = f"{asked.field.ask.get(self.lang)}\n{note}"
        if words:
            more = "…" if len(choices) > _MOST_WORDS else ""
            shown = "、".join(choices[:_MOST_WORDS]) + more
            note += "\n" + self.say("words", words=shown)
        said = f"({name})" if not axis and key_of(name) is not None else name
        means = self.vocabulary.resolve(title) == name and key_of(title) is None
        plain = title if means and title.isprintable() and title[:1] not in "#＃(" else said
        more_words = ("else",) if axis else ()
        return Explained(title, said, note, plain, (*choices, *more_words) if choices else ())

    def word(self, asked: Asked, word: str, held: Held) -> Explained:
        """The column of one word of the second choice of a matrix."""
        note = self.say("across", choice=self.title(asked), word=word)
        choices = _words_of(held) if held.words else ()
        return Explained(word, word, note, word, choices, held.words)

    def title(self, asked: Asked) -> str:
        """What people call what is asked about."""
        if asked.field is not None:
            return asked.field.title.get(self.lang).strip() or asked.expression
        node = self.title_of(asked.expression)
        if isinstance(node, Mapping):
            node = node.items.get(self.lang) or next(iter(node.items.values()), None)
        return node.text.strip() if isinstance(node, Scalar) and node.text else asked.expression

    def kind(self, asked: Asked) -> tuple[Kind | None, tuple[str, ...]]:
        """The kind of what is asked about, and its words where it is a choice."""
        found = self.scope.value(asked.expression)
        if not isinstance(found, Ref):
            return None, ()
        return found.type.kind, found.type.values

    def titled(self, asked: Asked, word: str) -> str:
        """A word of a field by its title, if that is read as this word; several, parted."""
        field = asked.field
        if field is None or not field.type.values:
            return word
        parts = word.split("、")
        shown = [self._one(asked, part) for part in parts]
        return "、".join(shown)

    def _one(self, asked: Asked, word: str) -> str:
        field = asked.field
        assert field is not None
        title = field.value_titles.get(word)
        text = title.get(self.lang).strip() if title else ""
        try:
            return text if text and field.read(text) in (word, (word,)) else word
        except ValueProblem:
            return word


def _words_of(held: Held) -> tuple[str, ...]:
    """The words that a table gives."""
    items = held.collection.items if held.collection is not None else {}
    depth = len(held.form.axes)
    words = (word for key, node in items.items() for word in _ends(key, node, depth))
    return tuple(dict.fromkeys(words))


def _ends(key: str, node: Node, depth: int) -> Iterator[str]:
    """The words at the ends of rows, bands or (under `depth` choices) cases."""
    if isinstance(node, Mapping) and depth > 1:
        for inner, item in node.items.items():
            yield from _ends(inner, item, depth - 1)
        return
    value = node.items.get("value") if isinstance(node, Mapping) else node
    yield value.text if isinstance(value, Scalar) else key
