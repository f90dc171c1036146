"""Commands and formats that plugins bring: found from metadata, imported when they are named."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any

import click

from groupbuy.cli.running import fail

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from groupbuy.plugins.found import Found, Kind


def brought(kind: Kind, taken: Container[str]) -> dict[str, list[str]]:
    """What plugins bring of a kind, each with the distributions that bring it.

    What has a name of the core's own is never reached, and not listed.
    """
    from groupbuy.plugins.discovery import installed

    found: dict[str, list[str]] = {}
    for each in installed():
        if each.kind == kind and each.name not in taken:
            found.setdefault(each.name, []).append(each.distribution)
    return found


def plugin_command(name: str) -> tuple[Found, click.Command] | None:
    """The command of a plugin, imported now; none where no plugin has it.

    Raises `GroupbuyError` where two distributions bring it, or where it can't be imported.
    """
    from groupbuy.plugins.discovery import offered
    from groupbuy.plugins.loading import imported_object

    found = offered("command", name)
    if found is None:
        return None
    command = imported_object(found)
    if not isinstance(command, click.Command):
        kind = type(command).__name__
        fail("plugin-unusable", f"{found}: its entry point is a {kind}, not a click command")
    return found, command


def plugin_format(name: str) -> Callable[[Mapping[str, Any]], str] | None:
    """The function that shows results in a plugin's format. Raises `GroupbuyError`."""
    from groupbuy.plugins.discovery import offered
    from groupbuy.plugins.guard import Guard, PluginError
    from groupbuy.plugins.interfaces import Renderer
    from groupbuy.plugins.loading import imported_object

    found = offered("renderer", name)
    if found is None:
        return None
    guard = Guard()
    renderer = imported_object(found, guard)
    if not isinstance(renderer, Renderer):
        kind = type(renderer).__name__
        fail("plugin-unusable", f"{found}: its entry point is a {kind}, not a Renderer")

    def render(result: Mapping[str, Any]) -> str:
        try:
            text = guard.call(found, "render", renderer.render, result)
        except PluginError as failure:
            fail("plugin-failed", str(failure), "nothing was written")
        if not isinstance(text, str):
            fail("plugin-failed", f"{found}: render gave {type(text).__name__}, not a text")
        return text

    return render


class Format(click.Choice[str]):
    """The formats of a command, and those that plugins bring."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name of a format; an unknown one is an error that lists all."""
        if value in self.choices:
            return str(value)
        others = brought("renderer", self.choices)
        if value in others:
            return str(value)
        return click.Choice([*self.choices, *others]).convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """All of them, for a shell."""
        all_ = click.Choice([*self.choices, *brought("renderer", self.choices)])
        return all_.shell_complete(ctx, param, incomplete)
