"""A plan as JSON and CSV, and its reasons in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groupbuy.api.commands import csv_table
from groupbuy_planner.escalation import Escalation, Step
from groupbuy_planner.plans import Contact, PersonWeek, Plan
from groupbuy_planner.wishes import Client, Left, Reason
from groupbuy_planner.words import hours, say

CONTRACT = 1
METHOD = "greedy, ruin and recreate (seeded), single moves"
COLUMNS = (
    *("status", "date", "start", "end", "person", "kind", "id", "name", "area", "contact"),
    *("class", "step", "answers", "due", "worth", "do", "reason", "owner"),
)


def why(reason: Reason, lang: str) -> str:
    """Why a lead has no slot, in words."""
    facts = dict(reason.facts)
    if "kind" in facts:
        facts["kind"] = say("kinds_many", str(facts["kind"]), lang)
    if "minutes" in facts:
        facts["hours"] = hours(int(str(facts["minutes"])))
    return say("reasons", reason.code, lang, **facts)


def step_text(step: Step, lang: str) -> str:
    """What became of a wish at one level, in words."""
    return say("escalations", step.code, lang, role=say("roles", step.role, lang), **step.facts)


def escalation_text(each: Escalation, lang: str) -> str:
    """Why who acts acts."""
    said = [each.wish.client.level_because, *(step_text(step, lang) for step in each.steps)]
    return {"en": "; ", "zh": "；"}[lang].join(part for part in said if part)


# ── JSON ──


def plan_data(plan: Plan, lang: str, run: Mapping[str, Any], aside: Sequence[Any]) -> str:
    """The plan for other programs."""
    data = {
        "groupbuy": CONTRACT,
        "run": {**run, "lang": lang},
        "week": str(plan.week),
        "from": plan.since.isoformat(),
        "until": plan.week.days[-1].isoformat(),
        "calendar": {
            "national": plan.team.calendar.national,
            "not_published": list(plan.unpublished),
        },
        "method": METHOD,
        "objective": round(plan.objective, 2),
        "people": [_person(each, plan) for each in plan.weeks],
        "contacts": [_contact(each, plan) for each in plan.contacts],
        "escalations": [_escalation(each, lang) for each in plan.escalations],
        "without_slot": [_left(each, lang) for each in plan.left],
        "set_aside": [
            {"id": each.id, "at": each.at.short, "problems": [str(p) for p in each.problems]}
            for each in aside
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _person(each: PersonWeek, plan: Plan) -> dict[str, Any]:
    return {
        "name": each.person.name,
        "role": each.person.role,
        "days": [day.isoformat() for day in each.days],
        "minutes": each.capacity,
        "with_customers": each.with_customers,
        "on_the_road": each.road,
        "classes": [
            {
                "class": group,
                "title": plan.groups.get(group, group),
                "leads": round(share.leads, 2),
                "share": share.share,
                "wanted": share.wanted,
                "limit": share.limit,
                "planned": each.planned.get(group, 0),
            }
            for group, share in each.shares.items()
        ],
    }


def _client(client: Client) -> dict[str, Any]:
    stated = {
        "id": client.id,
        "name": client.name,
        "owner": client.owner,
        "area": str(client.area),
        "address": client.address,
        "contact": client.person,
    }
    return {key: value for key, value in stated.items() if value}


def _contact(each: Contact, plan: Plan) -> dict[str, Any]:
    wish = each.wish
    found = {
        "person": each.person,
        "start": each.start.isoformat(timespec="minutes"),
        "end": each.end.isoformat(timespec="minutes"),
        "kind": wish.kind,
        **_client(wish.client),
        "worth": round(each.worth, 2),
        "due": wish.due.isoformat(),
        "late": each.is_late,
        "class": wish.client.group,
        "class_title": plan.groups.get(wish.client.group, ""),
        "step": wish.client.step,
        "step_title": wish.client.step_title,
        "answers": each.answers,
        "because": wish.because,
        "plays": [
            {"key": p.key, "do": p.do, "due": p.due.isoformat() if p.due else None}
            for p in wish.plays
        ],
    }
    return {key: value for key, value in found.items() if value != ""}


def _escalation(each: Escalation, lang: str) -> dict[str, Any]:
    return {
        "id": each.wish.client.id,
        "name": each.wish.client.name,
        "value": each.wish.client.value,
        "wanted": each.wish.client.level,
        "acts": each.acts,
        "person": each.person,
        "steps": [{"role": step.role, "code": step.code} for step in each.steps],
        "because": escalation_text(each, lang),
    }


def _left(each: Left, lang: str) -> dict[str, Any]:
    facts = {
        key: value if isinstance(value, int | float) else str(value)
        for key, value in each.reason.facts.items()
    }
    found = {
        **_client(each.client),
        "reason": each.reason.code,
        "because": why(each.reason, lang),
        "facts": facts,
    }
    if each.wish is not None:
        found |= {
            "kind": each.wish.kind,
            "worth": round(each.wish.worth, 2),
            "due": each.wish.due.isoformat(),
        }
    return found


# ── CSV ──


def plan_csv(plan: Plan, lang: str) -> str:
    """A row for each contact, then one for each lead without a slot."""
    heads = [say("heads", key, lang) for key in COLUMNS]
    return "".join(csv_table(heads, _rows(plan, lang)))


def _rows(plan: Plan, lang: str) -> Iterator[list[str | float]]:
    for each in plan.contacts:
        wish = each.wish
        yield _row(
            wish.client,
            status=say("lines", "late" if each.is_late else "planned", lang),
            date=each.day.isoformat(),
            start=f"{each.start:%H:%M}",
            end=f"{each.end:%H:%M}",
            person=each.person,
            kind=say("kinds", wish.kind, lang),
            group=plan.groups.get(wish.client.group, ""),
            answers=each.answers,
            due=wish.due.isoformat(),
            worth=round(each.worth, 2),
            do=" / ".join(play.do for play in wish.plays),
            reason=wish.because,
        )
    for left in plan.left:
        asked = left.wish
        yield _row(
            left.client,
            status=say("lines", "no_slot", lang),
            kind=say("kinds", asked.kind, lang) if asked else "",
            group=plan.groups.get(left.client.group, "") if asked else "",
            due=asked.due.isoformat() if asked else "",
            worth=round(asked.worth, 2) if asked else "",
            reason=why(left.reason, lang),
        )


def _row(client: Client, **said: str | float) -> list[str | float]:
    found: dict[str, str | float] = {
        "id": client.id,
        "name": client.name,
        "area": str(client.area),
        "contact": client.person,
        "step": client.step_title,
        "owner": client.owner,
        **said,
    }
    found["class"] = found.pop("group", "")
    return [found.get(key, "") for key in COLUMNS]
