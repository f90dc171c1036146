"""The ranking: a line for each lead, which opens into why, what to do and what to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groupbuy.render.cells import Lead, cell, lead_name
from groupbuy.render.explain import explained
from groupbuy.render.page import Block
from groupbuy.render.report.charts import anchor
from groupbuy.render.report.markup import Markup, tag
from groupbuy.render.rows import next_step, verdict_of
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict
from groupbuy.watch import Watch

BRIEF = 3
"""Parts of an explanation that every lead gets: verdict, what to do, what to ask."""


def ranking(leads: Sequence[Lead], view: View, full: int, watch: Watch) -> Markup:
    """All leads in order; the first `full` with everything behind their results."""
    headings = [say("rank", view.lang), say("lead", view.lang)]
    headings += [column.title for column in view.columns]
    headings += [say("verdict", view.lang), say("next", view.lang), say("due", view.lang)]
    head = tag("div", [tag("span", text) for text in headings], class_="row head", aria_hidden=True)
    body = [_lead(lead, view, place < full) for place, lead in enumerate(watch(leads, "write"))]
    style = f"--columns:{len(view.columns)}"
    return tag("div", head, body, class_="ranking", style=style)


def _lead(lead: Lead, view: View, full: bool) -> Markup:
    word = str(verdict_of(lead) or "")
    step = next_step(lead)
    cells = [cell(lead, column.name, view) for column in view.columns]
    rank = lead.get("rank")
    line = [
        tag("span", "" if rank is None else rank, class_="n"),
        tag("span", lead_name(lead), class_="name"),
        *(
            tag("span", each.text, data_title=column.title, class_=each.mark)
            for each, column in zip(cells, view.columns, strict=True)
        ),
        tag("span", verdict(word, view.lang), class_=f"verdict {word}"),
        tag("span", step.texts[0] if step.texts else "", class_="next"),
        tag("span", step.due, class_="due"),
    ]
    kept = {f"data-c{n}": each.text for n, each in enumerate(cells)}
    return tag(
        "details",
        tag("summary", tag("span", line, class_="row")),
        tag("div", _parts(lead, view, full), class_="why"),
        id=anchor(str(lead.get("id") or "")),
        data_verdict=word,
        data_search=f"{lead_name(lead)} {lead.get('id')}".casefold(),
        **kept,
    )


def _parts(lead: Lead, view: View, full: bool) -> Iterator[Markup]:
    """The parts of an explanation as lists."""
    for number, (title, blocks) in enumerate(explained(lead, view)):
        if blocks and (full or number < BRIEF):
            lines = [_block(block, full) for block in blocks]
            yield tag("section", tag("h4", title), tag("ul", lines))
    if lead.get("at"):
        yield tag("p", lead["at"], class_="at")


def _block(block: Block, full: bool) -> Markup:
    """One branch; in brief without what it was read from."""
    body = block.body if full else block.body[:1]
    lines = [tag("div", line.text, _margin(line.margin), class_="line") for line in body]
    return tag("li", tag("div", block.head, _margin(block.margin), class_="first"), lines)


def _margin(text: str) -> Markup | None:
    return tag("small", text) if text else None
