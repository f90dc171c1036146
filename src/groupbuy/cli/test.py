"""`groupbuy test`: the cases that say what rules must do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groupbuy.cli.options import (
    lang_of,
    lang_option,
    output_option,
    plugins_dir,
    plugins_dir_option,
)
from groupbuy.cli.progress import progress
from groupbuy.cli.running import DONE, FINDINGS, deliver, fail, next_step, wants_colour, width
from groupbuy.cli.watching import watch_option

if TYPE_CHECKING:
    from groupbuy.authoring.cases.bench import Bench
    from groupbuy.authoring.cases.case import Outcome, RuleCase
    from groupbuy.authoring.cases.coverage import Coverage
    from groupbuy.authoring.cases.mutate import Mutation

FORMATS = ("text", "json", "junit")


def _watched(paths: tuple[Path, ...], rules: Path | None, **_: object) -> Iterator[Path]:
    """The cases, and the rules that they are about."""
    from groupbuy.authoring.cases.read import find_case_files, nearest_rules, read_cases
    from groupbuy.errors import GroupbuyError

    given = paths or (_default(rules),)
    yield from given
    if rules is not None:
        yield rules
        return
    folders: set[Path | None] = set()
    try:
        for file in find_case_files(given):
            folders.add(nearest_rules(file))
            folders.update(case.rules for case in read_cases(file))
    except GroupbuyError:
        pass  # the run says so
    yield from (folder for folder in folders if folder is not None)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("-k", "text", metavar="TEXT", help="Only cases with this in their name or source.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--coverage", is_flag=True, help="Also which rules no case shows both ways.")
@click.option("--every-rule", is_flag=True, help="With --coverage: what each rule did.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="With --coverage: exit code 1 where less is covered.",
)
@click.option("--mutate", is_flag=True, help="Also which slips in the rules no case notices.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --mutate: try at most N slips (1000).",
)
@output_option()
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Run the cases on these rules, not on those that their files name.",
)
@lang_option
@plugins_dir_option
@watch_option(_watched)
def test(
    paths: tuple[Path, ...],
    text: str | None,
    form: str,
    coverage: bool,
    every_rule: bool,
    fail_under: float | None,
    mutate: bool,
    limit: int | None,
    output: Path | None,
    rules: Path | None,
    lang: str | None,
) -> int:
    """Run rule cases: what the rules must make of a lead (files NAME.test.yaml).

    PATHS are such files, or folders with such files somewhere in them; without them, the rules
    folder. Exit codes: 0 all passed; 1 a case failed; 2 a file of cases or the rules can't be used.
    """
    from groupbuy.authoring.cases.bench import Bench
    from groupbuy.authoring.cases.coverage import coverage as covered

    if (every_rule or fail_under is not None) and not coverage:
        fail("bad-option", "--every-rule and --fail-under go with --coverage", "--coverage")
    if limit is not None and not mutate:
        fail("bad-option", "--limit goes with --mutate", "--mutate --limit 1000")
    if (coverage or mutate) and form == "junit":
        fail("bad-option", "JUnit's form has no place for coverage and mutants", "--format json")
    cases = _chosen(_read(paths or (_default(rules),)), text)
    bench = Bench(rules, plugins_dir=plugins_dir())
    bench.check(cases)
    outcomes = [bench.run(case, states=coverage) for case in progress()(cases, "cases")]
    found = covered(bench, outcomes) if coverage else None
    failed = [outcome for outcome in outcomes if not outcome.passed]
    mutants = _mutated(bench, cases, limit) if mutate and not failed else None
    report = Report(outcomes, found, every_rule, mutants)
    deliver(report.shown(form, lang_of(lang), screen=output is None), output)
    if mutate and failed:
        click.echo("no mutant was tried: all cases must pass first", err=True)
    if failed:
        next_step(f'→ groupbuy test -k "{failed[0].case.name}"')
    short = found is not None and fail_under is not None and found.percent < fail_under
    return FINDINGS if failed or short else DONE


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


def _mutated(bench: Bench, cases: list[RuleCase], limit: int | None) -> Mutation:
    """What the cases notice of slips in the rules; a bar on a terminal shows how far it is."""
    from groupbuy.authoring.cases.mutate import LIMIT, mutate

    return mutate(bench, cases, limit or LIMIT, progress())


@dataclass(frozen=True)
class Report:
    """All that came of the cases."""

    outcomes: list[Outcome]
    coverage: Coverage | None
    every_rule: bool
    mutation: Mutation | None

    def shown(self, form: str, lang: str, *, screen: bool) -> str:
        """The report in one of the formats."""
        from groupbuy.authoring.cases.coverage import coverage_data, coverage_text
        from groupbuy.authoring.cases.mutate import mutation_data, mutation_text
        from groupbuy.authoring.cases.report import report_data, report_junit, report_text
        from groupbuy.authoring.layout import Paint

        if form == "json":
            data = report_data(self.outcomes)
            if self.coverage is not None:
                data["coverage"] = coverage_data(self.coverage)
            if self.mutation is not None:
                data["mutants"] = mutation_data(self.mutation)
            return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        if form == "junit":
            return report_junit(self.outcomes)
        paint = Paint(screen and wants_colour(sys.stdout))
        text = report_text(self.outcomes, lang, paint)
        cells = width() if screen else 160
        if self.mutation is not None:
            text = f"{text}\n{mutation_text(self.mutation, lang, cells, paint)}"
        if self.coverage is not None:
            told = coverage_text(self.coverage, lang, cells, paint, every=self.every_rule)
            text = f"{text}\n{told}"
        return text
