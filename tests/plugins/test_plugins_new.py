"""`groupbuy plugins new`: packages that are in order as they are written, and names that are not.

That they install, and pass their own tests, is tried in tests/packages.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from plugin_world import Outcome, World

from groupbuy.api import API_VERSION
from groupbuy.cli.plugins import KINDS
from groupbuy.testing import check_plugin

NAME = "cold_chain"
RULES = "src/groupbuy_cold_chain/rules"
FILES = [
    ".github/workflows/ci.yaml",
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "src/groupbuy_cold_chain/__init__.py",
    "src/groupbuy_cold_chain/py.typed",
    f"{RULES}/cold_chain.test.yaml",
    f"{RULES}/cold_chain.yaml",
    f"{RULES}/groupbuy.yaml",
    "tests/test_plugin.py",
]


def made(world: World, kind: str) -> Path:
    """A new plugin of a kind, its package among those that are installed."""
    outcome = world.call("plugins", "new", NAME, "--kind", kind)
    assert (outcome.code, outcome.err) == (0, "")
    folder = world.folder / "groupbuy-cold-chain"
    assert outcome.out.split() == [f"groupbuy-cold-chain/{name}" for name in files_of(folder)]
    shutil.copytree(folder / "src", world.site, dirs_exist_ok=True)
    info = world.site / "groupbuy_cold_chain-0.1.0.dist-info"
    info.mkdir()
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = project["entry-points"]["groupbuy"]
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[groupbuy]", *lines]))
    return folder


def files_of(folder: Path) -> list[str]:
    found = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path.as_posix() for path in found]


@pytest.fixture
def forgotten() -> object:
    """What was imported of the new plugin is gone afterwards."""
    yield
    for name in [name for name in sys.modules if name.startswith("groupbuy_cold_chain")]:
        del sys.modules[name]


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_is_in_order(world: World, kind: str) -> None:
    folder = made(world, kind)
    own = ["src/groupbuy_cold_chain/fields.yaml"] if kind == "rules" else []
    assert files_of(folder) == sorted(FILES + own, key=Path)
    report = check_plugin(NAME)
    assert report.seconds is not None
    told = str(report)
    assert {
        "scorer": "✓ scorer cold_chain.growth\n✓ scorer cold_chain.per_head",
        "incentive": "✓ incentive program cold_chain.year_end",
        "proposal": "✓ proposal generator cold_chain.best_value",
        "rules": "✓ fields\n✓ packs",
    }[kind] in told
    ran = world.call("test", str(folder / "src"))
    assert ran.code == 0, ran.out + ran.err
    # Every rule is shown both ways: an author adds cases as rules are added.
    ran = world.call("test", str(folder / "src"), "--coverage")
    assert ran.code == 0, ran.out + ran.err
    doctor = world.call("plugins", "doctor", NAME)
    assert (doctor.code, doctor.out.splitlines()[-1]) == (0, "✓ nothing is wrong with it")
    assert "packs: cold_chain:cold_chain" in doctor.out.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_new_code_is_as_tools_want_it(world: World, kind: str) -> None:
    assert world.call("plugins", "new", NAME, "--kind", kind).code == 0
    for file in (world.folder / "groupbuy-cold-chain").rglob("*.*"):
        if file.is_file() and file.suffix != ".yaml":
            text = file.read_text(encoding="utf-8")
            assert not [word for word in ("@name", "@package", "@title", "@about") if word in text]
    for command in (
        ["check", "--select", "E,F,W,I,B,UP,SIM,PT,RUF", "--ignore", "RUF001"],
        ["format", "--check"],
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", "."],
            cwd=world.folder / "groupbuy-cold-chain",
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "RUFF_NO_CACHE": "true"},
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_two_kinds_at_once_are_refused(world: World) -> None:
    before = files_of(world.folder)
    outcome = refused(world, NAME, "--kind", "scorer", "--kind", "incentive")
    assert "--kind: scorer, incentive; a package is begun with one kind" in outcome.err
    assert files_of(world.folder) == before


@pytest.mark.parametrize(
    ("kind", "use"),
    [("incentive", f"use: {NAME}.year_end"), ("proposal", f"{NAME}.best_value: {{")],
)
def test_the_readme_says_how_rules_use_what_another_plugin_calls(
    world: World, kind: str, use: str
) -> None:
    folder = made(world, kind)
    assert use in (folder / "README.md").read_text(encoding="utf-8")


PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
SOURCES = re.compile(r"^```\w+ src/(\S+)\n(.*?)^```$", re.M | re.S)


@pytest.mark.usefixtures("forgotten")
def test_the_command_of_the_page(world: World) -> None:
    """docs/plugins.md: the tutorial's plugin, with the command that the page adds to it."""
    made(world, "scorer")
    for name, text in SOURCES.findall(PAGE.read_text(encoding="utf-8")):
        (world.site / name).write_text(text, encoding="utf-8")
    points = world.site / "groupbuy_cold_chain-0.1.0.dist-info" / "entry_points.txt"
    command = "cold-losses = groupbuy_cold_chain.commands:losses"
    assert command.replace("= ", '= "') + '"' in PAGE.read_text(encoding="utf-8")
    points.write_text(f"{points.read_text()}\n[groupbuy.commands]\n{command}\n")
    world.forget()
    leads = world.folder / "cold.yaml"
    leads.write_text("[{id: L1, name: 鲜达, storage_days: 2}, {id: L2}]", encoding="utf-8")
    ran = world.call("cold-losses", str(leads), "--as-of", "2026-11-22")
    assert (ran.code, ran.err) == (0, ""), ran.err
    rows = ran.out.removeprefix("\ufeff").splitlines()
    assert rows == ['"id","name","loss"', '"L1","鲜达",0.0396', '"L2","",""']


