"""Problems for other programs: plain JSON, annotations of a GitHub run, and SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from groupbuy import __version__
from groupbuy.errors import Location, Problem

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def show_json(problems: Sequence[Problem], meanings: Mapping[str, str]) -> str:
    """A list under `problems`, and how many there are of each severity."""
    counts = {word: sum(p.severity == word for p in problems) for word in _COMMANDS}
    data = {"groupbuy": 1, "problems": [_plain(problem) for problem in problems], "counts": counts}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _plain(problem: Problem) -> dict[str, Any]:
    at = problem.at
    data = {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "file": at.file if at else None,
        "line": at.line if at else None,
        "column": at.column if at else None,
        "length": problem.length if at and at.column else None,
        "hint": problem.hint,
        "example": json.loads(problem.example) if problem.example else None,
    }
    return {key: value for key, value in data.items() if value is not None}


def show_github(problems: Sequence[Problem], meanings: Mapping[str, str]) -> str:
    """One workflow command a line: they become annotations beside the files."""
    return "".join(_annotation(problem) + "\n" for problem in problems)


def _annotation(problem: Problem) -> str:
    at = problem.at
    places: dict[str, object] = {}
    if at is not None:
        places["file"] = at.file
        if at.line is not None:
            places["line"] = at.line
        if at.column is not None:
            places["col"] = at.column
            places["endColumn"] = at.column + problem.length
    places["title"] = problem.code
    listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in places.items())
    parts = [problem.message]
    parts += [f"example: {problem.example}"] if problem.example else []
    parts += [f"hint: {problem.hint}"] if problem.hint else []
    return f"::{_COMMANDS[problem.severity]} {listed}::{_escaped(chr(10).join(parts))}"


def _escaped(value: object, more: str = "") -> str:
    """What would end a command or a property of it, by its number."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + more else c for c in str(value))


def show_sarif(problems: Sequence[Problem], meanings: Mapping[str, str]) -> str:
    """A log of one run; every code that occurs is a rule of it."""
    codes = sorted({problem.code for problem in problems})
    rules = [_rule(code, meanings.get(code)) for code in codes]
    run = {
        "tool": {"driver": {"name": "groupbuy", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes) for problem in problems],
    }
    data = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _rule(code: str, meaning: str | None) -> dict[str, Any]:
    return {"id": code, **({"shortDescription": {"text": meaning}} if meaning else {})}


def _result(problem: Problem, codes: list[str]) -> dict[str, Any]:
    text = problem.message
    if problem.hint:
        text += f" ({problem.hint})"
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.severity,
        "message": {"text": text},
    }
    at = problem.at
    if at is not None:
        result["locations"] = [{"physicalLocation": _place(at, problem.length)}]
    if problem.related:
        result["relatedLocations"] = [{"physicalLocation": _place(at)} for at in problem.related]
    if problem.example:
        result["properties"] = {"example": json.loads(problem.example)}
    return result


def _place(at: Location, length: int = 1) -> dict[str, Any]:
    """A file, and the part of it that is meant."""
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(at.file)}}
    if at.line is not None:
        region: dict[str, Any] = {"startLine": at.line}
        if at.column is not None:
            region["startColumn"] = at.column
            region["endColumn"] = at.column + length
        place["region"] = region
    return place


def _uri(file: str) -> str:
    from urllib.parse import quote

    path = PurePosixPath(file.replace("\\", "/"))
    return path.as_uri() if path.is_absolute() else quote(str(path), safe="/:")


FORMATS: Mapping[str, Callable[[Sequence[Problem], Mapping[str, str]], str]] = {
    "json": show_json,
    "github": show_github,
    "sarif": show_sarif,
}
"""Each format from the problems and what their codes mean."""
