"""The report's lists: what is due, why leads are held, who holds most, what plugins add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.render.cells import Lead, lead_name, money, number, shown
from groupbuy.render.inert import inert
from groupbuy.render.report.charts import anchor, percent, points
from groupbuy.render.report.figures import Figures, Point
from groupbuy.render.report.markup import Markup, tag
from groupbuy.render.report.words import told
from groupbuy.render.rows import failures, plays_in_order, set_aside
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict

MOST_PLAYS = 100
MOST_QUESTIONS = 15
MOST_ROWS = 200
SHORT = 15
"""So many plays fit into one table, whosever leads they are about."""
_WEIGHT = ("stop", "hold", "terms")


def due(leads: Sequence[Lead], figures: Figures, view: View) -> Iterator[Markup]:
    """What is due by who does it, and by whose lead it is where that makes a long list."""
    by_role: dict[str, dict[str, list[Due]]] = {}
    nobody = told("nobody_named", view.lang)
    for lead in leads:
        owner = inert(figures.owners.get(str(lead.get("id") or ""), ""))
        for play in plays_in_order(lead):
            who = inert(play.get("who") or nobody)
            by_role.setdefault(who, {}).setdefault(owner, []).append(Due(lead, play, owner))
    for who, by_owner in sorted(by_role.items(), key=lambda each: (each[0] == nobody, each[0])):
        everything = [each for plays in by_owner.values() for each in plays]
        parted = len(by_owner) > 1 and len(everything) > SHORT
        named = sorted(by_owner.items(), key=lambda each: (not each[0], each[0]))
        inside = (
            [_folded(name or told("no_owner", view.lang), plays, view) for name, plays in named]
            if parted
            else _plays(everything, view, owners=len(by_owner) > 1)
        )
        yield tag(
            "details",
            tag("summary", tag("b", who), f" {len(everything)}"),
            inside,
            open=len(by_role) < 3 or parted,
            class_="person",
        )


@dataclass(frozen=True)
class Due:
    """A play of a lead, and who looks after the lead."""

    lead: Lead
    play: Mapping[str, Any]
    owner: str

    @property
    def day(self) -> str:
        """When it is due."""
        return str(self.play.get("due") or "")


def _folded(title: str, plays: Sequence[Due], view: View) -> Markup:
    head = tag("summary", tag("b", title), f" {len(plays)}")
    return tag("details", head, _plays(plays, view), class_="person")


def _plays(plays: Sequence[Due], view: View, *, owners: bool = False) -> list[Markup]:
    """A table by day; what has no day comes last."""
    lang = view.lang
    ordered = sorted(plays, key=lambda each: (not each.day, each.day))
    rows = [
        tag(
            "tr",
            tag("td", each.day, class_="due"),
            tag("td", link(each.lead)),
            tag("td", str(each.play.get("do") or each.play.get("title") or each.play.get("play"))),
            tag("td", each.owner) if owners else None,
        )
        for each in ordered[:MOST_PLAYS]
    ]
    heads = ("due_day", "lead", "what", *(["owner"] if owners else []))
    head = tag("tr", [tag("th", told(key, lang)) for key in heads])
    made = [tag("table", tag("thead", head), tag("tbody", rows))]
    more = len(plays) - MOST_PLAYS
    return made + ([tag("p", told("more", lang, n=more), class_="note")] if more > 0 else [])


def link(lead: Lead) -> Markup:
    return tag("a", lead_name(lead), href=f"#{anchor(str(lead.get('id') or ''))}")


def questions(leads: Sequence[Lead], view: View) -> Markup | None:
    """The questions that most leads have, with some of those leads."""
    asked: Counter[str] = Counter()
    texts: dict[str, str] = {}
    whom: dict[str, list[Lead]] = {}
    for lead in leads:
        for question in lead.get("questions") or ():
            field = str(question.get("field"))
            asked[field] += 1
            texts.setdefault(field, str(question.get("ask") or view.title(field)))
            whom.setdefault(field, []).append(lead)
    if not asked:
        return None
    rows = []
    for field, count in asked.most_common(MOST_QUESTIONS):
        links = [[link(lead), " "] for lead in whom[field][:5]]
        cells = (tag("td", texts[field]), tag("td", count, class_="n"), tag("td", links))
        rows.append(tag("tr", cells))
    head = tag("tr", [tag("th", told(k, view.lang)) for k in ("question", "asked_of", "lead")])
    return tag("table", tag("thead", head), tag("tbody", rows))


def silent(figures: Figures, lang: str) -> Markup | None:
    """Rules that fired for nobody: folded, since most mornings nobody needs them."""
    if not figures.silent:
        return None
    rows = [
        tag("tr", tag("td", each.title), tag("td", tag("code", each.path)), tag("td", each.at))
        for each in figures.silent
    ]
    return tag(
        "details",
        tag("summary", told("silent_why", lang)),
        tag("table", tag("tbody", rows)),
    )


def problems(result: Mapping[str, Any], view: View) -> Markup | None:
    """Leads that were set aside, and what plugins failed at."""
    items = [
        tag("li", f"{name} ({at})" if at else name, tag("ul", [tag("li", p) for p in problems]))
        for name, at, problems in set_aside(result)
    ]
    items += [tag("li", each) for each in failures(result, view)]
    return tag("ul", items) if items else None


# ── why, who, and what plugins add ───────────────────────────────────────────────────────────────


def reasons(leads: Sequence[Lead], view: View) -> Iterator[Markup]:
    """What stops leads, holds them, or sets terms, and whom; folded, what still could."""
    found: dict[tuple[str, str], dict[str, list[Lead]]] = {}
    for lead in leads:
        kept = lead.get("verdict") or {}
        for each in kept.get("reasons") or ():
            key = str(each.get("verdict") or kept.get("value")), _gate(each, view)
            because = inert(each.get("because") or "")
            found.setdefault(key, {}).setdefault(because, []).append(lead)
        for each in kept.get("unknown") or ():
            found.setdefault(("", _gate(each, view)), {}).setdefault("", []).append(lead)
    order = {word: place for place, word in enumerate((*_WEIGHT, "go", ""))}
    rows: dict[bool, list[Markup]] = {}
    for (word, title), why in sorted(
        found.items(), key=lambda each: (order.get(each[0][0], 9), -_many(each[1]), each[0][1])
    ):
        whom = [lead for some in why.values() for lead in some]
        # A reason with facts in it is different for each lead, and stands with the lead.
        because = next(iter(why)) if len(why) == 1 else ""
        row = tag(
            "tr",
            tag("td", verdict(word, view.lang), class_=f"verdict {word}") if word else None,
            tag("td", title, tag("div", because, class_="note") if because != title else None),
            tag("td", len(whom), class_="n"),
            tag("td", points([_point(lead) for lead in whom], view.lang)),
        )
        rows.setdefault(bool(word), []).append(row)
    titles = [told(key, view.lang) for key in ("reason", "asked_of", "lead")]
    if True in rows:
        yield _table([say("verdict", view.lang), *titles], rows[True], number=2)
    if False in rows:
        head = tag("summary", told("open_gates", view.lang, n=len(rows[False])))
        yield tag("details", head, _table(titles, rows[False], number=1), class_="person")


def _many(why: Mapping[str, Sequence[Lead]]) -> int:
    return sum(len(leads) for leads in why.values())


def _gate(found: Mapping[str, Any], view: View) -> str:
    return inert(found.get("title") or view.title(str(found.get("gate", ""))))


def _point(lead: Lead) -> Point:
    return Point(str(lead.get("id") or ""), lead_name(lead))


def _table(heads: Sequence[str], rows: Sequence[Markup], number: int | None = None) -> Markup:
    head = [tag("th", text, class_="n" if place == number else None)
            for place, text in enumerate(heads)]  # fmt: skip
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", rows))


def holders(figures: Figures, view: View) -> Iterator[Markup]:
    """The fewest who hold most, one by one, with what they hold together."""
    lang = view.lang
    for each in figures.pyramids:
        if not each.first:
            continue
        last = each.first[-1]
        yield tag("p", told("holders_say", lang, title=each.title, n=len(each.first),
                            all=sum(step.count for step in each.steps if step.value is not None),
                            share=percent(last.together), value=each.value_title))  # fmt: skip
        rows = [
            tag(
                "tr",
                tag("td", place, class_="n"),
                tag("td", tag("a", holder.point.name, href=f"#{anchor(holder.point.id)}")),
                tag("td", money(holder.value, view.currency) if each.kind == "money"
                    else number(holder.value, 2), class_="n"),
                tag("td", percent(holder.share), class_="n"),
                tag("td", percent(holder.together), class_="n"),
            )
            for place, holder in enumerate(each.first[:MOST_ROWS], 1)
        ]  # fmt: skip
        heads = [
            "#",
            told("lead", lang),
            each.value_title,
            told("share", lang),
            told("together", lang),
        ]
        head = [tag("th", text, class_=None if n == 1 else "n") for n, text in enumerate(heads)]
        yield tag("table", tag("thead", tag("tr", head)), tag("tbody", rows))
        more = len(each.first) - MOST_ROWS
        if more > 0:
            yield tag("p", told("more", lang, n=more), class_="note")


def section(key: str, leads: Sequence[Lead], view: View) -> Iterator[Markup]:
    """What a plugin says of leads: a table for each of its entries, folded where there are many."""
    entries: dict[str, list[tuple[Lead, list[str]]]] = {}
    for lead in leads:
        part = lead.get(key)
        if isinstance(part, Mapping):
            for id_, found in part.items():
                lines = sentences(found, view)
                if lines:
                    entries.setdefault(str(id_), []).append((lead, lines))
    for id_, said in entries.items():
        rows = [
            tag("tr", tag("td", link(lead)), tag("td", [tag("div", line) for line in lines]))
            for lead, lines in said[:MOST_ROWS]
        ]
        more = len(said) - MOST_ROWS
        yield tag(
            "details",
            tag("summary", tag("b", view.title(id_)), f" {len(said)}"),
            tag("table", tag("tbody", rows)),
            tag("p", told("more", view.lang, n=more), class_="note") if more > 0 else None,
            class_="person",
        )


def sentences(found: Any, view: View) -> list[str]:
    """A plugin's entry as sentences; where it gives none, its plain values."""
    if not isinstance(found, Mapping):
        return [inert(found)]
    if found.get("status") == "failed":
        return [say("failed", view.lang)]
    lines = found.get("say")
    if lines:
        return [inert(lines)] if isinstance(lines, str) else [inert(line) for line in lines]
    value = found.get("value")
    return [] if value is None else [shown(value, "", view)]
