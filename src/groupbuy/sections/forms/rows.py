"""`rows:`: a decision table, whose first true row gives the value (or the only one that may)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.sections.base import items, mapping
from groupbuy.sections.forms.form import Form, Written, arm
from groupbuy.source.nodes import Mapping
from groupbuy.tree import build
from groupbuy.tree.nodes import Expr


@dataclass(frozen=True)
class _Row:
    """One row; the one without a test stands for all the rest."""

    key: str
    test: Expr | None
    value: Expr
    node: Mapping
    at: Location
    before: str | None


def lower_rows(written: Written) -> Form:
    """The value of the first true row, or under `pick: only` of the only one."""
    ctx = written.ctx
    rows = list(_placed(_read(written)))
    rest = _rest(rows)
    tested = [(row.test, row) for row in rows if row.test is not None]
    default = rest.value if rest is not None else build.none(rows[0].value.type)
    pairs = [(test, row.value) for test, row in tested]
    only = written.fields.get("pick") is not None
    tree = _only(pairs, default) if only else build.case(pairs, default)
    arms = [arm(row.key, test, row.node, row.at, ctx) for test, row in tested]
    if rest is not None:
        arms.append(arm(rest.key, build.TRUE, rest.node, rest.at, ctx, is_else=True))
    return Form(tree, tuple(arms))


def _read(written: Written) -> list[_Row]:
    """The rows in the order in which they are written."""
    node = written.required("rows")
    rows: list[_Row] = []
    problems = Problems()
    for key, node_of, key_at in items(node, "rows:"):
        with problems.collecting():
            item = mapping(node_of, f"row {key}")
            when, before = item.get("when"), item.get("before")
            follower = str(before.data()) if before else None
            test: Expr | None = None
            with problems.collecting():
                test = None if when is None else written.ctx.condition(when)
            # What is wrong with the value is told beside what is wrong with the condition.
            rows.append(_Row(key, test, written.leaf(key, item), item, key_at, follower))
    problems.raise_any()
    if not rows:
        raise GroupbuyError(Problem("empty-rows", "rows: has no row", node.at))
    return rows


def _rest(rows: list[_Row]) -> _Row | None:
    """The row without `when:`, of which there is at most one."""
    found = [row for row in rows if row.test is None]
    if len(found) > 1:
        raise GroupbuyError(
            Problem(
                "two-else-rows",
                f"{found[0].key} and {found[1].key} both have no `when:`, and "
                "only one row can stand for all the rest",
                found[1].at,
                "say when it holds",
            )
        )
    return found[0] if found else None


def _placed(rows: list[_Row]) -> Iterator[_Row]:
    """The rows in order, each with `before:` in front of the row it names."""
    known = dict.fromkeys(row.key for row in rows)
    for row in rows:
        if row.before is not None and row.before not in known:
            raise GroupbuyError(
                Problem(
                    "unknown-row",
                    f'before: there is no row "{row.before}"',
                    row.at,
                    did_you_mean(row.before, known),
                )
            )

    in_front: dict[str | None, list[_Row]] = {}
    for row in rows:
        in_front.setdefault(row.before, []).append(row)

    def following(row: _Row, seen: tuple[str, ...]) -> Iterator[_Row]:
        if row.key in seen:
            raise GroupbuyError(
                Problem("circular-order", f"{row.key} stands before itself", row.at)
            )
        for other in in_front.get(row.key, ()):
            yield from following(other, (*seen, row.key))
        yield row

    placed = [row for start in in_front.get(None, ()) for row in following(start, ())]
    if len(placed) < len(rows):
        lost = next(row for row in rows if row not in placed)
        raise GroupbuyError(Problem("circular-order", f"{lost.key} stands before itself", lost.at))
    yield from placed


def _only(pairs: list[tuple[Expr, Expr]], default: Expr) -> Expr:
    """`pick: only`: two true rows with different values are a conflict, so nothing is known."""
    by_value: dict[Expr, list[Expr]] = {}
    for test, value in pairs:
        by_value.setdefault(value, []).append(test)
    holds = {value: build.disjunction(tests) for value, tests in by_value.items()}
    arms = []
    for value, test in holds.items():
        others = [
            build.negation(other) for other_value, other in holds.items() if other_value != value
        ]
        arms.append((build.conjunction([test, *others]), value))
    # A conflict: each value with a true row is possible, none is sure, and none is likely.
    arms += [(build.conjunction([test, build.unknown()]), value) for value, test in holds.items()]
    for value, test in holds.items():
        others = [build.negation(build.surely(t)) for v, t in holds.items() if v != value]
        arms.append((build.conjunction([build.surely(test), *others]), value))
    for (a, holds_a), (b, holds_b) in combinations(holds.items(), 2):
        both = build.conjunction([build.surely(holds_a), build.surely(holds_b)])
        arms.append((both, build.case([(build.unknown(), a)], b)))
    return build.case(arms, default)
