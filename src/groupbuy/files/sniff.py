"""Which format a text is in, where no file name says so."""

from __future__ import annotations

import re

_JSON_LINE = re.compile(r"\{.*\}")
_YAML_LINE = re.compile(r"- |-$|---|[^,;\t\"]+:(\s|$)")


def format_of(text: str) -> str:
    """`json`, `jsonl`, `yaml` or `csv`, by how the text begins."""
    lines = (line.strip() for line in text[:100_000].splitlines())
    first, second = "", ""
    for line in lines:
        # YAML's comments; a CSV header may begin so too, but is then no YAML in its next line.
        if not line or line.startswith("#"):
            continue
        if first:
            second = line
            break
        first = line
    if _JSON_LINE.fullmatch(first) and (not second or second.startswith("{")):
        return "jsonl"
    if first.startswith("{") or (first.startswith("[") and _looks_like_json(text)):
        return "json"
    if not first or first.startswith("[") or _YAML_LINE.match(first):
        return "yaml"
    return "csv"


def _looks_like_json(text: str) -> bool:
    """Whether a list begins as JSON's do: with an object whose first key stands in quotes."""
    return re.match(r'\s*\[\s*(\]|\{\s*("|\}|$))', text) is not None
