"""Words as arguments of functions that plugins bring: `history.trend(per="month")`."""

from pathlib import Path

import pytest

from groupbuy.engine.workspace import Options, Workspace
from groupbuy.errors import GroupbuyError

PLUGIN = """
from groupbuy.api import Scorer, Value, hookimpl, scorer

PER = Value("choice", of=("month", "quarter"), default="quarter")

@scorer(Value("text"), {}, {"per": PER})
def said(per):
    return "by the " + per

@hookimpl
def groupbuy_scorers():
    return [said, Scorer("is_month", Value("flag"), 'per == "month"', {}, {"per": PER})]
"""
PACK = """
groupbuy: 1
pack: p
fields:
  rhythm: {type: choice, of: {month: {en: Month}, quarter: {en: Quarter}}}
facts:
  answer: EXPRESSION
"""


def workspace(tmp_path: Path, expression: str) -> Workspace:
    (tmp_path / "words.py").write_text(PLUGIN)
    (tmp_path / "p.yaml").write_text(PACK.replace("EXPRESSION", f"'{expression}'"))
    (tmp_path / "groupbuy.yaml").write_text("groupbuy: 1\nlayers: [p.yaml]\n")
    return Workspace(tmp_path, Options(739577, plugins_dir=tmp_path))


def answer(tmp_path: Path, expression: str) -> object:
    from groupbuy.files.leads import read_leads

    opened = workspace(tmp_path, expression)
    (tmp_path / "leads.yaml").write_text("- {id: L1, rhythm: month}\n")
    result = opened.evaluate(read_leads([tmp_path / "leads.yaml"], opened.model))
    return result.data["leads"][0]["facts"]["answer"]["value"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("words.said()", "by the quarter"),
        ('words.said(per="month")', "by the month"),
        ("words.said(per=rhythm)", "by the month"),
        ('words.is_month(per="month")', True),
        ('words.is_month(per="quarter")', False),
        ("words.is_month(per=rhythm)", True),
    ],
)
def test_a_word_is_handed_over(tmp_path: Path, expression: str, value: object) -> None:
    assert answer(tmp_path, expression) == value


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        (
            'words.said(per="motnh")',
            'per is one of: month, quarter; "motnh" is none of them',
            'did you mean "month"?',
        ),
        ("words.said(per=org_kind)", "per is one of: month, quarter; ", None),
        ("words.said(per=3)", "words.said takes a choice as per; this is a number", None),
    ],
)
def test_another_word_is_an_error(
    tmp_path: Path, expression: str, message: str, hint: str | None
) -> None:
    with pytest.raises(GroupbuyError) as error:
        workspace(tmp_path, expression)
    (problem,) = error.value.problems
    assert problem.message.startswith(message)
    assert hint is None or problem.hint == hint
