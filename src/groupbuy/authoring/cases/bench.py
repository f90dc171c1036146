"""Rules opened for cases, and cases run on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from groupbuy.authoring.cases.case import STATES, Check, Failure, Outcome, RuleCase
from groupbuy.authoring.cases.judge import Judge, named, told, unmet_error
from groupbuy.authoring.cases.values import readable
from groupbuy.authoring.cases.ways import Outline
from groupbuy.engine.results import Presenter, Ranking, Shown
from groupbuy.engine.run import Case, Engine
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Problem, Problems, did_you_mean
from groupbuy.files.leads import read_leads
from groupbuy.files.record import record_of
from groupbuy.model.lead import Lead, LeadFile, SetAside, read_record
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.rules.assembling import Assembler
from groupbuy.rules.ruleset import RuleSet
from groupbuy.source.limits import within
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar, Sequence
from groupbuy.tree.types import Kind

LEAD = "lead"
"""The id of a lead that has none of its own."""

_Key = tuple[str, int, tuple[tuple[str, str], ...]]


class Opened:
    """A workspace with what many cases share: the compiled plans, and the paths of its rules."""

    def __init__(self, workspace: Workspace) -> None:
        """`workspace` is one for the case's rules, day and settings."""
        self.workspace = workspace
        self.engine = Engine(workspace.rules)
        self.assembler = workspace.rules.assembler
        self.ranking = Ranking(workspace.rules, workspace.rank_by)
        self._outline: Outline | None = None
        self._presenters: dict[str, Presenter] = {}

    @property
    def rules(self) -> RuleSet:
        """The rules."""
        return self.workspace.rules

    def anew(self) -> Opened:
        """The same rules after something in them was changed: nothing is compiled yet."""
        rules = self.rules
        found = Opened(self.workspace)
        found.assembler = Assembler(rules.entries, rules.as_of, rules.overrides)
        found._outline = self.outline
        return found

    @property
    def outline(self) -> Outline:
        """The paths of the rules."""
        if self._outline is None:
            self._outline = Outline(self.rules)
        return self._outline

    def presenter(self, lang: str) -> Presenter:
        """What shows results in a language."""
        if lang not in self._presenters:
            shown = Shown(lang, self.workspace.columns)
            self._presenters[lang] = Presenter(
                self.rules, self.workspace.plugins, self.workspace.asker, shown
            )
        return self._presenters[lang]


class Bench:
    """Opens the rules that cases need, each combination of folder, day and settings once."""

    def __init__(
        self,
        rules: Path | str | None = None,
        here: Path | None = None,
        plugins_dir: Path | None = None,
    ) -> None:
        """`rules` stands for what the files of cases name; `here` is where `./rules` may be.

        `plugins_dir` is a folder of plugins that are not installed.
        """
        self.rules, self.here, self.plugins_dir = rules, here, plugins_dir
        self._opened: dict[_Key, Opened | GroupbuyError] = {}

    def opened(self, case: RuleCase, *, plain: bool = False) -> Opened:
        """The rules for a case; `plain` without its settings. Raises `GroupbuyError`."""
        settings = {} if plain else case.settings
        folder = self.rules if self.rules is not None else case.rules
        key = (self.folder(case), case.as_of, tuple(sorted(settings.items())))
        if key not in self._opened:
            options = Options(case.as_of, case.lang, dict(settings), plugins_dir=self.plugins_dir)
            try:
                self._opened[key] = Opened(Workspace(folder, options, self.here))
            except GroupbuyError as error:
                self._opened[key] = error
        found = self._opened[key]
        if isinstance(found, GroupbuyError):
            raise found
        return found

    def check(self, cases: Iterable[RuleCase]) -> None:
        """Raise `GroupbuyError` with every path, name and word that the rules don't have."""
        problems = Problems()
        for case in cases:
            with problems.collecting():
                check_case(case, self.opened(case, plain=True), problems)
        problems.raise_any()

    def outlines(self) -> dict[str, Outline]:
        """The paths of each rules folder that was opened, by its name."""
        found: dict[str, Outline] = {}
        for (folder, _, settings), opened in self._opened.items():
            if isinstance(opened, Opened) and not settings:
                found.setdefault(folder, opened.outline)
        return found

    def folder(self, case: RuleCase) -> str:
        """The name of the rules folder that a case is run on."""
        return str(self.rules if self.rules is not None else case.rules)

    def run(self, case: RuleCase, *, states: bool = False) -> Outcome:
        """Run one case. `states` keeps what each rule did."""
        try:
            opened = self.opened(case)
        except GroupbuyError as error:
            return _ended(case, error.problems)
        return run_case(case, opened, states=states)


