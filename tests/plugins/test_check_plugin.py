"""`check_plugin`: each thing that an author can get wrong is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugin_world import World

from groupbuy.testing import check_plugin
from groupbuy.testing.checks import examined

HEAD = '''
from datetime import date
from decimal import Decimal
from pathlib import Path
from groupbuy.api import (
    COMMON, NONE, UNKNOWN, Accrual, Case, Deal, Example, IncentiveExample, Item, Lowered, Offer,
    Package, PackageLine, ProposalExample, ProposalRequest, Rows, Scorer, Value, hookimpl,
)

TITLE = {"en": "A title"}
MONEY, COUNT = Value("money"), Value("integer")
ORDERS = Rows({"date": Value("date"), "amount": MONEY})


def total(orders, factor):
    return sum(row["amount"] for row in orders) * factor


def scorer(**changes):
    """A scorer that nothing is wrong with, apart from the changes."""
    parts = dict(
        name="total", gives=MONEY, body=total, inputs={"orders": ORDERS},
        params={"factor": Value("number", default=1)}, title=TITLE,
        examples=[
            Example({"orders": [{"date": date(2026, 1, 2), "amount": 5}], "factor": 3}, 15),
            Example({"orders": []}, 0),
            Example({"orders": UNKNOWN}, UNKNOWN),
        ],
    )
    return Scorer(**{**parts, **changes})


def two(body, examples, **more):
    """A scorer of two numbers."""
    return Scorer("two", MONEY, body, {"a": MONEY, "b": MONEY}, title=TITLE, examples=examples,
                  **more)


DAY = date(2026, 1, 1)


class Program:
    """One percent of what was paid, to the salesperson."""

    name, title, inputs = "bonus", TITLE, {"budget": MONEY}
    terms = {
        "type": "object",
        "properties": {"rate": {"type": "number"}},
        "required": ["rate"],
        "additionalProperties": False,
    }
    examples = [
        IncentiveExample(
            {"rate": 0.01}, {"budget": 100.0}, Offer({"en": "a hundred"}, Decimal(1)),
            Case("li", DAY, [Deal("d1", DAY, Decimal(500), Decimal(500), parties={"sales": "li"})]),
            [Accrual("li", "d1", Decimal("5.00"), {"en": "paid"}, DAY, deals=("d1",))],
        )
    ]

    def check(self, terms):
        return [] if terms["rate"] < 1 else ["the rate is no share"]

    def offer(self, terms, lead):
        if lead["budget"] is None:
            return None
        return Offer({"en": "a hundred"}, Decimal(1))

    def together(self, terms):
        return "sales"

    def accrue(self, terms, case):
        rate = Decimal(str(terms["rate"]))
        return [
            Accrual(case.of, d.id, (d.counted * rate).quantize(Decimal("0.01")),
                    {"en": "paid"}, d.date, deals=(d.id,))
            for d in case.deals
        ]


ITEMS = (Item("a", {"en": "A"}, "x", Decimal(5)), Item("b", {"en": "B"}, "x", Decimal(9)))


class Generator:
    """The cheapest of all."""

    name, title, inputs = "cheapest", TITLE, {"budget": MONEY}
    terms = {"type": "object", "properties": {}, "additionalProperties": False}
    examples = [
        ProposalExample(
            ProposalRequest({"budget": 90.0}, {}, ITEMS, 10, date(2026, 1, 1)),
            [Package([PackageLine("a", 1, 10)])],
        )
    ]

    def propose(self, request):
        items = sorted(request.catalogue, key=lambda item: (item.list_price, item.sku))
        return [Package([PackageLine(i.sku, 1, request.recipients)]) for i in items[:1]]


class Notes:
    """Notes on a lead."""

    name, shared = "notes", False
    schema = {"type": "object", "properties": {"text": {"type": "string"}, **COMMON},
              "additionalProperties": False}

    def declare(self, entry, ctx):
        return {}

    def lower(self, entry, ctx):
        return Lowered(entry, ())

    def conclude(self, entries):
        return ()

    def present(self, lowered, lead):
        return None
'''


def scorers(*made: str) -> str:
    return f"{HEAD}\n\n@hookimpl\ndef groupbuy_scorers():\n    return [{', '.join(made)}]\n"


def program(body: str) -> str:
    """The program with something wrong."""
    hook = "@hookimpl\ndef groupbuy_incentives():\n    return [Wrong()]\n"
    return f"{HEAD}\n\nclass Wrong(Program):\n    {body}\n\n\n{hook}"


def generator(body: str) -> str:
    """The generator with something wrong."""
    hook = "@hookimpl\ndef groupbuy_proposals():\n    return [Wrong()]\n"
    return f"{HEAD}\n\nclass Wrong(Generator):\n    {body}\n\n\n{hook}"


def section(body: str) -> str:
    """The section with something wrong."""
    hook = "@hookimpl\ndef groupbuy_sections(plugins):\n    return [Wrong()]\n"
    return f"{HEAD}\n\nclass Wrong(Notes):\n    {body}\n\n\n{hook}"


def test_nothing_is_wrong_with_what_is_right(world: World) -> None:
    hooks = """
