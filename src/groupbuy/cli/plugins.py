"""`groupbuy plugins`: what is installed, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from groupbuy.cli.running import DONE, FINDINGS, fail, next_step
from groupbuy.errors import did_you_mean


@click.group()
def plugins() -> None:
    """List, examine and start plugins."""


folder_option = click.option(
    "--plugins-dir",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="A folder of plugins that are not installed.",
)


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@folder_option
def list_(as_json: bool, folder: Path | None) -> int:
    """List the plugins that are installed, from their metadata: none is imported.

    What is wrong with one shows `groupbuy plugins doctor NAME`.
    """
    from groupbuy.authoring.plugins import inventory

    found = inventory(folder)
    if as_json:
        import json

        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return DONE
    if not found:
        click.echo("no plugin is installed; groupbuy plugins new NAME --kind scorer makes one")
        return DONE
    from tabulate import tabulate

    rows = [
        [
            each["name"],
            each["distribution"],
            each["version"],
            ", ".join(each["commands"] + each["formats"] + each["suffixes"]),
            "; ".join(each["problems"]) or each["summary"],
        ]
        for each in found
    ]
    headers = ["Plugin", "Package", "Version", "Commands, formats", "About"]
    click.echo(tabulate(rows, headers, disable_numparse=True))
    next_step("→ list those to use in groupbuy.yaml: plugins: [" + str(found[0]["name"]) + "]")
    return DONE


@plugins.command()
@click.argument("name")
@folder_option
def doctor(name: str, folder: Path | None) -> int:
    """Import the plugin NAME and tell all that it brings, and all that is wrong.

    Exit codes: 0 nothing found; 1 findings.
    """
    from groupbuy.authoring.plugins import examination, inventory

    known = [str(each["name"]) for each in inventory(folder)]
    if name not in known:
        listed = f"installed: {', '.join(known)}" if known else "none is installed"
        fail("unknown-plugin", f"no plugin is called {name}", did_you_mean(name, known) or listed)
    found = examination(name, folder)
    for line in found.lines:
        click.echo(line)
    for problem in found.problems:
        click.echo(f"✗ {problem}")
    click.echo("✓ nothing is wrong with it" if not found.problems else "")
    return FINDINGS if found.problems else DONE
