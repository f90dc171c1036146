"""What is said of all results of an operation is so, and is said of each that it holds for."""

import typing
from datetime import date
from typing import Any

import pytest

from groupbuy.tree.nodes import Absent
from groupbuy.tree.operations import BOUNDS, LAST_DAY, PARTIAL, STRICT

ARGUMENTS: dict[str, list[Any]] = {
    "month": [1, LAST_DAY, *(date(2026, month, 1).toordinal() for month in range(1, 13))],
    "len": ["", "团购", ("a", "b")],
    "abs": [-3.5, 0.0, 7.0, -1e300],
}


def test_what_may_not_apply_says_so_in_its_signature() -> None:
    can_be_none = {
        op
        for op, function in STRICT.items()
        if Absent in typing.get_args(typing.get_type_hints(function).get("return"))
    }
    assert can_be_none == PARTIAL, "PARTIAL lists the operations that can return NONE"


@pytest.mark.parametrize("op", BOUNDS)
def test_results_lie_within_their_bounds(op: str) -> None:
    low, high = BOUNDS[op]
    results = [STRICT[op](value) for value in ARGUMENTS[op]]
    assert all(low <= result <= high for result in results)
    assert low in results  # no closer end would do
    assert high in results or high == float("inf")
