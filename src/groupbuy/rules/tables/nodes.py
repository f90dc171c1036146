"""The rows of a sheet → `rows:`, `bands:` or `cases:` as a rule file would hold them.

Every key and value knows its cell, so that whatever is wrong with it is told with the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from groupbuy.errors import Location, Problems
from groupbuy.model.names import quote
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.tables import cells
from groupbuy.rules.tables.columns import NAME, Column, Form, Head, case_word, read_head
from groupbuy.rules.tables.conditions import condition, joined
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.sections.base import TEXT_KEYS
from groupbuy.sheets.grid import Grid, GridRow, PiecesSource
from groupbuy.sheets.sheet import Fault
from groupbuy.sheets.xlsx_cells import letters_of
from groupbuy.source.nodes import Mapping, Node, Scalar

_TEXTS = TEXT_KEYS | {"before", "source", "owner", "allow"}


def table_node(
    grid: Grid, form: Form, vocabulary: Vocabulary, problems: Problems, *, words: bool
) -> Mapping | None:
    """What stands under `rows:`, `bands:` or `cases:`; none where the head can't be read.

    `words` says that values are words and not expressions, as in grades. What is wrong with cells
    is added to `problems`; a row that says nothing without its faulty cell is left out.
    """
    head = read_head(grid, form, vocabulary, problems)
    return None if head is None else _Table(grid, form, head, problems, words=words).read()


class _Table:
    """Reads the rows below a head."""

    def __init__(
        self, grid: Grid, form: Form, head: Head, problems: Problems, *, words: bool
    ) -> None:
        self.grid, self.form, self.head = grid, form, head
        self.problems, self.words = problems, words
        self.source = grid.source
        self.firsts: dict[tuple[str, ...], Location] = {}

    def read(self) -> Mapping:
        """All rows."""
        at = self.head.row
        root = Mapping(self.source, at.number, min(at.cells))
        before = len(self.problems.found)
        for row in self.rows():
            if self.form.key == "cases":
                self.case(row, root)
            else:
                self.item(row, root)
        if not root.items and len(self.problems.found) == before:
            hint = "write a row below the head"
            self.problems.add(f"empty-{self.form.key}", "this table has no row", root.at, hint)
        return root

    def rows(self) -> Iterator[GridRow]:
        """The rows that say something to rules; a blank row between two of them is a fault."""
        known = {column.number for column in self.head.columns}
        ignored = {
            number
            for number, cell in self.head.row.cells.items()
            if isinstance(cell, str) and cell.lstrip().startswith(("#", "＃"))
        }
        strays: set[int] = set()
        last: int | None = None
        before: int | None = None
        for row in self.head.body:
            gap = before is not None and row.number > before + 1
            before = row.last
            if row.is_remark:
                continue
            if gap and last is not None:
                message = (
                    f"there is a blank row above this one; the rows before it end at row {last}"
                )
                hint = "delete the blank row; begin remarks with #"
                first = self.grid.place(row.number, min(row.cells))
                self.problems.add("table-blank-row", message, first, hint)
            last = row.last
            for number in row.cells.keys() - known - ignored - strays:
                strays.add(number)
                message = f"there is a cell in column {letters_of(number)}, which has no head"
                hint = "name the column, or begin its head with # to leave it out"
                self.problems.add(
                    "table-column", message, self.grid.place(row.number, number), hint
                )
            if row.cells.keys() & known:
                yield row

    # ── cells ──

    def shown(self, row: GridRow, column: Column | None) -> str:
        """What a cell shows. Raises `ValueProblem` where it can't be read."""
        cell = "" if column is None else row.cells.get(column.number, "")
        if isinstance(cell, Fault):
            raise ValueProblem(cell.code, cell.message, cell.hint)
        return cell.strip()

    def tell(self, problem: ValueProblem, row: GridRow, column: Column) -> None:
        """What is wrong with a cell."""
        at = self.grid.place(row.number, column.number)
        self.problems.add(problem.code, problem.message, at, problem.hint)

    def value(self, row: GridRow, column: Column) -> Node | None:
        """The node of a cell; none for a blank one. Raises `ValueProblem`."""
        shown = self.shown(row, column)
        if not shown:
            return None
        key = column.path[0] if column.path else "value"
        if key == "tags":
            return cells.words(shown, self.source, row.number, column.number)
        wordy = key in _TEXTS or (key == "value" and self.words)
        read: Callable[..., Scalar] = cells.text if wordy else cells.expression
        return read(shown, self.source, row.number, column.number)

    def fields(self, row: GridRow, item: Mapping, columns: list[Column]) -> bool:
        """Put the values of `columns` into an item; whether all could be read."""
        whole = True
        for column in columns:
            try:
                node = self.value(row, column)
            except ValueProblem as problem:
                self.tell(problem, row, column)
                whole = whole and column.path[0] in _TEXTS
                continue
            if node is None:
                continue
            inner = item
            made = item.items.get(column.path[0])
            if made is not None and isinstance(made, Mapping) is not (len(column.path) == 2):
                key = column.path[0]
                hint = f"keep {key}, or {key}.en and {key}.zh"
                message = f"{key} has one text for all languages here, and one of its own for some"
                self.tell(ValueProblem("table-cell", message, hint), row, column)
                continue
            if len(column.path) == 2:
                if not isinstance(made, Mapping):
                    made = Mapping(self.source, row.number, column.number)
                    item.items[column.path[0]] = made
                inner = made
            inner.items[column.path[-1]] = node
            inner.keys[column.path[-1]] = self.key(column.path[-1], row, column.number)
        return whole

    def key(self, text: str, row: GridRow, column: int) -> Scalar:
        """A key that stands in a cell."""
        return cells.text(text, self.source, row.number, column)

    # ── rows and bands ──

    def item(self, row: GridRow, root: Mapping) -> None:
        """One row or band."""
        name = self.head.column(NAME)
        first = min(row.cells) if name is None else name.number
        item = Mapping(self.source, row.number, first)
        try:
            key = self.shown(row, name)
        except ValueProblem as problem:
            assert name is not None
            self.tell(problem, row, name)
            return
        key = self.name(key, row, first)
        when = self.when(row)
        if when is not None:
            item.items["when"] = when
        own = [c for c in self.head.columns if c.path and c.path not in ((NAME,), ("when",))]
        whole = self.fields(row, item, own)
        if whole and self.has_value(item, row) and self.is_first((key,), row, first):
            root.items[key] = item
            root.keys[key] = self.key(key, row, first)

    def name(self, given: str, row: GridRow, column: int) -> str:
        """What a row is called: as it says, or else by its number."""
        if given:
            return given
        value = self.head.column("value")
        if self.words and (value is None or not row.cells.get(value.number)):
            message = "this row has no name"
            at = self.grid.place(row.number, column)
            self.problems.add("table-cell", message, at, "write what it is called")
        return f"row_{row.number}"

    def has_value(self, item: Mapping, row: GridRow) -> bool:
        """Whether a row has the value that the others have; words may stand in the name."""
        told = [key for key in ("value", "points") if self.head.column(key) is not None]
        if not told or self.words or item.items.keys() & set(told):
            return True
        column = self.head.column(told[0])
        assert column is not None
        at = self.grid.place(row.number, column.number)
        self.problems.add("table-cell", f"this row has no {told[0]}", at, "fill it in")
        return False

    def is_first(self, path: tuple[str, ...], row: GridRow, column: int) -> bool:
        """Whether nothing above is called the same."""
        at = self.grid.place(row.number, column)
        first = self.firsts.setdefault(path, at)
        if first is not at:
            message = f"{quote(' × '.join(path))} stands here again; its first place is {first}"
            self.problems.add("table-cell", message, at, "keep one of the two, or rename one")
        return first is at

    def when(self, row: GridRow) -> Scalar | None:
        """The condition of a row: what its cells say, joined; none where it is for all the rest."""
        found: list[tuple[str, Column]] = []
        for column in self.head.columns:
            if column.asked is not None:
                try:
                    said = condition(column.asked, self.shown(row, column))
                except ValueProblem as problem:
                    self.tell(problem, row, column)
                    said = "False"
                if said is not None:
                    found.append((said, column))
        whole = self.head.column("when")
        if whole is not None:
            try:
                written = self.value(row, whole)
            except ValueProblem as problem:
                self.tell(problem, row, whole)
                return Scalar(self.source, row.number, whole.number, False, "false")
            if isinstance(written, Scalar):
                if not found:
                    return written
                found.append((written.text, whole))
        if not found:
            return None
        text, starts = joined([said for said, _ in found])
        style = cells.style_of(text)
        places = [self.grid.place(row.number, column.number) for _, column in found]
        pieces = [(start + len(style), at) for start, at in zip(starts, places, strict=True)]
        source = PiecesSource(self.source.name, style + text, pieces)
        return Scalar(source, 1, 1, text, text, style)

    # ── cases ──

    def case(self, row: GridRow, root: Mapping) -> None:
        """One case, or one row of a matrix."""
        axes = [column for column in self.head.columns if column.axis is not None]
        path: dict[int, tuple[str, Column]] = {}
        for column in axes:
            if column.word is None:
                assert column.asked is not None
                assert column.axis is not None
                try:
                    word = self.word(row, column)
                except ValueProblem as problem:
                    self.tell(problem, row, column)
                    return
                path[column.axis] = (word, column)
        across = [column for column in axes if column.word is not None]
        for column in across:
            assert column.word is not None
            assert column.axis is not None
            try:
                leaf = self.value(row, column)
            except ValueProblem as problem:
                self.tell(problem, row, column)
                continue
            if leaf is not None:
                self.put(root, {**path, column.axis: (column.word, column)}, leaf, row, column)
        if not across:
            item = Mapping(self.source, row.number, min(row.cells))
            own = [column for column in self.head.columns if column.path]
            first = next(iter(path.values()))[1]
            if not self.fields(row, item, own):
                return
            if not self.form.moves and not item.items.keys() & {"value", "points"}:
                at = self.grid.place(row.number, first.number)
                self.problems.add("table-cell", "this case has no value", at, "fill it in")
                return
            self.put(root, path, self.short(item), row, first)

    def word(self, row: GridRow, column: Column) -> str:
        """The word that a cell says of the choice of its column. Raises `ValueProblem`."""
        shown = self.shown(row, column)
        assert column.asked is not None
        if not shown or shown == "*":
            message = f"this row says no word of {column.asked.expression}"
            hint = "write the word in every row; else stands for all the rest"
            raise ValueProblem("table-cell", message, hint)
        return case_word(column.asked, shown)

    def short(self, item: Mapping) -> Node:
        """A case that says nothing but its value is that value."""
        value = item.items.get("value")
        return value if value is not None and len(item.items) == 1 else item

    def put(
        self,
        root: Mapping,
        path: dict[int, tuple[str, Column]],
        leaf: Node,
        row: GridRow,
        column: Column,
    ) -> None:
        """Put a value under the words of the choices, in the order of `by:`."""
        steps = [path[axis] for axis in sorted(path)]
        if not self.is_first(tuple(word for word, _ in steps), row, column.number):
            return
        inner = root
        for depth, (word, at) in enumerate(steps, 1):
            if word not in inner.items:
                last = depth == len(steps)
                # In a matrix it is the cell that decides, and not the word in the head above it.
                inner.items[word] = leaf if last else Mapping(self.source, row.number, at.number)
                inner.keys[word] = self.key(word, row, at.number)
            following = inner.items[word]
            if isinstance(following, Mapping):
                inner = following
