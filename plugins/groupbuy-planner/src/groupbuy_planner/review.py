"""`groupbuy plan --review DATE`: what is left to do at the end of a day, with drafts (S26)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from groupbuy.api.commands import Concluded, csv_table, inert
from groupbuy_planner.section import NOT_PLANNED, Draft, item
from groupbuy_planner.wishes import Client
from groupbuy_planner.words import say
from groupbuy_planner.workdays import WEEKDAYS


@dataclass(frozen=True)
class Item:
    """Something to write or arrange for a lead."""

    owner: str
    entry: str
    order: int
    lead: str
    name: str
    contact: str
    title: str
    because: str
    text: str

    def data(self) -> dict[str, str]:
        """As plain data."""
        return {
            "owner": self.owner,
            "entry": self.entry,
            "id": self.lead,
            "name": self.name,
            "contact": self.contact,
            "title": self.title,
            "because": self.because,
            "text": self.text,
        }


def items_of(
    leads: Iterable[Concluded],
    clients: Mapping[str, Client],
    tomorrow: Mapping[str, tuple[str, str]] | None,
) -> list[Item]:
    """All items of an evening, by person, then in the order of the rules.

    `clients` has the leads as they may be shown. `tomorrow` has kind and person of each lead that
    the plan has on the next working day; without a plan, what needs one is left out.
    """
    found = []
    for each in leads:
        for order, lowered in enumerate(each.entries):
            draft: Draft = lowered.view
            client = clients[each.lead.id]
            kind, person = (tomorrow or {}).get(client.id, (NOT_PLANNED, client.owner))
            if draft.planned not in (None, kind):
                continue
            shown = item(lowered, each.conclusions)
            if shown is not None:
                found.append(
                    Item(
                        person if draft.needs_plan else client.owner,
                        lowered.entry.id,
                        order,
                        client.id,
                        client.name,
                        client.person,
                        shown["title"],
                        shown.get("because", ""),
                        shown["text"],
                    )
                )
    return sorted(found, key=lambda i: (not i.owner, i.owner, i.order, i.lead))


def titles_needing_plan(leads: Iterable[Concluded]) -> list[str]:
    """Entries that only a plan can decide, by their titles."""
    found: dict[str, str] = {}
    for each in leads:
        for lowered in each.entries:
            if lowered.view.needs_plan and lowered.entry.id not in found:
                title = each.conclusions.say(lowered.title)
                found[lowered.entry.id] = title or lowered.entry.id
    return list(found.values())


def review_text(items: Sequence[Item], day: date, lang: str) -> str:
    """The list for people."""
    weekday = say("weekdays", WEEKDAYS[day.weekday()], lang)
    lines = [say("lines", "review", lang, day=day, weekday=weekday)]
    if not items:
        lines.append(say("lines", "review_nothing", lang))
    for owner, own in groupby(items, key=lambda each: each.owner):
        lines += ["", inert(owner) or say("lines", "no_owner", lang)]
        for title, same in groupby(own, key=lambda each: each.title):
            lines.append(f"  {inert(title)}")
            for each in same:
                said = (f"{each.lead} {each.name}".strip(), each.contact, each.because)
                lines.append(f"    ☐ {inert(' · '.join(part for part in said if part))}")
                lines += [f"        {inert(line)}" for line in each.text.splitlines()]
    return "\n".join(lines) + "\n"


def review_csv(items: Sequence[Item], lang: str) -> str:
    """A row for each item."""
    keys = ("owner", "title", "id", "name", "contact", "reason", "draft")
    heads = [say("heads", key, lang) for key in keys]
    return "".join(csv_table(heads, _rows(items)))


def _rows(items: Sequence[Item]) -> Iterator[tuple[str, ...]]:
    for each in items:
        yield (
            *(each.owner, each.title, each.lead, each.name, each.contact, each.because),
            each.text,
        )


def review_data(items: Sequence[Item], day: date, lang: str, run: Mapping[str, Any]) -> str:
    """The list for other programs."""
    data = {
        "groupbuy": 1,
        "run": {**run, "lang": lang},
        "day": day.isoformat(),
        "items": [each.data() for each in items],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
