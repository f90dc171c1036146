"""CLIPS (C, by way of clipspy): a fact a lead, and production rules."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import FIELDS, Answer, Comparison, Condition, Lead, Value, Workload


def _test(part: Comparison, variable: str) -> str:
    if isinstance(part.value, tuple):
        return "(or " + " ".join(f"(eq {variable} {word})" for word in part.value) + ")"
    if isinstance(part.value, bool):
        return f"(eq {variable} {'TRUE' if part.value else 'FALSE'})"
    if isinstance(part.value, str):
        if part.op == "==":
            return f"(eq {variable} {part.value})"
        return f"(and (neq {variable} nil) (neq {variable} {part.value}))"
    return f"(and (neq {variable} nil) ({part.op} {variable} {part.value}))"


def _left(condition: Condition) -> str:
    """The left side of a rule: conditions that must all hold are tests within the pattern."""
    if condition.every or len(condition.parts) == 1:
        slots = [f"({p.field} ?{p.field}&:{_test(p, f'?{p.field}')})" for p in condition.parts]
        return f"(lead {' '.join(slots)})"
    slots = [f"({part.field} ?{part.field})" for part in condition.parts]
    tests = " ".join(_test(part, f"?{part.field}") for part in condition.parts)
    return f"(lead {' '.join(slots)}) (test (or {tests}))"


def _clips(work: Workload) -> Evaluate:
    """The rules that hold note their numbers; nothing iterates over facts."""
    clips = import_module("clips")
    env = clips.Environment()
    env.build("(defglobal ?*held* = (create$))")
    env.build(f"(deftemplate lead {' '.join(f'(slot {field.name})' for field in FIELDS)})")
    for number, condition in enumerate(work.conditions):
        env.build(
            f"(defrule c{number} {_left(condition)} => (bind ?*held* (create$ ?*held* {number})))"
        )
    template, held = env.find_template("lead"), env.find_global("held")
    symbol: dict[Value, Any] = {
        word: clips.Symbol(word) for field in FIELDS for word in field.words
    }
    symbol.update({None: clips.Symbol("nil"), True: clips.Symbol("TRUE")})
    symbol[False] = clips.Symbol("FALSE")
    numbers = [field.name for field in FIELDS if field.kind in ("number", "money")]
    others = [field.name for field in FIELDS if field.kind in ("flag", "choice")]
    nil, count = symbol[None], len(work.conditions)

    def evaluate(lead: Lead) -> Answer:
        slots = {name: nil if lead[name] is None else lead[name] for name in numbers}
        for name in others:
            slots[name] = symbol[lead[name]]
        fact = template.assert_fact(**slots)
        env.run()
        flags = [False] * count
        for number in held.value:
            flags[number] = True
        fact.retract()
        held.value = ()
        return work.score(flags)

    return evaluate


PEERS = [Peer("CLIPS (clipspy)", "clipspy", _clips)]
