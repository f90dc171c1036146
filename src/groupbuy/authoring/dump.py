"""YAML from nodes, to be read: short things on one line, scalars as their author wrote them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from groupbuy.render.width import width
from groupbuy.sections.base import TEXT_KEYS
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence
from groupbuy.texts import LANGUAGES

LINE = 92
"""Cells of a line; only a scalar can make it longer."""

_STEP = "  "
_PLAIN_KEY = re.compile(r"[^\W\d][\w.]*")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}:]|^[&*!|>'\"%@`#]")


def dump(node: Node, *, cells: int = LINE, lang: str | None = None) -> list[str]:
    """The lines of a node. With `lang`, texts in several languages are shown in that one."""
    if lang is not None:
        node = in_language(node, lang)
    return list(_block(node, cells))


def inline(node: Node, lang: str | None = None) -> str:
    """A node on one line, as it stands in a list or after a key."""
    node = node if lang is None else in_language(node, lang)
    return _scalar(node, flow=False) if isinstance(node, Scalar) else _flow(node)


def in_language(node: Node, lang: str, key: str = "") -> Node:
    """The node with each text in several languages replaced by the one in `lang`."""
    if isinstance(node, Mapping):
        if key in TEXT_KEYS and node.items and set(node.items) <= set(LANGUAGES):
            return node.items.get(lang) or next(iter(node.items.values()))
        items = {name: in_language(item, lang, name) for name, item in node.items.items()}
        return Mapping(node.source, node.line, node.column, items, node.keys)
    return node


def _block(node: Node, cells: int) -> Iterator[str]:
    if isinstance(node, Mapping) and node.items:
        for key, item in node.items.items():
            yield from _entry(f"{_key(node, key)}:", item, cells)
    elif isinstance(node, Sequence) and node.items:
        for item in node.items:
            yield from _entry("-", item, cells)
    elif isinstance(node, Scalar):
        yield _scalar(node, flow=False)
    else:
        yield _flow(node)


def _entry(start: str, node: Node, cells: int) -> Iterator[str]:
    """`key: value` or `- item`, on one line if it fits."""
    if isinstance(node, Scalar):
        yield f"{start} {_scalar(node, flow=False)}".rstrip()
        return
    line = f"{start} {_flow(node)}"
    if width(line) <= cells and _depth(node) <= 2:
        yield line
        return
    yield start
    for inner in _block(node, cells - len(_STEP)):
        yield _STEP + inner


def _depth(node: Node) -> int:
    """How many collections stand inside one another."""
    if isinstance(node, Mapping):
        return 1 + max((_depth(item) for item in node.items.values()), default=0)
    if isinstance(node, Sequence):
        return 1 + max((_depth(item) for item in node.items), default=0)
    return 0


def _flow(node: Node) -> str:
    if isinstance(node, Mapping):
        pairs = (f"{_key(node, key)}: {_flow(item)}" for key, item in node.items.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(node, Sequence):
        return "[" + ", ".join(_flow(item) for item in node.items) + "]"
    assert isinstance(node, Scalar)
    return _scalar(node, flow=True)


def _key(node: Mapping, key: str) -> str:
    written = node.keys.get(key)
    plain = _PLAIN_KEY.fullmatch(key) if written is None else _stays(written, flow=True)
    return key if plain else _quoted(key)


def _stays(node: Scalar, *, flow: bool) -> bool:
    """Whether a plain scalar can stand as it was written."""
    if node.style or "\n" in node.text:
        return False
    return not flow or (bool(node.text) and _NOT_IN_FLOW.search(node.text) is None)


def _scalar(node: Scalar, *, flow: bool) -> str:
    if node.value is None and not node.style:
        return "null"
    if _stays(node, flow=flow):
        return node.text
    return _quoted(str(node.value) if isinstance(node.value, str) else node.text)


def _quoted(text: str) -> str:
    if '"' in text and not re.search(r"['\\\n\t]", text) and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)
