"""Measuring: interleaved rounds, ratios round by round, and whole processes with their memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGKILL
from statistics import median
from time import process_time
from typing import Generic, TypeVar

CHILD = Path(__file__).parent / "child.py"
T = TypeVar("T")


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, with the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of values, of which there is at least one."""
        return cls(median(values), min(values), max(values))

    @classmethod
    def ratio(cls, above: Sequence[float], below: Sequence[float]) -> Spread:
        """Of the ratios within each round, so that a slow moment of the machine counts on both
        sides.
        """
        return cls.of([a / b for a, b in zip(above, below, strict=True)])


def interleaved(
    contestants: Mapping[str, Callable[[], T]], rounds: int, warm: bool = True
) -> dict[str, list[T]]:
    """What each contestant gives in each round: A B C, A B C, …

    With `warm`, one round goes before that is not counted.
    """
    found: dict[str, list[T]] = {name: [] for name in contestants}
    for number in range(rounds + warm):
        for name, measure in contestants.items():
            value = measure()
            if number >= warm:
                found[name].append(value)
    return found


class Loop(Generic[T]):
    """A function called for one item after the other: processor seconds for one call.

    Processor time, because one thread works and other processes of the machine don't count.
    """

    def __init__(self, call: Callable[[T], object], items: Sequence[T], seconds: float) -> None:
        """So many items are taken that a round lasts about `seconds`, and no more than all."""
        self.call = call
        first = items[: max(1, min(10, len(items)))]
        self.items = first
        one = max(self(), self(), 1e-9)
        self.items = items[: max(len(first), int(seconds / one))]
        self.items = list(self.items) * max(1, int(seconds / one / len(self.items)))

    def __call__(self) -> float:
        """Measure one round."""
        call = self.call
        begin = process_time()
        for item in self.items:
            call(item)
        return (process_time() - begin) / len(self.items)


@dataclass(frozen=True)
class Ended:
    """A process that ended: wall and processor seconds, and peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


class CommandError(Exception):
    """A command that did not do what it was to be measured for."""


def process(command: Sequence[str | Path], *, limit: float = 3600) -> Ended:
    """Run a command to its end, its output thrown away. Raises `CommandError`.

    A small process of its own starts it: what a process inherits of its parent's memory would
    count as its peak.
    """
    told = [sys.executable, "-I", "-S", str(CHILD), str(limit), *map(str, command)]
    starter = subprocess.Popen(
        told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        out, err = starter.communicate()
    except BaseException:
        # Whoever stops the benchmarks stops what they started.
        with suppress(ProcessLookupError):
            os.killpg(starter.pid, SIGKILL)
        starter.wait()
        raise
    if starter.returncode:
        raise CommandError(f"{' '.join(map(str, command))}\n{err[-2000:]}")
    return Ended(**json.loads(out))


def processes(
    commands: Mapping[str, Sequence[str | Path]], rounds: int, *, warm: bool = True
) -> dict[str, list[Ended]]:
    """Commands in turn, after one round to warm up the file cache."""
    return interleaved({n: partial(process, c) for n, c in commands.items()}, rounds, warm)


def walls(ended: Sequence[Ended]) -> list[float]:
    """Wall seconds."""
    return [each.wall for each in ended]


def cpus(ended: Sequence[Ended]) -> list[float]:
    """Processor seconds."""
    return [each.cpu for each in ended]
