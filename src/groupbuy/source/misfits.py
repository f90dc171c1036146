"""What doesn't fit a JSON Schema, in plain words: each misfit at its key or value, with a hint.

`jsonschema` finds the errors. Its messages are never shown: they hide the misspelt key behind
"is not valid under any of the given schemas", and embed the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from groupbuy.errors import Location, Problem, did_you_mean
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.source.schemas import Schema, equal, is_type, resolved, types_of

Error = Any
"""jsonschema's `ValidationError`, most attributes of which can be unset as far as types know."""

MOST_PROBLEMS = 100
"""Problems of one tree that are told; a tree with more has one cause."""


def mismatches(node: Node, schema: Schema) -> list[Problem]:
    """Everything that doesn't fit, each at its key or value, in the order of the file."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import UnknownType
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    # An empty registry of its own: a reference to elsewhere is an error and never fetched.
    validator = Draft7Validator(_without_false(schema), registry=Registry())
    told = _Told(node, schema)
    found: dict[Problem, None] = {}
    try:
        for error in validator.iter_errors(node.data()):
            found.update(dict.fromkeys(told.problems(error)))
            if len(found) > MOST_PROBLEMS:
                break
    except (Unresolvable, UnknownType, re.error):
        hint = "report this to whoever made the section: its schema can't be used"
        return [
            Problem("bad-schema", "what may stand here is not described rightly", node.at, hint)
        ]

    def place(problem: Problem) -> tuple[int, int]:
        at = problem.at
        return (at.line or 0, at.column or 0) if at else (0, 0)

    problems = sorted(found, key=place)
    if len(problems) > MOST_PROBLEMS:
        message = f"there are more than {MOST_PROBLEMS} problems in here; these are the first"
        problems[MOST_PROBLEMS:] = [Problem("too-many-problems", message, node.at)]
    return problems


def _without_false(schema: Any) -> Any:
    """The schema with `not: {}` for a property's `false`, of which the library tells no place."""
    if isinstance(schema, Mapping):
        made = {key: _without_false(value) for key, value in schema.items()}
        properties = made.get("properties")
        if isinstance(properties, dict):
            made["properties"] = {
                key: {"not": {}} if value is False else value for key, value in properties.items()
            }
        return made
    return [_without_false(each) for each in schema] if isinstance(schema, list) else schema


