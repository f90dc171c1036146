"""A rules folder in a few lines: packs as YAML texts, leads as Python data, results by lead."""

# ruff: noqa: E501 - a row of a table is one line

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

from groupbuy.engine.results import Result
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Problem
from groupbuy.files.leads import read_leads

AS_OF = "2026-11-22"
FOLDERS = Path(tempfile.mkdtemp(prefix="groupbuy-rules-"))
NUMBERS = count(1)
atexit.register(shutil.rmtree, FOLDERS, ignore_errors=True)

MODEL = """
groupbuy: 1
fields:
  id:     {type: text, required: true}
  name:   {type: text}
  a:      {type: number, ask: "a?"}
  b:      {type: number, ask: "b?"}
  x:      {type: number, min: 0, max: 10, ask: "x?"}
  y:      {type: number, min: 0, max: 10, ask: "y?"}
  u:      {type: number, min: 0, max: 100, ask: "u?"}
  v:      {type: number, min: 0, max: 100, ask: "v?"}
  budget: {type: money, aliases: [预算], ask: "budget?"}
  share:  {type: percent, ask: "share?"}
  f:      {type: flag, ask: "f?"}
  g:      {type: flag, ask: "g?"}
  quiet:  {type: flag, default: false}
  kind:   {type: choice, of: {office: {zh: 办公}, welfare: {en: welfare, zh: 福利性, aliases: [福利]}, gift: {zh: 礼品}}, ask: "kind?"}
  org:    {type: choice, of: [government, private, school], ask: "org?"}
  causes: {type: choices, of: [novelty, competitor, dissatisfied], ask: "causes?"}
  due_on: {type: date, ask: "due_on?"}
  region: {type: text}
  orders: {type: table, order: date, ask: "orders?", fields: {date: {type: date}, amount: {type: money}, category: {type: text}}}
  needs:  {type: table, key: what, fields: {what: {type: text}, must: {type: flag}, can: {type: flag}, by: {type: date}}}
"""

Layer = str | Sequence[str]
Leads = Iterable[Mapping[str, Any]]


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def write_rules(
    folder: Path, layers: Sequence[Layer], model: str = MODEL, head: str = "", **files: str
) -> Path:
    """A rules folder. A pack without a head gets `groupbuy: 1` and the name of its file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lead.yaml").write_text(model, encoding="utf-8")
    names, number = [], 0
    for layer in layers:
        members = []
        for text in (layer,) if isinstance(layer, str) else layer:
            number += 1
            body = dedent(text).strip("\n")
            if "pack:" not in body:
                body = f"pack: p{number}\n{body}"
            if not body.startswith("groupbuy:"):
                body = f"groupbuy: 1\n{body}"
            (folder / f"p{number}.yaml").write_text(body + "\n", encoding="utf-8")
            members.append(f"p{number}.yaml")
        names.append(members)
    listed = "".join(f"  - [{', '.join(members)}]\n" for members in names)
    text = f"groupbuy: 1\nmodel: lead.yaml\nlayers:\n{listed}{dedent(head)}"
    (folder / "groupbuy.yaml").write_text(text, encoding="utf-8")
    return folder


class Rules:
    """Rules opened once, for any number of leads."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace, self.folder = workspace, folder

    def result(self, leads: Leads) -> Result:
        """Everything about leads; those without an id are called L1, L2 …"""
        records = [{"id": f"L{number}", **lead} for number, lead in enumerate(leads, 1)]
        path = self.folder / "leads.json"
        path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
        return self.workspace.evaluate(read_leads([path], self.workspace.model))

    def leads(self, leads: Leads) -> dict[str, Any]:
        """The results of leads by id, in the order in which the leads were given."""
        given = [{"id": f"L{number}", **lead} for number, lead in enumerate(leads, 1)]
        found = {lead["id"]: lead for lead in self.result(given).data["leads"]}
        return {lead["id"]: found[lead["id"]] for lead in given if lead["id"] in found}

    def lead(self, **values: Any) -> Any:
        """The results of one lead."""
        data = self.result([values]).data
        assert len(data["leads"]) == 1, data["set_aside"]
        return data["leads"][0]


def rules(
    *layers: Layer, model: str = MODEL, head: str = "", as_of: str = AS_OF, **options: Any
) -> Rules:
    """Rules of packs, each in a layer of its own; a list of packs is one layer."""
    folder = write_rules(FOLDERS / str(next(NUMBERS)), layers, model, head)
    return Rules(Workspace(folder, Options(as_of=day(as_of), **options)), folder)


def problems(*layers: Layer, **options: Any) -> tuple[Problem, ...]:
    """What is wrong with rules; nothing if nothing is."""
    try:
        rules(*layers, **options)
    except GroupbuyError as error:
        return error.problems
    return ()


def brief(found: Iterable[Problem]) -> list[tuple[str, str]]:
    """Code and place (`p1:3:5`) of each problem."""
    return [
        (
            problem.code,
            ":".join(
                str(part)
                for part in (
                    Path(problem.at.file).stem if problem.at else "",
                    problem.at and problem.at.line,
                    problem.at and problem.at.column,
                )
            ),
        )
        for problem in found
    ]


def grade(form: str, **lead: Any) -> Any:
    """What the grade `q`, written as `form`, is for a lead: the word, `?` with what is possible."""
    return shown(rules(f"grades:\n  q:\n{indented(form, 4)}").lead(**lead)["grades"]["q"])


def shown(grade: Mapping[str, Any]) -> Any:
    """A grade in short: its word, `none`, or `likely? possible words`."""
    if grade["status"] == "unknown":
        words = "|".join("–" if word is None else word for word in grade["possible"])
        return f"{grade['likely'] or ''}? {words}"
    return grade["value"] if grade["status"] == "known" else "none"


def indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in dedent(text).strip("\n").split("\n"))
