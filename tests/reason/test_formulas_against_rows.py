"""A condition's formulas say for every lead what the row back end computes."""

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "compile"))

from compile_world import NAMES, TABLES, Grammar, Lead, leads, read
from formula_world import holds

from groupbuy.compile.python import compile_value
from groupbuy.reason.meaning import Meaning, Memory
from groupbuy.tree.nodes import NONE, Expr

INPUTS = dict.fromkeys([*NAMES, *TABLES], True)


def judged(tree: Expr, lead: Lead) -> str:
    """Which of its formulas holds for a lead; exactly one does."""
    meaning = Meaning(lambda name: None, INPUTS, Memory())

    def run(part: Expr) -> Any:
        return compile_value(part, TABLES)(lead)

    truth = meaning.truth(tree)
    named = {"true": truth.true, "false": truth.false, "none": truth.none}
    named["unknown"] = meaning.unknown(tree)
    found = [name for name, formula in named.items() if holds(formula, run)]
    assert len(found) == 1, found
    return found[0]


WORDS = {None: "unknown", True: "true", False: "false", NONE: "none"}


@settings(max_examples=400)
@given(st.data(), leads)
def test_conditions(data: st.DataObject, lead: dict[str, Any]) -> None:
    grammar = Grammar(data.draw, none=True)
    text = grammar.flag(3).text
    given = Lead(lead)
    assert judged(read(text), given) == WORDS[compile_value(read(text), TABLES)(given)], text


@pytest.mark.parametrize(
    "text",
    [
        "a - a == 0",
        "2 * a - 1 > 2",
        "a / 4 >= 0.25",
        "-a < 1 - b",
        "min(a, 1) == 1",
        "max(a, 0) <= 0",
        "(1 if p else 2 if q else 1) == 1",
        "(1 if a > 0 else 2) + (10 if b > 0 else 20) > 11",
        "coalesce(a, b, 1) > 0",
        "missing(a if p else b)",
        'k in ["x", "z"]',
        'k >= "y"',
        "p == q",
        "known(t)",
    ],
)
def test_one_by_one(text: str) -> None:
    tree = read(text)
    compiled = compile_value(tree, TABLES)
    for a in (None, -1.0, 0.0, 1.0, 2.0):
        for b in (None, 0.0, 1.0):
            for p in (None, True, False):
                for q in (None, True):
                    for k in (None, "x", "y"):
                        lead = Lead(a=a, b=b, p=p, q=q, k=k, t=[] if p else None)
                        assert judged(tree, lead) == WORDS[compiled(lead)], lead
