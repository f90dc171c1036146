"""Reads `*.test.yaml`: cases, or everything that is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from groupbuy.authoring.cases.case import STATES, Check, RuleCase
from groupbuy.authoring.cases.schema import FAILING, HEAD, MANY, ONE
from groupbuy.errors import GroupbuyError, Location, Problems, Source, did_you_mean
from groupbuy.model.names import quote
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.source.shape import check_shape
from groupbuy.source.yaml import read_source, read_yaml

SUFFIX = ".test.yaml"
FILE = "groupbuy.yaml"

LISTS = (*STATES, "questions", "packs")
"""Expectations that are lists of names; the others have one value, or one for each name."""
BY_NAME = ("facts", "scores", "grades", "because", "plays", "shows")


def find_case_files(paths: Iterable[Path]) -> list[Path]:
    """The files to read: those named, and all below the folders named, in the order of names.

    Raises `GroupbuyError` for a path that is not there and a file that is no `*.test.yaml`.
    """
    problems = Problems()
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            files = sorted(file for file in path.rglob(f"*{SUFFIX}") if file.is_file())
        elif path.is_file() and path.name.endswith((SUFFIX, ".test.yml")):
            files = [path]
        else:
            files = []
            what = "this is no file of rule cases" if path.is_file() else "no such file or folder"
            names = [p.name for p in path.parent.glob(f"*{SUFFIX}")] if path.parent.is_dir() else []
            hint = did_you_mean(path.name, names) or f"cases stand in files called NAME{SUFFIX}"
            problems.add("cases-not-found", what, Location(str(path)), hint)
        for file in files:
            found.setdefault(file.resolve(), file)
    problems.raise_any()
    return list(found.values())


def read_cases(path: Path, name: str | None = None) -> list[RuleCase]:
    """The cases of a file, in its order. Raises `GroupbuyError` with all that is wrong."""
    return cases_of(read_source(path, name=name), path)


def cases_of(source: Source, path: Path) -> list[RuleCase]:
    """The same of a text that is at hand; `path` is where it lies."""
    root = read_yaml(source)
    problems = Problems()
    problems.extend(check_shape(root, HEAD))
    if not isinstance(root, Mapping):
        raise GroupbuyError(*problems)
    return _File(path, root, problems).read()


class _File:
    """One file and what its head says for all cases."""

    def __init__(self, path: Path, root: Mapping, problems: Problems) -> None:
        self.path, self.root, self.problems = path, root, problems
        self.names: dict[str, Location] = {}

    def read(self) -> list[RuleCase]:
        as_of = self.day(self.root.get("as_of"))
        rules = self.rules()
        cases = self.root.get("cases")
        found = []
        for node in cases.items if isinstance(cases, Sequence) else []:
            case = self.case(node, as_of, rules)
            if case is not None:
                found.append(case)
        self.problems.raise_any()
        return found

    def rules(self) -> Path | None:
        """The rules folder: the one named, else the nearest in or above the file's folder."""
        node = self.root.get("rules")
        if isinstance(node, Scalar) and isinstance(node.value, str):
            path = self.path.parent / node.value
            folder = path.parent if path.name == FILE else path
            if not (folder / FILE).is_file():
                hint = "name a groupbuy.yaml, or leave it out for the nearest one above"
                message = f"there is no {FILE} at {node.value}"
                self.problems.add("no-such-file", message, node.at, hint, len(node.text))
            return folder
        return nearest_rules(self.path)

    def day(self, node: Node | None) -> int | None:
        if not isinstance(node, Scalar):
            return None
        try:
            return date.fromisoformat(node.text.strip()).toordinal()
        except ValueError:
            message = f"as_of: {quote(node.text)} is not a date"
            self.problems.add("bad-date", message, node.at, "write it as 2026-01-31")
            return None

    def case(self, node: Node, as_of: int | None, rules: Path | None) -> RuleCase | None:
        """One case; none where it can't be read."""
        faults = check_shape(node, _schema_of(node))
        if not isinstance(node, Mapping) or faults:
            self.problems.extend(faults)
            return None
        name = node.items["case"]
        assert isinstance(name, Scalar)
        first = self.names.setdefault(name.text, name.at)
        if first != name.at:
            message = f"a case is called {quote(name.text)} already, at {first}"
            hint = "say what this one shows that the other doesn't"
            self.problems.add("case-same-name", message, name.at, hint, len(name.text))
        day = self.day(node.get("as_of")) or as_of
        expect = node.items["expect"]
        assert isinstance(expect, Mapping)
        several = "leads" in node.items and not _only_error(expect)
        return RuleCase(
            name.text,
            name.at,
            self.path,
            day or 1,
            self.leads(node),
            tuple(_by_lead(expect) if several else _checks(expect)),
            rules,
            {**_settings(self.root), **_settings(node)},
            _text(node.get("lang")) or _text(self.root.get("lang")) or "en",
            _text(node.get("source")),
            several,
        )

    def leads(self, node: Mapping) -> Mapping | Sequence | Path:
        """The lead, the list, or the file beside this one."""
        found = node.get("lead") or node.items["leads"]
        if isinstance(found, Mapping | Sequence):
            return found
        assert isinstance(found, Scalar)
        path = (self.path.parent / found.text).resolve()
        if not path.is_relative_to(self.path.parent.resolve()):
            message = f"{quote(found.text)} is not a file below the folder of these cases"
            self.problems.add("outside-folder", message, found.at, "copy it there", len(found.text))
        elif not path.is_file():
            siblings = [other.name for other in path.parent.glob("*")]
            hint = did_you_mean(path.name, siblings)
            message = f"there is no lead file {quote(found.text)}"
            self.problems.add("no-such-file", message, found.at, hint, len(found.text))
        return self.path.parent / found.text


