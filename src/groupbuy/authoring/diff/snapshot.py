"""What came of each lead under one version of the rules, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from groupbuy.engine.in_chunks import run_in_chunks
from groupbuy.engine.results import Ranking
from groupbuy.engine.run import Case, Engine
from groupbuy.engine.workspace import Workspace
from groupbuy.model.lead import Lead
from groupbuy.rules.entries import Key
from groupbuy.rules.stack import Stack
from groupbuy.sections.gates import VERDICT, gate_name
from groupbuy.tree import naming
from groupbuy.tree.nodes import NONE

UNKNOWN_WORD, NONE_WORD = "?", "–"


@dataclass(slots=True)
class Record:
    """One lead: its packs, verdict, grades (`?` unknown, `–` does not apply), plays and rank.

    `values` are hashes of the values of entries, in the order that the snapshot was asked for.
    """

    packs: tuple[str, ...]
    verdict: str
    grades: tuple[str, ...]
    plays: tuple[str, ...]
    values: array[int]
    rank: int | None = None


@dataclass
class Snapshot:
    """The leads that were evaluated, by id, and those that were set aside, with their codes."""

    grades: tuple[str, ...]
    records: dict[str, Record] = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)


def snapshot(workspace: Workspace, leads: Sequence[Lead], watched: Iterable[Key]) -> Snapshot:
    """Evaluate the leads, and keep what a comparison needs. `watched` are entries."""
    rules = workspace.rules
    grades = tuple(dict.fromkeys(id for section, id in rules.base if section == "grades"))
    found = Snapshot(grades)
    ranking = Ranking(rules, workspace.rank_by)
    places: list[tuple[Any, str]] = []
    same: dict[Any, Any] = {}
    keys = list(watched)

    def look(case: Case) -> None:
        assert case.plan is not None
        env, stack = case.env, case.plan.stack
        verdict = str(env.get(VERDICT, "go"))
        packs, words = stack.names, tuple(_word(env.get(grade, NONE)) for grade in grades)
        plays = () if verdict == "stop" else tuple(sorted(_plays(stack, case)))
        found.records[case.lead.id] = Record(
            same.setdefault(packs, packs),
            verdict,
            same.setdefault(words, words),
            same.setdefault(plays, plays),
            array("q", (hash(_value(key, stack, case)) for key in keys)),
        )
        places.append((ranking.key(case), case.lead.id))

    engine = Engine(rules, watch=workspace.options.watch)
    for id, problems in run_in_chunks(engine, leads, look):
        found.set_aside[id] = problems[0].code
    place = 0
    for _, id in sorted(places):
        record = found.records[id]
        if record.verdict != "stop":
            place += 1
            record.rank = place
    return found


def _word(value: Any) -> str:
    return UNKNOWN_WORD if value is None else NONE_WORD if value is NONE else str(value)


def _plays(stack: Stack, case: Case) -> Iterable[str]:
    """What there is to do, by play, case and row."""
    for lowered in stack.entries("plays"):
        for move in lowered.view:
            name = lowered.entry.id if move.case is None else f"{lowered.entry.id}/{move.case}"
            holds = case.env.get(move.name)
            if move.table is None:
                if holds is True:
                    yield name
            elif isinstance(holds, list):
                yield from (f"{name}/{n}" for n, row in enumerate(holds, 1) if row is True)


def _value(key: Key, stack: Stack, case: Case) -> Any:
    """What an entry comes to, as something that can be compared."""
    section, id = key
    env = case.env
    if section == "gates":
        return env.get(gate_name(id), NONE)
    if section == "scores":
        return tuple(env.get(f"{id}{end}", NONE) for end in ("", naming.VALUE, *naming.ENDS))
    if section == "settings":
        constant = stack.constants.get(id)
        return None if constant is None else constant.value
    if section == "plays":
        lowered = stack.lowered.get("plays", {}).get(id)
        moves = lowered.view if lowered is not None else ()
        return tuple(_frozen(env.get(move.name)) for move in moves)
    return _frozen(env.get(id, NONE))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _frozen(item)) for name, item in value.items()))
    return value
