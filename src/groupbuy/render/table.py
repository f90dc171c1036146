"""The ranking in a terminal: one line a lead, cut to the width there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groupbuy.render.rows import (
    Strip,
    failures,
    in_order,
    legend,
    set_aside,
    strips,
    summary,
)
from groupbuy.render.view import View
from groupbuy.render.width import cut, flow, width, wrap
from groupbuy.render.words import say

GAP = "  "
NARROWEST, BOUNDLESS = 40, 10**6


def show_table(result: Mapping[str, Any], view: View, *, terminal: int = 100) -> str:
    """The default table with its legend, the counts, and the leads set aside.

    `terminal` is the width in cells; `view.wide` shows every column and text in full.
    """
    limit = BOUNDLESS if view.wide else max(terminal, NARROWEST)
    leads = in_order(result)
    blocks = []
    if leads:
        every = strips(leads, view)
        kept, widths = _layout(every, limit)
        blocks.append(_drawn(kept, widths))
        notes = flow(legend(kept, view.lang), " · ", limit)
        dropped = [strip.heading for strip in every if strip not in kept]
        if dropped:
            listed = say("listing", view.lang).join(dropped)
            notes += wrap(say("not_shown", view.lang, names=listed), limit)
        blocks.append("\n".join(note for note in notes if note))
    else:
        blocks.append(say("no_leads", view.lang))
    if leads or result.get("set_aside"):
        blocks.append(summary(result, view.lang))
    blocks.append(_aside(result, view.lang, limit))
    errors = [line for each in failures(result, view) for line in _hung("  ", each, limit)]
    if errors:
        blocks.append("\n".join([say("errors", view.lang), *errors]))
    return "\n\n".join(block for block in blocks if block) + "\n"


# ── how wide each column is ──────────────────────────────────────────────────────────────────────


def _layout(every: Sequence[Strip], limit: int) -> tuple[list[Strip], list[int]]:
    """The columns that there is place for, and their widths."""
    kept = list(every)
    while True:
        widths = _widths(kept, limit)
        if widths is not None:
            return kept, widths
        going = max(kept, key=lambda strip: strip.drop)
        if not going.drop:
            return kept, [strip.least or _natural(strip, short=True) for strip in kept]
        kept.remove(going)


def _widths(kept: Sequence[Strip], limit: int) -> list[int] | None:
    """The widths in which the columns fit: in full, else with short forms and texts cut."""
    room = limit - len(GAP) * (len(kept) - 1)
    widths = [_natural(strip) for strip in kept]
    if sum(widths) <= room:
        return widths
    texts = [number for number, strip in enumerate(kept) if strip.least]
    short = [
        wide if strip.least else _natural(strip, short=True)
        for strip, wide in zip(kept, widths, strict=True)
    ]
    # Titles beside codes give way before texts are cut to less than twice their least.
    for chosen, times in ((widths, 2), (short, 1)):
        least = {n: min(times * kept[n].least, chosen[n]) for n in texts}
        rigid = sum(wide for n, wide in enumerate(chosen) if n not in least)
        if rigid + sum(least.values()) <= room:
            return _shared(chosen, least, room)
    return None


def _shared(widths: Sequence[int], least: Mapping[int, int], room: int) -> list[int]:
    """The widths with the widest texts cut first, until all fit."""
    made = list(widths)
    over = sum(made) - room
    while over > 0:
        widest = max((n for n in least if made[n] > least[n]), key=lambda n: made[n])
        step = min(over, made[widest] - least[widest], max(1, over // 8))
        made[widest] -= step
        over -= step
    return made


def _natural(strip: Strip, *, short: bool = False) -> int:
    """The width that a column takes by itself."""
    texts = (cell.shorter[-1] if short and cell.shorter else cell.text for cell in strip.cells)
    return max([min(width(strip.heading), 8 if short else 16), *map(width, texts)])


# ── the lines ────────────────────────────────────────────────────────────────────────────────────


def _drawn(kept: Sequence[Strip], widths: Sequence[int]) -> str:
    from tabulate import tabulate

    columns = []
    for strip, cells in zip(kept, widths, strict=True):
        column = [cut(strip.heading, cells)]
        for cell in strip.cells:
            text = cell.in_cells(cells)
            column.append(cut(cell.text, cells) if text is None else text)
        columns.append(column)
    # The headings are a row like others: tabulate would make their columns two cells wider.
    head, *rows = tabulate(
        list(zip(*columns, strict=True)),
        tablefmt="plain",
        disable_numparse=True,
        colalign=["right" if strip.right else "left" for strip in kept],
    ).split("\n")
    rule = GAP.join("─" * max(map(width, column)) for column in columns)
    return "\n".join(line.rstrip() for line in (head, rule, *rows, rule))


def _aside(result: Mapping[str, Any], lang: str, limit: int) -> str:
    """The leads set aside, each with its reasons."""
    found = set_aside(result)
    if not found:
        return ""
    lines = [say("set_aside", lang)]
    for name, at, problems in found:
        lines.append(cut(GAP + name + (f"{GAP}{at}" if at else ""), limit))
        lines += [line for problem in problems for line in _hung(2 * GAP, problem, limit)]
    return "\n".join(lines)


def _hung(indent: str, text: str, limit: int) -> list[str]:
    return [indent + line for line in wrap(text, limit - len(indent))]
