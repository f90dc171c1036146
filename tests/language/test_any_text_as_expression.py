"""Whatever stands where an expression is expected becomes a tree or a problem with a place."""

from hypothesis import given, settings
from hypothesis import strategies as st
from language_world import LEAD, TABLES, outcome
from test_accepted_expressions import CASES as ACCEPTED
from test_refused_expressions import CASES as REFUSED

from groupbuy.compile.python import compile_value
from groupbuy.errors import Problem

TEXTS = [case[0] for case in (*ACCEPTED, *REFUSED)]
SIGNS = r"""( ) [ ] { } , . : ; = == != < <= > >= + - * / // % ** & | ^ ~ @ := -> ! ? # \ ' " ` $
and or not in is if else for lambda yield await async True False None ... 0 1 1.5 1e9 0x1 1j 1_0
007 budget headcount kind orders orders.amount where= count( sum( max( within( coalesce( round(
预算 人数 且 或 非 （ ） ， “ ” ＝ ＞ ≥ 万 ｅ é 'gift' "福利" f'' b''"""
PIECES = st.sampled_from([*SIGNS.split(), "\n", "\t", "\u200b", "\x00", "\ud800"])
anything = settings(max_examples=150, deadline=None)


def check(text: str) -> None:
    found = outcome(text)
    if isinstance(found, Problem):
        assert found.at is not None
        assert found.at.column is not None
        assert 1 <= found.at.column <= max(1, len(text))
    elif type(found).__name__ != "Over":
        compile_value(found, TABLES)(LEAD)


@anything
@given(st.text(max_size=60))
def test_any_characters(text: str) -> None:
    check(text)


@anything
@given(st.lists(PIECES, max_size=15), st.sampled_from(["", " "]))
def test_any_pieces_of_the_language(pieces: list[str], between: str) -> None:
    check(between.join(pieces))


@anything
@given(st.data())
def test_any_change_of_a_known_text(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 4)))
        piece = data.draw(st.one_of(PIECES, st.just(""), st.sampled_from(TEXTS)))
        text = text[:start] + piece + text[end:]
    check(text)
