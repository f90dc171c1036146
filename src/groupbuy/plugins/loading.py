"""Plugins are loaded one by one, each in a manager of its own, so that one takes none with it.

The order is always that of their names. What is wrong with one is collected in full; then it is
broken, and nothing of it is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from groupbuy import __version__
from groupbuy.errors import GroupbuyError, Location, Problem, did_you_mean
from groupbuy.language.scope import External
from groupbuy.plugins import contracts, hooks, pins
from groupbuy.plugins.found import Found
from groupbuy.plugins.guard import Guard, PluginError
from groupbuy.plugins.guarded import GuardedGenerator, GuardedProgram, GuardedSection
from groupbuy.plugins.interfaces import IncentiveProgram, ProposalGenerator, Scorer
from groupbuy.plugins.registry import Broken, Loaded, Registry
from groupbuy.plugins.scoring import external
from groupbuy.sections.base import Section
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.yaml import read_source, read_yaml

T = TypeVar("T")
HOOK_NAMES = tuple(hook.__name__ for hook in hooks.HOOKS)


@dataclass(frozen=True)
class Wanted:
    """A plugin that the project lists, or that a command or a folder brings with it."""

    name: str
    pins: str = ""
    at: Location | None = None


def load_plugins(
    wanted: Iterable[Wanted],
    found: Sequence[Found],
    taken_sections: Iterable[str],
    guard: Guard | None = None,
) -> Registry:
    """Everything that the wanted plugins bring. Raises nothing: what is broken says why."""
    registry = Registry(guard or Guard())
    loader = _Loader(registry, [each for each in found if each.kind == "plugin"])
    for each in sorted({w.name: w for w in wanted}.values(), key=lambda w: w.name):
        loader.load(each)
    loader.refuse_clashes(frozenset(taken_sections))
    return registry


def imported_object(found: Found, guard: Guard | None = None) -> Any:
    """What an entry point names: a command, a reader, a renderer.

    Raises `GroupbuyError` where it can't be imported, or is not for this version.
    """
    try:
        _check_groupbuy(found)
        target = found.target
        assert not isinstance(target, Path)
        return (guard or Guard()).call(found, "import", target.load)
    except _FaultyError as faulty:
        message = faulty.reasons[0]
    except PluginError as failure:
        message = str(failure)
    raise GroupbuyError(Problem("plugin-unusable", message, None, "ask its authors, or remove it"))


def _check_groupbuy(found: Found) -> None:
    """A plugin says in its metadata which versions of groupbuy it works with."""
    for requirement in found.requires:
        needed = pins.pins_of(requirement)
        if not pins.allows(needed, __version__):
            raise _FaultyError(f"{found}: it needs groupbuy {needed}, and this is {__version__}")


class _FaultyError(Exception):
    """A plugin can't be used, for these reasons."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(*reasons)


class _Loader:
    def __init__(self, registry: Registry, found: Sequence[Found]) -> None:
        self.registry, self.found = registry, found

    def load(self, wanted: Wanted) -> None:
        """Load one plugin, or note why not."""
        start = time.perf_counter()
        plugin: Found | None = None
        try:
            plugin = self.the_one(wanted.name)
            self.check_versions(plugin, wanted)
            loaded = _Loading(plugin, self.registry).loaded()
        except _FaultyError as faulty:
            seconds = time.perf_counter() - start
            broken = Broken(wanted.name, plugin, faulty.reasons, seconds)
            self.registry.broken[wanted.name] = broken
        else:
            loaded.seconds = time.perf_counter() - start
            self.registry.loaded[wanted.name] = loaded

    def the_one(self, name: str) -> Found:
        """The plugin called `name`, which only one distribution may offer."""
        same = [each for each in self.found if each.name == name]
        if not same:
            near = did_you_mean(name, [each.name for each in self.found])
            raise _FaultyError(
                f"no plugin is called {name}: install it" + (f", or {near}" * bool(near))
            )
        if len(same) > 1:
            owners = " and ".join(f"{p.distribution} {p.version}".strip() for p in same)
            raise _FaultyError(f"{owners} both bring a plugin called {name}: uninstall one of them")
        return same[0]

    def check_versions(self, plugin: Found, wanted: Wanted) -> None:
        """The version that the project wants, and the groupbuy that the plugin wants."""
        if wanted.pins and not pins.allows(wanted.pins, plugin.version):
            raise _FaultyError(f"{plugin}: {wanted.name}{wanted.pins} is wanted")
        for requirement in plugin.requires:
            needed = pins.pins_of(requirement)
            if not pins.allows(needed, __version__):
                raise _FaultyError(
                    f"{plugin}: it needs groupbuy {needed}, and this is {__version__}"
                )

    def refuse_clashes(self, taken: frozenset[str]) -> None:
        """Two plugins with a section of one name: neither is used, and each names the other."""
        loaded = self.registry.loaded
        clashes: dict[str, list[str]] = {}
        for name, plugin in loaded.items():
            for section in plugin.sections:
                others = [o for o in loaded if o != name and section in loaded[o].sections]
                if section in taken:
                    reason = f"{plugin.found}: its section {section} is one of groupbuy's own"
                    clashes.setdefault(name, []).append(reason)
                for other in others:
                    reason = f"{plugin.found}: {loaded[other].found} has a section {section} too"
                    clashes.setdefault(name, []).append(reason)
        for name, reasons in clashes.items():
            plugin = loaded.pop(name)
            broken = Broken(name, plugin.found, tuple(reasons), plugin.seconds)
            self.registry.broken[name] = broken


