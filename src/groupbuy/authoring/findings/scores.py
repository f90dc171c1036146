"""Scores: rules that say the same twice, and ends of the range that nobody gets to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from math import isinf

from groupbuy.authoring.findings.outcome import Case, Record, length_of
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.reason.formulas import Formula, Variable
from groupbuy.sections.scores import ScoreView
from groupbuy.source.nodes import Mapping, Node
from groupbuy.source.nodes import Sequence as SequenceNode
from groupbuy.tree.nodes import Expr, Lit
from groupbuy.tree.operations import below

MOST_PAIRS = 5_000
"""Pairs of rules that are looked at for one score."""


def check_scores(case: Case) -> None:
    """Look at a score whose rules add up."""
    rules = case.lowered.entry.get("rules")
    if case.key[0] == "scores" and isinstance(rules, Mapping):
        _check_range(case)
        _check_twice(case, rules)


def _check_range(case: Case) -> None:
    """Whether the points of all rules together can reach both ends."""
    view: ScoreView = case.lowered.view
    node = case.lowered.entry.get("range")
    if not isinstance(node, SequenceNode) or not view.lines:
        return
    ranges = case.view.meaning.ranges
    ends = []
    for line in view.lines:
        found = case.view.lookup(line.name)
        assert found is not None
        assert isinstance(found.expression, Expr)
        ends.append(ranges.ends(found.expression))
    least, most = sum(low for low, _ in ends), sum(high for _, high in ends)
    low, high = (_end(case, item) for item in node.items)
    short = high is not None and not isinf(most) and below(most, high)
    case.say(
        "range-not-reached",
        node.items[1].at,
        f"all rules of {case.id} together give at most {most:.12g} points" if short else None,
        f"let the range end at {most:.12g}, or give more points",
        length=length_of(node.items[1]),
    )
    over = low is not None and not isinf(least) and below(low, least)
    case.say(
        "range-not-reached",
        node.items[0].at,
        f"the rules of {case.id} together give at least {least:.12g} points" if over else None,
        f"let the range begin at {least:.12g}, or take points off",
        length=length_of(node.items[0]),
    )


def _end(case: Case, node: Node) -> float | None:
    tree = case.view.prepared(case.view.rules.scope.parse(node))
    return float(tree.value) if isinstance(tree, Lit) and isinstance(tree.value, float) else None


def _check_twice(case: Case, rules: Mapping) -> None:
    """Rules that fire together: always both, or the one wherever the other does."""
    found: list[tuple[str, Node, Formula, frozenset[Variable], Expr]] = []
    for id, item in rules.items.items():
        node = item.get("when") if isinstance(item, Mapping) else None
        if node is not None:
            tree = case.view.rules.scope.condition(node)
            formula, false = case.view.true(tree), case.view.false(tree)
            # What always or never holds is told as such.
            if not case.impossible(formula) and not case.impossible(false):
                found.append((id, node, formula, case.solver.variables(formula), tree))
    count = 0
    for (a, a_node, one, about, a_test), (b, b_node, other, also, b_test) in combinations(found, 2):
        if about.isdisjoint(also):
            continue
        count += 1
        if count > MOST_PAIRS:
            return
        both = partial(_both, case, (one, other), (a_test, b_test))
        forth = case.impossible(one, case.view.negated(other))
        back = case.impossible(other, case.view.negated(one))
        case.say(
            "same-condition",
            b_node.at,
            f"rules {a} and {b} have the same condition: their points always come together"
            if forth and back
            else None,
            "make one rule of them, or mend the condition of one",
            length=length_of(b_node),
            detail=a,
            example=both,
        )
        pairs = ((a, b, a_node, forth and not back), (b, a, b_node, back and not forth))
        for inner, outer, node, inside in pairs:
            case.say(
                "subsumed-rule",
                node.at,
                f"wherever rule {inner} fires, {outer} fires too, and the points of both add up"
                if inside
                else None,
                "if that is meant, leave it; else make their conditions exclude each other",
                length=length_of(node),
                detail=outer,
                example=both,
            )


def _both(case: Case, formulas: Sequence[Formula], tests: Sequence[Expr]) -> Record | None:
    """A lead for which two rules fire."""

    def judge(lead: LeadConclusions) -> bool:
        return all(lead.holds(test) is True for test in tests)

    return case.examples.shows(case.view, formulas, judge)
