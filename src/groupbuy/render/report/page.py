"""The whole page: head, pictures, ranking, what is due, questions, silent rules."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from groupbuy.render.cells import Lead, cell, lead_name
from groupbuy.render.report import charts
from groupbuy.render.report.figures import Figures
from groupbuy.render.report.leads import ranking
from groupbuy.render.report.markup import Content, Markup, joined, tag
from groupbuy.render.report.words import told
from groupbuy.render.rows import (
    failures,
    in_order,
    legend,
    plays_in_order,
    set_aside,
    strips,
    summary,
)
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict

FULL = 300
"""How many leads are explained in full; a page with thousands would not open."""
MOST_PLAYS = 100
MOST_QUESTIONS = 15
MOST_WORDS = 12
"""A column with more different values than these gets no filter."""


def show_report(
    result: Mapping[str, Any], view: View, figures: Figures, *, full: int = FULL
) -> str:
    """The page as text. It loads nothing, and its essentials need no script."""
    lang = view.lang
    run = result.get("run") or {}
    title = told("report", lang, day=run.get("as_of", ""))
    leads = in_order(result)
    script = _file("report.js")
    parts = [
        tag("header", tag("h1", title), tag("p", summary(result, lang), class_="lead")),
        _section("pictures", lang, _pictures(figures, view)),
        _section("ranking", lang, [_filters(leads, view), ranking(leads, view, full),
                                   _notes(leads, view, full)]),
        _section("due_plays", lang, list(_due(leads, view))),
        _section("questions", lang, _questions(leads, view)),
        _silent(figures, lang),
        _section("problems", lang, _problems(result, view)),
        tag("footer", _made(run, lang)),
    ]  # fmt: skip
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        tag("title", title),
        tag("style", Markup(_file("report.css"))),
    )
    body = tag("body", tag("main", parts), tag("script", Markup(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='zh-CN' if lang == 'zh' else 'en')}\n"


def _policy(script: str) -> str:
    """Nothing is loaded, and no script runs but the page's own."""
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _file(name: str) -> str:
    return (files("groupbuy.render.report") / name).read_text(encoding="utf-8")


def _section(key: str, lang: str, content: Content) -> Markup | None:
    """A section under its title; none where there is nothing in it."""
    inside = joined(content)
    return tag("section", tag("h2", told(key, lang)), inside, id=key) if inside else None


def _pictures(figures: Figures, view: View) -> list[Markup]:
    drawn = [charts.matrix(each, view.lang) for each in figures.matrices]
    drawn += [charts.pyramid(each, view.lang) for each in figures.pyramids]
    # Several rankings of one value have one curve.
    ranked = {(each.value_title, tuple(each.curve)): each for each in figures.pyramids}
    curves = [charts.curve(each, view.currency, view.lang) for each in ranked.values()]
    drawn += [curve for curve in curves if curve is not None]
    drawn += [charts.counts(each) for each in figures.counts]
    return [tag("div", drawn, class_="figures")] if drawn else []


# ── the ranking's surroundings ───────────────────────────────────────────────────────────────────


def _filters(leads: Sequence[Lead], view: View) -> Markup:
    """A search and a choice for each column with few words; they appear where scripts run."""
    lang = view.lang
    words = dict.fromkeys(str((lead.get("verdict") or {}).get("value")) for lead in leads)
    chosen = [("verdict", say("verdict", lang), [(word, verdict(word, lang)) for word in words])]
    for number, column in enumerate(view.columns):
        texts = sorted({cell(lead, column.name, view).text for lead in leads})
        if 1 < len(texts) <= MOST_WORDS:
            chosen.append((f"c{number}", column.title, [(text, text) for text in texts]))
    everything = told("all", lang)
    selects = [
        tag(
            "label",
            title,
            " ",
            tag(
                "select",
                tag("option", everything, value=""),
                [tag("option", text, value=value) for value, text in options],
                data_filter=key,
            ),
        )
        for key, title, options in chosen
    ]
    search = tag("input", type="search", placeholder=told("search", lang), data_filter="search",
                 aria_label=told("search", lang))  # fmt: skip
    count = tag("output", data_text=told("shown_of", lang, n="{n}", all=len(leads)))
    return tag("form", search, selects, count, class_="filters", hidden=True)


