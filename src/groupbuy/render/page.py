"""A tree on a page: headings, blocks that hang on lines, and a margin for where things stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from groupbuy.render.width import cut_left, flow, pad, width, wrap

_BRANCH, _LAST, _TRUNK, _BLANK = "├─ ", "└─ ", "│  ", "   "
_INDENT = "  "
_WIDEST_MARGIN = 36


@dataclass(frozen=True)
class Line:
    """A text, what stands beside it in the margin, and how far its further lines are set in."""

    text: str
    margin: str = ""
    hang: int = 0


@dataclass(frozen=True)
class Block:
    """A branch of the tree: its first line, and the lines below it."""

    head: str
    margin: str = ""
    body: Sequence[Line] = field(default=())
    hang: int = 0


def heading(title: str, parts: Sequence[str], cells: int) -> Iterator[str]:
    """What the page is about, ruled off."""
    yield from wrap(title, cells)
    yield from flow(parts, " · ", cells)
    yield "═" * cells


def section(title: str, blocks: Sequence[Block], cells: int) -> Iterator[str]:
    """A title and its blocks."""
    yield title
    for number, block in enumerate(blocks):
        last = number == len(blocks) - 1
        first, rest = (_LAST, _BLANK) if last else (_BRANCH, _TRUNK)
        head = Line(block.head, block.margin, block.hang)
        for place, text in enumerate(_laid(head, cells - len(first))):
            yield (first if place == 0 else rest) + text
        for line in block.body:
            for text in _laid(line, cells - len(rest) - len(_INDENT)):
                yield (rest + _INDENT + text).rstrip()


def _laid(line: Line, cells: int) -> Iterator[str]:
    """The lines of a text, the first with its margin set to the right."""
    margin = cut_left(line.margin, min(_WIDEST_MARGIN, cells // 2))
    room = cells - (width(margin) + 2 if margin else 0)
    lead, text = _led(line, room)
    pieces = wrap(text, max(room - width(lead), 10)) or [""]
    for place, piece in enumerate(pieces):
        if place:
            yield " " * line.hang + piece
        elif margin:
            yield pad(lead + piece, room) + "  " + margin
        else:
            yield lead + piece


def _led(line: Line, room: int) -> tuple[str, str]:
    """The part of a text before its hanging edge, which keeps its spaces, and the rest."""
    if not 0 < line.hang < room // 2:
        return "", line.text
    used = 0
    for place, char in enumerate(line.text):
        if used >= line.hang:
            return line.text[:place], line.text[place:]
        used += width(char)
    return line.text, ""
