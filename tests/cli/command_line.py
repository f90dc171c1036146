"""Commands run in this process: exit code, standard output, standard error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run
from groupbuy.testing import Ran

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "leads.yaml"
AS_OF = "2026-11-22"


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
