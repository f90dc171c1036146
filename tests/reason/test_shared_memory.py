"""Two sets of definitions over one memory: what means the same is one formula, and nothing else."""

import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "compile"))

from compile_world import NAMES, TABLES, Grammar, Lead, leads, read
from formula_world import holds

from groupbuy.compile.python import compile_value
from groupbuy.errors import Location
from groupbuy.reason.meaning import Meaning, Memory
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Expr, Ref, rewrite
from groupbuy.tree.types import FLAG

INPUTS = dict.fromkeys([*NAMES, *TABLES], True)
BEHIND = ("p", "q")
"""Flags that are definitions here, and fields in `compile_world`."""


def meaning(memory: Memory, behind: dict[str, Expr]) -> Meaning:
    definitions = {
        name: Definition(name, tree, Location("here"), "here") for name, tree in behind.items()
    }
    return Meaning(definitions.get, INPUTS, memory)


def written_out(tree: Expr, behind: dict[str, Expr]) -> Expr:
    """The tree with what stands behind its names in their place."""

    def change(node: Expr) -> Expr:
        found = behind.get(node.name) if isinstance(node, Ref) else None
        return node if found is None else written_out(found, behind)

    return rewrite(tree, change, {})


@settings(max_examples=150)
@given(st.data(), leads)
def test_each_stack_is_judged_by_its_own(data: st.DataObject, values: dict[str, Any]) -> None:
    """`p` and `q` stand for something else in each of three stacks."""
    tree = read(Grammar(data.draw, none=True).flag(3).text)
    plain = [read(text) for text in ("a > 1", "known(b)", "a > 1 and b < 2", 'k == "x"')]
    memory, lead = Memory(), Lead(values)
    for _ in range(3):
        first, second = (data.draw(st.sampled_from(plain)) for _ in BEHIND)
        # One may read the other, so that what is behind a name is some way off.
        if data.draw(st.booleans()):
            second = read("p and b > 0")
        behind = dict(zip(BEHIND, (first, second), strict=True))

        def run(part: Expr, behind: dict[str, Expr] = behind) -> Any:
            return compile_value(written_out(part, behind), TABLES)(lead)

        here = meaning(memory, behind)
        truth = here.truth(tree)
        named = {True: truth.true, False: truth.false, NONE: truth.none}
        named[None] = here.unknown(tree)
        assert [value for value, formula in named.items() if holds(formula, run)] == [run(tree)]


def test_what_means_the_same_is_worked_out_once() -> None:
    memory, tree = Memory(), read("p or a > 3")
    one = meaning(memory, {"p": read("b > 0")}).true(tree)
    same = meaning(memory, {"p": read("b > 0")}).true(tree)
    other = meaning(memory, {"p": read("b > 1")}).true(tree)
    further = meaning(memory, {"p": Ref("q", FLAG), "q": read("b > 0")}).true(tree)
    assert one is same
    assert one is further
    assert one is not other
