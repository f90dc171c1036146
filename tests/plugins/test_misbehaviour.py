"""Everything a plugin can do wrong: what is said of it, and that nobody else is harmed.

Each row is the code of a plugin called `bad`. The rules use only the plugin `good`, unless a row
is about what rules do with `bad`; their results must be byte for byte those of a run without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

import pytest
from plugin_world import AS_OF, World

API = "from groupbuy.api import *\n"
SCORER = """
@hookimpl
def groupbuy_scorers():
    return [Scorer("risk", Value("number", low=0, high=1), risk, {"headcount": Value("integer")})]
"""


def scorer(body: str) -> str:
    """A plugin whose scorer `bad.risk` has this body."""
    lines = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
    return f"import sys, time\n{API}\ndef risk(headcount):\n{lines}\n{SCORER}"


@dataclass(frozen=True)
class Bad:
    """A plugin, and what is said of it. `%s` stands for its name, distribution and version."""

    code: str
    says: str
    files: Mapping[str, str] = field(default_factory=dict)
    requires: str = "groupbuy>=0.1"
    entry: str | None = None
    listed: str = "bad"


# ── what can't be loaded ───────────────────────────────────────────────────────────────────────

LOADING: dict[str, Bad] = {
    "import of what is not there": Bad(
        "import no_such_module", "%s: import raised ModuleNotFoundError: No module named"
    ),
    "syntax error": Bad("def x(:\n", "%s: import raised SyntaxError"),
    "raises on import": Bad("1 / 0", "%s: import raised ZeroDivisionError: division by zero"),
    "exits on import": Bad("import sys\nsys.exit(3)", "%s: import raised SystemExit: 3"),
    "imports for ever": Bad(
        "while True: pass", "%s: import took longer than 0.3 s and was stopped"
    ),
    "sleeps on import, and catches what it can": Bad(
        "import time\ntry: time.sleep(60)\nexcept Exception: time.sleep(60)",
        "%s: import took longer than 0.3 s and was stopped",
    ),
    "raises what can't be printed": Bad(
        "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd()",
        "%s: import raised Odd",
    ),
    "raises a page of control characters": Bad(
        "raise ValueError('\\x1b[31m' * 500)", "%s: import raised ValueError: ?[31m?[31m"
    ),
    "names no module": Bad(
        API + SCORER.replace("risk, {", "len, {"),
        "%s: its entry point is a function; it names a module",
        entry="plugin_groupbuy_bad:groupbuy_scorers",
    ),
    "names what is not in the module": Bad(
        API, "%s: import raised AttributeError", entry="plugin_groupbuy_bad:no_such_name"
    ),
    "names no such module": Bad(
        API, "%s: import raised ModuleNotFoundError", entry="plugin_groupbuy_worse"
    ),
    "has no hook": Bad(
        "answer = 42", "%s: plugin_groupbuy_bad has none of the hooks: groupbuy_sco"
    ),
    "misspells a hook": Bad(
        API + "@hookimpl\ndef groupbuy_scorer(): return []",
        '%s: there is no hook groupbuy_scorer: did you mean "groupbuy_scorers"?',
    ),
    "forgets the mark": Bad(
        API + "def groupbuy_scorers(): return []",
        "%s: groupbuy_scorers is not marked as a hook: put @hookimpl above it",
    ),
    "hook wants what nobody gives": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(database): return []",
        "%s: a hook is not as it should be: raised PluginValidationError",
    ),
    "hook raises": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): raise KeyError('x')",
        "%s: groupbuy_scorers raised KeyError: 'x' (__init__.py:3)",
    ),
    "hook raises half way": Bad(
        API + "@hookimpl\ndef groupbuy_scorers():\n    yield None\n    raise OSError('disk')",
        "%s: groupbuy_scorers raised OSError: disk",
    ),
    "hook exits": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): raise SystemExit",
        "%s: groupbuy_scorers raised SystemExit",
    ),
    "hook hangs": Bad(
        API + "import time\n@hookimpl\ndef groupbuy_scorers(): time.sleep(60)",
        "%s: groupbuy_scorers took longer than 0.3 s and was stopped",
    ),
    "hook gives an endless list": Bad(
        API + "@hookimpl\ndef groupbuy_scorers():\n    while True: pass\n    yield",
        "%s: groupbuy_scorers took longer than 0.3 s and was stopped",
    ),
    "hook gives nothing": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): pass", "%s: groupbuy_scorers gave None"
    ),
    "hook gives a text": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return 'risk'",
        "%s: groupbuy_scorers gave str, not a list",
    ),
    "hook gives other things": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return [len]",
        "%s: <built-in function len> is not a Scorer",
    ),
    "scorer without a name": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return [Scorer('a b', Value('flag'), 'True')]",
        "%s: 'a b' is not a name: letters, digits and _",
    ),
    "two scorers of one name": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return [Scorer('a', Value('flag'), 'True')] * 2",
        "%s: two scorers are called a",
    ),
    "scorer of an unknown type": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return [Scorer('a', Value('float'), '1')]",
        "%s: a: what it gives has the type 'float'; types are: integer, number",
    ),
    "scorer that lacks an input": Bad(
        scorer("return 1").replace("def risk(headcount)", "def risk()"),
        "%s: risk: the function does not take headcount, which is declared",
    ),
    "scorer that wants more": Bad(
        scorer("return 1").replace("def risk(headcount)", "def risk(headcount, secret)"),
        "%s: risk: the function wants secret, which is not declared",
    ),
    "expression with an unknown name": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return [Scorer('a', Value('number'), 'budget')]",
        '%s: the expression of a is not one: nothing is called "budget"',
    ),
    "expression of another type": Bad(
        API + "@hookimpl\ndef groupbuy_scorers(): return [Scorer('a', Value('number'), 'True')]",
        "%s: the expression of a gives true or false, not a number as declared",
    ),
    "section without its parts": Bad(
        API + "class S: name = 'extra'; schema = {}; shared = False\n"
        "@hookimpl\ndef groupbuy_sections(plugins): return [S()]",
        "%s: section extra has no declare()",
    ),
    "section of the core's name": Bad(
        API + "class S:\n    name = 'gates'; schema = {}; shared = False\n"
        "    def declare(self, e, c): pass\n    lower = conclude = present = declare\n"
        "@hookimpl\ndef groupbuy_sections(plugins): return [S()]",
        "%s: its section gates is one of groupbuy's own",
    ),
    "section that lets slips pass": Bad(
        API + "class S:\n    name = 'extra'; shared = False; schema = {'type': 'object'}\n"
        "    def declare(self, e, c): pass\n    lower = conclude = present = declare\n"
        "@hookimpl\ndef groupbuy_sections(plugins): return [S()]",
        "%s: section extra: its schema is open: say additionalProperties: False",
    ),
    "schema that looks outside": Bad(
        API + "class S:\n    name = 'extra'; shared = False\n"
        "    schema = {'$ref': 'https://example.org/schema'}\n"
        "    def declare(self, e, c): pass\n    lower = conclude = present = declare\n"
        "@hookimpl\ndef groupbuy_sections(plugins): return [S()]",
        "%s: section extra: its schema refers to https://example.org/schema",
    ),
    "program without its parts": Bad(
        API + "class P: name = 'rebate'\n@hookimpl\ndef groupbuy_incentives(): return [P()]",
        "%s: rebate has no check()",
    ),
    "generator that is none": Bad(
        API + "@hookimpl\ndef groupbuy_proposals(): return [42]", "%s: 42 has no name"
    ),
    "folder of packs that is not there": Bad(
        API + "from pathlib import Path\n@hookimpl\ndef groupbuy_rules(): return Path('nowhere')",
        "%s: there is no folder nowhere in the package",
    ),
    "fields that are no YAML": Bad(
        API + "from pathlib import Path\n"
        "@hookimpl\ndef groupbuy_fields(): return Path(__file__).with_name('f.yaml')",
        "%s: groupbuy_fields: bad:f.yaml:1:9",
        files={"f.yaml": "fields: [1"},
    ),
    "fields that the model has": Bad(
        API + "from pathlib import Path\n"
        "@hookimpl\ndef groupbuy_fields(): return Path(__file__).with_name('f.yaml')",
        "bad declares budget again",
        files={"f.yaml": "fields: {budget: {type: money}}"},
    ),
    "made for another groupbuy": Bad(
        "import no_such_module", "%s: it needs groupbuy >=99, and this is", requires="groupbuy>=99"
    ),
    "of a version that is not wanted": Bad(
        "import no_such_module", "%s: bad>=2 is wanted", listed="bad>=2"
    ),
}


@pytest.mark.parametrize("bad", LOADING.values(), ids=LOADING)
def test_what_cannot_be_loaded_is_named_and_harms_nobody(bad: Bad, world: World) -> None:
    world.rules("good")
    without = world.evaluate()
    assert without.code == 0, without.err
    world.install("bad", bad.code, files=bad.files, requires=bad.requires, entry=bad.entry)
    world.rules(f'good, "{bad.listed}"')
    found = world.evaluate()
    assert bad.says.replace("%s", "plugin bad (groupbuy-bad 1.0)") in found.err
    assert "Traceback" not in found.err
    assert found.code == 0  # no rule needs it
    assert found.leads == without.leads


@pytest.mark.parametrize("bad", LOADING.values(), ids=LOADING)
def test_a_plugin_that_is_not_listed_is_not_touched(bad: Bad, world: World) -> None:
    world.install("bad", bad.code, files=bad.files, requires=bad.requires, entry=bad.entry)
    world.rules("good")
    found = world.evaluate()
    assert (found.code, found.err) == (0, "")


NEEDED = {
    "a function": ("facts: {x: bad.risk()}\n", 'no function is called "bad.risk"'),
    "a section": ("extra: {x: 1}\n", 'a pack has no "extra:"'),
}


@pytest.mark.parametrize(("more", "says"), NEEDED.values(), ids=NEEDED)
def test_rules_that_need_a_broken_plugin_stop_and_name_it(
    more: str, says: str, world: World
) -> None:
    world.install("bad", "1 / 0")
    world.rules("good, bad", more)
    found = world.evaluate()
    assert found.code == 2
    assert says in found.err
    assert "plugin bad (groupbuy-bad 1.0): import raised ZeroDivisionError" in found.err
    assert found.out == ""


def test_packs_of_a_broken_plugin_are_missed_where_they_are_listed(world: World) -> None:
    world.install("bad", "1 / 0")
    world.rules("good, bad")
    file = world.folder / "rules" / "groupbuy.yaml"
    file.write_text(file.read_text().replace("[ours.yaml", "[bad:churn, ours.yaml"))
    found = world.evaluate()
    assert found.code == 2
    assert "no packs come from bad" in found.err
    assert "import raised ZeroDivisionError" in found.err


# ── clashes ────────────────────────────────────────────────────────────────────────────────────


def test_two_packages_with_one_plugin_name_are_both_refused(world: World) -> None:
    world.rules("good")
    without = world.evaluate()
    world.install("bad", API + SCORER, distribution="one")
    world.install("bad", API + SCORER, distribution="two", version="2.0")
    world.rules("good, bad")
    found = world.evaluate()
    assert "one 1.0 and two 2.0 both bring a plugin called bad" in found.err
    assert (found.code, found.leads) == (0, without.leads)


def test_two_plugins_with_one_section_are_both_refused(world: World) -> None:
    section = (
        API + "class S:\n    name = 'extra'; schema = {}; shared = False\n"
        "    def declare(self, e, c): return {}\n    lower = conclude = present = declare\n"
        "@hookimpl\ndef groupbuy_sections(plugins): return [S()]"
    )
    world.rules("good")
    without = world.evaluate()
    world.install("bad", section)
    world.install("worse", section)
    world.rules("good, bad, worse")
    found = world.evaluate()
    assert "plugin bad (groupbuy-bad 1.0): plugin worse (groupbuy-worse 1.0) has a" in found.err
    assert "plugin worse (groupbuy-worse 1.0): plugin bad (groupbuy-bad 1.0) has a" in found.err
    assert (found.code, found.leads) == (0, without.leads)


def test_a_plugin_that_is_not_installed_is_missed(world: World) -> None:
    world.rules("good, gooood")
    found = world.evaluate()
    assert found.code == 0
    assert 'no plugin is called gooood: install it, or did you mean "good"?' in found.err
    assert "rules/groupbuy.yaml:6:17" in found.err


def test_the_list_of_plugins_is_read_with_care(world: World) -> None:
    world.rules("good, 'history >> 1'")
    found = world.evaluate()
    assert found.code == 2
    assert '"history >> 1" is not a plugin and the versions wanted of it' in found.err


# ── what fails on a lead ───────────────────────────────────────────────────────────────────────

RISK = "facts: {r: bad.risk()}\n"
RISKY = "scores: {risky: {range: [0, 9], rules: {a: {when: r > 0.5, points: 3}, b: {points: 1}}}}\n"

RUNNING: dict[str, tuple[str, str]] = {
    "raises": ("return 1 / (headcount - 20)", "raised ZeroDivisionError: division by zero"),
    "raises itself": ("return risk(headcount)", "raised RecursionError"),
    "exits": ("sys.exit(1)", "raised SystemExit: 1"),
    "asserts": ("assert headcount > 20, 'too small'", "raised AssertionError: too small"),
    "hangs": ("while headcount == 20: pass\nreturn 0", "took longer than 0.3 s and was stopped"),
    "sleeps": ("time.sleep(60 * (headcount == 20))\nreturn 0", "took longer than 0.3 s"),
    "catches everything and goes on": (
        "while headcount == 20:\n    try: time.sleep(60)\n    except Exception: pass\nreturn 0",
        "took longer than 0.3 s",
    ),
    "gives None": ("return None if headcount == 20 else 0", "gave None; give UNKNOWN or NONE"),
    "gives a text": ("return 'high' if headcount == 20 else 0", "gave str 'high', and declares"),
    "gives a flag": (
        "return True if headcount == 20 else 0",
        "gave bool True, and declares number",
    ),
    "gives a complex number": ("return 1j if headcount == 20 else 0", "gave complex 1j"),
    "gives NaN": ("return float('nan') if headcount == 20 else 0", "gave float nan"),
    "gives infinity": ("return 1e400 if headcount == 20 else 0", "gave float inf"),
    "gives too much": ("return headcount / 10 if headcount == 20 else 0", "gave 2, above its decl"),
    "gives too little": ("return -1 if headcount == 20 else 0", "gave -1, below its declared low"),
    "gives what can't be printed": (
        "class Odd:\n    def __repr__(self): raise ValueError\n"
        "return Odd() if headcount == 20 else 0",
        "gave Odd, and declares number",
    ),
}


@pytest.mark.parametrize(("body", "says"), RUNNING.values(), ids=RUNNING)
def test_what_fails_on_a_lead_leaves_no_number_there(body: str, says: str, world: World) -> None:
    world.rules("good")
    without = world.evaluate()
    world.install("bad", scorer(body))
    world.rules("good, bad", RISK + RISKY)
    found = world.evaluate()
    assert found.code == 3, found.err
    small = found.lead("small")
    assert small["facts"]["r"] == {"value": None, "status": "failed"}
    assert small["scores"]["risky"] == {"value": None, "status": "failed"}
    (message,) = small["failed"]
    assert message.startswith("plugin bad (groupbuy-bad 1.0): bad.risk ")
    assert says in message
    # Nobody asked about the lead without a headcount, so it is unknown and did not fail.
    assert found.lead("blank")["facts"]["r"]["status"] == "unknown"
    assert "failed" not in found.lead("blank")
    for lead in without.data["leads"]:
        theirs = found.lead(lead["id"])
        assert {**lead["facts"], "r": theirs["facts"]["r"]} == theirs["facts"]
        assert theirs["scores"]["fit"] == lead["scores"]["fit"]
        assert (theirs["rank"], theirs["verdict"]) == (lead["rank"], lead["verdict"])


def test_what_hung_once_is_not_asked_again(world: World) -> None:
    world.install("bad", scorer("time.sleep(60)"))
    world.rules("good, bad", RISK)
    found = world.evaluate()
    assert found.code == 3
    messages = [each["problem"] for each in found.data["errors"]]
    assert any("was stopped" in message for message in messages)
    assert any("is not called again" in message for message in messages)


def test_what_a_plugin_prints_does_not_reach_the_results(world: World) -> None:
    world.install("bad", scorer("print('looking at', headcount)\nreturn 0"))
    world.rules("good, bad", RISK)
    found = world.evaluate()
    assert found.code == 0
    assert found.data["leads"]
    assert "bad: looking at 500\n" in found.err


def test_a_plugin_that_takes_standard_output_does_not_keep_it(world: World) -> None:
    world.install("bad", scorer("import io\nsys.stdout = io.StringIO()\nreturn 0"))
    world.rules("good, bad", RISK)
    found = world.evaluate()
    assert found.code == 0
    assert found.lead("big")["facts"]["r"]["value"] == 0


MUTATIONS = {
    "a cell": "orders[0]['amount'] = 0",
    "the rows": "orders.clear()",
    "a row": "orders[0].clear()",
    "what is not declared": "orders[0]['date']",
}


@pytest.mark.parametrize("body", MUTATIONS.values(), ids=MUTATIONS)
def test_a_plugin_can_neither_change_nor_see_more_than_it_declares(body: str, world: World) -> None:
    world.install(
        "bad",
        f"{API}\ndef risk(orders):\n    if orders: {body}\n    return 0\n"
        "@hookimpl\ndef groupbuy_scorers():\n    return [Scorer('risk', Value('number'), risk,"
        " {'orders': Rows({'amount': Value('money')})})]",
    )
    world.rules("bad, good", RISK)
    found = world.evaluate()
    assert found.lead("big")["facts"]["r"]["status"] == "failed"
    assert found.lead("big")["facts"]["spent"]["value"] == 700
    assert found.lead("small")["facts"]["r"]["value"] == 0


def test_a_gate_that_a_plugin_left_undecided_holds_the_lead(world: World) -> None:
    world.install("bad", scorer("return 1 / (headcount - 20) if headcount == 20 else 0"))
    world.rules(
        "good, bad", "gates:\n  g: {when: bad.risk() > 0.5, verdict: stop, unknown: pass}\n"
    )
    found = world.evaluate()
    verdict = found.lead("small")["verdict"]
    assert verdict["value"] == "hold"
    assert verdict["unknown"][0] == {
        "gate": "g",
        "title": None,
        "then": "hold",
        "failed": ["bad.risk"],
        "missing": [],
        "at": "rules/theirs.yaml:4",
    }
    assert found.lead("big")["verdict"]["value"] == "go"


def test_the_table_and_the_explanation_say_what_failed(world: World) -> None:
    world.install("bad", scorer("return 1 / (headcount - 20)"))
    world.rules(
        "good, bad", "changes: {scores: {fit: {rules: {spends: {when: bad.risk() > 2}}}}}\n"
    )
    table = world.call("evaluate", "leads.yaml", "--as-of", AS_OF)
    assert table.code == 3
    assert "! a plugin failed" in table.out
    assert "cold" not in table.out
    assert "plugin bad (groupbuy-bad 1.0): bad.risk raised ZeroDivisionError" in table.out
    explained = world.call("explain", "leads.yaml", "small", "--as-of", AS_OF)
    assert "a plugin failed, so this has no value" in explained.out
    chinese = world.call("explain", "leads.yaml", "small", "--as-of", AS_OF, "--lang", "zh")
    assert "插件出错，没有结果" in chinese.out


# ── sections ───────────────────────────────────────────────────────────────────────────────────

SECTION = """
from groupbuy.api import *

