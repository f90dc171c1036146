"""Mutation testing: break a line, and see whether a test fails.

Every test runs once in a process of its own, to see which lines it reaches. Each mutant then gets
the tests that reach its statement, the quickest first, until one fails. A mutant in a function is
put into a fork of a process that has collected all tests; one at a module's level gets a process
that imports everything anew. Which are tried is drawn with a seed, evenly over the packages.

Survivors that somebody has judged stand in tests/mutation/survivors.md; others end the run with 1.
"""

from __future__ import annotations

import argparse
import ast
import gc
import hashlib
import importlib
import importlib.machinery
import json
import math
import os
import resource
import select
import signal
import sys
import time
import tomllib
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage
from mutants import Mutant, code_of, mutants

ROOT = Path.cwd()
"""The repository: `make mutate` runs there."""
BUILD = ROOT / "build" / "mutation"
JUDGED = ROOT / "tests" / "mutation" / "survivors.md"
MEMORY = 8 << 30
"""Bytes of address space that a mutant may take."""
ALIVE = ("survived", "not reached", "error")
"""What is not as good as killed. An error is this tool's own."""

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Config:
    """[tool.mutate] of pyproject.toml."""

    source: str
    packages: list[str]
    tests: list[str]
    slowest: float
    leave_out: list[str]
    preload: list[str]
    most: float
    patience: float


@dataclass
class Test:
    """What a test reaches: seconds it takes alone, and lines of our files."""

    id: str
    seconds: float
    lines: dict[str, list[int]]

    @property
    def file(self) -> str:
        """The file it is in."""
        return self.id.partition("::")[0]


@dataclass
class Reach:
    """Which tests reach a line."""

    tests: dict[str, Test]
    at: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    of_file: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    killers: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds of a test with the parameters that take longest: fixtures count for the first."""

    def __post_init__(self) -> None:
        for test in self.tests.values():
            name = name_in(test.id)
            self.longest[name] = max(self.longest[name], test.seconds)
            for file, lines in test.lines.items():
                self.of_file[file].add(test.id)
                for line in lines:
                    self.at[file, line].append(test.id)

    def chosen(self, mutant: Mutant, most: float) -> tuple[list[str], int]:
        """The tests for a mutant, in the order they run, and how many did not fit in."""
        if mutant.unit is None:
            ids = set(self.of_file[mutant.file])
        else:
            first, last = mutant.lines
            ids = {id for line in range(first, last + 1) for id in self.at[mutant.file, line]}
        before = [id for id in self.killers[mutant.file, mutant.place] if id in ids]
        quickest = sorted(
            ids,
            key=lambda id: (
                id not in before,
                self.longest[name_in(id)],
                self.tests[id].seconds,
                id,
            ),
        )
        total, fit = 0.0, []
        of_file: Counter[str] = Counter()
        for id in quickest:
            # Fixtures of a file are made once if its tests run together.
            file = self.tests[id].file
            more = self.tests[id].seconds if file in of_file else self.longest[name_in(id)]
            if not fit or total + more <= most:
                total += more
                fit.append(id)
                of_file[file] += round(more * 1e6)
        fit.sort(
            key=lambda id: (id not in before, of_file[self.tests[id].file], self.tests[id].file)
        )
        return fit, len(quickest) - len(fit)


# ── processes ───────────────────────────────────────────────────────────────────────────────────


def forked(work: Callable[[], Any], seconds: float) -> tuple[int, Any]:
    """What `work` gives in a process of its own; and 0, or the signal that ended it.

    Where `work` itself raises, that is -1 and the traceback.
    """
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if not child:
        status = 1
        try:
            os.close(read)
            limit = int(seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            silence()
            answer = json.dumps(work()).encode()
            with os.fdopen(write, "wb") as pipe:
                pipe.write(answer)
            status = 0
        except BaseException:
            os.write(write, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(write)
    answer, until = b"", time.monotonic() + 6 * seconds
    with os.fdopen(read, "rb", buffering=0) as pipe:
        # What waits for ever takes no processor time. (An alarm would be in the way of ours.)
        while select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
            more = pipe.read(1 << 20)
            if not more:
                break
            answer += more
        else:
            os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        return os.WTERMSIG(ended), None
    if os.WEXITSTATUS(ended):
        return -1, answer.decode(errors="replace")
    return 0, json.loads(answer)


def silence() -> None:
    """Let nothing that runs from here on print."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)


def say(text: str) -> None:
    """A line for who watches."""
    with suppress(BrokenPipeError):
        os.write(SCREEN, (text + "\n").encode())


SCREEN = os.dup(1)


