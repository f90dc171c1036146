"""What a plugin's failure leaves without a value: everything that depends on what it did not give.

A failed call gives unknown, so evaluation goes on. But an unknown adds nothing to a score, and
nobody knows that a plugin and not the customer is to blame. So whatever depends on the call is
marked: it is shown as failed, without a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groupbuy.engine.plan import Env, Plan
from groupbuy.sections.gates import VERDICT
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import FAILURES, Call, Expr, Periods, walk

HELD = "hold"


class Failing:
    """The names of a plan that depend on routines. Kept for each set of routines that failed."""

    def __init__(self, plan: Plan) -> None:
        """Nothing is looked up before something fails."""
        self.plan = plan
        self.found: dict[frozenset[str], frozenset[str]] = {}

    def touched(self, failed: frozenset[str]) -> frozenset[str]:
        """Every name whose value depends on one of the failed routines."""
        found = self.found.get(failed)
        if found is None:
            definitions = self.plan.stack.definitions
            touched = {name for name, d in definitions.items() if failed & set(called(d))}
            grew = bool(touched)
            while grew:
                more = {
                    name
                    for name, definition in definitions.items()
                    if name not in touched and touched & definition.reads.keys()
                }
                touched |= more
                grew = bool(more)
            found = self.found[failed] = frozenset(touched)
        return found


def called(definition: Definition) -> Iterator[str]:
    """The full names of the routines that a definition calls."""
    expression = definition.expression
    trees: Iterable[Expr] = [expression] if isinstance(expression, Expr) else []
    if isinstance(expression, Periods):
        trees = [tree for _, tree in expression.columns]
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Call):
                yield node.routine.name


def take_failures(env: Env, failing: Failing) -> dict[str, str]:
    """What failed for a lead, by routine. Where a gate could not be decided, the lead is held."""
    failures: dict[str, str] = env.pop(FAILURES, None) or {}
    if failures and VERDICT in failing.touched(frozenset(failures)):
        verdict = env.get(VERDICT)
        env[VERDICT] = verdict if verdict == "stop" else HELD
    return failures
