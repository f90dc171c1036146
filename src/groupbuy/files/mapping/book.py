"""The files that were given, as sheets, and one row of them as an expression sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TextIO

from groupbuy.compile.python import compile_value
from groupbuy.errors import GroupbuyError, Location, Problems, did_you_mean
from groupbuy.files.mapping.dates import ambiguous, date_reader, fitting
from groupbuy.files.mapping.opening import open_sheet
from groupbuy.files.mapping.spec import CellType, FileSpec
from groupbuy.language.parse import parse
from groupbuy.language.scope import NoPlugins
from groupbuy.model.names import Names, listed, quote
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import Reader, reader
from groupbuy.sheets.sheet import Sheet, SheetRow
from groupbuy.source.nodes import Scalar
from groupbuy.source.yaml import place_in
from groupbuy.tree import build
from groupbuy.tree.build import Misfit
from groupbuy.tree.nodes import Expr, Lit, Op, Ref, names, rewrite
from groupbuy.tree.types import DATE, FLAG, TEXT, TableType, Type, number

Cells = list[str]
TODAY = "today"
_TYPES: dict[str, Type] = {"text": TEXT, "number": number(), "flag": FLAG, "date": DATE}
_MOST_LISTED = 12


@dataclass(eq=False)
class Frame(NoPlugins):
    """One sheet with what its mapping says of its columns: the names that expressions know.

    Of a `private` one no line is shown: there is personal data in it. `used` are the positions of
    the columns that the mapping names.
    """

    sheet: Sheet
    types: dict[int, CellType] = field(default_factory=dict)
    today: int = 0
    private: bool = False
    used: set[int] = field(default_factory=set)
    _names: Names | None = None
    _readers: dict[int, Reader] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's own name, without folders."""
        return Path(self.sheet.source.name).name

    def place(self, row: SheetRow, position: int | None = None) -> Location:
        """The place of a row, or of a cell of it."""
        return self.sheet.place(row.line, position)

    # ── columns ──

    def find(self, header: str) -> int | None:
        """The position of a column: as written, else whatever the case, spaces, `_` and signs."""
        header = header.strip()
        if header in self.sheet.header:
            return self.sheet.header.index(header)
        if self._names is None:
            self._names = Names()
            for position, each in enumerate(self.sheet.header):
                for word in (each, identifier(each)):
                    self._names.add(word, str(position))
        found = self._names.resolve(header) if header else None
        return None if found is None else int(found)

    def need(self, node: Scalar, problems: Problems) -> int | None:
        """The position of the column that a mapping names; a problem where there is none."""
        found = self.find(node.text)
        if found is None:
            headers = [header for header in self.sheet.header if header]
            hint = did_you_mean(node.text, headers) or f"it has: {listed(headers, _MOST_LISTED)}"
            message = f"{self.name} has no column {quote(node.text)}"
            problems.add("mapping-column", message, node.at, hint, len(node.text))
        else:
            self.used.add(found)
        return found

    def reader(self, position: int) -> Reader:
        """The function that reads a cell as its declared type; it raises `ValueProblem`."""
        found = self._readers.get(position)
        if found is None:
            found = self._readers[position] = self._reader(position)
        return found

    def _reader(self, position: int) -> Reader:
        cell = self.types.get(position)
        type = _TYPES[cell.kind] if cell else TEXT
        read = reader(type)
        if cell is None or cell.format is None:
            return read
        day = date_reader(cell.format.text)
        return lambda value: read(day(str(value)))

    # ── the scope of an expression ──

    def value(self, name: str) -> Expr | None:
        """A column, or the date of the run."""
        position = self.find(name)
        if position is None:
            return Ref(TODAY, DATE) if name == TODAY else None
        self.used.add(position)
        cell = self.types.get(position)
        return Ref(str(position), _TYPES[cell.kind] if cell else TEXT)

    def table(self, name: str) -> tuple[str, TableType] | None:
        """A row has no tables."""
        return None

    def column(self, table: str, name: str) -> tuple[str, Type] | None:
        """A row has no tables."""
        return None

    def word(self, name: str, text: str) -> str | None:
        """Columns of an export have no lists of words."""
        return None

    def names(self) -> Iterable[str]:
        """The columns as expressions write them."""
        return [identifier(header) for header in self.sheet.header if header]

    def expression(self, node: Scalar, problems: Problems) -> tuple[Expr, Row] | None:
        """The tree of an expression, and the function that works it out for a row."""
        try:
            tree = self.tree(node)
        except GroupbuyError as error:
            problems.extend(error.problems)
            return None
        return tree, self.compiled(tree)

    def condition(self, node: Scalar, problems: Problems) -> Row | None:
        """A condition: for a row true, false, or none where it is unknown."""
        found = self.expression(node, problems)
        if found is None:
            return None
        try:
            return self.compiled(build.condition(found[0]))
        except Misfit as misfit:
            problems.add(misfit.code, misfit.message, node.at, misfit.hint)
            return None

    def tree(self, node: Scalar) -> Expr:
        """The tree; `column == ""` asks for a blank. Raises `GroupbuyError`."""
        if isinstance(node.value, bool):
            return build.flag(node.value)
        tree = parse(node.text, self, lambda offset: place_in(node, offset))
        return rewrite(tree, _blank, {})

    def compiled(self, tree: Expr) -> Row:
        """The function that works a tree out for the cells of a row; raises `ValueProblem`."""
        run = compile_value(tree, {})
        read = [(name, int(name), self.reader(int(name))) for name in names(tree) if name != TODAY]

        def value(cells: Cells) -> Any:
            env: dict[str, Any] = {TODAY: self.today}
            for name, position, reads in read:
                try:
                    env[name] = reads(cells[position])
                except ValueProblem as problem:
                    header = self.sheet.header[position]
                    message = f"{header}: {problem.message}"
                    raise ValueProblem(problem.code, message, problem.hint) from None
            return run(env)

        return value


