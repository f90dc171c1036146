"""One row a lead, for a spreadsheet. No cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from groupbuy.render.cells import Lead, cell, outcome, word_forms
from groupbuy.render.inert import inert
from groupbuy.render.rows import in_order, next_step, question, verdict_of
from groupbuy.render.view import View
from groupbuy.render.words import say, verdict

BOM = "\ufeff"
"""Without it Excel reads Chinese as the characters of the country's old code page."""

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

Value = str | int | float


def show_csv(result: Mapping[str, Any], view: View) -> Iterator[str]:
    """The lines of the file, the heading first; lines end in CR LF as the format has it."""
    yield BOM + csv_line(headings(view))
    for lead in in_order(result):
        yield csv_line(row(lead, view))


def headings(view: View) -> list[str]:
    """What stands over the columns of a spreadsheet."""
    heads = [say(key, view.lang) for key in ("rank", "id", "lead", "verdict", "reason")]
    heads += [inert(column.title or column.name) for column in view.columns]
    return heads + [say(key, view.lang) for key in ("next", "who", "due", "ask", "packs", "place")]


def row(lead: Lead, view: View) -> list[Value]:
    """One lead in these columns: numbers to sort and add up, all else as texts of any content."""
    lang = view.lang
    reasons = (lead.get("verdict") or {}).get("reasons") or ()
    said = [each.get("because") or each.get("title") or each.get("gate") for each in reasons]
    step = next_step(lead)
    return [
        "" if lead.get("rank") is None else lead["rank"],
        lead.get("id") or "",
        lead.get("name") or "",
        verdict(verdict_of(lead), lang),
        say("semicolon", lang).join(str(each) for each in said if each),
        *(_value(lead, column.name, view) for column in view.columns),
        next(iter(step.texts), ""),
        step.who,
        step.due,
        next(iter(question(lead, view)), ""),
        say("listing", lang).join(inert(view.heading(p)) for p in lead.get("packs") or ()),
        lead.get("at") or "",
    ]


def csv_table(heads: Iterable[Value], rows: Iterable[Iterable[Value]]) -> Iterator[str]:
    """The lines of any table for a spreadsheet, the heading first."""
    yield BOM + csv_line(heads)
    for row in rows:
        yield csv_line(row)


def _value(lead: Mapping[str, Any], name: str, view: View) -> Value:
    """What a spreadsheet can sort and add up: numbers as they are, all else as in the table."""
    found = outcome(lead, name)
    if isinstance(found, Mapping) and found.get("status", "known") == "known":
        found = found.get("value")
    if isinstance(found, int | float) and not isinstance(found, bool):
        return int(found) if found == found // 1 and abs(found) < 1e15 else found
    if isinstance(found, str):
        return word_forms(found, name, view)[1]
    return cell(lead, name, view).text


def csv_line(row: Iterable[Value]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_NONNUMERIC).writerow([_harmless(value) for value in row])
    return line.getvalue()


def _harmless(value: Value) -> Value:
    """A cell that no spreadsheet computes; a leading apostrophe says that it is a text."""
    if not isinstance(value, str):
        return value
    plain = inert(value)
    if _NUMBER.fullmatch(plain) or not (computed(value) or computed(plain)):
        return plain
    return f"'{plain}"


def computed(text: str) -> bool:
    """Whether a spreadsheet would take a text that is typed into it for a formula."""
    return _FORMULA.match(text) is not None
