"""Engines with rules and actions: business-rules and durable_rules."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers import Evaluate, Peer
from benchmarks.workload import FIELDS, Answer, Comparison, Condition, Lead, Workload

NUMERIC = {
    ">=": "greater_than_or_equal_to",
    ">": "greater_than",
    "<=": "less_than_or_equal_to",
    "<": "less_than",
}


def _business_rules(work: Workload) -> Evaluate:
    """Variables of a class, conditions as JSON, an action that notes the rule."""
    package = import_module("business_rules")
    variables = import_module("business_rules.variables")
    actions = import_module("business_rules.actions")
    engine: Any = package.run_all

    def variable(name: str, kind: str) -> Any:
        def read(self: Any) -> Any:
            return self.lead[name]

        read.__name__ = name
        decorate = {"flag": variables.boolean_rule_variable, "choice": variables.string_rule_variable}
        return decorate.get(kind, variables.numeric_rule_variable)(read)

    def presence(name: str) -> Any:
        def read(self: Any) -> bool:
            return self.lead[name] is not None

        read.__name__ = f"has_{name}"
        return variables.boolean_rule_variable(read)

    members: dict[str, Any] = {"__init__": lambda self, lead: setattr(self, "lead", lead)}
    for field in FIELDS:
        members[field.name] = variable(field.name, field.kind)
        members[f"has_{field.name}"] = presence(field.name)
    of_lead = type("OfLead", (variables.BaseVariables,), members)

    def note(self: Any, number: int) -> None:
        self.held[number] = True

    decorated = actions.rule_action(params={"number": import_module("business_rules.fields").FIELD_NUMERIC})(note)
    noting = type("Noting", (actions.BaseActions,), {"note": decorated})

    def part(part: Comparison) -> dict[str, Any]:
        has = {"name": f"has_{part.field}", "operator": "is_true", "value": True}
        if isinstance(part.value, bool):
            test = {"name": part.field, "operator": "is_true" if part.value else "is_false"}
            return {"all": [has, {**test, "value": True}]}
        if isinstance(part.value, tuple):
            words = [
                {"name": part.field, "operator": "equal_to", "value": word} for word in part.value
            ]
            return {"all": [has, {"any": words}]}
        if isinstance(part.value, str):
            # There is no "not equal": one of the other words it is.
            words = [part.value]
            if part.op == "!=":
                all_words = next(f.words for f in FIELDS if f.name == part.field)
                words = [word for word in all_words if word != part.value]
            tests = [{"name": part.field, "operator": "equal_to", "value": w} for w in words]
            return {"all": [has, {"any": tests}]}
        test = {"name": part.field, "operator": NUMERIC[part.op], "value": part.value}
        return {"all": [has, test]}

    rules = [
        {
            "conditions": {"all" if c.every else "any": [part(p) for p in c.parts]},
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


def _durable(work: Workload) -> Evaluate:
    """A fact a lead, taken back when the rules have run; a blank is left out of it."""
    lang = import_module("durable.lang")
    held: list[bool] = []

    def left(condition: Condition) -> Any:
        parts = [_durable_part(lang.m, part) for part in condition.parts]
        whole = parts[0]
        for other in parts[1:]:
            whole = (whole & other) if condition.every else (whole | other)
        return whole

    def noting(number: int) -> Any:
        def note(_: Any) -> None:
            held[number] = True

        return note

    with lang.ruleset("bench"):
        for number, condition in enumerate(work.conditions):
            lang.when_all(left(condition))(noting(number))
    count = len(work.conditions)

    def evaluate(lead: Lead) -> Answer:
        fact = {name: value for name, value in lead.items() if value is not None}
        held[:] = [False] * count
        lang.assert_fact("bench", fact)
        lang.retract_fact("bench", fact)
        return work.score(held)

    return evaluate


def _durable_part(m: Any, part: Comparison) -> Any:
    field = getattr(m, part.field)
    if isinstance(part.value, tuple):
        first, *others = part.value
        whole = field == first
        for word in others:
            whole = whole | (field == word)
        return whole
    if part.op == "!=":
        return field != part.value
    return {
        "==": lambda: field == part.value,
        ">=": lambda: field >= part.value,
        ">": lambda: field > part.value,
        "<=": lambda: field <= part.value,
        "<": lambda: field < part.value,
    }[part.op]()


PEERS = [
    Peer("business-rules (Python)", "business-rules", _business_rules),
    Peer("durable_rules (Rete in C)", "durable-rules", _durable),
]