Row = Callable[[Cells], Any]
"""Works something out for the cells of a row."""


def _blank(node: Expr) -> Expr:
    """`column == ""` becomes `missing(column)`."""
    if isinstance(node, Op) and node.op == "==":
        for one, other in (node.args, node.args[::-1]):
            if isinstance(other, Lit) and other.value == "" and not isinstance(one, Lit):
                return build.missing(one)
    return node


def identifier(header: str) -> str:
    """A header as expressions write it: `Close Date (UTC)` is `Close_Date_UTC`."""
    word = re.sub(r"\W+", "_", header).strip("_")
    return f"_{word}" if word[:1].isdigit() else word


class Book:
    """The files given on the command line. Each is read once, when the mapping needs it."""

    def __init__(
        self,
        paths: Sequence[str | Path],
        problems: Problems,
        notes: list[str],
        *,
        today: int = 0,
        stdin: TextIO | None = None,
    ) -> None:
        """Read no file yet."""
        self.problems, self.notes, self.today, self.stdin = problems, notes, today, stdin
        self.paths = list(dict.fromkeys(Path(path) for path in paths))
        self.used: set[Path] = set()
        self._sheets: dict[tuple[Path, str | None], Sheet | None] = {}
        self._frames: dict[tuple[Path, str | None, tuple[CellType, ...]], Frame] = {}
        self._missed: set[str] = set()

    def frames(self, spec: FileSpec) -> list[Frame]:
        """The sheets that a `file:` means; a problem where none was given."""
        found = [path for path in self.paths if path.name == spec.pattern]
        found = found or [path for path in self.paths if fnmatch(path.name, spec.pattern)]
        if not found and spec.pattern not in self._missed:
            self._missed.add(spec.pattern)
            given = [path.name for path in self.paths]
            message = f"no file given is called {quote(spec.pattern)}"
            hint = f"given: {listed(given)}"
            self.problems.add("mapping-file", message, spec.at, hint, len(spec.pattern))
        self.used.update(found)
        frames = [self._frame(path, spec) for path in found]
        return [frame for frame in frames if frame is not None]

    def unused(self) -> list[Path]:
        """The files that were given and that nothing asked for."""
        return [path for path in self.paths if path not in self.used]

    def _frame(self, path: Path, spec: FileSpec) -> Frame | None:
        key = (path, spec.sheet, spec.types)
        if key not in self._frames:
            sheet = self.sheet(path, spec)
            if sheet is None:
                return None
            frame = Frame(sheet, today=self.today)
            for cell in spec.types:
                self._type(frame, cell)
            self._frames[key] = frame
        return self._frames[key]

    def _type(self, frame: Frame, cell: CellType) -> None:
        """Note what the cells of a column are."""
        position = frame.need(cell.header, self.problems)
        if position is None:
            return
        if cell.format is not None:
            try:
                date_reader(cell.format.text)
            except ValueProblem as problem:
                self.problems.add(problem.code, problem.message, cell.format.at, problem.hint)
                return
        elif cell.kind == "date" and self.needs_format(frame, position, cell.header):
            return
        frame.types[position] = cell

    def needs_format(self, frame: Frame, position: int, node: Scalar) -> bool:
        """Whether dates of a column could be several days: then the mapping has to say which."""
        width = len(frame.sheet.header)
        cells = [row.cells[position] for row in frame.sheet.rows if width <= len(row.cells)]
        first = next((cell for cell in cells if ambiguous(cell)), None)
        if first is None:
            return False
        found = fitting(cells)
        header = frame.sheet.header[position]
        message = f"the dates of {quote(header)} could be several days: {quote(first.strip())}"
        hint = "say how they are written: format: DD-MM-YY"
        if found:
            hint = f'say how they are written; what fits all of them: format: "{found[0]}"'
            hint += "".join(f' or "{other}"' for other in found[1:])
        self.problems.add("mapping-date", message, node.at, hint, len(node.text))
        return True

    def sheet(self, path: Path, spec: FileSpec) -> Sheet | None:
        """A file, or one sheet of it; none, with a problem, where it can't be read."""
        key = (path, spec.sheet)
        if key not in self._sheets:
            self._sheets[key] = None
            with self.problems.collecting():
                self._sheets[key] = open_sheet(
                    path, spec.sheet, spec.at, self.problems, self.notes, self.stdin
                )
        return self._sheets[key]
