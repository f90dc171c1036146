"""What a long run is doing, and for how long: one line on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 0.5
"""Seconds between two looks at the clock; a run that is done sooner shows nothing."""
CLEAR = "\r\x1b[K"

Step = Callable[[str], None]


@contextmanager
def steps() -> Iterator[Step]:
    """A function that says what the run does now."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    shown = _Line()
    thread = threading.Thread(target=shown.keep, daemon=True)
    thread.start()
    try:
        yield shown.say
    finally:
        shown.done.set()
        thread.join()


class _Line:
    """The line, rewritten as time passes."""

    def __init__(self) -> None:
        self.text, self.done = "", threading.Event()
        self.begun = time.monotonic()

    def say(self, text: str) -> None:
        self.text = text

    def keep(self) -> None:
        written = False
        while not self.done.wait(EVERY):
            seconds = int(time.monotonic() - self.begun)
            minutes, seconds = divmod(seconds, 60)
            sys.stderr.write(f"{CLEAR}{self.text} … {minutes}:{seconds:02}")
            sys.stderr.flush()
            written = True
        if written:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
