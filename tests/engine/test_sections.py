"""Gates, plays, facts for each row, tables of periods, settings and texts (design §4)."""

# ruff: noqa: E501 - a row of a table is one line

from typing import Any

import pytest
from rules_world import brief, problems, rules

GATES = """
settings: {limit: 100}
gates:
  stopped: {when: f, verdict: stop, unknown: pass, because: "said no"}
  held:    {when: a > limit, verdict: hold, unknown: hold, do: "wait", because: "{a} is over {limit}"}
  terms:   {when: g, verdict: terms, unknown: terms}
"""
FINE: dict[str, Any] = {"f": False, "a": 1, "g": False}
# Lead, verdict, gates with a reason, open gates.
VERDICTS: list[tuple[dict[str, Any], str, list[str], list[str]]] = [
    (FINE, "go", [], []),
    ({**FINE, "g": True}, "terms", ["terms"], []),
    ({**FINE, "a": 101}, "hold", ["held"], []),
    ({**FINE, "a": 101, "g": True}, "hold", ["held", "terms"], []),
    ({"f": True, "a": 101, "g": True}, "stop", ["stopped", "held", "terms"], []),
    ({**FINE, "f": None}, "go", [], ["stopped"]),
    ({**FINE, "g": None}, "terms", [], ["terms"]),
    ({**FINE, "a": None}, "hold", [], ["held"]),
    ({}, "hold", [], ["held", "stopped", "terms"]),
    ({"f": True}, "stop", ["stopped"], ["held", "terms"]),
]


@pytest.mark.parametrize(("lead", "verdict", "reasons", "unknown"), VERDICTS)
def test_the_worst_gate_decides(
    lead: dict[str, Any], verdict: str, reasons: list[str], unknown: list[str]
) -> None:
    given = {key: value for key, value in lead.items() if value is not None}
    found = rules(GATES).lead(**given)["verdict"]
    assert found["value"] == verdict
    assert [reason["gate"] for reason in found["reasons"]] == reasons
    assert sorted(gate["gate"] for gate in found["unknown"]) == unknown


def test_a_reason_says_all_there_is_to_say() -> None:
    reason = rules(GATES).lead(f=False, a=150.5, g=False)["verdict"]["reasons"][0]
    assert reason.pop("at").endswith("p1.yaml:6")
    assert reason == {
        "gate": "held",
        "verdict": "hold",
        "because": "150.5 is over 100",
        "do": "wait",
        "facts": {"limit": 100, "a": 150.5},
    }


def test_an_open_gate_says_what_is_missing() -> None:
    gate = rules(GATES).lead(f=False, g=False)["verdict"]["unknown"][0]
    assert (gate["gate"], gate["then"], gate["missing"]) == ("held", "hold", ["a"])


EACH = """
gates:
  unmet:
    each: needs
    when: needs.must and not needs.can
    verdict: hold
    unknown: terms
    because: "{needs.what} of {name}"
"""


def need(what: str, must: bool | None, can: bool | None) -> dict[str, Any]:
    return {"what": what, "must": must, "can": can}


ROWS: list[tuple[Any, str, list[tuple[str, str]]]] = [
    ([], "go", []),
    (None, "terms", []),
    ([need("wine", True, True)], "go", []),
    ([need("wine", True, False), need("tea", False, False), need("rice", True, False)],
     "hold", [("wine", "wine of Acme"), ("rice", "rice of Acme")]),
    ([need("wine", True, False), need("tea", True, None)], "hold", [("wine", "wine of Acme")]),
    ([need("wine", True, None), need("tea", False, None)], "terms", []),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "verdict", "reasons"), ROWS)
def test_one_reason_a_row(rows: Any, verdict: str, reasons: list[tuple[str, str]]) -> None:
    lead = {"name": "Acme"} | ({} if rows is None else {"needs": rows})
    found = rules(EACH).lead(**lead)["verdict"]
    assert found["value"] == verdict
    assert [(each["row"], each["because"]) for each in found["reasons"]] == reasons


