"""An empty workbook to fill in: what `from_xlsx` reads, with lists to choose from and notes.

Cells of text are formatted as text, so that ids keep their zeros and all their digits; dates,
percentages and amounts as what they are. What is typed into it is checked as it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from groupbuy.extras import TEXTS_STAY, xlsxwriter
from groupbuy.files.blank import chosen_entries
from groupbuy.files.from_xlsx import ABOUT_SHEETS, LEADS_SHEETS, LISTS_SHEET, is_leads, table_called
from groupbuy.model.entries import Entry, Field, Table
from groupbuy.model.lead import Columns
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import words_of
from groupbuy.model.numbers import LARGEST, shown
from groupbuy.sheets.sheet import names_lead
from groupbuy.sheets.xlsx_cells import letters_of
from groupbuy.texts import Text
from groupbuy.tree.types import Kind

_LAST_ROW = 1_048_575
_MADE = datetime(2026, 1, 1)
"""Of every such workbook, so that the same model makes the same bytes."""
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
"""What Excel takes in no title of a sheet."""
LONGEST_TITLE = 31

# Numbers of formats that are built into Excel: 0.00%, #,##0.00, 0, General and text.
_FORMATS: dict[str, int | str] = {"percent": 10, "money": 4, "integer": 1, "number": 0}
_FORMATS |= {"date": "yyyy-mm-dd"}
_TEXT = 49

_WORDS = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("sheet", "Sheet", "工作表"),
        ("column", "Column", "列"),
        ("group", "Group", "分组"),
        ("name", "Name in rules", "规则中的名称"),
        ("type", "Type", "类型"),
        ("words", "Words", "可填的词"),
        ("unit", "Unit", "单位"),
        ("limits", "Limits", "范围"),
        ("required", "Required", "必填"),
        ("ask", "Question", "问客户的话"),
        ("also", "Also called", "也叫"),
        ("text", "text", "文字"),
        ("integer", "whole number", "整数"),
        ("number", "number", "数字"),
        ("percent", "percent, as 95%", "百分比，如 95%"),
        ("money", "money, as 125000 or 12.5万", "金额，如 125000 或 12.5万"),
        ("flag", "yes or no", "是或否"),
        ("date", "date, as 2026-01-31", "日期，如 2026-01-31"),
        ("choice", "one of the words", "选一个"),
        ("choices", "any of the words, parted by ;", "可填几个，用、隔开"),
        ("yuan", "yuan", "元"),
        ("yes", "yes", "是"),
        ("no", "no", "否"),
        ("blank", "Blank means: not known yet.", "空着就是还不知道。"),
        ("default", "Blank means: {value}.", "空着按“{value}”。"),
        ("lead", "The lead that the row belongs to, as on the sheet {sheet}.",
         "这一行属于哪个客户，与“{sheet}”表中的一致。"),
        ("wrong", "This column takes: {what}.", "这一列要填：{what}。"),
    )
}  # fmt: skip


def blank_xlsx(model: LeadModel, lang: str, names: Sequence[str] = ()) -> bytes:
    """The workbook, as the bytes of an .xlsx file.

    Raises `GroupbuyError` where `names` has one that is no field, or XlsxWriter is missing.
    """
    entries = chosen_entries(model, names)
    return _Writer(model, lang).write(entries)


@dataclass(frozen=True)
class _Column:
    """A column of the workbook: its header, what it means, the note on it."""

    header: str
    entry: Field
    note: str
    required: bool


@dataclass
class _Writer:
    """Writes one workbook."""

    model: LeadModel
    lang: str
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)

    def write(self, entries: Sequence[Entry]) -> bytes:
        """The bytes of the workbook with these entries."""
        content = BytesIO()
        self.book = _workbook(content)
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}
        leads = _leads_title(self.model, self.lang)
        fields = [entry for entry in entries if isinstance(entry, Field)]
        columns = Columns(self.model)
        heads = [self._column(entry, columns) for entry in fields]
        sheets = [(leads, heads)]
        for table in entries:
            if isinstance(table, Table):
                title = _sheet_title(table, self.model, self.lang)
                sheets.append((title, self._table(table, leads)))
        pages = [(self.book.add_worksheet(title), heads) for title, heads in sheets]
        about = self.book.add_worksheet(ABOUT_SHEETS.get(self.lang, ABOUT_SHEETS["en"]))
        self.choices = self.book.add_worksheet(LISTS_SHEET)
        self.choices.hide()
        for page, heads in pages:
            self._sheet(page, heads)
        self._about(about, sheets)
        self.book.close()
        return content.getvalue()

    def say(self, key: str, **values: object) -> str:
        """A word in the language."""
        text = _WORDS[key].get(self.lang)
        return text.format(**values) if values else text

    # --- what the columns are -------------------------------------------------------------------

    def _column(self, entry: Field, columns: Columns) -> _Column:
        return _Column(_header(entry, columns, self.lang), entry, self._note(entry), entry.required)

    def _table(self, table: Table, leads: str) -> list[_Column]:
        """The columns of a table's sheet, the lead's id first."""
        columns = Columns(table)
        id = self.model.fields[ID]
        words = [id.title.get(self.lang), *id.words, "lead_id", "lead"]
        header = next(word for word in words if names_lead(word, id.words, columns))
        first = _Column(header, id, self.say("lead", sheet=leads), True)
        return [first, *(self._column(entry, columns) for entry in table.fields.values())]

    def _note(self, entry: Field) -> str:
        """What is asked for, in which form and unit."""
        parts = [entry.ask.get(self.lang)] if entry.ask else []
        parts.append(self._kind(entry))
        parts += [text for text in (self._unit(entry), self._limits(entry)) if text]
        if entry.required:
            parts.append(self.say("required"))
        elif entry.default is None:
            parts.append(self.say("blank"))
        else:
            parts.append(self.say("default", value=self._value(entry)))
        return "\n".join(parts)

    def _kind(self, entry: Field) -> str:
        return self.say(str(entry.type)) if str(entry.type) in _WORDS else str(entry.type)

    def _unit(self, entry: Field) -> str:
        if entry.unit:
            return entry.unit.get(self.lang)
        return self.say("yuan") if entry.type.form == "money" else ""

    def _limits(self, entry: Field) -> str:
        if entry.type.kind is not Kind.NUMBER:
            return ""
        low, high = entry.min, entry.max
        form = entry.type.form
        if low is not None and high is not None:
            return f"{shown(low, form)} – {shown(high, form)}"
        if low is not None:
            return f"≥ {shown(low, form)}"
        return "" if high is None else f"≤ {shown(high, form)}"

    def _value(self, entry: Field) -> str:
        value = entry.default
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if entry.type.kind is Kind.DATE and isinstance(value, int):
            return date.fromordinal(value).isoformat()
        if isinstance(value, float):
            return shown(value, entry.type.form)
        values = value if isinstance(value, tuple) else (str(value),)
        return "、".join(self._word(entry, word) for word in values)

    def _word(self, entry: Field, word: str) -> str:
        """A word of a choice by its title, if that is read as this word."""
        title = entry.value_titles.get(word)
        text = title.get(self.lang).strip() if title else word
        many = entry.type.kind is Kind.CHOICES and re.search(r"[、,，;；|\n]", text)
        return word if many or not text else text

    # --- writing --------------------------------------------------------------------------------

    def format(self, **properties: object) -> Any:
        """A format of cells; each is made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def _sheet(self, page: Any, columns: Sequence[_Column]) -> None:
        """The header with its notes; below it, formats and checks for what is filled in."""
        page.freeze_panes(1, 1)
        page.set_row(0, 30)
        for number, column in enumerate(columns):
            entry = column.entry
            code = _FORMATS.get(entry.type.form if entry.type.kind is Kind.NUMBER else "", _TEXT)
            if entry.type.kind is Kind.DATE:
                code = _FORMATS["date"]
            page.set_column(number, number, _width(column.header), self.format(num_format=code))
            page.write_string(0, number, column.header, self._head(column.required))
            page.write_comment(0, number, column.note, {"x_scale": 2, "author": "groupbuy"})
            check = self._check(entry)
            if check:
                page.data_validation(1, number, _LAST_ROW, number, check)

    def _head(self, required: bool) -> Any:
        colours = {"bg_color": "#C00000", "font_color": "#FFFFFF"} if required else {}
        colours = colours or {"bg_color": "#DDEBF7", "font_color": "#000000"}
        return self.format(
            bold=True, text_wrap=True, valign="vcenter", border=1, num_format=_TEXT, **colours
        )

    def _check(self, entry: Field) -> dict[str, object] | None:
        """What is checked as a cell is typed; what is refused here, the reader refuses too."""
        type_ = entry.type
        wrong = self.say("wrong", what=self._kind(entry))[:255]
        # A warning can be passed over: 12.5万 is no number to Excel, and one to the reader.
        check: dict[str, object] = {"error_type": "warning", "error_message": wrong}
        if type_.kind in (Kind.CHOICE, Kind.CHOICES):
            words = tuple(self._word(entry, word) for word in type_.values)
            check |= {"validate": "list", "source": self._list(words)}
            if type_.kind is Kind.CHOICES:
                check["show_error"] = False  # several of them make a text that is not in the list
            return check
        if type_.kind is Kind.FLAG:
            words = (self.say("yes"), self.say("no"))
            return check | {"validate": "list", "source": self._list(words)}
        if type_.kind is Kind.DATE:
            check |= {"minimum": date(1900, 3, 1), "maximum": date(2999, 12, 31)}
            return check | {"validate": "date", "criteria": "between"}
        if type_.kind is Kind.NUMBER:
            low = -LARGEST if type_.low is None else type_.low
            high = LARGEST if type_.high is None else type_.high
            validate = "integer" if type_.form == "integer" else "decimal"
            check |= {"minimum": low, "maximum": high}
            return check | {"validate": validate, "criteria": "between"}
        return None

    def _list(self, words: tuple[str, ...]) -> str:
        """The range that holds a list; the same list stands there once."""
        if words not in self.lists:
            column = len(self.lists)
            for row, word in enumerate(words):
                self.choices.write_string(row, column, word)
            letters = letters_of(column + 1)
            self.lists[words] = f"={LISTS_SHEET}!${letters}$1:${letters}${len(words)}"
        return self.lists[words]

    def _about(self, page: Any, sheets: Iterable[tuple[str, Sequence[_Column]]]) -> None:
        """Every column of every sheet in a row."""
        heads = (
            "sheet",
            "column",
            "group",
            "name",
            "type",
            "words",
            "unit",
            "limits",
            "required",
            "ask",
        )
        widths = (14, 20, 20, 20, 24, 50, 8, 14, 10, 50, 40)
        for number, key in enumerate((*heads, "also")):
            page.set_column(number, number, widths[number], self.format(num_format=_TEXT))
            page.write_string(0, number, self.say(key), self._head(False))
        page.freeze_panes(1, 0)
        wrapped = self.format(text_wrap=True, valign="top", num_format=_TEXT)
        row = 0
        for title, columns in sheets:
            for column in columns:
                row += 1
                for number, text in enumerate((title, *self._explained(column))):
                    page.write_string(row, number, text[:32_767], wrapped)
        page.autofilter(0, 0, max(row, 1), len(heads))

    def _explained(self, column: _Column) -> list[str]:
        entry = column.entry
        words = (f"{self._word(entry, word)} ({word})" for word in entry.type.values)
        return [
            column.header,
            self.model.groups[entry.group].get(self.lang) if entry.group else "",
            entry.name,
            self._kind(entry),
            "、".join(words),
            self._unit(entry),
            self._limits(entry),
            "✓" if column.required else "",
            entry.ask.get(self.lang) if entry.ask else "",
            "、".join(word for word in entry.words if word not in (column.header, entry.name)),
        ]


