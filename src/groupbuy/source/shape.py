"""Does a `Node` tree fit a JSON Schema (draft-07), and if not, where and what was meant?

    problems = check_shape(node, section.schema)    # [] if it fits

Nearly everything fits, and that is found out here without the library: `jsonschema` takes a fifth
of a second to import. It is asked when something doesn't fit, or when a schema says more than
`fits` understands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from groupbuy.errors import Problem
from groupbuy.source.misfits import mismatches
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Sequence
from groupbuy.source.schemas import Schema, definition, equal, is_type, listed

__all__ = ["Schema", "check_shape", "fits", "mismatches"]


def check_shape(node: Node, schema: Schema) -> list[Problem]:
    """What doesn't fit, in the order of the file; nothing if all does."""
    return [] if fits(node, schema) else mismatches(node, schema)


def fits(node: Node, schema: Schema) -> bool:
    """Whether the tree surely fits. False where a schema uses a keyword that is not known here."""
    return _fits(node, schema, schema)


def _fits(node: Node, schema: Schema, root: Schema) -> bool:
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:  # draft-07 reads nothing beside it
        target = definition(schema["$ref"], root)
        return target is not None and _fits(node, target, root)
    for keyword, expected in schema.items():
        check = _CHECKS.get(keyword)
        if check is None:
            if keyword not in _SILENT:
                return False
        elif not check(node, expected, schema, root):
            return False
    return True


def _fits_type(node: Node, expected: Any, _schema: Schema, _root: Schema) -> bool:
    return any(is_type(node, each) for each in listed(expected))


def _fits_enum(node: Node, expected: Any, _schema: Schema, _root: Schema) -> bool:
    return any(equal(node, word) for word in expected)


def _fits_const(node: Node, expected: Any, _schema: Schema, _root: Schema) -> bool:
    return equal(node, expected)


def _fits_properties(node: Node, expected: Any, _schema: Schema, root: Schema) -> bool:
    if not isinstance(node, MappingNode):
        return True
    return all(
        _fits(child, expected[key], root) for key, child in node.items.items() if key in expected
    )


def _fits_additional(node: Node, expected: Any, schema: Any, root: Schema) -> bool:
    if not isinstance(node, MappingNode):
        return True
    known = schema.get("properties", {})
    return all(
        _fits(child, expected, root) for key, child in node.items.items() if key not in known
    )


def _fits_required(node: Node, expected: Any, _schema: Schema, _root: Schema) -> bool:
    return not isinstance(node, MappingNode) or all(key in node.items for key in expected)


def _fits_items(node: Node, expected: Any, _schema: Schema, root: Schema) -> bool:
    if not isinstance(expected, Mapping | bool):
        return False
    return not isinstance(node, Sequence) or all(_fits(item, expected, root) for item in node)


def _fits_any_of(node: Node, expected: Any, _schema: Schema, root: Schema) -> bool:
    return any(_fits(node, branch, root) for branch in expected)


def _fits_one_of(node: Node, expected: Any, _schema: Schema, root: Schema) -> bool:
    # A branch that is not understood counts as misfit: it could be the second that fits.
    understood = all(_understood(branch, root, set()) for branch in expected)
    return understood and sum(_fits(node, branch, root) for branch in expected) == 1


def _understood(schema: Schema, root: Schema, seen: set[int]) -> bool:
    """Whether `fits` knows every keyword in a schema."""
    if isinstance(schema, bool) or id(schema) in seen:
        return True
    seen.add(id(schema))
    if "$ref" in schema:
        target = definition(schema["$ref"], root)
        return target is not None and _understood(target, root, seen)
    if not all(keyword in _CHECKS or keyword in _SILENT for keyword in schema):
        return False
    parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    parts += [*schema.get("oneOf", ()), schema.get("additionalProperties", True)]
    items = schema.get("items", True)
    return isinstance(items, Mapping | bool) and all(
        _understood(part, root, seen) for part in [*parts, items]
    )


def _size(kind: type[MappingNode] | type[Sequence], least: bool) -> Callable[..., bool]:
    def check(node: Node, expected: Any, _schema: Schema, _root: Schema) -> bool:
        if not isinstance(node, kind):
            return True
        size = len(node.items)
        return bool(size >= expected if least else size <= expected)

    return check


def _bound(least: bool) -> Callable[..., bool]:
    def check(node: Node, expected: Any, _schema: Schema, _root: Schema) -> bool:
        if not is_type(node, "number"):
            return True
        value: Any = node.data()
        return not (value < expected if least else value > expected)

    return check


_CHECKS: dict[str, Callable[[Node, Any, Any, Schema], bool]] = {
    "type": _fits_type,
    "enum": _fits_enum,
    "const": _fits_const,
    "properties": _fits_properties,
    "required": _fits_required,
    "additionalProperties": _fits_additional,
    "items": _fits_items,
    "anyOf": _fits_any_of,
    "oneOf": _fits_one_of,
    "minItems": _size(Sequence, True),
    "maxItems": _size(Sequence, False),
    "minProperties": _size(MappingNode, True),
    "minimum": _bound(True),
    "maximum": _bound(False),
}
_SILENT = frozenset(
    ["$schema", "$id", "$comment", "title", "description", "default", "examples", "definitions"]
)  # these say nothing about what fits
