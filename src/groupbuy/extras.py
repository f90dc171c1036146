"""Libraries that only some features need: what to do where one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from groupbuy.errors import GroupbuyError, Problem


def xlsxwriter() -> Any:
    """The library that writes workbooks. Raises `GroupbuyError` without the extra `xlsx`."""
    try:
        return import_module("xlsxwriter")
    except ImportError:
        message = "writing .xlsx needs the extra `xlsx` (XlsxWriter)"
        hint = "pip install 'groupbuy[xlsx]'"
        raise GroupbuyError(Problem("extra-missing", message, None, hint)) from None


def pygls() -> None:
    """See that the library of language servers is there.

    Raises `GroupbuyError` without the extra `lsp`.
    """
    try:
        import_module("pygls.lsp.server")
    except ImportError:
        message = "the language server needs the extra `lsp` (pygls 2)"
        hint = "pip install 'groupbuy[lsp]'"
        raise GroupbuyError(Problem("extra-missing", message, None, hint)) from None


TEXTS_STAY = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
"""Options of a workbook: a text is written as a text, whatever it begins with."""
