"""The lead model: what a lead is, against which rules and lead files are checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from groupbuy.errors import Problems, did_you_mean
from groupbuy.model.declare import Declarations
from groupbuy.model.entries import Entry, Field, Table
from groupbuy.model.names import Names, quote
from groupbuy.source.nodes import Mapping as MappingNode
from groupbuy.source.nodes import Node, Scalar
from groupbuy.texts import Text
from groupbuy.tree.types import Kind

__all__ = ["Entry", "Field", "LeadModel", "Table", "load_model"]

ID = "id"
STAGE = "stage"
_VERSION = 1
_KEYS = ("groupbuy", "groups", "fields")


@dataclass(eq=False)
class LeadModel:
    """Fields and tables by name; a model is not changed once it is made.

    `declared` is the order in which they were declared; without it, fields come before tables.
    `groups` are the headings under which people read fields, with their titles.
    """

    fields: dict[str, Field]
    tables: dict[str, Table]
    declared: tuple[str, ...] = ()
    groups: Mapping[str, Text] = field(default_factory=dict)
    entries: Mapping[str, Entry] = field(init=False, repr=False)
    """Fields and tables together, in declared order."""

    def __post_init__(self) -> None:
        """Note what every entry is called."""
        both: dict[str, Entry] = {**self.fields, **self.tables}
        self.entries = {name: both[name] for name in self.declared or both}
        self._names = Names()
        for entry in self.entries.values():
            for word in entry.words:
                self._names.add(word, entry.name)

    def __iter__(self) -> Iterator[Entry]:
        """The fields and tables in declared order."""
        return iter(self.entries.values())

    @property
    def names(self) -> Names:
        """Every word that stands for a field or a table."""
        return self._names

    def resolve(self, name: str) -> str | None:
        """The field or table that a word means: its name, an alias, or a title in any language.

        Letter case, full-width forms, spaces, `_` and `-` make no difference.
        """
        return self._names.resolve(name)

    def grouped(self) -> list[tuple[Text | None, list[Field]]]:
        """The fields by group, in the order of the groups; last, without title, those in none."""
        found: dict[str | None, list[Field]] = {name: [] for name in (*self.groups, None)}
        for entry in self.fields.values():
            found[entry.group].append(entry)
        return [(self.groups[n] if n else None, each) for n, each in found.items() if each]

    def extended(self, node: Node, *, owner: str, title: Text | None = None) -> LeadModel:
        """The model with the `fields:` mapping `node` of the pack `owner` added.

        Fields that name no group stand in one of the pack's own, under the pack's title.
        Raises `GroupbuyError` with everything that is wrong with them; a name, alias or title
        that is taken already is an error that names both places.
        """
        problems = Problems()
        declarations = Declarations(problems, self.groups)
        added = declarations.entries(node)
        for name, entry in list(added.items()):
            if name in self.entries:
                problems.add(
                    "model-name-clash",
                    f"{owner} declares {name} again, which is declared at {self.entries[name].at}",
                    entry.at,
                    "use the field as it is, or choose another name",
                )
                del added[name]
        declarations.clashes([*self.entries.values(), *added.values()])
        groups = dict(self.groups)
        own = f"pack {owner}"  # no identifier, so never a group that a model declares
        for name, entry in added.items():
            if isinstance(entry, Field) and entry.group is None:
                added[name] = replace(entry, group=own)
                groups[own] = title or Text.plain(owner)
        return _checked({**self.entries, **added}, added, groups, problems)


def load_model(node: Node) -> LeadModel:
    """The model that a `lead.yaml` declares; raises `GroupbuyError` with all that is wrong."""
    problems = Problems()
    declarations = Declarations(problems)
    entries: dict[str, Entry] = {}
    groups: dict[str, Text] = {}
    if isinstance(node, MappingNode):
        _check_head(node, problems)
        if (headings := node.get("groups")) is not None:
            groups = declarations.groups(headings)
        fields = node.get("fields")
        if fields is None:
            hint = "fields: {id: {type: text, required: true}}"
            problems.add("model-shape", "a lead model has `fields:`", node.at, hint)
        else:
            entries = declarations.entries(fields)
            _check_id(fields, entries, problems)
    else:
        problems.add("model-shape", f"a lead model is a mapping, not {node.noun}", node.at)
    declarations.clashes(entries.values())
    return _checked(entries, entries, groups, problems)


def _check_head(node: MappingNode, problems: Problems) -> None:
    """The keys beside `fields`."""
    for key in node.items:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS)
            at = node.key_at(key)
            problems.add("model-key", f"{quote(key)} means nothing here", at, hint)
    version = node.get("groupbuy")
    if not (isinstance(version, Scalar) and version.value == _VERSION):
        at = version.at if version else node.at
        hint = f"the first line is `groupbuy: {_VERSION}`"
        problems.add("model-version", "this is not a lead model of version 1", at, hint)


def _check_id(fields: Node, entries: Mapping[str, Entry], problems: Problems) -> None:
    """Leads are told apart by `id`."""
    entry = entries.get(ID)
    if isinstance(entry, Field) and entry.pii:
        message = "the id stands in every result, so it can't be personal data"
        problems.add("model-id", message, entry.at, "give each lead a number of its own")
    if isinstance(entry, Field) and entry.type.kind is Kind.TEXT and entry.required:
        return
    if entry is None and isinstance(fields, MappingNode) and ID in fields.items:
        return  # what is wrong with it has been said
    problems.add(
        "model-id",
        "a lead model has a field `id`, a required text",
        entry.at if entry else fields.at,
        "id: {type: text, required: true}",
    )


def _checked(
    entries: Mapping[str, Entry],
    added: Mapping[str, Entry],
    groups: Mapping[str, Text],
    problems: Problems,
) -> LeadModel:
    """The model of `entries`, once nothing is wrong with those `added`."""
    stage = entries.get(STAGE)
    stages = stage.type.values if isinstance(stage, Field) else ()
    for entry in _with_columns(added):
        if entry.since is not None and entry.since not in stages:
            hint = did_you_mean(entry.since, stages) or (
                f"one of {', '.join(stages)}" if stages else "declare a choice `stage` first"
            )
            message = f"{entry.name}: since {quote(entry.since)} is not a stage"
            problems.add("model-since", message, entry.at, hint)
    problems.raise_any()
    fields = {name: entry for name, entry in entries.items() if isinstance(entry, Field)}
    tables = {name: entry for name, entry in entries.items() if isinstance(entry, Table)}
    return LeadModel(fields, tables, tuple(entries), groups)


def _with_columns(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    for entry in entries.values():
        yield entry
        if isinstance(entry, Table):
            yield from entry.fields.values()
