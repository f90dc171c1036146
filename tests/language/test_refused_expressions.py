"""What is refused: under which code, at which column, in which words, and with which hint."""

import gc
import time
from collections.abc import Iterator

import pytest
from language_world import outcome, read, refusal

# fmt: off
CASES = [
    # (text, code, column, part of the message, part of the hint)
    # what looks like something else in Python
    ("budget > 1,000",              "not-in-language", 1,  "comma", "budget > 1000"),
    ("预算 > 1,000",                 "not-in-language", 1,  "comma", "预算 > 1000"),
    ("headcount in [1,000]",        "bad-number",      17, "000", "1000"),
    ("max(headcount, 1,000)",       "bad-number",      18, "000", "1000"),
    ("headcount in (1, 2)",         "not-in-language", 14, "behind `in`", "square brackets"),
    ("kind in ('office')",          "not-in-language", 10, "behind `in`", "contains("),
    ('"mod" in "model"',            "not-in-language", 10, "behind `in`", "contains("),
    ('kind in ["office" "gift"]',   "not-in-language", 10, "written once", "comma"),
    ('name == "a" \'b\'',           "not-in-language", 9,  "written once", "comma"),
    ("0xfor headcount in [1]",      "bad-expression",  3,  "can't be read", None),
    ("0xff",                        "bad-number",      1,  "0xff", "digits"),
    ("0b1",                         "bad-number",      1,  "0b1", "digits"),
    ("1_000",                       "bad-number",      1,  "1_000", "digits"),
    ("1e5",                         "bad-number",      1,  "1e5", "digits"),
    ("010",                         "bad-expression",  1,  "start with 0", None),
    ("00",                          "bad-number",      1,  "00", "separators"),
    ("1if bought else 2",           "bad-expression",  1,  "can't be read", None),
    ("budget = 1",                  "bad-expression",  8,  "==", "budget == 1"),
    ("预算 = 1",                     "bad-expression",  4,  "==", "预算 == 1"),
    ("count(orders, where=orders.paid) = 2", "bad-expression", 34, "==",
     "count(orders, where=orders.paid) == 2"),
    ("budget => 1",                 "bad-expression",  8,  ">=", "budget >= 1"),
    ("budget =< 1",                 "bad-expression",  8,  "<=", "budget <= 1"),
    ("budget <> 1",                 "bad-expression",  8,  "can't be read", "budget != 1"),
    ("bought AND exporter",         "bad-expression",  8,  "can't be read", "bought and exporter"),
    ("share_held > 95%",            "bad-expression",  16, "can't be read", "share_held > 0.95"),
    ("share_held > 20% and bought", "bad-expression",  18, "can't be read", "0.2 and bought"),
    ("预算 > 12.5万",                "bad-expression",  10, "can't be read", "预算 > 125000"),
    ("bought # and exporter",       "not-in-language", 8,  "comment", "because"),
    ("bought\n# a\nand exporter",   "not-in-language", 8,  "comment", "because"),
    # values that are none of the language's
    ("None",                        "not-in-language", 1,  "None", "missing("),
    ("budget == null",              "unknown-name",    11, "null", "missing("),
    ("bought == true",              "unknown-name",    11, "true", "True"),
    ("1j",                          "not-in-language", 1,  "1j", None),
    ("...",                         "not-in-language", 1,  "...", None),
    ('b"a"',                        "not-in-language", 1,  'b"a"', None),
    ('r"a"',                        "not-in-language", 1,  "plain quotes", None),
    ('"""a"""',                     "not-in-language", 1,  "plain quotes", None),
    ('name == "a\\x41"',            "not-in-language", 11, "\\", "quotes"),
    ('f"{budget}"',                 "not-in-language", 1,  "formatted", "{name}"),
    ("(1, 2)",                      "not-in-language", 1,  "comma", "square brackets"),
    ("[1, 2]",                      "not-in-language", 1,  "behind `in`", None),
    ("{1}",                         "not-in-language", 1,  "braces", "[\"a\", \"b\"]"),
    ("{1: 2}",                      "not-in-language", 1,  "braces", "[\"a\", \"b\"]"),
    ("0." + "1" * 39,               "number-too-large", 1, "15 digits", None),
    ('"深圳" == name and needed_by < 2026-12-01', "bad-date", 30, "subtraction", '"2026-12-01"'),
    ("headcount in []",             "empty-list",      14, "empty", None),
    ("headcount in [budget]",       "not-in-language", 15, "nothing computed", "or"),
    # operators and statements
    ("9**9**9",                     "not-in-language", 1,  "**", "x * x"),
    ("'a' * 10**9",                 "not-in-language", 7,  "**", "x * x"),
    ("'a' * 9",                     "type-mismatch",   1,  "a text", None),
    ("bought & exporter",           "not-in-language", 1,  "&", "and"),
    ("bought | exporter",           "not-in-language", 1,  "|", "or"),
    ("bought ^ exporter",           "not-in-language", 1,  "^", "!="),
    ("~bought",                     "not-in-language", 1,  "~", "not"),
    ("1 << 9",                      "not-in-language", 1,  "<<", None),
    ("budget @ 2",                  "not-in-language", 1,  "@", None),
    ("budget is None",              "not-in-language", 1,  "is", "missing("),
    ("budget is not None",          "not-in-language", 1,  "is not", "missing("),
    ("(x := 1)",                    "not-in-language", 2,  "named", "facts:"),
    ("lambda: 1",                   "not-in-language", 1,  "functions", "facts:"),
    ("[x for x in causes]",         "not-in-language", 1,  "loops", "count("),
    ("{x for x in causes}",         "not-in-language", 1,  "loops", "distinct("),
    ("{x: 1 for x in causes}",      "not-in-language", 1,  "loops", "distinct("),
    ("any(x for x in causes)",      "wrong-arguments", 1,  "column of a table", "any("),
    ("max(1, (x for x in causes))", "not-in-language", 8,  "loops", "any("),
    ("await budget",                "not-in-language", 1,  "await", None),
    ("(yield budget)",              "not-in-language", 2,  "yield", None),
    ("import os",                   "bad-expression",  1,  "can't be read", None),
    ("del budget",                  "bad-expression",  1,  "can't be read", None),
    ("bought; exporter",            "bad-expression",  7,  "can't be read", None),
    ("!bought",                     "bad-expression",  1,  "can't be read", None),
    # attributes, subscripts, calls
    ("budget.__class__",            "unknown-name",    1,  "no columns", None),
    ("orders.__class__",            "unknown-name",    1,  "no column", "date"),
    ("orders.amuont",               "unknown-name",    1,  "amuont", '"amount"'),
    ("order.amount",                "unknown-name",    1,  "no table", '"orders"'),
    ("().__class__",                "not-in-language", 1,  "dot", None),
    ("orders.date.year",            "not-in-language", 1,  "dot", None),
    ("sum(orders.__dict__)",        "unknown-name",    5,  "no column", None),
    ("orders[0]",                   "not-in-language", 1,  "behind a name", "first("),
    ("name[1:2]",                   "not-in-language", 1,  "behind a name", "first("),
    ("'a'.upper()",                 "not-in-language", 1,  "listed functions", "contains("),
    ("'{0.x}'.format(name)",        "not-in-language", 1,  "listed functions", None),
    ("open('x')",                   "unknown-function", 1, "open", None),
    ("__import__('os')",            "unknown-function", 1, "__import__", None),
    ("ｅｖａｌ('1')",                 "unknown-function", 1, "ｅｖａｌ", None),
    ("ｓｕｍ(orders.amount)",         "unknown-function", 1, "ｓｕｍ", '"sum"'),
    ("summ(orders.amount)",         "unknown-function", 1, "summ", '"sum"'),
    ("round",                       "unknown-name",    1,  "function", "round(…)"),
    ("max(1, *causes)",             "not-in-language", 8,  "*", None),
    ("max(1, **causes)",            "wrong-arguments", 8,  "max", None),
    ("abs(1, 2)",                   "wrong-arguments", 1,  "abs(x)", None),
    ("count(orders, were=bought)",  "wrong-arguments", 15, "were=", '"where"'),
    # names and words
    ("bugdet > 1",                  "unknown-name",    1,  "bugdet", '"budget"'),
    ("人数 > 1 and 预箅 > 1",         "unknown-name",    12, "预箅", None),
    ("kind == welfare",             "unknown-name",    9,  "welfare", None),
    ("kind == 礼品",                 "unknown-name",    9,  "礼品", "quotes"),
    ('kind == "welfrae"',           "unknown-word",    9,  "welfrae", '"welfare"'),
    ('客户类型 == "别的"',             "unknown-word",    9,  "别的", "office, welfare, gift"),
    ('kind in ["gift", "gfit"]',    "unknown-word",    18, "gfit", '"gift"'),
    ('"tea" in causes',             "unknown-word",    1,  "tea", "novelty"),
    ("name in causes",              "not-in-language", 1,  "one word", '"novelty" in'),
    ('level == "E"',                "unknown-word",    10, "E", "A, B, C, D"),
    # types
    ("not budget",                  "not-a-condition", 5,  "money", "> 0"),
    ("bought and kind",             "not-a-condition", 12, "choice", '"office"'),
    ("1 if name else 2",            "not-a-condition", 6,  "text", "known("),
    ("bought or causes",            "not-a-condition", 11, "many-valued", "in …"),
    ('budget > "5"',                "type-mismatch",   1,  "text", "without quotes"),
    ("needed_by > 5",               "type-mismatch",   1,  "a date", "days_since("),
    ('needed_by > "2026-02-30"',    "bad-date",        1,  "2026-02-30", "2026-01-31"),
    ('needed_by > "20260230"',      "bad-date",        1,  "20260230", "2026-01-31"),
    ('needed_by > "2026-W01-1"',    "bad-date",        1,  "2026-W01-1", "2026-01-31"),
    ('needed_by > "明天"',           "bad-date",        1,  "明天", "2026-01-31"),
    ("share_held >= 95",            "percent-as-number", 1, "9500 %", "0.95"),
    ("95 <= share_held",            "percent-as-number", 1, "9500 %", "0.95"),
    ("name < 'b'",                  "no-order",        1,  "text", "=="),
    ("bought > exporter",           "no-order",        1,  "true or false", "=="),
    ('kind < "gift"',               "no-order",        1,  "no order", "ordered: true"),
    ("stage < level",               "no-order",        1,  "no common order", None),
    ("kind == name",                "type-mismatch",   1,  "its own words", "in quotes"),
    ("kind == region",              "type-mismatch",   1,  "no word in common", None),
    ('causes == "novelty"',         "type-mismatch",   1,  "many-valued", '"word" in field'),
    ("needed_by + needed_by",       "type-mismatch",   1,  "a date", "days"),
    ("bought + 1",                  "type-mismatch",   1,  "true or false", "1 if"),
    ("-name",                       "type-mismatch",   1,  "text", None),
    ("1 if bought else 'a'",        "type-mismatch",   1,  "text", "same type"),
    ("1 if True else 'a'",          "type-mismatch",   1,  "text", "same type"),
    ("coalesce(budget, name)",      "type-mismatch",   1,  "text", "same type"),
    ("abs(name)",                   "type-mismatch",   5,  "a text", "abs(x)"),
    ("len(budget)",                 "type-mismatch",   5,  "money", "len(x)"),
    ("lower(kind)",                 "type-mismatch",   7,  "a choice", "lower(text)"),
    ("next(needed_by)",             "type-mismatch",   6,  "a date", "next(dates)"),
    ("year(budget)",                "type-mismatch",   6,  "money", "year(date)"),
    ("festivals == festivals",      "type-mismatch",   1,  "as a whole", None),
    ('contains(causes, "novelty")', "wrong-arguments", 1,  "texts", '"word" in field'),
    ("round(budget, headcount)",    "wrong-arguments", 1,  "whole number", "round(x, 2)"),
    ("round()",                     "wrong-arguments", 1,  "round(x", None),
    ("round(budget, 1, 2)",         "wrong-arguments", 1,  "round(x", None),
    ("round(budget, 99)",           "wrong-arguments", 1,  "whole number", "round(x, 2)"),
    ("within(needed_by)",           "wrong-arguments", 1,  "one span", "months=12"),
    ("within(needed_by, days=1, years=1)", "wrong-arguments", 1, "one span", "months=12"),
    ("decay(5)",                    "wrong-arguments", 1,  "half-life", "half_life=90"),
    ("within(needed_by, days=0)",   "wrong-arguments", 1,  "longer than 0", "days=30"),
    ("within(needed_by, months=-1)", "wrong-arguments", 1, "longer than 0", "days=30"),
    ("within(needed_by, months=1.5)", "wrong-arguments", 1, "whole months", "days=45"),
    ("within(needed_by, days=0.5)", "wrong-arguments", 1, "whole days", "days=45"),
    ("within(needed_by, years=0.3)", "wrong-arguments", 1, "whole months", "days=45"),
    ("within(needed_by, months=1201)", "wrong-arguments", 1, "a hundred years", "where="),
    # tables
    ("orders",                      "table-as-value",  1,  "a table", "count(orders)"),
    ("orders.amount > 5",           "column-outside-rows", 1, "each row", "sum(orders.amount)"),
    ("sum(budget)",                 "wrong-arguments", 1,  "column of a table", "sum(orders."),
    ("sum(orders.paid)",            "wrong-arguments", 1,  "numbers", None),
    ("any(orders.amount)",          "wrong-arguments", 1,  "condition", "any("),
    ("count(budget)",               "wrong-arguments", 7,  "a table", "distinct("),
    ("count(orders, where=visits.paid)", "wrong-arguments", 1, "visits", None),
    ("sum(orders.amount * visits.amount)", "two-tables", 21, "orders and visits", "fact"),
    ("last(calls.amount)",          "wrong-arguments", 1,  "no order", "order: date"),
    ("min(orders.amount, 5)",       "wrong-arguments", 1,  "one column", None),
    ("min(5)",                      "wrong-arguments", 1,  "several values", "min("),
    ("min(budget, 5, where=bought)", "wrong-arguments", 1, "several values", "min("),
    # signs of a Chinese input method, and what cannot be seen
    ("（预算 > 5）",                  "full-width-sign", 1,  "FULLWIDTH LEFT", "write: (预算 > 5)"),
    ("预算 ＞ 5",                    "full-width-sign", 4,  "FULLWIDTH GREATER", "预算 > 5"),
    ("预算 ≥ 5",                     "full-width-sign", 4,  "≥", "预算 >= 5"),
    ("kind == “gift”",              "full-width-sign", 9,  "“", 'kind == "gift"'),
    ("max（预算，5）",                 "full-width-sign", 4,  "（", "max(预算,5)"),
    ("count（orders，where＝orders.paid）", "full-width-sign", 6, "（",
     "count(orders,where=orders.paid)"),
    ("预算 > １０００",                "full-width-sign", 6,  "１", "预算 > 1000"),
    ("预算\u3000> 5",                "full-width-sign", 3,  "U+3000", "预算 > 5"),
    ("bought 且 exporter",          "unknown-operator", 8, "且", "bought and exporter"),
    ("预算 > 5 或者 人数 > 3",         "unknown-operator", 8, "或者", "预算 > 5 or 人数 > 3"),
    ("预算 > 5且人数 > 3",            "unknown-operator", 7, "且", "预算 > 5 and 人数 > 3"),
    ("预算 > 5或者人数 > 3",           "unknown-operator", 7, "或者", "预算 > 5 or 人数 > 3"),
    ('kind == "gift"且bought',      "unknown-operator", 15, "且", '"gift" and bought'),
    ("非 bought",                   "unknown-operator", 1, "非", "not bought"),
    ("bought && exporter",          "unknown-operator", 8, "&&", "bought and exporter"),
    ('"且 &&" == name && bought',   "unknown-operator", 16, "&&", '"且 &&" == name and bought'),
    ("budget 大于 5",                "unknown-operator", 8, "大于", "budget > 5"),
    ("budget > 5\x00",              "invisible-character", 11, "U+0000", "delete"),
    ("budget\u200b > 5",            "invisible-character", 7, "U+200B", "delete"),
    ("budget\r> 5",                 "invisible-character", 7, "U+000D", "delete"),
    ("name == '\x1b[31m'",          "invisible-character", 10, "U+001B", "delete"),
    ("name == '\ud800'",            "invisible-character", 10, "U+D800", "delete"),
    # unfinished
    ("",                            "empty-expression", 1, "missing", None),
    (" \n ",                        "empty-expression", 1, "missing", None),
    ("budget >",                    "bad-expression",  8,  "can't be read", None),
    ("(budget > 1",                 "bad-expression",  1,  "( is never closed", None),
    ('  预算 > 1 and kind == "x',     "bad-expression",  22, "quote is never closed", None),
    ("budget headcount",            "bad-expression",  8,  "can't be read", None),
    ("budget ==",                   "bad-expression",  9,  "missing behind ==", None),
    ("budget == and bought",        "bad-expression",  11, "can't be read", None),
    ("budget ==== 5",               "bad-expression",  10, "can't be read", None),
    ("budget == 5)",                "bad-expression",  12, "can't be read", None),
    ("5 =",                         "bad-expression",  3,  "==", None),
    ("bought and\n\n=5",            "bad-expression",  13, "==", None),
    ("budget\n=> 3",                "bad-expression",  8,  ">=", "budget >= 3"),
    ("'=' == name =",               "bad-expression",  13, "==", None),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "code", "column", "message", "hint"), CASES, ids=[ascii(case[0]) for case in CASES]
)
def test_refused(text: str, code: str, column: int, message: str, hint: str | None) -> None:
    problem = refusal(text)
    assert (problem.code, problem.at and problem.at.column) == (code, column), problem
    assert message in problem.message
    assert hint is None or hint in (problem.hint or ""), problem.hint