def _workbook(content: BytesIO) -> Any:
    book = xlsxwriter().Workbook(content, {"in_memory": True, **TEXTS_STAY})
    book.set_properties({"created": _MADE, "author": "groupbuy"})
    return book


def _header(entry: Field, columns: Columns, lang: str) -> str:
    """The title, or another word for it where the title is not read as this entry."""
    for word in (entry.title.get(lang).strip(), *entry.words):
        found = columns.find(word) if word and not word.startswith("#") else None
        if found is not None and found.entry is entry and word.isprintable():
            return word
    return entry.name


def _leads_title(model: LeadModel, lang: str) -> str:
    """What the sheet of leads is called: not as a table of the model."""
    titles = (LEADS_SHEETS.get(lang, ""), *LEADS_SHEETS.values(), "线索", "customers", "Sheet1")
    return next(title for title in titles if title and table_called(title, model) is None)


def _sheet_title(table: Table, model: LeadModel, lang: str) -> str:
    """A title that Excel allows and that is read as this table."""
    for word in words_of(table.title.get(lang), table.title, (table.name, *table.aliases)):
        title = NOT_IN_TITLES.sub("", word).strip()[:LONGEST_TITLE]
        reserved = title.casefold() == "history" or title.startswith("#") or is_leads(title)
        if title and not reserved and table_called(title, model) == table.name:
            return title
    return table.name[:LONGEST_TITLE]


def _width(text: str) -> float:
    """The width of a column: that of its header, Chinese characters counted twice."""
    return min(max(10, 3 + sum(2 if ord(c) > 0x2E7F else 1 for c in text)), 30)
