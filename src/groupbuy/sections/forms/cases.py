"""`by:` and `cases:`: one value for each word of a choice, or of several choices nested."""

from __future__ import annotations

from dataclasses import replace

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, did_you_mean
from groupbuy.sections.applies import not_applicable
from groupbuy.sections.base import Arm, Context, items
from groupbuy.sections.forms.form import VALUE, Form, Written, arm, form_of
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.tree import build
from groupbuy.tree.nodes import Case, Expr, Lit, Op
from groupbuy.tree.types import Kind

ELSE = "else"


def lower_cases(written: Written) -> Form:
    """The value of the case whose word the choice has. Raises `GroupbuyError`."""
    by = written.required("by", beside="cases:")
    cases = written.required("cases", beside="by:")
    nodes = by.items if isinstance(by, Sequence) else [by]
    axes = [(node, written.ctx.parse(node)) for node in nodes]
    for node, axis in axes:
        if axis.type.kind not in (Kind.CHOICE, Kind.FLAG):
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"cases are told apart by a choice; this is {build.describe(axis.type)}",
                    node.at,
                    "cut a number into bands:",
                )
            )
    collected = _Cases(written)
    tree = collected.read(cases, axes, [], "")
    collected.problems.raise_any()
    if tree is None:
        raise GroupbuyError(Problem("empty-cases", "cases: has no case", cases.at))
    return Form(tree, tuple(collected.arms), tuple(collected.rising))


class _Cases:
    """Collects the cases of one or more choices, nested in the order of the axes."""

    def __init__(self, written: Written) -> None:
        self.written, self.ctx = written, written.ctx
        self.problems = Problems()
        self.arms: list[Arm] = []
        self.rising: list[tuple[tuple[Expr, Location], ...]] = []

    def read(
        self, node: Node, axes: list[tuple[Node, Expr]], tests: list[Expr], path: str
    ) -> Expr | None:
        """The tree of the cases below one another; none where nothing could be read."""
        (axis_node, axis), rest = axes[0], axes[1:]
        pairs: list[tuple[Expr, Expr]] = []
        otherwise: Expr | None = None
        with self.problems.collecting():
            written = list(items(node, "cases:"))
            is_else = ELSE not in axis.type.values
            # Order means nothing among cases: `else` is what is left wherever it stands.
            written.sort(key=lambda item: is_else and item[0] == ELSE)
            for key, item, key_at in written:
                with self.problems.collecting():
                    if key == ELSE and is_else:
                        test = build.negation(build.disjunction(test for test, _ in pairs))
                    else:
                        test = case_test(axis, key, axis_node, key_at, self.ctx)
                    name = f"{path}.{key}" if path else key
                    value = (
                        self.read(item, rest, [*tests, test], name)
                        if rest
                        else self.end(name, item, build.conjunction([*tests, test]), key_at)
                    )
                    if key == ELSE and is_else:
                        otherwise = value
                    elif value is not None:
                        pairs.append((test, value))
        return _split(axis, pairs, otherwise, self.ctx) if pairs else otherwise

    def end(self, name: str, item: Node, test: Expr, key_at: Location) -> Expr:
        """The value of one case."""
        if isinstance(item, Mapping) and form_of(item) not in (None, VALUE):
            inner = self.written.nested(item, f"case {name}", key_at)
            assert inner is not None
            self.arms.extend(
                replace(way, test=build.conjunction([test, way.test])) for way in inner.arms
            )
            self.rising.extend(inner.rising)
            return inner.tree
        value = self.written.leaf("", item)
        self.arms.append(arm(name, test, item, key_at, self.ctx))
        return value


def _split(
    axis: Expr, pairs: list[tuple[Expr, Expr]], otherwise: Expr | None, ctx: Context
) -> Expr:
    """The value by the words of `axis`, so that what is possible follows what `axis` can be.

    The last value is what is left over, no condition of its own: while nobody knows the word,
    nothing speaks for it, and nothing beyond the words is possible.
    """
    covered = {word for test, _ in pairs for word in _words_of(test)}
    words = axis.type.values
    beyond = build.none(pairs[0][1].type) if otherwise is None else otherwise
    left = [word for word in words if word not in covered]
    if left or (not words and len(pairs) < 2):
        pairs = [*pairs, (build.member(axis, left) if left else build.TRUE, beyond)]
        absent = []
    else:
        absent = [(not_applicable(axis, ctx.may_not_apply), beyond)]
    if not axis.type.open:
        return build.case([*absent, *pairs[:-1]], pairs[-1][1])
    # Of an open grade some words may be out of the question: what is left over is the last that
    # is not.
    rest = beyond
    for test, value in pairs:
        rest = build.case([(build.surely(build.negation(test)), rest)], value)
    return build.case([*absent, *pairs], rest)


def _words_of(test: Expr) -> tuple[str, ...]:
    """The words for which the condition of a case holds."""
    while isinstance(test, Case):
        test = test.arms[0][1]
    value = test.args[1] if isinstance(test, Op) and test.op == "in" else None
    return value.value if isinstance(value, Lit) and isinstance(value.value, tuple) else ()  # type: ignore[return-value]


def case_test(axis: Expr, key: str, axis_node: Node, at: Location, ctx: Context) -> Expr:
    """Whether a choice is `key`, or a many-valued choice has it, or a flag is it."""
    if axis.type.kind is Kind.FLAG:
        if key.casefold() not in ("true", "false"):
            raise GroupbuyError(Problem("unknown-word", f'"{key}" is neither true nor false', at))
        return axis if key.casefold() == "true" else build.negation(axis)
    name = axis_node.text if isinstance(axis_node, Scalar) else ""
    proper = key if key in axis.type.values else ctx.word(name.strip(), key)
    if proper is None:
        raise GroupbuyError(
            Problem(
                "unknown-word",
                f'"{key}" is none of the words of {name}',
                at,
                did_you_mean(key, axis.type.values) or f"one of: {', '.join(axis.type.values)}",
                length=len(key),
            )
        )
    if axis.type.kind is Kind.CHOICES:
        return build.has(axis, build.text(proper))
    return build.member(axis, (proper,))
