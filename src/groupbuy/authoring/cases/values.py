"""Values as cases expect them, compared with those that came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from groupbuy.engine import wording
from groupbuy.errors import GroupbuyError, Problem, did_you_mean
from groupbuy.model.names import fold
from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import raw, reader
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.texts import Text
from groupbuy.tree.nodes import NONE
from groupbuy.tree.operations import close
from groupbuy.tree.types import DATE, Kind, Type


def status_of(value: Any) -> str:
    """`known`, `unknown` or `none`."""
    return "unknown" if value is None else "none" if value is NONE else "known"


def stated(node: Node, type: Type) -> str | None:
    """`unknown` or `none` where the expectation says that, and not a word of the choice."""
    if not isinstance(node, Scalar) or node.text not in ("unknown", "none"):
        return None
    return None if node.style or node.text in type.values else node.text


def readable(node: Node, type: Type, words: Mapping[str, Text]) -> None:
    """Raise `GroupbuyError` where the expected value could never be one of this type."""
    if isinstance(node, Sequence):
        for item in node.items:
            readable(item, DATE if type.kind is Kind.DATES else type, words)
        return
    assert isinstance(node, Scalar)
    if stated(node, type) or type.kind in (Kind.DATES, Kind.TABLE):
        return
    if type.kind in (Kind.CHOICE, Kind.CHOICES):
        proper(node, type, words)
        return
    try:
        _read(node, type)
    except ValueProblem as problem:
        raise GroupbuyError(Problem(problem.code, problem.message, node.at, problem.hint)) from None


def _read(node: Scalar, type: Type) -> object:
    """The expected value as a lead file would have it; results may lie beyond a field's bounds."""
    return reader(replace(type, low=None, high=None))(raw(node))


def proper(node: Scalar, type: Type, words: Mapping[str, Text]) -> str:
    """The word that is meant, by itself or by a title. Raises `GroupbuyError` for another."""
    if node.text in type.values or not type.values:
        return node.text
    wanted = fold(node.text)
    for word in type.values:
        titles = words.get(word)
        names = [word, *(text for _, text in titles.by_language)] if titles else [word]
        if wanted in map(fold, names):
            return word
    titled = [text for title in words.values() for _, text in title.by_language]
    raise GroupbuyError(
        Problem(
            "unknown-word",
            f'"{node.text}" is none of the words it can have',
            node.at,
            did_you_mean(node.text, [*type.values, *titled]) or f"one of: {', '.join(type.values)}",
            len(node.text),
        )
    )


def agrees(node: Node, value: Any, type: Type, words: Mapping[str, Text]) -> bool:
    """Whether a value is the expected one.

    A number with decimals agrees as far as they are written (`82.14` with 82.1428); a whole number
    agrees exactly.
    """
    said = stated(node, type)
    if said is not None or value is None or value is NONE:
        return said == status_of(value)
    if isinstance(node, Sequence):
        values = list(value) if isinstance(value, list | tuple) else [value]
        if type.kind in (Kind.CHOICES, Kind.DATES):
            # The order in which several words are named means nothing.
            wanted = {_plain(item, type, words) for item in node.items}
            return wanted == {wording.plain((v,), type)[0] for v in values}
        return len(values) == len(node.items) and all(
            agrees(item, one, type, words) for item, one in zip(node.items, values, strict=True)
        )
    if isinstance(value, list):
        return False
    assert isinstance(node, Scalar)
    if type.kind is Kind.NUMBER:
        return _same_number(node, float(value), type)
    if isinstance(value, tuple):
        return len(value) == 1 and wording.plain(value, type)[0] == _plain(node, type, words)
    if type.kind is Kind.CHOICE:
        return bool(proper(node, type, words) == value)
    return bool(_read(node, type) == value)


def _plain(node: Node, type: Type, words: Mapping[str, Text]) -> str:
    assert isinstance(node, Scalar)
    return node.text.strip() if type.kind is Kind.DATES else proper(node, type, words)


def _same_number(node: Scalar, value: float, type: Type) -> bool:
    wanted = _read(node, type)
    assert isinstance(wanted, int | float)
    if close(float(wanted), value):
        return True
    digits = len(node.text.strip().partition(".")[2])
    plain = isinstance(node.value, float) and "e" not in node.text.casefold()
    return plain and digits > 0 and close(round(value, digits), float(wanted))


def written(value: Any, type: Type) -> str:
    """A value as an author would write it in a case."""
    if value is None or value is NONE:
        return status_of(value)
    if isinstance(value, list):
        return f"[{', '.join(written(item, type) for item in value)}]"
    shown = wording.plain(value, type)
    if isinstance(shown, bool):
        return "true" if shown else "false"
    if isinstance(shown, list):
        return f"[{', '.join(map(str, shown))}]"
    return str(shown)
