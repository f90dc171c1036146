"""A plan as an iCalendar file (RFC 5545), for the calendars of phones and mail programs.

Times are those of Asia/Shanghai, which has known no summer time since 1991. An event's UID is made
of the lead, the week and the kind of contact, so that importing a newer plan moves events instead
of doubling them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from groupbuy.api.commands import inert
from groupbuy_planner.plans import Contact, Plan
from groupbuy_planner.words import say

ZONE = "Asia/Shanghai"
LONGEST = 75
"""Octets of a line, its end not counted (RFC 5545, 3.1)."""
_SPECIAL = re.compile(r"[\\;,]")
HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//groupbuy//planner//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19910915T020000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def plan_ics(plan: Plan, lang: str, as_of: date) -> str:
    """The calendar. `as_of` is the day on which it was made."""
    lines = [*HEAD]
    for each in plan.contacts:
        lines += event(each, plan, lang, as_of)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) for line in lines)


def event(each: Contact, plan: Plan, lang: str, as_of: date) -> Iterator[str]:
    """One contact."""
    wish, client = each.wish, each.wish.client
    kind = say("kinds", wish.kind, lang)
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(client.id, str(plan.week), wish.kind)}"
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield f"DTSTART;TZID={ZONE}:{_local(each.start)}"
    yield f"DTEND;TZID={ZONE}:{_local(each.end)}"
    named = (
        f"{each.person} · {say('lines', 'summary', lang, kind=kind, name=client.name or client.id)}"
    )
    yield f"SUMMARY:{escaped(named)}"
    where = " ".join(part for part in (str(client.area), client.address) if part)
    if where and wish.kind == "visit":
        yield f"LOCATION:{escaped(where)}"
    yield f"DESCRIPTION:{escaped(chr(10).join(described(each, plan, lang)))}"
    categories = (kind, plan.groups.get(client.group, ""))
    yield f"CATEGORIES:{','.join(escaped(name) for name in categories if name)}"
    yield "END:VEVENT"


def described(each: Contact, plan: Plan, lang: str) -> Iterator[str]:
    """What to know before going there, line by line."""
    wish, client = each.wish, each.wish.client
    colon = {"en": ": ", "zh": "："}[lang]
    said = (
        ("id", client.id),
        ("contact", client.person),
        ("owner", client.owner if client.owner != each.person else ""),
        ("class", plan.groups.get(client.group, "")),
        ("due", wish.due.isoformat()),
        ("step", client.step_title),
        ("answers", each.answers if each.answers != each.person else ""),
        ("reason", wish.because),
    )
    yield from (f"{say('heads', key, lang)}{colon}{value}" for key, value in said if value)
    for play in wish.plays:
        yield f"{say('heads', 'do', lang)}{colon}{play.do}"


def uid(lead: str, week: str, kind: str) -> str:
    """The name of an event; an id of a lead may hold anything, so it is digested."""
    digest = hashlib.sha256(f"{lead}\n{week}\n{kind}".encode()).hexdigest()
    return f"{digest[:32]}@planner.groupbuy"


def _local(time: datetime) -> str:
    return f"{time:%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """A text as a value (RFC 5545, 3.3.11). Lines stay; nothing else in it acts."""
    lines = (_SPECIAL.sub(r"\\\g<0>", inert(line)) for line in text.split("\n"))
    return "\\n".join(lines)


def folded(line: str) -> str:
    """A line in pieces of at most 75 octets, none within a character; lines end in CR LF."""
    return "\r\n ".join(_pieces(line)) + "\r\n"


def _pieces(line: str) -> Iterable[str]:
    piece, room = "", LONGEST
    for char in line:
        size = len(char.encode())
        if size > room:
            yield piece
            piece, room = "", LONGEST - 1  # the next begins with a space
        piece += char
        room -= size
    yield piece
