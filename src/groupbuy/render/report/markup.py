"""HTML and SVG as text, written so that nothing from a file becomes markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from groupbuy.render.inert import inert

VOID = frozenset(("br", "input", "meta", "line", "circle", "rect", "polyline", "path"))
"""Elements that hold nothing."""


class Markup(str):
    """Text that is markup already. Only `tag` and `joined` make it."""

    __slots__ = ()


Content = str | int | float | None | Iterable["Content"]


def tag(name: str, /, *content: Content, **attributes: str | int | float | bool | None) -> Markup:
    """An element. Texts in it are escaped; an attribute that is `None` or `False` is left out.

    Python's words end in `_` (`class_`), and `_` inside a name is `-` (`text_anchor`).
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = key.rstrip("_").replace("_", "-")
        parts.append(shown if value is True else f'{shown}="{escape(inert(value))}"')
    opening = " ".join(parts)
    if name in VOID and not content:
        return Markup(f"<{opening}>" if name in ("br", "input", "meta") else f"<{opening}/>")
    return Markup(f"<{opening}>{joined(content)}</{name}>")


def joined(content: Content) -> Markup:
    """Content after content; what is no markup is a text."""
    if content is None:
        return Markup()
    if isinstance(content, Markup):
        return content
    if isinstance(content, (str, int, float)):
        return Markup(escape(inert(content), quote=False))
    return Markup("".join(joined(each) for each in content))
