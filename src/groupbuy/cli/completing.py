"""What a shell completes: files, ids of leads, codes, names. Nothing here may fail or print.

Values are looked for only where that is quick: a lead file of many megabytes is not read because
somebody pressed a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import wraps
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from groupbuy.engine.workspace import Workspace

LARGEST = 2**20
"""Bytes of a lead file that is read for its ids."""

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
Values = Callable[[click.Context, str], Iterable[tuple[str, str | None]]]


def completer(values: Values) -> Completer:
    """What completes with the values (and what people call them) that begin with what was typed."""

    @wraps(values)
    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        try:
            found = dict(values(ctx, incomplete))
        except Exception:  # whatever is wrong is told when the command runs, not while it is typed
            return []
        return [
            CompletionItem(value, help=title)
            for value, title in found.items()
            if value.startswith(incomplete)
        ]

    return complete


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, as the shell knows them."""
    return [CompletionItem(incomplete, type="file")]


def files_and_ids(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Files; behind the first also the ids of its leads."""
    # Where ids fit, bash shows those; where none does, files.
    return [*files(ctx, param, incomplete), *_ids(ctx, param, incomplete)]


@completer
def _ids(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str | None]]:
    from groupbuy.files.leads import read_leads

    given = [Path(path) for path in ctx.params.get("leads") or ()]
    small = [path for path in given if path.is_file() and path.stat().st_size <= LARGEST]
    if not small:
        return
    for lead in read_leads(small, _workspace(ctx).model).leads:
        name = lead.values.get("name")
        yield lead.id, name if isinstance(name, str) else None


@completer
def codes(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str | None]]:
    """The codes of errors."""
    text = (resources("groupbuy.authoring") / "errors.yaml").read_text(encoding="utf-8")
    for found in re.finditer(r"^([a-z][a-z0-9-]*):", text, re.MULTILINE):
        yield found[1], None


@completer
def plugins(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str | None]]:
    """The plugins that are installed."""
    from groupbuy.plugins.discovery import installed

    for found in installed():
        if found.kind == "plugin":
            yield found.name, found.summary or None


@completer
def entries(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str | None]]:
    """The entries of the rules, `fit`; of a section that was begun to be typed, `scores.fit`."""
    for section, id in _workspace(ctx).rules.base:
        yield id, section
        if incomplete:
            yield f"{section}.{id}", None


@completer
def names(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str | None]]:
    """The names that rules can use."""
    from groupbuy.authoring.names import all_names

    for name in all_names(_workspace(ctx), _lang(ctx)):
        yield name.name, name.title


@completer
def columns(ctx: click.Context, incomplete: str) -> Iterator[tuple[str, str | None]]:
    """Names behind the last comma."""
    from groupbuy.authoring.names import all_names

    before = incomplete.rpartition(",")[0]
    for name in all_names(_workspace(ctx), _lang(ctx)):
        if name.group in ("facts", "scores", "grades", "fields"):
            yield (f"{before},{name.name}" if before else name.name), name.title


def _lang(ctx: click.Context) -> str:
    return str(ctx.params.get("lang") or "en")


def _workspace(ctx: click.Context) -> Workspace:
    """The rules that the command would use, as far as they can be read."""
    from groupbuy.engine.workspace import Options, Workspace
    from groupbuy.errors import Problems

    options = Options(date.today().toordinal(), _lang(ctx))
    return Workspace(ctx.params.get("rules"), options, faults=Problems())
