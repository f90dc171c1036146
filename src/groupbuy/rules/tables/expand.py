"""`table: rates.xlsx` in a rule file → the rows, bands or cases that the sheet holds.

This happens as a pack is read, so that everything that looks at rules sees ordinary entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from groupbuy.errors import GroupbuyError, Problem, Problems, did_you_mean
from groupbuy.model.names import listed, quote
from groupbuy.rules.tables.columns import FORMS, Form, key_of, said_by
from groupbuy.rules.tables.nodes import table_node
from groupbuy.rules.tables.vocabulary import Vocabulary
from groupbuy.sections.base import TEXT_KEYS
from groupbuy.sections.forms.form import FORM_KEYS
from groupbuy.sheets.grid import CSV, XLSX, Grid, read_grid
from groupbuy.sheets.sheet import HEADER_WITHIN
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence

TABLE = "table"
WORDY = frozenset(("grades",))
"""Sections whose values are words, and not expressions."""
MOVING = frozenset(("plays",))
"""Sections whose cases are things to do."""

_FILE = re.compile(r"(?P<file>.+\.(?:csv|tsv|xlsx|xlsm))(?::(?P<sheet>.+))?", re.IGNORECASE)
OPAQUE = TEXT_KEYS | {"lead", "allow", "effective"}
"""Keys below which nothing is a value."""


@dataclass(slots=True, eq=False)
class GivenTable(Scalar):
    """What stands behind `table:` where the sheet is at hand, wherever its file lies."""

    grid: Grid | None = None


@dataclass
class Tables:
    """Where the packs of one folder find their tables, and what came of reading them.

    `root` is the folder that nothing outside of is read, `name` says how a file is called in
    messages, `keep` gets the content of each table. `problems` are about cells.
    """

    root: Path
    name: Callable[[Path], str]
    vocabulary: Callable[[], Vocabulary]
    keep: Callable[[str], None]
    problems: Problems = field(default_factory=Problems)

    def expand(self, root: Node, folder: Path, sections: Collection[str]) -> None:
        """Put its tables into a pack that lies in `folder`. Raises `GroupbuyError` for files."""
        if not isinstance(root, Mapping):
            return
        problems = Problems()
        for part in (root, root.get("changes")):
            for section in sections if isinstance(part, Mapping) else ():
                entries = part.get(section) if isinstance(part, Mapping) else None
                if isinstance(entries, Mapping):
                    for id, entry in entries.items.items():
                        for held in tables_in(entry, section):
                            with problems.collecting():
                                self.put(held, section, id, folder)
        problems.raise_any()

    def put(self, entry: Mapping, section: str, id: str, folder: Path) -> None:
        """Replace `table:` by what it holds. Raises `GroupbuyError`."""
        node = entry.items[TABLE]
        beside = next((key for key in entry.items if key in FORMS), None)
        if beside is not None:
            raise GroupbuyError(
                Problem(
                    "two-forms",
                    f"{id} has `{beside}:` and `table:`, two ways to say one value",
                    entry.key_at(TABLE),
                    "keep one of them",
                )
            )
        grid = self.grid(node, id, folder)
        made = self.held(grid, entry, section)
        if made is None:
            return
        form, found = made
        key = entry.keys.pop(TABLE, None)
        # The collection stands where `table:` stood.
        items = {(form.key if k == TABLE else k): v for k, v in entry.items.items()}
        items[form.key] = found
        entry.items = items
        if key is not None:
            entry.keys[form.key] = key

    def held(self, grid: Grid, entry: Mapping, section: str) -> tuple[Form, Mapping] | None:
        """What a sheet holds for an entry, by the keys that the entry has."""
        form = form_for(grid, entry, section)
        before = len(self.problems.found)
        found = table_node(grid, form, self.vocabulary(), self.problems, words=section in WORDY)
        if found is None or not found.items:
            # Without a single row there is no entry to look at any further.
            problems = self.problems.found[before:]
            del self.problems.found[before:]
            raise GroupbuyError(*problems)
        return form, found

    def grid(self, node: Node, id: str, folder: Path) -> Grid:
        """The cells of the file that `table:` names. Raises `GroupbuyError`."""
        if isinstance(node, GivenTable) and node.grid is not None:
            return node.grid
        text = node.text.strip() if isinstance(node, Scalar) else ""
        named = _FILE.fullmatch(text)
        if named is None:
            found = f"{quote(text)} is none" if text else f"this is {node.noun}"
            message = f"table: names a CSV or Excel file; {found}"
            raise GroupbuyError(Problem("table-file", message, node.at, self.near(text, folder)))
        path = self.inside(named["file"], node, folder)
        if not path.is_file():
            message = f"there is no file {named['file']} beside {Path(node.source.name).name}"
            near = self.near(named["file"], folder)
            raise GroupbuyError(Problem("table-file", message, node.at, near, len(text)))
        grid = read_grid(path, self.name(path), named["sheet"], (id,))
        self.keep(grid.content)
        return grid

    def inside(self, text: str, node: Node, folder: Path) -> Path:
        """The path of a file beside the rule file, never outside the rules folder."""
        relative = PurePosixPath(text)
        path = (folder / relative).resolve()
        windows = "\\" in text or re.match(r"[A-Za-z]:", text)
        if relative.is_absolute() or windows or not path.is_relative_to(self.root.resolve()):
            message = f"{quote(text)} is not a file inside the rules folder"
            hint = "copy it beside the rule file, and write its name with /"
            raise GroupbuyError(Problem("outside-folder", message, node.at, hint, len(text)))
        return path

    def near(self, text: str, folder: Path) -> str | None:
        """A hint with the file that was probably meant."""
        try:
            names = sorted(
                path.name for path in folder.iterdir() if path.suffix.lower() in (*CSV, *XLSX)
            )
        except OSError:
            names = []
        if not names:
            return "groupbuy rules export ENTRY -o FILE.xlsx writes one"
        return did_you_mean(text, names) or f"in this folder: {listed(names)}"


def tables_in(node: Node, section: str, key: str = "") -> Iterator[Mapping]:
    """The parts of an entry that hold a table, innermost first."""
    if not isinstance(node, Mapping) or key in OPAQUE:
        return
    for inner, item in node.items.items():
        yield from tables_in(item, section, inner)
    if is_table(node, section):
        yield node


def is_table(node: Mapping, section: str) -> bool:
    """Whether `table:` names a file here, and not a table of leads that is cut into periods."""
    named = node.items.get(TABLE)
    if isinstance(named, GivenTable):
        return True
    if named is None or "per" in node.items:
        return False
    text = named.text.strip() if isinstance(named, Scalar) else ""
    if _FILE.fullmatch(text):
        return True
    looks_so = "." in text or bool(node.items.keys() & FORM_KEYS)
    return section in ("grades", "scores", "plays") or (section == "facts" and looks_so)


def form_for(grid: Grid, entry: Mapping, section: str) -> Form:
    """The form that the keys beside a table ask for; a column of edges makes bands."""
    by = entry.get("by")
    if by is not None:
        nodes = by.items if isinstance(by, Sequence) else [by]
        axes = tuple(node.text.strip() for node in nodes if isinstance(node, Scalar))
        return Form("cases", axes, moves=section in MOVING)
    edges = any(
        isinstance(cell, str) and key_of(said_by(cell)) == ("from",)
        for row in grid.rows[:HEADER_WITHIN]
        for cell in row.cells.values()
    )
    return Form("bands" if edges or "of" in entry.items else "rows")
