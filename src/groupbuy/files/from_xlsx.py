"""Leads in an Excel workbook: one row each; their tables stand in sheets of their own.

The sheet called leads (客户, 线索) has the leads, else the first that people see and that is no
table. A sheet that is called as a table is (orders, 订单) has its rows, with a column that holds
the lead's id. Other sheets, and hidden ones, are left out, which `notes` say.

Reading takes nothing but the standard library. python-calamine would be three times faster, but
it ends the whole program on a sheet with one cell in its last corner, shows error cells as blank
and hides number formats; openpyxl needs two passes to tell a formula without a value from a blank
and knows merged cells only with the whole workbook in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groupbuy.errors import Location, Problems, did_you_mean
from groupbuy.files.record import Record
from groupbuy.files.sheet_records import records_of_rows
from groupbuy.files.tables import join_rows, lead_column
from groupbuy.model.lead import Columns
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import fold, quote
from groupbuy.sheets.sheet import names_lead
from groupbuy.sheets.text import read_bytes
from groupbuy.sheets.xlsx_book import Book, SheetInfo
from groupbuy.sheets.xlsx_cells import Cells
from groupbuy.sheets.xlsx_sheet import checked, find_header, read_rows

LEADS_SHEETS = {"en": "Leads", "zh": "客户"}
"""What the sheet of leads is called in a blank workbook."""
ABOUT_SHEETS = {"en": "Fields", "zh": "字段说明"}
"""What the sheet is called there that explains the fields; it is left out without a word."""
LISTS_SHEET = "_lists"
"""The hidden sheet there that the lists to choose from stand in."""

_LEADS = {
    fold(word)
    for word in (
        *LEADS_SHEETS.values(),
        *("lead", "customer", "customers", "accounts"),
        *("线索", "客户表", "客户名单", "客户信息", "客户资料", "客户清单", "线索表", "线索清单"),
    )
}
_UNSAID = {fold(word) for word in (*ABOUT_SHEETS.values(), LISTS_SHEET)}
_LONGEST_TITLE = 31


def read(path: Path, model: LeadModel, problems: Problems, notes: list[str]) -> list[Record]:
    """The records of a workbook, their tables joined. Raises `GroupbuyError` for no workbook."""
    return read_content(str(path), read_bytes(path, "workbook"), model, problems, notes)


def read_content(
    name: str, content: bytes, model: LeadModel, problems: Problems, notes: list[str]
) -> list[Record]:
    """The records of the bytes of a workbook that is shown as `name`."""
    book = Book(name, content)
    leads, tables = _sheets(book, model, notes)
    if leads is None:
        message = "no sheet of this workbook has leads"
        hint = f"call the sheet with the leads {quote(LEADS_SHEETS['zh'])} or leads"
        problems.add("xlsx-no-leads", message, Location(name), hint)
        return []
    records = _leads(book, leads, model, problems, notes)
    seen: dict[str, str] = {}
    bare: list[str] = []
    for sheet, table in tables:
        if table in seen:
            message = f"two sheets have {table}: {quote(seen[table])} and {quote(sheet.title)}"
            at = Location(f"{name}:{sheet.title}")
            problems.add("xlsx-sheets", message, at, "put all the rows into one of them")
            continue
        seen[table] = sheet.title
        if not _join(book, sheet, table, records, model, problems, notes):
            bare.append(sheet.title)
    if bare:
        which = ", ".join(quote(title) for title in bare)
        notes.append(f"{name}: nothing is known from sheets without rows: {which}")
    return records


def join(
    path: Path,
    table: str,
    records: Iterable[Record],
    model: LeadModel,
    problems: Problems,
    notes: list[str],
) -> None:
    """Give each record its rows of a workbook that holds one table, in its first visible sheet."""
    book = Book(str(path), read_bytes(path, "workbook"))
    sheets = [sheet for sheet in book.sheets if sheet.visible]
    named = [sheet for sheet in sheets if table_called(sheet.title, model) == table]
    for sheet in [*named, *sheets][:1]:
        _join(book, sheet, table, records, model, problems, notes)


def is_leads(title: str) -> bool:
    """Whether a sheet of this title has leads, wherever it stands."""
    return fold(title) in _LEADS


def table_called(title: str, model: LeadModel) -> str | None:
    """The table that a sheet holds by its title, which Excel cuts at 31 characters."""
    name = model.resolve(title)
    if name is None and len(title) == _LONGEST_TITLE:
        words = {t.name for t in model.tables.values() for w in t.words if w.startswith(title)}
        name = words.pop() if len(words) == 1 else None
    return name if name in model.tables else None


def _sheets(
    book: Book, model: LeadModel, notes: list[str]
) -> tuple[SheetInfo | None, list[tuple[SheetInfo, str]]]:
    """The sheet of leads, and those of tables with their tables; the others are noted."""
    visible, tables = [], []
    for sheet in book.sheets:
        if fold(sheet.title) in _UNSAID or sheet.title.startswith("#"):
            continue
        if not sheet.visible:
            notes.append(f"{book.name}: the sheet {quote(sheet.title)} is hidden, and not read")
            continue
        table = table_called(sheet.title, model)
        if table is None:
            visible.append(sheet)
        else:
            tables.append((sheet, table))
    leads = next((s for s in visible if is_leads(s.title)), visible[0] if visible else None)
    for sheet in visible:
        if sheet is not leads:
            words = [word for table in model.tables.values() for word in table.words]
            hint = did_you_mean(sheet.title, words)
            more = f", {hint}" if hint else ""
            note = f"{book.name}: the sheet {quote(sheet.title)} is not read: it is no table{more}"
            notes.append(note)
    return leads, tables


def _leads(
    book: Book, info: SheetInfo, model: LeadModel, problems: Problems, notes: list[str]
) -> list[Record]:
    columns = Columns(model)
    cells = Cells(book, info)
    found = find_header(cells, columns, lambda word: model.resolve(word) == ID, problems, notes)
    if found is None:
        return []
    sheet, rows = found
    meanings = checked(sheet, columns, problems)
    if meanings is None:
        return []
    read_rows(sheet, rows, cells, meanings, problems, notes)
    return records_of_rows(sheet, columns)


def _join(
    book: Book,
    info: SheetInfo,
    table: str,
    records: Iterable[Record],
    model: LeadModel,
    problems: Problems,
    notes: list[str],
) -> bool:
    """Give each record its rows, if there are any: a sheet without has not been filled in."""
    columns = Columns(model.tables[table])
    cells = Cells(book, info)
    names = model.fields[ID].words

    found = find_header(
        cells, columns, lambda word: names_lead(word, names, columns), problems, notes
    )
    if found is None:
        return True
    sheet, rows = found
    position = lead_column(sheet, table, columns, model, problems)
    if position is None:
        return True
    meanings = checked(sheet, columns, problems, table=table, besides=position)
    if meanings is None:
        return True
    read_rows(sheet, rows, cells, meanings, problems, notes)
    if sheet.rows:
        join_rows(sheet, position, table, records, model, problems)
    return bool(sheet.rows)
