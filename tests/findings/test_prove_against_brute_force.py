"""With `prove`, findings on arithmetic are exactly those that trying every lead gives.

The conditions here compare sums, products, quotients and choices of two fields: what intervals
can't see. On the same rules, intervals alone find nothing that trying refutes.
"""

from collections import Counter
from itertools import product

import pytest
from findings_world import opened
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_against_brute_force import Every, Lines, compare, joined, judged, rows_of

from groupbuy.authoring.findings.run import find

pytest.importorskip("z3", reason="the extra `prove`")

MODEL = """
groupbuy: 1
fields:
  id: {type: text, required: true}
  x:  {type: integer, min: 0, max: 3}
  y:  {type: integer, min: -1, max: 2}
  f:  {type: flag}
"""
EVERY_LEAD = [
    {"x": x, "y": y, "f": f}
    for x, y, f in product((None, 0, 1, 2, 3), (None, -1, 0, 1, 2), (None, True, False))
]

atoms = st.sampled_from(
    [f"x + y {op} {n}" for op in (">", "<=", "==") for n in (-1, 2, 4, 5)]
    + [f"x * y {op} {n}" for op in (">=", "<", "==") for n in (-3, 0, 2, 5, 6)]
    + [f"x {op} y" for op in ("<", ">=", "==", "!=")]
    + [f"x - y {op} {n}" for op in (">", "==") for n in (-2, 1, 4)]
    + ["2 * x + y < 5", "3 * y - x > 5", "x * x == 4", "x * x + y * y <= 2", "y * y > 1"]
    + ["max(x, y) > 2", "min(x, y) < 0", "abs(x - y) > 3", "abs(y) == 1", "max(x, y, 1) <= 1"]
    + ["ratio >= 2", "ratio < 0", "known(ratio)", "ratio * y == x", "x / 2 > y", "x / (y + 2) > 2"]
    + ["(x if f else y) > 1", "step * y > 3", "step + x == 6", "coalesce(x, y) == 2"]
    + ["coalesce(y, x) * x > 4", "missing(x + y)", "known(x * y)", "f", "x > 1", "y < 1"]
)
conditions = st.recursive(
    atoms,
    lambda inner: st.builds(
        joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])
    ),
    max_leaves=3,
)


def lines() -> Lines:
    made = Lines()
    made.text = ["facts:", "  ratio: x / y"]
    made.text += ["  step: {rows: {one: {when: x > 1, value: 4}, two: {when: f, value: y}}}"]
    return made


STEP = [("gap", 5), ("overlap", 5)]
"""What is to be found of the fact `step` each time."""


@settings(max_examples=25, deadline=None)
@given(st.lists(conditions, min_size=2, max_size=4))
def test_gates(given: list[str]) -> None:
    made = lines()
    made.add("gates:")
    places = [
        (made.add(f"  g{n}: {{when: {made.quoted(c)}, verdict: hold, unknown: pass}}"), c)
        for n, c in enumerate(given)
    ]

    def expected(every: Every) -> list[tuple[str, int]]:
        return [*STEP, *(p for line, c in places for p in judged(line, c, every))]

    compare(made, lambda every: iter(expected(every)), MODEL, EVERY_LEAD, prove=True)


@settings(max_examples=25, deadline=None)
@given(st.lists(conditions, min_size=2, max_size=3), st.booleans(), st.booleans())
@example(["x + y > -1", "step + x == 6"], False, False)
@example(["x + y > -1", "step - y > 1", "x * step == 8"], True, False)
def test_rows(given: list[str], rest: bool, only: bool) -> None:
    made = lines()
    made.add("grades:")
    made.add("  q:")
    rows = rows_of(made, given, rest, only)
    compare(made, lambda every: iter([*STEP, *rows(every)]), MODEL, EVERY_LEAD, prove=True)


@settings(max_examples=15, deadline=None)
@given(st.lists(conditions, min_size=2, max_size=4))
def test_nothing_is_lost_by_proving(given: list[str]) -> None:
    """What intervals prove is proved with z3, too; the same twice over."""
    made = lines()
    made.add("gates:")
    for n, c in enumerate(given):
        made.add(f"  g{n}: {{when: {made.quoted(c)}, verdict: hold, unknown: pass}}")
    text = "\n".join(made.text)
    told = [
        [
            (f.code, f.at.line, f.message, f.example)
            for f in find(opened(text, model=MODEL).workspace, prove=True).findings
        ]
        for _ in range(2)
    ]
    assert told[0] == told[1]
    plain = find(opened(text, model=MODEL).workspace)
    strong = {"never-true", "always-true"}
    weaker = Counter((f.code, f.at.line) for f in plain.findings if f.code in strong)
    assert weaker <= Counter((code, line) for code, line, _, _ in told[0])
