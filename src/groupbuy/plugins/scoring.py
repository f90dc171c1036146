"""A plugin's scorer as a function of the language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groupbuy.errors import GroupbuyError, Location, Source
from groupbuy.language.external import BodyScope
from groupbuy.language.parse import parse
from groupbuy.language.scope import External
from groupbuy.plugins.found import Found
from groupbuy.plugins.guard import Guard, PluginError
from groupbuy.plugins.interfaces import Scorer
from groupbuy.plugins.values import (
    NonsenseError,
    Rows,
    RowsSeen,
    Value,
    default_of,
    kept,
    seen_by_plugin,
    table_type_of,
    type_of,
)
from groupbuy.tree import build
from groupbuy.tree.nodes import FAILURES, NONE, Expr, Routine, names, walk

_SEEN = "!seen"
"""Among a lead's values: the tables as plugins see them, so that each is turned once."""


def external(plugin: Found, scorer: Scorer, guard: Guard) -> External:
    """The function that rules call. Raises `PluginError` where an expression is no good."""
    name = f"{plugin.name}.{scorer.name}"
    inputs = {
        key: table_type_of(value) if isinstance(value, Rows) else type_of(value)
        for key, value in scorer.inputs.items()
    }
    params = {key: default_of(value) for key, value in scorer.params.items()}
    gives = type_of(scorer.gives)
    body: Expr | Routine
    if isinstance(scorer.body, str):
        body = _expression(plugin, scorer, BodyScope(inputs, params))
    else:
        body = Routine(name, routine(plugin, scorer, guard), _columns(scorer))
    meaning = scorer.title.get("en") or next(iter(scorer.title.values()), "")
    return External(name, inputs, params, gives, body, meaning)


def _columns(scorer: Scorer) -> tuple[tuple[str, ...] | None, ...]:
    """For each argument the columns that must not be blank."""
    tables = [
        tuple(name for name, cell in value.columns.items() if not cell.pass_unknown)
        if isinstance(value, Rows)
        else None
        for value in scorer.inputs.values()
    ]
    return (*tables, *(None for _ in scorer.params))


def _expression(plugin: Found, scorer: Scorer, scope: BodyScope) -> Expr:
    """The tree of a body that is an expression."""
    assert isinstance(scorer.body, str)
    source = Source(f"{plugin.name}.{scorer.name}", scorer.body)

    def place(offset: int) -> Location:
        return source.at(1, offset + 1)

    what = f"the expression of {scorer.name}"
    try:
        tree = parse(scorer.body, scope, place)
    except GroupbuyError as error:
        problem = error.problems[0]
        raise PluginError(plugin, what, f"is not one: {problem.message}") from None
    wanted = type_of(scorer.gives)
    if tree.type.kind is not wanted.kind:
        reason = f"gives {build.describe(tree.type)}, not {build.describe(wanted)} as declared"
        raise PluginError(plugin, what, reason)
    used = {name for node in walk(tree) for name in names(node)}
    unused = [name for name in (*scope.inputs, *scope.params) if name not in used]
    if unused:
        raise PluginError(plugin, what, f"does not use {', '.join(unused)}, which is declared")
    return tree


def routine(plugin: Found, scorer: Scorer, guard: Guard) -> Callable[..., Any]:
    """The function behind a call: three-valued, guarded, and typed as declared."""
    name = f"{plugin.name}.{scorer.name}"
    body = scorer.body
    assert callable(body)
    declared = {**scorer.inputs, **scorer.params}
    takes = [(key, _Input(value)) for key, value in declared.items()]
    gives = scorer.gives

    def run(lead: dict[str, Any], *args: Any) -> Any:
        given = {}
        unknown = False
        for (key, take), arg in zip(takes, args, strict=True):
            if arg is NONE:
                return NONE
            found = take(lead, arg)
            if found is None and not take.pass_unknown:
                unknown = True
            given[key] = found
        if unknown:
            return None
        try:
            return kept(gives, guard.call(plugin, name, body, **given))
        except NonsenseError as nonsense:
            _note(lead, name, f"{plugin}: {name} {nonsense}")
        except PluginError as failure:
            _note(lead, name, str(failure))
        except GroupbuyError as error:
            _note(lead, name, f"{plugin}: {name}: {error}")
        return None

    return run


def _note(lead: dict[str, Any], name: str, message: str) -> None:
    lead.setdefault(FAILURES, {}).setdefault(name, message)


class _Input:
    """Turns one argument into what the plugin gets."""

    def __init__(self, value: Value | Rows) -> None:
        self.pass_unknown = value.pass_unknown
        self.rows = RowsSeen(value) if isinstance(value, Rows) else None
        self.plain = seen_by_plugin(value) if isinstance(value, Value) else None
        columns = value.columns.items() if isinstance(value, Rows) else ()
        self.key = tuple((name, cell.type, cell.pass_unknown) for name, cell in columns)

    def __call__(self, lead: dict[str, Any], arg: Any) -> Any:
        if arg is None:
            return None
        if self.rows is None:
            assert self.plain is not None
            return self.plain(arg)
        seen = lead.setdefault(_SEEN, {})
        found = seen.get((id(arg), self.key))
        if found is None:
            # The table itself is kept beside, so that its identity stays its own.
            found = seen[(id(arg), self.key)] = (arg, self.rows(arg))
        return found[1]
