"""Settings given for one run: `--set name=value`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from groupbuy.errors import GroupbuyError, Problem, Problems
from groupbuy.rules.entries import Entries, near_id
from groupbuy.rules.locks import locked_by
from groupbuy.sections.base import Entry
from groupbuy.sections.settings import read_setting, setting_type
from groupbuy.source.nodes import Scalar
from groupbuy.tree.nodes import Lit
from groupbuy.tree.types import Kind


def read_overrides(given: Mapping[str, str], entries: Entries) -> dict[str, Lit]:
    """The values by name, each read by its setting's type. Raises `GroupbuyError` with all."""
    read: dict[str, Lit] = {}
    problems = Problems()
    for name, text in given.items():
        found = entries.base.get(("settings", name))
        if not found:
            problems.add(
                "unknown-setting",
                f'--set: there is no setting "{name}"',
                None,
                near_id(name, "settings", entries.base),
            )
            continue
        lock = locked_by(entries, name)
        if lock is not None:
            problems.add("locked", f"--set: {name} is locked: {lock}")
            continue
        try:
            read[name] = _read(name, text, found[0][1])
        except GroupbuyError as error:
            problems.extend(
                replace(problem, at=None, message=f"--set {name}: {problem.message}")
                for problem in error.problems
            )
    problems.raise_any()
    return read


def _read(name: str, text: str, entry: Entry) -> Lit:
    """A value by the type of the setting that `entry` defines."""
    type = setting_type(entry)
    if type.kind is Kind.DATES:
        raise GroupbuyError(
            Problem(
                "wrong-value",
                f"--set: {name} is a list of dates",
                None,
                "change it in a pack",
            )
        )
    node = Scalar(entry.node.source, entry.node.line, entry.node.column, text, text, '"')
    return Lit(read_setting(node, type), type)
