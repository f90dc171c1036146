"""A plugin's section, incentive programs and generators, each call guarded and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from groupbuy.errors import GroupbuyError, Location, Problem
from groupbuy.plugins import contracts
from groupbuy.plugins.found import Found
from groupbuy.plugins.guard import Guard, PluginError, doctor
from groupbuy.plugins.interfaces import (
    Accrual,
    Case,
    IncentiveExample,
    IncentiveProgram,
    Offer,
    Package,
    ProposalExample,
    ProposalGenerator,
    ProposalRequest,
    Texts,
)
from groupbuy.plugins.values import Rows, Value
from groupbuy.sections.base import Conclusions, Context, Entry, JsonSchema, Lowered, Section
from groupbuy.tree.definitions import Definition
from groupbuy.tree.types import TableType, Type

T = TypeVar("T")
FAILED = "plugin-failed"
Survey = Callable[[Sequence[tuple[list[Lowered], Conclusions]]], Any]
"""What a section finds over all leads of a run."""


@dataclass(frozen=True)
class Calls:
    """Calls into one contribution of a plugin, under its name."""

    plugin: Found
    guard: Guard
    name: str

    def __call__(self, part: str, function: Callable[..., T], *args: Any) -> T:
        """What the function gives. Raises `PluginError`."""
        return self.guard.call(self.plugin, f"{self.name}.{part}", function, *args)

    def checked(
        self,
        part: str,
        faults: Callable[[Any], Iterable[str]],
        function: Callable[..., T],
        *args: Any,
    ) -> T:
        """What the function gives, once there is no fault in it. Raises `PluginError`."""
        given = self(part, function, *args)
        fault = next(iter(faults(given)), None)
        if fault is not None:
            raise PluginError(self.plugin, f"{self.name}.{part}", fault)
        return given


class GuardedSection:
    """A plugin's section. While rules are read, its failures are problems at the entry."""

    def __init__(self, section: Section, plugin: Found, guard: Guard) -> None:
        """`section` has the parts that a section must have."""
        self.section, self.plugin = section, plugin
        self.calls = Calls(plugin, guard, section.name)
        self.__doc__ = section.__doc__  # which editors show beside the section
        self.name: str = section.name
        self.schema: JsonSchema = section.schema
        self.shared: bool = section.shared
        self.title: Texts = getattr(section, "title", {})
        theirs: Survey | None = getattr(section, "survey", None)
        self.survey = None if theirs is None else partial(self.calls, "survey", theirs)
        self.keeps_dates: bool = getattr(section, "keeps_dates", False)

    def declare(self, entry: Entry, ctx: Context) -> dict[str, Type]:
        """The names that the entry gives to others."""

        def faults(given: object) -> Iterator[str]:
            if not isinstance(given, dict) or not isinstance(given.get(entry.id), Type):
                yield f"gave no type for {entry.id}"

        declared: dict[str, Type] = self.reading(entry.at, "declare", faults, entry, ctx)
        return declared

    def table_type(self, entry: Entry, ctx: Context) -> TableType | None:
        """A plugin's section makes no tables."""
        return None

    def lower(self, entry: Entry, ctx: Context) -> Lowered:
        """The entry as definitions."""
        lowered: Lowered = self.reading(entry.at, "lower", self.faults_of_lowered, entry, ctx)
        return lowered

    def conclude(self, entries: list[Lowered]) -> Iterable[Definition]:
        """Definitions over all of the section's entries; none where there is no entry."""
        if not entries:
            return []
        given = self.reading(entries[0].entry.at, "conclude", _faults_of_concluded, entries)
        return list(given)

    def reading(
        self, at: Location, part: str, faults: Callable[[Any], Iterable[str]], *args: Any
    ) -> Any:
        """What a part of the section gives; a failure is a problem of the rules at `at`."""
        try:
            return self.calls.checked(part, faults, getattr(self.section, part), *args)
        except PluginError as failure:
            hint = f"this is a fault of the plugin: {doctor(self.plugin.name)}"
            raise GroupbuyError(Problem(FAILED, str(failure), at, hint)) from None

    def faults_of_lowered(self, lowered: object) -> Iterator[str]:
        """Definitions must not take the names of others."""
        if not isinstance(lowered, Lowered):
            yield f"gave {type(lowered).__name__}, not Lowered"
            return
        for definition in lowered.definitions:
            theirs = definition.name.startswith(f"{self.name}:")
            if not theirs and not (self.shared and definition.name == lowered.entry.id):
                yield f"defines {definition.name}; its own names begin with {self.name}:"

    def present(self, lowered: Lowered, lead: Conclusions) -> Any:
        """The entry's result as plain data. Raises `PluginError`."""

        def faults(given: object) -> Iterator[str]:
            fault = contracts.plain_data(given)
            if fault is not None:
                yield f"gave a result that results can't hold: {fault}"

        return self.calls.checked("present", faults, self.section.present, lowered, lead)

    def arrange(self, shown: Mapping[str, Any]) -> list[str]:
        """The entries to show, in order, where the section has its own. Raises `PluginError`."""
        theirs: Callable[[Mapping[str, Any]], Iterable[str]] | None
        theirs = getattr(self.section, "arrange", None)
        if theirs is None:
            return list(shown)

        def faults(given: list[str]) -> Iterator[str]:
            yield from (f"gave {each!r}, which is no entry" for each in given if each not in shown)

        return self.calls.checked("arrange", faults, lambda: list(theirs(shown)))


