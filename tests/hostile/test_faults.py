"""Every command that writes, on a machine that fails at any step: old or new, never half.

Each run is tried once for each step that it takes on the disk (see faulty.py): killed there, and
refused there by a full disk, a missing right or a read-only medium.
"""

# ruff: noqa: E501 - a run is one line

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from test_personal_data import ALL, AS_OF, made

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked")

HERE = Path(__file__).parent
ALL_STEPS = settings.default is not None and settings.default.max_examples > 1000
"""`make fuzz` tries each step; else a few of the first and the last stand for those between."""
REFUSALS = ("ENOSPC", "EACCES", "EROFS", "EIO")


@dataclass(frozen=True)
class Writes:
    """A run that writes: what it writes, and what was run before so that something is there."""

    run: str
    targets: tuple[str, ...]
    before: str = ""
    appends: bool = False
    """Whether it writes behind what is there (the log, the ledger's database)."""
    anew: bool = False
    """Whether it refuses to write over what is there."""


WRITES: tuple[Writes, ...] = (
    *(
        Writes(f"evaluate leads.yaml --format {form} -o out.{form}", (f"out.{form}",))
        for form in ("table", "json", "jsonl", "csv", "md", "xlsx")
    ),
    *(
        Writes(f"evaluate leads.csv --engine columns -o out.{form} --format {form}", (f"out.{form}",))
        for form in ("parquet", "csv", "jsonl")
    ),
    Writes(
        "evaluate leads.csv --engine columns --format jsonl -o out/",
        ("out/",),
        "evaluate leads.yaml --engine columns --format jsonl -o out/",
    ),
    Writes(
        "evaluate leads.csv --engine columns --format csv -o parts/ --partition-by closeness",
        ("parts/",),
        "evaluate leads.jsonl --engine columns --format csv -o parts/ --partition-by verdict",
    ),
    Writes("evaluate leads.yaml --save-cuts c.json --new-leads new.yaml -o o.txt", ("c.json", "new.yaml", "o.txt")),
    Writes("evaluate export.csv --map m.yaml --rejects rejects.csv -o o.txt", ("rejects.csv", "o.txt")),
    Writes("evaluate leads.yaml --log log.jsonl -o o.txt", ("o.txt", "log.jsonl"), appends=True),
    Writes("evaluate leads.yaml --log fresh.jsonl -o o.txt", ("o.txt",), appends=True),
    Writes("report leads.yaml -o report.html", ("report.html",)),
    Writes("report leads.yaml -o report.xlsx", ("report.xlsx",)),
    *(Writes(f"sheet leads.yaml L1 -o L1.{form}", (f"L1.{form}",)) for form in ("md", "html", "docx", "pdf")),
    Writes("diff rules changed leads.yaml --format csv -o d.csv", ("d.csv",)),
    Writes("test ours.test.yaml --rules rules --format junit -o t.xml", ("t.xml",)),
    Writes("schema lead -o lead.json", ("lead.json",)),
    Writes("fmt spread", ("spread/a.yaml", "spread/b.yaml")),
    Writes("rules export grades.closeness -o closeness.csv", ("closeness.csv",)),
    Writes("rules export grades.closeness -o closeness.xlsx", ("closeness.xlsx",)),
    Writes("rules import far.csv --into spread/a.yaml --entry grades.closeness", ("spread/a.yaml",)),
    Writes("rules upgrade --rules full --write", ("full/groupbuy.lock",), anew=True),
    Writes("map new export.csv -o new.map.yaml", ("new.map.yaml",), anew=True),
    *(Writes(f"blank {form} -o blank.{form}", (f"blank.{form}",), anew=True) for form in ("csv", "yaml", "xlsx")),
    Writes("init fresh", ("fresh/",)),
    Writes("plugins new fresh_one --kind scorer", ("groupbuy-fresh-one/",)),
    Writes("catalogue example -o c.yaml", ("c.yaml",)),
    Writes("propose leads.yaml --rules full -o proposals --catalogue catalogue.yaml", ("proposals/",)),
    Writes("settle leads.yaml --rules full --deals deals.csv --format csv -o s.csv", ("s.csv", "ledger.db"), appends=True),
    Writes("ledger export --format csv -o l.csv", ("l.csv",)),
    *(
        Writes(f"plan leads.yaml --rules full --team team.yaml --week 2026-W48 --format {form} -o p.{form}", (f"p.{form}",))
        for form in ("csv", "ics")
    ),
    Writes("plan leads.yaml --rules full --write-team other.yaml", ("other.yaml",), anew=True),
    Writes("refer leads.yaml --rules full --format csv -o r.csv", ("r.csv",)),
)  # fmt: skip

