"""Calendars: read back by another library, and true to RFC 5545 line by line."""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import World
from groupbuy_planner.ics import escaped, folded, uid

SHANGHAI = timedelta(hours=8)


def events(text: str) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_another_library_reads_the_same_plan(world: World) -> None:
    plan = world.plan("--format", "json", "--lang", "zh").json
    found = events(world.plan("--format", "ics", "--lang", "zh").out)
    assert len(found) == len(plan["contacts"]) > 5
    for event, contact in zip(found, plan["contacts"], strict=True):
        assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
        for key, name in (("DTSTART", "start"), ("DTEND", "end")):
            assert event[key].dt.replace(tzinfo=None) == datetime.fromisoformat(contact[name])
            assert event[key].dt.utcoffset() == SHANGHAI
        assert contact["name"] in event["SUMMARY"]
        assert contact["id"] in event["DESCRIPTION"]
        for play in contact["plays"]:
            assert play["do"] in event["DESCRIPTION"]
        assert event.errors == []


def test_lines_are_short_and_end_as_the_format_has_it(world: World) -> None:
    target = world.folder / "week.ics"
    world.plan("--format", "ics", "-o", target)
    data = target.read_bytes()
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)
    for line in lines:
        line.decode("utf-8")  # no character is cut in two


def test_events_keep_their_names_when_the_plan_changes(world: World) -> None:
    first = {str(each["UID"]): each for each in events(world.plan("--format", "ics").out)}
    later = world.plan("--format", "ics", "--as-of", "2026-11-24", "--week", "2026-W48")
    second = {str(each["UID"]): each for each in events(later.out)}
    assert len(first) == len(events(world.plan("--format", "ics").out))
    assert set(first) & set(second)
    both = next(iter(set(first) & set(second)))
    assert second[both]["DTSTAMP"].dt > first[both]["DTSTAMP"].dt
    assert uid("L1", "2026-W48", "visit") != uid("L1", "2026-W49", "visit")


@given(st.text())
def test_any_text_survives(text: str) -> None:
    line = folded(f"SUMMARY:{escaped(text)}")
    assert all(len(part.encode()) <= 75 for part in line.split("\r\n"))
    whole = line.replace("\r\n ", "").removesuffix("\r\n")
    assert "\n" not in whole
    assert "\r" not in whole
    event = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\n{line}END:VEVENT\r\n")
    plain = [part for part in text.split("\n") if part.isprintable()]
    assert all(part in str(event["SUMMARY"]) for part in plain)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("一\n二", "一\\n二"),
        ("END:VCALENDAR\r\nX:1", "END:VCALENDAR \\nX:1"),
        ("\x1b[2J", "␛[2J"),
    ],
)
def test_nothing_in_a_text_acts(text: str, value: str) -> None:
    assert escaped(text) == value
