"""A quotation as a workbook, by xlsxwriter (extra `xlsx`): numbers as numbers, texts as texts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from groupbuy.api.commands import needed
from groupbuy_proposals.document import Offered, name_of
from groupbuy_proposals.template import plain

HEADS = {
    "zh": (
        *("序号", "货号", "品名", "品类", "单位", "每人", "数量", "其中备份", "含税单价"),
        *("不含税金额", "税率", "税额", "价税合计"),
    ),
    "en": (
        *("No.", "SKU", "Item", "Category", "Unit", "Each", "Quantity", "of it spare"),
        *("Unit price incl. VAT", "Net", "VAT rate", "VAT", "Total"),
    ),
}
TOTAL = {"zh": "合计", "en": "Total"}
WIDTHS = (6, 12, 30, 12, 7, 7, 9, 9, 13, 14, 8, 13, 14)
_SHEET = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def check() -> None:
    """Raises `GroupbuyError` where the extra is missing."""
    needed("xlsxwriter", "xlsx", "a quotation workbook", of="groupbuy-proposals")


def xlsx_file(customer: str, offered: Sequence[Offered], lang: str, day: date) -> bytes:
    """The workbook: a sheet for each package."""
    module = needed("xlsxwriter", "xlsx", "a quotation workbook", of="groupbuy-proposals")
    out = io.BytesIO()
    # Texts stay texts: no formula, no link, no number is made of them.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = module.Workbook(out, options)
    book.set_properties(
        {"title": plain(customer)[:255], "created": datetime(day.year, day.month, day.day)}
    )
    used: set[str] = set()
    for each in offered:
        _sheet(book, customer, each, _sheet_name(each, used), lang)
    book.close()
    return out.getvalue()


def _sheet_name(offered: Offered, used: set[str]) -> str:
    """A name that workbooks allow, and that no other sheet has."""
    title = offered.title if offered.group is None else f"{offered.title} {offered.group}"
    base = " ".join(plain(title).translate(_SHEET).split())[:28] or "1"
    name, number = base, 1
    while name.casefold() in used or name.casefold() == "history":
        number += 1
        name = f"{base[:25]} {number}"
    used.add(name.casefold())
    return name


def _sheet(book: Any, customer: str, offered: Offered, name: str, lang: str) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#F5F8FB", "bottom": 1, "text_wrap": True})
    strong = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00"})
    strong_money = book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
    percent = book.add_format({"num_format": "0%"})
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    title = offered.title if offered.group is None else f"{offered.title} · {offered.group}"
    sheet.write_string(0, 0, f"{plain(customer)} · {plain(title)}", strong)
    for column, word in enumerate(HEADS[lang]):
        sheet.write_string(2, column, word, head)
    row = 3
    for number, line in enumerate(offered.package.lines, 1):
        texts = (line.item.sku, name_of(line, lang), line.item.category, line.item.unit)
        sheet.write_number(row, 0, number)
        for column, text in enumerate(texts, 1):
            sheet.write_string(row, column, plain(text))
        for column, whole in enumerate((line.per_head, line.quantity, line.spare), 5):
            sheet.write_number(row, column, whole)
        if line.unit_price is not None:
            sheet.write_number(row, 8, _number(line.unit_price), money)
        sheet.write_number(row, 9, _number(line.amount.net), money)
        sheet.write_number(row, 10, _number(line.vat_rate), percent)
        sheet.write_number(row, 11, _number(line.amount.vat), money)
        sheet.write_number(row, 12, _number(line.amount.gross), money)
        row += 1
    total = offered.package.total
    sheet.write_string(row, 2, TOTAL[lang], strong)
    for column, amount in ((9, total.net), (11, total.vat), (12, total.gross)):
        sheet.write_number(row, column, _number(amount), strong_money)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _number(amount: Decimal) -> float:
    """What a spreadsheet holds: exact to the cent up to 90 trillion."""
    return float(amount)
