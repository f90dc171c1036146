"""The report's pictures as SVG: each with a title, and a text that says what it shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from groupbuy.render.cells import money, number
from groupbuy.render.report.figures import Counts, Flow, Matrix, Point, Pyramid, Square
from groupbuy.render.report.markup import Markup, tag
from groupbuy.render.report.words import told
from groupbuy.render.width import width

SIDE, LABEL = 220, 34
"""The side of a matrix's square, and the place for the labels beside it, in pixels."""
WIDE = 480
FEW, NAME = 8, 24
"""So many points of a square have their names beside them, of so many cells."""


def matrix(found: Matrix, lang: str) -> Markup:
    """Squares with a point for each lead, which leads to it."""
    width = LABEL + SIDE * len(found.columns)
    height = SIDE * len(found.rows) + LABEL
    parts: list[Markup] = []
    for row, squares in enumerate(found.squares):
        top = row * SIDE
        middle = top + SIDE / 2
        parts.append(
            tag("text", found.rows[row], x=12, y=middle, text_anchor="middle", class_="axis",
                transform=f"rotate(-90 12 {middle:g})")
        )  # fmt: skip
        for column, square in enumerate(squares):
            if square is not None:
                parts += _square(square, LABEL + column * SIDE, top, row + column)
    for column, word in enumerate(found.columns):
        middle = LABEL + (column + 0.5) * SIDE
        parts.append(
            tag("text", word, x=middle, y=height - 14, text_anchor="middle", class_="axis")
        )
    drawn = tag(
        "svg",
        tag("title", found.title),
        tag("desc", _told_squares(found, lang)),
        parts,
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_="matrix",
    )
    note = found.undecided and told("undecided", lang, n=found.undecided)
    axes = f"↑ {found.row_title} · → {found.column_title}"
    return tag("figure", tag("figcaption", tag("b", found.title), " ", axes), drawn,
               tag("p", note, class_="note") if note else None)  # fmt: skip


def _square(square: Square, left: float, top: float, shade: int) -> list[Markup]:
    size = SIDE - 4
    return [
        tag("rect", x=left + 2, y=top + 2, width=size, height=size, rx=6,
            class_=f"square shade{shade % 4}"),
        tag("text", square.label, x=left + 12, y=top + 22, class_="word"),
        tag("text", f"{len(square.points):,}", x=left + SIDE - 12, y=top + 22, text_anchor="end",
            class_="count"),
        *_points(square.points, left + 12, top + 32, SIDE - 24, SIDE - 44),
    ]  # fmt: skip


def _points(
    points: Sequence[Point], left: float, top: float, width: float, height: float
) -> Iterator[Markup]:
    """The points in rows, the first lead at the top left; the more there are, the smaller."""
    if not points:
        return
    if len(points) <= FEW:
        yield from _named(points, left, top, height / FEW)
        return
    step = min(22.0, math.sqrt(width * height / len(points)))
    across = max(1, int(width / step))
    while math.ceil(len(points) / across) * step > height and step > 1:
        step *= 0.95
        across = max(1, int(width / step))
    for place, point in enumerate(points):
        x = left + (place % across + 0.5) * step
        y = top + (place // across + 0.5) * step
        yield tag(
            "a",
            tag("circle", tag("title", point.name), cx=f"{x:.1f}", cy=f"{y:.1f}",
                r=f"{step * 0.36:.1f}"),
            href=f"#{anchor(point.id)}",
        )  # fmt: skip


def _named(points: Sequence[Point], left: float, top: float, step: float) -> Iterator[Markup]:
    """The points one below the other with their names, as much of these as there is room for."""
    for place, point in enumerate(points):
        y = top + (place + 0.5) * step
        room = next((n for n in range(len(point.name) + 1) if width(point.name[:n]) > NAME), None)
        name = point.name if room is None else f"{point.name[: room - 1]}…"
        yield tag(
            "a",
            tag("circle", tag("title", point.name), cx=f"{left + 6:.1f}", cy=f"{y:.1f}", r=5),
            tag("text", name, x=f"{left + 16:.1f}", y=f"{y + 4:.1f}", class_="name"),
            href=f"#{anchor(point.id)}",
        )


def anchor(id: str) -> str:
    """What a lead's place on the page is called."""
    return "lead-" + "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):x}" for c in id)


