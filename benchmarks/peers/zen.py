"""zen-engine (Rust): a compiled expression, and decision tables behind a static loader."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import Answer, Comparison, Condition, Lead, Workload


def text(condition: Condition) -> str:
    """A condition in zen's expression language."""
    parts = [_part(part) for part in condition.parts]
    return (" and " if condition.every else " or ").join(parts)


def _part(part: Comparison) -> str:
    value = list(part.value) if isinstance(part.value, tuple) else part.value
    test = f"{part.field} {part.op} {json.dumps(value)}"
    return f"({part.field} != null and {test})" if part.needs_guard else test


def _expression(work: Workload) -> Evaluate:
    """One compiled expression that gives a list of flags."""
    texts = ", ".join(text(condition) for condition in work.conditions)
    compiled = import_module("zen").compile_expression(f"[{texts}]")
    return lambda lead: work.score(compiled.evaluate(lead))


def _tables(work: Workload) -> Evaluate:
    """Two decision tables: all rules that hold, and the first row that does."""
    rules = [(text(r.condition), [json.dumps(r.id), str(r.points)]) for r in work.rules]
    rows = [(text(row.condition), [json.dumps(row.word)]) for row in work.rows]
    rows.append(("", [json.dumps(work.rest)]))
    content = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
            _table("rules", "collect", ["id", "points"], rules),
            _table("rows", "first", ["word"], rows),
            {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
        ],
        "edges": [
            {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
            for a, b in (("in", "rules"), ("in", "rows"), ("rules", "out"), ("rows", "out"))
        ],
    }
    zen = import_module("zen")
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"bench": content}}})

    def evaluate(lead: Lead) -> Answer:
        found = engine.evaluate("bench", lead)["result"]
        fired = found["rules"]
        points = float(sum(rule["points"] for rule in fired))
        return points, found["rows"]["word"], [rule["id"] for rule in fired]

    return evaluate


def _table(
    name: str, policy: str, outputs: list[str], rows: list[tuple[str, list[str]]]
) -> dict[str, Any]:
    """A decision table whose one input column holds whole conditions."""
    return {
        "id": name,
        "name": name,
        "type": "decisionTableNode",
        "position": {"x": 0, "y": 0},
        "content": {
            "hitPolicy": policy,
            "outputPath": name,
            "inputs": [{"id": "test", "name": "test"}],
            "outputs": [{"id": field, "name": field, "field": field} for field in outputs],
            "rules": [
                {"_id": f"{name}{n}", "test": test, **dict(zip(outputs, values, strict=True))}
                for n, (test, values) in enumerate(rows)
            ],
        },
    }


PEERS = [
    Peer("zen-engine (Rust), one compiled list expression", "zen-engine", _expression),
    Peer("zen-engine, decision tables, static loader", "zen-engine", _tables),
]
