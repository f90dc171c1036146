"""The same tree makes the same wheels, byte by byte; the bill of materials lists what they need."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path

import pytest
from fresh_world import PLUGINS, ROOT, built, copied, done

pytestmark = pytest.mark.supply


@pytest.mark.parametrize("project", [ROOT, *PLUGINS], ids=lambda path: path.name)
def test_two_builds_are_the_same_bytes(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere, later, with other rights on files, in another language and time zone."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    found = []
    for name, age, mode, zone in (("one", 0, 0o644, "UTC"), ("two", 10**8, 0o600, "Asia/Shanghai")):
        folder = copied(project, tmp_path / name / "tree")
        for file in folder.rglob("*"):
            if file.is_file():
                os.utime(file, (10**9 + age, 10**9 + age))
                file.chmod(mode)
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("PYTHONHASHSEED", str(age % 1000))
        (wheel,) = built([folder], tmp_path / name / "wheels")
        found.append((wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()))
        with zipfile.ZipFile(wheel) as package:
            assert len(package.namelist()) > 5
    assert found[0] == found[1]


def test_the_bill_of_materials_lists_what_is_shipped() -> None:
    done(["make", "sbom"])
    bill = json.loads((ROOT / "build" / "sbom.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    parts = {part["name"].lower(): part for part in bill["components"]}
    shipped = {"click", "jsonschema", "pluggy", "pyyaml", "tabulate"}
    shipped |= {plugin.name for plugin in PLUGINS}
    assert shipped <= parts.keys()
    assert not {"pytest", "mypy", "ruff"} & parts.keys()
    assert all("version" in part and "purl" in part for part in parts.values())
    assert "file:" not in json.dumps(bill)
    assert bill["metadata"]["component"]["name"] == "groupbuy"
