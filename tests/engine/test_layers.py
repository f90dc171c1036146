"""Packs over packs: what a change does, and every way in which it can be wrong (design §4)."""

# ruff: noqa: E501 - a row of a table is one line

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from rules_world import AS_OF, MODEL, brief, day, problems, rules, shown, write_rules

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError, Problem

BASE = """
settings: {price: 400, good: {value: 10, type: number, title: Good from}}
facts: {cost: price * a}
gates:
  dear: {when: cost > 1000, verdict: terms, unknown: pass, because: {en: "dear", zh: 贵}}
scores:
  fit:
    range: [0, 100]
    rules:
      new: {when: f, points: 25}
      taste: {when: g, points: 10}
grades:
  size: {of: a, bands: {few: {}, many: {from: good}}}
  level:
    rows: {A: {when: f, because: "as f"}, B: {when: g}, C: {}}
plays:
  call: {when: f, do: "call", who: {en: sales, zh: 销售}, due: 7}
  ask: {when: f, do: "ask"}
"""
GOV = 'for: org == "government"\nchanges:\n'
LEAD = {"org": "government", "a": 3, "f": True, "g": True}


def changed(change: str, **lead: Any) -> Any:
    """The results of one lead for whom a change holds."""
    return rules(BASE, GOV + indent(change)).lead(**{**LEAD, **lead})


def indent(text: str) -> str:
    return "\n".join("  " + line for line in dedent(text).strip("\n").split("\n"))


def test_what_changes_and_what_stays() -> None:
    plain = rules(BASE, GOV + indent("settings: {price: 360}")).lead(**{**LEAD, "org": "private"})
    assert plain["packs"] == ["p1"]
    assert plain["facts"]["cost"]["value"] == 1200
    assert [move["play"] for move in plain["plays"]] == ["call", "ask"]
    lead = changed("""
        settings: {price: 360, good: 3}
        gates: {dear: {when: cost > 1100, because: {en: "over"}}}
        scores: {fit: {rules: {new: {points: 5}, taste: off}}}
        grades: {level: {rows: {A: off}}}
        plays: {ask: off, call: {due: 3}}
        """)
    assert lead["packs"] == ["p1", "p2"]
    assert lead["facts"]["cost"]["value"] == 1080
    assert lead["verdict"]["value"] == "go"
    assert lead["scores"]["fit"]["value"] == 5
    assert shown(lead["grades"]["size"]) == "many"
    assert shown(lead["grades"]["level"]) == "B"
    assert [(m["play"], m["due"], m["who"]) for m in lead["plays"]] == [
        ("call", "2026-11-25", "sales")
    ]


