"""`check_plugin`: what can be checked of any plugin without knowing what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from groupbuy.authoring.plugins import everything, examination
from groupbuy.authoring.schema import pack_schema
from groupbuy.engine.workspace import CORE_SECTIONS, Options, Workspace
from groupbuy.errors import GroupbuyError
from groupbuy.model.model import load_model
from groupbuy.plugins.loading import Wanted, load_plugins
from groupbuy.plugins.registry import Loaded, Registry
from groupbuy.rules.pack import read_pack
from groupbuy.rules.project import FILE, shipped_rules
from groupbuy.source.yaml import read_source, read_yaml
from groupbuy.testing import kinds, source
from groupbuy.testing.report import Report
from groupbuy.testing.scorers import checked_scorer


def check_plugin(name: str, plugins_dir: Path | None = None) -> Report:
    """Check an installed plugin, or one of a folder, and tell how it went.

    It loads, with hooks and metadata as they should be; it imports nothing of groupbuy but the
    API, and prints nothing. Its schemas are closed JSON Schemas. Each scorer, incentive program
    and generator has an example; each example holds, holds twice, and leaves its inputs alone.
    What is unknown stays so. Its fields and packs can be read. Raises `AssertionError` with all
    that is wrong.
    """
    __tracebackhide__ = True
    report = examined(name, plugins_dir)
    if report.failures:
        raise AssertionError(str(report))
    return report


def examined(name: str, plugins_dir: Path | None = None) -> Report:
    """The same, whatever comes of it."""
    registry = load_plugins(
        [Wanted(name)], everything(plugins_dir), [section.name for section in CORE_SECTIONS]
    )
    broken = registry.broken.get(name)
    if broken is not None:
        report = Report(str(broken.found or f"plugin {name}"))
        report.add("it loads", broken.reasons)
        return report
    plugin = registry.loaded[name]
    report = Report(str(plugin.found))
    report.add("it loads", examination(name, plugins_dir).problems)
    _outside(plugin, report)
    for scorer in plugin.scorers.values():
        failures = checked_scorer(plugin, scorer, registry)
        report.add(f"scorer {name}.{scorer.name}", failures)
    for kind, program in plugin.incentives.items():
        report.add(f"incentive program {name}.{kind}", kinds.checked_program(program))
    for kind, generator in plugin.proposals.items():
        report.add(f"proposal generator {name}.{kind}", kinds.checked_generator(generator))
    for section in plugin.sections.values():
        schema = pack_schema([section])
        report.add(f"section {section.name}", kinds.faults_of_schema(schema))
    if plugin.fields is not None:
        report.add("fields", _fields(plugin))
    if plugin.rules is not None:
        report.add("packs", _packs(plugin, plugin.rules, registry, plugins_dir))
    printed = [f"it printed {count} lines" for count in registry.guard.printed.values()]
    report.add("it prints nothing", printed)
    return report


def _outside(plugin: Loaded, report: Report) -> None:
    """Its imports, and the time and words they take."""
    report.add("it imports the public API alone", source.inner_imports(plugin.found))
    module = source.module_of(plugin.found)
    if module is None:
        report.seconds = plugin.seconds
        return
    imported = source.imported_anew(module)
    if imported is not None:
        report.seconds = imported.seconds
        printed = imported.printed.strip()
        report.add("its import prints nothing", [printed[:100]] if printed else [])


def _fields(plugin: Loaded) -> Iterator[str]:
    """Why its fields can't be added to the shipped model."""
    assert plugin.fields is not None
    try:
        model = load_model(read_yaml(read_source(shipped_rules() / "lead.yaml")))
        model.extended(plugin.fields, owner=plugin.found.name)
    except GroupbuyError as error:
        yield from map(str, error.problems)


def _packs(
    plugin: Loaded, folder: Path, registry: Registry, plugins_dir: Path | None
) -> Iterator[str]:
    """What is wrong with its packs: all of it where a `groupbuy.yaml` lies with them."""
    try:
        if (folder / FILE).is_file():
            day = date.today().toordinal()
            options = Options(day, plugins=(plugin.found.name,), plugins_dir=plugins_dir)
            Workspace(folder, options)
            return
    except GroupbuyError as error:
        yield from map(str, error.problems)
        return
    for path in sorted(folder.rglob("*.yaml")):
        if path.name.endswith(".test.yaml"):
            continue
        try:
            extensions = registry.extensions(CORE_SECTIONS)
            node = read_yaml(read_source(path, name=f"{plugin.found.name}:{path.name}"))
            _, problems = read_pack(node, 1, extensions, date.today().toordinal())
            yield from map(str, problems)
        except GroupbuyError as error:
            yield from map(str, error.problems)
