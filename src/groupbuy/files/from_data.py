"""Leads given as data: dicts of a program, instead of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from groupbuy.errors import Location
from groupbuy.model.lead import Lead, LeadFile, read_record
from groupbuy.model.model import ID, LeadModel

LEAD = "lead"
"""The id of a lead that has none of its own."""


def leads_given(leads: Iterable[Mapping[str, Any]], model: LeadModel) -> LeadFile:
    """Leads, and those set aside with all that is wrong with them.

    Keys and values are as in a lead file (`12.5万`, titles and aliases), or as Python has them:
    dates, numbers, lists of rows. In problems the first is called `lead 1`.
    """
    found = LeadFile()
    for number, given in enumerate(leads, 1):
        items = dict(given)
        if not any(model.resolve(key) == ID for key in items):
            items[ID] = LEAD if number == 1 else f"{LEAD}{number}"
        read = read_record(model, items, _at(Location(f"lead {number}")))
        if isinstance(read, Lead):
            found.leads.append(read)
        else:
            found.set_aside.append(read)
    return found


def _at(place: Location) -> Callable[..., Location]:
    """Everything of a lead is where the lead is."""
    return lambda *where: place