def nearest_rules(path: Path) -> Path | None:
    """The nearest folder with a `groupbuy.yaml`, in or above the folder of a file."""
    for folder in path.resolve().parents:
        if (folder / FILE).is_file():
            try:
                return folder.relative_to(Path.cwd())
            except ValueError:
                return folder
    return None


def _schema_of(node: Node) -> dict[str, object]:
    """Which of the three kinds of case a node is meant to be."""
    if isinstance(node, Mapping) and "leads" in node.items:
        expect = node.get("expect")
        return FAILING if isinstance(expect, Mapping) and _only_error(expect) else MANY
    return ONE


def _only_error(expect: Mapping) -> bool:
    """Whether the leads can't be read at all; a lead may be called `error`, too."""
    node = expect.get("error")
    if node is None or len(expect.items) > 1:
        return False
    return isinstance(node, Scalar) or (isinstance(node, Mapping) and "code" in node.items)


def _by_lead(expect: Mapping) -> Iterator[Check]:
    for lead, node in expect.items.items():
        assert isinstance(node, Mapping)
        yield from _checks(node, lead)


def _checks(expect: Mapping, lead: str | None = None) -> Iterator[Check]:
    """The expectations one by one."""
    for kind, node in expect.items.items():
        if kind in LISTS and isinstance(node, Sequence):
            for item in node.items:
                assert isinstance(item, Scalar)
                yield Check(kind, item.text.strip(), item, item.at, lead)
        elif kind in BY_NAME and isinstance(node, Mapping):
            for name, item in node.items.items():
                yield Check(kind, name.strip(), item, node.key_at(name), lead)
        else:
            yield Check(kind, "", node, expect.key_at(kind), lead)


def _settings(node: Mapping) -> dict[str, str]:
    found = node.get("settings")
    if not isinstance(found, Mapping):
        return {}
    return {key: item.text for key, item in found.items.items() if isinstance(item, Scalar)}


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) and node.value is not None else None
