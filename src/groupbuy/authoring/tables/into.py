"""`groupbuy rules import`: a table from Excel as the rows of a rule file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from groupbuy.authoring.cases.read import nearest_rules
from groupbuy.authoring.fmt import ALWAYS, spelled
from groupbuy.authoring.tables.canonical import canonical
from groupbuy.authoring.tables.export import vocabulary_of
from groupbuy.authoring.tables.find import Held, chosen, tables_in_root
from groupbuy.authoring.tables.yaml_rows import Replacement, Same, with_rows
from groupbuy.engine.workspace import CORE_SECTIONS, Options, opened_plugins
from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source
from groupbuy.model.model import load_model
from groupbuy.rules.project import Project, find_rules, load_project, shipped_rules, shown_name
from groupbuy.rules.ruleset import RuleSet
from groupbuy.rules.tables.columns import FORMS
from groupbuy.rules.tables.expand import TABLE, GivenTable, Tables
from groupbuy.rules.tables.vocabulary import Vocabulary, named_entries
from groupbuy.sheets.grid import CSV, XLSX, Grid, read_grid
from groupbuy.source.nodes import Mapping, Node, Scalar
from groupbuy.source.scalars import core_value
from groupbuy.source.yaml import read_source, read_yaml

_SHARED = {section.name for section in CORE_SECTIONS if section.shared}
_EXPRESSIONS = ALWAYS | {"from"}


def imported(
    table: str, into: Path, wanted: str | None, rules: Path | None, options: Options
) -> tuple[str, str]:
    """The text of a rule file as it is, and with the rows of a table.

    `table` is a file, or a file and a sheet of it; `wanted` says which entry gets its rows. Raises
    `GroupbuyError` with all that is wrong with the table, and with what it makes of the rules.
    """
    shown = shown_name(into)
    text = _read(into, shown)
    root, held, grid = _chosen(Source(shown, text), table, wanted)
    before = held.collection
    folder = rules or nearest_rules(into)
    vocabulary = _taken(root, held, grid, into, folder, options)
    # What a lower pack says of the entry is not in this file: the sheet tells bands from rows.
    form = next(key for key in FORMS if key in held.entry.items)
    held = replace(held, form=replace(held.form, key=form))
    items = held.collection
    assert items is not None
    old_key = next(key for key in (*FORMS, TABLE) if key in _keys(text, shown, held))
    _spell(items, held)

    def same(one: Node, other: Node, key: str = "") -> bool:
        return _said(one, held, vocabulary, key) == _said(other, held, vocabulary, key)

    if before is not None and list(before.items) == list(items.items) and same(before, items):
        return text, text
    replacement = Replacement(held.form.key, items, before)
    new = with_rows(text, _path(held), old_key, replacement, same)
    _verify(new, shown, held, items, same)
    return text, new


def _chosen(source: Source, table: str, wanted: str | None) -> tuple[Mapping, Held, Grid]:
    """The rule file, the entry in it that is meant, and the sheet."""
    root = read_yaml(source)
    if not isinstance(root, Mapping):
        raise GroupbuyError(
            Problem("wrong-shape", f"a pack is a mapping, not {root.noun}", root.at)
        )
    tables = tables_in_root(root)
    path, sheet = _file(table)
    given = _given(tables, wanted, path) if wanted is not None else None
    likely = [given.path[-1], given.path[2]] if given else [held.path[-1] for held in tables]
    grid = read_grid(path, path.as_posix(), sheet, likely)
    if given is not None:
        return root, given, grid
    for name in (grid.title, path.stem):
        if any(held.path[-1] == name for held in tables):
            return root, chosen(tables, name), grid
    message = f"nothing in {source.name} with rows:, bands: or cases: is called as this sheet"
    hint = _CHANGES.format(path.name)
    if tables:
        hint = f"say what the rows belong to: --entry {tables[0].name}; {hint}"
    raise GroupbuyError(Problem("unknown-table", message, Location(grid.source.name), hint))


_CHANGES = "what a lower pack defines is changed by table: {} under changes:"


def _given(tables: list[Held], wanted: str, path: Path) -> Held:
    """The entry of the file that `--entry` names."""
    try:
        return chosen(tables, wanted)
    except GroupbuyError as error:
        problem = error.problems[0]
        if problem.hint and problem.hint.startswith(("say", "did")):
            raise
        hint = _CHANGES.format(path.name)
        raise GroupbuyError(replace(problem, hint=hint)) from None


def _file(table: str) -> tuple[Path, str | None]:
    """A file, and the sheet behind a colon."""
    found = re.fullmatch(r"(.+\.(?:csv|tsv|xlsx|xlsm)):(.+)", table, re.IGNORECASE)
    path = Path(found[1] if found and not Path(table).exists() else table)
    if path.suffix.lower() not in (*CSV, *XLSX):
        message = f"{path} is neither a CSV nor an Excel file"
        raise GroupbuyError(Problem("table-file", message, None, "name a .xlsx or a .csv file"))
    return path, found[2] if found and not Path(table).exists() else None


def _keys(text: str, shown: str, held: Held) -> list[str]:
    """The keys of the entry as it is written."""
    node: Node | None = read_yaml(Source(shown, text))
    for key in _path(held):
        node = node.get(key) if isinstance(node, Mapping) else None
    return list(node.items) if isinstance(node, Mapping) else []


# ── reading it as the rules would ──


def _taken(
    root: Mapping, held: Held, grid: Grid, into: Path, folder: Path | None, options: Options
) -> Vocabulary:
    """Put the sheet's rows into the entry, and see what the rules say; the names they have."""
    entry = held.entry
    given = GivenTable(grid.source, 1, 1, f"{held.path[-1]}.xlsx", "", "", grid)
    entry.items = {
        (TABLE if key in FORMS else key): (given if key in (*FORMS, TABLE) else node)
        for key, node in entry.items.items()
    }
    if folder is None:
        return _alone(root, into)
    file, active = opened_plugins(find_rules(folder, Path.cwd()), options)
    extensions = active.registry.extensions(CORE_SECTIONS)
    problems = Problems()
    project: Project | None = None
    with problems.collecting():
        project = load_project(
            file, extensions, options.as_of, options.layers, instead={into.resolve(): root}
        )
        RuleSet(project, extensions, options.as_of, options.settings)
    if TABLE in entry.items and project is not None and not problems.found:
        # No layer names the file: it is read by itself, with the names of the rules.
        vocabulary = vocabulary_of(project, _SHARED)
        return _alone(root, into, vocabulary)
    if problems.found:
        known = _known_problems(folder, options)
        new = [problem for problem in problems.found if str(problem) not in known]
        if new or TABLE in entry.items or project is None:
            raise GroupbuyError(*(new or problems.found))
    assert project is not None
    return vocabulary_of(project, _SHARED)


