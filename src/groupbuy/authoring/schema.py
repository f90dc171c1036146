"""JSON Schemas (draft-07): of a lead file, of a pack for editors, and of the results."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from groupbuy.authoring.meanings import explained
from groupbuy.model.entries import Entry, Field, Table
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.values import NOTHING
from groupbuy.sections.base import ALLOW, EXPRESSION, TEXT, Section
from groupbuy.tree.types import Kind

DRAFT = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_WORD: Schema = {"type": "string", "minLength": 1}
_FIELD_TYPES = ("text", "integer", "number", "percent", "money", "flag", "date", "choice")

# Letters of any script, digits and _: in JavaScript, which editors use, \\w is ASCII alone.
_NAME = r"^[^\s0-9!-/:-@\[-^`{-~][^\s!-/:-@\[-^`{-~]*$"

# A header may name the unit of its values: 预算（万元）.
_WITH_UNIT = r"^[^()（）]+[(（][^()（）]+[)）]$"


# ── leads ──


def lead_schema(model: LeadModel, lang: str = "en") -> Schema:
    """The schema of a lead file: a list of leads, such a list under `leads:`, or one lead.

    It knows every name, title and alias of the model as it is written there; the program itself
    also takes other letter case and spacing.
    """
    definitions: Schema = {}
    for entry in model:
        made = _described(_entry(entry, definitions, lang), entry, lang)
        group = model.groups.get(entry.group or "") if isinstance(entry, Field) else None
        if group is not None:
            made["description"] = " · ".join(
                filter(None, (group.get(lang), made.get("description")))
            )
        definitions[entry.name] = made
    ids = model.entries[ID].words
    definitions["lead"] = {
        "type": "object",
        "properties": _words(model, ""),
        "patternProperties": {_WITH_UNIT: {"type": ["string", "number", "null"]}},
        "additionalProperties": False,
        "anyOf": [{"required": [word]} for word in ids],
    }
    lead = {"$ref": "#/definitions/lead"}
    leads = {"type": "array", "items": lead}
    file = {
        "type": "object",
        "properties": {"groupbuy": {"const": 1}, "leads": leads},
        "required": ["leads"],
        "additionalProperties": False,
    }
    return {
        "$schema": DRAFT,
        "title": "Leads of groupbuy",
        "anyOf": [leads, file, lead],
        "definitions": definitions,
    }


def _words(owner: LeadModel | Table, prefix: str) -> Schema:
    """Every word for an entry → the entry's own schema; names come first."""
    entries = owner.entries.values()
    named = {entry.name: _ref(prefix + entry.name) for entry in entries}
    others = {word: _ref(prefix + e.name) for e in owner.entries.values() for word in e.words}
    return {**named, **{word: ref for word, ref in others.items() if word not in named}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _entry(entry: Entry, definitions: Schema, lang: str) -> Schema:
    return _table(entry, definitions, lang) if isinstance(entry, Table) else _field(entry)


def _table(table: Table, definitions: Schema, lang: str) -> Schema:
    for column in table.fields.values():
        definitions[f"{table.name}.{column.name}"] = _described(_field(column), column, lang)
    required = [column for column in table.fields.values() if column.required]
    row: Schema = {
        "type": "object",
        "properties": _words(table, f"{table.name}."),
        "patternProperties": {_WITH_UNIT: {"type": ["string", "number", "null"]}},
        "additionalProperties": False,
    }
    if required:
        row["allOf"] = [
            {"anyOf": [{"required": [word]} for word in column.words]} for column in required
        ]
    nothing = sorted(NOTHING)
    return {"anyOf": [{"type": "array", "items": row}, {"enum": [*nothing, "", None]}]}


def _field(field: Field) -> Schema:
    """What may stand behind a field: a plain value, or a text that is read as one."""
    kind = field.type.kind
    if kind is Kind.NUMBER:
        number = "integer" if field.type.form == "integer" else "number"
        schema: Schema = {"type": [number, "string", "null"]}
        if field.type.low is not None:
            schema["minimum"] = _plain(field.type.low)
        if field.type.high is not None:
            schema["maximum"] = _plain(field.type.high)
        return schema
    if kind is Kind.FLAG:
        return {"type": ["boolean", "string", "integer", "null"]}
    if kind is Kind.DATE:
        return {"type": ["string", "integer", "null"]}
    if kind is Kind.CHOICE:
        return {"enum": [*_choices(field), "", None]}
    if kind is Kind.CHOICES:
        # Several words may stand in one text: 员工、客户.
        words = {"enum": _choices(field)}
        return {"anyOf": [{"type": "array", "items": words}, {"type": ["string", "null"]}]}
    return {"type": ["string", "number", "boolean", "null"]}


def _choices(field: Field) -> list[Any]:
    """Every word for a choice, the proper ones first; YAML reads some of them as numbers."""
    words = list(field.type.values)
    for word in field.type.values:
        title = field.value_titles.get(word)
        words += [text for _, text in title.by_language] if title else []
        words += field.value_aliases.get(word, ())
    unique: list[Any] = list(dict.fromkeys(words))
    return unique + [int(word) for word in unique if re.fullmatch(r"[0-9]{1,15}", word)]


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _described(schema: Schema, entry: Entry, lang: str) -> Schema:
    """The schema with what an editor shows beside it."""
    said = []
    if isinstance(entry, Field) and entry.unit:
        said.append(entry.unit.get(lang))
    if entry.ask:
        said.append(entry.ask.get(lang))
    described: Schema = {"title": entry.title.get(lang)}
    if said:
        described["description"] = " · ".join(said)
    if isinstance(entry, Field) and entry.default is not None and entry.type.kind is Kind.FLAG:
        described["default"] = entry.default
    return {**described, **schema}


# ── packs ──


def pack_schema(sections: Iterable[Section], lang: str = "en") -> Schema:
    """The schema of a pack, for editors; the program itself says more than a schema can.

    Its keys are explained in the language `lang`.
    """
    definitions: Schema = {"text": plain_schema(TEXT), "field": _field_declaration()}
    properties: Schema = {
        "groupbuy": {"const": 1},
        "pack": {"type": "string", "pattern": _NAME},
        "title": {"$ref": "#/definitions/text"},
        "for": dict(EXPRESSION),
        "version": {"type": ["string", "number"]},
        "owner": {"type": "string"},
        "source": {"type": "string"},
        "allow": plain_schema(ALLOW),
        "fields": {
            "type": "object",
            "additionalProperties": {"$ref": "#/definitions/field"},
        },
    }
    changes: Schema = {}
    for section in sections:
        name = section.name
        about = (section.__doc__ or "").partition("\n")[0]
        definitions[name] = plain_schema(section.schema)
        definitions[f"changed_{name}"] = _changed(section.schema)
        properties[name] = _section(name, about)
        changes[name] = _section(f"changed_{name}", f"off takes an entry away. {about}")
    properties["changes"] = {
        "type": "object",
        "properties": changes,
        "additionalProperties": False,
    }
    schema = {
        "$schema": DRAFT,
        "title": "A pack of groupbuy",
        "type": "object",
        "required": ["groupbuy", "pack"],
        "properties": properties,
        "additionalProperties": False,
        "definitions": definitions,
    }
    found = explained(schema, lang)
    assert isinstance(found, dict)
    # In a lead model the same words mean other things.
    found["definitions"]["field"] = definitions["field"]
    return found


def _section(definition: str, about: str) -> Schema:
    return {
        "type": ["object", "null"],
        "additionalProperties": _ref(definition),
        "description": about,
    }


def plain_schema(schema: Any) -> Any:
    """Plain dicts and lists, which `json` and `jsonschema` take."""
    if isinstance(schema, Mapping):
        return {key: plain_schema(item) for key, item in schema.items()}
    return [plain_schema(item) for item in schema] if isinstance(schema, list | tuple) else schema


def _changed(schema: Any) -> Any:
    """The schema of a change: any part of an entry, and `off` in the place of each."""
    found = _loose(schema)
    return {"anyOf": [_SCALAR, found]} if found.get("type") == "object" else found


def _loose(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    loose = {k: v for k, v in schema.items() if k not in ("required", "minProperties")}
    for group in ("anyOf", "oneOf"):
        if group in loose:
            loose[group] = [_loose(branch) for branch in loose[group]]
    if "properties" in loose:
        loose["properties"] = {key: _part(item) for key, item in loose["properties"].items()}
    if isinstance(loose.get("additionalProperties"), Mapping):
        loose["additionalProperties"] = _part(loose["additionalProperties"])
    return plain_schema(loose)


def _part(schema: Any) -> Any:
    """A part of a change; a lone value stands for the mapping that holds it."""
    return {"anyOf": [_loose(schema), {"const": "off"}, *([_SCALAR] if _object(schema) else [])]}


def _object(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "object"


def _field_declaration() -> Schema:
    """What the lead model says about a field or table (`model.declare` checks it in full)."""
    text = {"$ref": "#/definitions/text"}
    words = {"type": "array", "items": _SCALAR}
    choice = {
        "anyOf": [
            {"type": ["string", "null"]},
            {
                "type": "object",
                "properties": {"en": _WORD, "zh": _WORD, "aliases": words},
                "additionalProperties": False,
            },
        ]
    }
    field: Schema = {
        "type": {"enum": [*_FIELD_TYPES, "choices"]},
        "title": text,
        "aliases": words,
        "required": {"type": "boolean"},
        "default": {"type": ["string", "number", "boolean", "array"]},
        "ask": text,
        "since": {"type": "string"},
        "pii": {"type": "boolean"},
        "fixed": {"type": "boolean"},
        "unit": text,
        "min": {"type": "number"},
        "max": {"type": "number"},
        "of": {"anyOf": [words, {"type": "object", "additionalProperties": choice}]},
        "ordered": {"type": "boolean"},
    }
    column = {
        "type": "object",
        "properties": field,
        "required": ["type"],
        "additionalProperties": False,
    }
    of_lead = {**column, "properties": {**field, "group": {"type": "string"}}}
    table = {
        "type": "object",
        "properties": {
            "type": {"const": "table"},
            **{key: field[key] for key in ("title", "aliases", "ask", "since")},
            "order": {"type": "string"},
            "key": {"type": "string"},
            "fields": {"type": "object", "additionalProperties": column},
        },
        "required": ["type", "fields"],
        "additionalProperties": False,
    }
    return {"anyOf": [of_lead, table]}


# ── results ──


def result_schema() -> Schema:
    """The contract of `--format json`."""
    text = (files("groupbuy.authoring") / "result.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    assert isinstance(schema, dict)
    return schema
