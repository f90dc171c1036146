"""Where operations on known values change: their edges, and what lies beyond them."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from groupbuy.tree import operations as op
from groupbuy.tree.nodes import NONE

LAST = date.max.toordinal()


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (0.0, 1e-9, True),
        (0.0, 1.001e-9, False),
        (0.0, -1e-9, True),
        (0.0, -1.001e-9, False),
        (1000.0, 1000.0 + 0.9e-9, True),
        (1000.0, 1000.0 + 1.2e-9, False),
        (1e6, 1e6 + 0.9e-6, True),
        (1e6, 1e6 + 1.1e-6, False),
        (-1e6, -1e6 - 0.9e-6, True),
        (-1e6, -1e6 - 1.1e-6, False),
    ],
)
def test_equal_within_a_billionth_or_a_billionth_of_a_thousandth(
    a: float, b: float, equal: bool
) -> None:
    low, high = min(a, b), max(a, b)
    assert op.close(a, b) is op.close(b, a) is equal
    assert op.below(low, high) is not equal
    assert op.below(high, low) is False
    assert op.not_above(high, low) is equal
    assert op.not_above(low, high) is True


@pytest.mark.parametrize(
    ("work", "args", "wanted"),
    [
        # dates end with the years 1 and 9999
        (op.shift_days, (1, -1.0), NONE),
        (op.shift_days, (2, -1.0), 1),
        (op.shift_days, (LAST - 1, 1.0), LAST),
        (op.shift_days, (LAST, 1.0), NONE),
        (op.shift_days, (10, 1.9), 11),
        (op.shift_days, (10, -0.1), 9),
        (op.shift_months, (day("0001-01-31"), -1.0), NONE),
        (op.shift_months, (day("0001-02-28"), -1.0), day("0001-01-28")),
        (op.shift_months, (day("9999-12-31"), 1.0), NONE),
        (op.shift_months, (day("9999-11-30"), 1.0), day("9999-12-30")),
        (op.shift_months, (day("2026-01-31"), 1.0), day("2026-02-28")),
        (op.shift_months, (day("2026-12-15"), 1.0), day("2027-01-15")),
        (op.shift_months, (day("2026-01-15"), -1.0), day("2025-12-15")),
        (op.shift_months, (day("2026-01-15"), -1.9), day("2025-12-15")),
        (op.shift_months, (day("2026-01-15"), 1e9), NONE),
        (op.months_between, (day("2026-01-15"), day("2026-02-14")), 0.0),
        (op.months_between, (day("2026-01-15"), day("2026-02-15")), 1.0),
        (op.months_between, (day("2026-01-31"), day("2026-02-28")), 1.0),
        (op.months_between, (day("2026-02-15"), day("2026-01-15")), -1.0),
        (op.months_between, (day("2025-12-01"), day("2026-12-01")), 12.0),
        (op.months_between, (day("2026-01-15"), day("2026-01-15")), 0.0),
        (op.next_date, ((5, 9, 7), 5), 5),
        (op.next_date, ((5, 9, 7), 6), 7),
        (op.next_date, ((5, 9, 7), 10), NONE),
        # whole but for noise
        (op.floor, (2.9999999999,), 3.0),
        (op.floor, (2.99,), 2.0),
        (op.floor, (2.5,), 2.0),
        (op.floor, (-2.5,), -3.0),
        (op.floor, (-3.0000000001,), -3.0),
        (op.ceil, (3.0000000001,), 3.0),
        (op.ceil, (3.01,), 4.0),
        (op.floor, (math.inf,), math.inf),
        (op.floor, (-math.inf,), -math.inf),
        (op.rounded, (2.675, 2.0), 2.68),
        (op.rounded, (-2.675, 2.0), -2.68),
        (op.rounded, (1250.0, -2.0), 1300.0),
        (op.rounded, (1249.0, -2.0), 1200.0),
        (op.rounded, (0.5,), 1.0),
        (op.rounded, (-0.4,), 0.0),
        # what is zero but for noise does not divide, unless it was read
        (op.divide, (1.0, 1e-9), NONE),
        (op.divide, (1.0, -1e-9), NONE),
        (op.divide, (1.0, 2e-9), 1.0 / 2e-9),
        (op.divide, (1.0, -2e-9), -1.0 / 2e-9),
        (op.divide_exact, (1.0, 2e-9), 1.0 / 2e-9),
        (op.divide_exact, (1.0, 1e-200), 1e200),
        (op.divide_exact, (1.0, -1e-200), -1e200),
        (op.divide_exact, (1.0, 0.9e-200), NONE),
        (op.divide_exact, (1.0, -0.9e-200), NONE),
        (op.floor_divide, (7.0, 2.0), 3.0),
        (op.floor_divide, (7.0, 0.0), NONE),
        (op.floor_divide, (7.5, 0.0), NONE),
        (op.floor_divide, (0.3, 0.1), 3.0),
        (op.floor_divide, (7.0, 0.5), 14.0),
        (op.floor_divide, (0.5, 2.0), 0.0),
        (op.modulo, (7.0, 2.0), 1.0),
        (op.modulo, (7.0, 0.0), NONE),
        (op.modulo, (-7.0, 2.0), 1.0),
        (op.modulo, (7.5, 2.0), 1.5),
        (op.modulo, (7.0, 2.5), 2.0),
        # magnitudes
        (op.finite, (1e300,), None),
        (op.finite, (-1e300,), None),
        (op.finite, (9.9e299,), 9.9e299),
        (op.finite, (-9.9e299,), -9.9e299),
        (op.total, (1e308, 1e308), math.inf),
        (op.total, (0.1, 0.2, 0.3, -0.3, -0.2, -0.1), 0.0),
        # half after each half-life; what lies ahead counts full
        (op.decay, (0.0, 10.0), 1.0),
        (op.decay, (-5.0, 10.0), 1.0),
        (op.decay, (10.0, 10.0), 0.5),
        (op.decay, (20.0, 10.0), 0.25),
        (op.decay, (10.0, 0.0), NONE),
        (op.decay, (10.0, -1.0), NONE),
        (op.decay, (1e308, 1e-9), 0.5**1000),
        (op.deviation, (2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0), 2.0),
    ],
)
def test_edges(work: Any, args: tuple[Any, ...], wanted: Any) -> None:
    found = work(*args)
    assert found == wanted
    assert str(found) == str(wanted), "no minus zero"
