"""What `groupbuy plugins` tells: which are installed, and how one of them is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupbuy.engine.workspace import CORE_SECTIONS
from groupbuy.plugins.discovery import in_folder, installed
from groupbuy.plugins.found import Found
from groupbuy.plugins.loading import Wanted, imported_object, load_plugins
from groupbuy.plugins.registry import Loaded, Registry
from groupbuy.rules.project import FILE


def everything(folder: Path | None) -> list[Found]:
    """What distributions and a folder of plugins offer."""
    return [*installed(), *(in_folder(folder) if folder is not None else ())]


def inventory(folder: Path | None = None) -> list[dict[str, Any]]:
    """One entry for each plugin, in the order of names, from metadata alone."""
    found = everything(folder)
    plugins = [each for each in found if each.kind == "plugin"]
    owners = {each.distribution for each in plugins}
    # A distribution may bring a command, and nothing for rules.
    alone = [e for e in found if e.kind != "plugin" and e.distribution not in owners]
    return [_entry(each, found) for each in sorted([*plugins, *alone], key=_order)]


def _order(found: Found) -> tuple[str, str]:
    return found.name, found.distribution


def _entry(plugin: Found, found: list[Found]) -> dict[str, Any]:
    def named(kind: str) -> list[str]:
        return [e.name for e in found if e.kind == kind and e.distribution == plugin.distribution]

    rivals = [
        each.distribution
        for each in found
        if (each.kind, each.name) == (plugin.kind, plugin.name)
        and each.distribution != plugin.distribution
    ]
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "summary": plugin.summary,
        "commands": named("command"),
        "formats": named("renderer"),
        "suffixes": [f".{suffix}" for suffix in named("reader")],
        "problems": [f"{rival} brings a plugin called {plugin.name} too" for rival in rivals],
    }


@dataclass(frozen=True)
class Examination:
    """What one plugin brings, in lines, and what is wrong with it."""

    lines: list[str]
    problems: list[str]


def examination(name: str, folder: Path | None = None) -> Examination:
    """Import one plugin, and the commands, formats and readers of its distribution."""
    found = everything(folder)
    named = [each for each in found if each.name == name]
    is_plugin = any(each.kind == "plugin" for each in named)
    registry = Registry()
    if is_plugin:
        sections = [section.name for section in CORE_SECTIONS]
        registry = load_plugins([Wanted(name)], found, sections)
    problems = list(registry.broken[name].reasons) if name in registry.broken else []
    lines = [f"{each}: {each.summary}" if each.summary else str(each) for each in named]
    if name in registry.loaded:
        lines += _brought(registry.loaded[name])
    for each in found:
        if each.kind != "plugin" and any(each.distribution == n.distribution for n in named):
            lines.append(f"{each.kind} {each.name}")
            try:
                imported_object(each)
            except Exception as error:  # whatever it is, it is told
                problems.append(str(error))
    return Examination(lines, problems)


def _brought(plugin: Loaded) -> Iterator[str]:
    yield f"imported in {plugin.seconds * 1000:.0f} ms"
    for name, function in plugin.functions.items():
        scorer = plugin.scorers[name]
        body = "expression" if isinstance(scorer.body, str) else "Python"
        meaning = f": {function.meaning}" if function.meaning else ""
        yield f"scorer {function.signature} → {scorer.gives.type} ({body}){meaning}"
    for name, program in plugin.incentives.items():
        yield f"incentive program {plugin.found.name}.{name}: {_title(program.title)}"
    for name, generator in plugin.proposals.items():
        yield f"proposal generator {plugin.found.name}.{name}: {_title(generator.title)}"
    for section in plugin.sections:
        yield f"section {section}:"
    if plugin.fields is not None:
        yield f"fields: {', '.join(getattr(plugin.fields, 'items', {}))}"
    if plugin.rules is not None:
        others = (FILE, "lead.yaml")  # of a rules folder: a plugin's may be one, to try its packs
        files = [p for p in plugin.rules.glob("*.yaml") if p.name not in others]
        packs = sorted(p.stem for p in files if ".test" not in p.name)
        yield f"packs: {', '.join(f'{plugin.found.name}:{pack}' for pack in packs)}"


def _title(title: Any) -> str:
    return str(title.get("en") or next(iter(title.values()), ""))