CHANGED: list[tuple[str, str, Any]] = [
    # a change, what is looked at, what it is then
    ("settings: {price: {value: 1}}", "facts.cost.value", 3),
    ("facts: {cost: a + 1}", "facts.cost.value", 4),
    ("facts: {cost: {rows: {x: {when: f, value: 9}, y: {value: 1}}}}", "facts.cost.value", 9),
    ("facts: {cost: {if: not f}}", "facts.cost.status", "none"),
    ("scores: {fit: {rules: {more: {when: a > 2, points: 1}}}}", "scores.fit.value", 36),
    ("scores: {fit: {rules: {new: {when: not f}}}}", "scores.fit.value", 10),
    ("scores: {fit: {range: [0, 20]}}", "scores.fit.value", 20),
    ("scores: {fit: {rules: {new: {points: {of: a, bands: {x: {points: 1}, y: {from: 3, points: 2}}}}}}}", "scores.fit.value", 12),
    ("grades: {level: {rows: {Z: {when: a > 2, before: A}}}}", "grades.level.value", "Z"),
    ("grades: {level: {rows: {Z: {when: a > 2}}}}", "grades.level.value", "A"),
    ("grades: {level: {of: a, bands: {S: {}, L: {from: 2}}}}", "grades.level.value", "L"),
    ("grades: {level: {rows: {A: {value: AA}}}}", "grades.level.value", "AA"),
    ("grades: {level: {rows: {A: {because: {zh: 新}}}}}", "grades.level.because", "新"),
    ("grades: {size: {bands: {lots: {from: 3}, many: off}}}", "grades.size.value", "lots"),
    ("grades: {level: off}", "grades.level", None),
    ("gates: {dear: {verdict: stop}}", "verdict.value", "stop"),
    ("gates: {dear: off}", "verdict.value", "go"),
    ("plays: {call: {do: write}}", "plays.0.do", "write"),
    ("plays: {call: {tags: [x]}}", "plays.0.tags", ["x"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "path", "wanted"), CHANGED)
def test_changes(change: str, path: str, wanted: Any) -> None:
    found: Any = changed(change)
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found.get(step)
    assert found == wanted


def test_a_lead_may_have_several_packs_and_later_layers_win() -> None:
    ruled = rules(
        "settings: {n: 1}\nfacts: {q: n}",
        ['pack: gov\nfor: org == "government"\nchanges: {settings: {n: 2}}',
         'pack: staff\nfor: kind == "welfare"\nfacts: {only_staff: n + 1}'],
        'pack: both\nfor: org == "government" and kind == "welfare"\nchanges: {settings: {n: 3}}',
    )  # fmt: skip
    cases: list[tuple[dict[str, Any], list[str], int, Any]] = [
        ({"org": "private", "kind": "gift"}, [], 1, None),
        ({"org": "government", "kind": "gift"}, ["gov"], 2, None),
        ({"org": "private", "kind": "welfare"}, ["staff"], 1, 2),
        ({"org": "government", "kind": "welfare"}, ["gov", "staff", "both"], 3, 4),
    ]
    leads = ruled.leads(lead for lead, *_ in cases)
    for lead, (_, packs, q, staff) in zip(leads.values(), cases, strict=True):
        assert lead["packs"] == ["p1", *packs]
        assert lead["facts"]["q"]["value"] == q
        assert lead["facts"].get("only_staff", {}).get("value") == staff


def test_a_name_outside_the_stack_does_not_apply() -> None:
    ruled = rules(
        ['pack: w\nfor: kind == "welfare"\nfacts: {extra: 5}\ngrades: {mark: {rows: {A: {}}}}\n'
         "scores: {s: {range: [0, 9], rules: {r: {points: 3}}}}",
         "pack: c\nfacts: {seen: known(extra), big: extra > 1, other: extra != 1, is_a: mark == 'A', high: s > 1}"],
    )  # fmt: skip
    cases: list[tuple[dict[str, Any], list[Any]]] = [
        ({"kind": "welfare"}, [True, True, True, True, True]),
        ({"kind": "gift"}, [False, False, True, False, False]),
        ({}, [False, None, None, None, None]),  # it might apply
    ]
    for lead, (_, wanted) in zip(
        ruled.leads(case for case, _ in cases).values(), cases, strict=True
    ):
        facts = lead["facts"]
        assert [facts[name]["value"] for name in ("seen", "big", "other", "is_a", "high")] == wanted


def test_an_open_pack_does_not_apply_and_is_asked_about() -> None:
    ruled = rules(
        "grades: {g1: {rows: {A: {when: f}, B: {}}}}",
        GOV + "  grades: {g1: {rows: {A: off}}}",
        head="columns: [g1]",
    )
    lead = ruled.lead(f=True)
    assert lead["packs"] == ["p1"]
    assert lead["open_packs"] == ["p2"]
    assert [(each["field"], each["packs"]) for each in lead["questions"]] == [("org", ["p2"])]
    both = ruled.lead()
    assert [each["field"] for each in both["questions"]] == ["org", "f"]


def test_words_are_those_of_all_packs() -> None:
    ruled = rules(
        """
grades: {level: {rows: {A: {}}}}
gates: {z: {when: 'level == "Z"', verdict: stop, unknown: pass}}
""",
        GOV + "  grades: {level: {rows: {Z: {when: f, before: A}}}}",
    )
    found = ruled.leads([LEAD, {**LEAD, "org": "private"}])
    assert [lead["verdict"]["value"] for lead in found.values()] == ["stop", "go"]


def test_types_are_those_of_all_packs() -> None:
    found = problems(
        [
            'for: kind == "gift"\nfacts: {size: a}',
            'for: kind == "office"\nfacts: {size: f}',
        ]
    )
    assert [problem.code for problem in found] == ["type-mismatch"]


def test_layers_above_see_what_layers_below_added() -> None:
    ruled = rules(
        BASE,
        "changes: {scores: {fit: {rules: {more: {when: a > 2, points: 1}}}}, grades: {level: {rows: {Z: {when: f, before: A}}}}}",
        "changes: {scores: {fit: {rules: {more: {points: 2}}}}, grades: {level: {rows: {Z: {value: Y}}}}}\n"
        "facts: {top: level == 'Y'}",
    )  # fmt: skip
    lead = ruled.lead(**LEAD)
    assert lead["scores"]["fit"]["value"] == 37
    assert shown(lead["grades"]["level"]) == "Y"
    assert lead["facts"]["top"]["value"] is True


def test_changes_without_a_target_in_this_stack_are_skipped() -> None:
    ruled = rules(
        [
            'for: kind == "office"\nscores: {fit: {range: [0, 100], weights: {u: 1, v: 1}}}',
            'for: kind == "gift"\nscores: {fit: {range: [0, 100], weights: {x10: 1}}}\nfacts: {x10: 10 * x}',
            'for: kind == "welfare"\nscores: {fit: {range: [0, 100], rules: {r: {when: f, points: 50}}}}',
        ],
        "changes: {scores: {fit: {weights: {u: 3}, rules: {r: {points: 60}}}}}",
    )
    cases: list[tuple[dict[str, Any], float]] = [
        ({"kind": "office", "u": 100, "v": 0}, 75),
        ({"kind": "gift", "x": 4, "u": 100}, 40),
        ({"kind": "welfare", "f": True, "u": 100}, 60),
    ]
    leads = ruled.leads(lead for lead, _ in cases)
    assert [lead["scores"]["fit"]["value"] for lead in leads.values()] == [w for _, w in cases]
    stacks = ruled.workspace.rules.assembler.stacks.values()
    skipped = {
        (stack.names[0], ".".join((skip.section, skip.id, *skip.path)))
        for stack in stacks
        for skip in stack.skipped
        if len(stack.names) == 2
    }
    assert skipped >= {
        ("p1", "scores.fit.rules"),
        ("p2", "scores.fit.weights.u"),
        ("p2", "scores.fit.rules"),
        ("p3", "scores.fit.weights"),
    }


CONFLICTS: list[tuple[str, str, bool]] = [
    ("settings: {price: 1}", "settings: {price: 2}", True),
    ("settings: {price: 1}", "settings: {price: 1}", False),
    ("settings: {price: 1}", "settings: {price: {value: 1}}", False),
    ("settings: {price: 1}", "settings: {price: {value: 2}}", True),
    ("settings: {good: 1}", "settings: {good: {title: x}}", False),
    ("plays: {call: off}", "plays: {call: {due: 3}}", True),
    ("plays: {call: {due: 3}}", "plays: {call: {who: x}}", False),
    ("plays: {call: {who: {en: a}}}", "plays: {call: {who: {zh: b}}}", True),
    ("facts: {cost: a}", "facts: {cost: {rows: {x: {value: 1}}}}", True),
    ("grades: {level: {rows: {A: off}}}", "grades: {level: {of: a, bands: {S: {}}}}", True),
    ("grades: {level: {rows: {A: off}}}", "grades: {level: {rows: {B: off}}}", False),
    ("scores: {fit: {rules: {new: {points: 1}}}}", "scores: {fit: {rules: {new: off}}}", True),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "conflict"), CONFLICTS)
