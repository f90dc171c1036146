"""Known good files, damaged at random: each is read, or refused with problems that have a place.

`make fuzz` tries many more examples.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from catalogue import CONF, HEAD
from hypothesis import given, settings
from hypothesis import strategies as st
from test_hostile_inputs import MODEL

from groupbuy.authoring.cases.bench import Bench
from groupbuy.authoring.cases.read import read_cases
from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Problem, Problems
from groupbuy.files.leads import read_leads
from groupbuy.files.mapping.load import load_mapping

PACK = f"""{HEAD}title: {{en: Example, zh: 例子}}
settings:
  big: {{value: 1000, type: money, min: 0, title: {{en: Big from, zh: 大单起点}}}}
facts:
  per_head: budget / people
  orders.large: orders.amount >= big
  recent: {{table: orders, per: quarter, last: 4, columns: {{amount: sum(orders.amount)}}}}
  best: max(recent.amount)
gates:
  poor: {{when: budget < 10, verdict: hold, unknown: pass, because: "Only {{budget}}", do: Wait}}
scores:
  fit:
    range: [0, 100]
    rules:
      rich: {{when: budget >= big, points: 60, because: {{en: Rich, zh: 有钱}}}}
      heads: {{of: per_head, bands: {{few: {{points: 0}}, many: {{from: 50, points: 20}}}}}}
grades:
  level: {{of: fit, bands: {{A: {{from: 50}}, B: {{}}}}}}
  place: {{rank: budget, among: not quiet, cuts: {{first: {{top: 20%}}, rest: {{}}}}}}
  both: {{by: [level, quiet], cases: {{A: {{true: X, false: Y}}, B: {{true: Y, false: Z}}}}}}
plays:
  call: {{when: level == "A", who: salesperson, due: 3, do: "Call {{name}}"}}
"""
LEADS_CSV = (
    "id,name,预算,people,share,quiet,needed_by\nL1,甲公司,12.5万,30,60%,是,2026-12-01\nL2,B,,,,,\n"
)
LEADS_YAML = """- id: L1
  name: 甲公司
  budget: 12.5万
  orders: [{date: 2026-01-31, amount: 300}, {date: 2026-02-28, amount: "1,000"}]
- {id: L2, quiet: false}
"""
LEADS_JSON = json.dumps(
    [{"id": "L1", "budget": 3.5, "orders": [{"date": "2026-01-31", "amount": 3}]}, {"id": "L2"}]
)
LEADS_JSONL = '{"id": "L1", "budget": 3.5}\n{"id": "L2", "quiet": true}\n'
CASES = """groupbuy: 1
as_of: "2026-11-22"
cases:
  - case: A rich one
    lead: {budget: 5000, people: 3, kind: office}
    expect: {verdict: go, fires: [scores.fit.rich], facts: {per_head: 1666.6666667}}
  - {case: A poor one, lead: {budget: 5, kind: office}, expect: {verdict: hold}}
"""
MAPPING = """groupbuy: 1
mapping: crm
files:
  accounts: {file: accounts.csv, types: {since: date}}
  orders: {file: orders.csv}
leads:
  file: accounts
  id: number
  fields:
    name: title
    needed_by: since
    kind: {column: sort, values: {O: office, G: gift}}
    people: {column: heads, times: 1000}
tables:
  orders:
    file: orders
    lead: number
    drop: [{when: state == "Lost", because: lost}]
    where: state == "Won"
    columns: {date: day, amount: total}
"""
SIGNS = (
    "\t \n : # - ' \" { } [ ] , | > & * ! % @ ` ? ~ 0 -1 1e999 1_000 12:30 .nan ： ， （ ） “ "
    "null true yes <<: --- ... \u00a0 \u3000 \u200b \u202e \x07 \x00 \x85 \ufeff é 万 ％ "
    "budget level fit kind quiet when: from: top: cases: rows: bands: value: for:"
)
PIECES = st.one_of(
    st.sampled_from(SIGNS.split(" ")),
    st.text(max_size=4),
)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """`text` after one to four cuts, insertions or moves of a piece."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        piece = draw(PIECES)
        if draw(st.booleans()):
            there = draw(st.integers(0, len(text)))
            piece = text[there : there + draw(st.integers(0, 40))]
        text = text[:start] + piece + text[end:]
    return text


def read_rules(folder: Path) -> None:
    workspace = Workspace(folder / "rules", Options(as_of=740_000))
    workspace.evaluate(read_leads([folder / "leads.csv"], workspace.model))


def run_cases(folder: Path) -> None:
    bench = Bench()
    found = read_cases(folder / "rules/example.test.yaml")
    bench.check(found)
    for case in found:
        bench.run(case)


def leads_of(name: str) -> Callable[[Path], None]:
    def read(folder: Path) -> None:
        workspace = Workspace(folder / "rules", Options(as_of=740_000))
        workspace.evaluate(read_leads([folder / name], workspace.model))

    return read


def read_mapping(folder: Path) -> None:
    problems = Problems()
    load_mapping(folder / "crm.map.yaml", problems)
    problems.raise_any()


KINDS: dict[str, tuple[str, str, Callable[[Path], None]]] = {
    "pack": ("rules/example.yaml", PACK, read_rules),
    "project": ("rules/groupbuy.yaml", CONF, read_rules),
    "model": ("rules/lead.yaml", MODEL, read_rules),
    "csv": ("leads.csv", LEADS_CSV, leads_of("leads.csv")),
    "yaml": ("leads.yaml", LEADS_YAML, leads_of("leads.yaml")),
    "json": ("leads.json", LEADS_JSON, leads_of("leads.json")),
    "json lines": ("leads.jsonl", LEADS_JSONL, leads_of("leads.jsonl")),
    "cases": ("rules/example.test.yaml", CASES, run_cases),
    "mapping": ("crm.map.yaml", MAPPING, read_mapping),
}


def write(folder: Path) -> None:
    """The whole project, undamaged."""
    (folder / "rules").mkdir()
    for name, text in (("groupbuy", CONF), ("lead", MODEL), ("example", PACK)):
        (folder / f"rules/{name}.yaml").write_text(text, encoding="utf-8")
    for name, text, _ in KINDS.values():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_known_good_file_is_read(kind: str, tmp_path: Path) -> None:
    write(tmp_path)
    KINDS[kind][2](tmp_path)


def problems_of(read: Callable[[Path], None], folder: Path) -> tuple[Problem, ...]:
    """What is wrong; nothing else than a `GroupbuyError` may come out."""
    try:
        read(folder)
    except GroupbuyError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=max(40, settings.default.max_examples // 4))
def test_a_damaged_file_is_read_or_refused_with_places(kind: str, data: st.DataObject) -> None:
    name, text, read = KINDS[kind]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write(folder)
        content = data.draw(damaged(text)).encode("utf-8", "surrogatepass")
        (folder / name).write_bytes(content)
        for problem in problems_of(read, folder):
            assert problem.at is not None, problem
        assert (folder / name).read_bytes() == content