TOO_MUCH = {
    "long": ("budget + " * 600 + "1", "expression-too-long"),
    "wide and long": ("预" * 5000, "expression-too-long"),
    "many digits": ("9" * 4000, "number-too-large"),
    "many digits behind the point": ("0." + "1" * 4000, "number-too-large"),
    "deep parentheses": ("(" * 150 + "1" + ")" * 150, None),
    "too deep parentheses": ("(" * 1500 + "1" + ")" * 1500, "bad-expression"),
    "deep minus": ("-" * 60 + "1", "expression-too-deep"),
    "very deep minus": ("-" * 4000 + "1", "bad-expression"),
    "deep not": ("not " * 60 + "bought", "expression-too-deep"),
    "deep if": ("1 if bought else " * 60 + "2", "expression-too-deep"),
    "deep calls": ("abs(" * 60 + "1" + ")" * 60, "expression-too-deep"),
    "long sum": ("+".join("1" * 60), "expression-too-deep"),
    "deep brackets": ("[" * 4000, "bad-expression"),
    "deep attributes": ("orders" + ".a" * 2000, None),
    "overflow": ("*".join(["999999999999999"] * 30) + " // 0.00000001", None),
    "rounded overflow": (f"round({'*'.join(['999999999999999'] * 20)}, 9)", None),
    "a word of 4,000 letters": ("b" * 4000, "unknown-name"),
}


