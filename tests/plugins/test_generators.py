"""What a generator of packages may give, and how a plugin's section arranges what it shows."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from groupbuy.api import Choice, Item, Package, PackageLine, ProposalRequest
from groupbuy.plugins.contracts import faults_of_packages
from groupbuy.plugins.discovery import Found
from groupbuy.plugins.guard import Guard, PluginError
from groupbuy.plugins.guarded import GuardedSection

ITEM = Item("tea", {"en": "Tea"}, "food", Decimal("20.00"))
CHOICES = [Choice("tea", "food", n, 10 * n, Decimal(200 * n), n) for n in (1, 2)]


def request(choices: Sequence[Choice] = CHOICES) -> ProposalRequest:
    return ProposalRequest({}, {}, [ITEM], 10, date(2026, 11, 22), choices=choices)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([PackageLine("tea", 1, 10)], None),
        ([PackageLine("tea", 2, 20)], None),
        ([PackageLine("tea", 1, 12)], "gave 12 of tea, which can't be ordered so"),
        ([PackageLine("tea", 3, 30)], "gave 30 of tea, which can't be ordered so"),
        ([PackageLine("tea", 0, 0)], "gave tea in the quantity 0"),
        ([PackageLine("nut", 1, 10)], "gave 'nut', which is not in the catalogue"),
        ([PackageLine("tea", 1, 10), PackageLine("tea", 2, 20)], "gave tea twice in one package"),
        (["tea"], "gave 'tea', not a PackageLine"),
    ],
)
def test_lines_of_a_package_are_choices_that_were_offered(
    lines: list[Any], fault: str | None
) -> None:
    assert list(faults_of_packages([Package(lines)], request())) == ([fault] if fault else [])


def test_where_nothing_was_priced_any_quantity_is_a_package() -> None:
    assert not list(faults_of_packages([Package([PackageLine("tea", 1, 12)])], request(())))


class Best:
    """A section that shows the best of its entries."""

    name, shared, schema = "best", False, {"type": "object", "additionalProperties": False}

    def __init__(self, kept: object) -> None:
        self.kept = kept

    def arrange(self, shown: Any) -> Any:
        return self.kept


def guarded(section: Any) -> GuardedSection:
    found = Found("cold", "plugin", "cold_chain", "cold-chain", "1")
    return GuardedSection(section, found, Guard())


def test_a_section_chooses_and_orders_what_is_shown() -> None:
    assert guarded(Best(["c", "a"])).arrange({"a": 1, "b": 2, "c": 3}) == ["c", "a"]


def test_without_a_wish_all_is_shown_as_it_stands() -> None:
    class Plain:
        name, shared, schema = "plain", False, Best.schema

    assert guarded(Plain()).arrange({"b": 1, "a": 2}) == ["b", "a"]


@pytest.mark.parametrize("kept", [["z"], 5, None])
def test_what_is_no_arrangement_is_a_failure_of_the_plugin(kept: object) -> None:
    with pytest.raises(PluginError):
        guarded(Best(kept)).arrange({"a": 1})
