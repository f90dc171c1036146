"""Commands run in this process: exit code, standard output, standard error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "leads.yaml"
AS_OF = "2026-11-22"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Call = Callable[..., Ran]


def caller(capsys: pytest.CaptureFixture[str]) -> Call:
    """A function that runs `groupbuy` with arguments."""

    def call(*args: object) -> Ran:
        code = run(groupbuy, [str(arg) for arg in args])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return call


def write_rules(folder: Path, layers: str, **packs: str) -> Path:
    """A rules folder with packs of one's own over a small model."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in packs.items():
        head = f"groupbuy: 1\npack: {name}\n"
        (folder / f"{name}.yaml").write_text(head + text, encoding="utf-8")
    project = f"groupbuy: 1\nlayers: {layers}\ncolumns: [size]\n"
    (folder / "groupbuy.yaml").write_text(project, encoding="utf-8")
    return folder
