"""What groupbuy is built and tried with: pins with hashes, and the licences of what it needs.

python tools/supply.py needs run|ci|tools|docs   the requirements of each, one a line
python tools/supply.py locals                    the packages of this tree, as arguments of pip
python tools/supply.py licences                  write docs/licences.md (make pins)
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RUN, CI = ROOT / "requirements" / "run.txt", ROOT / "requirements" / "ci.txt"
PAGE = ROOT / "docs" / "licences.md"
BUILD = ("editables", "pip>=25.1")
"""What installing this tree needs beside the build tool that `pyproject.toml` names."""
TOOLS = ("cyclonedx-bom>=7", "uv>=0.13")
"""What `make pins` and `make sbom` run, in an environment of their own."""
DOCS = ("furo>=2025.12", "myst-parser>=5", "sphinx>=9")
"""What `make docs` makes pages with, in an environment of its own, too."""
OTHERS = {"tools": TOOLS, "docs": DOCS}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CLASSIFIER = "License :: OSI Approved :: "
SHORT = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
}


def projects() -> list[Path]:
    """The folders of the packages of this tree, the core first."""
    return [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


def needs(kind: str) -> list[str]:
    """What the packages of this tree need: to run with all extras, or to be worked on (`ci`)."""
    if kind in OTHERS:
        return list(OTHERS[kind])
    found = set(BUILD) if kind == "ci" else set()
    for folder in projects():
        data = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        found.update(_listed(data["project"]))
        if kind == "ci":
            found.update(data.get("dependency-groups", {}).get("dev", ()))
    return sorted(each for each in found if not name_of(each).startswith("groupbuy"))


def _listed(project: dict[str, Any]) -> Iterator[str]:
    yield from project.get("dependencies", ())
    for extra in project.get("optional-dependencies", {}).values():
        yield from extra


def name_of(requirement: str) -> str:
    """The name of a requirement, as registries fold it."""
    match = _NAME.match(requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def pinned(path: Path) -> dict[str, list[str]]:
    """Name → versions of a file of pins; there may be one for each version of Python."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9][\w.-]*)==([\w.+!-]+)", line):
            found.setdefault(name_of(match[1]), []).append(match[2])
    return found


def licence_of(name: str) -> str:
    """The licence that an installed package states, as short as it says it."""
    data = metadata.metadata(name)
    if "License-Expression" in data:
        return data["License-Expression"]
    classified = [
        each.removeprefix(_CLASSIFIER)
        for each in data.get_all("Classifier") or ()
        if each.startswith(_CLASSIFIER)
    ]
    if classified:
        return ", ".join(SHORT.get(each, each) for each in classified)
    stated = "".join(data.get_all("License", [])[:1])
    return (stated or "not stated").splitlines()[0][:60]


def licences() -> str:
    """The page of licences of all that a user with every extra installs."""
    lines = [
        "# Licences of what groupbuy needs",
        "",
        "What `groupbuy` and its plugins install with all their extras, as the packages state it;",
        "without extras it is five packages (README) and what they need. groupbuy itself is",
        "Apache-2.0. `make pins` writes this page, `make sbom` the same for programs (CycloneDX).",
        "",
        "| package | version | licence |",
        "|---|---|---|",
    ]
    for name, versions in sorted(pinned(RUN).items()):
        try:
            stated = licence_of(name)
        except metadata.PackageNotFoundError:
            stated = "not installed on this system; see the package"
        lines.append(f"| {name} | {', '.join(versions)} | {stated} |")
    return "\n".join(lines) + "\n"


def main(args: list[str]) -> None:
    """Carry out one of the tasks above."""
    match args:
        case ["needs", "run" | "ci" | "tools" | "docs" as kind]:
            print("\n".join(needs(kind)))
        case ["locals"]:
            print(" ".join(f"--editable {folder.relative_to(ROOT)}" for folder in projects()))
        case ["licences"]:
            PAGE.write_text(licences(), encoding="utf-8")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