WHOLE_FILES = ("proposals/",)
"""Folders of which each file appears whole, and not the folder as one."""

UNTRIED = {
    "history-fit": "its pack needs a thousand orders",
    "ledger approve": "as settle",
    "ledger pay": "as settle",
}


def written_by(name: str) -> bool:
    names = {option.name for option in ALL[name].params}
    return bool(names & {"output", "created", "save_cuts", "write", "write_team"})


def test_every_command_that_writes_is_tried() -> None:
    tried = {name for name in ALL for each in WRITES if f"{each.run} ".startswith(f"{name} ")}
    tried |= {name for name in ALL if any(f" {name} " in f" {w.before} " for w in WRITES)}
    missing = {name for name in ALL if written_by(name)} - tried - set(UNTRIED)
    assert missing <= {"ledger balance", "ledger list"}, missing


# ── the folder ──


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules, leads, a log, a ledger: what runs read, and what lies where they write."""
    folder = tmp_path_factory.mktemp("faults")
    before = Path.cwd()
    os.chdir(folder)
    try:
        made(folder)
    finally:
        os.chdir(before)
    ours = (folder / "rules/ours.yaml").read_text(encoding="utf-8")
    spread = folder / "spread"
    spread.mkdir()
    (spread / "groupbuy.yaml").write_text("groupbuy: 1\nlayers: [a, b]\n", encoding="utf-8")
    (spread / "a.yaml").write_text(ours.replace("pack: ours", "pack:  ours").replace("who: contact", "who:   contact").replace("==", "==  "), encoding="utf-8")  # fmt: skip
    (spread / "b.yaml").write_text("groupbuy: 1\npack: b\nfacts: {x: budget+1 , y: budget/2}\n")
    (folder / "far.csv").write_text("name,when\nnear,known(phone)\nfar,\n")
    return folder


Ran = dict[str, Any]
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs one command after the other in the runner's process."""
    streams = tmp_path_factory.mktemp("streams")
    environment = {**os.environ, "COLUMNS": "100", "LC_ALL": "C.UTF-8", "POLARS_MAX_THREADS": "2"}
    command = [sys.executable, str(HERE / "faulty.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def call(folder: Path, line: str, **fault: Any) -> Ran:
            args = shlex.split(line)
            name = next(n for n in (" ".join(args[:2]), args[0]) if n in ALL)
            if any(option.name == "as_of" for option in ALL[name].params):
                args += ["--as-of", AS_OF]
            asked = {"folder": str(folder), "streams": str(streams), "args": args, **fault}
            print(json.dumps(asked), file=process.stdin, flush=True)
            found: Ran = json.loads(process.stdout.readline())
            return found

        yield call
        process.stdin.close()


def start(template: Path, folder: Path, writes: Writes, machine: Run) -> None:
    """A new folder with something old where the run will write."""
    shutil.copytree(template, folder)
    if writes.before:
        assert machine(folder, writes.before)["code"] == 0
    for target in writes.targets:
        path = folder / target
        if not writes.anew and not target.endswith("/") and not path.exists():
            path.write_bytes(b"old\n")


Tree = Mapping[str, bytes]


def tree(folder: Path) -> Tree:
    """Every file and what is in it, by path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def visible(files: Tree) -> Tree:
    """The files that people see."""
    return {name: content for name, content in files.items() if not is_hidden(name)}


def is_hidden(name: str) -> bool:
    """Whether a listing does not show it: what a run writes beside its target until it is whole."""
    return any(part.startswith(".") for part in Path(name).parts)


def below(files: Tree, target: str) -> Tree:
    """The files of a target: itself, or all that is in the folder."""
    return {n: c for n, c in files.items() if n == target or n.startswith(target.rstrip("/") + "/")}


def check_state(writes: Writes, old: Tree, now: Tree, new: Tree) -> None:
    """Each target is as it was or as it is to be, and nothing else has changed."""
    for target in writes.targets:
        is_now, was, will = below(now, target), below(old, target), below(new, target)
        if target in WHOLE_FILES:
            for name, content in visible(is_now).items():
                assert content in (was.get(name), will.get(name)), name
        elif writes.appends and target.endswith(("log.jsonl", ".db")):
            check_kept(is_now[target], was[target], target)
        else:
            assert is_now in (was, will), f"{target} is neither the old nor the new one"
    mine = {n for t in writes.targets for n in {*below(now, t), *below(old, t), *below(new, t)}}
    seen = {n: c for n, c in now.items() if n not in mine and not is_hidden(n)}
    kept = {n: c for n, c in old.items() if n not in mine}
    new_ones = {n for n in new if n not in old}
    assert {n: c for n, c in seen.items() if n not in new_ones} == kept


def check_kept(now: bytes, was: bytes, name: str) -> None:
    """What was there is there, whole."""
    if name.endswith(".db"):
        # In the mode of its header, a write-ahead log is looked for beside it.
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(now[:18] + b"\x01\x01" + now[20:])
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    else:
        assert now.startswith(was)


Undisturbed = Callable[[Writes], tuple[Tree, Tree, Ran]]


@pytest.fixture(scope="module")
def undisturbed(
    template: Path, tmp_path_factory: pytest.TempPathFactory, machine: Run
) -> Undisturbed:
    """The folder before and after a run that nothing disturbs, and how it ended."""

    @cache
    def clean(writes: Writes) -> tuple[Tree, Tree, Ran]:
        folder = tmp_path_factory.mktemp("clean") / "home"
        start(template, folder, writes, machine)
        old = tree(folder)
        ran = machine(folder, writes.run)
        new = tree(folder)
        shutil.rmtree(folder)
        return old, new, ran

    return clean


def tried(writes: Writes, clean: Ran) -> list[int]:
    """The steps, from 1, at which a run is disturbed: those of slow rules last of all."""
    steps = list(range(1, len(clean["steps"]) + 1))
    if ALL_STEPS:
        return steps
    return steps[-1:] if "--rules full" in writes.run else sorted({*steps[:1], *steps[-2:]})


IDS = [writes.run for writes in WRITES]


@pytest.mark.parametrize("writes", WRITES, ids=IDS)
def test_killed_at_any_step_it_leaves_old_or_new(
    writes: Writes, template: Path, tmp_path: Path, machine: Run, undisturbed: Undisturbed
) -> None:
    old, new, clean = undisturbed(writes)
    assert clean["code"] in (0, 1, 3), clean["err"]
    assert clean["steps"], "it writes nothing"
    overwritten = {f"open {name}" for name in old} & set(clean["steps"])
    assert writes.appends or not overwritten, "it writes into a file that was there"
    for at in tried(writes, clean):
        folder = tmp_path / str(at)
        start(template, folder, writes, machine)
        killed = machine(folder, writes.run, at=at, how="kill")
        assert killed["code"] == -9, (at, killed)
        check_state(writes, old, tree(folder), new)
        # Whatever is left of it disturbs nobody.
        if ALL_STEPS or at == len(clean["steps"]):
            again = machine(folder, writes.run)
            assert again["code"] == clean["code"], (clean["steps"][at - 1], again["err"])
            if not writes.appends:
                assert visible(tree(folder)) == visible(new)
        shutil.rmtree(folder)


@pytest.mark.parametrize("writes", WRITES, ids=IDS)
def test_refused_at_any_step_it_says_why_and_leaves_old_or_new(
    writes: Writes, template: Path, tmp_path: Path, machine: Run, undisturbed: Undisturbed
) -> None:
    old, new, clean = undisturbed(writes)
    for at in tried(writes, clean):
        step = clean["steps"][at - 1]
        folder = tmp_path / str(at)
        start(template, folder, writes, machine)
        how = REFUSALS[at % len(REFUSALS)]
        ran = machine(folder, writes.run, at=at, how=how)
        assert "Traceback" not in ran["err"], ran["err"]
        assert ran["code"] in (clean["code"], 2), (step, ran)
        now = tree(folder)
        check_state(writes, old, now, new)
        if ran["code"] == 2:
            assert os.strerror(getattr(errno, how)) in ran["err"], (step, ran["err"])
            if not step.startswith(("os.remove", "os.rmdir")):
                left = {n for n in now if n not in old and n not in new}
                assert not left, (step, left)
        shutil.rmtree(folder)


@pytest.mark.parametrize("writes", WRITES, ids=IDS)
def test_on_a_disk_that_is_full_it_says_so_and_leaves_the_old(
    writes: Writes, template: Path, tmp_path: Path, machine: Run, undisturbed: Undisturbed
) -> None:
    """A limit of the size of files stands for the disk: writes fail in C and Rust alike."""
    old, new, clean = undisturbed(writes)
    largest = max(len(c) for n, c in new.items() if old.get(n) != c)
    if largest < 600:
        pytest.skip("what it writes is no longer than an error")
    folder = tmp_path / "full"
    start(template, folder, writes, machine)
    ran = machine(folder, writes.run, file_bytes=max(500, largest // 2))
    assert "Traceback" not in ran["err"], ran["err"]
    assert ran["code"] == 2, ran
    assert ran["err"]
    now = tree(folder)
    check_state(writes, old, now, new)
    assert {n for n in now if n not in old and n not in new} == set()
    assert clean["code"] != 2
