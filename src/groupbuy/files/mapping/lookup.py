"""Look-ups in other files: key → value, and the keys that were looked for in vain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from groupbuy.errors import Problems, did_you_mean
from groupbuy.files.mapping.book import Book, Frame
from groupbuy.files.mapping.convert import commonest, written
from groupbuy.files.mapping.spec import Step
from groupbuy.model.names import listed, quote
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import read_text

_MOST_CLASHES = 5
_MOST_TOLD = 3
_Found = tuple[Any, str | None, Frame, int]
"""What orders the rows of a key, what is taken, and where it stands."""


@dataclass(eq=False)
class Index:
    """What one step of a look-up finds.

    `missed` counts the keys that are not there; `unread` says which rows can't be read.
    """

    step: Step
    label: str
    file: str
    found: dict[str, str | None] = field(default_factory=dict)
    missed: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)

    def get(self, key: str | None) -> str | None:
        """What stands under a key; a blank finds nothing, and is no miss."""
        if key is None:
            return None
        if key not in self.found:
            self.missed[key] += 1
            return None
        return self.found[key]

    @property
    def notes(self) -> list[str]:
        """What was looked for in vain, and what could not be read, in words."""
        notes = []
        if self.unread:
            rows = "1 row" if len(self.unread) == 1 else f"{len(self.unread):,} rows"
            notes.append(f"{self.label}: {rows} can't be looked up: {self.unread[0]}")
        if self.missed:
            told = []
            for key, count in self.missed.most_common(_MOST_TOLD):
                hint = did_you_mean(key, self.found)
                told.append(f"{quote(key)} ({count:,}×" + (f"; {hint})" if hint else ")"))
            more = len(self.missed) - len(told)
            told += [f"{more:,} other words"] if more > 0 else []
            header = self.step.key.text
            notes.append(f"{self.label}: {self.file} has no {header} {', '.join(told)}; left blank")
        return notes


def build_index(step: Step, label: str, book: Book, problems: Problems) -> Index | None:
    """The index of one step; none, with problems, where it can't be made."""
    frames = book.frames(step.file)
    groups: dict[str, list[_Found]] = {}
    index = Index(step, label, listed(frame.name for frame in frames))
    complete = bool(frames)
    for frame in frames:
        complete = _collect(index, frame, groups, problems) and complete
    if not complete:
        return None
    clashes = 0
    for key, rows in groups.items():
        index.found[key] = _picked(step, rows)
        values = dict.fromkeys(value for _, value, _, _ in rows if value is not None)
        if step.pick != "only" or len(values) < 2:
            continue
        clashes += 1
        if clashes <= _MOST_CLASHES:
            second = next(row for row in rows if row[1] == list(values)[1])
            message = f"{quote(key)} has several {step.take.text} in {index.file}: "
            message += " and ".join(quote(value) for value in list(values)[:2])
            message += f" (line {second[3]})"
            hint = "which of them counts? pick: first, last or most"
            problems.add("mapping-lookup", message, step.at, hint)
    return None if clashes else index


def _collect(
    index: Index, frame: Frame, groups: dict[str, list[_Found]], problems: Problems
) -> bool:
    """Sort the rows of one sheet under their keys; whether everything was there."""
    step = index.step
    key, take = frame.need(step.key, problems), frame.need(step.take, problems)
    order = frame.need(step.order, problems) if step.order else None
    counts = frame.condition(step.where, problems) if step.where else None
    missing = (step.order and order is None) or (step.where and counts is None)
    if key is None or take is None or missing:
        return False
    for number, row in enumerate(frame.sheet.rows):
        ragged = frame.sheet.ragged(row)
        if ragged is not None:
            index.unread.append(f"{frame.place(row).short}: {ragged.message}")
            continue
        try:
            if counts is not None and counts(row.cells) is not True:
                continue
            word = read_text(row.cells[key])
            value = written(frame.reader(take)(row.cells[take]))
            by = number if order is None else frame.reader(order)(row.cells[order])
        except ValueProblem as problem:
            index.unread.append(f"{frame.place(row).short}: {problem.message}")
            continue
        if word is not None:
            groups.setdefault(word, []).append((by, value, frame, row.line))
    return True


def _picked(step: Step, rows: list[_Found]) -> str | None:
    """The value that counts; blanks don't."""
    given = [row for row in rows if row[1] is not None]
    if not given:
        return None
    if step.order is not None:
        # A row without a date comes before all others; what is equal stays in the file's order.
        given.sort(key=lambda row: (row[0] is not None, row[0] if row[0] is not None else 0))
    if step.pick == "last":
        return given[-1][1]
    if step.pick == "most":
        return commonest(row[1] for row in given if row[1] is not None)
    return given[0][1]
