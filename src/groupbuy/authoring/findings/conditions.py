"""Conditions that every lead meets, or none, and parts of them that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from groupbuy.authoring.findings.outcome import Case, Record, length_of, short
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.language.write import write
from groupbuy.reason.formulas import FALSE, TRUE, Formula
from groupbuy.sections.gates import gate_name
from groupbuy.source.nodes import Mapping, Node
from groupbuy.tree.nodes import Expr, Lit, Op, Ref
from groupbuy.tree.types import FLAG, Kind

MOST_PARTS = 12
IN_THEIR_OWN_WAY = frozenset(("facts", "gates", "scores", "grades", "plays"))
"""Sections of which more is known than that they define conditions."""


@dataclass(frozen=True)
class Condition:
    """A condition as it is written: what it is of, its tree and its place."""

    what: str
    tree: Expr
    node: Node
    consequence: str
    when: Formula = TRUE
    """What holds wherever it is asked at all."""


def check_conditions(case: Case) -> None:
    """Look at every condition that an entry has on its own."""
    for condition in conditions_of(case):
        _check(case, condition)
    if case.key[0] == "plays":
        _check_plays(case)


def conditions_of(case: Case) -> Iterator[Condition]:
    """The conditions of an entry, those of the rules of a score included."""
    fields, (section, id) = case.lowered.entry.fields, case.key
    table = getattr(case.lowered.view, "table", None)
    scope = case.view.rules.scope
    test = fields.get("if")
    when: Formula = TRUE
    if test is not None:
        tree = scope.condition(test, _rows(case))
        when = case.view.true(tree)
        yield Condition(f"`if:` of {id}", tree, test, f"{id} never applies")
    if section == "gates" and (node := fields.get("when")) is not None:
        tree = scope.condition(node, table)
        yield Condition(f"gate {id}", tree, node, f"gate {id} holds for nobody")
    rules = fields.get("rules")
    if section == "scores" and isinstance(rules, Mapping):
        for rule, item in rules.items.items():
            node = item.get("when") if isinstance(item, Mapping) else None
            if node is not None:
                tree = scope.condition(node)
                yield Condition(f"rule {rule}", tree, node, f"rule {rule} never fires", when)

    if section not in IN_THEIR_OWN_WAY:
        yield from _of_any_section(case)


def _of_any_section(case: Case) -> Iterator[Condition]:
    """The conditions of an entry: its definitions that stand where a key's value stands."""
    entry = case.lowered.entry
    for key, node in entry.fields.items.items():
        for definition in case.lowered.definitions:
            tree = definition.expression
            here = definition.at == node.at and definition.table is None and key != "if"
            if here and isinstance(tree, Expr) and tree.type.kind is Kind.FLAG:
                yield Condition(f"`{key}:` of {entry.id}", tree, node, f"{entry.id} never applies")


def _rows(case: Case) -> str | None:
    """The table of a fact that has a value for each row."""
    table = case.lowered.definitions[0].table if case.lowered.definitions else None
    return table if case.key[0] == "facts" else None


def _check(case: Case, condition: Condition) -> None:
    view, at = case.view, condition.node.at
    tree = view.prepared(condition.tree)
    length = length_of(condition.node)
    if isinstance(tree, Lit):
        return  # written as `true` or `false`
    true, false = view.meaning.true(tree), view.meaning.false(tree)
    never = case.impossible(condition.when, true)
    case.say(
        "never-true",
        at,
        f"no lead can meet this: {condition.consequence}" if never else None,
        "its parts contradict each other, or the values that a name can have",
        length=length,
    )
    always = not never and case.impossible(condition.when, false)
    case.say(
        "always-true",
        at,
        f"every lead meets this: {condition.what} makes no difference between them"
        if always
        else None,
        "if all are meant, write it so: when: true",
        length=length,
    )
    if not never and not always:
        _check_parts(case, condition, tree, length)


