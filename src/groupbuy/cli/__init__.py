"""The `groupbuy` command. Each subcommand is a module that is imported when it is called."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a fault of the user's ends in a message, never in a traceback."""
    from groupbuy.cli.group import groupbuy
    from groupbuy.cli.running import run

    sys.exit(run(groupbuy))