def test_conflicts_within_a_layer(one: str, other: str, conflict: bool) -> None:
    ruled = rules(
        BASE,
        [f"pack: one\nfor: f\nchanges: {{{one}}}",
         "pack: between\nfor: f\nchanges: {settings: {good: 1}, plays: {ask: off}}",
         f"pack: other\nfor: g\nchanges: {{{other}}}"],
    )  # fmt: skip
    found = ruled.result([LEAD, {**LEAD, "g": False}]).data
    assert [lead["id"] for lead in found["leads"]] == ["L2"] if conflict else ["L1", "L2"]
    aside = found["set_aside"]
    assert [lead["id"] for lead in aside] == (["L1"] if conflict else [])
    for lead in aside:
        text = lead["problems"][0]
        assert "conflict one and other" in text
        assert "p2.yaml:" in text
        assert "p4.yaml:" in text


def test_two_definitions_in_one_layer_conflict() -> None:
    ruled = rules(["for: f\nfacts: {q: 1}", "for: g\nfacts: {q: 2}"])
    found = ruled.result([{"f": True, "g": True}, {"f": True, "g": False}]).data
    assert [lead["id"] for lead in found["set_aside"]] == ["L1"]
    assert "p1 and p2 both define q" in found["set_aside"][0]["problems"][0]


