"""The calendar: spans at the ends of months, complete months and quarters, derived columns."""

from datetime import date
from typing import Any

import pytest
from compile_world import TABLES, Lead, define, evaluate, read, run
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.compile.python import compile_program, compile_value
from groupbuy.compile.runtime import NA
from groupbuy.tree import build
from groupbuy.tree.nodes import Col, Periods
from groupbuy.tree.types import COMPUTED, TableType


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


# fmt: off
SPANS = [
    # (today, span, first day inside)
    ("2026-11-22", "days=1",     "2026-11-22"),
    ("2026-11-22", "days=30",    "2026-10-24"),
    ("2026-11-22", "months=1",   "2026-10-23"),
    ("2026-11-22", "months=12",  "2025-11-23"),
    ("2026-11-22", "years=1",    "2025-11-23"),
    ("2026-03-31", "months=1",   "2026-03-01"),
    ("2026-03-30", "months=1",   "2026-03-01"),
    ("2026-03-28", "months=1",   "2026-03-01"),
    ("2026-02-28", "months=1",   "2026-01-29"),
    ("2026-05-31", "months=3",   "2026-03-01"),
    ("2028-02-29", "months=12",  "2027-03-01"),
    ("2028-02-29", "years=4",    "2024-03-01"),
    ("2028-03-31", "months=1",   "2028-03-01"),
    ("2026-01-15", "months=1",   "2025-12-16"),
    ("2026-01-31", "months=14",  "2024-12-01"),
]
MONTHS = [
    # (from, to, complete months)
    ("2026-01-31", "2026-02-27", 0), ("2026-01-31", "2026-02-28", 1),
    ("2026-01-31", "2026-03-30", 1), ("2026-01-31", "2026-03-31", 2),
    ("2024-02-29", "2025-02-28", 12), ("2024-02-29", "2025-02-27", 11),
    ("2025-12-31", "2026-01-30", 0), ("2025-12-31", "2026-01-31", 1),
    ("2026-05-10", "2026-05-10", 0), ("2026-05-10", "2026-06-09", 0),
    ("2026-05-10", "2026-06-10", 1), ("2026-06-10", "2026-05-10", -1),
]
# fmt: on


@pytest.mark.parametrize(("today", "span", "first"), SPANS)
def test_a_span_ends_today_and_starts_behind_the_same_day(
    today: str, span: str, first: str
) -> None:
    inside = compile_value(read(f"within(d, {span})"), TABLES)
    answers = [inside(Lead(d=day(first) + shift, today=day(today))) for shift in (-1, 0)]
    assert answers == [False, True]
    assert inside(Lead(d=day(today), today=day(today))) is True
    assert inside(Lead(d=day(today) + 1, today=day(today))) is False
    assert inside(Lead(today=day(today))) is None


@pytest.mark.parametrize(("start", "end", "months"), MONTHS)
def test_complete_months(start: str, end: str, months: int) -> None:
    assert run("months_since(d)", d=day(start), today=day(end)) == months


def test_months_that_are_whole_but_for_noise() -> None:
    lead = {"d": day("2025-11-23"), "today": day("2026-11-22")}
    assert run("within(d, months=a * 120)", a=0.1, **lead) is True
    assert run("within(d, years=a + 0.9)", a=0.1, **lead) is True


def test_decay_halves() -> None:
    for days, left in ((0, 1.0), (90, 0.5), (180, 0.25), (-5, 1.0)):
        assert run("decay(days_since(d), half_life=90)", d=day("2026-06-01"),
                   today=day("2026-06-01") + days) == left  # fmt: skip


def periods(per: Any, last: int, today: str, rows: Any) -> Any:
    made = Periods("t", "on", per, last, (("n", read("sum(t.n)")), ("rows", read("count(t)"))),
                   read("today"))  # fmt: skip
    program = evaluate([define("made", made)], ["made"])
    return program({"today": day(today), "t": rows})["made"]


def on(*dates: str) -> list[dict[str, Any]]:
    """Rows that count 1, 2, 4 … so that a sum tells which are in it."""
    return [{"on": day(text), "n": 2.0**at} for at, text in enumerate(dates)]


