"""`grades:` — words for what a lead is: A, EI, super."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.sections.base import (
    COMMON,
    EXPRESSION,
    Conclusions,
    Context,
    Entry,
    JsonSchema,
    Lowered,
    texts,
)
from groupbuy.sections.facts import applied
from groupbuy.sections.forms.form import Form
from groupbuy.sections.forms.lower import lower_form
from groupbuy.sections.schema import FORMS
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.tree import naming
from groupbuy.tree.definitions import Definition
from groupbuy.tree.nodes import NONE, Expr, Lit
from groupbuy.tree.types import Type, choice

SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {**COMMON, **FORMS, "if": EXPRESSION},
    "additionalProperties": False,
}


class Grades:
    """Each grade is one word; which words it has stands in its bands, cases, rows or cuts."""

    name = "grades"
    schema = SCHEMA
    shared = True

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """One name: a choice among the words of its form, in written order."""
        type = choice(tuple(dict.fromkeys(_words(entry.fields))), open=True)
        return {entry.id: type}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """The grade, and its place in the ranking where it is cut from one."""
        type = replace(self.declare(entry, ctx)[entry.id], open=False)
        if not type.values:
            raise GroupbuyError(
                Problem(
                    "missing-key",
                    f"grade {entry.id} needs rows:, bands:, cases: or cuts:",
                    entry.at,
                )
            )

        def leaf(key: str, node: Node) -> Expr:
            return Lit(_word(key, node), type)

        form = lower_form(entry.fields, leaf, ctx, f"grade {entry.id}", entry.at)
        if form is None or not form.arms:
            raise GroupbuyError(
                Problem(
                    "missing-key",
                    f"grade {entry.id} needs rows:, bands:, cases: or cuts:",
                    entry.at,
                )
            )
        form = applied(form, entry.fields, ctx)
        definitions = [entry.define(entry.id, form.tree)]
        if form.rank is not None:
            definitions.append(entry.define(naming.rank(entry.id), form.rank))
        return Lowered(entry, tuple(definitions), form, **texts(entry, ctx))

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all grades."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The word, or what it could be and what is missing; and the row that gave it."""
        entry, form = lowered.entry, lowered.view
        value = lead.value(entry.id)
        if value is NONE:
            return {"value": None, "status": "none"}
        if value is None:
            likely = lead.value(naming.likely(entry.id))
            return {
                "value": None,
                "status": "unknown",
                "likely": likely if isinstance(likely, str) else None,
                "possible": lead.possible(entry.id),
                "missing": lead.missing(entry.id),
            }
        return {"value": value, "status": "known", **self.reason(lowered, form, value, lead)}

    def reason(self, lowered: Lowered, form: Form, value: str, lead: Conclusions) -> dict[str, Any]:
        """Which row, band, case or cut decided, in its own words or the grade's."""
        entry = lowered.entry
        rank = naming.rank(entry.id) if form.rank is not None else None
        for arm in form.arms:
            holds = lead.holds(arm.test)
            if holds is None:
                break
            if holds:
                because = lead.say(arm.because or lowered.because, rank=rank)
                shown = {
                    "title": lead.say(arm.title),
                    "because": because,
                    "facts": lead.facts(arm.test) or None,
                    "at": arm.at.short,
                }
                return {key: part for key, part in shown.items() if part is not None}
        because = lead.say(lowered.because, rank=rank)
        return (
            {"at": entry.at.short}
            if because is None
            else {"because": because, "at": entry.at.short}
        )


def _word(key: str, node: Node) -> str:
    if isinstance(node, Mapping):
        value = node.get("value")
        if value is not None:
            return _plain(value)
        if not key:
            raise GroupbuyError(Problem("missing-key", "this case needs `value:`", node.at))
        return key
    return _plain(node)


def _plain(node: Node) -> str:
    if not isinstance(node, Scalar) or node.value is None or not node.text.strip():
        raise GroupbuyError(
            Problem("wrong-shape", f"a grade is a word; this is {node.noun}", node.at)
        )
    return node.value if isinstance(node.value, str) else node.text


def _words(fields: Mapping) -> Iterable[str]:
    """The words a form can give, in written order. Ill-shaped parts are left to `lower`."""
    for group in ("bands", "rows", "cuts"):
        node = fields.get(group)
        if isinstance(node, Mapping):
            for key, item in node.items.items():
                yield _word(key, item)
    cases = fields.get("cases")
    if isinstance(cases, Mapping):
        yield from _words_of_cases(cases)
    otherwise = fields.get("otherwise")
    if isinstance(otherwise, Mapping):
        yield from _words(otherwise)
    elif otherwise is not None:
        yield _plain(otherwise)
    value = fields.get("value")
    if value is not None:
        yield _plain(value)


FORM_WORDS = ("rows", "bands", "cases", "cuts", "value")


def _words_of_cases(cases: Mapping) -> Iterable[str]:
    for item in cases.items.values():
        if not isinstance(item, Mapping):
            yield _plain(item)
        elif any(key in item.items for key in FORM_WORDS):
            yield from _words(item)
        else:
            yield from _words_of_cases(item)
