"""What can be seen of files without knowing them: kinds of columns, keys, which refers to which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from groupbuy.files.mapping.dates import ambiguous, fitting
from groupbuy.model.entries import Field, Table
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import fold
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import Reader, reader
from groupbuy.sheets.sheet import Sheet
from groupbuy.tree.types import DATE, FLAG, Kind, number

_SAMPLE = 5_000
"""Different values of a column that are looked at."""
_KEY_SHARE = 0.5
"""The part of a column's values that have to be keys of another file for it to refer to that."""
_MOSTLY_DIFFERENT = 0.8

HINTS: dict[str, tuple[str, ...]] = {
    "name": ("account", "customer", "client", "company", "organization", "organisation"),
    "owner": ("agent", "rep", "seller", "salesman", "manager", "owner", "assigned"),
    "region": ("country", "state", "region", "territory", "office", "location"),
    "city": ("city", "town"),
    "parent": ("parent", "subsidiary", "holding", "group"),
    "headcount": ("employees", "staff", "headcount", "size"),
    "sector": ("sector", "industry", "vertical", "segment"),
    "phone": ("phone", "mobile", "tel"),
    "email": ("mail", "email"),
    "order_id": ("order", "opportunity", "deal", "invoice", "number"),
    "date": ("date", "closed", "close", "day"),
    "amount": ("amount", "value", "revenue", "total", "sum"),
    "status": ("status", "stage", "state"),
    "sku": ("product", "sku", "article", "item"),
    "category": ("category", "series", "line"),
    "quantity": ("quantity", "qty", "units", "pieces"),
    "cost": ("cost", "costs"),
}
"""What else fields are called in English exports; only for hints that a person checks."""


@dataclass(eq=False)
class ColumnSeen:
    """One column: its header and its values."""

    header: str
    cells: list[str]

    @cached_property
    def words(self) -> Counter[str]:
        """The different values with how often each occurs, blanks left out."""
        return Counter(text for cell in self.cells if (text := cell.strip()))

    @property
    def blanks(self) -> int:
        """Cells with nothing in them."""
        return len(self.cells) - self.words.total()

    @cached_property
    def is_key(self) -> bool:
        """Whether every row has a value of its own."""
        return bool(self.cells) and len(self.words) == len(self.cells)

    @cached_property
    def formats(self) -> list[str]:
        """The formats in which all are dates, where nobody could say without one."""
        sample = list(self.words)[:_SAMPLE]
        return fitting(sample) if any(map(ambiguous, sample)) else []

    @cached_property
    def kind(self) -> Kind:
        """Number, flag, date or text."""
        if not self.words:
            return Kind.TEXT
        if self.formats or self.unread(reader(DATE)) == 0:
            # 20170301 is a number as well, and 1996 none of the two.
            return Kind.DATE
        if self.unread(reader(number())) == 0:
            return Kind.NUMBER
        return Kind.FLAG if self.unread(reader(FLAG)) == 0 else Kind.TEXT

    def unread(self, read: Reader) -> int:
        """How many of the different values can't be read."""
        return sum(1 for word in list(self.words)[:_SAMPLE] if not _reads(read, word))


@dataclass(eq=False)
class FileSeen:
    """One file, or a sheet of a workbook: its columns, and how many rows it has."""

    path: Path
    sheet: str | None
    columns: list[ColumnSeen]
    rows: int

    def column(self, header: str) -> ColumnSeen | None:
        """The column with a header."""
        return next((column for column in self.columns if column.header == header), None)

    @property
    def keys(self) -> list[ColumnSeen]:
        """The columns that tell rows apart."""
        return [column for column in self.columns if column.is_key]


@dataclass(frozen=True, eq=False)
class Reference:
    """A column whose values are keys of another file."""

    file: FileSeen
    column: ColumnSeen
    to: FileSeen
    key: ColumnSeen
    found: int