class _Told:
    """The library's errors on one tree → problems in plain words."""

    def __init__(self, root: Node, schema: Schema) -> None:
        self.root, self.schema = root, schema

    def problems(self, error: Error) -> Iterator[Problem]:
        """What an error comes down to."""
        node = self.node(error)
        if isinstance(node, MappingNode) and isinstance(error.instance, str):
            yield self.bad_key(error, node)  # of `propertyNames`
            return
        if error.validator in ("anyOf", "oneOf"):
            yield from self.branch(error, node)
            return
        tell = _WORDINGS.get(str(error.validator), _Told.other)
        yield from tell(self, error, node)

    def node(self, error: Error) -> Node:
        """The value that an error is about."""
        node = self.root
        for step in error.absolute_path:
            node = node.items[step]  # type: ignore[attr-defined]
        return node

    def own_place(self, error: Error, node: Node) -> tuple[Location, int]:
        """Where a mapping begins for its reader: at the key under which it stands."""
        path = list(error.absolute_path)
        parent = self.root
        for step in path[:-1]:
            parent = parent.items[step]  # type: ignore[attr-defined]
        if path and isinstance(parent, MappingNode) and path[-1] in parent.keys:
            return _key_place(parent, str(path[-1]))
        return node.at, 1

    # Which branch was meant.

    def branch(self, error: Error, node: Node) -> Iterator[Problem]:
        """The errors of the branch that was meant: the type decides, then the keys."""
        by_branch: dict[int, list[Error]] = {}
        for child in error.context or ():
            by_branch.setdefault(int(child.relative_schema_path[0]), []).append(child)
        branches = [resolved(each, self.schema) for each in error.validator_value]
        if not by_branch:
            message = "this can be read in more than one way"
            yield Problem("wrong-shape", message, node.at, None, _length(node))
            return
        meant = [
            number
            for number in by_branch
            if (types := types_of(branches[number], self.schema)) is None
            or any(is_type(node, each) for each in types)
        ]
        if not meant:
            yield self.misfit(node, list(branches))
            return

        def likeness(number: int) -> tuple[int, int, int]:
            return (*_likeness(node, branches[number]), -len(by_branch[number]))

        for child in by_branch[max(meant, key=likeness)]:
            yield from self.problems(child)

    # What each keyword's error says.

    def misfit(self, node: Node, schemas: list[Schema]) -> Problem:
        """The value is of another type."""
        wanted = list(dict.fromkeys(n for each in schemas for n in _nouns(each, self.schema)))
        if {"a number", "a whole number"} <= set(wanted):
            wanted.remove("a whole number")
        expected = _either(wanted) if wanted else "something else"
        is_empty = isinstance(node, Scalar) and node.value is None
        given = "there is nothing here" if is_empty else f"this is {node.noun}"
        return Problem(
            "wrong-shape",
            f"{expected} is expected here; {given}",
            node.at,
            _mend(node, wanted) or self.keys_of(schemas),
            _length(node),
        )

    def keys_of(self, schemas: list[Schema]) -> str | None:
        """How to begin a mapping, where nothing else is expected."""
        schema = resolved(schemas[0], self.schema)
        if (
            len(schemas) > 1
            or isinstance(schema, bool)
            or types_of(schema, self.schema) != ["object"]
        ):
            return None
        keys = list(schema.get("properties", {}))
        empty = "" if schema.get("required") or schema.get("minProperties") else ", or {} for none"
        return f"what may stand here: {{{_some(keys, 6)}}}{empty}" if keys else None

    def type(self, error: Error, node: Node) -> Iterator[Problem]:
        yield self.misfit(node, [error.schema])

    def word(self, error: Error, node: Node) -> Iterator[Problem]:
        words = error.validator_value if error.validator == "enum" else [error.validator_value]
        allowed = [_spelt(word) for word in words]
        one_of = f"one of: {_some(allowed)}" if len(allowed) > 1 else f"write {allowed[0]}"
        if not isinstance(node, Scalar):
            message = f"a single word is expected here; this is {node.noun}"
            yield Problem("wrong-shape", message, node.at, one_of)
        elif node.value is None:
            yield Problem("wrong-value", "a word is missing here", node.at, one_of)
        else:
            meant = did_you_mean(node.text, allowed)
            hint = f"{meant} {one_of}" if meant else one_of
            message = f'"{_short(node.text)}" is not one of the words allowed here'
            yield Problem("wrong-value", message, node.at, hint, _length(node))

    def additional(self, error: Error, node: Node) -> Iterator[Problem]:
        known = list(error.schema.get("properties", {}))
        assert isinstance(node, MappingNode)
        for key in _extra(error, node):
            at, length = _key_place(node, key)
            others = [each for each in known if each not in node.items]
            hint = did_you_mean(key, known)
            if hint is None and others:
                hint = f"what may stand here: {_some(others)}"
            yield Problem("unknown-key", f'"{_short(key)}" is not a key here', at, hint, length)

    def required(self, error: Error, node: Node) -> Iterator[Problem]:
        """The missing keys, but for those that stand there misspelt."""
        assert isinstance(node, MappingNode)
        schema = error.schema
        properties = schema.get("properties", {})
        misspelt: set[str | None] = set()
        if schema.get("additionalProperties") is False:
            misspelt = {did_you_mean(key, properties) for key in _extra(error, node)}
        at, length = self.own_place(error, node)
        for key in error.validator_value:
            if key in node.items or f'did you mean "{key}"?' in misspelt:
                continue
            wanted = self.wanted(properties.get(key, True))
            hint = f"{key}: {wanted}" if wanted else None
            yield Problem("missing-key", f"`{key}:` is missing here", at, hint, length)

    def wanted(self, schema: Schema) -> str:
        """What a key is to hold, in words."""
        schema = resolved(schema, self.schema)
        words = [] if isinstance(schema, bool) else schema.get("enum", [])
        if words:
            return f"one of {_some([_spelt(word) for word in words])}"
        return _either(_nouns(schema, self.schema))

    def dependencies(self, error: Error, node: Node) -> Iterator[Problem]:
        assert isinstance(node, MappingNode)
        for key, needed in error.validator_value.items():
            if key not in node.items or not isinstance(needed, list):
                continue
            at, length = _key_place(node, key)
            for other in needed:
                if other not in node.items:
                    message = f"`{key}:` needs `{other}:` beside it"
                    yield Problem("missing-key", message, at, None, length)

    def size(self, error: Error, node: Node) -> Iterator[Problem]:
        noun = "item" if isinstance(node, Sequence) else "entry"
        limit, size = error.validator_value, len(error.instance)
        which = "at least" if str(error.validator).startswith("min") else "at most"
        if error.schema.get("minItems", -1) == error.schema.get("maxItems"):
            which = "exactly"
        given = {0: "there is none", 1: "there is one"}.get(size, f"there are {size}")
        message = f"{which} {_count(limit, noun)} must stand here; {given}"
        at, length = (node.at, 1) if isinstance(node, Sequence) else self.own_place(error, node)
        yield Problem("wrong-length", message, at, None, length)

    def bound(self, error: Error, node: Node) -> Iterator[Problem]:
        low, high = (error.schema.get(each) for each in ("minimum", "maximum"))
        if low is not None and high is not None:
            wanted = f"from {low} to {high}"
        else:
            wanted = f"{_BOUNDS[str(error.validator)]} {error.validator_value}"
        text = node.text if isinstance(node, Scalar) else ""
        message = f"a number {wanted} is expected here; this is {_short(text)}"
        yield Problem("wrong-value", message, node.at, None, _length(node))

    def other(self, error: Error, node: Node) -> Iterator[Problem]:
        """What our own schemas don't say: few words, and the schema's own as a hint."""
        message = _OTHERS.get(str(error.validator), "this is not what is expected here")
        described = error.schema.get("description") if isinstance(error.schema, Mapping) else None
        hint = described if isinstance(described, str) else None
        yield Problem("wrong-value", message, node.at, hint, _length(node))

    def bad_key(self, error: Error, node: MappingNode) -> Problem:
        """A key that may not be called so."""
        key = str(error.instance)
        at, length = _key_place(node, key)
        words = error.validator_value if error.validator == "enum" else []
        hint = did_you_mean(key, words) or (f"one of: {_some(words)}" if words else None)
        return Problem("unknown-key", f'"{_short(key)}" can\'t be a key here', at, hint, length)


