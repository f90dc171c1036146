"""A table of the rules as a sheet: its columns, what they are called and mean, and its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from groupbuy.authoring.tables.canonical import Part, canonical, parts_of
from groupbuy.authoring.tables.explain import Explained, Explainer
from groupbuy.authoring.tables.find import Held
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.tables.columns import FORMS, NAME, case_word
from groupbuy.rules.tables.conditions import ANY, Asked, condition, joined
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.sheets.xlsx_formats import MOST_DIGITS
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.nodes import Sequence as Nodes

MOST_CONDITIONS = 12
"""Columns of conditions; rules that ask about more are one condition a row."""

Cell = str | int | float


@dataclass(frozen=True)
class SheetColumn:
    """One column: what its head says and means, and whether its cells hold numbers."""

    explained: Explained
    cells: list[Cell] = field(default_factory=list)

    @property
    def numeric(self) -> bool:
        """Whether all of its cells are numbers."""
        filled = [cell for cell in self.cells if cell != ""]
        return bool(filled) and not any(isinstance(cell, str) for cell in filled)


@dataclass(frozen=True)
class TableSheet:
    """A table as columns of the same length."""

    title: str
    columns: Sequence[SheetColumn]

    @property
    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows, from the first one below the head."""
        return zip(*(column.cells for column in self.columns), strict=True)


def sheet_of(held: Held, vocabulary: Vocabulary, explainer: Explainer) -> TableSheet:
    """The sheet of a table. Raises `GroupbuyError` where a sheet can't hold all of it."""
    collection = held.collection
    if collection is None:
        message = f"{held.name} has no rows:, bands: or cases:"
        raise GroupbuyError(Problem("table-shape", message, held.at))
    layout = _Layout(held, vocabulary, explainer)
    lay_out = layout.cases if held.form.key == "cases" else layout.items
    return TableSheet(held.path[-1], lay_out(collection))


