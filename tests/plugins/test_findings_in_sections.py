"""`check` looks at the conditions of plugins' sections as at those of the core's own."""

import pytest
from plugin_world import World

SECTION = """
    from groupbuy.api import COMMON, EXPRESSION, Lowered, hookimpl, required

    class Alerts:
        name, shared = "alerts", False
        schema = {"type": "object", "additionalProperties": False,
                  "properties": {**COMMON, "when": EXPRESSION}}

        def declare(self, entry, ctx):
            return {}

        def lower(self, entry, ctx):
            node = required(entry.fields, "when", entry.at, "an alert")
            test = ctx.condition(node)
            return Lowered(entry, (entry.define(f"alerts:{entry.id}", test, node.at),))

        def conclude(self, entries):
            return ()

        def present(self, lowered, lead):
            return None

    @hookimpl
    def groupbuy_sections(plugins):
        return [Alerts()]
"""


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("budget > 5 and headcount > 3", ""),
        ("headcount > 9 and headcount < 5", "4:15: warning: never-true no lead can meet this: big"),
        ("headcount >= 0 or headcount < 0", "4:15: warning: always-true every lead meets this: "),
        ("headcount > 9 or headcount > 99", "4:15: note: redundant-condition "),
    ],
)
def test_a_condition_of_a_plugins_section(world: World, when: str, found: str) -> None:
    world.install("alerts", SECTION)
    world.rules("good, alerts", f"alerts:\n  big: {{when: {when}}}\n")
    outcome = world.call("check", "rules", "--notes")
    told = outcome.out + outcome.err
    lines = [line for line in told.splitlines() if line.startswith("rules/theirs.yaml")]
    assert len(lines) == bool(found), "\n" + told
    assert not found or found in lines[0]


def test_a_finding_that_is_meant_is_allowed(world: World) -> None:
    world.install("alerts", SECTION)
    allowed = "alerts: {big: {when: headcount < 0, allow: {never-true: switched off for now}}}"
    world.rules("good, alerts", allowed)
    outcome = world.call("check", "rules", "--notes")
    assert outcome.code == 0, outcome.err
    assert "theirs.yaml" not in outcome.out + outcome.err