def check_case(case: RuleCase, opened: Opened, problems: Problems) -> None:
    """Note every path, name and word of a case that the rules don't have."""
    if case.error is None:
        _check_settings(case, opened, problems)
    for check in case.checks:
        with problems.collecting():
            _check(check, opened)


def run_case(case: RuleCase, opened: Opened, *, states: bool = False) -> Outcome:
    """Run one case on rules that are opened for its day and settings.

    `states` keeps what each rule did with each lead.
    """
    try:
        leads = _leads(case, opened.workspace)
    except GroupbuyError as error:
        return _ended(case, error.problems)
    ranked, aside = _run(leads, opened)
    if not case.several and (aside or case.error is not None):
        return _ended(case, tuple(problem for problems in aside.values() for problem in problems))
    judges = {id: _judge(found, opened, case.lang) for id, found in ranked.items()}
    failures = []
    for check in case.checks:
        failure = _unplaced(check, ranked, aside)
        if failure is None and check.kind != "set_aside":
            id = check.lead if check.lead is not None else next(iter(ranked))
            failure = judges[id].failure(check)
        if failure is not None:
            failures.append(failure)
    kept = tuple(judge.states() for judge in judges.values()) if states else ()
    return Outcome(case, tuple(failures), kept)


def judges_of(case: RuleCase, opened: Opened) -> dict[str, Judge]:
    """The judges of a case's leads, by id; none where they can't be read."""
    try:
        ranked, _ = _run(_leads(case, opened.workspace), opened)
    except GroupbuyError:
        return {}
    return {id: _judge(found, opened, case.lang) for id, found in ranked.items()}


def _run(
    leads: LeadFile, opened: Opened
) -> tuple[dict[str, Case], dict[str | None, tuple[Problem, ...]]]:
    """The leads that were evaluated, in order, and what was wrong with the others, by id."""
    run = opened.engine.run(leads.leads)
    aside = {item.id: item.problems for item in leads.set_aside}
    aside.update((case.lead.id, tuple(problems)) for case, problems in run.set_aside)
    return {case.lead.id: case for case in opened.ranking.ranked(run.cases)}, aside


def _judge(case: Case, opened: Opened, lang: str) -> Judge:
    presenter = opened.presenter(lang)
    return Judge(opened.outline, presenter, presenter.conclusions(case))


def _ended(case: RuleCase, problems: tuple[Problem, ...]) -> Outcome:
    """A case that ended in errors, or that should have."""
    if case.error is not None:
        failure = unmet_error(case.error, problems)
        return Outcome(case, (failure,) if failure else ())
    return Outcome(case, (Failure(case.checks[0], "a result", "an error", told(problems)),))


def _unplaced(
    check: Check, ranked: Mapping[str, Case], aside: Mapping[str | None, tuple[Problem, ...]]
) -> Failure | None:
    """What is wrong before a lead's results are looked at: it is set aside, or should be."""
    if check.lead is None:
        return None
    if check.kind == "set_aside":
        return unmet_error(check, aside.get(check.lead, ()))
    if check.lead in ranked:
        return None
    problems = aside.get(check.lead, ())
    came = "the lead is set aside" if problems else "there is no such lead"
    known = ", ".join(list(ranked)[:10])
    return Failure(
        check, f"a result for {check.lead}", came, told(problems) or (f"leads: {known}",)
    )


# ── leads ──


def _leads(case: RuleCase, workspace: Workspace) -> LeadFile:
    """The leads of a case. Raises `GroupbuyError`."""
    model = workspace.model
    if isinstance(case.leads, Path):
        with within(workspace.project.limits):
            return read_leads([case.leads], model)
    if isinstance(case.leads, MappingNode):
        found = _lead(case.leads, model)
        return LeadFile([found]) if isinstance(found, Lead) else LeadFile(set_aside=[found])
    result = LeadFile()
    seen: dict[str, Node] = {}
    for node in case.leads.items:
        assert isinstance(node, MappingNode)
        found = _lead(node, model)
        if isinstance(found, Lead):
            result.leads.append(found)
        else:
            result.set_aside.append(found)
        if found.id is not None and seen.setdefault(found.id, node) is not node:
            message = f"the id {quote(found.id)} is given twice: first at {seen[found.id].at}"
            raise GroupbuyError(Problem("lead-same-id", message, node.at, "give it another id"))
    return result


def _lead(node: MappingNode, model: LeadModel) -> Lead | SetAside:
    """One lead as it stands in a case; without an id it is called `lead`."""
    record = record_of(node, model)
    if not any(model.resolve(key) == ID for key in record.items):
        record.items[ID] = LEAD
    return read_record(model, record.items, record.places)


