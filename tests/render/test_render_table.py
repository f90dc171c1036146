"""The terminal table: it fits, lines up, and says what its marks mean."""

from typing import Any

import pytest
from render_sample import check_golden, hostile_result, result, view
from wcwidth import wcswidth, wcwidth

from groupbuy.render.cells import shown
from groupbuy.render.table import show_table
from groupbuy.render.view import Column, View


def in_cells(line: str) -> list[str]:
    """What stands in each cell of a terminal line; the second half of a wide character is ''."""
    return [part for char in line for part in (char, *[""] * (wcwidth(char) - 1))]


def table_of(text: str) -> list[str]:
    """The lines of the table itself."""
    return text.split("\n\n")[0].split("\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("terminal", [80, 100, 120])
def test_golden(lang: str, terminal: int) -> None:
    check_golden(
        f"table_{lang}_{terminal}", show_table(result(lang), view(lang), terminal=terminal)
    )


def test_golden_wide() -> None:
    check_golden("table_en_wide", show_table(result("en"), view("en", wide=True)))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("terminal", [60, 80, 90, 100, 110, 120, 140, 200])
def test_columns_line_up(lang: str, terminal: int) -> None:
    text = show_table(result(lang), view(lang), terminal=terminal)
    head, rule, *rows, end = table_of(text)
    across = wcswidth(rule)
    assert end == rule
    assert across <= terminal
    gaps = [place for place, char in enumerate(rule) if char == " "]
    for line in (head, *rows):
        cells = in_cells(line)
        assert len(cells) <= across
        # Every line has the same width once the blanks at its end, which are cut, are put back.
        cells += [" "] * (across - len(cells))
        assert [cells[place] for place in gaps] == [" "] * len(gaps), line


@pytest.mark.parametrize("terminal", [60, 80, 100])
def test_nothing_is_wider_than_the_terminal(terminal: int) -> None:
    for data in (result("en"), result("zh"), hostile_result()):
        for line in show_table(data, view("zh"), terminal=terminal).split("\n"):
            assert wcswidth(line) <= terminal


def test_hostile_texts_do_nothing() -> None:
    text = show_table(hostile_result(), view("en", wide=True))
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
    assert "\u202e" not in text
    assert "␛[31m" in text
    assert len(table_of(text)) == 7


def lead(**parts: Any) -> dict[str, Any]:
    return {"id": "L1", "verdict": {"value": "go"}, "rank": 1, **parts}


def cell_of(name: str, lead: dict[str, Any], **changes: Any) -> str:
    """The text of the only column of a table with one lead."""
    shown = View((Column(name, "column"),), currency="CNY", **changes)
    row = table_of(show_table({"leads": [lead]}, shown))[2]
    return row.removeprefix("1  L1").rsplit("go")[0].strip()


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({"value": "B", "status": "known"}, "B"),
        ({"value": "B", "status": "known", "title": "Good"}, "B Good"),
        ({"value": "inactive", "status": "known", "title": "Asleep"}, "Asleep"),
        ({"value": "B", "status": "known", "title": "A title that is rather long"}, "B"),
        ({"value": None, "status": "unknown", "likely": "B", "possible": ["A", "B"]}, "B?"),
        ({"value": None, "status": "unknown", "likely": None, "possible": ["A", None]}, "A|–"),
        ({"value": None, "status": "unknown", "possible": ["A", "B", "C", "D"]}, "?"),
        ({"value": None, "status": "none"}, "–"),
    ],
)
def test_cells_of_grades(found: dict[str, Any], text: str) -> None:
    assert cell_of("g", lead(grades={"g": found})) == text


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({"value": 72.0, "low": 72.0, "high": 72.0, "status": "known"}, "72"),
        ({"value": 72.25, "low": 70.04, "high": 92, "status": "unknown"}, "70–92"),
        ({"value": None, "low": 0, "high": 100, "status": "unknown"}, "0–100"),
        ({"value": None, "low": None, "high": None, "status": "unknown"}, "?"),
        ({"value": None, "status": "none"}, "–"),
    ],
)
def test_cells_of_scores(found: dict[str, Any], text: str) -> None:
    assert cell_of("s", lead(scores={"s": found})) == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234567, "money", "¥1,234,567"),
        (-1234.5, "money", "-¥1,234.50"),
        (0.955, "percent", "95.5%"),
        (3.14159, "number", "3.14"),
        (0.00012345, "number", "0.00012"),
        (2026, "number", "2026"),
        (True, "", "yes"),
        (["a", "b"], "", "a, b"),
        ("2026-11-29", "date", "2026-11-29"),
        (None, "money", "?"),
    ],
)
def test_cells_of_facts(value: Any, kind: str, text: str) -> None:
    known = {"value": value, "status": "unknown" if value is None else "known"}
    assert cell_of("f", lead(facts={"f": known}), kinds={"f": kind}) == text
    assert cell_of("f", lead(fields={"f": value}), kinds={"f": kind}) == text


def test_an_empty_list_is_an_answer() -> None:
    assert shown([], "purposes", View(lang="zh")) == "无"


def test_section_of_a_plugin_can_be_a_column() -> None:
    assert cell_of("bonus", lead(incentives={"bonus": {"value": 5, "status": "known"}})) == "5"


def test_nobody() -> None:
    assert show_table({"leads": []}, View()) == "No leads.\n"
    assert show_table({"leads": []}, View(lang="zh")) == "没有客户。\n"


def test_errors_of_the_run_are_shown() -> None:
    problem = "plugin cold (cold-chain 1.0): cold.risk raised ValueError: x"
    data = {"leads": [], "errors": [{"problem": problem, "leads": 2, "first": "a"}]}
    assert show_table(data, View()).endswith(f"Problems\n  {problem} (2 leads)\n")


def test_next_is_the_play_that_is_due_first_and_what_settles_a_hold() -> None:
    plays = [{"play": "b", "do": "later"}, {"play": "a", "do": "soon", "due": "2026-12-01"}]
    assert "soon  2026-12-01" in show_table({"leads": [lead(plays=plays)]}, View())
    held = lead(plays=plays, verdict={"value": "hold", "reasons": [{"gate": "g", "do": "settle"}]})
    assert "settle" in show_table({"leads": [held]}, View())
