"""One value at a time: what people write, and what is made of it."""

import math
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupbuy.model.problem import ValueProblem
from groupbuy.model.values import read_date, read_flag, read_text, reader
from groupbuy.tree.types import DATE, FLAG, TEXT, Type, choice, choices, number

KIND = reader(
    choice(("office", "welfare", "gift")),
    words={"办公类": "office", "Employee welfare": "welfare", "福利": "welfare", "礼品": "gift"},
)
CAUSES = reader(
    choices(("novelty", "competitor", "dissatisfied")),
    words={"喜新": "novelty", "对手让利": "competitor", "不满、失望": "dissatisfied"},
)
MONEY = reader(number("money"))
NUMBER = reader(number())
WHOLE = reader(number("integer", 1), units=("people", "人"))
SHARE = reader(number("percent", 0, 1))
GROWTH = reader(number("percent", -1, 2))

ALL = [MONEY, NUMBER, WHOLE, SHARE, GROWTH, KIND, CAUSES, read_text, read_flag, read_date]


@pytest.mark.parametrize("read", ALL)
@pytest.mark.parametrize("blank", [None, "", " ", "\t \n", "\u3000", "\xa0"])
def test_a_blank_is_unknown(read, blank):
    assert read(blank) is None


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (NUMBER, "12", 12.0),
        (NUMBER, "-3.50", -3.5),
        (NUMBER, "+3", 3.0),
        (NUMBER, ".5", 0.5),
        (NUMBER, "007", 7.0),
        (NUMBER, "1.2E+05", 120_000.0),
        (NUMBER, "1,234,567.5", 1_234_567.5),
        (NUMBER, "１２３．５", 123.5),
        (NUMBER, "1，234", 1234.0),
        (NUMBER, "－5", -5.0),
        (NUMBER, "−5", -5.0),
        (NUMBER, "12.55万", 125_500.0),
        (NUMBER, 12, 12.0),
        (NUMBER, Decimal("0.1"), 0.1),
        (NUMBER, "1e15", 1e15),
        (MONEY, "¥57,600", 57_600.0),
        (MONEY, "￥57,600.00元", 57_600.0),
        (MONEY, "-¥5", -5.0),
        (MONEY, "¥-5", -5.0),
        (MONEY, "12.5万", 125_000.0),
        (MONEY, "12.5 万元", 125_000.0),
        (MONEY, "1.2亿", 120_000_000.0),
        (MONEY, "300万", 3_000_000.0),
        (MONEY, "RMB 1,000", 1000.0),
        (MONEY, "人民币100元整", 100.0),
        (WHOLE, "120人", 120.0),
        (WHOLE, "120 People", 120.0),
        (WHOLE, "1.2万", 12_000.0),
        (WHOLE, "85.0", 85.0),
        (SHARE, "95%", 0.95),
        (SHARE, "95 ％", 0.95),
        (SHARE, "0.95", 0.95),
        (SHARE, "1", 1.0),
        (SHARE, "0.1%", 0.001),
        (GROWTH, "1.5", 1.5),
        (GROWTH, "-20%", -0.2),
    ],
)
def test_numbers_as_people_write_them(read, written, value):
    result = read(written)
    assert result == value
    assert type(result) is float


def test_zero_has_no_sign():
    assert math.copysign(1, NUMBER("-0")) == 1


@pytest.mark.parametrize(
    ("read", "written", "code", "hint"),
    [
        (MONEY, "1,23", "value-number", "write 1.23 or 123"),
        (MONEY, "12,34,567", "value-number", "three digits: write 1234567"),
        (MONEY, "1_000", "value-number", "write 1000"),
        (MONEY, "NaN", "value-number", "leave it empty"),
        (MONEY, ".inf", "value-number", "leave it empty"),
        (MONEY, "-Infinity", "value-number", "leave it empty"),
        (MONEY, "1e400", "value-bounds", "at most 1e15"),
        (MONEY, "1e16", "value-bounds", "at most 1e15"),
        (MONEY, "9" * 17, "value-bounds", "at most 1e15"),
        (MONEY, "9" * 100_000, "value-number", None),
        (MONEY, "1e99999999", "value-number", None),
        (MONEY, "$500", "value-number", "yuan"),
        (MONEY, "(500)", "value-number", "write -500"),
        (MONEY, "5-8万", "value-number", "not a range"),
        (MONEY, "约5万", "value-number", "the number alone"),
        (MONEY, "待定", "value-number", "leave it empty"),
        (MONEY, "无", "value-number", "leave it empty"),
        (MONEY, "5²", "value-number", None),
        (MONEY, "٣", "value-number", None),
        (MONEY, "0x1F", "value-number", None),
        (MONEY, "5%", "value-number", "not a percentage"),
        (MONEY, "- -5", "value-number", None),
        (MONEY, True, "value-shape", None),
        (MONEY, [5], "value-shape", None),
        (MONEY, {}, "value-shape", None),
        (MONEY, math.nan, "value-number", None),
        (MONEY, 10**400, "value-number", None),
        (NUMBER, "¥5", "value-number", "a number is expected"),
        (NUMBER, "5件", "value-number", None),
        (WHOLE, "1.5", "value-number", None),
        (WHOLE, "0", "value-bounds", "at least 1"),
        (SHARE, "95", "value-percent", "95%"),
        (SHARE, "1.5", "value-percent", "1.5%"),
        (SHARE, "120%", "value-bounds", "from 0% to 100%"),
        (SHARE, "-5%", "value-bounds", "from 0% to 100%"),
        (GROWTH, "95", "value-percent", "95%"),
        (GROWTH, "250%", "value-bounds", "from -100% to 200%"),
    ],
)
def test_numbers_that_are_refused(read, written, code, hint):
    problem = refused(read, written)
    assert problem.code == code
    assert (hint or "") in (problem.hint or "")


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-20",
        "2026-1-20",
        "2026/1/20",
        "2026.1.20",
        "2026年1月20日",
        "2026 年 1 月 20 号",
        "20260120",
        "２０２６-０１-２０",
        " 2026-01-20 ",
        "2026-01-20 00:00:00",
        "2026/1/20 8:30",
        20260120,
        date(2026, 1, 20),
        datetime(2026, 1, 20, 8, 30),
    ],
)
def test_a_date_is_its_day_number(written):
    assert read_date(written) == date(2026, 1, 20).toordinal()


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("01-03-17", "which part is the year"),
        ("1/2/2026", "which part is the year"),
        ("2026-02-30", "2026-01-20"),
        ("2026-13-01", "2026-01-20"),
        ("2026-01", "the day is missing"),
        ("2026年1月", "the day is missing"),
        ("2026-1/20", "2026-01-20"),
        ("46042", "format the column as a date"),
        ("2026-01-20T08:30:00Z", "zone"),
        ("0026-01-20", "leave it empty"),
        ("明天", "2026-01-20"),
        ("不详", "leave it empty"),
        (["2026-01-20"], ""),
    ],
)
def test_dates_that_are_refused(written, hint):
    problem = refused(read_date, written)
    assert hint in (problem.hint or "")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ((True, "是", "true", "True", "YES", "y", "有", "１", "√"), True),
        ((False, "否", "false", "No", "n", "无", "没有", "0", "×"), False),
    ],
)
def test_flags(words, value):
    assert all(read_flag(word) is value for word in words)