class Extra:
    name = "extra"
    title = {"en": "Extras", "zh": "附加"}
    shared = False
    schema = {"type": "object", "properties": {"when": EXPRESSION}, "required": ["when"],
              "additionalProperties": False}
    def declare(self, entry, ctx):
        return {}
    def lower(self, entry, ctx):
        test = ctx.condition(required(entry.fields, "when", entry.at, "extra"))
        return Lowered(entry, (entry.define(f"extra:{entry.id}", test),))
    def conclude(self, entries):
        return ()
    def present(self, lowered, lead):
        return {"say": "yes" if lead.value(f"extra:{lowered.entry.id}") else "no"}

@hookimpl
def groupbuy_sections(plugins):
    return [Extra()]
"""
USED = "extra:\n  big: {when: headcount > 100}\n"

READING = {
    "declare raises": ("return {}\n", "1 / 0\n", "extra.declare raised ZeroDivisionError"),
    "declare gives nonsense": (
        "return {}\n",
        "return 'big'\n",
        "extra.declare gave no type for big",
    ),
    "declare leaves out the name": ("return {}\n", "return {}\n", "extra.declare gave no type for"),
    "lower raises": ("test = ctx", "1 / 0; test = ctx", "extra.lower raised ZeroDivisionError"),
    "lower gives a text": (
        "return Lowered(",
        "return 'x' or Lowered(",
        "extra.lower gave str, not Lowered",
    ),
    "lower takes another's name": (
        'f"extra:{entry.id}", test',
        '"fit", test',
        "extra.lower defines fit; its own names begin with extra:",
    ),
    "conclude exits": ("return ()\n", "raise SystemExit\n", "extra.conclude raised SystemExit"),
}


@pytest.mark.parametrize(("old", "new", "says"), READING.values(), ids=READING)
def test_a_section_that_fails_on_rules_stops_them(
    old: str, new: str, says: str, world: World
) -> None:
    assert old in SECTION
    code = SECTION.replace(old, new)
    if says.startswith("extra.declare"):  # only names that expressions can use are declared
        code = code.replace("shared = False", "shared = True")
    world.install("bad", code)
    world.rules("good, bad", USED + ("facts: {x: big}\n" if "shared = True" in code else ""))
    found = world.evaluate()
    assert found.code == 2
    assert f"plugin-failed plugin bad (groupbuy-bad 1.0): {says}" in found.err
    assert "groupbuy plugins doctor bad" in found.err
    world.rules("good, bad")
    assert world.evaluate().code == 0  # nothing in the rules needs it


PRESENTING = {
    "raises": ("return {", "return 1 / 0, {", "extra.present raised ZeroDivisionError"),
    "hangs": ("return {", "\n        while True: pass\n        return {", "took longer than 0.3 s"),
    "gives an object": ('"no"}', '"no", "lead": lead}', "gave a result that results can't hold"),
    "gives NaN": ('"no"}', '"no", "x": float("nan")}', "nan is no number that JSON has"),
}


@pytest.mark.parametrize(("old", "new", "says"), PRESENTING.values(), ids=PRESENTING)
def test_a_section_that_fails_on_a_lead_leaves_the_lead_incomplete(
    old: str, new: str, says: str, world: World
) -> None:
    world.install("bad", SECTION)
    world.rules("good, bad", USED)
    healthy = world.evaluate()
    assert healthy.lead("big")["extra"] == {"big": {"say": "yes"}}
    (world.site / "plugin_groupbuy_bad" / "__init__.py").write_text(SECTION.replace(old, new))
    world.forget()
    found = world.evaluate()
    assert found.code == 3
    assert found.lead("big")["extra"] == {"big": {"value": None, "status": "failed"}}
    assert says in " ".join(found.lead("big")["failed"])
    for lead in healthy.data["leads"]:
        theirs = found.lead(lead["id"])
        assert {k: v for k, v in theirs.items() if k not in ("extra", "failed")} == {
            k: v for k, v in lead.items() if k != "extra"
        }


# ── commands, readers, formats ─────────────────────────────────────────────────────────────────


def test_a_command_that_fails_is_told_as_the_plugins_fault(world: World) -> None:
    world.install(
        "trip",
        "import click\n@click.command()\ndef trip(): print('half'); {}['x']",
        group="groupbuy.commands",
        entry="plugin_groupbuy_trip:trip",
    )
    found = world.call("trip")
    assert found.code == 2
    assert "command trip (groupbuy-trip 1.0): trip raised KeyError: 'x'" in found.err
    assert "Traceback" not in found.err


COMMANDS = {
    "can't be imported": ("import no_such_module", "import raised ModuleNotFoundError"),
    "is no command": ("trip = 42", "its entry point is a int, not a click command"),
}


@pytest.mark.parametrize(("code", "says"), COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_is_none(code: str, says: str, world: World) -> None:
    world.install("trip", code, group="groupbuy.commands", entry="plugin_groupbuy_trip:trip")
    found = world.call("trip")
    assert found.code == 2
    assert says in found.err
    assert "trip" in world.call("--help").out  # listed without being imported


def test_two_packages_with_one_command(world: World) -> None:
    for name in ("one", "two"):
        world.install("trip", "", distribution=name, group="groupbuy.commands", entry="x:y")
    found = world.call("trip")
    assert found.code == 2
    assert "one 1.0 and two 1.0 both bring a command trip" in found.err


def test_a_command_cannot_take_the_place_of_one_of_ours(world: World) -> None:
    world.install("check", "1 / 0", group="groupbuy.commands", entry="plugin_groupbuy_check:x")
    world.rules("good")
    assert world.call("check", "--as-of", AS_OF).code == 0


FORMATS = {
    "raises": ("1 / 0", "render raised ZeroDivisionError"),
    "gives bytes": ("b'x'", "render gave bytes, not a text"),
}


@pytest.mark.parametrize(("body", "says"), FORMATS.values(), ids=FORMATS)
def test_a_format_that_fails_writes_nothing(body: str, says: str, world: World) -> None:
    world.install(
        "slides",
        f"from groupbuy.api import Renderer\nslides = Renderer(lambda result: {body})",
        group="groupbuy.renderers",
        entry="plugin_groupbuy_slides:slides",
    )
    world.rules("good")
    found = world.call(
        "evaluate", "leads.yaml", "--as-of", AS_OF, "--format", "slides", "-o", "out.html"
    )
    assert found.code == 2
    assert says in found.err
    assert not (world.folder / "out.html").exists()


READERS = {
    "raises": ("1 / 0", "read raised ZeroDivisionError"),
    "raises half way": ("(1 / n for n in [1, 0])", "read raised ZeroDivisionError"),
    "gives other things": ("[42]", "record 1 is a int, not values by header"),
}


@pytest.mark.parametrize(("body", "says"), READERS.values(), ids=READERS)
def test_a_reader_that_fails(body: str, says: str, world: World) -> None:
    world.install(
        "deals",
        f"from groupbuy.api import Reader\ndeals = Reader(lambda path: {body})",
        group="groupbuy.readers",
        entry="plugin_groupbuy_deals:deals",
    )
    world.rules("good")
    (world.folder / "x.deals").write_text("anything")
    found = world.call("evaluate", "x.deals", "--as-of", AS_OF)
    assert found.code == 2
    assert says in found.err
