"""business-rules: variables of a class, conditions as JSON, an action that notes the rule."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import BY_NAME, FIELDS, Answer, Comparison, Lead, Workload

NUMERIC = {
    ">=": "greater_than_or_equal_to",
    ">": "greater_than",
    "<=": "less_than_or_equal_to",
    "<": "less_than",
}


def _build(work: Workload) -> Evaluate:
    engine, of_lead, noting = import_module("business_rules").run_all, _variables(), _actions()
    rules = [
        {
            "conditions": {"all" if c.every else "any": [_part(part) for part in c.parts]},
            "actions": [{"name": "note", "params": {"number": number}}],
        }
        for number, c in enumerate(work.conditions)
    ]

    def evaluate(lead: Lead) -> Answer:
        noted = noting()
        noted.held = [False] * len(rules)
        engine(
            rule_list=rules,
            defined_variables=of_lead(lead),
            defined_actions=noted,
            stop_on_first_trigger=False,
        )
        return work.score(noted.held)

    return evaluate


def _variables() -> Any:
    """A class whose methods read a lead: each field, and whether it is given."""
    variables = import_module("business_rules.variables")
    kinds = {"flag": variables.boolean_rule_variable, "choice": variables.string_rule_variable}
    members: dict[str, Any] = {"__init__": lambda self, lead: setattr(self, "lead", lead)}
    for field in FIELDS:
        name = field.name
        decorate = kinds.get(field.kind, variables.numeric_rule_variable)
        given = _named(f"has_{name}", lambda self, name=name: self.lead[name] is not None)
        members[name] = decorate(_named(name, lambda self, name=name: self.lead[name]))
        members[given.__name__] = variables.boolean_rule_variable(given)
    return type("OfLead", (variables.BaseVariables,), members)


def _named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = name
    return function


def _actions() -> Any:
    """A class with one action: the condition of that number holds."""
    actions = import_module("business_rules.actions")
    numeric = import_module("business_rules.fields").FIELD_NUMERIC
    note = _named("note", lambda self, number: self.held.__setitem__(number, True))
    decorated = actions.rule_action(params={"number": numeric})(note)
    return type("Noting", (actions.BaseActions,), {"note": decorated})


def _part(part: Comparison) -> dict[str, Any]:
    given = _test(f"has_{part.field}", "is_true", True)
    if isinstance(part.value, bool):
        return {"all": [given, _test(part.field, f"is_{str(part.value).lower()}", True)]}
    if isinstance(part.value, float | int):
        return {"all": [given, _test(part.field, NUMERIC[part.op], part.value)]}
    words = part.value if isinstance(part.value, tuple) else (part.value,)
    if part.op == "!=":
        # There is no "not equal": it is one of the other words.
        words = tuple(word for word in BY_NAME[part.field].words if word not in words)
    return {"all": [given, {"any": [_test(part.field, "equal_to", word) for word in words]}]}


def _test(name: str, operator: str, value: object) -> dict[str, Any]:
    return {"name": name, "operator": operator, "value": value}


PEERS = [Peer("business-rules (Python)", "business-rules", _build)]