class AtTheTests:
    """A pytest plugin that does its own with the collected tests."""

    def __init__(self, work: Callable[[pytest.Session], None]) -> None:
        self.work = work

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run `work` where pytest would run the tests."""
        if not session.testsfailed:
            self.work(session)
        return True


def with_tests(paths: Iterable[str], work: Callable[[pytest.Session], None]) -> None:
    """Collect tests and do something with them."""
    pytest.main(
        [
            *paths,
            *("-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faulthandler"),
            *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
            f"--basetemp={BUILD / 'tmp'}",
        ],
        plugins=[AtTheTests(work)],
    )


def first_failing(items: Sequence[pytest.Item], seconds: Callable[[str], float]) -> str | None:
    """Run tests until one fails; one that takes longer than it may ends the process."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    for item, following in zip(items, [*items[1:], None], strict=True):
        until = time.process_time() + seconds(item.nodeid)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(until), most))
        if any(each.failed for each in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return None


def import_all(files: Iterable[str]) -> None:
    """Import modules that are otherwise imported only where they are used."""
    for file in files:
        name = module_name(file)
        with suppress(ImportError):
            importlib.import_module(name)


def module_name(file: str) -> str:
    """What a file below src is called."""
    return ".".join(Path(file).with_suffix("").parts[1:]).removesuffix(".__init__")


# ── which test reaches what ─────────────────────────────────────────────────────────────────────


def measured(config: Config, files: Sequence[str]) -> Reach:
    """What each test reaches, taken from the last run where nothing it depends on has changed."""
    kept_in = BUILD / "reach.json"
    test_files = sorted(
        {
            str(file.relative_to(ROOT))
            for path in config.tests
            for file in (
                [ROOT / path] if path.endswith(".py") else (ROOT / path).rglob("test_*.py")
            )
        }
    )
    helpers = [
        file
        for folder in ("src", "rules", "tests")
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
        and file.suffix != ".pyc"
        and file.suffix != ".md"
        and not file.name.startswith("test_")
    ]
    world = digest(helpers)
    kept: dict[str, Any] = {}
    if kept_in.exists():
        kept = json.loads(kept_in.read_text())
        if kept.pop("world") != world:
            kept = {}
    kept = {file: entry for file, entry in kept.items() if file in test_files}
    new = [file for file in test_files if kept.get(file, {}).get("digest") != digest([ROOT / file])]
    if new:
        say(f"Running the tests of {len(new)} files, each test by itself, to see what it reaches")
        kept |= {file: {"digest": digest([ROOT / file]), "tests": {}} for file in new}
        forked_quietly(
            lambda: with_tests(new, lambda session: reaching(session, config, files, kept))
        )
        kept = json.loads((BUILD / "reach.tmp").read_text())
        kept_in.write_text(json.dumps({"world": world, **kept}))
    return Reach(
        {
            id: Test(id, seconds, lines)
            for entry in kept.values()
            for id, (seconds, lines) in entry["tests"].items()
            if lines and seconds <= config.slowest
        }
    )


def forked_quietly(work: Callable[[], None]) -> None:
    """Run something that writes its results to a file, apart from this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if not child:
        try:
            silence()
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def reaching(
    session: pytest.Session, config: Config, files: Sequence[str], kept: dict[str, Any]
) -> None:
    """Put into `kept` what each test reaches."""
    import_all(files)
    done = 0
    for name, group in groupby(session.items, key=lambda item: name_in(item.nodeid)):
        items = list(group)
        limit = config.slowest * (len(items) + 1)
        ended, answer = forked(lambda items=items: traced(items, config), limit)  # type: ignore[misc]
        if ended:
            say(f"  left out, as it takes too long or ends the process: {name}")
        else:
            kept[name.partition("::")[0]]["tests"] |= answer
            for item in items:
                if item.nodeid not in answer:
                    say(f"  left out, as it fails by itself or is skipped: {item.nodeid}")
        done += len(items)
        say(f"  {done} of {len(session.items)} tests")
    (BUILD / "reach.tmp").write_text(json.dumps(kept))


def name_in(id: str) -> str:
    """A test's file and name, without parameters."""
    return id.partition("[")[0]


class Tracing:
    """A pytest plugin that keeps apart what a test does and what its fixtures do."""

    def __init__(self, watch: Coverage) -> None:
        self.watch = watch

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """What runs now is the test's own."""
        self.watch.switch_context(item.nodeid)
        yield
        self.watch.switch_context("fixtures")


def traced(
    items: Sequence[pytest.Item], config: Config
) -> dict[str, tuple[float, dict[str, list[int]]]]:
    """Seconds that each test takes and lines that it reaches, of one test and its parameters.

    What fixtures reach counts for all: they are made once.
    """
    watch = Coverage(data_file=None, include=[str(ROOT / config.source / "*")], config_file=False)
    items[0].config.pluginmanager.register(Tracing(watch))
    seconds: dict[str, float] = {}
    watch.start()
    watch.switch_context("fixtures")
    for item, following in zip(items, [*items[1:], None], strict=True):
        began = time.process_time()
        reports = runtestprotocol(item, log=False, nextitem=following)
        if all(each.passed for each in reports):
            seconds[item.nodeid] = round(time.process_time() - began, 4)
    watch.stop()
    data = watch.get_data()
    lines: dict[str, dict[str, list[int]]] = {id: {} for id in seconds}
    for measured_file in data.measured_files():
        file = Path(measured_file).relative_to(ROOT).as_posix()
        for line, contexts in sorted(data.contexts_by_lineno(measured_file).items()):
            for id in seconds if "fixtures" in contexts else set(contexts) & set(seconds):
                lines[id].setdefault(file, []).append(line)
    return {id: (seconds[id], lines[id]) for id in seconds}


def digest(files: Iterable[Path]) -> str:
    """What tells whether any of these has changed."""
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()[:16]


# ── trying mutants ──────────────────────────────────────────────────────────────────────────────


@dataclass
class Run:
    """A run over some mutants: what it needs to know, and where its results go."""

    config: Config
    reach: Reach
    trees: dict[str, ast.Module]
    results: Path
    tests_digest: str
    most: float

    def note(self, mutant: Mutant, status: str, **more: Any) -> None:
        """Keep a result, and say it if it is one to look at."""
        if status == "killed" and more.get("killer"):
            killers = self.reach.killers[mutant.file, mutant.place]
            if more["killer"] not in killers:
                killers.insert(0, more["killer"])
        entry = {
            "key": mutant.key,
            "line": mutant.line,
            "status": status,
            "source": digest([ROOT / mutant.file]),
            "tests": self.tests_digest,
            **more,
        }
        with self.results.open("a") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        if status in ALIVE:
            where, place, change = mutant.key
            say(f"{where}:{mutant.line}: {status}: {place}: {change}")

    def all(self, plan: Sequence[Mutant]) -> None:
        """Try mutants, a hundred at a time from one process."""
        inside = [mutant for mutant in plan if mutant.unit is not None]
        outside = [mutant for mutant in plan if mutant.unit is None]
        left: list[Mutant] = []
        for start in range(0, len(inside), 250):
            batch = inside[start : start + 250]
            forked_quietly(
                lambda batch=batch: with_tests(  # type: ignore[misc]
                    self.config.tests, lambda session: self.inside(session, batch)
                )
            )
            done = {tuple(each["key"]) for each in read_results(self.results)}
            left += [mutant for mutant in batch if mutant.key not in done]
        for mutant in [*left, *outside]:
            self.anew(mutant)

    def inside(self, session: pytest.Session, batch: Sequence[Mutant]) -> None:
        """Try mutants in functions, each in a fork of this process."""
        import_all(self.trees)
        items = {item.nodeid: item for item in session.items}
        paths = {str(ROOT / file) for file in self.trees}
        functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in paths:
                code = each.__code__
                file = Path(code.co_filename).relative_to(ROOT).as_posix()
                functions[file, code.co_qualname, code.co_firstlineno].append(each)
        for mutant in batch:
            assert mutant.unit is not None
            those = functions.get((mutant.file, *mutant.unit))
            if those:
                self.judge(mutant, lambda m=mutant, t=those: self.swapped(m, t), items)  # type: ignore[misc]

    def swapped(self, mutant: Mutant, functions: Iterable[FunctionType]) -> None:
        """Give functions the mutant's code."""
        assert mutant.unit is not None
        tree = self.trees[mutant.file]
        mutant.do()
        code = code_of(tree, str(ROOT / mutant.file), mutant.unit)
        assert code is not None, mutant.unit
        for each in functions:
            each.__code__ = code

    def judge(
        self, mutant: Mutant, change: Callable[[], None], items: dict[str, pytest.Item]
    ) -> None:
        """Try one mutant with the tests that reach it."""
        ids, cut = self.reach.chosen(mutant, self.most)
        if not ids:
            self.note(mutant, "not reached")
            return

        def work() -> str | None:
            change()
            return first_failing([items[id] for id in ids], self.limit)

        began = time.perf_counter()
        ended, killer = forked(work, self.limit_of_all(ids))
        if ended < 0:
            return  # the code does not fit; there is `anew`
        self.conclude(mutant, ended, killer, ids, cut, began)

    def anew(self, mutant: Mutant) -> None:
        """Try one mutant in a process that imports its module anew."""
        ids, cut = self.reach.chosen(mutant, self.most)
        if not ids:
            self.note(mutant, "not reached")
            return

        def work() -> str | None:
            mutant.do()
            file = str(ROOT / mutant.file)
            code = compile(self.trees[mutant.file], file, "exec", dont_inherit=True)
            sys.meta_path.insert(0, Instead(module_name(mutant.file), file, code))
            found: list[str | None] = ["no tests"]

            def run(session: pytest.Session) -> None:
                items = {item.nodeid: item for item in session.items}
                found[0] = first_failing([items[id] for id in ids], self.limit)

            with_tests(sorted({self.reach.tests[id].file for id in ids}), run)
            return found[0]

        began = time.perf_counter()
        ended, killer = forked(work, self.limit_of_all(ids))
        self.conclude(mutant, ended, killer, ids, cut, began)

    def limit(self, id: str) -> float:
        """Seconds after which a test goes round in circles."""
        return self.config.patience + 4 * self.reach.longest[name_in(id)]

    def limit_of_all(self, ids: Iterable[str]) -> float:
        """Seconds after which a process has to end, whatever it does."""
        return 30 + 4 * sum(self.limit(id) for id in ids)

    def conclude(
        self,
        mutant: Mutant,
        ended: int,
        killer: str | None,
        ids: Sequence[str],
        cut: int,
        began: float,
    ) -> None:
        """Keep what a process with a mutant came to."""
        if ended in (signal.SIGXCPU, signal.SIGKILL):
            status = "timed out"
        elif ended < 0:
            say(str(killer))
            status, killer = "error", None
        elif ended or killer is not None:
            status = "killed"
        else:
            status = "survived"
        seconds = round(time.perf_counter() - began, 2)
        self.note(mutant, status, killer=killer, ran=len(ids), cut=cut, seconds=seconds)


class Instead:
    """Finds one module, with other code than its file has."""

    def __init__(self, name: str, file: str, code: CodeType) -> None:
        self.name, self.file, self.code = name, file, code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """What `import` asks."""
        if name != self.name:
            return None
        code = self.code

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname: str) -> CodeType:
                return code

        return importlib.machinery.ModuleSpec(name, Loader(name, self.file), origin=self.file)


