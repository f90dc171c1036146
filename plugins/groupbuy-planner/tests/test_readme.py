"""The README's commands print what it says, and its rules are rules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
README = PACKAGE / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)
PROJECT = """groupbuy: 1
plugins: [planner]
layers:
  - groupbuy:common
  - [groupbuy:office, groupbuy:welfare, groupbuy:gift]
  - planner:visits
  - ours.yaml
"""


def carried_out(text: str, folder: Path) -> str:
    """The page with what its commands print, run in a copy of the examples."""
    shutil.copytree(PACKAGE / "examples", folder, dirs_exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "COLUMNS": "160"}

    def block(match: re.Match[str]) -> str:
        lines = []
        for line in match[1].splitlines():
            if line.startswith("$ "):
                done = subprocess.run(
                    ["sh", "-c", line[2:]], cwd=folder, env=env, capture_output=True, check=True
                )
                printed = "\n".join(each.rstrip() for each in done.stdout.decode().splitlines())
                lines.append(f"{line}\n{printed}".rstrip())
        return "```console\n" + "\n".join(lines) + "\n```\n"

    return BLOCK.sub(block, text)


def test_the_readme_is_what_the_commands_print(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    assert carried_out(text, tmp_path / "examples") == text


def test_its_pack_is_one(tmp_path: Path) -> None:
    (pack,) = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    (tmp_path / "groupbuy.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "ours.yaml").write_text(pack, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("groupbuy")), "check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":  # write what they print
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        there = README.read_text(encoding="utf-8")
        README.write_text(carried_out(there, Path(name) / "examples"), encoding="utf-8")
