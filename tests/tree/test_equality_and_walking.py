"""Equal subtrees are one: what is outside equality, what is inside, and how trees are walked."""

import time
from collections.abc import Callable

import pytest

from groupbuy.tree import build
from groupbuy.tree.nodes import (
    NONE,
    UNKNOWN,
    Agg,
    Case,
    Col,
    Cut,
    Expr,
    Lit,
    Op,
    Over,
    Ref,
    names,
    rewrite,
    walk,
)
from groupbuy.tree.types import COMPUTED, DATE, FLAG, TEXT, choice, number

a, b, p = Ref("a", number()), Ref("b", number()), Ref("p", FLAG)
amount = Col("t", "amount", number())
summed = Agg("sum", "t", amount, p, COMPUTED)
cut = Cut("top", "top_share", build.number(0.01), a)
ranked = Over("cut", a, p, None, COMPUTED, (cut, Cut("rest", "rest")))
WHOLE = build.case(
    [(build.compare("<", build.arithmetic("+", a, b), summed), ranked)], build.number(0)
)

EQUAL = {
    "types": (Ref("a", number()), Ref("a", number("money", low=0))),
    "exact": (Lit(1.0, number()), Lit(1.0, COMPUTED)),
    "forms": (build.arithmetic("+", a, b), Op("+", (a, b), number("money"))),
}
DIFFERENT = {
    "names": (a, b),
    "1 and True": (Lit(1.0, number()), Lit(True, FLAG)),
    "1 and a day": (Lit(1.0, number()), Lit(1, DATE)),
    "a text and a number": (Lit("1", TEXT), Lit(1.0, number())),
    "-1 and -2 (which hash alike)": (Lit(-1.0, number()), Lit(-2.0, number())),
    "below as well": (Op("negate", (Lit(-1.0, number()),), COMPUTED),
                      Op("negate", (Lit(-2.0, number()),), COMPUTED)),
    "unknown and none": (Lit(UNKNOWN, FLAG), Lit(NONE, FLAG)),
    "no word of these and of those": (Lit(NONE, choice(("a",))), Lit(NONE, choice(("b",)))),
    "operations": (Op("+", (a, b), COMPUTED), Op("-", (a, b), COMPUTED)),
    "order": (Op("-", (a, b), COMPUTED), Op("-", (b, a), COMPUTED)),
    "numbers of arguments": (Op("total", (a, b), COMPUTED), Op("total", (a, b, b), COMPUTED)),
    "a name and a column": (Ref("t.amount", number()), amount),
    "where and value": (Agg("any", "t", p, None, FLAG), Agg("any", "t", None, p, FLAG)),
    "arms": (Case(((p, a),), b, COMPUTED), Case(((p, b),), a, COMPUTED)),
    "among and within": (Over("rank", a, p, None, COMPUTED), Over("rank", a, None, p, COMPUTED)),
    "cuts": (Over("cut", a, None, None, COMPUTED, (Cut("x", "top_count", a),)),
             Over("cut", a, None, None, COMPUTED, (Cut("x", "holds", a),))),
    "amount and cost": (Over("cut", a, None, None, COMPUTED, (Cut("x", "spend", a),)),
                        Over("cut", a, None, None, COMPUTED, (Cut("x", "spend", None, a),))),
}  # fmt: skip


@pytest.mark.parametrize(("one", "two"), EQUAL.values(), ids=EQUAL)
def test_equal(one: Expr, two: Expr) -> None:
    assert one == two
    assert hash(one) == hash(two)
    assert len({one, two}) == 1


@pytest.mark.parametrize(("one", "two"), DIFFERENT.values(), ids=DIFFERENT)
def test_different(one: Expr, two: Expr) -> None:
    assert one != two
    assert len({one, two}) == 2
    assert one != "a"
    assert (one == "a") is False


def test_equality_of_shared_parts_is_quick() -> None:
    def shared() -> Expr:
        tree: Expr = Ref("a", number())
        for _ in range(200):
            tree = Op("+", (tree, tree), COMPUTED)
        return tree

    start = time.perf_counter()
    assert shared() == shared()
    assert time.perf_counter() - start < 1


def test_walk_gives_each_part_once_and_parents_first() -> None:
    parts = list(walk(WHOLE))
    assert len(parts) == len(set(parts))
    assert parts[0] is WHOLE
    assert [type(part).__name__ for part in parts[:5]] == ["Case", "Op", "Op", "Ref", "Ref"]
    for part in parts:
        assert all(parts.index(child) > 0 for child in part.children())


def test_names_in_order_of_appearance() -> None:
    assert list(names(WHOLE)) == ["a", "b", "t", "t.amount", "p"]


@pytest.mark.parametrize("part", list(walk(WHOLE)), ids=lambda part: type(part).__name__)
def test_rebuilt_over_its_own_children_is_itself(part: Expr) -> None:
    again = part.rebuilt(part.children())
    assert again == part
    assert again.type == part.type


def test_rewrite_changes_every_node_once_children_first() -> None:
    met: list[Expr] = []

    def rename(node: Expr) -> Expr:
        met.append(node)
        return Ref("z", node.type) if node == a else node

    new = rewrite(WHOLE, rename, {})
    assert list(names(new)) == ["z", "b", "t", "t.amount", "p"]
    assert len(met) == len(list(walk(WHOLE)))
    assert met[-1].rebuilt(met[-1].children()) == new
    keep: Callable[[Expr], Expr] = lambda node: node  # noqa: E731 - short and named
    assert rewrite(WHOLE, keep, {}) is WHOLE


def test_choice_words_are_no_names() -> None:
    assert list(names(build.member(Ref("k", choice(("x", "y"))), ["x"]))) == ["k"]
