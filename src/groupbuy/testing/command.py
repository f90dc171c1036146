"""`groupbuy` as a user runs it, within the test's own process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    """0 done, 1 findings, 2 the input can't be used, 3 done but for some leads, 130 Ctrl-C."""
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed with `--format json`."""
        return json.loads(self.out)


def run_command(*args: object) -> Ran:
    """Run `groupbuy ARGS`; whatever the arguments are, they are passed as texts.

    Commands of installed plugins are found as ever. What a command foresees is told on its standard
    error; anything else is raised here as it is.
    """
    from groupbuy.cli.group import groupbuy
    from groupbuy.cli.running import run

    texts = [str(arg) for arg in args]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), _called_by(texts):
        code = run(groupbuy, texts)
    return Ran(code, _text(out), _text(err))


@contextmanager
def _called_by(texts: list[str]) -> Iterator[None]:
    """Some messages repeat the command line."""
    before = sys.argv
    sys.argv = ["groupbuy", *texts]
    try:
        yield
    finally:
        sys.argv = before


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
