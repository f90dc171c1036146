"""What a contribution must be like before anything is asked of it, in words for its author."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from groupbuy.plugins.interfaces import (
    Accrual,
    IncentiveProgram,
    Offer,
    Package,
    PackageLine,
    ProposalGenerator,
    ProposalRequest,
    Scorer,
)
from groupbuy.plugins.values import Rows, Value, faults_of

SECTION_PARTS = ("declare", "lower", "conclude", "present")


def faults_of_scorer(scorer: object) -> Iterator[str]:
    """What is wrong with a scorer, one sentence each."""
    if not isinstance(scorer, Scorer):
        yield f"{_shown(scorer)} is not a Scorer"
        return
    name: Any = scorer.name
    body: Any = scorer.body
    if not isinstance(name, str) or not name.isidentifier():
        yield f"{_shown(name)} is not a name: letters, digits and _"
        return
    yield from (f"{name}: what it gives {fault}" for fault in faults_of(scorer.gives))
    if isinstance(scorer.gives, Value) and scorer.gives.type == "choice" and not scorer.gives.of:
        yield f"{name}: what it gives is a choice without words: of=(…)"
    yield from _faults_of_inputs(name, scorer.inputs)
    for param, value in scorer.params.items():
        yield from (f"{name}: {param} {fault}" for fault in faults_of(value, parameter=True))
    for both in scorer.inputs.keys() & scorer.params.keys():
        yield f"{name}: {both} is an input and a parameter"
    if callable(body):
        yield from _faults_of_signature(name, body, (*scorer.inputs, *scorer.params))
    elif not isinstance(body, str):
        yield f"{name}: the body is {_shown(body)}; it is an expression or a function"


def _faults_of_inputs(name: str, inputs: Mapping[str, Value | Rows]) -> Iterator[str]:
    for input, value in inputs.items():
        if isinstance(value, Rows):
            for column, cell in value.columns.items():
                yield from (f"{name}: {input}.{column} {fault}" for fault in faults_of(cell))
        else:
            yield from (f"{name}: {input} {fault}" for fault in faults_of(value))


def _faults_of_signature(
    name: str, body: Callable[..., Any], wanted: tuple[str, ...]
) -> Iterator[str]:
    """The function must take every input and parameter by its name, and need nothing else."""
    if inspect.iscoroutinefunction(body):
        yield f"{name}: the function is asynchronous; it is called like any other"
    try:
        parameters = inspect.signature(body).parameters
    except (TypeError, ValueError):
        return  # code without a signature, in C for example: its calls will tell
    kinds = inspect.Parameter
    if any(parameter.kind is kinds.VAR_KEYWORD for parameter in parameters.values()):
        return
    taken = {
        n
        for n, p in parameters.items()
        if p.kind in (kinds.KEYWORD_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    }
    for missing in [each for each in wanted if each not in taken]:
        yield f"{name}: the function does not take {missing}, which is declared"
    for n, parameter in parameters.items():
        needed = parameter.default is kinds.empty and parameter.kind is not kinds.VAR_POSITIONAL
        if n not in wanted and needed:
            yield f"{name}: the function wants {n}, which is not declared"


def faults_of_section(section: object) -> Iterator[str]:
    """What is wrong with a section."""
    name = getattr(section, "name", None)
    if not isinstance(name, str) or not name.isidentifier():
        yield f"{_shown(section)} has no name that a key of a rule file could be"
        return
    for part in SECTION_PARTS:
        if not callable(getattr(section, part, None)):
            yield f"section {name} has no {part}()"
    if not isinstance(getattr(section, "shared", None), bool):
        yield f"section {name} does not say whether it is shared"
    schema = getattr(section, "schema", None)
    if not isinstance(schema, Mapping):
        yield f"section {name} has no schema"
    else:
        yield from (f"section {name}: {fault}" for fault in open_places(schema))


def faults_of_program(program: object) -> Iterator[str]:
    """What is wrong with a kind of incentive program."""
    yield from _faults_of_kind(program, IncentiveProgram, ("check", "together", "offer", "accrue"))


def faults_of_generator(generator: object) -> Iterator[str]:
    """What is wrong with a generator of packages."""
    yield from _faults_of_kind(generator, ProposalGenerator, ("propose",))


def _faults_of_kind(given: object, kind: type, parts: tuple[str, ...]) -> Iterator[str]:
    name = getattr(given, "name", None)
    if not isinstance(name, str) or not name.isidentifier():
        yield f"{_shown(given)} has no name: letters, digits and _"
        return
    for part in parts:
        if not callable(getattr(given, part, None)):
            yield f"{name} has no {part}()"
    if not isinstance(given, kind):
        lacking = [
            part for part in ("title", "terms", "inputs", "examples") if not hasattr(given, part)
        ]
        if lacking:
            yield f"{name} has no {', '.join(lacking)}"
        return
    terms = getattr(given, "terms", None)
    if not isinstance(terms, Mapping):
        yield f"{name}: terms is {_shown(terms)}, not a JSON Schema"
    else:
        yield from (f"{name}: {fault}" for fault in open_places(terms))
    yield from _faults_of_inputs(name, getattr(given, "inputs", {}))


def open_places(schema: Any, where: str = "its schema") -> Iterator[str]:
    """Where a JSON Schema would let a misspelt key pass, or would look outside itself."""
    if isinstance(schema, list):
        for item in schema:
            yield from open_places(item, where)
    if not isinstance(schema, Mapping):
        return
    ref = schema.get("$ref")
    if isinstance(ref, str) and not ref.startswith("#"):
        yield f"{where} refers to {ref}; a schema stands by itself"
    types = schema.get("type")
    is_object = types == "object" or (isinstance(types, list) and "object" in types)
    if (is_object or "properties" in schema) and schema.get("additionalProperties", True) is True:
        yield f"{where} is open: say additionalProperties: False, so that slips are found"
    for key, inner in schema.items():
        if key == "properties" and isinstance(inner, Mapping):
            for name, each in inner.items():
                yield from open_places(each, f"{where}, {name},")
        elif key in ("items", "additionalProperties", "anyOf", "allOf", "oneOf", "definitions"):
            values = list(inner.values()) if key == "definitions" else inner
            yield from open_places(values, where)


def faults_of_path(path: object, *, folder: bool) -> Iterator[str]:
    """What is wrong with a path that a hook gave."""
    if not isinstance(path, Path):
        yield f"{_shown(path)} is not a Path"
    elif folder and not path.is_dir():
        yield f"there is no folder {path.name} in the package"
    elif not folder and not path.is_file():
        yield f"there is no file {path.name} in the package"


# ── what calls give ──


def faults_of_offer(offer: object) -> Iterator[str]:
    """What is wrong with an offer."""
    if offer is not None and not isinstance(offer, Offer):
        yield f"gave {_shown(offer)}, not an Offer"


def faults_of_accruals(accruals: object) -> Iterator[str]:
    """What is wrong with accruals: each must be exact money, told apart by its key."""
    from decimal import Decimal

    if not isinstance(accruals, (list, tuple)):
        yield f"gave {_shown(accruals)}, not accruals"
        return
    seen: set[tuple[str, str]] = set()
    for each in accruals:
        if not isinstance(each, Accrual):
            yield f"gave {_shown(each)}, not an Accrual"
        elif not isinstance(each.amount, Decimal) or not each.amount.is_finite():
            yield f"gave the amount {_shown(each.amount)}; money is a Decimal"
        elif each.amount != each.amount.quantize(Decimal("0.01")):
            yield f"gave {each.amount}, which is not to the cent"
        elif each.amount < 0:
            yield f"gave {each.amount}; what is owed is never negative"
        elif (each.party, each.key) in seen:
            yield f"gave {each.party} two accruals with the key {each.key}"
        elif each.rejected is not None and each.amount:
            yield f"gave a rejection of {each.amount}; what is rejected is 0"
        else:
            seen.add((each.party, each.key))


def faults_of_packages(packages: object, request: ProposalRequest) -> Iterator[str]:
    """What is wrong with packages: each line is a choice that was offered, an item comes once."""
    if not isinstance(packages, (list, tuple)):
        yield f"gave {_shown(packages)}, not packages"
        return
    skus = {item.sku for item in request.catalogue}
    offered = {(each.sku, each.per_head, each.quantity) for each in request.choices}
    for package in packages:
        if not isinstance(package, Package):
            yield f"gave {_shown(package)}, not a Package"
            continue
        seen: set[str] = set()
        lines: Any = package.lines
        for line in lines:
            if not isinstance(line, PackageLine):
                yield f"gave {_shown(line)}, not a PackageLine"
            elif line.sku not in skus:
                yield f"gave {_shown(line.sku)}, which is not in the catalogue"
            elif not _whole(line.quantity) or not _whole(line.per_head):
                yield f"gave {line.sku} in the quantity {_shown(line.quantity)}"
            elif offered and (line.sku, line.per_head, line.quantity) not in offered:
                yield f"gave {line.quantity} of {line.sku}, which can't be ordered so"
            elif line.sku in seen:
                yield f"gave {line.sku} twice in one package"
            else:
                seen.add(line.sku)


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 1


def plain_data(given: object, depth: int = 0) -> str | None:
    """Why something is not plain data (what JSON can hold); none where it is."""
    if given is None or isinstance(given, (str, bool, int)):
        return None
    if isinstance(given, float):
        return None if given - given == 0 else f"{given} is no number that JSON has"
    if depth > 20:
        return "it is nested too deeply"
    if isinstance(given, dict):
        strange = [key for key in given if not isinstance(key, str)]
        if strange:
            return f"its key {_shown(strange[0])} is not a text"
        inside: Any = given.values()
    elif isinstance(given, (list, tuple)):
        inside = given
    else:
        return f"{_shown(given)} is not plain data"
    return next((fault for item in inside if (fault := plain_data(item, depth + 1))), None)


def _shown(given: object) -> str:
    try:
        text = repr(given)
    except Exception:  # nothing is known of what a plugin gives
        return type(given).__name__
    text = text if len(text) <= 60 else text[:60] + "…"
    return text if text.isprintable() else type(given).__name__
