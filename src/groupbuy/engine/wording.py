"""How values are written: in texts for people, and as plain data in results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from groupbuy.texts import Text
from groupbuy.tree.nodes import NONE
from groupbuy.tree.types import Kind, Type

UNKNOWN_WORD = {"en": "unknown", "zh": "未知"}
NONE_WORD = {"en": "–", "zh": "–"}
FLAG_WORDS = {"en": ("yes", "no"), "zh": ("是", "否")}
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
DIGITS = 12


def plain(value: Any, type: Type) -> Any:
    """A value in results: numbers to 12 digits, dates in ISO form, none and unknown as null."""
    if value is None or value is NONE:
        return None
    if type.kind is Kind.DATE:
        return iso(value)
    if type.kind is Kind.DATES:
        return [iso(day) for day in value]
    if type.kind is Kind.NUMBER:
        return tidy(value)
    return list(value) if isinstance(value, tuple) else value


def tidy(value: float) -> float | int:
    """A number to 12 digits; whole numbers without a decimal point."""
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def iso(day: int) -> str:
    """A day number as 2026-01-31."""
    return date.fromordinal(day).isoformat()


def spoken(
    value: Any, type: Type, lang: str, currency: str, words: Mapping[str, Text] | None = None
) -> str:
    """A value inside a sentence."""
    if value is None:
        return UNKNOWN_WORD[lang]
    if value is NONE:
        return NONE_WORD[lang]
    if type.kind is Kind.NUMBER:
        return spoken_number(value, type, currency)
    if type.kind is Kind.DATE:
        return iso(value)
    if type.kind is Kind.FLAG:
        return FLAG_WORDS[lang][0 if value is True else 1]
    if type.kind is Kind.DATES:
        return ", ".join(iso(day) for day in value)
    titles = words or {}

    def title(word: str) -> str:
        found = titles.get(word)
        return found.get(lang) if found else word

    if isinstance(value, tuple):
        return ("、" if lang == "zh" else ", ").join(title(word) for word in value)
    return title(value)


def spoken_number(value: float, type: Type, currency: str) -> str:
    """A number with separators and at most two decimals; a percent as 95%."""
    if type.form == "percent":
        return f"{tidy(round(value * 100, 1)):,}%"
    rounded = round(value, 2) if abs(value) >= 0.01 else float(f"{value:.2g}")
    text = f"{tidy(rounded):,}"
    if type.form == "money":
        sign = "-" if text.startswith("-") else ""
        return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{text.lstrip('-')}"
    return text
