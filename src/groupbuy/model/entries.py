"""What a lead model consists of: fields, and tables of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from groupbuy.errors import Location
from groupbuy.model.names import Names, words_of
from groupbuy.model.values import Reader, Value, reader
from groupbuy.texts import Text
from groupbuy.tree.types import TableType, Type


@dataclass(frozen=True)
class Field:
    """One fact about a lead, or one column of a table.

    `default` is what a blank is assumed to be. `ask` makes a blank a question worth asking.
    `since` is the stage from which on it is known. `pii` values are never shown in messages.
    `fixed` is what nobody can change (where a customer is, how old they are). `group` is under
    which heading people read it; columns of tables have none.
    `unit` is what is counted; `min` and `max` are inclusive. `value_titles` holds the titles of
    a choice's words, `value_aliases` what else they are called.
    """

    name: str
    type: Type
    title: Text
    at: Location
    aliases: tuple[str, ...] = ()
    required: bool = False
    default: Value | None = None
    ask: Text | None = None
    since: str | None = None
    pii: bool = False
    fixed: bool = False
    group: str | None = None
    unit: Text | None = None
    min: float | None = None
    max: float | None = None
    value_titles: Mapping[str, Text] = field(default_factory=dict)
    value_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def words(self) -> list[str]:
        """Everything that the field is called, its name first."""
        return words_of(self.name, self.title, self.aliases)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The words for its unit in every language, in small letters."""
        return tuple(text.casefold() for _, text in self.unit.by_language) if self.unit else ()

    @cached_property
    def read(self) -> Reader:
        """The function that reads one of its values; it raises `ValueProblem`."""
        words = {}
        for value in self.type.values:
            title, aliases = self.value_titles.get(value), self.value_aliases.get(value, ())
            words.update(dict.fromkeys(words_of(value, title, aliases), value))
        return reader(self.type, words=words, units=self.units)


@dataclass(frozen=True)
class Table:
    """Rows that belong to a lead. `order` is the column that orders them, `key` names a row."""

    name: str
    title: Text
    at: Location
    fields: dict[str, Field]
    aliases: tuple[str, ...] = ()
    order: str | None = None
    key: str | None = None
    ask: Text | None = None
    since: str | None = None

    @cached_property
    def type(self) -> TableType:
        """The types of its columns."""
        columns = tuple((name, column.type) for name, column in self.fields.items())
        return TableType(columns, self.order, self.key)

    @cached_property
    def words(self) -> list[str]:
        """Everything that the table is called, its name first."""
        return words_of(self.name, self.title, self.aliases)

    @cached_property
    def names(self) -> Names:
        """What its columns are called."""
        names = Names()
        for column in self.fields.values():
            for word in column.words:
                names.add(word, column.name)
        return names

    def resolve(self, name: str) -> str | None:
        """The column that a header means: its name, an alias, a title in any language."""
        return self.names.resolve(name)

    @property
    def entries(self) -> Mapping[str, Field]:
        """Its columns by name."""
        return self.fields


Entry = Field | Table