# Upper packs over BASE that are wrong: code, place, and a part of the hint.
WRONG: list[tuple[str, list[tuple[str, str]], str]] = [
    ("facts: {cost: 1}", [("defined-below", "p2:3:9")], "changes: {facts: {cost"),
    ("scores: {cost: {range: [0, 1]}}", [("name-taken", "p2:3:10")], "choose another"),
    ("facts: {budget: 1}", [("name-taken", "p2:3:9")], "choose another"),
    ("facts: {预算: 1}", [("name-taken", "p2:3:9")], "choose another"),
    ("facts: {orders.amount: 1}", [("name-taken", "p2:3:9")], "choose another"),
    ("facts: {today: 1}", [("name-taken", "p2:3:9")], "choose another"),
    ("facts: {verdict: 1}", [("name-taken", "p2:3:9")], "choose another"),
    ("facts: {rank: 1}", [("name-taken", "p2:3:9")], "choose another"),
    ("facts: {1a: 1}", [("bad-name", "p2:3:9")], "letters"),
    ("scores: {fit.low: {range: [0, 1]}}", [("bad-name", "p2:3:10")], "letters"),
    ("settings: {a.b: 1}", [("bad-name", "p2:3:12")], "letters"),
    ("facts: {ordrs.x: 1}", [("unknown-name", "p2:3:9")], "orders"),
    ("facts: {q: }", [("missing-value", "p2:3:9")], "fill it in"),
    ("fcts: {q: 1}", [("unknown-key", "p2:3:1")], 'did you mean "facts"?'),
    ("changes: {fcts: {q: 1}}", [("unknown-key", "p2:3:11")], 'did you mean "facts"?'),
    ("changes: {facts: {cots: 1}}", [("unknown-target", "p2:3:19")], 'did you mean "cost"?'),
    ("changes: {facts: {zzz: 1}}", [("unknown-target", "p2:3:19")], "to define it"),
    ("changes: {scores: {fit: {rules: {nwe: {points: 1}}}}}", [("unknown-target", "p2:3:34")], 'did you mean "new"?'),
    ("changes: {scores: {fit: {rules: {nwe: off}}}}", [("unknown-target", "p2:3:34")], 'did you mean "new"?'),
    ("changes: {grades: {level: {rows: {AA: {because: x}}}}}", [("unknown-target", "p2:3:35")], "A"),
    ("changes: {scores: {fit: {weights: {x: 3}}}}", [("unknown-target", "p2:3:26")], ""),
    ("changes: {plays: {call: {due: null}}}", [("null-change", "p2:3:31")], "write off"),
    ("changes: {plays: {call: }}", [("missing-value", "p2:3:19")], "off"),
    ("changes: {plays: {call: {dew: 3}}}", [("unknown-key", "p2:3:26")], "due"),
    ("changes: {facts: {cost: kost}}", [("unknown-name", "p2:3:25")], 'did you mean "cost"?'),
    ("changes: {facts: {cost: {if: f, rows: {A: {value: 1}}, of: a, bands: {B: {}}}}}", [("two-forms", "p2:3:33")], "keep one"),
    ("facts: {p: q, q: p}", [("circular-definition", "p2:3:9")], "without the others"),
    ("facts: {p: q}\nscores: {q: {range: [0, 9], rules: {r: {when: p > 1, points: 1}}}}", [("circular-definition", "p2:3:9")], "without"),
    ("changes: {facts: {cost: fit}}\nfacts: {w: 1}\ngates: {x: {when: verdict == 'go', verdict: stop, unknown: pass}}", [("circular-definition", "p2:5:9")], "without"),
    ("for: fit2 > 3\nfacts: {fit2: a}", [("for-too-high", "p2:3:6")], "lower layers"),
    ("for: verdict == 'go'", [("for-too-high", "p2:3:6")], ""),
    ("for: a", [("not-a-condition", "p2:3:6")], "> 0"),
    ("for: nope > 1", [("unknown-name", "p2:3:6")], ""),
    ("for: share(a) > 0.1", [("for-over-population", "p2:3:6")], ""),
    ("for: cost > 1\nchanges: {settings: {price: 1}}", [("frozen", "p2:4:22")], "lower layer"),
    ("for: cost > 1\nchanges: {facts: {cost: 1}}", [("frozen", "p2:4:19")], "lower layer"),
    ("fields: {budget: {type: money}}", [("model-name-clash", "p2:3:10")], ""),
    ("plays: {x: {when: f}}", [("missing-key", "p2:3:9")], ""),
    ("plays: {x: {do: y}}", [("missing-key", "p2:3:9")], "when: true"),
    ("plays: {x: {when: f, do: '{nme}'}}", [("unknown-name", "p2:3:28")], ""),
    ("plays: {x: {when: f, do: '{orders.amount}'}}", [("column-outside-rows", "p2:3:28")], ""),
    ("plays: {x: {when: f, do: '{a:.2f}'}}", [("bad-text", "p2:3:28")], "{a}"),
    ("plays: {x: {when: f, do: '{a'}}", [("bad-text", "p2:3:26")], ""),
    ("plays: {x: {when: f, do: y, due: kind}}", [("type-mismatch", "p2:3:34")], "due: 7"),
    ("gates: {x: {when: f, verdict: halt, unknown: pass}}", [("wrong-value", "p2:3:31")], ""),
    ("gates: {x: {when: f, verdict: hold}}", [("missing-key", "p2:3:12")], ""),
    ("gates: {x: {when: f, verdict: hold, unknown: stop}}", [("wrong-value", "p2:3:46")], ""),
    ("gates: {x: {each: nope, when: f, verdict: hold, unknown: pass}}", [("unknown-name", "p2:3:19")], ""),
    ("facts: {q: {table: orders, per: week, last: 4, columns: {n: count(orders)}}}", [("wrong-value", "p2:3:33")], ""),
    ("facts: {q: {table: needs, per: month, last: 4, columns: {n: count(needs)}}}", [("wrong-value", "p2:3:20")], "order"),
    ("facts: {orders.q: {rank: orders.amount, cuts: {x: {top: 1}, y: {}}}}", [("rank-of-rows", "p2:3:9")], "sum"),
    ("facts: {orders.q: share(orders.amount)}", [("rank-of-rows", "p2:3:9")], "sum"),
    ("changes: {scores: {fit: {range: [0, -5]}}}", [("wrong-value", "p2:3:33")], "lower"),
    ("facts: {q: {value: 1, effective: {from: 2026-02-30}}}", [("bad-date", "p2:3:41")], "2026-01-31"),
    ("facts: {q: {value: 1, effective: {from: 2027-01-01, until: 2026-01-01}}}", [("bad-date", "p2:3:34")], ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "hint"), WRONG)
