"""Replay: do the same rules, on the same day, still conclude the same from the same input?

A run is evaluated again as a whole, for ranks and shares are over all of its leads. What the log
masks is needed only where rules read it; then it comes from the lead file, and its digest shows
that it is what it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from groupbuy import __version__
from groupbuy.decisions.chain import Record
from groupbuy.decisions.masking import Key, as_json, restored, stand_in
from groupbuy.decisions.recording import Recorder, cuts_hash, set_aside
from groupbuy.engine.results import Ranking
from groupbuy.engine.run import Case, Engine
from groupbuy.engine.standing import StoredCuts
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Location
from groupbuy.model.entries import Field, Table
from groupbuy.model.lead import Lead, LeadFile
from groupbuy.model.model import LeadModel
from groupbuy.render.json import json_text

MOST_DIFFERENCES = 8

EQUAL, DIFFERS, NOT_REPLAYED, NOTHING = "byte-equal", "differs", "not replayed", "nothing to replay"


@dataclass(frozen=True)
class Replayed:
    """What came of one record, and why where it is not byte-equal."""

    record: int
    id: str | None
    state: str
    reasons: tuple[str, ...] = ()


@dataclass
class Means:
    """What a replay works with.

    `rules` opens the rules of a record: gives the workspace. `leads` reads the lead file by the
    workspace's model, where one was given.
    """

    rules: Callable[[Mapping[str, Any], Options], AbstractContextManager[Workspace]]
    key: Key
    leads: Callable[[Workspace], LeadFile] | None = None
    cuts: StoredCuts | None = None
    other_rules: bool = False
    """Whether rules with another hash are tried, too."""
    options: Mapping[str, Any] = field(default_factory=dict)


def packed(record: Record) -> Record:
    """A record that takes less memory: what is large in it as text, until it is needed."""
    large = {name: record.data.get(name) for name in ("input", "conclusions")}
    texts = {name: value and json_text(value, tight=True) for name, value in large.items()}
    return replace(record, data={**record.data, **texts})


def replayed(records: Sequence[Record], means: Means, wanted: int | None) -> Iterator[Replayed]:
    """Every record of one run (`packed`), or only the record `wanted`, replayed."""
    chosen = [each for each in records if wanted in (None, each.number)]
    head = records[0].data
    try:
        options = _options(head, means)
        with means.rules(head, options) as workspace:
            yield from _run(records, chosen, workspace, means)
    except GroupbuyError as error:
        reasons = (*(str(problem) for problem in error.problems), *moved(head, None))
        yield from _all(chosen, *reasons)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield from _all(chosen, f"the record does not say what is needed: {error}")


def _all(records: Sequence[Record], *reasons: str) -> Iterator[Replayed]:
    for record in records:
        yield Replayed(record.number, record.data.get("id"), NOT_REPLAYED, reasons)


def _options(head: Mapping[str, Any], means: Means) -> Options:
    """How the run was made. Raises `ValueError` where the cuts of the run are not at hand."""
    cuts = head["cuts"]
    if cuts is not None and means.cuts is None:
        raise ValueError("the leads were placed by stored cuts: --cuts FILE")
    if cuts is not None and means.cuts is not None and cuts_hash(means.cuts) != cuts:
        raise ValueError("the file of --cuts is not the one of the run")
    return Options(
        date.fromisoformat(head["as_of"]).toordinal(),
        str(head["lang"]),
        {str(name): str(value) for name, value in head["settings"].items()},
        cuts=means.cuts if cuts is not None else None,
        **means.options,
    )


def moved(head: Mapping[str, Any], workspace: Workspace | None) -> list[str]:
    """What is another than it was: groupbuy, plugins, Python; in words."""
    found = []
    if head.get("version") != __version__:
        found.append(f"groupbuy was {head.get('version')} and is {__version__}")
    then = {each["name"]: each for each in head.get("plugins", ())}
    now = {each["name"]: each for each in workspace.plugins.identities()} if workspace else {}
    for name in sorted(then.keys() | now.keys()) if workspace else sorted(then):
        if name not in now:
            if workspace is not None:
                found.append(f"the plugin {name} {then[name]['version']} is not there")
            else:
                found.append(f"it used the plugin {name} {then[name]['version']}")
        elif name not in then:
            found.append(f"the plugin {name} {now[name]['version']} was not there")
        elif then[name] != now[name]:
            found.append(f"{name} was {_named(then[name])} and is {_named(now[name])}")
    return found


def _named(plugin: Mapping[str, Any]) -> str:
    return f"{plugin['distribution']} {plugin['version']}".strip()


def _run(
    records: Sequence[Record], chosen: Sequence[Record], workspace: Workspace, means: Means
) -> Iterator[Replayed]:
    head = records[0].data
    changes = moved(head, workspace)
    digest = workspace.project.digest
    if digest != head["rules_hash"]:
        other = f"the rules have the hash {digest} and had {head['rules_hash']}"
        changes.insert(0, other)
        if not means.other_rules:
            yield from _all(chosen, "the rules of the decision were not found", *changes)
            return
    if len(records) < head["run"]["leads"]:
        said = f"the run has {len(records)} of {head['run']['leads']} records: it was killed"
        yield from _all(chosen, said)
        return
    filling = _Filling(workspace, means)
    leads = {r.number: _lead(r, workspace.model, filling) for r in records if r.data["input"]}
    cuts = None if workspace.options.cuts is None else workspace.options.cuts.populations
    run = Engine(workspace.rules, cuts).run(leads.values())
    ranked = Ranking(workspace.rules, workspace.rank_by).ranked(run.cases)
    recorder = Recorder(workspace)
    recorder.survey(run)
    cases = {case.lead.id: case for case in ranked}
    aside = {case.lead.id: (case, set_aside(problems)) for case, problems in run.set_aside}
    for record in chosen:
        if record.number not in leads:
            yield Replayed(record.number, record.data["id"], NOTHING, ("it could not be read",))
            continue
        id = record.data["id"]
        case, concluded = aside[id] if id in aside else (cases[id], recorder.concluded(cases[id]))
        yield _compared(record, case, concluded, recorder, filling, changes)


def _compared(
    record: Record,
    case: Case,
    concluded: Mapping[str, Any],
    recorder: Recorder,
    filling: _Filling,
    changes: Sequence[str],
) -> Replayed:
    id = case.lead.id
    faults = filling.faults(id, recorder.weighed(case) | recorder.choosing)
    if faults:
        return Replayed(record.number, id, NOT_REPLAYED, tuple(faults))
    if record.data["conclusions"] == json_text(concluded, tight=True):
        return Replayed(record.number, id, EQUAL, tuple(changes))
    found = list(differences(json.loads(record.data["conclusions"]), dict(concluded)))
    if not found:
        found = ["the same values in another order"]
    more = len(found) - MOST_DIFFERENCES
    told = [*found[:MOST_DIFFERENCES], *([f"and {more} more"] if more > 0 else [])]
    return Replayed(record.number, id, DIFFERS, (*told, *changes))


def differences(then: Any, now: Any, path: str = "") -> Iterator[str]:
    """Where two conclusions differ, each place with both values."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*then, *now)):
            inner = f"{path}.{key}" if path else str(key)
            if key not in now:
                yield f"{inner} is gone"
            elif key not in then:
                yield f"{inner} is new"
            else:
                yield from differences(then[key], now[key], inner)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from differences(one, other, f"{path}.{number}")
    elif json_text(then) != json_text(now):
        yield f"{path}: {_short(then)} → {_short(now)}"


