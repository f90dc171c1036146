"""Rules and leads, opened for a command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from groupbuy.cli.options import (
    day_of,
    lang_of,
    lang_option,
    plugins_dir,
    plugins_dir_option,
    settings_of,
)
from groupbuy.cli.progress import progress
from groupbuy.cli.running import deliver, fail, tell
from groupbuy.engine.workspace import Options, Workspace, opened_plugins
from groupbuy.errors import GroupbuyError
from groupbuy.files.duplicates import duplicates
from groupbuy.files.leads import read_leads
from groupbuy.source.limits import within

if TYPE_CHECKING:
    from groupbuy.engine.results import Result
    from groupbuy.engine.standing import StoredCuts
    from groupbuy.model.lead import LeadFile
    from groupbuy.model.model import LeadModel
    from groupbuy.plugins.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class RunOptions:
    """Which rules a command opens, and how it runs them, as `rules_options` read it."""

    rules: Path | None = None
    """The folder; without one ./rules, else the shipped rules."""
    as_of: str | None = None
    settings: tuple[str, ...] = ()
    chosen_lang: str | None = None

    @property
    def lang(self) -> str:
        """The language of the output: `--lang`, else that of the environment."""
        return lang_of(self.chosen_lang)

    def options(self, **more: Any) -> Options:
        """How the run is made; `more` are fields of `Options`. Raises `GroupbuyError`."""
        return Options(
            day_of(self.as_of),
            self.lang,
            settings_of(self.settings),
            plugins_dir=plugins_dir(),
            watch=progress(),
            **more,
        )

    def open(self, **more: Any) -> Workspace:
        """The rules folder, checked; `more` are fields of `Options`. Raises `GroupbuyError`.

        What is wrong with plugins that no rule needs is said on stderr. For the rest of the
        command, the limits of the folder are in force.
        """
        workspace = Workspace(self.rules, self.options(**more))
        context = click.get_current_context(silent=True)
        if context is not None:
            context.with_resource(within(workspace.project.limits))
        if workspace.warnings:
            tell(workspace.warnings)
        if workspace.plugins.loaded:
            _trace_at_end(workspace)
        return workspace


def rules_options(command: F) -> F:
    """`--rules`, `--plugins-dir`, `--as-of`, `--set`, `--lang`: the command gets `run`."""

    @wraps(command)
    def gathered(
        *args: Any,
        rules: Path | None,
        as_of: str | None,
        settings: tuple[str, ...],
        lang: str | None,
        **others: Any,
    ) -> Any:
        return command(*args, run=RunOptions(rules, as_of, settings, lang), **others)

    for option in (
        plugins_dir_option,
        lang_option,
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="Another value for a setting, for this run.",
        ),
        click.option("--as-of", metavar="DATE", help="Today, for this run (2026-01-31)."),
        click.option(
            "--rules",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Rules folder; else ./rules, else the shipped rules.",
        ),
    ):
        gathered = option(gathered)
    return cast(F, gathered)


def open_plugins(rules: Path | None) -> Registry:
    """The plugins that are active for a rules folder; its packs may be as wrong as they like."""
    _, active = opened_plugins(rules, Options(0, plugins_dir=plugins_dir()))
    if active.problems:
        tell(active.problems)
    return active.registry


def _trace_at_end(workspace: Workspace) -> None:
    """With GROUPBUY_TRACE_PLUGINS=1, say when the command ends which plugin did what."""
    from groupbuy.plugins.guard import tracing

    if not tracing():
        return

    def report() -> None:
        for line in workspace.plugins.guard.report():
            click.echo(f"plugin {line}", err=True)

    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(report)


@dataclass(frozen=True)
class LeadOptions:
    """How a command reads leads, as `leads_options` read it."""

    mapping: Path | None = None
    """The mapping file that makes leads of another system's files."""
    rejects: Path | None = None
    """Where the rows go that it sets aside."""

    def read(
        self,
        workspace: Workspace,
        paths: Sequence[str],
        *,
        model: LeadModel | None = None,
        only: Sequence[str] | None = None,
    ) -> LeadFile:
        """The leads of the files, by way of the mapping file where one is given.

        `model` stands for the workspace's own; `only` says which leads are enough, by id or name.
        Remarks about the leads, and those that look like one customer, go to stderr. Raises
        `GroupbuyError`.
        """
        model = model or workspace.model
        if self.mapping is None and self.rejects is not None:
            fail("bad-option", "--rejects goes with --map", "groupbuy map new FILES -o FILE")
        with within(workspace.project.limits):
            if self.mapping is None:
                leads = read_leads(paths, model, stdin=sys.stdin, only=only)
            else:
                leads = self._mapped(self.mapping, paths, model, workspace.options.as_of)
        for note in leads.notes:
            click.echo(f"note: {note}", err=True)
        alike = duplicates(leads.leads, model)
        if alike:
            tell(alike)
        return leads

    def _mapped(
        self, mapping: Path, paths: Sequence[str], model: LeadModel, today: int
    ) -> LeadFile:
        from groupbuy.files.mapping.read import read_mapped
        from groupbuy.files.mapping.rejects import rejects_csv

        mapped = read_mapped(paths, mapping, model, today=today, stdin=sys.stdin)
        if self.rejects is not None:
            deliver(rejects_csv(mapped.rejects), self.rejects)
            told = f"{len(mapped.rejects):,} rows set aside are in {self.rejects}"
            mapped.leads.notes.append(told)
        return mapped.leads


