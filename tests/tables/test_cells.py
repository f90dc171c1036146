"""What one cell says: conditions below a head, and values."""

# ruff: noqa: E501 - a row of a table is one line

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables_world import MODEL

from groupbuy.errors import Source
from groupbuy.model.model import load_model
from groupbuy.model.problem import ValueProblem
from groupbuy.rules.tables.cells import expression, shortest, style_of
from groupbuy.rules.tables.conditions import Asked, condition, joined
from groupbuy.sheets.grid import CellSource
from groupbuy.source.yaml import read_yaml

FIELDS = load_model(read_yaml(Source("lead.yaml", MODEL))).fields
SOURCE = CellSource("x", "", lambda _row, _column: Source("x", "").at(1))


def asked(head: str) -> Asked:
    return Asked(head, FIELDS.get(head))


SAID = [
    # any
    ("budget", "", None),
    ("budget", "  *  ", None),
    ("kind", "＊", None),
    # a value of a field, read as in a lead file
    ("budget", "100000", "budget == 100000"),
    ("budget", "１０万", "budget == 100000"),
    ("budget", "¥1,000.50", "budget == 1000.5"),
    ("share", "95%", "share == 0.95"),
    ("kind", "gift", 'kind == "gift"'),
    ("kind", "礼品类", 'kind == "gift"'),
    ("kind", "福利、办公类", 'kind in ["welfare", "office"]'),
    ("kind", "gift; office", 'kind in ["gift", "office"]'),
    ("causes", "喜新", '"novelty" in causes'),
    ("causes", "喜新、让利", '"novelty" in causes or "competitor" in causes'),
    ("f", "是", "f"),
    ("f", "FALSE", "not f"),
    ("due_on", "2026年1月20日", 'due_on == "2026-01-20"'),
    ("region", "贵州", 'region == "贵州"'),
    ("region", "10-20", 'region == "10-20"'),
    ("region", 'the "far" east', "region == 'the \"far\" east'"),
    # a value of what is no field: by how it looks
    ("fit", "60", "fit == 60"),
    ("fit", "60%", "fit == 0.6"),
    ("loyalty", "A", 'loyalty == "A"'),
    ("loyalty", "A、B", 'loyalty in ["A", "B"]'),
    ("is_large", "true", "is_large"),
    ("is_large", "否", "not is_large"),
    ("first_order", "2026/1/20", 'first_order == "2026-01-20"'),
    ("budget / people", ">= 100", "budget / people >= 100"),
    ("a or b", "true", "(a or b)"),
    # what a rule file would say, without the name
    ("budget", ">= 100", "budget >= 100"),
    ("budget", ">=100", "budget >=100"),
    ("budget", ">= big_party", "budget >= big_party"),
    ("budget", ">= 10 and < 20", "budget >= 10 and budget < 20"),
    ("budget", "< 10 or >= 20", "budget < 10 or budget >= 20"),
    ("budget", "not (>= 10 and < 20)", "not (budget >= 10 and budget < 20)"),
    ("kind", 'in ["office", "gift"]', 'kind in ["office", "gift"]'),
    ("kind", 'not in ["office"]', 'kind not in ["office"]'),
    ("kind", '!= "office"', 'kind != "office"'),
    ("kind", '"office"', 'kind == "office"'),
    ("kind", "missing", "missing(kind)"),
    ("kind", 'known and == "gift"', 'known(kind) and kind == "gift"'),
    ("budget", "missing or >= 10", "missing(budget) or budget >= 10"),
    ("a + b", "known", "known(a + b)"),
    ("due_on", '>= "2026-01-20"', 'due_on >= "2026-01-20"'),
]  # fmt: skip


@pytest.mark.parametrize(("head", "cell", "said"), SAID)
def test_a_cell_says(head: str, cell: str, said: str | None) -> None:
    assert condition(asked(head), cell) == said


