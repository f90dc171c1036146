"""The results as a workbook: sheets of leads, reasons, plays and questions. No cell is a formula.

Rows go to disk as they are written, so that a hundred thousand leads need no more memory than ten.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from groupbuy.extras import TEXTS_STAY, xlsxwriter
from groupbuy.render import csv
from groupbuy.render.cells import UNKNOWN, Lead, names, number, pairs, shown
from groupbuy.render.inert import inert
from groupbuy.render.rows import failures, in_order, plays_in_order, set_aside, verdict_of
from groupbuy.render.view import View
from groupbuy.render.width import width
from groupbuy.render.words import say, verdict
from groupbuy.sections.scores import CLAMPED
from groupbuy.texts import Text

LONGEST = 32_767
"""Units of UTF-16 that Excel lets a cell hold."""
LAST_ROW = 1_048_575
_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts a day that never was."""
_NARROWEST, _WIDEST = 6, 48

_COLOURS = {"go": ("#DDF2E3", "#14633B"), "terms": ("#FFF3CC", "#6B4B00"),
            "hold": ("#FFE3D1", "#8F3600"), "stop": ("#F8D7DE", "#8A1C31")}  # fmt: skip
"""The verdicts' fill and ink."""

_WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("reasons", "Reasons", "理由"),
        ("kind", "Kind", "类别"),
        ("gate", "verdict", "结论"),
        ("score", "score", "评分"),
        ("grade", "grade", "分级"),
        ("what", "What", "项目"),
        ("result", "Result", "结果"),
        ("rule", "Rule", "评分项"),
        ("points", "Points", "分值"),
        ("because", "Why", "因为"),
        ("read", "From", "依据"),
        ("missing", "Missing", "缺"),
        ("do", "What to do", "做什么"),
        ("new_lead", "New lead", "新线索"),
        ("question", "Question", "问题"),
        ("asks_for", "Asks for", "问的是"),
        ("settles", "Settles", "能定"),
        ("narrows", "Narrows", "能缩小"),
        ("with", "With an answer to", "同时要问"),
        ("plays", "Plays", "行动"),
        ("questions", "Questions", "要问的"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class _Kept:
    """A value and what it is: `money`, `percent`, `date` …"""

    value: csv.Value
    kind: str = ""


Value = csv.Value | date | _Kept | None


def show_xlsx(result: Mapping[str, Any], view: View) -> bytes:
    """The bytes of an .xlsx file. Raises `GroupbuyError` where XlsxWriter is missing."""
    library = xlsxwriter()
    content = BytesIO()
    with tempfile.TemporaryDirectory(prefix="groupbuy-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, **TEXTS_STAY}
        book = library.Workbook(content, options)
        try:
            _Writer(book, view).write(result)
        finally:
            book.close()
    return content.getvalue()


@dataclass
class _Sheet:
    """A sheet that is being filled; where Excel's last row is reached, another goes on."""

    title: str
    heads: Sequence[str]
    page: Any
    number: int = 1
    row: int = 0
    widths: list[int] = field(default_factory=list)


class _Writer:
    """Writes one workbook."""

    def __init__(self, book: Any, view: View) -> None:
        self.book, self.view = book, view
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def say(self, key: str) -> str:
        return _WORDS[key].get(self.view.lang)

    def write(self, result: Mapping[str, Any]) -> None:
        """All sheets of a result."""
        run = result.get("run") or {}
        # The same results make the same bytes: they are dated by their day, not by the clock.
        made = datetime.combine(_day(str(run.get("as_of"))) or _FIRST_DAY, datetime.min.time())
        comments = inert(f"groupbuy {run.get('version', '')}, rules {run.get('rules_hash', '')}")
        self.book.set_properties({"created": made, "author": "groupbuy", "comments": comments})
        leads = in_order(result)
        lang = self.view.lang
        self.leads(leads)
        self.fill(
            self.say("reasons"),
            [*self.lead_heads(), *map(self.say, ("kind", "what", "result", "rule", "points",
                                                 "because", "read", "missing")),
             say("place", lang)],
            (row for lead in leads for row in self.reasons(lead)),
        )  # fmt: skip
        self.fill(
            self.say("plays"),
            [*self.lead_heads(), self.say("do"), say("who", lang), say("due", lang),
             *map(self.say, ("because", "read", "new_lead")), say("place", lang)],
            (row for lead in leads for row in self.plays(lead)),
        )  # fmt: skip
        keys = ("question", "asks_for", "settles", "narrows", "with")
        heads = [*self.lead_heads(), *map(self.say, keys)]
        self.fill(
            self.say("questions"), heads, (row for lead in leads for row in self.questions(lead))
        )
        aside = [
            (name, problem, at) for name, at, problems in set_aside(result) for problem in problems
        ]
        if aside:
            heads = [say(key, lang) for key in ("lead", "errors", "place")]
            self.fill(say("set_aside", lang), heads, aside)
        failed = failures(result, self.view)
        if failed:
            title = say("errors", lang)
            self.fill(title, [title], ([text] for text in failed))

    # ── what stands in the sheets ────────────────────────────────────────────────────────────────

    def lead_heads(self) -> list[str]:
        return [say("rank", self.view.lang), say("id", self.view.lang), say("lead", self.view.lang)]

    def lead_cells(self, lead: Lead) -> list[Value]:
        return [lead.get("rank"), lead.get("id"), lead.get("name")]

    def leads(self, leads: Iterable[Lead]) -> None:
        """One row a lead, its verdict in its colour."""
        heads = csv.headings(self.view)
        kinds = [self.view.kinds.get(column.name, "") for column in self.view.columns]
        first = len(self.lead_heads()) + 2
        due = heads.index(say("due", self.view.lang), first + len(kinds))
        known = dict(enumerate(kinds, first)) | {due: "date"}
        rows = (
            [_Kept(value, known.get(n, "")) for n, value in enumerate(csv.row(lead, self.view))]
            for lead in leads
        )
        column = heads.index(say("verdict", self.view.lang))
        self.fill(say("leads", self.view.lang), heads, rows, verdicts=column)

    def reasons(self, lead: Lead) -> Iterator[list[Value]]:
        """Why the verdict, the scores and the grades are what they are, a row for each reason."""
        head = self.lead_cells(lead)
        for row in (*self.gates(lead), *self.rules(lead), *self.grades(lead)):
            yield [*head, *row]

    def gates(self, lead: Lead) -> Iterator[list[Value]]:
        found = lead.get("verdict") or {}
        kind = self.say("gate")
        lang = self.view.lang
        for each in found.get("reasons") or ():
            word = verdict(each.get("verdict") or verdict_of(lead), lang)
            yield [kind, self.title(each, "gate"), word, "", None, *self.why(each)]
        for each in found.get("unknown") or ():
            then = each.get("then")
            word = say(f"then_{then}", lang) if then in ("pass", "terms", "hold") else UNKNOWN
            yield [kind, self.title(each, "gate"), word, "", None, *self.why(each)]

    def rules(self, lead: Lead) -> Iterator[list[Value]]:
        kind = self.say("score")
        for name, found in (lead.get("scores") or {}).items():
            if found.get("status") in ("none", "failed"):
                continue
            title = self.view.title(name)
            total = self.total(found)
            for each in found.get("rules") or ():
                id_ = str(each.get("id", ""))
                rule = say("clamped", self.view.lang) if id_ == CLAMPED else self.view.title(id_)
                yield [kind, title, total, rule, each.get("points"), *self.why(each)]
            for each in found.get("unknown") or ():
                rule = self.view.title(str(each.get("id", "")))
                yield [kind, title, total, rule, UNKNOWN, *self.why(each)]

    def total(self, found: Mapping[str, Any]) -> csv.Value:
        """A score, or from where to where it can still be."""
        low, high = found.get("low"), found.get("high")
        if found.get("status") == "known" and found.get("value") is not None:
            return float(found["value"])
        if low is None or high is None:
            return UNKNOWN
        return f"{number(low, 2)}–{number(high, 2)}"

    def grades(self, lead: Lead) -> Iterator[list[Value]]:
        kind = self.say("grade")
        for name, found in (lead.get("grades") or {}).items():
            if found.get("status") in ("none", "failed"):
                continue
            word: str = UNKNOWN
            if found.get("value") is not None:
                word = shown(found["value"], name, self.view)
            elif found.get("possible"):
                words = [shown(each, name, self.view) for each in found["possible"]]
                word = f"{UNKNOWN} {say('listing', self.view.lang).join(words)}"
            yield [kind, self.view.title(name), word, "", None, *self.why(found)]

    def why(self, found: Mapping[str, Any]) -> list[Value]:
        """The last columns of a reason: why, what was read, what is missing, where it stands."""
        return [
            found.get("because"),
            pairs(found.get("facts"), self.view),
            names(found.get("missing"), self.view),
            found.get("at"),
        ]

    def plays(self, lead: Lead) -> Iterator[list[Value]]:
        for play in plays_in_order(lead):
            new = play.get("lead")
            yield [
                *self.lead_cells(lead),
                play.get("do") or self.title(play, "play"),
                self.view.title(str(play["who"])) if play.get("who") else None,
                _Kept(play.get("due") or "", "date"),
                play.get("because"),
                pairs(play.get("facts"), self.view),
                (new.get("name") or new.get("id")) if isinstance(new, Mapping) else None,
                play.get("at"),
            ]

    def questions(self, lead: Lead) -> Iterator[list[Value]]:
        for each in lead.get("questions") or ():
            title = self.title(each, "field")
            lists = [names(each.get(key), self.view) for key in ("settles", "narrows", "with")]
            yield [*self.lead_cells(lead), each.get("ask") or title, title, *lists]

    def title(self, found: Mapping[str, Any], key: str) -> str:
        return str(found.get("title") or self.view.title(str(found.get(key, ""))))

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def fill(
        self,
        title: str,
        heads: Sequence[str],
        rows: Iterable[Iterable[Value]],
        verdicts: int | None = None,
    ) -> None:
        """A sheet with all the rows; `verdicts` is the column that gets their colours."""
        sheet = self.sheet(title, heads, 1)
        for row in rows:
            if sheet.row == LAST_ROW:
                self.finish(sheet, verdicts)
                sheet = self.sheet(title, heads, sheet.number + 1)
            sheet.row += 1
            for column, value in enumerate(row):
                self.cell(sheet, column, value)
        self.finish(sheet, verdicts)

    def sheet(self, title: str, heads: Sequence[str], number: int) -> _Sheet:
        page = self.book.add_worksheet(title if number == 1 else f"{title} {number}")
        sheet = _Sheet(title, heads, page, number, widths=[0] * len(heads))
        form = self.format(bold=True, bg_color="#DDEBF7", valign="vcenter", border=1)
        for column, head in enumerate(heads):
            text = _cut(inert(head))
            page.write_string(0, column, text, form)
            sheet.widths[column] = width(text) + 3  # and the filter's button
        page.freeze_panes(1, 3 if len(heads) > 3 else 0)
        return sheet

    def finish(self, sheet: _Sheet, verdicts: int | None) -> None:
        """What is known only when all the rows are written."""
        sheet.page.autofilter(0, 0, sheet.row, len(sheet.heads) - 1)
        for column, cells in enumerate(sheet.widths):
            sheet.page.set_column(column, column, min(max(cells + 1, _NARROWEST), _WIDEST))
        if verdicts is None or not sheet.row:
            return
        for word, (fill, ink) in _COLOURS.items():
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{verdict(word, self.view.lang)}"',
                "format": self.format(bg_color=fill, font_color=ink),
            }
            sheet.page.conditional_format(1, verdicts, sheet.row, verdicts, rule)

    def cell(self, sheet: _Sheet, column: int, value: Value) -> None:
        """A number, a day or a text; a blank is no cell."""
        kind = ""
        if isinstance(value, _Kept):
            kind, value = value.kind, value.value
        if kind == "date" and isinstance(value, str):
            value = _day(value) or value
        if value is None or value == "":
            return
        place = sheet.row, column
        if isinstance(value, date):
            sheet.page.write_datetime(*place, value, self.format(valign="top", num_format=_DATE))
            taken = len(_DATE)
        elif isinstance(value, int | float) and math.isfinite(value):
            sheet.page.write_number(*place, value, self.number_format(value, kind))
            taken = len(number(value, 2)) + (4 if kind == "money" else 0)
        else:
            raw = str(value)
            text = _cut(inert(raw))
            # Excel computes a text that looks like a formula once somebody edits its cell.
            quoted = csv.computed(raw) or csv.computed(text)
            more: dict[str, object] = {"quote_prefix": True} if quoted else {}
            form = self.format(valign="top", text_wrap=True, **more)
            sheet.page.write_string(*place, text, form)
            taken = min(width(text[:_WIDEST]), _WIDEST)
        sheet.widths[column] = max(sheet.widths[column], taken)

    def number_format(self, value: float, kind: str) -> Any:
        codes = {"money": "#,##0.00", "percent": "0.00%"}
        code = codes.get(kind, "0" if float(value).is_integer() else "0.00")
        return self.format(valign="top", num_format=code)

    def format(self, **properties: object) -> Any:
        """A format of cells; each is made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]


_DATE = "yyyy-mm-dd"


def _day(text: str) -> date | None:
    """The day that a text is, if Excel has it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found >= _FIRST_DAY else None


def _cut(text: str) -> str:
    """As much of a text as a cell can hold, with a sign for what is left out."""
    if len(text) * 2 <= LONGEST:
        return text
    units = text.encode("utf-16-le")
    if len(units) // 2 <= LONGEST:
        return text
    return units[: (LONGEST - 1) * 2].decode("utf-16-le", "ignore") + "…"
