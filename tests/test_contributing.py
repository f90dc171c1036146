"""What docs/contributing.md names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
PATH = re.compile(r"`([\w./-]+(?:/|\.(?:py|md|yaml|toml)))(?:::(\w+))?`")
PLACES = ("tests/", "tools/", "docs/", "rules/")
NAMED = sorted({(path, name) for path, name in PATH.findall(PAGE) if path != "groupbuy.yaml"})


def found(path: str) -> Path:
    """A file or folder of the repository, or of the package where the page leaves that out."""
    package = ROOT / "src" / "groupbuy" / path
    here = ROOT / path
    return here if path.startswith(PLACES) and here.exists() else package


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_is_named_is_there(path: str, name: str) -> None:
    if path in ("src/groupbuy/", *PLACES, "pyproject.toml", "file.py"):
        return
    place = found(path)
    assert place.exists(), path
    if name:
        made = rf"^(?:class|def) {name}\b|^{name}\b.*="
        assert re.search(made, place.read_text(encoding="utf-8"), re.M), f"{path}::{name}"


def test_the_page_names_what_it_leads_to() -> None:
    assert len(NAMED) > 60
