"""Shell completion, in a real bash; zsh and fish at least get a script that they can read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from command_line import ROOT, write_rules

BIN = Path(sys.executable).parent

# What `complete -F` makes bash do when the tab key is pressed.
PRESS_TAB = """
eval "$(_GROUPBUY_COMPLETE=bash_source groupbuy)"
complete -p groupbuy
compopt() { echo "files"; }
press() {
    COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMPREPLY=()
    _groupbuy_completion groupbuy
    printf '%s\\n' "${COMPREPLY[@]}"
}
press "$@"
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def pressed(folder: Path, *words: str) -> list[str]:
    """What bash completes behind these words; the last one is being typed."""
    bash = shutil.which("bash")
    assert bash, "bash is on every machine that runs these tests"
    run = subprocess.run(
        [bash, "-c", PRESS_TAB, "bash", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    registered, *found = run.stdout.splitlines()
    assert registered.endswith("-F _groupbuy_completion groupbuy")
    return [each for each in found if each]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with small rules and leads."""
    write_rules(
        tmp_path / "rules",
        "[ours]",
        ours="facts:\n  size: {value: budget, title: {en: Size, zh: 规模}}\n"
        "scores:\n  fit: {range: [0, 9], rules: {a: {when: budget > 1, points: 1}}}\n",
    )
    leads = "".join(f"- {{id: L00{n}, name: 客户{n}}}\n" for n in range(1, 4))
    (tmp_path / "leads.yaml").write_text(leads, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["ev"], ["evaluate"]),
        (["evaluate", "--wa"], ["--watch"]),
        (["evaluate", "--lang", ""], ["en", "zh"]),
        (["evaluate", "--format", "js"], ["json", "jsonl"]),
        (["evaluate", "leads.yaml", "--columns", "siz"], ["size"]),
        (["evaluate", "leads.yaml", "--columns", "budget,siz"], ["budget,size"]),
        (["evaluate", "lea"], ["files"]),
        (["check", "--rules", "ru"], ["files"]),
        (["explain", "leads.yaml", "L00"], ["files", *(f"L00{n}" for n in range(1, 4))]),
        (["explain", "nosuch.yaml", "L00"], ["files"]),
        (["error", "yaml-open"], ["yaml-open-bracket", "yaml-open-quote"]),
        (["rules", ""], ["export", "import", "list", "names", "show", "upgrade"]),
        (["rules", "show", ""], ["size", "fit"]),
        (["rules", "show", "scores."], ["scores.fit"]),
        (["rules", "names", "siz"], ["size"]),
        (["schema", ""], ["lead", "pack", "cases", "result"]),
    ],
)
def test_bash_completes(folder: Path, words: list[str], wanted: list[str]) -> None:
    assert pressed(folder, "groupbuy", *words) == wanted


def test_commands_are_those_of_help(folder: Path) -> None:
    from groupbuy.cli.group import COMMANDS

    found = pressed(folder, "groupbuy", "")
    theirs = sorted(point.name for point in entry_points(group="groupbuy.commands"))
    assert found == [*COMMANDS, *theirs]


def test_rules_that_are_wrong_complete_as_far_as_they_can(folder: Path) -> None:
    ours = folder / "rules" / "ours.yaml"
    ours.write_text(ours.read_text(encoding="utf-8").replace("budget > 1", "nosuch"), "utf-8")
    assert pressed(folder, "groupbuy", "rules", "show", "si") == ["size"]
    ours.write_text("{", encoding="utf-8")
    assert pressed(folder, "groupbuy", "rules", "show", "si") == []


def test_commands_of_plugins_complete(folder: Path) -> None:
    if "propose" not in {point.name for point in entry_points(group="groupbuy.commands")}:
        pytest.skip("the plugin with `propose` is not installed")
    assert pressed(folder, "groupbuy", "prop") == ["propose"]
    assert "--catalogue" in pressed(folder, "groupbuy", "propose", "--c")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [BIN / "groupbuy"],
        env={**environment(), "_GROUPBUY_COMPLETE": f"{shell}_source"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert f"_GROUPBUY_COMPLETE={shell}_complete" in run.stdout
    if shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(run.stdout, encoding="utf-8")
        reads = subprocess.run([shell, "-n", script], capture_output=True, check=False)
        assert (reads.returncode, reads.stderr) == (0, b"")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_documented_line_is_for_that_shell(shell: str) -> None:
    text = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    assert f"_GROUPBUY_COMPLETE={shell}_source groupbuy" in text
