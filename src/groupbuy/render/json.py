"""Results for programs: the contract of the project, key by key in its order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOP = ("groupbuy", "run", "summary", "leads", "set_aside", "errors")
_LEAD = (
    *("id", "name", "at", "packs", "rank", "verdict", "facts", "scores", "grades"),
    *("plays", "questions", "nearly", "fields"),
)
_RUN = ("as_of", "rules_hash", "engine", "version", "plugins", "lang")
_SUMMARY = ("leads", "go", "terms", "hold", "stop", "set_aside")
_VERDICT = ("value", "reasons", "unknown")

# What a terminal obeys, or no file can hold: written as its number, which reads back as itself.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def show_json(result: Mapping[str, Any]) -> str:
    """The whole result, indented; ends with a line end."""
    ordered = _in_order(result, _TOP)
    for key, order in (("run", _RUN), ("summary", _SUMMARY)):
        if isinstance(ordered.get(key), Mapping):
            ordered[key] = _in_order(ordered[key], order)
    if "leads" in ordered:
        ordered["leads"] = [_lead(lead) for lead in ordered["leads"]]
    return json_text(ordered, indent=2) + "\n"


def show_jsonl(result: Mapping[str, Any]) -> Iterator[str]:
    """One line a lead."""
    for lead in result.get("leads", ()):
        yield json_text(_lead(lead)) + "\n"


def _lead(lead: Mapping[str, Any]) -> dict[str, Any]:
    ordered = _in_order(lead, _LEAD)
    if isinstance(ordered.get("verdict"), Mapping):
        ordered["verdict"] = _in_order(ordered["verdict"], _VERDICT)
    return ordered


def _in_order(data: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    """The keys of the contract first; others, a plugin's section say, behind them as they stand."""
    known = {key: data[key] for key in order if key in data}
    return {**known, **{key: value for key, value in data.items() if key not in known}}


def json_text(data: object, indent: int | None = None, *, tight: bool = False) -> str:
    """Plain data as JSON that every terminal and file can hold; `tight` without spaces."""
    between = (",", ":") if tight else None
    text = json.dumps(data, ensure_ascii=False, indent=indent, separators=between, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
