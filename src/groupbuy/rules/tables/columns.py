"""The head of a table: which row it is, and what each column holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from groupbuy.errors import Location, Problems, did_you_mean
from groupbuy.language.syntax import python_of
from groupbuy.model.names import fold, listed, quote
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.tables.conditions import Asked
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.sections.base import TEXT_KEYS
from groupbuy.sections.forms.cases import ELSE
from groupbuy.sheets.grid import Grid, GridRow
from groupbuy.sheets.sheet import HEADER_WITHIN, Fault
from groupbuy.texts import LANGUAGES
from groupbuy.tree.types import Kind

NAME = "name"
FORMS = ("rows", "bands", "cases")
"""What a table can hold."""

WORDS: Mapping[str, tuple[str, ...]] = {
    NAME: ("名称",),
    "when": ("条件",),
    "from": ("起点",),
    "value": ("取值", "值"),
    "points": ("分值",),
    "before": ("排在前",),
    "title": ("标题",),
    "because": ("理由",),
    "source": ("出处",),
    "owner": ("负责人",),
    "do": ("做法",),
    "who": ("谁来做",),
    "due": ("期限",),
    "tags": ("标签",),
    "allow": (),
}
"""The keys of an item that can have a column, and what else their heads can be called."""

_COMMON = ("title", "because", "source", "allow")
KEYS: Mapping[str, tuple[str, ...]] = {
    "rows": (NAME, "when", "value", "points", "before", *_COMMON),
    "bands": (NAME, "from", "value", "points", *_COMMON),
    "cases": ("value", "points", *_COMMON),
    "moves": ("do", "who", "due", *_COMMON, "owner", "tags"),
}
"""The keys that an item of each form can have; `moves` are the cases of a play."""


@dataclass(frozen=True)
class Column:
    """What one column holds.

    It is a key of the item (`path`: `("because", "zh")`), a condition (`asked`, with `axis` the
    position of the choice that tells cases apart), or the values for one `word` of the other
    choice of a matrix.
    """

    number: int
    at: Location
    path: tuple[str, ...] = ()
    asked: Asked | None = None
    axis: int | None = None
    word: str | None = None


@dataclass(frozen=True)
class Form:
    """What a table is to hold: a form, and the choices that tell its cases apart."""

    key: str
    axes: tuple[str, ...] = ()
    moves: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that an item can have."""
        return KEYS["moves" if self.moves else self.key]


@dataclass(frozen=True)
class Head:
    """The columns of a table, and the rows below its head."""

    row: GridRow
    columns: Sequence[Column]
    body: Sequence[GridRow]

    def column(self, *path: str) -> Column | None:
        """The column of a key."""
        return next((column for column in self.columns if column.path == path), None)


def read_head(grid: Grid, form: Form, vocabulary: Vocabulary, problems: Problems) -> Head | None:
    """What the columns hold; none, and problems, where that can't be told."""
    number = _head_row(grid, form, vocabulary)
    if number is None:
        first = grid.rows[0]
        message = f"none of the first {HEADER_WITHIN} rows names the columns of {form.key}:"
        hint = f"write {', '.join(_wanted(form))} above the columns"
        problems.add("table-header", message, grid.place(first.number, min(first.cells)), hint)
        return None
    before = len(problems.found)
    row = grid.rows[number]
    reading = _Reading(grid, form, vocabulary, problems)
    reading.read(row)
    reading.check(row)
    if len(problems.found) > before:
        return None
    return Head(row, reading.columns, grid.rows[number + 1 :])


def said_by(head: str) -> str:
    """What counts of a head: its last line. Above it stands what people call the column."""
    return head.strip().splitlines()[-1].strip() if head.strip() else ""


def key_of(word: str) -> tuple[str, ...] | None:
    """The key that a head names: `because`, `because.zh`, `理由.zh`."""
    first, _, rest = word.partition(".")
    for key, others in WORDS.items():
        if fold(first) in map(fold, (key, *others)):
            return (key, rest.strip()) if rest else (key,)
    return None


def _wanted(form: Form) -> list[str]:
    if form.key == "cases":
        return [*form.axes, "do" if form.moves else "value"]
    return [NAME, "from", "value"] if form.key == "bands" else [NAME, "when", "value"]


_TELLING = frozenset(((NAME,), ("when",), ("from",), ("value",), ("points",), ("do",)))
"""Heads that stand in no row but the head."""


def _head_row(grid: Grid, form: Form, vocabulary: Vocabulary) -> int | None:
    """The first row that has a head of the form, or else the first that names something."""
    axes = {vocabulary.resolve(axis) or axis for axis in form.axes}
    best = None
    for number, row in enumerate(grid.rows[:HEADER_WITHIN]):
        if row.is_remark:
            continue
        words = [said_by(cell) for cell in row.cells.values() if isinstance(cell, str)]
        words = [word for word in words if word and len(word) < 200]
        if any(key_of(word) in _TELLING for word in words):
            return number
        names = {vocabulary.resolve(word.strip("() ")) for word in words} - {None}
        if names & axes:
            return number
        if best is None and names and form.key == "rows":
            best = number
    return best


