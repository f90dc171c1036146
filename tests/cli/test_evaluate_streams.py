"""`groupbuy evaluate` over long files: JSON Lines, folders by grade, runs that are killed."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from command_line import Call

RULES = """
groupbuy: 1
pack: p
facts: {n: budget / headcount, spent: sum(orders.amount)}
gates: {stopped: {when: do_not_call, verdict: stop, unknown: pass}}
scores: {s: {range: [0, 9], rules: {big: {when: budget >= 100, points: 5}}}}
grades:
  tier: {of: s, bands: {B: {}, A: {from: 5}}}
  rank_of: {rank: budget, cuts: {top: {top: 25%}, rest: {}}}
plays: {call: {when: s >= 5, do: call}}
"""
LEADS = [
    {"id": "L1", "budget": 100, "orders": [{"date": "2026-01-02", "amount": "1.5万"}]},
    {"id": "L2", "budget": "12万", "orders": []},
    {"id": "L3", "name": "c", "do_not_call": True},
]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "p.yaml").write_text(RULES, encoding="utf-8")
    text = "groupbuy: 1\nlayers: [p.yaml]\nrank_by: [s]\ncolumns: [tier, s]\n"
    (rules / "groupbuy.yaml").write_text(text, encoding="utf-8")
    write(tmp_path / "leads.jsonl", LEADS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, leads: list[dict]) -> None:
    path.write_text("".join(f"{json.dumps(lead)}\n" for lead in leads), encoding="utf-8")


# ── JSON Lines ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lines", [1, 2, 10_000])
def test_json_lines_are_read_a_block_at_a_time(
    call: Call, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    monkeypatch.setattr("groupbuy.files.columns.json_lines.BLOCK_LINES", lines)
    done = call("evaluate", "leads.jsonl", "--engine", "columns", "--format", "jsonl")
    assert done.code == 0, done.err
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [(lead["id"], lead["tier"], lead["spent"]) for lead in found] == [
        ("L1", "A", 15000.0),
        ("L2", "A", 0.0),
        ("L3", None, None),
    ]


def test_what_is_wrong_with_lines_has_its_line(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupbuy.files.columns.json_lines.BLOCK_LINES", 2)
    bad = {"id": "L4", "budget": "a lot"}
    write(folder / "leads.jsonl", [*LEADS, bad])
    args = ("evaluate", "leads.jsonl", "--engine", "columns", "--format", "jsonl")
    done = call(*args)
    assert done.code == 3
    assert "leads.jsonl:4" in done.err
    assert len(done.out.splitlines()) == 3
    with (folder / "leads.jsonl").open("a") as file:
        file.write("[1]\n")
    done = call(*args)
    assert done.code == 2
    assert "leads.jsonl:5" in done.err
    write(folder / "leads.jsonl", [*LEADS, LEADS[0]])
    done = call(*args)
    assert done.code == 2
    assert 'the id "L1" is given 2 times' in done.err


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_no_lines_at_all(call: Call, folder: Path, text: str) -> None:
    (folder / "leads.jsonl").write_text(text, encoding="utf-8")
    done = call("evaluate", "leads.jsonl", "--engine", "columns", "--format", "jsonl")
    assert done.code == 2
    assert "there is no lead in this file" in done.err


# ── folders ────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_with_files_for_each_grade(call: Call, folder: Path) -> None:
    args = ("evaluate", "leads.jsonl", "--engine", "columns", "-o", "out/")
    done = call(*args, "--partition-by", "verdict")
    assert (done.code, done.out) == (0, "")
    assert sorted(p.name for p in (folder / "out").iterdir()) == ["verdict=go", "verdict=stop"]
    back = pl.read_parquet(folder / "out" / "**/*.parquet", hive_partitioning=True)
    assert sorted(back.select("id", "verdict").rows()) == [
        ("L1", "go"),
        ("L2", "go"),
        ("L3", "stop"),
    ]
    # Again, another way: the folder is replaced whole.
    assert call(*args).code == 0
    assert [p.name for p in (folder / "out").iterdir()] == ["part-0.parquet"]
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_folders_of_texts(call: Call, folder: Path, form: str) -> None:
    args = ("--format", form, "-o", "out", "--partition-by", "tier")
    done = call("evaluate", "leads.jsonl", "--engine", "columns", *args)
    assert done.code == 0, done.err
    made = sorted(str(p.relative_to(folder)) for p in (folder / "out").rglob(f"*.{form}"))
    assert [Path(name).parts[1] for name in made] == [
        "tier=A",
        "tier=__HIVE_DEFAULT_PARTITION__",
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--engine", "columns", "-o", "x.parquet", "--partition-by", "tier"), "writes a folder"),
        (("--engine", "columns", "--format", "csv", "--partition-by", "tier"), "writes a folder"),
        (("--engine", "columns", "-o", "x/", "--partition-by", "teir"), 'did you mean "tier"?'),
        (("--engine", "columns", "-o", "x/", "--partition-by", "s"), "s is no word"),
        (("--engine", "rows", "-o", "x/"), "writes one file"),
        (("--engine", "columns", "-o", "rules/"), "holds groupbuy.yaml"),
        (("--engine", "columns", "-o", "no/x/"), "no folder"),
        (("--engine", "columns", "-o", "leads.jsonl/"), "a file, not a folder"),
        (("--engine", "columns", "-o", "s3a://b/x"), "only --engine spark writes"),
    ],
)
def test_wrong_use_is_said(call: Call, folder: Path, args: tuple[str, ...], said: str) -> None:
    before = sorted(p.name for p in folder.iterdir())
    done = call("evaluate", "leads.jsonl", *args)
    assert done.code == 2
    assert said in done.err
    assert sorted(p.name for p in folder.iterdir()) == before


# ── killed ─────────────────────────────────────────────────────────────────────────────────────

KILLED = """
import os, signal, sys
die = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
os.replace = os.rename = die  # everything is written, and not yet in its place
import groupbuy.files.columns.folder as folder
folder.exchanged = die
from groupbuy.cli import main
main()
"""


@pytest.mark.parametrize("target", ["out.parquet", "out.csv", "out/"])
def test_a_killed_run_leaves_what_was_there(call: Call, folder: Path, target: str) -> None:
    args = ["evaluate", "leads.jsonl", "--engine", "columns", "-o", target]
    if target.endswith("csv"):
        args += ["--format", "csv"]
    assert call(*args).code == 0
    path = folder / target
    files = [path] if path.is_file() else list(path.iterdir())
    before = {file.name: file.read_bytes() for file in files}
    write(folder / "leads.jsonl", LEADS[:1])
    done = subprocess.run([sys.executable, "-c", KILLED, *args], cwd=folder, check=False)
    assert done.returncode == -signal.SIGKILL
    files = [path] if path.is_file() else list(path.iterdir())
    assert {file.name: file.read_bytes() for file in files} == before
    # The next run isn't disturbed by what is left of it.
    assert call(*args).code == 0


# ── one lead of a long file ────────────────────────────────────────────────────────────────────


def test_one_lead_of_parquet_with_its_rows_from_a_file_beside_it(call: Call, folder: Path) -> None:
    pl.DataFrame({"id": ["L1", "L2"], "budget": [100, 5]}).write_parquet("leads.parquet")
    orders = {"lead": ["L1", "L2", "L1"], "date": ["2026-01-01"] * 3, "amount": [1, 2, 4]}
    pl.DataFrame(orders).rename({"lead": "id"}).write_parquet("leads.orders.parquet")
    assert call("evaluate", "leads.parquet", "-o", "o.parquet", "--save-cuts", "cuts").code == 0
    assert pl.read_parquet("o.parquet")["spent"].to_list() == [5.0, 2.0]
    args = ("explain", "leads.parquet", "L1", "--format", "json")
    for cuts in ((), ("--cuts", "cuts")):
        done = call(*args, *cuts)
        assert done.code == 0, done.err
        (lead,) = done.json["leads"]
        assert lead["facts"]["spent"]["value"] == 5.0
        assert lead["grades"]["rank_of"]["value"] == "top"


def test_only_the_block_of_the_wanted_lead_is_read() -> None:
    from groupbuy.files.from_parquet import _is_one_of, _scanned

    ids = [f"L{n:05}" for n in range(20_000)]
    pl.DataFrame({"id": ids}).write_parquet("long.parquet", row_group_size=1000)
    frame, schema = _scanned(Path("long.parquet"))
    wanted = frame.filter(_is_one_of("id", schema["id"], ["L12345"]))
    # The condition stands in the scan, which counts its rows nevertheless.
    assert "FILTER" not in wanted.explain()
    assert wanted.collect().rows() == [(12346, "L12345")]


# ── progress ───────────────────────────────────────────────────────────────────────────────────


def test_a_terminal_sees_what_is_going_on(folder: Path) -> None:
    script = "from groupbuy.cli import steps; steps.EVERY = 0.001\n" + KILLED.replace(
        "os.replace = os.rename = die", "die = None"
    )
    outer, inner = pty.openpty()
    args = [sys.executable, "-c", script, "evaluate", "leads.jsonl", "--engine", "columns"]
    done = subprocess.Popen([*args, "-o", "o.parquet"], cwd=folder, stderr=inner, stdout=inner)
    os.close(inner)
    seen = b""
    try:
        while block := os.read(outer, 4096):
            seen += block
    except OSError:
        pass  # that is how a terminal ends
    os.close(outer)
    assert done.wait(60) == 0
    text = seen.decode()
    assert "reading leads.jsonl … 0:0" in text
    assert "evaluating and writing … " in text
    assert text.rindex("\x1b[K") > text.rindex("evaluating")