def test_the_verdict_is_a_fact_for_plays() -> None:
    plays = (
        'plays: {go: {when: verdict == "go", do: x}, bad: {when: \'verdict >= "terms"\', do: y}}'
    )
    ruled = rules(GATES + plays.replace('verdict == "go"', "verdict == 'go'"))
    assert [move["play"] for move in ruled.lead(**FINE)["plays"]] == ["go"]
    assert [move["play"] for move in ruled.lead(**{**FINE, "g": True})["plays"]] == ["bad"]
    without = rules("plays: {go: {when: verdict == 'go', do: x}}")
    assert [move["play"] for move in without.lead()["plays"]] == ["go"]
    assert without.lead()["verdict"]["value"] == "go"


PLAYS = """
settings: {festival: {type: dates, value: [2026-09-25, 2027-09-15]}, late: 20}
plays:
  plain:  {when: f, do: "call {name}", who: sales, due: 7, because: "f is {f}", tags: [t]}
  causes:
    when: f
    by: causes
    who: sales
    due: 7
    because: general
    cases:
      novelty:      {do: new}
      competitor:   {do: compare, who: boss, due: late, because: special}
      dissatisfied: {do: talk}
  dated:  {when: f, do: greet, due: next(festival) - 14}
  rows:   {each: needs, when: needs.must, do: "find {needs.what}"}
  choice: {by: kind, cases: {office: {do: o}, gift: {do: g}}}
"""


def moves(**lead: Any) -> dict[str, Any]:
    return {move["key"]: move for move in rules(PLAYS).lead(**lead)["plays"]}


def test_plays() -> None:
    found = moves(
        f=True, name="Acme", causes=["competitor", "novelty"], kind="gift",
        needs=[need("wine", True, None), need("tea", False, None), {"must": True}],
    )  # fmt: skip
    assert set(found) == {
        "L1/plain",
        "L1/causes/novelty",
        "L1/causes/competitor",
        "L1/dated/2027-09-01",
        "L1/rows/wine",
        "L1/rows/3",
        "L1/choice/gift",
    }
    plain = found["L1/plain"]
    assert plain["do"] == "call Acme"
    assert plain["who"] == "sales"
    assert plain["due"] == "2026-11-29"
    assert plain["because"] == "f is yes"
    assert plain["tags"] == ["t"]
    assert plain["facts"] == {"f": True}
    competitor, novelty = found["L1/causes/competitor"], found["L1/causes/novelty"]
    assert (competitor["who"], competitor["due"], competitor["because"]) == (
        "boss",
        "2026-12-12",
        "special",
    )
    assert (novelty["who"], novelty["due"], novelty["because"]) == (
        "sales",
        "2026-11-29",
        "general",
    )
    assert found["L1/dated/2027-09-01"]["due"] == "2027-09-01"
    assert found["L1/rows/wine"]["do"] == "find wine"


def test_plays_that_are_not_sure_are_not_there() -> None:
    assert moves(causes=["novelty"]) == {}
    assert set(moves(f=True)) == {"L1/plain", "L1/dated/2027-09-01"}
    assert moves(f=False, causes=["novelty"]) == {}


def test_keys_stay_from_night_to_night_and_change_with_the_year() -> None:
    def keys(as_of: str) -> set[str]:
        lead = rules(PLAYS, as_of=as_of).lead(f=True, causes=["novelty"])
        return {move["key"] for move in lead["plays"]}

    assert keys("2026-11-22") == keys("2026-11-23")
    assert "L1/dated/2027-09-01" in keys("2026-11-22")
    assert "L1/dated/2026-09-11" in keys("2026-09-25")


def test_plays_stand_in_the_order_of_their_dates() -> None:
    ruled = rules("""
        plays:
          c: {when: f, do: x}
          b: {when: f, do: x, due: 9}
          d: {when: f, do: x, due: 3}
          a: {when: f, do: x, due: 9}
        """)
    assert [move["play"] for move in ruled.lead(f=True)["plays"]] == ["d", "a", "b", "c"]


def test_stopped_means_no_play_no_question_no_rank() -> None:
    ruled = rules(
        "gates: {no: {when: quiet, verdict: stop, unknown: pass}, wait: {when: g, verdict: hold, unknown: pass}}\n"
        "plays: {p: {when: true, do: x}}\ngrades: {q: {rows: {A: {when: f}, B: {}}}}",
        head="columns: [q]\nrank_by: [a]",
    )
    leads = ruled.leads([{"quiet": True, "a": 9}, {"a": 5}, {"a": 7, "g": True}])
    shown = [(x["rank"], len(x["plays"]), len(x["questions"])) for x in leads.values()]
    assert shown == [(None, 0, 0), (2, 1, 1), (1, 1, 1)]
    assert ruled.result([{"quiet": True}, {}]).data["summary"]["stop"] == 1


