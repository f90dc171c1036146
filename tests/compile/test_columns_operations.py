"""Every operation of the language over columns, on every engine, against the row back end."""

import random
from datetime import date
from typing import Any

import pytest
from columns_world import ENGINES, alike, tree_in_columns
from compile_world import NAMES, TABLES, Lead, read

from groupbuy.compile.columns.leads import LeadSheet, Variant
from groupbuy.compile.python import compile_value
from groupbuy.errors import GroupbuyError
from groupbuy.language.functions import FUNCTIONS
from groupbuy.tree.nodes import Agg, Call, Op, Ref, Routine, walk
from groupbuy.tree.operations import COMPARE, CONNECT, LENIENT, STRICT
from groupbuy.tree.types import COMPUTED, TEXT, choices

TEXTS = (
    "known(t)",
    "missing(t) or count(t, where=known(t)) > 1",
    "round(a * 0.37, 1)",
    "round(a/3, 2)",
    "round(a * 12.5, -1)",
    "round(a * 125)",
    "floor(a/2)",
    "ceil(b*0.3)",
    "a // b",
    "a % b",
    "(a*0.7) // (b*0.1)",
    "(a*0.7) % (b*0.1)",
    "abs(a)",
    "year(d)",
    "month(d)",
    "months_since(d)",
    "days_since(d)",
    "d + a",
    "d - today",
    "d < '2026-01-31'",
    "within(d, months=5)",
    "within(d, months=10)",
    "within(d, years=2)",
    "mean(t.n)",
    "std(t.n)",
    "min(t.n, where=t.f)",
    "max(t.on)",
    "first(t.n)",
    "last(t.w)",
    "first(t.f, where=t.n > 0)",
    "last(t.f)",
    "last(t.n, where=t.w == 'x')",
    "sum(t.n / a)",
    "mean(t.n * sum(t.n))",
    "any(t.n > mean(t.n))",
    "distinct(t.n, where=t.n >= a)",
    "count(t)",
    "k < 'z'",
    "k",
    "(d if p else today)",
    "a / b if p else c",
    "(a / b) > 1 or q",
    "not known(a/b)",
    "min(a, b, c)",
    "max(d, today)",
    "len(lower('Éa'))",
    "max(t.n) if p else min(t.n)",
    "p if q else r",
    "a if p else 1",
    "1 if p else a",
    "7 <= a * 3.5",
    "a if p else (b if q else (c if r else 0))",
    "(1 if a > 0 else 2 if b > 0 else 3 if c > 0 else 4)",
    "('x' if a > 0 else 'y' if b > 0 else 'x' if p else 'z')",
    "(1 if a > 0 else a / b if q else b / a)",
    "min(t.on)",
    "a == b",
    "a/b == b/a",
    "0.1 * a + 0.2 * b == 0.3 * c",
    "k == 'x' and a > 0",
    "decay(days_since(d), half_life=30)",
    "decay(a, half_life=b)",
    "a - b",
    "-a * b",
    "a + b + c",
    "a / (b * 0.5)",
    "a * 0.1 <= b * 0.1",
    "coalesce(a / b, c, 5)",
    "coalesce(p, a > b)",
    "all(t.n > 0)",
    "contains(s, '购')",
    "startswith(s, 'Ab')",
    "endswith(s, '%')",
    "lower(s)",
    "len(s)",
    "len(m)",
    "'y' in m",
    "'xy' in m or missing(m)",
)
MORE = {"s": TEXT, "m": choices(("x", "y", "xy"))}
"""Fields that the other tests' leads don't have: a text and a many-valued choice."""
TODAY = date(2026, 11, 22)
DAYS = [
    date(2024, 2, 29),
    date(2025, 2, 28),
    date(2026, 11, 22),
    date(1999, 12, 31),
    date(2027, 3, 1),
    date(2000, 1, 1),
    date(2100, 3, 1),
    date(1, 1, 1),
    date(9999, 12, 31),
    date(2025, 3, 31),
    date(2025, 12, 31),
    date(2026, 1, 30),
]
# Ends of months of every length, and months whose year is counted from the March before.
TODAYS = [
    TODAY,
    date(2026, 1, 31),
    date(2026, 2, 28),
    date(2028, 2, 29),
    date(2026, 4, 30),
    date(2026, 6, 29),
    date(2026, 12, 1),
]


def world(many: int) -> list[dict[str, Any]]:
    """Leads with blanks, ties, halves, leap days and both ends of the calendar."""
    draw = random.Random(3)

    def row() -> dict[str, Any]:
        blank = draw.random() < 0.3
        return {
            "n": draw.choice([None, 1.0, 2.0, -1.0, 0.0] if blank else [1.0, 2.0, 0.5]),
            "f": draw.choice([True, False, None] if blank else [True, False]),
            "w": draw.choice("xyz"),
            "on": draw.choice([1, 4, None] if draw.random() < 0.1 else [1, 2, 3, 3]),
        }

    leads = []
    for _ in range(many):
        numbers = [None, -2.0, -1.0, 0.0, 1.0, 2.0, 7.0, 0.5, -2.5, 100.25]
        lead: dict[str, Any] = {name: draw.choice(numbers) for name in "abc"}
        lead.update({name: draw.choice([None, True, False]) for name in "pqr"})
        lead["s"] = draw.choice([None, "", "Abc", "abc 100%", "团购 Ab", "ÉA"])
        lead["m"] = draw.choice([None, (), ("x",), ("xy",), ("x", "y"), ("y", "xy")])
        lead["k"] = draw.choice([None, "x", "y", "z"])
        lead["today"] = draw.choice(TODAYS).toordinal()
        lead["d"] = draw.choice([None, draw.randrange(700000, 760000), *map(date.toordinal, DAYS)])
        tables = [None, [], *([row() for _ in range(n)] for n in (1, 2, 3, 4))]
        lead["t"] = draw.choice(tables)
        leads.append(lead)
    return leads


LEADS = world(200)


@pytest.mark.parametrize("engine", ENGINES)
def test_operations(engine: str) -> None:
    # All of them in one test: an engine starts once, and a wrong one is named with its lead.
    wrong = []
    for text in TEXTS:
        tree = read(text, MORE)
        row = compile_value(tree, TABLES)
        columns = tree_in_columns(tree, LEADS, engine, {**NAMES, **MORE})
        for lead, found in zip(LEADS, columns, strict=True):
            wanted = row(Lead(lead))
            if isinstance(wanted, int) and not isinstance(wanted, bool):
                wanted = float(wanted)
            if not alike(found, wanted):
                wrong.append(f"{text}: row {wanted}, columns {found}, {lead}")
                break
    assert wrong == []


def test_every_operation_is_tried() -> None:
    nodes = [node for text in TEXTS for node in walk(read(text, MORE))]
    operations = {node.op for node in nodes if isinstance(node, Op)}
    aggregates = {node.op for node in nodes if isinstance(node, Agg)}
    # No expression here makes them: `next` reads a setting's dates, `total` adds up a score.
    elsewhere = {"next", "total"}
    assert {*STRICT, *COMPARE, *CONNECT, *LENIENT} - operations == elsewhere
    assert {name for name, f in FUNCTIONS.items() if "where" in f.keywords} - aggregates == set()


def test_a_plugins_python_is_refused_by_name() -> None:
    from compile_world import define

    call = Call(Routine("shop.risk", lambda values, *args: None), (), COMPUTED)
    sheet = LeadSheet({}, {"n": [Variant(define("n", call))]}, {}, {})
    with pytest.raises(GroupbuyError, match=r"shop\.risk is a plugin's Python code"):
        sheet.name(Ref("n", COMPUTED))
