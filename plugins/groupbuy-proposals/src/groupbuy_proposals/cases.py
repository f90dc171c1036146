"""`cases:` — what the company has learnt from customers, and which of it helps with this one (S42).

A case says which customers it is like (`like`: conditions with weights), what was done, what was
learnt, who can help and with what, and what may be quoted to others. How alike a lead is, is the
weight of the conditions that surely hold against the weight of all: what nobody knows of the lead
does not make it alike. Results have the three most similar cases, at least half alike; and those
that answer the help a salesperson asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
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
    Mapping,
    Problems,
    Template,
    Texts,
    Type,
    items,
    optional_text,
    required,
    texts,
)

MOST = 3
ALIKE = 0.5
"""How alike a case must be to be shown."""
HELP_FIELD = "help_wanted"

TITLE: Texts = {"en": "Similar cases", "zh": "相似案例"}
SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        **COMMON,
        "kind": {"enum": ["success", "technique", "lesson"]},
        "like": {
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    EXPRESSION,
                    {
                        "type": "object",
                        "properties": {
                            "when": EXPRESSION,
                            "weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000},
                            "because": TEXT,
                        },
                        "required": ["when"],
                        "additionalProperties": False,
                    },
                ]
            },
            "minProperties": 1,
        },
        "did": TEXT,
        "lesson": TEXT,
        "help": {
            "type": "object",
            "properties": {
                "who": TEXT,
                "support": TEXT,
                "topics": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["who"],
            "additionalProperties": False,
        },
        "quote": TEXT,
    },
    "required": ["like"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Likeness:
    """One condition in which a lead is like the case: its id, definition, weight and words."""

    id: str
    test: str
    weight: float
    because: Template | None


@dataclass(frozen=True)
class View:
    """What a case shows."""

    kind: str
    like: tuple[Likeness, ...]
    texts: AnyMapping[str, Template | None]
    topics: tuple[str, ...]
    asked: str | None


class Cases:
    """The case base."""

    name = "cases"
    title = TITLE
    schema = SCHEMA
    shared = False

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """Ids of cases are local."""
        return {}

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """A definition for each condition of likeness, and one for the help that is asked for."""
        fields, problems = entry.fields, Problems()
        definitions: list[Definition] = []
        like: list[Likeness] = []
        node = required(fields, "like", entry.at, f"case {entry.id}")
        for id, item, at in items(node, "like:"):
            with problems.collecting():
                when, because, weight = item, None, 1.0
                if isinstance(item, Mapping):
                    when = required(item, "when", at, f"like {id}")
                    because = optional_text(item, "because", ctx)
                    stated = item.get("weight")
                    weight = 1.0 if stated is None else float(str(stated.data()))
                name = f"cases:{entry.id}.{id}"
                definitions.append(entry.define(name, ctx.condition(when), when.at))
                like.append(Likeness(id, name, weight, because))
        asked = None
        wanted = ctx.value(HELP_FIELD)
        help = fields.get("help")
        if isinstance(help, Mapping) and wanted is not None:
            asked = f"cases:{entry.id}:help"
            definitions.append(entry.define(asked, wanted))
        said = self.texts(fields, help, ctx, problems)
        problems.raise_any()
        topics = help.get("topics") if isinstance(help, Mapping) else None
        words = tuple(str(each) for each in topics.data()) if topics is not None else ()  # type: ignore[attr-defined]
        kind = fields.get("kind")
        view = View(
            "success" if kind is None else str(kind.data()), tuple(like), said, words, asked
        )
        return Lowered(entry, tuple(definitions), view, **texts(entry, ctx))

    def texts(
        self, fields: Mapping, help: Any, ctx: Context, problems: Problems
    ) -> dict[str, Template | None]:
        """What is told of a case."""
        said: dict[str, Template | None] = {}
        for key in ("did", "lesson", "quote"):
            with problems.collecting():
                said[key] = optional_text(fields, key, ctx)
        for key in ("who", "support"):
            with problems.collecting():
                said[key] = optional_text(help, key, ctx) if isinstance(help, Mapping) else None
        return said

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Nothing over all cases."""
        return ()

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """How alike the case is and why, and what it has to say; none where it has nothing."""
        view: View = lowered.view
        found = {each.id: lead.value(each.test) for each in view.like}
        total = sum(each.weight for each in view.like)
        alike = sum(each.weight for each in view.like if found[each.id] is True) / total
        topics = self.topics_asked(view, lead)
        if alike < ALIKE and not topics:
            return None
        because = [
            lead.say(each.because) or each.id for each in view.like if found[each.id] is True
        ]
        shown = {
            "title": lead.say(lowered.title) or lowered.entry.id,
            "kind": view.kind,
            "similarity": round(alike, 4),
            "because": because,
            "unknown": [each.id for each in view.like if found[each.id] is None],
            **{key: lead.say(text) for key, text in view.texts.items() if text is not None},
            "topics": topics,
            "at": lowered.entry.at.short,
        }
        return {**shown, "say": _told(shown, lead.lang)}

    def topics_asked(self, view: View, lead: Conclusions) -> list[str]:
        """The topics of a case's help that the lead's request names."""
        wanted = None if view.asked is None else lead.value(view.asked)
        if not isinstance(wanted, str):
            return []
        return [topic for topic in view.topics if topic.casefold() in wanted.casefold()]

    def arrange(self, shown: AnyMapping[str, Any]) -> list[str]:
        """The most similar first, three of them; and each that answers a request for help."""
        order = sorted(shown, key=lambda id: (-shown[id]["similarity"], id))
        alike = [id for id in order if shown[id]["similarity"] >= ALIKE][:MOST]
        return alike + [id for id in order if shown[id]["topics"] and id not in alike]


def _told(shown: AnyMapping[str, Any], lang: str) -> list[str]:
    """A case in sentences, for `groupbuy explain`."""
    zh = lang == "zh"
    join, colon = ("、", "：") if zh else ("; ", ": ")
    share = f"{shown['similarity']:.0%}"
    first = f"{shown['title']}（相似度 {share}）" if zh else f"{shown['title']} ({share} alike)"
    told = [first + (colon + join.join(shown["because"]) if shown["because"] else "")]
    labels = {
        "did": "做法" if zh else "what was done",
        "lesson": "经验" if zh else "lesson",
        "who": "可求助" if zh else "who can help",
        "support": "可提供" if zh else "support",
    }
    told += [f"{label}{colon}{shown[key]}" for key, label in labels.items() if shown.get(key)]
    if shown["topics"]:
        label = "对应求助" if zh else "answers the request for"
        told.append(label + colon + join.join(shown["topics"]))
    return told
