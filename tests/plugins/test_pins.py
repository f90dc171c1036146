"""Which versions a pin allows."""

import pytest

from groupbuy.plugins.pins import allows, pins_of, read_wanted

ALLOWED = [
    ("", "1.0", True),
    (">=1.2", "1.2", True),
    (">=1.2", "1.2.0", True),
    (">=1.2", "1.10", True),
    (">=1.2", "1.1.9", False),
    (">1.2", "1.2.0", False),
    ("<2", "1.99", True),
    ("<2", "2.0", False),
    (">=1,<2", "1.5", True),
    (">=1, <2", "2.1", False),
    ("==1.2", "1.2.0", True),
    ("==1.2.*", "1.2.7", True),
    ("==1.2.*", "1.20", False),
    ("!=1.3", "1.3.0", False),
    ("!=1.3.*", "1.4", True),
    ("~=1.4", "1.9", True),
    ("~=1.4", "2.0", False),
    ("~=1.4.2", "1.4.9", True),
    ("~=1.4.2", "1.5", False),
    (">=1", "1.0rc1", True),
    ("=>1", "0.1", True),
]


@pytest.mark.parametrize(("pins", "version", "allowed"), ALLOWED)
def test_allows(pins: str, version: str, allowed: bool) -> None:
    assert allows(pins, version) is allowed


WANTED = [
    ("history", ("history", "")),
    ("history>=1.2,<2", ("history", ">=1.2,<2")),
    (" history ~= 1.2 ", ("history", "~= 1.2")),
    ("history 1.2", None),
    ("history >= x", None),
    ("his-tory", None),
    ("", None),
    ("1history", None),
    ("历史>=1", ("历史", ">=1")),
]


@pytest.mark.parametrize(("text", "wanted"), WANTED)
def test_read_wanted(text: str, wanted: tuple[str, str] | None) -> None:
    assert read_wanted(text) == wanted


REQUIREMENTS = [
    ("groupbuy>=0.1,<1", ">=0.1,<1"),
    ("groupbuy[xlsx] (>=0.1)", ">=0.1"),
    ("groupbuy", ""),
    ('groupbuy<2; extra == "x"', "<2"),
]


@pytest.mark.parametrize(("requirement", "pins"), REQUIREMENTS)
def test_pins_of(requirement: str, pins: str) -> None:
    assert pins_of(requirement) == pins
