"""A rules folder as it was at a git revision, in a temporary folder.

Files are read from git's objects (`ls-tree`, `cat-file`): the working tree, the index and hooks are
left alone, and nothing is fetched.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.model.names import quote
from groupbuy.rules.project import FILE

MOST_BYTES = 64 * 2**20
MOST_FILES = 10_000
_FILES = ("100644", "100755")


@dataclass(frozen=True)
class Version:
    """A version of rules: where it can be read, and what it is called in messages."""

    folder: Path
    name: str
    shown: str = ""
    """What stands for the temporary folder in places: `HEAD~1:`."""

    def place(self, at: str) -> str:
        """A place as the user knows it."""
        prefix = f"{self.folder.as_posix()}/"
        return f"{self.shown}{at[len(prefix) :]}" if self.shown and at.startswith(prefix) else at

    def told(self, error: GroupbuyError) -> GroupbuyError:
        """The problems with their places as the user knows them."""
        return GroupbuyError(*(self._problem(problem) for problem in error.problems))

    def _problem(self, problem: Problem) -> Problem:
        at = problem.at
        if at is None or not self.shown:
            return problem
        moved = Location(self.place(at.file), at.line, at.column, at.source)
        return replace(problem, at=moved)


@contextmanager
def opened(text: str, folder: Path) -> Iterator[Version]:
    """The version that `text` names: a rules folder, a revision, or `REVISION:FOLDER`.

    `folder` is the rules folder that is meant where `text` is a revision alone. Raises
    `GroupbuyError` where it is neither, or the revision has no such folder.
    """
    path = Path(text)
    if path.name == FILE and path.is_file():
        path = path.parent
    if path.is_dir():
        yield Version(path, text)
        return
    revision, colon, inside = text.partition(":")
    where = Path(inside) if colon else folder
    commit, top = _commit(revision, text)
    try:
        relative = (Path.cwd() / where).resolve().relative_to(top)
    except ValueError:
        hint = f"name the folder: {revision}:rules"
        raise _unusable(f"{where} is not inside the repository {top}", hint) from None
    with tempfile.TemporaryDirectory(prefix="groupbuy-") as made:
        target = Path(made).resolve()
        _write(commit, relative, top, target, text)
        yield Version(target, text, f"{revision}:{relative.as_posix()}/")


@dataclass(frozen=True)
class Standing:
    """How a folder stands to its repository: the commit that is checked out, the folder's path in
    it, and whether anything in the folder is not as the commit has it.
    """

    commit: str
    path: str
    changed: bool


def standing(folder: Path) -> Standing | None:
    """How a folder stands to git; none where it is under no version control, or there is no git."""
    try:
        commit = _git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=folder)
        top = Path(_git("rev-parse", "--show-toplevel", cwd=folder).decode().rstrip("\n"))
        differs = _git(
            *("status", "--porcelain", "--ignored", "--untracked-files=all", "--", "."), cwd=folder
        )
    except (_GitError, GroupbuyError):
        return None
    path = folder.resolve().relative_to(top.resolve()).as_posix()
    return Standing(commit.decode().strip(), path, bool(differs))


def top_of(folder: Path) -> Path | None:
    """The top of the repository that a folder is in; none where it is in none."""
    try:
        return Path(_git("rev-parse", "--show-toplevel", cwd=folder).decode().rstrip("\n"))
    except (_GitError, GroupbuyError):
        return None


def _commit(revision: str, text: str) -> tuple[str, Path]:
    """The commit that a revision names, and the top of the repository."""
    hint = "name a rules folder, a git revision (HEAD~1, v1), or REVISION:FOLDER"
    if not revision or revision.startswith("-"):
        raise _unusable(f"{quote(text)} is neither a folder nor a git revision", hint)
    try:
        top = _git("rev-parse", "--show-toplevel").decode().rstrip("\n")
    except _GitError:
        message = f"{quote(text)} is not a folder, and this is no git repository"
        raise _unusable(message, hint) from None
    try:
        name = f"{revision}^{{commit}}"
        commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    except _GitError:
        message = f"{quote(text)} is neither a folder nor a git revision"
        raise _unusable(message, hint) from None
    return commit.decode().strip(), Path(top).resolve()


def _write(commit: str, folder: PurePosixPath | Path, top: Path, target: Path, text: str) -> None:
    """Write the folder's files of a commit below `target`."""
    prefix = "" if folder.as_posix() == "." else f"{folder.as_posix()}/"
    listed = _git("ls-tree", "-r", "-z", "--full-tree", commit, "--", prefix or ".", cwd=top)
    wanted: list[tuple[str, str]] = []
    for line in listed.split(b"\0"):
        meta, _, name = line.partition(b"\t")
        if not name:
            continue
        mode, _, object_name = meta.decode().split()[:3]
        inside = name.decode("utf-8", "surrogateescape").removeprefix(prefix)
        if mode in _FILES and ".." not in PurePosixPath(inside).parts:
            wanted.append((inside, object_name))
    if FILE not in (inside for inside, _ in wanted):
        hint = "was it called otherwise then? REVISION:FOLDER names it"
        raise _unusable(f"{quote(text)} has no {prefix}{FILE}", hint)
    if len(wanted) > MOST_FILES:
        raise _unusable(f"{quote(text)} has more than {MOST_FILES:,} files", None)
    names = "".join(f"{object_name}\n" for _, object_name in wanted)
    content = _git("cat-file", "--batch", cwd=top, given=names.encode())
    if len(content) > MOST_BYTES:
        raise _unusable(f"{quote(text)} is larger than {MOST_BYTES:,} bytes", None)
    position = 0
    for inside, _ in wanted:
        end = content.index(b"\n", position)
        size = int(content[position:end].split()[-1])
        path = target / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[end + 1 : end + 1 + size])
        position = end + 1 + size + 1


class _GitError(Exception):
    """Git said no."""


def _git(*args: str, cwd: Path | None = None, given: bytes = b"") -> bytes:
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    try:
        ran = subprocess.run(
            ["git", *args],
            cwd=cwd,
            input=given,
            capture_output=True,
            env=environment,
            check=False,
        )
    except OSError as error:
        raise _unusable(f"git can't be run: {error.strerror}", "install git") from None
    if ran.returncode != 0:
        raise _GitError(ran.stderr.decode(errors="replace"))
    return ran.stdout


def _unusable(message: str, hint: str | None) -> GroupbuyError:
    return GroupbuyError(Problem("bad-revision", message, None, hint))
