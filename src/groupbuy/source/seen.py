"""Which files a run has read, so that it writes over none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

_files: ContextVar[set[tuple[int, int]] | None] = ContextVar("files", default=None)


@contextmanager
def noting() -> Iterator[None]:
    """Keep in mind what is read within the block."""
    before = _files.set(set())
    try:
        yield
    finally:
        _files.reset(before)


def note(file: IO[Any]) -> None:
    """Note an open file that is read."""
    files = _files.get()
    if files is not None:
        status = os.fstat(file.fileno())
        files.add((status.st_dev, status.st_ino))


def was_read(path: Path) -> bool:
    """Whether this file was read in the run, under whichever name."""
    files = _files.get()
    if not files:
        return False
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in files
