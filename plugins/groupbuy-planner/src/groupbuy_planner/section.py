"""`day_end:` — what to write or arrange before going home, with a draft (system S26).

day_end:
thank_you:
title: {en: Thank-you letter, zh: 感谢信}
when: count(touches, where=touches.date == today and touches.result == "closed") > 0
because: {en: Closed today, zh: 今天成交}
planned: visit                  # only for leads that the plan has tomorrow: visit or call
text: {en: "Dear {contact_name}, …", zh: "{contact_name}：您好！…"}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from groupbuy.api import (
    COMMON,
    EXPRESSION,
    TEXT,
    Conclusions,
    Context,
    Definition,
    Entry,
    JsonSchema,
    Lowered,
    Scalar,
    Template,
    Type,
    optional_text,
    required,
    texts,
)

NAME = "day_end"
NOT_PLANNED = "none"
PLANNED = ("visit", "call", NOT_PLANNED)
SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {**COMMON, "when": EXPRESSION, "planned": {"enum": list(PLANNED)}, "text": TEXT},
    "required": ["when", "text"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Draft:
    """One kind of thing to do: the name of its condition, and the text to send."""

    test: str
    text: Template
    planned: str | None
    """Only for leads that the plan has so on the next working day; `none`: that it has not."""

    @property
    def needs_plan(self) -> bool:
        """Whether it can't be decided without a plan."""
        return self.planned not in (None, NOT_PLANNED)


class DayEnd:
    """The section. An entry applies to a lead where its `when` is true."""

    name = NAME
    schema = SCHEMA
    shared = False
    title: Mapping[str, str] = {"en": "End of the day", "zh": "收工清单"}

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """Ids are local."""
        return {}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """The condition as a definition; the draft as a text that quotes facts."""
        what = f"{NAME} {entry.id}"
        when = required(entry.fields, "when", entry.at, what)
        required(entry.fields, "text", entry.at, what)
        draft = optional_text(entry.fields, "text", ctx)
        assert draft is not None
        planned = entry.get("planned")
        test = f"{NAME}:{entry.id}.when"
        view = Draft(test, draft, planned.text if isinstance(planned, Scalar) else None)
        definition = entry.define(test, ctx.condition(when), when.at)
        return Lowered(entry, (definition,), view, **texts(entry, ctx))

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all entries."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """What is to be done for the lead today. What depends on a plan only `plan` can show."""
        draft: Draft = lowered.view
        return None if draft.needs_plan else item(lowered, lead)


def item(lowered: Lowered, lead: Conclusions) -> dict[str, Any] | None:
    """An entry for a lead in the reader's language; nothing where its condition is not true."""
    draft: Draft = lowered.view
    if lead.value(draft.test) is not True:
        return None
    title, because = lead.say(lowered.title), lead.say(lowered.because)
    shown = {
        "title": title or lowered.entry.id,
        "because": because,
        "text": (lead.say(draft.text) or "").strip(),
        "at": lowered.entry.at.short,
        "say": because or title,
    }
    return {key: value for key, value in shown.items() if value}
