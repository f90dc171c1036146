"""The composition root: rules, leads and the date of the run come together here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from groupbuy.engine.asking import Asker
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.engine.near import nearly
from groupbuy.engine.results import Presenter, Ranking, Result, Shown
from groupbuy.engine.run import Case, Engine, Run
from groupbuy.engine.standing import Standings, StoredCuts
from groupbuy.engine.wording import iso
from groupbuy.errors import GroupbuyError, Location, Problem, Problems, Source, did_you_mean
from groupbuy.model.lead import Lead, LeadFile, SetAside
from groupbuy.model.model import LeadModel
from groupbuy.model.names import listed
from groupbuy.plugins.active import Active, active_plugins
from groupbuy.plugins.registry import Registry
from groupbuy.rules.project import (
    DEFAULT_COLUMNS,
    Kept,
    ProjectFile,
    ReadSource,
    find_rules,
    load_project,
    read_project_file,
)
from groupbuy.rules.ruleset import RuleSet
from groupbuy.sections.base import Lowered, Section
from groupbuy.sections.facts import Facts
from groupbuy.sections.gates import Gates
from groupbuy.sections.grades import Grades
from groupbuy.sections.plays import Plays
from groupbuy.sections.scores import Scores
from groupbuy.sections.settings import Settings
from groupbuy.source.limits import within
from groupbuy.source.nodes import Scalar
from groupbuy.source.yaml import read_source
from groupbuy.tree.nodes import Expr
from groupbuy.tree.types import Kind
from groupbuy.watch import Watch, unwatched

CORE_SECTIONS: tuple[Section, ...] = (
    Settings(),
    Facts(),
    Gates(),
    Scores(),
    Grades(),
    Plays(),
)


@dataclass(frozen=True)
class Options:
    """How a run is made. `as_of` is a day number; `columns` and `lang` say what is shown.

    `plugins` are active beside those that the project lists: a command of a plugin names its own.
    `plugins_dir` is a folder of plugins that are no packages; all in it are active. `layers` are
    packs of plugins that lie over the project's own, where it does not list the plugin.
    """

    as_of: int
    lang: str = "en"
    settings: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    where: str | None = None
    top: int | None = None
    questions: int = 3
    show_pii: bool = False
    whole: bool = True
    plugins: tuple[str, ...] = ()
    plugins_dir: Path | None = None
    layers: tuple[str, ...] = ()
    cuts: StoredCuts | None = None
    """The populations of an earlier run, in which leads are placed."""
    keep_cuts: bool = False
    """Whether the populations of this run are to be kept."""
    read: ReadSource = read_source
    """How rule files are read: an editor has texts that are not saved."""
    watch: Watch = unwatched
    """Who sees leads pass while they are worked on."""
    kept: Kept | None = None
    """Packs of an earlier day, in place of those that are installed."""


def opened_plugins(
    rules: Path | str | None,
    options: Options,
    here: Path | None = None,
    shown: str | None = None,
) -> tuple[ProjectFile, Active]:
    """The `groupbuy.yaml` of a rules folder, and the plugins that are active for it.

    Packs are not read: what is wrong with them stands in nobody's way. Raises `GroupbuyError`.
    """
    file = read_project_file(find_rules(rules, here or Path.cwd()), shown, options.read)
    return file, active_plugins(file.plugins, options.plugins, options.plugins_dir, CORE_SECTIONS)


@dataclass(frozen=True)
class Concluded:
    """One lead, the packs that apply to it, a section's entries for it, and all its values."""

    lead: Lead
    packs: tuple[str, ...]
    entries: list[Lowered]
    conclusions: LeadConclusions


