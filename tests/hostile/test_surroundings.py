"""The same files on other machines: line ends of Windows, no locale, other clocks, readers that leave."""

# ruff: noqa: E501 - a line of a file is one line

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attacks import DAY
from catalogue import CONF, HEAD
from test_any_damage import CASES, LEADS_CSV, LEADS_JSON, LEADS_JSONL, LEADS_YAML, PACK
from test_any_damage_to_plugins import DEALS, PROGRAMS, REFERRALS, TEAM
from test_hostile_inputs import GOOD, MODEL

from groupbuy.cli.group import groupbuy
from groupbuy.cli.running import run

MAPPING = (
    "groupbuy: 1\nmapping: m\nleads: {file: src.csv, id: no, fields: {name: who, budget: money}}\n"
)
TABLE = 'name,budget,because.en\nlarge,>= 1000,"a lot\nof money"\nrest,,\n'
WITH_TABLE = f"{HEAD}grades: {{size: {{table: size.csv}}}}\n"
FILES = {
    "rules/groupbuy.yaml": CONF,
    "rules/lead.yaml": MODEL,
    "rules/example.yaml": PACK,
    "rules/example.test.yaml": CASES,
    "tables/groupbuy.yaml": "groupbuy: 1\nmodel: lead.yaml\nlayers: [example]\n",
    "tables/lead.yaml": MODEL,
    "tables/example.yaml": WITH_TABLE,
    "tables/size.csv": TABLE,
    "programs/groupbuy.yaml": f"{CONF}plugins: [incentives]\n",
    "programs/lead.yaml": MODEL,
    "programs/example.yaml": PROGRAMS,
    "leads.csv": LEADS_CSV,
    "leads.orders.csv": "id,date,amount\nL1,2026-01-31,300\nL1,2026-02-28,5\n",
    "leads.yaml": LEADS_YAML,
    "leads.json": LEADS_JSON,
    "leads.jsonl": LEADS_JSONL,
    "src.csv": "no,who,money\n1,甲,5\n2,乙,7000\n",
    "m.map.yaml": MAPPING,
    "deals.csv": DEALS,
    "referrals.csv": REFERRALS,
    "team.yaml": TEAM,
    "catalogue.yaml": "- {id: A1, name: 米, category: 粮油, unit: 盒, list_price: 78, vat_rate: 9%, lead_time_days: 7}\n",
}
EVALUATE = ("evaluate", "leads.csv", *DAY, "--format", "json")
RUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "project": ("rules/groupbuy.yaml", EVALUATE),
    "model": ("rules/lead.yaml", EVALUATE),
    "pack": ("rules/example.yaml", EVALUATE),
    "cases": ("rules/example.test.yaml", ("test",)),
    "table of rules": ("tables/size.csv", (*EVALUATE, "--rules", "tables")),
    "csv": ("leads.csv", EVALUATE),
    "csv, in columns": ("leads.csv", ("evaluate", "leads.csv", *DAY, "--engine", "columns", "--format", "jsonl")),
    "rows beside": ("leads.orders.csv", EVALUATE),
    "yaml": ("leads.yaml", ("evaluate", "leads.yaml", *DAY, "--format", "json")),
    "json": ("leads.json", ("evaluate", "leads.json", *DAY, "--format", "json")),
    "json lines": ("leads.jsonl", ("evaluate", "leads.jsonl", *DAY, "--format", "json")),
    "json lines, in columns": ("leads.jsonl", ("evaluate", "leads.jsonl", *DAY, "--engine", "columns", "--format", "jsonl")),
    "mapping": ("m.map.yaml", ("evaluate", "src.csv", "--map", "m.map.yaml", *DAY, "--format", "json")),
    "export": ("src.csv", ("evaluate", "src.csv", "--map", "m.map.yaml", *DAY, "--format", "json")),
    "export, to draft from": ("src.csv", ("map", "new", "src.csv")),
    "programs": ("programs/example.yaml", ("evaluate", "leads.csv", *DAY, "--format", "json", "--rules", "programs")),
    "catalogue": ("catalogue.yaml", ("catalogue", "check", "catalogue.yaml")),
    "deals": ("deals.csv", ("settle", "leads.csv", *DAY, "--rules", "programs", "--deals", "deals.csv", "--format", "json")),
    "referrals": ("referrals.csv", ("settle", "leads.csv", *DAY, "--rules", "programs", "--referrals", "referrals.csv", "--format", "json")),
}  # fmt: skip
ENDS = {"Windows": "\r\n", "an old Mac": "\r"}


def write(folder: Path, ended: str = "", end: str = "\n") -> None:
    """All files; the one called `ended` with another end of its lines."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((text.replace("\n", end) if name == ended else text).encode())


Said = Callable[[Path, tuple[str, ...]], str]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """All that a command says in a folder."""

    def call(folder: Path, args: tuple[str, ...]) -> str:
        monkeypatch.chdir(folder)
        code = run(groupbuy, list(args))
        captured = capsys.readouterr()
        assert code in (0, 1, 3), captured.err
        return captured.out + captured.err

    return call


def unhashed(text: str) -> str:
    """Without the hash of the rules, which covers their bytes."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    if isinstance(data, dict):
        data.get("run", {}).pop("rules_hash", None)
    return json.dumps(data, ensure_ascii=False)


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("system", ENDS)
def test_line_ends_of_another_system_say_the_same(
    kind: str, system: str, tmp_path: Path, said: Said
) -> None:
    file, args = RUNS[kind]
    if system == "an old Mac" and "columns" in args:
        pytest.skip("lines of another end than \\n are not read in columns")
    for folder, end in (("here", "\n"), ("there", ENDS[system])):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, file, end)
    here, there = (unhashed(said(tmp_path / each, args)) for each in ("here", "there"))
    assert there == here


