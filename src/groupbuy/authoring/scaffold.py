"""Folders that work at once: rules and sample leads (`init`); written whole, or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from groupbuy.authoring.upgrade.compare import opened_upgrade
from groupbuy.engine.workspace import Options
from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.rules.lock import LOCK

_DAY = re.compile(r"@([+-][0-9]{1,4})@")
"""In a template: a day so many days from today."""

_MOST_NAMED = 5


def make_folder(target: Path, texts: Iterable[tuple[Path, str]]) -> list[Path]:
    """Write a folder with these files; returns their paths, relative to it.

    Raises `GroupbuyError` where something is in the way. The folder is built beside its place and
    then moved, so that it is there whole or not at all.
    """
    _refuse_taken(target)
    parent = target.absolute().parent
    if not parent.is_dir():
        raise GroupbuyError(
            Problem(
                "no-such-folder",
                f"there is no folder {parent}",
                Location(str(target)),
                "make it first",
            )
        )
    made = Path(tempfile.mkdtemp(prefix=f".{target.absolute().name}.", dir=parent))
    try:
        written = _write(made, texts)
        if target.is_dir():
            _move_into(made, target)
        else:
            made.chmod(0o777 & ~_umask())
            made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return written


def _refuse_taken(target: Path) -> None:
    """Nothing is ever overwritten."""
    if target.is_dir():
        inside = sorted(item.name for item in target.iterdir())
        if not inside:
            return
        named = ", ".join(inside[:_MOST_NAMED])
        more = len(inside) - _MOST_NAMED
        raise GroupbuyError(
            Problem(
                "folder-not-empty",
                f"there is something in this folder: {named}" + (f" and {more} more" * (more > 0)),
                Location(str(target)),
                "name a new folder, or an empty one",
            )
        )
    if target.exists() or target.is_symlink():
        raise GroupbuyError(
            Problem(
                "not-a-folder",
                "this is a file",
                Location(str(target)),
                "name a folder that is not there yet",
            )
        )


def _write(folder: Path, texts: Iterable[tuple[Path, str]]) -> list[Path]:
    written = []
    for path, text in texts:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def rules_folder(lang: str, today: date) -> Iterator[tuple[Path, str]]:
    """The files of `init` in a language: their paths, and texts with days from today on."""
    for path, text in templates("templates", lang):
        yield path, dated(text, today)


def with_lock(texts: Iterable[tuple[Path, str]], rules: Path) -> Iterator[tuple[Path, str]]:
    """The files, and the lock of the rules among them: what they were written over."""
    made = list(texts)
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), made)
        upgrade = opened_upgrade(Path(folder) / rules, Options(date.today().toordinal()))
    yield from made
    yield rules / LOCK, upgrade.text


def templates(*folder: str) -> Iterator[tuple[Path, str]]:
    """The files of a folder of templates: their paths and texts."""
    yield from _below(files("groupbuy.authoring").joinpath(*folder), Path())


def _below(folder: Traversable, path: Path) -> Iterator[tuple[Path, str]]:
    for item in sorted(folder.iterdir(), key=lambda item: (item.is_dir(), item.name)):
        if item.is_dir():
            yield from _below(item, path / item.name)
        else:
            yield path / item.name, item.read_text(encoding="utf-8")


def dated(text: str, today: date) -> str:
    """The text with its days put in."""

    def day(match: re.Match[str]) -> str:
        return (today + timedelta(days=int(match[1]))).isoformat()

    return _DAY.sub(day, text)


def _move_into(made: Path, target: Path) -> None:
    """Move what was made into an empty folder; all of it, or nothing."""
    moved: list[Path] = []
    try:
        for item in sorted(made.iterdir()):
            item.rename(target / item.name)
            moved.append(target / item.name)
    except OSError:
        for item in moved:
            with suppress(OSError):
                shutil.rmtree(item) if item.is_dir() else item.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
