"""`plays:` — what to do next, by whom, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem, Problems
from groupbuy.sections.base import (
    COMMON,
    EXPRESSION,
    TEXT,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    items,
    mapping,
    required,
    texts,
)
from groupbuy.sections.forms.cases import case_test
from groupbuy.sections.gates import each_table
from groupbuy.sections.new_lead import SCHEMA as LEAD
from groupbuy.sections.new_lead import NewLead, read_new_lead
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.tree import build
from groupbuy.tree.build import Misfit
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr, Lit, Ref
from groupbuy.tree.types import DATE, Kind, Type

MOST_DAYS = 36_525
"""How far from today a play may be due: a hundred years."""

_PLAY: JsonSchema = {**COMMON, "do": TEXT, "who": TEXT, "due": EXPRESSION}
SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        **_PLAY,
        "lead": LEAD,
        "when": EXPRESSION,
        "each": {"type": "string"},
        "by": {"type": "string"},
        "table": {"type": "string"},
        "cases": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": _PLAY,
                "additionalProperties": False,
            },
            "minProperties": 1,
        },
    },
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Move:
    """One thing to do: the play, or one case of it."""

    name: str
    case: str | None
    test: Expr
    table: str | None
    do: Template
    who: Template | None
    because: Template | None
    due: str | None
    due_is_date: bool
    tags: tuple[str, ...]
    at: Location
    lead: NewLead | None = None


class Plays:
    """A play that holds is something to do; with `by`, one for each case that holds."""

    name = "plays"
    schema = SCHEMA
    shared = False

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """Ids of plays are local."""
        return {}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """A condition for each move, and its date."""
        return _Play(entry, ctx).lowered()

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all plays."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """What there is to do: a list of moves, in the order in which they stand."""
        found = []
        for move in lowered.view:
            if move.table is None:
                if lead.value(move.name) is True:
                    found.append(self.move(lowered, move, lead, None))
                continue
            for index, holds in enumerate(lead.rows(move.name) or []):
                if holds is True:
                    found.append(self.move(lowered, move, lead, (move.table, index)))
        return found or None

    def move(
        self, lowered: Lowered, move: Move, lead: Conclusions, row: tuple[str, int] | None
    ) -> dict[str, Any]:
        """One move in the reader's words."""
        due = None if move.due is None else lead.value(move.due)
        day = lead.due(due) if isinstance(due, int) else None
        parts = [lowered.entry.id]
        if move.case is not None:
            parts.append(move.case)
        if row is not None:
            parts.append(lead.row_key(*row))
        if move.due_is_date and day is not None:
            parts.append(day)
        because = move.because or lowered.because
        shown: dict[str, Any] = {
            "key": "/".join(parts),
            "play": lowered.entry.id,
            "title": lead.say(lowered.title),
            "do": lead.say(move.do, row),
            "who": lead.say(move.who, row),
            "due": day,
            "because": lead.say(because, row),
            "tags": list(move.tags),
            "facts": lead.facts(move.test),
            "lead": None if move.lead is None else move.lead.values(lead, row),
            "at": move.at.short,
        }
        return {key: value for key, value in shown.items() if value is not None}


class _Play:
    """Lowers one play."""

    def __init__(self, entry: Entry, ctx: Context) -> None:
        self.entry, self.ctx = entry, ctx
        self.table = each_table(entry, ctx)
        self.definitions: list[Definition] = []
        self.moves: list[Move] = []
        self.lead: NewLead | None = None
        self.problems = Problems()

    def lowered(self) -> Lowered:
        fields = self.entry.fields
        when = fields.get("when")
        test = build.TRUE if when is None else self.ctx.condition(when, self.table)
        by, cases, lead = fields.get("by"), fields.get("cases"), fields.get("lead")
        if lead is not None:
            with self.problems.collecting():
                self.lead, made = read_new_lead(lead, self.entry, self.ctx, self.table)
                self.definitions.extend(made)
        if by is None and cases is None:
            if when is None:
                raise GroupbuyError(
                    Problem(
                        "missing-key",
                        f"play {self.entry.id} needs `when:`",
                        self.entry.at,
                        "say when it is to be done; always: when: true",
                    )
                )
            self.move(None, test, fields, self.entry.at)
        else:
            by = required(fields, "by", self.entry.at, f"play {self.entry.id} with `cases:`")
            cases = required(fields, "cases", self.entry.at, f"play {self.entry.id} with `by:`")
            self.cases(by, cases, test)
        self.problems.raise_any()
        return Lowered(
            self.entry,
            tuple(self.definitions),
            tuple(self.moves),
            **texts(self.entry, self.ctx, self.table),
        )

    def cases(self, by: Node, cases: Node, test: Expr) -> None:
        if isinstance(by, Sequence):
            raise GroupbuyError(
                Problem("wrong-shape", "a play is split by one choice", by.at, "by: churn_causes")
            )
        axis = self.ctx.parse(by, self.table)
        if axis.type.kind not in (Kind.CHOICE, Kind.CHOICES, Kind.FLAG):
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"cases are told apart by a choice; this is {build.describe(axis.type)}",
                    by.at,
                )
            )
        for key, item, at in items(cases, "cases:"):
            with self.problems.collecting():
                case = case_test(axis, key, by, at, self.ctx)
                fields = mapping(item, f"case {key}")
                self.move(key, build.conjunction([test, case]), fields, at)

    def move(self, case: str | None, test: Expr, fields: Mapping, at: Location) -> None:
        """One move; what the case does not say, the play says."""
        suffix = "" if case is None else f"/{case}"
        name = f"play:{self.entry.id}{suffix}"
        do = fields.get("do") or required(self.entry.fields, "do", at, f"play {self.entry.id}")
        who = fields.get("who") or self.entry.get("who")
        due = fields.get("due") or self.entry.get("due")
        because = fields.get("because")
        due_name, is_date = None, False
        if due is not None:
            due_name = f"due:{self.entry.id}{suffix}"
            tree, is_date = self.due(due)
            self.definitions.append(self.entry.define(due_name, tree, due.at))
        self.definitions.append(self.entry.define(name, test, at, self.table))
        tags = fields.get("tags") or self.entry.get("tags")
        text = self.ctx.text
        self.moves.append(
            Move(
                name,
                case,
                test,
                self.table,
                text(do, self.table),
                None if who is None else text(who, self.table),
                None if because is None else text(because, self.table),
                due_name,
                is_date,
                _tags(tags),
                at,
                self.lead,
            )
        )

    def due(self, node: Node) -> tuple[Expr, bool]:
        """The day until when: a date, or so many days from today."""
        tree = self.ctx.parse(node)
        if tree.type.kind is Kind.DATE:
            return tree, True
        days = tree.value if isinstance(tree, Lit) else None
        if isinstance(days, (int, float)) and abs(days) > MOST_DAYS:
            message = f"due: is {days:,.0f} days from today"
            raise GroupbuyError(Problem("wrong-value", message, node.at, f"at most {MOST_DAYS:,}"))
        try:
            return build.arithmetic("+", Ref("today", DATE), tree), False
        except Misfit:
            raise GroupbuyError(
                Problem(
                    "type-mismatch",
                    f"due: is a number of days or a date; this is {build.describe(tree.type)}",
                    node.at,
                    "due: 7; due: next(mid_autumn) - 14",
                )
            ) from None


def _tags(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Sequence):
        return tuple(item.text for item in node.items if isinstance(item, Scalar))
    return ()
