"""Functions of plugins in expressions: what they take, what they give, and what is refused."""

import pytest
from plugin_world import AS_OF, World

CODE = """
from datetime import date
from groupbuy.api import *

ORDERS = Rows({"date": Value("date"), "amount": Value("money")})

@scorer(Value("number", low=0, high=10), {"orders": ORDERS, "today": Value("date")},
        {"half": Value("number", low=1, default=30)}, title={"en": "Freshness"})
def fresh(orders, today, half):
    if not orders:
        return NONE
    days = min((today - row["date"]).days for row in orders)
    return 10 * 2 ** (-days / half)

@scorer(Value("number"), {"budget": Value("money", pass_unknown=True)})
def guess(budget):
    return UNKNOWN if budget is None else budget / 2

@scorer(Value("choice", of=("low", "high"), ordered=True), {"headcount": Value("integer")})
def size(headcount):
    assert type(headcount) is int
    return "high" if headcount > 100 else "low"

@scorer(Value("date"), {"orders": ORDERS})
def first(orders):
    return min((row["date"] for row in orders), default=NONE)

@scorer(Value("flag"), {"headcount": Value("integer")})
def many(headcount):
    return headcount > 100

@hookimpl
def groupbuy_scorers():
    per_head = Scorer(
        "per_head", Value("money"), "budget / headcount * (1 + extra)",
        {"budget": Value("money"), "headcount": Value("integer")},
        {"extra": Value("percent", low=0, default=0)},
    )
    large = Scorer(
        "large", Value("integer"), "count(orders, where=orders.amount >= least)",
        {"orders": Rows({"amount": Value("money")})}, {"least": Value("money", default=500)},
    )
    return [fresh, guess, size, first, many, per_head, large]
"""

VALUES = {
    "a table and the day": ("calm.fresh()", {"big": 10 * 2 ** (-52 / 30), "small": "none"}),
    "a parameter": ("calm.fresh(half=52)", {"big": 5.0}),
    "a parameter that is computed": (
        "calm.fresh(half=headcount / 10)",
        {"big": 10 * 2 ** (-52 / 50)},
    ),
    "another table": ("calm.fresh(orders=orders)", {"big": 10 * 2 ** (-52 / 30)}),
    "without a name": ("calm.guess(headcount * 100)", {"big": 25000.0, "blank": "unknown"}),
    "unknown in, unknown out": ("calm.many()", {"big": True, "small": False, "blank": "unknown"}),
    "it may pass unknowns": ("calm.guess()", {"small": 500.0, "blank": "unknown"}),
    "a word": ('calm.size() == "high"', {"big": True, "small": False, "blank": "unknown"}),
    "words have an order": ('calm.size() < "high"', {"small": True}),
    "a date": ("days_since(calm.first())", {"big": 52, "small": "none", "blank": "unknown"}),
    "an expression": ("calm.per_head()", {"big": 180.0, "small": 50.0, "blank": "unknown"}),
    "an expression with more": ("calm.per_head(extra=0.5)", {"big": 270.0}),
    "an expression over rows": ("calm.large()", {"big": 1, "small": 0, "blank": "unknown"}),
    "an expression over other rows": ("calm.large(least=701)", {"big": 0}),
    "inside other calls": ("round(max(calm.guess(), calm.per_head()))", {"small": 500.0}),
    "twice": ("calm.guess() + calm.guess()", {"small": 1000.0}),
    "none counts as false": ("calm.fresh() > 1", {"big": True, "small": False}),
}


@pytest.fixture
def calm(world: World) -> World:
    world.install("calm", CODE)
    return world


@pytest.mark.parametrize(("text", "values"), VALUES.values(), ids=VALUES)
def test_values(text: str, values: dict[str, object], calm: World) -> None:
    calm.rules("good, calm", f"facts:\n  x: {text}\n")
    found = calm.evaluate()
    assert found.code == 0, found.err
    for id, value in values.items():
        fact = found.lead(id)["facts"]["x"]
        if value in ("none", "unknown"):
            assert fact["status"] == value
        else:
            assert fact["value"] == (pytest.approx(value) if type(value) is float else value)


def test_what_is_missing_is_told(calm: World) -> None:
    calm.rules("good, calm", "facts: {x: calm.fresh(), y: calm.many()}\n")
    blank = calm.evaluate().lead("blank")["facts"]
    assert blank["x"]["missing"] == ["orders"]
    assert blank["y"]["missing"] == ["headcount"]


