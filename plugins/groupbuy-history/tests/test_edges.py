"""Calendar corners, blanks as a lead file has them, and tables of a size nobody expects."""

from datetime import date, timedelta
from typing import Any

import pytest
from histories import DAY, Evaluate, Orders, ask, named

from groupbuy.api import NONE
from groupbuy_history import SCORERS


def orders(*days: str, amount: float = 100.0, **more: Any) -> Orders:
    return [
        {"date": date.fromisoformat(day), "amount": amount, "status": None, "category": "tea"}
        | more
        for day in days
    ]


@pytest.mark.parametrize(
    ("name", "history", "today", "given", "wanted"),
    [
        # Leap days: February of 2024 has 29, and a year later it has 28.
        ("typical_gap", orders("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"),
         "2024-03-10", {}, 1),
        ("next_purchase", orders("2023-02-28", "2024-02-28", "2025-02-28", "2026-02-28"),
         "2026-03-01", {}, date(2027, 2, 28)),
        ("category_concentration", orders("2023-02-28") + orders("2023-03-01", category="desks"),
         "2024-02-29", {}, 1.0),
        ("category_concentration", orders("2024-02-29") + orders("2024-03-01", category="desks"),
         "2025-02-28", {}, 0.5),
        # The running quarter is not complete, not even on its last day.
        ("active_share", orders("2025-02-01", "2025-05-01", "2025-12-31"), "2025-12-31", {}, 2 / 3),
        ("active_share", orders("2025-02-01", "2025-05-01", "2025-12-31"), "2026-01-01", {}, 0.75),
        # The time before the first order counts against nobody.
        ("active_share", orders("2025-05-01", "2025-08-01", "2025-11-01"), "2026-01-01", {}, 1.0),
        ("active_share", orders("2025-08-01", "2025-11-01"), "2026-01-01", {}, NONE),
        # Several orders of a day are one buying day; three days are two gaps, which are no rhythm.
        ("churn_risk", orders("2026-01-01", "2026-01-01", "2026-02-01", "2026-03-01"),
         "2026-11-22", {}, NONE),
        ("churn_risk", orders("2026-01-01", "2026-01-01", "2026-02-01", "2026-03-01"),
         "2026-11-22", {"least": 2}, 2 / 3),
        # A return is no purchase, and lowers the quarter it came in.
        ("overdue", orders("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")
         + orders("2026-11-01", amount=-50.0), "2026-11-22", {}, 235 / 31),
        ("mean_period", orders("2025-11-01", amount=400.0) + orders("2026-02-01", amount=-100.0),
         "2026-11-22", {}, 75.0),
        # Sent back more than bought: nothing to be even about.
        ("evenness", orders("2025-11-01") + orders("2025-12-01", amount=-300.0),
         "2026-11-22", {}, NONE),
        # The last day of the calendar does not break the date of the next purchase.
        ("next_purchase", orders("9996-12-31", "9997-12-31", "9998-12-31", "9999-12-31"),
         "9999-12-31", {}, NONE),
        ("category_concentration", orders("0001-01-05"), "0001-02-01", {}, 1.0),
    ],
)  # fmt: skip
def test_corners(
    name: str, history: Orders, today: str, given: dict[str, Any], wanted: object
) -> None:
    found = ask(named(name), history, date.fromisoformat(today), **given)
    assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


PACK = "groupbuy: 1\npack: p\nfacts:\n" + "".join(
    f"  f_{scorer.name}: history.{scorer.name}()\n" for scorer in SCORERS
)


def status(lead: dict[str, Any], name: str) -> str | None:
    fact = lead["facts"].get(f"f_{name}")
    return None if fact is None else fact.get("status", "known")


def test_blanks_of_a_lead_file(evaluate: Evaluate) -> None:
    """A table that nobody filled in, an empty one, and rows without a date or an amount."""
    row = {"date": "2026-10-01", "amount": 100}
    no_table, empty, undated, unpriced = evaluate(
        [
            {"id": "A"},
            {"id": "B", "orders": []},
            {"id": "C", "orders": [row, {"amount": 50}]},
            {"id": "D", "orders": [{**row, "date": f"2026-0{m}-01"} for m in (2, 4, 6, 8)]
             + [{"date": "2026-05-01"}]},
        ],
        {"p.yaml": PACK},
    )  # fmt: skip
    for scorer in SCORERS:
        assert status(no_table, scorer.name) == "unknown", scorer.name
        assert status(undated, scorer.name) == "unknown", scorer.name
        zero = scorer.name in ("purchases", "spent")
        assert (status(empty, scorer.name) == "known") is zero, scorer.name
    for name in ("churn_risk", "overdue", "typical_gap", "last_purchase_days", "mean_gap"):
        assert status(unpriced, name) == "known", "days are known without amounts"
    for name in ("active_share", "variation", "spent", "mean_purchase", "month_concentration"):
        assert status(unpriced, name) == "unknown", name


def test_a_huge_table(evaluate: Evaluate) -> None:
    """A hundred thousand orders of one customer: every scorer answers, none is cut off."""
    rows = [
        {
            "date": (DAY - timedelta(index * 7919 % 3650)).isoformat(),
            "amount": 1 + index * 104729 % 9973,
            "category": f"C{index % 300}",
        }
        for index in range(100_000)
    ]
    (lead,) = evaluate(
        [{"id": "L1", "orders": rows}],
        {"p.yaml": PACK},
    )
    open_ones = {"still_buys", "expected_purchases"}  # nobody fitted a model
    for scorer in SCORERS:
        wanted = "unknown" if scorer.name in open_ones else "known"
        assert status(lead, scorer.name) == wanted, scorer.name
    assert not lead.get("failed")