# ── facts for each row, and periods ────────────────────────────────────────────────────────────

ORDERS = [
    {"date": "2026-11-01", "amount": 100, "category": "tea"},  # the running quarter
    {"date": "2026-08-01", "amount": 30, "category": "tea"},
    {"date": "2026-07-01", "amount": 20, "category": "wine"},
    {"date": "2026-02-01", "amount": 5},
    {"date": "2025-10-01", "amount": 7},
    {"date": "2025-09-30", "amount": 900},
]
BY_ROW = """
facts:
  orders.net: orders.amount / 2
  orders.big: orders.net >= 10
  orders.size: {of: orders.amount, bands: {small: {}, large: {from: 50}}}
  orders.word: {rows: {tea: {when: orders.category == "tea", value: 1}, rest: {value: 0}}}
  total: sum(orders.net)
  bigs: count(orders, where=orders.big)
  large: count(orders, where=orders.size == "large")
  teas: sum(orders.word)
""".replace('"tea"', "'tea'").replace('"large"', "'large'")


def test_facts_for_each_row() -> None:
    facts = rules(BY_ROW).lead(orders=ORDERS)["facts"]
    assert facts["orders.net"]["value"] == [50, 15, 10, 2.5, 3.5, 450]
    assert facts["orders.size"]["value"] == ["large", "small", "small", "small", "small", "large"]
    assert [facts[name]["value"] for name in ("total", "bigs", "large")] == [531, 4, 2]
    assert facts["orders.word"]["value"] == [1, 1, 0, None, None, None]


def test_facts_for_each_row_of_nothing() -> None:
    empty, unknown = rules(BY_ROW).leads([{"orders": []}, {}]).values()
    assert empty["facts"]["orders.net"] == {"value": [], "status": "known"}
    assert [empty["facts"][name]["value"] for name in ("total", "bigs")] == [0, 0]
    assert unknown["facts"]["orders.net"]["status"] == "unknown"
    assert unknown["facts"]["total"]["status"] == "unknown"


PERIODS: list[tuple[str, int, Any, list[float]]] = [
    ("quarter", 4, ORDERS, [50, 0, 5, 7]),
    ("month", 4, ORDERS, [0, 0, 30, 20]),
    ("year", 1, ORDERS, [907]),
    ("quarter", 2, [], [0, 0]),
]


@pytest.mark.parametrize(("per", "last", "orders", "wanted"), PERIODS)
def test_the_last_complete_periods_empty_ones_too(
    per: str, last: int, orders: Any, wanted: list[float]
) -> None:
    ruled = rules(f"""
        facts:
          p: {{table: orders, per: {per}, last: {last}, columns: {{amount: sum(orders.amount)}}}}
          sum: sum(p.amount)
          count: count(p)
          most: max(p.amount)
          least: min(p.amount)
          active: count(p, where=p.amount > 0)
        """)
    facts = ruled.lead(orders=orders)["facts"]
    assert facts["sum"]["value"] == sum(wanted)
    assert facts["count"]["value"] == last
    assert facts["most"]["value"] == max(wanted)
    assert facts["least"]["value"] == min(wanted)
    assert facts["active"]["value"] == sum(value > 0 for value in wanted)
    assert ruled.lead()["facts"]["sum"]["status"] == "unknown"
    undated = ruled.lead(orders=[{"amount": 5}])
    assert undated["facts"]["sum"]["status"] == "unknown"


# ── settings ───────────────────────────────────────────────────────────────────────────────────

SETTINGS: list[tuple[str, str, str, Any]] = [
    # how it is written, an expression with it, --set, the value then
    ("5", "s + 1", "", 6),
    ("5", "s + 1", "7", 8),
    ("{value: 5, type: integer}", "s * 2", "7", 14),
    ("{value: 12.5, type: money}", "s", "3万", 30000),
    ("95%", "s", "90%", 0.9),
    ("{value: 0.95, type: percent}", "s", "", 0.95),
    ("true", "1 if s else 0", "false", 0),
    ("{value: hello, type: text}", "s == 'hello'", "", True),
    ("{value: hello, type: text}", "s == 'hello'", "other", False),
    ("2026-12-01", "days_until(s)", "", 9),
    ("{value: 2026-12-01, type: date}", "days_until(s)", "2026-11-23", 1),
    ("[2026-01-01, 2026-12-01]", "days_until(next(s))", "", 9),
    ("{value: [2026-12-01, 2026-01-01], type: dates}", "days_until(next(s))", "", 9),
]


