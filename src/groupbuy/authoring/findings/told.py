"""Findings as problems, which is how people and other programs get them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from groupbuy.authoring.findings.finding import Finding
from groupbuy.errors import Problem


def problem_of(finding: Finding, *, strict: bool = False) -> Problem:
    """A finding as a problem: a warning, or a note (a warning too under `strict`)."""
    example = None if finding.example is None else written(finding.example)
    severity = "note" if finding.note and not strict else "warning"
    return Problem(
        finding.code,
        finding.message,
        finding.at,
        finding.hint,
        finding.length,
        "note" if severity == "note" else "warning",
        example,
    )


def written(record: Mapping[str, Any]) -> str:
    """A lead on one line, as it could stand in a YAML file."""
    return json.dumps(record, ensure_ascii=False, default=str)
