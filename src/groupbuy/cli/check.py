"""`groupbuy check`: every error of rules and lead files, and what the rules can't mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.completing import files
from groupbuy.cli.opening import LeadOptions, RunOptions, leads_options, rules_options
from groupbuy.cli.running import DONE, FINDINGS, deliver, tell
from groupbuy.cli.watching import rules_and, watch_option
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.extras import z3
from groupbuy.render.words import say

if TYPE_CHECKING:
    from groupbuy.engine.workspace import Workspace

FORMATS = ("text", "json", "github", "sarif")


@click.command()
@click.argument("paths", nargs=-1, shell_complete=files)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Notes count as findings.")
@click.option("--notes", is_flag=True, help="Show notes: what may well be meant.")
@click.option("--prove", is_flag=True, help="Look into arithmetic, too (extra `prove`); slower.")
@leads_options
@rules_options
@watch_option(rules_and("paths"))
def check(
    paths: tuple[str, ...],
    form: str,
    strict: bool,
    notes: bool,
    prove: bool,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Check rules and leads. PATHS: a folder is a rules folder, a file is a lead file.

    Where the rules have no errors, they are looked at as a set: rows that nobody reaches, leads
    that fall through, conditions that can't hold, packs that contradict each other. Each finding
    that a lead can show comes with such a lead. What is meant as it is can be allowed where it
    stands: `allow: {gap: why it is meant}`. Where packs that the rules lie over are no longer those
    of groupbuy.lock, it says so (groupbuy rules upgrade shows more).

    Exit codes: 0 nothing found, or only notes; 1 findings.
    """
    from groupbuy.authoring.upgrade.compare import remarks, remarks_on

    if prove:
        z3()  # without it, before anything else
    folders = [Path(path) for path in paths if path != "-" and Path(path).is_dir()]
    files = [path for path in paths if path == "-" or not Path(path).is_dir()]
    found: list[Problem] = []
    counted = unsettled = 0
    chosen: list[Path | None] = [*folders] or [run.rules]
    for folder in chosen:
        asked = replace(run, rules=folder)
        try:
            workspace = asked.open()
        except GroupbuyError as error:
            found.extend(error.problems)
            # Packs that have changed since the lock may be what is wrong.
            found.extend(remarks_on(folder, asked.options()))
            continue
        counted += len(workspace.project.packs)
        found.extend(_of_leads(workspace, files, reading))
        found.extend(_weighed(problem, strict) for problem in remarks(workspace))
        more, open_questions = _of_rules(workspace, strict=strict, prove=prove)
        found.extend(more)
        unsettled += open_questions
    distinct = list(dict.fromkeys(found))
    shown = [p for p in distinct if notes or strict or form != "text" or p.severity != "note"]
    _report(shown, form, run.chosen_lang)
    _summary(distinct, shown, counted, unsettled, form, run.lang)
    return FINDINGS if any(problem.severity != "note" for problem in distinct) else DONE


def _weighed(problem: Problem, strict: bool) -> Problem:
    """A problem as it counts: under `--strict` no note is only one."""
    noted = strict and problem.severity == "note"
    return replace(problem, severity="warning") if noted else problem


def _of_leads(workspace: Workspace, files: list[str], reading: LeadOptions) -> Iterable[Problem]:
    """What is wrong with leads, and with packs that contradict each other for one of them."""
    if not files:
        return
    try:
        leads = reading.read(workspace, files)
        for aside in leads.set_aside:
            yield from aside.problems
        run, _ = workspace.run(leads)
        for _, problems in run.set_aside:
            yield from problems
    except GroupbuyError as error:
        yield from error.problems


def _of_rules(workspace: Workspace, *, strict: bool, prove: bool) -> tuple[list[Problem], int]:
    """The findings on rules without errors, and how many questions were too large."""
    from groupbuy.authoring.findings.run import find
    from groupbuy.authoring.findings.told import problem_of

    report = find(workspace, prove=prove)
    return [problem_of(finding, strict=strict) for finding in report.findings], report.open


def _report(problems: list[Problem], form: str, lang: str | None) -> None:
    if form == "text":
        if problems:
            tell(problems, lang)
        return
    from groupbuy.reason.kinds import KINDS
    from groupbuy.render.reports import FORMATS as REPORTS

    meanings = {code: kind.meaning for code, kind in KINDS.items()}
    deliver(REPORTS[form](problems, meanings), None)


def _summary(
    found: list[Problem],
    shown: list[Problem],
    packs: int,
    unsettled: int,
    form: str,
    lang: str,
) -> None:
    """What the list does not say: that there is nothing, and what was left out of it."""
    if form != "text":
        return
    parts = []
    if not shown:
        parts.append(say("no_errors", lang, n=packs))
    hidden = len(found) - len(shown)
    if hidden:
        counted = say("notes" if hidden > 1 else "note", lang, n=hidden)
        parts.append(f"{counted}{say('comma', lang)}{say('see_notes', lang)}")
    if unsettled:
        parts.append(say("unsettled" if unsettled > 1 else "unsettled_one", lang, n=unsettled))
    if parts:
        click.echo(say("semicolon", lang).join(parts), err=bool(shown))
