"""Leads in JSON: a list of objects, or such a list under `leads`."""

from __future__ import annotations

import json
from functools import cached_property, partial

from groupbuy.errors import Problems, Source
from groupbuy.files.json_nodes import parse
from groupbuy.files.record import LEADS, Record, place_in, records_of
from groupbuy.model.model import LeadModel
from groupbuy.source.nodes import Mapping, Node, Sequence


class NotPlainError(ValueError):
    """The text is not what the fast reader takes; the slow one says why."""


def read(source: Source, model: LeadModel, problems: Problems) -> list[Record]:
    """The records of a JSON text; a text that is not JSON raises `GroupbuyError`."""
    document = _Document(source)
    try:
        data = load(source.text)
    except NotPlainError:
        return records_of(document.root, model, problems)
    items = data.get(LEADS) if isinstance(data, dict) and set(data) == {LEADS} else data
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return records_of(document.root, model, problems)
    return [
        Record(item, partial(place_in, partial(document.lead, number), model))
        for number, item in enumerate(items)
    ]


def load(text: str) -> object:
    """Plain data, with numbers as written; raises `NotPlainError` on any fault."""
    try:
        return json.loads(
            text,
            parse_int=str,
            parse_float=str,
            parse_constant=_refuse,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError):
        raise NotPlainError from None


def _refuse(_written: str) -> object:
    raise NotPlainError


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    items = dict(pairs)
    if len(items) != len(pairs):
        raise NotPlainError
    return items


class _Document:
    """A JSON text, parsed with places when the first place is asked for."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def root(self) -> Node:
        return parse(self.source)

    def lead(self, number: int) -> Node:
        root = self.root
        items = root.items[LEADS] if isinstance(root, Mapping) else root
        assert isinstance(items, Sequence)
        return items.items[number]
