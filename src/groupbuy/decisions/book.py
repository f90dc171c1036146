"""The log's file: opened, locked, added to, and never otherwise touched.

One run adds its records in one go, while it holds the file's lock; the lock is the system's own and
ends with the process, so that a killed run locks nobody out. What a killed run left of a line stays
where it is: the next record says how long it is and what its hash is (`torn`), so that every byte
of the file is vouched for. The file is written through to the disk once for each run, before
anything of the run is shown (`fsync`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from groupbuy.decisions.chain import BEGIN, START, Record, read_record, sealed
from groupbuy.errors import GroupbuyError, Problem

PATIENCE_S = 60.0
"""How long a run waits for another that writes, unless the environment says otherwise."""
PATIENCE = "GROUPBUY_LOG_TIMEOUT"
MOST_TAIL = 256 * 2**20
"""Bytes from the end in which the last record must stand."""
_BLOCK = 2**20
_VERIFY = "groupbuy log verify {} says where"


@dataclass(frozen=True)
class End:
    """Where a log ends: its last record, the bytes behind it, and their hash."""

    number: int
    hash: str
    torn: int = 0
    torn_hash: str = ""
    torn_line: bool = False
    """Whether the last line has no end."""


class Book:
    """A log that is open and locked."""

    def __init__(self, path: Path, file: int) -> None:
        """Find the last record. Raises `GroupbuyError` where there is something else."""
        self.path, self.file = path, file
        self.size = os.fstat(file).st_size
        self.end = _end_of(path, file, self.size)

    def add(self, entries: Iterable[Mapping[str, Any]]) -> tuple[int, str]:
        """Add a record for each entry; how many, and the new head.

        All are on the disk afterwards, or none is.
        """
        try:
            added = self._write(entries)
            os.fsync(self.file)
        except BaseException as error:
            # What is not there in the end has never been: without it the file is as it was.
            with contextlib.suppress(OSError):
                os.ftruncate(self.file, self.size)
            if isinstance(error, OSError):
                refuse_unwritable(self.path, error)
            raise
        return added

    def _write(self, entries: Iterable[Mapping[str, Any]]) -> tuple[int, str]:
        number, hash, waiting = self.end.number, self.end.hash, bytearray()
        if self.end.torn_line:
            waiting += b"\n"
        torn = self._torn()
        for entry in entries:
            number += 1
            line, hash = sealed(number, hash, {**torn, **entry})
            torn = {}
            waiting += line
            if len(waiting) >= _BLOCK:
                _write_all(self.file, waiting)
                waiting = bytearray()
        if number > self.end.number:
            _write_all(self.file, waiting)
        return number - self.end.number, hash

    def _torn(self) -> dict[str, Any]:
        if not self.end.torn:
            return {}
        return {"torn": {"bytes": self.end.torn, "hash": self.end.torn_hash}}


@contextlib.contextmanager
def opened_to_add(path: Path) -> Iterator[Book]:
    """A log, made where there is none, while no other run can write to it.

    Raises `GroupbuyError` where it can't be written, is no log, its last record was changed, or
    another run keeps it for too long.
    """
    if not path.parent.is_dir():
        _fail("no-such-folder", f"there is no folder {path.parent}", "make it first")
    file = _locked(path)
    try:
        yield Book(path, file)
    finally:
        os.close(file)


def refuse_unusable(path: Path) -> None:
    """Raise now what adding to a log would raise later, after everything was worked out."""
    if path.exists() or not path.parent.is_dir():
        with opened_to_add(path):
            pass


def refuse_unwritable(path: Path, error: OSError) -> NoReturn:
    """The error that ends a run whose decisions can't be logged."""
    message = f"{path}: {error.strerror or error}; nothing was logged and nothing is shown"
    _fail("log-unwritable", message, "free some space, or name another file with --log")


def _locked(path: Path) -> int:
    """The file, open and locked; the one that has the name when the lock is had."""
    until = time.monotonic() + patience()
    while True:
        file = _open(path)
        try:
            while not _lock(file):
                if time.monotonic() >= until:
                    message = f"another run has been writing to {path} for {patience():g} s"
                    _fail("log-busy", message, f"try again when it is done; {PATIENCE}=600 waits")
                time.sleep(0.02)
            # Whoever puts logs away may have given the name to another file meanwhile.
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(file), os.stat(path)):
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _open(path: Path) -> int:
    new = not path.exists()
    try:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        file = os.open(path, flags, 0o666)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            _fail("not-a-log", f"{path} is not a file that can be read again", "--log FILE.jsonl")
        if new and sys.platform != "win32":
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except OSError as error:
        refuse_unwritable(path, error)
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        """Whether the lock was to be had: of one byte far behind the end, which stays readable."""
        here = os.lseek(file, 0, os.SEEK_CUR)
        try:
            os.lseek(file, 2**62, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, here, os.SEEK_SET)
        return True
else:
    import fcntl

    def _lock(file: int) -> bool:
        """Whether the lock was to be had."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def patience() -> float:
    """How many seconds a run waits for the lock."""
    try:
        seconds = float(os.environ.get(PATIENCE, ""))
    except ValueError:
        return PATIENCE_S
    return seconds if 0 <= seconds < 1e6 else PATIENCE_S


def _write_all(file: int, data: bytes | bytearray) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _end_of(path: Path, file: int, size: int) -> End:
    """The last record of a log, and what stands behind it."""
    if size == 0:
        return End(0, START)
    length = min(size, 2**16)
    while True:
        tail = _read_at(file, size - length, length)
        found = _last_record(tail, whole=length == size)
        if found is not None:
            record, end = found
            if not record.sound:
                message = f"{path}: record {record.number}, its last, is not what was written"
                _fail("log-changed", message, _VERIFY.format(path))
            return _behind(record.number, record.hash, tail[end:])
        if length == size:
            if tail.startswith(BEGIN[: len(tail)]):  # a first record that was never finished
                return _behind(0, START, tail)
            _fail("not-a-log", f"{path} is not a decision log", "--log FILE.jsonl, a new file")
        if length >= MOST_TAIL:
            message = f"{path} has no record in its last {MOST_TAIL:,} bytes"
            _fail("not-a-log", message, _VERIFY.format(path))
        length = min(size, length * 4)


def _last_record(tail: bytes, *, whole: bool) -> tuple[Record, int] | None:
    """The last record of a text's whole lines, and where it ends."""
    end = tail.rfind(b"\n")
    while end >= 0:
        start = tail.rfind(b"\n", 0, end)
        if start < 0 and not whole:
            return None
        record = read_record(tail[start + 1 : end])
        if record is not None:
            return record, end + 1
        end = start
    return None


def _behind(number: int, hash: str, rest: bytes) -> End:
    if not rest:
        return End(number, hash)
    torn_line = not rest.endswith(b"\n")
    whole = rest + b"\n" if torn_line else rest
    return End(number, hash, len(whole), hashlib.sha256(whole).hexdigest(), torn_line)


def _read_at(file: int, offset: int, length: int) -> bytes:
    os.lseek(file, offset, os.SEEK_SET)
    parts = []
    while length > 0 and (part := os.read(file, length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _fail(code: str, message: str, hint: str | None) -> NoReturn:
    raise GroupbuyError(Problem(code, message, None, hint))
