"""The results as a workbook: sheets of leads, reasons, plays, questions. No cell is a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from groupbuy.render import csv
from groupbuy.render.book import FIRST_DAY, VERDICTS, Book, Colours, Kept, Value, day_of, workbook
from groupbuy.render.cells import UNKNOWN, Lead, names, number, pairs, shown
from groupbuy.render.rows import failures, in_order, plays_in_order, set_aside, verdict_of
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict
from groupbuy.sections.scores import CLAMPED
from groupbuy.texts import Text
from groupbuy.watch import Watch, unwatched

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


def show_xlsx(
    result: Mapping[str, Any],
    view: View,
    more: Callable[[Book], None] | None = None,
    watch: Watch = unwatched,
) -> bytes:
    """The bytes of an .xlsx file; `more` writes sheets behind that of leads.

    Raises `GroupbuyError` where XlsxWriter is missing.
    """
    run = result.get("run") or {}
    made = day_of(str(run.get("as_of"))) or FIRST_DAY
    comments = f"groupbuy {run.get('version', '')}, rules {run.get('rules_hash', '')}"
    return workbook(lambda book: _Writer(book, view, more, watch).write(result), made, comments)


class _Writer:
    """Writes one workbook."""

    def __init__(
        self, book: Book, view: View, more: Callable[[Book], None] | None, watch: Watch
    ) -> None:
        self.book, self.view, self.more, self.watch = book, view, more, watch

    def say(self, key: str) -> str:
        return _WORDS[key].get(self.view.lang)

    def write(self, result: Mapping[str, Any]) -> None:
        """All sheets of a result."""
        leads = in_order(result)
        lang = self.view.lang
        self.leads(leads)
        if self.more is not None:
            self.more(self.book)
        self.book.fill(
            self.say("reasons"),
            [*self.lead_heads(), *map(self.say, ("kind", "what", "result", "rule", "points",
                                                 "because", "read", "missing")),
             say("place", lang)],
            (row for lead in self.watch(leads, "write") for row in self.reasons(lead)),
        )  # fmt: skip
        self.book.fill(
            self.say("plays"),
            [*self.lead_heads(), self.say("do"), say("who", lang), say("due", lang),
             *map(self.say, ("because", "read", "new_lead")), say("place", lang)],
            (row for lead in leads for row in self.plays(lead)),
        )  # fmt: skip
        keys = ("question", "asks_for", "settles", "narrows", "with")
        heads = [*self.lead_heads(), *map(self.say, keys)]
        self.book.fill(
            self.say("questions"), heads, (row for lead in leads for row in self.questions(lead))
        )
        aside = [
            (name, problem, at) for name, at, problems in set_aside(result) for problem in problems
        ]
        if aside:
            heads = [say(key, lang) for key in ("lead", "errors", "place")]
            self.book.fill(say("set_aside", lang), heads, aside)
        failed = failures(result, self.view)
        if failed:
            title = say("errors", lang)
            self.book.fill(title, [title], ([text] for text in failed))

    # ── what stands in the sheets ────────────────────────────────────────────────────────────────

    def lead_heads(self) -> list[str]:
        return [say("rank", self.view.lang), say("id", self.view.lang), say("lead", self.view.lang)]

    def lead_cells(self, lead: Lead) -> list[Value]:
        return [lead.get("rank"), lead.get("id"), lead.get("name")]

    def leads(self, leads: Iterable[Lead]) -> None:
        """One row a lead, its verdict in its colour."""
        lang = self.view.lang
        heads = csv.headings(self.view)
        kinds = [self.view.kinds.get(column.name, "") for column in self.view.columns]
        first = len(self.lead_heads()) + 2
        due = heads.index(say("due", self.view.lang), first + len(kinds))
        known = dict(enumerate(kinds, first)) | {due: "date"}
        rows = (
            [Kept(value, known.get(n, "")) for n, value in enumerate(csv.row(lead, self.view))]
            for lead in leads
        )
        column = heads.index(say("verdict", self.view.lang))
        self.book.fill(say("leads", self.view.lang), heads, rows, (column, verdict_colours(lang)))

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
                Kept(play.get("due") or "", "date"),
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


def verdict_colours(lang: str) -> Colours:
    """The verdicts' colours by their words."""
    return {verdict(word, lang): colours for word, colours in VERDICTS.items()}