@pytest.mark.parametrize("written", ["on", "off", "2", "maybe", [], {}])
def test_flags_that_are_refused(written):
    assert refused(read_flag, written).code in ("value-flag", "value-shape")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("office", "office"),
        ("OFFICE", "office"),
        (" ｏｆｆｉｃｅ ", "office"),
        ("办公类", "office"),
        ("employee_welfare", "welfare"),
        ("福利", "welfare"),
    ],
)
def test_a_choice_by_name_title_or_alias(written, value):
    assert KIND(written) == value


def test_a_choice_that_is_not_one_gets_the_nearest():
    assert refused(KIND, "welfair").hint == 'did you mean "welfare"?'
    assert refused(KIND, "qqq").hint == "one of office, welfare, gift"
    assert refused(KIND, True).code == "value-choice"
    assert refused(KIND, ["office"]).code == "value-shape"


@pytest.mark.parametrize(
    "written",
    [
        "对手让利、喜新",
        "competitor,novelty",
        "competitor; 喜新",
        "喜新，对手让利",
        "喜新|competitor",
        ["competitor", "喜新"],
        ("competitor", "novelty", "novelty"),
        "competitor，，novelty",
    ],
)
def test_many_words_come_in_declared_order(written):
    assert CAUSES(written) == ("novelty", "competitor")


@pytest.mark.parametrize("nothing", ["无", "-", [], " 无 "])
def test_no_words_at_all(nothing):
    assert CAUSES(nothing) == ()


def test_a_word_with_a_separator_in_it_is_one_word():
    assert CAUSES("不满、失望") == ("dissatisfied",)


@pytest.mark.parametrize("written", ["novelty、qqq", ["novelty", None], [["novelty"]], ",", 5])
def test_many_words_that_are_refused(written):
    assert refused(CAUSES, written).code in ("value-choice", "value-shape")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("007", "007"),
        (" 某市税务局 ", "某市税务局"),
        ("无", "无"),
        ("-", "-"),
        ("cafe\u0301", "caf\u00e9"),
        ("一\r\n二\t三", "一\n二\t三"),
        (7, "7"),
        (True, "true"),
        ("=1+1", "=1+1"),
    ],
)
def test_a_text_is_as_written(written, value):
    assert read_text(written) == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("a\0b", "value-control-character"),
        ("a\x1b[31mb", "value-control-character"),
        ("a\ud800", "value-control-character"),
        ("a\u202eb", "value-control-character"),
        ("x" * 40_000, "value-too-long"),
        (["a"], "value-shape"),
        ({"a": 1}, "value-shape"),
    ],
)
def test_texts_that_are_refused(written, code):
    assert refused(read_text, written).code == code


def test_messages_are_short_and_hold_no_control_characters():
    for read in ALL:
        for written in ("\x1b[31m" + "x" * 10_000, "\ud800" * 50):
            with pytest.raises(ValueProblem) as caught:
                read(written)
            assert len(caught.value.message) < 400
            assert caught.value.message.isprintable()
            caught.value.message.encode()


JUNK = st.one_of(
    st.text(),
    st.text(alphabet="0123456789.,-+eE%¥万亿年月日/ ()"),
    st.integers(),
    st.floats(),
    st.lists(st.text(), max_size=3),
    st.dictionaries(st.text(), st.integers(), max_size=2),
    st.booleans(),
)


@given(JUNK)
def test_nothing_else_is_ever_raised(written):
    for type_ in (TEXT, FLAG, DATE, number(), number("percent", 0, 1), choices(("a", "b"))):
        read_or_refuse(type_, written)


def read_or_refuse(type_: Type, written: object) -> None:
    try:
        value = reader(type_)(written)
    except ValueProblem:
        return
    assert value is None or value == value


def refused(read, written) -> ValueProblem:
    with pytest.raises(ValueProblem) as caught:
        read(written)
    return caught.value