def _told_squares(found: Matrix, lang: str) -> str:
    squares = [square for row in found.squares for square in row if square is not None]
    parts = [told("cell", lang, word=each.label, n=len(each.points)) for each in squares]
    return "; ".join(parts)


def pyramid(found: Pyramid, lang: str) -> Markup:
    """Steps as wide as the number of leads on them (their roots, or the top would be a hair)."""
    total = sum(step.count for step in found.steps) or 1
    value = sum(max(step.value or 0, 0) for step in found.steps)
    most = max((step.count for step in found.steps), default=1) or 1
    rows = []
    for place, step in enumerate(found.steps):
        width = WIDE * 0.5 * math.sqrt(step.count / most)
        top = place * 40
        shares = told("of_leads", lang, share=percent(step.count / total))
        if value and step.value is not None and found.kind == "money":
            shares += " · " + told("of_value", lang, share=percent(max(step.value, 0) / value))
        rows += [
            tag("rect", x=f"{WIDE * 0.25 - width / 2:.1f}", y=top + 3, width=f"{max(width, 1):.1f}",
                height=34, rx=3, class_=f"step shade{place % 4}"),
            tag("text", step.label, x=WIDE * 0.25, y=top + 25, text_anchor="middle", class_="word"),
            tag("text", f"{step.count:,} · {shares}", x=WIDE * 0.52, y=top + 25, class_="count"),
        ]  # fmt: skip
    drawn = tag(
        "svg",
        tag("title", found.title),
        tag("desc", "; ".join(f"{s.label}: {s.count}" for s in found.steps)),
        rows,
        viewBox=f"0 0 {WIDE + 30} {40 * len(found.steps)}",
        role="img",
        class_="pyramid",
    )
    return tag("figure", tag("figcaption", tag("b", found.title), " ", found.value_title), drawn)


def curve(found: Pyramid, currency: str, lang: str) -> Markup | None:
    """The share of the total that the largest hold together; none for fewer than five."""
    values = found.curve
    if len(values) < 5:
        return None
    total = math.fsum(values)
    held, running = [0.0], 0.0
    for value in values:
        running += value
        held.append(running / total)
    fifth = max(1, math.ceil(len(values) / 5))
    few = next(n for n, share in enumerate(held) if share >= 0.8 - 1e-12)
    side, left, top = 220.0, 40.0, 10.0
    every = max(1, len(held) // 200)
    kept = [n for n in range(len(held)) if n % every == 0 or n == len(held) - 1]
    line = " ".join(
        f"{left + side * n / len(values):.1f},{top + side * (1 - held[n]):.1f}" for n in kept
    )
    x, y = left + side * few / len(values), top + side * (1 - held[few])
    says = told("curve_says", lang, fifth=fifth, all=len(values), few=few,
                share=percent(held[fifth]))  # fmt: skip
    late = few > len(values) / 2
    title = told("curve", lang, title=found.value_title)
    whole = money(total, currency) if found.kind == "money" else number(total, 2)
    drawn = tag(
        "svg",
        tag("title", title),
        tag("desc", says),
        tag("rect", x=left, y=top, width=side, height=side, class_="frame"),
        tag("line", x1=left, y1=top + side, x2=left + side, y2=top, class_="even"),
        tag("polyline", points=line, class_="curve"),
        tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=4, class_="mark"),
        tag("text", f"80% · {few}", x=f"{x - 8:.1f}" if late else f"{x + 8:.1f}",
            y=f"{y - 8:.1f}" if late else f"{y + 16:.1f}",
            text_anchor="end" if late else "start", class_="count"),
        tag("text", "100%", x=left - 4, y=top + 10, text_anchor="end", class_="axis"),
        tag("text", "0", x=left - 4, y=top + side, text_anchor="end", class_="axis"),
        tag("text", told("curve_axis_x", lang), x=left + side / 2, y=top + side + 18,
            text_anchor="middle", class_="axis"),
        viewBox=f"0 0 {left + side + 20:g} {top + side + 28:g}",
        role="img",
        class_="curve",
    )  # fmt: skip
    return tag("figure", tag("figcaption", tag("b", title), " ", whole), drawn,
               tag("p", says, class_="note"))  # fmt: skip