@dataclass(eq=False)
class Survey:
    """Files, which of them is probably the leads, and what refers to what."""

    files: list[FileSeen]
    references: list[Reference] = field(default_factory=list)

    def of(self, file: FileSeen) -> list[Reference]:
        """What a file refers to."""
        return [reference for reference in self.references if reference.file is file]


def seen(path: Path, title: str | None, sheet: Sheet) -> FileSeen:
    """The columns of a sheet that have a name."""
    rows = [row.cells for row in sheet.rows if len(row.cells) >= len(sheet.header)]
    columns = [
        ColumnSeen(header, [cells[position] for cells in rows])
        for position, header in enumerate(sheet.header)
        if header and header.isprintable() and not header.startswith("#")
    ]
    return FileSeen(path, title, columns, len(rows))


def survey(files: list[FileSeen]) -> Survey:
    """Look which columns hold the keys of other files."""
    found = Survey(files)
    for to in files:
        for key in to.keys:
            found.references += _references(files, to, key)
    return found


def _references(files: list[FileSeen], to: FileSeen, key: ColumnSeen) -> list[Reference]:
    found = []
    for file in files:
        for column in file.columns if file is not to else ():
            # Numbers agree by chance: 12 people, order 12.
            if not column.words or (
                key.kind is not Kind.TEXT and fold(key.header) != fold(column.header)
            ):
                continue
            known = sum(1 for word in column.words if word in key.words)
            if known / len(column.words) >= _KEY_SHARE:
                found.append(Reference(file, column, to, key, known))
    return found


def leads_of(found: Survey, model: LeadModel) -> FileSeen:
    """The file that most looks like one of leads: others refer to it, and its headers are known."""

    def score(file: FileSeen) -> tuple[int, int]:
        known = sum(1 for column in file.columns if model.resolve(column.header) is not None)
        hints = sum(1 for c in file.columns if hinted(c, list(model.fields.values())) is not None)
        referred = any(reference.to is file for reference in found.references)
        refers = len(found.of(file))
        return 2 * known + hints + (2 if referred else 0) - 2 * refers, len(file.columns)

    return max(found.files, key=score)


def id_of(file: FileSeen, model: LeadModel) -> ColumnSeen:
    """The column that tells leads apart: one called so, a name, or the first that does.

    Names of which many stand in several rows are those of customers in a file of their orders.
    """
    called = {model.resolve(column.header): column for column in file.columns[::-1]}
    name = called.get("name")
    if ID in called:
        return called[ID]
    if name is not None and (name.is_key or not file.keys):
        return name
    if name is not None and len(name.words) < _MOSTLY_DIFFERENT * file.rows:
        return name
    texts = [key for key in file.keys if key.kind is Kind.TEXT]
    return (texts or file.keys or file.columns)[0]


def hinted(column: ColumnSeen, fields: list[Field], key: str | None = None) -> Field | None:
    """The field that a header may mean: by the words in it, if the kind fits.

    `key` is the field that tells rows apart.
    """
    words = {fold(part) for part in column.header.replace("_", " ").replace("-", " ").split()}
    for each in fields:
        called = {fold(word) for word in HINTS.get(each.name, ())} | {fold(each.name)}
        if words & called and _may_be(column, each) and (each.name != key or column.is_key):
            return each
    return None


def _may_be(column: ColumnSeen, each: Field) -> bool:
    if each.type.kind is Kind.DATE:
        return column.kind is Kind.DATE
    if each.type.kind is Kind.NUMBER:
        return column.unread(each.read) == 0
    return column.kind in (Kind.TEXT, Kind.NUMBER)


def table_for(file: FileSeen, model: LeadModel) -> Table | None:
    """The table of the model that a file most looks like."""

    def score(table: Table) -> int:
        known = sum(1 for column in file.columns if table.resolve(column.header) is not None)
        hints = sum(1 for c in file.columns if hinted(c, list(table.fields.values())) is not None)
        return 3 * known + hints

    best = max(model.tables.values(), key=score, default=None)
    return best if best is not None and score(best) > 0 else None


def _reads(read: Reader, word: str) -> bool:
    try:
        read(word)
    except ValueProblem:
        return False
    return True