@hookimpl
def groupbuy_scorers():
    tree = two("a / b", [Example({"a": 6, "b": 3}, 2.0), Example({"a": 6, "b": 0}, NONE)])
    words = Value("choices", of=("tea", "rice"))
    many = Scorer("many", COUNT, lambda words: len(words), {"words": words}, title=TITLE,
                  examples=[Example({"words": ("tea", "rice")}, 2)])
    day = Scorer("day", Value("date"), lambda today: today, {"today": Value("date")}, title=TITLE,
                 examples=[Example({"today": date(2026, 1, 2)}, date(2026, 1, 2))])
    rows = Scorer("rows", COUNT, lambda orders: len(orders), {"orders": Rows()}, title=TITLE,
                  examples=[Example({"orders": [{}, {}]}, 2)])
    borne = Scorer("borne", COUNT, lambda a: 0 if a is None else 1,
                   {"a": Value("money", pass_unknown=True)}, title=TITLE,
                   examples=[Example({"a": UNKNOWN}, 0), Example({"a": 1}, 1)])
    return [scorer(), tree, many, day, rows, borne]


@hookimpl
def groupbuy_incentives():
    return [Program()]


@hookimpl
def groupbuy_proposals():
    return [Generator()]


@hookimpl
def groupbuy_sections(plugins):
    return [Notes()]


@hookimpl
def groupbuy_fields():
    return Path(__file__).parent / "fields.yaml"


@hookimpl
def groupbuy_rules():
    return Path(__file__).parent / "rules"