class Workspace:
    """A rules folder opened for one run."""

    def __init__(
        self,
        rules: Path | str | None,
        options: Options,
        here: Path | None = None,
        shown: str | None = None,
        faults: Problems | None = None,
    ) -> None:
        """Read and check the rules. Raises `GroupbuyError` with all that is wrong with them.

        With `faults` it is noted there, as far as something can be read at all: names and places
        of such rules can be looked up, but no lead can be evaluated. `unread` says whether packs
        are missing.

        `shown` is how messages and results name the folder, where its own name says nothing.
        `warnings` tell of plugins that could not be used and that no rule needed.
        """
        self.options = options
        file, active = opened_plugins(rules, options, here, shown)
        self.plugins: Registry = active.registry
        self.warnings = active.problems
        try:
            extensions = self.plugins.extensions(CORE_SECTIONS)
            # Who lists a plugin says which of its packs they want; a command brings them to others.
            layers = options.layers
            brought = [each for each in layers if each.partition(":")[0] not in active.listed]
            self.project = load_project(
                file, extensions, options.as_of, brought, faults, kept=options.kept
            )
            self.warnings += self.project.warnings
            self.unread = bool(faults is not None and faults.found)
            inside = None if faults is None else Problems()
            with within(self.project.limits):
                self.rules = RuleSet(
                    self.project, extensions, options.as_of, options.settings, inside
                )
            if faults is not None and inside is not None:
                # Without all packs, names are missed that are only out of reach.
                faults.extend(self.project.problems if self.unread else inside)
        except GroupbuyError as error:
            raise GroupbuyError(*error.problems, *self.warnings) from None
        problems = Problems()
        self.rank_by = self.checked(self.project.rank_by, problems, ranking=True)
        self.columns = self.chosen_columns(problems)
        self.where = self.condition(problems)
        if faults is None:
            problems.raise_any()
        elif not faults.found:
            faults.extend(problems)

    @property
    def model(self) -> LeadModel:
        """The lead model, with the fields that packs add."""
        return self.project.model

    # ── what was asked for ──

    def chosen_columns(self, problems: Problems) -> tuple[str, ...]:
        """The columns asked for on the command line, else the project's."""
        if self.options.columns:
            source = Source("--columns", ",".join(self.options.columns))
            wanted = tuple((name, source.at(1)) for name in self.options.columns)
            return self.checked(wanted, problems)
        stated = self.project.columns or tuple(
            (name, Location("groupbuy.yaml"))
            for name in DEFAULT_COLUMNS
            if self.rules.scope.value(name) is not None
        )
        return self.checked(stated, problems)

    def checked(
        self, wanted: Sequence[tuple[str, Location]], problems: Problems, *, ranking: bool = False
    ) -> tuple[str, ...]:
        """The names that are there; the others are problems."""
        found: list[str] = []
        for name, at in wanted:
            tree = self.rules.scope.value(name)
            proper = getattr(tree, "name", None)
            if tree is None or proper is None:
                problems.add(
                    "unknown-name",
                    f'nothing is called "{name}"',
                    at,
                    did_you_mean(name, self.rules.scope.names()),
                    len(name),
                )
            elif ranking and tree.type.kind in (Kind.TEXT, Kind.CHOICES, Kind.DATES):
                problems.add(
                    "type-mismatch",
                    f"leads can't be ranked by {name}, which is a {tree.type}",
                    at,
                    "rank by a number, a date or a grade",
                    len(name),
                )
            else:
                found.append(proper)
        return tuple(found)

    def condition(self, problems: Problems) -> Expr | None:
        """The condition of `--where`."""
        if self.options.where is None:
            return None
        text = self.options.where
        try:
            return self.rules.scope.condition(Scalar(Source("--where", text), 1, 1, text, text, ""))
        except GroupbuyError as error:
            problems.extend(error.problems)
            return None

    # ── running ──

    def run(self, leads: LeadFile) -> tuple[Run, list[Case]]:
        """Evaluate all leads; returns the run and its cases in the order in which to call."""
        run = self.engine.run(leads.leads)
        return run, Ranking(self.rules, self.rank_by).ranked(run.cases)

    @cached_property
    def engine(self) -> Engine:
        """What evaluates; whatever it compiled for a lead is there for the next one."""
        options = self.options
        return Engine(
            self.rules,
            None if options.cuts is None else options.cuts.populations,
            keep_standings=options.keep_cuts,
            watch=options.watch,
        )

    @cached_property
    def asker(self) -> Asker:
        """What knows the answers worth trying."""
        return Asker(self.model, self.options.as_of)

    def presenter(self, lang: str | None = None, only: Sequence[str] | None = None) -> Presenter:
        """What turns cases into results, in another language than the run's where it is named.

        `only` names the facts, scores and grades that are wanted; of the others nothing is shown.
        """
        return Presenter(
            self.rules,
            self.plugins,
            self.asker,
            Shown(
                lang or self.options.lang,
                self.columns if only is None else tuple(only),
                self.options.questions,
                self.options.show_pii,
                self.options.whole and only is None,
                self.options.watch,
            ),
        )

    def evaluate(self, leads: LeadFile, *, keep: bool = False) -> Result:
        """Evaluate leads and choose those to show; `keep` all of them with the result."""
        run, ranked = self.run(leads)
        presenter = self.presenter()
        chosen = ranked
        if self.where is not None:
            chosen = [c for c in ranked if presenter.conclusions(c).holds(self.where) is True]
        counts = {"matched": len(chosen)}
        if self.options.top is not None:
            chosen = chosen[: self.options.top]
        counts["shown"] = len(chosen)
        result = presenter.result(run, chosen, leads.set_aside, counts)
        if keep:
            result.run, result.ranked = run, ranked
        return result

    def stored(self, standings: Mapping[str, Standings]) -> StoredCuts:
        """The populations of a run, with the rules and the day that they belong to."""
        return StoredCuts(self.project.digest, iso(self.options.as_of), dict(standings))

    def concluded(self, leads: LeadFile, section: str) -> tuple[list[Concluded], list[SetAside]]:
        """Every lead with the entries of one section that are its own; and the leads set aside."""
        run, ranked = self.run(leads)
        presenter = self.presenter()
        found = [
            Concluded(
                case.lead,
                plan.stack.names,
                plan.stack.entries(section),
                presenter.conclusions(case),
            )
            for case in ranked
            if (plan := case.plan) is not None
        ]
        aside = [SetAside(c.lead.id, c.lead.at, tuple(problems)) for c, problems in run.set_aside]
        return found, [*leads.set_aside, *aside]

    def explain(self, leads: LeadFile, wanted: str) -> Result:
        """Evaluate all leads and show one, with everything that nearly decided otherwise."""
        run, ranked = self.run(leads)
        case = self.find(ranked, wanted)
        presenter = self.presenter()
        result = presenter.result(run, [case], leads.set_aside, {"matched": 1, "shown": 1})
        result.data["leads"][0]["nearly"] = nearly(presenter.conclusions(case))
        return result

    def find(self, ranked: Sequence[Case], wanted: str) -> Case:
        """The lead with an id or a name. Raises `GroupbuyError` where there is none."""
        for case in ranked:
            if case.lead.id == wanted or case.lead.values.get("name") == wanted:
                return case
        ids = sorted(case.lead.id for case in ranked)
        known = ids + [str(case.lead.values.get("name") or "") for case in ranked]
        raise GroupbuyError(
            Problem(
                "unknown-lead",
                f'there is no lead "{wanted}"',
                None,
                did_you_mean(wanted, known) or f"the file has: {listed(ids)}",
            )
        )