def _short(value: Any) -> str:
    text = json_text(value)
    return text if len(text) <= 80 else text[:79] + "…"


# ── what the log masks ─────────────────────────────────────────────────────────────────────────


class _Filling:
    """Puts values in the place of digests, and knows which could not be."""

    def __init__(self, workspace: Workspace, means: Means) -> None:
        self.model, self.key = workspace.model, means.key
        self.leads: dict[str, Lead] | None = None
        if means.leads is not None:
            self.leads = {lead.id: lead for lead in means.leads(workspace).leads}
        self.open: dict[str, dict[str, str]] = {}
        """For each lead the masked values that were not put in, and why."""

    def __call__(self, id: str, path: str, digest: str) -> Any:
        table, _, rest = path.partition(".")
        number, _, column = rest.partition(".")
        entry = self.model.entries[table]
        field = entry.fields[column] if isinstance(entry, Table) else entry
        assert isinstance(field, Field)
        name = f"{table}.{column}" if column else table
        if self.leads is None:
            return self.not_put(
                id, name, "the log masks {}, which rules read: --leads LEADS", field
            )
        if not self.key.there:
            why = f"without the key {self.key.path} nobody can tell whether {{}} is what it was"
            return self.not_put(id, name, why, field)
        lead = self.leads.get(id)
        value = None if lead is None else lead.values.get(table)
        if column:
            rows = value if isinstance(value, list) else []
            value = rows[int(number)].get(column) if int(number) < len(rows) else None
        if value is None or self.key.digest(id, path, as_json(value, field)) != digest:
            why = (
                "{} in the lead file is not what it was"
                if lead
                else "the lead file has no such lead"
            )
            return self.not_put(id, name, why, field)
        return value

    def not_put(self, id: str, name: str, why: str, field: Field) -> Any:
        self.open.setdefault(id, {}).setdefault(name, why.format(name))
        return stand_in(field)

    def faults(self, id: str, read: frozenset[str]) -> list[str]:
        """Why a lead can't be replayed: masked values that rules read."""
        found = self.open.get(id, {})
        return list(dict.fromkeys(why for name, why in found.items() if name in read))


def _lead(record: Record, model: LeadModel, filling: _Filling) -> Lead:
    id, at = str(record.data["id"]), Location(str(record.data["at"]))
    input = json.loads(record.data["input"])
    values = restored(input["values"], id, model, filling)
    assumed = frozenset(input.get("assumed", ()))

    def places(
        field: str | None = None, row: int | None = None, column: str | None = None, /
    ) -> Location:
        return at

    return Lead(id, values, assumed, places)
