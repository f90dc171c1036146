"""A folder of result files that appears whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groupbuy.errors import GroupbuyError, Location, Problem

# What engines write: part files, their check sums, and the mark of a finished run.
_OURS = re.compile(r"(_SUCCESS|.+\.(parquet|csv|jsonl|json|crc))$")
_EXCHANGE = 2
"""`RENAME_EXCHANGE`, and `RENAME_SWAP` as macOS calls it."""
_PARTITION = re.compile(r"[^/=]+=[^/]*$")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A folder beside `target` to write into, which takes its place at the end.

    What is killed on the way leaves `target` as it was; where the system can't exchange two folders
    (`exchanged`), there is one moment at which the old one lies beside its place. Raises
    `GroupbuyError` where `target` holds something else than results.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        problem = Problem("no-such-folder", f"there is no folder {target.parent}", None, "make it")
        raise GroupbuyError(problem)
    check_replaceable(target)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    except OSError as error:
        hint = "name a folder elsewhere"
        problem = Problem("file-unwritable", f"{target}: {error.strerror}", None, hint)
        raise GroupbuyError(problem) from None
    try:
        inside = made / "new"
        yield inside
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(inside, 0o777 & ~mask)
        if not target.exists():
            os.rename(inside, target)
        elif not exchanged(inside, target):
            os.rename(target, made / "old")
            os.rename(inside, target)
    finally:
        if (made / "old").exists() and not target.exists():
            os.rename(made / "old", target)
        shutil.rmtree(made, ignore_errors=True)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system and the disk can."""
    names = {"linux": "renameat2", "darwin": "renameatx_np"}
    if sys.platform not in names:
        return False
    import ctypes

    here = -2 if sys.platform == "darwin" else -100
    try:
        call = getattr(ctypes.CDLL(None, use_errno=True), names[sys.platform])
    except (OSError, AttributeError):
        return False  # a C library that does not know it
    done: int = call(here, os.fsencode(one), here, os.fsencode(other), ctypes.c_uint(_EXCHANGE))
    return done == 0


def check_replaceable(target: Path) -> None:
    """Raise where a folder holds anything but results of an earlier run."""
    if not target.exists():
        return
    if not target.is_dir():
        problem = Problem("file-unwritable", "this is a file, not a folder", Location(str(target)))
        raise GroupbuyError(problem)
    for folder, folders, files in os.walk(target):
        strangers = [name for name in files if not _OURS.match(name)]
        strangers += [name for name in folders if not _PARTITION.match(name)]
        if strangers:
            stranger = Path(folder, min(strangers)).relative_to(target)
            raise GroupbuyError(
                Problem(
                    "folder-in-use",
                    f"this folder holds {stranger}, which is no file of results",
                    Location(str(target)),
                    "name a folder of its own for the results",
                )
            )
