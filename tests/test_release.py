"""What a release says of itself holds together: versions, needs, the change log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groupbuy import __version__, api
from project_tools import tool

ROOT = Path(__file__).parents[1]


RELEASE = tool("release")


def test_everything_names_the_same_version() -> None:
    assert RELEASE.version() == __version__
    assert not RELEASE.inconsistencies()
    assert int(__version__.partition(".")[0]) == api.API_VERSION


def test_the_change_log_tells_of_this_release() -> None:
    assert "limits" in RELEASE.notes(__version__).lower()


def test_what_does_not_hold_together_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RELEASE, "version", lambda: "9.8.7")
    found = "\n".join(RELEASE.inconsistencies())
    assert "groupbuy-history needs groupbuy>=1,<2" in found
    assert "the newest release of CHANGELOG.md" in found
    assert "docs/start.md names a wheel of" in found
    with pytest.raises(RELEASE.FailedError, match=r"no section \[9\.8\.7\]"):
        RELEASE.notes("9.8.7")


def test_a_step_that_fails_stops_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken() -> str:
        raise RELEASE.FailedError("two said three\nand more")

    def absent() -> str:
        raise RELEASE.NotHereError("no such Python")

    def partly() -> str:
        raise RELEASE.NotHereError("Python 9", "tried on Python 8")

    steps = {"one": lambda: "fine", "none": absent, "part": partly}
    steps |= {"two": broken, "three": lambda: "never"}
    monkeypatch.setattr(RELEASE, "STEPS", steps)
    monkeypatch.setattr(RELEASE, "OUT", tmp_path)
    assert RELEASE.main([]) == 1
    told = capsys.readouterr().out
    for line in (
        r"one\s+passed .* fine",
        r"none\s+NOT TRIED .* no such Python",
        r"part\s+passed .* tried on Python 8; NOT TRIED: Python 9",
        r"two\s+FAILED .* two said three$",
    ):
        assert re.search(line, told, re.M)
    assert "not reached: three" in told
    assert RELEASE.main(["one", "none"]) == 0


def test_supported_pythons_are_those_that_are_pinned() -> None:
    pinned = re.search(
        r"^PYTHONS = \((.*)\)$", (ROOT / "tests/test_supply.py").read_text("utf-8"), re.M
    )
    assert pinned is not None
    assert tuple(re.findall(r"[\d.]+", pinned[1])) == RELEASE.PYTHONS
    text = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    assert all(name in text for name in RELEASE.PYTHONS)
    assert RELEASE.project(ROOT)["requires-python"] == f">={RELEASE.PYTHONS[0]}"