REFUSED = [
    ("budget", "10..20", "table-condition", 'say which ends count: ">= 10 and < 20", or ">= 10 and <= 20"'),
    ("budget", "10万～20万", "table-condition", 'say which ends count: ">= 100000 and < 200000", or ">= 100000 and <= 200000"'),
    ("fit", "1-5", "table-condition", 'say which ends count: ">= 1 and < 5", or ">= 1 and <= 5"'),
    ("kind", "gft", "value-choice", 'did you mean "gift"?'),
    ("kind", "福利、办公累", "value-choice", 'did you mean "办公类"?'),
    ("kind", "未知", "table-condition", "write missing where nobody knows, * or nothing where it does not matter"),
    ("budget", "unknown", "table-condition", "write missing where nobody knows, * or nothing where it does not matter"),
    ("budget", "≥ 100", "full-width-sign", "write >= 100"),
    ("budget", ">= １00", "full-width-sign", "write >= 100"),
    ("budget", ">= 1,000", None, None),
    ("budget", "=> 100", "table-condition", "write >= 100"),
    ("budget", "> 10 AND < 20", "table-condition", "write > 10 and < 20"),
    ("budget", "大于 100", "table-condition", "write > 100"),
    ("budget", ">= ", None, None),
    ("budget", ">= 2026-01-20", None, None),
    ("budget", "-1", "value-bounds", "at least 0"),
    ("budget", "95%", "value-number", "this field is not a percentage"),
    ("share", "95", "value-percent", "95%"),
    ("due_on", "20.1.2026", "value-date", "which part is the year, the month, the day? write it as 2026-01-20"),
    ("f", "maybe", "value-flag", "write 是 or 否, true or false; leave it empty when it is not known"),
    ("fit", "fit >= 3", "table-condition", "leave out fit, or put the whole condition under the head when"),
    ("region", "both ' and \"", "table-condition", "leave one out"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "cell", "code", "hint"), REFUSED)
def test_a_cell_that_can_not_be_meant_is_refused(
    head: str, cell: str, code: str | None, hint: str | None
) -> None:
    if code is None:
        # It is said where expressions are read, with the same hint as in a rule file.
        assert condition(asked(head), cell) == f"{head} {cell.strip()}"
        return
    with pytest.raises(ValueProblem) as caught:
        condition(asked(head), cell)
    assert (caught.value.code, caught.value.hint) == (code, hint)


@given(st.text(max_size=40), st.sampled_from([*FIELDS, "fit", "a + b"]))
def test_any_cell_is_read_or_refused(cell: str, head: str) -> None:
    with suppress(ValueProblem):
        condition(asked(head), cell)


def test_conditions_are_joined_with_the_brackets_they_need() -> None:
    assert joined(["a >= 1 or b", "c", "d and e"]) == (
        "(a >= 1 or b) and c and d and e",
        [0, 18, 24],
    )
    assert joined(["a or b"]) == ("a or b", [0])
    assert joined([]) == ("", [])


@pytest.mark.parametrize(
    ("cell", "value", "text"),
    [
        ("0.1", 0.1, "0.1"),
        ("85%", 0.85, "0.85"),
        ("7%", 0.07, "0.07"),
        ("12.5万", 125000, "125000"),
        ("１２３", 123, "123"),
        ("1,234.5", 1234.5, "1234.5"),
        ("¥57,600元", 57600, "57600"),
        ("-3", -3, "-3"),
        ("1e-05", 0.00001, "0.00001"),
        ("2026年1月20日", "2026-01-20", "2026-01-20"),
        ("2026/1/20", "2026-01-20", "2026-01-20"),
        ("true", True, "true"),
        ("hours_eii", "hours_eii", "hours_eii"),
        ("budget * 0.05", "budget * 0.05", "budget * 0.05"),
        ("10 + 6 * tech", "10 + 6 * tech", "10 + 6 * tech"),
    ],
)
def test_a_cell_that_holds_an_expression(cell: str, value: object, text: str) -> None:
    node = expression(cell, SOURCE, 2, 1)
    assert (node.value, node.text) == (value, text)
    assert type(node.value) is type(value)


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False))
def test_a_number_is_its_shortest_decimal(number: Decimal) -> None:
    """Whatever a workbook keeps of it, 15 digits are what is shown and read."""
    shown = f"{float(number):.15g}"
    node = expression(shown, SOURCE, 2, 1)
    assert node.value == float(number)
    assert Decimal(node.text) == Decimal(shown)
    assert Decimal(shortest(float(number))) == number


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("office", ""), ("budget >= 3", ""), ("匹配度 {fit}", ""), ("007", '"'), ("1.5", '"'),
        ("true", '"'), ("null", '"'), ("", '"'), ("a: b", '"'), ("# x", '"'), ("x #1", '"'),
        ("- a", '"'), ("*", '"'), ("{fit} x", '"'), ("two\nlines", '"'),
    ],
)  # fmt: skip
def test_a_text_has_the_quotes_that_it_needs(text: str, style: str) -> None:
    assert style_of(text) == style
    written = f'"{text}"'.replace("\n", "\\n") if style else text
    assert read_yaml(Source("x", f"a: {written}\n")).data() == {"a": text}
