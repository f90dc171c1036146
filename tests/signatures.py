"""The signatures that docs/plugins.md shows, written out from the code.

A block of the page begins with `<!-- signatures: NAME … -->`; what stands in it is made here.

    python tests/signatures.py      writes the blocks anew; a test compares
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from groupbuy import api
from groupbuy.plugins import hooks

PAGE = Path(__file__).parents[1] / "docs" / "plugins.md"
BLOCK = re.compile(r"(<!-- signatures: ([\w ]+) -->\n)```python\n.*?```\n", re.S)
WIDTH = 100
HOOKS = {hook.__name__: hook for hook in hooks.HOOKS}


def shown_names(page: str) -> list[str]:
    """The names of all blocks."""
    return [name for match in BLOCK.finditer(page) for name in match[2].split()]


def written(page: str) -> str:
    """The page with every block as the code has it."""

    def block(match: re.Match[str]) -> str:
        body = "\n\n\n".join(shown(name) for name in match[2].split())
        return f"{match[1]}```python\n{body}\n```\n"

    return BLOCK.sub(block, page)


def shown(name: str) -> str:
    """A hook, function or class: its signature, and the first line of what it says of itself."""
    if name in HOOKS:
        return "\n".join(["@hookimpl", *_function(name, HOOKS[name])])
    thing = getattr(api, name)
    return "\n".join(_class(name, thing) if inspect.isclass(thing) else _function(name, thing))


def _function(name: str, function: Any, indent: str = "") -> Iterator[str]:
    signature = inspect.signature(function)
    taken = [_parameter(each) for each in signature.parameters.values()]
    stars = [n for n, p in enumerate(signature.parameters.values()) if p.kind is p.KEYWORD_ONLY]
    if stars:
        taken.insert(stars[0], "*")
    gives = f" -> {signature.return_annotation}:"
    line = f"{indent}def {name}({', '.join(taken)}){gives}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield f"{indent}def {name}("
        yield from (f"{indent}    {each}," for each in taken)
        yield f"{indent}){gives}"
    yield f'{indent}    """{_said(function)}"""'


def _parameter(parameter: inspect.Parameter) -> str:
    if parameter.name == "self":
        return "self"
    star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
    default = "" if parameter.default is parameter.empty else f" = {_value(parameter.default)}"
    return f"{star}{parameter.name}: {parameter.annotation}{default}"


def _class(name: str, thing: type) -> Iterator[str]:
    yield f"class {name}:"
    yield f'    """{_said(thing)}"""'
    if dataclasses.is_dataclass(thing):
        attributes = [
            f"{field.name}: {_quoted(field.type)}{_default(field)}"
            for field in dataclasses.fields(thing)
        ]
    else:
        annotations = vars(thing).get("__annotations__", {})
        attributes = [f"{name}: {annotation}" for name, annotation in annotations.items()]
    attributes += [
        f"{name}: {inspect.signature(value.fget).return_annotation}"
        for name, value in vars(thing).items()
        if isinstance(value, property) and value.fget is not None
    ]
    yield from ("", *(f"    {each}" for each in attributes)) if attributes else ()
    for name, value in vars(thing).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            yield ""
            yield from _function(name, value, "    ")


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f" = {_value(field.default)}"
    return (
        ""
        if field.default_factory is dataclasses.MISSING
        else f" = {_value(field.default_factory())}"
    )


def _value(value: Any) -> str:
    """A default; of anything but a plain value only that there is one."""
    if isinstance(value, str):
        return f'"{value}"'
    plain = (int, float, tuple, frozenset, dict, list, Decimal, type(None))
    return _quoted(repr(value)) if isinstance(value, plain) else "..."


def _quoted(code: Any) -> str:
    """Code with quotes as the formatter writes them."""
    return str(code).replace("'", '"')


def _said(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
