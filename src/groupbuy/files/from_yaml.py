"""Leads in YAML: a list of mappings, or such a list under `leads:`."""

from __future__ import annotations

from groupbuy.errors import Problems, Source
from groupbuy.files.record import Record, records_of
from groupbuy.model.model import LeadModel
from groupbuy.source.yaml import read_yaml


def read(source: Source, model: LeadModel, problems: Problems) -> list[Record]:
    """The records of a YAML text; a text that is not YAML raises `GroupbuyError`."""
    return records_of(read_yaml(source), model, problems)
