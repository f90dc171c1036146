"""Wheels built from this tree, and a new environment with nothing else in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
PIP = [sys.executable, "-m", "pip", "-qq", "--no-input", "--disable-pip-version-check"]
AS_OF = "2026-11-22"


@dataclass(frozen=True)
class Fresh:
    """A new environment; `folder` is where its user works, far from this tree."""

    folder: Path
    bin: Path

    def run(self, *command: object, cwd: Path | None = None) -> str:
        """Standard output of a command of the environment. It must succeed, and say nothing else.

        Nothing of this tree, or of the environment that the tests run in, reaches it.
        """
        program, *args = map(str, command)
        return done([str(self.bin / program), *args], cwd or self.folder, self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a user who activated the environment."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
        path = os.pathsep.join([str(self.bin), kept.get("PATH", "")])
        return {**kept, "PATH": path, "VIRTUAL_ENV": str(self.bin.parent), "LANG": "C.UTF-8"}

    def install(self, *wheels: Path) -> None:
        """Install wheels that need nothing which is not there."""
        python = str(self.bin / "python")
        done([*PIP, "--python", python, "install", "--no-deps", "--no-index", *map(str, wheels)])


def made_fresh(folder: Path) -> Fresh:
    """Build every package of this tree, and install the wheels and what their tests need."""
    wheels = built([ROOT, *PLUGINS], folder / "wheels")
    venv.create(folder / "env", symlinks=True)
    fresh = Fresh(folder / "work", folder / "env" / "bin")
    fresh.folder.mkdir()
    groups = [
        f"--group={plugin / 'pyproject.toml'}:dev"
        for plugin in PLUGINS
        if "[dependency-groups]" in (plugin / "pyproject.toml").read_text(encoding="utf-8")
    ]
    python = str(fresh.bin / "python")
    tools = ["pip>=25.1", "pytest", "hypothesis"]
    done([*PIP, "--python", python, "install", *map(str, wheels), *tools, *groups])
    return fresh


def built(projects: Iterable[Path], target: Path) -> list[Path]:
    """The wheels of projects. The build tool is the one of this environment: nothing is fetched."""
    before = set(target.glob("*.whl"))
    where = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(target)]
    done([*PIP, "wheel", *where, *map(str, projects)])
    return sorted(set(target.glob("*.whl")) - before)


def copied(project: Path, target: Path) -> Path:
    """A project without what work on it left behind."""
    ignore = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "build", "dist")
    return shutil.copytree(project, target, ignore=ignore)


def done(command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Standard output of a command that must succeed."""
    ran = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    told = f"{' '.join(command)}\n{ran.stdout}\n{ran.stderr}"
    assert ran.returncode == 0, told
    assert "Traceback" not in ran.stderr, told
    return ran.stdout
