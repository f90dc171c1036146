"""Which plugins are installed, from metadata alone: nothing is imported here.

A plugin is an entry point of the group `groupbuy`, named as rules call it. What has to be found
by name before any plugin is imported has a group of its own: commands, readers (by the suffix of
files) and renderers (by the name of the format).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path

from groupbuy.errors import GroupbuyError, Problem
from groupbuy.plugins.found import Found, Kind

GROUP = "groupbuy"
GROUPS: dict[str, Kind] = {
    GROUP: "plugin",
    f"{GROUP}.commands": "command",
    f"{GROUP}.readers": "reader",
    f"{GROUP}.renderers": "renderer",
}


def installed() -> Iterator[Found]:
    """Everything that installed distributions offer, in the order of kind, name, distribution."""
    found: list[Found] = []
    seen: set[str] = set()
    for distribution in distributions():
        points = [point for point in distribution.entry_points if point.group in GROUPS]
        name = str(distribution.metadata["Name"] or "?") if points else ""
        # The first on the path is the one that Python imports; a second copy is only shadowed.
        if not points or _folded(name) in seen:
            continue
        seen.add(_folded(name))
        found += [_found(point, name, distribution) for point in points]
    yield from sorted(found, key=lambda each: (each.kind, each.name, each.distribution))


def _found(point: EntryPoint, name: str, distribution: Distribution) -> Found:
    requires = tuple(each for each in distribution.requires or () if _is_about_groupbuy(each))
    told = distribution.metadata
    summary = str(told["Summary"]) if "Summary" in told else ""
    kind = GROUPS[point.group]
    return Found(kind, point.name, name, distribution.version or "", point, requires, summary)


def _is_about_groupbuy(requirement: str) -> bool:
    name = requirement.split(";")[0].strip()
    for sign in "[<>=!~ (":
        name = name.split(sign)[0]
    return _folded(name) == GROUP


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")


def offered(kind: Kind, name: str) -> Found | None:
    """What goes by this name, if anything does. Raises `GroupbuyError` where two do."""
    found = [each for each in installed() if each.kind == kind and each.name == name]
    if len(found) > 1:
        owners = " and ".join(f"{each.distribution} {each.version}" for each in found)
        message = f"{owners} both bring a {kind} {name}"
        raise GroupbuyError(Problem("plugin-clash", message, None, "uninstall one of them"))
    return found[0] if found else None


def in_folder(folder: Path) -> Iterator[Found]:
    """The plugins of a folder: `name.py`, or a folder `name` with an `__init__.py`."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        if path.suffix == ".py":
            yield Found("plugin", path.stem, str(path), "", path)
        elif (path / "__init__.py").is_file():
            yield Found("plugin", path.name, str(path), "", path / "__init__.py")
