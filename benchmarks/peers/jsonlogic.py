"""JSONLogic: datalogic-py (Rust) and the ports to Python."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import Comparison, Condition, Lead, Workload


def logic(condition: Condition) -> dict[str, Any]:
    """A condition as JSONLogic. `null < 5` is true there, so numbers are guarded."""
    parts = [_part(part) for part in condition.parts]
    return parts[0] if len(parts) == 1 else {"and" if condition.every else "or": parts}


def _part(part: Comparison) -> dict[str, Any]:
    field = {"var": part.field}
    value = list(part.value) if isinstance(part.value, tuple) else part.value
    op = {"==": "===", "!=": "!=="}.get(part.op, part.op)
    test = {op: [field, value]}
    return {"and": [{"!==": [field, None]}, test]} if part.needs_guard else test


def _datalogic(work: Workload) -> Evaluate:
    """One compiled rule that gives a list of flags, in a session that keeps its memory."""
    engine = import_module("datalogic_py").Engine()
    rule = engine.compile([logic(condition) for condition in work.conditions])
    session, score = engine.session(), work.score
    return lambda lead: score(session.evaluate(rule, lead))


def _python(work: Workload) -> Evaluate:
    rules = [logic(condition) for condition in work.conditions]
    apply = import_module("json_logic").jsonLogic

    def evaluate(lead: Lead) -> Any:
        return work.score([apply(rule, lead) for rule in rules])

    return evaluate


PEERS = [
    Peer("datalogic-py (Rust JSONLogic), one compiled list", "datalogic-py", _datalogic),
    Peer("json-logic-qubit (JSONLogic in Python)", "json-logic-qubit", _python),
]