# ── names ──


def _check(check: Check, opened: Opened) -> None:
    """Raise `GroupbuyError` where an expectation names what the rules don't have."""
    kind, rules = check.kind, opened.rules
    if kind in (*STATES, "because"):
        whole = ".".join(check.name.split(".")[:2])
        is_grade = kind == "because" and whole == check.name and _grade(rules, check.name)
        if not opened.outline.meant(check.name) and not is_grade:
            grades = [f"grades.{id}" for section, id in rules.base if section == "grades"]
            known = [*opened.outline.near(check.name), *(grades if kind == "because" else ())]
            forms = "gates.GATE, scores.SCORE.RULE, grades.GRADE.WORD or plays.PLAY/CASE"
            raise _unknown("no rule", check, did_you_mean(check.name, known) or forms)
    elif kind == "plays":
        play = check.name.split("/")
        if not any(
            opened.outline.meant(f"plays.{'/'.join(play[:n])}") for n in range(1, len(play) + 1)
        ):
            known = [path.removeprefix("plays.") for path in opened.outline if "plays." in path]
            raise _unknown("no play", check, did_you_mean(check.name, known))
    elif kind in ("facts", "scores", "grades"):
        _check_value(check, opened)
    elif kind == "shows":
        known = [f"{section}.{id}" for section, id in rules.base]
        if check.name not in known:
            raise _unknown("no entry", check, did_you_mean(check.name, known))
    elif kind == "questions" and opened.workspace.model.resolve(check.name) is None:
        raise _unknown("no field", check, did_you_mean(check.name, opened.workspace.model.names))
    elif kind == "packs":
        packs = [pack.name for pack in opened.workspace.project.packs]
        if check.name not in packs:
            raise _unknown("no pack", check, did_you_mean(check.name, packs))


def _check_settings(case: RuleCase, opened: Opened, problems: Problems) -> None:
    """Settings that the rules have. (A case may expect that a value is refused.)"""
    known = [id for kind, id in opened.rules.base if kind == "settings"]
    for name in case.settings:
        if name not in known:
            message = f"{quote(case.name)}: there is no setting {quote(name)}"
            problems.add("unknown-setting", message, case.at, did_you_mean(name, known))


def _grade(rules: RuleSet, path: str) -> bool:
    section, _, name = path.partition(".")
    proper = getattr(rules.scope.value(name), "name", "")
    return section == "grades" and ("grades", proper) in rules.base


def _check_value(check: Check, opened: Opened) -> None:
    """A name that is there, of the right section, and values of its type."""
    rules = opened.rules
    if rules.scope.value(check.name) is None:
        known = [id for kind, id in rules.base if kind == check.kind] or rules.scope.names()
        near = did_you_mean(check.name, known) or did_you_mean(check.name, rules.scope.names())
        raise _unknown(f"no {check.kind.removesuffix('s')}", check, near)
    name, type, words = named(rules, check.name)
    if check.kind != "facts" and (check.kind, name) not in rules.base:
        owner = next((kind for kind, id in rules.base if id == name), "facts")
        message = f"{check.name} is not among the {check.kind}"
        raise GroupbuyError(
            Problem("unknown-path", message, check.at, f"write it under {owner}:", len(check.name))
        )
    parts = check.expected.items if isinstance(check.expected, MappingNode) else None
    problems = Problems()
    for key, node in (parts or {"value": check.expected}).items():
        if key == "status":
            continue
        for item in node.items if isinstance(node, Sequence) and key == "possible" else [node]:
            with problems.collecting():
                if key == "missing":
                    _check_fields(item, opened.workspace.model)
                else:
                    readable(item, type, words)
    if type.kind is Kind.TABLE:
        raise _unknown("no single value", check, "make a fact of an aggregate: count(orders)")
    problems.raise_any()


def _check_fields(node: Node, model: LeadModel) -> None:
    for item in node.items if isinstance(node, Sequence) else []:
        assert isinstance(item, Scalar)
        if model.resolve(item.text.partition(".")[0]) is None:
            hint = did_you_mean(item.text, model.names)
            message = f"no field is called {quote(item.text)}"
            raise GroupbuyError(Problem("unknown-path", message, item.at, hint, len(item.text)))


def _unknown(what: str, check: Check, hint: str | None) -> GroupbuyError:
    message = f"{what} is called {quote(check.name)}"
    return GroupbuyError(Problem("unknown-path", message, check.at, hint, len(check.name)))
