"""What the report shows beside the leads, as sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from groupbuy.render.book import Book, Kept, Value
from groupbuy.render.cells import Lead
from groupbuy.render.report.figures import Figures, Matrix, Point, Pyramid
from groupbuy.render.report.lists import sentences
from groupbuy.render.report.words import told
from groupbuy.render.rows import in_order, plays_in_order
from groupbuy.render.view import View
from groupbuy.render.words import say
from groupbuy.render.xlsx import show_xlsx
from groupbuy.watch import Watch, unwatched

Row = list[Value]


def show_report_xlsx(
    result: Mapping[str, Any], view: View, figures: Figures, watch: Watch = unwatched
) -> bytes:
    """The workbook of `evaluate`, and sheets of what the page has in pictures and lists.

    Raises `GroupbuyError` where XlsxWriter is missing.
    """
    leads = in_order(result)
    return show_xlsx(result, view, _Sheets(leads, view, figures).write, watch)


class _Sheets:
    """Writes the report's own sheets."""

    def __init__(self, leads: list[Lead], view: View, figures: Figures) -> None:
        self.leads, self.view, self.figures = leads, view, figures

    def told(self, *keys: str) -> list[str]:
        return [told(key, self.view.lang) for key in keys]

    def write(self, book: Book) -> None:
        """Those that have something."""
        lang = self.view.lang
        heads = [*self.told("who", "owner", "due_day"), say("id", lang), *self.told("lead", "what")]
        self.sheet(book, "due_plays", heads, self.plays())
        heads = self.told("picture", "square", "count", "share", "value", "value_share")
        self.sheet(book, "pictures", heads, self.pictures(), bars=2, frozen=2)
        for each in self.figures.pyramids:
            if each.first:
                heads = ["#", say("id", lang), *self.told("lead"), each.value_title]
                heads += self.told("share", "together")
                book.fill(each.title, heads, self.holders(each), bars=3)
        flow = self.figures.flow
        if flow is not None:
            heads = [*self.told("quarter"), *(each.title for each in flow.series)]
            counts = zip(*(each.counts for each in flow.series), strict=True)
            rows = ([period, *some] for period, some in zip(flow.periods, counts, strict=True))
            self.sheet(book, "flow", heads, rows, frozen=1)
        for found in self.figures.counts:
            heads = [found.title, *self.told("count"), *found.sums, *self.told("lead")]
            lines = (
                [bar.label, bar.count, *(_money(each) for each in bar.sums), self.names(bar.points)]
                for bar in found.bars
            )
            book.fill(found.title, heads, lines, bars=1, frozen=1)
        for key in self.view.sections:
            added = list(self.section(key))
            if added:
                heads = [say("rank", lang), say("id", lang), *self.told("lead", "rule", "says")]
                book.fill(self.view.heading(key), heads, added)
        heads = self.told("rule", "path", "place")
        silent: list[Row] = [[each.title, each.path, each.at] for each in self.figures.silent]
        self.sheet(book, "silent_rules", heads, silent, frozen=1)

    def sheet(
        self,
        book: Book,
        key: str,
        heads: list[str],
        rows: Iterable[Row],
        *,
        bars: int | None = None,
        frozen: int = 3,
    ) -> None:
        """A sheet under one of the report's titles; none where it would have no row."""
        kept = list(rows)
        if kept:
            book.fill(told(key, self.view.lang), heads, kept, bars=bars, frozen=frozen)

    def names(self, points: Iterable[Point]) -> str:
        return say("listing", self.view.lang).join(point.name for point in points)

    def plays(self) -> list[Row]:
        """Every play by who does it, whose lead it is, and when it is due; no day comes last."""
        nobody = told("nobody_named", self.view.lang)
        rows: list[tuple[tuple[bool, str, str, str], Row]] = []
        for lead in self.leads:
            owner = self.figures.owners.get(str(lead.get("id") or ""), "")
            for play in plays_in_order(lead):
                who, due = str(play.get("who") or nobody), str(play.get("due") or "")
                what = str(play.get("do") or play.get("title") or play.get("play"))
                order = (who == nobody, who, owner, due or "9999")
                row: Row = [who, owner, Kept(due, "date"), lead.get("id"), lead.get("name"), what]
                rows.append((order, row))
        return [row for _, row in sorted(rows, key=lambda each: each[0])]

    def pictures(self) -> Iterator[Row]:
        """The squares of the matrices and the steps of the pyramids, a row each."""
        for matrix in self.figures.matrices:
            yield from self.squares(matrix)
        for pyramid in self.figures.pyramids:
            yield from self.steps(pyramid)

    def squares(self, found: Matrix) -> Iterator[Row]:
        squares = [each for row in found.squares for each in row if each is not None]
        total = sum(len(each.points) for each in squares) or 1
        for each in squares:
            count = len(each.points)
            yield [found.title, each.label, count, Kept(count / total, "percent"), None, None]

    def steps(self, found: Pyramid) -> Iterator[Row]:
        total = sum(step.count for step in found.steps) or 1
        value = sum(max(step.value or 0, 0) for step in found.steps)
        money = found.kind == "money"
        for step in found.steps:
            share = Kept(step.count / total, "percent")
            held: Row = [None, None]
            if money and step.value is not None:
                held = [
                    _money(step.value),
                    Kept(max(step.value, 0) / value, "percent") if value else None,
                ]
            yield [found.title, step.label, step.count, share, *held]

    def section(self, key: str) -> Iterator[Row]:
        """What a plugin says of each lead, a row for each of its entries."""
        for lead in self.leads:
            part = lead.get(key)
            for id_, found in part.items() if isinstance(part, Mapping) else ():
                lines = sentences(found, self.view)
                if lines:
                    said = say("semicolon", self.view.lang).join(lines)
                    title = self.view.title(str(id_))
                    yield [lead.get("rank"), lead.get("id"), lead.get("name"), title, said]

    def holders(self, found: Pyramid) -> Iterator[Row]:
        kind = "money" if found.kind == "money" else ""
        for place, each in enumerate(found.first, 1):
            shares = (Kept(each.share, "percent"), Kept(each.together, "percent"))
            yield [place, each.point.id, each.point.name, Kept(each.value, kind), *shares]


def _money(value: float | None) -> Value:
    return None if value is None else Kept(value, "money")