# ── surroundings ──

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "no locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a locale that is not there": {"LC_ALL": "xx_XX.UTF-8", "PYTHONUTF8": "0"},
    "ascii streams": {"PYTHONIOENCODING": "ascii"},
    "yesterday": {"TZ": "Etc/GMT+12"},
    "tomorrow": {"TZ": "Pacific/Kiritimati"},
    "another hash seed": {"PYTHONHASHSEED": "4711"},
    "no home": {"HOME": "/nothing", "TMPDIR": "/tmp"},
    "a narrow screen": {"COLUMNS": "20"},
    "no colour, no terminal": {"TERM": "dumb", "NO_COLOR": "1"},
    "other numbers": {"LC_NUMERIC": "de_DE.UTF-8", "LC_TIME": "zh_CN.GB18030"},
}


def process(folder: Path, args: tuple[str, ...], **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "LANG": "C.UTF-8", **more}
    command = [sys.executable, "-m", "groupbuy", *args]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("plain")
    write(folder)
    (folder / "same.csv").write_text(LEADS_CSV, encoding="utf-8")
    ran = process(folder, ("evaluate", "same.csv", *DAY, "--format", "json", "-o", "结果.json"))
    assert ran.returncode == 0, ran.stderr
    return folder, (folder / "结果.json").read_bytes()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_surroundings_do_not_matter(name: str, plain: tuple[Path, bytes]) -> None:
    folder, wanted = plain
    args = ("evaluate", "same.csv", *DAY, "--format", "json", "-o", f"{name.replace(' ', '-')}.json")  # fmt: skip
    ran = process(folder, args, **ENVIRONMENTS[name])
    assert ran.returncode == 0, ran.stderr
    assert (folder / args[-1]).read_bytes() == wanted


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", ""])
def test_files_have_chinese_names_in_any_locale(locale: str, plain: tuple[Path, bytes]) -> None:
    folder, _ = plain
    (folder / "客户.csv").write_text(LEADS_CSV, encoding="utf-8")
    ran = process(folder, ("evaluate", "客户.csv", *DAY, "--format", "csv"), LC_ALL=locale, LANG="")
    assert ran.returncode == 0, ran.stderr
    assert "甲公司" in ran.stdout.decode()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_errors_are_told_in_any_surroundings(name: str, plain: tuple[Path, bytes]) -> None:
    folder, _ = plain
    (folder / "bad.csv").write_text("id,预算\nL1,很多\n", encoding="utf-8")
    ran = process(folder, ("check", "bad.csv"), **ENVIRONMENTS[name])
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr
    assert b"bad.csv:2" in ran.stderr + ran.stdout


# ── readers that leave ──

LONG: dict[str, tuple[str, ...]] = {
    "results": ("evaluate", "many.csv", *DAY, "--format", "jsonl"),
    "results in columns": ("evaluate", "many.csv", *DAY, "--engine", "columns", "--format", "csv"),
    "codes": ("error", "--format", "md"),
    "names": ("rules", "names"),
}


@pytest.mark.parametrize("kind", LONG)
def test_a_reader_that_leaves_is_no_error(kind: str, tmp_path: Path) -> None:
    write(tmp_path)
    leads = "".join(f"L{n},{n}\n" for n in range(4000))
    (tmp_path / "many.csv").write_text(f"id,budget\n{leads}")
    command = [sys.executable, "-m", "groupbuy", *LONG[kind]]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.read(10)
        running.stdout.close()
        told = running.stderr.read().decode()
        code = running.wait()
    assert "Traceback" not in told
    assert "Broken" not in told
    assert code in (0, 3)


# ── paths of Windows ──


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("rules/groupbuy.yaml", "groupbuy: 1\nmodel: lead.yaml\nlayers: ['sub\\example']\n", "outside-folder"),
        ("rules/groupbuy.yaml", "groupbuy: 1\nmodel: lead.yaml\nlayers: ['C:\\rules\\example']\n", "unknown-plugin"),
        ("rules/groupbuy.yaml", "groupbuy: 1\nmodel: '..\\lead.yaml'\nlayers: [example]\n", "outside-folder"),
        ("rules/example.yaml", f"{HEAD}grades: {{g: {{table: 'sub\\t.csv'}}}}\n", "outside-folder"),
        ("rules/example.yaml", f"{HEAD}grades: {{g: {{table: 'C:\\t.csv'}}}}\n", "outside-folder"),
        ("rules/example.test.yaml", CASES.replace("lead: {budget: 5, kind: office}", "leads: 'C:\\leads.csv'"), ""),
        ("m.map.yaml", MAPPING.replace("src.csv", "'C:\\src.csv'"), ""),
    ],
)  # fmt: skip
def test_paths_of_windows_are_told_apart(
    file: str, text: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    write(tmp_path)
    (tmp_path / file).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    args = ["evaluate", "src.csv", "--map", "m.map.yaml"] if file == "m.map.yaml" else ["test" if "test" in file else "check"]  # fmt: skip
    ended = run(groupbuy, args)
    told = capsys.readouterr()
    assert ended in (1, 2)
    assert code in told.err + told.out
    assert "Traceback" not in told.err


def test_the_good_project_is_good(tmp_path: Path, said: Said) -> None:
    write(tmp_path)
    (tmp_path / "rules/example.yaml").write_text(GOOD, encoding="utf-8")
    assert "L1" in said(tmp_path, EVALUATE)
