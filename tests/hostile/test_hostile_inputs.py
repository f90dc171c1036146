"""Whole runs on hostile inputs: each ends in bounded time and memory, and in words.

What became of each stands in outcomes.txt: exit code and codes of the first problems. Whoever
changes it (UPDATE_GOLDEN=1) says by that that the new outcome is better.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attacks import attacks
from catalogue import (
    BIG_EXPRESSIONS,
    CASES,
    COMMANDS,
    CONF,
    CUTS,
    HEAD,
    LEADS,
    MAPPINGS,
    MODELS,
    PACKS,
    PROJECTS,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked")

HERE = Path(__file__).parent
OUTCOMES = HERE / "outcomes.txt"
MOST_MIB = 300
MOST_SECONDS = 20
"""Of CPU: four times what the slowest takes on a quiet machine."""

MODEL = """groupbuy: 1
fields:
  id: {type: text, required: true}
  name: {type: text}
  phone: {type: text, pii: true}
  stage: {type: choice, of: [know, trust]}
  kind: {type: choice, of: [office, gift], ask: "kind?"}
  budget: {type: money, aliases: [预算]}
  people: {type: integer, min: 1}
  share: {type: percent}
  quiet: {type: flag}
  needed_by: {type: date}
  orders: {type: table, order: date, fields: {date: {type: date}, amount: {type: money}}}
"""
GOOD = f"""{HEAD}
scores: {{fit: {{range: [0, 100], rules: {{rich: {{when: budget >= 100, points: 60}}}}}}}}
grades: {{level: {{of: fit, bands: {{A: {{from: 50}}, B: {{}}}}}}}}
plays: {{call: {{when: level == "A", do: "Call {{name}}"}}}}
"""
EVALUATE = ("evaluate", "leads.csv", "--as-of", "2026-11-22")
LEAD = b"id,budget,quiet,name\nL1,3,yes," + b"a" * 40 + b"!\n"


def project(
    conf: str = CONF, model: str = MODEL, pack: str | bytes = GOOD
) -> dict[str, str | bytes]:
    """The files of a small project."""
    return {
        "rules/groupbuy.yaml": conf,
        "rules/lead.yaml": model,
        "rules/example.yaml": pack,
        "leads.csv": LEAD,
    }


def runs() -> Iterator[tuple[str, dict[str, str | bytes], tuple[str, ...]]]:
    """Every run: its name, its files, its command line."""
    for name, text in BIG_EXPRESSIONS.items():
        fact = f"{HEAD}facts:\n  x: {json.dumps(text)}\n"
        gate = f"{HEAD}gates:\n  x: {{when: {json.dumps(text)}, verdict: stop, unknown: pass}}\n"
        yield f"fact/{name}", project(pack=fact), ("check",)
        yield f"gate/{name}", project(pack=gate), EVALUATE
    for name, text in PACKS.items():
        yield f"pack/{name}", project(pack=text), ("check",)
        yield f"pack-run/{name}", project(pack=text), EVALUATE
    for name, text in PROJECTS.items():
        yield f"project/{name}", project(conf=text), EVALUATE
    for name, text in MODELS.items():
        yield f"model/{name}", project(model=text), EVALUATE
    for name, content in LEADS.items():
        yield f"leads/{name}", {**project(), name: content}, ("evaluate", name, *EVALUATE[2:])
    for args in COMMANDS:
        yield f"command/{' '.join(args)!a}", project(), tuple(args)
    for name, text in CASES.items():
        yield f"cases/{name}", {**project(), "rules/x.test.yaml": text}, ("test",)
    for name, text in MAPPINGS.items():
        files = {**project(), "m.map.yaml": text, "src.csv": b"a,b\n" + b"a" * 36 + b"!,2\n"}
        yield f"mapping/{name}", files, ("evaluate", "src.csv", "--map", "m.map.yaml")
    for name, text in CUTS.items():
        yield f"cuts/{name}", {**project(), "c.json": text}, (*EVALUATE, "--cuts", "c.json")
    for name, more, args in attacks():
        yield f"attack/{name}", {**project(), **more}, args


RUNS = {name: (files, args) for name, files, args in runs()}


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Any]:
    """Runs one case after the other in the runner's process."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
    command = [sys.executable, str(HERE / "runner.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def outcome(name: str) -> dict[str, Any]:
            files, args = RUNS[name]
            data = {file: base64.b64encode(_bytes(text)).decode() for file, text in files.items()}
            print(json.dumps({"files": data, "args": args}), file=process.stdin, flush=True)
            found: dict[str, Any] = json.loads(process.stdout.readline())
            return found

        yield outcome
        process.stdin.close()


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")


KNOWN: dict[str, str] = (
    dict(line.split("\t") for line in OUTCOMES.read_text(encoding="utf-8").splitlines())
    if OUTCOMES.exists()
    else {}
)


@pytest.mark.parametrize("name", RUNS)
def test_a_hostile_input_ends_in_bounds_and_in_words(name: str, outcomes: Any) -> None:
    found = outcomes(name)
    assert found["code"] in (0, 1, 2, 3), found["err"][-2000:]
    assert "Traceback" not in found["out"] + found["err"]
    assert "\x1b" not in found["out"] + found["err"]
    assert found["mib"] <= MOST_MIB
    assert found["cpu"] <= MOST_SECONDS
    assert not any("pwned" in file for file in found["written"])
    if os.environ.get("UPDATE_GOLDEN"):
        KNOWN[name] = summary(found)
        lines = "".join(f"{each}\t{KNOWN[each]}\n" for each in RUNS if each in KNOWN)
        OUTCOMES.write_text(lines, encoding="utf-8")
    assert summary(found) == KNOWN.get(name)


def summary(found: dict[str, Any]) -> str:
    """The exit code and the codes of the first problems, as a reader of outcomes.txt sees it."""
    told = found["err"] + found["out"]
    codes = list(
        dict.fromkeys(code for code in re.findall(r"[a-z][a-z0-9-]+", told) if code in CODES)
    )
    return " ".join([str(found["code"]), *codes[:3]])


def _codes() -> frozenset[str]:
    from groupbuy.authoring.errors import explained

    return frozenset(code for code in explained() if "-" in code)


CODES = _codes()


def test_every_outcome_belongs_to_a_run() -> None:
    assert set(KNOWN) == set(RUNS)