def _known_problems(folder: Path, options: Options) -> set[str]:
    """What was wrong with the rules before."""
    try:
        file, active = opened_plugins(find_rules(folder, Path.cwd()), options)
        extensions = active.registry.extensions(CORE_SECTIONS)
        project = load_project(file, extensions, options.as_of, options.layers)
        RuleSet(project, extensions, options.as_of, options.settings)
    except GroupbuyError as error:
        return {str(problem) for problem in error.problems}
    return set()


def _alone(root: Mapping, into: Path, vocabulary: Vocabulary | None = None) -> Vocabulary:
    """A file that belongs to no rules folder: its own names, and the shipped lead model."""
    if vocabulary is None:
        model = load_model(read_yaml(read_source(shipped_rules() / "lead.yaml")))
        vocabulary = Vocabulary(model, named_entries(root, _SHARED))
    names = vocabulary
    tables = Tables(into.parent, shown_name, lambda: names, lambda _content: None)
    tables.expand(root, into.parent, [section.name for section in CORE_SECTIONS])
    tables.problems.raise_any()
    return vocabulary


# ── what it says ──


def _said(node: Node, held: Held, vocabulary: Vocabulary, key: str = "") -> object:
    """What an item says, however it is written."""
    if isinstance(node, Mapping):
        if held.form.key == "cases" and set(node.items) == {"value"}:
            return _said(node.items["value"], held, vocabulary, "value")
        return {name: _said(item, held, vocabulary, name) for name, item in node.items.items()}
    if not isinstance(node, Scalar):
        return node.data()
    if key == "when" and isinstance(node.value, str):
        return canonical(node.value, vocabulary)
    if _holds_expression(key, held):
        return core_value(spelled(node.value)) if isinstance(node.value, str) else node.value
    return node.value if isinstance(node.value, str) else node.text


def _holds_expression(key: str, held: Held) -> bool:
    return key in _EXPRESSIONS or (
        not held.words and not held.form.moves and key not in ("title", "because", "source")
    )


def _spell(node: Node, held: Held, key: str = "") -> None:
    """Spell expressions as `fmt` does."""
    if isinstance(node, Mapping):
        for name, item in node.items.items():
            _spell(item, held, name)
    elif isinstance(node, Scalar) and isinstance(node.value, str) and key in _EXPRESSIONS:
        node.value = node.text = spelled(node.value)


def _verify(text: str, shown: str, held: Held, items: Mapping, same: Same) -> None:
    """What was written must say what the table says."""
    node: Node | None = read_yaml(Source(shown, text))
    for key in (*_path(held), held.form.key):
        node = node.get(key) if isinstance(node, Mapping) else None
    if not (isinstance(node, Mapping) and list(node.items) == list(items.items)) or not same(
        node, items, ""
    ):
        message = f"{held.name} can't be written into {shown}"
        raise GroupbuyError(Problem("table-shape", message, None, "write it in block style"))


def _path(held: Held) -> tuple[str, ...]:
    """The way to the entry from the top of the file."""
    return (*(("changes",) if held.changes else ()), *held.path[1:])


def _read(path: Path, shown: str) -> str:
    """A rule file with its line ends and its mark as they are."""
    read_source(path, name=shown)
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        message = "this file is not UTF-8, and would not stay as it is"
        hint = "save it as UTF-8 in your editor"
        problem = Problem("file-encoding", message, Location(shown), hint)
        raise GroupbuyError(problem) from None
