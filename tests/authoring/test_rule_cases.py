"""Rule cases: what each expectation means, and what is said when it is missed."""

# ruff: noqa: E501 - a row of a table is one line

from pathlib import Path

import pytest
from cases_world import HEAD, missed, refused, run_cases

RICH = "kind: office, budget: 2000, people: 20, share: 0.6"

MET = [
    (RICH, "verdict: terms"),
    (RICH, "fires: [scores.fit.rich, scores.fit.head, scores.fit.head.much, grades.level.A]"),
    (RICH, "silent: [gates.silence, scores.fit.head.some, scores.fit.head.little, grades.level.B]"),
    (RICH, "unknown: [gates.in_time, scores.fit.tastes]"),
    # a score below its lowest line, the else row, and a row by its id or its word
    ("budget: 10, people: 10, causes: []", "fires: [grades.level.C], silent: [scores.fit.head]"),
    (RICH, "fires: [grades.loyal.main, grades.loyal.Y], silent: [grades.loyal.sole, grades.loyal.rest]"),
    ("kind: office, share: 0.1", "fires: [grades.loyal.rest, grades.loyal.Y]"),
    ("kind: office", "unknown: [grades.loyal.sole, grades.loyal.rest, grades.loyal.X]"),
    # where `if` is false, no row fires; while nobody knows, none surely does
    ("kind: gift, share: 0.6", "silent: [grades.loyal.main], grades: {loyal: none}"),
    ("share: 0.6", "unknown: [grades.loyal.main], grades: {loyal: unknown}"),
    # entries and words go by their titles
    (RICH, "fires: [grades.等级.A], grades: {等级: 甲}, facts: {人均: 100, kind: 办公}"),
    # what a lead's packs don't have is silent
    (RICH, "silent: [gates.no_gift, scores.fit.extra]"),
    ("kind: gift, budget: 6000, people: 4", "fires: [gates.no_gift, scores.fit.extra], packs: [gift]"),
    # facts
    ("budget: 1000, people: 3", "facts: {per_head: 333.33, budget: 1000, big: 1000}"),
    ("预算: 12.5万", "facts: {budget: 125000, per_head: unknown, quiet: false}"),
    ("share: 95%", "facts: {share: 95%}"),
    ("share: 95%", "facts: {share: 0.95}"),
    ("budget: 10, people: 0", "facts: {per_head: none}"),
    ("needed_by: 2026年12月24日", "facts: {needed_by: 2026-12-24}"),
    ("causes: [price, taste]", "facts: {causes: [taste, price]}"),
    ("causes: [taste]", "facts: {causes: taste}"),
    ("causes: 无", "facts: {causes: []}"),
    ("orders: [{amount: 1}, {amount: 2000}, {date: 2026-01-02}]", "facts: {orders.large: [false, true, unknown]}"),
    ("budget: 10", "facts: {per_head: {status: unknown}}"),
    # scores and grades, known and open
    (RICH + ", causes: []", "scores: {fit: 70}"),
    (RICH, "scores: {fit: {value: 70, low: 60, high: 70}}"),
    (RICH, "scores: {fit: unknown}"),
    (RICH, "grades: {level: A}"),
    ("budget: 2000", "grades: {level: {likely: B, possible: [A, B], missing: [people, causes]}}"),
    ("budget: 2000", "grades: {level: {status: unknown}}"),
    (RICH, "grades: {level: {value: A, likely: A, possible: [A], missing: []}}"),
    ("kind: office, quiet: true", "grades: {loyal: {possible: [X, Y]}}"),
    ("people: 3", "grades: {loyal: {possible: [X, Y, none]}}"),
    # reasons
    (RICH, 'because: {scores.fit.rich: "2,000 is large"}'),
    ("quiet: true", "because: {gates.silence: asked for quiet}"),
    ("needed_by: 2026-11-30", "because: {gates.in_time: [by 2026, 11-30]}"),
    ("kind: office, share: 0.95", "because: {grades.loyal: 95%, grades.loyal.sole: of all, grades.loyal.X: all}"),
    (RICH + ", causes: [price]", "because: {plays.mend/price: Price}"),
    # plays
    (RICH, "plays: {call: {who: salesperson, due: 2026-11-29, do: Call}}"),
    (RICH + ", causes: [price, taste]", "plays: {mend: {do: Mend}, mend/taste: {due: 2026-12-24}, call: }"),
    (RICH + ", causes: [price]", "fires: [plays.mend, plays.mend/price], silent: [plays.mend/taste]"),
    (RICH, "unknown: [plays.mend]"),
    (RICH + ", quiet: true", "silent: [plays.call, plays.mend], verdict: stop"),
    # questions
    ("people: 3", "questions: [budget, causes]"),
    ("people: 3", "questions: [预算]"),
]  # fmt: skip