def test_a_blank_in_a_column_that_is_read_is_missing(calm: World) -> None:
    calm.rules("good, calm", "facts: {x: calm.fresh(), y: calm.large()}\n")
    (calm.folder / "leads.yaml").write_text("- {id: a, orders: [{amount: 3}, {date: 2026-01-01}]}")
    facts = calm.evaluate().lead("a")["facts"]
    assert facts["x"]["missing"] == ["orders.amount", "orders.date"]
    assert facts["y"]["missing"] == ["orders.amount"]


def test_an_unknown_number_lies_within_its_declared_range(calm: World) -> None:
    more = "scores: {s: {range: [0, 100], rules: {r: {points: calm.fresh() * 2}}}}\n"
    calm.rules("good, calm", more)
    score = calm.evaluate().lead("blank")["scores"]["s"]
    assert (score["low"], score["high"], score["status"]) == (0, 20, "unknown")


REFUSED = {
    "no such function": ("calm.frsh()", 'did you mean "calm.fresh"?'),
    "no such plugin": ("other.fresh()", "if other is a plugin, list it in groupbuy.yaml"),
    "too many values": ("calm.many(1, 2)", "calm.many takes 1 without a name"),
    "no such parameter": ("calm.fresh(hlf=2)", 'did you mean "half"?'),
    "given twice": ("calm.many(3, headcount=4)", '"headcount" is given twice'),
    "a value for a table": ("calm.fresh(orders=budget)", "takes a table as orders; budget is none"),
    "a number for a condition": ("calm.many() + 1", "+ takes numbers; this is true or false"),
    "a wrong type": ('calm.guess("x")', "calm.guess takes money as budget; this is a text"),
    "a parameter out of range": ("calm.fresh(half=0)", "half is at least 1"),
    "a wrong word": ('calm.size() == "huge"', "one of: low, high"),
    "no call": ("calm.fresh", 'no table is called "calm"'),
    "two dots": ("calm.fresh.x()", "only the listed functions can be called"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, says: str, calm: World) -> None:
    calm.rules("good, calm", f"facts:\n  x: {text}\n")
    found = calm.evaluate()
    assert found.code == 2
    told = " ".join(found.err.replace("\n    hint", ":").split())
    assert says in told
    assert "rules/theirs.yaml:4:" in found.err


def test_an_input_that_the_model_lacks_is_named(calm: World) -> None:
    model = (
        "groupbuy: 1\nfields:\n  id: {type: text, required: true}\n  headcount: {type: text}\n"
        "  budget: {type: money}\n"
        "  orders: {type: table, fields: {date: {type: date}, amount: {type: text}}}\n"
    )
    calm.rules("calm", "facts:\n  a: calm.fresh()\n  b: calm.many()\n")
    (calm.folder / "rules" / "lead.yaml").write_text(model)
    (calm.folder / "rules" / "ours.yaml").write_text("groupbuy: 1\npack: ours\nfacts: {fit: 1}\n")
    found = calm.evaluate()
    assert "calm.fresh reads orders.amount, money; orders has a text there" in found.err
    assert "calm.many takes an integer as headcount; this is a text" in found.err


def test_a_python_body_and_an_expression_agree(world: World) -> None:
    world.install(
        "pair",
        """
        from groupbuy.api import *
        INPUTS = {"budget": Value("money"), "headcount": Value("integer", low=1)}
        def python(budget, headcount):
            return budget / headcount
        @hookimpl
        def groupbuy_scorers():
            return [Scorer("python", Value("money"), python, INPUTS),
                    Scorer("expression", Value("money"), "budget / headcount", INPUTS)]
        """,
    )
    world.rules("good, pair", "facts: {x: pair.python(), y: pair.expression()}\n")
    for lead in world.evaluate().data["leads"]:
        assert lead["facts"]["x"].get("value") == lead["facts"]["y"].get("value")


def test_a_folder_of_plugins_that_are_no_packages(world: World) -> None:
    folder = world.folder / "ours"
    (folder / "two").mkdir(parents=True)
    (folder / "one.py").write_text(CODE)
    (folder / "two" / "__init__.py").write_text("from .inside import *\n")
    (folder / "two" / "inside.py").write_text(CODE)
    (folder / "_not.py").write_text("1 / 0")
    world.rules("good", "facts: {x: one.guess(), y: two.guess()}\n")
    assert world.evaluate().code == 2  # a folder is used only where it is named
    found = world.evaluate("--plugins-dir", "ours")
    assert found.code == 0, found.err
    assert found.lead("small")["facts"]["y"]["value"] == 500
    assert [each["name"] for each in found.data["run"]["plugins"]] == ["good", "one", "two"]


def test_a_plugin_in_a_folder_and_one_installed_clash(world: World) -> None:
    (world.folder / "ours").mkdir()
    (world.folder / "ours" / "good.py").write_text(CODE)
    world.rules("good")
    found = world.evaluate("--plugins-dir", "ours")
    assert found.code == 2
    assert "groupbuy-good 1.0 and ours/good.py both bring a plugin called good" in found.err


def test_results_name_the_plugins_with_their_versions(calm: World) -> None:
    calm.rules("good>=1, calm")
    assert calm.evaluate().data["run"]["plugins"] == [
        {"name": "calm", "distribution": "groupbuy-calm", "version": "1.0"},
        {"name": "good", "distribution": "groupbuy-good", "version": "1.0"},
    ]


def test_the_trace_says_who_did_what(calm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calm.rules("good, calm", "facts: {x: calm.many()}\n")
    monkeypatch.setenv("GROUPBUY_TRACE_PLUGINS", "1")
    found = calm.evaluate()
    assert "plugin calm: calm.many: 2 calls, " in found.err
    assert "plugin good: import: 1 calls, " in found.err


def test_packs_and_fields_of_a_plugin(world: World) -> None:
    world.install(
        "kept",
        """
        from pathlib import Path
        from groupbuy.api import hookimpl
        HERE = Path(__file__).parent
        @hookimpl
        def groupbuy_fields(): return HERE / "fields.yaml"
        @hookimpl
        def groupbuy_rules(): return HERE / "rules"
        """,
        files={
            "fields.yaml": "fields: {cold: {type: flag, title: {en: Cold, zh: 冷链}}}",
            "rules/chain.yaml": "groupbuy: 1\npack: chain\nfacts: {needs_cold: cold}\n",
        },
    )
    world.rules("good, kept")
    file = world.folder / "rules" / "groupbuy.yaml"
    file.write_text(file.read_text().replace("[ours.yaml", "[kept:chain, ours.yaml"))
    (world.folder / "leads.yaml").write_text("- {id: a, 冷链: 是}")
    found = world.evaluate()
    assert found.lead("a")["facts"]["needs_cold"]["value"] is True
    shown = world.call("rules", "list", "--as-of", AS_OF)
    assert "kept:chain.yaml" in shown.out


def test_a_reader_and_a_format(world: World) -> None:
    world.install(
        "deals",
        """
        from groupbuy.api import Reader
        def read(path):
            for line in path.read_text().splitlines():
                id, headcount = line.split()
                yield {"id": id, "headcount": headcount, "orders": [{"amount": "1,200"}]}
        deals = Reader(read)
        """,
        group="groupbuy.readers",
        entry="plugin_groupbuy_deals:deals",
    )
    world.install(
        "names",
        """
        from groupbuy.api import Renderer
        names = Renderer(lambda result: " ".join(lead["id"] for lead in result["leads"]) + "\\n")
        """,
        group="groupbuy.renderers",
        entry="plugin_groupbuy_names:names",
    )
    world.rules("good")
    (world.folder / "x.deals").write_text("a 12\nb many\nc 3")
    found = world.call("evaluate", "x.deals", "--as-of", AS_OF, "--format", "names")
    assert (found.code, found.out) == (3, "a c\n")
    asides = world.call("check", "x.deals", "--as-of", AS_OF)
    assert "x.deals, record 2: " in asides.err
    assert "names" in world.call("evaluate", "x.deals", "--format", "nmes").err


def test_a_command_of_a_plugin(world: World) -> None:
    world.install(
        "count",
        """
        import click
        from groupbuy.api.commands import DONE, leads_options, rules_options
        @click.command()
        @click.argument("leads", nargs=-1)
        @leads_options
        @rules_options
        def count(leads, reading, run):
            click.echo(len(reading.read(run.open(), leads).leads))
            return DONE
        """,
        group="groupbuy.commands",
        entry="plugin_groupbuy_count:count",
    )
    world.rules("good")
    assert world.call("count", "leads.yaml").out == "3\n"
    assert "From groupbuy-count." in world.call("--help").out
    unreadable = world.call("count", "no.yaml")
    assert unreadable.code == 2
    assert "no.yaml" in unreadable.err
