"""The result contract: plain data whose form `groupbuy schema result` describes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from groupbuy import __version__
from groupbuy.engine import wording
from groupbuy.engine.asking import Asker
from groupbuy.engine.conclusions import MASKED, LeadConclusions
from groupbuy.engine.failing import HELD
from groupbuy.engine.run import Case, Run
from groupbuy.engine.standing import Standings
from groupbuy.errors import Problem
from groupbuy.model.lead import SetAside
from groupbuy.plugins.guard import PluginError
from groupbuy.plugins.registry import Registry
from groupbuy.rules.ruleset import RuleSet
from groupbuy.sections.base import Lowered
from groupbuy.sections.gates import VERDICT, VERDICTS
from groupbuy.tree import naming
from groupbuy.tree.nodes import NONE
from groupbuy.tree.types import Kind
from groupbuy.watch import Watch, unwatched

CONTRACT = 1
QUESTIONS = 3
CORE = ("facts", "scores", "grades")
OWN_PLACE = ("settings", "gates", "plays", *CORE)
"""Sections that results show in their own way; every other stands under its name."""


FAILED = {"value": None, "status": "failed"}
"""In place of a value that depends on what a plugin did not give."""


@dataclass(frozen=True)
class Shown:
    """What of the results is wanted, and for whom."""

    lang: str = "en"
    columns: tuple[str, ...] = ()
    questions: int = QUESTIONS
    show_pii: bool = False
    whole: bool = True
    """Everything that was worked out, or only the columns."""
    watch: Watch = unwatched


@dataclass
class Result:
    """The results as plain data, and whether they are complete."""

    data: dict[str, Any]
    incomplete: bool = False
    cases: list[Case] = field(default_factory=list)
    standings: dict[str, Standings] = field(default_factory=dict)
    run: Run | None = None
    ranked: Sequence[Case] = ()
    """With `run`: all leads that were evaluated, shown or not, in the order in which to call."""


class Presenter:
    """Turns a run into the result contract."""

    def __init__(self, rules: RuleSet, plugins: Registry, asker: Asker, options: Shown) -> None:
        """`options` says what is wanted."""
        self.rules, self.plugins, self.shown = rules, plugins, options
        self.model = rules.project.model
        self.surveys: dict[str, Any] = {}
        self.asker = asker

    def result(
        self, run: Run, cases: Sequence[Case], aside: Iterable[SetAside], command: dict[str, Any]
    ) -> Result:
        """All of the run's summary, and `cases` in their order."""
        outside = [self.set_aside(item.id, item.at.short, item.problems) for item in aside]
        outside += [
            self.set_aside(case.lead.id, case.lead.at.short, problems)
            for case, problems in run.set_aside
        ]
        verdicts = [case.env.get(VERDICT, VERDICTS[0]) for case in run.cases]
        failed = self.survey(run)
        shown = [self.lead(case) for case in self.shown.watch(cases, "explain")]
        data: dict[str, Any] = {
            "groupbuy": CONTRACT,
            "run": {
                "as_of": wording.iso(self.rules.as_of),
                "rules_hash": self.rules.project.digest,
                "engine": "rows",
                "version": __version__,
                "plugins": self.plugins.identities(),
                "lang": self.shown.lang,
                "currency": self.rules.project.currency,
                **command,
            },
            "summary": {
                "leads": len(run.cases) + len(outside),
                **{verdict: verdicts.count(verdict) for verdict in VERDICTS},
                "set_aside": len(outside),
                "unranked": self.unranked(run),
            },
            "leads": shown,
            "set_aside": outside,
            "errors": [*self.errors(run, shown), *failed],
        }
        incomplete = bool(outside or data["errors"])
        return Result(data, incomplete, list(cases), run.standings)

    def survey(self, run: Run) -> list[dict[str, Any]]:
        """Let sections look at all leads together; what failed at that."""
        failed: list[dict[str, Any]] = []
        for name, section in self.rules.sections.items():
            survey = getattr(section, "survey", None)
            if survey is None:
                continue
            leads = [
                (case.plan.stack.entries(name), self.conclusions(case))
                for case in run.cases
                if case.plan is not None
            ]
            try:
                self.surveys[name] = survey(leads)
            except PluginError as failure:
                first = min((case.lead.id for case in run.cases), default="")
                failed.append({"problem": str(failure), "leads": len(leads), "first": first})
        return failed

    def errors(self, run: Run, shown: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """What plugins failed at, each message once with the number of leads it concerns."""
        leads: dict[str, set[str]] = {}
        for case in run.cases:
            for message in case.failures.values():
                leads.setdefault(message, set()).add(case.lead.id)
        for lead in shown:
            for message in lead.get("failed", ()):
                leads.setdefault(message, set()).add(lead["id"])
        return [
            {"problem": message, "leads": len(ids), "first": min(ids)}
            for message, ids in sorted(leads.items())
        ]

    def unranked(self, run: Run) -> dict[str, int]:
        """How many leads each ranking had to leave out, by the name that authors know."""
        found: dict[str, int] = {}
        for name, count in run.unranked.items():
            if count:
                # A grade's cuts may read costs that its ranks don't.
                found[naming.as_written(name)] = max(count, found.get(naming.as_written(name), 0))
        return found

    def set_aside(self, id: str | None, at: str, problems: Iterable[Problem]) -> dict[str, Any]:
        """A lead that got no result, and why."""
        return {"id": id, "at": at, "problems": [str(problem) for problem in problems]}

    def conclusions(self, case: Case) -> LeadConclusions:
        """One lead's results, ready to be shown."""
        return LeadConclusions(
            case,
            self.model,
            self.shown.lang,
            self.rules.project.currency,
            self.rules.as_of,
            show_pii=self.shown.show_pii,
        )

    def lead(self, case: Case) -> dict[str, Any]:
        """Everything about one lead."""
        lead = self.conclusions(case)
        stopped = lead.value(VERDICT) == "stop"
        failed: list[str] = list(case.failures.values())
        sections = {name: self.section(name, lead, failed) for name in self.rules.sections}
        plays = (
            []
            if stopped
            else [
                _of_lead(move, case.lead.id)
                for moves in sections["plays"].values()
                for move in moves
            ]
        )
        plays.sort(key=lambda move: (move.get("due") is None, move.get("due") or "", move["key"]))
        asked = [
            name
            for name in self.shown.columns
            if name not in self.model.entries and name != VERDICT
        ]
        data: dict[str, Any] = {
            "id": case.lead.id,
            "name": self.name(case),
            "at": case.lead.at.short,
            "packs": list(case.plan.stack.names) if case.plan else [],
            "open_packs": [pack.name for pack in case.open_packs],
            "rank": case.rank,
            "verdict": self.verdict(lead, sections["gates"]),
            **{name: sections[name] for name in CORE},
            **{name: shown for name, shown in sections.items() if name not in OWN_PLACE},
            "plays": plays,
            "questions": [] if stopped else self.asker.ask(lead, asked, self.shown.questions),
        }
        fields = {
            name: self.field(case, name) for name in self.shown.columns if name in self.model.fields
        }
        if fields:
            data["fields"] = fields
        if failed:
            data["failed"] = sorted(set(failed))
        if case.lead.assumed:
            data["assumed"] = sorted(case.lead.assumed)
        return data

    def section(
        self, name: str, lead: LeadConclusions, failed: list[str] | None = None
    ) -> dict[str, Any]:
        """What a section shows for a lead, by id; what a plugin failed at is added to `failed`."""
        section = self.rules.sections[name]
        lead.survey = self.surveys.get(name)
        found: dict[str, Any] = {}
        for lowered in lead.plan.stack.entries(name):
            if name in CORE and not self.shown.whole and lowered.entry.id not in self.shown.columns:
                continue
            try:
                shown = section.present(lowered, lead)
            except PluginError as failure:
                if failed is not None:
                    failed.append(str(failure))
                shown = dict(FAILED)
            if lead.case.touched:
                shown = self.without_failed(name, lowered, shown, lead.case)
            if shown is not None:
                found[lowered.entry.id] = shown
        return self.arranged(name, found, failed)

    def arranged(
        self, name: str, found: dict[str, Any], failed: list[str] | None
    ) -> dict[str, Any]:
        """The entries that a plugin's section wants shown, in its order; what failed stays."""
        arrange = getattr(self.rules.sections[name], "arrange", None)
        if arrange is None or not found:
            return found
        whole = {id: shown for id, shown in found.items() if shown != FAILED}
        try:
            kept = arrange(whole)
        except PluginError as failure:
            if failed is not None:
                failed.append(str(failure))
            return found
        return {id: found[id] for id in (*kept, *(id for id in found if id not in whole))}

    def without_failed(self, section: str, lowered: Lowered, shown: Any, case: Case) -> Any:
        """What is shown of an entry, without values that depend on what a plugin did not give."""
        names = {definition.name for definition in lowered.definitions}
        if section in ("settings", "plays") or not names & case.touched:
            return shown
        if section != "gates":
            return dict(FAILED)
        for item in (shown or {}).get("unknown", ()):
            item.update(then=HELD, failed=sorted(case.failures))
        return shown

    def verdict(self, lead: LeadConclusions, gates: dict[str, Any]) -> dict[str, Any]:
        """The worst of the gates, and why; the reasons for the worst come first."""
        reasons = [reason for gate in gates.values() for reason in gate.get("reasons", ())]
        reasons.sort(key=lambda reason: (-VERDICTS.index(reason["verdict"]), reason["gate"]))
        value = lead.value(VERDICT)
        return {
            "value": value if isinstance(value, str) else VERDICTS[0],
            "reasons": reasons,
            "unknown": sorted(
                (item for gate in gates.values() for item in gate.get("unknown", ())),
                key=lambda item: str(item["gate"]),
            ),
        }

    def name(self, case: Case) -> str | None:
        """The lead's name, if the model has one."""
        value = case.lead.values.get("name")
        field = self.model.fields.get("name")
        if value is not None and field is not None and field.pii and not self.shown.show_pii:
            return MASKED
        return value if isinstance(value, str) else None

    def field(self, case: Case, name: str) -> Any:
        """A field of the lead, for a column of its own."""
        field = self.model.fields[name]
        value = case.lead.values.get(name)
        if value is not None and field.pii and not self.shown.show_pii:
            return MASKED
        return wording.plain(value, field.type)


def _of_lead(move: dict[str, Any], id: str) -> dict[str, Any]:
    """A move under its lead's name; a lead that it creates is called like the move."""
    key = f"{id}/{move['key']}"
    lead = {"lead": {"id": key, **move["lead"]}} if "lead" in move else {}
    return {**move, "key": key, **lead}


class Ranking:
    """The order in which to call."""

    def __init__(self, rules: RuleSet, by: Sequence[str]) -> None:
        """`by` names numbers, scores, dates or grades, the most important first."""
        self.rules, self.by = rules, by

    def ranked(self, cases: Iterable[Case]) -> list[Case]:
        """The leads in order with their ranks; stopped leads come last and have no rank."""
        ordered = sorted(cases, key=self.key)
        place = 0
        for case in ordered:
            case.rank = None
            if case.env.get(VERDICT) != "stop":
                place += 1
                case.rank = place
        return ordered

    def key(self, case: Case) -> tuple[Any, ...]:
        """Highest first, unknown after known, ties by id."""
        stopped = case.env.get(VERDICT) == "stop"
        return (stopped, *(self.part(case, name) for name in self.by), case.lead.id)

    def part(self, case: Case, name: str) -> tuple[int, Any]:
        """One criterion: known values in order, then unknown, then what does not apply."""
        value = case.env.get(name)
        if value is None:
            value = case.env.get(naming.value(name))
        if value is None:
            return (1, 0)
        if value is NONE:
            return (2, 0)
        if isinstance(value, bool):
            return (0, -int(value))
        if isinstance(value, str):
            found = self.rules.scope.value(name)
            words = found.type.values if found is not None else ()
            if found is not None and found.type.kind is Kind.CHOICE and value in words:
                return (0, words.index(value))
            return (1, 0)
        return (0, -value)