# fmt: off
PERIODS = [
    ("quarter", 2, "2026-11-22", on("2026-04-01", "2026-06-30", "2026-07-01", "2026-09-30",
                                    "2026-10-01", "2026-03-31"), [3.0, 12.0]),
    ("quarter", 2, "2026-01-01", on("2025-07-01", "2025-12-31", "2026-01-01"), [1.0, 2.0]),
    ("quarter", 4, "2026-03-31", on("2025-02-01", "2025-12-31"), [1.0, 0.0, 0.0, 2.0]),
    ("month",   3, "2026-03-31", on("2025-12-01", "2026-02-28", "2026-03-01"), [1.0, 0.0, 2.0]),
    ("month",   2, "2028-03-01", on("2028-02-29", "2028-01-31"), [2.0, 1.0]),
    ("month",   1, "2026-01-31", on("2025-12-31", "2026-01-01", "2025-11-30"), [1.0]),
    ("year",    2, "2026-11-22", on("2024-01-01", "2025-12-31", "2026-01-01", "2023-12-31"),
     [1.0, 2.0]),
    ("quarter", 2, "2026-11-22", [], [0.0, 0.0]),
]
# fmt: on


@pytest.mark.parametrize(("per", "last", "today", "rows", "sums"), PERIODS)
def test_complete_periods_only_and_empty_ones_too(
    per: str, last: int, today: str, rows: Any, sums: list[float]
) -> None:
    assert [row["n"] for row in periods(per, last, today, rows)] == sums
    assert [row["n"] for row in periods(per, last, today, rows[::-1])] == sums


def test_periods_of_unknown_rows_are_unknown() -> None:
    assert periods("month", 2, "2026-11-22", None) is None
    assert periods("month", 2, "2026-11-22", [{"on": None, "n": 1.0}]) is None
    assert periods("month", 1, "2026-11-22", [{"on": day("2026-10-01"), "n": None}]) == [
        {"n": None, "rows": 1.0}
    ]


def test_a_period_table_is_a_table() -> None:
    made = Periods("t", "on", "month", 3, (("n", read("sum(t.n)")), ("top", read("max(t.n)"))),
                   read("today"))  # fmt: skip
    columns = TableType((("n", COMPUTED), ("top", COMPUTED)))
    n, top = Col("m", "n", COMPUTED), Col("m", "top", COMPUTED)
    best = define("best", build.agg("max", "m", n, None, COMPUTED))
    tops = define("tops", build.agg("sum", "m", top, None, COMPUTED))
    definitions = {d.name: d for d in (define("m", made), best, tops)}
    program = compile_program(definitions, ["m", "best", "tops"], {"t": True, "today": False},
                              {"m": columns, **TABLES}, ["m", "best", "tops"])  # fmt: skip
    orders = on("2026-10-01", "2026-10-02", "2026-08-05")
    x: dict[str, Any] = {"today": day("2026-11-22"), "t": orders}
    program(x)
    assert [row["top"] for row in x["m"]] == [4.0, NA, 2.0]
    assert (x["best"], x["tops"]) == (4.0, 6.0)


def test_a_derived_column_may_read_the_whole_table() -> None:
    """Each row beside the mean of all: the mean is not that of the row at hand."""
    rows = [{"n": 1.0}, {"n": 2.0}, {"n": 6.0}]
    off = build.arithmetic("-", Col("t", "n", COMPUTED), read("mean(t.n)"))
    far = build.strict("abs", COMPUTED, Col("t", "off", COMPUTED))
    definitions = [
        define("t.off", off, table="t"),
        define("t.far", far, table="t"),
        define("total", build.agg("sum", "t", Col("t", "far", COMPUTED), None, COMPUTED)),
        define("most", build.agg("max", "t", Col("t", "off", COMPUTED), None, COMPUTED)),
    ]
    found = evaluate(definitions, ["t.off", "t.far", "total", "most"])({"t": rows})
    assert found["t.off"] == [-2.0, -1.0, 3.0]
    assert found["t.far"] == [2.0, 1.0, 3.0]
    assert (found["total"], found["most"]) == (6.0, 3.0)
    assert evaluate(definitions, ["t.far", "total"])({"t": None})["t.far"] is None


@given(st.permutations(range(4)))
def test_first_and_last_follow_the_order_of_the_table(order: list[int]) -> None:
    rows = [{"on": 10 + at, "n": float(at)} for at in order]
    assert run("first(t.n)", t=rows) == 0.0
    assert run("last(t.n)", t=rows) == 3.0
    assert run("last(t.n, where=t.n < 3)", t=rows) == 2.0
    assert run("last(t.n)", t=[*rows, {"on": None, "n": 1.0}]) is None
    assert run("first(t.n)", t=[*rows, {"on": 1, "n": None}]) is None