def _notes(leads: Sequence[Lead], view: View, full: int) -> list[Markup]:
    notes = legend(strips(leads, view), view.lang)
    found = [tag("p", " · ".join(notes), class_="note")] if notes else []
    if len(leads) > full:
        found.append(tag("p", told("explained", view.lang, n=full), class_="note"))
    return found


# ── what is due, and what to ask ─────────────────────────────────────────────────────────────────


def _due(leads: Sequence[Lead], view: View) -> Iterator[Markup]:
    """A table for each person, by day; what has no day comes last."""
    lang = view.lang
    by_person: dict[str, list[tuple[str, str, Lead]]] = {}
    for lead in leads:
        for play in plays_in_order(lead):
            who = str(play.get("who") or told("nobody_named", lang))
            what = str(play.get("do") or play.get("title") or play.get("play"))
            by_person.setdefault(who, []).append((str(play.get("due") or ""), what, lead))
    for who, plays in sorted(by_person.items()):
        plays.sort(key=lambda play: (not play[0], play[0]))
        rows = [
            tag("tr", tag("td", due, class_="due"), tag("td", _link(lead)), tag("td", what))
            for due, what, lead in plays[:MOST_PLAYS]
        ]
        head = tag("tr", [tag("th", told(k, lang)) for k in ("due_day", "lead", "what")])
        more = len(plays) - MOST_PLAYS
        yield tag(
            "details",
            tag("summary", tag("b", who), f" {len(plays)}"),
            tag("table", tag("thead", head), tag("tbody", rows)),
            tag("p", told("more", lang, n=more), class_="note") if more > 0 else None,
            open=len(by_person) < 3,
            class_="person",
        )


def _link(lead: Lead) -> Markup:
    return tag("a", lead_name(lead), href=f"#{charts.anchor(str(lead.get('id') or ''))}")


def _questions(leads: Sequence[Lead], view: View) -> Markup | None:
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
        links = [[_link(lead), " "] for lead in whom[field][:5]]
        cells = (tag("td", texts[field]), tag("td", count, class_="n"), tag("td", links))
        rows.append(tag("tr", cells))
    head = tag("tr", [tag("th", told(k, view.lang)) for k in ("question", "asked_of", "lead")])
    return tag("table", tag("thead", head), tag("tbody", rows))


def _silent(figures: Figures, lang: str) -> Markup | None:
    """Rules that fired for nobody: folded, since most mornings nobody needs them."""
    if not figures.silent:
        return None
    rows = [
        tag("tr", tag("td", each.title), tag("td", tag("code", each.path)), tag("td", each.at))
        for each in figures.silent
    ]
    title = told("silent", lang, n=len(figures.silent), all=figures.rules)
    return tag(
        "section",
        tag("details", tag("summary", tag("h2", title)), tag("p", told("silent_why", lang)),
            tag("table", tag("tbody", rows)), class_="silent"),
        id="silent",
    )  # fmt: skip


def _problems(result: Mapping[str, Any], view: View) -> Markup | None:
    """Leads that were set aside, and what plugins failed at."""
    items = [
        tag("li", f"{name} ({at})" if at else name, tag("ul", [tag("li", p) for p in problems]))
        for name, at, problems in set_aside(result)
    ]
    items += [tag("li", each) for each in failures(result, view)]
    return tag("ul", items) if items else None


def _made(run: Mapping[str, Any], lang: str) -> str:
    plugins = ", ".join(f"{p['name']} {p['version']}" for p in run.get("plugins") or ())
    return told(
        "made",
        lang,
        version=run.get("version", ""),
        hash=run.get("rules_hash", ""),
        plugins=plugins or told("no_plugins", lang),
    )
