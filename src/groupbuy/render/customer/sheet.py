"""The customer sheet (客户概况表): what is known of a lead, what follows, what is still blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.engine.conclusions import MASKED
from groupbuy.engine.wording import spoken
from groupbuy.model.entries import Field, Table
from groupbuy.model.lead import Lead as Given
from groupbuy.model.model import LeadModel
from groupbuy.render.cells import Lead, lead_name, names, number
from groupbuy.render.explain import example, explained
from groupbuy.render.inert import inert
from groupbuy.render.page import Block
from groupbuy.render.rows import is_stopped, verdict_of
from groupbuy.render.view import View
from groupbuy.render.width import width
from groupbuy.render.words import say, verdict
from groupbuy.texts import Text
from groupbuy.tree.types import Kind

MOST_ROWS = 20
"""Rows of a table that a page has room for."""

_WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("sheet", "Customer sheet as of {day}", "客户概况表 · {day}"),
        ("blanks", "Still to fill in", "待补信息"),
        ("field", "What", "项目"),
        ("ask", "Question", "问法"),
        ("answer", "Answer", "填写"),
        ("open", "What hangs on it", "缺了定不下来的"),
        ("together", "together with {names}", "要和 {names} 一起问"),
        ("other_fields", "Other", "其他"),
        ("others", "Also not known: ", "其他未知："),
        ("assumed", "assumed", "默认"),
        ("more", "… and {n} more", "…… 另有 {n} 行"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """Rows under headings, and what is said below them.

    `widths` are the columns' shares of the page; without them the texts decide.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Group:
    """Names with their values, under the title of their group."""

    title: str
    pairs: Sequence[tuple[str, str]]


Part = list[Group] | Grid | list[Block]
"""What is known by group, a table, or branches of the explanation."""


@dataclass(frozen=True)
class Page:
    """What stands on the sheet, whatever it is written in."""

    title: str
    line: str
    parts: Sequence[tuple[str, Part]]


def customer_sheet(
    run: Mapping[str, Any],
    lead: Lead,
    given: Given,
    model: LeadModel,
    view: View,
    *,
    show_pii: bool = False,
) -> Page:
    """The sheet of one explained lead; `given` is the lead as it was read."""
    made = _Sheet(lead, given, model, view, show_pii)
    name, id_ = lead_name(lead), inert(lead.get("id") or "")
    facts = [made.say("sheet").format(day=inert(run.get("as_of", "")))]
    facts.append(verdict(verdict_of(lead), view.lang))
    if lead.get("rank") is not None:
        facts.append(say("ranked", view.lang, rank=lead["rank"]))
    title = name if name == id_ else f"{name}  {id_}"
    parts = [(title, part) for title, part in made.parts() if part]
    return Page(title, " · ".join(facts), parts)


