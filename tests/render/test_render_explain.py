"""One lead explained: golden pages, sums that add up, nothing wider than asked."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_sample import check_golden, hostile_result, result, view
from wcwidth import wcswidth

from groupbuy.render.explain import show_lead
from groupbuy.render.view import View
from groupbuy.render.width import width, wrap


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_golden(lang: str) -> None:
    pages = [show_lead(lead, view(lang)) for lead in result(lang)["leads"]]
    check_golden(f"explain_{lang}", "\n".join(pages))


def test_golden_narrow() -> None:
    check_golden("explain_zh_60", show_lead(result("zh")["leads"][1], view("zh"), terminal=60))


@pytest.mark.parametrize("terminal", [60, 80, 100])
def test_nothing_is_wider_than_the_terminal(terminal: int) -> None:
    for data in (result("en"), result("zh"), hostile_result()):
        for lead in data["leads"]:
            for line in show_lead(lead, view("zh"), terminal=terminal).split("\n"):
                assert wcswidth(line) <= terminal, line


def test_hostile_texts_do_nothing() -> None:
    text = "".join(show_lead(lead, view("en")) for lead in hostile_result()["leads"])
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
    assert "\u202e" not in text


def scored(points: list[float]) -> dict[str, Any]:
    rules = [{"id": f"r{n}", "points": p, "at": "a.yaml:1"} for n, p in enumerate(points)]
    total = sum(points)
    score = {"value": total, "low": total, "high": total, "status": "known", "rules": rules}
    return {"id": "L1", "verdict": {"value": "go"}, "scores": {"s": score}}


@given(st.lists(st.floats(-100, 100).map(lambda x: round(x, 10)), min_size=1, max_size=12))
def test_printed_points_add_up_to_the_printed_total(points: list[float]) -> None:
    _, _, body = show_lead(scored(points), View()).partition("└─ s")
    figures = re.findall(r"^ +([+-][0-9.]+)  ", body, re.M)
    total = re.search(r"─\n +(-?[0-9.]+)$", body, re.M)
    assert total is not None
    assert len(figures) == len(points)
    assert round(sum(map(float, figures)), 6) == round(float(total[1]), 6)


def test_titles_of_columns_come_first() -> None:
    text = show_lead(result("en")["leads"][1], view("en"))
    assert text.index("Priority  A") < text.index("Existing  EI") < text.index("loyalty  B?")


def test_least_lead() -> None:
    text = show_lead({"id": "L1", "verdict": {"value": "go"}}, View(), terminal=60)
    assert text == f"L1\n{'═' * 60}\n\nVerdict: go\n"


@given(st.text("ab中文，。（ 1", max_size=60), st.integers(4, 30))
def test_wrapped_lines_fit_and_lose_nothing(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= cells for line in lines)


def test_wrapping_keeps_signs_with_their_words() -> None:
    assert wrap("预算充足，可以再加一档（试用）", 10) == ["预算充足，", "可以再加一", "档（试用）"]
    assert wrap("send three samples", 10) == ["send three", "samples"]
