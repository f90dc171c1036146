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
from groupbuy.render.cells import Lead, lead_name, number
from groupbuy.render.explain import explained
from groupbuy.render.inert import inert
from groupbuy.render.markdown import escaped
from groupbuy.render.page import Block
from groupbuy.render.report.markup import Markup, tag
from groupbuy.render.rows import is_stopped, verdict_of
from groupbuy.render.view import View
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
        ("open", "Leaves open", "缺了定不下来的"),
        ("others", "Also not known: ", "其他未知："),
        ("assumed", "assumed", "默认"),
        ("more", "… and {n} more", "…… 另有 {n} 行"),
    )
}  # fmt: skip

_STYLE = """
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px; max-width: 190mm; color: #1d2433; font-size: 13px;
  line-height: 1.45; font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  "WenQuanYi Micro Hei", sans-serif; }
h1 { font-size: 21px; margin: 0; } h2 { font-size: 15px; margin: 14px 0 4px;
  border-bottom: 2px solid #1f5fbf; break-after: avoid; }
p { margin: 2px 0 6px; color: #5c667a; }
table { border-collapse: collapse; width: 100%; margin: 0 0 6px; }
th, td { border: 1px solid #d9dee8; padding: 2px 6px; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #f5f7fa; font-weight: 600; } tr, li { break-inside: avoid; }
ul { margin: 0; padding-left: 18px; columns: 2 80mm; column-gap: 8mm; }
.line, small { color: #5c667a; }
small { display: block; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(80mm, 1fr)); gap: 0 12px;
  margin: 0; }
dl div { display: grid; grid-template-columns: 42% 1fr; border-bottom: 1px solid #d9dee8; }
dt { color: #5c667a; } dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { padding: 0; max-width: none; font-size: 11px; } }
"""


@dataclass(frozen=True)
class Grid:
    """Rows under headings, and what is said below them."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


Part = list[tuple[str, str]] | Grid | list[Block]
"""Names with values, a table, or branches of the explanation."""


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

    def fields(self) -> list[tuple[str, str]]:
        """Every field that has a value, with its unit; values from a default are marked."""
        found = []
        for field in self.model.fields.values():
            value = self.given.values.get(field.name)
            if value is None:
                continue
            text = self.value(field, value)
            if field.name in self.given.assumed:
                text += f" ({self.say('assumed')})"
            found.append((inert(field.title.get(self.view.lang)), text))
        return found

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
        return Grid([inert(column.title.get(self.view.lang)) for column in columns], cells, note)

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
        """Each blank with what it leaves open, the weightiest first; other askable blanks below."""
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
                say("listing", lang).join(opened[entry.name]),
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
        return Grid([self.say(key) for key in ("field", "ask", "open")], rows, note)

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
                yield inert(self.view.title(str(pack))), (question["field"],)


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def show_sheet_markdown(page: Page) -> str:
    """The sheet as Markdown. Nothing from a file is markup."""
    found = [f"# {escaped(page.title)}", escaped(page.line)]
    for title, part in page.parts:
        found.append(f"## {escaped(title)}")
        found += _markdown(part)
    return "\n\n".join(text for text in found if text) + "\n"


def _markdown(part: Part) -> Iterator[str]:
    if isinstance(part, Grid):
        if part.rows:
            grid = (part.heads, *part.rows)
            texts = [f"| {' | '.join(escaped(cell) for cell in line)} |" for line in grid]
            texts.insert(1, f"|{':--|' * len(part.heads)}")
            yield "\n".join(texts)
        yield escaped(part.note)
        return
    lines = []
    for each in part:
        if isinstance(each, Block):
            lines.append(f"- {escaped(each.head)}{_margin(each.margin)}")
            for line in each.body:
                if line.text.strip("─ "):
                    lines.append(f"  - {escaped(line.text.strip())}{_margin(line.margin)}")
        else:
            lines.append(f"- {escaped(each[0])}: {escaped(each[1])}")
    yield "\n".join(lines)


def _margin(text: str) -> str:
    return f" ({escaped(text)})" if text else ""


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────


def show_sheet_html(page: Page, lang: str) -> str:
    """The sheet as one HTML page that loads nothing and prints on A4."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("title", page.title),
        tag("style", Markup(_STYLE)),
    )
    sections = [tag("section", tag("h2", title), _html(part)) for title, part in page.parts]
    body = tag("body", tag("header", tag("h1", page.title), tag("p", page.line)), sections)
    return f"<!doctype html>\n{tag('html', head, body, lang='zh-CN' if lang == 'zh' else 'en')}\n"


def _html(part: Part) -> list[Markup]:
    if isinstance(part, Grid):
        found = []
        if part.rows:
            heads = tag("tr", [tag("th", head) for head in part.heads])
            rows = [tag("tr", [tag("td", cell) for cell in row]) for row in part.rows]
            found.append(tag("table", tag("thead", heads), tag("tbody", rows)))
        return [*found, tag("p", part.note)] if part.note else found
    items = [_item(each) for each in part]
    return [tag("ul" if part and isinstance(part[0], Block) else "dl", items)]


def _item(each: Block | tuple[str, str]) -> Markup:
    if isinstance(each, tuple):
        return tag("div", tag("dt", each[0]), tag("dd", each[1]))
    lines = [
        tag("div", line.text.strip(), tag("small", line.margin) if line.margin else None,
            class_="line")
        for line in each.body
        if line.text.strip("─ ")
    ]  # fmt: skip
    margin = tag("small", each.margin) if each.margin else None
    return tag("li", tag("div", each.head, margin), lines)
