"""durable_rules: a fact a lead, taken back when the rules have run; a blank is left out of it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import Answer, Comparison, Condition, Lead, Workload

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def _build(work: Workload) -> Evaluate:
    lang = import_module("durable.lang")
    count = len(work.conditions)
    held: list[bool] = []

    def noting(number: int) -> Callable[[Any], None]:
        return lambda _: held.__setitem__(number, True)

    with lang.ruleset("bench"):
        for number, condition in enumerate(work.conditions):
            lang.when_all(_left(lang.m, condition))(noting(number))

    def evaluate(lead: Lead) -> Answer:
        fact = {name: value for name, value in lead.items() if value is not None}
        held[:] = [False] * count
        lang.assert_fact("bench", fact)
        lang.retract_fact("bench", fact)
        return work.score(held)

    return evaluate


def _left(m: Any, condition: Condition) -> Any:
    parts = [_part(m, part) for part in condition.parts]
    return reduce(operator.and_ if condition.every else operator.or_, parts)


def _part(m: Any, part: Comparison) -> Any:
    field = getattr(m, part.field)
    if isinstance(part.value, tuple):
        return reduce(operator.or_, [field == word for word in part.value])
    return COMPARE[part.op](field, part.value)


PEERS = [Peer("durable_rules (Rete in C)", "durable-rules", _build)]
