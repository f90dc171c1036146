"""A mapping file → what it says, with every fault of its shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groupbuy.errors import GroupbuyError, Problem, Problems, Source
from groupbuy.files.mapping.spec import (
    CellType,
    Drop,
    FileSpec,
    MappingSpec,
    Part,
    Step,
    ValueSpec,
    is_blank,
)
from groupbuy.model.names import quote
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.shape import check_shape, fits
from groupbuy.source.yaml import read_source, read_yaml

SOURCES = ("column", "constant", "compute", "lookup")
_HINT = "groupbuy map new accounts.csv orders.csv -o crm.map.yaml"

_WORD = {"type": ["string", "number"]}
_CELL = {"type": ["string", "number", "boolean"]}
_MANY = {"anyOf": [_WORD, {"type": "array", "items": _WORD}]}
_TEXT = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]
}
_KINDS = {"enum": ["text", "number", "flag", "date"]}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


_DEFINITIONS: dict[str, Any] = {
    "value": {"anyOf": [_WORD, _ref("filled")]},
    "filled": _object(
        {
            "column": _WORD,
            "constant": _CELL,
            "compute": _CELL,
            "lookup": {"anyOf": [_ref("step"), {"type": "array", "items": _ref("step")}]},
            "values": {
                "type": ["object", "null"],
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            },
            "others": _CELL,
            "format": _WORD,
            "unit": {"type": "string"},
            "times": {"type": "number"},
            "without": _MANY,
            "blank": _MANY,
            "else": _ref("value"),
            "pick": {"enum": ["only", "first", "last", "most", "sum", "min", "max"]},
        }
    ),
    "step": _object(
        {
            "file": {"type": "string"},
            "sheet": {"type": "string"},
            "key": _WORD,
            "take": _WORD,
            "by": _ref("value"),
            "where": _CELL,
            "pick": {"enum": ["only", "first", "last", "most"]},
            "order": _WORD,
        },
        "file",
        "key",
        "take",
    ),
    "drop": _object({"when": _CELL, "because": {"type": "string"}}, "when", "because"),
    "file": {"anyOf": [{"type": "string"}, _ref("described")]},
    "described": _object(
        {
            "file": {"type": "string"},
            "sheet": {"type": "string"},
            "types": {"type": "object", "additionalProperties": _ref("type")},
        },
        "file",
    ),
    "type": {"anyOf": [_KINDS, _object({"type": _KINDS, "format": _WORD}, "type")]},
}
_ROWS = {
    "file": {"type": "string"},
    "sheet": {"type": "string"},
    "where": _CELL,
    "drop": {"type": "array", "items": _ref("drop")},
}
_VALUES = {"type": ["object", "null"], "additionalProperties": _ref("value")}
_DEFINITIONS["leads"] = _object(
    {**_ROWS, "id": _ref("value"), "fields": _VALUES, "group": {"type": "boolean"}}, "file", "id"
)
_DEFINITIONS["table"] = _object(
    {**_ROWS, "lead": _ref("value"), "columns": _VALUES}, "file", "lead", "columns"
)

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "groupbuy mapping",
    **_object(
        {
            "groupbuy": {"const": 1},
            "mapping": {"type": "string"},
            "title": _TEXT,
            "files": {"type": "object", "additionalProperties": _ref("file")},
            "leads": _ref("leads"),
            "tables": {"type": "object", "additionalProperties": _ref("table")},
        },
        "groupbuy",
        "mapping",
        "leads",
    ),
    "definitions": _DEFINITIONS,
}
"""The JSON Schema of a mapping file (draft-07, for editors too)."""


def load_mapping(path: Path, problems: Problems) -> MappingSpec:
    """The mapping in a file; what is wrong with its parts goes to `problems`, and they are left
    out. Raises `GroupbuyError` where there is no telling what the file says.
    """
    return mapping_of(read_source(path), problems)


def mapping_of(source: Source, problems: Problems) -> MappingSpec:
    """The mapping in a text."""
    root = read_yaml(source)
    if not isinstance(root, Mapping):
        message = f"a mapping file is a mapping, and this is {root.noun}"
        raise GroupbuyError(Problem("mapping-shape", message, root.at, _HINT))
    if "leads" not in root.items and "mapping" not in root.items:
        message = "this is no mapping file: it has neither `mapping:` nor `leads:`"
        raise GroupbuyError(Problem("mapping-shape", message, root.at, _HINT))
    problems.extend(check_shape(root, SCHEMA))
    return _Loader(problems).mapping(root)


def _is(node: Node | None, name: str) -> bool:
    return node is not None and fits(node, {**_ref(name), "definitions": _DEFINITIONS})


class _Loader:
    """Makes what can be made; faults of shape have been told already."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.files: dict[str, FileSpec] = {}

    def mapping(self, root: Mapping) -> MappingSpec:
        files = root.get("files")
        if isinstance(files, Mapping):
            for name, node in files.items.items():
                if _is(node, "file"):
                    self.files[name] = self.described(node)
        part = root.get("leads")
        leads = None
        if isinstance(part, Mapping) and _is(part.get("id"), "value"):
            leads = self.part("leads", part, "id", "fields")
        tables = []
        found = root.get("tables")
        if isinstance(found, Mapping):
            for name, table in found.items.items():
                if isinstance(table, Mapping) and _is(table.get("lead"), "value"):
                    made = self.part(name, table, "lead", "columns", found.keys[name])
                    tables += [made] if made else []
        return MappingSpec(
            _text(root.get("mapping")), leads, tuple(tables), (*self.files.values(),)
        )

    # ── files ──

    def described(self, node: Node) -> FileSpec:
        """An entry of `files:`."""
        if not isinstance(node, Mapping):
            return FileSpec(_text(node), None, node.at)
        types = node.get("types")
        found = []
        if isinstance(types, Mapping):
            for header, item in types.items.items():
                format = item.get("format") if isinstance(item, Mapping) else None
                kind = item.get("type") if isinstance(item, Mapping) else item
                cell = CellType(types.keys[header], _text(kind), _scalar(format))
                if cell.format is not None and cell.kind != "date":
                    self.problems.add(
                        "mapping-format",
                        f"a format says how dates are written, and {quote(header)} is no date",
                        cell.format.at,
                        "type: date",
                    )
                else:
                    found.append(cell)
        file = node.items["file"]
        return FileSpec(_text(file), _optional(node.get("sheet")), file.at, tuple(found))

    def file(self, node: Mapping) -> FileSpec | None:
        """The files that a `file:` names."""
        named = node.get("file")
        if not isinstance(named, Scalar) or not isinstance(named.value, str):
            return None
        known = self.files.get(named.text.strip())
        sheet = _optional(node.get("sheet"))
        if known is None:
            return FileSpec(named.text.strip(), sheet, named.at)
        if sheet is None:
            return FileSpec(known.pattern, known.sheet, named.at, known.types)
        return FileSpec(known.pattern, sheet, named.at, known.types)

    # ── parts ──

    def part(
        self, name: str, node: Mapping, lead: str, fields: str, key: Scalar | None = None
    ) -> Part | None:
        """The leads or a table."""
        file = self.file(node)
        if file is None:
            return None
        drops = node.get("drop")
        group = node.get("group")
        values = node.get(fields)
        grouped = isinstance(group, Scalar) and group.value is True
        found: list[tuple[Scalar, ValueSpec]] = []
        if isinstance(values, Mapping):
            for field, item in values.items.items():
                spec = self.value(item) if _is(item, "value") else None
                if spec is not None:
                    self.check_pick(spec, grouped)
                    found.append((values.keys[field], spec))
        spec = self.value(node.items[lead])
        if spec is None:
            return None
        return Part(
            name,
            key.at if key else node.at,
            file,
            spec,
            tuple(found),
            _scalar(node.get("where")),
            tuple(self.drop(item) for item in _items(drops) if _is(item, "drop")),
            grouped,
        )

    def check_pick(self, spec: ValueSpec, grouped: bool) -> None:
        if spec.pick is not None and not grouped:
            self.problems.add(
                "mapping-pick",
                "`pick` chooses among several rows of one lead, and each row is a lead here",
                spec.pick.at,
                "write `group: true` under `leads:`, or leave `pick` out",
            )

    def drop(self, node: Node) -> Drop:
        assert isinstance(node, Mapping)
        when = node.items["when"]
        assert isinstance(when, Scalar)
        return Drop(when, _text(node.items["because"]))

    # ── values ──

    def value(self, node: Node) -> ValueSpec | None:
        """How a field is filled; none, with a problem, where it is told twice or not at all."""
        if isinstance(node, Scalar):
            return ValueSpec(node.at, column=node)
        assert isinstance(node, Mapping)
        given = [key for key in SOURCES if key in node.items]
        if len(given) != 1:
            message = "this says nothing of where the value comes from"
            if given:
                message = f"this says twice where the value comes from: {' and '.join(given)}"
            hint = f"one of {', '.join(SOURCES)}"
            self.problems.add("mapping-value", message, node.at, hint)
            return None
        get = node.get
        values = get("values")
        pairs: list[tuple[Scalar, Scalar]] = []
        if isinstance(values, Mapping):
            for word, item in values.items.items():
                assert isinstance(item, Scalar)
                pairs.append((values.keys[word], item))
        steps = [self.step(item, first) for first, item in _first(_items(get("lookup")))]
        if any(step is None for step in steps):
            return None
        otherwise = get("else")
        return ValueSpec(
            node.at,
            _scalar(get("column")),
            _scalar(get("constant")),
            _scalar(get("compute")),
            tuple(step for step in steps if step is not None),
            tuple(pairs),
            _scalar(get("others")),
            _scalar(get("format")),
            _scalar(get("unit")),
            _scalar(get("times")),
            tuple(_text(item) for item in _items(get("without"))),
            tuple(_text(item) for item in _items(get("blank"))),
            self.value(otherwise) if otherwise is not None else None,
            _scalar(get("pick")),
        )

    def step(self, node: Node, first: bool) -> Step | None:
        """One step of a look-up."""
        assert isinstance(node, Mapping)
        file = self.file(node)
        if file is None:
            return None
        key, take, by = node.items["key"], node.items["take"], node.get("by")
        assert isinstance(key, Scalar)
        assert isinstance(take, Scalar)
        if by is not None and not first:
            self.problems.add(
                "mapping-value",
                "only the first step says `by`: each other one goes on with what was taken",
                node.key_at("by"),
                "leave it out",
            )
            return None
        spec = self.value(by) if by is not None else ValueSpec(key.at, column=key)
        pick = _optional(node.get("pick")) or "only"
        where, order = _scalar(node.get("where")), _scalar(node.get("order"))
        if spec is None:
            return None
        return Step(file, key, take, node.at, spec if first else None, where, pick, order)


def _first(items: list[Node]) -> list[tuple[bool, Node]]:
    return [(number == 0, item) for number, item in enumerate(items)]


def _items(node: Node | None) -> list[Node]:
    """The items of a list; one thing is a list of one."""
    if node is None or is_blank(node):
        return []
    return node.items if isinstance(node, Sequence) else [node]


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) else None


def _text(node: Node | None) -> str:
    return node.text.strip() if isinstance(node, Scalar) else ""


def _optional(node: Node | None) -> str | None:
    return None if node is None else _text(node)
