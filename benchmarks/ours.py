"""groupbuy as the benchmarks call it: the real way from rules in YAML to results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.workload import AS_OF, Answer, Lead, Value, Workload
from groupbuy.compile.python import Program
from groupbuy.engine.plan import Plan
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import Location
from groupbuy.model.lead import Lead as ReadLead
from groupbuy.model.lead import LeadFile


def workspace(rules: Path) -> Workspace:
    """The rules, opened."""
    return Workspace(rules, Options(as_of=date.fromisoformat(AS_OF).toordinal()))


def plan(opened: Workspace, names: Iterable[str] | None = None) -> Plan:
    """The plan of the leads to which all packs apply; of `names`, or of all there is."""
    return Plan(opened.rules.stack(tuple(opened.project.packs)), opened.model, names)


def programs(planned: Plan) -> list[Program]:
    """The compiled functions of a plan without ranks, one after the other."""
    return [program for stage in planned.stages for program in stage.programs]


def answering(opened: Workspace, work: Workload) -> Callable[[Lead], Answer]:
    """Score, class and fired rules by the compiled row back end, and nothing else.

    `fit/total` is the sum of what is known, `segment.likely` the class with unknown rows as false;
    where nothing but the last row is left, it is open, and the question gives that row.
    """
    lines = [f"fit/{id}" for id in work.ids]
    (program,) = programs(plan(opened, ["fit/total", "segment.likely", *lines]))
    return _answering(program, "fit/total", work, lines)


def everything(opened: Workspace, work: Workload) -> Callable[[Lead], Answer]:
    """The same, with all that is traced: each rule true, false or unknown, ends, every grade."""
    lines = [f"fit/{id}" for id in work.ids]
    whole = plan(opened)
    wanted = [*whole.stack.defined, "segment.likely"]
    (program,) = programs(plan(opened, wanted))
    return _answering(program, "fit.value", work, lines)


def _answering(
    program: Program, score: str, work: Workload, lines: list[str]
) -> Callable[[Lead], Answer]:
    """The answer of a compiled program: the value `score`, the class, and which lines are true."""
    pairs = list(zip(work.ids, lines, strict=True))
    rest = work.rest

    def answer(lead: Lead) -> Answer:
        env: dict[str, Any] = {**lead}
        program(env)
        fired = [id for id, line in pairs if env[line]]
        return env[score], env["segment.likely"] or rest, fired

    return answer


def lead_file(leads: Iterable[dict[str, Value]], opened: Workspace) -> LeadFile:
    """Leads as they come from a reader, without a file."""
    nowhere = Location("bench")
    names = opened.model.entries
    made = []
    for lead in leads:
        values: dict[str, object] = {name: lead.get(name) for name in names}
        made.append(ReadLead(str(lead["id"]), values, frozenset(), lambda *_: nowhere))
    return LeadFile(made)