@pytest.fixture
def quiet() -> Iterator[None]:
    """No collection of what other tests left behind, which can take a second."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("text", "code"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_ends_soon(text: str, code: str | None) -> None:
    start = time.process_time()
    if code is not None:
        assert refusal(text).code == code
    else:
        outcome(text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("form", ["({} == {} == bought)", "(1 if 0 < {} < 2 else 0)"])
def test_chained_comparisons_are_read_once_for_each_operand(form: str) -> None:
    text = "bought" if "bought" in form else "headcount"
    while text.count("(") < 20:
        text = form.format("bought", text) if "bought" in form else form.format(text)
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 1


def test_places_are_shifted_by_the_spaces_in_front() -> None:
    at = refusal("    预算 > bugdet").at
    assert at is not None
    assert at.column == 10


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for text in ("1if bought else 2", "0xfor bought", '"\\d"', '"a" is "b"', "()()"):
        refusal(text)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("nothing_such > 5", "nothing_such"),
        ("预算 > 没有 + 1", "没有"),
        ("abs(name) > 5", "name"),
        ('kind == "gft"', '"gft"'),
        ("bought and\n  nope", "nope"),
        ("share_held >= 95 and bought", "share_held >= 95"),
        ("max(headcount, 1,000)", "000"),
        ("budget ==", "="),
    ],
)
def test_what_is_underlined(text: str, marked: str) -> None:
    problem = refusal(text)
    assert problem.at is not None
    assert problem.at.column is not None
    start = problem.at.column - 1
    assert text[start : start + problem.length] == marked
