"""Long work: a bar on a terminal and nowhere else; Ctrl-C stops it, and nothing is half-written."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import AS_OF, Call

from groupbuy.cli import progress
from groupbuy.watch import unwatched

pty = pytest.importorskip("pty")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def passed(monkeypatch: pytest.MonkeyPatch, clock: list[float], seconds: float) -> str:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    seen = []
    for item in progress.progress()(range(8), "evaluate"):
        seen.append(item)
        clock[0] += seconds
    assert seen == [*range(8)]
    return screen.getvalue()


def test_what_is_over_in_a_second_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    assert passed(monkeypatch, clock, 0.1) == ""


def test_longer_work_shows_how_far_it_is_and_wipes_it_away(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    shown = passed(monkeypatch, clock, 0.5).split("\r")
    assert shown[1] == f"evaluating [{'#' * 7}{'-' * 23}]  25%  0:03\x1b[K"
    assert [re.findall(r"(\d+)%", each) for each in shown[1:]] == [
        *([str(percent)] for percent in (25, 38, 50, 62, 75, 88)),
        [],
    ]
    assert shown[-1] == "\x1b[K"


def test_the_bar_speaks_the_language(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "评估中 [" in passed(monkeypatch, clock, 1.5)


def test_no_bar_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert progress.progress() is unwatched
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert progress.progress() is unwatched


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Enough leads for minutes of work."""
    lead = {"customer_type": "office", "budget": 100000, "stage": "know", "headcount": 300}
    rows = [{"id": f"L{n}", **lead} for n in range(20_000)]
    (tmp_path / "leads.json").write_text(json.dumps(rows))
    return tmp_path / "leads.json"


COMMANDS = [
    ["evaluate", "--format", "xlsx", "-o", "out.xlsx"],
    ["evaluate", "--format", "json", "-o", "out.json"],
    ["report", "-o", "out.html"],
    ["diff", "old", "new", "-o", "out.txt"],
]


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: " ".join(args[:3]))
def test_ctrl_c_leaves_nothing_and_says_so(many: Path, args: list[str], call: Call) -> None:
    folder = many.parent
    for name in ("old", "new") if args[0] == "diff" else ():
        (folder / name).mkdir()
        (folder / name / "groupbuy.yaml").write_text(
            "groupbuy: 1\nlayers: [groupbuy:common, [groupbuy:office, groupbuy:welfare]]\n"
        )
    before = sorted(path.name for path in folder.iterdir())
    old = folder / args[-1]
    old.write_text("the old one")
    leads = [*args[:3], str(many), *args[3:]] if args[0] == "diff" else [*args, str(many)]
    main, terminal = pty.openpty()
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "groupbuy", *leads, "--as-of", AS_OF],
        stdout=subprocess.PIPE, stderr=terminal, cwd=folder, env=environment,
    )  # fmt: skip
    os.close(terminal)
    said = ""
    try:
        while "%" not in said:  # it is at work, and shows it
            said += os.read(main, 1000).decode()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        said += os.read(main, 10_000).decode()
    finally:
        process.kill()
        os.close(main)
    assert process.returncode == 130
    assert said.replace("\r\x1b[K", "").endswith("\nstopped; nothing was written\r\n")
    assert "Traceback" not in said
    assert out == b""
    assert old.read_text() == "the old one"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*before, args[-1]])


def test_a_pipe_gets_no_bar(tmp_path: Path) -> None:
    leads = tmp_path / "leads.json"
    leads.write_text(json.dumps([{"id": f"L{n}", "budget": n} for n in range(300)]))
    ran = subprocess.run(
        [sys.executable, "-m", "groupbuy", "evaluate", str(leads), "--as-of", AS_OF],
        capture_output=True, check=True,
    )  # fmt: skip
    assert b"%" not in ran.stderr
    assert b"\x1b" not in ran.stderr
