"""A plan on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from groupbuy.api.commands import inert
from groupbuy_planner.output import escalation_text, why
from groupbuy_planner.plans import PersonWeek, Plan
from groupbuy_planner.wishes import Left
from groupbuy_planner.words import hours, say, yuan
from groupbuy_planner.workdays import WEEKDAYS

MOST_LEFT = 20
"""Leads without a slot that the screen lists."""


def plan_text(plan: Plan, lang: str, *, whole: bool) -> str:
    """The plan for people. On the screen the list of leads without a slot is cut."""
    first, last = plan.since, plan.week.days[-1]
    blocks = [
        say("lines", "plan", lang, week=plan.week, first=first, last=last)
        + "\n"
        + _total(plan, lang)
    ]
    blocks += [_week_text(each, plan, lang) for each in plan.weeks]
    blocks += [
        _hours_text(plan, lang),
        _escalations_text(plan, lang),
        _left_text(plan, lang, whole),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Aligned columns; those that say nothing are left out."""
    from tabulate import tabulate

    kept = [[inert(cell) for cell in row] for row in rows]
    columns = [n for n in range(len(heads)) if any(row[n] for row in kept)]
    align = ["right" if n in right else "left" for n in columns]
    shown = [[row[n] for n in columns] for row in kept]
    named = [heads[n] for n in columns]
    text = tabulate(shown, named, "simple", disable_numparse=True, colalign=align)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _total(plan: Plan, lang: str) -> str:
    contacts = plan.contacts
    visits = sum(each.wish.kind == "visit" for each in contacts)
    return say(
        "lines",
        "total",
        lang,
        visits=visits,
        calls=len(contacts) - visits,
        worth=yuan(sum(each.worth for each in contacts)),
        road=hours(sum(each.road for each in plan.weeks)),
    )


def _week_text(each: PersonWeek, plan: Plan, lang: str) -> str:
    head = say(
        "lines",
        "person",
        lang,
        name=inert(each.person.name),
        role=say("roles", each.person.role, lang),
        planned=hours(each.with_customers + each.road),
        capacity=hours(each.capacity),
        contacts=hours(each.with_customers),
        road=hours(each.road),
    )
    if not each.contacts:
        return f"{head}\n  {say('lines', 'nothing' if each.days else 'away', lang)}"
    keys = ("date", "time", "kind", "id", "name", "area", "class", "due", "worth", "do")
    rows = []
    for day, contacts in groupby(each.contacts, key=lambda contact: contact.day):
        weekday = say("weekdays", WEEKDAYS[day.weekday()], lang)
        named = f"{day.month:02}-{day.day:02} {weekday}"
        for contact in contacts:
            client = contact.wish.client
            late = f" {say('lines', 'late', lang)}" if contact.is_late else ""
            rows.append(
                (
                    named,
                    f"{contact.start:%H:%M}–{contact.end:%H:%M}",
                    say("kinds", contact.wish.kind, lang),
                    client.id,
                    client.name,
                    str(client.area),
                    plan.groups.get(client.group, ""),
                    f"{contact.wish.due:%m-%d}{late}",
                    yuan(contact.worth),
                    _short(contact.wish.plays[0].do if contact.wish.plays else ""),
                )
            )
            named = ""
    return f"{head}\n{table([say('heads', key, lang) for key in keys], rows, right=(8,))}"


def _short(text: str, most: int = 36) -> str:
    """The beginning of a text; a Chinese character counts as two."""
    room = most
    for index, char in enumerate(text):
        room -= 1 if char.isascii() else 2
        if room < 0:
            return text[:index].rstrip("，。；、,; ") + "…"
    return text


def _hours_text(plan: Plan, lang: str) -> str:
    rows = [
        (
            each.person.name if first else "",
            plan.groups.get(group, group),
            f"{round(share.leads, 1):g}",
            f"{share.share / 60:.1f}",
            "" if share.limit is None else f"{share.limit / 60:.1f}",
            f"{each.planned.get(group, 0) / 60:.1f}",
        )
        for each in plan.weeks
        for first, (group, share) in _firsts(each.shares.items())
    ]
    if not rows:
        return ""
    heads = [
        say("heads", k, lang) for k in ("person", "class", "leads", "share", "limit", "planned")
    ]
    return f"{say('lines', 'hours', lang)}\n{table(heads, rows, right=(2, 3, 4, 5))}"


def _firsts(items: Iterable[Any]) -> Iterator[tuple[bool, Any]]:
    for number, item in enumerate(items):
        yield number == 0, item


def _escalations_text(plan: Plan, lang: str) -> str:
    rows = [
        (
            each.wish.client.id,
            each.wish.client.name,
            say("roles", each.wish.client.level, lang),
            f"{say('roles', each.acts, lang)} {each.person or ''}".strip(),
            escalation_text(each, lang),
        )
        for each in plan.escalations
    ]
    if not rows:
        return ""
    heads = [say("heads", key, lang) for key in ("id", "name", "wanted", "acts", "reason")]
    return f"{say('lines', 'escalations', lang)}\n{table(heads, rows)}"


def _left_text(plan: Plan, lang: str, whole: bool) -> str:
    if not plan.left:
        return ""
    ordered = sorted(plan.left, key=lambda each: (each.wish is None, -_worth(each), each.client.id))
    shown = ordered if whole else ordered[:MOST_LEFT]
    rows = [
        (
            each.client.id,
            each.client.name,
            each.client.owner,
            yuan(_worth(each)) if each.wish else "",
            why(each.reason, lang),
        )
        for each in shown
    ]
    heads = [say("heads", key, lang) for key in ("id", "name", "owner", "worth", "reason")]
    count = len(ordered)
    title = (
        say("lines", "left_one", lang) if count == 1 else say("lines", "left", lang, count=count)
    )
    more = len(ordered) - len(shown)
    end = f"\n{say('lines', 'more', lang, count=more)}" if more else ""
    return f"{title}\n{table(heads, rows, right=(3,))}{end}"


def _worth(each: Left) -> float:
    return each.wish.worth if each.wish else 0.0
