"""Ranks and cuts over the population (design §4)."""

# ruff: noqa: E501 - a row of a table is one line

from typing import Any

import pytest
from rules_world import rules, shown


def pieces(form: str, values: list[Any], field: str = "a", **more: Any) -> str:
    """The piece of each lead, in the order given; `.` is in none, `?` unknown."""
    leads: list[dict[str, Any]] = [{field: value} for value in values]
    for name, column in more.items():
        for lead, value in zip(leads, column, strict=True):
            lead[name] = value
    leads = [
        {"id": f"L{n:03}", **{key: value for key, value in lead.items() if value is not None}}
        for n, lead in enumerate(leads)
    ]
    found = rules(f"settings: {{slots: 2}}\ngrades:\n  q: {form}").leads(leads)
    words = [found[lead["id"]]["grades"]["q"] for lead in leads]
    return "".join(
        "?" if word["status"] == "unknown" else (word["value"] or ".")[0] for word in words
    )


@pytest.mark.parametrize(
    ("size", "top", "counts"),
    [
        (85, "top: 1%", 1),
        (100, "top: 1%", 1),
        (101, "top: 1%", 2),
        (100, "top: 7%", 7),  # 0.07 * 100 is 7.000000000000001
        (10, "top: 30%", 3),
        (10, "top: 0.5%", 1),
        (200, "top: 0.5%", 1),
        (1, "top: 1%", 1),
        (5, "top: 100%", 5),
        (5, "top: 0", 0),
        (5, "top: 3", 3),
        (5, "top: 30", 5),
        (5, "top: slots", 2),
        (100, "top: 0.00001%", 1),
    ],
)
def test_how_many_are_on_top(size: int, top: str, counts: int) -> None:
    found = pieces(f"{{rank: a, cuts: {{T: {{{top}}}, rest: {{}}}}}}", list(range(size)))
    assert found == "r" * (size - counts) + "T" * counts


CUTS: list[tuple[str, list[Any], str]] = [
    # cumulative: 1 %, 5 % and 20 % of 85 are 0.85, 4.25 and 17, rounded up
    ("{super: {top: 1%}, large: {next: 4%}, medium: {next: 15%}, Rest: {}}", list(range(85, 0, -1)), "s" + "l" * 4 + "m" * 12 + "R" * 68),
    ("{A: {top: 2}, B: {next: 1}, C: {}}", [5, 4, 3, 2, 1], "AABCC"),
    ("{A: {top: 20%}, B: {next: 1}, C: {next: 20%}, D: {}}", [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], "AABCCDDDDD"),
    ("{A: {top: 3}, B: {next: 20%}, C: {}}", [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], "AAABBCCCCC"),
    # a percentage keeps ties together, a number breaks them by id
    ("{A: {top: 20%}, B: {}}", [9, 9, 9, 1, 1], "AAABB"),
    ("{A: {top: 2}, B: {}}", [9, 9, 9, 1, 1], "AABBB"),
    ("{A: {top: 2}, B: {}}", [1, 9, 9, 9, 1], "BAABB"),
    ("{A: {top: 20%}, B: {next: 20%}, C: {}}", [9, 9, 9, 1, 0], "AAACC"),
    # without a last piece, the others are in none
    ("{A: {top: 1}, B: {next: 1}}", [3, 2, 1], "AB."),
    # 80 % of what is positive
    ("{A: {holds: 80%}, B: {}}", [80, 20], "AB"),
    ("{A: {holds: 80%}, B: {}}", [79, 20, 1], "AAB"),
    ("{A: {holds: 80%}, B: {}}", [80, 20, -500], "ABB"),
    ("{A: {holds: 50%}, B: {holds: 30%}, C: {}}", [50, 30, 20], "ABC"),
    ("{A: {holds: 80%}, B: {}}", [-1, -2], "BB"),
    ("{A: {holds: 100%}, B: {}}", [0.1, 0.2, 0.3, 0], "AAAB"),
    # unknown members are in no piece, and take nobody's place
    ("{A: {top: 50%}, B: {}}", [4, None, 3, 2, 1], "A?ABB"),
]  # fmt: skip


@pytest.mark.parametrize("among", ["", "among: b > 1, "])
def test_one_piece_for_all(among: str) -> None:
    found = rules(f"grades: {{q: {{rank: a, {among}cuts: {{all: {{because: Everybody}}}}}}}}")
    grade = found.lead(a=1, b=2)["grades"]["q"]
    assert (grade["value"], grade["because"]) == ("all", "Everybody")


@pytest.mark.parametrize(("cuts", "values", "wanted"), CUTS)
def test_cuts(cuts: str, values: list[Any], wanted: str) -> None:
    assert pieces(f"{{rank: a, cuts: {cuts}}}", values) == wanted


