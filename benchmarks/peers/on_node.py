"""The peers on Node: a process that answers line by line and reads its own clock."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.peers.jsonlogic import logic
from benchmarks.workload import Answer, Comparison, Condition, Value, Workload

HERE = Path(__file__).parent / "node"
OPERATORS = {
    ">=": "greaterThanInclusive",
    ">": "greaterThan",
    "<=": "lessThanInclusive",
    "<": "lessThan",
    "==": "equal",
    "!=": "notEqual",
    "in": "in",
}


class NodeError(Exception):
    """What a peer on Node failed at."""


class Node:
    """The process."""

    def __init__(
        self, modules: Path, folder: Path, work: Workload, leads: Iterable[dict[str, Value]]
    ) -> None:
        """`modules` is the folder in which npm installed the engines."""
        if shutil.which("node") is None:
            raise NodeError("node is not installed")
        if not (modules / "node_modules").is_dir():
            raise NodeError("npm could not install the engines")
        told = folder / "workload.json"
        told.write_text(json.dumps(_told(work, list(leads))), encoding="utf-8")
        self.process = subprocess.Popen(
            ["node", str(HERE / "peers.mjs"), str(modules), str(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, line: str) -> Any:
        """What the process says to one line. Raises `NodeError`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if not said:
            raise NodeError(f"node ended with {self.process.wait()}")
        found = json.loads(said)
        if isinstance(found, dict):
            raise NodeError(found["error"])
        return found

    def names(self) -> list[str]:
        """The engines."""
        return list(self.ask("names"))

    def answers(self, name: str) -> list[Answer]:
        """An engine's answers for all leads."""
        return [(float(p), word, fired) for p, word, fired in self.ask(f"answers {name}")]

    def seconds(self, name: str, count: int) -> float:
        """How long an engine takes for so many leads."""
        return float(self.ask(f"time {name} {count}"))

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def versions(modules: Path) -> dict[str, str]:
    """The versions of the engines that are installed."""
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    found = {}
    for name in wanted:
        file = modules / "node_modules" / name / "package.json"
        if file.is_file():
            found[name] = json.loads(file.read_text(encoding="utf-8"))["version"]
    return found


def _told(work: Workload, leads: list[dict[str, Value]]) -> dict[str, Any]:
    return {
        "conditions": [{"logic": logic(c), "rule": _rule(c)} for c in work.conditions],
        "rules": [{"id": rule.id, "points": rule.points} for rule in work.rules],
        "rows": [row.word for row in work.rows],
        "rest": work.rest,
        "leads": leads,
    }


def _rule(condition: Condition) -> dict[str, Any]:
    return {"all" if condition.every else "any": [_part(part) for part in condition.parts]}


def _part(part: Comparison) -> dict[str, Any]:
    """A condition of json-rules-engine, which takes no order of what is no number."""
    value = list(part.value) if isinstance(part.value, tuple) else part.value
    test = {"fact": part.field, "operator": OPERATORS[part.op], "value": value}
    if part.op != "!=":
        return test
    return {"all": [{"fact": part.field, "operator": "notEqual", "value": None}, test]}
