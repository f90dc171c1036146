"""pytest: cases are collected where a project asks for it, and nobody else notices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RULES = "groupbuy: 1\nlayers: [ours.yaml]\n"
PACK = "groupbuy: 1\npack: ours\ngates: {big: {when: budget > 9, verdict: hold, unknown: pass}}\n"
CASES = """groupbuy: 1
as_of: "2026-01-31"
cases:
  - {case: A large budget, lead: {budget: 10}, expect: {verdict: hold, fires: [gates.big]}}
  - {case: A small one, lead: {budget: 5}, expect: {verdict: hold}}
  - {case: A misspelt path, lead: {budget: 5}, expect: {silent: [gates.bigg]}}
"""
ASKED = "[pytest]\ngroupbuy_cases = true\nfilterwarnings = error\n"
CONFIGS = {"nothing": "[pytest]\n", "off": "[pytest]\ngroupbuy_cases = false\n", "asked": ASKED}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "groupbuy.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "ours.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "ours.test.yaml").write_text(CASES, encoding="utf-8")
    (tmp_path / "test_python.py").write_text("def test_python():\n    pass\n", encoding="utf-8")
    return tmp_path


def run_pytest(project: Path, config: str, *args: str) -> subprocess.CompletedProcess[str]:
    (project / "pytest.ini").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    return subprocess.run(
        command, cwd=project, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def test_cases_are_tests_where_the_project_says_so(project: Path) -> None:
    ran = run_pytest(project, ASKED, "-v")
    assert ran.returncode == 1
    for name, how in [
        ("ours.test.yaml::A large budget", "PASSED"),
        ("ours.test.yaml::A small one", "FAILED"),
        ("ours.test.yaml::A misspelt path", "FAILED"),
        ("test_python.py::test_python", "PASSED"),
    ]:
        assert any(line.startswith(f"{name} {how}") for line in ran.stdout.splitlines()), name
    assert "expected: verdict hold" in ran.stdout
    assert "came:     go" in ran.stdout
    assert 'no rule is called "gates.bigg"' in ran.stdout
    assert 'did you mean "gates.big"?' in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr
    assert "2 failed, 2 passed" in ran.stdout


@pytest.mark.parametrize("config", ["nothing", "off"])
def test_others_are_left_alone(project: Path, config: str) -> None:
    ran = run_pytest(project, CONFIGS[config])
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1 passed" in ran.stdout
    assert "yaml" not in ran.stdout


def test_one_case_can_be_chosen(project: Path) -> None:
    ran = run_pytest(project, ASKED, "ours.test.yaml::A large budget")
    assert ran.returncode == 0
    assert "1 passed" in ran.stdout


def test_a_file_of_cases_that_cannot_be_read_is_an_error(project: Path) -> None:
    (project / "ours.test.yaml").write_text(f"{CASES}  - {{case: x}}\nwhat: 1\n", encoding="utf-8")
    ran = run_pytest(project, ASKED)
    assert ran.returncode == 2
    assert "ours.test.yaml:8:1: unknown-key" in ran.stdout
    assert "missing-key `expect:` is missing here" in ran.stdout
    assert "Traceback" not in ran.stdout


def test_a_run_of_others_loads_next_to_nothing(project: Path) -> None:
    """The plugin is imported by every run in the environment: it must cost nothing."""
    code = (
        "import json, sys, pytest\n"
        "sys.argv = ['pytest', '-q', '-p', 'no:cacheprovider', 'test_python.py']\n"
        "pytest.main()\n"
        "found = [n for n in sys.modules if n.split('.')[0] in ('groupbuy', 'yaml', 'click')]\n"
        "print(json.dumps(sorted(found)))\n"
    )
    (project / "pytest.ini").write_text(CONFIGS["nothing"], encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == ["groupbuy", "groupbuy.pytest_plugin"]