SPEND: list[tuple[list[Any], list[Any], str]] = [
    ([5, 4, 3], [60, 40, 1], "AAB"),
    ([5, 4, 3], [60, 41, 1], "ABB"),  # a line: what comes below it is not looked at
    ([5, 5, 5], [50, 50, 50], "AAB"),  # ties by id
    ([5, 4, 3], [50, None, 50], "A?A"),
    ([5, 4], [0.1, 99.9], "AA"),
    ([5, 4], [101, 1], "BB"),
]


@pytest.mark.parametrize(("values", "costs", "wanted"), SPEND)
def test_a_budget_line(values: list[Any], costs: list[Any], wanted: str) -> None:
    form = "{rank: a, cuts: {A: {spend: b, up_to: 100}, B: {}}}"
    assert pieces(form, values, b=costs) == wanted


def test_among_within_and_otherwise() -> None:
    form = "{rank: a, among: f, within: kind, cuts: {A: {top: 1}, B: {}}, otherwise: {rows: {new: {when: g}, old: {}}}}"
    ruled = rules(f"grades:\n  q: {form}")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"f": True, "a": 5, "kind": "office"}, "A"),
        ({"f": True, "a": 4, "kind": "office"}, "B"),
        ({"f": True, "a": 1, "kind": "gift"}, "A"),
        ({"f": False, "g": True}, "new"),
        ({"f": False, "g": False}, "old"),
        ({"f": False}, "? new|old"),
        ({"f": True, "kind": "gift"}, "? A|B"),
        ({"f": True, "a": 99}, "? A|B"),
        ({"a": 99, "kind": "office", "g": True}, "new? A|B|new"),
        ({}, "? A|B|new|old"),
    ]
    data = ruled.result(lead for lead, _ in cases).data
    leads = {lead["id"]: lead for lead in data["leads"]}
    found = [shown(leads[f"L{n}"]["grades"]["q"]) for n in range(1, len(cases) + 1)]
    assert found == [wanted for _, wanted in cases]
    # counted: two in the population without value or group, two of whom nobody knows
    assert list(data["summary"]["unranked"].values()).count(4) >= 1


def test_outside_without_otherwise_it_does_not_apply() -> None:
    ruled = rules("grades: {q: {rank: a, among: f, cuts: {A: {top: 1}, B: {}}}}")
    leads = ruled.leads([{"a": 1, "f": True}, {"a": 2, "f": False}, {"a": 3}])
    assert [shown(lead["grades"]["q"]) for lead in leads.values()] == ["A", "none", "? A|B|–"]


def test_competition_ranking_in_texts_and_facts() -> None:
    ruled = rules("""
        facts: {part: 'share(a, within=kind)'}
        grades:
          q: {rank: a, cuts: {A: {top: 1, because: "first"}, B: {because: "number {rank}"}}}
        """)
    values = [7, 9, 9, 3, None]
    kinds = ["gift", "office", "office", "gift", "gift"]
    leads = ruled.leads(
        {"kind": kind, **({} if value is None else {"a": value})}
        for value, kind in zip(values, kinds, strict=True)
    )
    ordered = [leads[f"L{n}"] for n in range(1, 6)]
    assert [lead["facts"]["part"]["value"] for lead in ordered] == [0.7, 0.5, 0.5, 0.3, None]
    because = [lead["grades"]["q"].get("because") for lead in ordered]
    assert because == ["number 3", "first", "number 1", "number 4", None]


def test_a_share_of_nothing_does_not_apply() -> None:
    leads = rules("facts: {part: share(a)}").leads([{"a": 0}, {"a": 0}])
    assert [lead["facts"]["part"]["status"] for lead in leads.values()] == ["none", "none"]


def test_a_rank_of_a_rank_is_a_later_stage() -> None:
    ruled = rules("""
        grades:
          first: {rank: a, cuts: {top: {top: 2}, rest: {}}}
          second: {rank: b, among: first == "top", cuts: {best: {top: 1}, good: {}}}
        """)
    leads = ruled.leads([{"a": 1, "b": 9}, {"a": 2, "b": 1}, {"a": 3, "b": 2}])
    assert [shown(lead["grades"]["second"]) for lead in leads.values()] == ["none", "good", "best"]


def test_outside_the_population_the_reason_is_that_of_otherwise() -> None:
    text = """
    grades:
      best:
        rank: a
        among: f
        cuts: {top: {top: 1, because: best of all}, rest: {}}
        otherwise: {rows: {out: {when: g, because: not among them}, unclear: {}}}
    """
    leads = rules(text).leads([{"a": 1, "f": True}, {"a": 2, "f": False, "g": True}])
    found = [
        (lead["grades"]["best"]["value"], lead["grades"]["best"]["because"])
        for lead in leads.values()
    ]
    assert found == [("top", "best of all"), ("out", "not among them")]
