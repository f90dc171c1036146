"""How far long work is: a bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from groupbuy.cli.running import clear_line, language
from groupbuy.texts import Text
from groupbuy.watch import Watch, unwatched

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds of work that nobody needs to see."""
STEP = 0.1
"""Seconds between two pictures."""
WIDTH = 30
CLEAR_REST = "\x1b[K"

_WORK = {
    key: Text.of(en=en, zh=zh)
    for key, en, zh in (
        ("evaluate", "evaluating", "评估中"),
        ("explain", "explaining", "整理结果"),
        ("write", "writing", "写入中"),
        ("cases", "running cases", "运行用例"),
        ("mutants", "trying slips", "试改规则"),
        ("proposals", "proposing", "配方案"),
    )
}


def progress() -> Watch:
    """A bar on stderr where that is a terminal; else nothing, so that no log or pipe gets one."""
    return _watched if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else unwatched


def _watched(items: Sequence[T], work: str, /) -> Iterable[T]:
    return _drawn(items, _WORK[work].get(language()) if work in _WORK else work)


def _drawn(items: Sequence[T], label: str) -> Iterator[T]:
    """The items; after a second, a bar that is wiped away at the end.

    The cursor stays as it is: whoever stops the program gets the terminal back whole.
    """
    began = time.monotonic()
    due = began + PATIENCE
    drawn = False
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now >= due:
                sys.stderr.write(f"\r{_bar(label, done, len(items), now - began)}{CLEAR_REST}")
                sys.stderr.flush()
                drawn, due = True, now + STEP
            yield item
    finally:
        if drawn:
            clear_line()


def _bar(label: str, done: int, total: int, seconds: float) -> str:
    """`evaluating [####------]  41%  0:12`: how much is done, and how long the rest may take."""
    share = done / total
    full = int(WIDTH * share)
    rest = int(seconds * (total - done) / done) if done else 0
    left = f"  {rest // 60}:{rest % 60:02}" if done else ""
    return f"{label} [{'#' * full}{'-' * (WIDTH - full)}] {share:4.0%}{left}"
