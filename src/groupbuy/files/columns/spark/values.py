"""Columns of a DataFrame → columns of the model, as SQL text.

As in `files.columns.typed`: what is written plainly is read by expressions, every other spelling
is collected once and read by the field's own reader. Plain means less here, because Java trims and
normalizes texts in its own way: what only might be read otherwise is collected, too.
"""

from __future__ import annotations

from groupbuy.compile.columns.spark_sql import literal
from groupbuy.files.columns.typed import (
    LONG_TEXT,
    PLAIN_DATE,
    PLAIN_NUMBER,
    UNIX_EPOCH,
    Read,
    dtype_of,
    kept,
)
from groupbuy.model.entries import Field
from groupbuy.model.numbers import LARGEST
from groupbuy.tree.types import Kind

# Characters that no normal form changes and that no reader strips or refuses.
_SAFE = (
    "\\x20-\\x7e\\u00a1-\\u00ac\\u00ae-\\u02ff\\u0400-\\u0482\\u048a-\\u052f\\u2010-\\u2027"
    "\\u2030-\\u205e\\u2460-\\u24ff\\u25a0-\\u25ff\\u3001-\\u3029\\u3030-\\u303f\\u3041-\\u3096"
    "\\u309b-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff60\\uffe0-\\uffe6"
)
PLAIN_TEXT = f"^[{_SAFE}]*\\z"
TYPES = {"Float64": "DOUBLE", "Boolean": "BOOLEAN", "String": "STRING"}


def sql_type(entry: Field) -> str:
    """How Spark keeps the values of a field."""
    return TYPES[str(dtype_of(entry))]


class Value:
    """One column of the file: its raw value, whether it is plain, and what it then is."""

    def __init__(self, read: Read, here: str) -> None:
        """`here` is the column's expression in the frame."""
        self.read, self.here = read, here
        self.kind = read.entry.type.kind

    @property
    def raw(self) -> str:
        """The value as texts, or as the numbers, flags and days that the column holds."""
        read = self.read
        if read.dtype.base_type().__name__ == "List":
            text = f"ARRAY_JOIN(CAST({self.here} AS ARRAY<STRING>), '、')"
            return f"CASE WHEN SIZE({self.here}) = 0 THEN '-' ELSE {text} END"
        if read.numeric:
            number = f"CAST({self.here} AS DOUBLE)"
            finite = f"ABS({number}) < CAST('Infinity' AS DOUBLE)"  # NaN is the largest in Spark
            return f"CASE WHEN {finite} THEN {number} END"
        if read.dated or self.is_flag:
            return self.here
        return f"CAST({self.here} AS STRING)"

    @property
    def is_flag(self) -> bool:
        """Whether the file has flags, and flags are wanted."""
        return bool(self.read.dtype.base_type().__name__ == "Boolean" and self.kind is Kind.FLAG)

    @property
    def learns(self) -> bool:
        """Whether there can be spellings that have to be read one by one."""
        return not (self.read.dated or self.is_flag)

    def plain(self, raw: str) -> tuple[str, str]:
        """The value of what is written plainly, and whether it is: never null."""
        read, type = self.read, sql_type(self.read.entry)
        if read.dated:
            day = f"CAST(UNIX_DATE(CAST({raw} AS DATE)) + {UNIX_EPOCH} AS DOUBLE)"
            return day, "TRUE"
        if self.is_flag:
            return raw, "TRUE"
        if read.numeric:
            return f"({raw} + 0.0D)", f"({raw} IS NULL OR {self.in_bounds(raw)})"
        blank = f"(COALESCE(TRIM({raw}), '') = '')"
        if self.kind is Kind.NUMBER and not read.unit:
            number = f"TRY_CAST({raw} AS DOUBLE)"
            fits = f"RLIKE({raw}, {literal(_whole(PLAIN_NUMBER))})"
            return f"({number} + 0.0D)", f"({blank} OR ({fits} AND {self.in_bounds(number)}))"
        if self.kind is Kind.DATE:
            date = f"TRY_CAST({raw} AS DATE)"
            year = f"COALESCE(YEAR({date}) BETWEEN 1900 AND 2999, FALSE)"
            fits = f"(RLIKE({raw}, {literal(_whole(PLAIN_DATE))}) AND {year})"
            day = f"CAST(UNIX_DATE({date}) + {UNIX_EPOCH} AS DOUBLE)"
            return f"CASE WHEN {fits} THEN {day} END", f"({blank} OR {fits})"
        if self.kind is Kind.TEXT:
            safe = f"RLIKE({raw}, {literal(PLAIN_TEXT)}) AND TRIM({raw}) = {raw}"
            fits = f"({safe} AND CHAR_LENGTH({raw}) <= {LONG_TEXT})"
            return f"NULLIF({raw}, '')", f"({blank} OR {fits})"
        if self.kind is Kind.CHOICE:
            words = ", ".join(literal(word) for word in read.entry.type.values)
            fits = f"COALESCE({raw} IN ({words}), FALSE)"
            return f"CASE WHEN {fits} THEN {raw} END", f"({blank} OR {fits})"
        return f"CAST(NULL AS {type})", blank

    def in_bounds(self, number: str) -> str:
        """Whether a number is one that the field takes as it stands; never null."""
        type = self.read.entry.type
        low = -LARGEST if type.low is None else max(type.low, -LARGEST)
        high = LARGEST if type.high is None else min(type.high, LARGEST)
        if type.form == "percent" and type.high is None:
            high = min(high, 1.0)
        inside = f"{number} BETWEEN {literal(float(low))} AND {literal(float(high))}"
        if type.form == "integer":
            inside += f" AND {number} = FLOOR({number})"
        return f"COALESCE({inside}, FALSE)"

    def value(self, raw: str, learnt: str | None) -> str:
        """The field's value; `learnt` is the column of what its reader made of a spelling."""
        found, plain = self.plain(raw)
        blank = ""
        if self.learns and not self.read.numeric:
            blank = f"WHEN COALESCE(TRIM({raw}), '') = '' THEN NULL "
        other = f"ELSE {learnt} " if learnt else ""
        text = f"CASE {blank}WHEN {plain} THEN {found} {other}END"
        type = sql_type(self.read.entry)
        if self.read.entry.default is not None:
            default = literal(kept(self.read.entry.default))
            return f"COALESCE(CAST({text} AS {type}), CAST({default} AS {type}))"
        return f"CAST({text} AS {type})"


def _whole(pattern: str) -> str:
    """A pattern whose end is the end of the text: Java's `$` also stands before a last newline."""
    return pattern.removesuffix("$") + "\\z"
