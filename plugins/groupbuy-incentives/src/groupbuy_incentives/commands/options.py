"""Options that the commands of this plugin share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from groupbuy.api.commands import output_option

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_LEDGER = "ledger.db"


def ledger_option(command: F) -> F:
    """`--ledger`."""
    return click.option(
        "--ledger",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=DEFAULT_LEDGER,
        show_default=True,
        metavar="FILE",
        help="The ledger.",
    )(command)


def output_options(*forms: str) -> Callable[[F], F]:
    """`--format` and `-o`."""

    def add(command: F) -> F:
        form = click.option(
            "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True
        )
        return form(output_option()(command))

    return add


def choosing_options(command: F) -> F:
    """`--party` and `--period`."""
    for option in (
        click.option("--period", metavar="PERIOD", help="Only one period: 2026, 2026-11."),
        click.option("--party", metavar="ID", help="Only one party."),
    ):
        command = option(command)
    return command
