"""docs/plugins.md has every hook and interface as it is in the code."""

from __future__ import annotations

import inspect
import re

import pytest

import signatures
from groupbuy import api
from groupbuy.api import commands
from groupbuy.plugins.discovery import GROUPS
from groupbuy.plugins.guard import SECONDS, TIMEOUT, TRACE
from groupbuy.plugins.values import NUMBERS

TEXT = signatures.PAGE.read_text(encoding="utf-8")
FUNCTIONS = [name for name in api.__all__ if inspect.isfunction(getattr(api, name))]
INTERFACES = [
    name
    for name in api.__all__
    if inspect.isclass(thing := getattr(api, name))
    and thing.__module__ in ("groupbuy.plugins.interfaces", "groupbuy.plugins.values")
]


def test_signatures_are_those_of_the_code() -> None:
    written = signatures.written(TEXT)
    assert written == TEXT, "python tests/signatures.py writes them anew"


@pytest.mark.parametrize("name", [*signatures.HOOKS, *FUNCTIONS, *INTERFACES])
def test_every_hook_and_interface_has_its_signature(name: str) -> None:
    assert name in signatures.shown_names(TEXT), "add it to a `signatures:` block of the page"


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_of_the_api_is_told(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)


@pytest.mark.parametrize(
    "name", ["rules_options", "leads_options", *GROUPS, TRACE, TIMEOUT, *NUMBERS]
)
def test_names_around_it_are_told(name: str) -> None:
    assert f"`{name}" in TEXT or re.search(rf"\b{name}\b", TEXT)


def test_what_the_page_says_of_the_rest() -> None:
    assert f"`{TIMEOUT}=30` | seconds that one call may take; {SECONDS:g} without it" in TEXT
    assert hasattr(commands.RunOptions, "open")
