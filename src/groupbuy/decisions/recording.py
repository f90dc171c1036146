"""Records of a run: for each lead what it was judged by, what came of it, and why."""

from __future__ import annotations

import hashlib
import json
import platform
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groupbuy import __version__
from groupbuy.decisions.book import opened_to_add
from groupbuy.decisions.masking import Key, key_beside, masked_input
from groupbuy.decisions.provenance import provenance
from groupbuy.engine.conclusions import LeadConclusions
from groupbuy.engine.results import Presenter, Shown
from groupbuy.engine.run import Case, Run
from groupbuy.engine.standing import StoredCuts, write_cuts
from groupbuy.engine.wording import iso
from groupbuy.engine.workspace import Workspace
from groupbuy.errors import Problem
from groupbuy.model.lead import Lead, SetAside
from groupbuy.render.json import json_text
from groupbuy.rules.stack import Stack
from groupbuy.tree.nodes import Expr, names

_NOT_DECIDED = ("id", "name", "at", "questions", "fields", "assumed")
"""Of what results say of a lead: who it is, and what was asked for on the screen."""
_DOES_NOT_APPLY = {"value": None, "status": "none"}


def log_decisions(
    path: Path,
    workspace: Workspace,
    run: Run,
    ranked: Sequence[Case],
    unread: Sequence[SetAside],
    key: Path | None = None,
) -> tuple[int, str, Key]:
    """Add a record for each lead of a run, shown or not; how many, the head, and the key.

    Raises `GroupbuyError` where the log can't be written, and then nothing is added.
    """
    secret = Key(key or key_beside(path), path)
    head = head_of(workspace)
    count = len(ranked) + len(run.set_aside) + len(unread)
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as prepared:
        # What takes long is done before the log is locked for others.
        for entry in _entries(workspace, run, ranked, unread, secret):
            prepared.write(json_text(entry, tight=True) + "\n")
        prepared.seek(0)
        head["key"] = secret.name
        with opened_to_add(path) as book:
            head["run"] = {"first": book.end.number + 1, "leads": count}
            added, now = book.add({**head, **json.loads(line)} for line in prepared)
    return added, now, secret


def head_of(workspace: Workspace) -> dict[str, Any]:
    """What all records of a run have in common."""
    options, project = workspace.options, workspace.project
    cuts = options.cuts
    return {
        "written": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "as_of": iso(options.as_of),
        "lang": options.lang,
        "version": __version__,
        "python": platform.python_version(),
        "plugins": workspace.plugins.identities(),
        "rules_hash": project.digest,
        "rules": provenance(project).data(),
        "settings": dict(sorted(options.settings.items())),
        "cuts": None if cuts is None else cuts_hash(cuts),
    }


def cuts_hash(cuts: StoredCuts) -> str:
    """What tells the cuts of one run from those of another."""
    return hashlib.sha256(write_cuts(cuts).encode()).hexdigest()


def input_hash(input: Mapping[str, Any]) -> str:
    """The hash of a lead's input as the log holds it, digests in the place of what is masked."""
    return hashlib.sha256(json_text(input, tight=True).encode()).hexdigest()


def _entries(
    workspace: Workspace, run: Run, ranked: Sequence[Case], unread: Sequence[SetAside], key: Key
) -> Iterator[dict[str, Any]]:
    recorder = Recorder(workspace)
    recorder.survey(run)
    for case in ranked:
        concluded = recorder.concluded(case)
        yield _entry(case.lead, recorder.input(case, key), concluded)
    for case, problems in run.set_aside:
        yield _entry(case.lead, recorder.input(case, key), set_aside(problems))
    for aside in unread:
        yield {
            "id": aside.id,
            "at": aside.at.short,
            "input_hash": None,
            "input": None,
            "conclusions": set_aside(aside.problems),
        }


def _entry(lead: Lead, input: dict[str, Any], conclusions: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": lead.id,
        "at": lead.at.short,
        "input_hash": input_hash(input),
        "input": input,
        "conclusions": conclusions,
    }


def set_aside(problems: Iterable[Problem]) -> dict[str, Any]:
    """The conclusion that there is none."""
    return {"set_aside": [str(problem) for problem in problems]}


class Recorder(Presenter):
    """Presents leads for a log: masked, all that was worked out, and noting what was read."""

    def __init__(self, workspace: Workspace) -> None:
        """The language is the run's, so that a replay finds the same words."""
        shown = Shown(workspace.options.lang, (), questions=0, show_pii=False, whole=True)
        super().__init__(workspace.rules, workspace.plugins, workspace.asker, shown)
        self._seen: dict[int, set[str]] = {}
        self._weighed: dict[int, frozenset[str]] = {}
        self.choosing = frozenset(
            name for tree in workspace.rules.conditions.values() for name in names(tree)
        )
        """What the `for` of packs reads."""

    def conclusions(self, case: Case) -> LeadConclusions:
        """One lead's results, which note what of them is looked at."""
        seen = self._seen.setdefault(id(case), set())
        return _Watched(
            seen,
            case,
            self.model,
            self.shown.lang,
            self.rules.project.currency,
            self.rules.as_of,
        )

    def concluded(self, case: Case) -> dict[str, Any]:
        """What was concluded about a lead; what does not apply is left out."""
        found = {k: v for k, v in self.lead(case).items() if k not in _NOT_DECIDED}
        for section, shown in found.items():
            if isinstance(shown, dict):
                found[section] = {k: v for k, v in shown.items() if v != _DOES_NOT_APPLY}
        return found

    def input(self, case: Case, key: Key) -> dict[str, Any]:
        """What a lead was judged by, as a log may hold it."""
        read = self.weighed(case) | self._seen.pop(id(case), set())
        return masked_input(case.lead, self.model, frozenset(read), key)

    def weighed(self, case: Case) -> frozenset[str]:
        """The names that conditions and values of a lead's rules read."""
        if case.plan is None:
            return self.choosing
        stack = case.plan.stack
        found = self._weighed.get(id(stack))
        if found is None:
            found = self._weighed[id(stack)] = self.choosing | _read_by(stack, self.model.tables)
        return found


def _read_by(stack: Stack, tables: Iterable[str]) -> frozenset[str]:
    """The names in all definitions of a stack. Rows are counted without being read."""
    found = {name for definition in stack.defined.values() for name in definition.reads}
    return frozenset(found.difference(tables))


class _Watched(LeadConclusions):
    """Results of a lead that note which of its values are asked for."""

    def __init__(self, seen: set[str], *given: Any) -> None:
        super().__init__(*given)
        self.seen = seen

    def holds(self, test: Expr) -> bool | None:
        self.seen.update(name for name in names(test) if name not in self.model.tables)
        for name in names(test):
            super().value(name)
        return self.plan.status(test, self.env)

    def value(self, name: str) -> Any:
        self.seen.add(name)
        return super().value(name)

    def cell(self, table: str, column: str, row: tuple[str, int] | None) -> Any:
        self.seen.add(f"{table}.{column}")
        return super().cell(table, column, row)

    def row_key(self, table: str, index: int) -> str:
        declared = self.model.tables.get(table)
        if declared is not None and declared.key is not None:
            self.seen.add(f"{table}.{declared.key}")
        return super().row_key(table, index)
