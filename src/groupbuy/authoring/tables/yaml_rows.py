"""Rows, bands or cases put into the text of a rule file, all else left byte for byte.

An item that says what it said stays as its author wrote it, with its comments; so do the comments
above an item that changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from groupbuy.authoring.dump import LINE, dump, inline
from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.render.width import width
from groupbuy.source.compose import compose
from groupbuy.source.limits import DEFAULT
from groupbuy.source.nodes import Mapping, Node

Same = Callable[[Node, Node, str], bool]
"""Whether two items, or the parts of two items that stand under this key, say the same."""

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
        raise GroupbuyError(Problem("table-shape", message, None, "write it without an alias"))
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
    return f"{text[:start]}{new.key}: {inline(new.items)}{text[end:]}"


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
    one = f"{' ' * indent}{new.key}: {inline(new.items)}"
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


@dataclass(frozen=True)
class _Written:
    """An item as it is written: the lines above it, its own, and the comment at their end."""

    above: list[str]
    lines: list[str]
    remark: str = ""


def _items(text: str, pair: tuple[Any, Any], new: Replacement, same: Same) -> Iterator[str]:
    """The lines of the items: as they are written where they say the same."""
    key, value = pair
    old: dict[str, _Written] = {}
    lines = text.split("\n")
    behind = key.start_mark.line
    for item_key, item in value.value:
        first, end = item_key.start_mark.line, _end(item, text)
        last = text.count("\n", 0, end)
        remark = text[end : _line_end(text, end)].rstrip()
        above, own = lines[behind + 1 : first], lines[first : last + 1]
        old[item_key.value] = _Written(above, own, remark if "#" in remark else "")
        behind = last
    indent = value.value[0][0].start_mark.column
    renamed = _renamed(list(old), list(new.items.items))
    for name, node in new.items.items.items():
        was = renamed.get(name, name)
        written = old.get(was, _Written([], []))
        before = new.before.items.get(was) if new.before is not None else None
        yield from written.above
        if was == name and before is not None and written.lines and same(before, node, ""):
            yield from written.lines
            continue
        keys = {name: new.items.keys[name]} if name in new.items.keys else {}
        kept = node if before is None else _as_before(before, node, same)
        single = Mapping(node.source, node.line, node.column, {name: kept}, keys)
        *rest, last_line = _indented(dump(single, cells=LINE - indent), indent)
        yield from rest
        yield last_line + written.remark


def _renamed(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """New names that stand where a name has gone, and those names."""
    return {
        name: was for was, name in zip(old, new, strict=False) if was not in new and name not in old
    }


def _as_before(before: Node, node: Node, same: Same, key: str = "") -> Node:
    """An item with the parts that say what they said as their author wrote them."""
    if not (isinstance(before, Mapping) and isinstance(node, Mapping)):
        return before if same(before, node, key) else node
    order = [name for name in before.items if name in node.items]
    order += [name for name in node.items if name not in order]
    items = {
        name: _as_before(before.items[name], node.items[name], same, name)
        if name in before.items
        else node.items[name]
        for name in order
    }
    return Mapping(node.source, node.line, node.column, items, {**node.keys, **before.keys})
