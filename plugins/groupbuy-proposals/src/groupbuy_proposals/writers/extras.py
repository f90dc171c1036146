"""What formats need beside groupbuy, and the error where it is not there."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from groupbuy.api import GroupbuyError, Problem


def needed(module: str, extra: str, what: str) -> ModuleType:
    """A module of an extra. Raises `GroupbuyError` that names the extra."""
    try:
        return import_module(module)
    except ImportError:
        hint = f'pip install "groupbuy-proposals[{extra}]"'
        message = f"{what} needs the extra {extra}, which is not installed"
        raise GroupbuyError(Problem("extra-missing", message, None, hint)) from None
