"""What pytest gets from groupbuy: rule cases as tests, and a fixture for rules given as text.

Every run of pytest in an environment with groupbuy imports this module, so it imports next to
nothing itself. It collects nothing unless the project asks for it:

    [tool.pytest.ini_options]
    groupbuy_cases = true
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from groupbuy.authoring.cases.bench import Bench
    from groupbuy.authoring.cases.case import RuleCase
    from groupbuy.errors import GroupbuyError
    from groupbuy.testing import Rules

INI = "groupbuy_cases"
SUFFIX = ".test.yaml"


class CaseFailedError(Exception):
    """A case that failed, in words."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting that turns the collection of cases on."""
    parser.addini(INI, f"collect rule cases (*{SUFFIX}) as tests", type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file of cases, where the project wants them collected."""
    if file_path.name.endswith(SUFFIX) and parent.config.getini(INI):
        collected: pytest.Collector = CaseFile.from_parent(parent, path=file_path)
        return collected
    return None


class CaseFile(pytest.File):
    """A `*.test.yaml`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its cases; what is wrong with the file is an error of the collection."""
        from groupbuy.authoring.cases.read import read_cases
        from groupbuy.errors import GroupbuyError

        try:
            cases = read_cases(self.path, name=self.nodeid)
        except GroupbuyError as error:
            raise self.CollectError(_told(error)) from None
        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case)


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: RuleCase, **more: Any) -> None:
        """`case` is the case that was read."""
        super().__init__(**more)
        self.case = case

    def runtest(self) -> None:
        """Run it; raises `CaseFailedError`."""
        from groupbuy.authoring.cases.report import failure_lines
        from groupbuy.errors import GroupbuyError

        bench = bench_of(self.session)
        try:
            bench.check([self.case])
        except GroupbuyError as error:
            raise CaseFailedError(_told(error)) from None
        outcome = bench.run(self.case)
        if not outcome.passed:
            lines = [line for failure in outcome.failures for line in failure_lines(failure, "en")]
            raise CaseFailedError("\n".join(lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and what came, without a traceback through groupbuy."""
        if isinstance(excinfo.value, CaseFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the case stands."""
        line = self.case.at.line
        return self.path, None if line is None else line - 1, self.name


_BENCH = pytest.StashKey[Any]()


def bench_of(session: pytest.Session) -> Bench:
    """The one bench of a run: rules are opened once for all cases that need them."""
    from groupbuy.authoring.cases.bench import Bench

    bench: Bench = session.stash.setdefault(_BENCH, Bench())
    return bench


def _told(error: GroupbuyError) -> str:
    from groupbuy.render.problems import show_problems

    return show_problems(error.problems)


@pytest.fixture(scope="session")
def groupbuy_rules() -> Callable[..., Rules]:
    """`groupbuy.testing.Rules`: rules given as text, leads as dicts, results as plain data."""
    from groupbuy.testing import Rules

    return Rules
