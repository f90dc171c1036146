"""Terms as a rule file states them: exact numbers, percentages, and settings by their names.

Where a kind's schema has a number, `0.03`, `3%` and `gold_rate` (a setting) are all understood. A
number is a `Decimal` with the digits that stand in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from groupbuy.api import (
    NONE,
    Conclusions,
    Context,
    Expr,
    GroupbuyError,
    JsonSchema,
    Location,
    Node,
    Problem,
    Scalar,
    Sequence,
    check_shape,
)
from groupbuy.api import Mapping as MappingNode

Path = tuple[str, ...]
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[%％]").fullmatch


@dataclass(frozen=True)
class Terms:
    """Terms with the settings that stand in them, by their places."""

    data: Mapping[str, Any]
    settings: Mapping[Path, tuple[Expr, Location]]

    def with_values(self, values: Mapping[Path, Decimal]) -> Mapping[str, Any]:
        """The terms with settings at these values, the others at their own."""
        return _put(self.data, (), values) if values else self.data


def read_terms(node: Node, schema: JsonSchema, ctx: Context) -> Terms:
    """Terms of the form that a kind says. Raises `GroupbuyError` with all that is wrong."""
    reading = _Reading(ctx)
    plain = reading.numbers(node, schema, ())
    problems = [*reading.problems, *check_shape(plain, schema)]
    if problems:
        raise GroupbuyError(*problems)
    data = exact(plain)
    assert isinstance(data, dict)
    return Terms(data, reading.settings)


def exact(node: Node) -> Any:
    """A tree as plain data with exact numbers."""
    if isinstance(node, MappingNode):
        return {key: exact(item) for key, item in node.items.items()}
    if isinstance(node, Sequence):
        return [exact(item) for item in node]
    assert isinstance(node, Scalar)
    return decimal_of(node) if is_number(node) else node.value


def is_number(node: Node | None) -> bool:
    """Whether a number stands there."""
    value = node.value if isinstance(node, Scalar) else None
    return isinstance(value, int | float) and not isinstance(value, bool)


def decimal_of(node: Scalar) -> Decimal:
    """The number as it is written."""
    try:
        return Decimal(node.text)
    except InvalidOperation:  # YAML has more ways to write one: 0x10
        return Decimal(repr(node.value))


class _Reading:
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.problems: list[Problem] = []
        self.settings: dict[Path, tuple[Expr, Location]] = {}

    def numbers(self, node: Node, schema: Any, path: Path) -> Node:
        """The tree with a number wherever the schema has one and a percentage or setting stands."""
        if isinstance(node, MappingNode):
            items = {
                key: self.numbers(item, _under(schema, key), (*path, key))
                for key, item in node.items.items()
            }
            return MappingNode(node.source, node.line, node.column, items, node.keys)
        if isinstance(node, Sequence):
            below = schema.get("items", {}) if isinstance(schema, Mapping) else {}
            found = [self.numbers(item, below, (*path, str(n))) for n, item in enumerate(node)]
            return Sequence(node.source, node.line, node.column, found)
        if isinstance(node, Scalar) and isinstance(node.value, str) and _takes_number(schema):
            return self.number(node, path)
        return node

    def number(self, node: Scalar, path: Path) -> Scalar:
        percent = _PERCENT(node.text.strip())
        if percent is not None:
            return _scalar(node, Decimal(percent[1]) / 100)
        try:
            setting = self.ctx.parse(node)
            value = self.ctx.constant(setting)
        except GroupbuyError as error:
            self.problems.extend(error.problems)
            return _scalar(node, Decimal(1))
        if value is None:
            hint = "a number, a percentage such as 3%, or a setting"
            message = f"{node.text} is not the same for every lead"
            self.problems.append(Problem("not-constant", message, node.at, hint, len(node.text)))
            return _scalar(node, Decimal(1))
        self.settings[path] = (setting, node.at)
        return _scalar(node, Decimal(repr(value)))


def _scalar(node: Scalar, number: Decimal) -> Scalar:
    whole = number == number.to_integral_value()
    value = int(number) if whole else float(number)
    text = str(int(number)) if whole else str(number)
    return Scalar(node.source, node.line, node.column, value, text)


def _under(schema: Any, key: str) -> Any:
    if not isinstance(schema, Mapping):
        return {}
    below = schema.get("properties", {})
    return below[key] if key in below else schema.get("additionalProperties", {})


def _takes_number(schema: Any) -> bool:
    types = schema.get("type", ()) if isinstance(schema, Mapping) else ()
    listed = [types] if isinstance(types, str) else list(types)
    return "string" not in listed and ("number" in listed or "integer" in listed)


def _put(data: Any, path: Path, values: Mapping[Path, Decimal]) -> Any:
    if path in values:
        return values[path]
    if isinstance(data, dict):
        return {key: _put(item, (*path, key), values) for key, item in data.items()}
    if isinstance(data, list):
        return [_put(item, (*path, str(n)), values) for n, item in enumerate(data)]
    return data


def setting_values(
    terms: Terms, names: Mapping[Path, str], lead: Conclusions
) -> Iterator[tuple[Path, Decimal]]:
    """What the settings of terms are for a lead: a pack or `--set` may have changed them."""
    for path in terms.settings:
        value = lead.value(names[path])
        if value is not None and value is not NONE:
            yield path, Decimal(repr(value))
