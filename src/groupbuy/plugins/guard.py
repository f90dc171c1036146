"""Every call into a plugin goes through here: timed, watched, and cut off from the rest.

What a plugin does wrong becomes a `PluginError` that names it: an exception of any kind,
`SystemExit` included, or a call that does not come back in time. What it prints goes to standard
error, so that results on standard output stay whole. This contains faults, not malice: a plugin is
code with the user's own permissions.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TypeVar

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.plugins.found import Found

T = TypeVar("T")
TRACE = "GROUPBUY_TRACE_PLUGINS"
TIMEOUT = "GROUPBUY_PLUGIN_TIMEOUT"
SECONDS = 10.0
"""How long one call may take, unless the environment says otherwise."""
MOST_LINES = 20
"""How many printed lines of one plugin are passed on."""


class PluginError(Exception):
    """What a plugin did wrong, told with its name, its distribution and version."""

    def __init__(self, plugin: Found, what: str, reason: str) -> None:
        """`what` was being done (`import`, `history.churn_risk`), and `reason` is how it ended."""
        self.plugin, self.what, self.reason = plugin, what, reason
        super().__init__(f"{plugin}: {what} {reason}")


class TookTooLong(BaseException):
    """Raised inside a plugin that does not come back; no `except Exception` there catches it."""


@dataclass
class Tally:
    """What one thing cost: how often it was called, how long in all, how often it failed."""

    calls: int = 0
    seconds: float = 0.0
    failures: int = 0


@dataclass
class Guard:
    """Calls plugins and keeps count. One for each workspace."""

    seconds: float = field(default_factory=lambda: limit_of(os.environ.get(TIMEOUT)))
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    stopped: dict[tuple[str, str], str] = field(default_factory=dict)
    printed: dict[str, int] = field(default_factory=dict)

    def call(
        self, plugin: Found, what: str, function: Callable[..., T], *args: Any, **named: Any
    ) -> T:
        """What the function gives. Raises `PluginError`, and `GroupbuyError` that it raises.

        What once took too long is not called again.
        """
        key = (plugin.name, what)
        tally = self.tallies.setdefault(key, Tally())
        if key in self.stopped:
            tally.failures += 1
            raise PluginError(plugin, what, self.stopped[key])
        tally.calls += 1
        start = time.perf_counter()
        try:
            with diverted(plugin, self.printed), limited(self.seconds):
                return function(*args, **named)
        except (GroupbuyError, KeyboardInterrupt):
            raise
        except PluginError:
            tally.failures += 1
            raise  # one plugin called another, whose fault it is
        except TookTooLong:
            self.stopped[key] = f"took longer than {self.seconds:g} s and is not called again"
            tally.failures += 1
            reason = f"took longer than {self.seconds:g} s and was stopped"
            raise PluginError(plugin, what, reason) from None
        except BaseException as error:
            tally.failures += 1
            _trace(error)
            raise PluginError(plugin, what, f"raised {described(error)}") from None
        finally:
            tally.seconds += time.perf_counter() - start

    def report(self) -> list[str]:
        """One line for each thing that was called, the most costly first."""
        ordered = sorted(self.tallies.items(), key=lambda item: (-item[1].seconds, item[0]))
        return [
            f"{plugin}: {what}: {tally.calls} calls, {tally.seconds * 1000:.1f} ms"
            + (f", {tally.failures} failed" if tally.failures else "")
            for (plugin, what), tally in ordered
        ]


def told(plugin: Found, what: str, error: BaseException) -> GroupbuyError:
    """An exception of a plugin's command, as a problem that names the plugin whose fault it is."""
    _trace(error)
    hint = f"{TRACE}=1 shows where"
    theirs = isinstance(error, PluginError)  # of another plugin, which the command called
    message = str(error) if theirs else f"{plugin}: {what} raised {described(error)}"
    return GroupbuyError(Problem("plugin-failed", message, None, hint))


def doctor(name: str) -> str:
    """The command that tells all about a plugin."""
    return f"groupbuy plugins doctor {name}"


def limit_of(text: str | None) -> float:
    """The seconds that one call may take; what is no positive number means the usual."""
    try:
        seconds = float(text or SECONDS)
    except ValueError:
        return SECONDS
    return seconds if 0 < seconds < 1e6 else SECONDS


def tracing() -> bool:
    """Whether the user asked to see who did what."""
    return os.environ.get(TRACE, "") not in ("", "0")


def described(error: BaseException) -> str:
    """An exception in one line: its kind, its message, and the last place in the plugin's code."""
    try:
        text = " ".join(str(error).split())
    except BaseException:  # even its message may raise
        text = ""
    shown = text if len(text) <= 200 else text[:200] + "…"
    shown = "".join(char if char.isprintable() else "?" for char in shown)
    import traceback  # where nothing fails it is not needed

    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    kind = type(error).__name__
    return f"{kind}: {shown}{place}" if shown else f"{kind}{place}"


def _trace(error: BaseException) -> None:
    if tracing():
        import traceback

        traceback.print_exception(error, file=sys.stderr)


@contextmanager
def diverted(plugin: Found, printed: dict[str, int]) -> Iterator[None]:
    """What is printed inside goes to standard error, with the plugin's name before each line."""
    before, stream = sys.stdout, _Named(plugin.name, printed)
    sys.stdout = stream
    try:
        yield
    finally:
        # A plugin may have put a stream of its own there.
        sys.stdout = before
        stream.finish()


class _Named(io.TextIOBase):
    """A stream that writes whole lines to standard error, each with a plugin's name."""

    def __init__(self, name: str, printed: dict[str, int]) -> None:
        self.name, self.printed, self.rest = name, printed, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            count = self.printed[self.name] = self.printed.get(self.name, 0) + 1
            if count <= MOST_LINES:
                sys.stderr.write(f"{self.name}: {line}\n")
            elif count == MOST_LINES + 1:
                sys.stderr.write(f"{self.name}: … and more, which is not shown\n")
        return len(text)

    def finish(self) -> None:
        if self.rest:
            self.write("\n")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop what takes longer. Only in the main thread, and where the system has alarms.

    A call inside another counts towards the limit of the outer one.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, stop)
    # Again and again, should the first be swallowed on its way.
    signal.setitimer(signal.ITIMER_REAL, seconds, max(seconds, 0.1))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