def test_wrong_packs(text: str, wanted: list[tuple[str, str]], hint: str) -> None:
    found = problems(BASE, text)
    assert brief(found) == wanted, found
    assert hint in (found[0].hint or ""), found[0].hint


def test_all_problems_of_all_files_are_told_at_once() -> None:
    found = problems(
        BASE,
        "facts: {p: nope, q: nada}\nscores: {s: {range: [0, 1], rules: {r: {when: gg, points: x1}}}}",
        "changes: {facts: {cots: 1}, plays: {cal: off}}\ngates: {x: {when: ff, verdict: hold, unknown: pass}}",
    )
    assert len(found) == 6
    assert {problem.at.file.rsplit("/")[-1] for problem in found if problem.at} == {
        "p2.yaml",
        "p3.yaml",
    }


LOCKED = """
settings: {cap: 5, own: {value: 1, locked: "ours"}}
facts: {over: a > cap}
gates: {law: {when: a > cap, verdict: stop, unknown: pass, locked: "The law"}}
"""
LOCKS: list[tuple[str, str]] = [
    ("gates: {law: {verdict: hold}}", "The law"),
    ("gates: {law: off}", "The law"),
    ("settings: {cap: 6}", "The law"),
    ("settings: {own: 2}", "ours"),
]


@pytest.mark.parametrize(("change", "reason"), LOCKS)
def test_what_is_locked_stays(change: str, reason: str) -> None:
    found = problems(LOCKED, f"changes: {{{change}}}")
    assert [problem.code for problem in found] == ["locked"]
    assert reason in found[0].message
    assert "p1.yaml:" in found[0].message


def test_a_change_can_lock_against_layers_above() -> None:
    lock = "changes: {settings: {price: {value: 5, locked: agreed}}}"
    assert problems(BASE, lock) == ()
    found = problems(BASE, lock, "changes: {settings: {price: 6}}")
    assert brief(found) == [("locked", "p3:3:22")]