def _faults_of_concluded(given: object) -> Iterator[str]:
    if not isinstance(given, (list, tuple)) or not all(isinstance(d, Definition) for d in given):
        yield f"gave {type(given).__name__}, not definitions"


class GuardedProgram:
    """A plugin's kind of incentive program."""

    def __init__(self, program: IncentiveProgram, plugin: Found, guard: Guard) -> None:
        """`program` has the parts that a program must have."""
        self.program, self.plugin = program, plugin
        self.calls = Calls(plugin, guard, program.name)
        self.name: str = program.name
        self.title: Texts = program.title
        self.terms: JsonSchema = program.terms
        self.inputs: Mapping[str, Value | Rows] = program.inputs
        self.examples: Sequence[IncentiveExample] = program.examples

    def check(self, terms: Mapping[str, Any]) -> Iterable[str]:
        """What is wrong with terms of the right form."""

        def faults(given: list[str]) -> Iterator[str]:
            if not all(isinstance(each, str) for each in given):
                yield "gave something other than sentences"

        return self.calls.checked("check", faults, lambda: list(self.program.check(terms)))

    def offer(self, terms: Mapping[str, Any], lead: Mapping[str, Any]) -> Offer | None:
        """What there is for a lead."""
        return self.calls.checked(
            "offer", contracts.faults_of_offer, self.program.offer, terms, lead
        )

    def together(self, terms: Mapping[str, Any]) -> str:
        """What is settled together."""

        def faults(given: object) -> Iterator[str]:
            if not isinstance(given, str) or not given:
                yield "gave no role"

        return self.calls.checked("together", faults, self.program.together, terms)

    def accrue(self, terms: Mapping[str, Any], case: Case) -> list[Accrual]:
        """What everybody has earned by a case."""

        def accrued() -> list[Accrual]:
            return list(self.program.accrue(terms, case))

        return self.calls.checked("accrue", contracts.faults_of_accruals, accrued)


class GuardedGenerator:
    """A plugin's generator of packages."""

    def __init__(self, generator: ProposalGenerator, plugin: Found, guard: Guard) -> None:
        """`generator` has the parts that a generator must have."""
        self.generator, self.plugin = generator, plugin
        self.calls = Calls(plugin, guard, generator.name)
        self.name: str = generator.name
        self.title: Texts = generator.title
        self.terms: JsonSchema = generator.terms
        self.inputs: Mapping[str, Value | Rows] = generator.inputs
        self.examples: Sequence[ProposalExample] = generator.examples

    def propose(self, request: ProposalRequest) -> list[Package]:
        """Packages for a request."""

        def faults(given: object) -> Iterator[str]:
            return contracts.faults_of_packages(given, request)

        def proposed() -> list[Package]:
            return list(self.generator.propose(request))

        return self.calls.checked("propose", faults, proposed)
