"""The log under runs that are killed, runs at once, and disks that are full: real processes."""

# ruff: noqa: E501 - a line of YAML is one line

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import Call
from log_world import AS_OF, made_home, started

from groupbuy.decisions.book import opened_to_add
from groupbuy.decisions.verifying import Reading

LOG = "decisions.jsonl"
EVALUATE = ("evaluate", "leads.yaml", "--as-of", AS_OF, "--format", "json", "--log", LOG)
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return made_home(tmp_path)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def many_leads(home: Path, count: int) -> None:
    lines = (f'{{"id": "L{n}", "budget": {n}, "people": 3}}\n' for n in range(count))
    (home / "leads.yaml").unlink()
    (home / "leads.jsonl").write_text("".join(lines), encoding="utf-8")


def test_runs_at_once_do_not_mingle(home: Path) -> None:
    many_leads(home, 400)
    runs = [
        started("evaluate", "leads.jsonl", "--log", LOG, "--format", "json", cwd=home)
        for _ in range(4)
    ]
    assert [ended(run)[0] for run in runs] == [0, 0, 0, 0]
    reading = Reading(home / LOG)
    firsts = [record.data["run"]["first"] for record in reading.records()]
    assert firsts == [first for first in (1, 401, 801, 1201) for _ in range(400)]
    assert (reading.findings, reading.notes, reading.runs) == ([], [], 4)


def test_a_run_that_waits_too_long_says_so_and_shows_nothing(home: Path) -> None:
    with opened_to_add(home / LOG):
        code, out, err = ended(started(*EVALUATE, cwd=home, GROUPBUY_LOG_TIMEOUT="0.3"))
    assert (code, out) == (2, "")
    assert "log-busy another run has been writing to decisions.jsonl for 0.3 s" in err
    assert (home / LOG).read_bytes() == b""


def test_a_run_that_waits_gets_its_turn(home: Path) -> None:
    with opened_to_add(home / LOG):
        waiting = started(*EVALUATE, cwd=home)
        time.sleep(1.0)
        assert waiting.poll() is None
    assert ended(waiting)[0] == 3
    assert Reading(home / LOG).finish().count == 4


def test_a_log_that_was_put_away_while_a_run_waits(home: Path) -> None:
    with opened_to_add(home / LOG):
        waiting = started(*EVALUATE, cwd=home)
        time.sleep(1.0)
        (home / LOG).rename(home / "old.jsonl")
    assert ended(waiting)[0] == 3
    assert (home / "old.jsonl").read_bytes() == b""
    assert Reading(home / LOG).finish().count == 4


@posix
def test_a_killed_holder_locks_nobody_out(home: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from groupbuy.decisions.book import "
        "opened_to_add\nwith opened_to_add(Path(sys.argv[1])):\n print('held', flush=True)\n time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(home / LOG)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    assert ended(started(*EVALUATE, cwd=home, GROUPBUY_LOG_TIMEOUT="5"))[0] == 3


@posix
def test_a_run_killed_at_any_moment_leaves_whole_records(home: Path) -> None:
    """Killed while it writes: whole records, at most one torn line, and the next run goes on."""
    code = (
        "import sys, time; from pathlib import Path; from groupbuy.decisions import book\n"
        "book._BLOCK = 700\n"  # many small writes, which end within lines
        "def entries():\n"
        "  print('writing', flush=True)\n"
        "  for n in range(100000): yield {'run': {'first': first, 'leads': 100000}, 'id': 'x' * (n % 400)}\n"
        "with book.opened_to_add(Path(sys.argv[1])) as opened:\n"
        "  first = opened.end.number + 1\n"
        "  opened.add(entries())"
    )
    chance = random.Random(11)
    before = 0
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(home / LOG)], stdout=subprocess.PIPE, encoding="utf-8"
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        time.sleep(chance.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        torn = Reading(home / LOG).finish()
        assert torn.count >= before
        assert len(torn.findings) <= 1
        assert all("torn" in each or "killed" in each for each in torn.findings), torn.findings
        before = torn.count
    assert ended(started(*EVALUATE, cwd=home))[0] == 3
    whole = Reading(home / LOG).finish()
    assert (whole.findings, whole.count) == ([], before + 4)
    assert len(whole.notes) >= 3, "the runs were not killed while they wrote"


CUTS = [1, 30, 200, 700]


@pytest.mark.parametrize("kept", CUTS)
def test_a_torn_line_is_said_and_vouched_for(call: Call, home: Path, kept: int) -> None:
    """As a killed run leaves it: some bytes of a record, without an end."""
    assert call(*EVALUATE).code == 3
    lines = (home / LOG).read_bytes().splitlines(keepends=True)
    (home / LOG).write_bytes(b"".join(lines[:3]) + lines[3][:kept])
    ran = call("log", "verify", LOG)
    assert ran.code == 1
    assert f"the last line (4) is torn: {kept} bytes of record 4" in ran.out
    assert call(*EVALUATE).code == 3
    content = (home / LOG).read_bytes()
    assert content.startswith(b"".join(lines[:3]) + lines[3][:kept] + b"\n")
    ran = call("log", "verify", LOG)
    assert ran.code == 0, ran.out
    assert f"the {kept + 1} bytes before record 4 are of a run that was killed" in ran.err
    assert "the run from record 1 has 3 of 4 records: it was killed" in ran.err
    changed = content.replace(lines[3][:kept] + b"\n", lines[3][:kept] + b" \n", 1)
    (home / LOG).write_bytes(changed)
    assert call("log", "verify", LOG).code == 1
    (home / LOG).write_bytes(content)
    code, out = (ran := call("log", "replay", LOG)).code, ran.out
    assert (code, "has 3 of 4 records: it was killed" in out) == (1, True)


def test_a_first_record_that_was_torn(call: Call, home: Path) -> None:
    assert call(*EVALUATE).code == 3
    first = (home / LOG).read_bytes()[:100]
    (home / LOG).write_bytes(first)
    assert call("log", "verify", LOG).code == 1
    assert call(*EVALUATE).code == 3
    assert call("log", "verify", LOG).code == 0


@posix
def test_a_full_disk_shows_nothing_and_leaves_the_log_as_it_was(home: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails half way alike."""
    assert ended(started(*EVALUATE, cwd=home))[0] == 3
    before = (home / LOG).read_bytes()
    code = (
        "import resource, sys; size = int(sys.argv[1]);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size));"
        "from groupbuy.cli import main; sys.argv = ['groupbuy', *sys.argv[2:]]; main()"
    )
    for room in (0, 1, 500, 5000):
        ran = subprocess.run(
            [sys.executable, "-c", code, str(len(before) + room), *EVALUATE],
            cwd=home, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
        assert "log-unwritable decisions.jsonl: " in ran.stderr
        assert "nothing was logged and nothing is shown" in ran.stderr
        assert "decisions added" not in ran.stderr
        assert (home / LOG).read_bytes() == before


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_log_without_permission(call: Call, home: Path) -> None:
    (home / LOG).write_bytes(b"")
    (home / LOG).chmod(0o444)
    ran = call(*EVALUATE)
    assert (ran.code, ran.out) == (2, "")
    assert "log-unwritable" in ran.err


def test_the_disk_has_the_record_before_anything_is_shown(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (order.append("disk"), sync(file))[1])
    monkeypatch.setattr("groupbuy.cli.in_rows.deliver", lambda *_: order.append("shown"))
    assert call(*EVALUATE).code == 3
    assert order[-1] == "shown"
    assert order.count("shown") == 1
    assert "disk" in order
    assert json.loads((home / LOG).read_text().splitlines()[-1])["record"] == 4
