"""Problems as they are printed: place, code and message, the line with a caret, and the hint."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from groupbuy.errors import Problem
from groupbuy.render.inert import inert
from groupbuy.render.width import cut, cut_left, width
from groupbuy.render.words import say

LONGEST_LINE = 96
"""Cells of a line from a file that are shown."""

_BEFORE, _MARKED = 56, 72
_TAB = "    "
_INDENT = "    "
_COLOURS = {
    "error": "31;1",
    "warning": "33;1",
    "note": "34;1",
    "place": "1",
    "caret": "31",
    "hint": "36",
}
# Messages are English. Of their hints, those that most messages have are said in other languages.
_HINTS = {
    "zh": (
        (r'did you mean "(.+)"\?', r"您是不是想写 \1？"),
        (r"did you mean: (.+)", r"您是不是想写：\1"),
        (r"write: (.+)", r"改成：\1"),
        (r"one of: (.+)", r"可选：\1"),
    )
}
_COUNTED = {"error": "problem", "warning": "warning", "note": "note"}


def show_problems(
    problems: Sequence[Problem],
    *,
    colour: bool = False,
    lang: str = "en",
    means: Mapping[str, str] | None = None,
) -> str:
    """All problems in their order, and how many there are; ends with a line end.

    `means` says in the reader's language what a code means, which stands with the first problem
    that has it.
    """
    if not problems:
        return ""
    paint = _paint if colour else _plain
    left = dict(means or {})
    blocks = [
        "\n".join(_problem(problem, paint, lang, left.pop(problem.code, "")))
        for problem in problems
    ]
    counts = [
        (sum(problem.severity == severity for problem in problems), what)
        for severity, what in _COUNTED.items()
    ]
    counted = [say(f"{what}s" if n > 1 else what, lang, n=n) for n, what in counts if n]
    blocks.append(say("comma", lang).join(counted))
    return "\n\n".join(blocks) + "\n"


def _problem(problem: Problem, paint: _Paint, lang: str, means: str) -> list[str]:
    place = paint(inert(problem.at), "place") + ": " if problem.at else ""
    quiet = problem.severity != "error"
    marked = say(f"{problem.severity}_mark", lang) + say("colon", lang) if quiet else ""
    code = paint(marked + inert(problem.code), problem.severity)
    lines = [f"{place}{code} {inert(problem.message)}"]
    lines += [_INDENT + line for line in _excerpt(problem, paint)]
    if means:
        lines.append(f"{_INDENT}{paint(say('means', lang), 'hint')}{inert(means)}")
    if problem.example:
        lines.append(f"{_INDENT}{paint(say('for_example', lang), 'hint')}{inert(problem.example)}")
    if problem.hint:
        lines.append(f"{_INDENT}{paint(say('hint', lang), 'hint')}{inert(_hint(problem, lang))}")
    return lines


def _hint(problem: Problem, lang: str) -> str:
    hint = problem.hint or ""
    for pattern, said in _HINTS.get(lang, ()):
        found = re.fullmatch(pattern, hint, re.DOTALL)
        if found:
            return found.expand(said)
    return hint


def _excerpt(problem: Problem, paint: _Paint) -> list[str]:
    """The line of the file and, where the column is known, the carets below it."""
    at = problem.at
    line = at.excerpt if at else None
    if at is None or line is None or not line.strip():
        return []
    if at.column is None:
        return [cut(_shown(line[: 2 * LONGEST_LINE]), LONGEST_LINE)]
    start = min(max(at.column, 1) - 1, len(line))
    end = start + max(problem.length, 1)
    # A line can be a whole file: only what can be shown is looked at.
    before = cut_left(_shown(line[max(start - LONGEST_LINE, 0) : start]), _BEFORE)
    if start > LONGEST_LINE and not before.startswith("…"):
        before = f"…{before}"
    marked = cut(_shown(line[start:end][:LONGEST_LINE]), _MARKED)
    room = LONGEST_LINE - width(before) - width(marked)
    after = cut(_shown(line[end : end + LONGEST_LINE]), max(room, 1))
    carets = "^" * max(width(marked), 1)
    return [
        f"{before}{marked}{after}".rstrip(),
        " " * width(before) + paint(carets, "caret"),
    ]


def _shown(text: str) -> str:
    return inert(text.replace("\t", _TAB))


class _Paint:
    """Colours a text, or doesn't."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, what: str) -> str:
        return f"\x1b[{_COLOURS[what]}m{text}\x1b[0m" if self.colour else text


_plain, _paint = _Paint(False), _Paint(True)
