"""The JSON Schema of value forms, for editors and for wording errors."""

from __future__ import annotations

from groupbuy.sections.base import ALLOW, EXPRESSION, TEXT, JsonSchema

_ITEM: JsonSchema = {
    "type": "object",
    "properties": {
        "from": EXPRESSION,
        "when": EXPRESSION,
        "value": EXPRESSION,
        "points": EXPRESSION,
        "before": {"type": "string"},
        "allow": ALLOW,
        "title": TEXT,
        "because": TEXT,
        "source": {"type": "string"},
    },
    "additionalProperties": False,
}
_CUT: JsonSchema = {
    "type": "object",
    "properties": {
        "top": EXPRESSION,
        "next": EXPRESSION,
        "holds": EXPRESSION,
        "spend": EXPRESSION,
        "up_to": EXPRESSION,
        "value": EXPRESSION,
        "title": TEXT,
        "because": TEXT,
        "source": {"type": "string"},
    },
    "additionalProperties": False,
}

FORMS: JsonSchema = {
    "value": EXPRESSION,
    "of": EXPRESSION,
    "bands": {"type": "object", "additionalProperties": _ITEM, "minProperties": 1},
    "by": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "cases": {"type": "object", "minProperties": 1},
    "rows": {"type": "object", "additionalProperties": _ITEM, "minProperties": 1},
    "pick": {"enum": ["only"]},
    "rank": EXPRESSION,
    "among": EXPRESSION,
    "within": {"type": "string"},
    "cuts": {"type": "object", "additionalProperties": _CUT, "minProperties": 1},
    "otherwise": {"anyOf": [{"type": "string"}, {"type": "object"}]},
    "table": {"type": "string"},
}
"""Properties of an entry whose value can take any form."""
