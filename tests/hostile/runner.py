"""Runs groupbuy on one hostile input after the other, each in a process of its own with limits.

python tests/hostile/runner.py     reads runs as lines of JSON, writes what became of each

One process imports groupbuy and forks for every run: the runs can't disturb each other, and what a
run took in time and memory can be told.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
import tempfile
import traceback
from io import TextIOWrapper
from pathlib import Path
from typing import Any

CPU_SECONDS = 30
ADDRESS_SPACE = 4 * 2**30


def main() -> None:
    """Serve until standard input ends."""
    import groupbuy.cli.check
    import groupbuy.cli.evaluate
    import groupbuy.engine.workspace  # noqa: F401 - imported once, before the forks

    for line in sys.stdin:
        asked = json.loads(line)
        files = {name: base64.b64decode(data) for name, data in asked["files"].items()}
        print(json.dumps(run(files, asked["args"])), flush=True)


def run(files: dict[str, bytes], args: list[str]) -> dict[str, Any]:
    """What a command did in a folder with `files`: code, out, err, CPU seconds, MiB, new files."""
    with tempfile.TemporaryDirectory() as name:
        folder, streams = Path(name) / "work", Path(name)
        folder.mkdir()
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        child = os.fork()
        if child == 0:
            _inside(folder, streams, args)
        _, status, used = os.wait4(child, 0)
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        return {
            "code": os.waitstatus_to_exitcode(status),
            "out": (streams / "out").read_text(errors="replace")[:20_000],
            "err": (streams / "err").read_text(errors="replace")[:20_000],
            "cpu": used.ru_utime + used.ru_stime,
            "mib": used.ru_maxrss / 1024,
            "written": sorted(there - files.keys()),
        }


def _inside(folder: Path, streams: Path, args: list[str]) -> None:
    """The child: run the command and be gone."""
    code = 98
    try:
        os.chdir(folder)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(streams / name, os.O_CREAT | os.O_WRONLY), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, TextIOWrapper)
            stream.reconfigure(encoding="utf-8")
        from groupbuy.cli.group import groupbuy
        from groupbuy.cli.running import run as run_command

        code = run_command(groupbuy, args)
    except BaseException:
        traceback.print_exc()
        code = 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
