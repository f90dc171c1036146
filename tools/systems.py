"""Make rules/README.md: each system of the articles, where it lives, what it reads, how to see it.

What a system gives and the command that shows it stand in docs/systems.yaml; where it lives (the
entries whose `source:` names it) and what these read is taken from the rules themselves.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.sections.base import Lowered
from groupbuy.source.nodes import Scalar
from groupbuy.tree.nodes import Agg, Col, Expr, Periods, names, walk

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "systems.yaml"
PAGE = ROOT / "rules" / "README.md"
AS_OF = "2026-11-22"
SYSTEM = re.compile(r"\bS\d\d\b")
NAMED = ("scores", "grades")
MOST = 16
"""Names that a cell lists; the others are counted."""

HEAD = """\
<!-- Made by `make systems` from docs/systems.yaml and the rules. Do not edit. -->

# The rule packs

Rules that come with groupbuy, lowest layer first: `common` for every lead, then the pack of its
type (`office`, `welfare`, `gift`), then `industries`. Each pack begins with the numbers that a
manager tunes; beside it stand its cases (`NAME.test.yaml`, run by `groupbuy test rules`). A company
changes them in a pack of its own and never here: `groupbuy init` makes a folder for that.

自带规则分三层：`common` 适用于全部客户，其上是采购类型，再上是行业。每个文件开头是可调的数。
要改，写在自己的规则包里，不动这里。

| layer | pack | for | what it holds |
|---|---|---|---|
"""
MIDDLE = """
## Systems

What the source articles describe, as systems. *Reads* lists fields of a lead, and scores and
grades by name. Commands are run from the root of the repository.

| | system | lives in | reads | gives | see it |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is made", file=sys.stderr)


def systems() -> dict[str, Any]:
    """The rows that were written by hand, by id."""
    found: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def page() -> str:
    """The whole page."""
    workspace = Workspace(ROOT / "rules", Options(date.fromisoformat(AS_OF).toordinal()))
    lives = entries_of(workspace)
    reads = Reads(workspace)
    rows = [
        row(id, system, lives.get(id, []), reads, workspace) for id, system in systems().items()
    ]
    return HEAD + "".join(packs(workspace)) + MIDDLE + "".join(rows)


def packs(workspace: Workspace) -> Iterator[str]:
    """A row for each pack."""
    for number, layer in enumerate(workspace.project.layers, 1):
        for pack in layer:
            condition = pack.condition
            only = f"`{condition.text}`" if isinstance(condition, Scalar) else "every lead"
            counts = ", ".join(
                f"{section} {len(entries)}" for section, entries in pack.sections.items() if entries
            )
            title = f"{pack.title.get('en')} {pack.title.get('zh')}"
            link = f"[{pack.name}]({place(pack.at.file)})"
            yield f"| {number} | {link} {title} | {only} | {counts} |\n"


def place(file: str) -> str:
    """A pack's file as the page links to it."""
    return file.removeprefix("groupbuy:")


def row(
    id: str, system: Mapping[str, Any], lives: list[Lowered], reads: Reads, workspace: Workspace
) -> str:
    """One system's row."""
    files: dict[str, list[str]] = defaultdict(list)
    for lowered in lives:
        entry = lowered.entry
        files[place(entry.at.file)].append(f"{entry.section}.{entry.id}")
    where = "; ".join(
        f"[{Path(file).stem}]({file}): {listed(dict.fromkeys(names))}"
        for file, names in sorted(files.items())
    )
    name = f"{system['name']['en']} {system['name']['zh']}"
    gives = str(system["gives"])
    if "later" in system:
        gives += f". *By code, not by these rules:* {system['later']}"
    show = f"{system['show']} --as-of {AS_OF}".replace("|", "\\|")
    read = listed(reads.of(lives))
    return f"| {id} | {name} | {where or '–'} | {read} | {gives} | `groupbuy {show}` |\n"


def listed(names: Iterable[str]) -> str:
    """Names in code style, as many as fit a cell."""
    all_names = list(names)
    shown = ", ".join(f"`{name}`" for name in all_names[:MOST])
    more = len(all_names) - MOST
    return f"{shown} and {more} more" if more > 0 else shown


def entries_of(workspace: Workspace) -> dict[str, list[Lowered]]:
    """The entries whose source names a system, by its id; settings are numbers of these."""
    found: dict[str, list[Lowered]] = defaultdict(list)
    for lowered in workspace.rules.every_entry():
        source = lowered.entry.get("source")
        if not isinstance(source, Scalar) or lowered.entry.section == "settings":
            continue
        for id in SYSTEM.findall(source.text):
            found[id].append(lowered)
    return found


class Reads:
    """What entries read: fields of a lead, and scores and grades by name."""

    def __init__(self, workspace: Workspace) -> None:
        """Facts are looked through: what they read counts."""
        self.model = workspace.model
        self.facts: dict[str, list[Expr]] = defaultdict(list)
        self.named: set[str] = set()
        for lowered in workspace.rules.every_entry():
            entry = lowered.entry
            if entry.section == "facts":
                self.facts[entry.id] += expressions(lowered)
            elif entry.section in NAMED:
                self.named.add(entry.id)

    def of(self, lives: Iterable[Lowered]) -> list[str]:
        """The names in alphabetical order, fields first."""
        found: set[str] = set()
        seen: set[str] = set()
        for lowered in lives:
            for tree in expressions(lowered):
                self.collect(tree, found, seen)
        own = {each.entry.id for each in lives if each.entry.section in ("facts", *NAMED)}
        return sorted(found - own, key=lambda name: (name in self.named, name))

    def collect(self, tree: Expr, found: set[str], seen: set[str]) -> None:
        for node in walk(tree):
            if isinstance(node, (Agg, Col, Periods)) and node.table in self.model.tables:
                found.add(node.table)
        for name in names(tree):
            base = re.sub(r"∈.*|\.(low|high|value|likely|rank)$", "", name)
            if base in seen:
                continue
            seen.add(base)
            if base in self.facts:
                for inner in self.facts[base]:
                    self.collect(inner, found, seen)
            elif base in self.model.fields or base in self.model.tables or base in self.named:
                found.add(base)


def expressions(lowered: Lowered) -> list[Expr]:
    """The trees of an entry."""
    return [
        definition.expression
        for definition in lowered.definitions
        if isinstance(definition.expression, Expr)
    ]


if __name__ == "__main__":
    main()