def test_settings_for_one_run() -> None:
    assert rules(BASE, settings={"price": "300"}).lead(a=2)["facts"]["cost"]["value"] == 600
    above = "changes: {settings: {price: 100}}"
    assert rules(BASE, above, settings={"price": "300"}).lead(a=2)["facts"]["cost"]["value"] == 600
    cases = [
        ({"pric": "1"}, "unknown-setting", 'did you mean "price"?'),
        ({"price": "abc"}, "", ""),
        ({"price": ""}, "", ""),
    ]
    for given, code, hint in cases:
        found = problems(BASE, settings=given)
        assert len(found) == 1
        assert code in found[0].code
        assert hint in (found[0].hint or "")
        assert found[0].message.startswith("--set")
    for name in ("cap", "own"):
        found = problems(LOCKED, settings={name: "9"})
        assert [problem.code for problem in found] == ["locked"]


def test_a_range_stays_a_range_in_every_stack() -> None:
    text = "settings: {top: 10}\nscores: {s: {range: [0, top], rules: {r: {points: 50}}}}"
    assert rules(text, settings={"top": "20"}).lead()["scores"]["s"]["value"] == 20
    found = problems(text, "changes: {settings: {top: -5}}")
    assert brief(found) == [("bands-out-of-order", "p1:4:21")]


def test_effective_dates_are_inclusive() -> None:
    text = "facts: {q: 1}\ngates: {x: {when: f, verdict: hold, unknown: pass, effective: {from: 2026-11-22, until: 2026-11-24}}}"
    for as_of, verdict in {
        "2026-11-21": "go", "2026-11-22": "hold", "2026-11-24": "hold", "2026-11-25": "go",
    }.items():  # fmt: skip
        assert rules(text, as_of=as_of).lead(f=True)["verdict"]["value"] == verdict


def test_names_of_what_has_expired_do_not_apply() -> None:
    text = "facts: {q: {value: 5, effective: {until: 2026-11-24}}, r: q > 3, s: 'coalesce(q, 9)'}"
    found = {
        as_of: rules(text, as_of=as_of).lead()["facts"] for as_of in ("2026-11-24", "2026-11-25")
    }
    assert [found["2026-11-24"][name]["value"] for name in "rs"] == [True, 5]
    assert [found["2026-11-25"][name]["value"] for name in "rs"] == [False, 9]


def test_a_change_of_what_has_expired_is_no_error() -> None:
    text = "facts: {q: 1}\ngates: {x: {when: f, verdict: hold, unknown: pass, effective: {until: 2026-11-24}}}"
    above = "changes: {gates: {x: {verdict: stop}}}"
    assert rules(text, above).lead(f=True)["verdict"]["value"] == "stop"
    assert rules(text, above, as_of="2026-12-01").lead(f=True)["verdict"]["value"] == "go"


