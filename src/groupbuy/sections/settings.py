"""`settings:` — every number that a manager tunes, in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import raw, reader
from groupbuy.sections.base import (
    COMMON,
    TEXT,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    optional_text,
    required,
    word,
)
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Lit, Value
from groupbuy.tree.types import DATE, DATES, FLAG, Kind, Type, number
from groupbuy.tree.types import TEXT as TEXT_TYPE

TYPES: dict[str, Type] = {
    "number": number(),
    "integer": number("integer"),
    "percent": number("percent", 0.0),
    "money": number("money"),
    "flag": FLAG,
    "text": TEXT_TYPE,
    "date": DATE,
    "dates": DATES,
}

SCHEMA: JsonSchema = {
    "anyOf": [
        {"type": ["number", "string", "boolean", "array"]},
        {
            "type": "object",
            "properties": {
                **{key: COMMON[key] for key in COMMON if key != "because"},
                "value": {"type": ["number", "string", "boolean", "array"]},
                "type": {"enum": list(TYPES)},
                "unit": TEXT,
                "min": {"type": "number"},
                "max": {"type": "number"},
            },
            "required": ["value"],
            "additionalProperties": False,
        },
    ]
}


class Settings:
    """Constants with a name. A setting's type is stated, or follows from how its value looks."""

    name = "settings"
    schema = SCHEMA
    shared = True

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """One name, with the setting's type."""
        return {entry.id: setting_type(entry)}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """A definition that is a constant."""
        type = setting_type(entry)
        node = required(entry.fields, "value", entry.at, f"setting {entry.id}")
        value = read_setting(node, type)
        definition = entry.define(entry.id, Lit(value, type), node.at)
        return Lowered(entry, (definition,), title=optional_text(entry.fields, "title", ctx))

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all settings."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """Settings are the same for every lead: they are not shown with each."""
        return None


def setting_type(entry: Entry) -> Type:
    """The stated type, or what the value looks like, within `min:` and `max:`."""
    return _bounded(_unbounded(entry), entry)


def _bounded(type: Type, entry: Entry) -> Type:
    bounds = {}
    for key, side in (("min", "low"), ("max", "high")):
        node = entry.get(key)
        if node is None:
            continue
        if type.kind is not Kind.NUMBER:
            raise GroupbuyError(
                Problem("wrong-value", f"{key}: is for numbers; {entry.id} is a {type}", node.at)
            )
        number = node.value if isinstance(node, Scalar) else None
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise GroupbuyError(Problem("wrong-value", f"{key}: is a number", node.at))
        bounds[side] = float(number)
    if bounds.get("low", -math.inf) > bounds.get("high", math.inf):
        node = entry.fields.items["max"]
        message = f"{entry.id}: max {bounds['high']:.12g} is less than min {bounds['low']:.12g}"
        raise GroupbuyError(Problem("wrong-value", message, node.at, "exchange the two"))
    return replace(type, **bounds) if bounds else type  # type: ignore[arg-type]


def _unbounded(entry: Entry) -> Type:
    stated = entry.get("type")
    if stated is not None:
        return TYPES[word(stated, "type", tuple(TYPES))]
    value = entry.get("value")
    if isinstance(value, Sequence):
        return DATES
    if isinstance(value, Scalar):
        if isinstance(value.value, bool):
            return FLAG
        if isinstance(value.value, str):
            return _looks_like(value.value)
    return TYPES["number"]


def _looks_like(text: str) -> Type:
    stripped = text.strip()
    if stripped.endswith(("%", "％")):
        return TYPES["percent"]
    try:
        reader(DATE)(stripped)
    except ValueProblem:
        pass
    else:
        return DATE
    try:
        reader(TYPES["number"])(stripped)
    except ValueProblem:
        return TEXT_TYPE
    return TYPES["number"]


def read_setting(node: Node, type: Type) -> Value:
    """The value of a setting. Raises `GroupbuyError`."""
    if type.kind is Kind.DATES:
        if not isinstance(node, Sequence) or not node.items:
            raise GroupbuyError(
                Problem("wrong-shape", "dates is a list: [2026-09-25, 2027-09-15]", node.at)
            )
        return tuple(sorted({int(_read(item, DATE)) for item in node.items}))
    return _read(node, type)  # type: ignore[no-any-return]


def _read(node: Node, type: Type) -> Any:
    try:
        value = reader(type)(raw(node))
    except ValueProblem as problem:
        raise GroupbuyError(Problem(problem.code, problem.message, node.at, problem.hint)) from None
    if value is None:
        raise GroupbuyError(Problem("empty-setting", "a setting needs a value", node.at))
    return value
