"""Two lead models as one, where both read a lead file alike."""

from __future__ import annotations

from groupbuy.authoring.diff.changes import reading
from groupbuy.model.model import LeadModel


def both(old: LeadModel, new: LeadModel) -> LeadModel | None:
    """A model with the fields of both; none where they read a field differently.

    So a field that only one version has is no mistake in the file for the other.
    """
    shared = old.entries.keys() & new.entries.keys()
    if any(reading(old.entries[name]) != reading(new.entries[name]) for name in shared):
        return None
    fields, tables = {**old.fields, **new.fields}, {**old.tables, **new.tables}
    declared = tuple(dict.fromkeys([*new.entries, *old.entries]))
    return LeadModel(fields, tables, declared, {**old.groups, **new.groups})
