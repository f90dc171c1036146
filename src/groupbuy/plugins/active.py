"""Which plugins a run uses. Where none is named, nothing is looked for and nothing imported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.plugins.guard import doctor
from groupbuy.plugins.pins import read_wanted
from groupbuy.plugins.registry import Registry
from groupbuy.sections.base import Section

UNUSABLE = "plugin-unusable"


@dataclass(frozen=True)
class Active:
    """The plugins of a run, and warnings about those that could not be used.

    `listed` are those that the project itself names.
    """

    registry: Registry
    problems: tuple[Problem, ...] = ()
    listed: frozenset[str] = frozenset()


def active_plugins(
    listed: Sequence[tuple[str, Location]],
    named: Iterable[str],
    folder: Path | None,
    core: Sequence[Section],
) -> Active:
    """Load the plugins that the project lists, that a command names, and those in a folder.

    Raises `GroupbuyError` where the list or the folder is no good; what is wrong with a plugin is
    a warning, and an error only where a rule turns out to need it.
    """
    if not listed and not named and folder is None:
        return Active(Registry())
    from groupbuy.plugins.discovery import in_folder, installed
    from groupbuy.plugins.loading import Wanted, load_plugins

    wanted: list[Wanted] = []
    for text, at in listed:
        read = read_wanted(text)
        if read is None:
            message = f'"{text}" is not a plugin and the versions wanted of it'
            hint = "plugins: [history, incentives>=1.2]"
            raise GroupbuyError(Problem("bad-name", message, at, hint, len(text)))
        wanted.append(Wanted(*read, at))
    theirs = frozenset(each.name for each in wanted)
    wanted = [*(Wanted(name) for name in named), *wanted]
    found = list(installed())
    if folder is not None:
        if not folder.is_dir():
            hint = "name a folder with plugins in it"
            raise GroupbuyError(
                Problem("no-such-folder", f"there is no folder {folder}", None, hint)
            )
        local = list(in_folder(folder))
        found += local
        names = {each.name for each in wanted}
        wanted += [Wanted(each.name) for each in local if each.name not in names]
    registry = load_plugins(wanted, found, [section.name for section in core])
    places = {each.name: each.at for each in wanted}
    problems = [
        Problem(UNUSABLE, reason, places.get(name), doctor(name), len(name), "warning")
        for name, broken in sorted(registry.broken.items())
        for reason in broken.reasons
    ]
    return Active(registry, tuple(problems), theirs)
