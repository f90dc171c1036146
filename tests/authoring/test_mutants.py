"""Mutants: which slips are tried, and that a mutant is judged as if it stood in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases_world import BASE, HEAD, write_cases, write_world

from groupbuy.authoring.cases.bench import Bench, run_case
from groupbuy.authoring.cases.mutants import Mutant, mutants_of
from groupbuy.authoring.cases.mutate import applied, mutate
from groupbuy.authoring.cases.read import read_cases
from groupbuy.errors import GroupbuyError, Source
from groupbuy.rules.pack import Pack, PackEntry
from groupbuy.rules.project import Project
from groupbuy.source.nodes import Mapping
from groupbuy.source.yaml import read_yaml
from groupbuy.texts import Text

CASES = (
    "lead: {kind: office, budget: 1000, people: 20, share: 0.6, causes: []}\n"
    "expect: {scores: {fit: 70}, grades: {loyal: Y, level: A}}",
    "lead: {kind: office, budget: 999, people: 100, share: 0.95, causes: [taste]}\n"
    "expect: {scores: {fit: 0}, grades: {level: C, loyal: X}, verdict: terms}",
    "lead: {kind: gift, budget: 6000, people: 4, causes: [price]}\n"
    "expect: {verdict: terms, fires: [scores.fit.extra], plays: {mend/price: {because: named}}}",
    "lead: {quiet: true}\nexpect: {verdict: stop}",
    "leads: [{id: A, budget: 10}, {id: B, budget: 20}]\n"
    "expect: {A: {grades: {top: others}}, B: {grades: {top: first}}}",
)


def expression(section: str, entry: str) -> list[str]:
    """The changes of one entry, as they are told."""
    node = read_yaml(Source("x", entry))
    at = node.at
    pack = Pack("p", Text.plain("p"), 0, at, sections={section: {"e": PackEntry(node, at)}})
    project = object.__new__(Project)
    object.__setattr__(project, "layers", ((pack,),))
    found = mutants_of(project, frozenset(("p",)))
    return [f"{m.at.line}:{m.at.column} {m.change}" for m in found]


TRIED = [
    ("facts", "budget / 20", ["1:10 20 → 22", "1:10 20 → 18"]),
    ("facts", "预算 >= 0.5", ["1:4 >= → >", "1:4 >= → <", "1:7 0.5 → 0.55", "1:7 0.5 → 0.45"]),
    ("facts", "a < b <= c", ["1:3 < → <=", "1:3 < → >=", "1:7 <= → <", "1:7 <= → >"]),
    ("facts", "a and b and c", ["1:3 and → or"]),
    ("facts", "a or b and not c", ["1:3 or → and", "1:8 and → or", "1:12 not lost"]),
    ("facts", 'k not in ["x"]', ["1:3 not in → in"]),
    ("facts", 'k != "x"', ["1:3 != → =="]),
    ("facts", "months(x, months=1)", ["1:18 1 → 2", "1:18 1 → 0"]),
    ("facts", "{value: a, title: 3 days, because: a > 3, source: S1}", []),
    ("facts", "True", []),
    ("settings", "5%", ["1:1 5% → 6%", "1:1 5% → 4%"]),
    ("settings", "{value: 1000, type: money}", ["1:9 1000 → 1100", "1:9 1000 → 900"]),
    ("settings", "2026-01-31", []),
    ("gates", "{when: a, verdict: hold, unknown: pass}",
     ["1:1 dropped", "1:20 hold → terms", "1:35 pass → terms"]),
    ("plays", "{when: a, do: x, due: 7}", ["1:1 dropped", "1:23 7 → 8", "1:23 7 → 6"]),
    ("scores", "{range: [0, 100], rules: {x: {when: a, points: 9}, y: {points: b}}}",
     ["1:27 dropped", "1:48 9 → 10", "1:48 9 → 8", "1:52 dropped"]),
    ("grades", "{of: a, bands: {A: {from: 9}, B: {}}}",
     ["1:17 dropped", "1:27 9 → 10", "1:27 9 → 8", "1:31 dropped"]),
    ("grades", "{by: a, cases: {x: A, y: B}}", ["1:17 dropped", "1:23 dropped"]),
    ("grades", "{rank: a, cuts: {A: {top: 1%}, B: {}}}",
     ["1:18 dropped", "1:27 1% → 2%", "1:27 1% → 0%", "1:32 dropped"]),
    ("grades", "{rows: {only: {when: a}}}", []),
]  # fmt: skip


@pytest.mark.parametrize(("section", "entry", "changes"), TRIED)
def test_what_is_tried(section: str, entry: str, changes: list[str]) -> None:
    assert expression(section, entry) == changes


@pytest.fixture
def bench(world: Path) -> tuple[Bench, Path]:
    return Bench(), write_cases(world, *CASES)


def test_what_no_case_notices(bench: tuple[Bench, Path]) -> None:
    cases = read_cases(bench[1])
    found = mutate(bench[0], cases)
    told = {f"{mutant.rule} {mutant.change}" for mutant in found.unnoticed}
    # fit is told exactly, on the edge of 1000 and far from the other band's edge.
    assert "scores.fit.rich 40 → 44" not in told
    assert "settings.big 1000 → 1100" not in told
    assert "scores.fit.rich >= → >" not in told
    assert "settings.big 1000 → 900" not in told
    assert "gates.silence dropped" not in told
    # What could be dropped whole is told once, and not number by number.
    assert "scores.fit.head.some dropped" in told
    assert "scores.fit.head.some 10 → 11" not in told
    assert "plays.call dropped" in told
    assert "grades.loyal.main dropped" in told  # the else row says the same
    assert found.noticed + len(found.unnoticed) == found.tried
    assert found.inside > 0


def test_the_rules_are_as_before(bench: tuple[Bench, Path]) -> None:
    cases = read_cases(bench[1])
    first = mutate(bench[0], cases)
    assert all(bench[0].run(case).passed for case in cases)
    again = mutate(bench[0], cases)
    assert [str(m.at) for m in first.unnoticed] == [str(m.at) for m in again.unnoticed]
    assert first.noticed == again.noticed


@pytest.mark.parametrize("limit", [1, 7, 20])
def test_the_limit_is_kept_and_told(bench: tuple[Bench, Path], limit: int) -> None:
    cases = read_cases(bench[1])
    every = mutate(bench[0], cases)
    some = mutate(bench[0], cases, limit)
    total = every.tried + every.refused + every.inside
    assert some.tried + some.refused + some.inside == limit
    assert some.left == total - limit


def in_the_file(mutant: Mutant, text: str) -> str | None:
    """The text of a pack with the mutant written into it; none where it is more than one span."""
    old, arrow, new = mutant.change.partition(" → ")
    if not arrow or old in ("and", "or"):
        return None
    lines = text.split("\n")
    line, start = (mutant.at.line or 0) - 1, (mutant.at.column or 0) - 1
    assert lines[line][start:].startswith(old), (mutant.rule, mutant.change, lines[line][start:])
    lines[line] = lines[line][:start] + new + lines[line][start + len(old) :]
    return "\n".join(lines)


def test_a_mutant_is_judged_as_if_it_stood_in_the_file(
    bench: tuple[Bench, Path], tmp_path: Path
) -> None:
    """For every mutant and case: what is changed in place does what the changed file does."""
    cases = read_cases(bench[1])
    opened = bench[0].opened(cases[0], plain=True)
    other = write_world(tmp_path / "other")
    compared = 0
    for mutant in mutants_of(opened.workspace.project, frozenset(("base",))):
        text = in_the_file(mutant, BASE.lstrip())
        if text is None:
            continue
        (other / "base.yaml").write_text(text, encoding="utf-8")
        reopened = Bench(other)
        for case in cases:
            after = reopened.run(case)
            if after.failures and after.failures[0].came == "an error":
                continue  # refused as a whole: a check of all rules, which mutants don't repeat
            with applied(mutant, opened.rules):
                fresh = opened.anew()
                opened.rules.assembler = fresh.assembler
                try:
                    here = run_case(case, fresh)
                except GroupbuyError:
                    continue
            assert [f.came for f in here.failures] == [f.came for f in after.failures], (
                mutant.rule,
                mutant.change,
            )
            compared += 1
    assert compared > 100


def test_a_change_and_a_for_are_mutated(world: Path) -> None:
    cases = read_cases(write_cases(world, *CASES, head=HEAD))
    project = Bench().opened(cases[0], plain=True).workspace.project
    found = list(mutants_of(project, frozenset(("gift",))))
    assert [(m.rule, m.change) for m in found[:2]] == [
        ("gift: for", "== → !="),
        ("gates.no_gift", "dropped"),
    ]
    assert ("scores.fit.extra", "> → >=") in [(m.rule, m.change) for m in found]
    assert isinstance(project.packs[1].changes["scores"]["fit"].node, Mapping)
