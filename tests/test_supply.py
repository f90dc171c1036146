"""What is installed is pinned, by hash, for every supported Python; and its licences are known."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from project_tools import tool

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ("linux", "darwin", "win32")
LINE = re.compile(r"^([A-Za-z0-9][\w.-]*)==([\w.+!-]+)(?: ; (.+?))? \\$", re.M)
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
WIDE_LICENCES = re.compile(
    r"Apache|BSD|MIT|MPL|PSF|Python Software|ISC|OFL|Zlib|CC0|Unlicense|0BSD", re.I
)


SUPPLY = tool("supply")


@pytest.mark.parametrize("kind", ["ci", "run", "tools"])
def test_every_line_is_a_pin_with_hashes(kind: str) -> None:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    lines = text.splitlines()
    pins = [n for n, line in enumerate(lines) if not line.startswith(" ")]
    assert len(pins) == len(LINE.findall(text)) > 10
    assert all(HASH.match(line) for n, line in enumerate(lines) if n not in pins)
    assert all(lines[n + 1].startswith("    --hash=") for n in pins)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", ["ci", "run", "tools"])
def test_what_is_needed_is_pinned_to_a_version_that_will_do(
    kind: str, python: str, system: str
) -> None:
    """A new dependency without `make pins` fails here."""
    here = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "os_name": "nt" if system == "win32" else "posix",
    }
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    pinned = {
        SUPPLY.name_of(name): version
        for name, version, marker in LINE.findall(text)
        if not marker or Marker(marker).evaluate(here)
    }
    for needed in map(Requirement, SUPPLY.needs(kind)):
        version = pinned.get(SUPPLY.name_of(needed.name))
        assert version is not None, f"{needed} is not pinned: make pins"
        assert needed.specifier.contains(version, prereleases=True), f"{needed}: make pins"


def test_both_files_pin_the_same() -> None:
    ci, run = SUPPLY.pinned(SUPPLY.CI), SUPPLY.pinned(SUPPLY.RUN)
    assert {name: ci.get(name) for name in run} == run


def test_every_licence_is_known_and_open() -> None:
    rows = re.findall(r"^\| ([\w.-]+) \| (.+?) \| (.+?) \|$", SUPPLY.PAGE.read_text("utf-8"), re.M)
    stated = {name: licence for name, _, licence in rows if name != "package"}
    assert stated.keys() == SUPPLY.pinned(SUPPLY.RUN).keys(), "make pins"
    assert not {n: licence for n, licence in stated.items() if not WIDE_LICENCES.search(licence)}


def test_licences_are_those_that_packages_state() -> None:
    """Of what is installed here; the page is made where everything is."""
    page = SUPPLY.PAGE.read_text("utf-8")
    for name in SUPPLY.pinned(SUPPLY.RUN):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if version in SUPPLY.pinned(SUPPLY.RUN)[name]:
            assert f"| {SUPPLY.licence_of(name)} |" in page


def test_the_tool_lists_every_package_of_the_tree() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "supply.py"), "locals"],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    folders = ran.stdout.split()[1::2]
    names = []
    for folder in folders:
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
        names.append(project["project"]["name"])
    assert names[0] == "groupbuy"
    assert len(names) == 1 + len(list(ROOT.glob("plugins/*/pyproject.toml")))
