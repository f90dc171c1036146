"""Libraries that only some features need: what to do where one is missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from groupbuy.errors import GroupbuyError, Problem


def needed(module: str, extra: str, what: str, *, of: str = "groupbuy") -> ModuleType:
    """A module of an extra, which makes `what`; `of` is the package that has the extra.

    Raises `GroupbuyError` that names the extra.
    """
    try:
        return import_module(module)
    except ImportError:
        message = f"{what} needs the extra `{extra}` ({module})"
        hint = f"pip install '{of}[{extra}]'"
        raise GroupbuyError(Problem("extra-missing", message, None, hint)) from None


def pygls() -> None:
    """See that the library of language servers is there.

    Raises `GroupbuyError` without the extra `lsp`.
    """
    needed("pygls.lsp.server", "lsp", "the language server")


def xlsxwriter() -> ModuleType:
    """The library that writes workbooks. Raises `GroupbuyError` without the extra `xlsx`."""
    return needed("xlsxwriter", "xlsx", "writing .xlsx")


def z3() -> Any:
    """The library that proves. Raises `GroupbuyError` without the extra `prove`."""
    return needed("z3", "prove", "--prove")


TEXTS_STAY = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
"""Options of a workbook: a text is written as a text, whatever it begins with."""