@pytest.mark.parametrize(("lead", "expect"), MET)
def test_met(world: Path, lead: str, expect: str) -> None:
    assert missed(world, lead, expect) == []


MISSED = [
    (RICH, "verdict: go", "verdict go", "terms"),
    (RICH, "fires: [gates.silence]", "gates.silence fires", "silent"),
    (RICH, "unknown: [grades.level.A]", "grades.level.A unknown", "fires"),
    (RICH, "fires: [gates.no_gift]", "gates.no_gift fires", "silent"),
    (RICH, "silent: [grades.loyal.Y]", "grades.loyal.Y silent", "fires"),
    (RICH + ", quiet: true", "fires: [plays.call]", "plays.call fires", "silent"),
    ("budget: 1000, people: 3", "facts: {per_head: 333}", "per_head = 333", "333.333333333"),
    ("budget: 1000, people: 3", "facts: {per_head: 333.34}", "per_head = 333.34", "333.333333333"),
    ("people: 3", "facts: {per_head: none}", "per_head = none", "unknown"),
    ("kind: gift", "facts: {kind: office}", "kind = office", "gift"),
    ("causes: [taste]", "facts: {causes: [taste, price]}", "causes = [taste, price]", "[taste]"),
    (RICH, "scores: {fit: 70}", "fit = 70", "unknown: value 70, low 60, high 70"),
    (RICH, "scores: {fit: {low: 50, high: 70}}", "fit low 50, high 70", "unknown: value 70, low 60, high 70"),
    (RICH + ", causes: []", "scores: {fit: 71}", "fit = 71", "70"),
    (RICH + ", causes: []", "scores: {fit: unknown}", "fit = unknown", "70"),
    (RICH, "grades: {level: B}", "level = B", "A"),
    ("budget: 2000", "grades: {level: A}", "level = A", "unknown: likely B, possible A, B"),
    ("budget: 2000", "grades: {level: {possible: [A, B, C]}}", "level possible [A, B, C]", "unknown: likely B, possible A, B"),
    ("budget: 2000", "grades: {level: {possible: [A]}}", "level possible [A]", "unknown: likely B, possible A, B"),
    ("budget: 2000", "grades: {level: {missing: [people]}}", "level missing [people]", "unknown: likely B, possible A, B"),
    (RICH, "because: {scores.fit.rich: small}", 'because of scores.fit.rich with "small"', '"¥2,000 is large"'),
    (RICH, "because: {gates.silence: x}", 'because of gates.silence with "x"', "no reason is given"),
    (RICH, "plays: {call: {due: 2026-11-30}}", 'play call with due "2026-11-30"', 'call: due "2026-11-29"'),
    ("budget: 2", "plays: {call: }", "play call", "nothing to do"),
    ("kind: office, budget: 2000", "questions: [share]", "a question about share", "people, causes"),
    (RICH, "packs: [gift]", "pack gift", "base"),
]  # fmt: skip


@pytest.mark.parametrize(("lead", "expect", "expected", "came"), MISSED)
def test_missed(world: Path, lead: str, expect: str, expected: str, came: str) -> None:
    assert missed(world, lead, expect) == [(expected, came)]


def test_why_a_rule_did_what_it_did(world: Path) -> None:
    (outcome,) = run_cases(
        world, "lead: {budget: 900, kind: gift}\nexpect: {fires: [scores.fit.rich]}"
    )
    (failure,) = outcome.failures
    path = (world / "base.yaml").as_posix()
    assert failure.why == (
        f"scores.fit.rich is silent at {path}:16: big <= budget",
        "with big = 1000, budget = 900",
    )


@pytest.mark.parametrize(
    ("settings", "fires"),
    [("", "silent"), ("settings: {big: 500}\n", "fires"), ('settings: {big: "800"}\n', "fires")],
)
def test_settings_of_a_case(world: Path, settings: str, fires: str) -> None:
    (outcome,) = run_cases(
        world, f"{settings}lead: {{budget: 900}}\nexpect: {{{fires}: [scores.fit.rich]}}"
    )
    assert outcome.passed


