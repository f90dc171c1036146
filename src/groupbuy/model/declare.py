"""Declarations in YAML → fields and tables. Every fault is collected, with its place."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from groupbuy.errors import Location, Problems, did_you_mean
from groupbuy.model.entries import Entry, Field, Table
from groupbuy.model.names import fold, listed, quote, words_of
from groupbuy.model.numbers import LARGEST
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import raw
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.texts import LANGUAGES, Text
from groupbuy.tree.types import DATE, FLAG, TEXT, Form, Type, choice, choices, number

RESERVED = ("today", "rank", "verdict")
"""Names that mean something else in rules."""

_NUMBERS: tuple[Form, ...] = get_args(Form)
_PLAIN = {"text": TEXT, "flag": FLAG, "date": DATE}
_TYPES = ("text", *_NUMBERS, "flag", "date", "choice", "choices", "table")
_MOST_SHARE = 10
"""A percentage whose `max` is above 1000% was meant in hundredths."""
_COLUMN_KEYS = ("type", "title", "aliases", "required", "default", "ask", "since", "pii", "fixed")
_FIELD_KEYS = (*_COLUMN_KEYS, "group")
_TABLE_KEYS = ("type", "title", "aliases", "order", "key", "ask", "since", "fields")


class Declarations:
    """Reads declarations; what is wrong with them goes to `problems`."""

    def __init__(self, problems: Problems, groups: Iterable[str] = ()) -> None:
        """Collect into `problems`; `groups` are those that a field may be in."""
        self.problems, self.known_groups = problems, tuple(groups)

    def groups(self, node: Node) -> dict[str, Text]:
        """The groups of a `groups:` mapping with their titles; fields may be in them from now."""
        if not isinstance(node, Mapping):
            hint = "groups: {money: {en: Money, zh: 预算与金额}}"
            self._wrong(node, f"groups are a mapping of names, not {node.noun}", hint)
            return {}
        found = {
            name: self.text(item) or Text.plain(name)
            for name, item in node.items.items()
            if self._name(name, node, of="a group")
        }
        self.known_groups = (*self.known_groups, *found)
        return found

    def entries(self, node: Node, *, within: str | None = None) -> dict[str, Entry]:
        """The entries of a `fields:` mapping; `within` names the table that they are columns of."""
        if not isinstance(node, Mapping):
            hint = "write one `name: {type: …}` a line"
            self._wrong(node, f"fields are a mapping of names, not {node.noun}", hint)
            return {}
        found: dict[str, Entry] = {}
        for name, item in node.items.items():
            if not self._name(name, node):
                continue
            entry = self._entry(name, item, within, node.key_at(name))
            if entry is not None:
                found[name] = entry
        return found

    def _group(self, name: str, node: Node | None) -> str | None:
        """The group that a field says it is in, if there is such a group."""
        word = self._word(node)
        if node is None or word is None or word in self.known_groups:
            return word
        hint = did_you_mean(word, self.known_groups) or (
            f"one of {listed(self.known_groups)}"
            if self.known_groups
            else "declare `groups:` first"
        )
        self.problems.add("model-group", f"{name}: there is no group {quote(word)}", node.at, hint)
        return None

    def clashes(self, entries: Iterable[Entry], *, reserved: Iterable[str] = RESERVED) -> None:
        """Report names that mean two entries, and names that are taken by the language."""
        owners: dict[str, Entry] = {}
        taken = {fold(word) for word in reserved}
        for entry in entries:
            for word in entry.words:
                key = fold(word)
                other = owners.setdefault(key, entry)
                if key in taken:
                    self.problems.add(
                        "model-reserved-name",
                        f"{entry.name}: {quote(word)} is a name of the rule language",
                        entry.at,
                        "choose another name, title or alias",
                    )
                elif other is not entry:
                    self.problems.add(
                        "model-name-clash",
                        f"{quote(word)} means both {other.name} ({other.at}) and {entry.name}",
                        entry.at,
                        "each name, title and alias belongs to one field",
                    )

    # --- one entry ------------------------------------------------------------------------------

    def _name(self, name: str, node: Mapping, of: str = "a field") -> bool:
        """Whether a name can be used in expressions; a fault is reported."""
        if name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_"):
            folded = unicodedata.normalize("NFKC", name)
            if folded == name:
                return True
            hint = f"write {folded}"
        else:
            hint = "letters (Chinese ones too), digits and _, beginning with a letter"
        at = node.key_at(name)
        self.problems.add("model-name", f"{quote(name)} can't be the name of {of}", at, hint)
        return False

    def _entry(self, name: str, node: Node, within: str | None, at: Location) -> Entry | None:
        if not isinstance(node, Mapping):
            hint = f"write {name}: {{type: text}}"
            self._wrong(node, f"{name} is a mapping, not {node.noun}", hint)
            return None
        word = self._type_word(name, node)
        if word is None:
            return None
        if word != "table":
            return self._field(
                name, node, word, at, _FIELD_KEYS if within is None else _COLUMN_KEYS
            )
        if within is None:
            return self._table(name, node, at)
        message = f"{within}.{name}: a table can't stand within a table"
        self.problems.add("model-nested-table", message, node.at, f"make {name} a table of its own")
        return None

    def _type_word(self, name: str, node: Mapping) -> str | None:
        """The word behind `type:` if it names a type."""
        item = node.get("type")
        if item is None:
            hint = f"one of {listed(_TYPES)}"
            self.problems.add("model-type", f"{name} has no type", node.at, hint)
            return None
        word = self._word(item)
        if word is None or word in _TYPES:
            return word
        hint = did_you_mean(word, _TYPES) or f"one of {listed(_TYPES)}"
        self.problems.add("model-type", f"{quote(word)} is not a type", item.at, hint)
        return None

    def _table(self, name: str, node: Mapping, at: Location) -> Table | None:
        self._keys(node, _TABLE_KEYS)
        columns = node.get("fields")
        if columns is None:
            self._wrong(node, f"the table {name} has no fields", "fields: {date: {type: date}}")
            return None
        entries = self.entries(columns, within=name)
        fields = {key: entry for key, entry in entries.items() if isinstance(entry, Field)}
        self.clashes(fields.values(), reserved=())
        return Table(
            name=name,
            title=self.text(node.get("title")) or Text.plain(name),
            at=at,
            fields=fields,
            aliases=self._aliases(node.get("aliases")),
            order=self._column(name, node.get("order"), fields),
            key=self._column(name, node.get("key"), fields),
            ask=self.text(node.get("ask")),
            since=self._word(node.get("since")),
        )

    def _column(self, table: str, node: Node | None, fields: dict[str, Field]) -> str | None:
        if node is None:
            return None
        word = self._word(node)
        if word not in fields:
            hint = did_you_mean(word or "", fields) or f"one of {listed(fields)}"
            message = f"{quote(word)} is not a column of {table}"
            self.problems.add("model-column", message, node.at, hint)
        return word

    def _field(
        self, name: str, node: Mapping, word: str, at: Location, keys: tuple[str, ...]
    ) -> Field:
        numeric = word in _NUMBERS
        more: tuple[str, ...] = ("unit", "min", "max") if numeric else ()
        if word in ("choice", "choices"):
            more = ("of", "ordered") if word == "choice" else ("of",)
        self._keys(node, (*keys, *more))
        low, high = self._bounds(name, node, word) if numeric else (None, None)
        titles: dict[str, Text] = {}
        also: dict[str, tuple[str, ...]] = {}
        if word in ("choice", "choices"):
            values = self._values(name, node, titles, also)
            ordered = self.flag(node.get("ordered"))
            type_ = choice(values, ordered=ordered) if word == "choice" else choices(values)
        else:
            type_ = _type(word, low, high)
        found = Field(
            name=name,
            type=type_,
            title=self.text(node.get("title")) or Text.plain(name),
            at=at,
            aliases=self._aliases(node.get("aliases")),
            required=self.flag(node.get("required")),
            fixed=self.flag(node.get("fixed")),
            group=self._group(name, node.get("group")),
            ask=self.text(node.get("ask")),
            since=self._word(node.get("since")),
            pii=self.flag(node.get("pii")),
            unit=self.text(node.get("unit")),
            min=low,
            max=high,
            value_titles=titles,
            value_aliases=also,
        )
        return self._with_default(found, node.get("default"))

    def _with_default(self, found: Field, node: Node | None) -> Field:
        if node is None:
            return found
        try:
            default = found.read(raw(node))
        except ValueProblem as problem:
            message = f"the default of {found.name}: {problem.message}"
            self.problems.add("model-default", message, node.at, problem.hint)
            return found
        if default is None or found.required:
            why = "it is required" if found.required else "it is blank"
            message = f"{found.name} can't have this default: {why}"
            self.problems.add("model-default", message, node.at, "leave `default` out")
            return found
        return replace(found, default=default)

    def _bounds(self, name: str, node: Mapping, word: str) -> tuple[float | None, float | None]:
        low, high = self._number(node.get("min")), self._number(node.get("max"))
        if word == "percent" and high is not None and high > _MOST_SHARE:
            hint = "100% is 1: write max: 1, or leave it out"
            at = node.items["max"].at
            self.problems.add("model-bounds", f"{name}: max is {high * 100:.12g}%", at, hint)
        if low is not None and high is not None and low > high:
            at = node.items["max"].at
            message = f"{name}: max {high:.12g} is less than min {low:.12g}"
            self.problems.add("model-bounds", message, at, "exchange the two")
        return low, high

    def _values(
        self,
        name: str,
        node: Mapping,
        titles: dict[str, Text],
        also: dict[str, tuple[str, ...]],
    ) -> tuple[str, ...]:
        """The words of a choice; fills in their titles and aliases."""
        of = node.get("of")
        hint = "of: [first, second], or of: {first: {zh: 第一}}"
        if isinstance(of, Sequence):
            words = [(item, self._word(item, of="a choice")) for item in of.items]
        elif isinstance(of, Mapping):
            words = [(of.keys.get(key, of), key) for key in of.items]
            for key, item in of.items.items():
                self._value(key, item, titles, also)
        else:
            words = []
        if not words:
            at = of.at if of else node.at
            self.problems.add("model-choices", f"{name} has no words to choose from", at, hint)
        owners: dict[str, str] = {}
        for i, (item, word) in enumerate(words):
            # One word of a list given twice is a fault too: hence the position.
            if word is None:
                continue
            for called in words_of(word, titles.get(word), also.get(word, ())):
                if owners.setdefault(fold(called), f"{i} {word}") != f"{i} {word}":
                    message = f"{name}: {quote(called)} stands for two choices"
                    self.problems.add(
                        "model-choices", message, item.at, "each word has one meaning"
                    )
        return tuple(dict.fromkeys(word for _, word in words if word is not None))

    def _value(
        self, key: str, node: Node, titles: dict[str, Text], also: dict[str, tuple[str, ...]]
    ) -> None:
        """The title and the aliases of one word of a choice."""
        if isinstance(node, Mapping):
            self._keys(node, (*LANGUAGES, "aliases"))
            also[key] = self._aliases(node.get("aliases"))
            pairs = [(lang, self._word(node.get(lang))) for lang in LANGUAGES]
            texts = tuple((lang, text) for lang, text in pairs if text)
            if texts:
                titles[key] = Text(texts)
        elif not (isinstance(node, Scalar) and node.value is None):
            text = self.text(node)
            if text:
                titles[key] = text

    # --- parts ----------------------------------------------------------------------------------

    def text(self, node: Node | None) -> Text | None:
        """A text: one string for all languages, or `{en: …, zh: …}`."""
        if node is None:
            return None
        if isinstance(node, Mapping):
            self._keys(node, LANGUAGES)
            pairs = [(lang, self._word(item)) for lang, item in node.items.items()]
            return Text(tuple((lang, text) for lang, text in pairs if text)) if pairs else None
        word = self._word(node, of="a text")
        return Text.plain(word) if word else None

    def flag(self, node: Node | None) -> bool:
        """`true` or `false`; absent is false."""
        if node is None:
            return False
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self._wrong(node, f"this is {node.noun}", "write true or false")
        return False

    def _number(self, node: Node | None) -> float | None:
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return float(value)
        self._wrong(node, "a bound is a number of at most 1e15", "write min: 0")
        return None

    def _word(self, node: Node | None, of: str = "a word") -> str | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and node.value is not None:
            word = str(raw(node)).strip()
            if word and (word.isprintable() or of == "a text"):
                return word
        self._wrong(node, f"{of} is expected here, not {node.noun}")
        return None

    def _aliases(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._wrong(node, f"aliases are a list, not {node.noun}", "aliases: [预算]")
            return ()
        words = [self._word(item) for item in node.items]
        return tuple(word for word in words if word)

    def _keys(self, node: Mapping, known: Iterable[str]) -> None:
        """Report keys that mean nothing here."""
        known = tuple(known)
        for key in node.items:
            if key not in known:
                hint = did_you_mean(key, known) or f"one of {listed(known)}"
                at = node.key_at(key)
                self.problems.add("model-key", f"{quote(key)} means nothing here", at, hint)

    def _wrong(self, node: Node, message: str, hint: str | None = None) -> None:
        self.problems.add("model-shape", message, node.at, hint)


def _type(word: str, low: float | None, high: float | None) -> Type:
    """The type that a word names; a share without bounds lies between 0 and 1."""
    if word in _PLAIN:
        return _PLAIN[word]
    form = next(form for form in _NUMBERS if form == word)
    if form == "percent":
        low, high = (0.0 if low is None else low), (1.0 if high is None else high)
    return number(form, low, high)
