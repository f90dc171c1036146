"""What kind of number an expression is: its form, its range, whether noise is reckoned with."""

from __future__ import annotations

import pytest
from language_world import read


@pytest.mark.parametrize(
    ("text", "form", "exact"),
    [
        # what was read is compared as it stands
        ("budget", "money", True),
        ("-budget", "money", True),
        ("abs(budget)", "money", True),
        ("min(budget, 5)", "money", True),
        ("max(orders.amount)", "money", True),
        ("first(orders.amount)", "money", True),
        ("budget if bought else 2", "money", True),
        ("coalesce(budget, 2)", "money", True),
        # so is what is whole
        ("floor(growth / 3)", "integer", True),
        ("ceil(growth / 3)", "integer", True),
        ("round(growth / 3)", "number", True),
        ("count(orders)", "integer", True),
        ("len(name)", "integer", True),
        ("days_until(needed_by)", "integer", True),
        ("months_since(founded)", "integer", True),
        ("year(today)", "integer", True),
        ("month(today)", "integer", True),
        # what was computed carries noise, and so does what is made of it
        ("budget + 1", "money", False),
        ("budget * 2", "money", False),
        ("budget / 3", "money", False),
        ("budget // 7", "integer", False),
        ("budget % 7", "money", False),
        ("-(budget / 3)", "money", False),
        ("abs(budget / 3)", "money", False),
        ("round(growth / 3, 1)", "number", False),
        ("max(budget, budget / 3)", "money", False),
        ("sum(orders.amount)", "money", False),
        ("budget if bought else budget / 3", "money", False),
        ("coalesce(budget, budget / 3)", "money", False),
        ("decay(5, half_life=2)", "number", False),
        # forms
        ("headcount + headcount", "integer", False),
        ("headcount + 1.5", "number", False),
        ("headcount * budget", "money", False),
        ("budget / budget", "number", False),
        ("share_held * budget", "money", False),
        ("headcount / 2", "number", False),
    ],
)
def test_form_and_exactness(text: str, form: str, exact: bool) -> None:
    type = read(text).type
    assert (type.form, type.exact) == (form, exact)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("headcount", 0, None),
        ("share_held", 0, 1),
        ("-share_held", -1, 0),
        ("-headcount", None, 0),
        ("3", 3, 3),
        ("decay(5, half_life=2)", 0, 1),
        ("count(orders)", 0, None),
        ("1 if bought else 3", 1, 3),
        ("headcount if bought else 3", 0, None),
        ("min(share_held, 3)", 0, 3),
        ("share_held + 1", None, None),
    ],
)
def test_range(text: str, low: float | None, high: float | None) -> None:
    type = read(text).type
    assert (type.low, type.high) == (low, high)
