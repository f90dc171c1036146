"""`--watch`: a command runs again whenever a file that it reads has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from groupbuy.cli.opening import LeadOptions, RunOptions
from groupbuy.cli.options import WRITTEN
from groupbuy.cli.running import fail, language, tell
from groupbuy.errors import GroupbuyError
from groupbuy.render.words import say

F = TypeVar("F", bound=Callable[..., Any])

INTERVAL = 0.3
"""Seconds between two looks at the files."""
SETTLING = 10
"""Looks at most until several files that are being saved are taken for saved."""
OURS = (*WRITTEN, "log")
"""Parameters that name files which commands write; they are not watched."""

State = Mapping[Path, tuple[int, int, int]]
"""Each file's time of change, size and inode; editors that save by renaming change the last."""


def watch_option(watched: Callable[..., Iterable[Path]]) -> Callable[[F], F]:
    """`--watch`; `watched` gets the command's parameters and gives the files and folders it reads.

    It stands below all other options, next to the function.
    """

    def decorate(command: F) -> F:
        @wraps(command)
        def run(*, watch: bool, **parameters: Any) -> Any:
            if not watch:
                return command(**parameters)
            if any("-" in each for each in parameters.values() if isinstance(each, tuple)):
                fail("bad-option", "--watch can't read standard input again", "name a file")
            given = click.get_current_context().params
            written = {Path(p).resolve() for name in OURS if (p := given.get(name))}
            return keep_running(
                partial(command, **parameters),
                lambda: _looking(list(watched(**parameters)), written),
                language(),
            )

        return click.option("--watch", is_flag=True, help="Run again when a file changes.")(run)  # type: ignore[return-value]

    return decorate


def keep_running(
    run: Callable[[], Any], looking: Callable[[], Callable[[], State]], lang: str
) -> NoReturn:
    """Run, wait for a change, run again. Ends with Ctrl-C, exit code 130, as every command does.

    What is wrong with the input is told, and then waited for to change. Results go to standard
    output as ever, what is said of the watching to standard error; nothing is cleared.
    """
    try:
        while True:
            look = looking()  # what is read can be another with each run
            before = look()
            _once(run)
            click.echo(say("watching", lang, n=len(before)), err=True)
            changed = _wait(before, look)
            shown = say("listing", lang).join(changed[:3]) + (" …" if len(changed) > 3 else "")
            now = time.strftime("%H:%M:%S")
            click.echo(say("watch_changed", lang, time=now, files=shown), err=True)
    except (KeyboardInterrupt, click.Abort):
        raise click.exceptions.Exit(130) from None


def _once(run: Callable[[], Any]) -> None:
    """One run; what ends a command in words does not end the watching."""
    try:
        run()
    except GroupbuyError as error:
        tell(error.problems)
    except click.ClickException as error:
        error.show()
    except BrokenPipeError:
        raise
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror or error}", err=True)


def _wait(before: State, look: Callable[[], State]) -> list[str]:
    """Wait until files have changed and stand still; their names."""
    while True:
        time.sleep(INTERVAL)
        after = look()
        if after == before:
            continue
        for _ in range(SETTLING):
            time.sleep(INTERVAL)
            now = look()
            if now == after:
                break
            after = now
        different = [p for p in {**before, **after} if before.get(p) != after.get(p)]
        if different:
            return sorted({path.name for path in different})


def _looking(paths: Sequence[Path], written: set[Path]) -> Callable[[], State]:
    return partial(state, paths, written)


def state(paths: Iterable[Path], written: set[Path]) -> State:
    """The state of files, and of all files in folders but hidden ones and those in `written`."""
    found: dict[Path, tuple[int, int, int]] = {}
    for path in paths:
        for file in _files(path):
            try:
                stat = file.stat()
            except OSError:
                continue  # not there: that is a state, too
            if file.resolve() not in written:
                found[file] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, inner, names in os.walk(path):
        inner[:] = [name for name in inner if not name.startswith((".", "__"))]
        # Editors keep what is not saved yet in hidden files, and names that end in ~.
        yield from (
            Path(folder, name) for name in names if not name.startswith(".") and name[-1] != "~"
        )


# ── what commands read ──


def rules_and(*others: str) -> Callable[..., Iterator[Path]]:
    """The rules folder in force, the mapping file, and the files that these parameters name."""

    def watched(run: RunOptions, reading: LeadOptions, **parameters: Any) -> Iterator[Path]:
        from groupbuy.rules.project import find_rules

        found = find_rules(run.rules, Path.cwd())
        yield from (found, Path("rules")) if run.rules is None else (found,)
        for given in (reading.mapping, *(parameters.get(name) for name in others)):
            for path in given if isinstance(given, tuple) else (given,):
                if path is not None:
                    yield Path(path)

    return watched
