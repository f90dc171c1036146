"""What the repository holds, and what it must not."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Where packages come from and where the tree stands is each machine's business. (The brackets keep
# the patterns from finding themselves.)
FORBIDDEN = re.compile(
    r"""(?<![\w.]) /(?:wor[k]|roo[t]|hom[e]|User[s]|opt/pyp[i]|opt/wheel[s])/
      | pypi-mor[e]
      | pypi\.or[g]/simple | pythonhosted\.or[g] | (?:pypi|mirrors?)\.[\w.-]+/(?:pypi/)?simpl[e]
      | (?:extra-)?index-ur[l] | find-link[s]
    """,
    re.VERBOSE | re.IGNORECASE,
)

GENERATED = {".git", ".venv", "__pycache__", "build", "dist"}


def files() -> list[Path]:
    """The repository's files, new ones included; without git, all but what is generated."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        found = []
    if not found:
        found = [
            file
            for file in ROOT.rglob("*")
            if not any(
                part in GENERATED or part.endswith(("_cache", ".egg-info"))
                for part in file.relative_to(ROOT).parts
            )
        ]
    return sorted(file for file in found if file.is_file())


def test_core_has_exactly_five_dependencies() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    named = {re.split(r"[\s<>=!~;(]", each, maxsplit=1)[0] for each in project["dependencies"]}
    assert named == {"pluggy", "pyyaml", "jsonschema", "click", "tabulate[widechars]"}
    assert len(project["dependencies"]) == len(named)


def test_no_registry_and_no_machine_path() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files()
        for number, line in enumerate(file.read_bytes().decode(errors="replace").split("\n"), 1)
        if FORBIDDEN.search(line)
    ]
    assert not found, "a registry or a path of one machine:\n  " + "\n  ".join(found)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("see /{}/main".format("work"), True),
        ("file:///{}/x".format("root"), True),
        ('cd "/{}/li/groupbuy"'.format("home"), True),
        ("https://pypi.{}/simple".format("org"), True),
        ("https://mirrors.example.edu.cn/pypi/{}/".format("simple"), True),
        ("pip install --index-{} https://example.com x".format("url"), True),
        ("https://example.org/work/team", False),
        ("src/work/a.py", False),
        ("https://pypi.org/project/groupbuy/", False),
    ],
)
def test_what_counts_as_registry_or_machine_path(line: str, wrong: bool) -> None:
    assert bool(FORBIDDEN.search(line)) is wrong


@pytest.mark.parametrize(
    "name",
    [
        "pyproject.toml",
        "src/groupbuy",
        "plugins",
        "rules",
        "tests",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "Makefile",
    ],
)
def test_top_level(name: str) -> None:
    """It is there, and so that a clone has it too, it holds a file of the repository."""
    assert any(file.is_relative_to(ROOT / name) for file in files())
