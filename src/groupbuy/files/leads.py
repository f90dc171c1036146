"""Read lead files: whatever their format, leads that the model knows, or all that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source
from groupbuy.files import from_csv, from_json, from_json_lines, from_parquet, from_yaml
from groupbuy.files.record import Record
from groupbuy.files.sniff import format_of
from groupbuy.files.tables import join, siblings, stray_tables, table_of
from groupbuy.model.lead import LeadFile, RecordReader, SetAside, bare, is_private
from groupbuy.model.model import LeadModel, load_model
from groupbuy.model.names import quote
from groupbuy.sheets.grid import XLSX
from groupbuy.sheets.text import STDIN, read_stdin, read_text
from groupbuy.source.compose import without_collector
from groupbuy.source.yaml import read_source, read_yaml

if TYPE_CHECKING:
    from groupbuy.plugins.found import Found

__all__ = ["read_leads", "read_model"]

MOST_PROBLEMS = 20
"""Problems that are told in one run; the rest are counted."""

Format = Callable[[Source, LeadModel, Problems], list[Record]]

FORMATS: dict[str, Format] = {
    "yaml": from_yaml.read,
    "json": from_json.read,
    "jsonl": from_json_lines.read,
    "csv": from_csv.read,
}
_BY_SUFFIX = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl"}
_BY_SUFFIX |= {".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}
_TEXTS = {".txt", ".text"}
_OTHERS = {".xls", ".xlsb", ".et", ".ods", ".numbers"}
_OTHERS |= {".db", ".sqlite"}


def read_model(path: Path) -> LeadModel:
    """The model that a YAML file declares: of leads, or of other things kept in files.

    `read_leads` reads a price list or a list of members by it as it reads leads, wherever each
    has an `id`. Raises `GroupbuyError`.
    """
    return load_model(read_yaml(read_source(path)))


def read_leads(
    paths: Sequence[str | Path],
    model: LeadModel,
    *,
    stdin: TextIO | None = None,
    only: Collection[str] | None = None,
) -> LeadFile:
    """The leads of several files (`-` is standard input), in their order.

    A lead with a value that can't be read is set aside with its problems. What is wrong with a
    file as a whole (its syntax, a name that the model does not have, an id that two leads have)
    raises `GroupbuyError` with the first 20 problems of all the files and the number of others.
    With `only`, files that can be searched give no other leads than those with these ids or names.
    """
    reading = _Reading(model, only)
    # Thousands of records live until the end: looking for garbage among them is lost time.
    with without_collector():
        reading.read(paths, stdin)
    problems = list(dict.fromkeys(reading.problems.found))
    if problems:
        raise GroupbuyError(*_first(problems, reading.untold))
    return reading.result


def _first(problems: list[Problem], untold: int) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS + untold
    if more <= 0:
        return problems
    noun = "problem" if more == 1 else "problems"
    last = Problem("file-more-problems", f"and {more:,} more {noun} in these files")
    return [*problems[:MOST_PROBLEMS], last]


class _Reading:
    """One run over several files."""

    def __init__(self, model: LeadModel, only: Collection[str] | None = None) -> None:
        self.model, self.only = model, only
        self.problems = Problems()
        self.untold = 0
        self.result = LeadFile()
        self.records: dict[Path | None, list[Record]] = {}

    def read(self, paths: Sequence[str | Path], stdin: TextIO | None) -> None:
        """Read all the files, then the leads."""
        named = self._distinct(paths)
        tables = [(p, table) for p in named if p and (table := table_of(p, self.model))]
        mains = [p for p in named if p is None or (p, table_of(p, self.model)) not in tables]
        if not mains:
            self.problems.extend(stray_tables(tables))
            return
        given = {path.absolute() for path, _ in tables}
        for path in mains:
            self.records[path] = []
            with self._bare(), self.problems.collecting():
                self.records[path] = self._records(path, stdin)
                beside = siblings(path, self.model, self.result.notes) if path else []
                tables += [found for found in beside if found[0].absolute() not in given]
        for path, table in tables:
            with self._bare(), self.problems.collecting():
                self._join(path, table)
        self._leads()

    @contextmanager
    def _bare(self) -> Iterator[None]:
        """Of a file that can't be read nobody knows where its personal data stand: show no line."""
        before = len(self.problems.found)
        yield
        if any(is_private(entry) for entry in self.model):
            found = self.problems.found
            found[before:] = [replace(each, at=bare(each.at)) for each in found[before:]]

    def _distinct(self, paths: Sequence[str | Path]) -> list[Path | None]:
        """The paths, standard input as None; one given twice is a problem."""
        named: list[Path | None] = []
        for given in paths:
            path = None if str(given) == "-" else Path(given)
            if path in named:
                at = Location(STDIN if path is None else str(path))
                self.problems.add("file-twice", "this file is given twice", at, "name it once")
            else:
                named.append(path)
        return named

    def _join(self, path: Path, table: str) -> None:
        """Give the leads the rows of a table's own file."""
        owners, model, notes = self._owners(path), self.model, self.result.notes
        if path.suffix.lower() in XLSX:
            from groupbuy.files import from_xlsx  # zip and expat take their time

            from_xlsx.join(path, table, owners, model, self.problems, notes)
        else:
            join(read_text(path, notes), table, owners, model, self.problems)

    def _records(self, path: Path | None, stdin: TextIO | None) -> list[Record]:
        """The raw records of one file."""
        if path is None:
            source = read_stdin(stdin, self.result.notes)
        elif path.suffix.lower() in XLSX:
            from groupbuy.files import from_xlsx

            return from_xlsx.read(path, self.model, self.problems, self.result.notes)
        elif (found := _plugin_reader(path)) is not None:
            from groupbuy.files import from_plugin

            return from_plugin.read(path, found, self.problems)
        elif path.suffix.lower() in from_parquet.SUFFIXES:
            return from_parquet.read(path, self.model, self.problems, self.only)
        elif path.suffix.lower() in _OTHERS:
            hint = "save it as .xlsx or as CSV (UTF-8)"
            message = f"{path.suffix} files can't be read here"
            raise GroupbuyError(Problem("file-format", message, Location(str(path)), hint))
        else:
            source = read_text(path, self.result.notes)
        suffix = path.suffix.lower() if path else ""
        read = FORMATS[_BY_SUFFIX.get(suffix) or format_of(source.text)]
        return read(source, self.model, self.problems)

    def _owners(self, path: Path) -> list[Record]:
        """The records that a table's file is about: those of `leads.csv` for `leads.orders.csv`."""
        stem = path.stem.rpartition(".")[0]
        for main, records in self.records.items():
            if main is not None and main.parent == path.parent and main.stem == stem:
                return records
        return [record for records in self.records.values() for record in records]

    def _leads(self) -> None:
        """Read the records; what is wrong with a file as a whole goes to the problems."""
        reader = RecordReader(self.model)
        firsts: dict[str, Record] = {}
        for record in _all(self.records.values()):
            found = reader.read(record.items, record.places, record.problems)
            if self.problems.found:
                pass  # nothing will be returned, so nothing is kept
            elif isinstance(found, SetAside):
                self.result.set_aside.append(found)
            else:
                self.result.leads.append(found)
            if found.id is None or record.problems:
                continue  # of a row that is too long or too short, the id is not certain
            first = firsts.setdefault(found.id, record)
            if first is record:
                continue
            if len(self.problems.found) > MOST_PROBLEMS:
                self.untold += 1
            else:
                message = f"the id {quote(found.id)} is given twice: first at {first.places('id')}"
                hint = "each lead has an id of its own; merge the two"
                self.problems.add("lead-same-id", message, bare(record.places("id")), hint)
        self.problems.extend(reader.name_problems)


def _plugin_reader(path: Path) -> Found | None:
    """What reads a file whose suffix is none of ours; nothing is looked for behind the others."""
    if path.suffix.lower() in {"", *_BY_SUFFIX, *_TEXTS}:
        return None
    from groupbuy.files.from_plugin import reader_of

    return reader_of(path)


def _all(groups: Iterable[list[Record]]) -> Iterable[Record]:
    for group in groups:
        yield from group
