"""What every format module makes of a file: raw records, each of which can say where it stands.

A format module has `read(source, model, problems) -> list[Record]`. Faults of the file go to
`problems`, faults of one record to that record. Places are worked out when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from groupbuy.errors import Location, Problem, Problems
from groupbuy.model.lead import Places
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import quote
from groupbuy.model.values import raw
from groupbuy.source.nodes import Mapping, Node, Scalar, Sequence

LEADS = "leads"
SHAPE_HINT = "a list of leads, or `leads:` with such a list"


@dataclass(slots=True, eq=False)
class Record:
    """One raw record: header → raw value, the places of both, and faults of the record itself."""

    items: dict[str, object]
    places: Places
    problems: list[Problem] = field(default_factory=list)


def records_of(root: Node, model: LeadModel, problems: Problems) -> list[Record]:
    """The records of a tree: a list of mappings, `leads:` with such a list, or one lead."""
    records = []
    for item in _items(root, model, problems):
        if isinstance(item, Mapping):
            records.append(record_of(item, model))
        else:
            message = f"a lead is a mapping, not {item.noun}"
            hint = "write `- id: L001`, and its other fields below"
            problems.add("file-shape", message, item.at, hint)
    return records


def record_of(node: Mapping, model: LeadModel) -> Record:
    """One mapping as a record."""
    items = {key: raw(item) for key, item in node.items.items()}
    return Record(items, partial(place_in, lambda: node, model))


def _items(root: Node, model: LeadModel, problems: Problems) -> list[Node]:
    if isinstance(root, Mapping):
        if LEADS not in root.items:
            if any(model.resolve(k) == ID and type(v) is Scalar for k, v in root.items.items()):
                return [root]
            problems.add("file-shape", "there are no leads in this file", root.at, SHAPE_HINT)
            return []
        for key in root.items:
            if key not in (LEADS, "groupbuy"):
                at, hint = root.key_at(key), "beside `leads:` stands only `groupbuy: 1`"
                problems.add("file-shape", f"{quote(key)} means nothing here", at, hint)
        root = root.items[LEADS]
    if isinstance(root, Sequence):
        return root.items
    noun = "empty" if root.noun == "nothing" else root.noun
    problems.add("file-shape", f"leads are a list, and this is {noun}", root.at, SHAPE_HINT)
    return []


def place_in(
    root: Callable[[], Node],
    model: LeadModel,
    name: str | None = None,
    row: int | None = None,
    column: str | None = None,
    /,
) -> Location:
    """The place of a value under the node that `root` gives; or of what is above it."""
    node = root()
    if name is None:
        return node.at
    found = _child(node, name, model.resolve)
    if found is None or row is None:
        return node.at if found is None else found.at
    if not isinstance(found, Sequence) or row >= len(found.items):
        return found.at
    item = found.items[row]
    table = model.tables.get(model.resolve(name) or "")
    if column is None or table is None:
        return item.at
    cell = _child(item, column, table.resolve)
    return item.at if cell is None else cell.at


def _child(node: Node, name: str, resolve: Callable[[str], str | None]) -> Node | None:
    """The value under a header, or under a header that means `name`."""
    if not isinstance(node, Mapping):
        return None
    if name in node.items:
        return node.items[name]
    return next((item for key, item in node.items.items() if resolve(key) == name), None)
