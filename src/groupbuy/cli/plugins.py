"""`groupbuy plugins`: what is installed, what is wrong with it, and a start for a new one."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from groupbuy.cli.completing import plugins as names_of_plugins
from groupbuy.cli.running import DONE, FINDINGS, fail, next_step
from groupbuy.errors import did_you_mean

KINDS = ("scorer", "incentive", "proposal", "rules")


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
@click.argument("name", shell_complete=names_of_plugins)
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


@plugins.command()
@click.argument("name")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    required=True,
    multiple=True,
    help="What it brings, once.",
)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
def new(name: str, kinds: tuple[str, ...], folder: Path | None) -> int:
    """Start the plugin NAME: a package with code, a rule pack, tests and a README.

    It installs and passes its tests as it is written. DIR is a new folder, or an empty one; without
    it, groupbuy-NAME. Kinds: scorer (values for expressions), incentive (a kind of program),
    proposal (a way to put packages together), rules (packs and fields, no code).
    """
    from groupbuy.authoring.plugin_scaffold import distribution_of, plugin_folder
    from groupbuy.authoring.scaffold import make_folder

    if len(kinds) > 1:
        hint = "start with one, and add the hooks of the others: a plugin may have all of them"
        fail("bad-option", f"--kind: {', '.join(kinds)}; a package is begun with one kind", hint)
    files = list(plugin_folder(name, kinds[0]))
    target = Path(distribution_of(name)) if folder is None else folder
    for path in make_folder(target, files):
        click.echo(target / path)
    there = "" if target.absolute() == Path.cwd() else f"cd {shlex.quote(str(target))} && "
    next_step(f"→ {there}python -m pip install --editable . --group dev && python -m pytest")
    return DONE