RANKED = """
settings: {slots: 1, factor: 2}
grades: {q: {rank: a * factor, cuts: {top: {top: slots}, rest: {}}}}
facts: {part: share(a)}
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("for: f\nchanges: {settings: {slots: 2}}", [("rank-under-for", "p2:4:22")]),
        (
            "for: f\nchanges: {grades: {q: {cuts: {top: {top: 3}}}}}",
            [("rank-under-for", "p2:4:20")],
        ),
        ("for: f\nchanges: {facts: {part: share(b)}}", [("rank-under-for", "p2:4:19")]),
        ("for: f\nfacts: {other: share(b)}", [("rank-under-for", "p2:4:9")]),
        ("for: q == 'top'", [("for-over-population", "p2:3:6")]),
        ("for: part > 0.5", [("for-over-population", "p2:3:6")]),
        ("for: f\nchanges: {grades: {q: {because: x}}}", []),
        ("changes: {settings: {slots: 2}}", []),
    ],
)
def test_ranks_are_one_thing_for_all_leads(text: str, wanted: list[tuple[str, str]]) -> None:
    assert brief(problems(RANKED, text)) == wanted


def test_packs_may_add_fields() -> None:
    ruled = rules(
        "fields: {colour: {type: choice, of: [red, blue]}}\nfacts: {red: colour == 'red'}"
    )
    assert ruled.lead(colour="red")["facts"]["red"]["value"] is True


# ── the folder ─────────────────────────────────────────────────────────────────────────────────


def folder_problems(tmp_path: Path, head: str, **files: str) -> tuple[Problem, ...]:
    """What is wrong with a folder whose `groupbuy.yaml` is `head`."""
    write_rules(tmp_path, [BASE], MODEL)
    (tmp_path / "groupbuy.yaml").write_text(head, encoding="utf-8")
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    try:
        Workspace(tmp_path, Options(as_of=day(AS_OF)))
    except GroupbuyError as error:
        return error.problems
    return ()


HEADS: list[tuple[str, list[tuple[str, str]]]] = [
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1]\n", []),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1.yaml, none/*]\n", []),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: ['*']\n", []),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [../p1]\n", [("outside-folder", "groupbuy:3:10")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [/etc/passwd]\n", [("outside-folder", "groupbuy:3:10")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: ['groupbuy:../x']\n", [("outside-folder", "groupbuy:3:10")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p2]\n", [("no-such-file", "groupbuy:3:10")]),
    ("groupbuy: 1\nmodel: ../lead.yaml\nlayers: [p1]\n", [("outside-folder", "groupbuy:2:8")]),
    ("groupbuy: 1\nmodel: lead.yaml\n", [("missing-key", "groupbuy:1:1")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1, p1]\n", [("duplicate-pack", "p1:2:1")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1]\nrankby: [a]\n", [("unknown-key", "groupbuy:4:1")]),
    ("model: lead.yaml\nlayers: [p1]\n", [("missing-version", "groupbuy:1:1")]),
    ("groupbuy: 2\nmodel: lead.yaml\nlayers: [p1]\n", [("missing-version", "groupbuy:1:11")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1]\nrank_by: [nope]\n", [("unknown-name", "groupbuy:4:11")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1]\ncolumns: [nope, a]\n", [("unknown-name", "groupbuy:4:11")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1]\nrank_by: [name]\n", [("type-mismatch", "groupbuy:4:11")]),
    ("groupbuy: 1\nmodel: lead.yaml\nlayers: [p1]\nrank_by: [{a: 1}]\nx: 1\n", [("unknown-key", "groupbuy:5:1"), ("wrong-shape", "groupbuy:4:11")]),
    ("- a\n", [("wrong-shape", "groupbuy:1:1")]),
]  # fmt: skip


@pytest.mark.parametrize(("head", "wanted"), HEADS)
def test_the_rules_folder(tmp_path: Path, head: str, wanted: list[tuple[str, str]]) -> None:
    assert sorted(brief(folder_problems(tmp_path, head))) == sorted(wanted)


def test_two_files_with_one_pack_name(tmp_path: Path) -> None:
    head = "groupbuy: 1\nmodel: lead.yaml\nlayers: [p1, p2]\n"
    found = folder_problems(tmp_path, head, p2="groupbuy: 1\npack: p1\n")
    assert brief(found) == [("duplicate-pack", "p2:2:1")]
    assert "p1.yaml:2" in found[0].message


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    found = folder_problems(tmp_path, "groupbuy: 1\nmodel: led.yaml\nlayers: [p1]\n")
    assert len(found) == 1
    assert "led.yaml" in str(found[0])


def test_several_faulty_files_are_all_told(tmp_path: Path) -> None:
    head = "groupbuy: 1\nmodel: lead.yaml\nlayers: [p1, p2, p3, p4]\nnope: 1\n"
    found = folder_problems(tmp_path, head, p2="groupbuy: 1\npack: [x]\n", p3="pack: y\nfacts: 3\n")
    assert sorted(problem.code for problem in found) == [
        "bad-name", "missing-version", "no-such-file", "unknown-key", "wrong-shape",
    ]  # fmt: skip


def test_a_folder_is_all_the_packs_in_it(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    for name in ("b", "a"):
        text = f"groupbuy: 1\npack: {name}\nfacts: {{f_{name}: 1}}\n"
        (tmp_path / "ours" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "ours" / "a.test.yaml").write_text("cases: no pack\n", encoding="utf-8")
    (tmp_path / "groupbuy.yaml").write_text("groupbuy: 1\nlayers: [ours]\n", encoding="utf-8")
    packs = Workspace(tmp_path, Options(as_of=day(AS_OF))).project.packs
    assert [pack.name for pack in packs] == ["a", "b"]
