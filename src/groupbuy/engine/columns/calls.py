"""Python code of plugins over columns: called once for each set of arguments that occurs.

The sets are asked of the data, the answers are joined to the leads. So a function over words or
flags costs next to nothing for millions of leads, in every engine; nothing runs on executors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from groupbuy.compile.columns.leads import LeadSheet
from groupbuy.compile.columns.operations import Unsupported
from groupbuy.compile.columns.pieces import (
    SEPARATOR,
    Held,
    Piece,
    col,
    constant,
    dtype,
    lit,
    plain,
    when,
)
from groupbuy.compile.columns.sheet import Frame
from groupbuy.engine.columns.source import Source
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.source.limits import current
from groupbuy.tree.nodes import FAILURES, NONE, Call, Lit
from groupbuy.tree.types import Kind, Type

VALUE, UNKNOWN, ABSENT = 0.0, 1.0, 2.0
"""What an argument is: a value, one that nobody knows, or one that does not apply."""


@dataclass
class Answers:
    """What a function gives for each set of arguments: columns of keys, value and none."""

    data: Mapping[str, list[Any]]
    schema: Mapping[str, Any]
    keys: int


def keys_on(sheet: LeadSheet, call: Call) -> list[Piece]:
    """The arguments as columns that are never null: of each, what it is and its value."""
    found = []
    for arg in call.args:
        if arg.type.kind is Kind.TABLE:
            raise Unsupported(f"{call.routine.name} is Python code that reads a whole table")
        held = sheet.kept(sheet.held(arg))
        value, none = held.value, held.none
        state = when([(value.null(), lit(UNKNOWN))], lit(VALUE))
        if none is not None:
            state = when([(none, lit(ABSENT)), (value.null(), lit(UNKNOWN))], lit(VALUE))
        if arg.type.kind is Kind.FLAG:
            number = when([(value, lit(1.0))], lit(0.0))
        elif dtype(arg.type) is nw.Float64:
            number = value.or_else(0.0) + 0.0
        else:
            # Engines with several kinds of texts join only those of one kind.
            number = value.or_else("").then(lambda e: e.cast(nw.String))
        found += [sheet.keep(state), sheet.keep(number)]
    return found


def answers(source: Source, frame: Frame, sheet: LeadSheet, call: Call) -> Answers:
    """Call the function once for each set of arguments. `sheet` is empty and only for this.

    Raises `GroupbuyError` where it fails, and where there are too many sets.
    """
    keys = keys_on(sheet, call)
    names = [f"_key{n}" for n in range(len(keys))]
    run = sheet.run(frame, frozenset().union(*(key.reads for key in keys)))
    shown = run.select(**{name: key.expr for name, key in zip(names, keys, strict=True)})
    # Whoever has more sets of arguments has a function of each single lead.
    most = current().plugin_calls
    sets = source.rows(shown.group_by(*names).agg(nw.len().alias("_count")).head(most + 1))
    if len(sets) > most:
        name = call.routine.name
        message = f"{name} would be called for more than {most:,} different sets of values"
        hint = current().hint("plugin_calls", "use --engine rows")
        raise GroupbuyError(Problem("not-in-columns", message, None, hint))
    kinds = [dtype(arg.type) for arg in call.args]
    schema: dict[str, Any] = {}
    for number, kind in enumerate(kinds):
        schema[names[2 * number]] = nw.Float64
        schema[names[2 * number + 1]] = nw.String if kind is nw.String else nw.Float64
    schema |= {"_value": dtype(call.type), "_none": nw.Boolean}
    data: dict[str, list[Any]] = {name: [] for name in schema}
    for row in sets:
        cells = [row[name] for name in names]
        given = [
            _argument(arg.type, state, cell)
            for arg, state, cell in zip(call.args, cells[::2], cells[1::2], strict=True)
        ]
        value = _called(call, given)
        for name, cell in zip(names, cells, strict=True):
            data[name].append(cell)
        data["_value"].append(None if value is NONE or value is None else _kept(call, value))
        data["_none"].append(value is NONE)
    return Answers(data, schema, len(names))


def joined(sheet: LeadSheet, source: Source, found: Answers | None, call: Call) -> Held:
    """The value of the call as a column of a sheet; without arguments it is a constant."""
    if found is None:
        value = _called(call, [])
        null = Held(lit(None, dtype(call.type)))
        return null if value is None else constant(Lit(value, call.type))
    keys = keys_on(sheet, call)
    left = [sheet.keep(key) for key in keys]
    number = len(sheet.joins)
    names = {name: f"_call{number}{name}" for name in found.schema}
    data = {names[name]: cells for name, cells in found.data.items()}
    schema = {names[name]: kind for name, kind in found.schema.items()}
    right = list(schema)[: found.keys]
    value, none = names["_value"], names["_none"]
    level = max(key.level for key in left)
    lefts = [str(key.name) for key in left]
    sheet.join(source.like(data, schema), lefts, right, [value, none], level)
    return Held(col(value, level + 1), col(none, level + 1).or_else(False), True)


def _argument(type: Type, state: float, cell: Any) -> Any:
    """An argument as it is kept for a single lead."""
    if state != VALUE:
        return None if state == UNKNOWN else NONE
    if type.kind is Kind.FLAG:
        return bool(cell)
    if type.kind is Kind.DATE:
        return int(cell)
    if type.kind is Kind.CHOICES:
        return tuple(word for word in cell.split(SEPARATOR) if word)
    return cell


def _called(call: Call, given: list[Any]) -> Any:
    lead: dict[str, Any] = {}
    value = call.routine.run(lead, *given)
    for message in lead.get(FAILURES, {}).values():
        hint = "--engine rows shows which leads it is about"
        raise GroupbuyError(Problem("plugin-failed", message, None, hint))
    return value


def _kept(call: Call, value: Any) -> Any:
    return plain(Lit(value, call.type))
