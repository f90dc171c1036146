"""The form of a `*.test.yaml` as JSON Schemas (draft-07), for the reader and for editors."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_WORD: Schema = {"type": "string", "minLength": 1}
_PATHS: Schema = {"type": "array", "items": _WORD, "minItems": 1}
_PLAIN: Schema = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}
_STATUS: Schema = {"enum": ["known", "unknown", "none"]}
_TEXTS: Schema = {"anyOf": [_WORD, {"type": "array", "items": _WORD, "minItems": 1}]}


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        "minProperties": 1,
    }


def _named(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema, "minProperties": 1}


_FACT: Schema = {"anyOf": [*_PLAIN["anyOf"], _object({"value": _PLAIN, "status": _STATUS})]}
_SCORE: Schema = {
    "anyOf": [
        {"type": ["number", "string"]},
        _object(
            {
                "value": {"type": ["number", "string"]},
                "low": {"type": ["number", "string"]},
                "high": {"type": ["number", "string"]},
                "status": _STATUS,
            }
        ),
    ]
}
_GRADE: Schema = {
    "anyOf": [
        _SCALAR,
        _object(
            {
                "value": _SCALAR,
                "status": _STATUS,
                "likely": _SCALAR,
                "possible": {"type": "array", "items": _SCALAR, "minItems": 1},
                "missing": {"type": "array", "items": _WORD},
            }
        ),
    ]
}
_PLAY: Schema = {
    "anyOf": [
        {"type": "null"},
        _object({"do": _WORD, "who": _WORD, "due": _WORD, "because": _TEXTS, "title": _WORD}),
    ]
}
_ERROR: Schema = {"anyOf": [_WORD, _object({"code": _WORD, "says": _TEXTS}, ("code",))]}

_EXPECTATIONS: Schema = {
    "verdict": {
        "enum": ["go", "terms", "hold", "stop"],
        "description": "The worst verdict of the gates.",
    },
    "fires": {**_PATHS, "description": "Rules that hold and apply: gates.GATE, grades.GRADE.WORD"},
    "silent": {**_PATHS, "description": "Rules that surely do not hold, or do not apply."},
    "unknown": {**_PATHS, "description": "Rules of which nobody knows."},
    "facts": {**_named(_FACT), "description": "Values of facts, fields and settings."},
    "scores": {**_named(_SCORE), "description": "A number: that is the value, and it is known."},
    "grades": {**_named(_GRADE), "description": "A word, unknown, none, or what is likely."},
    "because": {**_named(_TEXTS), "description": "What the reason of a rule must contain."},
    "plays": {**_named(_PLAY), "description": "What there is to do, by play or play/case."},
    "shows": {
        **_named({"anyOf": [_TEXTS, {"type": "null"}]}),
        "description": "What a section of a plugin says of a lead must contain: SECTION.ENTRY",
    },
    "questions": {**_PATHS, "description": "Fields that are among those asked about."},
    "packs": {**_PATHS, "description": "Packs that are among those that apply."},
}

_OF_ONE: Schema = {**_EXPECTATIONS, "error": {**_ERROR, "description": "Reading or running fails."}}
_OF_MANY: Schema = {
    **_EXPECTATIONS,
    "rank": {"type": "integer", "minimum": 1, "description": "The place in the order to call."},
    "set_aside": {**_ERROR, "description": "The lead could not be evaluated, with this code."},
}

_SETTINGS: Schema = {"type": "object", "additionalProperties": _SCALAR}
_LANG: Schema = {"enum": ["en", "zh"]}

_CASE: Schema = {
    "case": {**_WORD, "description": "What the case shows; unique in the file."},
    "source": {"type": "string", "description": "Where the rule comes from."},
    "as_of": {"type": "string", "description": "Another day, for this case."},
    "settings": {**_SETTINGS, "description": "Other values for settings, as with --set."},
    "lang": {**_LANG, "description": "The language of the reasons."},
}
_LEAD: Schema = {"type": "object", "description": "A lead as in a lead file; `id` may be left out."}

ONE: Schema = _object(
    {**_CASE, "lead": _LEAD, "expect": _object(_OF_ONE)}, ("case", "lead", "expect")
)
"""A case with one lead."""

MANY: Schema = _object(
    {
        **_CASE,
        "leads": {
            "anyOf": [_WORD, {"type": "array", "items": {"type": "object"}, "minItems": 1}],
            "description": "A lead file beside this one, or a list of leads.",
        },
        "expect": _named(_object(_OF_MANY)),
    },
    ("case", "leads", "expect"),
)
"""A case with several leads; expectations stand under the leads' ids."""

FAILING: Schema = _object(
    {
        **MANY["properties"],
        "expect": _object({"error": _OF_ONE["error"]}, ("error",)),
    },
    ("case", "leads", "expect"),
)
"""A case whose leads can't be read or run."""

HEAD: Schema = _object(
    {
        "groupbuy": {"const": 1, "description": "The version of the rule language."},
        "as_of": {"type": "string", "description": "The day of the run (2026-01-31)."},
        "rules": {**_WORD, "description": "The groupbuy.yaml, or its folder; else the nearest."},
        "settings": _CASE["settings"],
        "lang": _CASE["lang"],
        "cases": {"type": "array", "minItems": 1},
    },
    ("groupbuy", "as_of", "cases"),
)
"""A file, apart from its cases."""


def case_schema() -> Schema:
    """The schema of a whole file."""
    properties = {
        **HEAD["properties"],
        "cases": {"type": "array", "minItems": 1, "items": {"anyOf": [ONE, MANY, FAILING]}},
    }
    return {"$schema": DRAFT, "title": "Rule cases of groupbuy", **HEAD, "properties": properties}