class _Loading:
    """One plugin on its way in."""

    def __init__(self, plugin: Found, registry: Registry) -> None:
        self.plugin, self.registry, self.guard = plugin, registry, registry.guard

    def loaded(self) -> Loaded:
        """The plugin with everything it brings. Raises `_FaultyError`."""
        manager = self.manager(self.imported())
        loaded = Loaded(self.plugin)
        faults: list[str] = []

        def take(hook: str, receive: Callable[[Any], Iterator[str]], **given: Any) -> None:
            try:
                results = self.call(manager, hook, given)
                for result in results:
                    faults.extend(receive(result))
            except PluginError as failure:
                faults.append(str(failure))

        take("groupbuy_scorers", lambda each: self.scorers(loaded, each))
        take("groupbuy_incentives", lambda each: self.programs(loaded, each))
        take("groupbuy_proposals", lambda each: self.generators(loaded, each))
        take("groupbuy_sections", lambda each: self.sections(loaded, each), plugins=self.registry)
        take("groupbuy_fields", lambda each: self.fields(loaded, each))
        take("groupbuy_rules", lambda each: self.rules(loaded, each))
        if faults:
            raise _FaultyError(*(self.named(fault) for fault in faults))
        return loaded

    def named(self, fault: str) -> str:
        """A fault with the plugin before it."""
        return fault if fault.startswith(str(self.plugin)) else f"{self.plugin}: {fault}"

    # ── the module ──

    def imported(self) -> ModuleType:
        """The plugin's module. Raises `_FaultyError`."""
        try:
            module = self.guard.call(self.plugin, "import", self.import_it)
        except PluginError as failure:
            raise _FaultyError(str(failure)) from None
        except GroupbuyError as error:
            raise _FaultyError(f"{self.plugin}: import raised {error}") from None
        if not isinstance(module, ModuleType):
            kind = type(module).__name__
            raise _FaultyError(f"{self.plugin}: its entry point is a {kind}; it names a module")
        return module

    def import_it(self) -> Any:
        target = self.plugin.target
        if not isinstance(target, Path):
            return target.load()
        name = f"groupbuy_plugins_dir_{self.plugin.name}"
        folder = [str(target.parent)] if target.name == "__init__.py" else None
        spec = importlib.util.spec_from_file_location(
            name, target, submodule_search_locations=folder
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module

    def manager(self, module: ModuleType) -> pluggy.PluginManager:
        """A manager with this plugin alone, whose hooks have the right names and parameters."""
        manager = pluggy.PluginManager(hooks.PROJECT)
        manager.add_hookspecs(hooks)
        try:
            self.guard.call(self.plugin, "register", manager.register, module)
        except PluginError as failure:
            reason = " ".join(failure.reason.split())
            raise _FaultyError(f"{self.plugin}: a hook is not as it should be: {reason}") from None
        faults = [*self.misspelt(module), *self.unmarked(module)]
        if faults:
            raise _FaultyError(*(f"{self.plugin}: {fault}" for fault in faults))
        if not manager.get_hookcallers(module):
            raise _FaultyError(
                f"{self.plugin}: {module.__name__} has none of the hooks: {', '.join(HOOK_NAMES)}"
            )
        return manager

    def misspelt(self, module: ModuleType) -> Iterator[str]:
        """Functions marked as hooks that are none."""
        for name, value in vars(module).items():
            if hasattr(value, f"{hooks.PROJECT}_impl") and name not in HOOK_NAMES:
                near = did_you_mean(name, HOOK_NAMES)
                yield f"there is no hook {name}: {near or 'hooks are ' + ', '.join(HOOK_NAMES)}"

    def unmarked(self, module: ModuleType) -> Iterator[str]:
        """Functions named like a hook that lack the mark, and would silently do nothing."""
        for name, value in vars(module).items():
            marked = hasattr(value, f"{hooks.PROJECT}_impl")
            if name in HOOK_NAMES and callable(value) and not marked:
                yield f"{name} is not marked as a hook: put @hookimpl above it"

    def call(
        self, manager: pluggy.PluginManager, hook: str, given: dict[str, Any]
    ) -> Iterable[Any]:
        """What the hook gives: nothing where the plugin does not have it."""
        caller = getattr(manager.hook, hook)
        if not caller.get_hookimpls():
            return ()

        def called() -> list[Any]:
            # What a generator does wrong shows when it runs, so it runs inside the guard.
            return [_listed(result) for result in caller(**given)]

        results = self.guard.call(self.plugin, hook, called)
        if not results:
            raise PluginError(self.plugin, hook, "gave None")
        return results

    # ── what the hooks give ──

    def named_ones(
        self,
        given: Any,
        hook: str,
        noun: str,
        faults: Callable[[object], Iterator[str]],
        into: dict[str, T],
        made: Callable[[Any], T],
    ) -> Iterator[str]:
        """Take over contributions that have names: each without a fault, and each name once."""
        if not isinstance(given, list):
            raise PluginError(self.plugin, hook, f"gave {type(given).__name__}, not a list")
        for each in given:
            found = list(faults(each))
            yield from found
            if not found and each.name in into:
                yield f"two {noun} are called {each.name}"
            elif not found:
                try:
                    into[each.name] = made(each)
                except PluginError as failure:
                    yield str(failure)

    def scorers(self, loaded: Loaded, given: Any) -> Iterator[str]:
        """Take over scorers."""

        def made(scorer: Scorer) -> External:
            function = external(self.plugin, scorer, self.guard)
            loaded.scorers[scorer.name] = scorer
            return function

        faults = contracts.faults_of_scorer
        return self.named_ones(given, "groupbuy_scorers", "scorers", faults, loaded.functions, made)

    def programs(self, loaded: Loaded, given: Any) -> Iterator[str]:
        """Take over kinds of incentive programs."""

        def made(program: IncentiveProgram) -> IncentiveProgram:
            return GuardedProgram(program, self.plugin, self.guard)

        faults, noun = contracts.faults_of_program, "incentive programs"
        return self.named_ones(given, "groupbuy_incentives", noun, faults, loaded.incentives, made)

    def generators(self, loaded: Loaded, given: Any) -> Iterator[str]:
        """Take over generators of packages."""

        def made(generator: ProposalGenerator) -> ProposalGenerator:
            return GuardedGenerator(generator, self.plugin, self.guard)

        faults = contracts.faults_of_generator
        return self.named_ones(
            given, "groupbuy_proposals", "generators", faults, loaded.proposals, made
        )

    def sections(self, loaded: Loaded, given: Any) -> Iterator[str]:
        """Take over sections."""

        def made(section: Section) -> Section:
            return GuardedSection(section, self.plugin, self.guard)

        faults = contracts.faults_of_section
        return self.named_ones(
            given, "groupbuy_sections", "sections", faults, loaded.sections, made
        )

    def fields(self, loaded: Loaded, given: Any) -> Iterator[str]:
        """Read the fields that the plugin adds to the lead model."""
        faults = list(contracts.faults_of_path(given, folder=False))
        yield from faults
        if faults:
            return
        try:
            root = read_yaml(read_source(given, name=f"{self.plugin.name}:{given.name}"))
        except GroupbuyError as error:
            yield f"groupbuy_fields: {error.problems[0]}"
            return
        node = root.get("fields") if isinstance(root, MappingNode) else None
        if node is None:
            yield f"groupbuy_fields: {given.name} has no fields:"
        loaded.fields = node

    def rules(self, loaded: Loaded, given: Any) -> Iterator[str]:
        """Note where the plugin's packs are."""
        faults = list(contracts.faults_of_path(given, folder=True))
        yield from faults
        if not faults:
            loaded.rules = given


def _listed(given: Any) -> Any:
    """What a hook gave, as a list where it can be one."""
    if isinstance(given, (str, bytes, Path, dict)) or not isinstance(given, Iterable):
        return given
    return list(given)
