"""Leads in JSON Lines: one object a line."""

from __future__ import annotations

from functools import partial

from groupbuy.errors import Location, Problems, Source
from groupbuy.files.from_json import NotPlainError, load
from groupbuy.files.json_nodes import parse
from groupbuy.files.record import Record, place_in, record_of
from groupbuy.model.model import LeadModel
from groupbuy.source.nodes import Mapping


def read(source: Source, model: LeadModel, problems: Problems, first: int = 1) -> list[Record]:
    """The records of the lines; each line that is no JSON object is a problem of the file.

    `first` is the number of the source's first line, where it is a part of a file.
    """
    records = []
    empty = True
    for number, line in enumerate(source.lines, first):
        if not line.strip():
            continue
        empty = False
        try:
            item = load(line)
        except NotPlainError:
            item = None
        node = partial(parse, source, line, number)
        if isinstance(item, dict):
            records.append(Record(item, partial(place_in, node, model)))
            continue
        with problems.collecting():
            found = node()
            if isinstance(found, Mapping):
                records.append(record_of(found, model))
            else:
                message = f"a lead is a mapping, not {found.noun}"
                problems.add("file-shape", message, found.at, "each line is one lead: {…}")
    if empty:
        problems.add("file-shape", "there is no lead in this file", Location(source.name))
    return records
