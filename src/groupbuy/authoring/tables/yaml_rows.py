"""Rows, bands or cases put into the text of a rule file, all else left byte for byte.

An item that says what it said stays as its author wrote it, with its comments; so do the comments
above an item that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.authoring.dump import LINE, dump
from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.render.width import width
from groupbuy.source.compose import compose
from groupbuy.source.limits import DEFAULT
from groupbuy.source.nodes import Mapping, Node

Same = Callable[[Node, Node], bool]
"""Whether two items say the same."""

_STEP = 2


def with_rows(text: str, path: Sequence[str], old_key: str, new: Replacement, same: Same) -> str:
    """The text with what the entry at `path` has under `old_key` replaced.

    `path` leads from the top of the file to the entry. Raises `GroupbuyError` where the text can't
    be taken apart there.
    """
    crlf = "\r\n" in text
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n")
    source = Source("", plain)
    entry = _found(compose(plain, source, DEFAULT).root, path)
    pairs = entry.value if entry is not None and isinstance(entry.value, list) else []
    pair = next(((k, v) for k, v in pairs if getattr(k, "value", None) == old_key), None)
    if entry is None or pair is None:
        message = f"{'.'.join(path)} can't be found in the text of this file"
        raise GroupbuyError(Problem("unknown-table", message, None, "write it without an alias"))
    edited = _in_flow if entry.flow_style else _in_block
    found = edited(plain, pair, new, same)
    return mark + (found.replace("\n", "\r\n") if crlf else found)


@dataclass(frozen=True)
class Replacement:
    """What is to stand there: a key with its items; and the items that stand there now."""

    key: str
    items: Mapping
    before: Mapping | None


def _found(root: Any, path: Sequence[str]) -> Any:
    """PyYAML's node at a path."""
    for key in path:
        pairs = root.value if root is not None and isinstance(root.value, list) else []
        root = next((v for k, v in pairs if getattr(k, "value", None) == key), None)
    return root


def _end(node: Any, text: str) -> int:
    """Behind the last character of a node, without the blanks and comments that follow it."""
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last, text)
    end: int = node.end_mark.index
    if isinstance(node.value, str) and getattr(node, "style", None) in ("|", ">"):
        return len(text[:end].rstrip())
    return end


def _in_flow(text: str, pair: tuple[Any, Any], new: Replacement, _same: Same) -> str:
    """Inside brackets there is no other way than one line."""
    key, value = pair
    start, end = key.start_mark.index, _end(value, text)
    return f"{text[:start]}{new.key}: {_one_line(new.items)}{text[end:]}"


def _one_line(items: Mapping) -> str:
    holder = Mapping(items.source, items.line, items.column, {"x": items}, {})
    (line,) = dump(Mapping(items.source, 1, 1, {"x": holder}, {}), cells=10**6)[:1]
    return line.removeprefix("x: {x: ").removesuffix("}")


def _in_block(text: str, pair: tuple[Any, Any], new: Replacement, same: Same) -> str:
    key, value = pair
    indent = key.start_mark.column
    start, end = key.start_mark.index, _end(value, text)
    line_start = text.rfind("\n", 0, start) + 1
    line_end = _line_end(text, end)
    if isinstance(value.value, list) and value.value and not value.flow_style:
        lines = list(_items(text, pair, new, same))
        head_end = _line_end(text, key.end_mark.index)
        behind = text[key.end_mark.index : head_end].partition(":")[2]
        head = f"{text[line_start:start]}{new.key}:{behind}"
        return "\n".join([text[:line_start] + head, *lines]) + text[line_end:]
    rest = text[end:line_end].rstrip()
    one = f"{' ' * indent}{new.key}: {_one_line(new.items)}"
    if isinstance(value.value, list) and width(one) <= LINE:
        return f"{text[:line_start]}{text[line_start:start]}{one.lstrip()}{rest}{text[line_end:]}"
    lines = list(_indented(dump(new.items), indent + _STEP))
    head = f"{text[line_start:start]}{new.key}:{rest}"
    return "\n".join([text[:line_start] + head, *lines]) + text[line_end:]


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _indented(lines: Sequence[str], indent: int) -> Iterator[str]:
    return (f"{' ' * indent}{line}" for line in lines)


def _items(text: str, pair: tuple[Any, Any], new: Replacement, same: Same) -> Iterator[str]:
    """The lines of the items: as they are written where they say the same."""
    key, value = pair
    old: dict[str, tuple[list[str], list[str]]] = {}
    lines = text.split("\n")
    behind = key.start_mark.line
    for item_key, item in value.value:
        first = item_key.start_mark.line
        last = text.count("\n", 0, _end(item, text))
        if first <= behind and old:
            break  # two items on one line: block mappings have none
        old[item_key.value] = (lines[behind + 1 : first], lines[first : last + 1])
        behind = last
    indent = value.value[0][0].start_mark.column
    for name, node in new.items.items.items():
        above, written = old.get(name, ([], []))
        yield from above
        before = new.before.items.get(name) if new.before is not None else None
        if before is not None and written and same(before, node):
            yield from written
        else:
            keys = {name: new.items.keys[name]} if name in new.items.keys else {}
            single = Mapping(node.source, node.line, node.column, {name: node}, keys)
            yield from _indented(dump(single, cells=LINE - indent), indent)