_WORDINGS: dict[str, Callable[[_Told, Error, Node], Iterable[Problem]]] = {
    "type": _Told.type,
    "enum": _Told.word,
    "const": _Told.word,
    "additionalProperties": _Told.additional,
    "required": _Told.required,
    "dependencies": _Told.dependencies,
    "minItems": _Told.size,
    "maxItems": _Told.size,
    "minProperties": _Told.size,
    "maxProperties": _Told.size,
    "minimum": _Told.bound,
    "maximum": _Told.bound,
    "exclusiveMinimum": _Told.bound,
    "exclusiveMaximum": _Told.bound,
}
_BOUNDS = {
    "minimum": "from",
    "maximum": "up to",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}
_OTHERS = {
    "not": "this may not stand here",
    "pattern": "this text is not written as it must be",
    "minLength": "this text is too short",
    "maxLength": "this text is too long",
    "uniqueItems": "an item stands in this list twice",
}


# ── schemas in words ─────────────────────────────────────────────────────────────────────────────

_NOUNS = {
    "string": ("a text", "texts"),
    "number": ("a number", "numbers"),
    "integer": ("a whole number", "whole numbers"),
    "boolean": ("true or false", "flags"),
    "array": ("a list", "lists"),
    "object": ("a mapping", "mappings"),
    "null": ("nothing", "blanks"),
}


