"""A cell of an export → what the lead model reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from groupbuy.compile.runtime import NA
from groupbuy.errors import Problems
from groupbuy.files.mapping.dates import date_reader
from groupbuy.files.mapping.spec import ValueSpec
from groupbuy.model.entries import Field
from groupbuy.model.names import fold, quote
from groupbuy.model.numbers import LARGEST
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import raw, read_text, reader
from groupbuy.source.nodes import Scalar
from groupbuy.tree.types import Kind, number

Change = Callable[[str | None], str | None]
"""From a cell to a cell; raises `ValueProblem`."""

_number = reader(number())


def written(value: Any) -> str | None:
    """A value that was read or computed, as a cell has it: a date as `2026-01-31`.

    Numbers are floats, so a whole number is a day.
    """
    if value is None or value is NA:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return date.fromordinal(value).isoformat()
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


def commonest(values: Iterable[str]) -> str:
    """The value that occurs most; of several such, the first in the order of characters."""
    return min(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))[0]


def change_of(spec: ValueSpec, field: Field | None, problems: Problems) -> Change:
    """What is done with a cell on its way to `field` (none: it is only compared with others)."""
    steps: list[Change] = []
    if spec.without:
        steps.append(_without(spec.without))
    steps.append(read_text)
    if spec.blank:
        words = {fold(word) for word in spec.blank}
        steps.append(lambda cell: None if cell is None or fold(cell) in words else cell)
    if spec.values or spec.others:
        steps.append(_translated(spec, field, problems))
    steps += _measured(spec, field, problems)
    if len(steps) == 1:
        return steps[0]

    def change(cell: str | None) -> str | None:
        for step in steps:
            cell = step(cell)
            if cell is None:
                return None
        return cell

    return change


def _without(texts: tuple[str, ...]) -> Change:
    def cut(cell: str | None) -> str | None:
        for text in texts:
            cell = cell.replace(text, "") if cell else cell
        return cell

    return cut


def _translated(spec: ValueSpec, field: Field | None, problems: Problems) -> Change:
    """`values` and `others`; a word that the field does not have is a problem of the mapping."""
    table: dict[str, str | None] = {}
    for word, meant in spec.values:
        table[fold(word.text)] = checked(meant, field, problems)
    others = checked(spec.others, field, problems) if spec.others else None
    keeps = spec.others is None

    def translated(cell: str | None) -> str | None:
        if cell is None:
            return None
        key = fold(cell)
        if key in table:
            return table[key]
        return cell if keeps or _reads(field, cell) else others

    return translated


def _reads(field: Field | None, cell: str) -> bool:
    """Whether a word is one of the field's own."""
    if field is None:
        return False
    try:
        return field.read(cell) is not None
    except ValueProblem:
        return False


def checked(node: Scalar, field: Field | None, problems: Problems) -> str | None:
    """A value that the mapping writes, if the field can have it."""
    found = raw(node)
    if found is None or field is None:
        return None if found is None else str(found)
    try:
        field.read(found)
    except ValueProblem as problem:
        message = f"{field.name}: {problem.message}"
        problems.add(problem.code, message, node.at, problem.hint, max(1, len(node.text)))
        return None
    return str(found)


def _measured(spec: ValueSpec, field: Field | None, problems: Problems) -> list[Change]:
    """`format` of a date, `times` and `unit` of a number."""
    steps: list[Change] = []
    kind = field.type.kind if field else Kind.TEXT
    if spec.format is not None and _fits(kind, Kind.DATE, "format", spec.format, field, problems):
        try:
            read_date = date_reader(spec.format.text)
            steps.append(lambda cell: None if cell is None else read_date(cell))
        except ValueProblem as problem:
            problems.add(problem.code, problem.message, spec.format.at, problem.hint)
    if spec.times is not None and _fits(kind, Kind.NUMBER, "times", spec.times, field, problems):
        steps.append(_scaled(spec.times, problems))
    if spec.unit is not None and _fits(kind, Kind.NUMBER, "unit", spec.unit, field, problems):
        assert field is not None
        steps.append(_with_unit(spec.unit, field, problems))
    return steps


def _fits(
    kind: Kind, wanted: Kind, key: str, node: Scalar, field: Field | None, problems: Problems
) -> bool:
    if kind is wanted:
        return True
    noun = "dates" if wanted is Kind.DATE else "numbers"
    what = f"{field.name} is a {field.type}" if field else "this is a text"
    problems.add("mapping-value", f"`{key}` is for {noun}, and {what}", node.at, "leave it out")
    return False


def _scaled(times: Scalar, problems: Problems) -> Change:
    factor = Decimal(times.text)
    if not 0 < abs(factor) <= Decimal(LARGEST):
        problems.add("mapping-value", "times is a number other than 0", times.at, "times: 1000000")

    def scaled(cell: str | None) -> str | None:
        found = _number(cell)
        # Decimal, so that 1100.04 million are 1100040000 to the last digit.
        return None if found is None else format(Decimal(repr(found)) * factor, "f")

    return scaled


def _with_unit(unit: Scalar, field: Field, problems: Problems) -> Change:
    word = unit.text.strip()
    try:
        field.read(f"0{word}" if field.min is None or field.min <= 0 else f"1{word}")
    except ValueProblem as problem:
        if problem.code != "value-bounds":
            hint = "元, 千元, 万元, 百万元, 亿元 for money, % for percent; else times: 1000"
            message = f"{quote(word)} is not a unit of {field.name}"
            problems.add("mapping-unit", message, unit.at, hint, len(word))

    def with_unit(cell: str | None) -> str | None:
        return cell + word if cell and cell[-1].isdigit() else cell

    return with_unit
