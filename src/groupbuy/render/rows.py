"""What a table says of each lead, whatever the table is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.render.cells import MARKS, Cell, Lead, cell, is_number, lead_name
from groupbuy.render.inert import inert
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict


@dataclass(frozen=True)
class Strip:
    """One column: its heading and a cell for each lead.

    `least` is how narrow its texts can be cut, 0 where they can't; `drop` says which columns go
    first where the place is too narrow, 0 those that stay.
    """

    heading: str
    cells: tuple[Cell, ...]
    right: bool = False
    least: int = 0
    drop: int = 0


def in_order(result: Mapping[str, Any]) -> list[Lead]:
    """The leads as they are ranked, those that are stopped at the end."""
    return sorted(result.get("leads", ()), key=is_stopped)


def is_stopped(lead: Lead) -> bool:
    """Whether nothing is to be done about a lead."""
    return bool(verdict_of(lead) == "stop")


def verdict_of(lead: Lead) -> Any:
    """The word of the verdict."""
    return (lead.get("verdict") or {}).get("value")


def strips(leads: Sequence[Lead], view: View) -> list[Strip]:
    """Rank, lead, the view's columns, verdict, next step, its date, the first question."""

    def heading(key: str) -> str:
        return say(key, view.lang)

    made = [Strip(heading("lead"), tuple(Cell(lead_name(lead)) for lead in leads), least=10)]
    if any(lead.get("rank") is not None for lead in leads):
        ranks = tuple(Cell("" if (n := lead.get("rank")) is None else f"{n}") for lead in leads)
        made.insert(0, Strip(heading("rank"), ranks, right=True))
    for place, column in enumerate(view.columns):
        cells = tuple(cell(lead, column.name, view) for lead in leads)
        right = any(is_number(lead, column.name, view) for lead in leads)
        title = inert(column.title or column.name)
        made.append(Strip(title, cells, right, drop=1 + place))
    verdicts = tuple(Cell(verdict(verdict_of(lead), view.lang)) for lead in leads)
    steps = [next_step(lead) for lead in leads]
    next_cells = tuple(_cell(step.texts) for step in steps)
    dues = tuple(Cell(step.due, (step.due[5:],) if len(step.due) == 10 else ()) for step in steps)
    asked = tuple(_cell(question(lead, view)) for lead in leads)
    made.append(Strip(heading("verdict"), verdicts))
    made.append(Strip(heading("next"), next_cells, least=12))
    if any(due.text for due in dues):
        made.append(Strip(heading("due"), dues, drop=101))
    if any(ask.text for ask in asked):
        made.append(Strip(heading("ask"), asked, least=8, drop=102))
    return made


def _cell(texts: Sequence[str]) -> Cell:
    return Cell(texts[0], tuple(texts[1:])) if texts else Cell("")


@dataclass(frozen=True)
class Step:
    """What comes next for a lead, in its longest words first."""

    texts: tuple[str, ...] = ()
    who: str = ""
    due: str = ""


def next_step(lead: Lead) -> Step:
    """A stopped lead's reason; what settles a hold; else the play that is due first."""
    reasons = (lead.get("verdict") or {}).get("reasons") or ()
    if is_stopped(lead):
        return Step(_why(_weighty(reasons, "stop")))
    held = _weighty(reasons, "hold") if verdict_of(lead) == "hold" else None
    if held and held.get("do"):
        return Step(_said(held, "do"))
    plays = plays_in_order(lead)
    if not plays:
        return Step(_why(held))
    first = plays[0]
    texts = _said(first, "do", "title") or _said(first, "play")
    return Step(texts, inert(first.get("who") or ""), inert(first.get("due") or ""))


def plays_in_order(lead: Lead) -> list[Mapping[str, Any]]:
    """The plays by the day they are due, those without one at the end."""
    return sorted(lead.get("plays") or (), key=lambda play: str(play.get("due") or "9999"))


def _why(reason: Mapping[str, Any] | None) -> tuple[str, ...]:
    """A reason in words, its gate's id where it has none."""
    return _said(reason, "because", "title") or _said(reason, "gate")


def _weighty(reasons: Sequence[Mapping[str, Any]], word: str) -> Mapping[str, Any] | None:
    """The first reason of this verdict; reasons without one are the verdict's own."""
    return next((reason for reason in reasons if reason.get("verdict", word) == word), None)


def _said(found: Mapping[str, Any] | None, *keys: str) -> tuple[str, ...]:
    return tuple(inert(found[key]) for key in keys if found.get(key)) if found else ()


def question(lead: Lead, view: View) -> tuple[str, ...]:
    """The most telling question, and what it asks for in a word; nothing where there is none."""
    questions = lead.get("questions") or ()
    if not questions:
        return ()
    first = questions[0]
    return (*_said(first, "ask"), inert(first.get("title") or view.title(str(first["field"]))))


# ── around the table ─────────────────────────────────────────────────────────────────────────────


def legend(used: Sequence[Strip], lang: str) -> list[str]:
    """What the marks mean that occur."""
    marks = {cell.mark for strip in used for cell in strip.cells}
    return [say(f"mark_{mark}", lang) for mark in MARKS if mark in marks]


def summary(result: Mapping[str, Any], lang: str) -> str:
    """`40 leads: 33 go, 5 on hold, 2 stopped; 1 set aside; 10 shown`."""
    counts = result.get("summary") or {}
    total = counts.get("leads", len(result.get("leads", ())))
    text = say("count_lead" if total == 1 else "count_leads", lang, n=total)
    parts = [
        say(f"count_{word}", lang, n=counts[word])
        for word in ("go", "terms", "hold", "stop")
        if counts.get(word)
    ]
    if parts:
        text += say("colon", lang) + say("comma", lang).join(parts)
    aside = counts.get("set_aside") or len(result.get("set_aside") or ())
    if aside:
        text += say("semicolon", lang) + say("count_set_aside", lang, n=aside)
    shown = (result.get("run") or {}).get("shown", total - aside)
    if shown < total - aside:
        text += say("semicolon", lang) + say("count_shown", lang, n=shown)
    return text


def set_aside(result: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """The leads that could not be evaluated: what they are called, where they stand, and why."""
    return [
        (
            inert(lead.get("name") or lead.get("id") or "?"),
            inert(lead.get("at") or ""),
            [inert(problem) for problem in lead.get("problems") or ()],
        )
        for lead in result.get("set_aside") or ()
    ]


def failures(result: Mapping[str, Any], view: View) -> list[str]:
    """What plugins failed at, and for how many leads."""
    found = []
    for each in result.get("errors") or ():
        count = say(
            "count_lead" if each["leads"] == 1 else "count_leads", view.lang, n=each["leads"]
        )
        found.append(f"{inert(each['problem'])} ({count})")
    return found
