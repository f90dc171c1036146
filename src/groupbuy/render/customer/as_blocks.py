"""The customer sheet as blocks, from which DOCX and PDF are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groupbuy.render.customer.sheet import Grid, Group, Page, Part
from groupbuy.render.document.blocks import (
    Block,
    Bullet,
    Cell,
    Heading,
    Paragraph,
    Run,
    Table,
)
from groupbuy.render.page import Block as Branch
from groupbuy.render.page import Line
from groupbuy.render.width import width

PAIRS = 2
"""Fields that stand side by side."""
LONG = 48
"""What is wider gets a line of its own."""
_WIDTHS = (2, 3)


def sheet_blocks(page: Page) -> list[Block]:
    """The blocks of a sheet, without the places in rule files: nobody follows them from paper."""
    found: list[Block] = [Heading(1, (Run(page.title),)), Paragraph((Run(page.line, soft=True),))]
    for title, part in page.parts:
        found.append(Heading(2, (Run(title),)))
        found += _part(part)
    return found


def _part(part: Part) -> Iterator[Block]:
    if isinstance(part, Grid):
        if part.rows:
            head = [Cell((Run(text),), head=True) for text in part.heads]
            rows = [[Cell((Run(text),)) for text in row] for row in part.rows]
            yield Table([head, *rows], part.widths)
        if part.note:
            yield Paragraph((Run(part.note, soft=True),))
        return
    for each in part:
        if isinstance(each, Branch):
            yield Bullet(_branch(each))
        else:
            yield from _group(each)


def _branch(branch: Branch) -> tuple[Run, ...]:
    """A branch in one paragraph: what it says, and softly what it was read from."""
    body = [text for line in branch.body if (text := _flat(line))]
    title, gap, result = branch.head.partition("  ")
    head = (Run(title, bold=True), Run(f"  {result.strip()}")) if gap else (Run(title),)
    return (*head, Run("  " + " · ".join(body), soft=True)) if body else head


def _flat(line: Line) -> str:
    """A line without the spaces that set figures under each other; nothing of a rule drawn."""
    return " ".join(line.text.strip("─ ").split())


def _group(group: Group) -> Iterator[Block]:
    if group.title:
        yield Heading(3, (Run(group.title),))
    short = [pair for pair in group.pairs if width(pair[1]) <= LONG]
    long = [pair for pair in group.pairs if width(pair[1]) > LONG]
    if short:
        rows = [_row(short[n : n + PAIRS]) for n in range(0, len(short), PAIRS)]
        yield Table(rows, _WIDTHS * PAIRS)
    if long:
        name, value = _WIDTHS
        yield Table([_row([pair])[:2] for pair in long], (name, PAIRS * (name + value) - name))


def _row(pairs: Sequence[tuple[str, str]]) -> list[Cell]:
    cells = [
        cell
        for name, value in pairs
        for cell in (Cell((Run(name, soft=True),)), Cell((Run(value),)))
    ]
    return cells + [Cell(())] * (2 * PAIRS - len(cells))
