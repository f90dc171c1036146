"""What can be said, of which type it is, and what it is for one lead (`language_world.LEAD`)."""

import re

import pytest
from language_world import World, day, read, value

from groupbuy.compile.runtime import NA
from groupbuy.errors import Location
from groupbuy.language.functions import FUNCTIONS
from groupbuy.language.parse import parse

UNKNOWN = None

# fmt: off
CASES = [
    # numbers, and the forms in which they are shown
    ("1200.5",                                        "number",  1200.5),
    ("+3",                                            "number",  3.0),
    ("-budget",                                       "money",   -57600.0),
    ("  budget / headcount  ",                        "money",   480.0),
    ("budget\n / headcount",                          "money",   480.0),
    ("budget * 2",                                    "money",   115200.0),
    ("budget / key_account",                          "number",  1.152),
    ("headcount * headcount",                         "integer", 14400.0),
    ("headcount // 7",                                "integer", 17.0),
    ("headcount % 7",                                 "number",  1.0),
    ("-7 // 2",                                       "integer", -4.0),
    ("-7 % 2",                                        "number",  1.0),
    ("9999999999 // 10000000000",                     "integer", 0.0),
    ("growth + 1",                                    "number",  UNKNOWN),
    ("budget / 0",                                    "money",   NA),
    ("growth / 0",                                    "number",  UNKNOWN),
    ("growth + budget / 0",                           "money",   NA),
    # conditions
    ("budget > 50000 and headcount >= 120",           "flag",    True),
    ("budget > 50000 and growth > 0",                 "flag",    UNKNOWN),
    ("budget < 50000 and growth > 0",                 "flag",    False),
    ("budget > 50000 or growth > 0",                  "flag",    True),
    ("not exporter",                                  "flag",    UNKNOWN),
    ("bought",                                        "flag",    True),
    ("bought == True",                                "flag",    True),
    ("exporter != bought",                            "flag",    UNKNOWN),
    ("100 <= headcount < 200 < budget",               "flag",    True),
    ("0.7 + 0.1 >= 0.8",                              "flag",    True),
    ("0.3 - 0.1 - 0.2 == 0",                          "flag",    True),
    ("0.3 == 0.30000000001",                          "flag",    False),
    ("headcount in [100, 120]",                       "flag",    True),
    ("headcount not in [-1, 120]",                    "flag",    False),
    ("share_held >= 0.95",                            "flag",    True),
    ("1 if bought else 2",                            "number",  1.0),
    ("1 if exporter else 2",                          "number",  UNKNOWN),
    ("1 if exporter else 1",                          "number",  1.0),
    ('"a" if not bought else "b" if exporter else "b"', "text",  "b"),
    # texts
    ('name == "深圳 Acme"',                            "flag",    True),
    ("name in ['深圳 Acme', '（全角）且 && # ok']",      "flag",    True),
    ('contains(name, "深圳")',                         "flag",    True),
    ('startswith(name, "Acme")',                      "flag",    False),
    ('endswith(lower(name), "acme")',                 "flag",    True),
    ('contains(note, "x")',                           "flag",    UNKNOWN),
    ("len(name)",                                     "integer", 7.0),
    ("lower(name)",                                   "text",    "深圳 acme"),
    # names and words in Chinese
    ("预算 / 人数 > 400",                              "flag",    True),
    ('客户类型 == "福利"',                              "flag",    True),
    ('kind in ["office", "福利"]',                     "flag",    True),
    ('"Gift" != kind',                                "flag",    True),
    ('region == "north"',                             "flag",    UNKNOWN),
    ("sum(订单.金额)",                                  "money",   1200.0),
    # ordered choices
    ('stage < "commit"',                              "flag",    True),
    ('stage >= "信任"',                                "flag",    True),
    ('stage > "commit"',                              "flag",    False),
    ('"know" < stage',                                "flag",    True),
    ("stage < target",                                "flag",    True),
    ("stage == target",                               "flag",    False),
    # many-valued choices
    ('"novelty" in causes',                           "flag",    True),
    ('"新鲜感" in causes',                              "flag",    True),
    ('"dissatisfied" not in causes',                  "flag",    True),
    ('"red" in wishes',                               "flag",    UNKNOWN),
    ("len(causes)",                                   "integer", 2.0),
    # dates
    ('needed_by < "2026-12-02"',                      "flag",    True),
    ('"2026-12-01" == needed_by',                     "flag",    True),
    ('needed_by in ["2026-12-01"]',                   "flag",    True),
    ("needed_by - today",                             "integer", 9.0),
    ("needed_by - 30",                                "date",    day("2026-11-01")),
    ("today + 10 > needed_by",                        "flag",    True),
    ("days_until(needed_by)",                         "integer", 9.0),
    ("days_since(needed_by)",                         "integer", -9.0),
    ("months_since(founded)",                         "integer", 32.0),
    ("year(founded) * 100 + month(founded)",          "number", 202402.0),
    ("days_since(called)",                            "integer", UNKNOWN),
    ("within(today, days=1)",                         "flag",    True),
    ("within(needed_by, days=1)",                     "flag",    False),
    ("within(founded, years=3)",                      "flag",    True),
    ("next(festivals)",                               "date",    day("2027-09-15")),
    ("min(needed_by, next(festivals))",               "date",    day("2026-12-01")),
    # presence
    ("known(budget)",                                 "flag",    True),
    ("missing(growth)",                               "flag",    True),
    ("known(budget / 0) or missing(budget / 0)",      "flag",    False),
    ("coalesce(growth, 5)",                           "number",  5.0),
    ("coalesce(growth, budget / 0, headcount)",       "number",  120.0),
    ("coalesce(growth, budget, headcount)",           "number",  57600.0),
    ("(budget / (headcount - 120) if bought else headcount if exporter else 2) + 1", "number", NA),
    ("(headcount if exporter else budget / (headcount - 120)) + 1", "number", UNKNOWN),
    ('coalesce(note, name)',                          "text",    "深圳 Acme"),
    ("known(orders)",                                 "flag",    True),
    ("known(visits)",                                 "flag",    True),
    ("known(calls)",                                  "flag",    False),
    ("missing(calls)",                                "flag",    True),
    # single numbers
    ("abs(-3)",                                       "number",  3.0),
    ("round(2.5)",                                    "number",  3.0),
    ("round(-2.5)",                                   "number",  -3.0),
    ("round(2.675, 2)",                               "number",  2.68),
    ("round(budget, -3)",                             "money",   58000.0),
    ("floor(2.9)",                                    "integer", 2.0),
    ("floor(0.1 * 3 / 0.1)",                          "integer", 3.0),
    ("ceil(2.1)",                                     "integer", 3.0),
    ("min(3, 1, 2)",                                  "number",  1.0),
    ("max(budget, growth)",                           "money",   UNKNOWN),
    ("decay(90, half_life=90)",                       "number",  0.5),
    ("decay(5, half_life=0)",                         "number",  NA),
    # aggregates
    ("count(orders)",                                 "integer", 3.0),
    ("count(orders, where=orders.paid)",              "integer", 2.0),
    ("count(visits)",                                 "integer", 0.0),
    ("count(calls)",                                  "integer", UNKNOWN),
    ("sum(orders.amount, where=within(orders.date, months=12))", "money", 400.0),
    ('sum(orders.amount, where=orders.category == "tea" and orders.paid)', "money", 100.0),
    ("sum(max(orders.amount - 250, 0))",              "money",   600.0),
    ("sum(orders.amount, where=orders.amount >= max(orders.amount))", "money", 800.0),
    ("sum(orders.amount) / count(orders)",            "money",   400.0),
    ("sum(visits.amount)",                            "money",   0.0),
    ("sum(offers.amount)",                            "money",   UNKNOWN),
    ("sum(offers.amount, where=offers.paid)",         "money",   UNKNOWN),
    ("sum(offers.amount, where=known(offers.amount))", "money",  50.0),
    ("sum(calls.amount)",                             "money",   UNKNOWN),
    ("mean(orders.amount)",                           "money",   400.0),
    ("mean(visits.amount)",                           "money",   NA),
    ("min(orders.amount)",                            "money",   100.0),
    ("max(orders.date)",                              "date",    day("2026-11-01")),
    ("max(visits.date)",                              "date",    NA),
    ("max(min(orders.amount), 200)",                  "money",   200.0),
    ("std(orders.amount, where=orders.amount < 500)", "money",   100.0),
    ("std(visits.amount)",                            "money",   NA),
    ("first(orders.amount)",                          "money",   800.0),
    ("last(orders.category)",                         "text",    "tea"),
    ("first(visits.amount)",                          "money",   NA),
    ("distinct(orders.category)",                     "integer", 2.0),
    ("distinct(offers.category)",                     "integer", UNKNOWN),
    ("any(orders.amount > 500)",                      "flag",    True),
    ("any(offers.amount > 500)",                      "flag",    UNKNOWN),
    ("any(visits.paid)",                              "flag",    False),
    ("all(orders.paid)",                              "flag",    False),
    ("all(orders.paid, where=orders.amount != 300)",  "flag",    True),
    ("all(visits.paid)",                              "flag",    True),
    ("all(offers.amount > 40)",                       "flag",    UNKNOWN),
    # a score between 60 and 80, and one that is known to be 70
    ("fit",                                           "number",  UNKNOWN),
    ("fit > 59",                                      "flag",    True),
    ("fit > 60",                                      "flag",    UNKNOWN),
    ("fit <= 80",                                     "flag",    True),
    ("fit == 81",                                     "flag",    False),
    ("fit == potential",                              "flag",    UNKNOWN),
    ("potential == 70",                               "flag",    True),
    ("fit in [10, 90]",                               "flag",    False),
    ("fit + 0 > 59",                                  "flag",    UNKNOWN),
    # a grade that can only be A or B
    ("level",                                         "choice",  UNKNOWN),
    ('level in ["A", "B"]',                           "flag",    True),
    ('level == "A"',                                  "flag",    UNKNOWN),
    ('level == "C"',                                  "flag",    False),
    ('level != "C"',                                  "flag",    True),
    ('level < "C"',                                   "flag",    True),
    ('level > "B"',                                   "flag",    False),
]
# fmt: on


@pytest.mark.parametrize(("text", "type", "expected"), CASES, ids=[case[0] for case in CASES])
def test_accepted(text: str, type: str, expected: object) -> None:
    assert str(read(text).type) == type
    found = value(text)
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert found.__class__ is expected.__class__


def test_every_function_is_called() -> None:
    called = {name for text, *_ in CASES for name in re.findall(r"\b(\w+)\(", text)}
    assert set(FUNCTIONS) - called == {"share"}  # below: it needs all leads


def test_share_needs_all_leads() -> None:
    tree = read('share(budget, within=region, among=kind == "gift")')
    assert str(tree.type) == "percent"
    assert type(tree).__name__ == "Over"


def test_columns_stand_for_the_row_at_hand() -> None:
    tree = parse("orders.amount * 2", World(), lambda at: Location("f", 1, at), rows="orders")
    assert str(tree.type) == "money"