def _nouns(schema: Schema, root: Schema) -> list[str]:
    """What a schema expects, in words: `a text`, `a list of numbers`."""
    schema = resolved(schema, root)
    nouns = []
    for type_ in types_of(schema, root) or ():
        noun = _NOUNS.get(type_, (type_, type_))[0]
        if type_ == "array" and not isinstance(schema, bool):
            of = (
                types_of(schema["items"], root)
                if isinstance(schema.get("items"), Mapping)
                else None
            )
            if of is not None and len(of) == 1 and of[0] in _NOUNS:
                noun = f"a list of {_NOUNS[of[0]][1]}"
        nouns.append(noun)
    return nouns


def _likeness(node: Node, schema: Schema) -> tuple[int, int]:
    """How much a mapping looks meant for a schema: words that tell kinds apart, then keys."""
    if not isinstance(node, MappingNode) or isinstance(schema, bool):
        return 0, 0
    properties = schema.get("properties", {})
    told = 0
    for key, part in properties.items():
        value = node.items.get(key)
        if value is not None and isinstance(part, Mapping) and ("const" in part or "enum" in part):
            words = part.get("enum", [part.get("const")])
            told += 1 if any(equal(value, word) for word in words) else -1
    return told, sum(1 for key in node.items if key in properties)


def _extra(error: Error, node: MappingNode) -> list[str]:
    """The keys that no property and no pattern provides for."""
    schema = error.schema
    patterns = schema.get("patternProperties", {})
    return [
        key
        for key in node.items
        if key not in schema.get("properties", {}) and not any(re.search(p, key) for p in patterns)
    ]


def _mend(node: Node, wanted: list[str]) -> str | None:
    """How to write what was probably meant."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    if "a text" in wanted and "\n" not in node.text:
        return f'a text that looks like something else is put in quotes: "{_short(node.text)}"'
    if not node.style and any(noun.startswith("a list") for noun in wanted):
        return f"a list of one is written so: [{_short(node.text)}]"
    if isinstance(node.value, str) and node.style and {"a number", "a whole number"} & set(wanted):
        return "a number is written without quotes"
    return None


# ── places and words ─────────────────────────────────────────────────────────────────────────────


def _key_place(node: MappingNode, key: str) -> tuple[Location, int]:
    scalar = node.keys.get(key)
    return (node.at, 1) if scalar is None else (scalar.at, _length(scalar))


def _length(node: Node) -> int:
    """Characters to mark; of a value that spans lines, those of the first."""
    if not isinstance(node, Scalar) or node.style in ("|", ">"):
        return 1
    return max(1, len(node.text) + 2 * len(node.style))


def _short(text: str) -> str:
    """At most forty characters of one line."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= 40 and line == text else f"{line[:39]}…"


def _spelt(word: object) -> str:
    """A word as it is written in YAML."""
    return {True: "true", False: "false"}[word] if isinstance(word, bool) else str(word)


def _some(words: list[str], most: int = 12) -> str:
    """`a, b, c`, or the first of them and how many more there are."""
    more = f" … ({len(words) - most} more)" if len(words) > most else ""
    return ", ".join(_short(word) for word in words[:most]) + more


def _either(words: list[str]) -> str:
    """`a`, `a or b`, `a, b, or c`."""
    if len(words) < 3:
        return " or ".join(words)
    return ", ".join(words[:-1]) + f", or {words[-1]}"


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"1 {noun}" if number == 1 else f"{number} {plural}"