def flow(found: Flow, lang: str) -> Markup:
    """Bars side by side for each period, their numbers on top, and the same as a text."""
    wide, high, top, foot = 56, 120, 18, 22
    most = max(max(each.counts) for each in found.series) or 1
    bar = (wide - 12) / len(found.series)
    parts: list[Markup] = []
    for place, period in enumerate(found.periods):
        left = place * wide + 6
        for number_, each in enumerate(found.series):
            count = each.counts[place]
            tall = high * count / most
            x = left + number_ * bar
            parts.append(
                tag("rect", x=f"{x + 1:.1f}", y=f"{top + high - tall:.1f}", width=f"{bar - 2:.1f}",
                    height=f"{max(tall, 1):.1f}", class_=f"series{number_ % 4}")
            )  # fmt: skip
            if count:
                parts.append(
                    tag("text", count, x=f"{x + bar / 2:.1f}", y=f"{top + high - tall - 4:.1f}",
                        text_anchor="middle", class_="count")
                )  # fmt: skip
        parts.append(
            tag("text", period, x=left + (wide - 12) / 2, y=top + high + 15, text_anchor="middle",
                class_="axis")
        )  # fmt: skip
    told_all = "; ".join(
        f"{each.title}: "
        + ", ".join(f"{p} {n}" for p, n in zip(found.periods, each.counts, strict=True))
        for each in found.series
    )
    title = told("by_quarter", lang)
    drawn = tag(
        "svg",
        tag("title", title),
        tag("desc", told_all),
        parts,
        viewBox=f"0 0 {wide * len(found.periods)} {top + high + foot}",
        role="img",
        class_="flow",
    )
    keys = [
        [tag("span", class_=f"key series{n % 4}"), f" {each.title} {sum(each.counts)} "]
        for n, each in enumerate(found.series)
    ]
    return tag("figure", tag("figcaption", tag("b", title), " ", keys), drawn)


def points(found: Sequence[Point], lang: str, most: int = 6) -> list[Markup | str]:
    """Links to leads; the rest is counted."""
    links: list[Markup | str] = []
    for each in found[:most]:
        links += [tag("a", each.name, href=f"#{anchor(each.id)}"), " "]
    more = len(found) - most
    return links + (
        [tag("span", told("more_leads", lang, n=more), class_="note")] if more > 0 else []
    )


def counts(found: Counts, currency: str, lang: str) -> Markup:
    """Bars with their numbers, what the leads come to together, and which they are."""
    most = max((bar.count for bar in found.bars), default=1) or 1
    known = [
        n for n in range(len(found.sums)) if any(bar.sums[n] is not None for bar in found.bars)
    ]
    rows = [
        tag(
            "tr",
            tag("th", bar.label, scope="row"),
            tag("td", tag("span", class_="bar", style=f"width:{100 * bar.count / most:.1f}%")
                if bar.count else None, class_="bars"),
            tag("td", bar.count, class_="n"),
            [tag("td", "" if bar.sums[n] is None else money(bar.sums[n] or 0, currency), class_="n")
             for n in known],
            tag("td", points(bar.points, lang, 3), class_="few"),
        )
        for bar in found.bars
    ]  # fmt: skip
    titles = [tag("th", found.sums[n], class_="n") for n in known]
    heads = tag("tr", tag("th"), tag("th"), tag("th"), titles, tag("th")) if titles else None
    return tag("figure", tag("figcaption", tag("b", found.title)), tag("table", heads, rows),
               class_="wide")  # fmt: skip


def percent(share: float) -> str:
    return f"{number(share * 100, 0 if share >= 0.1 else 1)}%"
