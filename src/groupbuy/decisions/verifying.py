"""Verification: is the log whole, in order, and is every byte what was written?

What somebody cut off at the end with all that followed leaves a shorter log that fits; the head,
noted after a run, shows that too. A line that was torn by a killed run is told: as a finding while
it stands at the end, where it can't be told from one that was cut, and as a note once the record
behind it vouches for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from groupbuy.decisions.chain import BEGIN, START, Record, changed_parts, read_record
from groupbuy.errors import GroupbuyError, Problem

MOST_TOLD = 20
MOST_LINE = 64 * 2**20
"""Bytes that are looked at as one line."""


class Reading:
    """Reads a log from its beginning, and keeps what is wrong with it."""

    def __init__(self, path: Path) -> None:
        """Nothing is read before the records are asked for."""
        self.path = path
        self.findings: list[str] = []
        self.notes: list[str] = []
        self.untold = 0
        self.count = self.runs = 0
        self.head = START
        self.hashes: set[str] | None = None
        """Every record's hash, where they are to be kept."""
        self._next = 1
        self._loose = False  # what follows a record that was changed may follow it as it was
        self._run: tuple[int, int] | None = None
        self._gap = _Gap()

    def records(self) -> Iterator[Record]:
        """The records that are what was written, in their order. Raises `GroupbuyError`."""
        try:
            with self.path.open("rb") as file:
                yield from self._records(file)
        except OSError as error:
            message = f"{self.path}: {error.strerror or error}"
            raise GroupbuyError(
                Problem("log-unreadable", message, None, "groupbuy evaluate LEADS --log FILE")
            ) from None

    def finish(self) -> Reading:
        """Read all of it."""
        for _ in self.records():
            pass
        return self

    def _records(self, file: BinaryIO) -> Iterator[Record]:
        lines = 0
        while line := file.readline(MOST_LINE):
            lines += 1
            if not line.endswith(b"\n") and len(line) < MOST_LINE:
                self._torn_end(line, lines)
                break
            record = read_record(line[:-1])
            if record is None:
                if lines == 1 and b'"hash":"' not in line and not line.startswith(BEGIN):
                    message = f"{self.path} is not a decision log"
                    raise GroupbuyError(Problem("not-a-log", message, None, None))
                self._gap.add(line, lines)
                continue
            self._judge(record)
            if record.sound:
                yield record
        else:
            self._judge_gap(None)
            self._whole_run(None)

    # ── one record ──

    def _judge(self, record: Record) -> None:
        self._judge_gap(record)
        known, number = self._next, record.number
        if not record.sound:
            parts = ", ".join(changed_parts(record)) or "its hash or its spelling"
            whose = f" ({record.data['id']})" if isinstance(record.data.get("id"), str) else ""
            self._find(f"record {known}{whose} is not what it was: {parts} changed")
        elif number != known:
            if number > known:
                last = f" to {number - 1} are" if number - 1 > known else " is"
                noun = "records" if number - 1 > known else "record"
                self._find(f"{noun} {known}{last} missing")
            else:
                self._find(f"record {number} stands again where record {known} should")
        elif record.previous != self.head and not self._loose:
            self._find(f"record {number} does not follow the record before it: one was replaced")
        if record.sound:
            self._next = number + 1
        else:
            self._next = known + 1
        self._whole_run(record)
        self.count += 1
        self.head, self._loose = record.hash, not record.sound
        if self.hashes is not None:
            self.hashes.add(record.hash)

    def _whole_run(self, record: Record | None) -> None:
        """Note a run whose last records were never written."""
        run = None if record is None else _run_of(record)
        if self._run is not None and (run is None or run[0] != self._run[0]):
            first, leads = self._run
            there = self._next - 1 - first + 1
            if record is not None:
                there = min(leads, record.number - first)
            if there < leads:
                said = f"the run from record {first} has {there:,} of {leads:,} records"
                if record is None and not self.findings:
                    self._find(f"{said}: it was killed, or they were cut off")
                elif record is not None:
                    self.notes.append(f"{said}: it was killed")
        if run is not None and (self._run is None or run[0] != self._run[0]):
            self.runs += 1
        self._run = run

    # ── what is no record ──

    def _judge_gap(self, record: Record | None) -> None:
        """What the lines before a record are, that are none."""
        gap, self._gap = self._gap, _Gap()
        if not gap.bytes:
            return
        torn = record.data.get("torn") if record is not None and record.sound else None
        if torn == {"bytes": gap.bytes, "hash": gap.hash.hexdigest()} and record is not None:
            self.notes.append(
                f"the {gap.bytes:,} bytes before record {record.number} are of a run that was "
                "killed; the record vouches for them"
            )
            return
        lost = 0 if record is None else record.number - self._next
        if record is not None and lost <= 0:
            self._find(f"line {gap.line} is no record: it was put in before record {self._next}")
            return
        lost = max(lost, gap.lines if record is None else lost)
        which = f"record {self._next}" if lost == 1 else f"records {self._next} and following"
        self._find(f"{which} can't be read: line {gap.line} is not what it was")
        self._next += lost
        if record is not None:
            self.head = record.previous

    def _torn_end(self, line: bytes, number: int) -> None:
        self._judge_gap(None)
        record = read_record(line)
        if record is not None and record.sound:
            self._find(f"record {record.number}: its line end is missing")
        else:
            self._find(
                f"the last line ({number}) is torn: {len(line):,} bytes of record {self._next}, "
                "which a killed run did not finish, or which was cut"
            )
        self._whole_run(None)

    def _find(self, text: str) -> None:
        if len(self.findings) < MOST_TOLD:
            self.findings.append(text)
        else:
            self.untold += 1


class _Gap:
    """Lines that are no records."""

    def __init__(self) -> None:
        self.line = self.lines = self.bytes = 0
        self.hash = hashlib.sha256()

    def add(self, line: bytes, number: int) -> None:
        self.line = self.line or number
        self.lines += 1
        self.bytes += len(line)
        self.hash.update(line)


def _run_of(record: Record) -> tuple[int, int] | None:
    run = record.data.get("run")
    if not isinstance(run, dict):
        return None
    first, leads = run.get("first"), run.get("leads")
    if not isinstance(first, int) or not isinstance(leads, int):
        return None
    return first, leads