def test_file_speaks_for_its_cases(world: Path) -> None:
    head = HEAD.replace("cases:", "lang: zh\nsettings: {big: 10}\ncases:")
    outcomes = run_cases(
        world,
        "lead: {budget: 20}\nexpect: {because: {scores.fit.rich: 算大}}",
        "lang: en\nlead: {budget: 20}\nexpect: {because: {scores.fit.rich: is large}}",
        "settings: {big: 100}\nlead: {budget: 20}\nexpect: {silent: [scores.fit.rich]}",
        "as_of: 2026-12-02\nlead: {budget: 2000, people: 2, causes: []}\nexpect: {plays: {call: {due: 2026-12-09}}}",
        head=head,
    )
    assert [outcome.failures for outcome in outcomes] == [(), (), (), ()]


# ── several leads ──


def test_several_leads_are_one_population(world: Path) -> None:
    (outcome,) = run_cases(
        world,
        """
        leads:
          - {id: L1, budget: 100, people: 1, causes: []}
          - {id: L2, budget: 5000, people: 10, causes: []}
          - {id: L3, budgt: 3}
          - {id: L4, budget: x}
        expect:
          L1: {grades: {top: others}, rank: 2}
          L2: {grades: {top: first}, rank: 1, verdict: terms}
          L3: {set_aside: {code: lead-unknown-field, says: "budget"}}
          L4: {set_aside: value-number}
        """,
    )
    assert outcome.failures == ()


def test_leads_of_a_file(world: Path) -> None:
    (world / "leads.csv").write_text("id,预算\nL1,100\nL2,12.5万\n", encoding="utf-8")
    (outcome,) = run_cases(
        world, "leads: leads.csv\nexpect: {L2: {rank: 1, facts: {budget: 125000}}, L1: {rank: 2}}"
    )
    assert outcome.failures == ()


def test_lead_that_is_not_there(world: Path) -> None:
    (outcome,) = run_cases(
        world,
        "leads: [{id: L1, budget: 3}, {id: L2, budget: x}]\n"
        "expect: {L2: {verdict: go}, L9: {verdict: go}, L1: {set_aside: value-number, rank: 3}}",
    )
    assert [(failure.expected, failure.came) for failure in outcome.failures] == [
        ("a result for L2", "the lead is set aside"),
        ("a result for L9", "there is no such lead"),
        ("the error value-number", "no error"),
        ("rank 3", "1"),
    ]


# ── errors that are expected ──

ERRORS = [
    "lead: {budgt: 3}\nexpect: {error: lead-unknown-field}",
    "lead: {budgt: 3}\nexpect: {error: {code: lead-unknown-field, says: [budgt, did you mean]}}",
    "lead: {budget: x}\nexpect: {error: value-number}",
    "settings: {fixed: 3}\nlead: {budget: 3}\nexpect: {error: {code: locked, says: by law}}",
    "settings: {nothing: 3}\nlead: {budget: 3}\nexpect: {error: unknown-setting}",
    "leads: [{id: A, budget: 3}, {id: A, budget: 4}]\nexpect: {error: lead-same-id}",
]


@pytest.mark.parametrize("case", ERRORS)
def test_error_that_is_expected(world: Path, case: str) -> None:
    (outcome,) = run_cases(world, case)
    assert outcome.failures == ()


@pytest.mark.parametrize(
    ("case", "came"),
    [
        ("lead: {budget: 3}\nexpect: {error: value-number}", "no error"),
        ("lead: {budget: x}\nexpect: {error: lead-unknown-field}", "another error"),
        (
            "lead: {budget: x}\nexpect: {error: {code: value-number, says: nowhere}}",
            "another error",
        ),
        ("lead: {budget: x}\nexpect: {verdict: go}", "an error"),
        ("settings: {big: x}\nlead: {budget: 3}\nexpect: {verdict: go}", "an error"),
        ("leads: [{id: A, budget: 3}]\nexpect: {error: lead-same-id}", "no error"),
    ],
)
def test_error_that_is_not(world: Path, case: str, came: str) -> None:
    (outcome,) = run_cases(world, case)
    assert [failure.came for failure in outcome.failures] == [came]


# ── files that can't be used ──

