"""Options that several commands take."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from groupbuy.cli.running import fail, language

F = TypeVar("F", bound=Callable[..., Any])


def plugins_dir_option(command: F) -> F:
    """`--plugins-dir`, of every command that opens rules."""
    return click.option(
        "--plugins-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_keep_plugins_dir,
        help="A folder of plugins that are not installed: name.py, or a folder name.",
    )(command)


lang_option = click.option(
    "--lang", type=click.Choice(["en", "zh"]), help="Language of the output."
)


def output_option(
    help: str = "Write to a file instead of the screen.", *, required: bool = False
) -> Callable[[F], F]:
    """`-o FILE`, of every command that writes one file."""
    option = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        required=required,
        metavar="FILE",
        help=help,
    )

    def decorate(command: F) -> F:
        @wraps(command)
        def checked(*args: Any, **given: Any) -> Any:
            refuse_inputs(click.get_current_context().params)
            return command(*args, **given)

        return cast(F, option(checked))

    return decorate


WRITTEN = ("output", "out", "created", "save_cuts", "rejects")
"""Parameters of commands that name files to be written."""


def refuse_inputs(given: Mapping[str, Any]) -> None:
    """Nothing is written over a file that is read, nor twice to one."""
    named: list[tuple[str, Path]] = []
    for name, value in given.items():
        for path in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(path, (str, Path)) and os.path.isfile(path):
                named.append((name, Path(path)))
    for name, path in named:
        for other, input in named:
            if name in WRITTEN and other != name and path.samefile(input):
                fail("output-is-input", f"{path} is read in this run", "write to another file")


def pii_option(command: F) -> F:
    """`--show-pii`, of every command that shows what is known of a lead."""
    return click.option("--show-pii", is_flag=True, help="Show names and numbers of persons.")(
        command
    )


PLUGINS_DIR = "groupbuy.plugins_dir"


def _keep_plugins_dir(ctx: click.Context, option: click.Parameter, value: Path | None) -> None:
    """Every command that opens rules takes the option; none has to pass it on."""
    ctx.meta[PLUGINS_DIR] = value


def plugins_dir() -> Path | None:
    """The folder that `--plugins-dir` names."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(PLUGINS_DIR)


def day_of(text: str | None) -> int:
    """The day of the run as a day number."""
    if text is None:
        return date.today().toordinal()
    try:
        return date.fromisoformat(text.strip()).toordinal()
    except ValueError:
        fail("bad-date", f'--as-of: "{text}" is not a date', "write it as 2026-01-31")


def settings_of(pairs: Sequence[str]) -> dict[str, str]:
    """`--set name=value`, each name once (the last counts)."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            fail("bad-option", f'--set: "{pair}" is not NAME=VALUE', "--set boss_slots=5")
        found[name.strip()] = value.strip()
    return found


def lang_of(lang: str | None) -> str:
    """The language of the output."""
    return lang or language()


def columns_of(text: str | None) -> tuple[str, ...]:
    """`--columns a,b`, each once; Chinese commas are commas too."""
    if text is None:
        return ()
    parts = (part.strip() for part in text.replace("，", ",").split(","))
    names = tuple(dict.fromkeys(part for part in parts if part))
    if not names:
        fail("bad-option", "--columns names nothing", "--columns priority,fit")
    return names
