"""`groupbuy test`: the cases that say what rules must do."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.options import lang_of
from groupbuy.cli.running import DONE, FINDINGS, deliver, fail, next_step, wants_colour

if TYPE_CHECKING:
    from groupbuy.authoring.cases.case import Outcome, RuleCase

FORMATS = ("text", "json", "junit")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("-k", "text", metavar="TEXT", help="Only cases with this in their name or source.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a file instead of the screen.",
)
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Run the cases on these rules, not on those that their files name.",
)
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the output.")
def test(
    paths: tuple[Path, ...],
    text: str | None,
    form: str,
    output: Path | None,
    rules: Path | None,
    lang: str | None,
) -> int:
    """Run rule cases: what the rules must make of a lead (files NAME.test.yaml).

    PATHS are such files, or folders with such files somewhere in them; without them, the rules
    folder. Exit codes: 0 all passed; 1 a case failed; 2 a file of cases or the rules can't be used.
    """
    from groupbuy.authoring.cases.bench import Bench

    cases = _chosen(_read(paths or (_default(rules),)), text)
    bench = Bench(rules)
    bench.check(cases)
    outcomes = [bench.run(case) for case in cases]
    deliver(_shown(outcomes, form, lang_of(lang), screen=output is None), output)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if failed:
        next_step(f'→ groupbuy test -k "{failed[0].case.name}"')
    return FINDINGS if failed else DONE


def _default(rules: Path | None) -> Path:
    """The rules folder whose cases are meant where no path is given."""
    from groupbuy.rules.project import FILE, find_rules

    if rules is None and Path(FILE).is_file():
        return Path()
    return find_rules(rules, Path())


def _read(paths: Sequence[Path]) -> list[RuleCase]:
    """The cases of all files; everything that is wrong with any of them is told in one run."""
    from groupbuy.authoring.cases.read import find_case_files, read_cases
    from groupbuy.errors import Problems

    problems = Problems()
    cases: list[RuleCase] = []
    files = find_case_files(paths)
    for file in files:
        with problems.collecting():
            cases += read_cases(file)
    problems.raise_any()
    if not files:
        shown = ", ".join(map(str, paths))
        fail("no-cases", f"there are no rule cases in {shown}", "write NAME.test.yaml beside rules")
    return cases


def _chosen(cases: list[RuleCase], text: str | None) -> list[RuleCase]:
    """The cases with a text in their name, source or place."""
    if text is None:
        return cases
    wanted = text.casefold()
    found = [case for case in cases if wanted in f"{case.id} {case.source or ''}".casefold()]
    if not found:
        from groupbuy.errors import did_you_mean

        hint = did_you_mean(text, [case.name for case in cases])
        fail("no-cases", f'no case has "{text}" in its name', hint)
    return found


def _shown(outcomes: list[Outcome], form: str, lang: str, *, screen: bool) -> str:
    from groupbuy.authoring.cases.report import report_data, report_junit, report_text
    from groupbuy.authoring.layout import Paint

    if form == "json":
        return json.dumps(report_data(outcomes), ensure_ascii=False, indent=2) + "\n"
    if form == "junit":
        return report_junit(outcomes)
    return report_text(outcomes, lang, Paint(screen and wants_colour(sys.stdout)))
