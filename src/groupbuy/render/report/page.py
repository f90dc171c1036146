"""The whole page: its head, its parts in their order, the ranking's filters."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from groupbuy.render.cells import Lead, cell
from groupbuy.render.report import charts, lists
from groupbuy.render.report.figures import Figures
from groupbuy.render.report.leads import ranking
from groupbuy.render.report.markup import Content, Markup, joined, tag
from groupbuy.render.report.words import told
from groupbuy.render.rows import in_order, legend, strips, summary
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict
from groupbuy.watch import Watch, unwatched

FULL = 300
"""How many leads are explained in full; a page with thousands would not open."""
MOST_WORDS = 12
"""A column with more different values than these gets no filter."""


def show_report(
    result: Mapping[str, Any],
    view: View,
    figures: Figures,
    *,
    full: int = FULL,
    watch: Watch = unwatched,
) -> str:
    """The page as text. It loads nothing, and its essentials need no script."""
    lang = view.lang
    run = result.get("run") or {}
    title = told("report", lang, day=run.get("as_of", ""))
    leads = in_order(result)
    script = _file("report.js")
    parts: list[tuple[str, Content]] = [
        ("ranking", [_filters(leads, view), ranking(leads, view, full, watch),
                     _notes(leads, view, full)]),
        ("due_plays", lists.due(leads, figures, view)),
        ("reasons", lists.reasons(leads, view)),
        ("questions", lists.questions(leads, view)),
        ("pictures", _pictures(figures, view)),
        ("holders", lists.holders(figures, view)),
        ("flow", _flow(figures, view)),
        *((key, lists.section(key, leads, view)) for key in view.sections),
        ("silent", lists.silent(figures, lang)),
        ("problems", lists.problems(result, view)),
    ]  # fmt: skip
    filled = [(key, markup) for key, content in parts if (markup := joined(content))]
    titles = {key: _title(key, view, figures) for key, _ in filled}
    main = tag(
        "main",
        tag("header", tag("h1", title), tag("p", summary(result, lang), class_="lead")),
        tag("nav", [tag("a", titles[key], href=f"#{key}") for key, _ in filled]),
        [tag("section", tag("h2", titles[key]), markup, id=key) for key, markup in filled],
        tag("footer", _made(run, lang)),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        tag("title", title),
        tag("style", Markup(_file("report.css"))),
    )
    body = tag("body", main, tag("script", Markup(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='zh-CN' if lang == 'zh' else 'en')}\n"


def _policy(script: str) -> str:
    """Nothing is loaded, and no script runs but the page's own."""
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _file(name: str) -> str:
    return (files("groupbuy.render.report") / name).read_text(encoding="utf-8")


def _title(key: str, view: View, figures: Figures) -> str:
    """What stands over a part; a plugin's section is called as the plugin says."""
    if key == "silent":
        return told(key, view.lang, n=len(figures.silent), all=figures.rules)
    return view.heading(key) if key in view.sections else told(key, view.lang)


def _pictures(figures: Figures, view: View) -> list[Markup]:
    """Squares, pyramids, the curve of what is cut by what the first hold, and bars."""
    lang = view.lang
    matrices = [charts.matrix(each, lang) for each in figures.matrices]
    # A ranking that is cut by what is held says the same as its curve, and less exactly.
    others = [each for each in figures.pyramids if not each.holds]
    others.sort(key=lambda each: -sum(step.count for step in each.steps))
    steps = [charts.pyramid(each, lang) for each in others]
    # Several rankings of one value have one curve.
    ranked = {
        (each.value_title, tuple(each.curve)): each for each in figures.pyramids if each.holds
    }
    curves = [charts.curve(each, view.currency, lang) for each in ranked.values()]
    rows = (matrices, [*(curve for curve in curves if curve is not None), *steps])
    return [tag("div", drawn, class_="figures") for drawn in rows if drawn]


def _flow(figures: Figures, view: View) -> list[Markup]:
    """Who came and who went: by quarter, and how many stand where with what that costs."""
    drawn = [] if figures.flow is None else [charts.flow(figures.flow, view.lang)]
    drawn += [charts.counts(each, view.currency, view.lang) for each in figures.counts]
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


def _made(run: Mapping[str, Any], lang: str) -> str:
    plugins = ", ".join(f"{p['name']} {p['version']}" for p in run.get("plugins") or ())
    return told(
        "made",
        lang,
        version=run.get("version", ""),
        hash=run.get("rules_hash", ""),
        plugins=plugins or told("no_plugins", lang),
    )
