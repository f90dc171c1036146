"""All checks over all entries, in every stack of packs that makes a difference to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from groupbuy.authoring.findings.allow import allows_of, sifted
from groupbuy.authoring.findings.conditions import check_conditions
from groupbuy.authoring.findings.examples import Examples
from groupbuy.authoring.findings.finding import Finding
from groupbuy.authoring.findings.forms import check_forms
from groupbuy.authoring.findings.names import check_languages, check_names
from groupbuy.authoring.findings.outcome import Case, Outcome
from groupbuy.authoring.findings.packs import check_packs
from groupbuy.authoring.findings.scores import check_scores
from groupbuy.authoring.findings.stacks import Stacks
from groupbuy.authoring.findings.view import Shared
from groupbuy.engine.workspace import Workspace
from groupbuy.reason.prove import Prover
from groupbuy.reason.solve import NotSettledError, Solver
from groupbuy.rules.entries import Key
from groupbuy.rules.merge import leaves
from groupbuy.rules.pack import Pack
from groupbuy.rules.project import Project

CHECKS: tuple[Callable[[Case], None], ...] = (check_conditions, check_forms, check_scores)
"""What is looked at in every entry, in one stack at a time."""


STEPS, STEPS_EACH = 400_000, 1_500
"""The work for one run: so much, and so much more for each value that is written in the packs."""


@dataclass(frozen=True)
class Report:
    """What was found, in the order of the files, and how many questions were not settled.

    A question that takes too much work stays open; nothing is said about it.
    """

    findings: tuple[Finding, ...]
    open: int

    @property
    def mistakes(self) -> list[Finding]:
        """The findings that are no notes."""
        return [finding for finding in self.findings if not finding.note]

    @property
    def notes(self) -> list[Finding]:
        """What may well be meant."""
        return [finding for finding in self.findings if finding.note]


def find(
    workspace: Workspace, between: Callable[[], None] = lambda: None, *, prove: bool = False
) -> Report:
    """Everything that can be found in rules that have no errors.

    `between` is called before each entry; what it raises ends the search. With `prove`, also what
    follows from arithmetic. Raises `GroupbuyError` without that extra.
    """
    search = _Search(workspace, between, prove=prove)
    found = list(search.findings())
    order = {pack.at.file: number for number, pack in enumerate(workspace.project.packs)}

    def place(finding: Finding) -> tuple[int, int, int, str]:
        at = finding.at
        return order.get(at.file, len(order)), at.line or 0, at.column or 0, finding.code

    unique = {(f.code, f.at, f.message): f for f in reversed(found)}
    left = sifted(unique.values(), allows_of(workspace.project), search.looked_at)
    return Report(tuple(sorted(left, key=place)), search.open)


def _size(project: Project) -> int:
    """How many values are written in the packs."""
    return sum(
        1
        for pack in project.packs
        for sections in (pack.sections, pack.changes)
        for entries in sections.values()
        for entry in entries.values()
        for _ in leaves(entry.node)
    )


class _Search:
    """One run over a rule set."""

    def __init__(
        self, workspace: Workspace, between: Callable[[], None], *, prove: bool = False
    ) -> None:
        self.workspace, self.rules, self.between = workspace, workspace.rules, between
        shared = Shared()
        prover = Prover(shared.memory) if prove else None
        self.solver = Solver(STEPS + STEPS_EACH * _size(workspace.project), prover)
        self.stacks = Stacks(self.rules, self.solver, shared)
        self.examples = Examples(workspace, self.solver)
        self.looked_at: set[Key] = set()
        self.unseen = 0

    @property
    def open(self) -> int:
        """Questions that were not settled, and entries that were not looked at."""
        return self.solver.unsettled + self.unseen

    def findings(self) -> Iterator[Finding]:
        """Everything, in no order."""
        yield from check_packs(self.stacks, self.solver, self.examples)
        for key, definers in self.rules.base.items():
            for definer, _ in definers:
                self.between()
                yield from self.entry(key, definer)
        yield from check_names(self.rules)
        yield from check_languages(self.rules)

    def entry(self, key: Key, definer: Pack) -> Iterator[Finding]:
        """What is to be said of one entry in all its stacks together."""
        try:
            outcomes = self.outcomes(key, definer)
        except (RecursionError, NotSettledError):
            outcomes = None
        if outcomes is None:
            self.unseen += 1
            return
        self.looked_at.add(key)
        told: dict[object, list[Outcome]] = {}
        for outcome in outcomes:
            told.setdefault((outcome.code, outcome.place, outcome.proved), []).append(outcome)
        for same in told.values():
            # What is proved must hold in every stack; what an example shows, in one.
            if same[0].finding is None or any(o.finding is None for o in same):
                continue
            finding, example = same[0].finding, same[0].example
            record = finding.example if example is None else example()
            yield replace(finding, example=record)

    def outcomes(self, key: Key, definer: Pack) -> list[Outcome] | None:
        """What each check says in each stack; of a setting there is nothing to say."""
        if key[0] == "settings":
            return []
        views = self.stacks.around(key, definer)
        if views is None:
            return None
        found: list[Outcome] = []
        for view in views:
            lowered = view.stack.lowered.get(key[0], {}).get(key[1])
            if lowered is None:
                continue
            case = Case(key, lowered, view, self.solver, self.examples)
            for check in CHECKS:
                check(case)
            found += case.outcomes
        return found
