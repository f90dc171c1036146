"""`gates:` — whom not to sell to, and on what terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.sections.base import (
    COMMON,
    EXPRESSION,
    TEXT,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    optional_text,
    required,
    texts,
    word,
)
from groupbuy.sections.template import Template
from groupbuy.source.nodes import Scalar
from groupbuy.tree import build, naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import Expr, Lit, Ref
from groupbuy.tree.types import FLAG, Type, choice

VERDICT = "verdict"
VERDICTS = ("go", "terms", "hold", "stop")
"""From the best to the worst: the worst of the gates is the lead's."""
VERDICT_TYPE = choice(VERDICTS, ordered=True)
WHEN_UNKNOWN = ("pass", "terms", "hold")

SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        **COMMON,
        "when": EXPRESSION,
        "each": {"type": "string"},
        "verdict": {"enum": list(VERDICTS[1:])},
        "unknown": {"enum": list(WHEN_UNKNOWN)},
        "do": TEXT,
    },
    "required": ["when", "verdict", "unknown"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class GateView:
    """What a gate shows."""

    test: Expr
    verdict: str
    unknown: str
    do: Template | None
    table: str | None


class Gates:
    """Each gate that holds gives its verdict; the lead has the worst of them."""

    name = "gates"
    schema = SCHEMA
    shared = False

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """Ids of gates are local."""
        return {}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """A condition; with `each`, one for each row and whether any holds."""
        fields, what = entry.fields, f"gate {entry.id}"
        table = each_table(entry, ctx)
        test = ctx.condition(required(fields, "when", entry.at, what), table)
        verdict = word(required(fields, "verdict", entry.at, what), "verdict:", VERDICTS[1:])
        unknown = word(required(fields, "unknown", entry.at, what), "unknown:", WHEN_UNKNOWN)
        name = gate_name(entry.id)
        definitions = [entry.define(name, test)]
        if table is not None:
            rows = entry.define(naming.rows(name), test, table=table)
            definitions = [rows, entry.define(name, build.agg("any", table, test, None, FLAG))]
        view = GateView(test, verdict, unknown, optional_text(fields, "do", ctx, table), table)
        return Lowered(entry, tuple(definitions), view, **texts(entry, ctx, table))

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """The lead's verdict."""
        arms: list[tuple[Expr, Expr]] = []
        for verdict in reversed(VERDICTS[1:]):
            tests: list[Expr] = []
            for lowered in entries:
                holds = Ref(gate_name(lowered.entry.id), FLAG)
                if lowered.view.verdict == verdict:
                    tests.append(build.surely(holds))
                if lowered.view.unknown == verdict:
                    tests.append(build.missing(holds))
            arms.append((build.disjunction(tests), Lit(verdict, VERDICT_TYPE)))
        tree = build.case(arms, Lit("go", VERDICT_TYPE))
        # Without a gate, too, plays can ask for the verdict.
        at, owner = (
            (entries[0].entry.at, entries[0].entry.owner)
            if entries
            else (Location(self.name), self.name)
        )
        yield Definition(VERDICT, tree, at, owner)

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The reasons of a gate that holds, one a row with `each`; or that it is open."""
        view: GateView = lowered.view
        holds = lead.value(gate_name(lowered.entry.id))
        at = lowered.entry.at.short
        if holds is None:
            return {
                "unknown": [
                    {
                        "gate": lowered.entry.id,
                        "title": lead.say(lowered.title),
                        "then": view.unknown,
                        "missing": lead.missing(gate_name(lowered.entry.id)),
                        "at": at,
                    }
                ]
            }
        if holds is not True:
            return None
        rows: list[tuple[str, int] | None] = [None]
        if view.table is not None:
            values = lead.rows(naming.rows(gate_name(lowered.entry.id))) or []
            rows = [(view.table, index) for index, value in enumerate(values) if value is True]
        return {"reasons": [self.reason(lowered, lead, row, at) for row in rows]}

    def reason(
        self, lowered: Lowered, lead: Conclusions, row: tuple[str, int] | None, at: str
    ) -> dict[str, Any]:
        """One reason in the reader's words."""
        view: GateView = lowered.view
        shown = {
            "gate": lowered.entry.id,
            "title": lead.say(lowered.title),
            "verdict": view.verdict,
            "because": lead.say(lowered.because, row),
            "do": lead.say(view.do, row),
            "facts": lead.facts(view.test),
            "at": at,
        }
        if row is not None:
            shown["row"] = lead.row_key(*row)
        return {key: value for key, value in shown.items() if value is not None}


def gate_name(id: str) -> str:
    """The name of a gate's condition: ids of gates don't mix with names of facts."""
    return f"gate:{id}"


def each_table(entry: Entry, ctx: Context) -> str | None:
    """The table of `each:`."""
    node = entry.get("each")
    if node is None:
        return None
    table = ctx.table(node.text) if isinstance(node, Scalar) else None
    if table is None:
        raise GroupbuyError(
            Problem("unknown-name", "each: names a table of the lead model", node.at)
        )
    return table[0]
