"""Expression languages written in Python: rule-engine and simpleeval."""

from __future__ import annotations

import json
from importlib import import_module

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import Answer, Comparison, Condition, Lead, Workload


def _rule_engine(work: Workload) -> Evaluate:
    """A compiled rule for each condition; the engine knows null and has types."""
    rule = import_module("rule_engine").Rule

    def part(part: Comparison) -> str:
        value = list(part.value) if isinstance(part.value, tuple) else part.value
        test = f"{part.field} {part.op} {json.dumps(value)}"
        return f"({part.field} != null and {test})" if part.needs_guard else test

    def text(condition: Condition) -> str:
        return (" and " if condition.every else " or ").join(map(part, condition.parts))

    matches = [rule(text(condition)).matches for condition in work.conditions]
    return lambda lead: work.score([holds(lead) for holds in matches])


def _simpleeval(work: Workload) -> Evaluate:
    """One list, parsed once."""

    def part(part: Comparison) -> str:
        test = f"{part.field} {part.op} {part.value!r}"
        return f"({part.field} is not None and {test})" if part.needs_guard else test

    texts = [
        (" and " if condition.every else " or ").join(map(part, condition.parts))
        for condition in work.conditions
    ]
    evaluator = import_module("simpleeval").EvalWithCompoundTypes()
    whole = f"[{', '.join(texts)}]"
    parsed = evaluator.parse(whole)

    def evaluate(lead: Lead) -> Answer:
        evaluator.names = lead
        return work.score(evaluator.eval(whole, previously_parsed=parsed))

    return evaluate


PEERS = [
    Peer("rule-engine (Python)", "rule-engine", _rule_engine),
    Peer("simpleeval (Python)", "simpleeval", _simpleeval),
]
