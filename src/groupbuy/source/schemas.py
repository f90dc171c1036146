"""JSON Schemas and `Node`s: what is said about a single value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar

Schema = Mapping[str, Any] | bool

_SCALARS: dict[str, type] = {"string": str, "boolean": bool, "null": type(None)}


def is_type(node: Node, type_: str) -> bool:
    """Whether a node is of one of JSON Schema's types."""
    if not isinstance(node, Scalar):
        return type_ == ("object" if isinstance(node, MappingNode) else "array")
    value = node.value
    if type_ in ("number", "integer"):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and (type_ == "number" or value == value // 1)  # type: ignore[operator]
    kind = _SCALARS.get(type_)
    return kind is not None and isinstance(value, kind)


def equal(node: Node, word: object) -> bool:
    """Whether a node is this word; `true` is not 1."""
    if not isinstance(node, Scalar):
        return False
    return node.value == word and isinstance(node.value, bool) == isinstance(word, bool)


def definition(reference: object, root: Schema) -> Schema | None:
    """What `#/definitions/name` refers to; other references are the library's business."""
    prefix, _, name = str(reference).rpartition("/")
    if prefix != "#/definitions" or "~" in name or "%" in name or isinstance(root, bool):
        return None
    found: Schema | None = root.get("definitions", {}).get(name)
    return found


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference stands for, where that is plain to see."""
    for _ in range(10):
        if isinstance(schema, bool) or "$ref" not in schema:
            return schema
        schema = found if (found := definition(schema["$ref"], root)) is not None else True
    return True


def types_of(schema: Schema, root: Schema, depth: int = 10) -> list[str] | None:
    """The types that a schema is about, or none where it could be any."""
    schema = resolved(schema, root)
    if isinstance(schema, bool) or depth == 0:
        return None
    if "type" in schema:
        return listed(schema["type"])
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        return list(dict.fromkeys(_type_of(word) for word in words))
    for group in ("anyOf", "oneOf"):
        if group in schema:
            parts = [types_of(branch, root, depth - 1) for branch in schema[group]]
            if any(part is None for part in parts):
                return None
            return list(dict.fromkeys(each for part in parts for each in part or ()))
    if {"properties", "required", "additionalProperties"} & schema.keys():
        return ["object"]
    return ["array"] if {"items", "minItems", "maxItems"} & schema.keys() else None


def _type_of(word: object) -> str:
    if isinstance(word, bool):
        return "boolean"
    if isinstance(word, int | float):
        return "number"
    return "null" if word is None else "string"


def listed(value: Any) -> list[Any]:
    """The types under `type`, which can be one or several."""
    return [value] if isinstance(value, str) else list(value)