# ── which mutants, and what came out ────────────────────────────────────────────────────────────


def package_of(file: str, config: Config) -> str:
    """The package that a file belongs to, as pyproject.toml names it."""
    return Path(file).relative_to(config.source).parts[0]


def read_results(file: Path) -> Iterator[dict[str, Any]]:
    """What runs have found, oldest first."""
    if file.exists():
        for line in file.read_text().splitlines():
            yield json.loads(line)


def read_judged() -> dict[Key, str]:
    """The survivors that somebody has judged."""
    found: dict[Key, str] = {}
    file = ""
    if JUDGED.exists():
        for line in JUDGED.read_text().splitlines():
            if line.startswith("## "):
                file = line.removeprefix("## ").strip("` ")
            cells = [cell.strip() for cell in line.replace("\\|", "\0").split("|")]
            if len(cells) == 5 and cells[2].startswith("`"):
                place, change, why = (cell.replace("\0", "|") for cell in cells[1:4])
                found[file, place, change.strip("`")] = why
    return found


def drawn(existing: dict[str, list[Mutant]], number: int, seed: int) -> list[Mutant]:
    """So many mutants, evenly over the packages, as the seed has it.

    A mutant's turn hangs on its name alone, so a change of the code leaves the others drawn.
    """

    def turn(mutant: Mutant) -> bytes:
        return hashlib.sha256("\0".join((str(seed), *mutant.key)).encode()).digest()

    in_turn = zip_longest(*(sorted(those, key=turn) for those in existing.values()))
    found = [mutant for each in in_turn for mutant in each if mutant is not None]
    return found[:number]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Break lines, and see whether a test fails.")
    parser.add_argument("--package", action="append", help="only this package (again for more)")
    parser.add_argument("--file", help="only files with this in their path")
    parser.add_argument("--number", type=int, default=200, help="how many mutants (0: all)")
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn")
    parser.add_argument("--most", type=float, help="seconds of tests that one mutant gets")
    parser.add_argument("--tests", action="append", help="only tests of this file (again for more)")
    parser.add_argument("--survivors", action="store_true", help="only those that survived so far")
    return parser.parse_args()