class _Sheet:
    """Collects the parts of one sheet."""

    def __init__(
        self, lead: Lead, given: Given, model: LeadModel, view: View, show_pii: bool
    ) -> None:
        self.lead, self.given, self.model, self.view = lead, given, model, view
        self.show_pii = show_pii

    def say(self, key: str) -> str:
        return _WORDS[key].get(self.view.lang)

    def parts(self) -> Iterator[tuple[str, Part]]:
        """Whether to go on, what to do and to ask, what is known, and what follows from it."""
        lang = self.view.lang
        told = explained(self.lead, self.view)
        blocks = dict(told)
        yield told[0]
        yield say("plays", lang), blocks[say("plays", lang)]
        if not is_stopped(self.lead):
            yield self.say("blanks"), self.blanks()
        yield say("fields", lang), self.fields()
        for table in self.model.tables.values():
            rows = self.given.values.get(table.name)
            if isinstance(rows, list) and rows:
                yield inert(table.title.get(lang)), self.table(table, rows)
        for key in ("grades", "scores"):
            yield say(key, lang), blocks[say(key, lang)]

    # ── what is known ────────────────────────────────────────────────────────────────────────────

    def fields(self) -> list[Group]:
        """Every field that has a value, with its unit, by group; those from a default are marked.

        Fields in no group stand last, under a title where there are groups at all.
        """
        found = []
        for title, fields in self.model.grouped():
            pairs = list(self.pairs(fields))
            if pairs:
                other = self.say("other_fields") if self.model.groups else ""
                found.append(Group(inert(title.get(self.view.lang)) if title else other, pairs))
        return found

    def pairs(self, fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
        for field in fields:
            value = self.given.values.get(field.name)
            if value is None:
                continue
            text = self.value(field, value)
            if field.name in self.given.assumed:
                text += f" ({self.say('assumed')})"
            yield inert(field.title.get(self.view.lang)), text

    def table(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> Grid:
        """The rows of a table, the latest first; columns that nobody filled in are left out."""
        order = table.order
        if order is not None:
            known = [row for row in rows if row.get(order) is not None]
            rest = [row for row in rows if row.get(order) is None]
            rows = sorted(known, key=lambda row: row[order], reverse=True) + rest
        columns = [
            column
            for column in table.fields.values()
            if any(row.get(column.name) is not None for row in rows)
        ]
        cells = [
            ["" if (v := row.get(column.name)) is None else self.value(column, v)
             for column in columns]
            for row in rows[:MOST_ROWS]
        ]  # fmt: skip
        more = len(rows) - MOST_ROWS
        note = self.say("more").format(n=more) if more > 0 else ""
        heads = [inert(column.title.get(self.view.lang)) for column in columns]
        return Grid(
            heads, cells, note, [_share(texts) for texts in zip(heads, *cells, strict=True)]
        )

    def value(self, field: Field, value: Any) -> str:
        """A value as people write it; personal data only for those who may see it."""
        if field.pii and not self.show_pii:
            return MASKED
        lang, currency = self.view.lang, self.view.currency
        if field.type.kind is Kind.NUMBER and field.type.form not in ("money", "percent"):
            text = number(value)  # a year has no separators
        else:
            text = inert(spoken(value, field.type, lang, currency, field.value_titles))
        if field.unit is None or field.type.form in ("money", "percent"):
            return text
        unit = inert(field.unit.get(lang))
        return f"{text} {unit}"

    # ── what is not ──────────────────────────────────────────────────────────────────────────────

    def blanks(self) -> Grid:
        """Each blank with what hangs on it, the weightiest first; other askable blanks below.

        Between the question and what hangs on it there is room for the answer.
        """
        opened: dict[str, dict[str, None]] = {}
        for title, missing in self.open_results():
            for name in missing:
                opened.setdefault(str(name).partition(".")[0], {})[title] = None
        entries = [e for e in self.model if e.name in opened]
        entries.sort(key=lambda entry: -len(opened[entry.name]))
        lang = self.view.lang
        rows = [
            [
                inert(entry.title.get(lang)),
                inert(entry.ask.get(lang)) if entry.ask else "",
                "",
                self.why(entry.name, opened[entry.name]),
            ]
            for entry in entries
        ]
        others = [
            inert(entry.title.get(lang))
            for entry in self.model
            if entry.ask and entry.name not in opened
            and self.given.values.get(entry.name) is None
        ]  # fmt: skip
        note = self.say("others") + say("listing", lang).join(others) if others else ""
        heads = [self.say(key) for key in ("field", "ask", "answer", "open")]
        return Grid(heads, rows, note, (3, 5, 4, 6))

    def why(self, name: str, opened: Iterable[str]) -> str:
        """What a blank leaves open, and which answers would change what."""
        lang = self.view.lang
        told = [say("listing", lang).join(opened)]
        for question in self.lead.get("questions") or ():
            if question.get("field") != name:
                continue
            others = names(question.get("with"), self.view)
            if others:
                told.append(self.say("together").format(names=others))
            told += example(question, self.view)
        return say("semicolon", lang).join(told)

    def open_results(self) -> Iterator[tuple[str, Iterable[object]]]:
        """Everything that is open, by its title, with the blanks behind it."""
        for gate in (self.lead.get("verdict") or {}).get("unknown") or ():
            title = gate.get("title") or self.view.title(str(gate.get("gate", "")))
            yield inert(title), gate.get("missing") or ()
        for section in ("grades", "scores"):
            for name, found in (self.lead.get(section) or {}).items():
                if found.get("status") == "unknown":
                    missing = list(found.get("missing") or ())
                    for rule in found.get("unknown") or ():
                        missing += rule.get("missing") or ()
                    yield inert(self.view.title(name)), missing
        for question in self.lead.get("questions") or ():
            for pack in question.get("packs") or ():
                yield inert(self.view.heading(str(pack))), (question["field"],)


def _share(texts: Iterable[str]) -> float:
    """How much of the page a column takes: as its longest text, within reason."""
    return min(max(6, *(width(text) for text in texts)), 40)
