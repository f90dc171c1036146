"""Runs groupbuy in forked processes on a machine that fails: at a chosen step on the disk.

python tests/hostile/faulty.py     reads runs as lines of JSON, writes what became of each

A step is anything that changes something in the folder of the run: a file opened for writing, made
durable, renamed, removed. They are counted by Python's audit events, so every moment between two of
them can be tried, and none is left to chance.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

CPU_SECONDS = 60
CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.truncate")


def main() -> None:
    """Serve until standard input ends."""
    import groupbuy.api.commands
    import groupbuy.cli.check
    import groupbuy.cli.evaluate
    import groupbuy.cli.in_columns
    import groupbuy.engine.workspace

    with suppress(ImportError):  # imported once, before the forks
        import groupbuy.files.columns.write
        import groupbuy.render.xlsx  # noqa: F401

    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


def run(asked: dict[str, Any]) -> dict[str, Any]:
    """What a command did: `folder` is where it runs, `streams` where its output goes."""
    streams = Path(asked["streams"])
    for name in ("out", "err", "steps"):
        (streams / name).write_bytes(b"")
    child = os.fork()
    if child == 0:
        _inside(asked, streams)
    _, status = os.waitpid(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "out": (streams / "out").read_text(encoding="utf-8", errors="replace"),
        "err": (streams / "err").read_text(encoding="utf-8", errors="replace"),
        "steps": (streams / "steps").read_text(encoding="utf-8").splitlines(),
    }


def _inside(asked: dict[str, Any], streams: Path) -> None:
    """The child: run the command under its fault, and be gone."""
    code = 98
    try:
        os.chdir(asked["folder"])
        os.environ.update(asked.get("env", {}))
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(streams / name, os.O_WRONLY), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, TextIOWrapper)
            stream.reconfigure(encoding="utf-8")
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
        _watch(asked, os.open(streams / "steps", os.O_WRONLY))
        if "file_bytes" in asked:
            resource.setrlimit(resource.RLIMIT_FSIZE, (asked["file_bytes"], asked["file_bytes"]))
        from groupbuy.cli.group import groupbuy
        from groupbuy.cli.running import run as run_command

        code = run_command(groupbuy, asked["args"])
    except BaseException:
        traceback.print_exc()
        code = 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _watch(asked: dict[str, Any], steps: int) -> None:
    """Count the steps from here on; at the one that was asked for, fail."""
    home = os.path.realpath(asked["folder"])
    at, how = asked.get("at", 0), asked.get("how", "")
    count = 0

    def step(what: str) -> None:
        nonlocal count
        count += 1
        os.write(steps, f"{what}\n".encode())
        if count != at:
            return
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(getattr(errno, how), os.strerror(getattr(errno, how)))

    def inside(path: object) -> bool:
        text = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
        return bool(text) and os.path.realpath(text).startswith(home + os.sep)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            writes = bool(flags & (os.O_WRONLY | os.O_RDWR))
            if writes and inside(path):
                step(f"open {os.path.relpath(os.path.realpath(os.fsdecode(path)), home)}")
        elif event in CHANGING and any(inside(arg) for arg in args):
            step(f"{event} {args[0]}")

    made_durable: Callable[[Any], None] = os.fsync

    def fsync(file: Any) -> None:
        step("fsync")
        made_durable(file)

    os.fsync = fsync  # type: ignore[assignment]
    sys.addaudithook(hook)


if __name__ == "__main__":
    main()