def main() -> int:
    """Try mutants and say what came out; 1 if one survived that nobody has judged."""
    options = arguments()
    with (ROOT / "pyproject.toml").open("rb") as file:
        config = Config(**tomllib.load(file)["tool"]["mutate"])
    os.environ |= {"HYPOTHESIS_PROFILE": "mutation"}
    sys.dont_write_bytecode = False
    BUILD.mkdir(parents=True, exist_ok=True)

    files = [
        file.relative_to(ROOT).as_posix()
        for package in config.packages
        for file in sorted((ROOT / config.source / package).rglob("*.py"))
        if file.relative_to(ROOT).as_posix() not in config.leave_out
    ]
    trees = {file: ast.parse((ROOT / file).read_text(), file) for file in files}
    existing: dict[str, list[Mutant]] = {
        package: [] for package in options.package or config.packages
    }
    for file in files:
        package = package_of(file, config)
        if package in existing and (options.file or "") in file:
            existing[package] += mutants(trees[file], file)
    total = sum(map(len, existing.values()))
    plan = drawn(existing, options.number or total, options.seed)

    for name in config.preload:
        with suppress(ImportError):
            importlib.import_module(name)
    reach = measured(config, files)
    if options.tests:
        chosen = {id: test for id, test in reach.tests.items() if test.file in options.tests}
        reach = Reach(chosen)
    tests_digest = digest((ROOT / "tests").rglob("*.py"))
    results = BUILD / "results.jsonl"
    run = Run(config, reach, trees, results, tests_digest, options.most or config.most)
    for entry in read_results(results):
        if entry.get("killer") in reach.tests:
            reach.killers[entry["key"][0], entry["key"][1]].insert(0, entry["killer"])
    known = {tuple(each["key"]): each for each in read_results(results)}
    if options.survivors:
        plan = [each for each in plan if known.get(each.key, {}).get("status") in ALIVE]
    sources = {file: digest([ROOT / file]) for file in files}
    todo = [
        mutant
        for mutant in plan
        if options.survivors
        or not settled(known.get(mutant.key), sources[mutant.file], tests_digest)
    ]
    if options.tests:
        todo = [mutant for mutant in todo if reach.chosen(mutant, 1)[0]]
    say(f"{total} mutants exist, {len(plan)} are drawn, {len(todo)} of them are to be tried now")
    run.all(todo)
    return report(
        config, plan, existing, {tuple(each["key"]): each for each in read_results(results)}
    )


