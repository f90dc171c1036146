"""The ranking as a Markdown table, for a page or a message. Nothing in it is a link or a tag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from groupbuy.render.inert import inert
from groupbuy.render.rows import failures, in_order, legend, set_aside, strips, summary
from groupbuy.render.view import View
from groupbuy.render.words import say

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKUP = re.compile(r"[\\`*_\[\]|~$#@{}]|[&<>]|:(?=//)|(?i:(?<=www)\.|(?<=xmpp):|(?<=mailto):)")
# At its start a text could make a list, a heading or a rule.
_START = re.compile(r"^(\s*)([-+=#>:]|\d+(?=[.)]))")


def show_markdown(result: Mapping[str, Any], view: View) -> str:
    """Title, table, legend, counts and the leads set aside; texts in full."""
    leads = in_order(result)
    blocks = [f"# {say('leads', view.lang)}"]
    if leads:
        columns = strips(leads, view)
        rows = [[strip.heading for strip in columns]]
        rows += [
            list(row) for row in zip(*([c.text for c in s.cells] for s in columns), strict=True)
        ]
        lines = [f"| {' | '.join(escaped(text) for text in row)} |" for row in rows]
        lines.insert(1, f"| {' | '.join('--:' if s.right else ':--' for s in columns)} |")
        blocks += ["\n".join(lines), escaped(" · ".join(legend(columns, view.lang)))]
    else:
        blocks.append(escaped(say("no_leads", view.lang)))
    blocks.append(escaped(summary(result, view.lang)))
    aside = []
    for name, at, problems in set_aside(result):
        aside.append(f"- {escaped(name)}" + (f" ({escaped(at)})" if at else ""))
        aside += [f"  - {escaped(problem)}" for problem in problems]
    errors = [f"- {escaped(each)}" for each in failures(result, view)]
    for key, lines in (("set_aside", aside), ("errors", errors)):
        if lines:
            blocks += [f"## {say(key, view.lang)}", "\n".join(lines)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def escaped(text: object) -> str:
    """A text in which Markdown sees no markup, no HTML and no address."""
    plain = _MARKUP.sub(lambda m: _ENTITIES.get(m.group(), f"\\{m.group()}"), inert(text))
    return _START.sub(_defused, plain)


def _defused(match: re.Match[str]) -> str:
    blanks, sign = match.groups()
    return f"{blanks}{sign}\\" if sign.isdigit() else f"{blanks}\\{sign}"
