"""Data with a place for every value: what the YAML reader returns and the rules are read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from groupbuy.errors import Location, Source

Plain = str | int | float | bool | None
"""What a scalar can be: YAML 1.2's core schema, in which a date is a text."""


@dataclass(slots=True, eq=False)
class Node:
    """A value and its place (`line` and `column` from 1)."""

    source: Source
    line: int
    column: int

    @property
    def at(self) -> Location:
        """The place of the value."""
        return self.source.at(self.line, self.column)

    @property
    def noun(self) -> str:
        """What this is, for messages."""
        raise NotImplementedError

    def data(self) -> object:
        """The same as plain Python data, without places."""
        raise NotImplementedError


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """One value. `text` is what stands in the file, `style` the sign it began with (or '')."""

    value: Plain
    text: str
    style: str = ""

    @property
    def noun(self) -> str:
        """`nothing`, `a text`, `a number`, `true or false`."""
        if self.value is None:
            return "nothing"
        if isinstance(self.value, bool):
            return "true or false"
        return "a text" if isinstance(self.value, str) else "a number"

    def data(self) -> Plain:
        """The value."""
        return self.value


@dataclass(slots=True, eq=False)
class Sequence(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """`a list`."""
        return "a list"

    def __iter__(self) -> Iterator[Node]:
        """The items in order."""
        return iter(self.items)

    def data(self) -> list[object]:
        """A list of plain data."""
        return [item.data() for item in self.items]


@dataclass(slots=True, eq=False)
class Mapping(Node):
    """A mapping from text keys to values; `keys` holds the scalar nodes of the keys themselves."""

    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)

    @property
    def noun(self) -> str:
        """`a mapping`."""
        return "a mapping"

    def get(self, key: str) -> Node | None:
        """The value under `key`."""
        return self.items.get(key)

    def key_at(self, key: str) -> Location:
        """The place of the key; of the mapping where the key came from nowhere."""
        node = self.keys.get(key)
        return node.at if node else self.at

    def data(self) -> dict[str, object]:
        """A dict of plain data."""
        return {key: node.data() for key, node in self.items.items()}