def leads_options(command: F) -> F:
    """`--map` and `--rejects`, of every command that reads leads: the command gets `reading`."""

    @wraps(command)
    def gathered(*args: Any, mapping: Path | None, rejects: Path | None, **others: Any) -> Any:
        return command(*args, reading=LeadOptions(mapping, rejects), **others)

    for option in (
        click.option(
            "--rejects",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="With --map: write the rows that were set aside, and why, as CSV.",
        ),
        click.option(
            "--map",
            "mapping",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="How another system's files become leads (groupbuy map new).",
        ),
    ):
        gathered = option(gathered)
    return cast(F, gathered)


def cuts_option(command: F) -> F:
    """`--cuts`, of every command that ranks leads."""
    return click.option(
        "--cuts",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Place leads by the cuts of an earlier run (--save-cuts) instead of among each other.",
    )(command)


def log_key_option(command: F) -> F:
    """`--log-key`, of every command that writes or reads a decision log."""
    return click.option(
        "--log-key",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The key of the log's digests; else the log's name with .key behind it.",
    )(command)


def read_stored(path: Path | None) -> StoredCuts | None:
    """The cuts of an earlier run. Raises `GroupbuyError`."""
    if path is None:
        return None
    from groupbuy.engine.standing import read_cuts
    from groupbuy.sheets.text import read_text

    return read_cuts(read_text(path, []).text, str(path))


def tell_foreign(workspace: Workspace, path: Path | None) -> None:
    """Say where stored cuts were made with other rules than those at hand."""
    cuts = workspace.options.cuts
    if cuts is not None and cuts.rules_hash != workspace.project.digest:
        click.echo(f"note: the cuts in {path} were made with other rules ({cuts.as_of})", err=True)


def lead_named(leads: Sequence[str], command: str) -> tuple[list[str], str]:
    """The files and the lead that a command about one lead was given."""
    if len(leads) < 2:
        fail(
            "bad-option",
            f"{command} needs a lead file and the id of a lead",
            f"groupbuy {command} leads.yaml L001",
        )
    *paths, wanted = leads
    return paths, wanted


def explain_one(
    workspace: Workspace,
    paths: Sequence[str],
    wanted: str,
    reading: LeadOptions,
    *,
    alone: bool = False,
) -> Result:
    """One lead explained, after all of the files were evaluated. Raises `GroupbuyError`.

    `alone` reads and evaluates no other lead: stored cuts say where it stands.
    """
    found = reading.read(workspace, paths, only=[wanted] if alone else None)
    for aside in found.set_aside:
        if aside.id == wanted:
            raise GroupbuyError(*aside.problems)
    if not found.leads and alone:
        fail("unknown-lead", f'there is no lead "{wanted}" that can be read')
    if not found.leads:
        fail("no-leads", "these files have no lead that can be read", f"groupbuy check {paths[0]}")
    return workspace.explain(found, wanted)
