"""Rows, bands and cases: those that nobody reaches, leads that fall between them, overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from groupbuy.authoring.findings.outcome import Case, Record
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.model.names import listed
from groupbuy.reason import values as sets
from groupbuy.reason.formulas import FALSE, TRUE, Formula
from groupbuy.reason.ranges import Ends
from groupbuy.reason.solve import NotSettledError
from groupbuy.sections.base import Arm
from groupbuy.sections.forms.form import BANDS, CASES, ROWS, Form, form_of
from groupbuy.source.nodes import Mapping, Node
from groupbuy.source.nodes import Sequence as SequenceNode
from groupbuy.tree.nodes import NONE, Expr

MOST_PAIRS = 3_000
"""Pairs of rows that are looked at for one table."""
MOST_TAKERS = 40
"""Rows that are tried for the one that takes what a later one is for."""


@dataclass(frozen=True)
class Table:
    """A value in one of the three forms: its ways, and what holds wherever it is asked."""

    what: str
    fields: Mapping
    arms: tuple[Arm, ...]
    when: Formula
    gives: str | None
    """The name whose value it is; none where it gives points."""
    by_row: bool = False
    """Whether it is asked for each row of a table, of which a lead has many."""

    @property
    def form(self) -> frozenset[str] | None:
        """Which form it is."""
        return form_of(self.fields)


def check_forms(case: Case) -> None:
    """Look at the tables of an entry: its own, or those of its rules."""
    for table in tables_of(case):
        if table.form == ROWS and table.fields.get("pick") is not None and not table.by_row:
            _check_only(case, table)
        elif table.form in (ROWS, BANDS, CASES):
            reached = _check_reached(case, table)
            if table.gives is not None:
                _check_gap(case, table)
            if table.form == ROWS and _is_flat(table) and not table.by_row:
                _check_overlaps(case, table, reached)


def tables_of(case: Case) -> Iterator[Table]:
    """The tables of an entry; those of a rule hold only where the rule does."""
    (section, id), entry, view = case.key, case.lowered.entry, case.lowered.view
    scope = case.view.rules.scope
    test = entry.get("if")
    by_row = case.lowered.definitions[0].table if case.lowered.definitions else None
    when = TRUE
    if test is not None:
        when = case.view.true(scope.condition(test, by_row if section == "facts" else None))
    if isinstance(view, Form):
        rows = by_row is not None
        what = f"{section[:-1]} {id}"
        yield Table(what, entry.fields, view.arms, when, None if rows else id, rows)
    rules = entry.get("rules")
    for line in getattr(view, "lines", ()):
        item = rules.get(line.id) if isinstance(rules, Mapping) else None
        if not line.arms or not isinstance(item, Mapping):
            continue
        points, node = item.get("points"), item.get("when")
        holds = TRUE if node is None else case.view.true(scope.condition(node))
        fields = points if isinstance(points, Mapping) else item
        both = case.view.formulas.every([when, holds])
        yield Table(f"rule {line.id}", fields, line.arms, both, None)


def _is_flat(table: Table) -> bool:
    """Whether its rows are its only ways: none of them holds a form of its own."""
    rows = table.fields.get("rows")
    return isinstance(rows, Mapping) and len(rows.items) == len(table.arms)


# ── rows that nobody reaches ──


def _check_reached(case: Case, table: Table) -> list[bool]:
    """Whether some lead comes to each way; those before it have to fail for that."""
    view, reached = case.view, []
    trues = [view.true(arm.test) for arm in table.arms]
    falses = [view.false(arm.test) for arm in table.arms]
    for index, arm in enumerate(table.arms):
        wanted = [*view.assumed, table.when, trues[index]]
        try:
            missed = case.solver.world_but(wanted, falses[:index]) is None
        except NotSettledError:
            missed = False
        reached.append(not missed)
        code = "empty-band" if table.form == BANDS else "unreachable-row"
        if not missed:
            case.say(code, arm.at, None)
        elif table.form == BANDS:
            _say_empty(case, table, arm)
        else:
            _say_unreached(case, table, index, trues)
    return reached


def _say_empty(case: Case, table: Table, arm: Arm) -> None:
    of = table.fields.get("of")
    assert of is not None
    low, high = case.view.meaning.ranges.ends(case.view.prepared(case.view.rules.scope.parse(of)))
    case.say(
        "empty-band",
        arm.at,
        f"no number lies in band {arm.id}: {_lies(_text(of), (low, high))}",
        "move its edge, or take the band out",
        length=len(arm.id),
    )


def _lies(name: str, ends: Ends) -> str:
    low, high = (f"{end:.12g}" for end in ends)
    if "inf" not in low and "inf" not in high:
        return f"{name} lies from {low} to {high}"
    if "inf" not in high:
        return f"{name} is at most {high}"
    return f"{name} is at least {low}" if "inf" not in low else f"{name} never gets there"


def _text(node: Node) -> str:
    return str(node.data())


def _say_unreached(case: Case, table: Table, index: int, trues: Sequence[Formula]) -> None:
    arm, view = table.arms[index], case.view
    noun = "case" if table.form == CASES else "row"
    if case.impossible(table.when, trues[index]):
        case.say(
            "unreachable-row",
            arm.at,
            f"no lead can meet the condition of {noun} {arm.id}",
            "its parts contradict each other, or the values that a name can have",
            length=len(arm.id),
        )
        return
    taker = _taker(case, table, index, trues)
    if arm.is_else:
        message = f"{noun} {arm.id} is for all the rest, and the rows above leave nobody over"
    elif taker is not None:
        message = f"{noun} {arm.id} can't be reached: whoever meets it meets {taker.id} before"
    elif case.impossible(table.when, trues[index], *map(view.negated, trues[:index])):
        message = f"{noun} {arm.id} can't be reached: the rows above it take all who meet it"
    else:
        message = f"{noun} {arm.id} decides nothing: where it holds, nobody knows of those above it"
    case.say(
        "unreachable-row",
        arm.at,
        message,
        "put it in front of them, change its condition, or take it out",
        length=len(arm.id),
        example=None
        if arm.is_else or table.by_row
        else lambda: case.examples.lead(view, [table.when, trues[index]], _holds(arm)),
    )


def _holds(arm: Arm) -> Any:
    def judge(lead: LeadConclusions) -> bool:
        return lead.holds(arm.test) is True

    return judge


def _taker(case: Case, table: Table, index: int, trues: Sequence[Formula]) -> Arm | None:
    """The one row that takes everybody whom a later row is for."""
    view = case.view
    try:
        world = case.solver.world([*view.assumed, table.when, trues[index]])
    except NotSettledError:
        world = None
    if world is None:
        return None
    # Only a row that takes this one lead can take them all.
    statuses = case.solver.in_world(trues[:index], world)
    taking = [number for number, status in enumerate(statuses) if status is not False]
    for before in taking[:MOST_TAKERS]:
        if case.impossible(table.when, trues[index], view.negated(trues[before])):
            return table.arms[before]
    return None


# ── leads that fall through ──


def _check_gap(case: Case, table: Table) -> None:
    """A lead about whom all is known and whom no way takes."""
    view, name = case.view, table.gives
    assert name is not None
    if table.form != CASES and any(arm.is_else for arm in table.arms):
        return
    outside = [view.false(arm.test) for arm in table.arms]
    wanted = [table.when, *_known_axes(case, table)]

    def judge(lead: LeadConclusions) -> bool:
        return lead.value(name) is NONE

    try:
        inside = [*view.assumed, *wanted]
        given = view.given([*inside, *outside])
        world = case.solver.world_but([*inside, *given], outside)
    except NotSettledError:
        return
    record = None if world is None else case.examples.of_world(view, world, judge)
    if record is None:
        return
    if table.form == CASES:
        _say_missing_case(case, table, record, wanted, outside)
        return
    what = "band" if table.form == BANDS else "row"
    key = "bands" if table.form == BANDS else "rows"
    fix = (
        "add a band without `from:`"
        if table.form == BANDS
        else "add a row without `when:` at the end"
    )
    case.say(
        "gap",
        table.fields.key_at(key),
        f"there are leads that no {what} takes: {table.what} does not apply to them",
        f"{fix}, or say that it is meant: allow: {{gap: …}}",
        length=len(key),
        proved=False,
        record=record,
    )


def _axes(case: Case, table: Table) -> list[Expr]:
    """What bands and cases look at."""
    node = table.fields.get("of" if table.form == BANDS else "by")
    nodes = node.items if isinstance(node, SequenceNode) else [node]
    scope = case.view.rules.scope
    return [case.view.prepared(scope.parse(node)) for node in nodes if node is not None]


def _known_axes(case: Case, table: Table) -> list[Formula]:
    """What is none is in no band and no case, and that is no gap."""
    if table.form == ROWS:
        return []
    known = sets.ANY_NUMBER | sets.ANY_WORD
    return [case.view.meaning.within(axis, known) for axis in _axes(case, table)]


def _say_missing_case(
    case: Case, table: Table, record: Record, wanted: list[Formula], outside: list[Formula]
) -> None:
    axes = _axes(case, table)
    named = ""
    if len(axes) == 1 and axes[0].type.values:
        words = [
            word
            for word in axes[0].type.values
            if case.solver.possible(
                *case.view.assumed,
                *wanted,
                *outside,
                case.view.meaning.within(axes[0], sets.among([word])),
            )
        ]
        named = f": {listed(words)}" if words else ""
    case.say(
        "missing-case",
        table.fields.key_at("cases"),
        f"{table.what} has no case for some words{named}",
        "add them, or `else:` for all the rest, or say that it is meant: allow: {missing-case: …}",
        length=len("cases"),
        proved=False,
        record=record,
    )


# ── rows that hold together ──


def _pairs(case: Case, table: Table, trues: Sequence[Formula]) -> Iterator[tuple[int, int]]:
    """Pairs of rows with different values."""
    count = 0
    for second in range(len(table.arms)):
        for first in range(second):
            a, b = table.arms[first], table.arms[second]
            if a.word == b.word or a.is_else or b.is_else:
                continue
            count += 1
            if count > MOST_PAIRS:
                return
            yield first, second


def _values(case: Case, table: Table) -> tuple[Arm, ...]:
    """The arms with what they give in place of their ids, where they say it."""
    rows = table.fields.get("rows")
    found = []
    for arm in table.arms:
        item = rows.get(arm.id) if isinstance(rows, Mapping) else None
        points = item.get("points") if isinstance(item, Mapping) else None
        found.append(arm if points is None else replace(arm, word=_text(points)))
    return tuple(found)


def _check_overlaps(case: Case, table: Table, reached: Sequence[bool]) -> None:
    """Rows that hold together where neither is a part of the other."""
    view = case.view
    table = replace(table, arms=_values(case, table))
    trues = [view.true(arm.test) for arm in table.arms]
    for first, second in _pairs(case, table, trues):
        a, b = table.arms[first], table.arms[second]
        if not (reached[first] and reached[second]):
            continue
        nested = any(
            case.impossible(table.when, trues[one], view.negated(trues[other]))
            for one, other in ((first, second), (second, first))
        )
        record = None
        if not nested:
            both = [table.when, trues[first], trues[second]]
            record = case.examples.lead(view, both, _both(a, b))
        if record is not None:
            case.say(
                "overlap",
                b.at,
                f"row {b.id} can hold together with {a.id}, which stands before it and decides",
                "if the order is meant, leave it; else tell them apart",
                length=len(b.id),
                detail=a.id,
                proved=False,
                record=record,
            )


def _both(a: Arm, b: Arm) -> Any:
    def judge(lead: LeadConclusions) -> bool:
        return lead.holds(a.test) is True and lead.holds(b.test) is True

    return judge


def _check_only(case: Case, table: Table) -> None:
    """`pick: only`: each row by itself, and every two that disagree."""
    view = case.view
    table = replace(table, arms=_values(case, table))
    trues = [view.true(arm.test) for arm in table.arms]
    for arm, true in zip(table.arms, trues, strict=True):
        never = not arm.is_else and case.impossible(table.when, true)
        case.say(
            "unreachable-row",
            arm.at,
            f"no lead can meet the condition of row {arm.id}" if never else None,
            "its parts contradict each other, or the values that a name can have",
            length=len(arm.id),
        )
    for first, second in _pairs(case, table, trues):
        a, b = table.arms[first], table.arms[second]
        both = [table.when, trues[first], trues[second]]
        if FALSE in both:
            continue
        record = case.examples.lead(view, both, _both(a, b))
        if record is not None:
            case.say(
                "contradicting-rows",
                b.at,
                f"rows {a.id} and {b.id} can both hold; under `pick: only` nothing is known then",
                "make their conditions exclude each other, or take out `pick: only`",
                length=len(b.id),
                detail=a.id,
                proved=False,
                record=record,
            )
