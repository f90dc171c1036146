"""Incentive programs and proposal generators, tried on their documented examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from groupbuy.authoring.schema import plain_schema
from groupbuy.plugins.guard import PluginError
from groupbuy.plugins.interfaces import (
    IncentiveExample,
    IncentiveProgram,
    Package,
    ProposalExample,
    ProposalGenerator,
    ProposalRequest,
)
from groupbuy.plugins.values import Rows, Value

T = TypeVar("T")


class CallFailedError(Exception):
    """A call that did not give what could be compared."""


def pure(what: str, function: Callable[..., T], *args: Any) -> T:
    """What a function gives, once it has given the same twice and left its arguments alone.

    Raises `CallFailedError` in words.
    """
    given = deepcopy(args)
    try:
        first, second = function(*given), function(*deepcopy(args))
    except PluginError as failure:
        raise CallFailedError(f"{what} {failure.reason}") from None
    if given != args:
        raise CallFailedError(f"{what} changed what it was given")
    if first != second:
        raise CallFailedError(f"{what} gave {first}, then {second}: the same must give the same")
    return first


def faults_of_schema(schema: Mapping[str, Any]) -> Iterator[str]:
    """Why something is no JSON Schema (draft-07)."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft7Validator.check_schema(plain_schema(schema))
    except SchemaError as error:
        yield f"its schema is none: {error.message[:200]} (at {error.json_path})"


def faults_of_terms(terms: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Where the terms of an example do not fit."""
    from jsonschema import Draft7Validator

    for error in Draft7Validator(plain_schema(schema)).iter_errors(plain_schema(terms)):
        yield f"its terms: {error.message[:200]} (at {error.json_path})"


def _undeclared(lead: Mapping[str, Any], inputs: Mapping[str, Value | Rows]) -> Iterator[str]:
    strange = [name for name in lead if name not in inputs]
    if strange:
        yield f"its lead has {', '.join(strange)}, which is not among the inputs"


def _examples(
    kind: IncentiveProgram | ProposalGenerator,
    steps_of: Callable[[Any], Iterable[Callable[[], Iterable[str]]]],
) -> Iterator[str]:
    """What is wrong with the schema of the terms, and with each example."""
    faults = list(faults_of_schema(kind.terms))
    yield from faults
    if faults:
        return
    if not kind.examples:
        yield "it has no example: examples = […]"
    for number, example in enumerate(kind.examples, 1):
        yield from (f"example {number}: {fault}" for fault in _told(steps_of(example)))


def _told(steps: Iterable[Callable[[], Iterable[str]]]) -> Iterator[str]:
    """All that the steps find; one that fails does not keep the others from being taken."""
    for step in steps:
        try:
            yield from step()
        except CallFailedError as failed:
            yield str(failed)


# ── incentive programs ──


def checked_program(program: IncentiveProgram) -> Iterator[str]:
    """What is wrong with a kind of incentive program."""
    yield from _examples(program, lambda example: _ProgramTrial(program, example).steps)


@dataclass(frozen=True)
class _ProgramTrial:
    """A kind of program on one of its examples. Each step yields what is wrong."""

    program: IncentiveProgram
    example: IncentiveExample

    @property
    def steps(self) -> list[Callable[[], Iterable[str]]]:
        return [self.terms, self.offer, self.offer_to_nobody_knows_whom, self.accruals, self.idle]

    def terms(self) -> Iterator[str]:
        """The terms fit the schema, and the program has nothing against them."""
        yield from faults_of_terms(self.example.terms, self.program.terms)
        for fault in pure("check", self.program.check, self.example.terms):
            yield f"its terms: {fault}"

    def offer(self) -> Iterator[str]:
        """The offer is the documented one."""
        yield from _undeclared(self.example.lead, self.program.inputs)
        lead = {**dict.fromkeys(self.program.inputs), **self.example.lead}
        offer = pure("offer", self.program.offer, self.example.terms, lead)
        if offer != self.example.offer:
            yield f"it documents the offer {self.example.offer}, and makes {offer}"

    def offer_to_nobody_knows_whom(self) -> Iterable[str]:
        """An offer is made, or none, where nothing is known of the lead."""
        unknown = dict.fromkeys(self.program.inputs)
        pure("offer, with nothing known,", self.program.offer, self.example.terms, unknown)
        return ()

    def accruals(self) -> Iterator[str]:
        """What is settled together has a name, and the accruals are the documented ones."""
        pure("together", self.program.together, self.example.terms)
        case = self.example.case
        accrued = list(pure("accrue", self.program.accrue, self.example.terms, case))
        if accrued != list(self.example.accruals):
            yield f"it documents {list(self.example.accruals)}, and accrues {accrued}"

    def idle(self) -> Iterator[str]:
        """Where nothing happened, nothing is owed."""
        idle = replace(self.example.case, deals=(), referrals=(), purchases=())
        owed = list(pure("accrue, without deals,", self.program.accrue, self.example.terms, idle))
        if any(each.amount for each in owed):
            yield f"without deals it accrues {owed}"


# ── proposal generators ──


def checked_generator(generator: ProposalGenerator) -> Iterator[str]:
    """What is wrong with a generator of packages."""
    yield from _examples(generator, lambda example: _GeneratorTrial(generator, example).steps)


@dataclass(frozen=True)
class _GeneratorTrial:
    """A generator on one of its examples. Each step yields what is wrong."""

    generator: ProposalGenerator
    example: ProposalExample

    @property
    def steps(self) -> list[Callable[[], Iterable[str]]]:
        return [self.packages, self.order, self.nothing_known, self.nothing_to_sell]

    def packages(self) -> Iterator[str]:
        """The terms fit, and the packages are the documented ones."""
        request = self.example.request
        yield from faults_of_terms(request.terms, self.generator.terms)
        yield from _undeclared(request.lead, self.generator.inputs)
        packages = self.proposed("propose", request)
        if packages != list(self.example.packages):
            yield f"it documents {list(self.example.packages)}, and proposes {packages}"

    def order(self) -> Iterator[str]:
        """The order of the catalogue means nothing."""
        request = self.example.request
        turned = replace(
            request,
            catalogue=tuple(reversed(request.catalogue)),
            choices=tuple(reversed(request.choices)),
        )
        if self.proposed("propose", request) != self.proposed("propose", turned):
            yield "what it proposes depends on the order of the catalogue"

    def nothing_known(self) -> Iterable[str]:
        """It proposes something, or nothing, where only the catalogue is known."""
        unknown = dict.fromkeys(self.generator.inputs)
        request = replace(self.example.request, lead=unknown, budget_per_head=None, needed_by=None)
        self.proposed("propose, with nothing known,", request)
        return ()

    def nothing_to_sell(self) -> Iterator[str]:
        """Of nothing it makes nothing."""
        empty = replace(self.example.request, catalogue=(), choices=())
        if self.proposed("propose, without a catalogue,", empty):
            yield "without a catalogue it proposes something"

    def proposed(self, what: str, request: ProposalRequest) -> list[Package]:
        return list(pure(what, self.generator.propose, request))
