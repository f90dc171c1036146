"""A rules folder's lock against the packs that are installed now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from groupbuy.authoring.diff.changes import RuleChange, changes_between
from groupbuy.authoring.upgrade.base import kept_by, versions
from groupbuy.authoring.upgrade.beneath import Touched, touched
from groupbuy.engine.workspace import CORE_SECTIONS, Options, Workspace, opened_plugins
from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.rules.lock import LOCK, WRITE, Lock, lock_text, read_lock
from groupbuy.rules.project import MODEL_ITEM, Project, load_project, shown_name

Versions = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Upgrade:
    """What has changed since the lock was written. `lock` is none where there is none.

    `files` are the packs' files whose text is another, `plugins` the plugins with another version:
    name, version then, version now. `unknown` are files that groupbuy.yaml names only since then.
    """

    project: Project
    lock: Lock | None
    text: str
    """The lock as it would be written now."""
    files: tuple[Versions, ...] = ()
    plugins: tuple[Versions, ...] = ()
    changes: tuple[RuleChange, ...] = ()
    touched: tuple[Touched, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether there is nothing to write: the lock is as it would be, or none is needed."""
        if self.lock is None:
            return not self.project.borrowed
        return self.lock.source.text == self.text

    @property
    def path(self) -> Path:
        """Where the lock lies."""
        return self.project.path / LOCK


def lock_name(folder: Path, shown: str | None = None) -> str:
    """What messages call the lock of a rules folder."""
    return shown_name(folder / LOCK) if shown is None else f"{shown}{LOCK}"


def opened_upgrade(rules: Path | str | None, options: Options, here: Path | None = None) -> Upgrade:
    """Read a rules folder, its lock and the packs. Raises `GroupbuyError`.

    The rules need not be right: packs that have changed may be what is wrong with them.
    """
    file, active = opened_plugins(rules, options, here)
    lock = read_lock(file.path, lock_name(file.path, file.shown))
    extensions = active.registry.extensions(CORE_SECTIONS)
    project = load_project(file, extensions, options.as_of)
    plugins = {each["name"]: each["version"] for each in active.registry.identities()}
    found = Upgrade(project, lock, lock_text(project.borrowed, plugins))
    if lock is None or found.current:
        return found
    with kept_by(lock, project) as kept:
        try:
            before = load_project(file, extensions, options.as_of, kept=kept)
        except GroupbuyError as error:
            raise _unreadable(error, lock) from None
    changes = changes_between(before, project)
    return replace(
        found,
        files=tuple(versions(lock, project)),
        plugins=tuple(_moved(lock.plugins, plugins)),
        changes=tuple(changes),
        touched=tuple(touched(before, project, changes)),
        unknown=tuple(f.name for f in project.borrowed if f.item not in lock.items),
    )


def _unreadable(error: GroupbuyError, lock: Lock) -> GroupbuyError:
    """The packs of a lock can't be read together with the rules that lie over them now."""
    first = error.problems[0]
    return GroupbuyError(
        Problem(
            "lock-damaged",
            f"the packs of the lock can't be read: {first.message}",
            first.at or Location(lock.source.name),
            f"get it back from version control; or delete it, and: {WRITE}",
        )
    )


def _moved(old: Mapping[str, str], new: Mapping[str, str]) -> list[Versions]:
    return [
        (name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


# ── for `check` ──


def remarks(workspace: Workspace) -> list[Problem]:
    """What there is to say of the lock of rules without errors: mostly nothing, and soon said."""
    project = workspace.project
    path = project.path / LOCK
    if not path.is_file():
        packs = [file for file in project.borrowed if file.item != MODEL_ITEM]
        return [_missing(project, len(packs))] if packs else []
    plugins = {each["name"]: each["version"] for each in workspace.plugins.identities()}
    if path.read_bytes() == lock_text(project.borrowed, plugins).encode():
        return []
    return remarks_on(project.path, workspace.options)


def remarks_on(rules: Path | str | None, options: Options) -> list[Problem]:
    """What there is to say of the lock of a rules folder, whose rules may be as wrong as they like.

    Nothing, where the packs themselves can't be read.
    """
    try:
        found = opened_upgrade(rules, options)
    except GroupbuyError as error:
        mine = [problem for problem in error.problems if problem.code.startswith("lock-")]
        return [replace(problem, severity="warning") for problem in mine]
    if found.lock is None:
        return []
    at = Location(found.lock.source.name)
    problems = []
    if found.changes:
        counted = _counted(len(found.changes), "change")
        message = f"the packs that these rules were written over have changed: {counted}"
        if found.touched:
            message += f", and {_counted(len(found.touched), 'place')} of yours above them"
        hint = f"groupbuy rules upgrade shows them, {WRITE} takes note of them"
        problems.append(Problem("lock-stale", message, at, hint, severity="warning"))
    if found.unknown:
        message = f"the lock does not know {_named(found.unknown)}"
        problems.append(Problem("lock-incomplete", message, at, WRITE, severity="note"))
    return problems


def _missing(project: Project, packs: int) -> Problem:
    message = f"no {LOCK} says what the {_counted(packs, 'pack')} from elsewhere were like"
    return Problem("lock-missing", message, project.source.at(1), WRITE, severity="note")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else noun + 's'}"


def _named(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