"""
    pack = "groupbuy: 1\npack: spend\nfacts: {spent: right.total()}\nnotes: {n: {text: x}}\n"
    world.install(
        "right",
        HEAD + hooks,
        files={
            "fields.yaml": "groupbuy: 1\nfields: {silos: {type: integer, title: {en: Silos}}}\n",
            "rules/spend.yaml": pack,
            "rules/groupbuy.yaml": "groupbuy: 1\nplugins: [right]\nlayers: [right:spend]\n",
        },
    )
    report = check_plugin("right")
    assert not report.failures
    assert report.seconds is not None
    lines = str(report).splitlines()
    assert lines[0].startswith("plugin right (groupbuy-right 1.0), imported in ")
    assert [line.removeprefix("✓ ") for line in lines[1:]] == [
        "it loads",
        "it imports the public API alone",
        "its import prints nothing",
        *(f"scorer right.{n}" for n in ("total", "two", "many", "day", "rows", "borne")),
        "incentive program right.bonus",
        "proposal generator right.cheapest",
        "section notes",
        "fields",
        "packs",
        "it prints nothing",
    ]


WRONG = {
    "misspelt hook": (
        HEAD + "\n@hookimpl\ndef groupbuy_scorer():\n    return []\n",
        'there is no hook groupbuy_scorer: did you mean "groupbuy_scorers"?',
    ),
    "inner import": (
        "import groupbuy.engine.run\n" + scorers("scorer()"),
        "__init__.py:1 imports groupbuy.engine.run; plugins import groupbuy.api",
    ),
    "inner import of a name": (
        "from groupbuy import errors\n" + scorers("scorer()"),
        "__init__.py:1 imports groupbuy.errors; plugins import groupbuy.api",
    ),
    "print on import": ("print('hello')\n" + scorers("scorer()"), "prints nothing: hello"),
    "print in a call": (
        scorers("scorer(body=lambda orders, factor: print('x') or total(orders, factor))"),
        "it prints nothing: it printed",
    ),
    "no title": (scorers("scorer(title={})"), "scorer wrong.total: it has no title"),
    "no example": (scorers("scorer(examples=())"), "scorer wrong.total: it has no example"),
    "example does not hold": (
        scorers('two("a - b", [Example({"a": 1, "b": 2}, 1)])'),
        "example 1: it documents 1, and gives -1",
    ),
    "example gives another type": (
        scorers('two("a - b", [Example({"a": 1, "b": 2}, "much")])'),
        "example 1: gives gave str 'much', and declares money",
    ),
    "example gives None": (
        scorers('two("a - b", [Example({"a": 1, "b": 2}, None)])'),
        "example 1: gives is None; say UNKNOWN where there is no value",
    ),
    "example lacks an input": (
        scorers('two("a - b", [Example({"a": 1}, 1)])'),
        "example 1: b is not given; UNKNOWN says that nobody knows it",
    ),
    "example gives what is not declared": (
        scorers('two("a - b", [Example({"a": 1, "b": 2, "c": 3}, -1)])'),
        "example 1: c is given, and not declared",
    ),
    "rows of an example lack a column": (
        scorers('scorer(examples=[Example({"orders": [{"amount": 1}]}, 1)])'),
        "example 1: orders: a row has amount, and not its columns",
    ),
    "parameter out of range": (
        scorers(
            'scorer(params={"factor": Value("number", low=0, default=1)},'
            ' examples=[Example({"orders": [], "factor": -1}, 0)])'
        ),
        "example 1: factor is at least 0",
    ),
    "raises": (
        scorers("scorer(body=lambda orders, factor: 1 / 0)"),
        "wrong.total raised ZeroDivisionError",
    ),
    "another value each time": (
        "import itertools\nCOUNTER = itertools.count()\n"
        + scorers("scorer(body=lambda orders, factor: next(COUNTER))"),
        "asked twice it gives",
    ),
    "takes an unknown for zero": (
        scorers('two("coalesce(a, 0) + b", [Example({"a": 1, "b": 2}, 3)])'),
        "where a is not known it gives 2, and with it 3: unknown in, unknown out",
    ),
    "program without example": (program("examples = []"), "wrong.bonus: it has no example"),
    "terms are no schema": (
        program("terms = {'type': 'objekt', 'additionalProperties': False}"),
        "its schema is none",
    ),
    "open terms": (
        program("terms = {'type': 'object', 'properties': {}}"),
        "is open: say additionalProperties: False",
    ),
    "terms that do not fit": (
        program("terms = {**Program.terms, 'properties': {'rate': {'type': 'string'}}}"),
        "its terms: 0.01 is not of type 'string' (at $.rate)",
    ),
    "check complains about the example": (
        program("def check(self, terms):\n        return ['too much']"),
        "example 1: its terms: too much",
    ),
    "offer differs": (
        program("def offer(self, terms, lead):\n        return None"),
        "it documents the offer Offer(because={'en': 'a hundred'}",
    ),
    "offer needs what is unknown": (
        program(
            "def offer(self, terms, lead):\n"
            "        return Offer({'en': 'a hundred'}, Decimal(int(lead['budget'] > 1)))"
        ),
        "offer, with nothing known, raised TypeError",
    ),
    "offer changes the terms": (
        program(
            "def offer(self, terms, lead):\n"
            "        terms['seen'] = True\n        return Offer({'en': 'a hundred'}, Decimal(1))"
        ),
        "offer changed what it was given",
    ),
    "accrues floats": (
        program(
            "def accrue(self, terms, case):\n"
            "        return [Accrual('li', d.id, 5.0, {}, d.date) for d in case.deals]"
        ),
        "money is a Decimal",
    ),
    "accrues something else": (
        program("def accrue(self, terms, case):\n        return []"),
        "it documents [Accrual(party='li'",
    ),
    "accrues for nothing": (
        program(
            "def accrue(self, terms, case):\n"
            "        return [Accrual('li', 'd1', Decimal('5.00'), {'en': 'paid'}, DAY)]"
        ),
        "without deals it accrues",
    ),
    "accrues less than nothing": (
        program(
            "def accrue(self, terms, case):\n"
            "        return [Accrual('li', d.id, Decimal('-5.00'), {}, d.date) for d in case.deals]"
        ),
        "what is owed is never negative",
    ),
    "settles nothing together": (
        program("def together(self, terms):\n        return ''"),
        "together gave no role",
    ),
    "example has more of the lead": (
        program("inputs = {}"),
        "its lead has budget, which is not among the inputs",
    ),
    "generator without example": (generator("examples = []"), "it has no example"),
    "unknown item": (
        generator("def propose(self, r):\n        return [Package([PackageLine('z', 1, 1)])]"),
        "propose gave 'z', which is not in the catalogue",
    ),
    "proposes something else": (
        generator("def propose(self, request):\n        return []"),
        "and proposes []",
    ),
    "depends on the order": (
        generator(
            "def propose(self, r):\n"
            "        return [Package([PackageLine(i.sku, 1, 10)]) for i in r.catalogue[:1]]"
        ),
        "what it proposes depends on the order of the catalogue",
    ),
    "needs a lead": (
        generator(
            "def propose(self, r):\n        r.lead['budget'] + 1\n        return super().propose(r)"
        ),
        "propose, with nothing known, raised TypeError",
    ),
    "needs a catalogue": (
        generator(
            "def propose(self, r):\n        r.catalogue[0]\n        return super().propose(r)"
        ),
        "propose, without a catalogue, raised IndexError",
    ),
    "schema of a section": (
        section(
            "schema = {'type': 'object', 'properties': {'n': {'minimum': 'x'}},"
            " 'additionalProperties': False}"
        ),
        "section notes: its schema is none: 'x' is not of type 'number'",
    ),
    "fields of the core": (
        HEAD + "\n@hookimpl\ndef groupbuy_fields():\n    return Path(__file__).parent / 'f.yaml'\n",
        "fields: wrong:f.yaml",
    ),
    "a pack": (
        HEAD + "\n@hookimpl\ndef groupbuy_rules():\n    return Path(__file__).parent / 'rules'\n",
        'packs: wrong:p.yaml:3:1: unknown-key a pack has no "fcats:"',
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told(world: World, what: str) -> None:
    code, told = WRONG[what]
    files = {
        "f.yaml": "groupbuy: 1\nfields: {budget: {type: money}}\n",
        "rules/p.yaml": "groupbuy: 1\npack: p\nfcats: {}\n",
    }
    world.install("wrong", code, files=files)
    with pytest.raises(AssertionError) as raised:
        check_plugin("wrong")
    text = str(raised.value)
    assert text.startswith("plugin wrong (groupbuy-wrong 1.0)")
    assert any(told in failure for failure in examined("wrong").failures), text


def test_everything_is_told_at_once(world: World) -> None:
    world.install("wrong", scorers("scorer(title={}, examples=())", 'two("a - b", [])'))
    assert examined("wrong").failures == [
        "scorer wrong.total: it has no title",
        "scorer wrong.total: it has no example: examples=[Example({…}, …)]",
        "scorer wrong.two: it has no example: examples=[Example({…}, …)]",
    ]


def test_all_packs_are_put_together_where_they_have_a_project(world: World) -> None:
    code = HEAD + (
        "\n@hookimpl\ndef groupbuy_rules():\n    return Path(__file__).parent / 'rules'\n"
    )
    files = {
        "rules/groupbuy.yaml": "groupbuy: 1\nplugins: [wrong]\nlayers: [wrong:p]\n",
        "rules/p.yaml": "groupbuy: 1\npack: p\nfacts: {x: budgt * 2}\n",
    }
    world.install("wrong", code, files=files)
    (failure,) = examined("wrong").failures
    assert failure.startswith("packs: wrong:p.yaml:3:12: unknown-name")


def test_a_plugin_that_is_not_there(world: World) -> None:
    with pytest.raises(AssertionError, match='install it, or did you mean "good"'):
        check_plugin("goood")


def test_a_plugin_of_a_folder(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "farms.py").write_text(scorers("scorer()"), encoding="utf-8")
    report = check_plugin("farms", folder)
    assert str(report).startswith(f"plugin farms ({folder / 'farms.py'}), imported in ")
    (folder / "farms.py").write_text("import groupbuy.errors\n" + scorers("scorer(examples=())"))
    assert [failure.split(": ")[1] for failure in examined("farms", folder).failures] == [
        "farms.py:1 imports groupbuy.errors; plugins import groupbuy.api",
        "it has no example",
    ]
