"""A rules folder as it is in the editor: what is saved, and over it what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from groupbuy.authoring.cases.bench import Bench, Opened, check_case
from groupbuy.authoring.cases.case import RuleCase
from groupbuy.authoring.cases.coverage import Counted, coverage
from groupbuy.authoring.cases.read import SUFFIX, cases_of, find_case_files, read_cases
from groupbuy.authoring.findings.run import find
from groupbuy.authoring.findings.told import problem_of
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source
from groupbuy.lsp.known import Known
from groupbuy.rules.project import FILE, shown_name
from groupbuy.source.yaml import read_source, read_yaml

Texts = Mapping[Path, str]
"""The texts of documents that are open, by the resolved paths of their files."""


@dataclass
class Files:
    """Reads files as the editor has them, and keeps how messages call them."""

    texts: Texts
    named: dict[str, Path] = field(default_factory=dict)

    def read(self, path: Path, *, name: str) -> Source:
        """The text of a file: the open document's, else the saved one. Raises `GroupbuyError`."""
        resolved = path.resolve()
        self.named[name] = resolved
        text = self.texts.get(resolved)
        return read_source(path, name=name) if text is None else Source(name, text)


@dataclass(frozen=True)
class Checked:
    """What was found in a folder: problems, and what is known of it where it could be read."""

    problems: tuple[Problem, ...]
    files: Mapping[str, Path]
    known: Known | None = None
    faultless: bool = False
    """Whether the rules have no errors; findings are for those."""


@dataclass(frozen=True)
class Setup:
    """How folders are opened: on which day (else today, whenever that is), in which language."""

    as_of: int | None
    lang: str
    settings: Mapping[str, str] = field(default_factory=dict)
    plugins_dir: Path | None = None


def check(folder: Path, texts: Texts, setup: Setup) -> Checked:
    """Everything that is wrong with a rules folder, and with cases and other files open in it."""
    files = Files(texts)
    options = Options(
        date.today().toordinal() if setup.as_of is None else setup.as_of,
        setup.lang,
        setup.settings,
        plugins_dir=setup.plugins_dir,
        read=files.read,
    )
    known: Known | None = None
    problems: list[Problem] = []
    faults = Problems()
    try:
        workspace = Workspace(folder, options, faults=faults)
        problems += [*faults, *workspace.warnings]
        known = Known(workspace, files.named, setup.lang)
    except GroupbuyError as error:
        problems += error.problems
    faultless = known is not None and not faults.found
    problems += _beside(folder, texts, files, known if faultless else None)
    return Checked(tuple(dict.fromkeys(problems)), files.named, known, faultless)


def _beside(folder: Path, texts: Texts, files: Files, known: Known | None) -> Iterable[Problem]:
    """What is wrong with open files that the rules themselves don't read."""
    read = set(files.named.values())
    problems = Problems()
    opened = Opened(known.workspace) if known is not None else None
    for path, text in texts.items():
        if path in read or not path.is_relative_to(folder.resolve()):
            continue
        source = Source(shown_name(path), text)
        files.named[source.name] = path
        with problems.collecting():
            if path.name.endswith(SUFFIX):
                for case in cases_of(source, path):
                    if opened is not None:
                        check_case(case, opened, problems)
            elif path.suffix in (".yaml", ".yml"):
                read_yaml(source)
    return problems


def findings(known: Known, between: Callable[[], None]) -> tuple[Problem, ...]:
    """What `groupbuy check` finds in rules without errors, notes included.

    `between` is called again and again; what it raises ends the search.
    """
    return tuple(problem_of(finding) for finding in find(known.workspace, between).findings)


def counted(folder: Path, between: Callable[[], None]) -> dict[str, Counted]:
    """What each rule did in the saved cases of a folder, by its path; nothing where one fails.

    `between` is called before each case; what it raises ends the run.
    """
    try:
        cases: list[RuleCase] = []
        for file in find_case_files((folder,)):
            cases += [case for case in read_cases(file) if _about(case, folder)]
        bench = Bench(folder)
        bench.check(cases)
        outcomes = []
        for case in cases:
            between()
            outcomes.append(bench.run(case, states=True))
    except GroupbuyError:
        return {}
    return {rule.path: rule for rule in coverage(bench, outcomes).rules}


def _about(case: RuleCase, folder: Path) -> bool:
    """Whether a case is about the rules of a folder, and not of another inside it."""
    return case.rules is not None and case.rules.resolve() == folder.resolve()


# ── what was found before the last change ──


def moved(problem: Problem, files: Mapping[str, Path], texts: Texts) -> Problem | None:
    """A finding of an earlier text at its place in the present one: its line, if it still stands.

    Findings take longer than errors; until new ones are there, the old ones go along.
    """
    at = problem.at
    if at is None or at.line is None or at.source is None or at.excerpt is None:
        return problem
    path = files.get(at.file)
    text = texts.get(path) if path is not None else None
    if text is None or text == at.source.text:
        return problem
    now = Source(at.file, text)
    wanted = [number for number, line in enumerate(now.lines, 1) if line == at.excerpt]
    if not wanted:
        return None
    nearest = min(wanted, key=lambda number: abs(number - (at.line or 0)))
    return replace(problem, at=Location(at.file, nearest, at.column, now))


def folder_of(path: Path) -> Path | None:
    """The rules folder to which a file belongs: the nearest `groupbuy.yaml` in or above it."""
    for folder in path.resolve().parents:
        if (folder / FILE).is_file():
            return folder
    return None
