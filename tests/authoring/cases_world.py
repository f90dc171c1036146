"""A small rules folder, and cases run on it in a few lines."""

# ruff: noqa: E501 - a line of YAML is one line

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from groupbuy.authoring.cases.bench import Bench
from groupbuy.authoring.cases.case import Outcome
from groupbuy.authoring.cases.read import read_cases
from groupbuy.errors import GroupbuyError, Problem

MODEL = """
groupbuy: 1
fields:
  id:      {type: text, required: true}
  kind:    {type: choice, of: {office: {zh: 办公}, gift: {zh: 礼品}}, ask: "kind?"}
  budget:  {type: money, aliases: [预算], ask: "budget?"}
  people:  {type: integer, ask: "people?"}
  share:   {type: percent, ask: "share?"}
  quiet:   {type: flag, default: false}
  needed_by: {type: date}
  causes:  {type: choices, of: [price, taste], ask: "causes?"}
  orders:  {type: table, order: date, fields: {date: {type: date}, amount: {type: money}}}
"""

BASE = """
groupbuy: 1
pack: base
settings:
  big: {value: 1000, type: money}
  fixed: {value: 5, locked: by law}
facts:
  per_head: {value: budget / people, title: {en: Per head, zh: 人均}}
  orders.large: orders.amount >= big
gates:
  silence: {when: quiet, verdict: stop, unknown: pass, because: They asked for quiet}
  in_time: {when: needed_by < "2026-12-01", verdict: hold, unknown: terms, because: "by {needed_by}"}
scores:
  fit:
    range: [0, 100]
    rules:
      rich: {when: budget >= big, points: 40, because: {en: "{budget} is large", zh: "{budget} 算大"}}
      head: {of: per_head, bands: {little: {points: 0}, some: {from: 10, points: 20}, much: {from: 50, points: 30}}}
      tastes: {when: '"taste" in causes', points: -10}
grades:
  level:
    title: {en: Level, zh: 等级}
    of: fit
    bands: {A: {from: 60, title: {zh: 甲}}, B: {from: 20}, C: {}}
  loyal:
    if: kind == "office"
    rows:
      sole: {when: share >= 0.9, value: X, because: "{share} of all"}
      main: {when: share >= 0.5, value: Y}
      rest: {value: Y}
  top:
    rank: budget
    cuts: {first: {top: 1}, others: {}}
plays:
  call: {when: level == "A", do: Call them, who: {en: salesperson, zh: 销售员}, due: 7}
  mend:
    when: level in ["A", "B"]
    by: causes
    do: {en: Mend it, zh: 补救}
    cases: {price: {because: Price was named}, taste: {due: "2026-12-24"}}
"""

GIFT = """
groupbuy: 1
pack: gift
for: kind == "gift"
gates:
  no_gift: {when: budget > 5000, verdict: terms, unknown: pass, because: Too dear}
changes:
  scores: {fit: {rules: {extra: {when: people > 3, points: 5}}}}
"""

PROJECT = """
groupbuy: 1
model: lead.yaml
layers: [base, gift]
rank_by: [fit]
columns: [level]
"""

HEAD = "groupbuy: 1\nas_of: 2026-11-22\ncases:\n"


def write_world(folder: Path) -> Path:
    """The rules folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("lead", MODEL), ("base", BASE), ("gift", GIFT), ("groupbuy", PROJECT)
    ):  # fmt: skip
        (folder / f"{name}.yaml").write_text(text.lstrip(), encoding="utf-8")
    return folder


def write_cases(folder: Path, *cases: str, head: str = HEAD, name: str = "some") -> Path:
    """A file of cases, each of which is a mapping without its dash."""
    items = []
    for number, text in enumerate(cases, 1):
        body = dedent(text).strip("\n")
        if not body.startswith("case:"):
            body = f"case: case {number}\n{body}"
        items.append("  - " + indent(body, "    ").lstrip())
    path = folder / f"{name}.test.yaml"
    path.write_text(head + "\n".join(items) + "\n", encoding="utf-8")
    return path


def run_cases(folder: Path, *cases: str, head: str = HEAD, states: bool = False) -> list[Outcome]:
    """The outcomes of cases."""
    found = read_cases(write_cases(folder, *cases, head=head))
    bench = Bench()
    bench.check(found)
    return [bench.run(case, states=states) for case in found]


def missed(folder: Path, lead: str, expect: str) -> list[tuple[str, str]]:
    """What was expected and what came, of each expectation that was missed."""
    (outcome,) = run_cases(folder, f"lead: {{{lead}}}\nexpect: {{{expect}}}")
    return [(failure.expected, failure.came) for failure in outcome.failures]


def refused(folder: Path, *cases: str, head: str = HEAD) -> tuple[Problem, ...]:
    """What is wrong with a file of cases."""
    try:
        run_cases(folder, *cases, head=head)
    except GroupbuyError as error:
        return error.problems
    return ()