def _check_parts(case: Case, condition: Condition, tree: Expr, length: int) -> None:
    """Each part of `and` and `or`: whether it can matter beside the others."""
    if not isinstance(tree, Op) or tree.op not in ("and", "or") or len(tree.args) > MOST_PARTS:
        return
    view, make, at = case.view, case.view.formulas, condition.node.at
    meaning = view.meaning
    trues = [meaning.true(part) for part in tree.args]
    falses = [meaning.false(part) for part in tree.args]
    whole_true, whole_false = meaning.true(tree), meaning.false(tree)
    join, meet = (make.every, make.some) if tree.op == "and" else (make.some, make.every)
    for index, part in enumerate(tree.args):
        shown = short(write(part))
        if tree.op == "or":
            dead = case.impossible(condition.when, trues[index])
            message = f"this part can never be true: {shown}" if dead else None
            hint = "take it out, or mend it"
            case.say("never-true", at, message, hint, length=length, detail=shown)
            if dead:
                continue
        others = [i for i in range(len(tree.args)) if i != index]
        true, false = join(trues[i] for i in others), meet(falses[i] for i in others)
        same = all(
            case.impossible(condition.when, one, view.negated(other))
            for one, other in (
                (true, whole_true),
                (whole_true, true),
                (false, whole_false),
                (whole_false, false),
            )
        )
        case.say(
            "redundant-condition",
            at,
            f"without this part it would be the same: {shown}" if same else None,
            "take it out",
            length=length,
            detail=shown,
        )


# ── plays ──


def _check_plays(case: Case) -> None:
    """Plays that nobody gets: their condition can't hold, or whoever meets it is stopped."""
    view = case.view
    stops = [
        view.negated(view.true(Ref(gate_name(gate.entry.id), FLAG)))
        for gate in view.stack.entries("gates")
        if gate.view.verdict == "stop"
        and gate.view.table is None
        and _is_certain(case, gate.entry.id)
    ]
    for move in case.lowered.view:
        true = view.true(move.test)
        what = f"play {case.id}" if move.case is None else f"case {move.case} of play {case.id}"
        node = case.lowered.entry.get("when") if move.case is None else None
        at = move.at if node is None else node.at
        length = length_of(node) if node is not None else len(move.case or case.id)
        message, hint, example = None, "", None
        if isinstance(view.prepared(move.test), Lit):
            continue
        if true is FALSE or case.impossible(true):
            message = f"no lead can get {what}: its condition can't hold"
            hint = "its parts contradict each other, or the values that a name can have"
        elif stops and case.impossible(true, *stops):
            message = f"no lead can get {what}: a gate stops every lead that meets its condition"
            hint = "a lead that is stopped gets no play"
            if getattr(case.lowered.view, "table", None) is None:
                example = partial(_stopped, case, true, move.test)
        case.say("unreachable-play", at, message, hint, length=length, detail=what, example=example)
        if message is None and move.case is None and node is not None:
            tree = view.prepared(move.test)
            always = case.impossible(view.meaning.false(tree))
            case.say(
                "always-true",
                at,
                f"every lead meets this: {what} is for all of them" if always else None,
                "if all are meant, write it so: when: true",
                length=length,
            )
            if not always:
                _check_parts(case, Condition(what, tree, node, ""), tree, length)


def _stopped(case: Case, formula: Formula, test: Expr) -> Record | None:
    """A lead that meets the condition of a play, and is stopped."""

    def judge(lead: LeadConclusions) -> bool:
        return lead.holds(test) is True

    return case.examples.lead(case.view, [formula], judge)


def _is_certain(case: Case, gate: str) -> bool:
    """Whether a gate is the same in every stack in which a play can stand."""
    rules = case.view.rules
    changed = any(gate in pack.changes.get("gates", {}) for pack in rules.project.packs)
    definers = [pack for pack, _ in rules.base.get(("gates", gate), [])]
    return not changed and all(rules.condition(pack) is None for pack in definers)
