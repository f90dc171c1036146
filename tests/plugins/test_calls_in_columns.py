"""Functions of plugins in columns: called once for each set of arguments, or refused by name."""

import json

import pytest
from plugin_world import World
from test_calls import CODE

BARE = "groupbuy: 1\npack: ours\nfacts: {fit: 1}\n"
MORE = """
from pathlib import Path

@scorer(Value("number"), {"budget": Value("money")})
def counted(budget):
    with Path("calls").open("a") as file:
        file.write("x")
    if budget == 13:
        raise ZeroDivisionError("unlucky")
    return NONE if budget > 1000 else budget / 3
"""
LEADS = "".join(
    f"- {{id: L{n:02}, headcount: {20 * (n % 6)}, budget: {500 * (n % 4)}}}\n" for n in range(24)
)
BLANK = "- {id: L90}\n- {id: L91, headcount: 3}\n- {id: L92, budget: 7, orders: []}\n"
FACTS = {
    "an expression": "calm.per_head(extra=0.5)",
    "an expression over rows": "calm.large()",
    "a number": "calm.counted()",
    "a computed argument": "calm.counted(budget * 2 + 1)",
    "one that may be unknown": "calm.guess()",
    "a condition": "calm.many()",
    "a word": 'calm.size() == "high"',
    "one inside another": "calm.guess(calm.counted())",
    "below a threshold": "calm.counted() > 100 or calm.many()",
}


@pytest.fixture
def calm(world: World) -> World:
    world.install("calm", CODE.replace("per_head, large]", "per_head, large, counted]"))
    module = world.site / "plugin_groupbuy_calm" / "__init__.py"
    module.write_text(module.read_text().replace("@hookimpl", f"{MORE}\n@hookimpl"))
    return world


def given(world: World, facts: str) -> None:
    world.rules("good, calm", f"facts:\n{facts}\n")
    (world.folder / "rules" / "ours.yaml").write_text(BARE)
    (world.folder / "leads.yaml").write_text(LEADS + BLANK)


@pytest.mark.parametrize("engine", ["columns", "duckdb"])
def test_rows_and_columns_agree(calm: World, engine: str) -> None:
    given(calm, "\n".join(f"  x{n}: {text}" for n, text in enumerate(FACTS.values())))
    rows = calm.evaluate()
    assert rows.code == 0, rows.err
    found = calm.call("evaluate", "leads.yaml", "--engine", engine, "--format", "jsonl")
    assert found.code == 0, found.err
    columns = {lead["id"]: lead for lead in map(json.loads, found.out.splitlines())}
    for lead in rows.data["leads"]:
        for n, text in enumerate(FACTS.values()):
            value = columns[lead["id"]][f"x{n}"]
            wanted = lead["facts"][f"x{n}"]["value"]
            assert value == (pytest.approx(wanted) if type(wanted) is float else wanted), text


def test_it_is_called_once_for_each_set_of_arguments(calm: World) -> None:
    given(calm, "  x: calm.counted()\n  y: calm.counted() + 1")
    found = calm.call("evaluate", "leads.yaml", "--engine", "columns", "--format", "jsonl")
    assert found.code == 0, found.err
    assert len((calm.folder / "calls").read_text()) == 5  # 0, 500, 1000, 1500 and 7


@pytest.mark.parametrize(
    ("fact", "lead", "said"),
    [
        ("calm.fresh()", "", "x (theirs) can't be worked out in columns: calm.fresh is Python"),
        ("calm.counted()", "- {id: bad, budget: 13}\n", "calm.counted"),
    ],
)
def test_what_cannot_be_had_names_the_function(
    calm: World, fact: str, lead: str, said: str
) -> None:
    given(calm, f"  x: {fact}")
    with (calm.folder / "leads.yaml").open("a") as file:
        file.write(lead)
    found = calm.call("evaluate", "leads.yaml", "--engine", "columns", "--format", "jsonl")
    assert found.code == 2
    assert said in found.err
    assert "--engine rows" in found.err
    assert found.out == ""


def test_too_many_sets_are_refused(calm: World) -> None:
    given(calm, "  x: calm.counted()")
    with (calm.folder / "rules" / "groupbuy.yaml").open("a") as file:
        file.write("limits: {plugin_calls: 100}\n")
    leads = "".join(f"- {{id: L{n:03}, budget: {1001 + n}}}\n" for n in range(101))
    (calm.folder / "leads.yaml").write_text(leads)
    found = calm.call("evaluate", "leads.yaml", "--engine", "columns", "--format", "jsonl")
    assert found.code == 2
    assert "calm.counted would be called for more than 100 different sets" in found.err
    assert "or write limits: {plugin_calls: 200} in groupbuy.yaml" in found.err