class _Layout:
    """Lays a table out."""

    def __init__(self, held: Held, vocabulary: Vocabulary, explainer: Explainer) -> None:
        self.held, self.vocabulary, self.explainer = held, vocabulary, explainer

    # ── rows and bands ──

    def items(self, collection: Mapping) -> list[SheetColumn]:
        """One row of the sheet for each row or band."""
        items = {key: self.mapping(node, key) for key, node in collection.items.items()}
        name = SheetColumn(self.explainer.key((NAME,), self.held), list(items))
        rows = list(items.values())
        conditions = self.conditions(rows) if self.held.form.key == "rows" else []
        return [name, *conditions, *self.fields(rows)]

    def mapping(self, node: Node, key: str) -> Mapping:
        if isinstance(node, Mapping):
            return node
        message = f"{key} of {self.held.name} can't stand in a sheet: it is {node.noun}"
        raise GroupbuyError(Problem("table-shape", message, node.at))

    def conditions(self, rows: Sequence[Mapping]) -> list[SheetColumn]:
        """A column for each thing that rows ask about, and one for what columns can't hold."""
        texts = [_written(row.get("when")) for row in rows]
        texts = [None if text is None else canonical(text, self.vocabulary) for text in texts]
        taken = [([], []) if text is None else parts_of(text) for text in texts]
        heads = list(dict.fromkeys(part.asked for parts, _ in taken for part in parts))
        if len(heads) > MOST_CONDITIONS:
            heads = []
        asked = {head: Asked(head, self.vocabulary.field(head)) for head in heads}
        columns: dict[str, list[Cell]] = {head: [] for head in heads}
        whole: list[Cell] = []
        for text, (parts, others) in zip(texts, taken, strict=True):
            found = self.row(text, parts, others, asked) if text is not None else None
            for head, column in columns.items():
                column.append("" if found is None else found.get(head, ""))
            rest, _ = joined(others)
            whole.append((rest if found is not None else text) or "")
        explained = {head: self.explainer.asked(asked[head]) for head in heads}
        made = [
            SheetColumn(explained[head], column)
            for head, column in columns.items()
            if any(cell != "" for cell in column)
        ]
        if any(whole) or not made:
            made.append(SheetColumn(self.explainer.key(("when",), self.held), whole))
        return made

    def row(
        self, text: str, parts: Sequence[Part], others: list[str], asked: dict[str, Asked]
    ) -> dict[str, str] | None:
        """What the cells of a row say, if that reads as the whole condition again."""
        cells: dict[str, str] = {}
        for head, column in asked.items():
            mine = [part for part in parts if part.asked == head]
            if len(mine) == 1:
                cell = self.cell(column, mine[0])
                if cell is None:
                    return None
                cells[head] = cell
            elif mine:
                cells[head] = " and ".join(part.cells[-1] for part in mine)
        if not cells:
            return None
        try:
            said = [condition(asked[head], cell) for head, cell in cells.items()]
        except ValueProblem:
            return None
        again, _ = joined([*(each for each in said if each is not None), *others])
        return cells if again == text else None

    def cell(self, asked: Asked, part: Part) -> str | None:
        """The first way to say a part that is read as it; words by their titles."""
        titled = [self.explainer.titled(asked, cell) for cell in part.cells[:1]]
        for cell in [*titled, *part.cells]:
            try:
                if condition(asked, cell) == part.text:
                    return cell
            except ValueProblem:
                continue
        return None

    # ── what else an item says ──

    def fields(self, items: Sequence[Mapping]) -> list[SheetColumn]:
        """A column for each other key that some item has."""
        own = [key for key in self.held.form.keys if key not in (NAME, "when")]
        found: dict[tuple[str, ...], list[Cell]] = {}
        for number, item in enumerate(items):
            for path, node in _leaves(item):
                if path[0] == "when" and self.held.form.key == "rows":
                    continue
                if path[0] not in own or len(path) > 2:
                    self.refuse(path, node)
                column = found.setdefault(path, [""] * len(items))
                column[number] = self.shown(path, node)
        order = sorted(found, key=lambda path: (own.index(path[0]), path[1:]))
        return [SheetColumn(self.explainer.key(path, self.held), found[path]) for path in order]

    def refuse(self, path: tuple[str, ...], node: Node) -> None:
        """What a sheet has no column for."""
        message = f"{self.held.name} can't be kept in a sheet: {'.'.join(path)} has no column there"
        hint = "keep it as YAML, or move that to an entry of its own"
        raise GroupbuyError(Problem("table-shape", message, node.at, hint))

    def shown(self, path: tuple[str, ...], node: Node) -> Cell:
        """What a cell holds for a value."""
        if isinstance(node, Nodes):
            return "、".join(str(item.data()) for item in node.items)
        assert isinstance(node, Scalar)
        value = node.value
        wordy = path[0] not in ("from", "value", "points", "due")
        if wordy or (path[0] == "value" and self.held.words):
            return value if isinstance(value, str) else node.text
        if isinstance(value, bool) or value is None:
            return node.text
        if isinstance(value, int | float):
            return value if _stays(value) else node.text
        return value

    # ── cases ──

    def cases(self, collection: Mapping) -> list[SheetColumn]:
        """One row of the sheet for each case, or a matrix of two choices."""
        axes = self.held.form.axes
        leaves = list(self.ends(collection, len(axes), ()))
        names = [self.vocabulary.resolve(axis) or axis for axis in axes]
        asked = [Asked(name, self.vocabulary.field(name)) for name in names]
        plain = all(isinstance(leaf, Scalar) for _, leaf in leaves)
        if len(axes) == 2 and plain and _crossed([path for path, _ in leaves]):
            return self.matrix(leaves, asked)
        items = []
        for path, leaf in leaves:
            if isinstance(leaf, Mapping):
                if leaf.items.keys() & {*FORMS, "rank", "by", "of"}:
                    self.refuse(path, leaf)
                items.append(leaf)
            else:
                value = Mapping(leaf.source, leaf.line, leaf.column, {"value": leaf}, {})
                items.append(value)
        columns = [
            SheetColumn(
                self.explainer.asked(axis, axis=True),
                [self.word(axis, path[number]) for path, _ in leaves],
            )
            for number, axis in enumerate(asked)
        ]
        return [*columns, *self.fields(items)]

    def matrix(
        self, leaves: Sequence[tuple[tuple[str, ...], Node]], asked: Sequence[Asked]
    ) -> list[SheetColumn]:
        """The words of the first choice downwards, of the second across."""
        downwards = list(dict.fromkeys(path[0] for path, _ in leaves))
        across = list(dict.fromkeys(path[1] for path, _ in leaves))
        cells = {path: self.shown(("value",), leaf) for path, leaf in leaves}
        first = SheetColumn(
            self.explainer.asked(asked[0], axis=True),
            [self.word(asked[0], word) for word in downwards],
        )
        return [
            first,
            *(
                SheetColumn(
                    self.explainer.word(asked[1], self.word(asked[1], word), self.held),
                    [cells.get((down, word), "") for down in downwards],
                )
                for word in across
            ),
        ]

    def ends(
        self, node: Node, depth: int, path: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], Node]]:
        """The cases with the words that lead to them."""
        if not depth:
            yield path, node
            return
        for word, item in self.mapping(node, ".".join(path)).items.items():
            yield from self.ends(item, depth - 1, (*path, word))

    def word(self, asked: Asked, word: str) -> str:
        """A word of a choice by its title, if that is read as this word."""
        shown = self.explainer.titled(asked, word)
        try:
            proper = case_word(asked, word)
            return shown if shown not in ANY and case_word(asked, shown) == proper else word
        except ValueProblem:
            return word


def _crossed(paths: Sequence[tuple[str, ...]]) -> bool:
    """Whether a matrix, read row by row, has the words of two choices in this order."""
    across = list(dict.fromkeys(word for _, word in paths))
    down = dict.fromkeys(word for word, _ in paths)
    return list(paths) == [(one, two) for one in down for two in across if (one, two) in paths]


def _written(node: Node | None) -> str | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node.value
    return node.text if isinstance(node, Scalar) else None


def _leaves(node: Mapping, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    for key, item in node.items.items():
        if isinstance(item, Mapping):
            yield from _leaves(item, (*path, key))
        else:
            yield (*path, key), item


def _stays(value: float) -> bool:
    """Whether a workbook, which keeps 15 digits, gives a number back as it is."""
    return abs(value) < 10**MOST_DIGITS and float(f"{value:.{MOST_DIGITS}g}") == value
