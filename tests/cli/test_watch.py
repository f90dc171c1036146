"""`--watch`: a real process that runs again when a file it reads has changed."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import Call, write_rules

TIMEOUT = 120
FACTS = "facts:\n  size: budget\n"
WATCHING = "Ctrl-C ends it"


class Watching:
    """A command that watches; what it writes is read line by line."""

    def __init__(self, folder: Path, *args: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "groupbuy", *args, "--watch"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"},
        )
        self.out: list[str] = []
        self.lines: queue.Queue[str] = queue.Queue()
        self.threads = [
            threading.Thread(target=self._keep, daemon=True),
            threading.Thread(target=self._pass, daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def _keep(self) -> None:
        assert self.process.stdout is not None
        self.out.extend(self.process.stdout)

    def _pass(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)

    def until(self, text: str = WATCHING) -> str:
        """What is said on standard error up to a line with `text`."""
        said = ""
        while True:
            line = self.lines.get(timeout=TIMEOUT)
            said += line
            if text in line:
                return said

    def stop(self) -> int:
        """End it with Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def end(self) -> int:
        code = self.process.wait(timeout=TIMEOUT)
        for thread in self.threads:
            thread.join(timeout=TIMEOUT)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()
        return code


Watch = Callable[..., Watching]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Start watching in the test's folder; nothing is left over."""
    started: list[Watching] = []

    def start(*args: str) -> Watching:
        started.append(Watching(tmp_path, *args))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.end()


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "leads.csv").write_text("id,budget\nL1,100\n", encoding="utf-8")
    return write_rules(tmp_path / "rules", "[ours]", ours=FACTS)


def test_check_tells_a_broken_state_and_goes_on(watch: Watch, rules: Path) -> None:
    ours = rules / "ours.yaml"
    right = ours.read_text(encoding="utf-8")
    watching = watch("check", "--notes", "--rules", "rules")
    assert "unknown-name" not in watching.until()
    ours.write_text(right.replace("budget", "budgt"), encoding="utf-8")
    said = watching.until()
    assert "changed: ours.yaml" in said
    assert 'nothing is called "budgt"' in said
    ours.write_text(right + "gates: {", encoding="utf-8")
    assert "yaml-open-bracket" in watching.until()
    (rules / "groupbuy.yaml").unlink()
    assert "file-missing" in watching.until()
    write_rules(rules, "[ours]", ours=FACTS)
    said = watching.until()
    assert "changed: groupbuy.yaml, ours.yaml" in said
    assert "budgt" not in said
    assert watching.stop() == 130
    assert watching.lines.empty()


def test_evaluate_prints_each_ranking_on_standard_output(watch: Watch, rules: Path) -> None:
    watching = watch("evaluate", "leads.csv", "--format", "csv", "--columns", "size")
    watching.until()
    leads = rules.parent / "leads.csv"
    leads.write_text("id,budget\nL1,100\nL2,200\n", encoding="utf-8")
    assert "changed: leads.csv" in watching.until()
    assert watching.stop() == 130
    text = "".join(watching.out)
    assert text.count('"Id"') == 2
    assert text.count("L1") == 2
    assert text.count("L2") == 1
    assert "\x1b" not in text


def test_a_file_that_is_saved_by_renaming_is_noticed(watch: Watch, rules: Path) -> None:
    """As most editors save: the same size and even the same time do not hide it."""
    ours = rules / "ours.yaml"
    watching = watch("check")
    watching.until()
    text = ours.read_text(encoding="utf-8").replace("budget", "budgat")
    new = rules / ".ours.yaml.swp"
    new.write_text(text, encoding="utf-8")
    stat = ours.stat()
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert new.stat().st_size == stat.st_size
    os.replace(new, ours)
    assert 'nothing is called "budgat"' in watching.until()


def test_new_files_are_noticed_and_results_are_not(watch: Watch, rules: Path) -> None:
    write_rules(rules, "['*']")
    watching = watch("evaluate", "leads.csv", "-o", "rules/out.csv", "--columns", "size")
    watching.until()
    # Neither the result nor what editors keep for themselves makes it run again …
    for name in (".ours.yaml.swp", "ours.yaml~"):
        (rules / name).write_text("x", encoding="utf-8")
    # … but a new pack does, and all of that is one change.
    (rules / "more.yaml").write_text("groupbuy: 1\npack: more\nfactz: {}\n", encoding="utf-8")
    said = watching.until()
    assert "changed: more.yaml\n" in said
    assert 'a pack has no "factz:"' in said
    assert (rules / "out.csv").is_file()


def test_test_runs_the_cases_again(watch: Watch, rules: Path) -> None:
    case = 'groupbuy: 1\nas_of: "2026-11-22"\ncases:\n  - case: a\n    lead: {budget: 5}\n'
    cases = rules / "ours.test.yaml"
    cases.write_text(case + "    expect: {facts: {size: 5}}\n", encoding="utf-8")
    watching = watch("test", "rules/ours.test.yaml")
    watching.until()
    ours = rules / "ours.yaml"
    ours.write_text(ours.read_text(encoding="utf-8").replace("budget", "budget * 2"), "utf-8")
    assert "changed: ours.yaml" in watching.until()
    cases.write_text(case + "    expect: {facts: {size: 10}}\n", encoding="utf-8")
    watching.until()
    assert watching.stop() == 130
    ran = [line for line in watching.out if line.startswith("cases: ")]
    assert ran == ["cases: 1, all passed\n", "cases: 1, failed: 1\n", "cases: 1, all passed\n"]


def test_standard_input_can_be_read_once(call: Call, rules: Path) -> None:
    for command in ("evaluate", "check"):
        ran = call(command, "-", "--rules", rules, "--watch")
        assert ran.code == 2
        assert "--watch can't read standard input again" in ran.err