def test_the_interface_that_new_plugins_ask_for(world: World) -> None:
    assert world.call("plugins", "new", NAME, "--kind", "scorer").code == 0
    text = (world.folder / "groupbuy-cold-chain/pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    assert project["dependencies"] == [f"groupbuy>={API_VERSION},<{API_VERSION + 1}"]
    # Nothing is published by accident, and nothing is licensed that its author did not license.
    assert project["classifiers"] == ["Private :: Do Not Upload"]
    assert "license" not in project


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("cold-chain", "can't name a plugin", 'did you mean "cold_chain"?'),
        ("ColdChain", "can't name a plugin", 'did you mean "coldchain"?'),
        ("groupbuy-cold-chain", "can't name a plugin", 'did you mean "cold_chain"?'),
        ("冷链", "can't name a plugin", "letters a–z, digits and _"),
        ("ｃｏｌｄ", "can't name a plugin", "letters a–z, digits and _"),
        ("3cold", "can't name a plugin", "letters a–z, digits and _"),
        ("", "can't name a plugin", "letters a–z, digits and _"),
        ("../../etc/passwd", "can't name a plugin", 'did you mean "etc_passwd"?'),
        ("a\nb", "can't name a plugin", 'did you mean "a_b"?'),
        ("_x", "can't name a plugin", 'did you mean "x"?'),
        ("class", "is a word of Python", "letters a–z, digits and _"),
        ("x" * 41, "this name has 41 characters", "at most 40"),
        ("groupbuy", "what the shipped packs are called by", "name it after its subject"),
        ("orders", '"orders" is a table of the lead model', "orders_rules, for example"),
        ("budget", '"budget" is a field of the lead model', "budget_rules, for example"),
        ("good", '"good" is taken: plugin good (groupbuy-good 1.0) is installed', "another name"),
    ],
)
def test_names_that_are_refused(world: World, name: str, message: str, hint: str) -> None:
    before = files_of(world.folder)
    outcome = refused(world, name, "--kind", "rules")
    assert "bad-name" in outcome.err
    assert message in outcome.err
    assert hint in outcome.err
    assert files_of(world.folder) == before


def refused(world: World, *args: str) -> Outcome:
    outcome = world.call("plugins", "new", *args)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Traceback" not in outcome.err
    return outcome


def test_what_is_there_is_left_alone(world: World) -> None:
    (world.folder / "groupbuy-cold-chain").mkdir()
    (world.folder / "groupbuy-cold-chain/notes.txt").write_text("mine", encoding="utf-8")
    (world.folder / "file").write_text("mine", encoding="utf-8")
    before = files_of(world.folder)
    outcome = refused(world, NAME, "--kind", "scorer")
    assert "there is something in this folder: notes.txt" in outcome.err
    assert "this is a file" in refused(world, NAME, "--kind", "scorer", "file").err
    assert "there is no folder" in refused(world, NAME, "--kind", "scorer", "no/such").err
    assert "Missing option '--kind'" in refused(world, NAME).err
    assert files_of(world.folder) == before


def test_another_folder(world: World) -> None:
    (world.folder / "团购").mkdir()
    outcome = world.call("plugins", "new", NAME, "--kind", "rules", "团购")
    assert outcome.code == 0
    assert "团购/pyproject.toml" in outcome.out.split()
    assert (world.folder / "团购" / RULES / "cold_chain.yaml").is_file()


def test_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    write = Path.write_text

    def full(path: Path, *args: Any, **named: Any) -> int:
        written.append(path)
        if len(written) > 4:
            raise OSError(28, "No space left on device")
        return write(path, *args, **named)

    before = files_of(world.folder)
    monkeypatch.setattr(Path, "write_text", full)
    outcome = refused(world, NAME, "--kind", "scorer", "there")
    assert "No space left on device" in outcome.err
    assert len(written) == 5
    assert files_of(world.folder) == before
    assert not (world.folder / "there").exists()
