"""Tables and emphasis for a terminal, Chinese characters two cells wide."""

from __future__ import annotations

from collections.abc import Sequence

from groupbuy.render.inert import inert
from groupbuy.render.width import cut, pad, width, wrap

GAP = "  "
NARROWEST = 28
"""Cells that a column is left, however narrow the terminal is."""

_STYLES = {"heading": "1", "name": "1", "dim": "2", "loud": "33"}


class Paint:
    """Emphasises a text, or doesn't."""

    def __init__(self, colour: bool) -> None:
        """`colour` is whether the terminal understands it."""
        self.colour = colour

    def __call__(self, text: str, style: str) -> str:
        """The text in a style: `heading`, `name`, `dim` or `loud`."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text


def table(
    rows: Sequence[Sequence[str]],
    headings: Sequence[str] = (),
    *,
    cells: int = 160,
    flexible: int | None = None,
    wrapped: bool = False,
    right: frozenset[int] = frozenset(),
    indent: str = "",
    paint: Paint | None = None,
) -> list[str]:
    """The lines of a table.

    The column `flexible` is cut (or `wrapped`) to what `cells` leaves for it; columns that are
    empty throughout are left out; those in `right` are set to the right.
    """
    paint = paint or Paint(False)
    shown = [[inert(cell) for cell in row] for row in rows]
    count = max((len(row) for row in shown), default=len(headings))
    heads = list(headings) or [""] * count
    kept = [i for i in range(count) if any(row[i] for row in shown)]
    widths = {i: max([width(heads[i]), *(width(row[i]) for row in shown)]) for i in kept}
    if flexible in widths:
        others = sum(widths[i] for i in kept if i != flexible) + len(GAP) * (len(kept) - 1)
        room = max(cells - others - len(indent), NARROWEST)
        widths[flexible] = min(widths[flexible], room)
    lines = []
    if headings:
        line = GAP.join(pad(heads[i], widths[i], right=i in right) for i in kept).rstrip()
        lines.append(indent + paint(line, "heading"))
    for row in shown:
        parts = {i: [row[i]] for i in kept}
        if flexible in widths and width(row[flexible]) > widths[flexible]:
            wide = widths[flexible]
            parts[flexible] = wrap(row[flexible], wide) if wrapped else [cut(row[flexible], wide)]
        for number in range(max(len(part) for part in parts.values())):
            line = GAP.join(
                pad(parts[i][number] if number < len(parts[i]) else "", widths[i], right=i in right)
                for i in kept
            )
            lines.append((indent + line).rstrip())
    return lines
