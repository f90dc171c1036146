"""Rules with tables: written beside packs, exported, and read again."""

# ruff: noqa: E501 - an entry of the model is one line

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from groupbuy.authoring.tables.export import exported
from groupbuy.authoring.tables.find import Held, tables_in_root
from groupbuy.authoring.tables.write import csv_of, xlsx_of
from groupbuy.engine.workspace import CORE_SECTIONS, Options, Workspace
from groupbuy.errors import GroupbuyError
from groupbuy.rules.extensions import Extensions
from groupbuy.rules.project import load_project, read_project_file
from groupbuy.rules.ruleset import RuleSet
from groupbuy.rules.tables.expand import TABLE, GivenTable
from groupbuy.sheets.grid import read_grid
from groupbuy.source.nodes import Mapping
from groupbuy.source.yaml import read_source, read_yaml

AS_OF = date(2026, 11, 22).toordinal()
WRITERS: dict[str, Callable[..., bytes]] = {".csv": csv_of, ".xlsx": xlsx_of}

Trees = dict[tuple[str, str, str], list[tuple[str, object]]]
"""What each entry of each pack has become."""


def opened(folder: Path) -> Workspace:
    return Workspace(folder, Options(AS_OF))


def trees(rules: RuleSet) -> Trees:
    return {
        (found.entry.owner, found.entry.section, found.entry.id): [
            (definition.name, definition.expression) for definition in found.definitions
        ]
        for found in rules.every_entry()
    }


def as_tables(
    folder: Path, workspace: Workspace, suffix: str, lang: str, scratch: Path
) -> tuple[RuleSet, list[str]]:
    """The rules with every table in a file of its own, and which tables those are."""
    instead, names = {}, []
    for pack in workspace.project.packs:
        path = folder / pack.at.file.removeprefix("groupbuy:")
        root = read_yaml(read_source(path, name=pack.at.file))
        assert isinstance(root, Mapping)
        for held in tables_in_root(root):
            file = scratch / f"{len(names)}{suffix}"
            file.write_bytes(WRITERS[suffix](exported(workspace, held.name, lang)))
            put(held, file)
            names.append(held.name)
        instead[path.resolve()] = root
    project = load_project(
        read_project_file(folder), Extensions(CORE_SECTIONS), AS_OF, instead=instead
    )
    return RuleSet(project, Extensions(CORE_SECTIONS), AS_OF), names


def put(held: Held, file: Path) -> None:
    """Let a table stand in a file."""
    grid = read_grid(file, file.name)
    given = GivenTable(grid.source, 1, 1, file.name, file.name, "", grid)
    held.entry.items = {
        (TABLE if key == held.form.key else key): (given if key == held.form.key else node)
        for key, node in held.entry.items.items()
    }


MODEL = """groupbuy: 1
fields:
  id:     {type: text, required: true}
  a:      {type: number, title: {en: A number, zh: 数}}
  budget: {type: money, min: 0, aliases: [预算], title: {en: Purchase budget, zh: 采购预算}}
  share:  {type: percent, title: {en: Share, zh: 份额}}
  f:      {type: flag, title: {en: Flag, zh: 标记}}
  g:      {type: flag}
  kind:   {type: choice, of: {office: {en: Office, zh: 办公类}, welfare: {zh: 福利性, aliases: [福利]}, gift: {zh: 礼品类}}, title: {en: Type, zh: 团购类型}}
  level:  {type: choice, ordered: true, of: [low, middle, high]}
  causes: {type: choices, of: {novelty: {zh: 喜新}, competitor: {zh: 让利}, dissatisfied: {zh: 不满}}}
  due_on: {type: date, title: {zh: 要货日期}}
  region: {type: text}
  name:   {type: text, title: {en: Name, zh: 客户名称}}
  source: {type: choice, of: [fair, web]}
  orders: {type: table, order: date, fields: {date: {type: date}, amount: {type: money}}}
"""


def write_rules(folder: Path, pack: str, *more: str, **files: str | bytes) -> Path:
    """A rules folder with packs `p1`, `p2`, … in layers of their own, and files beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lead.yaml").write_text(MODEL, encoding="utf-8")
    names = []
    for number, text in enumerate((pack, *more), 1):
        head = "" if "pack:" in text else f"groupbuy: 1\npack: p{number}\n"
        (folder / f"p{number}.yaml").write_text(head + text, encoding="utf-8")
        names.append(f"p{number}")
    layers = ", ".join(names)
    project = f"groupbuy: 1\nmodel: lead.yaml\nlayers: [{layers}]\n"
    (folder / "groupbuy.yaml").write_text(project, encoding="utf-8")
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder


def found_in(folder: Path) -> list[str]:
    """What is wrong with the rules of a folder, as places, codes and hints."""
    try:
        opened(folder)
    except GroupbuyError as error:
        told = [f"{problem} | {problem.hint}" for problem in error.problems]
        return [line.replace(f"{folder.as_posix()}/", "") for line in told]
    return []


def entry(folder: Path, section: str, id: str) -> Any:
    """What an entry says, as plain data, however it is written."""
    for (in_section, name), found in opened(folder).rules.base.items():
        if (in_section, name) == (section, id):
            return found[0][1].node.data()
    raise AssertionError(f"there is no {section}.{id}")