class _Reading:
    """Reads the cells of a head, one after another."""

    def __init__(self, grid: Grid, form: Form, vocabulary: Vocabulary, problems: Problems) -> None:
        self.grid, self.form, self.vocabulary = grid, form, vocabulary
        self.problems = problems
        self.columns: list[Column] = []
        self.axes = [vocabulary.resolve(axis) or axis for axis in form.axes]
        self.strangers: list[tuple[Column, str]] = []

    def read(self, row: GridRow) -> None:
        """Take every head of the row."""
        for number, cell in sorted(row.cells.items(), key=lambda item: item[0]):
            at = self.grid.place(row.number, number)
            if isinstance(cell, Fault):
                self.problems.add(cell.code, cell.message, at, cell.hint)
            elif not cell.lstrip().startswith(("#", "＃")):
                self.one(said_by(cell), Column(number, at))

    def one(self, word: str, column: Column) -> None:
        """Take one head."""
        bare = word[1:-1].strip() if word[:1] == "(" and word[-1:] == ")" else word
        name = self.vocabulary.resolve(bare)
        known = name or bare
        if known in self.axes:
            asked = Asked(known, self.vocabulary.field(known))
            self.add(replace(column, asked=asked, axis=self.axes.index(known)), word)
            return
        path = key_of(word)
        if path is not None and path[0] in self.form.keys and self._fits(path):
            self.add(replace(column, path=path), word)
        elif self.form.key == "cases":
            self.strangers.append((column, word))
        elif self.form.key == "bands":
            self.unknown(column, word)
        elif name is not None:
            self.add(replace(column, asked=Asked(name, self.vocabulary.field(name))), word)
        else:
            expression = self.expression(word, column.at)
            if expression is not None:
                self.add(replace(column, asked=Asked(expression)), word)

    def _fits(self, path: tuple[str, ...]) -> bool:
        if len(path) == 1:
            return path[0] != "allow"
        return path[0] == "allow" or (path[0] in TEXT_KEYS and path[1] in LANGUAGES)

    def expression(self, word: str, at: Location) -> str | None:
        """A head that asks about more than one name: `budget / headcount`."""
        tree = python_of(word)
        if tree is None:
            self.unknown(Column(0, at), word)
            return None
        name = self.vocabulary.unknown(tree)
        if name is None:
            return word
        if name == word:
            self.unknown(Column(0, at), word)
        else:
            message = f'nothing is called "{name}"'
            self.problems.add("unknown-name", message, at, self.vocabulary.near(name))
        return None

    def unknown(self, column: Column, word: str) -> None:
        """A head that means nothing here."""
        hint = self.vocabulary.near(word, self._heads()) if self.form.key == "rows" else None
        if hint is None:
            hint = did_you_mean(word, self._heads())
        hint = hint or f"columns of {self.form.key}: {listed(self._heads(), 20)}"
        message = f"the head {quote(word)} means nothing here"
        self.problems.add("table-column", message, column.at, hint)

    def _heads(self) -> list[str]:
        return [*self.form.axes, *self.form.keys]

    def add(self, column: Column, word: str) -> None:
        """Keep a column that no other repeats."""
        for other in self.columns:
            same = other.path == column.path and other.word == column.word
            if same and _asked(other) == _asked(column):
                message = f"the head {quote(word)} stands here again; the first is {other.at}"
                self.problems.add("table-column", message, column.at, "keep one of the two")
                return
        self.columns.append(column)

    # ── the head as a whole ──

    def check(self, row: GridRow) -> None:
        """A column for everything that the form needs, and nothing to spare."""
        at = self.grid.place(row.number, min(row.cells))
        if self.form.key == "cases":
            self.check_axes(at)
        elif self.form.key == "bands" and not self.has("from"):
            self.missing("from", at, "where a band begins")
        keyed = self.has(NAME) or self.has("value") or self.has("points")
        if self.form.key != "cases" and not keyed and not self.problems.found:
            self.missing(NAME, at, "what a row is called")

    def check_axes(self, at: Location) -> None:
        """Every choice has a column, or the two of them make a matrix."""
        found = {column.axis for column in self.columns if column.axis is not None}
        missing = [n for n in range(len(self.axes)) if n not in found]
        if len(self.axes) == 2 and len(missing) == 1 and self.strangers and not self.has("value"):
            self.matrix(missing[0])
            return
        for column, word in self.strangers:
            self.unknown(column, word)
        for axis in missing if not self.strangers else ():
            self.missing(self.form.axes[axis], at, "which case a row is")
        told = missing or self.strangers or self.form.moves
        if not (told or self.has("value") or self.has("points")):
            self.missing("value", at, "what counts in a case")

    def matrix(self, axis: int) -> None:
        """The heads that are left are the words of the other choice."""
        asked = Asked(self.axes[axis], self.vocabulary.field(self.axes[axis]))
        for column, word in self.strangers:
            try:
                proper = case_word(asked, word)
            except ValueProblem as problem:
                self.problems.add(problem.code, problem.message, column.at, problem.hint)
                continue
            self.add(replace(column, axis=axis, word=proper), word)

    def has(self, key: str) -> bool:
        """Whether a key has a column."""
        return any(column.path == (key,) for column in self.columns)

    def missing(self, name: str, at: Location, what: str) -> None:
        """A column that the form can't do without."""
        hint = f"add a column {quote(name)}"
        self.problems.add("table-column", f"no column says {what}", at, hint)


def case_word(asked: Asked, said: str) -> str:
    """The word of a choice that a cell or a head says. Raises `ValueProblem`."""
    field = asked.field
    if said == ELSE or field is None:
        return said
    if field.type.kind is Kind.FLAG:
        return "true" if field.read(said) else "false"
    if field.type.kind is Kind.CHOICES:
        found = field.read(said)
        if isinstance(found, tuple) and len(found) == 1:
            return str(found[0])
        raise ValueProblem(
            "value-choice", f"{quote(said)} is not one word", "one row for each word"
        )
    return str(field.read(said))


def _asked(column: Column) -> object:
    return (column.asked.expression if column.asked else None, column.axis)
