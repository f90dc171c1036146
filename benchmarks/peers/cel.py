"""CEL, the Common Expression Language: in Rust, in C++ and in Python."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import FIELDS, Answer, Comparison, Condition, Lead, Workload


def text(condition: Condition) -> str:
    """A condition in CEL. Numbers are doubles on both sides."""
    return (" && " if condition.every else " || ").join(_part(part) for part in condition.parts)


def _part(part: Comparison, *, guarded: bool = True) -> str:
    value = part.value
    if isinstance(value, tuple):
        shown = json.dumps(list(value))
    elif isinstance(value, bool | str):
        shown = json.dumps(value)
    else:
        shown = repr(float(value))
    test = f"{part.field} {part.op} {shown}"
    return f"({part.field} != null && {test})" if guarded and part.needs_guard else test


def _list(work: Workload) -> str:
    return f"[{', '.join(text(condition) for condition in work.conditions)}]"


def _rust(work: Workload) -> Evaluate:
    program = import_module("cel").compile(_list(work))
    return lambda lead: work.score(program.execute(lead))


def _cpp(work: Workload) -> Evaluate:
    cel = import_module("cel_expr_python.cel")
    env = cel.NewEnv(variables={field.name: cel.Type.DYN for field in FIELDS})
    compiled = env.compile(_list(work))
    names = [field.name for field in FIELDS]

    def evaluate(lead: Lead) -> Answer:
        # Only what is declared may be given.
        return work.score(compiled.eval(data={name: lead[name] for name in names}).plain_value())

    return evaluate


def _python(work: Workload) -> Evaluate:
    """It can't compare a number with null, so blanks are left out and asked for by `has`."""
    celpy = import_module("celpy")

    def text(condition: Condition) -> str:
        parts = [f"(has(l.{p.field}) && l.{_part(p, guarded=False)})" for p in condition.parts]
        return (" && " if condition.every else " || ").join(parts)

    texts = ", ".join(text(condition) for condition in work.conditions)
    env = celpy.Environment()
    program = env.program(env.compile(f"[{texts}]"))
    to_cel: Any = celpy.json_to_cel

    def evaluate(lead: Lead) -> Answer:
        given = {name: value for name, value in lead.items() if value is not None}
        return work.score([bool(flag) for flag in program.evaluate({"l": to_cel(given)})])

    return evaluate


PEERS = [
    Peer("common-expression-language (Rust CEL)", "common-expression-language", _rust),
    Peer("cel-expr-python (C++ CEL)", "cel-expr-python", _cpp),
    Peer("cel-python (CEL in Python)", "cel-python", _python),
]
