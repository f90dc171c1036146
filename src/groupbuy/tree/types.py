"""Types of expressions. A type says what a value can be, never whether it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """What can be compared with what."""

    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    DATES = "dates"
    TABLE = "table"


Form = Literal["number", "integer", "percent", "money"]


@dataclass(frozen=True)
class Type:
    """The type of an expression.

    `form` is how a number is shown and which slips are refused (0.95 is a percent, 95 is not).
    `exact` numbers were read, not computed: they are compared to the last digit.
    `low` and `high` are the declared bounds of a number.
    `values` are the words of a choice, in order where `ordered`.
    `open` marks a name whose unknown still says what it could be: a score keeps a low and a high
    end (`name.low`, `name.high`), a grade the words that are left.
    """

    kind: Kind
    form: Form = "number"
    exact: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    ordered: bool = False
    open: bool = False

    def __str__(self) -> str:
        """The word for the user: `money`, `choice`, `date`."""
        return self.form if self.kind is Kind.NUMBER else self.kind.value

    def computed(self) -> Type:
        """The type of a number that was computed from this one: no longer exact, no bounds."""
        return replace(self, exact=False, low=None, high=None, open=False)


def number(form: Form = "number", low: float | None = None, high: float | None = None) -> Type:
    """A number that is read."""
    return Type(Kind.NUMBER, form=form, exact=True, low=low, high=high)


def choice(values: tuple[str, ...], *, ordered: bool = False, open: bool = False) -> Type:
    """One word of a list; `ordered` words compare with `<`."""
    return Type(Kind.CHOICE, values=values, ordered=ordered, open=open)


def choices(values: tuple[str, ...]) -> Type:
    """Any number of words of a list."""
    return Type(Kind.CHOICES, values=values)


FLAG = Type(Kind.FLAG)
TEXT = Type(Kind.TEXT)
DATE = Type(Kind.DATE)
DATES = Type(Kind.DATES)
TABLE = Type(Kind.TABLE)
COMPUTED = Type(Kind.NUMBER)
COUNT = Type(Kind.NUMBER, form="integer", exact=True, low=0)


@dataclass(frozen=True)
class TableType:
    """The columns of a table, and which of them orders (`first`, `last`) or names its rows."""

    columns: tuple[tuple[str, Type], ...]
    order: str | None = None
    key: str | None = None

    def column(self, name: str) -> Type | None:
        """The type of a column, or none where the table has no such column."""
        return dict(self.columns).get(name)