def settled(entry: dict[str, Any] | None, source: str, tests: str) -> bool:
    """Whether a result of an earlier run still holds: who was killed stays so as tests grow."""
    if entry is None or entry["source"] != source:
        return False
    return entry["status"] in ("killed", "timed out") or entry["tests"] == tests


def report(
    config: Config,
    plan: Sequence[Mutant],
    existing: dict[str, list[Mutant]],
    known: dict[Any, dict[str, Any]],
) -> int:
    """Print what came out."""
    judged = read_judged()
    table: dict[str, Counter[str]] = defaultdict(Counter)
    open_ones = []
    for mutant in plan:
        package = package_of(mutant.file, config)
        if mutant.key not in known:
            continue
        status = known[mutant.key]["status"]
        table[package]["tried"] += 1
        table[package][status] += 1
        if status in ALIVE:
            if mutant.key in judged:
                table[package]["judged"] += 1
            else:
                open_ones.append((mutant, known[mutant.key]))
    columns = ("tried", "killed", "timed out", *ALIVE, "judged")
    say(f"\n{'package':10}{'exist':>12}" + "".join(f"{each:>12}" for each in columns))
    for package, those in existing.items():
        counts = "".join(f"{table[package][each]:12}" for each in columns)
        say(f"{package:10}{len(those):12}{counts}")
    if open_ones:
        say(f"\n{len(open_ones)} survived that nobody has judged ({JUDGED.relative_to(ROOT)}):\n")
    for mutant, entry in sorted(open_ones, key=lambda each: (each[0].file, each[0].line)):
        _, place, change = mutant.key
        tests = f"{entry.get('ran', 0)} tests" + (
            f", {entry['cut']} more reach it" if entry.get("cut") else ""
        )
        say(f"{mutant.file}:{mutant.line}: {place}: {change}  [{tests}]")
    keys = {mutant.key for those in existing.values() for mutant in those}
    files = {mutant.file for those in existing.values() for mutant in those}
    for key in judged:
        if key not in keys and key[0] in files:
            say(f"judged, and no longer there: {' | '.join(key)}")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