@pytest.mark.parametrize(("written", "expression", "given", "wanted"), SETTINGS)
def test_settings_of_every_type(written: str, expression: str, given: str, wanted: Any) -> None:
    text = f'settings: {{s: {written}}}\nfacts: {{q: "{expression}"}}'
    ruled = rules(text, settings={"s": given} if given else {})
    assert ruled.lead()["facts"]["q"]["value"] == wanted


WRONG_SETTINGS: list[tuple[str, str]] = [
    ("{value: abc, type: number}", "p1:3:22"),
    ("{value: 1.5, type: integer}", "p1:3:22"),
    ("{value: 2026-02-30, type: date}", "p1:3:22"),
    ("{value: 5, type: nmber}", "p1:3:31"),
    ("{type: number}", "p1:3:15"),
    ("{value: 5, max: 4}", "p1:3:22"),
    ("{value: 5%, type: percent, min: 0.1}", "p1:3:22"),
    ("{value: 5, min: 9, max: 1}", "p1:3:37"),
    ("{value: yes, type: text, min: 1}", "p1:3:45"),
    ("[2026-01-01, soon]", "p1:3:27"),
    ("[]", "p1:3:15"),
]


@pytest.mark.parametrize(("written", "at"), WRONG_SETTINGS)
def test_wrong_settings(written: str, at: str) -> None:
    found = problems(f"settings: {{s: {written}}}")
    assert len(found) == 1, found
    assert brief(found)[0][1].rpartition(":")[0] == at.rpartition(":")[0]


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("5", "x"),
        ("{value: 5, type: integer}", "1.5"),
        ("[2026-01-01]", "2026-02-01"),
        ("true", "maybe"),
        ("{value: 5, min: 0}", "-3"),
        ("{value: 5, min: 0, max: 9}", "10"),
    ],
)
def test_wrong_values_for_one_run(written: str, given: str) -> None:
    found = problems(f"settings: {{s: {written}}}", settings={"s": given})
    assert [
        problem.message.startswith("--set s:") or "--set: s" in problem.message for problem in found
    ] == [True]


# ── texts ──────────────────────────────────────────────────────────────────────────────────────

TEXTS: list[tuple[str, dict[str, Any], str]] = [
    ("{a}", {"a": 1234.5}, "1,234.5"),
    ("{a}", {}, "unknown"),
    ("{budget}", {"budget": 1234567}, "¥1,234,567"),
    ("{预算}", {"budget": -5}, "-¥5"),
    ("{share}", {"share": 0.955}, "95.5%"),
    ("{due_on}", {"due_on": "2026-12-01"}, "2026-12-01"),
    ("{f}", {"f": False}, "no"),
    ("{kind}", {"kind": "welfare"}, "welfare"),
    ("{causes}", {"causes": ["novelty", "competitor"]}, "novelty, competitor"),
    ("{half}", {"a": 1}, "0.5"),
    ("{none}", {"a": 0, "budget": 1}, "–"),
    ("{{a}}", {"a": 1}, "{a}"),
    ("{name}", {"name": "{a} {0.__class__}"}, "{a} {0.__class__}"),
]


@pytest.mark.parametrize(("text", "lead", "wanted"), TEXTS)
def test_texts_quote_facts(text: str, lead: dict[str, Any], wanted: str) -> None:
    ruled = rules(
        f"facts: {{half: a / 2, none: budget / a}}\nplays: {{p: {{when: true, do: '{text}'}}}}"
    )
    assert ruled.lead(**lead)["plays"][0]["do"] == wanted


def test_texts_in_the_readers_language() -> None:
    text = "plays: {p: {when: true, do: {en: 'buys {kind}', zh: '买{kind}'}, who: {zh: 销售}}}"
    chinese = rules(text, lang="zh").lead(kind="welfare")["plays"][0]
    assert (chinese["do"], chinese["who"]) == ("买福利性", "销售")
    english = rules(text, lang="en").lead(kind="welfare")["plays"][0]
    assert (english["do"], english["who"]) == ("buys welfare", "销售")