CASE = "lead: {budget: 3}\nexpect: "

REFUSED = [
    (CASE + "{fires: [gates.silnce]}", "unknown-path", "6:22", 'did you mean "gates.silence"?'),
    (CASE + "{fires: [scores.fit.riche]}", "unknown-path", "6:22", 'did you mean "scores.fit.rich"?'),
    (CASE + "{because: {grades.leve: x}}", "unknown-path", "6:24", 'did you mean "grades.level"?'),
    (CASE + "{silent: [plays.mend/pric]}", "unknown-path", "6:23", 'did you mean "plays.mend/price"?'),
    (CASE + "{plays: {calls: }}", "unknown-path", "6:22", 'did you mean "call"?'),
    (CASE + "{facts: {per_hed: 3}}", "unknown-path", "6:22", 'did you mean "per_head"?'),
    (CASE + "{facts: {orders: 3}}", "unknown-path", "6:22", 'did you mean "orders.large"?'),
    (CASE + "{scores: {level: 3}}", "unknown-path", "6:23", "write it under grades:"),
    (CASE + "{grades: {level: D}}", "unknown-word", "6:30", "one of: A, B, C"),
    (CASE + "{grades: {level: {possible: [A, E]}}}", "unknown-word", "6:45", "one of: A, B, C"),
    (CASE + "{facts: {budget: many}}", "value-number", "6:30", None),
    (CASE + "{facts: {share: 95}}", "value-percent", "6:29", None),
    (CASE + "{questions: [budgt]}", "unknown-path", "6:26", 'did you mean "budget"?'),
    (CASE + "{packs: [gfit]}", "unknown-path", "6:22", 'did you mean "gift"?'),
    (CASE + "{verdict: maybe}", "wrong-value", "6:23", None),
    (CASE + "{fire: [gates.silence]}", "unknown-key", "6:14", 'did you mean "fires"?'),
    (CASE + "{}", "wrong-length", "6:5", None),
    (CASE + "{fires: []}", "wrong-length", "6:21", None),
    ("lead: {budget: 3}", "missing-key", "4:5", None),
    ("expect: {verdict: go}", "missing-key", "4:5", None),
    ("leads: [{id: A}]\nexpect: {verdict: go}", "wrong-shape", "6:23", None),
    ("settings: {bg: 3}\n" + CASE + "{verdict: go}", "unknown-setting", "4:11", 'did you mean "big"?'),
    ("leads: none.yaml\nexpect: {L1: {verdict: go}}", "no-such-file", "5:12", None),
    ("leads: ../none.yaml\nexpect: {L1: {verdict: go}}", "outside-folder", "5:12", "copy it there"),
    ("leads: /etc/hosts\nexpect: {L1: {verdict: go}}", "outside-folder", "5:12", "copy it there"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "code", "place", "hint"), REFUSED)
def test_refused(world: Path, case: str, code: str, place: str, hint: str | None) -> None:
    (problem,) = refused(world, "case: x\n" + case)
    at = problem.at
    assert at is not None
    assert (problem.code, f"{at.line}:{at.column}") == (code, place)
    if hint is not None:
        assert problem.hint == hint


@pytest.mark.parametrize(
    ("head", "codes"),
    [
        ("groupbuy: 1\ncases:\n", ["missing-key"]),
        ("groupbuy: 1\nas_of: soon\ncases:\n", ["bad-date"]),
        (
            "groupbuy: 1\nas_of: 2026-11-22\nrules: nowhere/groupbuy.yaml\ncases:\n",
            ["no-such-file"],
        ),
        ("groupbuy: 1\nas_of: 2026-11-22\nmore: 1\ncases:\n", ["unknown-key"]),
    ],
)
def test_refused_head(world: Path, head: str, codes: list[str]) -> None:
    assert [p.code for p in refused(world, CASE + "{verdict: go}", head=head)] == codes


def test_every_mistake_of_a_file_is_told(world: Path) -> None:
    found = refused(
        world,
        CASE + "{fires: [gates.silnce], facts: {x: 3}}",
        "case: case 1\n" + CASE + "{verdict: go}",
    )
    assert [p.code for p in found] == ["case-same-name"]
    found = refused(world, CASE + "{fires: [gates.silnce], facts: {xyz: 3}}", CASE + "{packs: [a]}")
    assert [p.code for p in found] == ["unknown-path"] * 3
