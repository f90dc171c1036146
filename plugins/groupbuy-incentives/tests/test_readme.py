"""The README's commands print what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]
README = PACKAGE / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)


def carried_out(text: str, folder: Path) -> str:
    """The page with what its commands print, run one after the other in a copy of the examples."""
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
                # A head is that of this very run: it depends on the programs' every word.
                printed = re.sub(r"\b[0-9a-f]{64}\b", "…", done.stdout.decode())
                printed = "\n".join(each.rstrip() for each in printed.splitlines())
                lines.append(f"{line}\n{printed}".rstrip())
        return "```console\n" + "\n".join(lines) + "\n```\n"

    return BLOCK.sub(block, text)


def test_the_readme_is_what_the_commands_print(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    assert carried_out(text, tmp_path / "examples") == text


def with_rules(folder: Path, number: int) -> Path:
    """The README's groupbuy.yaml with its pack of that number."""
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    (folder / "groupbuy.yaml").write_text(blocks[0], encoding="utf-8")
    (folder / "ours.yaml").write_text(blocks[number], encoding="utf-8")
    return folder


def ran(*args: object) -> str:
    command = [str(Path(sys.executable).with_name("groupbuy")), *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("number", [1, 2])
def test_its_packs_are_packs(tmp_path: Path, number: int) -> None:
    ran("check", with_rules(tmp_path, number))


def test_its_owner_is_the_one_that_it_tells(tmp_path: Path) -> None:
    rules = with_rules(tmp_path, 2)
    place = "region: 湖北, city: 襄阳市, district: 枣阳市"
    leads = tmp_path / "leads.yaml"
    leads.write_text(f"- {{id: L1, expected_amount: 400000, {place}, orders: []}}\n")
    told = ran("explain", leads, "L1", "--rules", rules, "--as-of", "2026-11-22", "--lang", "en")
    said = re.search(r"^    (owner: .*)$", README.read_text(encoding="utf-8"), re.M)
    assert said is not None
    assert said[1] in " ".join(line.strip(" │") for line in told.splitlines())


if __name__ == "__main__":  # write what they print
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        there = README.read_text(encoding="utf-8")
        README.write_text(carried_out(there, Path(name) / "examples"), encoding="utf-8")
