"""What sections of plugins may have beyond the usual: own dates, and a look at all leads."""

from __future__ import annotations

from plugin_world import World

SECTION = """
    from groupbuy.api import COMMON, Lowered, hookimpl

    class Clubs:
        name, shared = "clubs", False
        schema = {"type": "object", "properties": {**COMMON, "size": {"type": "integer"}},
                  "additionalProperties": False}
        keeps_dates = KEEPS

        def declare(self, entry, ctx):
            return {}

        def lower(self, entry, ctx):
            return Lowered(entry, ())

        def conclude(self, entries):
            return ()

        def survey(self, leads):
            SURVEYED
            return sorted(lead.value("id") for entries, lead in leads if entries)

        def present(self, lowered, lead):
            return {"all": lead.survey, "say": f"one of {len(lead.survey or ())}"}

    @hookimpl
    def groupbuy_sections(plugins):
        return [Clubs()]
"""
ENTRIES = """
    clubs:
      now: {size: 3}
      once: {size: 2, effective: {from: 2020-01-01, until: 2020-12-31}}
"""


def installed(world: World, keeps: str = "False", surveyed: str = "pass") -> None:
    world.install("clubs", SECTION.replace("KEEPS", keeps).replace("SURVEYED", surveyed))
    world.rules("good, clubs", ENTRIES)


def test_a_section_sees_all_leads_once_before_it_is_shown(world: World) -> None:
    installed(world)
    found = world.evaluate()
    assert [lead["clubs"]["now"]["all"] for lead in found.data["leads"]] == [
        ["big", "blank", "small"]
    ] * 3


def test_an_entry_outside_its_dates_is_gone_unless_the_section_keeps_it(world: World) -> None:
    installed(world)
    assert set(world.evaluate().data["leads"][0]["clubs"]) == {"now"}


def test_a_section_may_keep_entries_outside_their_dates(world: World) -> None:
    installed(world, keeps="True")
    assert set(world.evaluate().data["leads"][0]["clubs"]) == {"now", "once"}


def test_a_survey_that_fails_is_named_and_takes_nothing_with_it(world: World) -> None:
    installed(world, surveyed="raise KeyError('x')")
    found = world.evaluate()
    assert found.code == 3
    assert "clubs.survey raised KeyError: 'x'" in found.data["errors"][0]["problem"]
    assert found.data["leads"][0]["clubs"]["now"]["say"] == "one of 0"
